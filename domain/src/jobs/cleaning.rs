//! Taking away what is kept for a time only.

use super::JobKind;
use super::lease::{Ended, Lease};
use crate::accounts::{login_throttle, sessions};
use crate::idempotency::KEY_LIFE;
use crate::scheduling::INBOX_LIFE;
use crate::store::Transaction;
use crate::sync::RECEIPT_LIFE;
use crate::{Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long jobs that are done can be seen.
const DONE_JOBS: TimeDelta = TimeDelta::days(7);

/// How many messages of somebody who goes are taken out of the index at once.
const MAIL_PIECE: i64 = 2_000;

/// How long what was done to mail can be taken back.
const MAIL_UNDO: TimeDelta = TimeDelta::days(1);

/// What one cleaning has taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cleaned {
    /// Objects that had rested in the bin for long enough.
    pub binned_objects: u64,
    /// Calendars of which the same is true.
    pub binned_calendars: u64,
    /// Texts that objects had.
    pub versions: u64,
    /// Accounts that had rested in the bin for long enough.
    pub people: u64,
}

pub(super) async fn clean(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let now = Utc::now();
    let mut cleaned = Cleaned { binned_calendars: calendars(kalends, now).await?, ..Cleaned::default() };
    cleaned.binned_objects = binned(kalends, now).await?;
    cleaned.versions += versions(kalends, now).await?;
    cleaned.versions += beyond_size(kalends).await?;
    logs(kalends, now).await?;
    inboxes(kalends, now).await?;
    receipts(kalends, now).await?;
    mail_of_people(kalends, now).await?;
    let mut tx = kalends.db.write().await?;
    cleaned.people = tx.delete_expired_people(now - kalends.limits.bin_age).await?;
    tx.delete_ended_sessions(now, now - kalends.limits.session_idle).await?;
    tx.delete_expired_links(now).await?;
    tx.limit_flows(now, usize::MAX).await?;
    tx.limit_login_flows(now, usize::MAX).await?;
    tx.delete_spent_tokens(now).await?;
    tx.delete_devices(now - sessions::DEVICE_LIFE).await?;
    tx.delete_login_tries(now - login_throttle::MEMORY).await?;
    tx.delete_orphaned_personal_data().await?;
    tx.delete_address_links(now).await?;
    tx.delete_old_messages(now - kalends.limits.history_age).await?;
    tx.delete_idempotency_keys(now - KEY_LIFE).await?;
    tx.delete_reminders(now - crate::reminders::LOG_LIFE).await?;
    tx.delete_mail_undo(now - MAIL_UNDO).await?;
    tx.delete_discarded_drafts(now - MAIL_UNDO).await?;
    tx.delete_jobs_done(now - DONE_JOBS).await?;
    // What somebody wanted to bring in is kept for as long as what they deleted.
    tx.delete_dead_jobs(JobKind::Import, now - kalends.limits.bin_age).await?;
    tx.delete_dead_jobs(JobKind::MoveIn, now - kalends.limits.bin_age).await?;
    let result = serde_json::to_string(&cleaned).unwrap_or_default();
    let ended = lease.end(&mut tx, Some(&result)).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Messages go from inboxes before they are forgotten, so that programs learn that they went.
async fn inboxes(kalends: &Kalends, now: DateTime<Utc>) -> Result<()> {
    let before = now - INBOX_LIFE.min(kalends.limits.history_age);
    loop {
        let mut tx = kalends.db.write().await?;
        let gone = tx.expire_inboxes(before, now).await?;
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

/// Of accounts that go for good: a large index is no single transaction.
async fn mail_of_people(kalends: &Kalends, now: DateTime<Utc>) -> Result<()> {
    loop {
        let mut tx = kalends.db.write().await?;
        let piece = tx.delete_piece_of_expired_mail(now - kalends.limits.bin_age, MAIL_PIECE).await?;
        tx.commit().await?;
        if piece == 0 {
            return Ok(());
        }
    }
}

async fn calendars(kalends: &Kalends, now: DateTime<Utc>) -> Result<u64> {
    let mut gone = 0;
    loop {
        let mut tx = kalends.db.write().await?;
        let before = now - kalends.limits.bin_age;
        let Some(expired) = tx.expired_calendar(before).await? else { return Ok(gone) };
        gone += u64::from(tx.delete_piece_of_calendar(expired, before).await?);
        tx.commit().await?;
    }
}

async fn binned(kalends: &Kalends, now: DateTime<Utc>) -> Result<u64> {
    let mut gone = 0;
    loop {
        let mut tx = kalends.db.write().await?;
        let piece = tx.delete_from_bin(now - kalends.limits.bin_age).await?;
        tx.commit().await?;
        if piece == 0 {
            return Ok(gone);
        }
        gone += piece;
    }
}

/// Of runs that kept calendars in step.
async fn receipts(kalends: &Kalends, now: DateTime<Utc>) -> Result<()> {
    loop {
        let mut tx = kalends.db.write().await?;
        let piece = tx.delete_old_sync_runs(now - RECEIPT_LIFE).await?;
        tx.commit().await?;
        if piece == 0 {
            return Ok(());
        }
    }
}

async fn versions(kalends: &Kalends, now: DateTime<Utc>) -> Result<u64> {
    let mut gone = 0;
    loop {
        let mut tx: Transaction = kalends.db.write().await?;
        let piece = tx.delete_versions(now - kalends.limits.history_age).await?;
        tx.commit().await?;
        if piece == 0 {
            return Ok(gone);
        }
        gone += piece;
    }
}

/// The texts that were lost first, when all of them together take more than they may.
async fn beyond_size(kalends: &Kalends) -> Result<u64> {
    let most = kalends.limits.history_octets;
    let mut excess = kalends.db.once().await?.version_octets().await?.saturating_sub(most);
    let mut gone = 0;
    while excess > 0 {
        let mut tx = kalends.db.write().await?;
        let piece = tx.delete_oldest_versions(excess).await?;
        tx.commit().await?;
        if piece.octets == 0 {
            break;
        }
        excess = excess.saturating_sub(piece.octets);
        gone += piece.versions;
    }
    Ok(gone)
}

async fn logs(kalends: &Kalends, now: DateTime<Utc>) -> Result<()> {
    // The bin names the row by which something was deleted.
    let before = now - kalends.limits.history_age.max(kalends.limits.bin_age);
    for calendar in kalends.db.once().await?.calendars_with_old_log(before).await? {
        loop {
            let mut tx = kalends.db.write().await?;
            let more = tx.shorten_log(calendar, before).await?;
            tx.commit().await?;
            if !more {
                break;
            }
        }
    }
    Ok(())
}
