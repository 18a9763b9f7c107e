//! REQUEST in an attendee's object (RFC 5546 section 3.2.2).

use super::address::Addresses;
use super::component::{Key, key, parse, trees};
use super::incoming::Incoming;
use super::merging::{adopted, take_over};
use super::outcome::{Outcome, Why};
use super::revision::Revision;
use super::{Version, attendee};
use crate::Result;
use crate::edit::document::{Document, Tree};
use crate::object::CalendarObject;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn apply(current: Option<Version<'_>>, message: &Incoming, me: &Addresses) -> Result<Outcome> {
    let (object, text) = message.object()?;
    let is_invited = object.entries().any(|entry| attendee::own(object.component(entry), me).is_some());
    let Some(current) = current else {
        // Of an organizer's alarms nothing is an attendee's.
        let mut document = Document::of(&object, &text);
        document
            .calendar
            .change_components(|tree| tree.retain_components(|inner| inner.name != "VALARM" || tree_is_zone(inner)));
        let why = if is_invited { Why::Created } else { Why::NotInvited };
        return Ok(Outcome { why, text: is_invited.then(|| document.text()), request_to: Vec::new() });
    };
    let theirs: BTreeMap<Key, Tree> = trees(&object, &text).into_iter().collect();
    let outcome = match theirs.contains_key(&None) {
        true => whole(current, &object, &theirs, me),
        false => instances(current, &theirs, me),
    };
    let Some(mut document) = outcome else { return Ok(Outcome::nothing(Why::Outdated)) };
    let known: BTreeSet<String> = zones(current.object);
    for (tzid, zone) in message.zone_texts().filter(|(tzid, _)| !known.contains(tzid)) {
        // Of what its components do not use, nothing is taken.
        if document.calendar.tzids().contains(&tzid) {
            let lines = if zone.ends_with('\n') { zone.to_owned() } else { format!("{zone}\r\n") };
            document.calendar.prepend(&lines);
        }
    }
    let text = document.text();
    parse(&text)?;
    Ok(Outcome::of(Why::Updated, text, Some(current.text)))
}

fn tree_is_zone(tree: &Tree) -> bool {
    matches!(tree.name.as_str(), "STANDARD" | "DAYLIGHT")
}

fn zones(object: &CalendarObject) -> BTreeSet<String> {
    let zones = object.calendar.components.iter().filter(|component| component.name == "VTIMEZONE");
    zones.filter_map(|zone| zone.property("TZID")).map(|tzid| tzid.text()).collect()
}

/// All of the object. `None`: a later message was there before it.
fn whole(
    current: Version<'_>,
    object: &CalendarObject,
    theirs: &BTreeMap<Key, Tree>,
    me: &Addresses,
) -> Option<Document> {
    let mut document = Document::of(current.object, current.text);
    let new = theirs.get(&None)?;
    let revision = Revision::of_tree(new);
    let mine = current.object.master.as_ref();
    if mine.is_some_and(|mine| revision.is_before(Revision::of(current.object.component(mine)))) {
        return None;
    }
    // Instances that they have taken out for themselves stay out, where the organizer knows that they do not come.
    let own_exclusions = declined_exclusions(current.object, object, me);
    let like = mine.map(|mine| Tree::of(current.object.component(mine), current.text));
    match mine {
        Some(mine) => {
            let tree = document.calendar.component(mine.component);
            take_over(tree, new, me);
            super::component::exclude(tree, &own_exclusions.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>());
        }
        None => document.calendar.append(adopted(new, None)),
    }
    let mut seen: BTreeSet<Key> = own_exclusions.iter().map(|(key, _)| *key).collect();
    for entry in &current.object.overrides {
        let of = key(current.object, entry);
        let old = Revision::of(current.object.component(entry));
        match theirs.get(&of) {
            Some(new) if seen.insert(of) => {
                if !Revision::of_tree(new).is_before(old) {
                    take_over(document.calendar.component(entry.component), new, me);
                }
            }
            Some(_) => document.calendar.take(entry.component),
            // It came after this message was sent.
            None if revision.stamp.is_some() && revision.stamp < old.stamp => {}
            None => document.calendar.take(entry.component),
        }
    }
    for (of, new) in theirs.iter().filter(|(of, _)| of.is_some() && !seen.contains(of)) {
        let _ = of;
        document.calendar.append(adopted(new, like.as_ref()));
    }
    Some(document)
}

/// Instances that `me` has taken out of their series and of which the organizer has that they declined.
fn declined_exclusions(
    current: &CalendarObject,
    theirs: &CalendarObject,
    me: &Addresses,
) -> Vec<(Key, crate::value::Moment)> {
    let dates = current.master.iter().flat_map(|master| &master.exclusion_dates);
    let declined: Vec<Key> = theirs
        .overrides
        .iter()
        .filter(|entry| {
            attendee::own(theirs.component(entry), me)
                .and_then(|own| own.param("PARTSTAT"))
                .is_some_and(|partstat| partstat.eq_ignore_ascii_case("DECLINED"))
        })
        .map(|entry| key(theirs, entry))
        .collect();
    dates
        .map(|date| (super::component::key_of_moment(&current.zones, date), date.clone()))
        .filter(|(key, _)| declined.contains(key))
        .collect()
}

/// Single instances. `None`: later messages were there before it.
fn instances(current: Version<'_>, theirs: &BTreeMap<Key, Tree>, me: &Addresses) -> Option<Document> {
    let mut document = Document::of(current.object, current.text);
    let master = current.object.master.as_ref();
    let of_series = master.map(|master| Revision::of(current.object.component(master)));
    let like = master.map(|master| Tree::of(current.object.component(master), current.text));
    let mut is_any = false;
    for (of, new) in theirs {
        let revision = Revision::of_tree(new);
        if of_series.is_some_and(|series| revision.stamp.is_some() && revision.stamp < series.stamp) {
            continue;
        }
        let mine = current.object.overrides.iter().find(|entry| key(current.object, entry) == *of);
        match mine {
            Some(mine) if revision.is_before(Revision::of(current.object.component(mine))) => continue,
            Some(mine) => take_over(document.calendar.component(mine.component), new, me),
            None => document.calendar.append(adopted(new, like.as_ref())),
        }
        is_any = true;
    }
    is_any.then_some(document)
}
