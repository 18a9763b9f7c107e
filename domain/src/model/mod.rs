//! The nouns that the store and the use cases have in common.

pub mod account;
pub mod announcement;
pub mod as_of;
pub mod bin;
pub mod calendar;
pub mod calendar_id;
pub mod delegate;
pub mod identity;
pub mod job;
pub mod link;
pub mod mail_account;
pub mod mail_draft;
pub mod mail_error;
pub mod mail_folder;
pub mod mail_message;
pub mod object;
pub mod principal;
pub mod profile;
pub mod reminder;
pub mod remote_account;
pub mod scheduling;
pub mod share;
pub mod sync_link;
pub mod sync_object;
pub mod sync_run;
pub mod version;
