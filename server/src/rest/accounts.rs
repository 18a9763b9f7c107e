//! One's accounts at services elsewhere.

use super::input::{Body, Parameters, if_match, link_removal, once};
use super::output::{created, etag_of, found, tagged};
use super::problem::Problem;
use super::{Known, Rest};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::calendars::CalendarId;
use kalends_domain::sync::accounts::credentials_of_form;
use kalends_domain::sync::connector::{ServiceAddress, Wanted};
use kalends_domain::sync::provider::RemoteCalendar;
use kalends_domain::sync::{AccountRemoval, LinkRemoval, RemoteAccount, RemoteAccountId, RemovalPreview};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A service that is known by name.
#[derive(Serialize, ToSchema)]
#[schema(as = RemoteService)]
pub struct ServiceInfo {
    id: String,
    name: String,
    /// What has to be said for it to be found: `nothing`, `host`, `any` (an address, a host or an e-mail address), or
    /// `sign-in`: people sign in there, in the settings.
    address: String,
    /// Whether it takes only a password that was made for one program.
    needs_app_password: bool,
}

/// Services that are known by name.
#[derive(Serialize, ToSchema)]
#[schema(as = RemoteServiceList)]
pub struct ServiceList {
    services: Vec<ServiceInfo>,
}

/// An account to add.
#[derive(Deserialize, ToSchema)]
#[schema(as = RemoteAccountToAdd)]
#[serde(deny_unknown_fields)]
pub struct AccountToAdd {
    /// The id of a service that is known by name; left out: whichever is at the address.
    #[serde(default)]
    service: Option<String>,
    /// An address, a host or an e-mail address, where the service needs one.
    #[serde(default)]
    address: String,
    /// One's name at the service; with a token, nothing.
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: String,
    /// In the place of name and password: what the service takes as a bearer token (RFC 6750).
    #[serde(default)]
    token: String,
    /// For people; left out: one's name at the service, or the address.
    #[serde(default)]
    name: String,
}

/// What changes of an account.
#[derive(Deserialize, ToSchema)]
#[schema(as = RemoteAccountChange)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    #[serde(default)]
    name: Option<String>,
    /// Whether the service is not to be asked for now.
    #[serde(default)]
    paused: Option<bool>,
}

/// Another password for an account, or another token.
#[derive(Deserialize, ToSchema)]
#[schema(as = RemotePassword)]
#[serde(deny_unknown_fields)]
pub struct PasswordToSet {
    /// One's name at the service; left out: as it was.
    #[serde(default)]
    user: Option<String>,
    /// Of an account that was added with a token: the token.
    password: String,
}

/// An account at a service elsewhere. No answer has its password.
#[derive(Serialize, ToSchema)]
#[schema(as = RemoteAccount)]
pub struct AccountInfo {
    id: i64,
    name: String,
    /// The protocol: `caldav`, `graph` or `ics`.
    provider: String,
    /// The id of the service, where it is one that is known by name.
    service: Option<String>,
    /// `active`, `paused`, `unauthenticated` or `missing`.
    state: String,
    /// What the service said, where something is wrong.
    why: Option<String>,
    created: String,
    /// When the service last let one in.
    checked: Option<String>,
    /// How many calendars it has that one was not shown, and that are in step with none here.
    new_calendars: u64,
}

/// One's accounts at services elsewhere.
#[derive(Serialize, ToSchema)]
#[schema(as = RemoteAccountList)]
pub struct AccountList {
    accounts: Vec<AccountInfo>,
}

/// A calendar that an account has.
#[derive(Serialize, ToSchema)]
#[schema(as = RemoteCalendar)]
pub struct RemoteCalendarInfo {
    /// As the service calls it.
    id: String,
    name: String,
    /// `#RRGGBB`
    color: Option<String>,
    /// What may be stored in it, where the service says so.
    components: Option<Vec<String>>,
    writable: bool,
    /// It is another's, or others have it as well.
    shared: bool,
}

/// The calendars that an account has.
#[derive(Serialize, ToSchema)]
#[schema(as = RemoteCalendarList)]
pub struct RemoteCalendarList {
    calendars: Vec<RemoteCalendarInfo>,
}

pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(super) fn account_id(text: &str) -> Result<RemoteAccountId, Problem> {
    text.parse().map(RemoteAccountId).map_err(|_| Error::NotFound(Missing::RemoteAccount).into())
}

fn info(account: &RemoteAccount) -> AccountInfo {
    AccountInfo {
        id: account.id.0,
        name: account.name.clone(),
        provider: account.provider.name().to_owned(),
        service: account.preset.clone(),
        state: account.state.name().to_owned(),
        why: account.why.clone(),
        created: moment(account.created_at),
        checked: account.checked_at.map(moment),
        new_calendars: account.new_calendars,
    }
}

