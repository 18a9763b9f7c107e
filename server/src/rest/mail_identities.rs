//! What mail of an account may be sent as.

use super::input::{Body, nullable};
use super::mail_accounts::account_id;
use super::output::{created, found};
use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kalends_domain::mail::{MailIdentity, MailIdentityId};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name and an address that mail of an account is sent as.
#[derive(Serialize, ToSchema)]
#[schema(as = MailIdentity)]
pub struct Info {
    id: i64,
    account: i64,
    /// Empty: the address alone.
    name: String,
    address: String,
    /// `null`: the account's.
    signature: Option<String>,
}

/// What mail of an account may be sent as. The first is the account's own address.
#[derive(Serialize, ToSchema)]
#[schema(as = MailIdentityList)]
pub struct List {
    identities: Vec<Info>,
}

/// An identity to add. Whether mail may be sent as that address is for the account's server to say.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailIdentityToAdd)]
#[serde(deny_unknown_fields)]
pub struct ToAdd {
    address: String,
    #[serde(default)]
    name: String,
    /// Left out: the account's.
    #[serde(default)]
    signature: Option<String>,
}

/// What changes of an identity.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailIdentityChange)]
#[serde(deny_unknown_fields)]
pub struct Change {
    #[serde(default)]
    name: Option<String>,
    /// `null`: the account's.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    signature: Option<Option<String>>,
}

fn identity_id(text: &str) -> Result<MailIdentityId, Problem> {
    text.parse().map(MailIdentityId).map_err(|_| Error::NotFound(Missing::Identity).into())
}

fn info(identity: &MailIdentity) -> Info {
    Info {
        id: identity.id.0,
        account: identity.account.0,
        name: identity.name.clone(),
        address: identity.address.clone(),
        signature: identity.signature.clone(),
    }
}

/// What mail of an account may be sent as.
#[utoipa::path(get, path = "/api/v1.0/mail/accounts/{id}/identities", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = List, headers(("ETag" = String))), (status = 304)))]
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let identities = rest.kalends.mail_identities(known.caller, account_id(&id)?).await?;
    found(&headers, List { identities: identities.iter().map(info).collect() })
}

/// Has mail of an account be sent as another address as well.
#[utoipa::path(post, path = "/api/v1.0/mail/accounts/{id}/identities", tag = "mail", request_body = ToAdd,
    params(("id" = i64, Path)),
    responses((status = 201, body = Info, headers(("Location" = String, description = "Where it is."))),
        (status = 409, description = "The account has one with this address.")))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Body(wanted, _): Body<ToAdd>,
) -> Result<Response, Problem> {
    let id = account_id(&id)?;
    let ToAdd { address, name, signature } = wanted;
    let added = rest.kalends.add_mail_identity(known.caller, id, &name, &address, signature.as_deref()).await?;
    let place = format!("/api/v1.0/mail/accounts/{}/identities/{}", id.0, added.id.0);
    Ok(created(&place, Json(info(&added)).into_response()))
}

/// Changes the name or the signature of an identity.
#[utoipa::path(patch, path = "/api/v1.0/mail/accounts/{id}/identities/{identity}", tag = "mail", request_body = Change,
    params(("id" = i64, Path), ("identity" = i64, Path)), responses((status = 200, body = Info)))]
pub async fn patch(
    State(rest): State<Rest>,
    known: Known,
    Path((id, identity)): Path<(String, String)>,
    Body(change, _): Body<Change>,
) -> Result<Json<Info>, Problem> {
    let (id, identity) = (account_id(&id)?, identity_id(&identity)?);
    let signature = change.signature.as_ref().map(Option::as_deref);
    let name = change.name.as_deref();
    let changed = rest.kalends.change_mail_identity(known.caller, id, identity, name, signature).await?;
    Ok(Json(info(&changed)))
}

/// Has no mail be sent as an address any more. The account's own stays.
#[utoipa::path(delete, path = "/api/v1.0/mail/accounts/{id}/identities/{identity}", tag = "mail",
    params(("id" = i64, Path), ("identity" = i64, Path)), responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path((id, identity)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    rest.kalends.remove_mail_identity(known.caller, account_id(&id)?, identity_id(&identity)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
