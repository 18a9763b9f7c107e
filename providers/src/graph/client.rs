//! Asks Graph as somebody, and sends the token nowhere else.

use super::wire::{BatchAnswer, BatchAnswers, BatchRequest, Page, Refusal};
use crate::failure;
use crate::oauth::Session;
use crate::outbound::{Answer, Call, CallLimits, Outbound};
use chrono::{TimeDelta, Utc};
use http::header::{CONTENT_TYPE, HeaderName, IF_MATCH};
use http::{HeaderMap, HeaderValue, Method};
use kalends_domain::sync::provider::ProviderError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::time::Duration;
use url::Url;

const PREFER: HeaderName = HeaderName::from_static("prefer");
/// Of a batch (<https://learn.microsoft.com/graph/json-batching>).
const MAX_BATCH: usize = 20;
/// Longest wait for a part of a batch that was too much, and how many times it is asked for again.
const MAX_PAUSE: TimeDelta = TimeDelta::seconds(5);
const SECOND_CHANCES: usize = 3;
/// Pages of one list that are read at once.
const MAX_PAGES: usize = 200;
const LIMITS: CallLimits = CallLimits { time: Duration::from_secs(90), answer: 32 * 1024 * 1024 };
/// All but what stands in the values of OData's query options as it is.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b',')
    .remove(b':')
    .remove(b'/')
    .remove(b'(')
    .remove(b')')
    .remove(b'$')
    .remove(b'=');
/// What says that a delta link is of no use any more (<https://learn.microsoft.com/graph/delta-query-overview>, synchronization reset).
const RESETS: [&str; 6] = [
    "syncstatenotfound",
    "syncstateinvalid",
    "resyncrequired",
    "errorinvalidsyncstatedata",
    "fullsyncrequired",
    "errorsyncstatenotfound",
];

pub(super) struct Client {
    outbound: Outbound,
    /// It ends in a slash.
    base: Url,
    session: Session,
}

/// A request to Graph.
pub(super) struct Ask {
    pub method: Method,
    pub url: Url,
    pub body: Option<Value>,
    pub if_match: Option<String>,
    /// How many are wanted on a page.
    pub page_size: Option<usize>,
}

impl Ask {
    pub fn get(url: Url) -> Self {
        Ask::new(Method::GET, url)
    }

    pub fn new(method: Method, url: Url) -> Self {
        Ask { method, url, body: None, if_match: None, page_size: None }
    }

    pub fn body(self, body: Value) -> Self {
        Ask { body: Some(body), ..self }
    }

    pub fn if_match(self, etag: Option<&str>) -> Self {
        Ask { if_match: etag.map(str::to_owned), ..self }
    }

    pub fn page_size(self, size: usize) -> Self {
        Ask { page_size: Some(size), ..self }
    }
}

/// `Prefer`: ids that stay (<https://learn.microsoft.com/graph/outlook-immutable-id>), times in UTC
/// (<https://learn.microsoft.com/graph/api/event-get>), pages of a size (<https://learn.microsoft.com/graph/api/event-delta>).
fn prefer(page_size: Option<usize>) -> String {
    let size = page_size.map(|size| format!(", odata.maxpagesize={size}")).unwrap_or_default();
    format!("IdType=\"ImmutableId\", outlook.timezone=\"UTC\"{size}")
}

impl Client {
    pub fn new(outbound: Outbound, base: Url, session: Session) -> Self {
        Client { outbound, base, session }
    }

