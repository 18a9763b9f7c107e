//! The texts of objects: several at once (CALDAV:calendar-multiget), or one by one from servers that do not know that.

use super::CalDav;
use super::client::{Ask, BATCH};
use super::href::{self, Place};
use super::multistatus::{self, Response};
use super::requests;
use crate::failure;
use crate::outbound::Answer;
use http::header::{ACCEPT, ETAG};
use http::{HeaderValue, Method};
use kalends_domain::sync::provider::{
    FetchOutcome, Fetched, MAX_FETCHED, ProviderError, RemoteCalendarId, RemoteObjectId,
};
use kalends_webdav::Namespace;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use url::Url;

/// Largest text that is taken, in octets: what servers usually accept, and some room.
const MAX_TEXT: usize = 16 * 1024 * 1024;

type Outcomes = HashMap<RemoteObjectId, FetchOutcome>;

impl CalDav {
    pub(super) async fn fetch_texts(
        &self,
        calendar: &RemoteCalendarId,
        objects: &[RemoteObjectId],
    ) -> Result<Vec<Fetched>, ProviderError> {
        let url = href::collection(CalDav::url(calendar)?);
        let mut outcomes = Outcomes::new();
        // What is left to ask for; a batch whose answer is too long is parted.
        let mut batches: Vec<&[RemoteObjectId]> = objects.chunks(MAX_FETCHED).rev().collect();
        while let Some(batch) = batches.pop() {
            match self.batch(&url, batch).await? {
                Some(found) => outcomes.extend(found),
                None => {
                    let (one, other) = batch.split_at(batch.len() / 2);
                    batches.extend([other, one]);
                }
            }
        }
        let fetched = objects
            .iter()
            .map(|id| Fetched { id: id.clone(), outcome: outcomes.get(id).cloned().unwrap_or(FetchOutcome::Gone) });
        Ok(fetched.collect())
    }

    /// `None`: the answer is too long.
    async fn batch(&self, url: &Url, objects: &[RemoteObjectId]) -> Result<Option<Outcomes>, ProviderError> {
        let mut outcomes = match objects {
            [] | [_] => Outcomes::new(),
            _ if self.lacks_multiget.load(Ordering::Relaxed) => Outcomes::new(),
            _ => match self.multiget(url, objects).await? {
                Some(outcomes) => outcomes,
                None => return Ok(None),
            },
        };
        for id in objects {
            // Some servers are silent about what they do not have, and so may be those that miss a name for being written otherwise.
            if !outcomes.contains_key(id) {
                outcomes.insert(id.clone(), self.get(url, id).await?);
            }
        }
        Ok(Some(outcomes))
    }

    /// `None`: the answer is too long.
    async fn multiget(&self, url: &Url, objects: &[RemoteObjectId]) -> Result<Option<Outcomes>, ProviderError> {
        let paths: Vec<String> = objects.iter().map(|id| href::member(url, &id.0).path().to_owned()).collect();
        let body = requests::multiget(paths.iter().map(String::as_str));
        let answer = match self.client.try_ask(Ask::report(url.clone(), "1", body, BATCH)).await? {
            Ok(answer) => answer,
            Err(crate::outbound::OutboundError::TooLong(..)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match answer.status.as_u16() {
            200 | 207 => {}
            400 | 403 | 405 | 415 | 422 | 501 => {
                self.lacks_multiget.store(true, Ordering::Relaxed);
                return Ok(Some(Outcomes::new()));
            }
            // One of them may be what it stumbles over.
            500 => return Ok(Some(Outcomes::new())),
            _ => return Err(failure::of_status(&answer)),
        }
        let calendar = url.clone();
        let each = move |base: &Url, response: Response| {
            let Place::Member(name) = href::place(&calendar, &href::resolve(base, &response.href)?) else {
                return None;
            };
            Some((RemoteObjectId(name), outcome(&response)?))
        };
        let (found, _) = multistatus::read(answer, each).await?;
        Ok(Some(found.into_iter().collect()))
    }

    /// One object. A server that fails at one is asked for the others all the same.
    async fn get(&self, url: &Url, id: &RemoteObjectId) -> Result<FetchOutcome, ProviderError> {
        let ask = Ask::new(Method::GET, href::member(url, &id.0), BATCH)
            .header(ACCEPT, HeaderValue::from_static("text/calendar, */*;q=0.1"));
        let unreadable = |why: String| Ok(FetchOutcome::Unreadable { why });
        let answer = match self.client.try_ask(ask).await? {
            Ok(answer) => answer,
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => return unreadable(error.to_string()),
        };
        match answer.status.as_u16() {
            200 | 203 => Ok(text(answer)),
            404 | 410 => Ok(FetchOutcome::Gone),
            400 | 403 | 405 | 406 | 409 | 415 | 422 | 451 | 501 => {
                unreadable(format!("the server does not give it: {}", answer.status))
            }
            500 => Ok(FetchOutcome::Failed { why: format!("the server has a fault at it: {}", answer.status) }),
            _ => Err(failure::of_status(&answer)),
        }
    }
}

/// What a response to calendar-multiget says of an object; `None`: nothing.
fn outcome(response: &Response) -> Option<FetchOutcome> {
    if response.is_gone() {
        return Some(FetchOutcome::Gone);
    }
    if let Some(data) = response.caldav("calendar-data") {
        return Some(readable(data.text.clone(), response.tag()));
    }
    let status = response.refusal(&Namespace::CalDav, "calendar-data")?;
    let why = format!("the server does not give its text: {status}");
    Some(if status >= 500 { FetchOutcome::Failed { why } } else { FetchOutcome::Unreadable { why } })
}

fn text(answer: Answer) -> FetchOutcome {
    let tag = answer.headers.get(ETAG).and_then(|tag| multistatus::tag(tag.to_str().ok()?));
    match String::from_utf8(answer.body) {
        Ok(text) => readable(text, tag),
        Err(_) => FetchOutcome::Unreadable { why: "its text is not in UTF-8".into() },
    }
}

fn readable(text: String, tag: Option<kalends_domain::sync::provider::RemoteTag>) -> FetchOutcome {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return FetchOutcome::Unreadable { why: "the server gives no text of it".into() };
    }
    if text.len() > MAX_TEXT {
        return FetchOutcome::Unreadable { why: format!("its text is longer than {MAX_TEXT} octets") };
    }
    FetchOutcome::Text { text: with_crlf(text), tag }
}

/// The lines as RFC 5545 section 3.1 ends them: XML makes LF of CRLF (XML 1.0 section 2.11).
fn with_crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                out.push_str(line.strip_suffix('\r').unwrap_or(line));
                out.push_str("\r\n");
            }
            None => out.push_str(line),
        }
    }
    if !out.ends_with('\n') {
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_icalendar_has_it_however_they_came() {
        for text in ["A:1\nB:2\n", "A:1\r\nB:2\r\n", "A:1\r\nB:2", "A:1\nB:2\r\n"] {
            assert_eq!(with_crlf(text), "A:1\r\nB:2\r\n", "{text:?}");
        }
    }

    #[test]
    fn what_has_no_text_is_unreadable() {
        assert!(matches!(readable(" \n".into(), None), FetchOutcome::Unreadable { .. }));
        let marked = FetchOutcome::Text { text: "A:1\r\n".into(), tag: None };
        assert_eq!(readable("\u{feff}A:1".into(), None), marked);
    }
}
