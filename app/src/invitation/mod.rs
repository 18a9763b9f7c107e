//! `/event/{calendar}/{name}/invitation`: who takes part in an event, answering, inviting, and what was sent to whom.

pub mod answer_page;
pub mod letters;
mod page;
pub mod server;

pub use page::InvitationPage;

use crate::wire::{ApiError, CalendarId};
use serde::{Deserialize, Serialize};

/// Everything on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guests {
    pub calendar: CalendarId,
    pub name: String,
    pub title: String,
    pub etag: String,
    pub is_series: bool,
    pub organizer: Option<String>,
    /// Each with what they have answered, in words.
    pub guests: Vec<(String, String)>,
    /// PARTSTAT of the owner of the calendar, where they can answer.
    pub answer: Option<String>,
    /// The addresses of those who are invited, one on each line, where that can be changed.
    pub addresses: Option<String>,
    /// What guests would have it be.
    pub proposals: Vec<ProposalLine>,
    /// What it is, where the owner of the calendar can propose something else.
    pub proposable: Option<Proposable>,
    pub sent: Vec<SentLine>,
    /// Where one writes to those who take part, and the page of the mail about it.
    pub write: Option<String>,
    pub mails: Option<String>,
    /// Why what was wished was not done.
    pub outcome: Option<ApiError>,
}

/// The start, the end and the place that an event has, as controls have them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposable {
    pub start: String,
    pub end: String,
    pub location: String,
}

/// Another time or place that a guest has proposed, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalLine {
    pub id: i64,
    pub text: String,
    pub comment: Option<String>,
}

/// A message to somebody, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentLine {
    pub what: String,
    pub to: String,
    pub at: String,
    pub became: String,
}

/// Why a wish was refused, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug)]
pub struct InvitationRefused(pub ApiError);
