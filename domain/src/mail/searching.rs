//! Asking the servers for messages by their texts, which are not in the index.

use super::lists::{MAX_PAGE, MailPlace};
use super::words::MAX_ASKED;
use crate::access::{self, Caller};
use crate::model::mail_account::{MailAccount, MailAccountId};
use crate::model::mail_folder::{FolderRole, MailFolder};
use crate::model::mail_message::MailMessage;
use crate::sync::provider::ProviderError;
use crate::{Error, Kalends, Problem, Result};
use futures::future::join_all;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long all servers together may take.
const MAX_TIME: Duration = Duration::from_secs(20);
/// Longest word that is looked for, in octets.
const MAX_WORD: usize = 200;

/// What the servers have found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundAtServers {
    /// The newest first.
    pub messages: Vec<MailMessage>,
    /// Where not everything was looked through.
    pub failed: Vec<NotSearched>,
}

/// An account that was not looked through, or not to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSearched {
    pub account: MailAccountId,
    /// What the account is called.
    pub name: String,
    /// In words.
    pub why: String,
}

impl Kalends {
    /// Asks the servers for messages that have all of the words anywhere, in their texts as well, in the folders of a place; the newest
    /// first, at most `most`. What is not in the index yet is not found. A server that fails, or takes longer than 20 seconds, is named in
    /// what is found elsewhere.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` (search).
    pub async fn search_mail_on_server(
        &self,
        caller: Caller,
        place: MailPlace,
        search: &str,
        most: usize,
    ) -> Result<FoundAtServers> {
        access::require_own(caller)?;
        let words: Vec<String> = search.split_whitespace().map(str::to_owned).collect();
        let is_usable = |word: &String| word.len() <= MAX_WORD && !word.chars().any(char::is_control);
        if words.is_empty() || words.len() > MAX_ASKED || !words.iter().all(is_usable) {
            return Err(Error::bad_input("search", Problem::Request("one to ten words")));
        }
        let accounts = self.mail_accounts(caller).await?;
        let folders = self.folders_of_place(caller, place).await?;
        let (until, words) = (Instant::now() + MAX_TIME, &words[..]);
        let searches = accounts.iter().map(|account| {
            let folders = folders.iter().filter(|folder| folder.account == account.id).cloned().collect::<Vec<_>>();
            self.search_account(caller, account, folders, words, until)
        });
        let mut found = FoundAtServers::default();
        for searched in join_all(searches).await {
            let (messages, failed) = searched?;
            found.messages.extend(messages);
            found.failed.extend(failed);
        }
        found.messages.retain(|message| place != MailPlace::Flagged || message.is_flagged());
        found.messages.sort_by_key(|message| std::cmp::Reverse((message.received_at, message.id)));
        found.messages.dedup_by_key(|message| message.id);
        found.messages.truncate(most.clamp(1, MAX_PAGE));
        Ok(found)
    }

    /// The folders in which something of a place can be, those first that people look at first.
    async fn folders_of_place(&self, caller: Caller, place: MailPlace) -> Result<Vec<MailFolder>> {
        match place {
            MailPlace::Folder(id) => return Ok(vec![self.mail_folder(caller, id).await?]),
            MailPlace::Account(id) => drop(self.mail_account(caller, id).await?),
            _ => {}
        }
        let mut folders = self.mail_folders(caller).await?;
        folders.retain(|folder| {
            folder.selectable
                && match place {
                    MailPlace::Inboxes => folder.role == Some(FolderRole::Inbox),
                    MailPlace::Role(role) => folder.role == Some(role),
                    MailPlace::Account(id) => folder.account == id,
                    MailPlace::Folder(_) | MailPlace::Flagged | MailPlace::Everywhere => true,
                }
        });
        let at = |folder: &MailFolder| FolderRole::ALL.iter().position(|role| Some(*role) == folder.role);
        folders.sort_by_key(|folder| at(folder).unwrap_or(usize::MAX));
        Ok(folders)
    }

    /// Yields what was found in some folders of an account, and why not all was looked through.
    async fn search_account(
        &self,
        caller: Caller,
        account: &MailAccount,
        folders: Vec<MailFolder>,
        words: &[String],
        until: Instant,
    ) -> Result<(Vec<MailMessage>, Option<NotSearched>)> {
        let mut messages = Vec::new();
        for folder in folders {
            let path = folder.path.as_str();
            let asked = self.ask_mail(account, |mailbox| async move { mailbox.search(path, words).await });
            let why = match timeout_at(until, asked).await {
                Ok(asked) => match asked? {
                    Ok(mut uids) => {
                        uids.sort_unstable_by(|one, other| other.cmp(one));
                        uids.truncate(MAX_PAGE);
                        messages.extend(self.db.read().await?.mail_at(caller.principal, folder.id, &uids).await?);
                        continue;
                    }
                    // Somebody has deleted it meanwhile.
                    Err(ProviderError::Missing(_)) => continue,
                    Err(error) => error.to_string(),
                },
                Err(_) => "it takes too long".to_owned(),
            };
            return Ok((messages, Some(NotSearched { account: account.id, name: account.name.clone(), why })));
        }
        Ok((messages, None))
    }
}
