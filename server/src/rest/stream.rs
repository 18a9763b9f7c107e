//! `GET /api/v1.0/stream`: what changes, as server-sent events (WHATWG HTML, section 9.2).
//!
//! Events are `calendar` (`{"calendar":12,"revision":345}`), `list` (`{"revision":7}`), `gone` (`{"calendar":12}`), `reminder` (`{}`: what waits for an answer is another), `ready` once
//! everything from before was told, `beat` (`{}`) every now and then, and `end` before the server ends the stream by itself. The `id` of the others is a cursor: a stream
//! that begins with it as `Last-Event-ID`, or as the parameter `since`, tells what came after. Without one a stream first tells the
//! revision of every calendar.

use super::input::Parameters as Read;
use super::problem::Problem;
use super::{Known, Rest};
use crate::event_stream::{self, Feeding, Full, Holder, Source};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kalends_domain::live::Told;
use serde::Deserialize;
use utoipa::IntoParams;

/// Where a stream goes on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// The `id` of the last event; `Last-Event-ID` says the same.
    since: Option<String>,
}

/// What changes, as it happens: server-sent events.
#[utoipa::path(get, path = "/api/v1.0/stream", tag = "stream",
    params(Parameters, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event.")),
    responses((status = 200, body = String, content_type = "text/event-stream")))]
pub async fn stream(
    State(rest): State<Rest>,
    known: Known,
    Read(parameters): Read<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let told = told(&headers, &parameters)?;
    let place = rest.places.take(vec![Holder::Person(known.caller.principal)]);
    let place = place.map_err(|full| match full {
        Full::OfHolder => Problem::too_many("This account has as many streams open as it may.", 60),
        Full::OfAll => Problem::unavailable("The server has as many streams open as it may.", 60),
    })?;
    let follower = Box::new(rest.kalends.follow(known.caller, told).await?);
    Ok(event_stream::answer(Feeding {
        kalends: rest.kalends,
        source: Source::Person { follower, credential: known.credential },
        closing: rest.closing,
        revocations: known.revocations,
        place,
    }))
}

/// Where the reader goes on.
fn told(headers: &HeaderMap, parameters: &Parameters) -> Result<Told, Problem> {
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let Some(cursor) = header.or(parameters.since.as_deref()).filter(|cursor| !cursor.is_empty()) else {
        return Ok(Told::default());
    };
    cursor
        .parse()
        .map_err(|_| Problem::bad_parameter("since", "It, or Last-Event-ID, is no cursor that this server gave out."))
}
