//! Oneself, and people whom one may know.

use super::input::{Body, Parameters, if_match, nullable};
use super::output::{etag_of, found, tagged};
use super::problem::Problem;
use super::shares::{Party, PartyList};
use super::{Known, Rest};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::Weekday;
use chrono_tz::Tz;
use kalends_app::ui::avatar::picture_path;
use kalends_domain::Error;
use kalends_domain::accounts::{DefaultView, EmailAddress, ProfilePatch, Theme, User, WorkingHours, WorkingTime};
use kalends_domain::sharing::PartyKind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Longest tag of a language (RFC 5646 section 4.4.1).
const MAX_LOCALE: usize = 35;
const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "monday"),
    (Weekday::Tue, "tuesday"),
    (Weekday::Wed, "wednesday"),
    (Weekday::Thu, "thursday"),
    (Weekday::Fri, "friday"),
    (Weekday::Sat, "saturday"),
    (Weekday::Sun, "sunday"),
];

/// One's own account.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// In addresses, and to sign in with.
    name: String,
    display_name: String,
    /// The address that is shown.
    email: Option<String>,
    /// All addresses of e-mail that one says are one's own.
    addresses: Vec<OwnAddress>,
    is_administrator: bool,
    /// `null`: not chosen yet; pages use UTC.
    time_zone: Option<String>,
    /// Such as `en-GB`; `null`: as the browser asks for.
    locale: Option<String>,
    /// `monday` and so on; `null`: as in the locale.
    week_start: Option<String>,
    /// Whether times are written `3:30 PM`; `null`: as in the locale.
    hour12: Option<bool>,
    /// `light` or `dark`; `null`: as in the browser.
    theme: Option<String>,
    /// What the agenda begins with: `month`, `week` or `day`; `null`: what was looked at last.
    view: Option<String>,
    /// How long before events that are made in the agenda their reminder is; `null`: they have none.
    reminder_minutes: Option<u32>,
    /// `null`: not said.
    working_hours: Option<WorkingWeek>,
    /// Where the picture is; `null`: there is none.
    picture: Option<String>,
}

/// An address of e-mail.
#[derive(Serialize, ToSchema)]
pub struct OwnAddress {
    email: String,
    /// Whether it was shown to be one's own: by others one is not found.
    is_verified: bool,
}

impl From<EmailAddress> for OwnAddress {
    fn from(address: EmailAddress) -> Self {
        OwnAddress { email: address.address, is_verified: address.is_verified }
    }
}

/// When somebody works, on their wall clock; `null`: not on that day.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkingWeek {
    monday: Option<WorkingDay>,
    tuesday: Option<WorkingDay>,
    wednesday: Option<WorkingDay>,
    thursday: Option<WorkingDay>,
    friday: Option<WorkingDay>,
    saturday: Option<WorkingDay>,
    sunday: Option<WorkingDay>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkingDay {
    /// Such as `09:00`.
    start: String,
    /// Later than `start`, `24:00` at the latest.
    end: String,
}

impl From<WorkingHours> for WorkingWeek {
    fn from(hours: WorkingHours) -> Self {
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = hours.days().map(|time| {
            time.map(|time| {
                let (start, end) = time.clock();
                WorkingDay { start, end }
            })
        });
        WorkingWeek { monday, tuesday, wednesday, thursday, friday, saturday, sunday }
    }
}

impl WorkingWeek {
    fn read(self) -> Option<WorkingHours> {
        let days = [self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday];
        let mut read = [None; 7];
        for (to, day) in read.iter_mut().zip(days) {
            if let Some(WorkingDay { start, end }) = day {
                *to = Some(WorkingTime::from_clock(&start, &end)?);
            }
        }
        WorkingHours::new(read)
    }
}

impl Me {
    fn of(user: &User, addresses: Vec<EmailAddress>) -> Self {
        let preferences = &user.preferences;
        let day = |day: Weekday| DAYS.iter().find(|(known, _)| *known == day).map(|(_, name)| (*name).to_owned());
        Me {
            name: user.principal.slug.clone(),
            display_name: user.principal.display_name.clone(),
            email: user.principal.email.clone(),
            addresses: addresses.into_iter().map(OwnAddress::from).collect(),
            is_administrator: user.is_admin,
            time_zone: preferences.time_zone.map(|zone| zone.name().to_owned()),
            locale: preferences.locale.clone(),
            week_start: preferences.week_start.and_then(day),
            hour12: preferences.hour12,
            theme: preferences.theme.map(|theme| theme.name().to_owned()),
            view: preferences.view.map(|view| view.name().to_owned()),
            reminder_minutes: preferences.reminder_minutes,
            working_hours: preferences.working_hours.map(WorkingWeek::from),
            picture: user.picture.map(|digest| picture_path(&user.principal.slug, &digest)),
        }
    }
}

