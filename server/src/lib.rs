//! The server: decodes requests, authenticates them, calls the domain and encodes what comes back.

// A page is one nested type, as deep as its markup.
#![recursion_limit = "512"]

mod apple_profile;
pub mod caldav;
pub mod client_address;
pub mod connections;
mod credentials;
pub mod demo;
mod entity_tags;
mod event_stream;
pub mod health;
pub mod hooks;
pub mod host;
pub mod http_client;
mod login_flow;
mod metrics;
pub mod oidc;
mod process;
pub mod public_links;
mod request_id;
pub mod rest;
pub mod secret_keys;
pub mod serve;
mod take_out;
pub mod trusted_header;
mod unread_body;
pub mod web;
