//! What a URL stands for, and the URL of each thing.

use super::ROOT;
use kalends_domain::access::Access;
use kalends_domain::calendars::{INBOX, NOTIFICATIONS, OUTBOX};
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

/// Which of its two addresses a calendar home is named by. What is the same resource has the same answer at both; each client
/// gets hrefs that begin like the address which it asked at (RFC 4918 section 8.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tree {
    /// `/calendars/{owner}/`: what discovery leads to.
    #[default]
    Calendars,
    /// `/{owner}/`, with `{uid}.ics` for each object: the addresses of the system that people had before.
    Short,
}

/// A path as somebody wrote it: what it names, and in which tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub resource: Resource,
    pub tree: Tree,
}

/// What a path under [`ROOT`] names, whether or not it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `/`
    Root,
    /// `/principals/`
    Principals,
    /// `/principals/{slug}/`
    Principal { slug: String },
    /// `/principals/{slug}/calendar-proxy-read/` and `/principals/{slug}/calendar-proxy-write/`: those who act for a person.
    Proxies { slug: String, group: ProxyGroup },
    /// `/calendars/`
    Homes,
    /// `/calendars/{owner}/`
    Home { owner: String },
    /// `/calendars/{owner}/notifications/`: what somebody is told of shares.
    Notifications { owner: String },
    /// `/calendars/{owner}/notifications/{name}`
    Notification { owner: String, name: String },
    /// `/calendars/{owner}/inbox/`: messages about meetings.
    Inbox { owner: String },
    /// `/calendars/{owner}/inbox/{name}`
    InboxItem { owner: String, name: String },
    /// `/calendars/{owner}/outbox/`: where is asked when people are busy.
    Outbox { owner: String },
    /// `/calendars/{owner}/{slug}/`
    Calendar { owner: String, slug: String },
    /// `/calendars/{owner}/{calendar}/{name}`
    Object { owner: String, calendar: String, name: String },
    /// `/calendars/{owner}/{calendar}/{name}/`: a collection inside of a calendar, where none can be.
    Inner { owner: String, calendar: String },
    /// Below an object, or beside the trees above: nothing is ever there.
    Unknown,
}

/// What those who act for a person may do with that person's calendars (caldav-proxy section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyGroup {
    Read,
    Write,
}

impl ProxyGroup {
    pub const ALL: [ProxyGroup; 2] = [ProxyGroup::Read, ProxyGroup::Write];

    /// Its segment in addresses.
    pub fn name(self) -> &'static str {
        match self {
            ProxyGroup::Read => "calendar-proxy-read",
            ProxyGroup::Write => "calendar-proxy-write",
        }
    }

    pub fn access(self) -> Access {
        match self {
            ProxyGroup::Read => Access::Read,
            ProxyGroup::Write => Access::Write,
        }
    }
}

/// Why a path names nothing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("a path segment is not UTF-8")]
    Encoding,
    #[error("a '%' in the path is not followed by two hexadecimal digits")]
    Percent,
    #[error("a path segment is '.', '..' or contains '/' or a control character")]
    Segment,
}

impl Address {
    /// Reads a path as it stands in a request or an href: absolute, percent-encoded. A collection may lack its last slash.
    ///
    /// # Errors
    /// A segment that stands for no name.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        let of = |resource| Ok(Address { resource, tree: Tree::Calendars });
        let Some(rest) = path.strip_prefix(ROOT).or_else(|| (path == ROOT.trim_end_matches('/')).then_some("")) else {
            return of(Resource::Unknown);
        };
        let (rest, slash) = match rest.strip_suffix('/') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        if rest.is_empty() {
            return of(if slash { Resource::Unknown } else { Resource::Root });
        }
        let mut segments = Vec::with_capacity(4);
        for segment in rest.split('/') {
            if segment.is_empty() {
                return of(Resource::Unknown);
            }
            segments.push(decode(segment)?);
        }
        let mut segments = segments.into_iter().peekable();
        let tree = match segments.peek().map(String::as_str) {
            Some("principals") => return of(principals([segments.nth(1), segments.next(), segments.next()])),
            Some("calendars") => {
                segments.next();
                Tree::Calendars
            }
            _ => Tree::Short,
        };
        let segments = [segments.next(), segments.next(), segments.next(), segments.next()];
        Ok(Address { resource: in_homes(segments, slash), tree })
    }

    /// The path, as answers give it.
    pub fn href(&self) -> String {
        self.resource.href_in(self.tree)
    }
}

