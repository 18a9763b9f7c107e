//! `/import/from`: moving in from another service.

pub mod api;
mod page;
mod progress;
pub mod server;

pub use page::MovePage;
pub use progress::MoveProgressPage;

use crate::wire::ApiError;
use serde::{Deserialize, Serialize};

/// Everything on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveState {
    /// What was typed, without the password.
    pub address: String,
    pub user: String,
    /// What was found there; `None`: nothing was looked for yet.
    pub found: Option<Found>,
    pub refused: Option<ApiError>,
}

/// An account that lets somebody in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The account, sealed.
    pub ticket: String,
    pub calendars: Vec<FoundCalendar>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundCalendar {
    pub id: String,
    pub name: String,
    pub color: Option<String>,
    /// How many objects it holds; `None`: it takes long to say.
    pub objects: Option<usize>,
}

/// How far a move has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveUnderWay {
    pub job: i64,
    pub calendars: Vec<CalendarUnderWay>,
    pub is_done: bool,
    /// Why it does not go on.
    pub refused: Option<String>,
    /// Why it waits to be tried again.
    pub waits: Option<String>,
    /// The revisions that this is of.
    pub follows: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarUnderWay {
    pub name: String,
    pub done: usize,
    pub of: Option<usize>,
    pub is_done: bool,
    pub refused: Option<String>,
    pub comparison: Comparison,
}

/// Both sides of a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub is_equal: bool,
    pub there: usize,
    pub here: usize,
    pub instances_there: usize,
    pub instances_here: usize,
    pub months: usize,
    /// Of these, those with another number of instances here: the month in words, there and here.
    pub differing_months: Vec<(String, usize, usize)>,
    /// What does not say the same here, and why.
    pub differing: Vec<(String, String)>,
    pub differing_count: usize,
}
