//! Microsoft 365, by a stand-in for Graph that was written from Microsoft's documentation.

#![allow(clippy::unwrap_used)]

mod account;
mod changes;
mod conversion;
mod double;
mod notifications;
mod online;
mod setup;
mod store;
mod table;
