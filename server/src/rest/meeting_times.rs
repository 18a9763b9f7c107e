//! When people could meet, and where those elsewhere publish when they are busy.

use super::events::moment;
use super::input::Body;
use super::instances::{span, viewer};
use super::problem::Problem;
use super::transfer::BusyTime;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::calendars::CalendarId;
use kalends_domain::scheduling::published::PublishedError;
use kalends_domain::scheduling::{Knowledge, MovedMeeting, PersonTimes, TimeGuest, TimeQuestion};
use kalends_ical::meeting_times::{Presence, Suggestion};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many times are suggested, and at which minutes one may begin, when it is not said.
const USUAL_COUNT: usize = 10;
const USUAL_STEP: u32 = 30;

/// Somebody who is to come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Guest {
    /// An e-mail address, or the name of a person, a group or a mission.
    #[schema(example = "ben@example.org")]
    address: String,
    /// Whether the meeting takes place without them.
    #[serde(default)]
    optional: bool,
}

/// A meeting that is to be at another time, which does not stand in its own way.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    calendar: i64,
    /// Of its object, in addresses.
    name: String,
    /// As `instance` of what `events` lists; left out: all of the series.
    #[serde(default)]
    instance: Option<String>,
}

/// What is looked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedTimes {
    /// Beside oneself; 100 people at most, those of groups among them.
    #[serde(default)]
    guests: Vec<Guest>,
    /// A day such as `2026-11-21`, or a time such as `2026-11-21T09:00:00Z`.
    from: String,
    /// Exclusive; at most 62 days after `from`.
    to: String,
    /// How long it is to be.
    #[schema(minimum = 5, maximum = 1440)]
    minutes: u32,
    /// It begins at a multiple of so many minutes after midnight; left out: 30.
    #[serde(default)]
    #[schema(minimum = 5, maximum = 1440)]
    step: Option<u32>,
    /// In which days are read, and times are round; left out: one's own.
    #[serde(default)]
    zone: Option<String>,
    /// How many times are suggested; left out: 10.
    #[serde(default)]
    #[schema(maximum = 50)]
    count: Option<usize>,
    #[serde(default)]
    moved: Option<Moved>,
}

/// What is known of somebody's time.
#[derive(Serialize, ToSchema)]
pub struct TimesOfPerson {
    /// A URI, such as `mailto:ben@example.org`.
    address: String,
    /// Of whom one may know.
    name: Option<String>,
    /// Whether that is whoever asks.
    oneself: bool,
    optional: bool,
    /// `known`; `unknown`: they are not here, or have not let one know; `no-answer`, `not-a-calendar`: where they publish it.
    state: &'static str,
    /// Why there is no answer.
    problem: Option<String>,
    /// From when on, and until when, they are free where they are not busy. Beyond it nothing is known.
    known_from: Option<DateTime<Utc>>,
    known_until: Option<DateTime<Utc>>,
    /// `unavailable` is outside of their working hours.
    busy: Vec<BusyTime>,
}

impl TimesOfPerson {
    fn of(person: PersonTimes) -> Self {
        let mut times = TimesOfPerson {
            address: person.address,
            name: person.name,
            oneself: person.is_oneself,
            optional: person.is_optional,
            state: "unknown",
            problem: None,
            known_from: None,
            known_until: None,
            busy: Vec::new(),
        };
        match person.knowledge {
            Knowledge::Unknown => {}
            Knowledge::Known(known) => {
                times.state = "known";
                (times.known_from, times.known_until) = (Some(known.span.0), Some(known.span.1));
                times.busy = known.busy.into_iter().map(BusyTime::from).collect();
            }
            Knowledge::Failed(error) => {
                times.state = match error {
                    PublishedError::NotACalendar(_) => "not-a-calendar",
                    PublishedError::NoAddress | PublishedError::NoAnswer(_) => "no-answer",
                };
                times.problem = Some(error.to_string());
            }
        }
        times
    }
}

/// A time at which nobody is busy who is required.
#[derive(Serialize, ToSchema)]
pub struct SuggestedTime {
    start: DateTime<Utc>,
    /// Exclusive.
    end: DateTime<Utc>,
    /// Of each of `people`, in their order: `free`, `outside-hours`, `tentative`, `busy` or `unknown`.
    presences: Vec<&'static str>,
}

impl SuggestedTime {
    fn of(suggestion: &Suggestion) -> Self {
        let name = |presence: &Presence| match presence {
            Presence::Free => "free",
            Presence::OutsideHours => "outside-hours",
            Presence::Tentative => "tentative",
            Presence::Busy => "busy",
            Presence::Unknown => "unknown",
        };
        let presences = suggestion.presences.iter().map(name).collect();
        SuggestedTime { start: suggestion.start, end: suggestion.end, presences }
    }
}

