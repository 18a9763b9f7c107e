//! What the engine asks of whoever speaks to calendars elsewhere: a [`Provider`] for each kind of remote service.
//!
//! A provider knows a protocol and nothing of what is stored here. What it must remember from one run to the next it says in a
//! [`Cursor`], which the engine keeps. All ids, tags and cursors are the remote side's words: to be kept and compared, not taken apart.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use kalends_ical::instances::Window;
use kalends_ical::merge::{self, Versions, Winner};
use kalends_ical::{ComponentKind, Limits};
use serde::{Deserialize, Serialize};

/// How many objects [`Provider::fetch`] is asked for at once at most.
pub const MAX_FETCHED: usize = 100;

/// What a provider answers, once it has asked.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ProviderError>>;

/// Which calendar, among those of an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RemoteCalendarId(pub String);

/// Which object, within its calendar. It stays the same as long as the object stays where it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RemoteObjectId(pub String);

/// What an object is at: another tag, another text (an ETag, a change key).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RemoteTag(pub String);

/// Up to where changes are known, in the provider's own writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(pub String);

/// A calendar of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteCalendar {
    pub id: RemoteCalendarId,
    /// For people; never empty.
    pub name: String,
    pub description: Option<String>,
    /// `#RRGGBB`
    pub color: Option<String>,
    /// Its place among the others, the smallest first.
    pub order: Option<i64>,
    /// What may be stored in it, by the names of iCalendar; `None`: the remote side does not say.
    pub components: Option<Vec<String>>,
    pub is_writable: bool,
    /// It is another's, or others have it as well.
    pub is_shared: bool,
    /// The IANA name or TZID of its time zone.
    pub time_zone: Option<String>,
    pub following: Following,
}

impl RemoteCalendar {
    /// One that is only read, and of which nothing more is known than what it is called; whether it has changed is told.
    pub fn read_only(id: RemoteCalendarId, name: String) -> Self {
        RemoteCalendar {
            id,
            name,
            description: None,
            color: None,
            order: None,
            components: None,
            is_writable: false,
            is_shared: false,
            time_zone: None,
            following: Following::Tag,
        }
    }

    /// Whether objects of `kind` may be stored in it, as far as is known.
    pub fn takes(&self, kind: ComponentKind) -> bool {
        let named = |components: &Vec<String>| components.iter().any(|name| name.eq_ignore_ascii_case(kind.name()));
        self.is_writable && self.components.as_ref().is_none_or(named)
    }
}

/// By what the remote side tells that a calendar has changed, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Following {
    /// It names what changed since a cursor.
    Changes,
    /// It tells whether anything changed; what did is found by comparing tags.
    Tag,
    /// By comparing the tags of all objects each time.
    Comparison,
}

/// What is known of an object without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteHead {
    pub id: RemoteObjectId,
    /// `None`: the remote side has none, so that only the text tells whether it changed.
    pub tag: Option<RemoteTag>,
    /// The text, where it came along without being asked for.
    pub text: Option<String>,
}

/// What the pages of a run are about together, and so what it means that none of them names an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// What changed since the cursor: what is not named is as it was.
    Changes,
    /// All that is there: what is named on no page is gone. The pages may come in several runs; as long as `has_more`, a page that
    /// continues from the cursor of such a page belongs to the same listing.
    Everything,
    /// All that touches the window: what lies in it and is not named is gone, and of the rest nothing is said.
    Within(Window),
}

/// A part of what changed. It is taken in whole, and then its cursor is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangePage {
    pub coverage: Coverage,
    /// New or changed, or as it was (what is listed to be compared). No id twice, and none that is in `removed` as well.
    pub present: Vec<RemoteHead>,
    pub removed: Vec<RemoteObjectId>,
    /// From where to ask on.
    pub next: Cursor,
    /// Whether there is more right now.
    pub has_more: bool,
}

/// What became of one object that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub id: RemoteObjectId,
    pub outcome: FetchOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchOutcome {
    /// iCalendar, whose lines end in CRLF; nothing else of it has been looked at.
    Text {
        text: String,
        tag: Option<RemoteTag>,
    },
    Gone,
    /// The remote side has it and does not give it, or gives what is no text. Others are not concerned.
    Unreadable {
        why: String,
    },
    /// The remote side has a fault at this one alone, which it may not have the next time.
    Failed {
        why: String,
    },
}

