//! People of one's mail: whom one may mean by the first letters, whose pictures are shown, and what their servers were not told yet.

use super::input::Parameters;
use super::mail_accounts::account_id;
use super::mail_messages::Who;
use super::output::found;
use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The first letters of whom one means.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Typed {
    /// Of words of a name or an address; without letters nobody is found.
    #[serde(default)]
    q: String,
}

/// Whom one may mean.
#[derive(Serialize, ToSchema)]
#[schema(as = MailPeople)]
pub struct People {
    people: Vec<Who>,
}

/// People one may mean by the first letters of words of a name or an address, at most ten: those one has most to do with come first.
#[utoipa::path(get, path = "/api/v1.0/mail/people", tag = "mail", params(Typed), responses((status = 200, body = People)))]
pub async fn people(
    State(rest): State<Rest>,
    known: Known,
    Parameters(typed): Parameters<Typed>,
) -> Result<Json<People>, Problem> {
    let people = rest.kalends.complete_mail_address(known.caller, &typed.q).await?;
    Ok(Json(People { people: people.iter().map(Who::of).collect() }))
}

/// Whose pictures are shown.
#[derive(Serialize, ToSchema)]
#[schema(as = MailPictureSenders)]
pub struct Senders {
    /// Addresses, in small letters.
    senders: Vec<String>,
}

/// The senders whose pictures from elsewhere are shown without asking.
#[utoipa::path(get, path = "/api/v1.0/mail/picture-senders", tag = "mail",
    responses((status = 200, body = Senders, headers(("ETag" = String))), (status = 304)))]
pub async fn picture_senders(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    found(&headers, Senders { senders: rest.kalends.picture_senders(known.caller).await? })
}

/// Has pictures from elsewhere of a sender be shown from now on: whoever sent them learns then that one reads it.
#[utoipa::path(put, path = "/api/v1.0/mail/picture-senders/{address}", tag = "mail", params(("address" = String, Path)),
    responses((status = 204)))]
pub async fn show_pictures(
    State(rest): State<Rest>,
    known: Known,
    Path(address): Path<String>,
) -> Result<StatusCode, Problem> {
    rest.kalends.show_pictures_of(known.caller, &address, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has pictures of a sender not be shown any more without asking.
#[utoipa::path(delete, path = "/api/v1.0/mail/picture-senders/{address}", tag = "mail", params(("address" = String, Path)),
    responses((status = 204)))]
pub async fn hide_pictures(
    State(rest): State<Rest>,
    known: Known,
    Path(address): Path<String>,
) -> Result<StatusCode, Problem> {
    rest.kalends.show_pictures_of(known.caller, &address, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a server was not told yet.
#[derive(Serialize, ToSchema)]
#[schema(as = MailPending)]
pub struct Pending {
    /// How many messages have changed here in a way that the account's server does not know.
    messages: u64,
}

/// How many messages of an account have changed here in a way that its server does not know yet.
#[utoipa::path(get, path = "/api/v1.0/mail/accounts/{id}/pending", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Pending)))]
pub async fn pending(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Pending>, Problem> {
    let messages = rest.kalends.pending_mail(known.caller, account_id(&id)?).await?;
    Ok(Json(Pending { messages }))
}
