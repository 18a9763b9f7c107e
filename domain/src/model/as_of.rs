//! What a calendar was at a time, beside what it is now; and which changes of it are asked for.

use super::calendar::Revision;
use super::object::ObjectId;
use super::principal::PrincipalId;
use super::version::{Change, Digest};
use chrono::{DateTime, Utc};

/// What became of an object since a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Became {
    /// Its text is the one that it had.
    Same,
    Changed,
    Deleted,
    /// It was not there then.
    Added,
}

/// An object as the log says that it stood at a time, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectAsOf {
    /// Name of the calendar object resource.
    pub name: String,
    pub became: Became,
    /// The change that had led to it; `None` where it was not there.
    pub stood: Option<Revision>,
    /// Whose versions hold its text.
    pub(crate) object: Option<ObjectId>,
    /// The version that it had; `None` where it was not there, and where the log does not say.
    pub then: Option<Digest>,
    /// The entity tag that it has now.
    pub etag: Option<String>,
    /// The title that it has now.
    pub(crate) summary: Option<String>,
    /// The newest change of it.
    pub last: Revision,
}

/// How many objects there were and are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    pub same: u64,
    pub changed: u64,
    pub deleted: u64,
    pub added: u64,
}

impl Differences {
    /// Whether nothing is otherwise than it was.
    pub fn is_none(&self) -> bool {
        (self.changed, self.deleted, self.added) == (0, 0, 0)
    }

    /// How many objects there were.
    pub fn then(&self) -> u64 {
        self.same + self.changed + self.deleted
    }
}

/// Which part of a calendar as it was is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsOfPage {
    /// All that stood there, in the order of the names: those after this one (`""`: from the first).
    Everything { after: String },
    /// What is otherwise now, the last changed first: what changed last before this revision (`None`: from the newest).
    Different { before: Option<Revision> },
}

/// By which way something was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeWay {
    /// By hand in the agenda.
    Page,
    /// By a program with the app password of this id.
    AppPassword(i64),
    /// By the import of a file, whoever began it.
    Import,
    /// By bringing back what was.
    Restore,
    Command,
    /// By a run that keeps it in step with a calendar elsewhere.
    Sync,
    /// By a message about a meeting, from whoever sent it.
    Invitation,
    /// By the address in an invitation, from somebody who has no account.
    AnswerLink,
    /// By a message that came by mail, to a mail account of the owner's.
    Mail,
    /// By noting what became of messages that went elsewhere.
    Delivery,
}

/// Which changes of a calendar are asked for; what is `None` does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    pub person: Option<PrincipalId>,
    pub way: Option<ChangeWay>,
    pub from: Option<DateTime<Utc>>,
    /// Not itself among them.
    pub until: Option<DateTime<Utc>>,
}

/// Somebody who changed something in a calendar, by one way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeMaker {
    /// The principal's name at the time.
    pub name: String,
    pub principal: PrincipalId,
    pub way: ChangeWay,
    /// What the app password was called.
    pub label: String,
}

/// A row of the log with what the store knows of its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedChange {
    pub change: Change,
    /// The version before it.
    pub before: Option<Digest>,
    /// The title that the object has now; `None` where it is no more, or has none.
    pub summary: Option<String>,
    /// Whether the object is there now.
    pub stands: bool,
}
