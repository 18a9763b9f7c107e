//! What went wrong in a run, and what follows: the link waits, or a person has to do something. A host that answers nobody is left alone
//! for a while, by all links.

use super::feed::FeedSource;
use super::provider::ProviderError;
use crate::model::remote_account::{ProviderKind, RemoteAccount};
use crate::model::sync_link::Trouble;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// After so many failures in a row a host is left alone.
const MAX_FAILURES: u32 = 5;
/// For how long.
const OPEN: TimeDelta = TimeDelta::minutes(2);
/// Most hosts that are remembered.
const MAX_HOSTS: usize = 10_000;

/// What an error means for a link. `None`: it may be otherwise the next time.
pub(super) fn trouble(error: &ProviderError) -> Option<Trouble> {
    match error {
        ProviderError::Transient { .. } => None,
        ProviderError::Unauthenticated(_) => Some(Trouble::Unauthenticated),
        ProviderError::Forbidden(_) => Some(Trouble::Forbidden),
        ProviderError::Missing(_) => Some(Trouble::Missing),
        ProviderError::Refused(_) => Some(Trouble::Refused),
        ProviderError::CursorRejected
        | ProviderError::Changed
        | ProviderError::UidTaken { .. }
        | ProviderError::Rejected(_)
        | ProviderError::Unreadable(_) => Some(Trouble::Unreadable),
    }
}

/// Failures of a host in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Host {
    failures: u32,
    open_until: Option<DateTime<Utc>>,
}

/// Leaves hosts alone that answer nobody. Each node has its own.
#[derive(Debug, Default)]
pub(crate) struct CircuitBreaker(Mutex<HashMap<String, Host>>);

impl CircuitBreaker {
    /// Until when the host of an account is left alone.
    pub fn open_until(&self, account: &RemoteAccount, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.get(&host(account)).and_then(|host| host.open_until).filter(|until| *until > now)
    }

    /// A run of an account has ended.
    pub fn note(&self, account: &RemoteAccount, error: Option<&ProviderError>, now: DateTime<Utc>) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = host(account);
        match error {
            // That is said to this account alone.
            Some(ProviderError::Transient { retry_after: Some(_), .. }) => {}
            Some(ProviderError::Transient { .. }) => {
                if hosts.len() >= MAX_HOSTS {
                    hosts.clear();
                }
                let host = hosts.entry(key).or_default();
                host.failures += 1;
                if host.failures >= MAX_FAILURES {
                    host.open_until = Some(now + OPEN);
                }
            }
            _ => drop(hosts.remove(&key)),
        }
    }
}

/// The host of an account's address, else what it is called here.
fn host(account: &RemoteAccount) -> String {
    if let (ProviderKind::Ics, Ok(FeedSource::Address { host })) =
        (account.provider, FeedSource::read(&account.settings))
    {
        return host;
    }
    let settings: serde_json::Value = serde_json::from_str(&account.settings).unwrap_or_default();
    let addresses = settings.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
    let mut hosts = addresses.filter_map(|address| {
        let (_, rest) = address.split_once("://")?;
        rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty()).map(str::to_owned)
    });
    hosts.next().unwrap_or_else(|| match account.provider {
        ProviderKind::Graph => ProviderKind::Graph.name().to_owned(),
        ProviderKind::CalDav | ProviderKind::Ics => format!("account {}", account.id.0),
    })
}

/// What runs with providers of one kind have come to on this node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncCount {
    pub runs: u64,
    pub failures: u64,
    /// How often a service was asked something, by whomever.
    pub requests: u64,
    /// How many objects were changed, on either side.
    pub changes: u64,
    /// How long all runs took together.
    pub duration: Duration,
}

/// [`SyncCount`] of each kind.
#[derive(Debug, Default)]
pub struct SyncCounter(Mutex<[SyncCount; ProviderKind::ALL.len()]>);

impl SyncCounter {
    pub(super) fn add(&self, kind: ProviderKind, failed: bool, changes: u64, duration: Duration) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = &mut counts[kind as usize];
        count.runs += 1;
        count.failures += u64::from(failed);
        count.changes += changes;
        count.duration += duration;
    }

    pub(super) fn asked(&self, kind: ProviderKind) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[kind as usize].requests += 1;
    }

    pub fn get(&self) -> [(ProviderKind, SyncCount); ProviderKind::ALL.len()] {
        let counts = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ProviderKind::ALL.map(|kind| (kind, counts[kind as usize]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::principal::PrincipalId;
    use crate::model::remote_account::{AccountState, RemoteAccountId};

    #[test]
    fn a_host_that_answers_nobody_is_left_alone_for_a_while() {
        let now = Utc::now();
        let account = |id, settings: &str| RemoteAccount {
            id: RemoteAccountId(id),
            owner: PrincipalId(1),
            provider: ProviderKind::CalDav,
            preset: None,
            name: "ada".into(),
            settings: settings.into(),
            state: AccountState::Active,
            why: None,
            created_at: now,
            changed_at: now,
            checked_at: None,
            new_calendars: 0,
        };
        let ada = account(1, r#"{"home":"https://one.example/ada"}"#);
        let ben = account(2, r#"{"home":"https://one.example/ben"}"#);
        let feed = |id, host: &str| RemoteAccount {
            provider: ProviderKind::Ics,
            ..account(id, &FeedSource::Address { host: host.into() }.written())
        };
        let other = account(3, r#"{"home":"https://two.example/"}"#);
        let breaker = CircuitBreaker::default();
        let fault = ProviderError::Transient { why: "no".into(), retry_after: None };
        for _ in 0..MAX_FAILURES {
            assert!(breaker.open_until(&ben, now).is_none());
            breaker.note(&ada, Some(&fault), now);
        }
        assert!(breaker.open_until(&ben, now).is_some() && breaker.open_until(&other, now).is_none());
        assert!(breaker.open_until(&ben, now + OPEN).is_none(), "one is let through");
        breaker.note(&ben, None, now);
        assert!(breaker.open_until(&ada, now).is_none());
        // So with what is followed: the accounts of one host count together, whosever they are.
        for id in 4..4 + i64::from(MAX_FAILURES) {
            breaker.note(&feed(id, "feeds.example"), Some(&fault), now);
        }
        assert!(breaker.open_until(&feed(99, "feeds.example"), now).is_some());
        assert!(breaker.open_until(&feed(98, "others.example"), now).is_none());
    }
}
