//! What browsers know an edit by.

use crate::wire::UndoKey;
use kalends_domain::calendars::{CalendarId, Revision};
use kalends_domain::undo::Undo;

/// An edit changes two objects at most.
const MAX_STEPS: usize = 8;
/// What the key of a run begins with; its calendar and its id follow.
pub const RUN: &str = "run:";
/// What the key of something that was done to messages begins with; its batch follows.
pub const MAIL: &str = "mail:";
/// What the key of a message that waits to be sent begins with; its draft follows.
pub const UNSENT: &str = "unsent:";
/// What the key of a draft that was thrown away begins with; its id follows.
pub const DISCARDED: &str = "discarded:";
/// What the key of a calendar that came back begins with; its id follows.
pub const RETURNED: &str = "returned:";

/// The key of an edit: `12:345,13:7`, calendars and revisions.
pub fn key(undo: &Undo) -> UndoKey {
    undo.0.iter().map(|(calendar, revision)| format!("{}:{}", calendar.0, revision.0)).collect::<Vec<_>>().join(",")
}

/// The key of an import.
pub fn key_of_run(calendar: i64, run: impl std::fmt::Display) -> UndoKey {
    format!("{RUN}{calendar}:{run}")
}

/// The edit whose key it is.
pub fn read(key: &str) -> Option<Undo> {
    let step = |step: &str| {
        let (calendar, revision) = step.split_once(':')?;
        Some((CalendarId(calendar.parse().ok()?), Revision(revision.parse().ok()?)))
    };
    let steps: Vec<_> = key.split(',').map(step).collect::<Option<_>>()?;
    (steps.len() <= MAX_STEPS).then_some(Undo(steps))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_comes_back_and_nothing_else_is_one() {
        let undo = Undo(vec![(CalendarId(12), Revision(345)), (CalendarId(13), Revision(7))]);
        assert_eq!(key(&undo), "12:345,13:7");
        assert_eq!(read(&key(&undo)), Some(undo));
        for text in ["", "12", "12:", ":3", "a:b", "12:3,", "1:1,".repeat(9).as_str(), "1:2:3"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
