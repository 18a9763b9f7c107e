//! What changes, as server-sent events (WHATWG HTML, section 9.2): for somebody who is signed in, and for whoever looks at a public
//! link.
//!
//! Events have the cursor as their `id`, from which another stream goes on. `ready` comes once everything from before was told,
//! `beat` (`{}`) every now and then, and `end` before the server ends the stream by itself.

mod places;

pub use places::{Full, Holder, Place, Places};

use crate::credentials::Credential;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use kalends_domain::links::{LinkFollower, LinkNews};
use kalends_domain::live::{Follower, News};
use kalends_domain::{Error, Kalends};
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// A proxy or a phone that hears nothing for a while takes the connection for dead. At the same time, and whenever a
/// credential is revoked, it is checked again.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// After how long a reader whose stream ended begins another: somewhere in between, so that not all come at once.
const RETRY: std::ops::Range<u64> = 500..1_500;

/// Whose news it is.
pub enum Source {
    Person {
        follower: Box<Follower>,
        credential: Credential,
    },
    /// Whoever looks learns that something has changed, and not where.
    Link(Box<LinkFollower>),
}

/// What one stream needs.
pub struct Feeding {
    pub kalends: Kalends,
    pub source: Source,
    /// Cancelled when the server stops.
    pub closing: CancellationToken,
    /// What was revoked after the credential was looked at shows here.
    pub revocations: watch::Receiver<u64>,
    pub place: Place,
}

/// The stream as an answer.
pub fn answer(feeding: Feeding) -> Response {
    let mut heartbeat = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let Feeding { kalends, source, closing, revocations, place } = feeding;
    let reader = Reader { kalends, source, closing, revocations, heartbeat, stage: Stage::Begun, _place: place };
    let mut response = Sse::new(events(reader)).into_response();
    // nginx would hold events back until it has a page of them.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Begun,
    /// How to come back was said.
    Greeted,
    /// Everything from before was told.
    Ready,
    Ended,
}

struct Reader {
    kalends: Kalends,
    source: Source,
    closing: CancellationToken,
    revocations: watch::Receiver<u64>,
    heartbeat: Interval,
    stage: Stage,
    _place: Place,
}

/// An event to be told, and whether it is the last.
struct Telling {
    kind: &'static str,
    data: String,
    is_last: bool,
}

impl Telling {
    fn new(kind: &'static str, data: String) -> Self {
        Telling { kind, data, is_last: false }
    }

    fn gone() -> Self {
        Telling { kind: "gone", data: "{}".to_owned(), is_last: true }
    }
}

impl Source {
    fn is_up_to_date(&self) -> bool {
        match self {
            Source::Person { follower, .. } => follower.is_up_to_date(),
            Source::Link(follower) => follower.is_up_to_date(),
        }
    }

    fn cursor(&self) -> String {
        match self {
            Source::Person { follower, .. } => follower.told().to_string(),
            Source::Link(follower) => follower.told().to_owned(),
        }
    }

    /// Nothing is lost when the future is dropped.
    async fn next(&mut self) -> Result<Telling, Error> {
        Ok(match self {
            Source::Person { follower, .. } => match follower.next().await? {
                News::Calendar { calendar, revision } => {
                    Telling::new("calendar", json!({ "calendar": calendar.0, "revision": revision.0 }).to_string())
                }
                News::Gone { calendar } => Telling::new("gone", json!({ "calendar": calendar.0 }).to_string()),
                News::Job { job } => Telling::new("job", json!({ "job": job.0 }).to_string()),
                News::Reminder => Telling::new("reminder", "{}".to_owned()),
                News::Mail { account } => {
                    Telling::new("mail", json!({ "account": account.map(|account| account.0) }).to_string())
                }
                News::List { revision } => Telling::new("list", json!({ "revision": revision.0 }).to_string()),
            },
            Source::Link(follower) => match follower.next().await? {
                LinkNews::Changed => Telling::new("change", "{}".to_owned()),
                LinkNews::Gone => Telling::gone(),
            },
        })
    }

    /// What there is to say where the right to it is over.
    async fn check(&mut self, kalends: &Kalends) -> Option<Telling> {
        match self {
            Source::Person { credential, .. } => match credential.check(kalends).await {
                Err(Error::BadCredentials) => Some(end("The session, the app password or the token has ended.")),
                _ => None,
            },
            Source::Link(follower) => match follower.check().await {
                Ok(false) => Some(Telling::gone()),
                _ => None,
            },
        }
    }
}

fn end(why: &str) -> Telling {
    Telling { kind: "end", data: json!({ "reason": why }).to_string(), is_last: true }
}

fn events(reader: Reader) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    })
}

impl Reader {
    async fn next(&mut self) -> Option<Event> {
        match self.stage {
            Stage::Begun => {
                self.stage = Stage::Greeted;
                return Some(Event::default().retry(Duration::from_millis(rand::random_range(RETRY))));
            }
            Stage::Greeted if self.source.is_up_to_date() => {
                self.stage = Stage::Ready;
                return Some(self.tell(Telling::new("ready", "{}".to_owned())));
            }
            Stage::Greeted | Stage::Ready => {}
            Stage::Ended => return None,
        }
        let telling = tokio::select! {
            biased;
            () = self.closing.cancelled() => Some(end("The server stops.")),
            // Before the news, of which there may be more without end.
            _ = self.heartbeat.tick() => None,
            // Its sender lives as long as the use cases do.
            Ok(()) = self.revocations.changed() => None,
            telling = self.source.next() => Some(telling.unwrap_or_else(|error| end(&error.to_string()))),
        };
        Some(match telling {
            Some(telling) => self.tell(telling),
            None => self.beat().await,
        })
    }

    /// Says that the connection is there, unless the right to it is over.
    async fn beat(&mut self) -> Event {
        match self.source.check(&self.kalends).await {
            Some(last) => self.tell(last),
            // A comment for proxies, and an event for scripts, which are not shown comments.
            None => Event::default().comment("").event("beat").data("{}"),
        }
    }

    fn tell(&mut self, telling: Telling) -> Event {
        if telling.is_last {
            self.stage = Stage::Ended;
        }
        Event::default().event(telling.kind).id(self.source.cursor()).data(telling.data)
    }
}