/// Of all but when the service was last asked, which moves by itself.
fn etag(account: &RemoteAccount) -> String {
    etag_of(&AccountInfo { checked: None, new_calendars: 0, ..info(account) })
}

/// What takes an account that is as the request saw it.
fn checks(headers: &HeaderMap) -> Result<impl Fn(&RemoteAccount) -> Result<(), Error> + use<>, Problem> {
    let tags = if_match(headers)?;
    Ok(move |account: &RemoteAccount| {
        let is_seen = |tags: &Tags| tags.match_strongly(Some(&etag(account)));
        if tags.as_ref().is_none_or(is_seen) { Ok(()) } else { Err(Error::PreconditionFailed) }
    })
}

/// The services that are known by name.
#[utoipa::path(get, path = "/api/v1.0/accounts/services", tag = "accounts",
    responses((status = 200, body = ServiceList, headers(("ETag" = String))), (status = 304)))]
pub async fn services(State(rest): State<Rest>, _: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let service = |service: kalends_domain::sync::connector::Service| ServiceInfo {
        id: service.id.to_owned(),
        name: service.name.to_owned(),
        address: match service.asks {
            ServiceAddress::Known => "nothing",
            ServiceAddress::SignIn => "sign-in",
            ServiceAddress::Host => "host",
            ServiceAddress::Any => "any",
        }
        .to_owned(),
        needs_app_password: service.needs_app_password,
    };
    found(&headers, ServiceList { services: rest.kalends.remote_services().into_iter().map(service).collect() })
}

/// One's accounts at services elsewhere, the oldest first.
#[utoipa::path(get, path = "/api/v1.0/accounts", tag = "accounts",
    responses((status = 200, body = AccountList, headers(("ETag" = String))), (status = 304)))]
pub async fn list(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let accounts = rest.kalends.remote_accounts(known.caller).await?;
    found(&headers, AccountList { accounts: accounts.iter().map(info).collect() })
}

/// Looks for an account at a service elsewhere, and adds it if the service lets one in. 409 `other-host`: the password would go to a
/// host that one did not name; whoever wants that names it as the address.
#[utoipa::path(post, path = "/api/v1.0/accounts", tag = "accounts", request_body = AccountToAdd,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = AccountInfo, headers(("Location" = String, description = "Where it is."), ("ETag" = String))),
        (status = 502, description = "The service did not answer, or not as it should.")))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, octets): Body<AccountToAdd>,
) -> Result<Response, Problem> {
    let once = once(&headers, "/accounts", &octets)?;
    let AccountToAdd { service, address, user, password, token, name } = wanted;
    let credentials = credentials_of_form(&user, password, &token)?;
    let wanted = Wanted { service, address, credentials };
    let id = rest.kalends.add_remote_account(known.caller, &name, &wanted, once.as_ref()).await?;
    let account = rest.kalends.remote_account(known.caller, id).await?;
    Ok(created(&format!("/api/v1.0/accounts/{}", id.0), tagged(&etag(&account), Json(info(&account)))))
}

/// An account at a service elsewhere.
#[utoipa::path(get, path = "/api/v1.0/accounts/{id}", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 200, body = AccountInfo, headers(("ETag" = String)))))]
pub async fn get(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    let account = rest.kalends.remote_account(known.caller, account_id(&id)?).await?;
    Ok(tagged(&etag(&account), Json(info(&account))))
}

/// Renames an account, or has its service not be asked for now.
#[utoipa::path(patch, path = "/api/v1.0/accounts/{id}", tag = "accounts", request_body = AccountChange,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 200, body = AccountInfo, headers(("ETag" = String)))))]
pub async fn patch(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(change, _): Body<AccountChange>,
) -> Result<Response, Problem> {
    let (id, check) = (account_id(&id)?, checks(&headers)?);
    let kalends = &rest.kalends;
    kalends.change_remote_account(known.caller, id, change.name.as_deref(), change.paused, check).await?;
    let account = kalends.remote_account(known.caller, id).await?;
    Ok(tagged(&etag(&account), Json(info(&account))))
}

/// What becomes of an account's calendars.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Leaving {
    /// What becomes of the calendars here that it was kept in step with: `keep` (the default), `bin`, or `delete`: into the bin, and what
    /// was in step there is deleted as well.
    #[serde(default)]
    calendars: Option<String>,
    /// Of which something else becomes: their numbers, with commas between them.
    #[serde(default)]
    keep: Option<String>,
    #[serde(default)]
    bin: Option<String>,
    #[serde(default)]
    delete: Option<String>,
    /// The account's name, where something is deleted there.
    #[serde(default)]
    confirm: Option<String>,
}

