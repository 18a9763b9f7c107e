//! A person's accounts at services elsewhere: adding one that lets the person in, looking whether it still does, and removing it.
//! An account is its owner's alone: for everybody else it does not exist.

use super::connector::{CredentialKeeper, Found, Service, Wanted};
use super::counted::Counted;
use super::credentials::Credentials;
use super::feed::FeedSource;
use super::provider::{Answer, Provider, ProviderError, RemoteCalendar};
use super::vault::Resealed;
use crate::access::{self, Caller, PrincipalId};
use crate::idempotency::Once;
use crate::model::remote_account::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
use crate::retry::retry;
use crate::store::{NewRemoteAccount, Transaction};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Problem, Result, versions};
use chrono::Utc;
use std::sync::Arc;

/// Longest name, in characters.
pub const MAX_NAME: usize = 100;
/// Longest name at the service, address and password, in octets.
const MAX_FIELD: usize = 2_000;
/// Most accounts of one person.
const MAX_ACCOUNTS: usize = 50;
/// How many accounts are sealed anew at once.
const RESEALED_AT_ONCE: i64 = 100;

const NOT_THERE: Error = Error::NotFound(Missing::RemoteAccount);
const KEY_LOST: &str = "the password that was kept cannot be read any more, because the server's secret key is another";

/// What an account is called, as people write it.
fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Error::bad_input("name", Problem::Name { least: 1, most: MAX_NAME }));
    }
    Ok(name)
}

fn check_credentials(credentials: &Credentials) -> Result<()> {
    let length = |field, text: &str| match text.is_empty() || text.len() > MAX_FIELD {
        true => Err(Error::bad_input(field, Problem::Length { least: 1, most: MAX_FIELD })),
        false => Ok(()),
    };
    match credentials {
        Credentials::Basic { user, password } => {
            if user.contains(':') || user.chars().any(char::is_control) {
                return Err(Error::bad_input("user", Problem::Name { least: 1, most: MAX_FIELD }));
            }
            length("user", user)?;
            length("password", password)
        }
        Credentials::Bearer { token } => length("token", token),
        Credentials::Address { address } => length("address", address),
        // A service gave them.
        Credentials::OAuth { .. } => Ok(()),
    }
}

/// An account of the caller's.
pub(crate) async fn own_account(tx: &mut Transaction, caller: Caller, id: RemoteAccountId) -> Result<RemoteAccount> {
    access::require_own(caller)?;
    tx.remote_account(id).await?.filter(|account| account.owner == caller.principal).ok_or(NOT_THERE)
}

/// Keeps what a service gives in the place of the credentials that it was asked with.
struct Keeper {
    kalends: Kalends,
    account: RemoteAccountId,
}

impl CredentialKeeper for Keeper {
    fn replace(&self, credentials: Credentials) -> Answer<'_, ()> {
        Box::pin(async move {
            let kept = self.kalends.keep_credentials(self.account, &credentials).await;
            kept.map_err(|error| ProviderError::Transient { why: error.to_string(), retry_after: None })
        })
    }
}

/// The credentials that a form says: a token, or a name with a password.
///
/// # Errors
/// `BadInput` (token) where both are said.
pub fn credentials_of_form(user: &str, password: String, token: &str) -> Result<Credentials> {
    let both_said = || Error::bad_input("token", Problem::Request("either a token, or a name with a password"));
    Credentials::of_form(user, password, token).ok_or_else(both_said)
}

impl Kalends {
    /// The services that are known by name, in the order in which people are shown them.
    pub fn remote_services(&self) -> Vec<Service> {
        self.connector.services()
    }

    /// The caller's accounts, the oldest first.
    ///
    /// # Errors
    /// `Forbidden` for a credential that may not do all that its principal may.
    pub async fn remote_accounts(&self, caller: Caller) -> Result<Vec<RemoteAccount>> {
        access::require_own(caller)?;
        self.db.read().await?.remote_accounts(caller.principal).await
    }

