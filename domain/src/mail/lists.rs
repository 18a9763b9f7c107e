//! Folders, and the messages in them.

use super::words::{MAX_ASKED, words};
use crate::access::{self, Caller};
use crate::model::mail_account::MailAccountId;
use crate::model::mail_folder::{FolderRole, MailFolder, MailFolderId};
use crate::model::mail_message::{MailCursor, MailMessage, MailMessageId, MailPage, MailRow};
use crate::store::{ListedMail, ListedPlace, Transaction};
use crate::{Error, Kalends, Missing, Problem, Result};

/// Most rows of one page.
pub const MAX_PAGE: usize = 200;
/// Most messages of a thread that are shown.
const MAX_THREAD: i64 = 500;

const NO_FOLDER: Error = Error::NotFound(Missing::Folder);
pub(super) const NO_MESSAGE: Error = Error::NotFound(Missing::Message);

/// Where messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailPlace {
    /// The inboxes of all accounts together.
    Inboxes,
    /// What is flagged in all accounts, wherever it is.
    Flagged,
    /// The folders of all accounts that are for this.
    Role(FolderRole),
    Folder(MailFolderId),
    /// All of one account.
    Account(MailAccountId),
    /// All of all accounts.
    Everywhere,
}

/// Which messages are listed.
#[derive(Clone, Copy, Debug)]
pub struct MailQuery<'a> {
    pub place: MailPlace,
    /// Of each thread its newest message alone.
    pub threads: bool,
    pub unread: bool,
    /// What people typed: words of the subject, of names and addresses; empty: all.
    pub search: &'a str,
    pub after: Option<MailCursor>,
    /// At most [`MAX_PAGE`].
    pub most: usize,
}

impl Default for MailQuery<'_> {
    fn default() -> Self {
        MailQuery { place: MailPlace::Inboxes, threads: true, unread: false, search: "", after: None, most: 50 }
    }
}

/// The places of the store of which one is put together.
pub(super) async fn places(tx: &mut Transaction, caller: Caller, place: MailPlace) -> Result<Vec<ListedPlace>> {
    let of_role = async |tx: &mut Transaction, role| {
        let folders = tx.mail_folders_of(caller.principal).await?.into_iter();
        Ok(folders.filter(|folder| folder.role == Some(role)).map(|folder| ListedPlace::Folder(folder.id)).collect())
    };
    let accounts = tx.mail_accounts(caller.principal).await?.into_iter().map(|account| account.id);
    match place {
        MailPlace::Inboxes => of_role(tx, FolderRole::Inbox).await,
        MailPlace::Role(role) => of_role(tx, role).await,
        MailPlace::Flagged => Ok(accounts.map(ListedPlace::Flagged).collect()),
        MailPlace::Everywhere => Ok(accounts.map(ListedPlace::Account).collect()),
        MailPlace::Account(id) => {
            let mut accounts = accounts;
            let id = accounts.find(|own| *own == id).ok_or(Error::NotFound(Missing::MailAccount))?;
            Ok(vec![ListedPlace::Account(id)])
        }
        MailPlace::Folder(id) => {
            let folder = tx.mail_folder_of(caller.principal, id).await?.ok_or(NO_FOLDER)?;
            Ok(vec![ListedPlace::Folder(folder.id)])
        }
    }
}