/// What was stored, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub id: RemoteObjectId,
    pub text: StoredText,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredText {
    /// The remote side has what it was sent, as far as it says (RFC 4791 section 5.3.4).
    AsSent { tag: RemoteTag },
    /// It may have made another text of it: what it has is to be fetched and compared with.
    ToBeReadBack,
}

/// What can be done by a provider at all; a single calendar may allow less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether `create`, `update` and `delete` do anything but fail.
    pub writes: bool,
    /// Whether the texts are stored as they are sent, properties included that nobody knows.
    pub keeps_texts: bool,
}

fn read_only<T: Send>() -> Answer<'static, T> {
    Box::pin(async { Err(ProviderError::Forbidden("this calendar is only read".into())) })
}

/// An account at a remote service, ready to be asked.
///
/// Nothing is retried in here: whoever asks decides by the error whether and when to ask again.
pub trait Provider: Send + Sync {
    fn capabilities(&self) -> Capabilities;

    /// The calendars of the account, whatever is in them.
    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>>;

    /// What changed in a calendar since `since`; `None`: all that is there. `window` is what a service may be asked for that can
    /// neither name changes nor list everything; others do not look at it.
    ///
    /// # Errors
    /// `CursorRejected`, when `since` is of no use (any more): then everything is to be compared, from `None` on.
    fn changes<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        since: Option<&'a Cursor>,
        window: Window,
    ) -> Answer<'a, ChangePage>;

    /// What tells of changes by itself; `None`: the remote side has to be asked.
    fn notifications(&self) -> Option<&dyn Notifications> {
        None
    }

    /// Whether what is written from now on may have the remote side invite people, where it sends invitations by itself. Until that is
    /// said, it may not: whom a text invites stays here then.
    fn allow_invitations(&self, _: bool) {}

    /// Whether meetings that are made from now on are to be held online by the remote side's own service, where it has one. Until that is
    /// said, they are not.
    fn hold_meetings_online(&self, _: bool) {}

    /// After how long a calendar itself wants to be asked again, as far as [`Provider::changes`] or
    /// [`Provider::calendars`] was told when it was last asked.
    fn wished_interval(&self) -> Option<TimeDelta> {
        None
    }

    /// The texts of objects, one answer for each, in the order in which they were asked for; at most [`MAX_FETCHED`] at once.
    fn fetch<'a>(&'a self, calendar: &'a RemoteCalendarId, objects: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>>;

    /// Stores a new object; `uid` is the one in `text`.
    ///
    /// # Errors
    /// `Changed` when there is one at its place already, `UidTaken` when the calendar has the UID elsewhere, `Rejected` when the
    /// remote side does not take this text; `Forbidden` of what is only read, as nothing else is said here.
    fn create<'a>(&'a self, _calendar: &'a RemoteCalendarId, _uid: &'a str, _text: &'a str) -> Answer<'a, Stored> {
        read_only()
    }

    /// Stores another text for an object. `tag`: what it must be at; `None`: whatever it is at, as long as it is there.
    ///
    /// # Errors
    /// `Changed` when it is not at `tag`, or not there; `Rejected` when the remote side does not take this text.
    fn update<'a>(
        &'a self,
        _calendar: &'a RemoteCalendarId,
        _object: &'a RemoteObjectId,
        _tag: Option<&'a RemoteTag>,
        _text: &'a str,
    ) -> Answer<'a, Stored> {
        read_only()
    }

    /// Deletes an object; one that is not there is deleted already. `tag` as in [`Provider::update`].
    ///
    /// # Errors
    /// `Changed` when it is not at `tag`.
    fn delete<'a>(
        &'a self,
        _calendar: &'a RemoteCalendarId,
        _object: &'a RemoteObjectId,
        _tag: Option<&'a RemoteTag>,
    ) -> Answer<'a, ()> {
        read_only()
    }

    /// What the remote side could hold of a text: how it would read if it had been stored there and were fetched. A text that could not be
    /// stored at all is answered as it is.
    ///
    /// A pure function: nothing is asked. Where [`Capabilities::keeps_texts`] holds, it is the text itself.
    fn as_held(&self, text: &str) -> String {
        text.to_owned()
    }

    /// How a text that was sent and `fetched` right after would read if the remote side had added nothing to it by itself, as the address of
    /// a meeting that it holds online. `None`: it has added nothing. What it has added counts as an edit over there.
    ///
    /// A pure function: nothing is asked. It is for those where [`Capabilities::keeps_texts`] does not hold.
    fn without_additions(&self, _sent: &str, _fetched: &str) -> Option<String> {
        None
    }

    /// A text that was fetched, in the words of `base`, the text that both sides last had in common: what the remote side cannot hold is as
    /// `base` has it, and so is all that says there what `held`, the text of `base` over there, says. So nothing is lost, and nothing has
    /// changed, only because it cannot be written over there.
    ///
    /// What is merged with a text of ours is this and not the text as it was fetched. A pure function: nothing is asked.
    fn restored(&self, base: &str, held: &str, fetched: &str) -> String {
        let versions = Versions { base: Some(held), ours: Some(base), theirs: Some(fetched) };
        let restored = merge::resolve(&versions, &Limits::default(), &mut |_| Winner::Theirs);
        restored.ok().flatten().unwrap_or_else(|| fetched.to_owned())
    }
}

