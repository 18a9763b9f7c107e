//! What people who may read a calendar get of what is private or confidential in it (CLASS, RFC 5545 section 3.8.1.3): when it is.

use super::entry::ComponentKind;
use super::escape::escape_text;
use super::object::CalendarObject;
use super::syntax::{Component, Element, Property};
use super::write;
use std::borrow::Cow;
use std::collections::HashSet;

/// Of VCALENDAR: what a calendar cannot be read without. The others, such as NAME, DESCRIPTION or X-WR-CALNAME, can be of the
/// event.
const CALENDAR_PROPERTIES: [&str; 3] = ["VERSION", "PRODID", "CALSCALE"];

/// Of a component: which one it is, when, and how it takes the time.
const PROPERTIES: [&str; 16] = [
    "UID",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "DUE",
    "DURATION",
    "RRULE",
    "EXRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "SEQUENCE",
    "TRANSP",
    "STATUS",
    "CLASS",
    "FREEBUSY",
];

/// Of a component that everybody may read: what it is, beside when. Nobody is named, nothing is attached, and nobody is reminded.
const PUBLIC: [&str; 12] = [
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "GEO",
    "URL",
    "CATEGORIES",
    "COLOR",
    "PRIORITY",
    "PERCENT-COMPLETE",
    "COMPLETED",
    "CREATED",
    "LAST-MODIFIED",
];

/// What RFC 5545 has for these properties.
const PARAMETERS: [&str; 4] = ["TZID", "VALUE", "RANGE", "FBTYPE"];

/// The text of `object` for somebody who may read the calendar, but not what is private or confidential in it; `text` is what
/// `object` was read from, and comes back as it is when nothing is guarded ([`CalendarObject::is_guarded`]).
///
/// Each guarded component has its identity, its times, its recurrence, STATUS, TRANSP and CLASS left, with the parameters that
/// RFC 5545 has for them, and `summary` as its SUMMARY (a VFREEBUSY has none). Of VCALENDAR stay VERSION, PRODID, CALSCALE, the
/// time zones and the other components of the object, octet for octet. The outcome has the same entries and instances. Only a
/// to-do without DTSTART and DUE is in every window then, because CREATED and COMPLETED say what somebody did, and go.
pub fn redacted<'a>(object: &CalendarObject, text: &'a str, summary: &str) -> Cow<'a, str> {
    if !object.is_guarded() {
        return Cow::Borrowed(text);
    }
    let guarded = guarded(object);
    Cow::Owned(rewritten(object, text, |out, component| match guarded.contains(&component.span.start) {
        true => push_redacted(out, component, text, summary),
        false => out.push_str(&text[component.span.clone()]),
    }))
}

/// The text of `object` for everybody: what is guarded as [`redacted`] has it, and of the rest when it is and what it is, without
/// alarms, attachments, those who take part, and whatever is not known here. `text` is what `object` was read from.
pub fn published(object: &CalendarObject, text: &str, summary: &str) -> String {
    let guarded = guarded(object);
    rewritten(object, text, |out, component| {
        if component.name == "VTIMEZONE" {
            out.push_str(&text[component.span.clone()]);
        } else if guarded.contains(&component.span.start) {
            push_redacted(out, component, text, summary);
        } else {
            push_component(out, component, text, None);
        }
    })
}

/// Where the guarded components begin.
fn guarded(object: &CalendarObject) -> HashSet<usize> {
    object.entries().filter(|entry| entry.is_guarded()).map(|entry| object.component(entry).span.start).collect()
}

/// The calendar with what it cannot be read without, and with the components that are of the object, or time zones, as `push` writes
/// them.
fn rewritten(object: &CalendarObject, text: &str, push: impl Fn(&mut String, &Component)) -> String {
    let calendar = &object.calendar;
    let mut position = calendar.body_start(text);
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..position]);
    for element in calendar.elements() {
        let span = element.span();
        out.push_str(&text[position..span.start]);
        match element {
            Element::Property(property) => push_property(&mut out, property, text, &CALENDAR_PROPERTIES),
            Element::Component(component) if is_known(component) => push(&mut out, component),
            Element::Component(_) => {}
        }
        position = span.end;
    }
    out.push_str(&text[position..]);
    out
}

