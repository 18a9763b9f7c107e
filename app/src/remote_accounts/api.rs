//! What the pages read.

use super::removal::RemovalAsked;
use super::{AccountCalendars, AccountRefused, Accounts, AddRefused, Adding, Chosen, OneAccount, linking, server};
use crate::flash;
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The viewer's accounts at services elsewhere, and the services that there are.
#[server(prefix = "/fn", endpoint = "remote_accounts", input = GetUrl, output = Json)]
pub async fn load_accounts() -> Result<Accounts, ApiError> {
    let (kalends, user) = signed_in()?;
    Ok(Accounts { said: flash::said(server::FORM), ..server::accounts(&kalends, &user).await? })
}

/// What the form of a new account needs to know of a service.
#[server(prefix = "/fn", endpoint = "remote_service", input = GetUrl, output = Json)]
pub async fn load_adding(service: String) -> Result<Adding, ApiError> {
    let (kalends, _) = signed_in()?;
    Ok(Adding { service: server::service(&kalends, &service)?, refused: use_context::<AddRefused>() })
}

/// An account of the viewer's.
#[server(prefix = "/fn", endpoint = "remote_account", input = GetUrl, output = Json)]
pub async fn load_account(id: String) -> Result<OneAccount, ApiError> {
    let (kalends, user) = signed_in()?;
    let found = server::account(&kalends, &user, server::id(&id)?).await?;
    let (said, refused) = (flash::said(server::FORM), use_context::<AccountRefused>());
    Ok(OneAccount { said, refused, removal: use_context::<RemovalAsked>(), ..found })
}

/// The calendars that an account has; its service is asked for them.
#[server(prefix = "/fn", endpoint = "remote_calendars", input = GetUrl, output = Json)]
pub async fn load_calendars(id: String) -> Result<AccountCalendars, ApiError> {
    let (kalends, user) = signed_in()?;
    let found = linking::calendars(&kalends, &user, server::id(&id)?).await?;
    Ok(AccountCalendars { said: flash::said(server::FORM), chosen: use_context::<Chosen>(), ..found })
}
