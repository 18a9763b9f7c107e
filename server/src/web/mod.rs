//! The agenda's pages, server functions and static files.

pub mod assets;
mod connect;
pub mod failed;
mod find_time;
mod forms;
mod history;
mod invitation;
mod leading;
mod live_reload;
mod mail;
mod moving;
mod people;
pub(crate) mod profile;
mod refusals;
mod reminders;
mod remote_accounts;
mod remote_sign_in;
pub mod session;
mod sharing;
mod sign_in;
mod sign_out;
mod subscriptions;
mod transfer;

use crate::client_address::TrustedProxies;
use crate::oidc::{self, Providers};
use crate::public_links::EmbedOrigins;
use crate::rest::CorsOrigins;
use crate::trusted_header::TrustedHeader;
use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_request, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kalends_app::session::{ClientAddress, CurrentUser, SessionSecret, SignInWays, Site};
use kalends_app::words::{self, Spoken};
use kalends_app::{App, Assets, shell};
use kalends_domain::Kalends;
use leptos::prelude::{LeptosOptions, provide_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use session::UnknownToProxy;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;

pub use remote_sign_in::RemoteSignIns;

/// What the pages need.
#[derive(Clone)]
pub struct Web {
    pub kalends: Kalends,
    pub site: Site,
    /// Whose word about where a request comes from is taken.
    pub trusted_proxies: TrustedProxies,
    /// How such a proxy says who asks.
    pub trusted_header: TrustedHeader,
    /// With which people can sign in.
    pub providers: Providers,
    /// Where people connect their calendars by signing in.
    pub remote_sign_ins: RemoteSignIns,
    /// Whose pages may use the interface for programs.
    pub cors_origins: CorsOrigins,
    pub assets: Assets,
    /// The folder that the front-end build wrote.
    pub dist: PathBuf,
    /// Cancelled when the server stops: streams of events end then.
    pub closing: CancellationToken,
    /// Most streams of changes at once.
    pub max_streams: usize,
    /// Which sites may have what public links show in frames.
    pub embed_origins: EmbedOrigins,
}

#[derive(Clone, FromRef)]
struct WebState {
    options: LeptosOptions,
    web: Web,
    /// The right to render a page.
    rendering: Arc<Semaphore>,
}

/// How many pages are rendered at once. A page of thousands of events takes megabytes until it is sent, and more at once than there
/// are processors makes none of them faster.
const MAX_RENDERING: usize = 4;

/// The pages' paths. Generated once, before the first router: while Leptos does it, no resource of any page in the process loads, and one
/// that tried never does (leptos-rs/leptos#4773).
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// The paths of all pages that Leptos renders, as the router writes them: `/event/{calendar}/{name}`.
pub fn page_paths() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().map(AxumRouteListing::path)
}

/// Pages, server functions under `/fn/`, and the front-end's files.
pub fn router(web: Web) -> Router {
    let options = LeptosOptions::builder().output_name("kalends").build();
    let state = WebState { options, web, rendering: Arc::new(Semaphore::new(MAX_RENDERING)) };
    let pages = Router::new()
        .leptos_routes_with_handler(ROUTES.clone(), get(page))
        .route("/fn/{*function}", get(server_function).post(server_function))
        .route("/event/new", post(forms::event))
        .route("/undo", post(forms::undo))
        .route("/event/{calendar}/{name}", post(forms::event))
        .route("/event/{calendar}/{name}/history", post(history::restore_version))
        .route("/event/{calendar}/{name}/invitation", post(invitation::wish))
        .route("/find-a-time", post(find_time::publish))
        .route("/calendars/new", post(forms::calendar))
        .route("/calendars/visible", post(forms::visible_calendars))
        .route("/calendars/{id}", post(forms::calendar))
        .route("/bin", post(forms::bin))
        .route("/reminders", post(reminders::wish))
        .route("/import/from", post(moving::move_in))
        .route("/admin/jobs", post(forms::jobs))
        .route("/admin/people", post(people::wish))
        .route("/admin/people/{id}", post(people::wish))
        .route("/admin/people/{id}/export.zip", get(people::export_of))
        .route("/settings/embed/{link}", get(sharing::embed_preview))
        .route("/settings/export.zip", get(people::own_export))
        .route("/calendars/{id}/sharing", post(sharing::calendar_shares))
        .route("/shared", post(sharing::shared))
        .route("/settings/delegates", post(sharing::delegates))
        .route("/settings/subscriptions", post(subscriptions::subscriptions))
        .route("/settings/accounts/new/{service}", post(remote_accounts::add))
        .route("/settings/accounts/{id}", post(remote_accounts::wish))
        .route("/settings/accounts/{id}/calendars", post(remote_accounts::choose))
        .route("/calendars/{id}/sync", post(remote_accounts::sync))
        .route("/groups", post(sharing::new_team))
        .route("/groups/{slug}", post(sharing::team))
        .route("/calendars/{id}/as-of", post(history::bring_back))
        .route("/sign-in/with/{provider}", get(sign_in::begin))
        .route(&format!("{}{{provider}}", oidc::CALLBACK), get(sign_in::callback))
        .route("/sign-in/signed-out/{provider}", get(sign_out::signed_out))
        .route("/sign-in/ended/{provider}", post(sign_out::ended))
        .route("/sign-out", post(sign_out::sign_out))
        .route("/settings/identities", post(sign_in::identities))
        .route("/settings/connect", post(connect::connect))
        .route("/login/v2/flow/{token}", post(connect::login_flow))
        .merge(remote_sign_in::router())
        .merge(profile::router())
        .merge(reminders::router())
        .merge(mail::router())
        .merge(transfer::router(state.web.kalends.limits().import_octets))
        .merge(subscriptions::router(state.web.kalends.limits().import_octets))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(state.web.site.clone(), session::same_site))
        .layer(from_fn_with_state(state.web.kalends.clone(), session::attach))
        .layer(map_response(no_store))
        .layer(map_request(crate::unread_body::drain_unread_body));
    let files = ServeDir::new(&state.web.dist)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .fallback(
            get(page).layer(from_fn_with_state(state.web.kalends.clone(), session::attach)).with_state(state.clone()),
        );
    let tables = Router::new()
        .route(&format!("{}{{name}}", words::FOLDER), get(table))
        .layer(CompressionLayer::new().quality(CompressionLevel::Best));
    let files = Router::new().fallback_service(files).merge(tables).layer(from_fn(cache_headers));
    let mut router = pages.with_state(state.clone()).fallback_service(files);
    if state.web.assets.live_reload {
        router = router.merge(live_reload::router(state.web.closing.clone()));
    }
    router.layer(map_response(security_headers))
}