impl Kalends {
    /// How many messages of an account have changed here in a way that its server has not been told yet.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn pending_mail(&self, caller: Caller, id: MailAccountId) -> Result<u64> {
        let mut tx = self.db.read().await?;
        super::accounts::own_account(&mut tx, caller, id).await?;
        tx.count_pending_mail(id).await
    }

    /// The folders of all of the caller's mail accounts: of each account those with a purpose first, then by path.
    ///
    /// # Errors
    /// `Forbidden` for a credential that may not do all that its principal may.
    pub async fn mail_folders(&self, caller: Caller) -> Result<Vec<MailFolder>> {
        access::require_own(caller)?;
        let mut folders = self.db.read().await?.mail_folders_of(caller.principal).await?;
        let place = |folder: &MailFolder| FolderRole::ALL.iter().position(|role| Some(*role) == folder.role);
        folders.sort_by_key(|folder| (folder.account, place(folder).unwrap_or(usize::MAX), folder.path.clone()));
        Ok(folders)
    }

    /// # Errors
    /// `NotFound`, also for somebody else's.
    pub async fn mail_folder(&self, caller: Caller, id: MailFolderId) -> Result<MailFolder> {
        access::require_own(caller)?;
        self.db.once().await?.mail_folder_of(caller.principal, id).await?.ok_or(NO_FOLDER)
    }

    /// How many messages in the caller's inboxes nobody has read.
    ///
    /// # Errors
    /// As [`Kalends::mail_folders`].
    pub async fn unread_mail(&self, caller: Caller) -> Result<u64> {
        access::require_own(caller)?;
        self.db.once().await?.unread_mail(caller.principal, FolderRole::Inbox.name()).await
    }

    /// A part of a list of messages, the newest first.
    ///
    /// # Errors
    /// `NotFound` for a place that is not the caller's; `BadInput` (search) for more words than are looked for.
    pub async fn list_mail(&self, caller: Caller, query: &MailQuery<'_>) -> Result<MailPage> {
        access::require_own(caller)?;
        let asked = words([query.search]);
        if asked.len() > MAX_ASKED {
            return Err(Error::bad_input("search", Problem::Request("at most ten words")));
        }
        if !query.search.trim().is_empty() && asked.is_empty() {
            return Ok(MailPage { rows: Vec::new(), next: None });
        }
        let most = query.most.clamp(1, MAX_PAGE);
        let mut tx = self.db.read().await?;
        let places = places(&mut tx, caller, query.place).await?;
        let matched = (!asked.is_empty()).then(|| tx.words_to_match(&asked));
        let listed = ListedMail {
            threads: query.threads,
            unread: query.unread,
            words: matched.as_deref(),
            after: query.after,
            most: most + 1,
        };
        let mut rows: Vec<MailRow> = Vec::new();
        // Each place by itself, as the index has them in order: what is not shown is not read.
        for place in places {
            rows.extend(tx.listed_mail(place, listed).await?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse((row.message.received_at, row.message.id)));
        let has_more = rows.len() > most;
        rows.truncate(most);
        let next = rows
            .last()
            .filter(|_| has_more)
            .map(|last| MailCursor { received_at: last.message.received_at, id: last.message.id });
        Ok(MailPage { rows, next })
    }

    /// # Errors
    /// `NotFound`, also for somebody else's.
    pub async fn mail_message(&self, caller: Caller, id: MailMessageId) -> Result<MailMessage> {
        access::require_own(caller)?;
        self.db.once().await?.mail_message(caller.principal, id).await?.ok_or(NO_MESSAGE)
    }

    /// The thread of a message, the oldest first, in whichever folders of its account the messages are; one that is in several is named
    /// once.
    ///
    /// # Errors
    /// `NotFound`, also for somebody else's.
    pub async fn mail_thread(&self, caller: Caller, id: MailMessageId) -> Result<Vec<MailMessage>> {
        access::require_own(caller)?;
        let mut tx = self.db.read().await?;
        let message = tx.mail_message(caller.principal, id).await?.ok_or(NO_MESSAGE)?;
        let all = tx.mail_thread(message.account, message.thread, MAX_THREAD).await?;
        let mut thread: Vec<MailMessage> = Vec::new();
        for other in all {
            let same =
                thread.iter_mut().find(|known| known.message_id.is_some() && known.message_id == other.message_id);
            match same {
                // The one that was asked for is the one that is shown.
                Some(known) if other.id == message.id => *known = other,
                Some(_) => {}
                None => thread.push(other),
            }
        }
        Ok(thread)
    }
}
