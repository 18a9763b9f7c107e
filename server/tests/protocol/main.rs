//! CalDAV as clients see it: a real server over TCP with a real database, one story per test.
#![allow(clippy::unwrap_used)]

mod access_control;
mod addresses;
mod collections;
mod crash;
mod credentials;
mod delegates;
mod discovery;
mod hostile;
mod invitations;
mod messages;
mod objects;
mod other_calendars;
mod outage;
mod privileges;
mod reports;
mod scheduling;
mod sharing;
mod update;
