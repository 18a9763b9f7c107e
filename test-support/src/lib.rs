//! What the tests of several crates share. The features are for what takes long to build: `home` for an installation on a database,
//! `server` for the server over it.

#![allow(clippy::unwrap_used)]

#[cfg(feature = "server")]
pub mod browser;
#[cfg(feature = "server")]
pub mod client;
#[cfg(feature = "home")]
pub mod database;
#[cfg(feature = "mail")]
pub mod dovecot;
#[cfg(feature = "server")]
pub mod events;
#[cfg(feature = "mail")]
pub mod exim;
#[cfg(feature = "graph")]
pub mod google;
#[cfg(feature = "graph")]
pub mod graph;
#[cfg(feature = "home")]
pub mod home;
#[cfg(feature = "server")]
pub mod issuer;
#[cfg(feature = "home")]
pub mod link;
#[cfg(feature = "server")]
pub mod multistatus;
#[cfg(feature = "server")]
pub mod program;
#[cfg(feature = "server")]
pub mod push;
pub mod random_changes;
#[cfg(feature = "home")]
pub mod remote;
#[cfg(feature = "server")]
pub mod requests;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "mail")]
pub mod smtp;
#[cfg(feature = "server")]
pub mod snapshots;
pub mod texts;
