//! Storing and deleting objects, each under the condition that it is at what it is thought to be at.

use super::CalDav;
use super::client::{Ask, SMALL};
use super::href::{self, Place};
use super::multistatus::{self, condition};
use crate::failure;
use crate::outbound::Answer;
use http::header::{CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LOCATION};
use http::{HeaderValue, Method};
use kalends_domain::sync::provider::{ProviderError, RemoteCalendarId, RemoteObjectId, RemoteTag, Stored, StoredText};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use url::Url;

const ICALENDAR: HeaderValue = HeaderValue::from_static("text/calendar; charset=utf-8");
const ANY: HeaderValue = HeaderValue::from_static("*");
/// Of a UID that is the name of its object as well, in octets.
const MAX_NAME: usize = 120;

impl CalDav {
    pub(super) async fn store_new(
        &self,
        calendar: &RemoteCalendarId,
        uid: &str,
        text: &str,
    ) -> Result<Stored, ProviderError> {
        let url = href::collection(CalDav::url(calendar)?);
        let id = RemoteObjectId(name_of(uid));
        let answer = self.put(&url, &id, (IF_NONE_MATCH, ANY), text).await?;
        stored(&url, id, &answer)
    }

    pub(super) async fn store_again(
        &self,
        calendar: &RemoteCalendarId,
        id: &RemoteObjectId,
        tag: Option<&RemoteTag>,
        text: &str,
    ) -> Result<Stored, ProviderError> {
        let url = href::collection(CalDav::url(calendar)?);
        for condition in conditions(tag)? {
            let answer = self.put(&url, id, (IF_MATCH, condition), text).await?;
            if !is_stale(&answer) {
                return stored(&url, id.clone(), &answer);
            }
        }
        Err(ProviderError::Changed)
    }

    pub(super) async fn delete_object(
        &self,
        calendar: &RemoteCalendarId,
        id: &RemoteObjectId,
        tag: Option<&RemoteTag>,
    ) -> Result<(), ProviderError> {
        let url = href::collection(CalDav::url(calendar)?);
        for condition in conditions(tag)? {
            let ask = Ask::new(Method::DELETE, href::member(&url, &id.0), SMALL).header(IF_MATCH, condition);
            let answer = self.client.ask(ask).await?;
            match answer.status.as_u16() {
                200 | 202 | 204 | 404 | 410 => return Ok(()),
                // A multistatus says that something could not be deleted (RFC 4918 section 9.6.1).
                207 => return Err(ProviderError::Forbidden("the server does not let the object be deleted".into())),
                412 => {}
                _ => return Err(failure::of_status(&answer)),
            }
        }
        Err(ProviderError::Changed)
    }

    async fn put(
        &self,
        url: &Url,
        id: &RemoteObjectId,
        condition: (HeaderName, HeaderValue),
        text: &str,
    ) -> Result<Answer, ProviderError> {
        let mut ask = Ask::new(Method::PUT, href::member(url, &id.0), SMALL);
        ask.headers = vec![(CONTENT_TYPE, ICALENDAR), condition];
        ask.body = text.as_bytes().to_vec();
        self.client.ask(ask).await
    }
}

/// What If-Match says, one after the other while it does not hold: a server whose tags are weak by nature compares only what is written
/// so (RFC 9110 section 13.1.1), and both are about the same text.
fn conditions(tag: Option<&RemoteTag>) -> Result<Vec<HeaderValue>, ProviderError> {
    let Some(RemoteTag(tag)) = tag else { return Ok(vec![ANY]) };
    // Some write them without quotes, and compare them so as well.
    let values = [tag.clone(), format!("W/{tag}")].map(|value| HeaderValue::from_str(&value));
    let values: Result<Vec<HeaderValue>, _> = values.into_iter().collect();
    values.map_err(|_| ProviderError::Unreadable("the tag of the object has characters that cannot be sent".into()))
}

