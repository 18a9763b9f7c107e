//! Whether the components of an object keep somebody busy (TRANSP, RFC 5545 section 3.8.2.7), as one person says it: whoever has a
//! calendar from somebody else says for themselves whether what is in it takes their time.

use super::alarms::Place;
use super::entry::{ComponentKind, Entry};
use super::object::CalendarObject;
use super::write;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one person has said of components of an object, where that was another thing than they were shown. `true`: it keeps them free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(Place, bool)>", into = "Vec<(Place, bool)>")]
pub struct Transparency {
    by_place: BTreeMap<Place, bool>,
}

impl From<Vec<(Place, bool)>> for Transparency {
    fn from(said: Vec<(Place, bool)>) -> Self {
        Transparency { by_place: said.into_iter().collect() }
    }
}

impl From<Transparency> for Vec<(Place, bool)> {
    fn from(transparency: Transparency) -> Self {
        transparency.by_place.into_iter().collect()
    }
}

/// What somebody has written, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What they have said for themselves.
    pub own: Transparency,
    /// The text as it is for everybody else.
    pub text: String,
}

/// What the object says, where an override that repeats its master has it from there.
struct Stands {
    master: Option<bool>,
    overrides: BTreeMap<Place, bool>,
}

impl Stands {
    fn of(object: &CalendarObject) -> Self {
        let overrides = object.overrides.iter().map(|entry| (Place::of(entry, object), entry.transparent));
        Stands { master: object.master.as_ref().map(|entry| entry.transparent), overrides: overrides.collect() }
    }

    /// An override that is not known was a part of the series.
    fn at(&self, place: &Place) -> Option<bool> {
        self.overrides.get(place).copied().or(self.master)
    }
}

impl Transparency {
    pub fn is_empty(&self) -> bool {
        self.by_place.is_empty()
    }

    /// As the person sees the component there; `None` where nothing is known of it.
    fn at(&self, place: &Place, stands: &Stands) -> Option<bool> {
        let said = self.by_place.get(place).copied();
        let as_object = stands.at(place);
        // What is as the series is, is as the person has the series.
        let as_series = || self.by_place.get(&Place::Master).copied().filter(|_| as_object == stands.master);
        said.or_else(as_series).or(as_object)
    }

    /// `object` as the person sees it.
    pub fn seen(&self, object: &CalendarObject) -> CalendarObject {
        let stands = Stands::of(object);
        let mut seen = object.clone();
        let places: Vec<Place> = object.overrides.iter().map(|entry| Place::of(entry, object)).collect();
        for (entry, place) in seen.overrides.iter_mut().zip(&places) {
            entry.transparent = self.at(place, &stands).unwrap_or(entry.transparent);
        }
        if let Some(master) = &mut seen.master {
            master.transparent = self.at(&Place::Master, &stands).unwrap_or(master.transparent);
        }
        seen
    }

    /// The text of `object` as the person sees it; `text` is what `object` was read from. Every octet that says nothing of this stays.
    pub fn shown(&self, object: &CalendarObject, text: &str) -> String {
        let stands = Stands::of(object);
        rewritten(object, text, |place| self.at(place, &stands))
    }

    /// Takes apart what the person, who was shown `before`, has written: `object`, read from `text`. What they left as it was shown to
    /// them they have not spoken of.
    pub fn told(&self, before: &CalendarObject, object: &CalendarObject, text: &str) -> Told {
        let stands = Stands::of(before);
        let mut own = Transparency::default();
        for entry in object.entries() {
            let place = Place::of(entry, object);
            if self.at(&place, &stands).is_some_and(|shown| shown != entry.transparent) {
                own.by_place.insert(place, entry.transparent);
            } else if let Some(said) = self.by_place.get(&place) {
                own.by_place.insert(place, *said);
            }
        }
        // Who speaks of the series and leaves an instance as it was has said that it is otherwise.
        for entry in &object.overrides {
            let place = Place::of(entry, object);
            if own.at(&place, &stands) != Some(entry.transparent) {
                own.by_place.insert(place, entry.transparent);
            }
        }
        Told { own, text: rewritten(object, text, |place| stands.at(place)) }
    }
}

