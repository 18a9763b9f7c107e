//! Conditional requests: If-Match, If-None-Match, If-Unmodified-Since (RFC 9110 section 13) and WebDAV's If (RFC 4918 section 10.4).

use super::Call;
use super::error::Failure;
use super::headers::{local_path, text};
use super::notification::Document;
use super::resource::Address;
use super::target::Target;
use crate::entity_tags::{Tags, opaque};
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use kalends_domain::changes::sync_token;
use kalends_domain::objects::Precondition;
use kalends_domain::{Error, objects::ObjectHead};

fn tags(headers: &HeaderMap, name: &str) -> Result<Option<Tags>, Failure> {
    Tags::of(headers, name).map_err(|_| malformed())
}

fn malformed() -> Failure {
    Failure::bad_request("A conditional header is malformed.")
}

/// One parenthesised list of an If header; its conditions all have to hold.
#[derive(Debug, PartialEq, Eq)]
struct List<'a> {
    /// The URL that the list is about; `None`: the request's.
    tag: Option<&'a str>,
    conditions: Vec<(bool, State<'a>)>,
}

#[derive(Debug, PartialEq, Eq)]
enum State<'a> {
    Etag(&'a str),
    /// A lock token or a sync-token.
    Token(&'a str),
}

fn if_lists(value: &str) -> Option<Vec<List<'_>>> {
    let mut lists = Vec::new();
    let mut tag = None;
    let mut rest = value.trim();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('<') {
            let end = inner.find('>')?;
            tag = Some(&inner[..end]);
            rest = inner[end + 1..].trim_start();
            // A tag belongs to the lists that follow it.
            if !rest.starts_with('(') {
                return None;
            }
            continue;
        }
        rest = rest.strip_prefix('(')?.trim_start();
        let mut conditions = Vec::new();
        while !rest.starts_with(')') {
            let negated = rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("not"));
            if negated {
                rest = rest[3..].trim_start();
            }
            let (open, close) = if rest.starts_with('[') { ('[', ']') } else { ('<', '>') };
            let inner = rest.strip_prefix(open)?;
            let end = inner.find(close)?;
            let state = if open == '[' { State::Etag(&inner[..end]) } else { State::Token(&inner[..end]) };
            conditions.push((negated, state));
            rest = inner[end + 1..].trim_start();
        }
        if conditions.is_empty() {
            return None;
        }
        rest = rest[1..].trim_start();
        lists.push(List { tag, conditions });
    }
    if lists.is_empty() { None } else { Some(lists) }
}

/// What conditions can be about.
#[derive(Debug, Default)]
struct Current {
    exists: bool,
    etag: Option<String>,
    modified_at: Option<DateTime<Utc>>,
    sync_token: Option<String>,
}

fn current(target: &Target) -> Result<Current, Failure> {
    Ok(match target {
        Target::Calendar(calendar) => {
            Current { exists: true, sync_token: Some(sync_token(calendar)), ..Current::default() }
        }
        Target::Object(place) => match place.head() {
            Ok(ObjectHead { etag, modified_at, .. }) => {
                Current { exists: true, etag: Some(etag.clone()), modified_at: Some(*modified_at), sync_token: None }
            }
            Err(Error::NotFound(_)) => Current::default(),
            Err(error) => return Err(error.into()),
        },
        Target::Notification(notice) => {
            let etag = Some(Document::of(notice).etag);
            Current { exists: true, etag, modified_at: Some(notice.at), sync_token: None }
        }
        Target::InboxItem(item) => {
            let etag = Some(super::message::etag(item));
            Current { exists: true, etag, modified_at: Some(item.received_at), sync_token: None }
        }
        _ => Current::default(),
    })
}

/// What the request's conditional headers ask of its target, in the form that a write takes.
///
/// If-Match or If-None-Match alone go to the write itself. Everything else is evaluated here; then the write is bound to the
/// state that was looked at, so that nothing can come between.
///
/// # Errors
/// 412 when a condition does not hold, 400 when one cannot be read.
pub async fn precondition(call: &Call) -> Result<Precondition, Failure> {
    let if_match = tags(&call.headers, "if-match")?;
    let if_none_match = tags(&call.headers, "if-none-match")?;
    let dated = date(&call.headers, "if-unmodified-since").is_some();
    match (if_match, if_none_match, call.headers.contains_key("if"), dated) {
        (None, None, false, false) => Ok(Precondition::None),
        (Some(Tags::Any), None, false, _) => Ok(Precondition::Present),
        (Some(Tags::These(tags)), None, false, _) => Ok(Precondition::Matches(tags)),
        (None, Some(Tags::Any), false, false) => Ok(Precondition::Absent),
        (None, Some(Tags::These(tags)), false, false) => {
            Ok(Precondition::MatchesNone(tags.iter().map(|tag| opaque(tag).to_owned()).collect()))
        }
        _ => {
            let target = evaluated(call).await?;
            Ok(target.etag.map_or(Precondition::Absent, |etag| Precondition::Matches(vec![etag])))
        }
    }
}

/// The Schedule-Tag that the request names (If-Schedule-Tag-Match, RFC 6638 section 8.3), without its quotes.
///
/// # Errors
/// 400 when it cannot be read.
pub fn schedule_tag(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let Some(value) = text(headers, "if-schedule-tag-match")? else { return Ok(None) };
    let tag = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    tag.map(Some).ok_or_else(malformed)
}

/// # Errors
/// 412 when the target has another Schedule-Tag than the request names.
pub fn check_schedule_tag(call: &Call) -> Result<(), Failure> {
    let Some(wanted) = schedule_tag(&call.headers)? else { return Ok(()) };
    let holds = match &call.target {
        Target::Object(place) => place.head().is_ok_and(|head| head.schedule_tag.as_deref() == Some(wanted)),
        _ => false,
    };
    if holds { Ok(()) } else { Err(Failure::precondition_failed()) }
}

