//! A person's mail accounts: adding one that lets the person in, looking whether it still does, changing and removing it. An account
//! is its owner's alone: for everybody else it does not exist.

use super::checks::{check_color, check_folders, check_settings, check_signature, checked_address, checked_name};
use super::connector::{MailConfiguration, MailService};
use super::credentials::purpose;
use super::mailbox::Mailbox;
use crate::access::{self, Caller};
use crate::idempotency::Once;
use crate::jobs::JobKind;
use crate::model::job::NewJob;
use crate::model::mail_account::{ChosenFolders, InvitationRule, MailAccount, MailAccountId, MailSettings};
use crate::model::remote_account::{AccountState, RemoteAccountId};
use crate::retry::retry;
use crate::store::{MailStanding, NewMailRow, Transaction};
use crate::sync::connector::FindError;
use crate::sync::credentials::Credentials;
use crate::sync::provider::ProviderError;
use crate::write::Write;
use crate::{Announcement, Error, Existing, Kalends, Missing, Problem, Result};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// Most accounts of one person.
const MAX_ACCOUNTS: usize = 20;
/// From one look to the next, where nothing else is chosen, and the least and the most that can be.
const INTERVAL: TimeDelta = TimeDelta::minutes(5);
const MIN_INTERVAL: TimeDelta = TimeDelta::minutes(1);
const MAX_INTERVAL: TimeDelta = TimeDelta::days(1);
/// How many messages are taken out of the index at once.
const PIECE: i64 = 2_000;

const NOT_THERE: Error = Error::NotFound(Missing::MailAccount);

/// Colours of accounts for which none was chosen, in turns.
const COLORS: [&str; 6] = ["#2563EB", "#059669", "#D97706", "#DB2777", "#7C3AED", "#0891B2"];

/// A mail account to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMailAccount {
    /// For people; empty: the address.
    pub name: String,
    pub address: String,
    /// What mail is sent as beside the address; empty: the address alone.
    pub display_name: String,
    /// `#RRGGBB`; `None`: one that is not taken.
    pub color: Option<String>,
    pub preset: Option<String>,
    pub settings: MailSettings,
    pub credentials: Credentials,
}

/// What is to be otherwise about an account; `None`: as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailAccountChange {
    pub name: Option<String>,
    pub color: Option<String>,
    pub signature: Option<String>,
    pub interval: Option<TimeDelta>,
    pub folders: Option<ChosenFolders>,
    pub invitations: Option<InvitationRule>,
    pub is_paused: Option<bool>,
    /// Whether invitations go out by it where no account has the address that they are from.
    pub for_invitations: Option<bool>,
}

/// What came of asking both servers of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTest {
    /// How many folders there are, or why they cannot be read.
    pub reading: std::result::Result<usize, String>,
    /// Why nothing could be sent.
    pub sending: std::result::Result<(), String>,
}

/// What depends on an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailDependents {
    pub identities: usize,
    /// What was written and not sent,
    pub drafts: u64,
    /// and of that what waits to be.
    pub waiting: u64,
    /// Accounts of calendars that were made with it.
    pub calendar_accounts: Vec<RemoteAccountId>,
}

/// What becomes of the accounts of calendars that were made with a mail account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FedCalendars {
    /// They stay, with their accounts.
    Keep,
    /// The accounts go, and the calendars stay here as they are.
    Leave,
    /// The accounts go, and the calendars into the bin.
    Bin,
}

/// An account of the caller's.
pub(super) async fn own_account(tx: &mut Transaction, caller: Caller, id: MailAccountId) -> Result<MailAccount> {
    access::require_own(caller)?;
    tx.mail_account(id).await?.filter(|account| account.owner == caller.principal).ok_or(NOT_THERE)
}

/// The job that looks at an account.
pub(super) fn look_job(account: &MailAccount, due_at: DateTime<Utc>) -> NewJob {
    let key = account.id.0.to_string();
    NewJob { kind: JobKind::MailLook, payload: key.clone(), key, owner: None, due_at }
}

/// Whether it is the account of this address at a service.
pub(super) fn is_of(account: &MailAccount, service: Option<&str>, address: &str) -> bool {
    account.preset.as_deref() == service && account.address.eq_ignore_ascii_case(address)
}

impl Kalends {
    /// The mail services that are known by name.
    pub fn mail_services(&self) -> Vec<MailService> {
        self.mailboxes.connector.services()
    }

