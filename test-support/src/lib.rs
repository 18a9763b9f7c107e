//! What the tests of several crates share.

#![allow(clippy::unwrap_used)]

mod database;
mod link;

pub use database::TestDatabase;
pub use link::Link;
