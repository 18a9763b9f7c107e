//! Guessing passwords takes longer with every wrong one.

use super::{Origin, secrets};
use crate::retry::retry;
use crate::store::{Database, SecretHash};
use crate::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv6Addr};

/// Wrong passwords that cost nothing, for one account from one address or device: people mistype.
const FREE: u64 = 5;
/// The same for one account from everywhere else together,
const FREE_OF_ACCOUNT: u64 = 30;
/// and from one address for all accounts together: a whole office may be behind it.
const FREE_OF_ADDRESS: u64 = 100;
/// No try has to wait longer: guessing stays hopeless, and whoever guesses cannot lock the owner out for long.
const MAX_WAIT: TimeDelta = TimeDelta::seconds(60);
/// Tries are forgotten after this long without another.
pub(crate) const MEMORY: TimeDelta = TimeDelta::minutes(15);

/// Makes tries at one account wait, each twice as long as the one before once the free ones are used up.
///
/// They are counted for the account at the address that they come from, for the account, and for the address. In a device in which
/// somebody has signed in with the account they are counted for that device alone, so that no guesses from elsewhere keep its owner
/// out. Names that no account has wait the same, so that a wait tells nothing about them. Kept in the database, for all nodes
/// together and through restarts.
pub(crate) struct LoginThrottle<'a> {
    db: &'a Database,
    /// In the order in which rows are locked.
    counts: Vec<Count>,
}

/// What tries are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Count {
    key: [u8; 32],
    free: u64,
    /// Whether a right password forgets the wrong ones; where other accounts are counted as well it counts as no try.
    is_of_account: bool,
}

/// How often passwords were tried, and when the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tries {
    count: u64,
    last: DateTime<Utc>,
}

impl Tries {
    fn next_allowed(&self, free: u64) -> DateTime<Utc> {
        match self.count.checked_sub(free) {
            // Also where another node, whose clock is ahead, has counted the last.
            None => DateTime::<Utc>::MIN_UTC,
            // Beyond six doublings it is the longest wait anyway.
            Some(over) => self.last + TimeDelta::seconds(1 << over.min(6)).min(MAX_WAIT),
        }
    }

    /// One more, or how long it has to wait.
    fn one_more(self, free: u64, now: DateTime<Utc>) -> Result<Tries, TimeDelta> {
        let known = if now - self.last >= MEMORY { Tries { count: 0, last: now } } else { self };
        let allowed = known.next_allowed(free);
        if now < allowed { Err(allowed - now) } else { Ok(Tries { count: known.count + 1, last: now }) }
    }
}

impl<'a> LoginThrottle<'a> {
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn new(db: &'a Database, name: &str, origin: &Origin) -> Result<Self> {
        let device = origin.device.as_ref().map(|secret| secrets::hash(secret));
        let mut known = None;
        if let Some(device) = device {
            let mut tx = db.read().await?;
            if let Some(user) = tx.user_by_slug(name).await? {
                known = tx.is_device(Some(user.principal.id), &device).await?.then_some(device);
            }
        }
        Ok(LoginThrottle { db, counts: counts(name, origin.address, known) })
    }

    /// Counts tries for the address alone that they come from: it is not known yet whose account they are for.
    pub fn of_address(db: &'a Database, origin: &Origin) -> Self {
        LoginThrottle { db, counts: origin.address.and_then(count_of_address).into_iter().collect() }
    }

    /// Counts programs that ask to be let in, for the address alone that they ask from.
    pub fn of_login_flows(db: &'a Database, origin: &Origin) -> Self {
        let address = origin.address.filter(|address| !stands_for_many(address.to_canonical()));
        let count = address.map(|address| Count {
            key: hash(&[b"login flows", network(address).to_string().as_bytes()]),
            free: FREE_OF_ADDRESS,
            is_of_account: false,
        });
        LoginThrottle { db, counts: count.into_iter().collect() }
    }

