//! The server: decodes requests, authenticates them, calls the domain and encodes what comes back.

pub mod caldav;
pub mod demo;
pub mod serve;
pub mod web;
