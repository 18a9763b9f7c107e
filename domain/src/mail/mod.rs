//! Mail (Courrier): accounts that people have elsewhere, an index of what is in them, reading, writing and putting in order.
//!
//! The index in the database is what people see. What they do is done there at once, and on the server by a job that compares what is
//! shown with what the server has ([`push`]); what comes about on the server is taken over by another ([`look`]).

mod about;
pub mod accounts;
mod answers;
mod bulk;
mod checks;
mod composing;
mod connections;
pub mod connector;
mod credentials;
mod drafts;
mod editing;
pub(crate) mod filing;
mod html;
mod html_bounds;
mod identities;
mod invitations;
mod lists;
mod look;
mod look_folder;
pub mod mailbox;
mod making;
mod mime;
mod offers;
mod own_way;
mod people;
mod push;
mod quoting;
mod reading;
mod roles;
mod saving;
mod searching;
mod sending;
mod signing_in;
mod standing;
mod threads;
mod watch;
mod words;

pub use crate::model::mail_account::{
    ChosenFolders, InvitationRule, MailAccount, MailAccountId, MailIdentity, MailIdentityId, MailNotice, MailSecurity,
    MailServer, MailSettings, SentBy,
};
pub use crate::model::mail_draft::{
    AnswerKind, Attachment, AttachmentId, DraftContent, DraftState, MailDraft, MailDraftId,
};
pub use crate::model::mail_folder::{FolderRole, MailFolder, MailFolderId};
pub use crate::model::mail_message::{
    MailAddress, MailCursor, MailMessage, MailMessageId, MailPage, MailRow, MailThreadId, MessageFlags,
};
pub use about::MailAboutEvent;
pub use accounts::{FedCalendars, MailAccountChange, MailDependents, MailTest, NewMailAccount};
pub use answers::under_text as signature_under_text;
pub use bulk::{MailChange, MailChanged, MailSelection};
pub use composing::UNDO_SECONDS;
pub use html::SafeHtml;
pub use invitations::{
    AuthenticationResults, InvitationAction, InvitationConflicts, InvitationStanding, MailInvitation,
    MailInvitationVerdict,
};
pub use lists::{MailPlace, MailQuery};
pub use making::{MailMatter, MailTime};
pub use offers::MailOffer;
pub use quoting::{QuotationWriter, QuotedMail};
pub use reading::{MailPart, OpenMail, PartContent, Pictures};
pub use searching::{FoundAtServers, NotSearched};
pub use signing_in::MailSignedIn;
pub use watch::MailWatcher;

pub(crate) use invitations::take as take_invitations;
pub(crate) use look::look;
pub(crate) use own_way::OwnMail;
pub(crate) use push::push;
pub(crate) use quoting::NoQuotationWriter;
pub(crate) use saving::save;
pub(crate) use sending::send;

use connections::Connections;
use connector::{MailConnector, NoMailConnector};
use reading::OpenedMessages;
use std::sync::Arc;
use tokio::sync::Notify;

/// Most people that one mail is for.
pub const MAX_RECIPIENTS: usize = 500;
/// Largest text of a draft, in octets.
pub const MAX_TEXT: usize = 1024 * 1024;
/// Longest subject, in characters.
pub const MAX_SUBJECT: usize = 2_000;
/// Most octets that the attachments of a draft have together.
pub const MAX_ATTACHED: u64 = 25 * 1024 * 1024;
/// Most Message-IDs that a mail names.
const MAX_REFERENCES: usize = 50;
/// Longest message that is fetched, in octets.
pub const MAX_MESSAGE: usize = 64 * 1024 * 1024;

/// What speaks to mail servers, with what is kept of the last conversations.
pub(crate) struct MailHandles {
    pub connector: Arc<dyn MailConnector>,
    pub connections: Connections,
    pub opened: OpenedMessages,
    /// There is an account that nobody waits for.
    pub account_added: Notify,
}

impl MailHandles {
    pub fn new(connector: Arc<dyn MailConnector>) -> Self {
        let (connections, opened) = (Connections::default(), reading::opened_messages());
        MailHandles { connector, connections, opened, account_added: Notify::new() }
    }
}

impl Default for MailHandles {
    fn default() -> Self {
        MailHandles::new(Arc::new(NoMailConnector))
    }
}
