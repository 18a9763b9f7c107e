//! What a cursor says: where in a listing, or in a round of changes, a calendar is.

use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::sync::provider::{Cursor, ProviderError};
use serde::{Deserialize, Serialize};

/// How far back and ahead the window of a delta query reaches.
const PAST: TimeDelta = TimeDelta::days(31);
const FUTURE: TimeDelta = TimeDelta::days(400);
/// After so long the window moves along and everything is listed once more: what was deleted outside of it is found then.
const MAX_AGE: TimeDelta = TimeDelta::days(1);

/// What is the same for all pages from one listing to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tracked {
    /// When the window of the delta query was chosen.
    pub windowed_at: DateTime<Utc>,
    /// From when on changes are looked for beside the delta query: when the last round began.
    pub since: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Position {
    /// The delta query goes through its window for the first time; what it names is listed afterwards.
    Priming {
        next: String,
        tracked: Tracked,
        /// All objects are wanted with their texts.
        is_first: bool,
    },
    /// All events are listed. `delta` is from before the list: what changes in between is seen the next time as well.
    Listing { next: Option<String>, delta: String, tracked: Tracked, is_first: bool },
    /// A round of changes: `link` is the delta link of the last round, or leads to the next page of this one.
    Round { link: String, tracked: Tracked, begun: Option<DateTime<Utc>> },
    /// The round is over but for what was changed outside of the window.
    Recent { next: String, delta: String, tracked: Tracked, begun: DateTime<Utc> },
}

impl Tracked {
    pub fn new(now: DateTime<Utc>) -> Self {
        Tracked { windowed_at: now, since: now }
    }

    pub fn window(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.windowed_at - PAST, self.windowed_at + FUTURE)
    }

    pub fn is_old(&self, now: DateTime<Utc>) -> bool {
        now - self.windowed_at > MAX_AGE
    }

    /// Once a round is over that began at `begun`.
    pub fn after_round(self, begun: DateTime<Utc>) -> Self {
        Tracked { since: begun, ..self }
    }
}

impl Position {
    /// # Errors
    /// `CursorRejected` for what was not written here, or by an earlier version.
    pub fn of(cursor: &Cursor) -> Result<Self, ProviderError> {
        serde_json::from_str(&cursor.0).map_err(|_| ProviderError::CursorRejected)
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
        let now = DateTime::parse_from_rfc3339("2026-03-10T10:00:00Z").unwrap().to_utc();
        let tracked = Tracked::new(now);
        for position in [
            Position::Priming { next: "https://x/\"1\"".into(), tracked, is_first: true },
            Position::Listing { next: None, delta: "https://x/".into(), tracked, is_first: false },
            Position::Round { link: "https://x/".into(), tracked, begun: None },
            Position::Recent { next: "https://x/".into(), delta: "https://y/".into(), tracked, begun: now },
        ] {
            assert_eq!(Position::of(&position.cursor()), Ok(position));
        }
        for other in ["", "{}", "7", r#"{"at":"home","link":"x"}"#] {
            assert_eq!(Position::of(&Cursor(other.into())), Err(ProviderError::CursorRejected), "{other}");
        }
        assert!(!tracked.is_old(now + TimeDelta::hours(23)) && tracked.is_old(now + TimeDelta::hours(25)));
    }
}
