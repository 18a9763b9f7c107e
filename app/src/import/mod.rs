//! Importing a calendar file.

pub mod api;
mod page;
mod progress;

pub use page::ImportPage;
pub use progress::ImportProgressPage;
