//! Random changes of events, as people make them on both sides of a calendar that is kept in step.

use crate::texts::{calendar, component};

/// Numbers that follow from a seed (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.draw() % end as u64) as usize
    }

    pub fn is(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// The text after an edit: another title, time, instance, exception or attendee, and always a comment `mark`, which no other edit takes away.
pub fn edited(text: &str, numbers: &mut Numbers, mark: &str) -> String {
    let day = 1 + numbers.below(28);
    let line = |name: &str| text.lines().position(|line| line.starts_with(name));
    let with = |name: &str, new: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let at = line(name).unwrap();
        lines[at] = new;
        lines.join("\r\n") + "\r\n"
    };
    // Each edit leaves a mark of its own, which no other edit takes away.
    let marked = |text: String| text.replacen("END:VEVENT\r\n", &format!("COMMENT:{mark}\r\nEND:VEVENT\r\n"), 1);
    let is_series = line("RRULE").is_some();
    let uid = text.lines().find_map(|line| line.strip_prefix("UID:")).unwrap_or_default();
    marked(match numbers.below(5) {
        0 => with("SUMMARY", format!("SUMMARY:{mark}")),
        1 if !is_series && text.contains("DTSTART;VALUE=DATE") => {
            with("DTSTART", format!("DTSTART;VALUE=DATE:202603{day:02}"))
        }
        1 if !is_series && text.contains("TZID=") => {
            with("DTSTART", format!("DTSTART;TZID=Europe/Zurich:202603{day:02}T100000"))
        }
        1 if !is_series => with("DTSTART", format!("DTSTART:202603{day:02}T100000Z")),
        2 if is_series && !text.contains("RECURRENCE-ID:20260309") => {
            let lines =
                format!("RECURRENCE-ID:20260309T090000Z\nDTSTART:20260309T110000Z\nDURATION:PT1H\nSUMMARY:{mark}");
            let instance = component("VEVENT", uid, &lines).replace('\n', "\r\n");
            text.replacen("END:VCALENDAR", &format!("{instance}END:VCALENDAR"), 1)
        }
        3 if is_series && !text.contains("EXDATE:20260316") => {
            text.replacen("RRULE", "EXDATE:20260316T090000Z\r\nRRULE", 1)
        }
        4 => text.replacen(
            "END:VEVENT",
            &format!("ATTENDEE;PARTSTAT=ACCEPTED:mailto:{mark}@example.org\r\nEND:VEVENT"),
            1,
        ),
        _ => with("SUMMARY", format!("SUMMARY:{mark} again")),
    })
}

/// A new event: of a day, in a zone, of a series, or at a time.
pub fn made(uid: &str, numbers: &mut Numbers, mark: &str) -> String {
    let time = match numbers.below(4) {
        0 => "DTSTART;VALUE=DATE:20260310\nDURATION:P1D",
        1 => "DTSTART;TZID=Europe/Zurich:20260310T090000\nDURATION:PT1H",
        2 => "DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY",
        _ => "DTSTART:20260310T090000Z\nDURATION:PT1H",
    };
    calendar(&component("VEVENT", uid, &format!("{time}\nSUMMARY:{mark}\nCOMMENT:{mark}")))
}
