//! What a cursor says: up to where the changes of a calendar are known, and in which way they are asked for.

use chrono::{DateTime, Utc};
use kalends_domain::sync::provider::{Cursor, ProviderError};
use kalends_ical::instances::Window;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Position {
    /// RFC 6578.
    SyncToken {
        token: String,
        /// The first listing goes on: what is there was not all named yet.
        is_listing: bool,
    },
    /// All objects were listed when the calendar was at `ctag`, where it has one.
    Listing { ctag: Option<String> },
    /// The objects in a window were listed when the calendar was at `ctag`.
    Window { ctag: Option<String>, start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>> },
}

impl Position {
    /// # Errors
    /// `CursorRejected` for what was not written here, or by an earlier version.
    pub fn of(cursor: &Cursor) -> Result<Self, ProviderError> {
        serde_json::from_str(&cursor.0).map_err(|_| ProviderError::CursorRejected)
    }

    pub fn within(ctag: Option<String>, window: Window) -> Self {
        Position::Window { ctag, start: window.start, end: window.end }
    }

    pub fn cursor(&self) -> Cursor {
        // It is made of texts, times and truths, which can all be written.
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cursor_says_what_it_said_and_nothing_else_is_one() {
        let start = DateTime::parse_from_rfc3339("2026-03-10T10:00:00Z").unwrap().to_utc();
        for position in [
            Position::SyncToken { token: "http://x/\"1\"".into(), is_listing: true },
            Position::Listing { ctag: None },
            Position::within(Some("7".into()), Window { start: Some(start), end: None }),
        ] {
            assert_eq!(Position::of(&position.cursor()), Ok(position));
        }
        for other in ["", "{}", "7", r#"{"by":"delta","token":"x"}"#] {
            assert_eq!(Position::of(&Cursor(other.into())), Err(ProviderError::CursorRejected), "{other}");
        }
    }
}
