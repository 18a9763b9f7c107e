//! App passwords, tokens and sessions: what signs in to one's account.

use super::input::{Body, once};
use super::output::created;
use super::problem::Problem;
use super::{Known, Rest};
use crate::credentials::Credential;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, SubsecRound, Utc};
use kalends_domain::accounts::{AppPassword, CredentialKind, NewAppPassword};
use kalends_domain::calendars::CalendarId;
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An app password or a token, without its secret.
#[derive(Serialize, ToSchema)]
pub struct CredentialInfo {
    id: i64,
    label: String,
    /// `read`: nothing can be changed with it; `write`: all that its owner may change.
    access: String,
    /// The one calendar that it is for; `null`: all.
    calendar: Option<i64>,
    created: DateTime<Utc>,
    /// To within some minutes.
    last_used: Option<DateTime<Utc>>,
    /// It is refused from then on; `null`: it has no end.
    ends: Option<DateTime<Utc>>,
}

impl From<&AppPassword> for CredentialInfo {
    fn from(found: &AppPassword) -> Self {
        CredentialInfo {
            id: found.id,
            label: found.label.clone(),
            access: if found.reads_only() { "read" } else { "write" }.to_owned(),
            calendar: found.only.map(|only| only.0),
            // As it is stored.
            created: found.created_at.trunc_subsecs(3),
            last_used: found.last_used_at,
            ends: found.expires_at.map(|end| end.trunc_subsecs(3)),
        }
    }
}

/// The oldest first.
#[derive(Serialize, ToSchema)]
pub struct CredentialList {
    credentials: Vec<CredentialInfo>,
}

/// A credential that was made.
#[derive(Serialize, ToSchema)]
pub struct MadeCredential {
    credential: CredentialInfo,
    /// It cannot be asked for again.
    secret: String,
}

/// What a credential may be used for.
#[derive(Clone, Copy, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Read,
    #[default]
    Write,
}

/// A credential to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialToMake {
    /// What it is called in the list and in the log.
    label: String,
    /// `read` or `write`.
    #[serde(default)]
    access: Scope,
    /// The one calendar that it is to be for; left out: all.
    #[serde(default)]
    calendar: Option<i64>,
    #[serde(default)]
    ends: Option<DateTime<Utc>>,
}

async fn list(rest: &Rest, known: Known, kind: CredentialKind) -> Result<Json<CredentialList>, Problem> {
    let found = rest.kalends.own_credentials(known.caller, kind).await?;
    Ok(Json(CredentialList { credentials: found.iter().map(CredentialInfo::from).collect() }))
}