    /// # Errors
    /// `NotFound`, also for somebody else's; `Forbidden` as [`Kalends::remote_accounts`].
    pub async fn remote_account(&self, caller: Caller, id: RemoteAccountId) -> Result<RemoteAccount> {
        own_account(&mut self.db.read().await?, caller, id).await
    }

    /// Looks for an account and adds it once the service has let its owner in. `name`: for people; without one what they are called
    /// there. A request that is repeated with the same key adds one account.
    ///
    /// # Errors
    /// `Remote`, when none is found or lets nobody in; `BadInput` (name, address, user, password), `QuotaExceeded`, `Forbidden`.
    pub async fn add_remote_account(
        &self,
        caller: Caller,
        name: &str,
        wanted: &Wanted,
        once: Option<&Once>,
    ) -> Result<RemoteAccountId> {
        access::require_own(caller)?;
        check_credentials(&wanted.credentials)?;
        if wanted.address.len() > MAX_FIELD {
            return Err(Error::bad_input("address", Problem::Length { least: 0, most: MAX_FIELD }));
        }
        let name = match (name.trim(), wanted.credentials.user()) {
            ("", Some(user)) => user.chars().take(MAX_NAME).collect(),
            ("", None) => checked_name(&wanted.address.chars().take(MAX_NAME).collect::<String>())?.to_owned(),
            (name, _) => checked_name(name)?.to_owned(),
        };
        self.check_room(caller.principal).await?;
        let found = self.connector.find(wanted).await?;
        self.store_remote_account(caller, &name, &found, once).await
    }

    async fn check_room(&self, owner: PrincipalId) -> Result<()> {
        check_room(&mut self.db.read().await?, owner).await
    }

    /// Adds an account that was found, and lets its owner in.
    ///
    /// # Errors
    /// `BadInput` (name), `QuotaExceeded`, `Forbidden`.
    pub async fn store_remote_account(
        &self,
        caller: Caller,
        name: &str,
        found: &Found,
        once: Option<&Once>,
    ) -> Result<RemoteAccountId> {
        access::require_own(caller)?;
        let name = checked_name(name)?;
        self.write(caller, async |mut write: Write| {
            write.tx.lock_home(caller.principal).await?;
            check_room(&mut write.tx, caller.principal).await?;
            let new = NewRemoteAccount {
                owner: caller.principal,
                provider: found.provider,
                preset: found.preset.as_deref(),
                name,
                settings: &found.settings,
                at: Utc::now(),
            };
            let id = write.tx.insert_remote_account(new).await?;
            if let Some(made) = write.take_key(once, &id.0.to_string()).await? {
                // The account of the earlier request; this one's goes with the write.
                return made.parse().map(RemoteAccountId).map_err(|_| NOT_THERE);
            }
            let sealed = self.vault.seal(id, &found.credentials)?;
            write.tx.set_remote_credentials(id, &sealed).await?;
            write.list_changed().await?;
            write.commit(id).await
        })
        .await
    }

    /// Asks the service for the account's calendars, and with that whether it lets the caller in. What comes of it is the account's
    /// state; one that is paused stays so.
    ///
    /// # Errors
    /// `NotFound`; `Remote` with what the service said.
    pub async fn test_remote_account(&self, caller: Caller, id: RemoteAccountId) -> Result<Vec<RemoteCalendar>> {
        let account = self.remote_account(caller, id).await?;
        let answer = match self.remote_provider(&account).await? {
            Ok(provider) => provider.calendars().await,
            Err(error) => Err(error),
        };
        self.note_remote_answer(&account, answer.as_ref().err()).await?;
        answer.map_err(|error| Error::Remote(error.into()))
    }

