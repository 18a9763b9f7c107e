//! The interface for programs, `/api/v1.0/`: JSON and streams of events, for whoever is signed in or has an app password or a token.

mod about;
mod accounts;
mod bin;
mod calendars;
mod conflicts;
mod cors;
mod credentials;
mod delegates;
mod deletions;
mod dry_runs;
mod events;
mod free_busy;
mod groups;
mod history;
mod input;
mod instances;
mod invitations;
mod jobs;
mod links;
mod mail_accounts;
mod mail_attachments;
mod mail_drafts;
mod mail_identities;
mod mail_invitations;
mod mail_makings;
mod mail_messages;
mod mail_people;
mod meeting_times;
mod objects;
mod openapi;
mod output;
mod page;
mod pictures;
mod problem;
mod reminders;
mod runs;
mod shares;
mod stream;
mod subscriptions;
mod sync;
mod sync_settings;
mod throttle;
mod times;
mod transfer;
mod users;

use crate::credentials::Credential;
use crate::event_stream::Places;
use crate::web::session;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state, map_request, map_response};
use axum::response::Response;
use axum::routing::any;
pub use cors::CorsOrigins;
use kalends_app::session::Site;
use kalends_domain::access::{Caller, PrincipalId};
use kalends_domain::accounts::MAX_PICTURE_OCTETS;
use kalends_domain::sharing::PartyKind;
use kalends_domain::{Error, Kalends, Limits, Missing};
use problem::Problem;
use std::sync::Arc;
use throttle::SearchThrottle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the handlers share.
#[derive(Clone)]
struct Rest {
    kalends: Kalends,
    site: Site,
    /// Cancelled when the server stops: streams end then.
    closing: CancellationToken,
    places: Arc<Places>,
    searches: Arc<SearchThrottle>,
}

/// What the interface needs beside the use cases.
pub struct RestOptions {
    /// What browsers may send changes from.
    pub site: Site,
    /// Whose pages may ask as well.
    pub cors_origins: CorsOrigins,
    /// When it is cancelled streams end.
    pub closing: CancellationToken,
    /// What streams take.
    pub places: Arc<Places>,
}

/// Everything under `/api/v1.0/` but CalDAV.
pub fn router(kalends: Kalends, options: RestOptions) -> Router {
    let RestOptions { site, cors_origins, closing, places } = options;
    let (router, description) = routes_with(kalends.limits()).split_for_parts();
    openapi::finish(description);
    let searches = Arc::default();
    let mut router = router
        .route("/api/v1.0", any(nothing))
        .route("/api/v1.0/", any(nothing))
        .route("/api/v1.0/{*rest}", any(nothing))
        .layer(from_fn_with_state(site.clone(), session::same_site))
        .layer(from_fn_with_state(cors_origins.clone(), cors::without_cookie))
        .with_state(Rest { kalends, site, closing, places, searches })
        .layer(CatchPanicLayer::custom(problem::answer_panic))
        .layer(from_fn(problem::shape));
    if cors_origins != CorsOrigins::default() {
        router = router.layer(cors_origins.layer());
    }
    router.layer(map_response(private)).layer(map_request(crate::unread_body::drain_unread_body))
}

/// What no route is for is the same for everybody.
async fn nothing() -> Problem {
    Error::NotFound(Missing::Address).into()
}

