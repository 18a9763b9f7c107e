//! How a refusal looks on the wire: a status, and where WebDAV names the reason, a DAV:error element (RFC 4918 section 16).

use super::resource::Tree;
use super::xml::XmlError;
use super::xml::XmlWriter;
use super::xml::names::KALENDS;
use axum::body::Body;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kalends_domain::access::Access;
use kalends_domain::{Error, SchedulingProblem};
use kalends_ical::itip::Refusal;
use std::borrow::Cow;

/// How clients sign in (RFC 7617).
const CHALLENGE: &str = "Basic realm=\"Kalends\", charset=\"UTF-8\"";

/// A request that is answered with an error.
#[derive(Debug)]
pub struct Failure {
    pub status: StatusCode,
    condition: Option<Condition>,
    message: Cow<'static, str>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// A whole XML document in place of the DAV:error.
    document: Option<Vec<u8>>,
}

/// A precondition or postcondition code, such as `C:no-uid-conflict`.
#[derive(Debug)]
struct Condition {
    tag: &'static str,
    /// The XML in the element.
    content: Vec<u8>,
}

impl Failure {
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Failure { status, condition: None, message: message.into(), headers: Vec::new(), document: None }
    }

    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Failure::new(StatusCode::BAD_REQUEST, message)
    }

    pub fn not_found() -> Self {
        Failure::new(StatusCode::NOT_FOUND, "There is nothing here.")
    }

    /// The collection that a new resource should be in is missing (RFC 4918 section 9.7.1).
    pub fn no_parent() -> Self {
        Failure::new(StatusCode::CONFLICT, "There is no such collection to put it in.")
    }

    pub fn precondition_failed() -> Self {
        Failure::new(StatusCode::PRECONDITION_FAILED, "A condition of the request does not hold.")
    }

    /// `tag` is the condition's element with its prefix.
    pub fn condition(status: StatusCode, tag: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Failure { condition: Some(Condition { tag, content: Vec::new() }), ..Failure::new(status, message) }
    }

    /// An answer whose body is the XML document `xml`.
    pub fn document(status: StatusCode, xml: Vec<u8>) -> Self {
        Failure { document: Some(xml), ..Failure::new(status, "") }
    }

    pub fn forbidden(tag: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Failure::condition(StatusCode::FORBIDDEN, tag, message)
    }

    /// The caller lacks `privilege` on what is at `href` (RFC 3744 section 7.1.1).
    pub fn needs(privilege: &str, href: &str, message: impl Into<Cow<'static, str>>) -> Self {
        Failure::forbidden("D:need-privileges", message).with_content(|xml| {
            xml.open("D:resource");
            xml.leaf("D:href", href);
            xml.open("D:privilege");
            xml.empty(privilege);
            xml.close("D:privilege");
            xml.close("D:resource");
        })
    }

    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    fn with_content(mut self, write: impl FnOnce(&mut XmlWriter)) -> Self {
        if let Some(condition) = &mut self.condition {
            let mut xml = XmlWriter::new();
            write(&mut xml);
            condition.content = xml.take();
        }
        self
    }

    /// The refusal that a use case's error stands for, when the request was for the collection or object at `href`;
    /// `collection` is the calendar that names in the error are relative to.
    pub fn of(error: Error, href: &str, collection: &str) -> Self {
        let message = error.to_string();
        match error {
            Error::NotFound(_) => Failure::not_found(),
            Error::Forbidden { needed } => {
                let privilege = match needed {
                    Access::Owner => "D:all",
                    Access::Administer => "D:write-properties",
                    Access::Write => "D:write",
                    Access::None | Access::FreeBusy | Access::Read => "D:read",
                };
                Failure::needs(privilege, href, message)
            }
            Error::PreconditionFailed | Error::Scheduling(SchedulingProblem::OtherTag) => {
                Failure::precondition_failed()
            }
            Error::Scheduling(problem) => of_meeting(&problem, message),
            Error::InvalidCalendarData(_) => Failure::forbidden("C:valid-calendar-data", message),
            Error::InvalidCalendarObject(_) => Failure::forbidden("C:valid-calendar-object-resource", message),
            Error::UnsupportedComponent(_) => Failure::forbidden("C:supported-calendar-component", message),
            Error::UidConflict { name } => Failure::condition(StatusCode::CONFLICT, "C:no-uid-conflict", message)
                .with_content(|xml| {
                    xml.leaf("D:href", &format!("{collection}{}", super::resource::encode(&name)));
                }),
            Error::TooLarge { .. } => Failure::condition(StatusCode::PAYLOAD_TOO_LARGE, "C:max-resource-size", message),
            Error::PropertyTooLarge { .. } => Failure::new(StatusCode::FORBIDDEN, message),
            Error::TooManyProperties { .. } => Failure::new(StatusCode::INSUFFICIENT_STORAGE, message),
            Error::TooManyInstances { .. } => Failure::forbidden("C:max-instances", message),
            Error::AlreadyExists(_) => Failure::forbidden("D:resource-must-be-null", message),
            Error::InvalidSyncToken => Failure::forbidden("D:valid-sync-token", message),
            Error::BadInput { .. } => Failure::bad_request(message),
            Error::BadCredentials => Failure::new(StatusCode::UNAUTHORIZED, message)
                .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE)),
            Error::QuotaExceeded { .. } => {
                Failure::condition(StatusCode::INSUFFICIENT_STORAGE, "D:quota-not-exceeded", message)
            }
            Error::Busy { .. } | Error::Unavailable { .. } | Error::Contended | Error::LeaseLost => {
                let seconds = error.retry_after().unwrap_or(1);
                Failure::new(StatusCode::SERVICE_UNAVAILABLE, message).with_header(header::RETRY_AFTER, seconds.into())
            }
            Error::TooManyTries { seconds } => {
                Failure::new(StatusCode::TOO_MANY_REQUESTS, message).with_header(header::RETRY_AFTER, seconds.into())
            }
            Error::TooManyImports { .. } => Failure::new(StatusCode::TOO_MANY_REQUESTS, message),
            // No method of CalDAV asks another server.
            Error::Remote(_) | Error::Mail(_) => Failure::new(StatusCode::BAD_GATEWAY, message),
            Error::Internal(cause) => {
                tracing::error!(error = %cause, "a request failed");
                Failure::new(StatusCode::INTERNAL_SERVER_ERROR, message)
            }
        }
    }
}

