//! Who takes part in an object, and as what.

use super::address::{Addresses, canonical};
use super::{Refusal, Version};
use crate::edit::document::{Document, Tree, param};
use crate::entry::ComponentKind;
use crate::object::CalendarObject;
use crate::syntax::{Component, Parameter, Property};
use std::collections::HashMap;

/// SCHEDULE-AGENT (RFC 6638 section 7.1): who sends messages to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    Server,
    Client,
    None,
}

impl Agent {
    /// Of an ORGANIZER or ATTENDEE. A value that is not known counts as NONE (section 7.1).
    pub fn of(property: &Property) -> Self {
        match property.param("SCHEDULE-AGENT") {
            None => Agent::Server,
            Some(agent) if agent.eq_ignore_ascii_case("SERVER") => Agent::Server,
            Some(agent) if agent.eq_ignore_ascii_case("CLIENT") => Agent::Client,
            Some(_) => Agent::None,
        }
    }
}

/// What the owner of a calendar is in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// ORGANIZER is theirs, and somebody else is invited or was.
    Organizer,
    /// They are invited, in one instance at least.
    Attendee,
    /// Neither: it is theirs alone, or a copy of what is between others.
    Neither,
}

/// The organizer or an attendee, for show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// As it is written.
    pub address: String,
    /// CN
    pub name: Option<String>,
    /// PARTSTAT, upper case; NEEDS-ACTION where nothing is said.
    pub partstat: String,
    /// ROLE, upper case; REQ-PARTICIPANT where nothing is said.
    pub role: String,
    /// CUTYPE, upper case; INDIVIDUAL where nothing is said.
    pub kind: String,
    /// SENT-BY
    pub sent_by: Option<String>,
    pub delegated_to: Vec<String>,
    pub delegated_from: Vec<String>,
    /// SCHEDULE-STATUS: what became of the last message to them.
    pub status: Option<String>,
    pub agent: Agent,
}

impl Party {
    pub(super) fn of(property: &Property) -> Self {
        let upper = |name: &str, default: &str| property.param(name).unwrap_or(default).to_uppercase();
        let all = |name: &str| {
            property.params.iter().filter(|parameter| parameter.name == name).flat_map(|p| p.values.clone()).collect()
        };
        Party {
            address: property.value.trim().to_owned(),
            name: property.param("CN").map(str::to_owned).filter(|name| !name.trim().is_empty()),
            partstat: upper("PARTSTAT", "NEEDS-ACTION"),
            role: upper("ROLE", "REQ-PARTICIPANT"),
            kind: upper("CUTYPE", "INDIVIDUAL"),
            sent_by: property.param("SENT-BY").map(str::to_owned),
            delegated_to: all("DELEGATED-TO"),
            delegated_from: all("DELEGATED-FROM"),
            status: property.param("SCHEDULE-STATUS").map(str::to_owned),
            agent: Agent::of(property),
        }
    }
}

/// The organizer and the attendees of a component.
pub fn parties_of(component: &Component) -> (Option<Party>, Vec<Party>) {
    (component.property("ORGANIZER").map(Party::of), component.properties("ATTENDEE").map(Party::of).collect())
}

/// Whether `me` is invited to a component by somebody else and has not answered.
pub fn is_unanswered(component: &Component, me: &Addresses) -> bool {
    let own = component.properties("ATTENDEE").find(|attendee| me.is(attendee));
    let is_open = |own: &Property| own.param("PARTSTAT").is_none_or(|said| said.eq_ignore_ascii_case("NEEDS-ACTION"));
    own.is_some_and(is_open) && component.property("ORGANIZER").is_some_and(|organizer| !me.is(organizer))
}

/// Whether it is something that people are invited to.
pub fn is_scheduled(object: &CalendarObject) -> bool {
    matches!(object.kind, ComponentKind::Event | ComponentKind::Todo)
        && object.entries().any(|entry| object.component(entry).property("ORGANIZER").is_some())
        && object.entries().any(|entry| object.component(entry).property("ATTENDEE").is_some())
}

/// The one organizer of the object.
///
/// # Errors
/// `SeveralOrganizers`
pub fn organizer_of(object: &CalendarObject) -> Result<Option<&Property>, Refusal> {
    let mut first: Option<&Property> = None;
    for property in object.entries().flat_map(|entry| object.component(entry).properties("ORGANIZER")) {
        match first {
            None => first = Some(property),
            Some(known) if canonical(&known.value) == canonical(&property.value) => {}
            Some(_) => return Err(Refusal::SeveralOrganizers { line: property.line }),
        }
    }
    Ok(first)
}

/// What whoever has these addresses is in the object.
///
/// # Errors
/// `SeveralOrganizers`, of an object that is theirs in either way.
pub fn role_of(object: &CalendarObject, me: &Addresses) -> Result<Role, Refusal> {
    if !is_scheduled(object) {
        return Ok(Role::Neither);
    }
    let mine = |name: &'static str| {
        object.entries().any(|entry| object.component(entry).properties(name).any(|property| me.is(property)))
    };
    let (organizes, attends) = (mine("ORGANIZER"), mine("ATTENDEE"));
    if !organizes && !attends {
        return Ok(Role::Neither);
    }
    organizer_of(object)?;
    Ok(if organizes { Role::Organizer } else { Role::Attendee })
}

