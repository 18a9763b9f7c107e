//! The description of the interface (OpenAPI 3.1), made of the handlers that answer.

use super::problem::ProblemBody;
use std::sync::OnceLock;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, HttpMethod, OpenApi, PathItem, Ref, RefOr, ResponseBuilder, SecurityRequirement,
};
use utoipa::{Modify, OpenApi as _};

/// Set once, by the first router: the description is the same for all.
static TEXT: OnceLock<String> = OnceLock::new();

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Kalends",
        version = "1.0",
        description = "Calendars, events, sharing and history for programs. Times are typed; refusals are problems (RFC 9457).",
        license(name = "AGPL-3.0-or-later")
    ),
    components(schemas(ProblemBody)),
    modifiers(&Schemes),
    tags(
        (name = "about", description = "What a client must know"),
        (name = "calendars", description = "One's calendars"),
        (name = "events", description = "What happens when"),
        (name = "objects", description = "The text of events, to-dos and journals"),
        (name = "transfer", description = "Whole calendars as files"),
        (name = "history", description = "What happened in calendars, and the way back"),
        (name = "bin", description = "What was deleted"),
        (name = "sharing", description = "Who else has access"),
        (name = "users", description = "Oneself, and people whom one may know"),
        (name = "accounts", description = "Accounts at services elsewhere, and calendars that stay in step with theirs"),
        (name = "mail", description = "Mail accounts elsewhere, and the mail in them"),
        (name = "credentials", description = "What signs in to one's account"),
        (name = "reminders", description = "What events and tasks remind one of"),
        (name = "stream", description = "What changes, as it happens")
    )
)]
struct Description;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, description: &mut OpenApi) {
        let components = description.components.get_or_insert_default();
        let http = |scheme| SecurityScheme::Http(HttpBuilder::new().scheme(scheme).build());
        components.add_security_scheme("app_password", http(HttpAuthScheme::Basic));
        components.add_security_scheme("token", http(HttpAuthScheme::Bearer));
        let cookie = ApiKeyValue::new(kalends_app::session::SESSION_COOKIE);
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let requirement = |name: &str| SecurityRequirement::new::<&str, [&str; 0], &str>(name, []);
        description.security = Some(["app_password", "token", "session"].map(requirement).to_vec());
    }
}

/// Where the description begins; routes add themselves.
pub fn base() -> OpenApi {
    Description::openapi()
}

/// Names what every operation may refuse, and keeps the text.
pub fn finish(mut description: OpenApi) {
    TEXT.get_or_init(|| {
        for item in description.paths.paths.values_mut() {
            for (method, operation) in operations(item) {
                refusals(&method, operation);
            }
        }
        let components = description.components.get_or_insert_default();
        for (status, meaning) in REFUSALS {
            let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
            let response = ResponseBuilder::new().description(meaning).content("application/problem+json", content);
            components.responses.insert(name(status), RefOr::T(response.build()));
        }
        description.to_json().unwrap_or_default()
    });
}

fn name(status: u16) -> String {
    format!("Refusal{status}")
}

/// The description as JSON; the empty text before there is a router.
pub fn text() -> &'static str {
    TEXT.get().map_or("", String::as_str)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [
        (HttpMethod::Get, get),
        (HttpMethod::Put, put),
        (HttpMethod::Post, post),
        (HttpMethod::Delete, delete),
        (HttpMethod::Patch, patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// What refusals mean.
const REFUSALS: [(u16, &str); 14] = [
    (400, "The request cannot be read; `field` names what is wrong."),
    (401, "Nobody is signed in, or the app password or token is none."),
    (403, "The credential or the access is not for that."),
    (404, "There is no such thing, or one may not see it."),
    (409, "Something is in the way."),
    (412, "What is there is not what the request saw."),
    (413, "The body is too large."),
    (415, "The body is of another media type."),
    (422, "A value is one that cannot be, or would be too much; `field` names it."),
    (428, "The request has to say what it saw."),
    (429, "Too many requests."),
    (500, "The server failed."),
    (503, "The server cannot do it just now."),
    (507, "The account holds as much as it may."),
];

fn refusals(method: &HttpMethod, operation: &mut Operation) {
    let is_nothing = |requirement: &SecurityRequirement| *requirement == SecurityRequirement::default();
    let is_open = operation.security.as_ref().is_some_and(|all| all.iter().all(is_nothing));
    let mut all = vec![500, 503];
    if !is_open {
        all.extend([401, 403, 404, 429]);
    }
    if operation.parameters.is_some() || operation.request_body.is_some() {
        // A window, or the name of an instance, may be of too much.
        all.extend([400, 422]);
    }
    if operation.request_body.is_some() {
        all.extend([413, 415]);
    }
    if !matches!(method, HttpMethod::Get) {
        all.extend([400, 409, 412, 422, 428, 507]);
    }
    for status in all {
        let refusal = || RefOr::Ref(Ref::from_response_name(name(status)));
        operation.responses.responses.entry(status.to_string()).or_insert_with(refusal);
    }
}
