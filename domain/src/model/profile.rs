//! What a person wants of the agenda, and how they look.

/// The view that the agenda begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultView {
    Month,
    Week,
    Day,
}

impl DefaultView {
    pub fn name(self) -> &'static str {
        match self {
            DefaultView::Month => "month",
            DefaultView::Week => "week",
            DefaultView::Day => "day",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [DefaultView::Month, DefaultView::Week, DefaultView::Day].into_iter().find(|view| view.name() == name)
    }
}

/// Minutes in a day on a wall clock.
pub const DAY_MINUTES: u16 = 24 * 60;

/// From when to when somebody works on a day, in minutes of their wall clock; 1440 is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingTime {
    pub start: u16,
    pub end: u16,
}

impl WorkingTime {
    /// From two times such as `09:00`; the end may be `24:00`.
    pub fn from_clock(start: &str, end: &str) -> Option<Self> {
        let (start, end) = (minutes(start)?, minutes(end)?);
        (start < end && end <= DAY_MINUTES).then_some(WorkingTime { start, end })
    }

    /// `09:00` and `17:00`
    pub fn clock(self) -> (String, String) {
        let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        (text(self.start), text(self.end))
    }
}

/// Of a time such as `09:30`, since midnight.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60 && hours <= 24).then_some(hours * 60 + minutes)
}

/// When somebody works, for each day of the week from Monday; `None`: not on that day.
///
/// As text: seven parts with commas between them, `540-1020,540-1020,,,,,`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkingHours([Option<WorkingTime>; 7]);

impl WorkingHours {
    /// `None` where a day ends before it begins, or the next day.
    pub fn new(days: [Option<WorkingTime>; 7]) -> Option<Self> {
        days.iter().flatten().all(|time| time.start < time.end && time.end <= DAY_MINUTES).then_some(WorkingHours(days))
    }

    /// The days of the week from Monday.
    pub fn days(&self) -> &[Option<WorkingTime>; 7] {
        &self.0
    }

    pub fn from_text(text: &str) -> Option<Self> {
        let mut days = [None; 7];
        let mut parts = text.split(',');
        for day in &mut days {
            let part = parts.next()?;
            if part.is_empty() {
                continue;
            }
            let (start, end) = part.split_once('-')?;
            *day = Some(WorkingTime { start: start.parse().ok()?, end: end.parse().ok()? });
        }
        if parts.next().is_some() { None } else { Self::new(days) }
    }
}

impl std::fmt::Display for WorkingHours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, day) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            if let Some(WorkingTime { start, end }) = day {
                write!(f, "{start}-{end}")?;
            }
        }
        Ok(())
    }
}

/// A picture that was made safe to be shown: decoded, brought to its size, and written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/jpeg` or `image/png`
    pub media_type: String,
    /// The first 16 octets of SHA-256 of the content.
    pub digest: [u8; 16],
    pub content: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_from_clocks() {
        let read = WorkingTime::from_clock;
        assert_eq!(read("09:00", "24:00"), Some(WorkingTime { start: 540, end: 1440 }));
        assert_eq!(read("09:05", "17:30").map(WorkingTime::clock), Some(("09:05".into(), "17:30".into())));
        for (start, end) in [("9:00", "17:00"), ("17:00", "09:00"), ("09:00", "24:01"), ("09:60", "10:00"), ("", "")] {
            assert_eq!(read(start, end), None, "{start} {end}");
        }
    }

    #[test]
    fn working_hours_are_read_as_they_are_written() {
        for text in ["540-1020,540-1020,,,,,", ",,,,,,", "0-1440,1-2,,480-720,,,600-601"] {
            assert_eq!(WorkingHours::from_text(text).map(|hours| hours.to_string()).as_deref(), Some(text));
        }
        for wrong in ["", ",", ",,,,,,,", "540-540,,,,,,", "600-540,,,,,,", "0-1441,,,,,,", "a-b,,,,,,", "540,,,,,,"] {
            assert_eq!(WorkingHours::from_text(wrong), None, "{wrong}");
        }
    }
}
