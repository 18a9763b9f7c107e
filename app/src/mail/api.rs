//! What the pages of mail are given what they show by.

use super::about_server::{AboutEvent, addressed};
use super::records::{Adding, CardState, Compose, MailAccountInfo, MailList, OneMailAccount, Thread, Wanted};
use super::wishes::{AccountRefused, AddRefused, ComposeRefused, DraftFields, MailRefused};
use super::{accounts, server, writing};
use crate::flash;
use crate::server_context::{signed_in, viewer};
use crate::wire::ApiError;
use crate::words;
use leptos::prelude::use_context;

pub async fn load_list(wanted: Wanted) -> Result<MailList, ApiError> {
    let refused = use_context::<MailRefused>().map(|MailRefused(error)| error);
    let said = flash::said(server::FORM);
    let (kalends, user) = signed_in()?;
    let now = viewer(&user).now;
    Ok(MailList { said, refused, ..server::list(&kalends, &user, wanted, now).await? })
}

pub async fn load_thread(wanted: Wanted, message: i64) -> Result<Thread, ApiError> {
    let refused = use_context::<MailRefused>().map(|MailRefused(error)| error);
    let said = flash::said(server::FORM);
    let (kalends, user) = signed_in()?;
    let now = viewer(&user).now;
    let thread = server::thread(&kalends, &user, wanted, message, now).await?;
    Ok(Thread { list: MailList { said, refused, ..thread.list }, ..thread })
}

/// `about`: the event about which somebody writes to everybody who takes part.
pub async fn load_compose(wanted: DraftFields, about: Option<AboutEvent>) -> Result<Compose, ApiError> {
    let refused = use_context::<ComposeRefused>();
    let said = flash::said(server::FORM);
    let (kalends, user) = signed_in()?;
    let (wanted, refused) = match refused {
        Some(ComposeRefused { fields, error }) => (fields, Some(error)),
        None => {
            let wanted = match &about {
                Some(about) => {
                    let (to, subject) = addressed(&kalends, &user, about).await?;
                    DraftFields { to, subject, ..DraftFields::default() }
                }
                None => wanted,
            };
            let (path, begun) = writing::begin(&kalends, &user, wanted).await?;
            // The draft has an address, so that a page that is loaded anew goes on with it.
            if let Some(path) = path {
                leptos_axum::redirect(&path);
            }
            (begun, None)
        }
    };
    let compose = writing::compose(&kalends, &user, wanted, refused.is_some()).await?;
    let refused = refused.map(|error| match error {
        ApiError::Conflict if compose.fields.draft.is_none() => bad(words::server_mail_gone_meanwhile()),
        ApiError::Conflict => bad(words::server_mail_changed_meanwhile()),
        error => error,
    });
    Ok(Compose { said, refused, ..compose })
}

fn bad(message: &str) -> ApiError {
    ApiError::BadInput { field: String::new(), message: message.to_owned() }
}

pub async fn load_account(id: i64) -> Result<OneMailAccount, ApiError> {
    let refused = use_context::<AccountRefused>();
    let said = flash::said(server::FORM);
    let (kalends, user) = signed_in()?;
    Ok(OneMailAccount { said, refused, ..accounts::account(&kalends, &user, id).await? })
}

pub fn adding() -> Adding {
    let said = flash::said(server::FORM);
    match use_context::<AddRefused>() {
        Some(AddRefused { fields, error }) => {
            let ways = signed_in().map(|(kalends, _)| accounts::ways(&kalends, &fields)).unwrap_or_default();
            Adding { fields, refused: error, said, ways }
        }
        None => Adding { said, ..Adding::default() },
    }
}

/// The mail accounts, and the senders whose pictures are shown without asking.
pub async fn load_accounts() -> Result<(Vec<MailAccountInfo>, Vec<String>), ApiError> {
    let (kalends, user) = signed_in()?;
    Ok((accounts::accounts(&kalends, &user).await?, kalends.picture_senders(user.on_a_page()).await?))
}

pub async fn load_card() -> Result<Option<CardState>, ApiError> {
    let (kalends, user) = signed_in()?;
    let now = viewer(&user).now;
    server::card(&kalends, &user, now).await
}
