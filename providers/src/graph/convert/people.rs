//! Attendees and the organizer (<https://learn.microsoft.com/graph/api/resources/attendee>).

use super::super::wire;
use kalends_ical::build::Builder;
use kalends_ical::syntax::{Component, Property};
use serde_json::{Value, json};

/// Somebody by their address.
#[derive(Clone, Debug)]
pub struct Person {
    /// Of e-mail, as it was written.
    pub address: String,
    /// Empty: nothing but the address is known.
    pub name: String,
}

/// Addresses are the same whatever their case.
impl PartialEq for Person {
    fn eq(&self, other: &Self) -> bool {
        same_address(&self.address, &other.address) && self.name == other.name
    }
}

/// What an attendee answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Response {
    #[default]
    None,
    Accepted,
    Tentative,
    Declined,
}

/// How somebody is invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Required,
    Optional,
    Resource,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Attendee {
    pub person: Person,
    pub part: Part,
    pub response: Response,
}

pub fn same_address(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

impl Person {
    /// `None`: without an address.
    pub fn of_graph(email: &wire::EmailAddress) -> Option<Self> {
        let address = email.address.trim();
        if address.is_empty() {
            return None;
        }
        let name = email.name.trim();
        // Exchange says the address where it knows no name.
        let name = if same_address(name, address) { "" } else { name };
        Some(Person { address: address.to_owned(), name: name.to_owned() })
    }

    /// `None`: it is no address of e-mail.
    pub fn of_line(property: &Property) -> Option<Self> {
        let value = property.value.trim();
        let address = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")).map(|_| &value[7..])?;
        let email = wire::EmailAddress {
            address: address.trim().to_owned(),
            name: property.param("CN").unwrap_or_default().to_owned(),
        };
        Person::of_graph(&email)
    }

    fn json(&self) -> Value {
        // Exchange puts the address in the place of a name that is missing, and would not in the place of an empty one.
        if self.name.is_empty() {
            json!({ "address": self.address })
        } else {
            json!({ "address": self.address, "name": self.name })
        }
    }
}

impl Attendee {
    pub fn of_graph(attendee: &wire::Attendee) -> Option<Self> {
        let part = match attendee.kind.to_ascii_lowercase().as_str() {
            "optional" => Part::Optional,
            "resource" => Part::Resource,
            _ => Part::Required,
        };
        let response = match attendee.status.response.to_ascii_lowercase().as_str() {
            "accepted" | "organizer" => Response::Accepted,
            "tentativelyaccepted" => Response::Tentative,
            "declined" => Response::Declined,
            _ => Response::None,
        };
        Some(Attendee { person: Person::of_graph(&attendee.email_address)?, part, response })
    }

    /// `None`: who has no address of e-mail cannot be invited there.
    pub fn of_line(property: &Property) -> Option<Self> {
        let is = |name: &str, wanted: &[&str]| {
            property.param(name).is_some_and(|value| wanted.iter().any(|wanted| value.eq_ignore_ascii_case(wanted)))
        };
        let part = if is("CUTYPE", &["RESOURCE", "ROOM"]) {
            Part::Resource
        } else if is("ROLE", &["OPT-PARTICIPANT", "NON-PARTICIPANT"]) {
            Part::Optional
        } else {
            Part::Required
        };
        let response = match property.param("PARTSTAT").unwrap_or_default().to_ascii_uppercase().as_str() {
            "ACCEPTED" => Response::Accepted,
            "TENTATIVE" => Response::Tentative,
            "DECLINED" => Response::Declined,
            _ => Response::None,
        };
        Some(Attendee { person: Person::of_line(property)?, part, response })
    }

    /// What an attendee answered is not ours to say, so it is not in it.
    pub fn json(&self) -> Value {
        let kind = match self.part {
            Part::Required => "required",
            Part::Optional => "optional",
            Part::Resource => "resource",
        };
        json!({ "emailAddress": self.person.json(), "type": kind })
    }

    pub fn write(&self, builder: &mut Builder, asks_for_response: bool) {
        let mut params: Vec<(&str, &str)> = Vec::new();
        if !self.person.name.is_empty() {
            params.push(("CN", &self.person.name));
        }
        match self.part {
            Part::Required => {}
            Part::Optional => params.push(("ROLE", "OPT-PARTICIPANT")),
            Part::Resource => params.extend([("CUTYPE", "RESOURCE"), ("ROLE", "NON-PARTICIPANT")]),
        }
        match self.response {
            Response::None => {}
            Response::Accepted => params.push(("PARTSTAT", "ACCEPTED")),
            Response::Tentative => params.push(("PARTSTAT", "TENTATIVE")),
            Response::Declined => params.push(("PARTSTAT", "DECLINED")),
        }
        if asks_for_response {
            params.push(("RSVP", "TRUE"));
        }
        builder.raw("ATTENDEE", &params, &format!("mailto:{}", self.person.address));
    }
}

/// Attendees, each once, without the organizer, whom Graph has apart.
pub fn settled(attendees: impl IntoIterator<Item = Attendee>, organizer: Option<&Person>) -> Vec<Attendee> {
    let mut all: Vec<Attendee> = Vec::new();
    for attendee in attendees {
        let is_same = |person: &Person| same_address(&person.address, &attendee.person.address);
        if !organizer.is_some_and(is_same) && !all.iter().any(|known| is_same(&known.person)) {
            all.push(attendee);
        }
    }
    all.sort_by_key(|attendee| attendee.person.address.to_lowercase());
    all
}

/// Those of a component, with the organizer and whether they are asked to answer.
pub fn of_component(component: &Component) -> (Vec<Attendee>, Option<Person>, bool) {
    let organizer = component.property("ORGANIZER").and_then(Person::of_line);
    let lines: Vec<&Property> = component.properties("ATTENDEE").collect();
    let attendees = settled(lines.iter().filter_map(|line| Attendee::of_line(line)), organizer.as_ref());
    let is_of = |line: &&&Property, attendee: &Attendee| {
        Person::of_line(line).is_some_and(|person| same_address(&person.address, &attendee.person.address))
    };
    let asks = |line: &Property| line.param("RSVP").is_some_and(|value| value.eq_ignore_ascii_case("TRUE"));
    let asks_for_response =
        lines.iter().filter(|line| attendees.iter().any(|attendee| is_of(line, attendee))).any(|line| asks(line));
    let organizer = organizer.filter(|_| !attendees.is_empty());
    let asks_for_response = asks_for_response || attendees.is_empty();
    (attendees, organizer, asks_for_response)
}
