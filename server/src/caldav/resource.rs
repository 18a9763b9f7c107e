//! What a URL stands for, and the URL of each thing.

use super::ROOT;
use percent_encoding::{AsciiSet, CONTROLS, PercentEncode, percent_decode_str, utf8_percent_encode};

/// Octets that stand for themselves in a path segment are those of RFC 3986 `pchar`; all others are encoded.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What a path under [`ROOT`] names, whether or not it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `/`
    Root,
    /// `/principals/`
    Principals,
    /// `/principals/{slug}/`
    Principal { slug: String },
    /// `/calendars/`
    Homes,
    /// `/calendars/{owner}/`
    Home { owner: String },
    /// `/calendars/{owner}/{slug}/`
    Calendar { owner: String, slug: String },
    /// `/calendars/{owner}/{calendar}/{name}`
    Object { owner: String, calendar: String, name: String },
    /// Below an object, or beside the trees above: nothing is ever there.
    Nowhere,
}

/// Why a path names nothing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("a path segment is not UTF-8")]
    Encoding,
    #[error("a path segment is '.', '..' or contains '/' or a control character")]
    Segment,
}

impl Resource {
    /// Reads a path as it stands in a request or an href: absolute, percent-encoded. A collection may lack its last slash.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        let Some(rest) = path.strip_prefix(ROOT).or_else(|| (path == ROOT.trim_end_matches('/')).then_some("")) else {
            return Ok(Resource::Nowhere);
        };
        let (rest, slash) = match rest.strip_suffix('/') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        if rest.is_empty() {
            return Ok(if slash { Resource::Nowhere } else { Resource::Root });
        }
        let mut segments = Vec::with_capacity(4);
        for segment in rest.split('/') {
            if segment.is_empty() {
                return Ok(Resource::Nowhere);
            }
            segments.push(decode(segment)?);
        }
        let mut segments = segments.into_iter();
        let tree = segments.next();
        let rest = [segments.next(), segments.next(), segments.next(), segments.next()];
        Ok(match (tree.as_deref(), rest) {
            (Some("principals"), [None, ..]) => Resource::Principals,
            (Some("principals"), [Some(slug), None, ..]) => Resource::Principal { slug },
            (Some("calendars"), [None, ..]) => Resource::Homes,
            (Some("calendars"), [Some(owner), None, ..]) => Resource::Home { owner },
            (Some("calendars"), [Some(owner), Some(slug), None, _]) => Resource::Calendar { owner, slug },
            (Some("calendars"), [Some(owner), Some(calendar), Some(name), None]) if !slash => {
                Resource::Object { owner, calendar, name }
            }
            // MKCOL may end the name of what it makes in a slash.
            _ => Resource::Nowhere,
        })
    }

    /// The path, as answers give it.
    pub fn href(&self) -> String {
        match self {
            Resource::Root | Resource::Nowhere => ROOT.to_owned(),
            Resource::Principals => format!("{ROOT}principals/"),
            Resource::Principal { slug } => principal_href(slug),
            Resource::Homes => format!("{ROOT}calendars/"),
            Resource::Home { owner } => home_href(owner),
            Resource::Calendar { owner, slug } => calendar_href(owner, slug),
            Resource::Object { owner, calendar, name } => {
                format!("{}{}", calendar_href(owner, calendar), encode(name))
            }
        }
    }

    pub fn is_collection(&self) -> bool {
        !matches!(self, Resource::Object { .. } | Resource::Nowhere)
    }
}

pub fn principal_href(slug: &str) -> String {
    format!("{ROOT}principals/{}/", encode(slug))
}

pub fn home_href(owner: &str) -> String {
    format!("{ROOT}calendars/{}/", encode(owner))
}

pub fn calendar_href(owner: &str, slug: &str) -> String {
    format!("{ROOT}calendars/{}/{}/", encode(owner), encode(slug))
}

/// A name as a path segment.
pub fn encode(name: &str) -> PercentEncode<'_> {
    utf8_percent_encode(name, SEGMENT)
}

fn decode(segment: &str) -> Result<String, PathError> {
    let decoded = percent_decode_str(segment).decode_utf8().map_err(|_| PathError::Encoding)?;
    if decoded == "." || decoded == ".." || decoded.chars().any(|c| c == '/' || c.is_control()) {
        return Err(PathError::Segment);
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(path: &str) -> Result<Resource, PathError> {
        Resource::parse(&format!("/api/v1.0/caldav{path}"))
    }

    #[test]
    fn paths_name_resources_with_and_without_the_last_slash() {
        let calendar = Resource::Calendar { owner: "ada".into(), slug: "w k".into() };
        for (path, resource) in [
            ("", Resource::Root),
            ("/", Resource::Root),
            ("/principals", Resource::Principals),
            ("/principals/ada/", Resource::Principal { slug: "ada".into() }),
            ("/calendars/", Resource::Homes),
            ("/calendars/ada", Resource::Home { owner: "ada".into() }),
            ("/calendars/ada/w%20k", calendar.clone()),
            ("/calendars/ada/w%20k/", calendar),
            (
                "/calendars/ada/w/%C3%A9%25+@.ics",
                Resource::Object { owner: "ada".into(), calendar: "w".into(), name: "é%+@.ics".into() },
            ),
            ("/calendars/ada/w/a.ics/", Resource::Nowhere),
            ("/calendars/ada/w/a/b", Resource::Nowhere),
            ("/calendars//w/", Resource::Nowhere),
            ("//", Resource::Nowhere),
            ("/elsewhere", Resource::Nowhere),
        ] {
            assert_eq!(parse(path).unwrap(), resource, "{path}");
        }
        assert_eq!(Resource::parse("/other").unwrap(), Resource::Nowhere);
        assert_eq!(Resource::parse("/api/v1.0/caldavx").unwrap(), Resource::Nowhere);
    }

    #[test]
    fn tricky_segments_are_refused() {
        for path in [
            "/calendars/ada/..",
            "/calendars/ada/w/%2e%2E",
            "/calendars/ada/w/a%2Fb",
            "/calendars/./w",
            "/calendars/ada/%00",
        ] {
            assert_eq!(parse(path).unwrap_err(), PathError::Segment, "{path}");
        }
        assert_eq!(parse("/calendars/ada/w/%FF").unwrap_err(), PathError::Encoding);
    }

    #[test]
    fn hrefs_are_read_back() {
        for name in ["a.ics", "a b%20?#é.ics", "🎄;=,.ics", "\"<>&'[]"] {
            let object = Resource::Object { owner: "ada".into(), calendar: "w".into(), name: name.into() };
            let href = object.href();
            assert!(href.bytes().all(|b| b.is_ascii_graphic()), "{href}");
            assert_eq!(Resource::parse(&href).unwrap(), object);
        }
    }
}
