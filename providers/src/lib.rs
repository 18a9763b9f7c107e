//! Calendars elsewhere: [`outbound`] is the one guarded way out to other servers, and there is a module for each protocol that remote
//! calendars speak, each with a provider for the sync engine of the domain.

pub mod caldav;
pub mod connector;
pub mod credentials;
mod failure;
pub mod google;
pub mod graph;
pub mod ics;
pub mod imap;
pub mod mail;
pub mod oauth;
pub mod outbound;
pub mod smtp;
pub mod web_push;
