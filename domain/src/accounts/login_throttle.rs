//! Guessing passwords takes longer with every wrong one.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Tries that cost nothing: people mistype.
const FREE: u32 = 5;
/// No try has to wait longer: guessing stays hopeless, and whoever guesses cannot lock the owner out for long.
const MAX_WAIT: TimeDelta = TimeDelta::seconds(60);
/// Tries are forgotten after this long without another.
const MEMORY: TimeDelta = TimeDelta::minutes(15);
/// How many names are remembered at once.
const NAMES: usize = 10_000;

/// Makes tries at one name wait, each twice as long as the one before once the free ones are used up.
///
/// Names that no account has wait the same, so that a wait tells nothing about them. Kept in memory: each process brakes
/// on its own, and a restart forgets.
#[derive(Default)]
pub(crate) struct LoginThrottle {
    tries: Mutex<HashMap<[u8; 32], Tries>>,
}

struct Tries {
    count: u32,
    last: DateTime<Utc>,
}

impl Tries {
    fn next_allowed(&self) -> DateTime<Utc> {
        match self.count.checked_sub(FREE) {
            None => self.last,
            // Beyond six doublings it is the longest wait anyway.
            Some(over) => self.last + TimeDelta::seconds(1 << over.min(6)).min(MAX_WAIT),
        }
    }
}

impl LoginThrottle {
    /// Lets a try begin, or says how long it has to wait. A try counts as failed until [`LoginThrottle::release`]: otherwise
    /// many at the same moment would all pass.
    pub fn try_now(&self, name: &str, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(name);
        if tries.len() >= NAMES && !tries.contains_key(&key) {
            tries.retain(|_, tries| now - tries.last < MEMORY);
            // Still full: more names are tried than people sign in. The one tried longest ago makes room.
            if tries.len() >= NAMES
                && let Some(oldest) = tries.iter().min_by_key(|(_, tries)| tries.last).map(|(key, _)| *key)
            {
                tries.remove(&oldest);
            }
        }
        let entry = tries.entry(key).or_insert(Tries { count: 0, last: now });
        if now - entry.last >= MEMORY {
            entry.count = 0;
        }
        let allowed = entry.next_allowed();
        if now < allowed {
            return Err(allowed - now);
        }
        entry.count += 1;
        entry.last = now;
        Ok(())
    }

    /// The password was right.
    pub fn release(&self, name: &str) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(name));
    }
}

/// Names come from outside and may be long; their hashes are not.
fn key(name: &str) -> [u8; 32] {
    Sha256::digest(name.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOON: DateTime<Utc> = DateTime::from_timestamp(1_795_262_400, 0).unwrap();

    #[test]
    fn a_few_tries_are_free_and_then_each_waits_twice_as_long() {
        let throttle = LoginThrottle::default();
        let mut now = NOON;
        for _ in 0..FREE {
            assert_eq!(throttle.try_now("ada", now), Ok(()));
        }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            assert_eq!(throttle.try_now("ada", now), Err(TimeDelta::seconds(seconds)));
            now += TimeDelta::seconds(seconds);
            assert_eq!(throttle.try_now("ada", now), Ok(()));
        }
        assert_eq!(throttle.try_now("grace", now), Ok(()), "others do not wait");
    }

    #[test]
    fn the_right_password_and_time_end_the_wait() {
        let throttle = LoginThrottle::default();
        for name in ["right", "patient"] {
            while throttle.try_now(name, NOON).is_ok() {}
        }
        throttle.release("right");
        assert_eq!(throttle.try_now("right", NOON), Ok(()));
        let later = NOON + MEMORY;
        for _ in 0..FREE {
            assert_eq!(throttle.try_now("patient", later), Ok(()));
        }
        assert!(throttle.try_now("patient", later).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = LoginThrottle::default();
        while throttle.try_now("kept", NOON).is_ok() {}
        for n in 0..NAMES + 10 {
            assert_eq!(throttle.try_now(&n.to_string(), NOON - TimeDelta::minutes(1)), Ok(()));
        }
        assert_eq!(throttle.tries.lock().unwrap().len(), NAMES);
        assert!(throttle.try_now("kept", NOON).is_err(), "the oldest went");
    }
}
