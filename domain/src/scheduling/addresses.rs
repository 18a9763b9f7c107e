//! Who is meant by an address of a calendar user: people, by the addresses of e-mail that were shown to be theirs and by the addresses of
//! their principals.

use crate::Result;
use crate::access::{Held, PrincipalId};
use crate::model::share::{Party, PartyKind};
use crate::store::Transaction;
use kalends_ical::itip::{Addresses, canonical, email};
use std::collections::HashMap;

/// Where principals are, as CalDAV gives it out.
pub const PRINCIPALS: &str = "/api/v1.0/caldav/principals/";

fn principal(slug: &str) -> String {
    format!("{PRINCIPALS}{slug}/")
}

/// The addresses of a person, and the one that they are written with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub all: Addresses,
    /// An address of e-mail, as `mailto:`.
    pub main: Option<String>,
}

impl Known {
    pub async fn of_person(tx: &mut Transaction, id: PrincipalId, slug: &str) -> Result<Self> {
        let emails = tx.verified_addresses(id).await?;
        let main = emails.first().map(|address| format!("mailto:{address}"));
        let written: Vec<String> =
            emails.iter().map(|address| format!("mailto:{address}")).chain([principal(slug)]).collect();
        Ok(Known { all: Addresses::new(written.iter().map(String::as_str)), main })
    }

    /// Those whose meetings are in a calendar: its owner, or everybody who belongs to the team that owns it.
    pub async fn of_owner(tx: &mut Transaction, owner: &Party) -> Result<Self> {
        if owner.kind == PartyKind::Person {
            return Known::of_person(tx, owner.id, &owner.slug).await;
        }
        let emails = tx.addresses_of_team(owner.id).await?;
        let written: Vec<String> = emails.iter().map(|address| format!("mailto:{address}")).collect();
        Ok(Known { all: Addresses::new(written.iter().map(String::as_str)), main: None })
    }
}

/// Whose meetings are in `calendar`.
pub(crate) async fn of_calendar(tx: &mut Transaction, calendar: &Held) -> Result<Known> {
    Known::of_owner(tx, calendar.owner()).await
}

/// An address of e-mail in the form in which it is kept, with `mailto:` before it or without; `None` for what is none.
pub(super) fn checked_email(written: &str) -> Option<String> {
    let email = written.trim().to_lowercase();
    let email = email.strip_prefix("mailto:").unwrap_or(&email);
    let is_address = email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        && !email.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"'));
    (is_address && email.len() <= 254).then(|| email.to_owned())
}

/// The people of this installation among these addresses, which are the keys in the one form in which addresses are compared.
pub(crate) async fn people(tx: &mut Transaction, written: &[String]) -> Result<HashMap<String, PrincipalId>> {
    let emails: Vec<String> = written.iter().filter_map(|address| email(address)).collect();
    let found = tx.people_by_emails(&emails).await?;
    let mut people: HashMap<String, PrincipalId> =
        found.into_iter().map(|(email, person)| (format!("mailto:{email}"), person)).collect();
    for address in written {
        let slug = address.trim().strip_prefix(PRINCIPALS).map(|slug| slug.trim_end_matches('/'));
        if let Some(slug) = slug
            && let Some(person) = tx.person_by_slug(slug).await?
        {
            people.insert(canonical(address), person);
        }
    }
    Ok(people)
}
