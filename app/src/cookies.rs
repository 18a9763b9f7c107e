//! What the agenda remembers in a browser, by the names of the cookies.

/// The view that the person used last.
pub const VIEW_COOKIE: &str = "kalends_view";
