//! What the tests of several crates share.

#![allow(clippy::unwrap_used)]

mod database;

pub use database::TestDatabase;
