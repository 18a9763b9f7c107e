//! The one language of a page in the browser.

use kalends_words::Table;
use std::cell::Cell;

static NONE: Table = Table::empty();

thread_local! {
    /// Browsers have one thread for it.
    static TABLE: Cell<&'static Table> = const { Cell::new(&NONE) };
}

pub fn table() -> &'static Table {
    TABLE.get()
}

/// Takes the table that the page has fetched; `false` where there is none, or it is that of another version of the program.
#[cfg(feature = "hydrate")]
pub fn load() -> bool {
    let text = js_sys::Reflect::get(&js_sys::global(), &super::VARIABLE.into()).ok().and_then(|text| text.as_string());
    // It is there as long as the page.
    let Some(table) = text.and_then(|text| Table::read(String::leak(text), super::SHAPE)) else { return false };
    TABLE.set(Box::leak(Box::new(table)));
    true
}
