//! The pages of public links.

use super::{Asked, Public, accepted, address, in_language, pairs};
use crate::web::failed;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::{TimeDelta, Utc};
use kalends_app::agenda::days::Span;
use kalends_app::public_pages::{self, Look, Published, PublishedCalendar, Shape, WALL_DAYS};
use kalends_app::sharing::links::Addresses;
use kalends_app::wire::EventInstance;
use kalends_domain::Error;
use kalends_domain::links::OpenLink;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// `GET /public/{token}`: a month, a week or a list.
pub async fn page(State(public): State<Public>, Path(token): Path<String>, asked: Asked, request: Request) -> Response {
    // Files of the site stand in the same folder; no token has a full stop.
    if token.contains('.') {
        return static_file(&public, request).await;
    }
    let files = public.0.files.paths.clone();
    answer(&public, &token, asked, request, Shape::Month, async |open: OpenLink, look: Look| {
        let events = in_span(&open, &look, look.span()).await?;
        let published = at(&public, &open, &token, events);
        Ok(public_pages::page(published, &look, &files))
    })
    .await
}

/// `GET /wall/{token}`: today and the next days in large type.
pub async fn wall(State(public): State<Public>, Path(token): Path<String>, asked: Asked, request: Request) -> Response {
    let files = public.0.files.paths.clone();
    answer(&public, &token, asked, request, Shape::List, async |open: OpenLink, look: Look| {
        let today = look.today();
        let span = Span { from: today, to: today.checked_add_signed(TimeDelta::days(WALL_DAYS)).unwrap_or(today) };
        let events = in_span(&open, &look, span).await?;
        Ok(public_pages::wall(at(&public, &open, &token, events), &look, &files))
    })
    .await
}

/// `GET /embed/{token}`: the next events, or a month, as a page for a frame; with `part` as what `embed.js` puts into a page.
pub async fn embed(
    State(public): State<Public>,
    Path(token): Path<String>,
    asked: Asked,
    request: Request,
) -> Response {
    let is_part = asked.as_ref().is_ok_and(|query| query.iter().any(|(name, _)| name == "part"));
    let files = public.0.files.paths.clone();
    answer(&public, &token, asked, request, Shape::List, async |open: OpenLink, look: Look| {
        let published = at(&public, &open, &token, events_of(&open, &look).await?);
        Ok(match is_part {
            true => public_pages::fragment(published, &look),
            false => public_pages::embedded(published, &look, &files),
        })
    })
    .await
}

/// Opens the link and answers with what `write` makes of it, in the language that the address asks for.
async fn answer(
    public: &Public,
    token: &str,
    asked: Asked,
    request: Request,
    usual: Shape,
    write: impl AsyncFnOnce(OpenLink, Look) -> Result<String, Error>,
) -> Response {
    let (query, from) = (pairs(asked), address(&request));
    let headers = request.into_parts().0.headers;
    let work = async {
        let open = match public.open(token, from, true).await {
            Ok(open) => open,
            Err(response) => return response,
        };
        let look = Look::read(&query, accepted(&headers), usual, open.zone(), Utc::now());
        let _turn = public.0.rendering.acquire().await;
        match write(open, look).await {
            Ok(html) => Html(html).into_response(),
            Err(error) => failed::answer_error(&error, "showing a public link"),
        }
    };
    in_language(&query, &headers, work).await
}

async fn in_span(open: &OpenLink, look: &Look, span: Span) -> Result<Vec<EventInstance>, Error> {
    let seen = open.agenda(span.from, span.to, look.zone).await?;
    Ok(seen.into_iter().map(EventInstance::from).collect())
}

/// What is embedded: a month, or the next events.
pub(super) async fn events_of(open: &OpenLink, look: &Look) -> Result<Vec<EventInstance>, Error> {
    match look.shape {
        Shape::Month => in_span(open, look, look.span()).await,
        Shape::Week | Shape::List => {
            let next = open.upcoming(Utc::now(), look.zone, look.limit).await?;
            Ok(next.into_iter().map(EventInstance::from).collect())
        }
    }
}

fn at(public: &Public, open: &OpenLink, token: &str, events: Vec<EventInstance>) -> Published {
    let addresses = Addresses::new(&public.0.links.site.public_url, open.link.name.clone(), token);
    published(open, addresses, Some(format!("/public/{token}/stream")), events)
}

pub(super) fn published(
    open: &OpenLink,
    addresses: Addresses,
    stream: Option<String>,
    events: Vec<EventInstance>,
) -> Published {
    let calendars = open.calendars().iter().map(|held| PublishedCalendar {
        id: held.id.0,
        name: held.details.display_name.clone(),
        color: held.details.color.clone(),
    });
    let name = open.link.name.clone();
    Published { calendars: calendars.collect(), events, addresses, stream, name }
}

async fn static_file(public: &Public, request: Request) -> Response {
    let files = ServeDir::new(&public.0.links.dist).precompressed_br().precompressed_gzip();
    let Ok(mut response) = files.oneshot(request).await.map(IntoResponse::into_response);
    if response.status().is_success() {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    }
    response
}
