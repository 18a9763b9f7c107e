//! What the domain asks of a server that keeps mail (RFC 3501, RFC 9051).

use crate::model::mail_folder::FolderRole;
use crate::model::mail_message::MessageFlags;
use crate::sync::provider::Answer;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// What a server can do beyond the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailCapabilities {
    /// It counts changes (RFC 7162).
    pub condstore: bool,
    /// It names what is gone as well (RFC 7162).
    pub qresync: bool,
    /// RFC 6851
    pub moves: bool,
    /// It says under which UID something was put (RFC 4315).
    pub uidplus: bool,
    /// It tells of arrivals by itself (RFC 2177).
    pub idle: bool,
    /// What it takes for sending it puts into the folder for that by itself, and a folder has everything.
    pub gmail: bool,
}

/// A folder as the server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFolder {
    /// In Unicode.
    pub path: String,
    pub delimiter: Option<String>,
    /// As the server says (RFC 6154), not by what it is called.
    pub role: Option<FolderRole>,
    /// Whether it can hold messages.
    pub selectable: bool,
}

/// How a folder is (RFC 3501 section 6.3.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FolderStatus {
    pub uid_validity: u32,
    /// No message has this UID or a greater one.
    pub uid_next: u32,
    pub messages: u32,
    pub unseen: Option<u32>,
    /// `None`: changes are not counted.
    pub modseq: Option<u64>,
}

/// What is indexed of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteMail {
    pub uid: u32,
    pub flags: MessageFlags,
    pub received_at: Option<DateTime<Utc>>,
    /// In octets.
    pub size: u64,
    /// Some fields of its header, as they were sent.
    pub header: Vec<u8>,
}

/// The calendar in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteCalendar {
    /// Of the message.
    pub header: Vec<u8>,
    /// With its own header (RFC 2045).
    pub part: Vec<u8>,
}

/// What flags messages have, and which are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlagChanges {
    pub flags: Vec<(u32, MessageFlags)>,
    /// First and last UID of what is gone; only where that was asked for and can be said.
    pub vanished: Vec<(u32, u32)>,
}

/// A connection to a server, signed in. One thing is asked at a time; what is asked meanwhile waits.
///
/// After an error that [is transient](crate::sync::provider::ProviderError::is_transient) it is of no use any more.
pub trait Mailbox: Send + Sync {
    fn capabilities(&self) -> MailCapabilities;

    fn folders(&self) -> Answer<'_, Vec<RemoteFolder>>;

    /// # Errors
    /// `Missing` for a folder that is not there.
    fn status<'a>(&'a self, folder: &'a str) -> Answer<'a, FolderStatus>;

    /// The UIDs from `low` to `high` that there are, the smallest first; `None`: to the last.
    fn uids<'a>(&'a self, folder: &'a str, low: u32, high: Option<u32>) -> Answer<'a, Vec<u32>>;

    /// What is indexed of these messages, in any order; those that are gone are left out.
    fn heads<'a>(&'a self, folder: &'a str, uids: &'a [u32]) -> Answer<'a, Vec<RemoteMail>>;

    /// The flags of the messages from `low` to `high`. `since`: only what has changed since this modification sequence, and with
    /// QRESYNC what has gone.
    fn flags<'a>(&'a self, folder: &'a str, low: u32, high: u32, since: Option<u64>) -> Answer<'a, FlagChanges>;

    /// The first octets of messages.
    fn beginnings<'a>(&'a self, folder: &'a str, uids: &'a [u32], octets: u32) -> Answer<'a, Vec<(u32, Vec<u8>)>>;

    /// Where messages have a calendar (`text/calendar`, or a file `.ics`), as [`Mailbox::calendar`] wants it; those without are left out.
    fn calendars<'a>(&'a self, folder: &'a str, uids: &'a [u32]) -> Answer<'a, Vec<(u32, String)>>;

    /// The calendar of a message, and nothing else of it but the header; `None`: it is gone.
    fn calendar<'a>(&'a self, folder: &'a str, uid: u32, section: &'a str) -> Answer<'a, Option<RemoteCalendar>>;

    /// A message as it was sent; `None`: it is gone.
    ///
    /// # Errors
    /// `Refused` for one of more than `most` octets.
    fn message<'a>(&'a self, folder: &'a str, uid: u32, most: usize) -> Answer<'a, Option<Vec<u8>>>;

    /// Puts a message into a folder. Yields its UID, where the server says so.
    fn append<'a>(&'a self, folder: &'a str, flags: MessageFlags, message: &'a [u8]) -> Answer<'a, Option<u32>>;

    /// Sets flags, or takes them away.
    fn store<'a>(&'a self, folder: &'a str, uids: &'a [u32], flags: MessageFlags, set: bool) -> Answer<'a, ()>;

    /// Moves messages to another folder. Yields old and new UIDs, where the server says so; messages that are gone are left out.
    fn move_to<'a>(&'a self, folder: &'a str, uids: &'a [u32], to: &'a str) -> Answer<'a, Vec<(u32, u32)>>;

    /// Deletes messages for good.
    fn delete<'a>(&'a self, folder: &'a str, uids: &'a [u32]) -> Answer<'a, ()>;

    /// The UIDs of messages that have all `words` anywhere in header or body.
    fn search<'a>(&'a self, folder: &'a str, words: &'a [String]) -> Answer<'a, Vec<u32>>;

    /// The UIDs of messages with this Message-ID.
    fn find<'a>(&'a self, folder: &'a str, message_id: &'a str) -> Answer<'a, Vec<u32>>;

    /// Makes a folder; one that is there is made already.
    fn create_folder<'a>(&'a self, path: &'a str) -> Answer<'a, ()>;

    /// Waits until something has changed in a folder, or `time` has passed. Yields whether something has.
    fn wait<'a>(&'a self, folder: &'a str, time: Duration) -> Answer<'a, bool>;

    /// Says goodbye.
    fn close(&self) -> Answer<'_, ()>;
}
