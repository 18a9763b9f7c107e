//! A multistatus body that is sent while it is written, so that an answer of any length takes a bounded amount of memory.

use super::XML_TYPE;
use super::error::Failure;
use super::xml::XmlWriter;
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::sync::mpsc;
use tokio_stream::Stream;

/// How many octets are sent at once.
const CHUNK: usize = 32 * 1024;
/// How many chunks may wait for a slow client.
const WAITING: usize = 4;

enum Piece {
    More(Bytes),
    Last(Bytes),
    Failed(Failure),
}

/// DAV:multistatus (RFC 4918 section 13), open for its responses.
pub struct Multistatus {
    pub xml: XmlWriter,
    sender: mpsc::Sender<Piece>,
}

impl Multistatus {
    /// Sends what has come together, if it is enough. To be called after each response.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub async fn pass_on(&mut self) -> Result<(), Failure> {
        if self.xml.length() < CHUNK {
            return Ok(());
        }
        let mut octets = Bytes::from(self.xml.take());
        // However long a response is, no more than a few chunks wait for the client.
        while !octets.is_empty() {
            let piece = Piece::More(octets.split_to(octets.len().min(CHUNK)));
            self.sender.send(piece).await.map_err(|_| Failure::bad_request("The client has gone."))?;
        }
        Ok(())
    }

    /// Writes a response with its propstats.
    pub fn response(&mut self, href: &str, write: impl FnOnce(&mut XmlWriter)) {
        self.xml.open("D:response");
        self.xml.leaf("D:href", href);
        write(&mut self.xml);
        self.xml.close("D:response");
    }

    /// Writes a response that is only a status, such as `HTTP/1.1 404 Not Found`.
    pub fn status(&mut self, href: &str, status: &str) {
        self.response(href, |xml| xml.leaf("D:status", status));
    }

    /// Writes a response that is a status and the element that says why.
    pub fn error(&mut self, href: &str, status: &str, condition: &str) {
        self.response(href, |xml| {
            xml.leaf("D:status", status);
            xml.open("D:error");
            xml.empty(condition);
            xml.close("D:error");
        });
    }
}

/// Answers with the multistatus that `produce` writes. A failure before the first chunk is answered as such; after it, the
/// connection breaks off, and the client sees that the answer is not whole.
pub async fn multistatus<F, Fut>(produce: F) -> Result<Response, Failure>
where
    F: FnOnce(Multistatus) -> Fut,
    Fut: Future<Output = Result<Multistatus, Failure>> + Send + 'static,
{
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let mut xml = XmlWriter::new();
    xml.open_root("D:multistatus");
    let mut production = Box::pin(finish(produce(Multistatus { xml, sender: sender.clone() })));
    // Most answers are short, and are written here; only what goes on gets a task to itself.
    tokio::select! {
        biased;
        Some(first) = receiver.recv() => Ok(go_on(first, receiver, production, sender)),
        last = &mut production => match (receiver.try_recv(), last) {
            // It came to its end before anybody looked at what it had sent.
            (Ok(first), last) => Ok(go_on(first, receiver, std::future::ready(last), sender)),
            (Err(_), Piece::Last(all) | Piece::More(all)) => Ok(answer(Body::from(all))),
            (Err(_), Piece::Failed(failure)) => Err(failure),
        },
    }
}

/// Answers with `first` and all that follows, while `production` goes on to the last piece.
fn go_on(
    first: Piece,
    receiver: mpsc::Receiver<Piece>,
    production: impl Future<Output = Piece> + Send + 'static,
    sender: mpsc::Sender<Piece>,
) -> Response {
    tokio::spawn(async move {
        // When nobody reads any more, nothing is lost.
        let _ = sender.send(production.await).await;
    });
    answer(Body::from_stream(Pieces { first: Some(first), receiver, ended: false }))
}

async fn finish(production: impl Future<Output = Result<Multistatus, Failure>>) -> Piece {
    match production.await {
        Ok(mut out) => {
            out.xml.close("D:multistatus");
            Piece::Last(out.xml.take().into())
        }
        Err(failure) => Piece::Failed(failure),
    }
}

fn answer(body: Body) -> Response {
    (StatusCode::MULTI_STATUS, [(header::CONTENT_TYPE, XML_TYPE)], body).into_response()
}

struct Pieces {
    first: Option<Piece>,
    receiver: mpsc::Receiver<Piece>,
    ended: bool,
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let piece = match self.first.take() {
            Some(first) => Some(first),
            None => ready!(self.receiver.poll_recv(context)),
        };
        self.ended = !matches!(piece, Some(Piece::More(_)));
        Poll::Ready(Some(match piece {
            Some(Piece::More(octets) | Piece::Last(octets)) => Ok(octets),
            // Also when the producing task has died: an answer that ends without its last piece is not whole.
            Some(Piece::Failed(_)) | None => Err(io::Error::other("the answer could not be finished")),
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn produced(count: usize, fails: bool) -> Result<Response, Failure> {
        multistatus(move |mut out| async move {
            for number in 0..count {
                out.status(&format!("/{number}"), "HTTP/1.1 404 Not Found");
                out.pass_on().await?;
            }
            if fails { Err(Failure::not_found()) } else { Ok(out) }
        })
        .await
    }

    #[tokio::test]
    async fn long_and_short_answers_are_whole() {
        for count in [0, 1, 10_000] {
            let body = produced(count, false).await.unwrap().into_body();
            let octets = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let document = crate::caldav::xml::Document::parse(&octets, None).unwrap();
            assert_eq!(document.root.dav_all("response").count(), count);
        }
    }

    #[tokio::test]
    async fn a_failure_is_the_answer_or_breaks_it_off() {
        assert_eq!(produced(1, true).await.unwrap_err().status, StatusCode::NOT_FOUND);
        let body = produced(10_000, true).await.unwrap().into_body();
        assert!(axum::body::to_bytes(body, usize::MAX).await.is_err());
    }
}
