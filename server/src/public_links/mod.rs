//! What everybody sees who has the address of a public link, without cookies: a page, a feed, what is embedded in other sites, a wall
//! display, and the stream by which they follow what changes.
//!
//! Here is also the page on which people answer invitations by mail who have no account (`answers`), as it is for whoever has its address.
//!
//! An address that was never given out, is revoked or has ended gets one answer everywhere, after one look into the database.

mod answers;
mod feed;
mod files;
mod headers;
mod origins;
mod pages;
mod preview;

pub use origins::EmbedOrigins;
pub use preview::preview;

use crate::event_stream::{self, Feeding, Full, Holder, Places, Source};
use crate::web::failed;
use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use files::StaticFiles;
use kalends_app::public_pages::{not_found, too_many};
use kalends_app::session::{ClientAddress, Site};
use kalends_app::words;
use kalends_domain::links::{LinkGuesses, OpenLink, network_that_counts};
use kalends_domain::{Error, Kalends};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

/// How many pages are rendered at once, as those of people are.
const MAX_RENDERING: usize = 4;

/// What the surfaces of public links need.
pub struct PublicLinks {
    pub kalends: Kalends,
    pub site: Site,
    pub origins: EmbedOrigins,
    /// The folder that the front-end build wrote.
    pub dist: PathBuf,
    pub closing: CancellationToken,
    pub places: Arc<Places>,
}

#[derive(Clone)]
struct Public(Arc<Shared>);

struct Shared {
    links: PublicLinks,
    guesses: LinkGuesses,
    files: StaticFiles,
    rendering: Semaphore,
}

pub fn router(links: PublicLinks) -> Router {
    let files = StaticFiles::new(&links.dist);
    let (style, script) = (files.paths.style.clone(), files.paths.script.clone());
    let frames = links.origins.policy();
    let rendering = Semaphore::new(MAX_RENDERING);
    let public = Public(Arc::new(Shared { links, guesses: LinkGuesses::default(), files, rendering }));
    let own = Router::new()
        .route("/public/{token}", get(pages::page))
        .route("/wall/{token}", get(pages::wall))
        .route("/answer/{token}", get(answers::page).post(answers::answer))
        .layer(map_response(headers::page));
    let framed = Router::new()
        .route("/embed/{token}", get(pages::embed))
        .layer(map_response(move |response| headers::framed(response, frames.clone())));
    let open = Router::new()
        .route("/feeds/{file}", get(feed::feed))
        .route("/public/{token}/stream", get(stream))
        .route("/embed.js", get(files::embed_script))
        .route(&style, get(files::style))
        .route(&script, get(files::script))
        .layer(map_response(headers::open));
    own.merge(framed).merge(open).layer(map_response(headers::all)).layer(CompressionLayer::new()).with_state(public)
}

/// The query of an address; what is no query says nothing.
type Asked = Result<Query<Vec<(String, String)>>, axum::extract::rejection::QueryRejection>;

fn pairs(asked: Asked) -> Vec<(String, String)> {
    asked.map(|Query(pairs)| pairs).unwrap_or_default()
}

impl Public {
    fn kalends(&self) -> &Kalends {
        &self.0.links.kalends
    }

    /// # Errors
    /// The answer where there is nothing at this address.
    async fn open(&self, token: &str, from: Option<IpAddr>, counts: bool) -> Result<OpenLink, Response> {
        let files = &self.0.files.paths;
        if let Err(Error::TooManyTries { seconds }) = self.0.guesses.check(from) {
            let seconds = u64::try_from(seconds).unwrap_or_default();
            let mut response = (StatusCode::TOO_MANY_REQUESTS, Html(too_many(files, seconds))).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            return Err(response);
        }
        let found = match counts {
            true => self.kalends().open_link(token).await,
            false => self.kalends().find_link(token).await,
        };
        found.map_err(|error| match error {
            Error::NotFound(_) => {
                self.0.guesses.add(from);
                (StatusCode::NOT_FOUND, Html(not_found(files))).into_response()
            }
            error => failed::answer_error(&error, "opening a public link"),
        })
    }
}

fn address(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ClientAddress>().and_then(|address| address.0)
}

fn accepted(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

/// Does `work` in the language that the address asks for, else the browser.
async fn in_language<F: Future>(query: &[(String, String)], headers: &HeaderMap, work: F) -> F::Output {
    let lang = query.iter().find(|(name, _)| name == "lang").map(|(_, value)| value.as_str());
    words::speak(words::choose(lang, accepted(headers)), work).await
}

/// `GET /public/{token}/stream`: `change` when what the link shows has changed, `gone` when it leads nowhere any more.
async fn stream(State(public): State<Public>, Path(token): Path<String>, request: Request) -> Response {
    let from = address(&request);
    let revocations = public.kalends().revocations();
    let open = match public.open(&token, from, false).await {
        Ok(open) => open,
        Err(response) => return response,
    };
    let network = network_that_counts(from).map(Holder::Network);
    let holders = [Holder::Link(open.link.id)].into_iter().chain(network).collect();
    let place = match public.0.links.places.take(holders) {
        Ok(place) => place,
        Err(full) => {
            let status = match full {
                Full::OfHolder => StatusCode::TOO_MANY_REQUESTS,
                Full::OfAll => StatusCode::SERVICE_UNAVAILABLE,
            };
            return (status, [(header::RETRY_AFTER, "60")]).into_response();
        }
    };
    let told = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    let told = told.filter(|cursor| !cursor.is_empty()).map(str::to_owned);
    match open.follow(told).await {
        Ok(follower) => event_stream::answer(Feeding {
            kalends: public.kalends().clone(),
            source: Source::Link(Box::new(follower)),
            closing: public.0.links.closing.clone(),
            revocations,
            place,
        }),
        // It went between the two looks.
        Err(Error::NotFound(_)) => (StatusCode::NOT_FOUND, Html(not_found(&public.0.files.paths))).into_response(),
        Err(error) => failed::answer_error(&error, "following a public link"),
    }
}
