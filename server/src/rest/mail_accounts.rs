//! One's mail accounts elsewhere.

use super::accounts::moment;
use super::input::{Body, Parameters, if_match, once};
use super::output::{created, etag_of, found, tagged};
use super::problem::Problem;
use super::{Known, Rest};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::TimeDelta;
use kalends_domain::mail::{
    FedCalendars, InvitationRule, MailAccount, MailAccountChange, MailAccountId, MailFolder, MailSecurity, MailServer,
    MailSettings, NewMailAccount,
};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A server that keeps mail, or takes it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = MailServer)]
#[serde(deny_unknown_fields)]
pub struct ServerInfo {
    host: String,
    port: u16,
    /// `tls`, `starttls`, or `plain`: for a server on the same machine alone.
    security: String,
    /// One's name there; left out: the address.
    #[serde(default)]
    user: Option<String>,
}

/// A mail account. No answer has its password.
#[derive(Serialize, ToSchema)]
#[schema(as = MailAccount)]
pub struct Info {
    id: i64,
    name: String,
    address: String,
    /// `#RRGGBB`
    color: String,
    signature: String,
    /// Whose invitations stand in the calendar, unanswered, as they come: `nobody`, `known` (whom one wrote to or meets) or `everyone`.
    invitations: String,
    /// The id of the service, where it is one that is known by name.
    service: Option<String>,
    imap: ServerInfo,
    smtp: ServerInfo,
    /// `active`, `paused`, `unauthenticated` or `missing`.
    state: String,
    /// What the server said, where something is wrong.
    why: Option<String>,
    /// Whether invitations and answers go out by it where no account has the address that they are from.
    for_invitations: bool,
    /// What was done within the last days that did not work out, while the account itself is well.
    notice: Option<String>,
    /// How often it is looked at, in seconds, where the server does not tell of arrivals.
    interval: i64,
    created: String,
    /// When the list was last the same as the server has it.
    looked: Option<String>,
    /// Of a look that goes on: how many messages are in the list, and how many there are.
    indexed: Option<u64>,
    of: Option<u64>,
}

/// One's mail accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = MailAccountList)]
pub struct List {
    accounts: Vec<Info>,
}

/// A mail account to add. Without servers they are looked for by the address.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailAccountToAdd)]
#[serde(deny_unknown_fields)]
pub struct ToAdd {
    address: String,
    password: String,
    /// For people; left out: the address.
    #[serde(default)]
    name: String,
    /// What mail is sent as beside the address.
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    imap: Option<ServerInfo>,
    #[serde(default)]
    smtp: Option<ServerInfo>,
}

/// What changes of a mail account.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailAccountChange)]
#[serde(deny_unknown_fields)]
pub struct Change {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    color: Option<String>,
    #[serde(default)]
    signature: Option<String>,
    /// `nobody`, `known` or `everyone`.
    #[serde(default)]
    invitations: Option<String>,
    /// In seconds.
    #[serde(default)]
    interval: Option<i64>,
    /// Whether it is not to be looked at for now.
    #[serde(default)]
    paused: Option<bool>,
    /// Whether invitations and answers go out by it where no account has the address that they are from; one account at most is so.
    #[serde(default)]
    for_invitations: Option<bool>,
}

/// Another password for a mail account.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailPassword)]
#[serde(deny_unknown_fields)]
pub struct PasswordToSet {
    /// One's name at the servers; left out: as it was.
    #[serde(default)]
    user: Option<String>,
    password: String,
}

/// What the servers of an account say.
#[derive(Serialize, ToSchema)]
#[schema(as = MailTest)]
pub struct Tested {
    /// How many folders there are, where mail can be read.
    folders: Option<usize>,
    /// Why it cannot be read,
    reading: Option<String>,
    /// or sent.
    sending: Option<String>,
}

/// A folder of a mail account.
#[derive(Serialize, ToSchema)]
#[schema(as = MailFolder)]
pub struct FolderInfo {
    id: i64,
    account: i64,
    /// With the levels above it.
    path: String,
    name: String,
    /// `inbox`, `drafts`, `sent`, `archive`, `spam`, `bin` or `all`.
    role: Option<String>,
    /// Whether it can hold messages.
    selectable: bool,
    messages: u64,
    unread: u64,
}

/// The folders of all mail accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = MailFolderList)]
pub struct FolderList {
    folders: Vec<FolderInfo>,
}

