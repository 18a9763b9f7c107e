//! The alarms of an object apart from the rest of it: whoever reads a calendar has alarms of their own (VALARM, RFC 5545 section
//! 3.6.6), and so has what clients note of those that went off.

use super::entry::{ComponentKind, Entry};
use super::object::CalendarObject;
use super::syntax::{self, Component, Element};
use super::time::Zone;
use super::value::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one person has of alarms in an object: VALARMs, X-MOZ-LASTACK and X-MOZ-SNOOZE-TIME, for each of its components.
///
/// It knows of the components without alarms as well, so that one whose alarms were taken away is told from one that came later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    by_place: BTreeMap<Place, Vec<Piece>>,
}

/// Where alarms can stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Place {
    /// In VCALENDAR itself, or in a component of it that is not known. Nobody should write that.
    Calendar,
    Master,
    /// The RECURRENCE-ID: a date, a floating time, or an instant in UTC, however it is written.
    Override(String),
}

/// A VALARM, or a line of a client about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Piece {
    /// How many other lines and components come after it in its component. Counted from the end, because that is where alarms
    /// stand, whatever is added to the component.
    followers: usize,
    /// Whole lines of the source, with blank lines before them.
    text: String,
}

/// [`Alarms`] as text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    alarms: Vec<(Place, Vec<Piece>)>,
}

const VERSION: u32 = 1;

/// Whether [`split_alarms`] would take anything out.
pub fn has_alarms(object: &CalendarObject) -> bool {
    let components = object.entries().map(|entry| object.component(entry));
    components.chain([&object.calendar]).flat_map(Component::elements).any(|element| is_personal(&element))
}

/// The text of `object` without what is of a person's alarms, and that apart; `text` is what `object` was read from. Every other octet
/// stays.
pub fn split_alarms(object: &CalendarObject, text: &str) -> (String, Alarms) {
    let mut alarms = Alarms::default();
    let bare = exchange(object, text, &mut |place, pieces| {
        alarms.by_place.insert(place, pieces);
        &[]
    });
    (bare, alarms)
}

/// The text of `object` with `alarms` in the place of all that it has of alarms; `text` is what `object` was read from. Every other
/// octet stays.
///
/// With the alarms that were split from it a text is what it was. In a text that has changed since, they stand as far from the
/// end of their component as they did.
///
/// An override that `alarms` does not know has come later, by an edit of one instance. It gets the alarms of the master, as the
/// instance had them before: whoever moved a meeting has not switched off other people's alarms. Any other component that is not
/// known gets none.
pub fn with_alarms(object: &CalendarObject, text: &str, alarms: &Alarms) -> String {
    exchange(object, text, &mut |place, _| alarms.of(&place))
}

impl Alarms {
    /// Whether there is none in any component. Such alarms need not be kept: they do what the default does.
    pub fn is_empty(&self) -> bool {
        self.by_place.values().all(Vec::is_empty)
    }

    /// As text, to be stored; the same for the same alarms.
    pub fn to_text(&self) -> String {
        let alarms = self.by_place.iter().map(|(place, pieces)| (place.clone(), pieces.clone())).collect();
        // Text and numbers alone: there is nothing in it that JSON cannot say.
        serde_json::to_string(&Stored { version: VERSION, alarms }).unwrap_or_default()
    }

    /// Reads what [`Alarms::to_text`] wrote. `None`: it is something else, or would put anything but alarms into an object.
    pub fn from_text(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        let is_sound = |(_, pieces): &(Place, Vec<Piece>)| pieces.iter().all(Piece::is_alarm);
        if stored.version != VERSION || !stored.alarms.iter().all(is_sound) {
            return None;
        }
        let count = stored.alarms.len();
        let by_place: BTreeMap<_, _> = stored.alarms.into_iter().collect();
        (by_place.len() == count).then_some(Alarms { by_place })
    }

    fn of(&self, place: &Place) -> &[Piece] {
        let like = || match place {
            Place::Override(_) => self.by_place.get(&Place::Master),
            Place::Calendar | Place::Master => None,
        };
        self.by_place.get(place).or_else(like).map_or(&[], Vec::as_slice)
    }
}

impl Piece {
    /// Whether it is one alarm, or one line about alarms, and whole.
    fn is_alarm(&self) -> bool {
        // A line that begins with white space would continue the one before.
        let is_whole = self.text.ends_with('\n') && !self.text.starts_with([' ', '\t']);
        let read = || syntax::parse(&format!("BEGIN:X\r\n{}END:X\r\n", self.text), usize::MAX).ok();
        is_whole
            && read().is_some_and(|roots| match roots.as_slice() {
                [root] => matches!(root.elements().as_slice(), [element] if is_personal(element)),
                _ => false,
            })
    }
}

