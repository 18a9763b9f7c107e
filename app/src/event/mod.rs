//! The event form: as a dialog over the agenda, and as a page of its own.

pub mod scope;
