//! Calendars elsewhere, from servers that mean well to those that do not: Radicale, Xandikos and Kalends itself, servers that keep to the
//! protocol in their own way, and hostile ones.

#![allow(clippy::unwrap_used)]

mod discovery;
mod feeds;
mod google;
mod hostile;
mod in_step;
mod listener;
mod moving;
mod odd;
mod odd_server;
mod outbound;
mod real;
mod real_servers;