/// Whether it is of a person's alarms. A component that is not known goes with the alarms inside of it.
fn is_personal(element: &Element<'_>) -> bool {
    match element {
        Element::Property(property) => {
            matches!(property.name.as_str(), "X-MOZ-LASTACK" | "X-MOZ-SNOOZE-TIME")
                // Followed by the time of an instance.
                || property.name.starts_with("X-MOZ-SNOOZE-TIME-")
        }
        Element::Component(component) => {
            let is_container = component.name == "VTIMEZONE" || ComponentKind::from_name(&component.name).is_some();
            !is_container && holds_alarm(component)
        }
    }
}

fn holds_alarm(component: &Component) -> bool {
    component.name == "VALARM" || component.components.iter().any(holds_alarm)
}

impl Place {
    pub(super) fn of(entry: &Entry, object: &CalendarObject) -> Self {
        let Some(id) = &entry.recurrence_id else { return Place::Master };
        Place::Override(match &id.moment {
            Moment::Date(_) | Moment::Floating(_) => id.moment.value(),
            Moment::Utc(_) | Moment::Zoned { .. } => {
                Moment::Utc(object.zones.instant(&id.moment, &Zone::UTC).naive_utc()).value()
            }
        })
    }
}

/// Says which alarms to put in a place instead of those that were there.
type Swap<'s, 'p> = &'s mut dyn FnMut(Place, Vec<Piece>) -> &'p [Piece];

/// The text of the object with other alarms.
fn exchange(object: &CalendarObject, text: &str, swap: Swap<'_, '_>) -> String {
    let entries = object.entries().map(|entry| (object.component(entry).span.start, Place::of(entry, object)));
    let mut exchange = Exchange { text, entries: entries.collect(), out: String::with_capacity(text.len()) };
    let span = &object.calendar.span;
    exchange.out.push_str(&text[..span.start]);
    exchange.push(&object.calendar, Place::Calendar, swap);
    exchange.out.push_str(&text[span.end..]);
    exchange.out
}

struct Exchange<'a> {
    text: &'a str,
    /// The components with alarms of their own, by where they begin.
    entries: BTreeMap<usize, Place>,
    out: String,
}

