//! A person's preferences, password, app passwords and tokens, and sessions.

use super::user_agent;
use crate::account;
use crate::addresses::AddressInfo;
use crate::flash::{self, APP_PASSWORD, Flash, answer};
use crate::json::Json;
use crate::server_context::{self, keep_session, origin, session_secret, signed_in};
use crate::session::{ProviderLink, SignInWays, Site};
use crate::ui::avatar::picture_path;
use crate::wire::ApiError;
use crate::words;
use crate::zones;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use kalends_domain::access::Held;
use kalends_domain::accounts::{AppPassword, CredentialKind, NewAppPassword, ProfilePatch, Theme, User};
use kalends_domain::calendars::CalendarId;
use kalends_domain::identities::{Identity, PROXY};
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
    /// Where the person's picture is.
    pub picture: Option<String>,
    /// The main one first.
    pub addresses: Vec<AddressInfo>,
    /// Whether the installation sends mail: to addresses that are to be shown to be theirs.
    pub sends_mail: bool,
    /// Providers of sign-in that say what the person is called.
    pub follows: Vec<String>,
    /// `month`, `week` or `day`; `None`: the one that was used last.
    pub view: Option<String>,
    /// Before new events; `None`: they have no reminder.
    pub reminder_minutes: Option<u32>,
    /// As text of the domain's `WorkingHours`.
    pub working_hours: Option<String>,
    /// Where new events go.
    pub default_calendar: Option<i64>,
    /// Where they can go: ids and names.
    pub writable_calendars: Vec<(i64, String)>,
    pub app_passwords: Vec<AppPasswordInfo>,
    pub sessions: Vec<SessionInfo>,
    /// Those that a credential can be for: their ids and names.
    pub calendars: Vec<(i64, String)>,
    /// What CalDAV clients are given.
    pub caldav_url: String,
    /// The same without scheme and path, for clients that ask for a server.
    pub caldav_server: String,
    pub identities: Vec<IdentityInfo>,
    /// Whether the person has a password, and it is of use here.
    pub passwords: bool,
    pub flash: Option<Flash>,
}

/// A provider with which the person signs in, or could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityInfo {
    /// What people call the provider; its issuer where the configuration does not name it any more.
    pub name: String,
    pub issuer: String,
    /// On the person's wall clock; `None`: not connected.
    pub used: Option<NaiveDateTime>,
}

/// An app password or a token in the list; its secret is known to its owner only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPasswordInfo {
    pub id: i64,
    pub is_token: bool,
    pub label: String,
    /// What it is for, in words.
    pub scope: String,
    /// On the person's wall clock, as are `last_used` and `ends`.
    pub created: NaiveDateTime,
    pub last_used: Option<NaiveDateTime>,
    pub ends: Option<NaiveDateTime>,
    pub has_ended: bool,
}

/// An open session in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Names it to the server.
    pub id: String,
    /// In words.
    pub browser: String,
    /// On the person's wall clock, as is `used`.
    pub opened: NaiveDateTime,
    pub used: NaiveDateTime,
    /// Where it was opened from.
    pub address: Option<String>,
    /// It is the one in which the list is shown.
    pub is_this: bool,
}