async fn create(
    rest: &Rest,
    known: Known,
    kind: CredentialKind,
    headers: &HeaderMap,
    Body(wanted, octets): Body<CredentialToMake>,
) -> Result<Response, Problem> {
    let once = once(headers, &format!("/{}s", kind.name()), &octets)?;
    let CredentialToMake { label, access, calendar, ends } = wanted;
    let reads_only = access == Scope::Read;
    let new = NewAppPassword { kind, label, reads_only, only: calendar.map(CalendarId), expires_at: ends };
    let (made, secret) = match rest.kalends.create_own_credential_once(known.caller, new, once.as_ref()).await {
        Err(Error::NotFound(Missing::AppPassword)) if once.is_some() => {
            let detail = "What an earlier request with this Idempotency-Key made was revoked.";
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        made => made?,
    };
    let location = format!("/api/v1.0/{}s/{}", kind.name(), made.id);
    let Some(secret) = secret else {
        let detail = format!("It made {location}: revoke that, and make another with another key.");
        return Err(Problem::made_before(location, detail));
    };
    Ok(created(&location, Json(MadeCredential { credential: (&made).into(), secret: secret.0 })))
}

async fn revoke(rest: &Rest, known: Known, kind: CredentialKind, id: &str) -> Result<StatusCode, Problem> {
    let id = id.parse().map_err(|_| Error::NotFound(Missing::AppPassword))?;
    rest.kalends.revoke_own_credential(known.caller, kind, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's app passwords. For whoever signed in, and programs that may do all that one may oneself.
#[utoipa::path(get, path = "/api/v1.0/app-passwords", tag = "credentials", responses((status = 200, body = CredentialList)))]
pub async fn app_passwords(State(rest): State<Rest>, known: Known) -> Result<Json<CredentialList>, Problem> {
    list(&rest, known, CredentialKind::AppPassword).await
}

/// Makes an app password. For whoever signed in: programs make none. The answer has its secret, which no other has: the same request with
/// the same Idempotency-Key makes nothing more and is refused (409 `made-before`), with where the app password is.
#[utoipa::path(post, path = "/api/v1.0/app-passwords", tag = "credentials", request_body = CredentialToMake,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = MadeCredential, headers(("Location" = String)))))]
pub async fn create_app_password(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    body: Body<CredentialToMake>,
) -> Result<Response, Problem> {
    create(&rest, known, CredentialKind::AppPassword, &headers, body).await
}

/// Revokes an app password. Every program may revoke its own.
#[utoipa::path(delete, path = "/api/v1.0/app-passwords/{id}", tag = "credentials", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn revoke_app_password(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    revoke(&rest, known, CredentialKind::AppPassword, &id).await
}

/// One's tokens. For whoever signed in, and programs that may do all that one may oneself.
#[utoipa::path(get, path = "/api/v1.0/tokens", tag = "credentials", responses((status = 200, body = CredentialList)))]
pub async fn tokens(State(rest): State<Rest>, known: Known) -> Result<Json<CredentialList>, Problem> {
    list(&rest, known, CredentialKind::Token).await
}

/// Makes a token, as an app password is made.
#[utoipa::path(post, path = "/api/v1.0/tokens", tag = "credentials", request_body = CredentialToMake,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = MadeCredential, headers(("Location" = String)))))]
pub async fn create_token(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    body: Body<CredentialToMake>,
) -> Result<Response, Problem> {
    create(&rest, known, CredentialKind::Token, &headers, body).await
}

/// Revokes a token. Every program may revoke its own.
#[utoipa::path(delete, path = "/api/v1.0/tokens/{id}", tag = "credentials", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn revoke_token(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    revoke(&rest, known, CredentialKind::Token, &id).await
}

/// A browser in which one is signed in.
#[derive(Serialize, ToSchema)]
pub struct SessionInfo {
    id: String,
    /// What the browser calls itself.
    browser: Option<String>,
    /// Where it was opened from.
    address: Option<String>,
    opened: DateTime<Utc>,
    /// To within some minutes.
    used: DateTime<Utc>,
    /// It is the one that asks.
    is_this: bool,
}

/// The one that was used last first.
#[derive(Serialize, ToSchema)]
pub struct SessionList {
    sessions: Vec<SessionInfo>,
}

/// Where one is signed in. For whoever signed in, and programs that may do all that one may oneself.
#[utoipa::path(get, path = "/api/v1.0/sessions", tag = "credentials", responses((status = 200, body = SessionList)))]
pub async fn sessions(State(rest): State<Rest>, known: Known) -> Result<Json<SessionList>, Problem> {
    let secret = match &known.credential {
        Credential::Session(secret) => Some(secret.as_str()),
        _ => None,
    };
    let found = rest.kalends.own_sessions(known.caller, secret).await?;
    let info = |session: &kalends_domain::accounts::Session| SessionInfo {
        id: session.id.to_string(),
        browser: session.user_agent.clone(),
        address: session.address.clone(),
        opened: session.created_at,
        used: session.used_at,
        is_this: session.id == found.this,
    };
    Ok(Json(SessionList { sessions: found.all.iter().map(info).collect() }))
}

/// Signs a browser out.
#[utoipa::path(delete, path = "/api/v1.0/sessions/{id}", tag = "credentials", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn end_session(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id.parse().map_err(|()| Error::NotFound(Missing::Session))?;
    rest.kalends.end_own_session(known.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
