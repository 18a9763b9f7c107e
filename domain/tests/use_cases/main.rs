//! The use cases over a real database, SQLite or PostgreSQL, as a person or a client goes through them.
#![allow(clippy::unwrap_used)]

mod accounts;
mod agenda;
mod calendars;
mod changes;
mod concurrency;
mod history;
mod objects;
mod quota;
mod support;
mod transfer;
