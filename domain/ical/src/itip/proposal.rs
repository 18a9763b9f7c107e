//! What an attendee asks of the organizer, and its refusal: COUNTER, DECLINECOUNTER and REFRESH (RFC 5546 sections 3.2.6 to 3.2.8).

use super::address::{Addresses, canonical};
use super::attendee::own;
use super::component::{Key, entry_of, is_personal, key, key_of_moment, parse};
use super::parties::{change_params, organizer_of};
use super::revision::{ANSWERED, Revision, stamp};
use super::{Message, Method, Version};
use crate::edit::document::{Document, Tree};
use crate::edit::with_overrides;
use crate::escape::escape_text;
use crate::object::CalendarObject;
use crate::syntax::Property;
use crate::value::Moment;
use chrono::{DateTime, Utc};

/// A COUNTER to the organizer: that `me` would have what `stands` be as in `proposed`, or one instance of it.
pub fn counter(
    stands: Version<'_>,
    proposed: Version<'_>,
    instance: Option<&Moment>,
    me: &Addresses,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> Option<Message> {
    let object = proposed.object;
    let organizer = organizer_of(stands.object).ok().flatten()?;
    let wanted = instance.map(|id| key_of_moment(&object.zones, id));
    let mut sender = None;
    let mut document = Document::of(object, proposed.text);
    for entry in object.entries() {
        let of = key(object, entry);
        if wanted.is_some_and(|wanted| wanted != of) {
            document.calendar.take(entry.component);
            continue;
        }
        sender = sender.or(own(object.component(entry), me));
        let tree = document.calendar.component(entry.component);
        tree.retain_components(|inner| inner.name != "VALARM");
        tree.retain_lines(|line| !is_personal(&line.name) && line.name != "COMMENT");
        without_own_params(tree);
        // It is about what was sent, and says so by its SEQUENCE (section 3.2.7).
        tree.set("SEQUENCE", &[], &sequence(stands.object, of).to_string(), &["DTSTAMP", "UID"]);
        finish(tree, comment, now);
    }
    let sender = sender?.value.trim().to_owned();
    Some(message(document, Method::Counter, sender, organizer.value.trim().to_owned()))
}

/// A DECLINECOUNTER to an attendee who has proposed something else, for all of it or for one instance.
pub fn decline_counter(
    stands: Version<'_>,
    attendee: &str,
    instance: Option<&Moment>,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> Option<Message> {
    let sender = organizer_of(stands.object).ok().flatten()?.value.trim().to_owned();
    let is_proposer = |line: &Property| canonical(&line.value) == canonical(attendee);
    let text = match instance {
        Some(id) if entry_of(stands.object, key_of_moment(&stands.object.zones, id)).is_none() => {
            with_overrides(stands.object, stands.text, std::slice::from_ref(id)).ok()?
        }
        _ => stands.text.to_owned(),
    };
    let object = parse(&text).ok()?;
    let wanted = match instance {
        Some(id) => key_of_moment(&object.zones, id),
        None => object.entries().next().and_then(|entry| key(&object, entry)),
    };
    let document = brief(&object, &text, wanted, &is_proposer, comment, now)?;
    Some(message(document, Method::DeclineCounter, sender, attendee.trim().to_owned()))
}

/// A REFRESH to the organizer: that `me` wants what there is now.
pub fn refresh(stands: Version<'_>, me: &Addresses, now: DateTime<Utc>) -> Option<Message> {
    let object = stands.object;
    let organizer = organizer_of(object).ok().flatten()?.value.trim().to_owned();
    let entry = object.entries().find(|entry| own(object.component(entry), me).is_some())?;
    let sender = own(object.component(entry), me)?.value.trim().to_owned();
    let mut document = brief(object, stands.text, key(object, entry), &|line| me.is(line), None, now)?;
    // Of all of it, whatever there was (section 3.2.6).
    document.calendar.change_components(|tree| tree.remove("SEQUENCE"));
    Some(message(document, Method::Refresh, sender, organizer))
}

/// What names one component, with the attendees that are wanted of it.
fn brief(
    object: &CalendarObject,
    text: &str,
    wanted: Key,
    is_wanted: &dyn Fn(&Property) -> bool,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> Option<Document> {
    entry_of(object, wanted)?;
    let mut document = Document::of(object, text);
    for entry in object.entries() {
        if key(object, entry) != wanted {
            document.calendar.take(entry.component);
            continue;
        }
        let tree = document.calendar.component(entry.component);
        tree.retain_components(|_| false);
        tree.retain_lines(|line| match line.name.as_str() {
            "UID" | "RECURRENCE-ID" | "SEQUENCE" | "ORGANIZER" => true,
            "ATTENDEE" => is_wanted(line),
            _ => false,
        });
        without_own_params(tree);
        finish(tree, comment, now);
    }
    Some(document)
}

/// Takes away what is no one else's.
fn without_own_params(tree: &mut Tree) {
    for name in ["ORGANIZER", "ATTENDEE"] {
        change_params(tree, name, |_, params| {
            params.retain(|parameter| !parameter.name.starts_with("SCHEDULE-") && parameter.name != ANSWERED);
        });
    }
}

fn finish(tree: &mut Tree, comment: Option<&str>, now: DateTime<Utc>) {
    if let Some(comment) = comment {
        tree.add("COMMENT", &[], &escape_text(comment), &[]);
    }
    tree.set("DTSTAMP", &[], &stamp(now), &["UID"]);
}

fn message(mut document: Document, method: Method, sender: String, recipient: String) -> Message {
    document.calendar.remove("METHOD");
    document.calendar.add("METHOD", &[], method.name(), &["PRODID", "VERSION", "CALSCALE"]);
    Message { method, sender, recipients: vec![recipient], text: document.text() }
}

/// SEQUENCE of a component, or of the series that it is of.
fn sequence(object: &CalendarObject, of: Key) -> u32 {
    let entry = entry_of(object, of).or(object.master.as_ref());
    entry.map_or(0, |entry| Revision::of(object.component(entry)).sequence)
}

/// Whether a message asks for what is not as it was any more: a component that it is about has come to a higher SEQUENCE.
pub(super) fn is_outdated(current: &CalendarObject, of: Key, asked: Revision) -> bool {
    asked.sequence < sequence(current, of)
}
