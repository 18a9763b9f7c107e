//! CANCEL in an attendee's object (RFC 5546 section 3.2.5): what is cancelled stays, and says that it is.

use super::Version;
use super::component::{entry_of, parse};
use super::incoming::{Incoming, is_for_later, revision};
use super::outcome::{Outcome, Why};
use super::revision::{Revision, raise};
use crate::Result;
use crate::edit::document::{Document, Tree};
use crate::edit::{self, Scope, with_overrides};
use crate::syntax::Component;
use crate::value::Moment;
use chrono::{DateTime, Utc};

pub(super) fn apply(current: Version<'_>, message: &Incoming, now: DateTime<Utc>) -> Result<Outcome> {
    let mut text = current.text.to_owned();
    let mut why = Why::Unknown;
    for (component, tree) in message.trees() {
        let object = parse(&text)?;
        let version = Version { object: &object, text: &text };
        let done = match message.id_in(&object, component) {
            None => all(version, component),
            Some(id) if is_for_later(component) => later(version, component, &id, now),
            Some(id) => one(version, message, component, &tree, &id),
        }?;
        match done {
            Ok(changed) => {
                text = changed;
                why = Why::Cancelled;
            }
            Err(other) if why == Why::Unknown => why = other,
            Err(_) => {}
        }
    }
    match why {
        Why::Cancelled => Ok(Outcome::of(why, text, Some(current.text))),
        why => Ok(Outcome::nothing(why)),
    }
}

type Done = Result<std::result::Result<String, Why>>;

fn mark(tree: &mut Tree, revision: Revision) {
    raise(tree, revision);
    let is_said = tree.property("STATUS").is_some_and(|status| status.value.trim().eq_ignore_ascii_case("CANCELLED"));
    if !is_said {
        tree.set("STATUS", &[], "CANCELLED", &["SUMMARY", "DTEND", "DURATION", "DTSTART"]);
    }
}

fn all(current: Version<'_>, component: &Component) -> Done {
    let object = current.object;
    let cancel = revision(component);
    let first = object.master.as_ref().or(object.overrides.first());
    if first.is_some_and(|entry| cancel.is_before(Revision::of(object.component(entry)))) {
        return Ok(Err(Why::Outdated));
    }
    let mut document = Document::of(object, current.text);
    for entry in object.entries() {
        mark(document.calendar.component(entry.component), cancel);
    }
    Ok(Ok(document.text()))
}

/// The instance `id` and all that follow it.
fn later(current: Version<'_>, component: &Component, id: &Moment, now: DateTime<Utc>) -> Done {
    let cancel = revision(component);
    let master = current.object.master.as_ref();
    if master.is_none_or(|master| cancel.is_before(Revision::of(current.object.component(master)))) {
        return Ok(Err(if master.is_some() { Why::Outdated } else { Why::Unknown }));
    }
    if edit::shown_of(current.object, Some(id)).is_err() {
        return Ok(Err(Why::Unknown));
    }
    let Some(text) = edit::remove(current.object, current.text, &Scope::ThisAndFollowing(id.clone()), now)?.text else {
        return all(current, component);
    };
    let object = parse(&text)?;
    let mut document = Document::of(&object, &text);
    if let Some(master) = &object.master {
        let tree = document.calendar.component(master.component);
        raise(tree, cancel);
    }
    Ok(Ok(document.text()))
}

fn one(current: Version<'_>, message: &Incoming, component: &Component, tree: &Tree, id: &Moment) -> Done {
    let wanted = message.key(component);
    let cancel = revision(component);
    let master = current.object.master.as_ref();
    if let Some(own) = entry_of(current.object, wanted) {
        if cancel.is_before(Revision::of(current.object.component(own))) {
            return Ok(Err(Why::Outdated));
        }
    } else {
        let series = master.map(|master| Revision::of(current.object.component(master)));
        // The series was sent anew since, with what became of this instance.
        if series.is_some_and(|series| cancel.stamp.is_some() && cancel.stamp < series.stamp) {
            return Ok(Err(Why::Outdated));
        }
        if edit::shown_of(current.object, Some(id)).is_err() {
            return Ok(Err(Why::Unknown));
        }
    }
    let text = match entry_of(current.object, wanted) {
        Some(_) => current.text.to_owned(),
        None => with_overrides(current.object, current.text, std::slice::from_ref(id))?,
    };
    let object = parse(&text)?;
    let Some(entry) = entry_of(&object, wanted) else { return Ok(Err(Why::Unknown)) };
    let mut document = Document::of(&object, &text);
    let mine = document.calendar.component(entry.component);
    // What it says of the instance is what that is now, which may be more than is known here.
    for name in ["DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "DESCRIPTION"] {
        let says = |tree: &Tree| {
            tree.properties()
                .filter(|line| line.name == name)
                .map(|line| (line.params.clone(), line.value.clone()))
                .collect::<Vec<_>>()
        };
        let told = says(tree);
        let is_whole = tree.property("DTSTART").is_some();
        if is_whole && says(mine) != told && (!told.is_empty() || matches!(name, "DTEND" | "DURATION")) {
            mine.take_lines(name, tree);
        }
    }
    mark(mine, cancel);
    Ok(Ok(document.text()))
}