/// The routes, each with its description.
fn routes_with(limits: &Limits) -> OpenApiRouter<Rest> {
    // Files come whole, and are refused by what reads them.
    let files = OpenApiRouter::new()
        .routes(routes!(objects::get, objects::put, objects::delete))
        .routes(routes!(objects::origin))
        .routes(routes!(transfer::import))
        .routes(routes!(subscriptions::create_of_file))
        .routes(routes!(subscriptions::bring_file))
        .routes(routes!(pictures::get_own, pictures::put, pictures::delete))
        .layer(DefaultBodyLimit::max(limits.import_octets.max(limits.text.object_octets).max(MAX_PICTURE_OCTETS)));
    let router = OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(about::config))
        .routes(routes!(about::problems))
        .routes(routes!(about::description))
        .routes(routes!(page::page))
        .routes(routes!(page::style))
        .routes(routes!(stream::stream))
        .routes(routes!(calendars::list, calendars::create))
        .routes(routes!(calendars::order))
        .routes(routes!(calendars::get, calendars::patch, calendars::delete))
        .routes(routes!(instances::of_calendars))
        .routes(routes!(instances::of_calendar, events::create))
        .routes(routes!(events::get, events::patch, events::delete))
        .routes(routes!(invitations::get))
        .routes(routes!(invitations::answer))
        .routes(routes!(invitations::put_attendees))
        .routes(routes!(invitations::propose))
        .routes(routes!(invitations::decide))
        .routes(routes!(invitations::refresh))
        .routes(routes!(objects::list))
        .routes(routes!(transfer::export))
        .routes(routes!(transfer::free_busy))
        .routes(routes!(free_busy::of_several))
        .routes(routes!(meeting_times::suggest))
        .routes(routes!(meeting_times::addresses))
        .routes(routes!(meeting_times::put_address, meeting_times::delete_address))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::get));
    router
        .merge(of_history())
        .merge(of_sharing())
        .merge(of_accounts())
        .merge(of_mail())
        .layer(DefaultBodyLimit::max(input::MAX_BODY))
        .merge(files)
}

fn of_history() -> OpenApiRouter<Rest> {
    OpenApiRouter::new()
        .routes(routes!(history::changes))
        .routes(routes!(history::as_of))
        .routes(routes!(history::versions))
        .routes(routes!(history::version))
        .routes(routes!(history::restore))
        .routes(routes!(bin::list))
        .routes(routes!(bin::purge_calendar))
        .routes(routes!(bin::restore_calendar))
        .routes(routes!(bin::purge_object))
        .routes(routes!(bin::restore_object))
}

fn of_sharing() -> OpenApiRouter<Rest> {
    OpenApiRouter::new()
        .routes(routes!(shares::list))
        .routes(routes!(shares::get, shares::put, shares::delete))
        .routes(routes!(shares::answer))
        .routes(routes!(shares::offers))
        .routes(routes!(shares::parties))
        .routes(routes!(delegates::list))
        .routes(routes!(delegates::put, delegates::delete))
        .routes(routes!(delegates::stop))
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(groups::list_missions, groups::create_mission))
        .routes(routes!(groups::get, groups::put, groups::delete))
        .routes(routes!(groups::put_member, groups::delete_member))
        .routes(routes!(groups::create_calendar))
        .routes(routes!(links::list_of_calendar, links::create))
        .routes(routes!(links::list))
        .routes(routes!(links::get, links::put, links::delete))
        .routes(routes!(links::rotate))
}

fn of_accounts() -> OpenApiRouter<Rest> {
    OpenApiRouter::new()
        .routes(routes!(users::me, users::change_me))
        .routes(routes!(users::search))
        .routes(routes!(pictures::get))
        .routes(routes!(credentials::app_passwords, credentials::create_app_password))
        .routes(routes!(credentials::revoke_app_password))
        .routes(routes!(credentials::tokens, credentials::create_token))
        .routes(routes!(credentials::revoke_token))
        .routes(routes!(credentials::sessions))
        .routes(routes!(credentials::end_session))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::services))
        .routes(routes!(accounts::get, accounts::patch, accounts::delete))
        .routes(routes!(accounts::removal))
        .routes(routes!(accounts::test))
        .routes(routes!(accounts::set_password))
        .routes(routes!(reminders::list))
        .routes(routes!(reminders::settings, reminders::put_settings))
        .routes(routes!(reminders::test))
        .routes(routes!(reminders::snooze))
        .routes(routes!(reminders::dismiss))
        .routes(routes!(reminders::subscriptions, reminders::subscribe))
        .routes(routes!(reminders::unsubscribe))
        .routes(routes!(sync::list, sync::create, sync::run_all, sync::delete_several))
        .routes(routes!(sync::get, sync::tie, sync::run, sync::patch, sync::delete))
        .routes(routes!(deletions::list, deletions::answer))
        .routes(routes!(conflicts::list))
        .routes(routes!(conflicts::decide))
        .routes(routes!(dry_runs::next, dry_runs::of_tying))
        .routes(routes!(dry_runs::of_new))
        .routes(routes!(sync::pause))
        .routes(routes!(sync::resume))
        .routes(routes!(runs::runs))
        .routes(routes!(runs::receipt))
        .routes(routes!(runs::take_back))
        .routes(routes!(subscriptions::list, subscriptions::create))
        .routes(routes!(subscriptions::delete))
}

