//! What of an organizer's object an attendee is told.

use super::address::Addresses;
use super::component::{exclude, key, parse};
use super::parties::{change_params, invited};
use super::revision::{ANSWERED, stamp};
use super::{Message, Method, Version};
use crate::edit::document::{Document, Tree};
use crate::meaning::is_same;
use crate::object::CalendarObject;
use crate::value::Moment;
use chrono::{DateTime, Utc};

/// What a view is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Sent,
    /// Without what a message is not sent for: answers, and what is each person's own.
    Compared,
}

/// The object with the components of `of` (in the order of [`CalendarObject::entries`]) alone; an instance that is not among them is
/// none of the series. `None`: there is nothing left.
pub(super) fn view(version: Version<'_>, of: &[bool], purpose: Purpose) -> Option<Document> {
    if !of.contains(&true) {
        return None;
    }
    let object = version.object;
    let mut document = Document::of(object, version.text);
    let mut elsewhere: Vec<Moment> = Vec::new();
    for (entry, is_in) in object.entries().zip(of) {
        if *is_in {
            clean(document.calendar.component(entry.component), purpose);
            continue;
        }
        document.calendar.take(entry.component);
        elsewhere.extend(entry.recurrence_id.as_ref().map(|id| id.moment.clone()));
    }
    if let Some(master) = object.master.as_ref().filter(|_| of.first() == Some(&true)) {
        let tree = document.calendar.component(master.component);
        let known: Vec<_> =
            master.exclusion_dates.iter().map(|date| super::component::key_of_moment(&object.zones, date)).collect();
        elsewhere.retain(|id| !known.contains(&super::component::key_of_moment(&object.zones, id)));
        exclude(tree, &elsewhere);
    }
    Some(document)
}

/// [`view`], to be compared.
pub(super) fn compared(version: Version<'_>, of: &[bool]) -> Option<(CalendarObject, String)> {
    let text = view(version, of, Purpose::Compared)?.text();
    Some((parse(&text).ok()?, text))
}

/// Whether two versions of what `me` is invited to differ at most in what others have answered and when they were sent, for which an
/// attendee's Schedule-Tag stays as it is (RFC 6638 section 3.2.10).
pub fn differ_in_answers_alone(one: Version<'_>, other: Version<'_>, me: &Addresses) -> bool {
    let rest = |version: Version<'_>| {
        let mut document = Document::of(version.object, version.text);
        for entry in version.object.entries() {
            let tree = document.calendar.component(entry.component);
            for name in ["DTSTAMP", "LAST-MODIFIED"] {
                tree.remove(name);
            }
            change_params(tree, "ATTENDEE", |property, params| {
                let is_own = me.is(property);
                params.retain(|parameter| match parameter.name.as_str() {
                    "PARTSTAT" => is_own,
                    name => name != "RSVP" && !name.starts_with("SCHEDULE-"),
                });
            });
        }
        parse(&document.text()).ok()
    };
    rest(one).zip(rest(other)).is_some_and(|(one, other)| is_same(&one, &other))
}

/// Takes away what is the organizer's own.
fn clean(tree: &mut Tree, purpose: Purpose) {
    tree.retain_components(|inner| inner.name != "VALARM");
    tree.retain_lines(|property| {
        let name = property.name.as_str();
        // Travel times say where the organizer lives.
        let is_own = ["X-MOZ-", "X-APPLE-TRAVEL-"].iter().any(|start| name.starts_with(start))
            || matches!(name, "X-CALENDARSERVER-PRIVATE-COMMENT" | "X-ALARM-ACK");
        let says_something = matches!(name, "X-APPLE-STRUCTURED-LOCATION" | "X-ALT-DESC");
        let is_not_compared = matches!(name, "TRANSP" | "CLASS" | "CATEGORIES" | "COLOR" | "REQUEST-STATUS")
            || name.starts_with("X-") && !says_something;
        !(is_own || is_not_compared && purpose == Purpose::Compared)
    });
    for name in ["ORGANIZER", "ATTENDEE"] {
        change_params(tree, name, |_, params| {
            params.retain(|parameter| {
                let name = parameter.name.as_str();
                let is_answer =
                    matches!(name, "PARTSTAT" | "RSVP" | "SENT-BY" | "DELEGATED-TO") || name.starts_with("X-");
                let is_sent = !name.starts_with("SCHEDULE-") && name != ANSWERED;
                is_sent && !(is_answer && purpose == Purpose::Compared)
            });
        });
    }
}

/// Makes a document a message: METHOD, and a DTSTAMP of its own in every component (RFC 5545 section 3.8.7.2).
pub(super) fn message(mut document: Document, method: Method, now: DateTime<Utc>) -> String {
    let at = stamp(now);
    document.calendar.remove("METHOD");
    document.calendar.add("METHOD", &[], method.name(), &["PRODID", "VERSION", "CALSCALE"]);
    document.calendar.change_components(|tree| {
        if tree.name != "VTIMEZONE" {
            tree.set("DTSTAMP", &[], &at, &["UID"]);
        }
    });
    document.text()
}

/// A REQUEST with what there is now, to one attendee: whoever asks for it (REFRESH), or to whom somebody delegated.
pub fn request_to(version: Version<'_>, attendee: &str, now: DateTime<Utc>) -> Option<Message> {
    let all = invited(version.object);
    let (property, of) = all.get(&super::canonical(attendee))?;
    let sender = version.object.entries().find_map(|entry| version.object.component(entry).property("ORGANIZER"))?;
    let text = message(view(version, of, Purpose::Sent)?, Method::Request, now);
    Some(Message {
        method: Method::Request,
        sender: sender.value.trim().to_owned(),
        recipients: vec![property.value.trim().to_owned()],
        text,
    })
}

/// The components of `object` whose keys are among `wanted`, as [`view`] takes them.
pub(super) fn components_of(object: &CalendarObject, wanted: &[super::component::Key]) -> Vec<bool> {
    object.entries().map(|entry| wanted.contains(&key(object, entry))).collect()
}
