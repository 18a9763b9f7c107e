//! Making, changing and deleting calendars: as dialogs beside the agenda, and as pages of their own.

pub mod api;
mod form;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
pub mod server;
pub mod sidebar;

pub use form::{CalendarDialog, CalendarTarget};
#[cfg(feature = "ssr")]
pub use page::CalendarPage;

use crate::event::fields::FieldError;
use crate::wire::{ApiError, CalendarId, CalendarInfo};
use crate::words;
use serde::{Deserialize, Serialize};

/// The colours on offer: far apart, readable in light and dark. The first eight are those that new calendars take in turn.
pub const COLORS: [&str; 12] = [
    "#2F6FDE", "#0F9D74", "#D9582B", "#8E56C7", "#C2185B", "#B7791F", "#0E8FA8", "#6B7280", "#C53030", "#4D7C0F",
    "#3F51B5", "#795548",
];

/// The value of the colour control that stands for the colour beside it.
pub const OTHER_COLOR: &str = "other";

/// What the form of a calendar holds; the names are those of its controls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarFields {
    pub name: String,
    /// `#rrggbb`
    pub color: String,
    /// Whether new events go there.
    pub is_default: bool,
}

impl CalendarFields {
    /// The form of a calendar that is yet to be made.
    pub fn new(taken: usize) -> Self {
        CalendarFields { name: String::new(), color: COLORS[taken % COLORS.len()].into(), is_default: false }
    }

    pub fn of(calendar: &CalendarInfo) -> Self {
        CalendarFields { name: calendar.name.clone(), color: calendar.color.clone(), is_default: calendar.is_default }
    }

    /// Reads the values of the controls; `value` gives that of one name.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let color = value("color").filter(|color| color != OTHER_COLOR).or_else(|| value("other_color"));
        CalendarFields {
            name: value("name").unwrap_or_default().trim().to_owned(),
            color: color.unwrap_or_default(),
            is_default: value("is_default").is_some(),
        }
    }

    /// # Errors
    /// What is wrong with it, before the server is asked.
    pub fn check(&self) -> Result<(), FieldError> {
        if self.name.is_empty() { Err(FieldError::new("name", words::calendars_name_missing())) } else { Ok(()) }
    }
}

/// A calendar and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCalendar {
    pub calendar: CalendarInfo,
    /// `34 events and 2 tasks`; `None` when it is empty.
    pub contents: Option<String>,
}

/// Everything that the page of a calendar shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarPageData {
    /// `None` to make a new one.
    pub stored: Option<StoredCalendar>,
    /// How many calendars there are.
    pub taken: usize,
    pub refused: Option<RefusedCalendar>,
}

/// A form that was posted without WebAssembly and not saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedCalendar {
    pub fields: CalendarFields,
    pub error: ApiError,
}

/// The page of a calendar.
pub fn path(id: CalendarId) -> String {
    format!("/calendars/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_colour_than_those_on_offer_can_be_chosen() {
        let read = |color: &str| {
            CalendarFields::read(|name| match name {
                "color" => Some(color.to_owned()),
                "other_color" => Some("#123456".into()),
                "name" => Some(" Work ".into()),
                _ => None,
            })
        };
        assert_eq!(read("#2F6FDE").color, "#2F6FDE");
        assert_eq!(
            read(OTHER_COLOR),
            CalendarFields { name: "Work".into(), color: "#123456".into(), is_default: false }
        );
        assert!(read("").check().is_ok());
        assert!(CalendarFields::new(0).check().is_err());
    }
}
