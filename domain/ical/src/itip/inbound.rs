//! What a message does to the object that is there.

use super::address::{Addresses, canonical};
use super::incoming::Incoming;
use super::outcome::{Outcome, Why};
use super::{Method, Version, add, cancel, reply, request};
use crate::Result;
use chrono::{DateTime, Utc};

/// Has `message` do to `current`, the object of its UID that `me` has, what it asks for. Who sent it was looked at
/// ([`Incoming::is_from`]).
///
/// # Errors
/// Those of [`crate::CalendarObject::parse`], for what came; `TooManyInstances`.
pub fn apply(current: Option<Version<'_>>, message: &Incoming, me: &Addresses, now: DateTime<Utc>) -> Result<Outcome> {
    if let Some(current) = current {
        let known = current.object.entries().find_map(|entry| current.object.component(entry).property("ORGANIZER"));
        let same = match (known, message.organizer()) {
            (Some(known), Some(said)) => canonical(&known.value) == canonical(&said.value),
            // Answers may leave it out.
            (Some(_), None) => message.method.is_for_organizer(),
            (None, _) => false,
        };
        if !same || current.object.kind != message.kind {
            return Ok(Outcome::nothing(Why::OtherOrganizer));
        }
    }
    match (message.method, current) {
        (Method::Request, current) => request::apply(current, message, me),
        (Method::Publish, _) => Ok(Outcome::nothing(Why::Ignored)),
        (_, None) => Ok(Outcome::nothing(Why::Unknown)),
        (Method::Cancel, Some(current)) => cancel::apply(current, message, now),
        (Method::Reply, Some(current)) => reply::apply(current, message),
        (Method::Add, Some(current)) => add::apply(current, message),
        (Method::Counter, Some(current)) => Ok(Outcome::nothing(counter(current, message))),
        (Method::DeclineCounter, Some(_)) => Ok(Outcome::nothing(Why::ForPerson)),
        (Method::Refresh, Some(current)) => {
            let who = message.attendee_address().unwrap_or_default();
            let invited = super::parties::invited(current.object);
            match invited.contains_key(&canonical(who)) {
                true => Ok(Outcome { why: Why::Refreshed, text: None, request_to: vec![who.to_owned()] }),
                false => Ok(Outcome::nothing(Why::NotInvited)),
            }
        }
    }
}

/// What is to be done with a proposal: a person decides about those of who is invited to what there is now.
fn counter(current: Version<'_>, message: &Incoming) -> Why {
    let invited = super::parties::invited(current.object);
    if !message.attendee_addresses().any(|who| invited.contains_key(&canonical(who))) {
        return Why::NotInvited;
    }
    let is_old = |part: &crate::syntax::Component| {
        super::proposal::is_outdated(current.object, message.key(part), super::incoming::revision(part))
    };
    if message.components().any(is_old) { Why::Outdated } else { Why::ForPerson }
}
