//! What is being written, or waits to be sent.

use super::mail_account::{MailAccountId, MailIdentityId};
use super::mail_message::{MailAddress, MailMessageId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Identifies a draft in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailDraftId(pub i64);

/// Identifies what is attached to a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttachmentId(pub i64);

/// In what way a draft has to do with another message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    Reply,
    ReplyAll,
    Forward,
}

impl AnswerKind {
    pub const ALL: [AnswerKind; 3] = [AnswerKind::Reply, AnswerKind::ReplyAll, AnswerKind::Forward];

    pub fn name(self) -> &'static str {
        match self {
            AnswerKind::Reply => "reply",
            AnswerKind::ReplyAll => "reply-all",
            AnswerKind::Forward => "forward",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How far a draft has come on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DraftState {
    /// It is being written.
    Draft,
    /// It goes out at [`MailDraft::send_at`], and can be taken back until then.
    Waiting,
    /// It is on its way: nobody takes it back any more.
    Sending,
    /// It was taken over by the server, and is being put among what was sent.
    Filing,
    Sent,
    /// The server did not take it for good: [`MailDraft::why`].
    Refused,
}

impl DraftState {
    pub const ALL: [DraftState; 6] = [
        DraftState::Draft,
        DraftState::Waiting,
        DraftState::Sending,
        DraftState::Filing,
        DraftState::Sent,
        DraftState::Refused,
    ];

    pub fn name(self) -> &'static str {
        match self {
            DraftState::Draft => "draft",
            DraftState::Waiting => "waiting",
            DraftState::Sending => "sending",
            DraftState::Filing => "filing",
            DraftState::Sent => "sent",
            DraftState::Refused => "refused",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it can be changed.
    pub fn is_open(self) -> bool {
        matches!(self, DraftState::Draft | DraftState::Refused)
    }
}

/// What somebody has written so far. Nothing of it has to be right before it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftContent {
    pub to: Vec<MailAddress>,
    pub cc: Vec<MailAddress>,
    pub bcc: Vec<MailAddress>,
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same with formatting, which is sanitised when it is stored; `None`: plain text alone.
    pub html: Option<String>,
    /// `Message-ID` of the message that it answers, without angle brackets.
    pub in_reply_to: Option<String>,
    /// Those of the thread, the oldest first.
    pub references: Vec<String>,
}

/// What is being written, or waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailDraft {
    pub id: MailDraftId,
    pub account: MailAccountId,
    /// `None`: the account's address.
    pub identity: Option<MailIdentityId>,
    pub content: DraftContent,
    /// The message that it answers or forwards.
    pub answers: Option<(MailMessageId, AnswerKind)>,
    pub state: DraftState,
    pub send_at: Option<DateTime<Utc>>,
    /// Why it was not sent.
    pub why: Option<String>,
    pub attachments: Vec<Attachment>,
    /// Raised by each change: what a page sends back to say what it saw.
    pub revision: i64,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub(crate) message_id: String,
    pub(crate) saved: SavedDraft,
    /// Those for whom the server did not take it, of what is being filed.
    pub(crate) refused: Vec<String>,
}

impl MailDraft {
    /// `Message-ID` by which it will be known, and by which its copy on the server is, without the angle brackets.
    pub fn message_id(&self) -> &str {
        &self.message_id
    }
}

/// The draft as the server has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SavedDraft {
    pub revision: i64,
    /// Folder and UID; `None`: it has none, or does not say where.
    pub at: Option<(String, u32)>,
}

/// What is attached, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub name: String,
    pub media_type: String,
    /// In octets.
    pub size: u64,
}