    /// Calls an account otherwise, or has its service not be asked until that is wanted again; `None`: as it is.
    ///
    /// # Errors
    /// `NotFound`, `BadInput` (name), those of `check`.
    pub async fn change_remote_account(
        &self,
        caller: Caller,
        id: RemoteAccountId,
        name: Option<&str>,
        is_paused: Option<bool>,
        check: impl Fn(&RemoteAccount) -> Result<()>,
    ) -> Result<()> {
        let name = name.map(checked_name).transpose()?;
        self.write(caller, async |mut write: Write| {
            let account = own_account(&mut write.tx, caller, id).await?;
            check(&account)?;
            if let Some(name) = name {
                write.tx.rename_remote_account(id, name, Utc::now()).await?;
            }
            let state = match (is_paused, account.state) {
                (Some(true), _) => AccountState::Paused,
                (Some(false), AccountState::Paused) => AccountState::Active,
                (_, state) => state,
            };
            let why = account.why.as_deref().filter(|_| state == account.state);
            write.tx.set_remote_account_state(id, state, why, Utc::now()).await?;
            self.want_notifications(&mut write.tx, id).await?;
            write.list_changed().await?;
            write.commit(()).await
        })
        .await?;
        if is_paused == Some(false) { self.sync_account_now(caller, id).await } else { Ok(()) }
    }

    /// Gives an account another password, or another token where it has one, once the service has taken it. `user`: the name there, where it is another than before.
    ///
    /// # Errors
    /// `NotFound`; `Remote` with what the service said; `BadInput` (user, password).
    pub async fn reauthenticate_remote_account(
        &self,
        caller: Caller,
        id: RemoteAccountId,
        user: Option<&str>,
        password: &str,
    ) -> Result<()> {
        let account = self.remote_account(caller, id).await?;
        let known_credentials = self.remote_credentials(id).await?;
        let user = user.map(str::trim).filter(|user| !user.is_empty()).map(str::to_owned);
        let known = known_credentials.as_ref().and_then(Credentials::user).map(str::to_owned);
        let user = user.or(known).unwrap_or_else(|| account.name.clone());
        let credentials = match known_credentials {
            Some(Credentials::Bearer { .. }) => Credentials::bearer(password.trim()),
            _ => Credentials::Basic { user, password: password.to_owned() },
        };
        check_credentials(&credentials)?;
        let keeper = Arc::new(Keeper { kalends: self.clone(), account: id });
        let answer = match self.connector.connect(&account, Some(credentials.clone()), keeper).await {
            Ok(provider) => provider.calendars().await,
            Err(error) => Err(error),
        };
        if let Err(error) = answer {
            return Err(Error::Remote(error.into()));
        }
        self.write(caller, async |mut write: Write| {
            let account = own_account(&mut write.tx, caller, id).await?;
            let sealed = self.vault.seal(id, &credentials)?;
            write.tx.set_remote_credentials(id, &sealed).await?;
            let state = if account.state == AccountState::Paused { AccountState::Paused } else { AccountState::Active };
            write.tx.set_remote_account_state(id, state, None, Utc::now()).await?;
            write.tx.touch_remote_account(id, Utc::now()).await?;
            write.list_changed().await?;
            write.commit(()).await
        })
        .await?;
        // What waited for it goes on.
        self.sync_account_now(caller, id).await
    }

