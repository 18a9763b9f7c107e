//! Expanded names: a namespace and a local name. Prefixes have no meaning of their own.

use std::borrow::Cow;

pub const DAV: &str = "DAV:";
pub const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// Apple's calendar server extensions: `getctag`, sharing, delegates.
pub const CALENDAR_SERVER: &str = "http://calendarserver.org/ns/";
/// Apple's iCal: `calendar-color`, `calendar-order`.
pub const APPLE_ICAL: &str = "http://apple.com/ns/ical/";
/// Ours, only for the text that explains an error element.
pub const KALENDS: &str = "urn:x-kalends:caldav";

/// The namespaces that Kalends knows, and the others by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    Dav,
    CalDav,
    CalendarServer,
    AppleIcal,
    Other(Cow<'static, str>),
}

impl Namespace {
    pub fn from_uri(uri: &str) -> Self {
        match uri {
            DAV => Namespace::Dav,
            CALDAV => Namespace::CalDav,
            CALENDAR_SERVER => Namespace::CalendarServer,
            APPLE_ICAL => Namespace::AppleIcal,
            _ => Namespace::Other(Cow::Owned(uri.to_owned())),
        }
    }

    /// The namespace name; empty for elements in no namespace.
    pub fn uri(&self) -> &str {
        match self {
            Namespace::Dav => DAV,
            Namespace::CalDav => CALDAV,
            Namespace::CalendarServer => CALENDAR_SERVER,
            Namespace::AppleIcal => APPLE_ICAL,
            Namespace::Other(uri) => uri,
        }
    }

    /// The prefix that the writer declares on every root element.
    pub fn prefix(&self) -> Option<&'static str> {
        match self {
            Namespace::Dav => Some("D"),
            Namespace::CalDav => Some("C"),
            Namespace::CalendarServer => Some("CS"),
            Namespace::AppleIcal => Some("IC"),
            Namespace::Other(_) => None,
        }
    }
}

/// An expanded element name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    pub namespace: Namespace,
    pub local: Cow<'static, str>,
}

impl Name {
    pub fn new(namespace: Namespace, local: impl Into<Cow<'static, str>>) -> Self {
        Name { namespace, local: local.into() }
    }

    pub fn is(&self, namespace: &Namespace, local: &str) -> bool {
        self.local == local && self.namespace == *namespace
    }

    pub fn is_dav(&self, local: &str) -> bool {
        self.is(&Namespace::Dav, local)
    }

    pub fn is_calendar_server(&self, local: &str) -> bool {
        self.is(&Namespace::CalendarServer, local)
    }

    pub fn is_caldav(&self, local: &str) -> bool {
        self.is(&Namespace::CalDav, local)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{{{}}}{}", self.namespace.uri(), self.local)
    }
}
