//! Line icons on a 24 by 24 grid, as path data.

use leptos::prelude::*;

pub const CALENDAR: &str = "M4 7.5A2.5 2.5 0 0 1 6.5 5h11A2.5 2.5 0 0 1 20 7.5v10a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 4 17.5zM4 10h16M8 3v4M16 3v4";
pub const HOME: &str = "M4 11.5 12 5l8 6.5V18a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18zM10 19.5V14h4v5.5";
pub const MAIL: &str = "M4 7.5A1.5 1.5 0 0 1 5.5 6h13A1.5 1.5 0 0 1 20 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 16.5zM4.5 7.5 12 13l7.5-5.5";
pub const SETTINGS: &str = "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z";
pub const SIGN_OUT: &str = "M10 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H10M15 8l4 4-4 4M19 12H10";
pub const CLOSE: &str = "M6 6l12 12M18 6 6 18";
pub const PLUS: &str = "M12 5v14M5 12h14";
pub const CHECK: &str = "m5 12.5 4.5 4.5L19 7.5";
pub const COPY: &str = "M9 9.5A1.5 1.5 0 0 1 10.5 8h8A1.5 1.5 0 0 1 20 9.5v9a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 9 18.5zM15 8V5.5A1.5 1.5 0 0 0 13.5 4h-8A1.5 1.5 0 0 0 4 5.5v8A1.5 1.5 0 0 0 5.5 15H9";
pub const MORE: &str = "M6 12h.01M12 12h.01M18 12h.01";
pub const PIN: &str =
    "M12 21c4.5-4.6 7-8 7-11a7 7 0 1 0-14 0c0 3 2.5 6.4 7 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z";
pub const REPEAT: &str =
    "M17 3l3 3-3 3M4 11V9.5A3.5 3.5 0 0 1 7.5 6H20M7 21l-3-3 3-3M20 13v1.5A3.5 3.5 0 0 1 16.5 18H4";
pub const ALERT: &str = "M12 8v4.5M12 16h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z";
pub const HISTORY: &str = "M4 12a8 8 0 1 1 2.3 5.6M4 18v-4h4M12 8v4.5l3 1.8";
pub const TRASH: &str = "M5 7h14M10 11v5.5M14 11v5.5M6.5 7l.8 11.6A1.5 1.5 0 0 0 8.8 20h6.4a1.5 1.5 0 0 0 1.5-1.4L17.5 7M9.5 7V5.5A1.5 1.5 0 0 1 11 4h2a1.5 1.5 0 0 1 1.5 1.5V7";

/// An icon beside or instead of text; hidden from screen readers, so its button or link needs a name of its own.
#[component]
pub fn Icon(
    /// Path data, such as [`PLUS`].
    d: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=d />
        </svg>
    }
}
