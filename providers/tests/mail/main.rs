//! Mail against Dovecot, and a server that takes what is sent.

#![allow(clippy::unwrap_used)]

mod arrivals;
mod corpora;
mod delivered;
mod faults;
mod incoming;
mod index;
mod infomaniak;
mod invitations;
mod odd;
mod person;
mod sending;
mod setup;
mod two_houses;