/// What `/principals/` and the segments after it name.
fn principals(segments: [Option<String>; 3]) -> Resource {
    match segments {
        [None, ..] => Resource::Principals,
        [Some(slug), None, _] => Resource::Principal { slug },
        [Some(slug), Some(name), None] => match ProxyGroup::ALL.into_iter().find(|group| group.name() == name) {
            Some(group) => Resource::Proxies { slug, group },
            None => Resource::Unknown,
        },
        _ => Resource::Unknown,
    }
}

/// What the segments after `/calendars/` name; `slash`: the path ends in one, as MKCOL may end the name of what it makes.
fn in_homes(segments: [Option<String>; 4], slash: bool) -> Resource {
    match segments {
        [None, ..] => Resource::Homes,
        [Some(owner), None, ..] => Resource::Home { owner },
        [Some(owner), Some(slug), None, _] if slug == NOTIFICATIONS => Resource::Notifications { owner },
        [Some(owner), Some(slug), Some(name), None] if slug == NOTIFICATIONS && !slash => {
            Resource::Notification { owner, name }
        }
        [Some(owner), Some(slug), None, _] if slug == INBOX => Resource::Inbox { owner },
        [Some(owner), Some(slug), Some(name), None] if slug == INBOX && !slash => Resource::InboxItem { owner, name },
        [Some(owner), Some(slug), None, _] if slug == OUTBOX => Resource::Outbox { owner },
        [Some(owner), Some(slug), None, _] => Resource::Calendar { owner, slug },
        [Some(owner), Some(calendar), Some(_), None] if slash => Resource::Inner { owner, calendar },
        [Some(owner), Some(calendar), Some(name), None] => Resource::Object { owner, calendar, name },
        _ => Resource::Unknown,
    }
}

impl Resource {
    /// The path under which discovery finds it.
    pub fn href(&self) -> String {
        self.href_in(Tree::Calendars)
    }

    fn href_in(&self, tree: Tree) -> String {
        match self {
            Resource::Root | Resource::Inner { .. } | Resource::Unknown => ROOT.to_owned(),
            Resource::Principals => format!("{ROOT}principals/"),
            Resource::Principal { slug } => principal_href(slug),
            Resource::Proxies { slug, group } => proxies_href(slug, *group),
            Resource::Homes => format!("{ROOT}calendars/"),
            Resource::Home { owner } => tree.home_href(owner),
            Resource::Notifications { owner } => tree.calendar_href(owner, NOTIFICATIONS),
            Resource::Notification { owner, name } => {
                format!("{}{}", tree.calendar_href(owner, NOTIFICATIONS), encode(name))
            }
            Resource::Inbox { owner } => tree.calendar_href(owner, INBOX),
            Resource::InboxItem { owner, name } => format!("{}{}", tree.calendar_href(owner, INBOX), encode(name)),
            Resource::Outbox { owner } => tree.calendar_href(owner, OUTBOX),
            Resource::Calendar { owner, slug } => tree.calendar_href(owner, slug),
            Resource::Object { owner, calendar, name } => {
                format!("{}{}", tree.calendar_href(owner, calendar), encode(name))
            }
        }
    }

    pub fn is_collection(&self) -> bool {
        !matches!(
            self,
            Resource::Object { .. }
                | Resource::Notification { .. }
                | Resource::InboxItem { .. }
                | Resource::Inner { .. }
                | Resource::Unknown
        )
    }
}

impl Tree {
    pub fn home_href(self, owner: &str) -> String {
        match self {
            Tree::Calendars => format!("{ROOT}calendars/{}/", encode(owner)),
            Tree::Short => format!("{ROOT}{}/", encode(owner)),
        }
    }

    pub fn calendar_href(self, owner: &str, slug: &str) -> String {
        format!("{}{}/", self.home_href(owner), encode(slug))
    }
}

pub fn principal_href(slug: &str) -> String {
    format!("{ROOT}principals/{}/", encode(slug))
}

/// Where those are named who act for a person.
pub fn proxies_href(slug: &str, group: ProxyGroup) -> String {
    format!("{}{}/", principal_href(slug), group.name())
}

/// Where discovery finds a person's calendars.
pub fn home_href(owner: &str) -> String {
    Tree::Calendars.home_href(owner)
}

/// A name as a path segment.
pub fn encode(name: &str) -> PercentEncode<'_> {
    utf8_percent_encode(name, SEGMENT)
}

