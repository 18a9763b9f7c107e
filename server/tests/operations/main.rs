//! The program as whoever runs it meets it: configuration, health, log, metrics.
#![allow(clippy::unwrap_used)]

mod configuration;
mod health;
mod log;
mod metrics;

/// The binary.
const KALENDS: &str = env!("CARGO_BIN_EXE_kalends");