fn of_mail() -> OpenApiRouter<Rest> {
    OpenApiRouter::new()
        .routes(routes!(mail_accounts::list, mail_accounts::create))
        .routes(routes!(mail_accounts::get, mail_accounts::patch, mail_accounts::delete))
        .routes(routes!(mail_accounts::look))
        .routes(routes!(mail_accounts::test))
        .routes(routes!(mail_accounts::set_password))
        .routes(routes!(mail_accounts::folders))
        .routes(routes!(mail_messages::list))
        .routes(routes!(mail_messages::get))
        .routes(routes!(mail_messages::thread))
        .routes(routes!(mail_messages::source))
        .routes(routes!(mail_messages::part))
        .routes(routes!(mail_invitations::get, mail_invitations::act))
        .routes(routes!(mail_invitations::conflicts))
        .routes(routes!(mail_people::people))
        .routes(routes!(mail_people::picture_senders))
        .routes(routes!(mail_people::show_pictures, mail_people::hide_pictures))
        .routes(routes!(mail_people::pending))
        .routes(routes!(mail_makings::times))
        .routes(routes!(mail_makings::event))
        .routes(routes!(mail_makings::task))
        .routes(routes!(mail_messages::change))
        .routes(routes!(mail_messages::undo))
        .routes(routes!(mail_drafts::list, mail_drafts::create))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(mail_drafts::get, mail_drafts::put, mail_drafts::delete))
                .layer(DefaultBodyLimit::max(mail_drafts::MAX_DRAFT)),
        )
        .merge(
            OpenApiRouter::new()
                .routes(routes!(mail_attachments::list, mail_attachments::create))
                .layer(DefaultBodyLimit::max(mail_attachments::MAX)),
        )
        .routes(routes!(mail_attachments::get, mail_attachments::delete))
        .routes(routes!(mail_identities::list, mail_identities::create))
        .routes(routes!(mail_identities::patch, mail_identities::delete))
        .routes(routes!(mail_drafts::send))
        .routes(routes!(mail_drafts::unsend))
        .routes(routes!(mail_drafts::edit))
        .routes(routes!(mail_drafts::restore_draft))
}

/// Answers belong to one person.
async fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    // What has an entity tag says itself how it may be kept.
    if !headers.contains_key(header::ETAG) || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Who asks, with what they said it by.
struct Known {
    caller: Caller,
    credential: Credential,
    /// What was revoked after the credential was looked at shows here.
    revocations: watch::Receiver<u64>,
}

impl FromRequestParts<Rest> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, rest: &Rest) -> Result<Self, Problem> {
        let credential = Credential::of(&parts.headers, &parts.extensions).ok_or(Error::BadCredentials)?;
        let revocations = rest.kalends.revocations();
        let caller = credential.caller(&rest.kalends).await?;
        Ok(Known { caller, credential, revocations })
    }
}

/// The team of this name that the caller belongs to.
async fn team_id(rest: &Rest, caller: Caller, name: &str) -> Result<PrincipalId, Problem> {
    let party = rest.kalends.party(caller, name).await.map_err(|_| Error::NotFound(Missing::Group))?;
    match party.kind {
        PartyKind::Group | PartyKind::Mission => Ok(party.id),
        PartyKind::Person | PartyKind::Everyone => Err(Error::NotFound(Missing::Group).into()),
    }
}
