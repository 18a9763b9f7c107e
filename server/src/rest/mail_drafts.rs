//! What one writes, or what waits to be sent.

use super::accounts::moment;
use super::input::{Body, once, required_if_match};
use super::mail_messages::{Who, message_id};
use super::output::{created, etag_of, found, tagged};
use super::problem::Problem;
use super::{Known, Rest};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Utc};
use kalends_domain::mail::{
    AnswerKind, Attachment, DraftContent, MAX_TEXT, MailAccountId, MailAddress, MailDraft, MailDraftId, MailIdentityId,
};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Largest body that has what was written, in octets: the text twice, with what JSON adds, and who it is for.
pub const MAX_DRAFT: usize = 4 * MAX_TEXT;

/// What is attached to a draft.
#[derive(Serialize, ToSchema)]
#[schema(as = MailAttachment)]
pub struct AttachmentInfo {
    id: i64,
    name: String,
    media_type: String,
    /// In octets.
    size: u64,
}

/// The message that a draft answers or forwards.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = MailAnswered)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    message: i64,
    /// `reply`, `reply-all` or `forward`.
    kind: String,
}

/// A draft to begin.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailDraftToBegin)]
#[serde(deny_unknown_fields)]
pub struct ToBegin {
    account: i64,
    /// With its text quoted and, of one that is forwarded, what is attached to it.
    #[serde(default)]
    answers: Option<Answered>,
}

/// What stands in a draft.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = MailDraftContent)]
#[serde(deny_unknown_fields)]
pub struct Content {
    #[serde(default)]
    to: Vec<Who>,
    #[serde(default)]
    cc: Vec<Who>,
    #[serde(default)]
    bcc: Vec<Who>,
    #[serde(default)]
    subject: String,
    /// Plain text.
    #[serde(default)]
    text: String,
    /// The same with formatting, of which what could run is left out.
    #[serde(default)]
    html: Option<String>,
    /// As whom it is sent; left out: as the account's address.
    #[serde(default)]
    identity: Option<i64>,
}

/// What one writes, or what waits to be sent.
#[derive(Serialize, ToSchema)]
#[schema(as = MailDraft)]
pub struct Info {
    id: i64,
    account: i64,
    #[serde(flatten)]
    content: Content,
    answers: Option<Answered>,
    attachments: Vec<AttachmentInfo>,
    /// `draft`, `waiting`, `sending`, `filing`, `sent` or `refused`.
    state: String,
    /// When it goes out, where it waits.
    send_at: Option<String>,
    /// Why it was not sent.
    why: Option<String>,
}

/// What one writes, and what waits to be sent.
#[derive(Serialize, ToSchema)]
#[schema(as = MailDraftList)]
pub struct List {
    drafts: Vec<Info>,
}

/// When a draft is sent.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailSending)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// Left out: as soon as it cannot be taken back any more, in some seconds.
    #[serde(default)]
    at: Option<DateTime<Utc>>,
}

impl AttachmentInfo {
    pub(super) fn of(attachment: &Attachment) -> Self {
        AttachmentInfo {
            id: attachment.id.0,
            name: attachment.name.clone(),
            media_type: attachment.media_type.clone(),
            size: attachment.size,
        }
    }
}

pub(super) fn draft_id(text: &str) -> Result<MailDraftId, Problem> {
    text.parse().map(MailDraftId).map_err(|_| Error::NotFound(Missing::Draft).into())
}

fn info(draft: &MailDraft) -> Info {
    let content = &draft.content;
    Info {
        id: draft.id.0,
        account: draft.account.0,
        content: Content {
            to: Who::all(&content.to),
            cc: Who::all(&content.cc),
            bcc: Who::all(&content.bcc),
            subject: content.subject.clone(),
            text: content.text.clone(),
            html: content.html.clone(),
            identity: draft.identity.map(|identity| identity.0),
        },
        answers: draft.answers.map(|(message, kind)| Answered { message: message.0, kind: kind.name().to_owned() }),
        attachments: draft.attachments.iter().map(AttachmentInfo::of).collect(),
        state: draft.state.name().to_owned(),
        send_at: draft.send_at.map(moment),
        why: draft.why.clone(),
    }
}

/// Of what was written: it changes with each revision, and not by being sent.
pub(super) fn etag(draft: &MailDraft) -> String {
    etag_of(&(draft.id.0, draft.revision))
}

fn answer(draft: &MailDraft) -> Response {
    tagged(&etag(draft), Json(info(draft)))
}

/// The revision of a draft that is as the request saw it.
pub(super) async fn seen(rest: &Rest, known: &Known, id: MailDraftId, headers: &HeaderMap) -> Result<i64, Problem> {
    let tags: Tags = required_if_match(headers)?;
    let draft = rest.kalends.mail_draft(known.caller, id).await?;
    match tags.match_strongly(Some(&etag(&draft))) {
        true => Ok(draft.revision),
        false => Err(Error::PreconditionFailed.into()),
    }
}

