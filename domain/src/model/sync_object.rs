//! Objects of a link: what both sides were last the same at, and what has been seen of them since.

use super::version::Digest;
use crate::sync::provider::{RemoteObjectId, RemoteTag};
use chrono::{DateTime, Utc};

/// Identifies an object of a link in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SyncObjectId(pub i64);

/// What has been seen of an object at the remote side since both were the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteState {
    Same,
    /// It may be another, or is new.
    Seen,
    Gone,
}

impl RemoteState {
    pub fn name(self) -> &'static str {
        match self {
            RemoteState::Same => "same",
            RemoteState::Seen => "seen",
            RemoteState::Gone => "gone",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [RemoteState::Same, RemoteState::Seen, RemoteState::Gone].into_iter().find(|state| state.name() == name)
    }
}

/// Why an object is left alone until one of its versions is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AsideCode {
    /// The remote side does not take it.
    Rejected,
    /// The remote side does not give it, or gives what cannot be read.
    Unreadable,
    /// It cannot be stored here.
    Unstorable,
    /// The calendar elsewhere has its UID twice.
    UidTwice,
    /// The calendar elsewhere takes no objects of its kind.
    Kind,
    /// It was tried again and again.
    Failing,
    /// It is older than what is to be in step. That is as it should be.
    Outside,
    /// Somebody has to decide between the two sides.
    Conflict,
}

impl AsideCode {
    pub const ALL: [AsideCode; 8] = [
        AsideCode::Rejected,
        AsideCode::Unreadable,
        AsideCode::Unstorable,
        AsideCode::UidTwice,
        AsideCode::Kind,
        AsideCode::Failing,
        AsideCode::Outside,
        AsideCode::Conflict,
    ];

    pub fn name(self) -> &'static str {
        match self {
            AsideCode::Rejected => "rejected",
            AsideCode::Unreadable => "unreadable",
            AsideCode::Unstorable => "unstorable",
            AsideCode::UidTwice => "uid-twice",
            AsideCode::Kind => "kind",
            AsideCode::Failing => "failing",
            AsideCode::Outside => "outside",
            AsideCode::Conflict => "conflict",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }
}

/// An object that was set aside, with the versions here and there at which it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    pub code: AsideCode,
    pub why: String,
    pub local: Option<String>,
    pub remote: Option<String>,
}

/// A conflict that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenConflict {
    pub at: DateTime<Utc>,
    /// `None`: it was deleted there.
    pub theirs: Option<String>,
}

/// An object of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncObject {
    pub id: SyncObjectId,
    /// `None`: it has not been read yet.
    pub uid: Option<String>,
    /// Of the object here, as it was called last.
    pub name: Option<String>,
    /// `None`: it is not there.
    pub remote: Option<RemoteObjectId>,
    /// Entity tag of the text here when both were the same.
    pub local_base: Option<String>,
    pub remote_base: Option<RemoteTag>,
    /// Of the text there when both were the same.
    pub remote_digest: Option<Digest>,
    /// The text here then.
    pub base_text: Option<String>,
    /// The text there then, where it says less than the one here.
    pub remote_base_text: Option<String>,
    pub remote_state: RemoteState,
    pub seen_tag: Option<RemoteTag>,
    pub seen_text: Option<String>,
    pub local_pending: bool,
    /// Entity tag of a text that was sent, and may have arrived.
    pub pushing: Option<String>,
    pub failures: u32,
    pub aside: Option<Aside>,
    pub conflict: Option<OpenConflict>,
    pub title: Option<String>,
    /// When it last went from one side to the other, and whether from here to there.
    pub crossed: Option<(DateTime<Utc>, bool)>,
}

impl SyncObject {
    /// One of which nothing is known yet.
    pub fn new(id: SyncObjectId) -> Self {
        SyncObject {
            id,
            uid: None,
            name: None,
            remote: None,
            local_base: None,
            remote_base: None,
            remote_digest: None,
            base_text: None,
            remote_base_text: None,
            remote_state: RemoteState::Same,
            seen_tag: None,
            seen_text: None,
            local_pending: false,
            pushing: None,
            failures: 0,
            aside: None,
            conflict: None,
            title: None,
            crossed: None,
        }
    }

    /// Whether both sides were ever the same.
    pub fn is_based(&self) -> bool {
        self.local_base.is_some()
    }

    /// The version there as far as it is known, for comparison; `None`: there is none.
    pub fn remote_version(&self) -> Option<String> {
        match self.remote_state {
            RemoteState::Gone => None,
            _ if self.remote.is_none() => None,
            RemoteState::Same => Some(self.base_version()),
            RemoteState::Seen => {
                Some(self.seen_tag.as_ref().map_or_else(|| "?".to_owned(), |tag| format!("tag {}", tag.0)))
            }
        }
    }

    /// The version there when both were the same, written as [`SyncObject::remote_version`] writes it.
    pub fn base_version(&self) -> String {
        match (&self.remote_base, self.remote_digest) {
            (Some(tag), _) => format!("tag {}", tag.0),
            (None, Some(digest)) => format!("text {digest:?}"),
            (None, None) => String::new(),
        }
    }
}