fn decode(segment: &str) -> Result<String, PathError> {
    // The decoder lets a '%' that introduces nothing stand for itself, so that one resource would have two names.
    let is_hex = |octet: Option<u8>| octet.is_some_and(|octet| octet.is_ascii_hexdigit());
    if segment
        .split('%')
        .skip(1)
        .any(|after| !(is_hex(after.bytes().next()) && is_hex(after.as_bytes().get(1).copied())))
    {
        return Err(PathError::Percent);
    }
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
    use kalends_domain::accounts::RESERVED_USER_NAMES;

    fn parse(path: &str) -> Result<Resource, PathError> {
        Address::parse(&format!("/api/v1.0/caldav{path}")).map(|address| address.resource)
    }

    #[test]
    fn paths_name_resources_with_and_without_the_last_slash() {
        let calendar = Resource::Calendar { owner: "ada".into(), slug: "w k".into() };
        let inner = Resource::Inner { owner: "ada".into(), calendar: "w".into() };
        for (path, resource) in [
            ("", Resource::Root),
            ("/", Resource::Root),
            ("/principals", Resource::Principals),
            ("/principals/ada/", Resource::Principal { slug: "ada".into() }),
            ("/principals/ada/x", Resource::Unknown),
            ("/principals/ada/calendar-proxy-read", Resource::Proxies { slug: "ada".into(), group: ProxyGroup::Read }),
            ("/principals/ada/calendar-proxy-write/x", Resource::Unknown),
            ("/calendars/ada/notifications", Resource::Notifications { owner: "ada".into() }),
            ("/ada/notifications/7.xml", Resource::Notification { owner: "ada".into(), name: "7.xml".into() }),
            ("/calendars/", Resource::Homes),
            ("/calendars/ada", Resource::Home { owner: "ada".into() }),
            ("/calendars/ada/w%20k", calendar.clone()),
            ("/calendars/ada/w%20k/", calendar),
            (
                "/calendars/ada/w/%C3%A9%25+@.ics",
                Resource::Object { owner: "ada".into(), calendar: "w".into(), name: "é%+@.ics".into() },
            ),
            ("/calendars/ada/w/a.ics/", inner.clone()),
            ("/ada/w/a.ics/", inner),
            ("/calendars/ada/w/a/b", Resource::Unknown),
            ("/calendars/ada/w/a/b/c", Resource::Unknown),
            ("/ada/w/a/b", Resource::Unknown),
            ("/calendars//w/", Resource::Unknown),
            ("//", Resource::Unknown),
        ] {
            assert_eq!(parse(path).unwrap(), resource, "{path}");
        }
        assert_eq!(Address::parse("/other").unwrap().resource, Resource::Unknown);
        assert_eq!(Address::parse("/api/v1.0/caldavx").unwrap().resource, Resource::Unknown);
    }

    #[test]
    fn both_trees_name_the_same() {
        for rest in ["ada/", "ada/w%20k/", "ada/w/a%20b.ics"] {
            let long = Address::parse(&format!("{ROOT}calendars/{rest}")).unwrap();
            let short = Address::parse(&format!("{ROOT}{rest}")).unwrap();
            assert_eq!((long.tree, short.tree), (Tree::Calendars, Tree::Short));
            assert_eq!(long.resource, short.resource);
            assert_eq!(long.href(), format!("{ROOT}calendars/{rest}"));
            assert_eq!(short.href(), format!("{ROOT}{rest}"));
        }
        // Somebody whose name is that of a tree has the long address alone.
        let home = Resource::Home { owner: "calendars".into() };
        assert_eq!(Address::parse(&home.href()).unwrap(), Address { resource: home, tree: Tree::Calendars });
    }

    #[test]
    fn nobody_new_is_called_like_a_tree() {
        for tree in [Resource::Principals, Resource::Homes] {
            let segment = tree.href().strip_prefix(ROOT).unwrap().trim_end_matches('/').to_owned();
            assert!(RESERVED_USER_NAMES.contains(&segment.as_str()), "{segment}");
        }
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
        for path in ["/calendars/ada/w/%zz.ics", "/calendars/ada/w/a%", "/calendars/ada/%2", "/%%25/w", "/ada/%+1/x"] {
            assert_eq!(parse(path).unwrap_err(), PathError::Percent, "{path}");
        }
    }

    #[test]
    fn hrefs_are_read_back() {
        for name in ["a.ics", "a b%20?#é.ics", "🎄;=,.ics", "\"<>&'[]"] {
            let resource = Resource::Object { owner: "ada".into(), calendar: "w".into(), name: name.into() };
            for tree in [Tree::Calendars, Tree::Short] {
                let object = Address { resource: resource.clone(), tree };
                let href = object.href();
                assert!(href.bytes().all(|b| b.is_ascii_graphic()), "{href}");
                assert_eq!(Address::parse(&href).unwrap(), object);
            }
        }
    }
}
