//! Calendars that somebody follows: at an address, or the public holidays of a country. Each is an account of the kind
//! [`ProviderKind::Ics`] with one link, by which it is kept as it is there; it is only read here.

use crate::access::{self, Caller};
use crate::holidays::Pack;
use crate::model::remote_account::{ProviderKind, RemoteAccount, RemoteAccountId};
use crate::sync::connector::{FindError, Found, Wanted};
use crate::sync::credentials::Credentials;
use crate::sync::feed::FeedSource;
use crate::sync::plan::{Direction, Policy};
use crate::sync::provider::{Provider, ProviderError};
use crate::sync::{LinkRemoval, LinkSettings, LinkTarget, NewLink, SyncLink};
use crate::{Error, Kalends, Problem, Result};
use chrono::TimeDelta;
use std::sync::Arc;

/// How often a feed is asked for that does not say how often it wants to be.
const INTERVAL: TimeDelta = TimeDelta::hours(1);
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

impl Kalends {
    /// Follows the calendar at an address (`https:`, `http:`, `webcal:`), which may have a name and a password in it. `name`: what it is
    /// called here; empty: what it is called there.
    ///
    /// # Errors
    /// `Remote`, when there is none; `BadInput` (address, name), `QuotaExceeded`, `Forbidden`.
    pub async fn subscribe(&self, caller: Caller, address: &str, name: &str) -> Result<SyncLink> {
        access::require_own(caller)?;
        let address = address.trim();
        if address.is_empty() || address.len() > MAX_ADDRESS {
            return Err(Error::bad_input("address", Problem::Length { least: 1, most: MAX_ADDRESS }));
        }
        let credentials = Credentials::Address { address: address.to_owned() };
        let wanted = Wanted { service: None, address: String::new(), credentials };
        let found = self.connector().find(&wanted).await?;
        self.subscribe_to(caller, &found, name).await
    }

    /// Follows the public holidays of a country. They come from the program itself, each year some more.
    ///
    /// # Errors
    /// `Remote` for a country or region that there is not; `BadInput` (name), `QuotaExceeded`, `Forbidden`.
    pub async fn subscribe_to_holidays(&self, caller: Caller, pack: &Pack, name: &str) -> Result<SyncLink> {
        access::require_own(caller)?;
        pack.country().map_err(FindError::from)?;
        let found = Found {
            provider: ProviderKind::Ics,
            preset: None,
            settings: FeedSource::Holidays(pack.clone()).written(),
            // Nobody is asked.
            credentials: Credentials::Address { address: String::new() },
        };
        self.subscribe_to(caller, &found, name).await
    }

    async fn subscribe_to(&self, caller: Caller, found: &Found, name: &str) -> Result<SyncLink> {
        let name = name.trim();
        if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(Error::bad_input("name", Problem::Name { least: 0, most: MAX_NAME }));
        }
        let provider: Arc<dyn Provider> = self.provider_of(caller, found).await.map_err(FindError::from)?;
        let calendars = provider.calendars().await.map_err(FindError::from)?;
        let Some(remote) = calendars.first() else {
            return Err(FindError::from(ProviderError::Missing("there is no calendar".into())).into());
        };
        let name = if name.is_empty() { remote.name.as_str() } else { name };
        let name: String = name.chars().filter(|letter| !letter.is_control()).take(MAX_NAME).collect();
        let account = self.store_remote_account(caller, &name, found, None).await?;
        let settings = LinkSettings {
            direction: Direction::Pull,
            policy: Policy::Remote,
            interval: Some(provider.wished_interval().unwrap_or(INTERVAL)),
            window_days: None,
            invites: false,
        };
        let target = LinkTarget::New { name: Some(name) };
        let linked =
            self.make_sync_link(caller, &NewLink { account, remote: remote.id.clone(), target, settings }).await;
        if linked.is_err() {
            // Without its calendar it is of no use.
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
        found.ok_or(Error::NotFound("the subscription"))
    }
}