impl Leaving {
    fn removal(&self) -> Result<AccountRemoval, Problem> {
        let otherwise = link_removal(self.calendars.as_deref(), "calendars")?;
        let mut of = Vec::new();
        for (name, ids, removal) in [
            ("keep", &self.keep, LinkRemoval::KeepBoth),
            ("bin", &self.bin, LinkRemoval::BinHere),
            ("delete", &self.delete, LinkRemoval::DeleteThere),
        ] {
            for id in ids.iter().flat_map(|ids| ids.split(',')) {
                let id =
                    id.trim().parse().map_err(|_| Problem::bad_parameter(name, "Numbers with commas between them."))?;
                of.push((CalendarId(id), removal));
            }
        }
        Ok(AccountRemoval { otherwise, of })
    }
}

/// What becomes of a calendar of an account that is removed.
#[derive(Serialize, ToSchema)]
#[schema(as = RemoteAccountRemovalOf)]
pub struct RemovalOf {
    calendar: i64,
    name: String,
    remote_name: String,
    /// `keep`, `bin` or `delete`.
    becomes: String,
    /// How many objects there are here, and how many would be deleted there.
    here: u64,
    deleted_there: u64,
}

/// What removing an account does.
#[derive(Serialize, ToSchema)]
#[schema(as = RemoteAccountRemoval)]
pub struct Removal {
    calendars: Vec<RemovalOf>,
}

/// What removing an account would do, with the same parameters as `DELETE`.
#[utoipa::path(get, path = "/api/v1.0/accounts/{id}/removal", tag = "accounts", params(("id" = i64, Path), Leaving),
    responses((status = 200, body = Removal)))]
pub async fn removal(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(leaving): Parameters<Leaving>,
) -> Result<Json<Removal>, Problem> {
    let previews = rest.kalends.removal_preview(known.caller, account_id(&id)?, &leaving.removal()?).await?;
    let of = |preview: RemovalPreview| {
        let becomes = match preview.removal {
            LinkRemoval::KeepBoth => "keep",
            LinkRemoval::BinHere => "bin",
            LinkRemoval::DeleteThere => "delete",
        };
        let deletes = preview.removal == LinkRemoval::DeleteThere;
        RemovalOf {
            calendar: preview.calendar.0,
            name: preview.name,
            remote_name: preview.remote_name,
            becomes: becomes.to_owned(),
            here: preview.here,
            deleted_there: if deletes { preview.there } else { 0 },
        }
    };
    Ok(Json(Removal { calendars: previews.into_iter().map(of).collect() }))
}

/// Removes an account, with its password. 202 while what is there is still to be deleted: the account goes after that.
#[utoipa::path(delete, path = "/api/v1.0/accounts/{id}", tag = "accounts",
    params(("id" = i64, Path), Leaving, ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 202), (status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(leaving): Parameters<Leaving>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (id, check) = (account_id(&id)?, checks(&headers)?);
    let removal = leaving.removal()?;
    let account = rest.kalends.remote_account(known.caller, id).await?;
    let previews = rest.kalends.removal_preview(known.caller, id, &removal).await?;
    let deletes = previews.iter().any(|preview| preview.removal == LinkRemoval::DeleteThere);
    if deletes && leaving.confirm.as_deref().map(str::trim) != Some(account.name.trim()) {
        return Err(Problem::bad_parameter("confirm", "The account's name, as something is deleted at the service."));
    }
    let is_gone = rest.kalends.remove_account_and(known.caller, id, &removal, check).await?;
    Ok(if is_gone { StatusCode::NO_CONTENT } else { StatusCode::ACCEPTED }.into_response())
}

/// Asks the service for the account's calendars, and with that whether it lets one in.
#[utoipa::path(post, path = "/api/v1.0/accounts/{id}/test", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 200, body = RemoteCalendarList),
        (status = 502, description = "The service did not answer, or not as it should.")))]
pub async fn test(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
) -> Result<Json<RemoteCalendarList>, Problem> {
    let calendars = rest.kalends.test_remote_account(known.caller, account_id(&id)?).await?;
    Ok(Json(RemoteCalendarList { calendars: calendars.into_iter().map(calendar).collect() }))
}

/// Gives the account another password, once the service has taken it.
#[utoipa::path(put, path = "/api/v1.0/accounts/{id}/password", tag = "accounts", request_body = PasswordToSet,
    params(("id" = i64, Path)), responses((status = 204),
        (status = 502, description = "The service did not answer, or not as it should.")))]
pub async fn set_password(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Body(wanted, _): Body<PasswordToSet>,
) -> Result<StatusCode, Problem> {
    let id = account_id(&id)?;
    let (user, password) = (wanted.user.as_deref(), wanted.password.as_str());
    rest.kalends.reauthenticate_remote_account(known.caller, id, user, password).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn calendar(calendar: RemoteCalendar) -> RemoteCalendarInfo {
    RemoteCalendarInfo {
        id: calendar.id.0,
        name: calendar.name,
        color: calendar.color,
        components: calendar.components,
        writable: calendar.is_writable,
        shared: calendar.is_shared,
    }
}
