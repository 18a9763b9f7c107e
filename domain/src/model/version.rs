//! The texts that an object has had, and what led from one to the next.

use super::calendar::{CalendarId, Revision};
use super::object::ObjectId;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

/// The content address of a text: the first 16 octets of its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    pub fn of(text: &str) -> Self {
        let mut first = [0; 16];
        first.copy_from_slice(&Sha256::digest(text)[..16]);
        Digest(first)
    }

    /// That of the text which has this entity tag, if any has.
    pub fn of_etag(etag: &str) -> Option<Self> {
        let digits =
            etag.strip_prefix('"')?.strip_suffix('"').filter(|digits| digits.len() == 32 && digits.is_ascii())?;
        let mut digest = [0; 16];
        for (octet, index) in digest.iter_mut().zip((0..32).step_by(2)) {
            *octet = u8::from_str_radix(&digits[index..index + 2], 16).ok()?;
        }
        Some(Digest(digest))
    }

    /// The strong entity tag of the text: the same octets always have the same one.
    pub fn etag(&self) -> String {
        format!("\"{self:?}\"")
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// A text that an object has no more, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    pub digest: Digest,
    /// The version of the same object that `content` is compressed against.
    pub base: Option<Digest>,
    pub content: Vec<u8>,
}

/// Identifies a row of `causes` in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CauseId(pub i64);

/// A piece of work that makes many changes, such as the import of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: uuid::Uuid,
    pub kind: RunKind,
    /// What it was about: the name of the file; the time whose state came back (RFC 3339).
    pub label: String,
}

/// The rows of the log that one edit added, in their order: all that it takes to take the edit back. Empty where it changed nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undo(pub Vec<(CalendarId, Revision)>);

impl Run {
    pub fn new(kind: RunKind, label: String) -> Self {
        Run { id: uuid::Uuid::new_v4(), kind, label }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// Of a file.
    Import,
    /// Of what a calendar, or an object in it, was at a time.
    Restore,
    /// Of an import, which it takes back.
    TakenBack,
    /// Of what a calendar elsewhere has.
    Sync,
}

/// By whom and by which way something was changed, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The principal's name at the time.
    pub principal_name: String,
    /// The name of the person for whom they acted; empty: for themselves.
    pub for_name: String,
    /// `page`, `app-password`, `command` or `sync`.
    pub way: String,
    /// What the credential was called, or what the run was about; empty where there was neither.
    pub label: String,
    /// The run that it was part of.
    pub run: Option<(uuid::Uuid, RunKind)>,
}

/// A row of the log: one write to one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub revision: Revision,
    /// The object's name.
    pub name: String,
    pub removed: bool,
    pub at: DateTime<Utc>,
    /// `None` where the log did not say yet.
    pub object: Option<ObjectId>,
    /// The row before about the same object; its `after` is the version before this change. `None` where it was new, or where the log
    /// did not say yet.
    pub previous: Option<Revision>,
    /// The version that it led to; `None` for a removal, or where the log did not say yet.
    pub after: Option<Digest>,
    /// `None` where the log did not say yet.
    pub cause: Option<Cause>,
}
