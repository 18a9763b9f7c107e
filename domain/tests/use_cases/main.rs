//! The use cases over a real SQLite file, as a person or a client goes through them.
#![allow(clippy::unwrap_used)]

mod accounts;
mod agenda;
mod calendars;
mod changes;
mod objects;
mod quota;
mod support;
mod transfer;
