//! Mail accounts that people have elsewhere.

use super::principal::PrincipalId;
use super::remote_account::AccountState;
use super::sync_link::{RunProgress, Trouble};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Identifies a mail account in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailAccountId(pub i64);

/// Identifies what mail of an account may be sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailIdentityId(pub i64);

/// How a connection is kept from being read by others (RFC 8314).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS from the first octet on.
    Tls,
    /// Agreed on over the open connection, before anything else is said.
    StartTls,
    /// None, for a server on the same machine or network alone.
    Plain,
}

impl MailSecurity {
    pub const ALL: [MailSecurity; 3] = [MailSecurity::Tls, MailSecurity::StartTls, MailSecurity::Plain];

    pub fn name(self) -> &'static str {
        match self {
            MailSecurity::Tls => "tls",
            MailSecurity::StartTls => "starttls",
            MailSecurity::Plain => "plain",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|security| security.name() == name)
    }
}

/// A server that keeps mail, or takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailServer {
    /// A name or an address, without brackets.
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// The name by which the person is known there.
    pub user: String,
}

/// Who puts what was sent into the folder for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SentBy {
    /// Whoever sends it appends it there.
    #[default]
    Client,
    /// The server that takes it, by itself.
    Server,
}

/// Where an account is, and how it is used. No credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSettings {
    pub imap: MailServer,
    pub smtp: MailServer,
    #[serde(default)]
    pub sent_by: SentBy,
    /// Folders that somebody has chosen, by their path; the others are those that the server names (RFC 6154) or that are called so.
    #[serde(default)]
    pub folders: ChosenFolders,
    /// Whose invitations stand in the calendar as they come.
    #[serde(default)]
    pub invitations: InvitationRule,
    /// Its owner signs in at the service, instead of having given a password here.
    #[serde(default)]
    pub signs_in: bool,
}

impl MailSettings {
    /// Of an account of which nothing else was chosen.
    pub fn at(imap: MailServer, smtp: MailServer) -> Self {
        let (sent_by, folders, invitations, signs_in) = Default::default();
        MailSettings { imap, smtp, sent_by, folders, invitations, signs_in }
    }
}

/// Whose invitations by mail stand in the calendar, unanswered, before anybody has opened the mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InvitationRule {
    Nobody,
    /// Of those whom one has written to, or has a meeting with.
    #[default]
    Known,
    Everyone,
}

impl InvitationRule {
    pub const ALL: [InvitationRule; 3] = [InvitationRule::Nobody, InvitationRule::Known, InvitationRule::Everyone];

    pub fn name(self) -> &'static str {
        match self {
            InvitationRule::Nobody => "nobody",
            InvitationRule::Known => "known",
            InvitationRule::Everyone => "everyone",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

/// The paths of folders with a purpose; `None`: as the server says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenFolders {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drafts: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spam: Option<String>,
}

/// A mail account, without the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAccount {
    pub id: MailAccountId,
    pub owner: PrincipalId,
    /// For people.
    pub name: String,
    pub address: String,
    /// `#RRGGBB`
    pub color: String,
    /// Plain text; empty: none.
    pub signature: String,
    /// The service, by the name that it has among those that are known; `None`: any other.
    pub preset: Option<String>,
    pub settings: MailSettings,
    pub state: AccountState,
    /// What is the matter; `None`: nothing.
    pub trouble: Option<Trouble>,
    /// The same in words, where the server had some.
    pub why: Option<String>,
    /// How many runs in a row did not come to their end.
    pub failures: u32,
    /// From one look to the next, where the server does not tell of arrivals by itself.
    pub interval: TimeDelta,
    /// `None`: when somebody says so.
    pub next_look_at: Option<DateTime<Utc>>,
    /// When the index was last the same as the server.
    pub looked_at: Option<DateTime<Utc>>,
    /// Of the run under way: messages that are indexed, of how many.
    pub progress: Option<RunProgress>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    /// When the server last let it in.
    pub checked_at: Option<DateTime<Utc>>,
    /// Invitations and answers go out by it where no account has the address that they are from.
    pub for_invitations: bool,
    /// What was done last that did not work out, while the account itself is well; `None`: nothing lately.
    pub notice: Option<MailNotice>,
}

/// Something that a server did not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailNotice {
    /// In words.
    pub what: String,
    pub at: DateTime<Utc>,
}

/// What mail may be sent as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailIdentity {
    pub id: MailIdentityId,
    pub account: MailAccountId,
    /// Empty: the address alone.
    pub name: String,
    pub address: String,
    /// `None`: the account's.
    pub signature: Option<String>,
}
