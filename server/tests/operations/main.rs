//! The program as whoever runs it meets it: configuration, health, log, metrics, backup, doctor.
#![allow(clippy::unwrap_used)]

mod accounts;
mod backup;
mod client;
mod configuration;
mod doctor;
mod health;
mod invitations;
mod jobs;
mod links;
mod log;
mod mail;
mod metrics;
mod moving;
mod people;
mod reminders;
mod secrets;

/// The binary.
const KALENDS: &str = env!("CARGO_BIN_EXE_kalends");
