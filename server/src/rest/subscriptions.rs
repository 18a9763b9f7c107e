//! Calendars that one follows: at an address, as a file that one brings, or public holidays.

use super::accounts::account_id;
use super::input::{Body, Parameters, media_type, octets, once, unsupported};
use super::jobs::accepted;
use super::output::{created, found};
use super::problem::Problem;
use super::sync::unless_ended;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kalends_domain::holidays::Pack;
use kalends_domain::idempotency::Once;
use kalends_domain::subscriptions::{Called, Subscription, Unsubscribed};
use kalends_domain::sync::SyncLink;
use kalends_domain::sync::connector::FindError;
use kalends_domain::sync::feed::FeedSource;
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A calendar that one follows. How it is, says `GET /calendars/{calendar}/sync`.
#[derive(Serialize, ToSchema)]
#[schema(as = Subscription)]
pub struct Info {
    id: i64,
    name: String,
    /// `null`: it was deleted.
    calendar: Option<i64>,
    /// `address`, `file` or `holidays`.
    source: String,
    /// The host of an address, which itself is shown to nobody; what a file was called; the code of a country.
    of: String,
}

/// What one follows, the oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = SubscriptionList)]
pub struct List {
    subscriptions: Vec<Info>,
}

/// Public holidays.
#[derive(Deserialize, ToSchema)]
#[schema(as = HolidaysToFollow)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// Two letters (ISO 3166-1).
    country: String,
    /// The code of a region; left out: what is one in the whole country.
    #[serde(default)]
    region: Option<String>,
    /// Two letters; a language of the country, or `en`.
    language: String,
}

/// What is to be followed: either `address` or `holidays`.
#[derive(Deserialize, ToSchema)]
#[schema(as = SubscriptionToMake)]
#[serde(deny_unknown_fields)]
pub struct ToMake {
    /// `webcal:` or `https:`, with a name and a password in it where it takes them.
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    holidays: Option<Holidays>,
    /// Left out: what it is called there.
    #[serde(default)]
    name: String,
}

/// A file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FileParameters {
    /// What the file is called.
    #[serde(default)]
    file: String,
    /// What the calendar is called; left out: as the file says.
    #[serde(default)]
    name: String,
}

/// What becomes of its calendar.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// `bin` (the default), or `keep`: then it can be changed from there on.
    #[serde(default)]
    calendar: Option<String>,
}

fn info(subscription: Subscription) -> Info {
    let Subscription { account, source, link } = subscription;
    let (source, of) = match source {
        FeedSource::Address { host } => ("address", host),
        FeedSource::File { name } => ("file", name),
        FeedSource::Holidays(pack) => ("holidays", pack.country),
    };
    let calendar = link.map(|link| link.calendar.0);
    Info { id: account.id.0, name: account.name, calendar, source: source.to_owned(), of }
}

/// What one follows.
#[utoipa::path(get, path = "/api/v1.0/subscriptions", tag = "accounts",
    responses((status = 200, body = List, headers(("ETag" = String))), (status = 304)))]
pub async fn list(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let subscriptions = rest.kalends.subscriptions(known.caller).await?;
    found(&headers, List { subscriptions: subscriptions.into_iter().map(info).collect() })
}

async fn answer(
    rest: &Rest,
    known: &Known,
    made: Result<SyncLink, Error>,
    once: Option<&Once>,
) -> Result<Response, Problem> {
    let link = unless_ended(made, once)?;
    let subscriptions = rest.kalends.subscriptions(known.caller).await?;
    let made = subscriptions.into_iter().find(|subscription| subscription.account.id == link.account);
    let made = made.ok_or(Error::NotFound(Missing::Subscription))?;
    Ok(created(&format!("/api/v1.0/calendars/{}/sync", link.calendar.0), Json(info(made))))
}

