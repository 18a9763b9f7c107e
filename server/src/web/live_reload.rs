//! `serve --live-reload`: pages load themselves again when the server was started anew.

use axum::Router;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures::stream::{self, Stream, StreamExt};
use std::convert::Infallible;
use tokio_util::sync::CancellationToken;

/// A stream that says nothing and ends with the server; the script in the page waits for the next one to begin.
pub fn router(closing: CancellationToken) -> Router {
    Router::new().route(kalends_app::LIVE_RELOAD_PATH, get(move || std::future::ready(stream(closing.clone()))))
}

fn stream(closing: CancellationToken) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream::pending().take_until(closing.cancelled_owned())).keep_alive(KeepAlive::default())
}
