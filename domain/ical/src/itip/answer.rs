//! Answering, as an edit of one's own object.

use super::Version;
use super::address::Addresses;
use super::attendee::own;
use super::component::{entry_of, key, key_of_moment, parse};
use super::parties::{change_params, set_param};
use crate::edit::document::{Document, param};
use crate::edit::{shown_of, with_overrides};
use crate::value::Moment;
use crate::{Error, Missing, Result};

/// PARTSTAT of somebody who answers (RFC 5545 section 3.2.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartStat {
    Accepted,
    Tentative,
    Declined,
}

impl PartStat {
    pub const ALL: [PartStat; 3] = [PartStat::Accepted, PartStat::Tentative, PartStat::Declined];

    pub fn name(self) -> &'static str {
        match self {
            PartStat::Accepted => "ACCEPTED",
            PartStat::Tentative => "TENTATIVE",
            PartStat::Declined => "DECLINED",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|partstat| partstat.name().eq_ignore_ascii_case(name))
    }
}

/// What somebody says to an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub partstat: PartStat,
    /// To whom they delegate it, as an address.
    pub delegate: Option<String>,
}

/// The text in which `me` has answered: of `instance` alone, else of all. Every other octet stays.
///
/// # Errors
/// `NotFound` for an instance that there is not, and where they are not invited; `TooManyInstances`.
pub fn answered(version: Version<'_>, me: &Addresses, instance: Option<&Moment>, answer: &Answer) -> Result<String> {
    let mut text = version.text.to_owned();
    if let Some(id) = instance {
        shown_of(version.object, Some(id))?;
        if entry_of(version.object, key_of_moment(&version.object.zones, id)).is_none() {
            text = with_overrides(version.object, version.text, std::slice::from_ref(id))?;
        }
    }
    let object = parse(&text)?;
    let wanted = instance.map(|id| key_of_moment(&object.zones, id));
    let mut document = Document::of(&object, &text);
    let mut is_invited = false;
    for entry in object.entries().filter(|entry| wanted.is_none_or(|wanted| key(&object, entry) == wanted)) {
        is_invited |= own(object.component(entry), me).is_some();
        let tree = document.calendar.component(entry.component);
        let address = own(object.component(entry), me).map(|own| own.value.trim().to_owned());
        change_params(tree, "ATTENDEE", |property, params| {
            if me.is(property) {
                let partstat = if answer.delegate.is_some() { "DELEGATED" } else { answer.partstat.name() };
                set_param(params, "PARTSTAT", Some(partstat));
                set_param(params, "DELEGATED-TO", answer.delegate.as_deref());
                set_param(params, "RSVP", None);
            }
        });
        if let (Some(delegate), Some(address)) = (&answer.delegate, address) {
            let known = object
                .component(entry)
                .properties("ATTENDEE")
                .any(|other| Addresses::new([delegate.as_str()]).is(other));
            if !known {
                let params =
                    [param("DELEGATED-FROM", &address), param("PARTSTAT", "NEEDS-ACTION"), param("RSVP", "TRUE")];
                tree.add("ATTENDEE", &params, delegate, &["ATTENDEE"]);
            }
        }
    }
    if is_invited { Ok(document.text()) } else { Err(Error::NotFound(Missing::Invitation)) }
}