/// Follows a calendar at an address, or public holidays.
#[utoipa::path(post, path = "/api/v1.0/subscriptions", tag = "accounts", request_body = ToMake,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Info, headers(("Location" = String, description = "Where it says how it is."))),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, octets): Body<ToMake>,
) -> Result<Response, Problem> {
    let (kalends, once) = (&rest.kalends, once(&headers, "/subscriptions", &octets)?);
    let called = Called { name: &wanted.name, once: once.as_ref() };
    let made = match (wanted.address, wanted.holidays) {
        (Some(address), None) => kalends.subscribe(known.caller, &address, called).await,
        (None, Some(Holidays { country, region, language })) => {
            let pack = Pack { country, region, language };
            kalends.subscribe_to_holidays(known.caller, &pack, called).await
        }
        _ => return Err(Problem::bad_value("address", "Either it or holidays.")),
    };
    answer(&rest, &known, made, once.as_ref()).await
}

/// Follows a file.
#[utoipa::path(post, path = "/api/v1.0/subscriptions/file", tag = "accounts",
    params(FileParameters, ("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    request_body(content = String, content_type = "text/calendar"),
    responses((status = 201, body = Info, headers(("Location" = String, description = "Where it says how it is.")))))]
pub async fn create_of_file(
    State(rest): State<Rest>,
    known: Known,
    Parameters(FileParameters { file, name }): Parameters<FileParameters>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let content = content(&rest, request).await?;
    let once = once(&headers, &format!("/subscriptions/file\n{file}\n{name}"), &content)?;
    let called = Called { name: &name, once: once.as_ref() };
    match rest.kalends.subscribe_to_file(known.caller, &file, content, called).await {
        Err(Error::Remote(error)) => Err(no_calendar(&error)),
        made => answer(&rest, &known, made, once.as_ref()).await,
    }
}

/// Takes another version of a file that one follows: it is compared with the one before, by UID, as what a feed changes is.
#[utoipa::path(put, path = "/api/v1.0/subscriptions/{id}/file", tag = "accounts", params(("id" = i64, Path), FileParameters),
    request_body(content = String, content_type = "text/calendar"),
    responses((status = 202, headers(("Location" = String, description = "Where it says how it is.")))))]
pub async fn bring_file(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(FileParameters { file, .. }): Parameters<FileParameters>,
    request: Request,
) -> Result<Response, Problem> {
    let id = account_id(&id)?;
    // Whose it is not learns that before a large file has come.
    rest.kalends.remote_account(known.caller, id).await?;
    let content = content(&rest, request).await?;
    let link = match rest.kalends.bring_file_anew(known.caller, id, &file, content).await {
        Err(Error::Remote(error)) => return Err(no_calendar(&error)),
        brought => brought?,
    };
    let path = format!("/api/v1.0/calendars/{}/sync", link.calendar.0);
    Ok(accepted(&path, serde_json::json!({ "href": path })))
}

/// What came was asked of nobody: it is itself what is wrong.
fn no_calendar(error: &FindError) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
}

async fn content(rest: &Rest, request: Request) -> Result<Vec<u8>, Problem> {
    if !matches!(media_type(request.headers()).as_str(), "text/calendar" | "text/plain" | "application/octet-stream") {
        return Err(unsupported("text/calendar"));
    }
    Ok(octets(request, rest, rest.kalends.limits().import_octets).await?.to_vec())
}

/// Follows a calendar no more.
#[utoipa::path(delete, path = "/api/v1.0/subscriptions/{id}", tag = "accounts", params(("id" = i64, Path), Ending),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(ending): Parameters<Ending>,
) -> Result<Response, Problem> {
    let becomes = match ending.calendar.as_deref() {
        None | Some("bin") => Unsubscribed::Binned,
        Some("keep") => Unsubscribed::Kept,
        Some(_) => return Err(Problem::bad_parameter("calendar", "bin or keep.")),
    };
    rest.kalends.unsubscribe(known.caller, account_id(&id)?, becomes).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
