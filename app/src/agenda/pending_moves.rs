//! Moves of one event in quick succession: each waits for the one before and goes on from what that one left.

use crate::wire::CalendarId;
use std::collections::{HashMap, HashSet};

#[derive(Debug, Default)]
pub struct PendingMoves {
    /// Calendar and name of the objects that are being moved.
    under_way: HashSet<(CalendarId, String)>,
    /// The entity tag that each moved version gave way to.
    newer: HashMap<String, String>,
}

impl PendingMoves {
    /// Takes the object's turn; `false` while another move of it is under way.
    pub fn begin(&mut self, calendar: CalendarId, name: &str) -> bool {
        self.under_way.insert((calendar, name.to_owned()))
    }

    /// Gives the turn back; `after` is the tag of what the version `before` became, if that is known.
    pub fn end(&mut self, calendar: CalendarId, name: &str, before: String, after: Option<String>) {
        self.under_way.remove(&(calendar, name.to_owned()));
        if let Some(after) = after.filter(|after| *after != before) {
            // What an event came back to is the newest again: equal contents have equal tags.
            self.newer.remove(&after);
            self.newer.insert(before, after);
        }
    }

    /// What the server has just said is the newest, whatever moves and others made of it meanwhile.
    pub fn seen<'a>(&mut self, etags: impl Iterator<Item = &'a str>) {
        if !self.newer.is_empty() {
            etags.for_each(|etag| drop(self.newer.remove(etag)));
        }
    }

    /// The tag of the version that one's own moves made of `etag`.
    pub fn newest<'a>(&'a self, mut etag: &'a str) -> &'a str {
        while let Some(newer) = self.newer.get(etag) {
            etag = newer;
        }
        etag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_goes_on_from_the_one_before() {
        let mut moves = PendingMoves::default();
        assert!(moves.begin(1, "x.ics"));
        assert!(!moves.begin(1, "x.ics"));
        assert!(moves.begin(2, "x.ics"));
        moves.end(1, "x.ics", "a".into(), Some("b".into()));
        assert!(moves.begin(1, "x.ics"));
        moves.end(1, "x.ics", "b".into(), Some("c".into()));
        assert_eq!((moves.newest("a"), moves.newest("b"), moves.newest("z")), ("c", "c", "z"));
        // There and back again.
        moves.end(1, "x.ics", "c".into(), Some("a".into()));
        assert_eq!((moves.newest("a"), moves.newest("b"), moves.newest("c")), ("a", "a", "a"));
        moves.end(1, "x.ics", "a".into(), None);
        assert_eq!(moves.newest("b"), "a");
    }

    #[test]
    fn what_came_back_elsewhere_is_the_newest_again() {
        let mut moves = PendingMoves::default();
        moves.end(1, "x.ics", "a".into(), Some("b".into()));
        moves.seen(["b"].into_iter());
        assert_eq!(moves.newest("a"), "b");
        moves.seen(["a"].into_iter());
        assert_eq!(moves.newest("a"), "a");
    }
}
