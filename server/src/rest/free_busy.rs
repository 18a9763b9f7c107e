//! `GET /api/v1.0/free-busy`: when several calendars and people are busy, side by side.

use super::input::{Parameters, calendar_id};
use super::instances::{MAX_CALENDARS, span, viewer};
use super::output::{not_modified, tagged, weak_etag};
use super::problem::Problem;
use super::transfer::BusyTime;
use super::{Known, Rest};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kalends_domain::access::Held;
use kalends_domain::calendars::CalendarId;
use kalends_domain::sharing::{Party, PartyKind};
use kalends_domain::{Error, Missing};
use kalends_ical::time::Zone;
use serde::Serialize;
use utoipa::ToSchema;

/// How many people are asked about at once.
const MAX_USERS: usize = 50;

/// When a calendar is busy.
#[derive(Serialize, ToSchema)]
pub struct BusyCalendar {
    calendar: i64,
    busy: Vec<BusyTime>,
}

/// When somebody is busy, by those of their calendars that one may see.
#[derive(Serialize, ToSchema)]
pub struct BusyUser {
    /// In addresses.
    name: String,
    display_name: String,
    /// Of their calendars that one may see, put together.
    busy: Vec<BusyTime>,
}

/// In the order in which they were asked for.
#[derive(Serialize, ToSchema)]
pub struct SeveralBusyTimes {
    calendars: Vec<BusyCalendar>,
    users: Vec<BusyUser>,
}

/// What a request asks for.
#[derive(Default)]
struct Wanted {
    calendars: Vec<CalendarId>,
    users: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    zone: Option<String>,
}

impl Wanted {
    fn read(parameters: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut wanted = Wanted::default();
        for (name, value) in parameters {
            let once = match name.as_str() {
                "calendar" => {
                    let id = calendar_id(&value)?;
                    if !wanted.calendars.contains(&id) {
                        wanted.calendars.push(id);
                    }
                    continue;
                }
                "user" => {
                    if !wanted.users.contains(&value) {
                        wanted.users.push(value);
                    }
                    continue;
                }
                "from" => &mut wanted.from,
                "to" => &mut wanted.to,
                "zone" => &mut wanted.zone,
                _ => return Err(Problem::bad_parameter(name, "There is no such parameter.")),
            };
            if once.replace(value).is_some() {
                return Err(Problem::bad_parameter(name, "It stands there twice."));
            }
        }
        for (name, count, most) in
            [("calendar", wanted.calendars.len(), MAX_CALENDARS), ("user", wanted.users.len(), MAX_USERS)]
        {
            if count > most {
                return Err(Problem::bad_parameter(name, format!("At most {most} at once.")));
            }
        }
        if wanted.calendars.is_empty() && wanted.users.is_empty() {
            return Err(Problem::bad_parameter("calendar", "Say at least one calendar or user."));
        }
        Ok(wanted)
    }
}

/// The person of this name, with those of their calendars that the caller may see: who has none is as if they were not there.
async fn person(rest: &Rest, known: &Known, name: &str) -> Result<(Party, Vec<Held>), Problem> {
    let missing = Error::NotFound(Missing::Person);
    let party = match rest.kalends.party(known.caller, name).await {
        Ok(party) if party.kind == PartyKind::Person => party,
        Ok(_) | Err(Error::NotFound(_)) => return Err(missing.into()),
        Err(error) => return Err(error.into()),
    };
    let calendars = rest.kalends.calendars_of(known.caller, party.id).await?;
    Ok((party, calendars))
}

/// When calendars and people are busy, without what with.
#[utoipa::path(get, path = "/api/v1.0/free-busy", tag = "events",
    params(
        ("calendar" = Option<Vec<i64>>, Query, description = "A calendar; once for each, 100 at most."),
        ("user" = Option<Vec<String>>, Query, description = "The name or e-mail address of somebody of whose calendars one may see any; once for each, 50 at most."),
        ("from" = String, Query, description = "A day such as `2026-11-21`, or a time such as `2026-11-21T09:00:00Z`."),
        ("to" = String, Query, description = "Exclusive; at most 1100 days after `from`."),
        ("zone" = Option<String>, Query, description = "The time zone that days, and times without a zone, are read in; left out: one's own."),
    ),
    responses((status = 200, body = SeveralBusyTimes, headers(("ETag" = String))), (status = 304)))]
pub async fn of_several(
    State(rest): State<Rest>,
    known: Known,
    Parameters(parameters): Parameters<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(parameters)?;
    let required =
        |value: &Option<String>, name| value.clone().ok_or_else(|| Problem::bad_parameter(name, "It is missing."));
    let (from, to) = (required(&wanted.from, "from")?, required(&wanted.to, "to")?);
    let zone = viewer(&rest, &known, wanted.zone.as_deref()).await?;
    let times = span(&from, &to, zone)?;
    let calendars = rest.kalends.held_calendars(known.caller, &wanted.calendars).await?;
    let mut people = Vec::new();
    for name in &wanted.users {
        people.push(person(&rest, &known, name).await?);
    }
    // All that the answer is made of.
    let mut made_of = format!("{times:?} {zone} {} ", known.caller.principal.0);
    made_of.extend(calendars.iter().map(|held| held.stamp() + " "));
    for (party, calendars) in &people {
        made_of += &format!("{}:{:?} ", party.id.0, party.display_name);
        made_of.extend(calendars.iter().map(|held| held.stamp() + " "));
    }
    let etag = weak_etag(made_of.as_bytes());
    if let Some(response) = not_modified(&headers, &etag)? {
        return Ok(response);
    }
    let busy = async |ids: &[CalendarId]| -> Result<Vec<BusyTime>, Problem> {
        let busy = rest.kalends.free_busy_of(known.caller, ids, times, &Zone::Iana(zone)).await?;
        Ok(busy.into_iter().map(BusyTime::from).collect())
    };
    let mut body = SeveralBusyTimes { calendars: Vec::new(), users: Vec::new() };
    for held in calendars {
        body.calendars.push(BusyCalendar { calendar: held.id.0, busy: busy(&[held.id]).await? });
    }
    for (party, calendars) in people {
        let ids: Vec<CalendarId> = calendars.iter().map(|held| held.id).collect();
        let (name, display_name) = (party.slug, party.display_name);
        body.users.push(BusyUser { name, display_name, busy: busy(&ids).await? });
    }
    Ok(tagged(&etag, Json(body)))
}
