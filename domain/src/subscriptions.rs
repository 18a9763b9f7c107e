//! Calendars that somebody follows: at an address, or the public holidays of a country. Each is an account of the kind
//! [`ProviderKind::Ics`] with one link, by which it is kept as it is there; it is only read here.

use crate::access::{self, Caller};
use crate::holidays::Pack;
use crate::idempotency::Once;
use crate::model::remote_account::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
use crate::retry::retry;
use crate::sync::accounts::own_account;
use crate::sync::connector::{FindError, Found, Wanted};
use crate::sync::credentials::Credentials;
use crate::sync::feed::FeedSource;
use crate::sync::plan::{Direction, Policy};
use crate::sync::provider::{Provider, ProviderError};
use crate::sync::{LinkRemoval, LinkSettings, LinkTarget, NewLink, SyncLink, wished};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Problem, Result, versions};
use chrono::Utc;
use std::sync::Arc;

/// Longest name, in characters.
const MAX_NAME: usize = 100;
/// Longest address, in octets.
const MAX_ADDRESS: usize = 2000;

/// A calendar that somebody follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub account: RemoteAccount,
    pub source: FeedSource,
    /// `None`: its calendar has gone.
    pub link: Option<SyncLink>,
}

/// What of a subscription that ends becomes of its calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsubscribed {
    /// It goes into the bin.
    Binned,
    /// It stays, and can be changed from then on.
    Kept,
}

/// What a calendar that is followed is called here; empty: what it is called there. With a key, a request that is repeated follows it once.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    pub name: &'a str,
    pub once: Option<&'a Once>,
}

impl<'a> From<&'a str> for Called<'a> {
    fn from(name: &'a str) -> Self {
        Called { name, once: None }
    }
}

/// What a file is called, without folders and what cannot be shown.
fn short_file_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|letter| !letter.is_control()).take(MAX_NAME).collect()
}

