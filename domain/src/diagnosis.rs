//! What a database says about itself, for whoever looks for what is wrong.

use crate::Result;
use crate::jobs::{Job, MAX_LISTED};
use crate::model::remote_account::{AccountState, RemoteAccountId};
use crate::store::Database;
use crate::sync::vault::Vault;
use chrono::{DateTime, Utc};
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

/// An account at a service elsewhere that does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountTrouble {
    pub id: RemoteAccountId,
    /// The name in addresses of whose it is.
    pub owner: String,
    pub name: String,
    pub state: AccountState,
    /// What the service said.
    pub why: Option<String>,
    /// No key opens its credentials.
    pub is_sealed: bool,
}

/// How many accounts at services elsewhere there are, and those that do not work, the oldest first.
///
/// # Errors
/// `Unavailable`, `Internal`
pub async fn remote_accounts(database: &Database, vault: &Vault) -> Result<(usize, Vec<AccountTrouble>)> {
    let all = database.once().await?.all_remote_accounts().await?;
    let count = all.len();
    let of = |(account, owner, sealed): (crate::model::remote_account::RemoteAccount, String, Option<Vec<u8>>)| {
        let is_sealed = sealed.is_some_and(|sealed| vault.open(account.id, &sealed).is_none());
        let is_well = matches!(account.state, AccountState::Active | AccountState::Paused) && !is_sealed;
        let (id, name, state, why) = (account.id, account.name, account.state, account.why);
        (!is_well).then_some(AccountTrouble { id, owner, name, state, why, is_sealed })
    };
    Ok((count, all.into_iter().filter_map(of).collect()))
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
