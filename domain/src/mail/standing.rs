//! How an account is after its server was asked: what is wrong, and when it is asked again.

use crate::model::mail_account::MailAccount;
use crate::model::remote_account::AccountState;
use crate::model::sync_link::Trouble;
use crate::retry::retry;
use crate::store::MailStanding;
use crate::sync::provider::ProviderError;
use crate::{Announcement, Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use std::time::Duration;

/// How long after a failure an account is looked at again at first, and at most.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
const MAX_WAIT: TimeDelta = TimeDelta::hours(1);
/// What a person has to mend is looked at again after so long: it may have been mended over there.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(6);

/// How long a job may be about one account at most, whatever its server does; the connection has times of its own.
pub(super) const MAX_WHOLE_TIME: Duration = Duration::from_secs(600);

/// What an error means for an account.
fn trouble(error: &ProviderError) -> Trouble {
    match error {
        ProviderError::Transient { .. } => Trouble::Unreachable,
        ProviderError::Unauthenticated(_) => Trouble::Unauthenticated,
        ProviderError::Forbidden(_) => Trouble::Forbidden,
        ProviderError::Missing(_) => Trouble::Missing,
        ProviderError::Refused(_) => Trouble::Refused,
        _ => Trouble::Unreadable,
    }
}

/// How long after the `failures`th failure in a row an account is looked at again.
pub(super) fn back_off(failures: u32, retry_after: Option<TimeDelta>) -> TimeDelta {
    let longest = (FIRST_WAIT * (1 << failures.saturating_sub(1).min(20))).min(MAX_WAIT).num_milliseconds();
    let wait = TimeDelta::milliseconds(rand::rng().random_range(longest / 2..=longest));
    wait.max(retry_after.unwrap_or_default().min(TimeDelta::days(1)))
}

/// How an account is that was looked at to the end, or why it was not.
pub(super) fn standing(account: &MailAccount, error: Option<&ProviderError>, now: DateTime<Utc>) -> MailStanding {
    let Some(error) = error else {
        return MailStanding {
            state: AccountState::Active,
            trouble: None,
            why: None,
            failures: 0,
            next_look_at: Some(now + account.interval),
            looked_at: Some(now),
        };
    };
    let failures = account.failures.saturating_add(1);
    let (state, next) = match error {
        // Wrong passwords again and again have accounts closed.
        ProviderError::Unauthenticated(_) => (AccountState::Unauthenticated, None),
        ProviderError::Transient { retry_after, .. } => (AccountState::Active, Some(back_off(failures, *retry_after))),
        _ => (AccountState::Active, Some(LOOK_AGAIN)),
    };
    MailStanding {
        state,
        trouble: Some(trouble(error)),
        why: Some(error.to_string()),
        failures,
        next_look_at: next.map(|wait| now + wait),
        looked_at: None,
    }
}

/// That a server answers, and does not come to an end.
pub(super) fn too_slow(account: &MailAccount) -> ProviderError {
    let why = format!("{} takes too long for what it is asked", account.settings.imap.host);
    ProviderError::Transient { why, retry_after: None }
}

impl Kalends {
    /// Keeps what a server answered when it was asked for an account: that it let it in, or why not.
    pub(super) async fn note_mail_answer(&self, account: &MailAccount, error: Option<&ProviderError>) -> Result<()> {
        let (state, trouble, why) = match error {
            None => (AccountState::Active, None, None),
            Some(error @ ProviderError::Unauthenticated(why)) => {
                (AccountState::Unauthenticated, Some(trouble(error)), Some(why.clone()))
            }
            // It says nothing of the account, or will be otherwise the next time.
            Some(_) => return Ok(()),
        };
        retry(async || {
            let mut tx = self.db.write().await?;
            let Some(now) = tx.mail_account(account.id).await? else { return Ok(()) };
            if now.state == state && now.why == why {
                return Ok(());
            }
            let standing = MailStanding {
                state,
                trouble,
                why: why.clone(),
                failures: now.failures,
                next_look_at: now.next_look_at,
                looked_at: None,
            };
            tx.set_mail_standing(account.id, &standing).await?;
            let news = Announcement::Mail { owner: account.owner, account: account.id };
            self.commit_with_news(tx, [news]).await
        })
        .await
    }
}
