//! Messages of one's mail accounts, and what is done to many of them at once.

use super::accounts::moment;
use super::input::{Body, Parameters};
use super::mail_accounts::account_id;
use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kalends_domain::mail::{
    FolderRole, MailAddress, MailChange, MailCursor, MailFolderId, MailMessage, MailMessageId, MailPlace, MailQuery,
    MailRow, MailSelection, MessageFlags, Pictures,
};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// How many messages a list has, where nothing else is said, and the most.
const MESSAGES: usize = 50;
const MAX_MESSAGES: usize = 200;

/// Somebody in a header.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = MailAddress)]
#[serde(deny_unknown_fields)]
pub struct Who {
    #[serde(default)]
    pub name: String,
    pub address: String,
}

impl Who {
    pub fn of(who: &MailAddress) -> Self {
        Who { name: who.name.clone(), address: who.address.clone() }
    }

    pub fn all(people: &[MailAddress]) -> Vec<Who> {
        people.iter().map(Who::of).collect()
    }
}

/// A message as lists have it.
#[derive(Serialize, ToSchema)]
#[schema(as = MailMessage)]
pub struct Info {
    id: i64,
    account: i64,
    folder: i64,
    thread: i64,
    message_id: Option<String>,
    subject: String,
    from: Who,
    /// The first of them.
    to: Vec<Who>,
    /// As the sender says.
    sent: Option<String>,
    received: String,
    /// In octets.
    size: u64,
    unread: bool,
    flagged: bool,
    answered: bool,
    has_attachments: bool,
    /// How the text begins, where it is known.
    preview: Option<String>,
    /// The server does not know yet where it is, or what its flags are.
    pending: bool,
}

/// A row of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = MailRow)]
pub struct Row {
    #[serde(flatten)]
    message: Info,
    /// How many messages its thread has, where threads are listed,
    in_thread: u64,
    /// and how many of them nobody has read.
    unread_in_thread: u64,
}

/// Messages, the newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = MailMessageList)]
pub struct List {
    messages: Vec<Row>,
    /// From where the list goes on, as `after`; `null`: there is no more.
    next: Option<String>,
    /// Of a search in texts: the accounts whose server did not look through everything.
    failed: Vec<NotSearchedInfo>,
}

/// An account whose server did not look through everything.
#[derive(Serialize, ToSchema)]
#[schema(as = MailNotSearched)]
pub struct NotSearchedInfo {
    account: i64,
    why: String,
}

/// The messages of a thread, the oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = MailThread)]
pub struct Thread {
    messages: Vec<Info>,
}

/// What is attached to a message, or shown within its text.
#[derive(Serialize, ToSchema)]
#[schema(as = MailPart)]
pub struct PartInfo {
    number: usize,
    /// Safe to save a file by.
    name: String,
    media_type: String,
    /// In octets.
    size: u64,
    inline: bool,
    href: String,
}

/// A message with its text.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenMailMessage)]
pub struct Open {
    #[serde(flatten)]
    message: Info,
    cc: Vec<Who>,
    bcc: Vec<Who>,
    reply_to: Vec<Who>,
    /// The fields of its header, in their order: name and value each.
    header: Vec<(String, String)>,
    text: String,
    /// Nothing of it runs or is fetched from elsewhere; `null`: there is plain text alone.
    html: Option<String>,
    /// Whether text was left out because there is too much of it.
    cut: bool,
    parts: Vec<PartInfo>,
}

/// Which messages are listed: those of one place, or of all inboxes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// A folder.
    #[serde(default)]
    folder: Option<i64>,
    /// All of a mail account.
    #[serde(default)]
    account: Option<i64>,
    /// The folders of all accounts that are for this, `flagged`, or `everywhere`.
    #[serde(default)]
    place: Option<String>,
    /// Of each thread its newest message alone.
    #[serde(default)]
    threads: bool,
    /// Those that nobody has read.
    #[serde(default)]
    unread: bool,
    /// Words of subjects, names and addresses.
    #[serde(default)]
    search: String,
    /// The servers are asked for messages with these words in their texts as well, for 20 seconds at most; without threads.
    #[serde(default)]
    texts: bool,
    /// Where an earlier list ended.
    #[serde(default)]
    after: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    #[serde(default)]
    limit: Option<usize>,
}

/// What is done to messages.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailChange)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// To these messages,
    #[serde(default)]
    messages: Option<Vec<i64>>,
    /// with all that are in the same folder and thread as one of them,
    #[serde(default)]
    threads: bool,
    /// or to all of a folder.
    #[serde(default)]
    folder: Option<i64>,
    /// `read`, `unread`, `flag`, `unflag`, `archive`, `delete` (what is in the bin: for good), `spam`, `not-spam` or `move`.
    change: String,
    /// To where they move.
    #[serde(default)]
    to: Option<i64>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
