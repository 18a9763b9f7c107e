//! The agenda: month, week and day.
//!
//! [`days`], [`columns`], [`lanes`], [`layout`], [`links`] and [`format`] compute and know nothing of pages; the others draw and react.

mod act;
mod card;
mod chip;
pub mod columns;
mod day_peek;
pub mod days;
mod drag;
pub mod early;
mod focus;
pub mod format;
mod ghost;
mod grid;
mod keys;
pub mod lanes;
pub mod layout;
pub mod links;
mod mini;
mod model;
mod month;
mod moves;
#[cfg(feature = "ssr")]
pub mod moving;
mod order;
mod page;
mod peek;
mod pointer;
mod toolbar;
mod weeks;

pub use page::{AgendaPage, AgendaStart};

/// Whether the address `/agenda/{view}/{date}` is of no place in the agenda.
#[cfg(feature = "ssr")]
pub fn leads_nowhere(view: &str, date: &str) -> bool {
    model::Place::read(view, date).is_none()
}
