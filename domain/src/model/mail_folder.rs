//! Folders of mail accounts.

use super::mail_account::MailAccountId;

/// Identifies a folder in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailFolderId(pub i64);

/// What a folder is for (RFC 6154).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FolderRole {
    Inbox,
    Drafts,
    Sent,
    Archive,
    Spam,
    Bin,
    /// Everything that the account has, which is in other folders as well.
    All,
}

impl FolderRole {
    /// In the order in which people are shown them.
    pub const ALL: [FolderRole; 7] = [
        FolderRole::Inbox,
        FolderRole::Drafts,
        FolderRole::Sent,
        FolderRole::Archive,
        FolderRole::Spam,
        FolderRole::Bin,
        FolderRole::All,
    ];

    pub fn name(self) -> &'static str {
        match self {
            FolderRole::Inbox => "inbox",
            FolderRole::Drafts => "drafts",
            FolderRole::Sent => "sent",
            FolderRole::Archive => "archive",
            FolderRole::Spam => "spam",
            FolderRole::Bin => "bin",
            FolderRole::All => "all",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A folder as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFolder {
    pub id: MailFolderId,
    pub account: MailAccountId,
    /// As the server calls it, with the levels above it.
    pub path: String,
    /// Between the levels of the path; `None`: there are none.
    pub delimiter: Option<String>,
    pub role: Option<FolderRole>,
    /// Whether it can hold messages.
    pub selectable: bool,
    /// As they are shown here, with what the server does not know yet.
    pub messages: u64,
    pub unread: u64,
    pub(crate) place: FolderPlace,
}

impl MailFolder {
    /// The last level of its path.
    pub fn name(&self) -> &str {
        let delimiter = self.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        delimiter.and_then(|delimiter| self.path.rsplit(delimiter).next()).unwrap_or(&self.path)
    }

    /// How many levels are above it.
    pub fn depth(&self) -> usize {
        let delimiter = self.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        delimiter.map_or(0, |delimiter| self.path.matches(delimiter).count())
    }

    /// Whether all of its messages are in the index.
    pub fn is_whole(&self) -> bool {
        self.place.uid_validity.is_some() && self.place.lowest_uid <= 1
    }
}

/// How far the index of a folder has come (RFC 3501 section 2.3.1.1, RFC 7162).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FolderPlace {
    /// `None`: it was never looked at.
    pub uid_validity: Option<u32>,
    /// What is below is known,
    pub uid_next: u32,
    /// from here on; 1 or 0: everything is.
    pub lowest_uid: u32,
    /// `None`: the server does not count changes.
    pub modseq: Option<u64>,
    /// Down to which UID flags were compared last, where the server does not name changes.
    pub compared_to: u32,
    /// What the server said of the folder when it was last looked at.
    pub looked_state: Option<String>,
}
