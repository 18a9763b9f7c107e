//! `serve --live-reload`: pages load themselves again when the server was started anew.

use axum::Router;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use std::convert::Infallible;
use tokio_stream::Stream;

/// A stream that says nothing and ends with the server; the script in the page waits for the next one to begin.
pub fn router() -> Router {
    Router::new().route(kalends_app::LIVE_RELOAD_PATH, get(stream))
}

async fn stream() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(tokio_stream::pending()).keep_alive(KeepAlive::default())
}
