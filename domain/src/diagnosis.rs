//! What a database says about itself, for whoever looks for what is wrong.

use crate::Result;
use crate::jobs::{Job, MAX_LISTED};
use crate::model::reminder::ReminderReport;
use crate::model::remote_account::RemoteAccount;
use crate::model::sync_link::SyncLink;
use crate::store::{Database, SyncSubscription};
use crate::sync::vault::Vault;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

/// Of which version the tables are; see [`tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tables {
    /// `None`: there are none.
    pub found: Option<i64>,
    /// Those of this program.
    pub wanted: i64,
}

/// What clocks say; see [`clocks`].
#[derive(Clone, Copy, Debug)]
pub struct Clocks {
    /// When the newest change was made, by the clock of whoever made it.
    pub newest_change: Option<DateTime<Utc>>,
    /// Of the machine that the database runs on.
    pub database: DateTime<Utc>,
}

/// An account at a service elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountReport {
    pub account: RemoteAccount,
    /// The name in addresses of whose it is.
    pub owner: String,
    /// No key opens its credentials.
    pub is_sealed: bool,
}

/// The accounts at services elsewhere, the oldest first.
///
/// # Errors
/// `Unavailable`, `Internal`
pub async fn remote_accounts(database: &Database, vault: &Vault) -> Result<Vec<AccountReport>> {
    let all = database.once().await?.all_remote_accounts().await?;
    let of = |(account, owner, sealed): (RemoteAccount, String, Option<Vec<u8>>)| {
        let is_sealed = sealed.is_some_and(|sealed| vault.open(account.id, &sealed).is_none());
        AccountReport { account, owner, is_sealed }
    };
    Ok(all.into_iter().map(of).collect())
}

/// A calendar that is to be in step with one elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkReport {
    pub link: SyncLink,
    /// Slugs of its calendar's owner and its own.
    pub calendar: String,
    /// What its account is called, and the name in addresses of whose that is.
    pub account: String,
    pub owner: String,
    /// Whether its service tells of changes, where it was asked to.
    pub subscription: Option<SyncSubscription>,
}

/// The calendars that are to be in step with others elsewhere, the oldest first.
///
/// # Errors
/// `Unavailable`, `Internal`
pub async fn links(database: &Database) -> Result<Vec<LinkReport>> {
    let mut tx = database.read().await?;
    let (links, accounts) = (tx.all_sync_links().await?, tx.all_remote_accounts().await?);
    let (places, mut subscriptions) = (tx.calendar_places().await?, tx.all_subscriptions().await?);
    let report = |link: SyncLink| {
        let account = accounts.iter().find(|(account, ..)| account.id == link.account);
        let place = places.iter().find(|(calendar, _)| *calendar == link.calendar);
        let subscription = subscriptions.iter().position(|subscription| subscription.link == Some(link.id));
        LinkReport {
            calendar: place.map_or_else(|| format!("calendar {}", link.calendar.0), |(_, place)| place.clone()),
            account: account.map(|(account, ..)| account.name.clone()).unwrap_or_default(),
            owner: account.map(|(_, owner, _)| owner.clone()).unwrap_or_default(),
            subscription: subscription.map(|at| subscriptions.swap_remove(at)),
            link,
        }
    };
    Ok(links.into_iter().map(report).collect())
}

/// How reminders come: which are late by more than `lateness`, and what became of those of the last day.
///
/// # Errors
/// `Unavailable`, `Internal`
pub async fn reminders(database: &Database, lateness: TimeDelta) -> Result<ReminderReport> {
    let now = Utc::now();
    database.once().await?.reminder_report(now - lateness, now - TimeDelta::days(1)).await
}

/// The addresses of e-mail of those who look after the accounts, by whose domain programs are to find the installation.
///
/// # Errors
/// `Unavailable`, `Internal`
pub async fn administrators_addresses(database: &Database) -> Result<Vec<String>> {
    database.once().await?.administrators_addresses().await
}

/// # Errors
/// `Unavailable`, `Internal`
pub async fn tables(database: &Database) -> Result<Tables> {
    let wanted = database.wanted_schema_version();
    let has_tables = database.has_tables().await?;
    let found = if has_tables { Some(database.once().await?.schema_version().await?) } else { None };
    Ok(Tables { found, wanted })
}

/// # Errors
/// `Unavailable`, `Internal`
pub async fn clocks(database: &Database) -> Result<Clocks> {
    let (newest, now) = database.once().await?.clocks().await?;
    let time = |millis| DateTime::from_timestamp_millis(millis);
    Ok(Clocks { newest_change: newest.and_then(time), database: time(now).unwrap_or_default() })
}

/// The jobs, those that have not ended or are dead first.
///
/// # Errors
/// `Unavailable`, `Internal`
pub async fn jobs(database: &Database) -> Result<Vec<Job>> {
    database.once().await?.jobs(MAX_LISTED).await
}

/// How much the database takes, in octets.
///
/// # Errors
/// `Unavailable`, `Internal`
pub async fn size(database: &Database) -> Result<u64> {
    database.once().await?.database_octets().await
}

/// What tells an installation's data from those of others, for whoever may ask; see [`crate::Kalends::installation`].
///
/// # Errors
/// `Unavailable`, `Internal`
pub async fn installation(database: &Database) -> Result<Option<String>> {
    // Of a time at which something happened here and hardly elsewhere; it says nothing about anybody.
    let first = database.once().await?.first_account_at().await?;
    let digest = |at: i64| Sha256::digest(format!("installation {at}"));
    Ok(first.map(|at| digest(at)[..8].iter().map(|octet| format!("{octet:02x}")).collect()))
}
