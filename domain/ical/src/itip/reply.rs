//! REPLY in an organizer's object (RFC 5546 section 3.2.3).

use super::Version;
use super::address::{Addresses, canonical};
use super::component::{Key, entry_of, key, parse};
use super::incoming::{Incoming, recurrence_id, revision};
use super::outcome::{Outcome, Why};
use super::parties::{change_params, set_param};
use super::revision::{ANSWERED, Revision};
use crate::Result;
use crate::edit::document::{Document, Tree, param};
use crate::edit::{shown_of, with_overrides};
use crate::object::CalendarObject;
use crate::syntax::{Component, Property};
use std::collections::{BTreeMap, BTreeSet};

/// Most people whom one attendee sends in their place, with those whom these send: one, or one each for a few instances. Whoever organizes
/// invites them, and anybody who is invited could have many others be written to otherwise.
const MAX_DELEGATES: usize = 5;

pub(super) fn apply(current: Version<'_>, message: &Incoming) -> Result<Outcome> {
    let mut text = current.text.to_owned();
    let mut why = Why::Unknown;
    let mut request_to = Vec::new();
    let mut components: Vec<&Component> = message.components().collect();
    // An answer for all of the series first, so that one for an instance stands beside it.
    components.sort_by_key(|component| recurrence_id(component).is_some());
    for component in components {
        let Some(answer) = component.property("ATTENDEE") else { continue };
        let object = parse(&text)?;
        match one(Version { object: &object, text: &text }, message, component, answer)? {
            Ok((changed, invited)) => {
                text = changed;
                why = Why::Answered;
                request_to.extend(invited);
            }
            Err(other) if why != Why::Answered => why = other,
            Err(_) => {}
        }
    }
    if why != Why::Answered {
        return Ok(Outcome::nothing(why));
    }
    Ok(Outcome { request_to, ..Outcome::of(why, text, Some(current.text)) })
}

/// The text with the answer, and who is invited by it.
type Done = Result<std::result::Result<(String, Option<String>), Why>>;

fn one(current: Version<'_>, message: &Incoming, component: &Component, answer: &Property) -> Done {
    let who = canonical(&answer.value);
    let of = message.key(component);
    let id = message.id_in(current.object, component);
    let stands = entry_of(current.object, of).or(current.object.master.as_ref().filter(|_| id.is_some()));
    let Some(stands) = stands else { return Ok(Err(Why::Unknown)) };
    // Somebody to whom an attendee has delegated answers perhaps before that attendee does.
    let known = |entry| attendee(current.object, entry, &who);
    let Some(known) = known(stands) else { return newcomer(current, answer, &who) };
    let revision = revision(component);
    if is_outdated(known, revision) {
        return Ok(Err(Why::Outdated));
    }
    let mut text = current.text.to_owned();
    if let Some(id) = id.as_ref().filter(|_| entry_of(current.object, of).is_none()) {
        if shown_of(current.object, Some(id)).is_err() {
            return Ok(Err(Why::Unknown));
        }
        text = with_overrides(current.object, current.text, std::slice::from_ref(id))?;
    }
    let object = parse(&text)?;
    let mut document = Document::of(&object, &text);
    let delegate = answer.param("DELEGATED-TO").filter(|_| is_delegated(answer)).map(str::to_owned);
    let mut invited = None;
    if delegate.as_deref().is_some_and(|delegate| !may_send(&object, &who, delegate)) {
        return Ok(Err(Why::Ignored));
    }
    for entry in object.entries() {
        let is_it = key(&object, entry) == of;
        // An answer for the series is one for each of its instances.
        let is_reached = is_it || of.is_none() && !has_own(message, key(&object, entry));
        let Some(line) = attendee(&object, entry, &who).filter(|_| is_reached) else { continue };
        if !is_it && is_outdated(line, Revision { sequence: revision.sequence.max(least(line)), ..revision }) {
            continue;
        }
        let tree = document.calendar.component(entry.component);
        set_answer(tree, &who, answer, revision, delegate.as_deref());
        if let Some(delegate) = &delegate
            && !object
                .component(entry)
                .properties("ATTENDEE")
                .any(|other| canonical(&other.value) == canonical(delegate))
        {
            add_delegate(tree, answer, delegate);
            invited = Some(delegate.clone());
        }
    }
    Ok(Ok((document.text(), invited)))
}

