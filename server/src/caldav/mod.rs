//! CalDAV under `/api/v1.0/caldav/` (RFC 4791, RFC 4918, RFC 6578, RFC 3744, and Apple's caldav-sharing and caldav-proxy): decode, authenticate, call the use case, encode.

mod acl;
mod body;
mod conditions;
mod delete;
mod error;
mod get;
mod headers;
mod make;
mod message;
mod notification;
mod options;
mod post;
mod propfind;
mod proppatch;
mod props;
mod put;
mod report;
mod resource;
mod scheduling;
mod stream;
mod target;
mod transfer;

use crate::credentials::authenticate_client;
use crate::unread_body::drain_unread_body;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{self, HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state, map_request};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use chrono::{DateTime, Utc};
pub(crate) use conditions::HTTP_DATE;
use error::Failure;
pub use get::file;
use kalends_domain::access::{Caller, Principal};
use kalends_domain::objects::Reads;
use kalends_domain::{Error, Kalends};
use kalends_webdav as xml;
use resource::{Address, Resource, Tree};
use std::pin::Pin;
use target::Target;

/// Where the CalDAV tree begins.
pub const ROOT: &str = "/api/v1.0/caldav/";

/// RFC 6638 section 8.2
const SCHEDULE_TAG: HeaderName = HeaderName::from_static("schedule-tag");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const XML_TYPE: &str = "application/xml; charset=utf-8";

/// Whether a GET or HEAD is answered with 304; a condition that is none does not hold.
pub(crate) fn not_modified(headers: &HeaderMap, etag: &str, modified_at: DateTime<Utc>) -> bool {
    conditions::not_modified(headers, etag, modified_at).unwrap_or(false)
}

/// Everything under [`ROOT`], the `/.well-known/caldav` redirect (RFC 6764), and that from where Nextcloud has it.
pub fn router(kalends: Kalends) -> Router {
    Router::new()
        .route("/.well-known/caldav", any(redirect))
        .route("/.well-known/caldav/", any(redirect))
        // Where clients look that were let in by Nextcloud's login flow.
        .route("/remote.php/dav", any(redirect))
        .route("/remote.php/dav/", any(redirect))
        .route(ROOT.trim_end_matches('/'), any(handle))
        .route(ROOT, any(handle))
        .route(&format!("{ROOT}{{*rest}}"), any(handle))
        .layer(map_request(drain_unread_body))
        .with_state(kalends)
}

/// Has `pages` answer WebDAV at `/` as well: a client that was given nothing but the server's name looks there.
pub fn with_server_root(pages: Router, kalends: Kalends) -> Router {
    pages.layer(from_fn_with_state(kalends, server_root))
}

async fn server_root(State(kalends): State<Kalends>, request: Request, next: Next) -> Response {
    let is_dav = matches!(request.method().as_str(), "PROPFIND" | "OPTIONS");
    if is_dav && request.uri().path() == "/" {
        handle(State(kalends), drain_unread_body(request).await).await
    } else {
        next.run(request).await
    }
}

/// 308 keeps method and body, whatever the method is.
async fn redirect() -> impl IntoResponse {
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, ROOT)])
}

/// The methods that Kalends knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Options,
    Get,
    Head,
    Put,
    Post,
    Delete,
    Copy,
    Move,
    Propfind,
    Proppatch,
    Mkcol,
    Mkcalendar,
    Report,
    Acl,
}

impl Method {
    fn of(method: &http::Method) -> Option<Self> {
        Some(match method.as_str() {
            "OPTIONS" => Method::Options,
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "PUT" => Method::Put,
            "POST" => Method::Post,
            "DELETE" => Method::Delete,
            "COPY" => Method::Copy,
            "MOVE" => Method::Move,
            "PROPFIND" => Method::Propfind,
            "PROPPATCH" => Method::Proppatch,
            "MKCOL" => Method::Mkcol,
            "MKCALENDAR" => Method::Mkcalendar,
            "REPORT" => Method::Report,
            "ACL" => Method::Acl,
            _ => return None,
        })
    }

    /// Whether the method has a meaning for resources of this kind. The making of collections decides for itself: it says
    /// where they may be.
    fn suits(self, resource: &Resource) -> bool {
        match self {
            Method::Put | Method::Copy | Method::Move => {
                matches!(resource, Resource::Object { .. } | Resource::Inner { .. } | Resource::Unknown)
            }
            Method::Post => {
                matches!(
                    resource,
                    Resource::Calendar { .. } | Resource::Home { .. } | Resource::Outbox { .. } | Resource::Unknown
                )
            }
            Method::Acl => matches!(resource, Resource::Calendar { .. } | Resource::Unknown),
            _ => true,
        }
    }