    /// Where the mail of an address is.
    ///
    /// # Errors
    /// `Remote` where it is not known; `BadInput` (address), `Forbidden`.
    pub async fn find_mail_settings(&self, caller: Caller, address: &str) -> Result<MailConfiguration> {
        access::require_own(caller)?;
        let address = checked_address(address)?;
        Ok(self.mailboxes.connector.configure(&address).await?)
    }

    /// The caller's mail accounts, the oldest first.
    ///
    /// # Errors
    /// `Forbidden` for a credential that may not do all that its principal may.
    pub async fn mail_accounts(&self, caller: Caller) -> Result<Vec<MailAccount>> {
        access::require_own(caller)?;
        self.db.read().await?.mail_accounts(caller.principal).await
    }

    /// # Errors
    /// `NotFound`, also for somebody else's; `Forbidden` as [`Kalends::mail_accounts`].
    pub async fn mail_account(&self, caller: Caller, id: MailAccountId) -> Result<MailAccount> {
        own_account(&mut self.db.read().await?, caller, id).await
    }

    /// Adds an account once both of its servers have let its owner in, and begins to index what is there.
    ///
    /// # Errors
    /// `Remote` with what a server said; `BadInput` (name, address, color, imap, smtp, password), `QuotaExceeded`, `Forbidden`;
    /// `AlreadyExists` for one of the same address at the same service, where its owner signs in.
    pub async fn add_mail_account(
        &self,
        caller: Caller,
        new: &NewMailAccount,
        once: Option<&Once>,
    ) -> Result<MailAccountId> {
        access::require_own(caller)?;
        let address = checked_address(&new.address)?;
        let name = checked_name("name", if new.name.trim().is_empty() { &address } else { &new.name }, 1)?;
        let display_name = checked_name("display_name", &new.display_name, 0)?;
        new.color.as_deref().map_or(Ok(()), check_color)?;
        check_settings(&new.settings, &new.credentials)?;
        let connector = &self.mailboxes.connector;
        let reading = connector.mailbox(&new.settings.imap, &new.credentials).await.map_err(FindError::from)?;
        // What it says to a goodbye does not matter.
        let _ = reading.close().await;
        self.test_sending(&new.settings.smtp, &new.credentials).await.map_err(FindError::from)?;
        let id = self
            .write(caller, async |mut write: Write| {
                write.tx.lock_home(caller.principal).await?;
                let known = write.tx.mail_accounts(caller.principal).await?;
                // It has come to be there meanwhile, by another browser or another try.
                let is_same = |known: &MailAccount| is_of(known, new.preset.as_deref(), &address);
                if new.settings.signs_in && known.iter().any(is_same) {
                    return Err(Error::AlreadyExists(Existing::MailAccount));
                }
                if known.len() >= MAX_ACCOUNTS {
                    return Err(Error::QuotaExceeded { limit: MAX_ACCOUNTS as u64, unit: "mail accounts" });
                }
                let color = new.color.as_deref().unwrap_or(COLORS[known.len() % COLORS.len()]);
                let at = Utc::now();
                let row = NewMailRow {
                    owner: caller.principal,
                    name,
                    address: &address,
                    color,
                    preset: new.preset.as_deref(),
                    settings: &new.settings,
                    interval: INTERVAL,
                    at,
                };
                let id = write.tx.insert_mail_account(row).await?;
                if let Some(made) = write.take_key(once, &id.0.to_string()).await? {
                    return made.parse().map(MailAccountId).map_err(|_| NOT_THERE);
                }
                let sealed = self.vault.seal_for(&purpose(id), &new.credentials)?;
                write.tx.set_mail_credentials(id, &sealed).await?;
                write.tx.put_mail_identity(id, display_name, &address, None).await?;
                if let Some(account) = write.tx.mail_account(id).await? {
                    write.tx.enqueue_job(&look_job(&account, at)).await?;
                }
                write.announce(Announcement::Mail { owner: caller.principal, account: id });
                write.commit(id).await
            })
            .await?;
        self.wake.notify_one();
        self.mailboxes.account_added.notify_one();
        Ok(id)
    }

    /// Changes what its owner chooses about an account, or has it not be looked at until that is wanted again.
    ///
    /// # Errors
    /// `NotFound`, `BadInput` (name, color, signature, interval, folders).
    pub async fn change_mail_account(
        &self,
        caller: Caller,
        id: MailAccountId,
        change: &MailAccountChange,
    ) -> Result<()> {
        self.change_mail_account_if(caller, id, change, |_| Ok(())).await
    }

