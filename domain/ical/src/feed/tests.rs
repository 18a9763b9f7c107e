#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

const MAX: usize = 10_000;

fn scan(octets: &[u8], step: usize) -> Result<Vec<Piece>, FeedError> {
    let mut scanner = Scanner::new(MAX);
    let mut pieces = Vec::new();
    for chunk in octets.chunks(step.max(1)) {
        pieces.extend(scanner.push(chunk)?);
    }
    pieces.extend(scanner.finish()?);
    Ok(pieces)
}

fn components(text: &str) -> Vec<RawComponent> {
    let pieces = scan(text.as_bytes(), 7).unwrap();
    pieces
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Component(component) => Some(component),
            Piece::Head { .. } => None,
        })
        .collect()
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n")
}

fn calendar(inside: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inside}END:VCALENDAR\r\n")
}

#[test]
fn components_come_out_as_they_went_in() {
    let alarmed = event("UID:1\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM");
    let text = format!("\u{feff}\r\n{}{}", calendar(&alarmed), calendar(&event("UID:2")));
    let found = components(&text);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].root, found[1].root), (Some(0), Some(1)));
    assert_eq!(found[0].octets, alarmed.as_bytes());
    assert_eq!(found[0].fault, None);
    let heads = scan(text.as_bytes(), 1000).unwrap();
    assert!(heads.contains(&Piece::Head { root: 1, lines: "VERSION:2.0\r\nPRODID:x\r\n".into() }));
    assert_eq!(components("BEGIN:VEVENT\nUID:1\nEND:VEVENT\n")[0].root, None);
}

#[test]
fn what_is_broken_is_broken_alone() {
    let good = event("UID:good");
    for broken in [
        "BEGIN:VEVENT\r\nUID:1\r\n".to_owned(),
        "BEGIN:VEVENT\r\nUID:1\r\nBEGIN:VALARM\r\nEND:VEVENT\r\n".to_owned(),
        event("UID:1\r\nEND:VALARM"),
        event(&format!("UID:1\r\nDESCRIPTION:{}", "x".repeat(2 * MAX))),
        event(&format!("UID:1\r\n{}", "X:1\r\n".repeat(MAX))),
    ] {
        for text in [format!("{good}{broken}"), format!("{broken}{good}"), format!("{broken}{broken}{good}")] {
            let found = components(&calendar(&text));
            let (faulty, whole): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.fault.is_some());
            assert_eq!(whole.len(), 1, "{}", &text[..200.min(text.len())]);
            assert_eq!(whole[0].octets, good.as_bytes());
            assert!(!faulty.is_empty() && faulty.iter().all(|faulty| faulty.octets.len() <= MAX));
        }
    }
}

#[test]
fn what_is_no_whole_calendar_is_refused() {
    let whole = calendar(&event("UID:1"));
    for cut in [whole.len() - 20, whole.len() - 40, 30] {
        assert_eq!(scan(&whole.as_bytes()[..cut], 5), Err(FeedError::Incomplete), "{cut}");
    }
    assert_eq!(scan(b" \r\n", 5), Err(FeedError::Nothing));
    let page = scan(b"<!DOCTYPE html>\n<html>BEGIN:VCALENDAR", 4);
    assert_eq!(page, Err(FeedError::NoCalendar("<!DOCTYPE html>".into())));
    assert!(matches!(scan(&[0; 100_000], 999), Err(FeedError::NoCalendar(_))));
}

#[test]
fn notes_and_order_say_nothing_and_everything_else_does() {
    let print = |lines: &str| examine(event(lines).as_bytes(), 8).unwrap().print;
    let first = print("UID:1\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:One\r\nDTSTART:20260101T100000Z");
    let again = print(
        "DTSTART:20260101T100000Z\r\nSUMMARY:O\r\n ne\r\nUID:1\r\nDTSTAMP:20260202T000000Z\r\n\
         LAST-MODIFIED:20260202T000000Z",
    );
    assert_eq!(first, again);
    assert_ne!(first, print("UID:1\r\nSUMMARY:Two\r\nDTSTART:20260101T100000Z"));
    assert_ne!(first, print("UID:1\r\nSUMMARY:One\r\nDTSTART:20260101T100000Z\r\nX-OTHER:1"));
}

