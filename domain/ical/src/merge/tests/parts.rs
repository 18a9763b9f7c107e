use super::*;

#[test]
fn different_properties_come_together_and_every_other_octet_stays() {
    let base = event(SINGLE).replace("SUMMARY:Meeting", "X-FOLDED:a\r\n b\r\nsummary;x-p=1:Meeting");
    let ours = with(&base, "LOCATION", "LOCATION:There");
    let theirs = with(&base, "summary", "SUMMARY;X-P=1:Lunch");
    let text = merged(&base, &ours, &theirs);
    assert_snapshot!(difference(&ours, &text), @"
    -summary;x-p=1:Meeting
    +SUMMARY;X-P=1:Lunch
    ");
    assert_eq!(text, ours.replace("summary;x-p=1:Meeting", "SUMMARY;X-P=1:Lunch"));
}

#[test]
fn a_new_property_stands_after_what_it_stood_after() {
    let base = event(SINGLE);
    let ours = with(&base, "X-OWN", "");
    let theirs = with(&base, "SUMMARY", "SUMMARY:Meeting\nURL:https://example.org/\nX-NEW;X-P=1:theirs");
    assert_eq!(
        merged(&base, &ours, &theirs),
        with(&ours, "SUMMARY", "SUMMARY:Meeting\nURL:https://example.org/\nX-NEW;X-P=1:theirs")
    );
}

#[test]
fn the_same_change_on_both_sides_is_none() {
    let base = event(SINGLE);
    let ours = with(&base, "SUMMARY", "SUMMARY:Lunch");
    let theirs = with(&base, "SUMMARY", "summary;VALUE=text:Lu\n nch").replace("\r\nnch", "\r\n nch");
    assert_eq!(merge(&all(&base, &ours, &theirs), &limits()).unwrap(), Outcome::Unchanged);
    let theirs = with(&theirs, "LOCATION", "");
    assert_eq!(merged(&base, &ours, &theirs), with(&ours, "LOCATION", ""));
}

#[test]
fn a_property_that_both_change_collides() {
    let base = event(SINGLE);
    let ours = with(&with(&base, "SUMMARY", "SUMMARY:Lunch\\, late"), "X-OWN", "X-OWN:ours");
    let theirs = with(&with(&base, "SUMMARY", ""), "LOCATION", "LOCATION:There");
    let found = collisions(&base, &ours, &theirs);
    let [collision] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(collision.place, Place::Master);
    assert_eq!(collision.part, Part::Property("SUMMARY".into()));
    assert_eq!(collision.base, Some(Value::Text("Meeting".into())));
    assert_eq!(collision.ours, Some(Value::Text("Lunch, late".into())));
    assert_eq!(collision.theirs, None);
    assert_eq!(resolved(&base, &ours, &theirs, Winner::Ours), with(&ours, "LOCATION", "LOCATION:There"));
    assert_eq!(
        resolved(&base, &ours, &theirs, Winner::Theirs),
        with(&with(&ours, "LOCATION", "LOCATION:There"), "SUMMARY", "")
    );
}

#[test]
fn each_collision_is_decided_by_itself() {
    let base = event(SINGLE);
    let ours = with(&with(&base, "SUMMARY", "SUMMARY:A"), "X-OWN", "X-OWN:A");
    let theirs = with(&with(&base, "SUMMARY", "SUMMARY:B"), "X-OWN", "X-OWN:B");
    assert_eq!(collisions(&base, &ours, &theirs).len(), 2);
    let mut choose = |collision: &Collision| match &collision.part {
        Part::Property(name) if name == "SUMMARY" => Winner::Theirs,
        _ => Winner::Ours,
    };
    let text = resolve(&all(&base, &ours, &theirs), &limits(), &mut choose).unwrap().unwrap();
    assert_eq!(text, with(&ours, "SUMMARY", "SUMMARY:B"));
}

#[test]
fn start_and_end_are_one_thing() {
    let base = event(SINGLE);
    let ours = with(&base, "DTSTART", "DTSTART;TZID=Europe/Berlin:20260105T083000");
    let theirs = with(&base, "DTEND", "DTEND;TZID=Europe/Berlin:20260105T110000");
    let found = collisions(&base, &ours, &theirs);
    assert_eq!(found[0].part, Part::Group(Group::Time));
    assert!(
        matches!(&found[0].theirs, Some(Value::Schedule { end: Some(end), .. }) if end.value() == "20260105T110000")
    );
    let text = resolved(&base, &ours, &theirs, Winner::Theirs);
    assert!(same_meaning(&text, &theirs, &limits()).unwrap());
    // The same end as a duration is the same change.
    let as_duration = with(&base, "DTEND", "DURATION:PT2H");
    assert_eq!(merge(&all(&base, &as_duration, &theirs), &limits()).unwrap(), Outcome::Unchanged);
}

#[test]
fn what_says_one_thing_together_collides_together() {
    let base = event(&format!("{SINGLE}\nGEO:47;8\nDESCRIPTION:a\nX-ALT-DESC;FMTTYPE=text/html:<b>a</b>"));
    for (ours, theirs, group) in [
        (with(&base, "LOCATION", "LOCATION:There"), with(&base, "GEO", "GEO:48;9"), Group::Location),
        (with(&base, "DESCRIPTION", "DESCRIPTION:b"), with(&base, "X-ALT-DESC", "X-ALT-DESC:c"), Group::Description),
    ] {
        assert_eq!(collisions(&base, &ours, &theirs)[0].part, Part::Group(group));
    }
    let todo = texts::todo("1", "STATUS:NEEDS-ACTION\n");
    let ours = with(&todo, "STATUS", "STATUS:COMPLETED\nCOMPLETED:20260101T000000Z\nPERCENT-COMPLETE:100");
    let theirs = plus(&todo, "PERCENT-COMPLETE:50");
    assert_eq!(collisions(&todo, &ours, &theirs)[0].part, Part::Group(Group::Completion));
    let text = resolved(&todo, &theirs, &ours, Winner::Theirs);
    assert!(same_meaning(&text, &ours, &limits()).unwrap(), "{text}");
}

#[test]
fn sets_are_merged_element_by_element() {
    let base = event(&format!(
        "{SINGLE}\nCATEGORIES:A,B\\,b,C\nCOMMENT:one\nCOMMENT:two\nATTACH:https://example.org/1\nX-MANY:1\nX-MANY:2"
    ));
    let ours = with(&with(&base, "CATEGORIES", "CATEGORIES:A,B\\,b,C,D"), "COMMENT:one", "");
    let ours = with(&ours, "X-MANY:1", "X-MANY:1\nX-MANY:3");
    let theirs =
        with(&with(&base, "CATEGORIES", "CATEGORIES:C,E\nCATEGORIES:A,F"), "COMMENT:two", "COMMENT:two\nCOMMENT:three");
    let theirs = with(&with(&theirs, "X-MANY:2", ""), "ATTACH", "ATTACH:https://example.org/2");
    assert_snapshot!(difference(&ours, &merged(&base, &ours, &theirs)), @"
    -CATEGORIES:A,B\\,b,C,D
    -ATTACH:https://example.org/1
    -X-MANY:2
    +CATEGORIES:A,C,D
    +CATEGORIES:E
    +CATEGORIES:F
    +COMMENT:three
    +ATTACH:https://example.org/2
    ");
}

#[test]
fn an_attendee_is_merged_by_parameters() {
    let base = event(&format!(
        "{SINGLE}\nORGANIZER:mailto:o@example.org\nATTENDEE;CN=Ann;X-P=1:mailto:ann@example.org\nATTENDEE:mailto:bob@example.org"
    ));
    let ours = with(&base, "ATTENDEE;CN=Ann", "ATTENDEE;CN=Ann;X-P=1;PARTSTAT=ACCEPTED:mailto:ann@example.org");
    let ours = plus(&ours, "ATTENDEE:mailto:cid@example.org");
    let theirs = with(
        &base,
        "ATTENDEE;CN=Ann",
        "ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION;X-P=2;CN=Ann;SCHEDULE-STATUS=1.2:MAILTO:Ann@example.org",
    );
    let theirs = with(&theirs, "ATTENDEE:mailto:bob", "");
    assert_snapshot!(difference(&ours, &merged(&base, &ours, &theirs)), @"
    -ATTENDEE;CN=Ann;X-P=1;PARTSTAT=ACCEPTED:mailto:ann@example.org
    -ATTENDEE:mailto:bob@example.org
    +ATTENDEE;CN=Ann;X-P=2;PARTSTAT=ACCEPTED;ROLE=OPT-PARTICIPANT:mailto:ann@exa
    + mple.org
    ");
    let declined = with(&base, "ATTENDEE;CN=Ann", "ATTENDEE;CN=Ann;X-P=1;PARTSTAT=DECLINED:mailto:ann@example.org");
    let found = collisions(&base, &ours, &declined);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].part, Part::Element { name: "ATTENDEE".into(), key: "mailto:ann@example.org".into() });
}

fn alarm(lines: &str) -> String {
    format!("BEGIN:VALARM\nACTION:DISPLAY\n{lines}\nEND:VALARM")
}

#[test]
fn alarms_are_told_apart_by_what_they_say_and_by_their_uid() {
    let base = event(&format!("{SINGLE}\n{}\n{}", alarm("TRIGGER:-PT5M"), alarm("UID:a\nTRIGGER:-P1D")));
    let ours = plus(&base, &alarm("TRIGGER:-PT30M"));
    let theirs =
        base.replace("TRIGGER:-PT5M", "TRIGGER:-PT10M").replace("UID:a\r\nTRIGGER:-P1D", "TRIGGER:-P2D\r\nUID:a");
    let text = merged(&base, &ours, &theirs);
    let triggers: Vec<_> = text.lines().filter(|line| line.starts_with("TRIGGER")).collect();
    assert_eq!(triggers.len(), 3);
    for trigger in ["TRIGGER:-PT10M", "TRIGGER:-P2D", "TRIGGER:-PT30M"] {
        assert!(triggers.contains(&trigger), "{trigger} in {text}");
    }
    let ours = base.replace("TRIGGER:-P1D", "TRIGGER:-P3D");
    assert_eq!(
        collisions(&base, &ours, &theirs)[0].part,
        Part::Component { name: "VALARM".into(), key: "UID a".into() }
    );
}

#[test]
fn what_was_seen_later_counts() {
    let base = event(&format!("{SINGLE}\nX-MOZ-LASTACK:20260101T000000Z\n{}", alarm("UID:a\nTRIGGER:-PT5M")));
    let seen = |moz: &str, acknowledged: &str| {
        with(&base, "X-MOZ-LASTACK", &format!("X-MOZ-LASTACK:{moz}"))
            .replace("UID:a\r\n", &format!("UID:a\r\nACKNOWLEDGED:{acknowledged}\r\n"))
    };
    let ours = seen("20260102T000000Z", "20260104T000000Z");
    let theirs = seen("20260103T000000Z", "20260102T000000Z");
    assert_snapshot!(difference(&ours, &merged(&base, &ours, &theirs)), @"
    -X-MOZ-LASTACK:20260102T000000Z
    +X-MOZ-LASTACK:20260103T000000Z
    ");
}

#[test]
fn notes_of_programs_never_collide() {
    let note = |text: &str, sequence: &str, stamp: &str, created: &str, generation: &str| {
        let text =
            with(text, "DTSTAMP", &format!("DTSTAMP:{stamp}\nLAST-MODIFIED:{stamp}\nCREATED:{created}\n{sequence}"));
        plus(&text, &format!("X-MOZ-GENERATION:{generation}"))
            .replace("PRODID:-//Example//EN", &format!("PRODID:{stamp}"))
    };
    let base = event(SINGLE);
    let ours = note(&with(&base, "LOCATION", ""), "SEQUENCE:2", "20260103T000000Z", "20260102T000000Z", "9");
    let theirs = note(&with(&base, "SUMMARY", ""), "SEQUENCE:10", "20260104T000000Z", "20260101T000000Z", "10");
    assert_snapshot!(difference(&ours, &merged(&base, &ours, &theirs)), @"
    -DTSTAMP:20260103T000000Z
    -LAST-MODIFIED:20260103T000000Z
    -CREATED:20260102T000000Z
    -SEQUENCE:2
    -SUMMARY:Meeting
    -X-MOZ-GENERATION:9
    +DTSTAMP:20260104T000000Z
    +LAST-MODIFIED:20260104T000000Z
    +CREATED:20260101T000000Z
    +SEQUENCE:10
    +X-MOZ-GENERATION:10
    ");
    // What has only been noted is no change, but a SEQUENCE that servers have must not fall.
    let noted = note(&base, "SEQUENCE:10", "20260104T000000Z", "20260101T000000Z", "10");
    assert_eq!(merge(&all(&base, &base, &noted), &limits()).unwrap(), Outcome::Unchanged);
    let Outcome::Merged { text } = merge(&all(&base, &ours, &noted), &limits()).unwrap() else { panic!() };
    assert_snapshot!(difference(&ours, &text), @"
    -SEQUENCE:2
    +SEQUENCE:10
    ");
}

#[test]
fn zones_come_and_go_with_what_needs_them() {
    let zone = |tzid: &str| {
        format!(
            "BEGIN:VTIMEZONE\nTZID:{tzid}\nX-OF:{tzid}\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
    };
    let in_zone = |tzid: &str, summary: &str| {
        let lines = format!("DTSTART;TZID={tzid}:20260105T090000\nDURATION:PT1H\nSUMMARY:{summary}");
        calendar(&format!("{}{}", zone(tzid), texts::component("VEVENT", "1", &lines)))
    };
    let text = merged(&in_zone("Mine", "a"), &in_zone("Mine", "b"), &in_zone("Europe/Berlin", "a"));
    assert_eq!(text, in_zone("Europe/Berlin", "b"));
}
