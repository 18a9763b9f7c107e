//! Who is meant by an address of a calendar user: people, by the addresses of e-mail that were shown to be theirs and by the addresses of
//! their principals.
//!
//! What somebody's mail accounts are for counts as well where they are *invited* by it: invitations come there. It was not shown to be
//! theirs: whoever runs a server of mail is let in by it under any name. So nothing that is sent to such an address comes to them by that,
//! nobody organizes by it, what they answer goes to others as mail alone, where it is seen who sends it, and where it was shown to be
//! somebody else's here it is theirs.

use crate::Result;
use crate::access::{Held, PrincipalId};
use crate::model::share::{Party, PartyKind};
use crate::store::Transaction;
use kalends_ical::CalendarObject;
use kalends_ical::itip::{self, Addresses, Refusal, Role, canonical, email};
use std::collections::HashMap;

/// Where principals are, as CalDAV gives it out.
pub const PRINCIPALS: &str = "/api/v1.0/caldav/principals/";

fn principal(slug: &str) -> String {
    format!("{PRINCIPALS}{slug}/")
}

/// The addresses of a person, and the one that they are written with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    /// Those that were shown to be theirs.
    pub all: Addresses,
    /// By which they are invited: those, and what their mail accounts are for.
    pub invited: Addresses,
    /// An address of e-mail, as `mailto:`.
    pub main: Option<String>,
}

impl Known {
    pub async fn of_person(tx: &mut Transaction, id: PrincipalId, slug: &str) -> Result<Self> {
        let emails = tx.verified_addresses(id).await?;
        let main = emails.first().map(|address| format!("mailto:{address}"));
        let mut written: Vec<String> =
            emails.iter().map(|address| format!("mailto:{address}")).chain([principal(slug)]).collect();
        let all = Addresses::new(written.iter().map(String::as_str));
        let of_mail = tx.addresses_of_mail_accounts(id).await?;
        written.extend(of_mail.iter().map(|address| format!("mailto:{address}")));
        Ok(Known { all, invited: Addresses::new(written.iter().map(String::as_str)), main })
    }

    /// Those whose meetings are in a calendar: its owner, or everybody who belongs to the team that owns it.
    pub async fn of_owner(tx: &mut Transaction, owner: &Party) -> Result<Self> {
        if owner.kind == PartyKind::Person {
            return Known::of_person(tx, owner.id, &owner.slug).await;
        }
        let emails = tx.addresses_of_team(owner.id).await?;
        let written: Vec<String> = emails.iter().map(|address| format!("mailto:{address}")).collect();
        let all = Addresses::new(written.iter().map(String::as_str));
        Ok(Known { invited: all.clone(), all, main: None })
    }

    /// What they are in an object: whoever organizes has shown that the address is theirs.
    ///
    /// # Errors
    /// `SeveralOrganizers`, of an object that is theirs in either way.
    pub fn role(&self, object: &CalendarObject) -> std::result::Result<Role, Refusal> {
        match itip::role_of(object, &self.all)? {
            Role::Neither => Ok(match itip::role_of(object, &self.invited)? {
                Role::Attendee => Role::Attendee,
                Role::Organizer | Role::Neither => Role::Neither,
            }),
            role => Ok(role),
        }
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
