//! Random changes on both sides, with runs and faults in between: at the end both sides are the same, nothing is there twice, and nothing
//! that nobody deleted is lost.

use super::{Pair, settings, uid};
use kalends_domain::sync::LinkState;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_test_support::remote::{Fault, RemoteService, transient};
use kalends_test_support::texts::{calendar, component};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers that follow from a seed (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn is(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// What one side is asked to do with a text.
fn edited(text: &str, numbers: &mut Numbers, mark: &str) -> String {
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
            let instance = component("VEVENT", &uid(text), &lines).replace('\n', "\r\n");
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

fn made(uid: &str, numbers: &mut Numbers, mark: &str) -> String {
    let time = match numbers.below(4) {
        0 => "DTSTART;VALUE=DATE:20260310\nDURATION:P1D",
        1 => "DTSTART;TZID=Europe/Zurich:20260310T090000\nDURATION:PT1H",
        2 => "DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY",
        _ => "DTSTART:20260310T090000Z\nDURATION:PT1H",
    };
    calendar(&component("VEVENT", uid, &format!("{time}\nSUMMARY:{mark}\nCOMMENT:{mark}")))
}

struct Expected {
    /// What nobody deleted, with the marks of all edits.
    marks: BTreeMap<String, BTreeSet<String>>,
    deleted: BTreeSet<String>,
}

async fn run(seed: u64, operations: usize, service: RemoteService, policy: Policy) {
    let mut numbers = Numbers(seed);
    let pair = Pair::tied(service, settings(Direction::Both, policy)).await;
    pair.run_due().await;
    let mut expected = Expected { marks: BTreeMap::new(), deleted: BTreeSet::new() };
    for number in 0..operations {
        let mark = format!("m{number}");
        let is_here = numbers.is(50);
        let side = if is_here { pair.uids().await } else { pair.uids_there() };
        match numbers.below(10) {
            0..3 => {
                let uid = format!("u{number}");
                let text = made(&uid, &mut numbers, &mark);
                if is_here {
                    pair.put(&text).await
                } else {
                    pair.remote.put(&text)
                }
                expected.marks.entry(uid).or_default().insert(mark);
            }
            3 if !side.is_empty() => {
                let uid = side[numbers.below(side.len())].clone();
                if is_here {
                    pair.delete(&uid).await
                } else {
                    pair.remote.delete(&uid)
                }
                expected.deleted.insert(uid);
            }
            _ if !side.is_empty() => {
                let uid = side[numbers.below(side.len())].clone();
                let text = if is_here { pair.text(&uid).await } else { pair.remote.text(&uid) };
                let text = edited(&text.unwrap(), &mut numbers, &mark);
                if is_here {
                    pair.put(&text).await
                } else {
                    pair.remote.put(&text)
                }
                expected.marks.entry(uid).or_default().insert(mark);
            }
            _ => {}
        }
        if numbers.is(2) {
            pair.remote.forgets_cursors();
        }
        if numbers.is(12) {
            // Some calls of some runs go wrong, before or after they were done.
            let mut faults = Numbers(numbers.next());
            let percent = if numbers.is(50) { 25 } else { 0 };
            pair.remote.fails(move |_, _| match faults.is(percent) {
                true if faults.is(50) => Some(Fault::Lost),
                true => Some(Fault::Refused(transient())),
                false => None,
            });
            pair.sync().await;
            pair.remote.works();
        }
    }
    for _ in 0..6 {
        let link = pair.sync().await;
        if link.state == LinkState::Asks {
            pair.kalends.approve_deletions(pair.anna(), pair.link).await.unwrap();
        }
    }
    let link = pair.sync().await;
    assert_eq!(link.state, LinkState::InStep, "seed {seed}: {:?}", link.why);
    assert_eq!(pair.kalends.set_aside_objects(pair.anna(), pair.link).await.unwrap(), [], "seed {seed}");
    pair.assert_same().await;
    for (uid, marks) in &expected.marks {
        let text = pair.text(uid).await;
        if expected.deleted.contains(uid) {
            continue;
        }
        let text = text.unwrap_or_else(|| panic!("seed {seed}: {uid} is lost"));
        for mark in marks {
            assert!(text.contains(&format!("COMMENT:{mark}\r\n")), "seed {seed}: {uid} has lost {mark}:\n{text}");
        }
    }
    let uids: BTreeSet<String> = pair.uids().await.into_iter().collect();
    assert!(uids.iter().all(|uid| expected.marks.contains_key(uid)), "seed {seed}");
    assert_eq!(pair.remote.texts().len(), uids.len(), "seed {seed}: nothing is there twice");
}

/// How many seeds; more by `KALENDS_TEST_SEEDS`.
fn seeds(few: u64) -> std::ops::Range<u64> {
    0..std::env::var("KALENDS_TEST_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(few)
}

#[tokio::test]
async fn random_changes_with_a_service_that_names_changes_end_the_same_on_both_sides() {
    for seed in seeds(2) {
        run(seed, 150, RemoteService::new(), Policy::MergeThenNewest).await;
    }
}

#[tokio::test]
async fn random_changes_with_a_service_that_lists_and_writes_its_own_way_end_the_same_on_both_sides() {
    for seed in seeds(2) {
        let service = RemoteService::new();
        service.lists();
        service.rewrites(|text| text.replace("PRODID:-//Example//EN", "PRODID:-//Server//EN"));
        run(1000 + seed, 120, service, Policy::Local).await;
    }
}

#[tokio::test]
async fn random_changes_with_a_service_that_tells_tags_and_sends_texts_end_the_same_on_both_sides() {
    for seed in seeds(2) {
        let service = RemoteService::new();
        service.tells_tags();
        service.sends_texts();
        run(2000 + seed, 120, service, Policy::Remote).await;
    }
}