/// The preconditions of RFC 6638 section 3.2.4.
fn of_meeting(problem: &SchedulingProblem, message: String) -> Failure {
    match problem {
        SchedulingProblem::NotUnique { owner, slug, name } => {
            let href = format!("{}{}", Tree::Calendars.calendar_href(owner, slug), super::resource::encode(name));
            let condition = "C:unique-scheduling-object-resource";
            Failure::condition(StatusCode::CONFLICT, condition, message).with_content(|xml| xml.leaf("D:href", &href))
        }
        SchedulingProblem::Refused(Refusal::SeveralOrganizers { .. }) => {
            Failure::forbidden("C:same-organizer-in-all-components", message)
        }
        SchedulingProblem::Refused(Refusal::OtherOrganizer) | SchedulingProblem::NoAddress => {
            Failure::forbidden("C:allowed-organizer-scheduling-object-change", message)
        }
        SchedulingProblem::Refused(Refusal::NotYours(_)) => {
            Failure::forbidden("C:allowed-attendee-scheduling-object-change", message)
        }
        SchedulingProblem::TooMany { .. } => Failure::forbidden("C:max-attendees-per-instance", message),
        SchedulingProblem::OtherTag => Failure::precondition_failed(),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::of(error, "", "")
    }
}

impl From<XmlError> for Failure {
    fn from(error: XmlError) -> Self {
        let message = error.to_string();
        match error {
            XmlError::ExternalEntity => Failure::forbidden("D:no-external-entities", message),
            XmlError::UnknownEncoding(_) => Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message),
            _ => Failure::bad_request(message),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (content_type, body) = match (self.document, self.condition) {
            (Some(document), _) => (super::XML_TYPE, document),
            (None, None) => ("text/plain; charset=utf-8", format!("{}\n", self.message).into_bytes()),
            (None, Some(condition)) => {
                let mut xml = XmlWriter::new();
                xml.open_root("D:error");
                if condition.content.is_empty() {
                    xml.empty(condition.tag);
                } else {
                    xml.open(condition.tag);
                    xml.raw(&condition.content);
                    xml.close(condition.tag);
                }
                xml.open_with("K:message", &[("xmlns:K", KALENDS)]);
                xml.text(&self.message);
                xml.close("K:message");
                xml.close("D:error");
                (super::XML_TYPE, xml.take())
            }
        };
        let mut response = (self.status, Body::from(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.extend(self.headers);
        response
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn body(failure: Failure) -> String {
        let octets = axum::body::to_bytes(failure.into_response().into_body(), 10_000).await.unwrap();
        String::from_utf8(octets.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_conflicting_uid_names_its_holder() {
        let failure = Failure::of(Error::UidConflict { name: "a b.ics".into() }, "/c/x.ics", "/c/");
        assert_eq!(failure.status, StatusCode::CONFLICT);
        assert!(body(failure).await.contains("<C:no-uid-conflict><D:href>/c/a%20b.ics</D:href></C:no-uid-conflict>"));
    }

    #[tokio::test]
    async fn missing_privileges_are_named() {
        let failure = Failure::of(Error::Forbidden { needed: Access::Write }, "/c/x.ics", "/c/");
        assert!(body(failure).await.contains(
            "<D:need-privileges><D:resource><D:href>/c/x.ics</D:href><D:privilege><D:write/></D:privilege></D:resource></D:need-privileges>"
        ));
    }
}
