//! `GET /api/v1.0/stream`: what changes, as server-sent events (WHATWG HTML, section 9.2).
//!
//! Events are `calendar` (`{"calendar":12,"revision":345}`), `list` (`{"revision":7}`), `gone` (`{"calendar":12}`), `ready` once
//! everything from before was told, `beat` (`{}`) every now and then, and `end` before the server ends the stream by itself. The `id` of the others is a cursor: a stream
//! that begins with it as `Last-Event-ID`, or as the parameter `since`, tells what came after. Without one a stream first tells the
//! revision of every calendar.

use super::input::Parameters as Read;
use super::places::{Full, Place};
use super::problem::Problem;
use super::{Known, Rest};
use crate::credentials::Credential;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use kalends_domain::live::{Follower, News, Told};
use kalends_domain::{Error, Kalends};
use serde::Deserialize;
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;

/// A proxy or a phone that hears nothing for a while takes the connection for dead. At the same time, and whenever a
/// credential is revoked, it is checked again.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// After how long a reader whose stream ended begins another: somewhere in between, so that not all come at once.
const RETRY: std::ops::Range<u64> = 500..1_500;

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
    let place = rest.places.take(known.caller.principal);
    let place = place.map_err(|full| match full {
        Full::OfPerson => Problem::too_many("This account has as many streams open as it may.", 60),
        Full::OfAll => Problem::unavailable("The server has as many streams open as it may.", 60),
    })?;
    let follower = rest.kalends.follow(known.caller, told).await?;
    let revocations = known.revocations;
    let reader = Reader {
        kalends: rest.kalends,
        credential: known.credential,
        closing: rest.closing,
        follower,
        heartbeat: heartbeat(),
        revocations,
        stage: Stage::Begun,
        _place: place,
    };
    let mut response = Sse::new(events(reader)).into_response();
    // nginx would hold events back until it has a page of them.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
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

fn heartbeat() -> Interval {
    let mut heartbeat = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat
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
    credential: Credential,
    closing: CancellationToken,
    follower: Follower,
    heartbeat: Interval,
    revocations: watch::Receiver<u64>,
    stage: Stage,
    _place: Place,
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
            Stage::Greeted if self.follower.is_up_to_date() => {
                self.stage = Stage::Ready;
                return Some(self.event("ready", "{}".to_owned()));
            }
            Stage::Greeted | Stage::Ready => {}
            Stage::Ended => return None,
        }
        tokio::select! {
            biased;
            () = self.closing.cancelled() => Some(self.end("The server stops.")),
            // Before the news, of which there may be more without end.
            _ = self.heartbeat.tick() => Some(self.beat().await),
            // Its sender lives as long as the use cases do.
            Ok(()) = self.revocations.changed() => Some(self.beat().await),
            news = self.follower.next() => Some(match news {
                Ok(news) => self.tell(news),
                Err(error) => self.end(&error.to_string()),
            }),
        }
    }

    /// Says that the connection is there, unless the credential is one no more.
    async fn beat(&mut self) -> Event {
        match self.credential.check(&self.kalends).await {
            Err(Error::BadCredentials) => self.end("The session, the app password or the token has ended."),
            // A comment for proxies, and an event for scripts, which are not shown comments.
            _ => Event::default().comment("").event("beat").data("{}"),
        }
    }

    fn tell(&self, news: News) -> Event {
        match news {
            News::Calendar { calendar, revision } => {
                self.event("calendar", json!({ "calendar": calendar.0, "revision": revision.0 }).to_string())
            }
            News::Gone { calendar } => self.event("gone", json!({ "calendar": calendar.0 }).to_string()),
            News::List { revision } => self.event("list", json!({ "revision": revision.0 }).to_string()),
        }
    }

    fn end(&mut self, why: &str) -> Event {
        self.stage = Stage::Ended;
        self.event("end", json!({ "reason": why }).to_string())
    }

    fn event(&self, kind: &str, data: String) -> Event {
        Event::default().event(kind).id(self.follower.told().to_string()).data(data)
    }
}