impl Exchange<'_> {
    fn push(&mut self, component: &Component, place: Place, swap: Swap<'_, '_>) {
        let text = self.text;
        let mut position = component.body_start(text);
        self.out.push_str(&text[component.span.start..position]);
        // Blank lines go with what they stand before.
        let (mut kept, mut taken) = (Vec::new(), Vec::new());
        for element in component.elements() {
            let end = element.span().end;
            if is_personal(&element) {
                taken.push((kept.len(), &text[position..end]));
            } else {
                kept.push((position, element));
            }
            position = end;
        }
        let count = kept.len();
        let piece = |(before, text): (usize, &str)| Piece { followers: count - before, text: text.to_owned() };
        let mut pieces = swap(place, taken.into_iter().map(piece).collect()).iter().peekable();
        for (index, (start, element)) in kept.into_iter().enumerate() {
            while let Some(piece) = pieces.next_if(|piece| piece.followers >= count - index) {
                self.out.push_str(&piece.text);
            }
            let span = element.span();
            match (element, self.entries.get(&span.start)) {
                (Element::Component(inner), Some(place)) => {
                    let place = place.clone();
                    self.out.push_str(&text[start..span.start]);
                    self.push(inner, place, swap);
                }
                _ => self.out.push_str(&text[start..span.end]),
            }
        }
        pieces.for_each(|piece| self.out.push_str(&piece.text));
        self.out.push_str(&text[position..component.span.end]);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::Limits;
    use crate::edit::properties::samples;
    use insta::assert_snapshot;
    use kalends_test_support::texts::{calendar, component};
    use proptest::prelude::*;
    use proptest::sample::Index;

    fn parse(text: &str) -> CalendarObject {
        CalendarObject::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn split(text: &str) -> (String, Alarms) {
        split_alarms(&parse(text), text)
    }

    fn with(text: &str, alarms: &Alarms) -> String {
        with_alarms(&parse(text), text, alarms)
    }

    fn event(lines: &str) -> String {
        calendar(&component("VEVENT", "1", lines))
    }

    fn alarm(trigger: &str) -> String {
        format!("BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:{trigger}\nEND:VALARM\n")
    }

    /// A series with an override on the 2nd, and what they have of alarms.
    fn series(master: &str, own: &str) -> String {
        event(&format!(
            "DTSTART;TZID=Europe/Zurich:20260301T090000\nRRULE:FREQ=DAILY\n{master}END:VEVENT\nBEGIN:VEVENT\nUID:1\n\
             RECURRENCE-ID;TZID=Europe/Zurich:20260302T090000\nDTSTART;TZID=Europe/Zurich:20260302T100000\n{own}"
        ))
    }

    #[test]
    fn nothing_of_alarms_is_left_and_all_comes_back() {
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-MOZ-LASTACK:20260101T000000Z\r\n\
            BEGIN:X-MORE\r\nBEGIN:valarm\r\nEND:VALARM\r\nEND:X-MORE\r\n\r\nBEGIN:VEVENT\r\nX-MOZ-LAST\r\n ACK:20260101T000000Z\n\
            UID:1\nDTSTART:20260301T090000Z\r\n\r\nBEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:a\n b\nX-MOZ-LASTACK:x\nEND:VALARM\n \n\n\
            X-MOZ-SNOOZE-TIME:20260301T090000Z\nX-MOZ-GENERATION:3\nx-moz-snooze-time-1456400000000000:20260301T090000Z\n\
            BEGIN:VALARM\nACTION:AUDIO\nEND:VALARM\nSUMMARY:a\n b\n\nEND:VEVENT\nEND:VCALENDAR";
        let (bare, alarms) = split(text);
        assert_eq!(
            bare,
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\r\nBEGIN:VEVENT\r\nUID:1\nDTSTART:20260301T090000Z\r\n\
             X-MOZ-GENERATION:3\nSUMMARY:a\n b\n\nEND:VEVENT\nEND:VCALENDAR"
        );
        assert_eq!(with(&bare, &alarms), text);
        assert_eq!(with(text, &alarms), text);
        assert!(has_alarms(&parse(text)) && !has_alarms(&parse(&bare)));
    }

    #[test]
    fn each_component_has_its_own() {
        let theirs = series(&alarm("-PT5M"), &alarm("-PT10M"));
        let own = series("X-MOZ-LASTACK:20260101T000000Z\n", &alarm("-PT1H"));
        let (bare, alarms) = split(&own);
        assert_eq!(bare, series("", ""));
        assert_eq!(with(&theirs, &alarms), own);
        assert_eq!(with(&theirs, &Alarms::default()), bare);
        let (_, none) = split(&bare);
        assert!(none.is_empty() && Alarms::default().is_empty() && !alarms.is_empty());
    }

    #[test]
    fn an_override_is_found_however_its_time_is_written() {
        let (_, alarms) = split(&series("", &alarm("-PT1H")));
        let other = series("", "")
            .replace("RECURRENCE-ID;TZID=Europe/Zurich:20260302T090000", "RECURRENCE-ID:20260302T080000Z");
        assert!(with(&other, &alarms).contains("RECURRENCE-ID:20260302T080000Z"));
        assert_eq!(split(&with(&other, &alarms)).1, alarms);
    }

    #[test]
    fn an_override_that_came_later_has_the_alarms_of_the_master() {
        let single = event("DTSTART;TZID=Europe/Zurich:20260301T090000\nRRULE:FREQ=DAILY");
        let own = single.replace("END:VEVENT", &format!("{}END:VEVENT", alarm("-PT1H").replace('\n', "\r\n")));
        let (_, alarms) = split(&own);
        assert_eq!(with(&series("", ""), &alarms), series(&alarm("-PT1H"), &alarm("-PT1H")));
        // One that had none has none.
        let (_, alarms) = split(&series(&alarm("-PT1H"), ""));
        assert_eq!(with(&series("", ""), &alarms), series(&alarm("-PT1H"), ""));
        // One that has gone leaves nothing behind.
        let (_, alarms) = split(&series("", &alarm("-PT1H")));
        assert_eq!(with(&single, &alarms), single);
    }

    #[test]
    fn alarms_stay_at_the_end_of_what_has_grown_or_shrunk() {
        let before = event(&format!(
            "DTSTART:20260301T090000Z\nX-MOZ-LASTACK:20260101T000000Z\nTRANSP:OPAQUE\n{}",
            alarm("-PT5M")
        ));
        let (_, alarms) = split(&before);
        let grown = event("DTSTART:20260301T090000Z\nTRANSP:OPAQUE\nSUMMARY:a\nLOCATION:b");
        let found = with(&grown, &alarms);
        assert!(found.ends_with("X-MOZ-LASTACK:20260101T000000Z\r\nLOCATION:b\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), "{found}");
        let shrunk = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nEND:VTODO\nEND:VCALENDAR\n";
        let far = Alarms::from_text(&alarms.to_text().replace("\"followers\":1", "\"followers\":99")).unwrap();
        let found = with(shrunk, &far);
        assert!(
            found.starts_with("BEGIN:VCALENDAR\nBEGIN:VTODO\nX-MOZ-LASTACK:20260101T000000Z\r\nUID:1\n"),
            "{found}"
        );
        assert_eq!(with(&found, &far), found);
    }

    #[test]
    fn the_stored_form_says_what_it_is() {
        let (_, alarms) = split(&series("", &alarm("-PT1H")));
        assert_snapshot!(
            alarms.to_text(),
            @r#"{"version":1,"alarms":[["calendar",[]],["master",[]],[{"override":"20260302T080000Z"},[{"followers":0,"text":"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT1H\r\nEND:VALARM\r\n"}]]]}"#
        );
        assert_eq!(Alarms::from_text(&alarms.to_text()), Some(alarms));
    }

    #[test]
    fn what_is_no_alarm_is_not_read() {
        let stored = |text: &str| {
            let piece = Piece { followers: 0, text: text.to_owned() };
            serde_json::to_string(&Stored { version: 1, alarms: vec![(Place::Master, vec![piece])] }).unwrap()
        };
        let valarm = "BEGIN:VALARM\r\nEND:VALARM\r\n";
        assert!(Alarms::from_text(&stored(valarm)).is_some());
        assert!(Alarms::from_text(&stored("X-MOZ-LASTACK:x\n")).is_some());
        let wrong = [
            "",
            "\r\n",
            "SUMMARY:a\r\n",
            "BEGIN:VALARM\r\nEND:VALARM",
            "BEGIN:VALARM\r\n",
            " BEGIN:VALARM\r\nEND:VALARM\r\n",
            "X-MOZ-LASTACK:x\nSUMMARY:a\n",
            "BEGIN:VALARM\r\nEND:VALARM\r\nSUMMARY:a\r\n",
            "BEGIN:VEVENT\r\nBEGIN:VALARM\r\nEND:VALARM\r\nEND:VEVENT\r\n",
            "BEGIN:VALARM\r\nEND:VALARM\r\nEND:X\r\nBEGIN:X\r\nBEGIN:VALARM\r\nEND:VALARM\r\n",
        ];
        for text in wrong {
            assert_eq!(Alarms::from_text(&stored(text)), None, "{text:?}");
        }
        let good = stored(valarm);
        for text in
            ["", "{}", "[]", &good[1..], &good.replace("\"version\":1", "\"version\":2"), &good.replace("master", "x")]
        {
            assert_eq!(Alarms::from_text(text), None, "{text}");
        }
        let twice = good.replace("\"alarms\":[", "\"alarms\":[[\"master\",[]],");
        assert_eq!(Alarms::from_text(&twice), None);
    }

    const PIECES: [&str; 5] = [
        "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT1M\nEND:VALARM\n",
        "\r\n\nBEGIN:VALARM\r\nDESCRIPTION:a\r\n b\r\nTRIGGER:PT0S\r\nEND:VALARM\r\n",
        "X-MOZ-LASTACK:20260101T\r\n 000000Z\r\n",
        "X-MOZ-SNOOZE-TIME-1:20260101T000000Z\n",
        "\r\n",
    ];

    /// The text with what there is of alarms put in before some of its lines that begin a property of an event.
    fn scattered(text: &str, places: &[(Index, usize)]) -> String {
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        for (index, piece) in places {
            let depth = |at: usize| {
                let opened = lines[..at].iter().filter(|line| line.starts_with("BEGIN:")).count();
                opened - lines[..at].iter().filter(|line| line.starts_with("END:")).count()
            };
            let fits: Vec<_> = (0..lines.len()).filter(|&at| depth(at) == 2 && !lines[at].starts_with(' ')).collect();
            lines.insert(*index.get(&fits), PIECES[*piece].to_owned());
            // As lines of their own again.
            lines = lines.concat().split_inclusive('\n').map(str::to_owned).collect();
        }
        lines.concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn what_is_taken_apart_comes_together_again(
            sample in samples(0..7),
            places in prop::collection::vec((any::<Index>(), 0..PIECES.len()), 0..8),
            other in prop::collection::vec((any::<Index>(), 0..PIECES.len()), 0..8),
        ) {
            let text = scattered(&sample.text, &places);
            let (bare, alarms) = split(&text);
            prop_assert!(!bare.contains("VALARM") && !bare.contains("LASTACK") && !bare.contains("SNOOZE"));
            prop_assert!(!has_alarms(&parse(&bare)));
            prop_assert_eq!(&split(&bare).0, &bare);
            prop_assert_eq!(&with(&bare, &alarms), &text);
            prop_assert_eq!(&with(&text, &alarms), &text);
            prop_assert_eq!(Alarms::from_text(&alarms.to_text()), Some(alarms.clone()));
            // Those of another person leave the rest as it was, and then go as they came.
            let (_, others) = split(&scattered(&sample.text, &other));
            let theirs = with(&text, &others);
            prop_assert_eq!(&split(&theirs).0, &bare);
            prop_assert_eq!(&with(&theirs, &others), &theirs);
            prop_assert_eq!(with(&theirs, &alarms), text);
        }
    }
}
