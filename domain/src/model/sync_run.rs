//! What runs of a synchronisation have done.

use super::sync_link::{SyncLinkId, Trouble};
use chrono::{DateTime, Utc};

/// Identifies a run in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SyncRunId(pub i64);

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunOutcome {
    Done,
    /// Some of it is to be tried again.
    Partly,
    Failed,
    /// But for the deletions, for which somebody has to say yes.
    Asks,
}

impl RunOutcome {
    pub const ALL: [RunOutcome; 4] = [RunOutcome::Done, RunOutcome::Partly, RunOutcome::Failed, RunOutcome::Asks];

    pub fn name(self) -> &'static str {
        match self {
            RunOutcome::Done => "done",
            RunOutcome::Partly => "partly",
            RunOutcome::Failed => "failed",
            RunOutcome::Asks => "asks",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// On which side something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    Here,
    There,
}

impl Side {
    pub fn name(self) -> &'static str {
        match self {
            Side::Here => "here",
            Side::There => "there",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Side::Here, Side::There].into_iter().find(|side| side.name() == name)
    }
}

/// What was done with an object, or is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SyncOutcome {
    Created,
    Changed,
    Deleted,
    /// It was changed on both sides, and what each had changed has come together.
    Merged,
    /// Somebody has to decide.
    Conflict,
    /// It is left alone until one side changes.
    SetAside,
    /// It is to be deleted once somebody has said yes.
    Held,
    /// Of taking a run back: something else has changed it since.
    Left,
}

impl SyncOutcome {
    pub const ALL: [SyncOutcome; 8] = [
        SyncOutcome::Created,
        SyncOutcome::Changed,
        SyncOutcome::Deleted,
        SyncOutcome::Merged,
        SyncOutcome::Conflict,
        SyncOutcome::SetAside,
        SyncOutcome::Held,
        SyncOutcome::Left,
    ];

    pub fn name(self) -> &'static str {
        match self {
            SyncOutcome::Created => "created",
            SyncOutcome::Changed => "changed",
            SyncOutcome::Deleted => "deleted",
            SyncOutcome::Merged => "merged",
            SyncOutcome::Conflict => "conflict",
            SyncOutcome::SetAside => "aside",
            SyncOutcome::Held => "held",
            SyncOutcome::Left => "left",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.name() == name)
    }
}

/// A run of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncRun {
    pub id: SyncRunId,
    pub link: SyncLinkId,
    /// Its identifier in the log.
    pub run: uuid::Uuid,
    /// It took another run back.
    pub takes_back: bool,
    pub began_at: DateTime<Utc>,
    /// `None`: it goes on, or whoever did it went away.
    pub ended_at: Option<DateTime<Utc>>,
    pub outcome: Option<RunOutcome>,
    pub trouble: Option<Trouble>,
    pub why: Option<String>,
    /// Another run took it back.
    pub taken_back: bool,
}

/// A line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEntry {
    /// Counts up within the run.
    pub id: i64,
    pub side: Side,
    pub deed: SyncOutcome,
    pub uid: String,
    pub title: Option<String>,
    /// Of the object here.
    pub name: Option<String>,
    pub why: Option<String>,
    pub(crate) undo: EntryUndo,
}

/// What taking a line of a receipt back needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EntryUndo {
    pub remote: Option<String>,
    /// The text there before.
    pub before: Option<String>,
    /// The tag there after.
    pub tag: Option<String>,
    /// At what both were the same before.
    pub local_base: Option<String>,
}

/// How many objects were or are to be done with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeedCount {
    pub side: Side,
    pub deed: SyncOutcome,
    pub count: u64,
}
