//! What pointer, keys and focus do in the agenda.

pub mod drag;
mod focus;
pub mod keys;
pub mod pointer;