/// The name of a new object with a UID: the UID itself where every server takes it as a name.
fn name_of(uid: &str) -> String {
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.' | b'@');
    if (1..=MAX_NAME).contains(&uid.len()) && uid.bytes().all(is_plain) && !uid.starts_with('.') {
        return format!("{uid}.ics");
    }
    let digest = Sha256::digest(uid.as_bytes());
    let mut name = digest[..16].iter().fold(String::new(), |mut name, octet| {
        let _ = write!(name, "{octet:02x}");
        name
    });
    name.push_str(".ics");
    name
}

/// What became of a text that was sent.
fn stored(url: &Url, id: RemoteObjectId, answer: &Answer) -> Result<Stored, ProviderError> {
    if !answer.status.is_success() {
        return Err(refused(url, answer));
    }
    let header = |name| answer.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // Where it put it, if not where it was told to.
    let moved = header(LOCATION).and_then(|location| href::resolve(&answer.url, location));
    if let Some(Place::Member(name)) = moved.map(|moved| href::place(url, &moved))
        && name != id.0
    {
        return Ok(Stored { id: RemoteObjectId(name), text: StoredText::ToBeReadBack });
    }
    // RFC 4791 section 5.3.4: a strong entity tag says that what was sent is what is there.
    let strong = header(ETAG).filter(|tag| !tag.starts_with("W/") && !tag.starts_with("w/"));
    let text = match strong.and_then(multistatus::tag) {
        Some(tag) => StoredText::AsSent { tag },
        None => StoredText::ToBeReadBack,
    };
    Ok(Stored { id, text })
}

/// Whether If-Match or If-None-Match did not hold. Xandikos has the same status for texts that it does not take.
fn is_stale(answer: &Answer) -> bool {
    answer.status.as_u16() == 412 && condition(answer).is_none_or(|condition| !condition.is_caldav)
}

/// Why a text was not stored.
fn refused(url: &Url, answer: &Answer) -> ProviderError {
    if is_stale(answer) {
        return ProviderError::Changed;
    }
    let host = super::client::host(url);
    let rejected = |why: &str| ProviderError::Rejected(format!("{host} does not take the object: {why}"));
    let no_room = || ProviderError::Rejected(format!("{host} has no room left for the calendar"));
    let status = answer.status.as_u16();
    let Some(condition) = condition(answer) else {
        return match status {
            507 => no_room(),
            400 | 406 | 413 | 415 | 422 => rejected(&answer.status.to_string()),
            // RFC 4918 section 9.7.1: there is no calendar to put it into.
            409 => ProviderError::Missing(format!("{host} has no calendar at {} (any more)", url.path())),
            _ => failure::of_status(answer),
        };
    };
    match condition.name.as_str() {
        "no-uid-conflict" => {
            let by = condition.href.and_then(|at| match href::place(url, &at) {
                Place::Member(name) => Some(RemoteObjectId(name)),
                _ => None,
            });
            ProviderError::UidTaken { by }
        }
        // RFC 4331 section 6.
        "quota-not-exceeded" | "sufficient-disk-space" => no_room(),
        // What is about the person and not about the text.
        "need-privileges" => failure::of_status(answer),
        name if matches!(status, 400 | 403 | 406 | 409 | 412 | 413 | 415 | 422) => rejected(name),
        _ => failure::of_status(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_uid_where_that_is_one() {
        assert_eq!(name_of("5D1E-a_b.c@example.org"), "5D1E-a_b.c@example.org.ics");
        let long = "x".repeat(MAX_NAME + 1);
        for uid in ["", "../x", "a/b", "a b", ".hidden", "é", "{1}", long.as_str()] {
            let name = name_of(uid);
            assert_eq!(name.len(), 36, "{uid}: {name}");
            assert!(name.bytes().all(|octet| octet.is_ascii_hexdigit() || b".ics".contains(&octet)), "{uid}: {name}");
        }
        assert_ne!(name_of("a b"), name_of("a  b"));
    }
}
