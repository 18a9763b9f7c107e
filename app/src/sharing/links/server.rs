//! The server's side of the section of public links.

use super::{Addresses, CalendarLinks, LinkFields, LinkInfo, LinkWish};
use crate::event::seen::zone_of;
use crate::session::Site;
use crate::sharing::Refusal;
use crate::sharing::server::{chosen, end, last_day};
use crate::wire::{ApiError, CalendarId};
use crate::words;
use chrono::Utc;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId as Calendar;
use kalends_domain::links::{Link, LinkDetails, LinkId};
use kalends_domain::{Kalends, Missing};

/// What the form is called that leaves the address of a link for the page that shows it once: its outcome is the secret.
pub const FORM: &str = "link";

/// What a form came to.
pub enum Done {
    /// What is said of it.
    Said(String),
    /// A link has an address that it had not before: what it is called, and the secret.
    Address { name: String, secret: String },
}

/// # Errors
/// Those of [`Kalends::calendar_links`].
pub async fn links(kalends: &Kalends, user: &User, calendar: CalendarId) -> Result<CalendarLinks, ApiError> {
    let caller = user.on_a_page();
    let links = kalends.calendar_links(caller, Calendar(calendar)).await?;
    let mut administered: Vec<(CalendarId, String)> = kalends
        .calendars(caller)
        .await?
        .iter()
        .filter(|held| held.may_administer())
        .map(|held| (held.id.0, held.details.display_name.clone()))
        .collect();
    if !administered.iter().any(|(id, _)| *id == calendar) {
        // It need not stand in the viewer's list.
        let held = kalends.calendar_by_id(caller, Calendar(calendar)).await?;
        administered.push((calendar, held.details.display_name.clone()));
    }
    administered.sort_by_key(|(id, _)| *id != calendar);
    let links = links.into_iter().map(|link| info(user, link, &administered)).collect();
    Ok(CalendarLinks { links, calendars: administered, fresh: None, refused: None })
}

fn info(user: &User, link: Link, administered: &[(CalendarId, String)]) -> LinkInfo {
    let zone = zone_of(user);
    let is_known = |id: &Calendar| administered.iter().any(|(known, _)| *known == id.0);
    LinkInfo {
        id: link.id.0,
        is_busy: !kalends_domain::access::shows_events(link.access),
        maker: (link.maker.id != user.principal.id).then(|| link.maker.display_name.clone()),
        calendars: link.calendars.iter().filter(|id| is_known(id)).map(|id| id.0).collect(),
        last_day: link.ends_at.map(|end| last_day(end, zone)),
        has_ended: link.has_ended(Utc::now()),
        uses: usize::try_from(link.uses).unwrap_or(usize::MAX),
        last_used: link.last_used_at.map(|at| at.with_timezone(&zone).date_naive()),
        name: link.name,
    }
}

/// The addresses of a link that got one just now.
pub fn addresses(site: &Site, name: String, secret: &str) -> Addresses {
    Addresses::new(&site.public_url, name, secret)
}

/// Does what a form asked for.
///
/// # Errors
/// What is wrong with the form, or with asking for it.
pub async fn fulfil(kalends: &Kalends, user: &User, calendar: CalendarId, wish: &LinkWish) -> Result<Done, Refusal> {
    let (caller, id) = (user.on_a_page(), Calendar(calendar));
    let links = kalends.calendar_links(caller, id).await?;
    let name_of = |link: i64| {
        let found = links.iter().find(|known| known.id == LinkId(link));
        found.map(|link| link.name.clone()).ok_or(kalends_domain::Error::NotFound(Missing::Link))
    };
    Ok(match wish {
        LinkWish::Make(fields) => {
            let details = details(user, fields)?;
            let (_, secret) = kalends.create_link(caller, &details).await?;
            Done::Address { name: details.name, secret: secret.0 }
        }
        LinkWish::Change { link, fields } => {
            name_of(*link)?;
            let details = details(user, fields)?;
            kalends.change_link(caller, LinkId(*link), &details).await?;
            Done::Said(words::server_links_changed(&details.name))
        }
        LinkWish::Rotate { link } => {
            let name = name_of(*link)?;
            let secret = kalends.rotate_link(caller, LinkId(*link)).await?;
            Done::Address { name, secret: secret.0 }
        }
        LinkWish::Revoke { link } => {
            let name = name_of(*link)?;
            kalends.revoke_link(caller, LinkId(*link)).await?;
            Done::Said(words::server_links_revoked(&name))
        }
        LinkWish::Withdraw { link } => {
            let name = name_of(*link)?;
            kalends.withdraw_from_link(caller, id, LinkId(*link)).await?;
            Done::Said(words::server_links_withdrawn(&name))
        }
    })
}

fn details(user: &User, fields: &LinkFields) -> Result<LinkDetails, Refusal> {
    Ok(LinkDetails {
        name: fields.name.clone(),
        access: chosen(&fields.level)?,
        ends_at: end(&fields.ends, zone_of(user))?,
        calendars: fields.calendars.iter().map(|id| Calendar(*id)).collect(),
    })
}
