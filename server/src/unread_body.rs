//! What nobody reads of a request's body.

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_stream::{Stream, StreamExt};

/// How much of a body that nobody reads is read and dropped, and for how long.
const DRAINED_OCTETS: usize = 64 * 1024 * 1024;
const DRAINED_FOR: Duration = Duration::from_secs(20);

/// Has what the answer leaves unread of the body read and dropped in the background: most clients send all of a body before
/// they look for an answer, and find the connection reset when nobody listens.
pub async fn drain_unread_body(request: Request) -> Request {
    // Who asks first sends no body after a refusal.
    if request.headers().contains_key(header::EXPECT) {
        return request;
    }
    request.map(
        |body| {
            if body.is_end_stream() { body } else { Body::from_stream(Drained(Some(body.into_data_stream()))) }
        },
    )
}

struct Drained(Option<BodyDataStream>);

impl Stream for Drained {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(stream) = &mut self.0 else { return Poll::Ready(None) };
        let next = ready!(Pin::new(stream).poll_next(context));
        if !matches!(next, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(next)
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        if let (Some(stream), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(DRAINED_FOR, drain(stream)));
        }
    }
}

async fn drain(mut stream: BodyDataStream) {
    let mut left = DRAINED_OCTETS;
    while let Some(Ok(chunk)) = stream.next().await {
        let Some(rest) = left.checked_sub(chunk.len()) else { return };
        left = rest;
    }
}