/// Renders a page whole: its events are in the HTML, before any script runs.
async fn page(State(state): State<WebState>, request: Request) -> Response {
    render(&state, request, || ()).await
}

/// Renders the page of the request's path; `more` provides contexts of its own, such as what an import came to.
async fn render(state: &WebState, request: Request, more: impl Fn() + Clone + Send + Sync + 'static) -> Response {
    let shared = contexts(&state.web, &request);
    let context = move || {
        shared();
        more();
    };
    let assets = state.web.assets.clone();
    let _turn = state.rendering.acquire().await;
    leptos_axum::render_app_async_with_context(context, move || shell(&assets))(request).await.into_response()
}

async fn server_function(State(state): State<WebState>, request: Request) -> Response {
    let context = contexts(&state.web, &request);
    refusals::answer(leptos_axum::handle_server_fns_with_context(context, request).await.into_response()).await
}

/// The table of a language. Its name says what is in it, so that another version is another file.
async fn table(uri: Uri) -> Response {
    match words::languages().iter().find(|language| language.path() == uri.path()) {
        Some(language) => language.text().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The Leptos contexts that pages and server functions rely on; see `kalends_app::session`.
fn contexts(web: &Web, request: &Request) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let user = request.extensions().get::<CurrentUser>().cloned().unwrap_or(CurrentUser(None));
    let secret = request.extensions().get::<SessionSecret>().cloned().unwrap_or(SessionSecret(None));
    let spoken = request.extensions().get::<Spoken>().copied().unwrap_or_else(|| Spoken(words::current()));
    let address = request.extensions().get::<ClientAddress>().copied().unwrap_or(ClientAddress(None));
    let (kalends, site) = (web.kalends.clone(), web.site.clone());
    let ways = SignInWays {
        providers: web.providers.links(),
        passwords: kalends.limits().password_sign_in,
        unknown_to_proxy: request.extensions().get::<UnknownToProxy>().map(|name| name.0.clone()),
    };
    move || {
        provide_context(ways.clone());
        provide_context(spoken);
        provide_context(kalends.clone());
        provide_context(site.clone());
        provide_context(user.clone());
        provide_context(secret.clone());
        provide_context(address);
    }
}

/// Pages and answers of server functions belong to one person.
async fn no_store(mut response: Response) -> Response {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Files with a hash in their names never change; those of `public/` have none and are asked for again after an hour.
async fn cache_headers(request: Request, next: Next) -> Response {
    let hashed = !request.uri().path().starts_with("/public/");
    let mut response = next.run(request).await;
    if response.status() == StatusCode::OK && !response.headers().contains_key(header::CACHE_CONTROL) {
        let is_page =
            response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
        let value = match (is_page, hashed) {
            (true, _) => "no-store",
            (false, true) => "public, max-age=31536000, immutable",
            (false, false) => "public, max-age=3600",
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}

/// What browsers are told not to do with any answer. Pages say more themselves: `kalends_app::shell`.
async fn security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in GUARDS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

const GUARDS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
