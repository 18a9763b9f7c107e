//! What crosses between server and browser: plain values without rules of their own.
//!
//! Times are wall-clock times in the viewer's time zone; the server resolves them. No time zone database gets into the browser.

use crate::json::JsonText;
use crate::words;
use chrono::{NaiveDateTime, Weekday};
pub use kalends_ical::placement::When;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

pub type CalendarId = i64;

/// A calendar as the sidebar lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarInfo {
    pub id: CalendarId,
    pub name: String,
    /// `#rrggbb`
    pub color: String,
    /// Whether the viewer wants to see its events in the agenda.
    pub visible: bool,
    /// Whether the viewer may change its events.
    pub editable: bool,
    /// Whether its name and colour are everybody's, and the viewer may delete it; otherwise they are the viewer's own.
    pub owned: bool,
    /// Whether the viewer says with whom it is shared, and sees what was in it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub administered: bool,
    /// The heading that it stands under; the viewer's own calendars have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Who shared it with the viewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Of one's own that is in step with one elsewhere: how that is, with when and why, and what has it run now; as HTML, which the browser
    /// needs no code for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sync: String,
    /// Whether the viewer is asked whether they want it. Until then nothing of it is shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub offered: bool,
    /// Whether new events go here unless the viewer says otherwise.
    pub is_default: bool,
    pub order: i64,
    /// Raised by every write to the calendar.
    pub revision: i64,
}

/// The person who looks at the page, and how they want dates and times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub name: String,
    pub slug: String,
    pub email: Option<String>,
    pub is_admin: bool,
    /// IANA name, such as `Europe/Zurich`.
    pub time_zone: String,
    /// Whether the person chose the zone; otherwise it is a guess.
    pub time_zone_known: bool,
    /// BCP 47, such as `en-GB`.
    pub locale: String,
    pub week_start: Weekday,
    /// Times as `3:30pm` rather than `15:30`.
    pub hour12: bool,
    /// Dates as `November 21` rather than `21 November`.
    pub month_first: bool,
    /// Wall-clock time in `time_zone` when the server answered.
    pub now: NaiveDateTime,
    /// The view that the person used last: `month`, `week` or `day`.
    pub view: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    #[default]
    Confirmed,
    Tentative,
    Cancelled,
    /// Whoever owns the calendar is invited and has not answered.
    Unanswered,
}

/// One instance of an event, as the agenda shows it. What is as in most events does not travel: a page carries thousands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventInstance {
    pub calendar: CalendarId,
    /// Name of the calendar object resource; empty for a busy time.
    pub name: String,
    pub etag: String,
    /// Which instance of a recurring event; see [`InstanceKey`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceKey>,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    pub when: When,
    pub editable: bool,
    /// The time is not blocked for others.
    #[serde(default, skip_serializing_if = "is_default")]
    pub transparent: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: Status,
}

/// How many calendars are offered to the viewer.
pub fn offers(calendars: &[CalendarInfo]) -> usize {
    calendars.iter().filter(|calendar| calendar.offered).count()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl EventInstance {
    /// Whether the viewer learns when it is and nothing else.
    pub fn is_busy_time(&self) -> bool {
        self.name.is_empty()
    }

    pub fn recurring(&self) -> bool {
        self.instance.is_some()
    }
}

/// A RECURRENCE-ID as text that is opaque to the browser; `kalends_ical::instance_key` writes and reads it on the server.
pub type InstanceKey = String;

/// What takes an edit back, as text that is opaque to the browser; empty where nothing was changed.
pub type UndoKey = String;

/// What the key of a calendar that was deleted begins with; its id follows.
pub const DELETED: &str = "deleted:";

/// The key by which the deletion of a calendar is taken back.
pub fn key_of_deletion(calendar: CalendarId) -> UndoKey {
    [DELETED, &calendar.to_string()].concat()
}

/// What the event dialog is open for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTarget {
    New { when: When, calendar: Option<CalendarId> },
    Existing { calendar: CalendarId, name: String, instance: Option<InstanceKey> },
}

/// Why the server did nothing. The text of each is fit to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiError {
    /// The session is over.
    SignedOut,
    NotFound(String),
    Forbidden(String),
    /// The object changed since the person saw it.
    Conflict,
    /// A value that was given cannot be used.
    BadInput {
        field: String,
        message: String,
    },
    /// Too much was asked for in too short a time.
    TooMany(String),
    /// As much as can be done at once is being done.
    Busy(String),
    /// The server could not be reached, or answered with something else.
    Unreachable(String),
    /// The server failed; its log says why.
    Failed,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ApiError::SignedOut => words::errors_signed_out(),
            ApiError::NotFound(text) | ApiError::Forbidden(text) | ApiError::TooMany(text) | ApiError::Busy(text) => {
                text
            }
            ApiError::Conflict => words::errors_conflict(),
            ApiError::BadInput { message, .. } => message,
            ApiError::Unreachable(_) => words::errors_unreachable(),
            ApiError::Failed => words::errors_failed(),
        })
    }
}

impl std::error::Error for ApiError {}

impl FromServerFnError for ApiError {
    type Encoder = JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(message) | ServerFnErrorErr::MissingArg(message) => {
                ApiError::BadInput { field: String::new(), message }
            }
            other => ApiError::Unreachable(other.to_string()),
        }
    }
}
