#![allow(clippy::unwrap_used)]
use super::*;

fn meeting() -> EventFields {
    let start: NaiveDateTime = "2026-11-21T09:30:00".parse().unwrap();
    EventFields::new(When::Times { start, end: start + TimeDelta::minutes(45) }, "Europe/Zurich", Some(7))
}

fn errors(fields: &EventFields) -> Vec<(String, String)> {
    fields.check().unwrap_err().into_iter().map(|error| (error.field, error.message)).collect()
}

fn choices(day: &str) -> Vec<String> {
    EventFields::monthly_choices(day.parse().unwrap()).into_iter().map(|(value, _)| value).collect()
}

#[test]
fn a_new_form_can_be_saved() {
    let draft = meeting().check().unwrap();
    let start: NaiveDateTime = "2026-11-21T09:30:00".parse().unwrap();
    let end = "2026-11-21T10:15:00".parse().unwrap();
    assert_eq!(draft.timing, Timing::Times { start, end, zone: Some("Europe/Zurich".into()) });
    assert_eq!((draft.calendar, draft.repeat), (7, Repeat::Never));
}

#[test]
fn every_mistake_is_named_at_its_field() {
    let mut fields = meeting();
    fields.calendar = String::new();
    fields.end_time = "08:00".into();
    fields.repeat = "weekly".into();
    fields.weekdays.clear();
    fields.interval = "0".into();
    fields.ends = "after".into();
    fields.count = "0".into();
    let fields_named: Vec<_> = errors(&fields).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields_named, ["end_time", "interval", "weekdays", "count", "calendar"]);
}

#[test]
fn an_end_before_the_start_is_refused_and_the_same_moment_is_not() {
    let mut fields = meeting();
    fields.end_date = "2026-11-20".into();
    assert_eq!(errors(&fields), [("end_date".into(), "The end is before the start.".into())]);
    fields.all_day = true;
    assert_eq!(errors(&fields)[0].0, "end_date");
    fields.all_day = false;
    (fields.end_date, fields.end_time) = (fields.start_date.clone(), fields.start_time.clone());
    assert!(fields.check().is_ok());
}

#[test]
fn a_series_cannot_end_before_it_begins() {
    let mut fields = meeting();
    (fields.repeat, fields.ends, fields.until) = ("daily".into(), "on".into(), "2026-11-20".into());
    assert_eq!(errors(&fields)[0].0, "until");
    fields.until = "2026-11-21".into();
    assert!(fields.check().is_ok());
    // A series that does not repeat has no use for the value.
    (fields.repeat, fields.until) = ("never".into(), String::new());
    assert!(fields.check().is_ok());
}

#[test]
fn months_repeat_by_date_by_weekday_and_by_the_last_weekday() {
    assert_eq!(choices("2026-11-21"), ["date", "3SA"]);
    assert_eq!(choices("2026-11-28"), ["date", "4SA", "-1SA"]);
    assert_eq!(choices("2026-11-30"), ["date", "-1MO"]);
    assert_eq!(monthly_choice("-1SU"), Some((-1, Weekday::Sun)));
    assert_eq!([monthly_choice("6SU"), monthly_choice("é"), monthly_choice("")], [None; 3]);
}

#[test]
fn the_rule_follows_the_start() {
    let mut fields = meeting();
    fields.monthly = "3SA".into();
    let (from, to) = ("2026-11-21".parse().unwrap(), "2026-11-30".parse().unwrap());
    follow_start(&mut fields, from, to);
    assert_eq!((fields.weekdays, fields.monthly.as_str()), (vec!["MO".to_owned()], "-1MO"));
}

#[test]
fn what_others_changed_joins_what_was_typed() {
    let seen = meeting();
    let (mut mine, mut now) = (seen.clone(), seen.clone());
    mine.title = "Mine".into();
    now.title = "Theirs".into();
    now.location = "Room 4".into();
    now.start_time = "08:00".into();
    let merged = mine.rebased(&seen, &now);
    assert_eq!(
        [merged.title.as_str(), merged.location.as_str(), merged.start_time.as_str()],
        ["Mine", "Room 4", "08:00"]
    );
}

#[test]
fn what_was_typed_is_read_once_and_shown_as_the_person_writes_it() {
    let format = Format { hour12: true, month_first: true };
    let reader = Reader { format, today: "2026-11-26".parse().unwrap() };
    let typed = |name: &str| {
        let value = match name {
            "near" => "2027-03-01",
            "start_date" => "3/10",
            "start_time" => "7:30pm",
            "end_date" => "+1",
            "end_time" => "late",
            _ => return Vec::new(),
        };
        vec![value.to_owned()]
    };
    let fields = EventFields::read(typed, reader);
    assert_eq!([fields.start_date.as_str(), fields.start_time.as_str()], ["2027-03-10", "19:30"]);
    assert_eq!([fields.end_date.as_str(), fields.end_time.as_str()], ["2027-03-11", "late"]);
    let shown = ["start_date", "start_time", "end_time", "until", "title"].map(|name| fields.shown(name, format));
    assert_eq!(
        shown,
        [Some("Wed, Mar 10, 2027".into()), Some("7:30pm".into()), Some("late".into()), Some("".into()), None]
    );
    let wrong = errors(&fields);
    assert_eq!(wrong[0].0, "end_time");
    assert!(wrong[0].1.starts_with("“late” is not understood as a time."), "{}", wrong[0].1);
}

#[test]
fn keys_step_by_days_and_quarters_of_an_hour() {
    let format = Format { hour12: false, month_first: false };
    let mut fields = meeting();
    let step = |fields: &EventFields, name: &str| [true, false].map(|later| fields.stepped(name, later, format));
    assert_eq!(step(&fields, "start_date"), [Some("Sun, 22 Nov 2026".into()), Some("Fri, 20 Nov 2026".into())]);
    assert_eq!(step(&fields, "start_time"), [Some("09:45".into()), Some("09:15".into())]);
    for (time, later, earlier) in
        [("09:40", "09:45", "09:30"), ("23:50", "00:00", "23:45"), ("00:00", "00:15", "23:45")]
    {
        fields.start_time = time.into();
        assert_eq!(step(&fields, "start_time"), [Some(later.into()), Some(earlier.into())], "{time}");
    }
    assert_eq!(step(&fields, "title"), [None, None]);
}

#[test]
fn seconds_are_kept_where_there_are_some() {
    assert_eq!(time_value(time("09:30:15").unwrap()), "09:30:15");
    assert_eq!(time_value(time("09:30:00").unwrap()), "09:30");
}
