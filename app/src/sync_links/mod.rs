//! `/calendars/{id}/sync`: a calendar that is kept in step with one elsewhere, how it is, and what its runs did.

pub mod api;
pub mod beside;
pub mod choices;
mod conflicts;
mod link_page;
mod receipt_page;
pub mod server;
pub mod states;

pub use link_page::{LinkBadge, SyncPage};
pub use receipt_page::{Lines, ReceiptPage};

use crate::history::Difference;
use crate::wire::{ApiError, CalendarId};
use choices::Choices;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

/// The page of a calendar's link.
pub fn path(calendar: CalendarId) -> String {
    format!("/calendars/{calendar}/sync")
}

/// The receipt of one of its runs.
pub fn receipt_path(calendar: CalendarId, run: i64) -> String {
    format!("/calendars/{calendar}/sync/{run}")
}

/// How a link is, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    InStep,
    Syncing,
    Waiting,
    Attention,
    Paused,
}

/// A link of one of the viewer's calendars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkInfo {
    pub calendar: CalendarId,
    pub name: String,
    pub color: String,
    pub remote_name: String,
    /// Whether what is in it there can be changed.
    pub is_writable_there: bool,
    pub standing: Standing,
    /// How it is, in a sentence, with what to do.
    pub line: String,
    /// What the service said, where something is wrong.
    pub why: Option<String>,
    /// How much of the run under way is done, and of how much, where that is known.
    pub progress: Option<(u64, Option<u64>)>,
}

/// Everything on the page of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkContents {
    /// The revisions that are shown, as the cursor of the stream has them.
    pub cursor: String,
    pub link: LinkInfo,
    pub account: i64,
    pub account_name: String,
    pub is_paused: bool,
    /// Its calendar elsewhere is gone.
    pub is_gone: bool,
    /// Somebody has to say yes to deletions.
    pub asks: bool,
    /// What is to be deleted then.
    pub held: Held,
    /// A run of it is taken back, or was the last to be.
    pub taking_back: Option<TakingBackInfo>,
    pub choices: Choices,
    /// The calendar elsewhere says how often it wants to be looked at.
    pub wishes: bool,
    pub is_writable_there: bool,
    /// The service invites people by itself to what is written there.
    pub invites_by_itself: bool,
    /// The service tells of changes by itself.
    pub is_told: bool,
    pub runs: Vec<RunInfo>,
    pub conflicts: Vec<ConflictInfo>,
    /// Objects that are left alone until one side changes: what they are called, and why.
    pub aside: Vec<(String, String)>,
    pub said: Option<String>,
    pub refused: Option<LinkRefused>,
}

/// Deletions that wait for a yes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// How many would go here and there.
    pub here: u64,
    pub there: u64,
    /// The same in words, with of how many.
    pub counts: Vec<String>,
    /// On which side, what, and why, as [`RunInfo`]'s lines are; not all where there are many.
    pub lines: Vec<(String, String, String)>,
}

/// How far taking a run back has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakingBackInfo {
    pub job: i64,
    pub run: i64,
    /// It waits or goes on.
    pub is_open: bool,
    /// In a sentence.
    pub line: String,
    pub progress: Option<(u64, u64)>,
    /// What somebody changed since, which is left.
    pub left: Vec<String>,
}

/// A run, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    pub id: i64,
    pub began: NaiveDateTime,
    /// How it ended.
    pub outcome: String,
    /// What it did, each in words.
    pub deeds: Vec<String>,
    pub was_taken_back: bool,
}

/// Both versions of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictInfo {
    pub id: i64,
    pub title: String,
    pub since: NaiveDateTime,
    /// What is otherwise: before is here, after is there.
    pub differences: Vec<Difference>,
    pub is_deleted_here: bool,
    pub is_deleted_there: bool,
}

/// Everything on the page of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub calendar: CalendarId,
    pub calendar_name: String,
    pub run: RunInfo,
    /// What was done, with what, and why.
    pub lines: Vec<(String, String, String)>,
    /// There are more lines than these.
    pub more: bool,
    /// The revisions that are shown, as the cursor of the stream has them.
    pub cursor: String,
    pub taking_back: Option<TakingBackInfo>,
    pub refused: Option<LinkRefused>,
}

/// What a form on these pages asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkWish {
    Now,
    /// All calendars that are in step.
    /// With everything there compared.
    Compare,
    NowAll,
    Pause,
    Resume,
    Change(Choices),
    /// Says yes to as many deletions here and there.
    Delete {
        here: u64,
        there: u64,
    },
    /// Says no to them.
    DoNotDelete,
    Resolve {
        object: i64,
        here: bool,
    },
    Remove(Removal),
    TakeBack {
        run: i64,
    },
}

/// What becomes of the calendars of a link that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Removal {
    Keep,
    Bin,
    DeleteThere,
}

impl LinkWish {
    /// Reads the fields of a form: `do` with what it is about.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let number = |name: &str| value(name)?.parse().ok();
        let count = |name: &str| value(name)?.parse().ok();
        match value("do")?.as_str() {
            "now" => Some(LinkWish::Now),
            "compare" => Some(LinkWish::Compare),
            "now-all" => Some(LinkWish::NowAll),
            "pause" => Some(LinkWish::Pause),
            "resume" => Some(LinkWish::Resume),
            "change" => Some(LinkWish::Change(Choices::read(&value))),
            "delete" => Some(LinkWish::Delete { here: count("here")?, there: count("there")? }),
            "do-not-delete" => Some(LinkWish::DoNotDelete),
            "here" => Some(LinkWish::Resolve { object: number("object")?, here: true }),
            "there" => Some(LinkWish::Resolve { object: number("object")?, here: false }),
            "take-back" => Some(LinkWish::TakeBack { run: number("run")? }),
            "remove" => match value("what")?.as_str() {
                "keep" => Some(LinkWish::Remove(Removal::Keep)),
                "bin" => Some(LinkWish::Remove(Removal::Bin)),
                "there" => Some(LinkWish::Remove(Removal::DeleteThere)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A wish that was not done: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRefused(pub ApiError);