#[test]
fn an_object_is_put_together_with_its_zones_and_without_what_the_feed_says_of_itself() {
    let zone = b"BEGIN:VTIMEZONE\r\nTZID:A\r\nEND:VTIMEZONE\r\n".to_vec();
    let master = event("UID:1\r\nDTSTART;TZID=A:20260101T100000\r\nRRULE:FREQ=DAILY").into_bytes();
    let changed = event("UID:1\r\nRECURRENCE-ID;TZID=A:20260102T100000\r\nSUMMARY:x").into_bytes();
    let head = "VERSION:2.0\r\nPRODID:x\r\nMETHOD:PUBLISH\r\nX-WR-CALNAME:Y\r\nREFRESH-INTERVAL:PT1H";
    let text = compose(&[Block { head, components: &[zone, master.clone(), changed] }], 8).unwrap();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\n"), "{text}");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 2);
    let nameless = event("SUMMARY:x").into_bytes();
    let uid = examine(&nameless, 8).unwrap().uid.unwrap().1;
    let text = compose(&[Block { head: "", components: std::slice::from_ref(&nameless) }], 8).unwrap();
    assert!(text.contains(&format!("UID:{uid}\r\n")), "{text}");
    assert!(compose(&[Block { head, components: &[master, nameless] }], 8).is_err());
    let broken = event("UID:1\r\nno line").into_bytes();
    assert!(examine(&broken, 8).is_ok());
    assert!(compose(&[Block { head, components: &[broken] }], 8).is_err());
}

#[test]
fn a_calendar_says_what_it_is() {
    let head = "X-WR-CALNAME:Old\r\nNAME:Trash\\, glass\r\nX-WR-TIMEZONE:Europe/Zurich\r\nCOLOR:Tomato\r\n\
                REFRESH-INTERVAL;VALUE=DURATION:P1DT1H\r\nX-PUBLISHED-TTL:PT1H\r\nbroken\r\n";
    let found = Description::of(head);
    assert_eq!(found.name.as_deref(), Some("Trash, glass"));
    assert_eq!(found.color.as_deref(), Some("#FF6347"));
    assert_eq!((found.time_zone.as_deref(), found.refresh_seconds), (Some("Europe/Zurich"), Some(90_000)));
    let other = Description::of("X-APPLE-CALENDAR-COLOR:#0e61b9ff\r\nX-PUBLISHED-TTL:-PT1H\r\nX-WR-CALNAME: \r\n");
    assert_eq!(other, Description { color: Some("#0E61B9".into()), ..Description::default() });
}

proptest! {
    #[test]
    fn it_is_the_same_however_it_comes(
        lines in prop::collection::vec(prop::sample::select(vec![
            "BEGIN:VCALENDAR\r\n", "END:VCALENDAR\r\n", "BEGIN:VEVENT\n", "END:VEVENT\n", "UID:1\r", " x\r\n", "BEGIN:VALARM\r\n",
            "END:VALARM\r\n", "\r\n", "BEGIN:VTIMEZONE\r\n", "END:VTIMEZONE\r\n", "begin:vtodo\r\n", "End:VTodo",
        ]), 0..30),
        step in 1usize..40,
    ) {
        let text = lines.concat();
        prop_assert_eq!(scan(text.as_bytes(), step), scan(text.as_bytes(), text.len()));
    }

    #[test]
    fn any_octets_are_taken_or_refused(octets in prop::collection::vec(any::<u8>(), 0..200), step in 1usize..50) {
        for piece in scan(&octets, step).unwrap_or_default() {
            if let Piece::Component(component) = piece {
                let _ = examine(&component.octets, 8);
                let _ = compose(&[Block { head: "", components: &[component.octets] }], 8);
            }
        }
    }
}
