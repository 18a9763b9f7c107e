//! The server's side of the pages of people.

use super::{PeopleList, PersonDetails, PersonInfo, Refused, State, Wish};
use crate::addresses::AddressInfo;
use crate::flash::{self, Flash};
use crate::history::words_of::Reader;
use crate::letters;
use crate::session::Site;
use crate::ui::avatar::picture_path;
use crate::wire::ApiError;
use crate::words;
use chrono::Utc;
use kalends_domain::access::PrincipalId;
use kalends_domain::accounts::{AccountState, NewUser, Person, Preferences, Secret, User};
use kalends_domain::outgoing_mail::{Letter, is_sendable};
use kalends_domain::people::{Administrator, Inheritance, PersonPatch};
use kalends_domain::{Error, Kalends};
use leptos::prelude::use_context;

/// Where the pages are.
pub const PATH: &str = "/admin/people";
/// The form that makes a one-time link; its outcome is the link.
pub const LINK: &str = "link";
/// Beside the link, the address to which it was sent.
pub const SENT: &str = "sent";
/// Every other form.
pub const PERSON: &str = "person";

/// Whoever is no administrator does not learn that there is anything.
fn refusal(error: Error) -> ApiError {
    match error {
        Error::NotFound(_) => ApiError::NotFound(words::errors_page_not_found().into()),
        error => error.into(),
    }
}

pub async fn list(kalends: &Kalends, user: &User, search: String, piece: usize) -> Result<PeopleList, ApiError> {
    let reader = Reader::of(user);
    let found = kalends.people(as_administrator(user), &search, piece).await.map_err(refusal)?;
    let people = found.people.into_iter().map(|person| info(kalends, &reader, person)).collect();
    Ok(PeopleList { search, people, piece, more: found.more, flash: said() })
}

pub async fn details(kalends: &Kalends, user: &User, id: i64) -> Result<PersonDetails, ApiError> {
    let (by, reader) = (as_administrator(user), Reader::of(user));
    let person = kalends.person(by, PrincipalId(id)).await.map_err(refusal)?;
    let others = kalends.people(by, "", 0).await?.people.into_iter().map(|person| person.user);
    let heirs = others.filter(|other| other.state == AccountState::Active && other.principal.id.0 != id);
    let addresses = kalends.addresses_of(by, PrincipalId(id)).await.map_err(refusal)?;
    Ok(PersonDetails {
        addresses: addresses.into_iter().map(AddressInfo::from).collect(),
        person: info(kalends, &reader, person),
        heirs: heirs.map(|heir| (heir.principal.slug, heir.principal.display_name)).collect(),
        days: usize::try_from(kalends.limits().bin_age.num_days()).unwrap_or(0),
        flash: said(),
    })
}

fn as_administrator(user: &User) -> Administrator {
    Administrator::Person(user.on_a_page())
}

/// What the page has to say: of the form that it answers, or of the one before.
fn said() -> Option<Flash> {
    let refused = use_context::<Refused>();
    let refused = refused.map(|Refused { error, form }| Flash { form: PERSON.into(), outcome: Err(error), kept: form });
    refused.or_else(|| flash::take_of(LINK)).or_else(|| flash::take_of(PERSON))
}

fn info(kalends: &Kalends, reader: &Reader, person: Person) -> PersonInfo {
    let moment = |at| reader.moment(reader.local(at));
    let state = match person.user.state {
        AccountState::Deleted(at) => {
            let left = (at + kalends.limits().bin_age - Utc::now()).num_days();
            State::Deleted { when: moment(at), left: words::server_bin_left(usize::try_from(left).unwrap_or(0)) }
        }
        AccountState::Disabled(at) => State::Disabled(moment(at)),
        AccountState::Active if person.has_password => State::Active,
        AccountState::Active => State::Invited,
    };
    let principal = person.user.principal;
    let picture = person.user.picture.filter(|_| matches!(state, State::Active | State::Invited));
    PersonInfo {
        picture: picture.map(|digest| picture_path(&principal.slug, &digest)),
        id: principal.id.0,
        slug: principal.slug,
        name: principal.display_name,
        email: principal.email,
        is_admin: person.user.is_admin,
        state,
        seen: person.seen_at.map(moment).unwrap_or_default(),
        made: moment(person.created_at),
        calendars: usize::try_from(person.calendars).unwrap_or(usize::MAX),
        objects: usize::try_from(person.objects).unwrap_or(usize::MAX),
    }
}