/// Evaluates all conditional headers at once, for a target that has no entity tag of its own.
///
/// # Errors
/// 412 when a condition does not hold, 400 when one cannot be read.
pub async fn check(call: &Call) -> Result<(), Failure> {
    evaluated(call).await.map(drop)
}

/// Evaluates the If header of a request that only reads: it holds for every method (RFC 4918 section 10.4.1).
///
/// # Errors
/// 412 when no list holds, 400 when it cannot be read.
pub async fn check_if(call: &Call) -> Result<(), Failure> {
    let Some(value) = text(&call.headers, "if")? else { return Ok(()) };
    let target = current(&call.target)?;
    if Box::pin(if_holds(call, value, &target)).await? { Ok(()) } else { Err(Failure::precondition_failed()) }
}

async fn evaluated(call: &Call) -> Result<Current, Failure> {
    let target = current(&call.target)?;
    let etag = target.etag.as_deref();
    let (if_match, if_none_match) = (tags(&call.headers, "if-match")?, tags(&call.headers, "if-none-match")?);
    // If-Match takes precedence over the date, and a date that cannot be read is ignored (RFC 9110 section 13.1.4).
    let unmodified_since = if if_match.is_none() { date(&call.headers, "if-unmodified-since") } else { None };
    let if_header = text(&call.headers, "if")?;
    let holds = if_match.is_none_or(|tags| tags == Tags::Any && target.exists || tags.match_strongly(etag))
        && if_none_match.is_none_or(|tags| !(tags == Tags::Any && target.exists || tags.match_weakly(etag)))
        && unmodified_since.is_none_or(|since| target.modified_at.is_none_or(|at| at.timestamp() <= since.timestamp()))
        && match if_header {
            None => true,
            Some(value) => Box::pin(if_holds(call, value, &target)).await?,
        };
    if holds { Ok(target) } else { Err(Failure::precondition_failed()) }
}

/// Whether one of the lists of an If header holds. Kalends gives out no locks, so that a lock token never matches.
async fn if_holds(call: &Call, value: &str, target: &Current) -> Result<bool, Failure> {
    for list in if_lists(value).ok_or_else(malformed)? {
        let other = match list.tag {
            None => None,
            Some(url) => Some(match local_path(url, &call.headers)?.map(Address::parse) {
                Some(Ok(address)) => current(&call.target_at(&address).await?)?,
                Some(Err(_)) | None => Current::default(),
            }),
        };
        let state = other.as_ref().unwrap_or(target);
        let holds = list.conditions.iter().all(|(negated, condition)| {
            let matches = match condition {
                State::Etag(etag) => state.etag.as_deref() == Some(*etag),
                State::Token(token) => state.sync_token.as_deref() == Some(*token),
            };
            matches != *negated
        });
        if holds {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a GET or HEAD is answered with 304 (RFC 9110 section 13.2.2).
pub fn not_modified(headers: &HeaderMap, etag: &str, modified_at: DateTime<Utc>) -> Result<bool, Failure> {
    match tags(headers, "if-none-match")? {
        Some(tags) => Ok(tags.match_weakly(Some(etag))),
        None => {
            Ok(date(headers, "if-modified-since").is_some_and(|since| modified_at.timestamp() <= since.timestamp()))
        }
    }
}

/// # Errors
/// 412 when If-Match or If-Unmodified-Since of a GET or HEAD does not hold.
pub fn check_read(headers: &HeaderMap, etag: &str, modified_at: DateTime<Utc>) -> Result<(), Failure> {
    let holds = match tags(headers, "if-match")? {
        Some(tags) => tags.match_strongly(Some(etag)),
        None => date(headers, "if-unmodified-since").is_none_or(|since| modified_at.timestamp() <= since.timestamp()),
    };
    if holds { Ok(()) } else { Err(Failure::precondition_failed()) }
}

/// The format that HTTP writes dates in; it reads two older ones as well.
pub const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

fn date(headers: &HeaderMap, name: &str) -> Option<DateTime<Utc>> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    [HTTP_DATE, "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|format| chrono::NaiveDateTime::parse_from_str(text, format).ok())
        .map(|date| date.and_utc())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn if_headers_are_read() {
        let lists = if_lists(r#"(<urn:t> ["a"]) (Not ["b"])"#).unwrap();
        assert_eq!(
            lists,
            [
                List { tag: None, conditions: vec![(false, State::Token("urn:t")), (false, State::Etag("\"a\""))] },
                List { tag: None, conditions: vec![(true, State::Etag("\"b\""))] },
            ]
        );
        let lists = if_lists(r#"</x> (<urn:t>)(<urn:u>) <http://h/y> (["z"])"#).unwrap();
        assert_eq!(lists.iter().map(|list| list.tag.unwrap()).collect::<Vec<_>>(), ["/x", "/x", "http://h/y"]);
        for broken in ["", "()", "(<a>", "<a>", "x", "(x)", "(<a>) x", "<a> <b> (<c>)", "(Not)"] {
            assert_eq!(if_lists(broken), None, "{broken}");
        }
    }

    #[test]
    fn dates_in_all_three_forms_are_read() {
        let of = |text: &str| {
            date(
                &HeaderMap::from_iter([(axum::http::header::IF_MODIFIED_SINCE, text.parse().unwrap())]),
                "if-modified-since",
            )
            .map(|at| at.timestamp())
        };
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(of(text), Some(784_111_777), "{text}");
        }
        assert_eq!(of("yesterday"), None);
    }
}