/// The attendees of the object, each once as it is written first, with the components that they are in (true) in the order of
/// [`CalendarObject::entries`].
pub(super) fn invited(object: &CalendarObject) -> HashMap<String, (&Property, Vec<bool>)> {
    let count = object.entries().count();
    let mut all: HashMap<String, (&Property, Vec<bool>)> = HashMap::new();
    for (place, entry) in object.entries().enumerate() {
        for property in object.component(entry).properties("ATTENDEE") {
            let known = all.entry(canonical(&property.value)).or_insert_with(|| (property, vec![false; count]));
            known.1[place] = true;
        }
    }
    all
}

/// Sets or takes away a parameter.
pub(super) fn set_param(params: &mut Vec<Parameter>, name: &str, value: Option<&str>) {
    match (params.iter_mut().find(|parameter| parameter.name == name), value) {
        (Some(parameter), Some(value)) => parameter.values = vec![value.to_owned()],
        (None, Some(value)) => params.push(param(name, value)),
        (_, None) => params.retain(|parameter| parameter.name != name),
    }
}

/// Has the parameters of each line called `name` be what `change` makes of them; a line of which nothing changes stays as it is written.
pub(super) fn change_params(tree: &mut Tree, name: &str, mut change: impl FnMut(&Property, &mut Vec<Parameter>)) {
    tree.rewrite(name, |property| {
        let mut params = property.params.clone();
        change(property, &mut params);
        (params != property.params).then(|| vec![(params, property.value.clone())])
    });
}

/// The text with SCHEDULE-STATUS at each line called `name` (ATTENDEE or ORGANIZER) that `status` has one for, which is asked with the
/// address and with the status that stands there.
pub fn with_statuses(
    object: &CalendarObject,
    text: &str,
    name: &str,
    status: impl Fn(&str, Option<&str>) -> Option<String>,
) -> String {
    let mut document = Document::of(object, text);
    for entry in object.entries() {
        change_params(document.calendar.component(entry.component), name, |property, params| {
            if let Some(status) = status(&canonical(&property.value), property.param("SCHEDULE-STATUS")) {
                set_param(params, "SCHEDULE-STATUS", Some(&status));
            }
        });
    }
    document.text()
}

/// The text with this organizer in every component, in the place of the one that it has.
pub fn with_organizer(
    object: &CalendarObject,
    text: &str,
    address: &str,
    name: Option<&str>,
    sent_by: Option<&str>,
) -> String {
    let mut document = Document::of(object, text);
    let named = name.map(|name| param("CN", name));
    let params: Vec<Parameter> = named.into_iter().chain(sent_by.map(|sender| param("SENT-BY", sender))).collect();
    for entry in object.entries() {
        let tree = document.calendar.component(entry.component);
        tree.set("ORGANIZER", &params, address, &["SUMMARY", "DTEND", "DURATION", "DTSTART"]);
    }
    document.text()
}

/// Somebody who is to be invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitee {
    pub address: String,
    pub name: Option<String>,
    /// ROLE=OPT-PARTICIPANT
    pub is_optional: bool,
}

/// Who invites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inviting {
    pub address: String,
    pub name: Option<String>,
    /// Who does so in their name.
    pub sent_by: Option<String>,
}

/// The text with these attendees in every component, in the place of those that it has; the lines of those who stay are as they were. Nobody is
/// left: it has no organizer either.
pub fn with_attendees(version: Version<'_>, me: &Addresses, inviting: &Inviting, invitees: &[Invitee]) -> String {
    let mut document = Document::of(version.object, version.text);
    let wanted = Addresses::new(invitees.iter().map(|invitee| invitee.address.as_str()));
    for entry in version.object.entries() {
        let component = version.object.component(entry);
        let tree = document.calendar.component(entry.component);
        tree.retain_lines(|line| line.name != "ATTENDEE" || wanted.is(line) || me.is(line) && !invitees.is_empty());
        if invitees.is_empty() {
            tree.remove("ORGANIZER");
            continue;
        }
        if component.property("ORGANIZER").is_none() {
            let named = inviting.name.as_deref().map(|name| param("CN", name));
            let sender = inviting.sent_by.as_deref().map(|sender| param("SENT-BY", sender));
            let params: Vec<Parameter> = named.into_iter().chain(sender).collect();
            tree.add("ORGANIZER", &params, &inviting.address, &["SUMMARY", "DTEND", "DURATION", "DTSTART"]);
        }
        let known: Vec<String> = component.properties("ATTENDEE").map(|line| canonical(&line.value)).collect();
        for invitee in invitees.iter().filter(|invitee| !known.contains(&canonical(&invitee.address))) {
            if me.contains(&invitee.address) || canonical(&invitee.address) == canonical(&inviting.address) {
                continue;
            }
            let mut params: Vec<Parameter> =
                invitee.name.as_deref().map(|name| param("CN", name)).into_iter().collect();
            if invitee.is_optional {
                params.push(param("ROLE", "OPT-PARTICIPANT"));
            }
            params.extend([param("PARTSTAT", "NEEDS-ACTION"), param("RSVP", "TRUE")]);
            tree.add("ATTENDEE", &params, &invitee.address, &["ATTENDEE", "ORGANIZER"]);
        }
    }
    document.text()
}