    /// An address below the version of Graph: a path by its segments, and query options.
    pub fn url(&self, path: &[&str], options: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let options: Vec<String> =
            options.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, VALUE))).collect();
        if !options.is_empty() {
            url.set_query(Some(&options.join("&")));
        }
        url
    }

    /// The address of a link that Graph gave, and that was kept since.
    ///
    /// # Errors
    /// `Refused` when it leads to anywhere else than Graph.
    pub fn link(&self, link: &str) -> Result<Url, ProviderError> {
        let elsewhere = || {
            ProviderError::Refused(
                "Microsoft 365 names an address for more that is not its own; it is not asked".into(),
            )
        };
        let url = Url::parse(link).map_err(|_| elsewhere())?;
        let is_below = url.origin() == self.base.origin() && url.path().starts_with(self.base.path());
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        if is_below && !has_credentials { Ok(url) } else { Err(elsewhere()) }
    }

    /// Asks, whatever the status of the answer is, unless it is one that is about the whole account: a token that is over is exchanged
    /// once.
    ///
    /// # Errors
    /// `Unauthenticated`, or why there is no answer.
    pub async fn send(&self, ask: Ask) -> Result<Answer, ProviderError> {
        let mut token = self.session.token(None).await?;
        for is_last in [false, true] {
            let mut call = Call::new(ask.method.clone(), ask.url.clone()).limits(LIMITS);
            call = call.authorization(Some(Session::bearer(&token)?));
            let mut header = |name: HeaderName, value: &str| {
                let value = HeaderValue::from_str(value)
                    .map_err(|_| ProviderError::Unreadable(format!("{name} cannot be sent")))?;
                call.headers.insert(name, value);
                Ok::<(), ProviderError>(())
            };
            header(PREFER, &prefer(ask.page_size))?;
            if let Some(etag) = &ask.if_match {
                header(IF_MATCH, etag)?;
            }
            if let Some(body) = &ask.body {
                header(CONTENT_TYPE, "application/json")?;
                call = call.body(body.to_string().into_bytes());
            }
            let answer = self.outbound.call(call).await?;
            if answer.status.as_u16() != 401 {
                return Ok(answer);
            }
            if is_last {
                break;
            }
            token = self.session.token(Some(&token)).await?;
        }
        Err(unauthenticated())
    }

    /// # Errors
    /// Those of [`Client::send`], and [`failure`].
    pub async fn get<T: DeserializeOwned>(&self, ask: Ask) -> Result<T, ProviderError> {
        let answer = self.send(ask).await?;
        if answer.status.is_success() { read(&answer) } else { Err(failure(&answer)) }
    }

    /// All pages of a list.
    ///
    /// # Errors
    /// Those of [`Client::get`]; `Refused` when there is no end to it.
    pub async fn list<T: DeserializeOwned>(&self, url: Url) -> Result<Vec<T>, ProviderError> {
        let (mut all, mut next) = (Vec::new(), url);
        for _ in 0..MAX_PAGES {
            let page: Page<T> = self.get(Ask::get(next)).await?;
            all.extend(page.value);
            match page.next_link {
                None => return Ok(all),
                Some(link) => next = self.link(&link)?,
            }
        }
        Err(ProviderError::Refused("Microsoft 365 lists more than is taken".into()))
    }

    /// Answers to several requests, one for each and in their order (<https://learn.microsoft.com/graph/json-batching>).
    ///
    /// # Errors
    /// Those of [`Client::send`]; `Transient` when all of them came at the wrong time, or one of them did again and again.
    pub async fn batch(&self, urls: &[Url]) -> Result<Vec<BatchAnswer>, ProviderError> {
        let mut all = Vec::with_capacity(urls.len());
        for urls in urls.chunks(MAX_BATCH) {
            let mut answers = self.small_batch(urls).await?;
            // The token ended between the batch and what is in it.
            if answers.iter().any(|answer| answer.status == 401) {
                let token = self.session.token(None).await?;
                self.session.token(Some(&token)).await?;
                answers = self.small_batch(urls).await?;
            }
            self.ask_again(urls, &mut answers).await?;
            if answers.iter().any(|answer| answer.status == 401) {
                return Err(unauthenticated());
            }
            all.extend(answers);
        }
        Ok(all)
    }

    /// Asks for those alone that were too much the first time: what was answered counts against the limits as well, and would be too much the
    /// next time, so that a large batch might never come to its end.
    async fn ask_again(&self, urls: &[Url], answers: &mut [BatchAnswer]) -> Result<(), ProviderError> {
        for chance in 0.. {
            let late: Vec<usize> = (0..answers.len()).filter(|at| is_late(&answers[*at])).collect();
            let Some(first) = late.first() else { return Ok(()) };
            let pause = late.iter().filter_map(|at| retry_after(&answers[*at])).max().unwrap_or(TimeDelta::seconds(1));
            if chance == SECOND_CHANCES || late.len() == answers.len() || pause > MAX_PAUSE {
                return Err(transient(&answers[*first]));
            }
            tokio::time::sleep(pause.to_std().unwrap_or_default()).await;
            let again: Vec<Url> = late.iter().map(|at| urls[*at].clone()).collect();
            for (at, answer) in late.into_iter().zip(self.small_batch(&again).await?) {
                answers[at] = answer;
            }
        }
        Ok(())
    }

    async fn small_batch(&self, urls: &[Url]) -> Result<Vec<BatchAnswer>, ProviderError> {
        let headers = Map::from_iter([("Prefer".to_owned(), json!(prefer(None)))]);
        let relative = |url: &Url| url.as_str().get(self.base.as_str().len() - 1..).unwrap_or_default().to_owned();
        let requests: Vec<BatchRequest> = urls
            .iter()
            .enumerate()
            .map(|(index, url)| BatchRequest {
                id: index.to_string(),
                method: "GET",
                url: relative(url),
                headers: headers.clone(),
            })
            .collect();
        let ask = Ask::new(Method::POST, self.url(&["$batch"], &[])).body(json!({ "requests": requests }));
        let answers: BatchAnswers = self.get(ask).await?;
        // They come in any order.
        let mut by_id: HashMap<String, BatchAnswer> =
            answers.responses.into_iter().map(|answer| (answer.id.clone(), answer)).collect();
        (0..urls.len())
            .map(|index| {
                let answer = by_id.remove(&index.to_string());
                answer.ok_or_else(|| {
                    ProviderError::Unreadable("Microsoft 365 left a request of a batch unanswered".into())
                })
            })
            .collect()
    }
}

