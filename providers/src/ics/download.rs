//! Asks for the file, with what is known of it, and has it taken apart on a thread of its own while it comes.

use super::cursor::Position;
use super::error::{ReadError, hex};
use super::reading::{Reader, Reading};
use crate::outbound::{AnswerBody, Call, CallLimits, OpenAnswer, Outbound, OutboundError, retry_after};
use chrono::Utc;
use http::header::{ACCEPT, CACHE_CONTROL, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use kalends_domain::sync::provider::ProviderError;
use kalends_ical::feed::{Description, FeedError, Piece, Scanner};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::sync::mpsc;
use url::Url;

/// Of a file, after decompression.
const LIMITS: CallLimits = CallLimits { time: Duration::from_secs(180), answer: 64 * 1024 * 1024 };
/// Of what is read of a file to learn its name, in octets.
const MAX_BEGINNING: usize = 256 * 1024;
/// How many pieces of the file wait to be taken apart.
const WAITING: usize = 8;

pub(super) struct Client {
    pub outbound: Outbound,
    pub url: Url,
    pub authorization: Option<HeaderValue>,
}

pub(super) enum Answered {
    /// The server says that the file is as it was.
    AsBefore(Position),
    Read(Reading, Position),
}

impl Client {
    pub fn address_digest(&self) -> String {
        hex(&Sha256::digest(self.url.as_str())[..8])
    }

    /// What the file says of itself before its first component, and after how many seconds it wants to be asked again.
    pub async fn description(&self) -> Result<(Description, Option<i64>), ProviderError> {
        let OpenAnswer { body, headers, .. } = self.open(HeaderMap::new()).await?;
        let description = self.described(body).await?;
        let wished = description.refresh_seconds.or_else(|| max_age(&headers));
        Ok((description, wished))
    }

    async fn described(&self, mut body: AnswerBody) -> Result<Description, ProviderError> {
        let mut scanner = Scanner::new(MAX_BEGINNING);
        let mut come = 0;
        while let Some(octets) = body.chunk().await.map_err(|error| self.refused(error))? {
            come += octets.len();
            let pieces = scanner.push(&octets).map_err(|error| self.no_calendar(error))?;
            let is_described = pieces.iter().any(|piece| matches!(piece, Piece::Component(_)));
            if let Some(lines) = pieces.into_iter().find_map(head) {
                return Ok(Description::of(&lines));
            }
            if is_described || come > MAX_BEGINNING {
                return Ok(Description::of(&scanner.head()));
            }
        }
        let rest = scanner.finish().map_err(|error| self.no_calendar(error))?;
        Ok(rest.into_iter().find_map(head).map(|lines| Description::of(&lines)).unwrap_or_default())
    }

    /// The file, unless the server says that it is as it was.
    pub async fn download(&self, known: Option<&Position>) -> Result<Answered, ProviderError> {
        let mut headers = HeaderMap::new();
        let validators = known.map(|known| [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)]);
        for (name, value) in validators.into_iter().flatten() {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(name, value);
            }
        }
        let OpenAnswer { status, headers, mut body, .. } = self.open(headers).await?;
        if let (StatusCode::NOT_MODIFIED, Some(known)) = (status, known) {
            return Ok(Answered::AsBefore(known.clone()));
        }
        let (pieces, mut next) = mpsc::channel::<hyper::body::Bytes>(WAITING);
        let reading = tokio::task::spawn_blocking(move || {
            let mut reader = Reader::new()?;
            while let Some(octets) = next.blocking_recv() {
                reader.push(&octets)?;
            }
            Ok(reader)
        });
        let mut failure = None;
        loop {
            match body.chunk().await {
                // Who does not take any more has found why, and says so below.
                Ok(Some(octets)) => {
                    if pieces.send(octets).await.is_err() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    failure = Some(self.refused(error));
                    break;
                }
            }
        }
        drop(pieces);
        let failed = |why: String| ProviderError::Transient { why, retry_after: None };
        let read = reading.await.map_err(|error| failed(error.to_string()))?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let finished = tokio::task::spawn_blocking(move || read.and_then(Reader::finish)).await;
        let reading = finished.map_err(|error| failed(error.to_string()))?.map_err(|error| match error {
            ReadError::Feed(error) => self.no_calendar(error),
            ReadError::TooMany(max) => ProviderError::Refused(format!("the calendar has more than {max} objects")),
            ReadError::Disk(error) => failed(super::reading::lost(&error)),
        })?;
        let written = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.to_owned());
        let position = Position {
            address: self.address_digest(),
            etag: written(ETAG),
            last_modified: written(LAST_MODIFIED),
            content: reading.content(),
            wished_seconds: reading.description().refresh_seconds.or_else(|| max_age(&headers)),
        };
        Ok(Answered::Read(reading, position))
    }

    /// The answer, when it is a file or says that nothing changed.
    async fn open(&self, headers: HeaderMap) -> Result<OpenAnswer, ProviderError> {
        let mut call = Call { headers, ..Call::new(Method::GET, self.url.clone()) };
        call.headers.insert(ACCEPT, HeaderValue::from_static("text/calendar, */*;q=0.1"));
        let call = call.limits(LIMITS).authorization(self.authorization.clone()).following_redirects();
        let answer = self.outbound.open(call).await.map_err(|error| self.refused(error))?;
        let host = answer.url.host_str().unwrap_or_default();
        let status = answer.status;
        Err(match status.as_u16() {
            200 | 203 | 304 => return Ok(answer),
            401 if self.authorization.is_none() => {
                ProviderError::Unauthenticated(format!("{host} wants a name and a password for this calendar"))
            }
            401 => ProviderError::Unauthenticated(format!("{host} does not accept the name and the password")),
            // Whoever followed a secret address is not let in any more when it was made a new one.
            403 => ProviderError::Forbidden(format!("{host} does not give this calendar")),
            404 | 410 => ProviderError::Missing(format!("{host} has no calendar at this address (any more)")),
            408 | 421 | 423 | 425 | 429 | 500..=599 => ProviderError::Transient {
                why: match status {
                    StatusCode::TOO_MANY_REQUESTS => format!("{host} has had too many requests"),
                    _ => format!("{host} has a fault: {status}"),
                },
                retry_after: retry_after(&answer.headers, Utc::now()),
            },
            _ => ProviderError::Unreadable(format!("{host} answered {status}, which is no calendar")),
        })
    }

    /// As the provider says it, without the address, which may be a secret.
    fn refused(&self, error: OutboundError) -> ProviderError {
        let host = self.url.host_str().unwrap_or_default();
        match error {
            OutboundError::Address(_) => ProviderError::Refused(format!("{host} is asked by no such address")),
            OutboundError::Redirect(host, _) => {
                ProviderError::Refused(format!("{host} sends on to an address that is not gone to"))
            }
            error => error.into(),
        }
    }

    fn no_calendar(&self, error: FeedError) -> ProviderError {
        let host = self.url.host_str().unwrap_or_default();
        match error {
            FeedError::Incomplete => {
                let why = format!("the calendar of {host} broke off before its end");
                ProviderError::Transient { why, retry_after: None }
            }
            FeedError::Nothing => ProviderError::Unreadable(format!("{host} gives an empty file")),
            FeedError::NoCalendar(beginning) if beginning.starts_with('<') => {
                ProviderError::Unreadable(format!("{host} gives a page and no calendar"))
            }
            FeedError::NoCalendar(_) => ProviderError::Unreadable(format!("what {host} gives is no calendar")),
        }
    }
}

fn head(piece: Piece) -> Option<String> {
    match piece {
        Piece::Head { root: 0, lines } => Some(lines),
        _ => None,
    }
}

/// `max-age` of Cache-Control (RFC 9111 section 5.2.2.1), unless it is nothing.
fn max_age(headers: &HeaderMap) -> Option<i64> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = values.flat_map(|value| value.split(',')).map(str::trim);
    let seconds = directives.find_map(|directive| {
        let (name, seconds) = directive.split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| seconds.trim_matches('"').parse::<i64>().ok())?
    });
    seconds.filter(|seconds| *seconds > 0)
}
