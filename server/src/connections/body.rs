//! Bodies under watch: how slowly a request's comes, and when an answer has to have ended.

use super::ConnectionLimits;
use super::exchange::{Exchange, Phase};
use super::stream::allowance;
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use http_body::{Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// Says whether a body came too slowly.
#[derive(Clone, Default)]
pub struct Slow(Arc<AtomicBool>);

impl Slow {
    pub fn happened(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A request's body that fails when the client keeps the server waiting for too long.
pub struct RequestBody {
    inner: Body,
    limits: ConnectionLimits,
    octets: u64,
    /// How long the client has kept the server waiting in all.
    waited: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    slow: Slow,
}

impl RequestBody {
    /// `inner` under watch, unless it is empty anyway.
    pub fn watch(inner: Body, limits: ConnectionLimits) -> (Body, Slow) {
        let slow = Slow::default();
        if inner.is_end_stream() {
            return (inner, slow);
        }
        let body = RequestBody { inner, limits, octets: 0, waited: Duration::ZERO, waiting: None, slow: slow.clone() };
        (Body::new(body), slow)
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_frame(context) {
            Poll::Ready(frame) => {
                if let Some((since, _)) = this.waiting.take() {
                    this.waited += since.elapsed();
                }
                if let Some(Ok(frame)) = &frame {
                    this.octets += frame.data_ref().map_or(0, |data| data.len() as u64);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                let left = allowance(&this.limits, this.octets).saturating_sub(this.waited);
                let (_, ends) = this.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
                ready!(ends.as_mut().poll(context));
                this.slow.0.store(true, Ordering::Release);
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the body comes too slowly").into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// An answer's body, which tells the connection when it has ended and breaks off at its deadline.
pub struct AnswerBody {
    inner: Body,
    exchange: Arc<Exchange>,
    /// `None` for a stream of events, which is to last.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl AnswerBody {
    pub fn new(inner: Body, headers: &HeaderMap, exchange: Arc<Exchange>, deadline: Instant) -> Self {
        let lasts =
            headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        // Most answers are whole already.
        let needs_deadline = !lasts && inner.size_hint().exact().is_none();
        let deadline = needs_deadline.then(|| Box::pin(tokio::time::sleep_until(deadline)));
        AnswerBody { inner, exchange, deadline }
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if let Some(deadline) = &mut this.deadline {
            ready!(deadline.as_mut().poll(context));
            return Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the answer takes too long").into())));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.exchange.enter(Phase::Waiting);
    }
}