    /// What speaks to the service of an account. `Ok(Err(…))`: nothing does, for what the account is.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn remote_provider(
        &self,
        account: &RemoteAccount,
    ) -> Result<std::result::Result<Arc<dyn Provider>, ProviderError>> {
        if let (ProviderKind::Ics, Ok(FeedSource::File { name })) =
            (account.provider, FeedSource::read(&account.settings))
        {
            let kept = self.db.read().await?.feed_file(account.id).await?;
            let Some(kept) = kept else {
                return Ok(Err(ProviderError::Missing("its file is not there any more".into())));
            };
            let content = versions::unpacked_file(kept).await?;
            return Ok(self.connector.file(&name, content).await.map(|inner| self.counted(account, inner)));
        }
        let sealed = self.db.read().await?.remote_credentials(account.id).await?;
        let credentials = match sealed {
            None => None,
            Some(sealed) => match self.vault.open(account.id, &sealed) {
                None => return Ok(Err(ProviderError::Unauthenticated(KEY_LOST.into()))),
                opened => opened,
            },
        };
        let keeper = Arc::new(Keeper { kalends: self.clone(), account: account.id });
        let connected = self.connector.connect(account, credentials, keeper).await;
        Ok(connected.map(|inner| self.counted(account, inner)))
    }

    fn counted(&self, account: &RemoteAccount, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Counted { inner, kind: account.provider, counter: self.sync_counter.clone() })
    }

    /// `None`: there are none, or no key opens them.
    async fn remote_credentials(&self, id: RemoteAccountId) -> Result<Option<Credentials>> {
        let sealed = self.db.read().await?.remote_credentials(id).await?;
        Ok(sealed.and_then(|sealed| self.vault.open(id, &sealed)))
    }

    /// Keeps what a service answered when it was asked for an account: that it let it in, or why not.
    pub(crate) async fn note_remote_answer(
        &self,
        account: &RemoteAccount,
        error: Option<&ProviderError>,
    ) -> Result<()> {
        let (state, why) = match error {
            None => (AccountState::Active, None),
            Some(ProviderError::Unauthenticated(why)) => (AccountState::Unauthenticated, Some(why.as_str())),
            Some(ProviderError::Missing(why)) => (AccountState::Missing, Some(why.as_str())),
            // It says nothing of the account, or will be otherwise the next time.
            Some(_) => return Ok(()),
        };
        self.write(Caller::page(account.owner), async |mut write: Write| {
            let Some(now) = write.tx.remote_account(account.id).await? else { return Ok(()) };
            if now.state != AccountState::Paused
                && write.tx.set_remote_account_state(account.id, state, why, Utc::now()).await?
            {
                write.list_changed().await?;
            }
            if error.is_none() {
                write.tx.touch_remote_account(account.id, Utc::now()).await?;
            }
            write.commit(()).await
        })
        .await
    }

    async fn keep_credentials(&self, id: RemoteAccountId, credentials: &Credentials) -> Result<()> {
        let sealed = self.vault.seal(id, credentials)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.set_remote_credentials(id, &sealed).await?;
            tx.commit().await
        })
        .await
    }

    /// Seals everybody's credentials, and the addresses of people elsewhere, by the first key that another key sealed. For whoever runs the server.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn reseal_credentials(&self) -> Result<Resealed> {
        let mut outcome = Resealed::default();
        let mut after = RemoteAccountId(0);
        loop {
            let page = self.db.read().await?.all_remote_credentials(after, RESEALED_AT_ONCE).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (id, sealed) in page {
                if self.vault.is_current(id, &sealed) {
                    outcome.current += 1;
                    continue;
                }
                let Some(credentials) = self.vault.open(id, &sealed) else {
                    outcome.lost.push(id);
                    continue;
                };
                let anew = self.vault.seal(id, &credentials)?;
                let mut tx = self.db.write().await?;
                // What has taken their place meanwhile was sealed by a server; the next run finds it.
                outcome.resealed += usize::from(tx.reseal_remote_credentials(id, &sealed, &anew).await?);
                tx.commit().await?;
            }
        }
        self.reseal_mail_credentials(&mut outcome).await?;
        self.reseal_busy_addresses(&mut outcome).await?;
        Ok(outcome)
    }
}

async fn check_room(tx: &mut Transaction, owner: PrincipalId) -> Result<()> {
    if tx.remote_accounts(owner).await?.len() >= MAX_ACCOUNTS {
        return Err(Error::QuotaExceeded { limit: MAX_ACCOUNTS as u64, unit: "remote accounts" });
    }
    Ok(())
}