/// What a service and this installation have agreed upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteSubscription {
    pub id: String,
    pub expires_at: DateTime<Utc>,
}

/// A service that tells of changes.
pub trait Notifications: Send + Sync {
    /// Has it tell at `hook` of changes in a calendar. It sends `secret` along each time.
    ///
    /// # Errors
    /// `Rejected` when it does not get the answer there that it wants.
    fn subscribe<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        hook: &'a str,
        secret: &'a str,
    ) -> Answer<'a, RemoteSubscription>;

    /// Has it go on telling.
    ///
    /// # Errors
    /// `Missing` when it does not know of it any more.
    fn renew<'a>(&'a self, subscription: &'a str) -> Answer<'a, RemoteSubscription>;

    /// Has it tell nothing any more; what it does not know of has ended.
    fn unsubscribe<'a>(&'a self, subscription: &'a str) -> Answer<'a, ()>;
}

/// Why a provider has no answer; the text is fit to show to a person. What is not said to be about one object is about the whole
/// calendar or account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It may be otherwise the next time: no connection, no end in time, too many requests, a fault over there.
    #[error("{why}")]
    Transient {
        why: String,
        /// Not to be asked again before that time has passed.
        retry_after: Option<TimeDelta>,
    },
    /// The credentials are not (or no longer) good; a person has to give others.
    #[error("{0}")]
    Unauthenticated(String),
    /// The credentials are good, and not for this.
    #[error("{0}")]
    Forbidden(String),
    /// The calendar, or the whole account, is not there (any more).
    #[error("{0}")]
    Missing(String),
    /// The remote side cannot, or does not want to, continue from the cursor.
    #[error("what was changed since the last time cannot be said; everything is compared")]
    CursorRejected,
    /// Of one object: it is not at what it was thought to be at.
    #[error("the object was changed in the meantime")]
    Changed,
    /// Of one object: another of the calendar has its UID, where it is said at which place.
    #[error("the calendar has another object with this UID")]
    UidTaken { by: Option<RemoteObjectId> },
    /// Of one object: the remote side does not take the text as it is, and will not take it the next time.
    #[error("{0}")]
    Rejected(String),
    /// What came is beyond what is taken from others, or would lead where nothing is asked for: too large, a private network, a
    /// certificate that is not trusted.
    #[error("{0}")]
    Refused(String),
    /// The answer is not what the protocol says.
    #[error("{0}")]
    Unreadable(String),
}

impl ProviderError {
    pub fn is_transient(&self) -> bool {
        matches!(self, ProviderError::Transient { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_takes_what_it_names_and_anything_when_it_names_nothing() {
        let mut calendar = RemoteCalendar {
            id: RemoteCalendarId("x".into()),
            name: "x".into(),
            description: None,
            color: None,
            order: None,
            components: None,
            is_writable: true,
            is_shared: false,
            time_zone: None,
            following: Following::Comparison,
        };
        assert!(calendar.takes(ComponentKind::Journal));
        calendar.components = Some(vec!["vevent".into()]);
        assert!(calendar.takes(ComponentKind::Event) && !calendar.takes(ComponentKind::Todo));
        calendar.is_writable = false;
        assert!(!calendar.takes(ComponentKind::Event));
    }
}
