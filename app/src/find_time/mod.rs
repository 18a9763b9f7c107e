//! `/find-a-time`: when people are busy, side by side, and when they could meet. Links and forms alone.

mod day;
mod page;
mod query;
pub mod server;

pub use page::FindTimePage;
pub use query::{TimeQuery, people};

use crate::wire::ApiError;
use serde::{Deserialize, Serialize};

pub const PATH: &str = "/find-a-time";

/// Everything on the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundPage {
    pub form: TimeForm,
    /// What the meeting is called that is to be at another time.
    pub moving: Option<String>,
    /// The names and addresses of people, groups and missions that can be chosen, each with what it is called.
    pub choices: Vec<(String, String)>,
    pub usual_hours: bool,
    pub suggestions: Vec<SuggestionLine>,
    pub days: Vec<DayTable>,
    pub people: Vec<ElsewhereLine>,
    /// What became of the form, or why there are no times.
    pub said: Option<String>,
    pub refused: Option<ApiError>,
}

/// What the controls of the form hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimeForm {
    /// One on each line.
    pub who: String,
    pub optional: String,
    pub minutes: String,
    pub from: String,
    pub days: String,
    pub zone: String,
    /// What stands in the address beside: of the meeting that is to be at another time.
    pub hidden: Vec<(String, String)>,
}

/// A time that fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuggestionLine {
    /// Where it is taken.
    pub href: String,
    pub when: String,
    /// Who is missing, or might be, in sentences.
    pub why: Vec<String>,
    pub is_best: bool,
}

/// One day, with a strip for each person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayTable {
    pub title: String,
    /// Each hour, and where it is, in percent of the strip.
    pub hours: Vec<(String, f64)>,
    pub rows: Vec<PersonRow>,
    /// Number, where it leads, what it is called, and where it is in the strip.
    pub fits: Vec<(usize, String, String, Bar)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonRow {
    pub name: String,
    /// The day in words.
    pub text: String,
    pub bars: Vec<Bar>,
}

/// A piece of a strip, in percent of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// The last part of its class.
    pub kind: String,
    pub left: f64,
    pub width: f64,
}

/// Somebody of whom nothing is known, or who is asked elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElsewhereLine {
    pub name: String,
    /// Their address of e-mail.
    pub email: String,
    /// Why nothing is known.
    pub problem: Option<String>,
    pub is_published: bool,
    /// What was typed and refused, and why.
    pub typed: String,
    pub error: Option<String>,
}

/// Why an address was not kept, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug)]
pub struct PublishRefused {
    pub email: String,
    pub url: String,
    pub error: ApiError,
}
