//! A person's preferences, password and app passwords.

use crate::account;
use crate::flash::{self, APP_PASSWORD, Flash, answer};
use crate::json::Json;
use crate::server_context::{self, keep_session, signed_in};
use crate::session::Site;
use crate::wire::ApiError;
use crate::words;
use crate::zones;
use chrono::{NaiveDateTime, Weekday};
use chrono_tz::Tz;
use kalends_domain::accounts::Theme;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the settings page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// `None`: not chosen yet.
    pub time_zone: Option<String>,
    /// `None`: the browser's.
    pub locale: Option<String>,
    /// `None`: as in the locale, as is `hour12`.
    pub week_start: Option<Weekday>,
    pub hour12: Option<bool>,
    /// `light` or `dark`; `None`: as in the browser.
    pub theme: Option<String>,
    /// Every IANA zone.
    pub zones: Vec<String>,
    pub app_passwords: Vec<AppPasswordInfo>,
    /// What CalDAV clients are given.
    pub caldav_url: String,
    /// The same without scheme and path, for clients that ask for a server.
    pub caldav_server: String,
    pub flash: Option<Flash>,
}

/// An app password in the list; its secret is known to its owner only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPasswordInfo {
    pub id: i64,
    pub label: String,
    /// On the person's wall clock, as is `last_used`.
    pub created: NaiveDateTime,
    pub last_used: Option<NaiveDateTime>,
}

#[server(prefix = "/fn", endpoint = "settings", output = Json)]
pub async fn load_settings() -> Result<Settings, ApiError> {
    let (kalends, user) = signed_in()?;
    let url = use_context::<Site>().map(|site| site.public_url).unwrap_or_default();
    let zone = user.preferences.time_zone.unwrap_or(Tz::UTC);
    let app_passwords = kalends.app_passwords(user.principal.id).await?;
    Ok(Settings {
        time_zone: user.preferences.time_zone.map(|zone| zone.name().to_owned()),
        locale: user.preferences.locale.clone(),
        week_start: user.preferences.week_start,
        hour12: user.preferences.hour12,
        theme: user.preferences.theme.map(|theme| theme.name().to_owned()),
        zones: chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name().to_owned()).collect(),
        app_passwords: app_passwords
            .into_iter()
            .map(|app_password| AppPasswordInfo {
                id: app_password.id,
                label: app_password.label,
                created: app_password.created_at.with_timezone(&zone).naive_local(),
                last_used: app_password.last_used_at.map(|used| used.with_timezone(&zone).naive_local()),
            })
            .collect(),
        caldav_server: url.split_once("://").map_or(url.as_str(), |(_, host)| host).to_owned(),
        caldav_url: format!("{url}/api/v1.0/caldav/"),
        flash: flash::take(),
    })
}

/// What is empty goes by the browser (`locale`, `theme`) or by the locale (`week_start`, `hour12`).
#[server(prefix = "/fn", endpoint = "save_preferences", output = Json)]
pub async fn save_preferences(
    time_zone: String,
    #[server(default)] locale: String,
    #[server(default)] week_start: String,
    #[server(default)] hour12: String,
    #[server(default)] theme: String,
) -> Result<(), ApiError> {
    let kept = [
        ("time_zone", &time_zone),
        ("locale", &locale),
        ("week_start", &week_start),
        ("hour12", &hour12),
        ("theme", &theme),
    ];
    let kept = kept.map(|(field, value)| (field.to_owned(), value.clone())).to_vec();
    let saved = async {
        let (kalends, user) = signed_in()?;
        let mut preferences = user.preferences;
        preferences.time_zone = Some(zone(&time_zone)?);
        preferences.locale = Some(locale.trim().to_owned()).filter(|locale| !locale.is_empty());
        preferences.week_start = week_start.parse().ok();
        preferences.hour12 = hour12.parse().ok();
        preferences.theme = Theme::from_name(&theme);
        let language = server_context::language(preferences.locale.as_deref());
        kalends.set_preferences(user.principal.id, preferences).await?;
        // The next page is in the language that was just chosen.
        Ok(words::speak(language, async { words::settings_saved().to_owned() }).await)
    };
    answer("preferences", "/settings", saved.await, kept);
    Ok(())
}

#[server(prefix = "/fn", endpoint = "change_password", output = Json)]
pub async fn change_password(current: String, new: String, repeated: String) -> Result<(), ApiError> {
    let changed = async {
        let (kalends, user) = signed_in()?;
        account::server::same(&new, &repeated)?;
        let session =
            kalends.change_password(user.principal.id, &current, &new).await.map_err(|error| match error {
                kalends_domain::Error::BadCredentials => ApiError::BadInput {
                    field: "current".into(),
                    message: words::settings_current_password_wrong().into(),
                },
                other => other.into(),
            })?;
        keep_session(&session);
        Ok(words::settings_password_changed().to_owned())
    };
    answer("password", "/settings", changed.await, Vec::new());
    Ok(())
}

/// The settings show the new app password, once; it cannot be asked for again.
#[server(prefix = "/fn", endpoint = "create_app_password", output = Json)]
pub async fn create_app_password(label: String) -> Result<(), ApiError> {
    let made = async {
        let (kalends, user) = signed_in()?;
        let (_, secret) = kalends.create_app_password(user.principal.id, &label).await?;
        Ok(secret.0)
    };
    answer(APP_PASSWORD, "/settings", made.await, vec![("label".into(), label.clone())]);
    Ok(())
}

#[server(prefix = "/fn", endpoint = "revoke_app_password", output = Json)]
pub async fn revoke_app_password(id: i64) -> Result<(), ApiError> {
    let revoked = async {
        let (kalends, user) = signed_in()?;
        kalends.revoke_app_password(user.principal.id, id).await?;
        Ok(words::settings_revoked().to_owned())
    };
    answer("revoke", "/settings", revoked.await, Vec::new());
    Ok(())
}

fn zone(name: &str) -> Result<Tz, ApiError> {
    name.trim().parse().ok().or_else(|| zones::named(name)).ok_or_else(|| ApiError::BadInput {
        field: "time_zone".into(),
        message: words::settings_time_zone_unknown().into(),
    })
}