    /// Whether it changes nothing. Those that do bind their conditions to the change.
    fn only_reads(self) -> bool {
        matches!(self, Method::Options | Method::Get | Method::Head | Method::Propfind | Method::Report)
    }
}

/// Says that `return=minimal` was followed (RFC 7240 section 3).
fn preference_applied(mut response: Response, preferences: headers::Preferences) -> Response {
    if preferences.minimal {
        response.headers_mut().insert(PREFERENCE_APPLIED, HeaderValue::from_static("return=minimal"));
    }
    response
}

/// An authenticated request without its body.
#[derive(Clone)]
struct Call {
    kalends: Kalends,
    who: Principal,
    caller: Caller,
    method: Method,
    /// What the client names,
    resource: Resource,
    /// and what that leads to.
    target: Target,
    /// The tree that the client names homes in.
    tree: Tree,
    /// The path as the client wrote it, which need not be the resource's own, for answers that repeat it.
    href: String,
    headers: HeaderMap,
}

impl Call {
    /// The refusal that a use case's error stands for here.
    fn failure(&self, error: Error) -> Failure {
        let collection = match &self.resource {
            Resource::Object { owner, calendar, .. } => self.tree.calendar_href(owner, calendar),
            _ => self.href.clone(),
        };
        Failure::of(error, &self.href, &collection)
    }

    /// Whether the request names something in the home of whoever sends it.
    fn is_in_own_home(&self) -> bool {
        match &self.resource {
            Resource::Calendar { owner, .. } | Resource::Object { owner, .. } => *owner == self.who.slug,
            _ => false,
        }
    }

    /// What `address` leads to, an address that the request names beside its own.
    async fn target_at(&self, address: &Address) -> Result<Target, Failure> {
        Ok(Target::resolve(&self.kalends, &self.who, self.caller, address, Reads::Head).await?)
    }
}

async fn handle(State(kalends): State<Kalends>, request: Request) -> Response {
    let mut response = answer(kalends, request).await.unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    headers.insert("dav", HeaderValue::from_static(options::DAV));
    // What is in the answers belongs to one person.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn answer(kalends: Kalends, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let at_server_root = path == "/";
    let address = if at_server_root {
        Address { resource: Resource::Root, tree: Tree::default() }
    } else {
        Address::parse(path).map_err(|error| Failure::bad_request(error.to_string()))?
    };
    let method = Method::of(&parts.method);
    // What a server can do is no secret, and some clients ask before they have credentials.
    if method == Some(Method::Options) {
        return Ok(options::answer(&address.resource));
    }
    let mut headers = parts.headers;
    headers::add_host(&mut headers, &parts.uri);
    let (who, caller) = authenticate_client(&kalends, &headers, &parts.extensions).await?;
    let method = method
        .filter(|method| method.suits(&address.resource))
        .ok_or_else(|| options::not_allowed(&address.resource))?;
    let reads = if matches!(method, Method::Get | Method::Head) { Reads::Text } else { Reads::Head };
    let target = Box::pin(Target::resolve(&kalends, &who, caller, &address, reads)).await?;
    let href = if at_server_root { "/".to_owned() } else { address.href() };
    let Address { resource, tree } = address;
    dispatch(Call { kalends, who, caller, method, resource, target, tree, href, headers }, body).await
}

async fn dispatch(call: Call, body: Body) -> Result<Response, Failure> {
    if call.method.only_reads() {
        conditions::check_if(&call).await?;
    }
    // Behind a pointer each: a future as large as the largest of them would be moved with every request.
    let answer: Pin<Box<dyn Future<Output = Result<Response, Failure>> + Send>> = match call.method {
        Method::Options => return Ok(options::answer(&call.resource)),
        Method::Get | Method::Head => Box::pin(get::answer(call)),
        Method::Put => Box::pin(put::answer(call, body)),
        Method::Post => Box::pin(post::answer(call, body)),
        Method::Delete => Box::pin(delete::answer(call)),
        Method::Copy | Method::Move => Box::pin(transfer::answer(call)),
        Method::Propfind => Box::pin(propfind::answer(call, body)),
        Method::Proppatch => Box::pin(proppatch::answer(call, body)),
        Method::Mkcol | Method::Mkcalendar => Box::pin(make::answer(call, body)),
        Method::Report => Box::pin(report::answer(call, body)),
        Method::Acl => Box::pin(acl::answer(call, body)),
    };
    answer.await
}
