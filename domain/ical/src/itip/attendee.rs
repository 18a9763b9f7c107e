//! What an attendee may change, and what that asks for (RFC 5546 section 3.2.3, RFC 6638 section 3.2.2).

use super::address::{Addresses, canonical};
use super::component::{Key, entry_of, is_personal, key, key_of_moment, parse, with_each};
use super::parties::{Agent, change_params, organizer_of, set_param};
use super::revision::stamp;
use super::{Message, Method, Outgoing, Refusal, Version};
use crate::edit::document::{Document, Tree, moment_params};
use crate::edit::with_overrides;
use crate::escape::escape_text;
use crate::meaning::{Part, Place, differences};
use crate::object::CalendarObject;
use crate::syntax::{Component, Property};
use crate::value::Moment;
use chrono::{DateTime, Utc};

/// What becomes of a change of an object that `me` is invited to. `before`: as they had it; `after`: as it is now, `None` where it is
/// removed, which declines it. `comment`: a word to the organizer.
///
/// # Errors
/// `NotYours` for a change of what is the organizer's; `SeveralOrganizers`.
pub fn changed(
    before: Option<Version<'_>>,
    after: Option<Version<'_>>,
    me: &Addresses,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Outgoing, Refusal> {
    let Some(version) = after.or(before) else { return Ok(Outgoing::default()) };
    let Some(organizer) = organizer_of(version.object)? else { return Ok(Outgoing::default()) };
    // Who sends by themselves answers for what they change.
    if Agent::of(organizer) != Agent::Server {
        return Ok(Outgoing::default());
    }
    let Some(after) = after else {
        let Some(before) = before else { return Ok(Outgoing::default()) };
        let is_over = |entry: &&crate::entry::Entry| entry.status.as_deref() != Some("CANCELLED");
        let open = before.object.entries().filter(is_over);
        let mine = open.filter_map(|entry| Some((key(before.object, entry), own(before.object.component(entry), me)?)));
        let answered: Vec<Key> = mine.filter(|(_, own)| partstat(own) != "DECLINED").map(|(key, _)| key).collect();
        let messages = reply(before, &answered, me, Some("DECLINED"), comment, now).into_iter().collect();
        return Ok(Outgoing { text: None, messages });
    };
    if let Some(before) = before {
        check(before, after, me)?;
    }
    let forces = organizer.param("SCHEDULE-FORCE-SEND").is_some_and(|force| force.eq_ignore_ascii_case("REPLY"));
    let mut answered: Vec<Key> = Vec::new();
    for entry in after.object.entries() {
        let Some(now) = own(after.object.component(entry), me) else { continue };
        let of = key(after.object, entry);
        let old = before.and_then(|before| {
            let old = entry_of(before.object, of).or(before.object.master.as_ref())?;
            own(before.object.component(old), me)
        });
        let is_other = match old {
            Some(old) => said(old) != said(now),
            None => partstat(now) != "NEEDS-ACTION",
        };
        if is_other || forces {
            answered.push(of);
        }
    }
    let mut messages: Vec<Message> = reply(after, &answered, me, None, comment, now).into_iter().collect();
    if let Some(before) = before {
        messages.extend(declined(before, after, me, comment, now));
    }
    let mut document = Document::of(after.object, after.text);
    for entry in after.object.entries() {
        let tree = document.calendar.component(entry.component);
        change_params(tree, "ORGANIZER", |_, params| set_param(params, "SCHEDULE-FORCE-SEND", None));
        // What others have answered is not theirs to say, and may be older than what stands there.
        let stood = before.and_then(|before| {
            let object = before.object;
            entry_of(object, key(after.object, entry)).or(object.master.as_ref()).map(|entry| object.component(entry))
        });
        let Some(stood) = stood else { continue };
        change_params(tree, "ATTENDEE", |property, params| {
            let address = canonical(&property.value);
            let old = stood.properties("ATTENDEE").find(|old| canonical(&old.value) == address);
            if let Some(old) = old.filter(|old| !me.is(old)) {
                set_param(params, "PARTSTAT", old.param("PARTSTAT"));
            }
        });
    }
    let text = document.text();
    Ok(Outgoing { text: (text != after.text).then_some(text), messages })
}

/// The line of `me` in a component.
pub(super) fn own<'a>(component: &'a Component, me: &Addresses) -> Option<&'a Property> {
    component.properties("ATTENDEE").find(|property| me.is(property))
}

