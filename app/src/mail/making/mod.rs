//! `/mail/from/{message}/event` and `…/task`: an event or a task that is made of a message.

mod page;
pub mod server;

pub use page::MakingPage;

use super::records::Folders;
use crate::event::fields::EventFields;
use crate::reading::Reader;
use crate::wire::ApiError;

/// What is made of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Making {
    Event,
    Task,
}

impl Making {
    /// As addresses name it.
    pub fn name(self) -> &'static str {
        match self {
            Making::Event => "event",
            Making::Task => "task",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Making::Event, Making::Task].into_iter().find(|making| making.name() == name)
    }
}

/// What the form holds. Of a task, the start is by when it is to be done; it may be empty, or without a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MakingFields {
    pub event: EventFields,
    /// Where people meet by video.
    pub conference: String,
}

impl MakingFields {
    /// Reads the values of the controls.
    pub fn read(form: &[(String, String)], reader: Reader) -> Self {
        let values = |wanted: &str| -> Vec<String> {
            form.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.clone()).collect()
        };
        let conference = values("conference").into_iter().next().unwrap_or_default().trim().to_owned();
        MakingFields { event: EventFields::read(values, reader), conference }
    }
}

/// Why nothing was made: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakingRefused {
    pub fields: MakingFields,
    pub error: ApiError,
}

/// A time that the message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeChoice {
    /// When that is, in words.
    pub when: String,
    /// Where it stands in the message.
    pub quote: String,
}

/// Everything on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakingData {
    pub folders: Folders,
    pub message: i64,
    /// The message in its folder.
    pub back: String,
    /// Who wrote it, and what it is called.
    pub from: String,
    pub subject: String,
    /// The most certain first.
    pub times: Vec<TimeChoice>,
    /// Which of them the form has.
    pub chosen: usize,
    /// The calendars that it can be put into; where new events go first.
    pub calendars: Vec<(i64, String)>,
    pub fields: MakingFields,
    pub refused: Option<ApiError>,
}