    /// Lets a try begin. It counts as failed until [`LoginThrottle::release`]: otherwise many at the same moment would all pass.
    ///
    /// # Errors
    /// `TooManyTries`
    pub async fn begin(&self) -> Result<()> {
        let now = Utc::now();
        retry(async || {
            let mut tx = self.db.write().await?;
            let mut longest = None;
            for Count { key, free, .. } in &self.counts {
                let (count, last) = tx.login_tries(key, now).await?;
                match (Tries { count, last }).one_more(*free, now) {
                    Ok(Tries { count, last }) => tx.set_login_tries(key, count, last).await?,
                    Err(wait) => longest = longest.max(Some(wait)),
                }
            }
            match longest {
                Some(wait) => Err(Error::TooManyTries { seconds: wait.num_seconds() + 1 }),
                None => tx.commit().await,
            }
        })
        .await
    }

    /// The password was right.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn release(&self) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            for Count { key, is_of_account, .. } in &self.counts {
                match is_of_account {
                    true => tx.forget_login_tries(key).await?,
                    false => tx.forget_login_try(key).await?,
                }
            }
            tx.commit().await
        })
        .await
    }
}

fn counts(name: &str, address: Option<IpAddr>, device: Option<SecretHash>) -> Vec<Count> {
    let of_account = |free, key| Count { key, free, is_of_account: true };
    if let Some(device) = device {
        return vec![of_account(FREE, hash(&[b"device", name.as_bytes(), &device]))];
    }
    let from = address.map(|address| network(address).to_string()).unwrap_or_default();
    let mut counts = vec![
        of_account(FREE, hash(&[b"account at address", name.as_bytes(), from.as_bytes()])),
        of_account(FREE_OF_ACCOUNT, hash(&[b"account", name.as_bytes()])),
    ];
    counts.extend(address.and_then(count_of_address));
    counts.sort_unstable();
    counts
}

/// What all tries from an address count for, unless it may be a proxy's.
fn count_of_address(address: IpAddr) -> Option<Count> {
    let key = hash(&[b"address", network(address).to_string().as_bytes()]);
    let count = Count { key, free: FREE_OF_ADDRESS, is_of_account: false };
    (!stands_for_many(address.to_canonical())).then_some(count)
}

/// A customer of a network has 2^64 addresses of IPv6: they count as one.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address @ IpAddr::V4(_) => address,
    }
}

/// Whether it may be the address of a proxy rather than of whoever asks.
pub(crate) fn stands_for_many(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// Names come from outside and may be long; their hashes are not.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let all = parts.iter().fold(Sha256::new(), |all, part| all.chain_update(Sha256::digest(part)));
    all.finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOON: DateTime<Utc> = DateTime::from_timestamp(1_795_262_400, 0).unwrap();

    #[test]
    fn a_few_tries_are_free_and_then_each_waits_twice_as_long() {
        let mut tries = Tries { count: 0, last: NOON };
        for _ in 0..FREE {
            tries = tries.one_more(FREE, NOON).unwrap();
        }
        let mut now = NOON;
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            assert_eq!(tries.one_more(FREE, now), Err(TimeDelta::seconds(seconds)));
            now += TimeDelta::seconds(seconds);
            tries = tries.one_more(FREE, now).unwrap();
        }
    }

    #[test]
    fn time_ends_the_wait() {
        let tries = Tries { count: 50, last: NOON };
        assert!(tries.one_more(FREE, NOON + TimeDelta::seconds(59)).is_err());
        assert_eq!(tries.one_more(FREE, NOON + MEMORY), Ok(Tries { count: 1, last: NOON + MEMORY }));
    }

    #[test]
    fn an_address_counts_with_its_network_and_a_device_alone() {
        let of = |address: &str| counts("anna", Some(address.parse().unwrap()), None);
        assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        for (address, counted) in [("192.0.2.1", 3), ("127.0.0.1", 2), ("10.1.2.3", 2), ("::1", 2), ("fd00::1", 2)] {
            assert_eq!(of(address).len(), counted, "{address}");
        }
        let device = counts("anna", Some("192.0.2.1".parse().unwrap()), Some([1; 32]));
        assert_eq!(device.len(), 1);
        assert_ne!(device, counts("anna", None, Some([2; 32])));
        assert_ne!(device, counts("ben", None, Some([1; 32])));
    }
}
