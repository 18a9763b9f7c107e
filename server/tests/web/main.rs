//! The whole program over TCP as browsers and attackers meet it: pages, server functions, headers, limits, load.
#![allow(clippy::unwrap_used)]

mod access_matrix;
mod answer_links;
mod connect;
mod connections;
mod find_time;
mod google;
mod graph_hook;
mod headers;
mod history;
mod imports;
mod invitation_mail;
mod links;
mod load;
mod mail;
mod mail_invitations;
mod meetings;
mod microsoft;
mod moving;
mod people;
mod profile;
mod reminders;
mod remote_accounts;
mod rest;
mod rest_accounts;
mod rest_calendars;
mod rest_contract;
mod rest_events;
mod rest_free_busy;
mod rest_mail;
mod sharing;
mod sign_in;
mod stream;
mod subscriptions;
mod sync_links;
mod trusted_header;
