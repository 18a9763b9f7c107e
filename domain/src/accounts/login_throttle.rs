//! Guessing passwords takes longer with every wrong one.

use crate::store::Database;
use crate::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

/// Tries that cost nothing: people mistype.
const FREE: u64 = 5;
/// No try has to wait longer: guessing stays hopeless, and whoever guesses cannot lock the owner out for long.
const MAX_WAIT: TimeDelta = TimeDelta::seconds(60);
/// Tries are forgotten after this long without another.
pub(crate) const MEMORY: TimeDelta = TimeDelta::minutes(15);

/// Makes tries at one name wait, each twice as long as the one before once the free ones are used up.
///
/// Names that no account has wait the same, so that a wait tells nothing about them. Kept in the database, for all nodes together and
/// through restarts.
pub(crate) struct LoginThrottle<'a>(pub &'a Database);

/// How often passwords of a name were tried, and when the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tries {
    count: u64,
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

    /// One more, or how long it has to wait.
    fn one_more(self, now: DateTime<Utc>) -> Result<Tries, TimeDelta> {
        let known = if now - self.last >= MEMORY { Tries { count: 0, last: now } } else { self };
        let allowed = known.next_allowed();
        if now < allowed { Err(allowed - now) } else { Ok(Tries { count: known.count + 1, last: now }) }
    }
}

impl LoginThrottle<'_> {
    /// Lets a try begin. It counts as failed until [`LoginThrottle::release`]: otherwise many at the same moment would all pass.
    ///
    /// # Errors
    /// `TooManyTries`
    pub async fn begin(&self, name: &str) -> Result<()> {
        let (name, now) = (hash(name), Utc::now());
        let mut tx = self.0.write().await?;
        let (count, last) = tx.login_tries(&name, now).await?;
        match (Tries { count, last }).one_more(now) {
            Ok(Tries { count, last }) => tx.set_login_tries(&name, count, last).await?,
            Err(wait) => return Err(Error::TooManyTries { seconds: wait.num_seconds() + 1 }),
        }
        tx.commit().await
    }

    /// The password was right.
    pub async fn release(&self, name: &str) -> Result<()> {
        let mut tx = self.0.write().await?;
        tx.forget_login_tries(&hash(name)).await?;
        tx.commit().await
    }
}

/// Names come from outside and may be long; their hashes are not.
fn hash(name: &str) -> [u8; 32] {
    Sha256::digest(name.as_bytes()).into()
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
            tries = tries.one_more(NOON).unwrap();
        }
        let mut now = NOON;
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            assert_eq!(tries.one_more(now), Err(TimeDelta::seconds(seconds)));
            now += TimeDelta::seconds(seconds);
            tries = tries.one_more(now).unwrap();
        }
    }

    #[test]
    fn time_ends_the_wait() {
        let tries = Tries { count: 50, last: NOON };
        assert!(tries.one_more(NOON + TimeDelta::seconds(59)).is_err());
        assert_eq!(tries.one_more(NOON + MEMORY), Ok(Tries { count: 1, last: NOON + MEMORY }));
    }
}
