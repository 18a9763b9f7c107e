//! What the pages read.

use super::links::{self, LinkRefused};
use super::{AnswerRefused, CalendarShares, ShareRefused, SharedCalendars, server, shared_server};
use crate::flash;
use crate::json::Json;
use crate::server_context::signed_in;
use crate::session::Site;
use crate::wire::{ApiError, CalendarId};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// With whom a calendar is shared; for those who administer it.
#[server(prefix = "/fn", endpoint = "calendar-shares", input = GetUrl, output = Json)]
pub async fn load_shares(calendar: CalendarId) -> Result<CalendarShares, ApiError> {
    let (kalends, user) = signed_in()?;
    let mut shares = server::shares(&kalends, &user, calendar).await?;
    shares.links = links::server::links(&kalends, &user, calendar).await?;
    shares.links.refused = use_context::<LinkRefused>();
    if let (Some(flash), Some(site)) = (flash::take_of(links::server::FORM), use_context::<Site>()) {
        let name = flash.kept("name").unwrap_or_default();
        shares.links.fresh = flash.outcome.ok().map(|secret| links::server::addresses(&site, name, &secret));
    }
    Ok(CalendarShares { said: flash::said(server::FORM), refused: use_context::<ShareRefused>(), ..shares })
}

/// What others shared with the viewer.
#[server(prefix = "/fn", endpoint = "shared-calendars", input = GetUrl, output = Json)]
pub async fn load_shared() -> Result<SharedCalendars, ApiError> {
    let (kalends, user) = signed_in()?;
    let shared = shared_server::shared(&kalends, &user).await?;
    let refused = use_context::<AnswerRefused>().map(|AnswerRefused(error)| error);
    Ok(SharedCalendars { said: flash::said(shared_server::FORM), refused, ..shared })
}
