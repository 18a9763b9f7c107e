//! Addresses of links are not guessed: who asks for many that lead nowhere has to wait.

use crate::accounts::login_throttle::{network, stands_for_many};
use crate::{Error, Result};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Wrong addresses that cost nothing, of one network: a page with an address that is revoked is reloaded, and offices share one.
const FREE: u32 = 60;
/// From the first of them on; then they are forgotten.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// Most networks that are remembered: those that began first are forgotten for others.
const MAX_NETWORKS: usize = 20_000;

#[derive(Clone, Copy)]
struct Guesses {
    count: u32,
    since: Instant,
}

/// What was asked for in vain, on this node, by network. Addresses of private networks, which may be a proxy's, are let through.
#[derive(Default)]
pub struct LinkGuesses(Mutex<HashMap<IpAddr, Guesses>>);

impl LinkGuesses {
    /// Whether somebody at this address may ask.
    ///
    /// # Errors
    /// `TooManyTries`
    pub fn check(&self, address: Option<IpAddr>) -> Result<()> {
        self.check_at(address, Instant::now())
    }

    /// Somebody has asked for what is not there.
    pub fn add(&self, address: Option<IpAddr>) {
        self.add_at(address, Instant::now());
    }

    fn check_at(&self, address: Option<IpAddr>, now: Instant) -> Result<()> {
        let Some(network) = counted(address) else { return Ok(()) };
        let Some(Guesses { count, since }) = self.known().get(&network).copied() else { return Ok(()) };
        let left = MEMORY.saturating_sub(now.saturating_duration_since(since));
        match count > FREE && !left.is_zero() {
            true => Err(Error::TooManyTries { seconds: i64::try_from(left.as_secs()).unwrap_or(i64::MAX) + 1 }),
            false => Ok(()),
        }
    }

    fn add_at(&self, address: Option<IpAddr>, now: Instant) {
        let Some(network) = counted(address) else { return };
        let mut known = self.known();
        if known.len() >= MAX_NETWORKS && !known.contains_key(&network) {
            known.retain(|_, guesses| now.saturating_duration_since(guesses.since) < MEMORY);
            if known.len() >= MAX_NETWORKS
                && let Some(first) = known.iter().min_by_key(|(_, guesses)| guesses.since).map(|(network, _)| *network)
            {
                known.remove(&first);
            }
        }
        let guesses = known.entry(network).or_insert(Guesses { count: 0, since: now });
        if now.saturating_duration_since(guesses.since) >= MEMORY {
            *guesses = Guesses { count: 0, since: now };
        }
        guesses.count = guesses.count.saturating_add(1);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<IpAddr, Guesses>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The network that somebody at this address counts for; `None` where it may be a proxy's.
pub fn counted(address: Option<IpAddr>) -> Option<IpAddr> {
    address.filter(|address| !stands_for_many(address.to_canonical())).map(network)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn who_guesses_much_waits_and_others_do_not() {
        let (guesses, begun) = (LinkGuesses::default(), Instant::now());
        let at = |text: &str| Some(text.parse().unwrap());
        let (one, other) = (at("192.0.2.1"), at("192.0.2.2"));
        for _ in 0..=FREE {
            assert!(guesses.check_at(one, begun).is_ok());
            guesses.add_at(one, begun);
        }
        assert!(matches!(guesses.check_at(one, begun), Err(Error::TooManyTries { seconds: 901 })));
        assert!(guesses.check_at(other, begun).is_ok());
        assert!(guesses.check_at(one, begun + MEMORY).is_ok());
        guesses.add_at(one, begun + MEMORY);
        assert!(guesses.check_at(one, begun + MEMORY).is_ok());
        for address in [at("10.1.2.3"), at("127.0.0.1"), at("fd00::1"), None] {
            (0..FREE * 2).for_each(|_| guesses.add_at(address, begun));
            assert!(guesses.check_at(address, begun).is_ok(), "{address:?}");
        }
        // A network of IPv6 counts as one.
        (0..=FREE).for_each(|_| guesses.add_at(at("2001:db8::1"), begun));
        assert!(guesses.check_at(at("2001:db8::2"), begun).is_err());
    }
}