#[schema(as = MailChanged)]
pub struct Changed {
    /// To how many messages.
    messages: u64,
    /// Where it is taken back, for a day.
    undo: String,
}

/// What was taken back.
#[derive(Serialize, ToSchema)]
#[schema(as = MailUndone)]
pub struct Undone {
    /// Of how many messages.
    messages: u64,
}

pub(super) fn message_id(text: &str) -> Result<MailMessageId, Problem> {
    text.parse().map(MailMessageId).map_err(|_| Error::NotFound(Missing::Message).into())
}

fn info(message: &MailMessage) -> Info {
    Info {
        id: message.id.0,
        account: message.account.0,
        folder: message.folder.0,
        thread: message.thread.0,
        message_id: message.message_id.clone(),
        subject: message.subject.clone(),
        from: Who::of(&message.from),
        to: Who::all(&message.to),
        sent: message.sent_at.map(moment),
        received: moment(message.received_at),
        size: message.size,
        unread: message.is_unread(),
        flagged: message.is_flagged(),
        answered: message.flags.has(MessageFlags::ANSWERED),
        has_attachments: message.has_attachments,
        preview: message.preview.clone(),
        pending: message.is_pending,
    }
}

fn row(row: &MailRow) -> Row {
    Row { message: info(&row.message), in_thread: row.in_thread, unread_in_thread: row.unread_in_thread }
}

impl Wanted {
    fn place(&self) -> Result<MailPlace, Problem> {
        match (self.folder, self.account, self.place.as_deref()) {
            (None, None, None) => Ok(MailPlace::Inboxes),
            (Some(folder), None, None) => Ok(MailPlace::Folder(MailFolderId(folder))),
            (None, Some(account), None) => Ok(MailPlace::Account(account_id(&account.to_string())?)),
            (None, None, Some("flagged")) => Ok(MailPlace::Flagged),
            (None, None, Some("everywhere")) => Ok(MailPlace::Everywhere),
            (None, None, Some(role)) => FolderRole::from_name(role).map(MailPlace::Role).ok_or_else(|| {
                let names = FolderRole::ALL.map(FolderRole::name).join(", ");
                Problem::bad_parameter("place", format!("flagged, everywhere, or one of {names}."))
            }),
            _ => Err(Problem::bad_parameter("place", "One of folder, account and place.")),
        }
    }
}

/// Messages of a folder, an account, or of all accounts, the newest first.
#[utoipa::path(get, path = "/api/v1.0/mail/messages", tag = "mail", params(Wanted),
    responses((status = 200, body = List)))]
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<List>, Problem> {
    let place = wanted.place()?;
    let unreadable = |()| Problem::bad_parameter("after", "It is no place where a list ended.");
    let after = wanted.after.as_deref().map(str::parse::<MailCursor>).transpose().map_err(unreadable)?;
    let most = wanted.limit.unwrap_or(MESSAGES);
    if !(1..=MAX_MESSAGES).contains(&most) {
        return Err(Problem::bad_parameter("limit", format!("1 to {MAX_MESSAGES}.")));
    }
    let Wanted { threads, unread, texts, .. } = wanted;
    if texts {
        if threads || after.is_some() {
            return Err(Problem::bad_parameter("texts", "Neither with threads nor with after."));
        }
        let found = rest.kalends.search_mail_on_server(known.caller, place, &wanted.search, most).await?;
        let messages = found.messages.iter().filter(|message| !unread || message.is_unread());
        let messages = messages.map(|message| Row { message: info(message), in_thread: 1, unread_in_thread: 0 });
        let failed = found.failed.into_iter();
        let failed = failed.map(|failed| NotSearchedInfo { account: failed.account.0, why: failed.why });
        return Ok(Json(List { messages: messages.collect(), next: None, failed: failed.collect() }));
    }
    let query = MailQuery { place, threads, unread, search: &wanted.search, after, most };
    let page = rest.kalends.list_mail(known.caller, &query).await?;
    let next = page.next.map(|next| next.to_string());
    Ok(Json(List { messages: page.rows.iter().map(row).collect(), next, failed: Vec::new() }))
}

