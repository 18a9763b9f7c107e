//! What pages say: a function for each message of `locales/en/`, which the build makes (docs/translating.md).
//!
//! On the server a message is in the language of the request, in the browser in the one whose table came with the page.

#[cfg(feature = "ssr")]
mod languages;
#[cfg(not(feature = "ssr"))]
mod loaded;

#[cfg(feature = "ssr")]
pub use languages::{Language, Spoken, add_pseudo_language, choose, current, languages, speak, speak_now};
#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
pub use loaded::load;

use kalends_words::{Argument, Table};

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// Where browsers ask for tables.
pub const FOLDER: &str = "/words/";

/// The variable of the page that holds the table.
pub const VARIABLE: &str = "kalendsWords";

/// The language of the page as a BCP 47 tag.
pub fn language() -> &'static str {
    table().language()
}

/// Where the page asks for the table.
pub fn path() -> &'static str {
    #[cfg(feature = "ssr")]
    {
        current().path()
    }
    #[cfg(not(feature = "ssr"))]
    ""
}

fn table() -> &'static Table {
    #[cfg(feature = "ssr")]
    {
        current().table()
    }
    #[cfg(not(feature = "ssr"))]
    loaded::table()
}

/// One of a series of `count` messages: `first` is its number 1.
#[inline(never)]
fn numbered(first: usize, count: usize, number: usize) -> &'static str {
    let place = number.wrapping_sub(1);
    if place < count { text(first + place) } else { "" }
}

// Called in hundreds of places.
#[inline(never)]
fn text(message: usize) -> &'static str {
    table().text(message)
}

#[inline(never)]
fn format(message: usize, arguments: &[Argument]) -> String {
    table().format(message, arguments)
}