    /// [`Kalends::change_mail_account`], where `check` has nothing against what there is.
    ///
    /// # Errors
    /// That of `check` as well.
    pub async fn change_mail_account_if(
        &self,
        caller: Caller,
        id: MailAccountId,
        change: &MailAccountChange,
        check: impl Fn(&MailAccount) -> Result<()> + Send + Sync,
    ) -> Result<()> {
        let name = change.name.as_deref().map(|name| checked_name("name", name, 1)).transpose()?;
        change.color.as_deref().map_or(Ok(()), check_color)?;
        change.signature.as_deref().map_or(Ok(()), check_signature)?;
        change.folders.as_ref().map_or(Ok(()), check_folders)?;
        if change.interval.is_some_and(|interval| !(MIN_INTERVAL..=MAX_INTERVAL).contains(&interval)) {
            return Err(Error::bad_input("interval", Problem::Request("a minute to a day")));
        }
        self.write(caller, async |mut write: Write| {
            let mut account = own_account(&mut write.tx, caller, id).await?;
            check(&account)?;
            if let Some(name) = name {
                account.name = name.to_owned();
            }
            account.color = change.color.clone().unwrap_or(account.color);
            account.signature = change.signature.clone().unwrap_or(account.signature);
            account.interval = change.interval.unwrap_or(account.interval);
            account.settings.folders = change.folders.clone().unwrap_or(account.settings.folders);
            account.settings.invitations = change.invitations.unwrap_or(account.settings.invitations);
            account.state = match (change.is_paused, account.state) {
                (Some(true), _) => AccountState::Paused,
                (Some(false), AccountState::Paused) => AccountState::Active,
                (_, state) => state,
            };
            write.tx.update_mail_account(&account, Utc::now()).await?;
            if let Some(wanted) = change.for_invitations.filter(|wanted| *wanted != account.for_invitations) {
                write.tx.choose_for_invitations(caller.principal, wanted.then_some(id)).await?;
            }
            if account.state == AccountState::Active {
                look_soon(&mut write.tx, &account).await?;
            }
            write.announce(Announcement::Mail { owner: caller.principal, account: id });
            write.commit(()).await
        })
        .await?;
        self.mailboxes.connections.forget(id);
        self.wake.notify_one();
        Ok(())
    }

