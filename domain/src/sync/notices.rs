//! What services tell of calendars, without being asked (`notifications` has what was agreed upon with them).

use super::notifications::is_told;
use crate::model::sync_link::SyncLinkId;
use crate::retry::retry;
use crate::store::{NamedSubscription, Transaction};
use crate::{Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Most subscriptions that one message may be about, and the longest name of one, in octets.
const MAX_NAMED: usize = 1_000;
const MAX_NAME: usize = 200;
/// How long what a service tells waits for more of it.
const GATHER: TimeDelta = TimeDelta::seconds(1);
/// How long after the end of a run one that a service wants begins at the soonest: what the run wrote over there is told of as well.
const REST: TimeDelta = TimeDelta::seconds(5);
/// What a service says, as it came: whether it was the service that said it, [`Kalends::hear_notices`] looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub subscription: String,
    pub what: Noticed,
    /// What it proves by that it is the service.
    pub secret: String,
}

/// What a service can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noticed {
    /// Something has changed in the calendar, or something was not told and may have.
    Changed,
    /// It tells nothing any more unless it is renewed.
    Expiring,
    /// It tells nothing any more.
    Ended,
}

impl Notice {
    /// Whether it comes from whoever was told the secret with this hash. How long the answer takes says nothing of how much of it was
    /// right: hashes are compared, each octet of them.
    fn proves(&self, secret: &[u8]) -> bool {
        let given = Sha256::digest(self.secret.as_bytes());
        let differs = given.iter().zip(secret).fold(0, |found, (one, other)| found | (one ^ other));
        !self.secret.is_empty() && secret.len() == given.len() && differs == 0
    }
}

impl Kalends {
    /// Takes what services say. What is not known, or not from who was to say it, is left alone: nobody is told whether it was. However
    /// often a calendar is said to have changed, its link runs once.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn hear_notices(&self, notices: &[Notice]) -> Result<()> {
        let names: BTreeSet<&str> = notices.iter().map(|notice| notice.subscription.as_str()).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| name.len() <= MAX_NAME).take(MAX_NAMED).collect();
        if names.is_empty() {
            return Ok(());
        }
        let now = Utc::now();
        let known = self.db.once().await?.subscriptions_named(&names, now + GATHER + REST).await?;
        let mut said: BTreeMap<i64, (&NamedSubscription, BTreeSet<Noticed>)> = BTreeMap::new();
        for notice in notices {
            let named = known.iter().find(|known| known.remote == notice.subscription);
            if let Some(named) = named.filter(|named| notice.proves(&named.secret)) {
                said.entry(named.id).or_insert_with(|| (named, BTreeSet::new())).1.insert(notice.what);
            }
        }
        // What is to happen already is not written once more.
        said.retain(|_, (named, what)| {
            let is_news = what.contains(&Noticed::Ended) || (what.contains(&Noticed::Expiring) && named.next_at > now);
            is_news || (what.contains(&Noticed::Changed) && !named.is_queued)
        });
        if said.is_empty() {
            return Ok(());
        }
        retry(async || {
            let mut tx = self.db.write().await?;
            for (named, what) in said.values() {
                self.take_notice(&mut tx, named, what, now).await?;
            }
            tx.commit().await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }

    async fn take_notice(
        &self,
        tx: &mut Transaction,
        named: &NamedSubscription,
        what: &BTreeSet<Noticed>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        tx.touch_subscription(named.id, now).await?;
        if what.contains(&Noticed::Ended) {
            tx.delete_subscription(named.id).await?;
        } else if what.contains(&Noticed::Expiring) {
            tx.put_subscription_off(named.id, now, None).await?;
        }
        if what.iter().any(|what| *what != Noticed::Changed) {
            self.want_notifications(tx, named.account).await?;
        }
        let is_changed = what.contains(&Noticed::Changed) || what.contains(&Noticed::Ended);
        let Some(link) = named.link.filter(|_| is_changed) else { return Ok(()) };
        self.want_run_after_notice(tx, link, now).await
    }

    async fn want_run_after_notice(&self, tx: &mut Transaction, link: SyncLinkId, now: DateTime<Utc>) -> Result<()> {
        let Some(link) = tx.sync_link(link).await? else { return Ok(()) };
        if !is_told(&link) {
            return Ok(());
        }
        let due_at = link.last_run_at.map_or(now + GATHER, |last| (last + REST).max(now + GATHER));
        self.hint_run(tx, &link, due_at).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::secrets::hash;

    #[test]
    fn a_notice_proves_itself_by_all_of_its_secret() {
        let notice = |secret: &str| Notice { subscription: "a".into(), what: Noticed::Changed, secret: secret.into() };
        let kept = hash("the secret");
        assert!(notice("the secret").proves(&kept));
        for other in ["", "the secre", "the secret ", "The secret"] {
            assert!(!notice(other).proves(&kept), "{other}");
        }
        // Of one that was never agreed upon there is no hash.
        assert!(!notice("").proves(&[]) && !notice("x").proves(&[]) && !notice("").proves(&hash("")));
    }
}
