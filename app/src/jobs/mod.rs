//! `/admin/jobs`: what the server does beside answering, for administrators.

pub mod api;
mod page;
pub mod server;

pub use page::JobsPage;

use crate::wire::ApiError;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobList {
    pub jobs: Vec<JobInfo>,
    /// Why what was asked for was not done.
    pub refused: Option<ApiError>,
}

/// A job in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobInfo {
    pub id: i64,
    pub kind: String,
    pub state: State,
    /// When it is due, or has ended.
    pub when: String,
    /// How far it has come, what came of it, or why it failed.
    pub became: String,
    /// How much of how much is done.
    pub progress: Option<(u64, u64)>,
    pub can_be_retried: bool,
    pub can_be_removed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Waiting,
    /// It has failed and waits to be tried again.
    Failing,
    Running,
    Done,
    Dead,
}

/// What a form of the page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Retry(i64),
    Remove(i64),
    Clean,
    Reindex,
}

impl Wish {
    /// Reads the fields of a form: `do`, with the job in `job`.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let job = || value("job")?.parse().ok();
        match value("do")?.as_str() {
            "retry" => job().map(Wish::Retry),
            "remove" => job().map(Wish::Remove),
            "clean" => Some(Wish::Clean),
            "reindex" => Some(Wish::Reindex),
            _ => None,
        }
    }
}

/// Why a wish was not done, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug)]
pub struct WishRefused(pub ApiError);
