//! GET and HEAD: an object as it was stored, a calendar as one file.

use super::conditions::{self, HTTP_DATE};
use super::error::Failure;
use super::notification::Document;
use super::props::content_type;
use super::target::Target;
use super::{Call, Method, SCHEDULE_TAG, XML_TYPE};
use axum::body::Body;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures::stream::{self, StreamExt};
use kalends_domain::objects::ObjectHead;
use kalends_domain::transfer::Export;

/// For people who open the address in a browser.
const SIGNPOST: &str = "This is a CalDAV server. Give this address to a calendar program.\n";

pub async fn answer(call: Call) -> Result<Response, Failure> {
    let response = match call.target {
        Target::Object(place) => {
            let object = place.into_object()?;
            let head = &object.head;
            conditions::check_read(&call.headers, &head.etag, head.modified_at)?;
            if conditions::not_modified(&call.headers, &head.etag, head.modified_at)? {
                with_validators(StatusCode::NOT_MODIFIED.into_response(), head)
            } else {
                with_validators(text(content_type(head.kind), object.text), head)
            }
        }
        Target::Calendar(calendar) => file(call.kalends.export(call.caller, calendar.id).await?),
        Target::Notification(notice) => {
            let Document { text: document, etag } = Document::of(&notice);
            conditions::check_read(&call.headers, &etag, notice.at)?;
            let response = match conditions::not_modified(&call.headers, &etag, notice.at)? {
                true => StatusCode::NOT_MODIFIED.into_response(),
                false => text(XML_TYPE, document),
            };
            validated(response, &etag, notice.at)
        }
        Target::InboxItem(item) => {
            let etag = super::message::etag(&item);
            conditions::check_read(&call.headers, &etag, item.received_at)?;
            let response = match conditions::not_modified(&call.headers, &etag, item.received_at)? {
                true => StatusCode::NOT_MODIFIED.into_response(),
                false => text("text/calendar; charset=utf-8", item.text.clone()),
            };
            validated(response, &etag, item.received_at)
        }
        Target::Container
        | Target::Principal(_)
        | Target::Proxies(_)
        | Target::Home
        | Target::HomeOf(..)
        | Target::Notifications(_)
        | Target::Inbox(_)
        | Target::Outbox => text("text/plain; charset=utf-8", SIGNPOST.to_owned()),
        Target::Vacant { .. } | Target::Inner | Target::Missing => return Err(Failure::not_found()),
    };
    Ok(if call.method == Method::Head { without_body(response) } else { response })
}

/// A calendar as a file that is sent while it is read. When that fails the connection breaks off, and the client sees that the file
/// is not whole.
pub fn file(export: Export) -> Response {
    // What compresses the answer asks once more after the end.
    let pieces = stream::unfold(Some(export), |export| async move {
        let mut export = export?;
        match export.next().await {
            Ok(piece) => piece.map(|piece| (Ok(piece), Some(export))),
            Err(error) => {
                tracing::error!(?error, "an export broke off");
                Some((Err(error), None))
            }
        }
    });
    ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], Body::from_stream(pieces.fuse())).into_response()
}

fn text(content_type: &'static str, text: String) -> Response {
    let length = text.len();
    let mut response = Body::from(text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, length.into());
    response
}

fn with_validators(response: Response, head: &ObjectHead) -> Response {
    let mut response = validated(response, &head.etag, head.modified_at);
    let tag = head.schedule_tag.as_deref().and_then(|tag| HeaderValue::from_str(&format!("\"{tag}\"")).ok());
    if let Some(tag) = tag {
        response.headers_mut().insert(SCHEDULE_TAG, tag);
    }
    response
}

fn validated(mut response: Response, etag: &str, modified_at: DateTime<Utc>) -> Response {
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::ETAG, etag);
    set(header::LAST_MODIFIED, &modified_at.format(HTTP_DATE).to_string());
    response
}

fn without_body(response: Response) -> Response {
    let (parts, _) = response.into_parts();
    Response::from_parts(parts, Body::empty())
}
