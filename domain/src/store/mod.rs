//! The store: what the use cases need of a database, and the only place that speaks SQL.
//!
//! A use case opens one [`Transaction`], speaks to it in the terms of the files below, and commits. The rules (access, preconditions,
//! what a write consists of) are the use cases'. Each statement is written once, for SQLite and PostgreSQL; what differs by nature
//! is in `dialect`, `sqlite` and `postgres`.

mod accounts;
mod app_passwords;
mod backup;
mod bin;
mod busy_addresses;
mod calendars;
mod changes;
mod cleaning;
mod database;
mod delegates;
mod dialect;
mod email_addresses;
mod error;
mod health;
mod history;
mod idempotency;
mod identities;
mod inbox;
mod jobs;
mod links;
mod login_flows;
mod login_tries;
mod mail_about;
mod mail_accounts;
mod mail_copies;
mod mail_drafts;
mod mail_folders;
mod mail_invitations;
mod mail_lists;
mod mail_messages;
mod mail_people;
mod mail_threads;
mod migrations;
mod notices;
mod objects;
mod people;
mod personal;
mod pictures;
mod portable;
mod postgres;
mod reminder_plan;
mod reminders;
mod remote_accounts;
mod scheduling;
mod scheduling_outside;
mod sessions;
mod share_notices;
mod shares;
mod sqlite;
mod sqlite_readers;
mod statement;
mod sync_links;
mod sync_objects;
mod sync_runs;
mod sync_subscriptions;
mod teams;
mod transaction;
mod verify;
mod verify_links;

pub(crate) use backup::open_staged;
pub(crate) use changes::DELIVERY;
pub use database::{Database, DatabaseAddress};
pub use identities::NewFlow;
pub use jobs::{JobLease, JobProgress};
pub use links::LinksOf;
pub use login_flows::{Grant, NewLoginFlow};
pub use mail_accounts::{MailStanding, NewMailRow};
pub use mail_copies::MailCopy;
pub use mail_drafts::NewMailDraft;
pub use mail_folders::ListedFolder;
pub use mail_invitations::{KnownMailInvitation, MailWithCalendar, NO_CALENDAR, NewMailInvitation, TAKEN_UP};
pub use mail_lists::{ListedMail, ListedPlace};
pub use mail_messages::{MailPlaceOnServer, NewMailMessage, PendingMail};
pub use mail_threads::ReferenceDigest;
pub use notices::{Listener, Notice};
pub(crate) use objects::minutes;
pub use objects::{FoundObject, Standing};
pub use people::OwnedCalendar;
pub use remote_accounts::NewRemoteAccount;
pub use sessions::NewSession;
pub use share_notices::NewShareNotice;
pub use sync_links::{LinkStanding, NewSyncLink};
pub use sync_objects::SyncObjects;
pub use sync_subscriptions::SyncSubscription;
pub(crate) use sync_subscriptions::{NamedSubscription, NewSubscription};
pub use transaction::Transaction;
pub use verify::{CheckedCalendar, LoggedAs, StoredObject};
pub(crate) use verify_links::{CheckedLink, CheckedSyncObject};

pub use crate::model::object::ObjectId;

use crate::model::calendar::{CalendarId, Revision};
use crate::model::version::{CauseId, Digest};
use chrono::{DateTime, Utc};
use kalends_ical::ComponentKind;
use kalends_ical::instances::Extent;

/// SHA-256 of a secret.
pub type SecretHash = [u8; 32];

/// What is derived from an object's text for the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    pub uid: String,
    pub kind: ComponentKind,
    pub digest: Digest,
    pub extent: Extent,
    pub summary: Option<String>,
    /// Whether a component is private or confidential.
    pub guarded: bool,
    /// Whether it has alarms, or what acknowledges them.
    pub alarmed: bool,
    /// Whether people are invited to it.
    pub scheduled: bool,
}

/// An object about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewText<'a> {
    pub calendar: CalendarId,
    pub name: &'a str,
    pub text: &'a str,
    pub index: &'a Index,
    pub revision: Revision,
    pub at: DateTime<Utc>,
}

/// A row of the change log about to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewChange<'a> {
    pub calendar: CalendarId,
    pub name: &'a str,
    /// That it led to.
    pub revision: Revision,
    pub object: ObjectId,
    /// The row before about the same object.
    pub previous: Option<Revision>,
    /// The version that it leads to; `None`: the object is removed.
    pub after: Option<Digest>,
    pub cause: CauseId,
    pub at: DateTime<Utc>,
}

/// How much more a calendar holds than before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    pub objects: i64,
    pub octets: i64,
}

/// What the calendars of an account hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub objects: u64,
    /// Octets of the objects' texts.
    pub octets: u64,
}
