//! What the agenda remembers in a browser, by the names of the cookies.

use crate::wire::CalendarId;

/// The view that the person used last.
pub const VIEW_COOKIE: &str = "kalends_view";

/// The calendars that the agenda leaves out, as ids with `.` between them.
pub const HIDDEN_COOKIE: &str = "kalends_hidden";

/// The id of the calendar that new events go to.
pub const DEFAULT_COOKIE: &str = "kalends_default";

/// The value of [`HIDDEN_COOKIE`].
pub fn hidden_value(hidden: &[CalendarId]) -> String {
    hidden.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}