fn partstat(property: &Property) -> String {
    property.param("PARTSTAT").unwrap_or("NEEDS-ACTION").to_uppercase()
}

fn said(property: &Property) -> (String, Option<String>) {
    (partstat(property), property.param("DELEGATED-TO").map(canonical))
}

/// The answer of whoever takes instances out of the series that they have.
fn declined(
    before: Version<'_>,
    after: Version<'_>,
    me: &Addresses,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> Option<Message> {
    let removed = removed(before.object, after.object);
    let (object, text) = with_each(before, &removed)?;
    let keys = removed.iter().map(|id| key_of_moment(&object.zones, id));
    let is_open = |key: &Key| {
        let own = entry_of(&object, *key).and_then(|entry| own(object.component(entry), me));
        own.is_some_and(|own| partstat(own) != "DECLINED")
    };
    let keys: Vec<Key> = keys.filter(is_open).collect();
    reply(Version { object: &object, text: &text }, &keys, me, Some("DECLINED"), comment, now)
}

/// The instances that `after` takes out of the series.
fn removed(before: &CalendarObject, after: &CalendarObject) -> Vec<Moment> {
    let (Some(old), Some(new)) = (&before.master, &after.master) else { return Vec::new() };
    let known: Vec<Key> = old.exclusion_dates.iter().map(|date| key_of_moment(&before.zones, date)).collect();
    let is_new = |date: &&Moment| !known.contains(&key_of_moment(&after.zones, date));
    new.exclusion_dates.iter().filter(is_new).cloned().collect()
}

/// A REPLY about the components with these keys; `partstat` in the place of what they say.
fn reply(
    version: Version<'_>,
    keys: &[Key],
    me: &Addresses,
    partstat: Option<&str>,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> Option<Message> {
    let object = version.object;
    let organizer = organizer_of(object).ok().flatten()?;
    let mut document = Document::of(object, version.text);
    let mut is_empty = true;
    for entry in object.entries() {
        let component = object.component(entry);
        let own = own(component, me).filter(|_| keys.contains(&key(object, entry)));
        let Some(own) = own else {
            document.calendar.take(entry.component);
            continue;
        };
        is_empty = false;
        let tree = document.calendar.component(entry.component);
        tree.retain_components(|_| false);
        tree.retain_lines(|line| {
            let name = line.name.as_str();
            let is_said = matches!(
                name,
                "UID"
                    | "RECURRENCE-ID"
                    | "SEQUENCE"
                    | "ORGANIZER"
                    | "DTSTART"
                    | "DTEND"
                    | "DUE"
                    | "DURATION"
                    | "SUMMARY"
            );
            is_said || name == "ATTENDEE" && me.is(line) || name == "COMMENT" && comment.is_none()
        });
        if let Some(comment) = comment {
            tree.add("COMMENT", &[], &escape_text(comment), &[]);
        }
        tree.set("DTSTAMP", &[], &stamp(now), &["UID"]);
        for name in ["ORGANIZER", "ATTENDEE"] {
            change_params(tree, name, |_, params| {
                params.retain(|parameter| {
                    !parameter.name.starts_with("SCHEDULE-")
                        && !parameter.name.starts_with("X-")
                        && parameter.name != "RSVP"
                });
            });
        }
        let mut params = own.params.clone();
        params.retain(|parameter| {
            !parameter.name.starts_with("SCHEDULE-") && !parameter.name.starts_with("X-") && parameter.name != "RSVP"
        });
        let answer = partstat.map(str::to_owned).unwrap_or_else(|| self::partstat(own));
        set_param(&mut params, "PARTSTAT", Some(&answer));
        tree.set("ATTENDEE", &params, &own.value, &[]);
        tree.add("REQUEST-STATUS", &[], "2.0;Success", &[]);
    }
    if is_empty {
        return None;
    }
    document.calendar.retain_components(|tree| tree.name == "VTIMEZONE" || tree.name == object.kind.name());
    document.calendar.remove("METHOD");
    document.calendar.add("METHOD", &[], Method::Reply.name(), &["PRODID", "VERSION", "CALSCALE"]);
    let sender = object.entries().find_map(|entry| own_of(object, entry, me))?;
    Some(Message {
        method: Method::Reply,
        sender,
        recipients: vec![organizer.value.trim().to_owned()],
        text: document.text(),
    })
}

fn own_of(object: &CalendarObject, entry: &crate::entry::Entry, me: &Addresses) -> Option<String> {
    own(object.component(entry), me).map(|property| property.value.trim().to_owned())
}

/// # Errors
/// `NotYours` where more has changed than what is an attendee's own.
fn check(before: Version<'_>, after: Version<'_>, me: &Addresses) -> Result<(), Refusal> {
    let gone: Vec<Key> = [&before, &after]
        .iter()
        .filter_map(|version| version.object.master.as_ref().map(|master| (version.object, master)))
        .flat_map(|(object, master)| master.exclusion_dates.iter().map(|date| key_of_moment(&object.zones, date)))
        .collect();
    let unread = || Refusal::NotYours("it".to_owned());
    let (old, new) = (filled(before, after.object), filled(after, before.object));
    let old = organizers(&old.ok_or_else(unread)?, &gone, me).ok_or_else(unread)?;
    let new = organizers(&new.ok_or_else(unread)?, &gone, me).ok_or_else(unread)?;
    match differences(&old, &new).first() {
        None => Ok(()),
        Some(difference) => {
            let part = match &difference.part {
                Part::Property(name) | Part::Element { name, .. } | Part::Component { name, .. } => name.clone(),
                Part::Group(group) => format!("{group:?}").to_uppercase(),
                Part::Whole => "which instances there are".to_owned(),
            };
            let place = match &difference.place {
                Place::Instance(id) => format!(" of {}", id.value()),
                _ => String::new(),
            };
            Err(Refusal::NotYours(format!("{part}{place}")))
        }
    }
}

/// The text with an override for each instance of which `other` has one.
fn filled(version: Version<'_>, other: &CalendarObject) -> Option<String> {
    let ids: Vec<Moment> = other
        .overrides
        .iter()
        .filter_map(|entry| entry.recurrence_id.as_ref())
        .filter(|id| entry_of(version.object, key_of_moment(&other.zones, &id.moment)).is_none())
        .map(|id| id.moment.clone())
        .collect();
    with_overrides(version.object, version.text, &ids).ok()
}

/// What of an object is the organizer's, without the instances that are `gone`.
fn organizers(text: &str, gone: &[Key], me: &Addresses) -> Option<CalendarObject> {
    let object = parse(text).ok()?;
    let mut document = Document::of(&object, text);
    let delegates: Vec<String> = object
        .entries()
        .flat_map(|entry| object.component(entry).properties("ATTENDEE"))
        .filter(|property| property.param("DELEGATED-FROM").is_some_and(|from| me.contains(from)))
        .map(|property| canonical(&property.value))
        .collect();
    for entry in object.entries() {
        if entry.recurrence_id.is_some() && gone.contains(&key(&object, entry)) {
            document.calendar.take(entry.component);
            continue;
        }
        let tree = document.calendar.component(entry.component);
        tree.retain_components(|inner| inner.name != "VALARM");
        tree.retain_lines(|line| {
            let name = line.name.as_str();
            let is_own = is_personal(name) || name.starts_with("X-") && name != "X-APPLE-STRUCTURED-LOCATION";
            let is_note = matches!(name, "COMMENT" | "EXDATE" | "REQUEST-STATUS" | "PRIORITY");
            let is_mine = name == "ATTENDEE" && (me.is(line) || delegates.contains(&canonical(&line.value)));
            !is_own && !is_note && !is_mine
        });
        for name in ["ORGANIZER", "ATTENDEE"] {
            change_params(tree, name, |_, params| {
                // What programs make of it as they write it.
                params.retain(|parameter| parameter.name == "SENT-BY");
            });
        }
    }
    document.calendar.retain_lines(|line| !line.name.starts_with("X-"));
    parse(&document.text()).ok()
}

/// [`moment_params`], for those beside.
pub(super) fn recurrence_id(tree: &mut Tree, id: &Moment) {
    tree.set("RECURRENCE-ID", &moment_params(&[], id), &id.value(), &["UID"]);
}
