//! Series that count in another calendar system (RFC 7529).

use super::*;

fn new_year(more: &str) -> String {
    event(&format!("DTSTART;VALUE=DATE:20130210\nRRULE:RSCALE=CHINESE;FREQ=YEARLY{more}"))
}

fn day(text: &str) -> Moment {
    Moment::Date(date(text))
}

#[test]
fn a_rule_that_is_not_changed_stays_as_it_is() {
    let text = new_year("").replace("RRULE:RSCALE=CHINESE;FREQ=YEARLY", "RRULE:FREQ=YEARLY;rscale=Chinese;X-A=b");
    let draft = draft_of(&parse(&text), None).unwrap();
    assert_eq!(draft.repeat, Repeat::Custom("FREQ=YEARLY;rscale=Chinese;X-A=b".into()));
    for scope in [all(None), Scope::This(day("20150219"))] {
        let changed = edited(&text, &scope, |draft| draft.summary = "New year".into());
        assert!(changed.contains("\r\nRRULE:FREQ=YEARLY;rscale=Chinese;X-A=b\r\n"), "{changed}");
    }
    let gregorian = Repeat::Every { interval: 1, pattern: Pattern::Yearly, until: RepeatEnd::Never };
    let changed = edited(&text, &all(None), |draft| draft.repeat = gregorian);
    assert_eq!(starts(&changed, 3), ["20130210", "20140210", "20150210"], "{changed}");
}

#[test]
fn a_series_is_divided() {
    for (more, last) in [(";COUNT=5", Some("20170128")), (";UNTIL=20170301", Some("20170128")), ("", None)] {
        let scope = Scope::ThisAndFollowing(day("20150219"));
        let edited = edit(&new_year(more), &scope, |draft| draft.summary = "Spring".into());
        let (text, later) = (edited.text.unwrap(), edited.split.unwrap().text);
        assert_eq!(starts(&text, 9), ["20130210", "20140131"], "{text}");
        assert_eq!(starts(&later, 3), ["20150219", "20160208", "20170128"], "{later}");
        if let Some(last) = last {
            assert_eq!(starts(&later, 9).last().map(String::as_str), Some(last), "{later}");
        }
    }
}

/// From the 1st of March, to which the 29th of February was moved.
#[test]
fn a_series_is_divided_where_skip_moved_an_instance() {
    let text = event("DTSTART;VALUE=DATE:20120229\nRRULE:RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD;COUNT=6");
    let edited = edit(&text, &Scope::ThisAndFollowing(day("20140301")), |draft| draft.summary = "Leap".into());
    assert_eq!(starts(&edited.text.unwrap(), 9), ["20120229", "20130301"]);
    let later = edited.split.unwrap().text;
    assert_eq!(starts(&later, 9), ["20140301", "20150301", "20160229", "20170301"], "{later}");
}

#[test]
fn a_series_moves_where_its_days_can() {
    // The first days of months have a day after them in all.
    let moved = edited(&new_year(";COUNT=3"), &all(Some(day("20140131"))), move_by(TimeDelta::days(1)));
    assert_eq!(starts(&moved, 9), ["20130211", "20140201", "20150220"], "{moved}");
    // The month before has 29 days or 30.
    let refused = |text: &str, id: &str, days: i64| {
        let object = parse(text);
        let mut draft = draft_of(&object, Some(&day(id))).unwrap();
        move_by(TimeDelta::days(days))(&mut draft);
        let refused = update(&object, text, &all(Some(day(id))), &draft, now());
        assert!(matches!(refused, Err(crate::Error::BadInput { field: "timing", .. })), "{refused:?}");
    };
    refused(&new_year(""), "20140131", -1);
    refused(&new_year(";BYMONTH=1;BYMONTHDAY=1"), "20140131", 1);
    let hours = new_year("").replace(";VALUE=DATE:20130210", ":20130210T090000");
    let moved = edited(&hours, &all(None), move_by(TimeDelta::hours(2)));
    assert_eq!(starts(&moved, 2), ["20130210T110000", "20140131T110000"], "{moved}");
}

#[test]
fn an_unknown_system_is_left_alone() {
    let text = new_year("").replace("CHINESE", "DISCORDIAN");
    for scope in [all(None), Scope::This(day("20130210")), Scope::ThisAndFollowing(day("20130210"))] {
        let changed = edited(&text, &scope, |draft| draft.summary = "Chaoflux".into());
        assert!(changed.contains("RSCALE=DISCORDIAN;FREQ=YEARLY"), "{changed}");
        assert_eq!(starts(&changed, 9), ["20130210"], "{changed}");
        let changed = edited(&text, &scope, move_by(TimeDelta::days(1)));
        assert_eq!(starts(&changed, 9), ["20130211"], "{changed}");
    }
}
