//! The use cases over a real database, SQLite or PostgreSQL, as a person or a client goes through them.
#![allow(clippy::unwrap_used)]

mod access;
mod accounts;
mod addresses;
mod agenda;
mod as_of;
mod bin;
mod calendars;
mod changes;
mod concurrency;
mod credentials;
mod delegates;
mod history;
mod history_properties;
mod identities;
mod jobs;
mod links;
mod live;
mod login_flows;
mod moving;
mod objects;
mod people;
mod people_who_go;
mod personal;
mod profile;
mod programs;
mod quota;
mod reminders;
mod remote_accounts;
mod sessions;
mod share_notices;
mod sharing;
mod sync;
mod synchronisation;
mod transfer;
mod undo;
