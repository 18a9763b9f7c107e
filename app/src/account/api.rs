//! Who is signed in, signing in and out, and one-time links.

use crate::flash::Flash;
use crate::json::Json;
use crate::wire::{ApiError, Viewer};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::server;
#[cfg(feature = "ssr")]
use crate::{
    flash,
    return_path::{own_path, sign_in_path},
    server_context::{kalends, origin, signed_in, viewer},
    session::{CurrentUser, SignInWays},
};

/// The person who is signed in; `None` when nobody is.
#[server(prefix = "/fn", endpoint = "viewer", input = GetUrl, output = Json)]
pub async fn current_viewer() -> Result<Option<Viewer>, ApiError> {
    let Some(CurrentUser(Some(user))) = use_context::<CurrentUser>() else { return Ok(None) };
    Ok(Some(viewer(&user)))
}

/// Always sent by a plain form: the answer is a page. `time_zone` is the browser's, kept when the person has none.
#[server(prefix = "/fn", endpoint = "sign_in", output = Json)]
pub async fn sign_in(
    name: String,
    password: String,
    #[server(default)] next: String,
    #[server(default)] time_zone: String,
) -> Result<(), ApiError> {
    match kalends()?.sign_in(&name, &password, &origin()).await {
        Ok(secret) => {
            server::welcome_in(&secret, &time_zone).await?;
            leptos_axum::redirect(own_path(Some(&next)).unwrap_or("/"));
        }
        Err(error) => {
            let outcome = Err(error.into());
            flash::leave(Flash { form: "sign_in".into(), outcome, kept: vec![("name".into(), name)] });
            leptos_axum::redirect(&sign_in_path(&next));
        }
    }
    Ok(())
}

/// What the sign-in page has to say about an earlier try.
#[server(prefix = "/fn", endpoint = "sign_in_state", output = Json)]
pub async fn sign_in_state() -> Result<Option<Flash>, ApiError> {
    Ok(flash::take())
}

/// Whom a one-time link is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub display_name: String,
    pub slug: String,
    pub flash: Option<Flash>,
    /// Whether a password is of use here.
    pub passwords: bool,
}

#[server(prefix = "/fn", endpoint = "invitation", output = Json)]
pub async fn open_invitation(secret: String) -> Result<Invitation, ApiError> {
    let user = kalends()?.sign_in_link_user(&secret).await?;
    let passwords = use_context::<SignInWays>().is_none_or(|ways| ways.passwords);
    let (display_name, slug) = (user.principal.display_name, user.principal.slug);
    Ok(Invitation { display_name, slug, flash: flash::take(), passwords })
}

/// Uses a one-time link up; always sent by a plain form.
#[server(prefix = "/fn", endpoint = "choose_password", output = Json)]
pub async fn choose_password(
    secret: String,
    password: String,
    repeated: String,
    #[server(default)] time_zone: String,
) -> Result<(), ApiError> {
    let chosen = match server::same(&password, &repeated) {
        Ok(()) => kalends()?.redeem_sign_in_link(&secret, &password, &origin()).await.map_err(ApiError::from),
        Err(error) => Err(error),
    };
    match chosen {
        Ok(session) => {
            server::welcome_in(&session, &time_zone).await?;
            leptos_axum::redirect("/");
        }
        Err(error) => {
            flash::leave(Flash { form: "choose_password".into(), outcome: Err(error), kept: Vec::new() });
            leptos_axum::redirect(&format!("/welcome/{}", leptos_router::location::Url::escape(&secret)));
        }
    }
    Ok(())
}

/// Keeps the browser's zone for someone who has none yet.
#[server(prefix = "/fn", endpoint = "adopt_time_zone", output = Json)]
pub async fn adopt_time_zone(time_zone: String) -> Result<(), ApiError> {
    let (kalends, user) = signed_in()?;
    server::adopt(&kalends, user, &time_zone).await
}