/// # Errors
/// `Unreadable` for what is no such JSON.
pub(super) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, ProviderError> {
    serde_json::from_slice(&answer.body)
        .map_err(|error| ProviderError::Unreadable(format!("Microsoft 365 answered what cannot be read: {error}")))
}

fn unauthenticated() -> ProviderError {
    ProviderError::Unauthenticated(
        "Microsoft does not accept the sign-in of this account any more; sign in again".into(),
    )
}

/// Whether it may be otherwise in a moment.
fn is_late(answer: &BatchAnswer) -> bool {
    matches!(answer.status, 429 | 500 | 502 | 503 | 504)
}

fn retry_after(answer: &BatchAnswer) -> Option<TimeDelta> {
    let named = |(name, value): (&String, &Value)| {
        let value = value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
        Some((HeaderName::try_from(name.as_str()).ok()?, HeaderValue::try_from(value).ok()?))
    };
    let headers: HeaderMap = answer.headers.iter().filter_map(named).collect();
    crate::outbound::retry_after(&headers, Utc::now())
}

fn transient(answer: &BatchAnswer) -> ProviderError {
    let why = match answer.status {
        429 => "Microsoft 365 has had too many requests".to_owned(),
        status => format!("Microsoft 365 has a fault: {status}"),
    };
    ProviderError::Transient { why, retry_after: retry_after(answer) }
}

/// What Graph says of why it says no.
pub(super) fn refusal(body: &[u8]) -> Refusal {
    serde_json::from_slice(body).unwrap_or_default()
}

/// The failure that an answer stands for, whatever was asked.
pub(super) fn failure(answer: &Answer) -> ProviderError {
    let refusal = refusal(&answer.body).error;
    let is_reset = RESETS.contains(&refusal.code.to_ascii_lowercase().as_str());
    match answer.status.as_u16() {
        _ if is_reset => ProviderError::CursorRejected,
        410 => ProviderError::CursorRejected,
        412 => ProviderError::Changed,
        401 => unauthenticated(),
        403 => ProviderError::Forbidden(format!("Microsoft 365 does not allow this: {}", said(&refusal.message))),
        404 => ProviderError::Missing("Microsoft 365 has no such calendar (any more)".into()),
        400 | 409 | 413 | 422 => {
            ProviderError::Rejected(format!("Microsoft 365 does not take it: {}", said(&refusal.message)))
        }
        _ => failure::of_status(answer),
    }
}

fn said(message: &str) -> String {
    match message.trim() {
        "" => "it does not say why".to_owned(),
        message => message.chars().take(300).collect(),
    }
}
