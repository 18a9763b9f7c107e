//! Mail against Dovecot, and a server that takes what is sent.

#![allow(clippy::unwrap_used)]

mod index;
mod sending;
mod setup;