impl Kalends {
    /// Follows the calendar at an address (`https:`, `http:`, `webcal:`), which may have a name and a password in it.
    ///
    /// # Errors
    /// `Remote`, when there is none; `BadInput` (address, name, Idempotency-Key), `QuotaExceeded`, `Forbidden`; `NotFound` where what the
    /// key made is followed no more.
    pub async fn subscribe<'a>(
        &self,
        caller: Caller,
        address: &str,
        called: impl Into<Called<'a>>,
    ) -> Result<SyncLink> {
        access::require_own(caller)?;
        let called = called.into();
        if let Some(link) = self.followed_before(caller, called).await? {
            return Ok(link);
        }
        let address = address.trim();
        if address.is_empty() || address.len() > MAX_ADDRESS {
            return Err(Error::bad_input("address", Problem::Length { least: 1, most: MAX_ADDRESS }));
        }
        let credentials = Credentials::Address { address: address.to_owned() };
        let wanted = Wanted { service: None, address: String::new(), credentials };
        let found = self.connector().find(&wanted).await?;
        self.subscribe_to(caller, &found, called, None).await
    }

    /// Follows the public holidays of a country. They come from the program itself, each year some more.
    ///
    /// # Errors
    /// `Remote` for a country or region that there is not; otherwise as [`Kalends::subscribe`].
    pub async fn subscribe_to_holidays<'a>(
        &self,
        caller: Caller,
        pack: &Pack,
        called: impl Into<Called<'a>>,
    ) -> Result<SyncLink> {
        access::require_own(caller)?;
        let called = called.into();
        if let Some(link) = self.followed_before(caller, called).await? {
            return Ok(link);
        }
        pack.country().map_err(FindError::from)?;
        let found = Found {
            provider: ProviderKind::Ics,
            preset: None,
            settings: FeedSource::Holidays(pack.clone()).written(),
            // Nobody is asked.
            credentials: Credentials::Address { address: String::new() },
        };
        self.subscribe_to(caller, &found, called, None).await
    }

    /// Follows a file that somebody brings, and that was called `file_name`. Another version of it is brought by
    /// [`Kalends::bring_file_anew`].
    ///
    /// # Errors
    /// `Remote` for what is no calendar; `TooLarge`; otherwise as [`Kalends::subscribe`].
    pub async fn subscribe_to_file<'a>(
        &self,
        caller: Caller,
        file_name: &str,
        content: Vec<u8>,
        called: impl Into<Called<'a>>,
    ) -> Result<SyncLink> {
        access::require_own(caller)?;
        let called = called.into();
        if let Some(link) = self.followed_before(caller, called).await? {
            return Ok(link);
        }
        self.check_file(&content)?;
        let file_name = short_file_name(file_name);
        let found = Found {
            provider: ProviderKind::Ics,
            preset: None,
            settings: FeedSource::File { name: file_name.clone() }.written(),
            // Nobody is asked.
            credentials: Credentials::Address { address: String::new() },
        };
        self.subscribe_to(caller, &found, called, Some((&file_name, content))).await
    }

    /// Takes another version of a file that is followed. What it changes is compared with the one before, by UID, and comes as what a feed
    /// changes does: where much is gone, somebody is asked first.
    ///
    /// # Errors
    /// `NotFound` for what is none of the caller's; `BadInput` (file) for what is followed at an address; `Remote` for what is no
    /// calendar: then the one before stays; `TooLarge`.
    pub async fn bring_file_anew(
        &self,
        caller: Caller,
        id: RemoteAccountId,
        file_name: &str,
        content: Vec<u8>,
    ) -> Result<SyncLink> {
        let subscription = self.own_subscription(caller, id).await?;
        let (FeedSource::File { .. }, Some(link)) = (&subscription.source, subscription.link) else {
            return Err(Error::bad_input(
                "file",
                Problem::Request("this calendar is not one that is followed as a file"),
            ));
        };
        self.check_file(&content)?;
        let name = short_file_name(file_name);
        self.connector().file(&name, content.clone()).await.map_err(FindError::from)?;
        let content = versions::packed_file(content).await?;
        self.write(caller, async |mut write: Write| {
            let account = own_account(&mut write.tx, caller, id).await?;
            write.tx.set_feed_file(account.id, &content, Utc::now()).await?;
            let settings = FeedSource::File { name: name.clone() }.written();
            write.tx.set_remote_settings(account.id, &settings, Utc::now()).await?;
            // What went wrong with the one before says nothing of this one.
            write.tx.set_remote_account_state(account.id, AccountState::Active, None, Utc::now()).await?;
            write.list_changed().await?;
            write.commit(()).await
        })
        .await?;
        self.sync_account_now(caller, id).await?;
        self.sync_link(caller, link.id).await
    }

    /// What an earlier request with the same key follows.
    async fn followed_before(&self, caller: Caller, called: Called<'_>) -> Result<Option<SyncLink>> {
        match self.made_before(caller, called.once).await? {
            Some(made) => self.sync_link_made_before(caller, &made).await.map(Some),
            None => Ok(None),
        }
    }

    fn check_file(&self, content: &[u8]) -> Result<()> {
        let limit = self.limits.import_octets;
        if content.len() > limit { Err(Error::TooLarge { limit }) } else { Ok(()) }
    }

    async fn subscribe_to(
        &self,
        caller: Caller,
        found: &Found,
        Called { name, once }: Called<'_>,
        file: Option<(&str, Vec<u8>)>,
    ) -> Result<SyncLink> {
        let is_asked = file.is_none();
        let name = name.trim();
        if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(Error::bad_input("name", Problem::Name { least: 0, most: MAX_NAME }));
        }
        let provider: Arc<dyn Provider> = match &file {
            Some((name, content)) => self.connector().file(name, content.clone()).await.map_err(FindError::from)?,
            None => self.provider_of(caller, found).await.map_err(FindError::from)?,
        };
        let calendars = provider.calendars().await.map_err(FindError::from)?;
        let Some(remote) = calendars.first() else {
            return Err(FindError::from(ProviderError::Missing("there is no calendar".into())).into());
        };
        let name = if name.is_empty() { remote.name.as_str() } else { name };
        let name: String = name.chars().filter(|letter| !letter.is_control()).take(MAX_NAME).collect();
        let account = self.store_remote_account(caller, &name, found, None).await?;
        if let Some((_, content)) = file {
            let content = versions::packed_file(content).await?;
            retry(async || {
                let mut tx = self.db.write().await?;
                tx.set_feed_file(account, &content, Utc::now()).await?;
                tx.commit().await
            })
            .await?;
        }
        let settings = LinkSettings {
            direction: Direction::Pull,
            policy: Policy::Remote,
            // A file changes when somebody brings another.
            interval: is_asked.then(|| wished(provider.wished_interval())),
            window_days: None,
            invites: false,
            online_meetings: false,
            brake: Default::default(),
        };
        let target = LinkTarget::New { name: Some(name) };
        let new = NewLink { account, remote: remote.id.clone(), target, settings };
        let linked = self.make_sync_link_once(caller, &new, once).await;
        if linked.as_ref().map_or(true, |link| link.account != account) {
            // Without its calendar it is of no use; where another request with the key was faster, that one's is followed.
            self.remove_remote_account(caller, account, false, |_| Ok(())).await?;
        }
        linked
    }

    /// What the caller follows, the oldest first.
    ///
    /// # Errors
    /// `Forbidden` for a credential that may not do all that its principal may.
    pub async fn subscriptions(&self, caller: Caller) -> Result<Vec<Subscription>> {
        let accounts = self.remote_accounts(caller).await?;
        let links = self.sync_links(caller).await?;
        let of_feeds = accounts.into_iter().filter(|account| account.provider == ProviderKind::Ics);
        let subscriptions = of_feeds.filter_map(|account| {
            let source = FeedSource::read(&account.settings).ok()?;
            let link = links.iter().find(|link| link.account == account.id).cloned();
            Some(Subscription { account, source, link })
        });
        Ok(subscriptions.collect())
    }

    /// Has a subscription looked at now.
    ///
    /// # Errors
    /// `NotFound` for what is none of the caller's.
    pub async fn refresh_subscription(&self, caller: Caller, id: RemoteAccountId) -> Result<()> {
        self.own_subscription(caller, id).await?;
        self.sync_account_now(caller, id).await
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// `NotFound` for what is none of the caller's.
    pub async fn unsubscribe(&self, caller: Caller, id: RemoteAccountId, becomes: Unsubscribed) -> Result<()> {
        let subscription = self.own_subscription(caller, id).await?;
        if let Some(link) = subscription.link {
            let removal = match becomes {
                Unsubscribed::Binned => LinkRemoval::BinHere,
                Unsubscribed::Kept => LinkRemoval::KeepBoth,
            };
            self.remove_sync_link(caller, link.id, removal).await?;
        }
        self.remove_remote_account(caller, id, false, |_| Ok(())).await
    }

    async fn own_subscription(&self, caller: Caller, id: RemoteAccountId) -> Result<Subscription> {
        let found = self.subscriptions(caller).await?.into_iter().find(|subscription| subscription.account.id == id);
        found.ok_or(Error::NotFound(Missing::Subscription))
    }
}