impl Content {
    fn read(self) -> DraftContent {
        let people = |people: Vec<Who>| {
            people.into_iter().map(|who| MailAddress { name: who.name, address: who.address }).collect()
        };
        DraftContent {
            to: people(self.to),
            cc: people(self.cc),
            bcc: people(self.bcc),
            subject: self.subject,
            text: self.text,
            html: self.html,
            ..DraftContent::default()
        }
    }
}

/// What one writes, and what waits to be sent, the last written first.
#[utoipa::path(get, path = "/api/v1.0/mail/drafts", tag = "mail",
    responses((status = 200, body = List, headers(("ETag" = String))), (status = 304)))]
pub async fn list(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let drafts = rest.kalends.mail_drafts(known.caller).await?;
    found(&headers, List { drafts: drafts.iter().map(info).collect() })
}

/// Begins a mail, or an answer to one.
#[utoipa::path(post, path = "/api/v1.0/mail/drafts", tag = "mail", request_body = ToBegin,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Info, headers(("Location" = String, description = "Where it is."), ("ETag" = String))),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, octets): Body<ToBegin>,
) -> Result<Response, Problem> {
    let once = once(&headers, "/mail/drafts", &octets)?;
    let answered = wanted.answers.map(|answered| {
        let kind = AnswerKind::from_name(&answered.kind);
        let kind = kind.ok_or_else(|| Problem::bad_value("answers.kind", "reply, reply-all or forward."))?;
        Ok::<_, Problem>((message_id(&answered.message.to_string())?, kind))
    });
    let (account, answered) = (MailAccountId(wanted.account), answered.transpose()?);
    let draft = rest.kalends.begin_mail_once(known.caller, account, answered, once.as_ref()).await?;
    Ok(created(&format!("/api/v1.0/mail/drafts/{}", draft.id.0), answer(&draft)))
}

/// Has a message of the folder for drafts, which another program has written, be a draft to go on with: the same each time.
#[utoipa::path(post, path = "/api/v1.0/mail/messages/{id}/edit", tag = "mail", params(("id" = i64, Path)),
    responses((status = 201, body = Info, headers(("Location" = String, description = "Where it is."), ("ETag" = String))),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn edit(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    let draft = rest.kalends.edit_mail(known.caller, message_id(&id)?, None).await?;
    Ok(created(&format!("/api/v1.0/mail/drafts/{}", draft.id.0), answer(&draft)))
}

/// A draft.
#[utoipa::path(get, path = "/api/v1.0/mail/drafts/{id}", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Info, headers(("ETag" = String)))))]
pub async fn get(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(answer(&rest.kalends.mail_draft(known.caller, draft_id(&id)?).await?))
}

/// Keeps what was written so far, here and a little later on the server.
#[utoipa::path(put, path = "/api/v1.0/mail/drafts/{id}", tag = "mail", request_body = Content,
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The ETag that one saw.")),
    responses((status = 200, body = Info, headers(("ETag" = String)))))]
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(content, _): Body<Content, MAX_DRAFT>,
) -> Result<Response, Problem> {
    let id = draft_id(&id)?;
    let revision = seen(&rest, &known, id, &headers).await?;
    let (identity, content) = (content.identity.map(MailIdentityId), content.read());
    let saved = rest.kalends.save_mail_draft(known.caller, id, Some(revision), identity, &content).await?;
    Ok(answer(&saved))
}

/// Throws a draft away, here and on the server. It can be brought back for a day.
#[utoipa::path(delete, path = "/api/v1.0/mail/drafts/{id}", tag = "mail",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id = draft_id(&id)?;
    seen(&rest, &known, id, &headers).await?;
    rest.kalends.discard_mail_draft(known.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a draft be sent. It can be taken back until it goes out.
#[utoipa::path(post, path = "/api/v1.0/mail/drafts/{id}/send", tag = "mail", request_body = Sending,
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The ETag that one saw.")),
    responses((status = 202, body = Info)))]
pub async fn send(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted, _): Body<Sending>,
) -> Result<(StatusCode, Json<Info>), Problem> {
    let id = draft_id(&id)?;
    let revision = seen(&rest, &known, id, &headers).await?;
    let draft = rest.kalends.send_mail(known.caller, id, Some(revision), wanted.at).await?;
    Ok((StatusCode::ACCEPTED, Json(info(&draft))))
}

/// Takes back what waits to be sent.
#[utoipa::path(post, path = "/api/v1.0/mail/drafts/{id}/unsend", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Info, headers(("ETag" = String)))))]
pub async fn unsend(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(answer(&rest.kalends.unsend_mail(known.caller, draft_id(&id)?).await?))
}

/// Brings a draft back that was thrown away within the last day.
#[utoipa::path(post, path = "/api/v1.0/mail/drafts/{id}/restore", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Info, headers(("ETag" = String)))))]
pub async fn restore_draft(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(answer(&rest.kalends.restore_mail_draft(known.caller, draft_id(&id)?).await?))
}
