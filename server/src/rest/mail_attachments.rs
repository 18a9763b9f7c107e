//! What is attached to a draft.

use super::input::{Parameters, if_match, media_type, octets};
use super::mail_drafts::{AttachmentInfo, draft_id, etag, seen};
use super::mail_messages::file;
use super::output::{created, found, tagged};
use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kalends_domain::mail::{AttachmentId, MAX_ATTACHED, MailDraftId};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Largest file, in octets.
pub const MAX: usize = MAX_ATTACHED as usize;

/// What is attached to a draft.
#[derive(Serialize, ToSchema)]
#[schema(as = MailAttachmentList)]
pub struct List {
    attachments: Vec<AttachmentInfo>,
}

/// What a file is called.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Of what has a path in it, the last part counts.
    name: String,
}

fn attachment_id(text: &str) -> Result<AttachmentId, Problem> {
    text.parse().map(AttachmentId).map_err(|_| Error::NotFound(Missing::Attachment).into())
}

/// Where the request says what it saw, that has to be so still.
async fn check(rest: &Rest, known: &Known, id: MailDraftId, headers: &HeaderMap) -> Result<(), Problem> {
    match if_match(headers)? {
        Some(_) => seen(rest, known, id, headers).await.map(drop),
        None => Ok(()),
    }
}

/// What is attached to a draft.
#[utoipa::path(get, path = "/api/v1.0/mail/drafts/{id}/attachments", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = List, headers(("ETag" = String))), (status = 304)))]
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let draft = rest.kalends.mail_draft(known.caller, draft_id(&id)?).await?;
    found(&headers, List { attachments: draft.attachments.iter().map(AttachmentInfo::of).collect() })
}

/// Attaches a file to a draft: 25 MiB of all files together at most. The answer has the draft's new ETag.
#[utoipa::path(post, path = "/api/v1.0/mail/drafts/{id}/attachments", tag = "mail",
    params(("id" = i64, Path), Named, ("If-Match" = Option<String>, Header, description = "The ETag of the draft that one saw.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file; Content-Type is its own."),
    responses((status = 201, body = AttachmentInfo,
            headers(("Location" = String, description = "Where it is."), ("ETag" = String, description = "Of the draft."))),
        (status = 413, description = "All files together would be more than 25 MiB.")))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(named): Parameters<Named>,
    request: Request,
) -> Result<Response, Problem> {
    let id = draft_id(&id)?;
    let kind = media_type(request.headers());
    check(&rest, &known, id, request.headers()).await?;
    // Of a draft that is not there nobody has to send all of a file.
    rest.kalends.mail_draft(known.caller, id).await?;
    let content = octets(request, &rest, MAX).await?;
    let attached = rest.kalends.attach_to_draft(known.caller, id, &named.name, &kind, &content).await?;
    let draft = rest.kalends.mail_draft(known.caller, id).await?;
    let missing = || Problem::from(Error::NotFound(Missing::Attachment));
    let info = draft.attachments.iter().find(|known| known.id == attached).map(AttachmentInfo::of);
    let place = format!("/api/v1.0/mail/drafts/{}/attachments/{}", id.0, attached.0);
    Ok(created(&place, tagged(&etag(&draft), Json(info.ok_or_else(missing)?))))
}

/// A file that is attached to a draft.
#[utoipa::path(get, path = "/api/v1.0/mail/drafts/{id}/attachments/{attachment}", tag = "mail",
    params(("id" = i64, Path), ("attachment" = i64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
pub async fn get(
    State(rest): State<Rest>,
    known: Known,
    Path((id, attachment)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (id, attachment) = (draft_id(&id)?, attachment_id(&attachment)?);
    let (attachment, content) = rest.kalends.draft_attachment(known.caller, id, attachment).await?;
    Ok(file(&attachment.media_type, content))
}

/// Takes a file off a draft.
#[utoipa::path(delete, path = "/api/v1.0/mail/drafts/{id}/attachments/{attachment}", tag = "mail",
    params(("id" = i64, Path), ("attachment" = i64, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of the draft that one saw.")),
    responses((status = 204, headers(("ETag" = String, description = "Of the draft.")))))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path((id, attachment)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (id, attachment) = (draft_id(&id)?, attachment_id(&attachment)?);
    check(&rest, &known, id, &headers).await?;
    rest.kalends.detach_from_draft(known.caller, id, attachment).await?;
    let draft = rest.kalends.mail_draft(known.caller, id).await?;
    Ok(tagged(&etag(&draft), StatusCode::NO_CONTENT))
}