/// What changes of one's profile and preferences; `null`: as by default.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeChange {
    display_name: Option<String>,
    /// The address that is shown. One that was not shown to be one's own stands in `addresses` until it is; `null` takes the one that is
    /// shown away.
    #[serde(default, deserialize_with = "nullable")]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    time_zone: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    locale: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    week_start: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    hour12: Option<Option<bool>>,
    #[serde(default, deserialize_with = "nullable")]
    theme: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    view: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    reminder_minutes: Option<Option<u32>>,
    #[serde(default, deserialize_with = "nullable")]
    working_hours: Option<Option<WorkingWeek>>,
}

/// A text of a patch as the value that it is the name of.
fn value<T>(
    field: &str,
    wanted: Option<Option<String>>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<Option<T>>, Problem> {
    let read =
        |text: String| read(&text).ok_or_else(|| Problem::bad_value(field, format!("There is no {text:?} here.")));
    wanted.map(|text| text.map(read).transpose()).transpose()
}

/// One's own account.
#[utoipa::path(get, path = "/api/v1.0/users/me", tag = "users",
    responses((status = 200, body = Me, headers(("ETag" = String))), (status = 304)))]
pub async fn me(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let addresses = rest.kalends.own_addresses(known.caller).await?;
    found(&headers, Me::of(&rest.kalends.user(known.caller.principal).await?, addresses))
}

/// Changes one's profile and preferences, all of it or nothing.
#[utoipa::path(patch, path = "/api/v1.0/users/me", tag = "users", request_body = MeChange,
    params(("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 200, body = Me, headers(("ETag" = String)))))]
pub async fn change_me(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(change, _): Body<MeChange>,
) -> Result<Response, Problem> {
    let tags = if_match(&headers)?;
    let is_tag = |text: &str| {
        let is_plain = text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
        (is_plain && (2..=MAX_LOCALE).contains(&text.len())).then(|| text.to_owned())
    };
    let day = |text: &str| DAYS.iter().find(|(_, name)| *name == text).map(|(day, _)| *day);
    let time_zone = value("time_zone", change.time_zone, |name| name.parse::<Tz>().ok())?;
    let locale = value("locale", change.locale, is_tag)?;
    let week_start = value("week_start", change.week_start, day)?;
    let theme = value("theme", change.theme, Theme::from_name)?;
    let view = value("view", change.view, DefaultView::from_name)?;
    let hours = |week: WorkingWeek| {
        let wrong = || {
            Problem::bad_value("working_hours", "A day begins before it ends: 09:00 and 17:00, 24:00 at the latest.")
        };
        week.read().ok_or_else(wrong)
    };
    let working_hours = change.working_hours.map(|week| week.map(hours).transpose()).transpose()?;
    let changed = rest.kalends.change_profile_if(known.caller, |user, addresses| {
        if tags.as_ref().is_some_and(|tags| !tags.match_strongly(Some(&etag_of(&Me::of(user, addresses))))) {
            return Err(Error::PreconditionFailed);
        }
        let mut preferences = user.preferences.clone();
        preferences.time_zone = time_zone.unwrap_or(preferences.time_zone);
        preferences.locale = locale.clone().unwrap_or(preferences.locale);
        preferences.week_start = week_start.unwrap_or(preferences.week_start);
        preferences.hour12 = change.hour12.unwrap_or(preferences.hour12);
        preferences.theme = theme.unwrap_or(preferences.theme);
        preferences.view = view.unwrap_or(preferences.view);
        preferences.reminder_minutes = change.reminder_minutes.unwrap_or(preferences.reminder_minutes);
        preferences.working_hours = working_hours.unwrap_or(preferences.working_hours);
        let (display_name, email) = (change.display_name.clone(), change.email.clone());
        Ok(ProfilePatch { display_name, email, preferences: Some(preferences) })
    });
    let user = changed.await?;
    let body = Me::of(&user, rest.kalends.own_addresses(known.caller).await?);
    Ok(tagged(&etag_of(&body), Json(body)))
}

/// Whom one looks for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// What a name or an e-mail address begins with, or a word of a name: two characters at least.
    search: String,
}

/// People whom something can be shared with: ten at most, without their addresses.
#[utoipa::path(get, path = "/api/v1.0/users", tag = "users", params(Wanted),
    responses((status = 200, body = PartyList, headers(("RateLimit" = String, description = "What is left."), ("RateLimit-Policy" = String)))))]
pub async fn search(
    State(rest): State<Rest>,
    known: Known,
    Parameters(Wanted { search }): Parameters<Wanted>,
) -> Result<Response, Problem> {
    let left = match rest.searches.take(known.caller.principal) {
        Ok(left) => left,
        Err(left) => return Ok(left.refused()),
    };
    let found = rest.kalends.find_parties(known.caller, &search).await?;
    let people = found.iter().filter(|party| party.kind == PartyKind::Person);
    Ok(left.told(Json(PartyList { parties: people.map(Party::of).collect() }).into_response()))
}
