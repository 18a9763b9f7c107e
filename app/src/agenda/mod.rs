//! The agenda: month, week and day.

mod page;

pub use page::{AgendaPage, AgendaStart};