/// When people could meet.
#[derive(Serialize, ToSchema)]
pub struct SuggestedTimes {
    /// Oneself first, then the guests in their order, those of a group in its place.
    people: Vec<TimesOfPerson>,
    /// The best first: all who are required are free and work, then fewest others are missing, then the earliest.
    suggestions: Vec<SuggestedTime>,
    /// One has not said when one works: it was taken to be from nine to five, Monday to Friday.
    usual_hours: bool,
}

/// Where somebody elsewhere publishes when they are busy.
#[derive(Serialize, ToSchema)]
pub struct PublishedAddress {
    email: String,
    /// All of its address may be a secret, which is not told again.
    host: String,
}

/// Those that one has said, in the order of their addresses of e-mail.
#[derive(Serialize, ToSchema)]
pub struct PublishedAddresses {
    addresses: Vec<PublishedAddress>,
}

/// Where it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedPlace {
    /// A file with a VFREEBUSY or a calendar, at `https:`, `http:` or `webcal:`.
    #[schema(max_length = 2048)]
    url: String,
}

/// When these people are busy, side by side, and when they could meet. Of people here that is what they have shared, of people elsewhere
/// what they publish; of everybody else nothing is known, whether they have an account here or not. Nothing is stored.
#[utoipa::path(post, path = "/api/v1.0/free-busy/suggestions", tag = "events", request_body = WantedTimes,
    responses((status = 200, body = SuggestedTimes)))]
pub async fn suggest(
    State(rest): State<Rest>,
    known: Known,
    Body(wanted, _): Body<WantedTimes>,
) -> Result<Json<SuggestedTimes>, Problem> {
    let zone = viewer(&rest, &known, wanted.zone.as_deref()).await?;
    let moved = match wanted.moved {
        None => None,
        Some(Moved { calendar, name, instance }) => {
            Some(MovedMeeting { calendar: CalendarId(calendar), name, instance: moment(instance.as_deref())? })
        }
    };
    let guest = |Guest { address, optional }: Guest| TimeGuest { address, is_optional: optional };
    let question = TimeQuestion {
        guests: wanted.guests.into_iter().map(guest).collect(),
        window: span(&wanted.from, &wanted.to, zone)?,
        duration: TimeDelta::minutes(i64::from(wanted.minutes)),
        step_minutes: wanted.step.unwrap_or(USUAL_STEP),
        zone,
        count: wanted.count.unwrap_or(USUAL_COUNT),
        moved,
    };
    let found = rest.kalends.find_times(known.caller, &question).await?;
    Ok(Json(SuggestedTimes {
        people: found.people.into_iter().map(TimesOfPerson::of).collect(),
        suggestions: found.suggestions.iter().map(SuggestedTime::of).collect(),
        usual_hours: found.usual_hours,
    }))
}

/// Where people elsewhere publish when they are busy, as one has said it.
#[utoipa::path(get, path = "/api/v1.0/free-busy/addresses", tag = "events",
    responses((status = 200, body = PublishedAddresses)))]
pub async fn addresses(State(rest): State<Rest>, known: Known) -> Result<Json<PublishedAddresses>, Problem> {
    let known = rest.kalends.busy_addresses(known.caller).await?.into_iter();
    let addresses = known.map(|known| PublishedAddress { email: known.email, host: known.host }).collect();
    Ok(Json(PublishedAddresses { addresses }))
}

/// Says where somebody elsewhere publishes when they are busy, instead of what was said before. Nobody else sees it.
#[utoipa::path(put, path = "/api/v1.0/free-busy/addresses/{email}", tag = "events",
    params(("email" = String, Path, description = "Their e-mail address.")), request_body = PublishedPlace,
    responses((status = 204)))]
pub async fn put_address(
    State(rest): State<Rest>,
    known: Known,
    Path(email): Path<String>,
    Body(place, _): Body<PublishedPlace>,
) -> Result<StatusCode, Problem> {
    rest.kalends.set_busy_address(known.caller, &email, &place.url).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets where somebody publishes it.
#[utoipa::path(delete, path = "/api/v1.0/free-busy/addresses/{email}", tag = "events",
    params(("email" = String, Path, description = "Their e-mail address.")), responses((status = 204)))]
pub async fn delete_address(
    State(rest): State<Rest>,
    known: Known,
    Path(email): Path<String>,
) -> Result<StatusCode, Problem> {
    rest.kalends.remove_busy_address(known.caller, &email).await?;
    Ok(StatusCode::NO_CONTENT)
}
