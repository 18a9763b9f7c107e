//! Answers of several parts (RFC 4918 section 13), read with patience: of each response what is there and what is not.

use super::href;
use crate::outbound::Answer;
use http::header::CONTENT_TYPE;
use kalends_domain::sync::provider::{ProviderError, RemoteTag};
use kalends_webdav::reader::each_child;
use kalends_webdav::{Document, Element, Namespace, XmlError};
use url::Url;

/// What is longer is read on a thread of its own, in octets.
const MAX_READ_AT_ONCE: usize = 64 * 1024;

/// What a multistatus says of one resource.
#[derive(Clone, Debug)]
pub(super) struct Response {
    pub href: String,
    /// Of the resource itself, where its properties are not spoken of.
    pub status: Option<u16>,
    /// Properties that it has.
    found: Vec<Element>,
    /// Properties that it does not have, or does not show.
    failed: Vec<(u16, Element)>,
}

impl Response {
    fn of(element: Element) -> Option<Self> {
        let href = element.dav("href")?.text.trim().to_owned();
        let status = element.dav("status").and_then(|status| code(&status.text));
        let (mut found, mut failed) = (Vec::new(), Vec::new());
        for propstat in element.children.into_iter().filter(|child| child.name.is_dav("propstat")) {
            // Who says nothing of a status has the properties.
            let status = propstat.dav("status").and_then(|status| code(&status.text)).unwrap_or(200);
            for prop in propstat.children.into_iter().filter(|child| child.name.is_dav("prop")) {
                if (200..300).contains(&status) {
                    found.extend(prop.children);
                } else {
                    failed.extend(prop.children.into_iter().map(|property| (status, property)));
                }
            }
        }
        Some(Response { href, status, found, failed })
    }

    /// It says that there is no such resource (any more).
    pub fn is_gone(&self) -> bool {
        matches!(self.status, Some(404 | 410)) && self.found.is_empty()
    }

    /// A property that it has.
    pub fn property(&self, namespace: &Namespace, local: &str) -> Option<&Element> {
        self.found.iter().find(|property| property.name.is(namespace, local))
    }

    pub fn dav(&self, local: &str) -> Option<&Element> {
        self.property(&Namespace::Dav, local)
    }

    pub fn caldav(&self, local: &str) -> Option<&Element> {
        self.property(&Namespace::CalDav, local)
    }

    /// The text of a property, unless it is empty.
    pub fn text(&self, namespace: &Namespace, local: &str) -> Option<String> {
        let text = self.property(namespace, local)?.text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// With which status a property was not shown.
    pub fn refusal(&self, namespace: &Namespace, local: &str) -> Option<u16> {
        let failed = self.failed.iter().find(|(_, property)| property.name.is(namespace, local));
        failed.map(|(status, _)| *status).or(self.status.filter(|status| !(200..300).contains(status)))
    }

    /// DAV:getetag, in the one way in which it is written here.
    pub fn tag(&self) -> Option<RemoteTag> {
        tag(&self.dav("getetag")?.text)
    }

    /// The addresses in a property.
    pub fn hrefs(&self, base: &Url, namespace: &Namespace, local: &str) -> Vec<Url> {
        let hrefs = self.property(namespace, local).into_iter().flat_map(|property| property.dav_all("href"));
        hrefs.filter_map(|href| href::resolve(base, &href.text)).collect()
    }

    pub fn is_collection(&self) -> bool {
        self.dav("resourcetype").is_some_and(|kinds| kinds.dav("collection").is_some())
    }

    pub fn is_calendar(&self) -> bool {
        self.dav("resourcetype").is_some_and(|kinds| kinds.caldav("calendar").is_some())
    }
}

/// An entity tag as a strong one, which is the same whether or not a proxy that compresses has weakened it.
pub(super) fn tag(written: &str) -> Option<RemoteTag> {
    let written = written.trim();
    let strong = written.strip_prefix("W/").or(written.strip_prefix("w/")).unwrap_or(written).trim();
    (!strong.is_empty()).then(|| RemoteTag(strong.to_owned()))
}

/// The number in a status line.
fn code(line: &str) -> Option<u16> {
    line.split_whitespace().find_map(|word| word.parse().ok().filter(|code| (100..600).contains(code)))
}

fn charset(answer: &Answer) -> Option<String> {
    let kind = answer.headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let value = kind.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    })?;
    (!value.is_empty()).then_some(value)
}

/// Has `each` look at the responses; it is told the address that they are relative to. Yields what it made of them, and DAV:sync-token.
///
/// # Errors
/// `Unreadable` when it is no multistatus.
pub(super) async fn read<T: Send + 'static>(
    answer: Answer,
    mut each: impl FnMut(&Url, Response) -> Option<T> + Send + 'static,
) -> Result<(Vec<T>, Option<String>), ProviderError> {
    let is_long = answer.body.len() > MAX_READ_AT_ONCE;
    let mut work = move || {
        let (mut made, mut token) = (Vec::new(), None);
        let root = each_child(&answer.body, charset(&answer).as_deref(), |child| {
            if child.name.is_dav("response") {
                made.extend(Response::of(child).and_then(|response| each(&answer.url, response)));
            } else if child.name.is_dav("sync-token") {
                token = Some(child.text.trim().to_owned()).filter(|token| !token.is_empty());
            }
        });
        let host = answer.url.host_str().unwrap_or_default();
        match root {
            Ok(root) if root.name.is_dav("multistatus") => Ok((made, token)),
            Ok(_) => Err(ProviderError::Unreadable(format!("{host} answered something else than WebDAV"))),
            Err(error) => Err(unreadable(host, &error)),
        }
    };
    if !is_long {
        return work();
    }
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ProviderError::Unreadable("an answer could not be read".into())))
}

fn unreadable(host: &str, error: &XmlError) -> ProviderError {
    ProviderError::Unreadable(format!("{host} answered something else than WebDAV: {error}"))
}

/// What DAV:error (RFC 4918 section 16) says of a refusal.
pub(super) struct Condition {
    /// The name of the condition that does not hold, of WebDAV or CalDAV.
    pub name: String,
    /// The address that it names.
    pub href: Option<Url>,
    /// It is about calendars.
    pub is_caldav: bool,
}

/// The condition in the body of a refusal.
pub(super) fn condition(answer: &Answer) -> Option<Condition> {
    let document = Document::parse(&answer.body, charset(answer).as_deref()).ok()?;
    let root = Some(document.root).filter(|root| root.name.is_dav("error"))?;
    let known = [Namespace::Dav, Namespace::CalDav];
    let condition = root.children.into_iter().find(|child| known.contains(&child.name.namespace))?;
    let href = condition.dav("href").and_then(|href| href::resolve(&answer.url, &href.text));
    let is_caldav = condition.name.namespace == Namespace::CalDav;
    Some(Condition { name: condition.name.local.into_owned(), href, is_caldav })
}