/// Whether it is of the object, or a time zone. Others can say of a guarded component whatever they like.
fn is_known(component: &Component) -> bool {
    component.name == "VTIMEZONE" || ComponentKind::from_name(&component.name).is_some()
}

fn push_redacted(out: &mut String, component: &Component, text: &str, summary: &str) {
    push_component(out, component, text, Some(summary));
}

/// When the component is, and `summary`, or where there is none what everybody may know of it.
fn push_component(out: &mut String, component: &Component, text: &str, summary: Option<&str>) {
    let line_break = write::line_break(&text[..component.body_start(text)]);
    write::fold(out, &write::line("BEGIN", &[], &component.name), line_break);
    for property in &component.properties {
        push_property(out, property, text, &PROPERTIES);
        if summary.is_none() {
            push_property(out, property, text, &PUBLIC);
        }
    }
    if let Some(summary) = summary.filter(|_| component.name != ComponentKind::FreeBusy.name()) {
        write::fold(out, &write::line("SUMMARY", &[], &escape_text(summary)), line_break);
    }
    write::fold(out, &write::line("END", &[], &component.name), line_break);
}

/// The property where it is one of `names`: as it is written, or anew where it has parameters that say something else.
fn push_property(out: &mut String, property: &Property, text: &str, names: &[&str]) {
    if !names.contains(&property.name.as_str()) {
        return;
    }
    let source = &text[property.span.clone()];
    let mut params = property.params.clone();
    params.retain(|parameter| PARAMETERS.contains(&parameter.name.as_str()));
    if params.len() == property.params.len() {
        out.push_str(source);
    } else {
        let line = write::line(&property.name, &params, &property.value);
        write::fold(out, &line, write::line_break(source));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::edit::properties::samples;
    use crate::instances::{Instance, Window, instances};
    use crate::time::Zone;
    use crate::{Class, Limits};
    use insta::assert_snapshot;
    use kalends_test_support::texts::{calendar, component};
    use proptest::prelude::*;

    fn parse(text: &str) -> CalendarObject {
        CalendarObject::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn busy(text: &str) -> String {
        redacted(&parse(text), text, "Busy").into_owned()
    }

    fn event(lines: &str) -> String {
        calendar(&component("VEVENT", "1", lines))
    }

    fn shown(text: &str) -> Vec<Instance> {
        let window = Window { start: None, end: Some("2028-01-01T00:00:00Z".parse().unwrap()) };
        instances(&parse(text), window, &Zone::UTC, 10_000).unwrap()
    }

    /// The classes of the master and the overrides.
    fn classes(text: &str) -> Vec<Class> {
        parse(text).entries().map(|entry| entry.class).collect()
    }

    #[test]
    fn a_class_that_is_not_known_is_private_and_none_is_public() {
        let class = |line: &str| classes(&event(&format!("DTSTART:20260301T090000Z\n{line}")))[0];
        assert_eq!(class("SUMMARY:x"), Class::Public);
        assert_eq!(class("class:Public"), Class::Public);
        assert_eq!(class("CLASS: PRIVATE"), Class::Private);
        assert_eq!(class("CLASS;X-A=PUBLIC:confidential"), Class::Confidential);
        assert_eq!(class("CLASS:X-BOARD"), Class::Private);
        assert_eq!(class("CLASS:"), Class::Private);
        assert_eq!(class("CLASS:PUBLIC\nCLASS:CONFIDENTIAL\nCLASS:PRIVATE"), Class::Confidential);
    }

    /// A daily series with the class of the master, and overrides (day, parameters of RECURRENCE-ID, class).
    fn series(master: &str, overrides: &[(u32, &str, &str)]) -> String {
        let class = |class: &str| if class.is_empty() { String::new() } else { format!("\nCLASS:{class}") };
        let mut components = format!("DTSTART:20260301T090000Z\nRRULE:FREQ=DAILY{}", class(master));
        for (day, params, own) in overrides {
            components += &format!(
                "\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID{params}:202603{day:02}T090000Z\n\
                 DTSTART:202603{day:02}T100000Z{}",
                class(own)
            );
        }
        event(&components)
    }

    #[test]
    fn an_override_without_a_class_has_that_of_what_it_is_an_exception_of() {
        use Class::{Confidential, Private, Public};
        let text = series("CONFIDENTIAL", &[(2, "", ""), (3, "", "PUBLIC"), (4, "", "PRIVATE")]);
        assert_eq!(classes(&text), [Confidential, Confidential, Public, Private]);
        assert_eq!(classes(&series("", &[(2, "", "PRIVATE"), (3, "", "")])), [Public, Private, Public]);
        let later = ";RANGE=THISANDFUTURE";
        let text = series("", &[(9, "", ""), (4, later, "PRIVATE"), (2, "", ""), (6, later, ""), (8, "", "PUBLIC")]);
        assert_eq!(classes(&text), [Public, Private, Private, Public, Private, Public]);
        assert!(parse(&text).is_guarded() && !parse(&series("", &[(2, "", "")])).is_guarded());
    }

    #[test]
    fn a_guarded_component_says_when_it_is_and_no_more() {
        let text = calendar(
            "X-WR-CALNAME:Secret\nNAME:Secret\nCALSCALE;X-A=Secret:GREGORIAN\n\
             BEGIN:VTIMEZONE\nTZID:Home\nX-LIC-LOCATION:Europe/Zurich\nEND:VTIMEZONE\n\
             BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nCREATED:20260101T000000Z\nLAST-MODIFIED:20260101T000000Z\n\
             DTSTART;X-SECRET=Secret;TZID=Home:20260327T0900\n 00\nDTEND;TZID=Home:20260327T\n 100000\n\
             RRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Home:20260330T090000\nRDATE;VALUE=PERIOD;TZID=Home:20260401T090000/PT1H\n\
             SEQUENCE:2\nSTATUS:TENTATIVE\nTRANSP:OPAQUE\nCLASS:PRIVATE\nSUMMARY:Secret\nLOCATION:Secret\nX-A:Secret\n\
             ATTENDEE;CN=Secret:mailto:secret@example.org\n\n\
             BEGIN:VALARM\nACTION:DISPLAY\nDTSTART:20260101T000000Z\nDESCRIPTION:Secret\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Home:20260329T090000\nDTSTART;TZID=Home:20260329T140000\n\
             CLASS:PUBLIC\nSUMMARY:Open\nX-A;B=c:d\nEND:VEVENT\n\
             BEGIN:X-MORE\nX-A:Secret\nEND:X-MORE\n",
        )
        .replace("\r\n", "\n");
        let found = busy(&text);
        assert_eq!(shown(&found), shown(&text));
        assert_snapshot!(found, @r"
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Example//EN
        CALSCALE:GREGORIAN
        BEGIN:VTIMEZONE
        TZID:Home
        X-LIC-LOCATION:Europe/Zurich
        END:VTIMEZONE
        BEGIN:VEVENT
        UID:1
        DTSTAMP:20260101T000000Z
        DTSTART;TZID=Home:20260327T090000
        DTEND;TZID=Home:20260327T
         100000
        RRULE:FREQ=DAILY;COUNT=5
        EXDATE;TZID=Home:20260330T090000
        RDATE;VALUE=PERIOD;TZID=Home:20260401T090000/PT1H
        SEQUENCE:2
        STATUS:TENTATIVE
        TRANSP:OPAQUE
        CLASS:PRIVATE
        SUMMARY:Busy
        END:VEVENT
        BEGIN:VEVENT
        UID:1
        RECURRENCE-ID;TZID=Home:20260329T090000
        DTSTART;TZID=Home:20260329T140000
        CLASS:PUBLIC
        SUMMARY:Open
        X-A;B=c:d
        END:VEVENT
        END:VCALENDAR
        ");
    }

    #[test]
    fn what_is_not_guarded_comes_back_as_it_is() {
        let text = event("DTSTART:20260301T090000Z\nSUMMARY:a\n b\nX-WR-CALNAME:x\n\nCLASS:PUBLIC");
        assert!(matches!(redacted(&parse(&text), &text, "Busy"), Cow::Borrowed(same) if same == text));
    }

    #[test]
    fn a_guarded_to_do_keeps_its_due_and_a_free_busy_time_its_periods() {
        let text = calendar(&component(
            "VTODO",
            "1",
            "DUE:20260301T090000Z\nCLASS:PRIVATE\nPERCENT-COMPLETE:50\nCOMPLETED:20260301T080000Z\nSUMMARY:Secret",
        ));
        let found = busy(&text);
        assert!(found.contains("DUE:20260301T090000Z\r\n") && !found.contains("COMPLETE"), "{found}");
        let text = calendar(&component(
            "VFREEBUSY",
            "1",
            "CLASS:PRIVATE\nFREEBUSY;FBTYPE=BUSY;X-A=Secret:20260301T090000Z/PT1H\nCOMMENT:Secret",
        ));
        let found = busy(&text);
        assert!(found.contains("FREEBUSY;FBTYPE=BUSY:20260301T090000Z/PT1H\r\n"), "{found}");
        assert!(!found.contains("Secret") && !found.contains("SUMMARY"), "{found}");
    }

    #[test]
    fn the_word_is_escaped_and_folded() {
        let text = event("DTSTART:20260301T090000Z\nCLASS:PRIVATE");
        let word = format!("Busy, {}\nEND:VEVENT", "x".repeat(100));
        let found = redacted(&parse(&text), &text, &word);
        assert_eq!(parse(&found).master.unwrap().summary.as_deref(), Some(word.as_str()));
        assert!(found.lines().all(|line| line.len() <= 75));
    }

    #[test]
    fn what_everybody_may_know_is_left_of_what_is_public() {
        let text = event(
            "DTSTART:20260301T090000Z\nSUMMARY;LANGUAGE=en;X-P=Hidden:Open day\nLOCATION:Hall\nDESCRIPTION:All are welcome\n\
             ATTENDEE;CN=Hidden:mailto:hidden@example.org\nORGANIZER:mailto:hidden@example.org\nATTACH:https://hidden.example/x\n\
             CONTACT:Hidden\nCOMMENT:Hidden\nX-HIDDEN:1\nRRULE:FREQ=DAILY;COUNT=3\n\
             BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Hidden\nTRIGGER:-PT5M\nEND:VALARM",
        );
        let found = published(&parse(&text), &text, "Busy");
        for word in ["SUMMARY:Open day", "LOCATION:Hall", "DESCRIPTION:All are welcome", "RRULE:FREQ=DAILY;COUNT=3"] {
            assert!(found.contains(word), "{word}: {found}");
        }
        assert!(!found.to_lowercase().contains("hidden") && !found.contains("VALARM"), "{found}");
        assert_eq!(shown(&found), shown(&text));
        let private = event("DTSTART:20260301T090000Z\nSUMMARY:Hidden\nCLASS:PRIVATE");
        let found = published(&parse(&private), &private, "Busy");
        assert!(found.contains("SUMMARY:Busy") && !found.contains("Hidden"), "{found}");
        assert_eq!(published(&parse(&found), &found, "Busy"), found);
    }

    /// The text with a line of a class, or none, in each VEVENT, and what nobody else may know.
    fn classified(text: &str, classes: &[usize]) -> String {
        let mut classes = classes.iter().cycle();
        text.split_inclusive("UID:1\r\n")
            .map(|piece| {
                let Some(head) = piece.strip_suffix("UID:1\r\n") else { return piece.to_owned() };
                let class = classes.next().map_or("", |&class| ["", "CLASS:PRIVATE\r\n", "CLASS:PUBLIC\r\n"][class]);
                format!(
                    "{head}LOCATION:Room\r\n{class}UID;X-OWN=Room:1\r\nX-OWN;TZID=Europe/Berlin:20260101T000000\r\n"
                )
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn the_instances_stay_and_the_rest_goes(
            sample in samples(0..7),
            chosen in prop::collection::vec(0..3_usize, 1..4),
        ) {
            let text = classified(&sample.text, &chosen);
            let object = parse(&text);
            let found = busy(&text);
            let left = parse(&found);
            prop_assert_eq!(shown(&found), shown(&text));
            prop_assert_eq!(classes(&found), classes(&text));
            for (before, after) in object.entries().zip(left.entries()) {
                let (source, after_source) =
                    (&text[object.component(before).span.clone()], &found[left.component(after).span.clone()]);
                if before.is_guarded() {
                    prop_assert_eq!(after.summary.as_deref(), Some("Busy"));
                    let says = ["Room", "Base", "Own", "X-", "VALARM"].iter().find(|word| after_source.contains(**word));
                    prop_assert_eq!(says, None, "{}", after_source);
                } else {
                    prop_assert_eq!(after_source, source);
                }
            }
            prop_assert_eq!(busy(&found), found);
        }
    }
}
