use super::*;

fn outcome(base: Option<&str>, ours: Option<&str>, theirs: Option<&str>) -> Outcome {
    merge(&Versions { base, ours, theirs }, &limits()).unwrap()
}

#[test]
fn what_only_one_side_has_changed_made_or_deleted_is_its() {
    let (old, new) = (event(SINGLE), event(SINGLE).replace("Meeting", "Lunch"));
    let (old, new) = (Some(old.as_str()), Some(new.as_str()));
    assert_eq!(outcome(None, None, None), Outcome::Unchanged);
    assert_eq!(outcome(old, old, old), Outcome::Unchanged);
    assert_eq!(outcome(old, None, None), Outcome::Unchanged);
    assert_eq!(outcome(None, new, new), Outcome::Unchanged);
    assert_eq!(outcome(old, new, new), Outcome::Unchanged);
    for (base, changed) in [(old, new), (None, new), (old, None)] {
        assert_eq!(outcome(base, changed, base), Outcome::TakeOurs);
        assert_eq!(outcome(base, base, changed), Outcome::TakeTheirs);
    }
}

#[test]
fn an_edit_against_a_deletion_collides_and_noise_does_not() {
    let (base, new) = (event(SINGLE), event(SINGLE).replace("Meeting", "Lunch"));
    let noise = with(&base, "DTSTAMP", "DTSTAMP:20270101T000000Z\nLAST-MODIFIED:20270101T000000Z");
    assert_eq!(outcome(Some(&base), None, Some(&noise)), Outcome::TakeOurs);
    assert_eq!(outcome(Some(&base), Some(&noise), None), Outcome::TakeTheirs);
    let Outcome::Conflict { collisions } = outcome(Some(&base), None, Some(&new)) else { panic!() };
    let [collision] = collisions.as_slice() else { panic!("{collisions:?}") };
    assert_eq!((&collision.place, &collision.part, &collision.ours), (&Place::Object, &Part::Whole, &None));
    let Some(Value::Component { summary, start, .. }) = &collision.theirs else { panic!("{collision:?}") };
    assert_eq!(summary.as_deref(), Some("Lunch"));
    assert!(start.is_some());
    let versions = Versions { base: Some(&base), ours: None, theirs: Some(&new) };
    assert_eq!(resolve(&versions, &limits(), &mut |_| Winner::Ours).unwrap(), None);
    assert_eq!(resolve(&versions, &limits(), &mut |_| Winner::Theirs).unwrap(), Some(new));
}

#[test]
fn two_that_were_made_with_one_uid_come_together_where_they_do_not_differ() {
    let (ours, theirs) = (event(&format!("{SINGLE}\nURL:https://a.example/")), event(&format!("{SINGLE}\nPRIORITY:1")));
    let Outcome::Merged { text } = outcome(None, Some(&ours), Some(&theirs)) else { panic!() };
    assert!(text.contains("PRIORITY:1") && text.contains("URL:https://a.example/"));
    let theirs = theirs.replace("Meeting", "Lunch");
    let Outcome::Conflict { collisions } = outcome(None, Some(&ours), Some(&theirs)) else { panic!() };
    assert_eq!(collisions.len(), 1);
    assert_eq!(collisions[0].base, None);
}

#[test]
fn what_does_not_go_together_is_decided_as_a_whole() {
    let base = event(SINGLE);
    let ours = with(&base, "SUMMARY", "SUMMARY:A");
    // Another UID, another kind of component, one TZID of two meanings.
    let other_uid = with(&base, "LOCATION", "LOCATION:B").replace("UID:1", "UID:2");
    let todo = texts::todo("1", "");
    for theirs in [&other_uid, &todo] {
        let found = collisions(&base, &ours, theirs);
        assert_eq!((&found[0].place, &found[0].part), (&Place::Object, &Part::Whole));
        assert_eq!(resolved(&base, &ours, theirs, Winner::Ours), ours);
        assert_eq!(&resolved(&base, &ours, theirs, Winner::Theirs), theirs);
    }
    let zoned = |offset: &str, summary: &str| {
        let zone = format!(
            "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\n"
        );
        let lines = format!("DTSTART;TZID=Mine:20260105T090000\nDURATION:PT1H\nSUMMARY:{summary}");
        calendar(&format!("{zone}{}", texts::component("VEVENT", "1", &lines)))
    };
    let found = collisions(&zoned("+0100", "a"), &zoned("+0100", "b"), &zoned("+0200", "a"));
    assert_eq!((&found[0].place, &found[0].part), (&Place::Object, &Part::Whole));
}

#[test]
fn a_text_that_cannot_be_read_is_an_error() {
    let base = event(SINGLE);
    let ours = with(&base, "SUMMARY", "SUMMARY:A");
    assert!(merge(&all(&base, &ours, "nonsense"), &limits()).is_err());
    assert!(merge(&all(&base, &base, "nonsense"), &limits()).is_err());
}

#[test]
fn what_grows_too_large_is_refused() {
    let base = event(SINGLE);
    let ours = plus(&base, &format!("X-A:{}", "a".repeat(300)));
    let theirs = plus(&base, &format!("X-B:{}", "b".repeat(300)));
    let limits = Limits { object_octets: ours.len() + 100, ..Limits::default() };
    assert!(matches!(merge(&all(&base, &ours, &theirs), &limits), Err(crate::Error::TooLarge { .. })));
}

#[test]
fn what_calendars_say_of_themselves_stays_ours() {
    let base = event(SINGLE);
    let ours = with(&base, "SUMMARY", "SUMMARY:A");
    let theirs = with(&base, "LOCATION", "")
        .replace("PRODID:-//Example//EN", "PRODID:theirs\r\nX-WR-CALNAME:Name\r\nX-ABOUT:all");
    assert_eq!(
        merged(&base, &ours, &theirs),
        with(&ours, "LOCATION", "").replace("PRODID:-//Example//EN", "PRODID:-//Example//EN\r\nX-ABOUT:all")
    );
}