    /// Has an account be looked at now.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn look_at_mail(&self, caller: Caller, id: MailAccountId) -> Result<()> {
        let account = self.mail_account(caller, id).await?;
        retry(async || {
            let mut tx = self.db.write().await?;
            look_soon(&mut tx, &account).await?;
            tx.commit().await?;
            self.wake.notify_one();
            Ok(())
        })
        .await
    }

    /// Asks both servers of an account whether they let its owner in. What comes of it is the account's state.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn test_mail_account(&self, caller: Caller, id: MailAccountId) -> Result<MailTest> {
        let account = self.mail_account(caller, id).await?;
        let credentials = match self.fresh_mail_credentials(&account).await? {
            Ok(credentials) => credentials,
            Err(error) => {
                self.note_mail_answer(&account, Some(&error)).await?;
                return Ok(MailTest { reading: Err(error.to_string()), sending: Err(error.to_string()) });
            }
        };
        let connector = &self.mailboxes.connector;
        let reading = async {
            let mailbox: Arc<dyn Mailbox> = connector.mailbox(&account.settings.imap, &credentials).await?;
            let folders = mailbox.folders().await?;
            let _ = mailbox.close().await;
            Ok(folders.len())
        };
        let reading: std::result::Result<usize, ProviderError> = reading.await;
        self.note_mail_answer(&account, reading.as_ref().err()).await?;
        let sending = self.test_sending(&account.settings.smtp, &credentials).await;
        Ok(MailTest {
            reading: reading.map_err(|error| error.to_string()),
            sending: sending.map_err(|error| error.to_string()),
        })
    }

    /// Gives an account another password, once its server has taken it. `user`: the name there, where it is another than before.
    ///
    /// # Errors
    /// `NotFound`; `Remote` with what the server said; `BadInput` (password).
    pub async fn reauthenticate_mail_account(
        &self,
        caller: Caller,
        id: MailAccountId,
        user: Option<&str>,
        password: &str,
    ) -> Result<()> {
        let mut account = self.mail_account(caller, id).await?;
        if let Some(user) = user.map(str::trim).filter(|user| !user.is_empty()) {
            account.settings.imap.user = user.to_owned();
            account.settings.smtp.user = user.to_owned();
        }
        account.settings.signs_in = false;
        let user = account.settings.imap.user.clone();
        self.renew_mail_account(caller, account, Credentials::Basic { user, password: password.to_owned() }).await
    }

    /// Gives an account other credentials, once its server has taken them, with the names at the servers and the way to sign in that
    /// `account` has; nothing else of it is changed.
    ///
    /// # Errors
    /// As [`Kalends::reauthenticate_mail_account`].
    pub(super) async fn renew_mail_account(
        &self,
        caller: Caller,
        account: MailAccount,
        credentials: Credentials,
    ) -> Result<()> {
        check_settings(&account.settings, &credentials)?;
        let connector = &self.mailboxes.connector;
        let mailbox = connector.mailbox(&account.settings.imap, &credentials).await.map_err(FindError::from)?;
        let _ = mailbox.close().await;
        self.mailboxes.connections.forget(account.id);
        let sealed = self.vault.seal_for(&purpose(account.id), &credentials)?;
        self.write(caller, async |mut write: Write| {
            let mut now = own_account(&mut write.tx, caller, account.id).await?;
            // What else was chosen while the server was asked stays.
            now.settings.imap.user = account.settings.imap.user.clone();
            now.settings.smtp.user = account.settings.smtp.user.clone();
            now.settings.signs_in = account.settings.signs_in;
            if now.state != AccountState::Paused {
                now.state = AccountState::Active;
            }
            write.tx.update_mail_account(&now, Utc::now()).await?;
            write.tx.set_mail_credentials(account.id, &sealed).await?;
            let standing = MailStanding {
                state: now.state,
                trouble: None,
                why: None,
                failures: 0,
                next_look_at: Some(Utc::now()),
                looked_at: None,
            };
            write.tx.set_mail_standing(account.id, &standing).await?;
            look_soon(&mut write.tx, &now).await?;
            write.announce(Announcement::Mail { owner: caller.principal, account: account.id });
            write.commit(()).await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }

    /// What depends on an account.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn mail_dependents(&self, caller: Caller, id: MailAccountId) -> Result<MailDependents> {
        let mut tx = self.db.read().await?;
        own_account(&mut tx, caller, id).await?;
        let (drafts, waiting) = tx.count_mail_drafts(id).await?;
        Ok(MailDependents {
            identities: tx.mail_identities(id).await?.len(),
            drafts,
            waiting,
            calendar_accounts: tx.mail_feeds(id).await?,
        })
    }

    /// Removes an account with its index, drafts and identities; nothing is deleted on the server. `calendars`: what becomes of those
    /// that were made with it.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn remove_mail_account(&self, caller: Caller, id: MailAccountId, calendars: FedCalendars) -> Result<()> {
        self.remove_mail_account_if(caller, id, calendars, |_| Ok(())).await
    }

    /// [`Kalends::remove_mail_account`], where `check` has nothing against what there is.
    ///
    /// # Errors
    /// That of `check` as well.
    pub async fn remove_mail_account_if(
        &self,
        caller: Caller,
        id: MailAccountId,
        calendars: FedCalendars,
        check: impl Fn(&MailAccount) -> Result<()> + Send + Sync,
    ) -> Result<()> {
        let pause = MailAccountChange { is_paused: Some(true), ..MailAccountChange::default() };
        self.change_mail_account_if(caller, id, &pause, check).await?;
        // Piece by piece: nobody waits for all of it.
        loop {
            let gone = retry(async || {
                let mut tx = self.db.write().await?;
                let gone = tx.delete_piece_of_mail(id, PIECE).await?;
                tx.commit().await?;
                Ok(gone)
            });
            if gone.await? == 0 {
                break;
            }
        }
        let fed = self.db.read().await?.mail_feeds(id).await?;
        if calendars != FedCalendars::Keep {
            for account in fed {
                match self.remove_remote_account(caller, account, calendars == FedCalendars::Bin, |_| Ok(())).await {
                    Ok(()) | Err(Error::NotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        self.write(caller, async |mut write: Write| {
            own_account(&mut write.tx, caller, id).await?;
            write.tx.delete_jobs_of_mail(id).await?;
            write.tx.delete_mail_account(id).await?;
            write.announce(Announcement::Mail { owner: caller.principal, account: id });
            write.commit(()).await
        })
        .await?;
        self.mailboxes.connections.forget(id);
        Ok(())
    }
}

/// Has an account be looked at now, wherever its next look waits.
pub(super) async fn look_soon(tx: &mut Transaction, account: &MailAccount) -> Result<()> {
    let job = look_job(account, Utc::now());
    // A look that goes on now follows itself.
    tx.want_mail_look(account.id, job.due_at).await?;
    tx.enqueue_job(&job).await?;
    tx.hasten_job(job.kind, &job.key, job.due_at).await
}
