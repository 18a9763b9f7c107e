//! Messages as the index has them.

use super::mail_account::MailAccountId;
use super::mail_folder::MailFolderId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Identifies a message in the store. It stays the same when the message moves to another folder of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailMessageId(pub i64);

/// Identifies a thread of an account: messages that name each other (RFC 5322 section 3.6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailThreadId(pub i64);

/// The flags of a message (RFC 3501 section 2.3.2, RFC 5788), one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MessageFlags(pub(crate) i64);

impl MessageFlags {
    pub const NONE: MessageFlags = MessageFlags(0);
    pub const SEEN: MessageFlags = MessageFlags(1);
    pub const FLAGGED: MessageFlags = MessageFlags(2);
    pub const ANSWERED: MessageFlags = MessageFlags(4);
    pub const DRAFT: MessageFlags = MessageFlags(8);
    pub const FORWARDED: MessageFlags = MessageFlags(16);
    pub const JUNK: MessageFlags = MessageFlags(32);
    pub const NOT_JUNK: MessageFlags = MessageFlags(64);
    pub const DELETED: MessageFlags = MessageFlags(128);

    /// Each by its name in IMAP.
    pub const NAMES: [(MessageFlags, &'static str); 8] = [
        (Self::SEEN, "\\Seen"),
        (Self::FLAGGED, "\\Flagged"),
        (Self::ANSWERED, "\\Answered"),
        (Self::DRAFT, "\\Draft"),
        (Self::FORWARDED, "$Forwarded"),
        (Self::JUNK, "$Junk"),
        (Self::NOT_JUNK, "$NotJunk"),
        (Self::DELETED, "\\Deleted"),
    ];

    /// Those of which the names are known.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let bit = |name: &str| {
            let known = Self::NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
            known.map_or(0, |(flag, _)| flag.0)
        };
        MessageFlags(names.into_iter().map(bit).fold(0, |all, bit| all | bit))
    }

    /// The names of those that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| name)
    }

    pub fn has(self, flag: MessageFlags) -> bool {
        self.0 & flag.0 != 0
    }

    #[must_use]
    pub fn with(self, flag: MessageFlags) -> Self {
        MessageFlags(self.0 | flag.0)
    }

    #[must_use]
    pub fn without(self, flag: MessageFlags) -> Self {
        MessageFlags(self.0 & !flag.0)
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// Somebody in a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailAddress {
    /// Empty: the address alone.
    pub name: String,
    pub address: String,
}

/// What is shown of a message in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailMessage {
    pub id: MailMessageId,
    pub account: MailAccountId,
    /// Where it is shown.
    pub folder: MailFolderId,
    pub thread: MailThreadId,
    pub flags: MessageFlags,
    /// The server does not know yet where it is, or what its flags are.
    pub is_pending: bool,
    /// `Message-ID`, without the angle brackets.
    pub message_id: Option<String>,
    /// Empty: none.
    pub subject: String,
    pub from: MailAddress,
    /// The first of them (To and Cc).
    pub to: Vec<MailAddress>,
    /// As the sender says.
    pub sent_at: Option<DateTime<Utc>>,
    /// As the server says.
    pub received_at: DateTime<Utc>,
    /// In octets.
    pub size: u64,
    /// It has attachments, as far as is known without its body.
    pub has_attachments: bool,
    /// How the text begins; `None`: it was not looked at.
    pub preview: Option<String>,
}

impl MailMessage {
    pub fn is_unread(&self) -> bool {
        !self.flags.has(MessageFlags::SEEN)
    }

    pub fn is_flagged(&self) -> bool {
        self.flags.has(MessageFlags::FLAGGED)
    }
}

/// A message in a list of threads, with what is known of the others of its thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRow {
    /// The newest of its thread in the place that is listed.
    pub message: MailMessage,
    /// How many messages of the thread the account has in all its folders; one when messages are listed.
    pub in_thread: u64,
    /// How many of these nobody has read.
    pub unread_in_thread: u64,
}

/// From where a list goes on: after the message that was received at this time and has this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailCursor {
    pub received_at: DateTime<Utc>,
    pub id: MailMessageId,
}

impl std::fmt::Display for MailCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.received_at.timestamp_millis(), self.id.0)
    }
}

impl std::str::FromStr for MailCursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.rsplit_once('-').ok_or(())?;
        let at = at.parse().ok().and_then(DateTime::from_timestamp_millis).ok_or(())?;
        Ok(MailCursor { received_at: at, id: MailMessageId(id.parse().map_err(|_| ())?) })
    }
}

/// A part of a list, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPage {
    pub rows: Vec<MailRow>,
    /// From where to go on; `None`: there is no more.
    pub next: Option<MailCursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_by_their_names_and_unknown_ones_left_alone() {
        let flags = MessageFlags::from_names(["\\seen", "$Forwarded", "Custom", "\\Recent"]);
        assert_eq!(flags.names().collect::<Vec<_>>(), ["\\Seen", "$Forwarded"]);
        assert!(flags.without(MessageFlags::SEEN).with(MessageFlags::JUNK).has(MessageFlags::JUNK));
    }

    #[test]
    fn a_cursor_is_read_back() {
        let at = DateTime::from_timestamp_millis(-5).unwrap_or_default();
        let cursor = MailCursor { received_at: at, id: MailMessageId(7) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in ["", "1", "x-1", "1-x"] {
            assert_eq!(text.parse::<MailCursor>(), Err(()), "{text}");
        }
    }
}
