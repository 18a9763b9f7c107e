//! What several pages are made of: dialogs, icons.

pub mod dialog;
pub mod icon;

pub use dialog::Dialog;
pub use icon::Icon;