/// The text with TRANSP as `wanted` has it; `None`: as it is.
fn rewritten(object: &CalendarObject, text: &str, wanted: impl Fn(&Place) -> Option<bool>) -> String {
    let mut entries: Vec<&Entry> = object.entries().collect();
    entries.sort_by_key(|entry| object.component(entry).span.start);
    let mut out = String::with_capacity(text.len());
    let mut position = 0;
    for entry in entries {
        let component = object.component(entry);
        let is_event = component.name == ComponentKind::Event.name();
        let Some(transparent) = wanted(&Place::of(entry, object)).filter(|_| is_event) else { continue };
        if transparent == entry.transparent {
            continue;
        }
        let start = component.body_start(text);
        let line_break = write::line_break(&text[..start]);
        let line = format!("TRANSP:{}{line_break}", if transparent { "TRANSPARENT" } else { "OPAQUE" });
        let mut lines = component.properties("TRANSP").peekable();
        if lines.peek().is_none() {
            let end = component.properties.last().map_or(start, |last| last.span.end);
            out.push_str(&text[position..end]);
            out.push_str(&line);
            position = end;
        }
        for (index, old) in lines.enumerate() {
            out.push_str(&text[position..old.span.start]);
            if index == 0 {
                out.push_str(&line);
            }
            position = old.span.end;
        }
    }
    out.push_str(&text[position..]);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::Limits;
    use crate::edit::properties::samples;
    use kalends_test_support::texts::{calendar, component};
    use proptest::prelude::*;

    fn parse(text: &str) -> CalendarObject {
        CalendarObject::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn told(own: &Transparency, before: &str, written: &str) -> Told {
        own.told(&parse(before), &parse(written), written)
    }

    fn shown(own: &Transparency, text: &str) -> String {
        own.shown(&parse(text), text)
    }

    /// A series with an override on the 2nd.
    fn series(master: &str, own: &str) -> String {
        calendar(&component(
            "VEVENT",
            "1",
            &format!(
                "DTSTART:20260301T090000Z\nRRULE:FREQ=DAILY\n{master}SUMMARY:a\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\n\
                 RECURRENCE-ID:20260302T090000Z\nDTSTART:20260302T100000Z\n{own}SUMMARY:b"
            ),
        ))
    }

    const FREE: &str = "TRANSP:TRANSPARENT\n";
    const BUSY: &str = "TRANSP:OPAQUE\n";

    #[test]
    fn what_is_said_of_the_series_holds_for_the_instances_that_say_the_same() {
        let moved = series(BUSY, BUSY);
        let lone =
            calendar(&component("VEVENT", "1", "DTSTART:20260301T090000Z\nRRULE:FREQ=DAILY\nTRANSP:OPAQUE\nSUMMARY:a"));
        let free = lone.replace("TRANSP:OPAQUE", "TRANSP:TRANSPARENT");
        let Told { own, text } = told(&Transparency::default(), &lone, &free);
        assert_eq!(text, lone);
        // The owner moves an instance, and later makes it another thing than the series.
        assert_eq!(shown(&own, &moved), series(FREE, FREE));
        assert_eq!(shown(&own, &series(FREE, BUSY)), series(FREE, BUSY));
        // What came back as it was shown was not spoken of.
        let again = told(&own, &moved, &series(FREE, FREE));
        assert_eq!(again, Told { own: own.clone(), text: moved.clone() });
        let Told { own, text } = told(&own, &moved, &series(FREE, BUSY));
        assert_eq!((shown(&own, &moved), text), (series(FREE, BUSY), moved));
    }

    #[test]
    fn what_was_said_stays_whatever_others_say() {
        let (busy, free) = (series(BUSY, BUSY), series(FREE, BUSY));
        let Told { own, .. } = told(&Transparency::default(), &busy, &free);
        let Told { own, text } = told(&own, &free, &busy);
        assert_eq!(text, free);
        assert_eq!(shown(&own, &free), busy);
    }

    #[test]
    fn a_line_is_written_where_there_is_none_and_one_in_the_place_of_many() {
        let text =
            calendar(&component("VEVENT", "1", "DTSTART:20260301T090000Z\nSUMMARY:a\n b\nBEGIN:VALARM\nEND:VALARM"));
        let Told { own, .. } =
            told(&Transparency::default(), &text, &text.replace("SUMMARY", "TRANSP:transparent\r\nSUMMARY"));
        assert_eq!(
            shown(&own, &text),
            text.replace("SUMMARY:a\r\n b\r\n", "SUMMARY:a\r\n b\r\nTRANSP:TRANSPARENT\r\n")
        );
        let many = text
            .replace("SUMMARY", "TRANSP:OPAQUE\r\nSUMMARY")
            .replace("BEGIN:VALARM", "TRANSP:OPAQUE\r\nBEGIN:VALARM");
        assert_eq!(shown(&own, &many), text.replace("SUMMARY", "TRANSP:TRANSPARENT\r\nSUMMARY"));
        let to_do = calendar(&component("VTODO", "1", "DUE:20260301T090000Z"));
        assert_eq!(shown(&own, &to_do), to_do);
    }

    #[test]
    fn an_instance_that_is_moved_is_as_the_series_was() {
        let single =
            calendar(&component("VEVENT", "1", "DTSTART:20260301T090000Z\nRRULE:FREQ=DAILY\nTRANSP:OPAQUE\nSUMMARY:a"));
        let Told { own, .. } =
            told(&Transparency::default(), &single, &single.replace("TRANSP:OPAQUE", "TRANSP:TRANSPARENT"));
        let moved = told(&own, &single, &series(FREE, FREE));
        assert_eq!((moved.own, moved.text), (own, series(BUSY, BUSY)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn each_sees_what_they_said_and_no_more_changes(
            sample in samples(0..7),
            said in prop::collection::vec(any::<bool>(), 8),
        ) {
            let text = &sample.text;
            let object = parse(text);
            // What somebody writes who turns some of it round.
            let mut turns = said.iter().cycle();
            let wanted: BTreeMap<Place, bool> =
                object.entries().map(|entry| (Place::of(entry, &object), *turns.next().unwrap())).collect();
            let written = rewritten(&object, text, |place| wanted.get(place).copied());
            let Told { own, text: left } = told(&Transparency::default(), text, &written);
            let transparencies = |text: &str| parse(text).entries().map(|entry| entry.transparent).collect::<Vec<_>>();
            prop_assert_eq!(transparencies(&left), transparencies(text));
            prop_assert_eq!(transparencies(&shown(&own, text)), transparencies(&written));
            let seen: Vec<bool> = own.seen(&object).entries().map(|entry| entry.transparent).collect();
            prop_assert_eq!(seen, transparencies(&written));
            let without = |text: &str| {
                text.split_inclusive('\n').filter(|line| !line.starts_with("TRANSP")).collect::<String>()
            };
            prop_assert_eq!(without(&written), without(text));
        }
    }
}