#[server(prefix = "/fn", endpoint = "settings", output = Json)]
pub async fn load_settings() -> Result<Settings, ApiError> {
    let (kalends, user) = signed_in()?;
    let url = use_context::<Site>().map(|site| site.public_url).unwrap_or_default();
    let zone = user.preferences.time_zone.unwrap_or(Tz::UTC);
    let local = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
    let app_passwords = kalends.app_passwords(user.principal.id).await?;
    // Whom a proxy names has none, and may have some from before.
    let sessions = kalends.sessions(user.principal.id, &session_secret().unwrap_or_default()).await?;
    let ways = use_context::<SignInWays>().unwrap_or_default();
    let passwords = ways.passwords && kalends.has_password(user.principal.id).await?;
    let identities = identities(kalends.identities(user.principal.id).await?, &ways.providers, local);
    let calendars = kalends.calendars(user.on_a_page()).await?;
    let writable: Vec<&Held> = calendars.iter().filter(|held| held.may_write()).collect();
    let writable_calendars = writable.iter().map(|held| (held.id.0, held.details.display_name.clone())).collect();
    let default_calendar = writable.iter().find(|held| held.view().is_default).or(writable.first());
    let default_calendar = default_calendar.map(|held| held.id.0);
    let calendars: Vec<(i64, String)> =
        calendars.into_iter().map(|held| (held.id.0, held.details.display_name.clone())).collect();
    let addresses = kalends.own_addresses(user.on_a_page()).await?;
    let now = Utc::now();
    Ok(Settings {
        time_zone: user.preferences.time_zone.map(|zone| zone.name().to_owned()),
        locale: user.preferences.locale.clone(),
        week_start: user.preferences.week_start,
        hour12: user.preferences.hour12,
        theme: user.preferences.theme.map(|theme| theme.name().to_owned()),
        picture: user.picture.map(|digest| picture_path(&user.principal.slug, &digest)),
        addresses: addresses.into_iter().map(AddressInfo::from).collect(),
        sends_mail: kalends.sends_mail(),
        follows: identities.iter().filter(|identity| identity.used.is_some()).map(|it| it.name.clone()).collect(),
        view: user.preferences.view.map(|view| view.name().to_owned()),
        reminder_minutes: user.preferences.reminder_minutes,
        working_hours: user.preferences.working_hours.map(|hours| hours.to_string()),
        default_calendar,
        writable_calendars,
        zones: chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name().to_owned()).collect(),
        app_passwords: app_passwords
            .into_iter()
            .map(|app_password| AppPasswordInfo {
                id: app_password.id,
                is_token: app_password.kind == CredentialKind::Token,
                scope: scope(&app_password, &calendars),
                created: local(app_password.created_at),
                last_used: app_password.last_used_at.map(local),
                ends: app_password.expires_at.map(local),
                has_ended: app_password.has_ended(now),
                label: app_password.label,
            })
            .collect(),
        sessions: sessions
            .all
            .into_iter()
            .map(|session| SessionInfo {
                id: session.id.to_string(),
                browser: user_agent::in_words(session.user_agent.as_deref()),
                opened: local(session.created_at),
                used: local(session.used_at),
                address: session.address,
                is_this: session.id == sessions.this,
            })
            .collect(),
        calendars,
        identities,
        passwords,
        caldav_server: url.split_once("://").map_or(url.as_str(), |(_, host)| host).to_owned(),
        caldav_url: format!("{url}/api/v1.0/caldav/"),
        flash: flash::take(),
    })
}

/// The providers of the configuration, connected or not, and those that it had before.
fn identities(
    connected: Vec<Identity>,
    providers: &[ProviderLink],
    local: impl Fn(DateTime<Utc>) -> NaiveDateTime,
) -> Vec<IdentityInfo> {
    let used = |issuer: &str| connected.iter().find(|identity| identity.issuer == issuer).map(|it| local(it.used_at));
    let known = providers.iter().map(|provider| IdentityInfo {
        name: provider.name.clone(),
        issuer: provider.issuer.clone(),
        used: used(&provider.issuer),
    });
    let is_known = |issuer: &str| issuer == PROXY || providers.iter().any(|provider| provider.issuer == issuer);
    let others = connected.iter().filter(|identity| !is_known(&identity.issuer)).map(|identity| IdentityInfo {
        name: identity.issuer.clone(),
        issuer: identity.issuer.clone(),
        used: used(&identity.issuer),
    });
    known.chain(others).collect()
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
        let time_zone = Some(zone(&time_zone)?);
        let locale = Some(locale.trim().to_owned()).filter(|locale| !locale.is_empty());
        let language = server_context::language(locale.as_deref());
        let change = |user: &User| {
            let mut preferences = user.preferences.clone();
            (preferences.time_zone, preferences.locale) = (time_zone, locale.clone());
            preferences.week_start = week_start.parse().ok();
            preferences.hour12 = hour12.parse().ok();
            preferences.theme = Theme::from_name(&theme);
            Ok(ProfilePatch { preferences: Some(preferences), ..ProfilePatch::default() })
        };
        kalends.change_profile(user.on_a_page(), change).await?;
        // The next page is in the language that was just chosen.
        Ok(words::speak(language, async { words::server_settings_saved().to_owned() }).await)
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
            kalends.change_password(user.principal.id, &current, &new, &origin()).await.map_err(
                |error| match error {
                    kalends_domain::Error::BadCredentials => ApiError::BadInput {
                        field: "current".into(),
                        message: words::server_settings_current_password_wrong().into(),
                    },
                    other => other.into(),
                },
            )?;
        keep_session(&session);
        Ok(words::server_settings_password_changed().to_owned())
    };
    answer("password", "/settings", changed.await, Vec::new());
    Ok(())
}