/// What becomes of the accounts of calendars that were made with a mail account.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Leaving {
    /// `keep` (the default): they stay; `leave`: they go, and their calendars stay; `bin`: they go, and the calendars into the bin.
    #[serde(default)]
    calendars: Option<String>,
}

pub(super) fn account_id(text: &str) -> Result<MailAccountId, Problem> {
    text.parse().map(MailAccountId).map_err(|_| Error::NotFound(Missing::MailAccount).into())
}

fn shown(server: &MailServer) -> ServerInfo {
    ServerInfo {
        host: server.host.clone(),
        port: server.port,
        security: server.security.name().to_owned(),
        user: Some(server.user.clone()),
    }
}

fn read(field: &str, server: ServerInfo, address: &str) -> Result<MailServer, Problem> {
    let security = MailSecurity::from_name(&server.security)
        .ok_or_else(|| Problem::bad_value(format!("{field}.security"), "tls, starttls or plain."))?;
    let user = server.user.unwrap_or_else(|| address.to_owned());
    Ok(MailServer { host: server.host, port: server.port, security, user })
}

fn info(account: &MailAccount) -> Info {
    Info {
        id: account.id.0,
        name: account.name.clone(),
        address: account.address.clone(),
        color: account.color.clone(),
        signature: account.signature.clone(),
        invitations: account.settings.invitations.name().to_owned(),
        service: account.preset.clone(),
        imap: shown(&account.settings.imap),
        smtp: shown(&account.settings.smtp),
        state: account.state.name().to_owned(),
        why: account.why.clone(),
        for_invitations: account.for_invitations,
        notice: account.notice.as_ref().map(|notice| notice.what.clone()),
        interval: account.interval.num_seconds(),
        created: moment(account.created_at),
        looked: account.looked_at.map(moment),
        indexed: account.progress.map(|progress| progress.done),
        of: account.progress.and_then(|progress| progress.of),
    }
}

/// Of all but what a look changes by itself.
fn etag(account: &MailAccount) -> String {
    etag_of(&Info { looked: None, indexed: None, of: None, why: None, notice: None, ..info(account) })
}

/// What takes an account that is as the request saw it.
fn checks(headers: &HeaderMap) -> Result<impl Fn(&MailAccount) -> Result<(), Error> + Send + Sync + use<>, Problem> {
    let tags = if_match(headers)?;
    Ok(move |account: &MailAccount| {
        let is_seen = |tags: &Tags| tags.match_strongly(Some(&etag(account)));
        if tags.as_ref().is_none_or(is_seen) { Ok(()) } else { Err(Error::PreconditionFailed) }
    })
}

/// One's mail accounts, the oldest first.
#[utoipa::path(get, path = "/api/v1.0/mail/accounts", tag = "mail",
    responses((status = 200, body = List, headers(("ETag" = String))), (status = 304)))]
pub async fn list(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let accounts = rest.kalends.mail_accounts(known.caller).await?;
    found(&headers, List { accounts: accounts.iter().map(info).collect() })
}

/// Adds a mail account, if both of its servers let one in.
#[utoipa::path(post, path = "/api/v1.0/mail/accounts", tag = "mail", request_body = ToAdd,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Info, headers(("Location" = String, description = "Where it is."), ("ETag" = String))),
        (status = 502, description = "A server did not answer, or not as it should.")))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, octets): Body<ToAdd>,
) -> Result<Response, Problem> {
    let once = once(&headers, "/mail/accounts", &octets)?;
    let ToAdd { address, password, name, display_name, imap, smtp } = wanted;
    let (settings, preset) = match (imap, smtp) {
        (None, None) => {
            let found = rest.kalends.find_mail_settings(known.caller, &address).await?;
            (found.settings, found.preset)
        }
        (Some(imap), Some(smtp)) => {
            let (imap, smtp) = (read("imap", imap, &address)?, read("smtp", smtp, &address)?);
            (MailSettings::at(imap, smtp), None)
        }
        _ => return Err(Problem::bad_value("smtp", "Both servers, or none.")),
    };
    let credentials = Credentials::Basic { user: settings.imap.user.clone(), password };
    let new = NewMailAccount { name, address, display_name, color: None, preset, settings, credentials };
    let id = rest.kalends.add_mail_account(known.caller, &new, once.as_ref()).await?;
    let account = rest.kalends.mail_account(known.caller, id).await?;
    Ok(created(&format!("/api/v1.0/mail/accounts/{}", id.0), tagged(&etag(&account), Json(info(&account)))))
}

