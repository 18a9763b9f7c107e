//! Importing a calendar file.

pub mod api;
mod page;

pub use page::ImportPage;