/// The settings show the new secret, once; it cannot be asked for again. What is empty: an app password, for everything, for all
/// calendars, without an end. `end`: the last day, `2027-01-31`.
#[server(prefix = "/fn", endpoint = "create_app_password", output = Json)]
pub async fn create_app_password(
    label: String,
    #[server(default)] kind: String,
    #[server(default)] access: String,
    #[server(default)] calendar: String,
    #[server(default)] end: String,
) -> Result<(), ApiError> {
    let kept = [("label", &label), ("kind", &kind), ("access", &access), ("calendar", &calendar), ("end", &end)];
    let kept = kept.map(|(field, value)| (field.to_owned(), value.clone())).to_vec();
    let made = async {
        let (kalends, user) = signed_in()?;
        let zone = user.preferences.time_zone.unwrap_or(Tz::UTC);
        let new = NewAppPassword {
            kind: CredentialKind::from_name(&kind).unwrap_or_default(),
            label,
            reads_only: access == "read",
            only: one_calendar(&calendar)?,
            expires_at: last_moment(&end, zone)?,
        };
        let (_, secret) = kalends.create_app_password(user.principal.id, new).await?;
        Ok(secret.0)
    };
    answer(APP_PASSWORD, "/settings", made.await, kept);
    Ok(())
}

/// What is no calendar must not become all of them.
fn one_calendar(text: &str) -> Result<Option<CalendarId>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    let id = text.parse().map_err(|_| ApiError::NotFound(words::errors_calendar_not_found().into()))?;
    Ok(Some(CalendarId(id)))
}

/// The end of a day on the person's wall clock.
fn last_moment(day: &str, zone: Tz) -> Result<Option<DateTime<Utc>>, ApiError> {
    if day.is_empty() {
        return Ok(None);
    }
    let wrong = || ApiError::BadInput { field: "end".into(), message: words::server_settings_end_wrong().into() };
    let day: NaiveDate = day.parse().map_err(|_| wrong())?;
    let next = day.succ_opt().and_then(|next| next.and_hms_opt(0, 0, 0)).ok_or_else(wrong)?;
    // Where a clock is put forward at midnight, the day ends then.
    let end = zone.from_local_datetime(&next).earliest();
    Ok(Some(end.map_or_else(|| next.and_utc(), |end| end.to_utc())))
}

/// What an app password or a token is for, in words.
fn scope(app_password: &AppPassword, calendars: &[(i64, String)]) -> String {
    let only = app_password.only.map(|only| {
        let found = calendars.iter().find(|(id, _)| *id == only.0);
        found.map_or(words::server_settings_scope_gone(), |(_, name)| name.as_str())
    });
    match (app_password.reads_only(), only) {
        (false, None) => words::server_settings_scope_all().into(),
        (true, None) => words::server_settings_scope_read().into(),
        (false, Some(name)) => words::server_settings_scope_one(name),
        (true, Some(name)) => words::server_settings_scope_read_one(name),
    }
}

#[server(prefix = "/fn", endpoint = "revoke_app_password", output = Json)]
pub async fn revoke_app_password(id: i64) -> Result<(), ApiError> {
    let revoked = async {
        let (kalends, user) = signed_in()?;
        kalends.revoke_app_password(user.principal.id, id).await?;
        Ok(words::server_settings_revoked().to_owned())
    };
    answer("revoke", "/settings", revoked.await, Vec::new());
    Ok(())
}

#[server(prefix = "/fn", endpoint = "end_session", output = Json)]
pub async fn end_session(id: String) -> Result<(), ApiError> {
    let ended = async {
        let (kalends, user) = signed_in()?;
        let id = id.parse().map_err(|()| ApiError::NotFound(words::server_session_not_found().into()))?;
        kalends.end_session(user.principal.id, id).await?;
        Ok(words::server_session_ended().to_owned())
    };
    answer("sessions", "/settings", ended.await, Vec::new());
    Ok(())
}

#[server(prefix = "/fn", endpoint = "end_other_sessions", output = Json)]
pub async fn end_other_sessions() -> Result<(), ApiError> {
    let ended = async {
        let (kalends, user) = signed_in()?;
        kalends.end_other_sessions(user.principal.id, &session_secret()?).await?;
        Ok(words::server_sessions_ended().to_owned())
    };
    answer("sessions", "/settings", ended.await, Vec::new());
    Ok(())
}

fn zone(name: &str) -> Result<Tz, ApiError> {
    name.trim().parse().ok().or_else(|| zones::named(name)).ok_or_else(|| ApiError::BadInput {
        field: "time_zone".into(),
        message: words::server_settings_time_zone_unknown().into(),
    })
}