/// Does what a form asked for. Yields the path that leads on, and what is said there.
pub async fn fulfil(kalends: &Kalends, site: &Site, user: &User, wish: Wish) -> Result<(String, Flash), ApiError> {
    let by = as_administrator(user);
    let page = |id: i64| format!("{PATH}/{id}");
    let email = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(match wish {
        Wish::Invite { slug, name, email: address, is_admin } => {
            let display_name = if name.is_empty() { slug.clone() } else { name };
            let preferences = Preferences::default();
            let new = NewUser { slug, display_name, email: email(address), is_admin, preferences };
            let (user, link) = kalends.invite(by, new).await?;
            let sent = send(kalends, &user, user.principal.email.clone(), &link, letters::invitation, site).await?;
            (page(user.principal.id.0), leave_link(format!("{}/welcome/{}", site.public_url, link.0), sent))
        }
        Wish::Link(id) => {
            let link = kalends.new_link(by, PrincipalId(id)).await?;
            let user = kalends.user(PrincipalId(id)).await?;
            let sent = send(kalends, &user, user.principal.email.clone(), &link, letters::password, site).await?;
            (page(id), leave_link(format!("{}/welcome/{}", site.public_url, link.0), sent))
        }
        Wish::AddressLink { id, address } => {
            let link = kalends.address_link(by, PrincipalId(id), &address).await?;
            let path = format!("{}/{}", crate::settings::addresses::PATH, link.0);
            let user = kalends.user(PrincipalId(id)).await?;
            let sent = send(kalends, &user, Some(address), &link, letters::proof_of_address, site).await?;
            (page(id), leave_link(format!("{}{path}", site.public_url), sent))
        }
        Wish::VerifyAddress { id, address } => {
            kalends.verify_address(by, PrincipalId(id), &address).await?;
            (page(id), leave(PERSON, words::server_settings_saved()))
        }
        Wish::RemoveAddress { id, address } => {
            kalends.remove_address_of(by, PrincipalId(id), &address).await?;
            (page(id), leave(PERSON, words::server_addresses_removed()))
        }
        Wish::Change { id, name, email: address, is_admin } => {
            let patch = PersonPatch { display_name: Some(name), email: Some(email(address)), is_admin: Some(is_admin) };
            kalends.change_person(by, PrincipalId(id), patch).await?;
            (page(id), leave(PERSON, words::server_settings_saved()))
        }
        Wish::Disable(id) => {
            kalends.set_enabled(by, PrincipalId(id), false).await?;
            (page(id), leave(PERSON, words::server_people_disabled_done()))
        }
        Wish::Enable(id) => {
            kalends.set_enabled(by, PrincipalId(id), true).await?;
            (page(id), leave(PERSON, words::server_people_enabled_done()))
        }
        Wish::Delete { id, heir, manager } => {
            (PATH.to_owned(), leave(PERSON, delete(kalends, by, id, heir, manager).await?))
        }
        Wish::Manage { id, team } => {
            let team = kalends.name_manager(by, &team, PrincipalId(id)).await?;
            (page(id), leave(PERSON, words::server_people_manages_done(&team.display_name)))
        }
        Wish::Restore(id) => {
            kalends.restore_person(by, PrincipalId(id)).await?;
            (page(id), leave(PERSON, words::server_people_restored()))
        }
    })
}

type WriteLetter = fn(&Site, &User, &str, &Secret) -> Letter;

/// Has a link go to somebody by mail, where the installation sends any and an address is known. Yields the address.
async fn send(
    kalends: &Kalends,
    to: &User,
    address: Option<String>,
    link: &Secret,
    write: WriteLetter,
    site: &Site,
) -> Result<Option<String>, ApiError> {
    let Some(address) = address.filter(|address| kalends.sends_mail() && is_sendable(address)) else { return Ok(None) };
    kalends.send_letter(None, &write(site, to, &address, link)).await?;
    Ok(Some(address))
}

/// A link to be copied, with the address to which it went as well.
fn leave_link(link: String, sent: Option<String>) -> Flash {
    let kept = sent.map(|address| (SENT.to_owned(), address)).into_iter().collect();
    Flash { form: LINK.into(), outcome: Ok(link), kept }
}

fn leave(form: &str, said: impl Into<String>) -> Flash {
    Flash { form: form.into(), outcome: Ok(said.into()), kept: Vec::new() }
}

async fn delete(
    kalends: &Kalends,
    by: Administrator,
    id: i64,
    heir: Option<String>,
    manager: Option<String>,
) -> Result<String, ApiError> {
    let id = PrincipalId(id);
    // Whoever may not delete must not learn who there is.
    kalends.person(by, id).await.map_err(refusal)?;
    let unknown = || ApiError::BadInput { field: "heir".into(), message: words::server_people_heir_unknown().into() };
    let manager = match manager {
        Some(manager) => Some(kalends.user_by_slug(&manager).await.map_err(|_| unknown())?.principal.id),
        None => None,
    };
    let Some(heir) = heir else {
        kalends.delete_person_with_teams(by, id, Inheritance::Bin, manager).await?;
        return Ok(words::server_people_deleted().into());
    };
    let heir = kalends.user_by_slug(&heir).await.map_err(|_| unknown())?;
    let inheritance = Inheritance::HandOver(heir.principal.id);
    let done = kalends.delete_person_with_teams(by, id, inheritance, manager).await?;
    let mut said = words::server_people_handed_over(done.calendars, &heir.principal.display_name);
    if done.is_over_quota {
        said = format!("{said} {}", words::server_people_over_quota(&heir.principal.display_name));
    }
    Ok(said)
}