/// Whether an attendee may send somebody in their place: one who is in it already, or one more. All who come from the same attendee count,
/// whoever of them has sent whom: a delegate of a delegate is one more in the name of the first.
fn may_send(object: &CalendarObject, who: &str, delegate: &str) -> bool {
    let (mut senders, mut sent) = (Sent::new(), Sent::new());
    let mut is_known = false;
    for line in object.entries().flat_map(|entry| object.component(entry).properties("ATTENDEE")) {
        let address = canonical(&line.value);
        is_known |= address == canonical(delegate);
        if let Some(from) = line.param("DELEGATED-FROM").map(canonical) {
            senders.entry(address.clone()).or_default().insert(from.clone());
            sent.entry(from).or_default().insert(address);
        }
    }
    is_known
        || reached(reached([who.to_owned()].into(), &senders), &sent)
            .iter()
            .filter(|one| senders.contains_key(*one))
            .count()
            < MAX_DELEGATES
}

/// Addresses, and those that each has sent, or was sent by.
type Sent = BTreeMap<String, BTreeSet<String>>;

/// These, and all that are come to from them.
fn reached(mut found: BTreeSet<String>, steps: &Sent) -> BTreeSet<String> {
    let mut open: Vec<String> = found.iter().cloned().collect();
    while let Some(next) = open.pop() {
        for other in steps.get(&next).into_iter().flatten() {
            if found.insert(other.clone()) {
                open.push(other.clone());
            }
        }
    }
    found
}

fn is_delegated(answer: &Property) -> bool {
    answer.param("PARTSTAT").is_some_and(|partstat| partstat.eq_ignore_ascii_case("DELEGATED"))
}

fn least(line: &Property) -> u32 {
    Revision::answered(line).map_or(0, |answered| answered.sequence)
}

fn has_own(message: &Incoming, of: Key) -> bool {
    message.components().any(|component| message.key(component) == of)
}

fn attendee<'a>(object: &'a CalendarObject, entry: &crate::entry::Entry, who: &str) -> Option<&'a Property> {
    object.component(entry).properties("ATTENDEE").find(|property| canonical(&property.value) == who)
}

/// Whether a later answer stands there, or the meeting is another since the one that this is for.
fn is_outdated(line: &Property, revision: Revision) -> bool {
    Revision::answered(line).is_some_and(|answered| revision.is_before(answered))
}

fn set_answer(tree: &mut Tree, who: &str, answer: &Property, revision: Revision, delegate: Option<&str>) {
    let partstat = answer.param("PARTSTAT").unwrap_or("NEEDS-ACTION").to_uppercase();
    change_params(tree, "ATTENDEE", |property, params| {
        if canonical(&property.value) != who {
            return;
        }
        set_param(params, "PARTSTAT", Some(&partstat));
        set_param(params, "RSVP", None);
        set_param(params, "DELEGATED-TO", delegate);
        set_param(params, "SCHEDULE-STATUS", Some("2.0"));
        set_param(params, ANSWERED, Some(&revision.written()));
        if property.param("CN").is_none() {
            set_param(params, "CN", answer.param("CN"));
        }
    });
}

fn add_delegate(tree: &mut Tree, answer: &Property, delegate: &str) {
    let params =
        [param("DELEGATED-FROM", answer.value.trim()), param("PARTSTAT", "NEEDS-ACTION"), param("RSVP", "TRUE")];
    tree.add("ATTENDEE", &params, delegate, &["ATTENDEE"]);
}

/// The answer of somebody who was not invited: to whom an attendee has delegated, in whose name they come, or nobody.
fn newcomer(current: Version<'_>, answer: &Property, who: &str) -> Done {
    let Some(from) = answer.param("DELEGATED-FROM") else { return Ok(Err(Why::NotInvited)) };
    if !may_send(current.object, &canonical(from), who) {
        return Ok(Err(Why::Ignored));
    }
    let from = Addresses::new([from]);
    let mut document = Document::of(current.object, current.text);
    let mut is_vouched = false;
    for entry in current.object.entries() {
        let component = current.object.component(entry);
        // The attendee has to have said so.
        let vouches =
            |line: &Property| from.is(line) && line.param("DELEGATED-TO").is_some_and(|to| canonical(to) == who);
        if component.properties("ATTENDEE").any(vouches) {
            is_vouched = true;
            let tree = document.calendar.component(entry.component);
            tree.add("ATTENDEE", &answer.params, &answer.value, &["ATTENDEE"]);
        }
    }
    Ok(if is_vouched { Ok((document.text(), None)) } else { Err(Why::NotInvited) })
}