/// A mail account.
#[utoipa::path(get, path = "/api/v1.0/mail/accounts/{id}", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Info, headers(("ETag" = String)))))]
pub async fn get(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    let account = rest.kalends.mail_account(known.caller, account_id(&id)?).await?;
    Ok(tagged(&etag(&account), Json(info(&account))))
}

/// Changes a mail account, or has it not be looked at for now.
#[utoipa::path(patch, path = "/api/v1.0/mail/accounts/{id}", tag = "mail", request_body = Change,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 200, body = Info, headers(("ETag" = String)))))]
pub async fn patch(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(change, _): Body<Change>,
) -> Result<Response, Problem> {
    let (id, check) = (account_id(&id)?, checks(&headers)?);
    let Change { name, color, signature, invitations, interval, paused, for_invitations } = change;
    let rule = |name: String| {
        InvitationRule::from_name(&name).ok_or_else(|| Problem::bad_value("invitations", "nobody, known or everyone."))
    };
    let invitations = invitations.map(rule).transpose()?;
    let seconds = |seconds| {
        TimeDelta::try_seconds(seconds).ok_or_else(|| Problem::bad_value("interval", "Seconds: a minute to a day."))
    };
    let interval = interval.map(seconds).transpose()?;
    let is_paused = paused;
    let change =
        MailAccountChange { name, color, signature, interval, folders: None, invitations, is_paused, for_invitations };
    rest.kalends.change_mail_account_if(known.caller, id, &change, check).await?;
    let account = rest.kalends.mail_account(known.caller, id).await?;
    Ok(tagged(&etag(&account), Json(info(&account))))
}

/// Removes a mail account from here, with its drafts. Nothing is deleted on the server.
#[utoipa::path(delete, path = "/api/v1.0/mail/accounts/{id}", tag = "mail",
    params(("id" = i64, Path), Leaving, ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(leaving): Parameters<Leaving>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let (id, check) = (account_id(&id)?, checks(&headers)?);
    let calendars = match leaving.calendars.as_deref() {
        None | Some("keep") => FedCalendars::Keep,
        Some("leave") => FedCalendars::Leave,
        Some("bin") => FedCalendars::Bin,
        Some(_) => return Err(Problem::bad_parameter("calendars", "keep, leave or bin.")),
    };
    rest.kalends.remove_mail_account_if(known.caller, id, calendars, check).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a mail account be looked at now.
#[utoipa::path(post, path = "/api/v1.0/mail/accounts/{id}/look", tag = "mail", params(("id" = i64, Path)),
    responses((status = 202)))]
pub async fn look(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    rest.kalends.look_at_mail(known.caller, account_id(&id)?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Asks both servers of a mail account whether they let one in.
#[utoipa::path(post, path = "/api/v1.0/mail/accounts/{id}/test", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Tested)))]
pub async fn test(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Tested>, Problem> {
    let test = rest.kalends.test_mail_account(known.caller, account_id(&id)?).await?;
    let folders = test.reading.as_ref().ok().copied();
    Ok(Json(Tested { folders, reading: test.reading.err(), sending: test.sending.err() }))
}

/// Gives a mail account another password, once its servers have taken it.
#[utoipa::path(put, path = "/api/v1.0/mail/accounts/{id}/password", tag = "mail", request_body = PasswordToSet,
    params(("id" = i64, Path)), responses((status = 204),
        (status = 502, description = "A server did not answer, or not as it should.")))]
pub async fn set_password(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Body(wanted, _): Body<PasswordToSet>,
) -> Result<StatusCode, Problem> {
    let (user, password) = (wanted.user.as_deref(), wanted.password.as_str());
    rest.kalends.reauthenticate_mail_account(known.caller, account_id(&id)?, user, password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The folders of all of one's mail accounts.
#[utoipa::path(get, path = "/api/v1.0/mail/folders", tag = "mail",
    responses((status = 200, body = FolderList, headers(("ETag" = String))), (status = 304)))]
pub async fn folders(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let folder = |folder: MailFolder| FolderInfo {
        id: folder.id.0,
        account: folder.account.0,
        name: folder.name().to_owned(),
        path: folder.path,
        role: folder.role.map(|role| role.name().to_owned()),
        selectable: folder.selectable,
        messages: folder.messages,
        unread: folder.unread,
    };
    let folders = rest.kalends.mail_folders(known.caller).await?;
    found(&headers, FolderList { folders: folders.into_iter().map(folder).collect() })
}
