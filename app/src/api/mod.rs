//! Server functions: they read who asks, call one use case and translate what comes back.

pub mod account;
pub mod agenda;
pub mod calendars;
pub mod dashboard;
pub mod events;
#[cfg(feature = "ssr")]
pub mod instance;
#[cfg(feature = "ssr")]
pub mod server;
pub mod transfer;