/// A message with its text. Whether it was read stays as it is.
#[utoipa::path(get, path = "/api/v1.0/mail/messages/{id}", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Open),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn get(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Open>, Problem> {
    let id = message_id(&id)?;
    let parts_at = format!("/api/v1.0/mail/messages/{}/parts/", id.0);
    let open = rest.kalends.look_into_mail(known.caller, id, &parts_at, Pictures::AsAllowed).await?;
    let part = |part: kalends_domain::mail::MailPart| PartInfo {
        href: format!("{parts_at}{}", part.number),
        number: part.number,
        name: part.name,
        media_type: part.media_type,
        size: part.size,
        inline: part.is_inline,
    };
    Ok(Json(Open {
        message: info(&open.message),
        cc: Who::all(&open.cc),
        bcc: Who::all(&open.bcc),
        reply_to: Who::all(&open.reply_to),
        header: open.header,
        text: open.text,
        html: open.html.map(|html| html.html),
        cut: open.is_cut,
        parts: open.parts.into_iter().map(part).collect(),
    }))
}

/// The thread of a message, in whichever folders of its account the messages are.
#[utoipa::path(get, path = "/api/v1.0/mail/messages/{id}/thread", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Thread)))]
pub async fn thread(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Thread>, Problem> {
    let messages = rest.kalends.mail_thread(known.caller, message_id(&id)?).await?;
    Ok(Json(Thread { messages: messages.iter().map(info).collect() }))
}

/// As a file to keep, which no browser shows as a page of this site.
pub(super) fn file(media_type: &str, content: Vec<u8>) -> Response {
    let kind = HeaderValue::from_str(media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    (headers, content).into_response()
}

/// A message as it was sent (RFC 5322).
#[utoipa::path(get, path = "/api/v1.0/mail/messages/{id}/source", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "message/rfc822"),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn source(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    let raw = rest.kalends.original_mail(known.caller, message_id(&id)?).await?;
    Ok(file("message/rfc822", raw.to_vec()))
}

/// What is attached to a message, or shown within its text.
#[utoipa::path(get, path = "/api/v1.0/mail/messages/{id}/parts/{number}", tag = "mail",
    params(("id" = i64, Path), ("number" = usize, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn part(
    State(rest): State<Rest>,
    known: Known,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = message_id(&id)?;
    let number = number.parse().map_err(|_| Error::NotFound(Missing::Attachment))?;
    let part = rest.kalends.mail_part(known.caller, id, number).await?;
    Ok(file(&part.part.media_type, part.content))
}

impl Change {
    fn read(&self) -> Result<(MailSelection, MailChange), Problem> {
        let ids = |ids: &[i64]| ids.iter().copied().map(MailMessageId).collect();
        let selection = match (&self.messages, self.folder) {
            (Some(messages), None) if self.threads => MailSelection::Threads(ids(messages)),
            (Some(messages), None) => MailSelection::Messages(ids(messages)),
            (None, Some(folder)) => MailSelection::Folder(MailFolderId(folder)),
            _ => return Err(Problem::bad_value("messages", "Either messages or a folder.")),
        };
        let change = match (self.change.as_str(), self.to) {
            ("move", Some(to)) => MailChange::Move(MailFolderId(to)),
            ("move", None) => return Err(Problem::bad_value("to", "The folder to which they move.")),
            (_, Some(_)) => return Err(Problem::bad_value("to", "Only what moves has a folder to move to.")),
            ("read", None) => MailChange::Read(true),
            ("unread", None) => MailChange::Read(false),
            ("flag", None) => MailChange::Flagged(true),
            ("unflag", None) => MailChange::Flagged(false),
            ("archive", None) => MailChange::Archive,
            ("delete", None) => MailChange::Delete,
            ("spam", None) => MailChange::Spam(true),
            ("not-spam", None) => MailChange::Spam(false),
            _ => {
                let names = "read, unread, flag, unflag, archive, delete, spam, not-spam or move.";
                return Err(Problem::bad_value("change", names));
            }
        };
        Ok((selection, change))
    }
}

/// Does something to one message or many: to all of them, or to none.
#[utoipa::path(post, path = "/api/v1.0/mail/changes", tag = "mail", request_body = Change,
    responses((status = 200, body = Changed)))]
pub async fn change(
    State(rest): State<Rest>,
    known: Known,
    Body(change, _): Body<Change>,
) -> Result<Json<Changed>, Problem> {
    let (selection, change) = change.read()?;
    let changed = rest.kalends.change_mail(known.caller, &selection, change).await?;
    Ok(Json(Changed { messages: changed.messages, undo: format!("/api/v1.0/mail/changes/{}/undo", changed.undo) }))
}

/// Takes back what was done to messages.
#[utoipa::path(post, path = "/api/v1.0/mail/changes/{id}/undo", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = Undone)))]
pub async fn undo(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Undone>, Problem> {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound(Missing::MailBatch))?;
    Ok(Json(Undone { messages: rest.kalends.undo_mail(known.caller, id).await? }))
}
