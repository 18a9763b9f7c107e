//! The job that plans, and makes reminders of what is due.

use super::daily;
use super::made::Made;
use super::plan::plan_piece;
use super::seen::{People, Person, Seen};
use super::{Channel, DeliveryState, MAX_LATENESS, ReminderState};
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::announcement::Announcement;
use crate::model::job::NewJob;
use crate::model::reminder::Planned;
use crate::store::{JobProgress, Transaction};
use crate::{Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use kalends_ical::reminders::Due;
use std::sync::Arc;

/// How many objects are looked at in one transaction.
const MAX_OBJECTS: usize = 50;
/// Most reminders of one object at once: of a series that nobody heard of for long, the last count.
const MAX_AT_ONCE: usize = 20;
/// How many nodes, or tasks of one, send at once.
pub(super) const SENDERS: usize = 3;
/// After so long a node that said nothing more about what it sends is gone.
pub(super) const GONE: TimeDelta = TimeDelta::minutes(10);

/// Plans anew what is to be planned anew, makes reminders of what is due, and has them sent.
pub(crate) async fn remind(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let mut done = 0;
    loop {
        let mut tx = kalends.db.write().await?;
        let mut made = Made::default();
        let planned = plan_piece(kalends, &mut tx, &mut made).await?;
        let due = if planned { 0 } else { make_piece(kalends, &mut tx, &mut made).await? };
        let mails = if planned || due > 0 { 0 } else { daily::send_piece(kalends, &mut tx).await? };
        done += due as u64;
        let is_all = !planned && due == 0 && mails == 0;
        if is_all {
            let result = serde_json::json!({ "reminders": done }).to_string();
            // One that ended says enough of all before.
            tx.delete_ended_jobs(JobKind::Remind, "").await?;
            let ended = lease.end(&mut tx, Some(&result)).await?;
            tx.commit().await?;
            return Ok(ended);
        }
        if made.to_send {
            kalends.enqueue_sending(&mut tx).await?;
        }
        lease.progress(&mut tx, JobProgress { done, of: None, payload: None }).await?;
        let news = made.in_page.iter().map(|owner| Announcement::Reminder { owner: *owner });
        kalends.commit_with_news(tx, news).await?;
        kalends.wake.notify_one();
    }
}

impl Kalends {
    /// Has the reminders that wait sent.
    async fn enqueue_sending(&self, tx: &mut Transaction) -> Result<()> {
        for sender in 0..SENDERS {
            let (kind, key) = (JobKind::Deliver, sender.to_string());
            let job = NewJob { kind, key, owner: None, payload: "{}".to_owned(), due_at: Utc::now() };
            tx.enqueue_job(&job).await?;
        }
        Ok(())
    }

    /// Puts into the queue what is to be done about reminders now. Every node asks for it again and again, so it costs one small statement.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn begin_reminders(&self) -> Result<()> {
        let (plan, send) = self.db.once().await?.reminder_work(Utc::now(), Utc::now() - GONE).await?;
        if !plan && !send {
            return Ok(());
        }
        let mut tx = self.db.write().await?;
        if plan {
            let (kind, key, due_at) = (JobKind::Remind, String::new(), Utc::now());
            tx.enqueue_job(&NewJob { kind, key, owner: None, payload: "{}".to_owned(), due_at }).await?;
        }
        if send {
            self.enqueue_sending(&mut tx).await?;
        }
        tx.commit().await
    }
}

/// Yields how many objects were looked at.
async fn make_piece(kalends: &Kalends, tx: &mut Transaction, made: &mut Made) -> Result<usize> {
    let now = Utc::now();
    let plans = tx.due_plans(now, MAX_OBJECTS).await?;
    let mut people = People::default();
    for plan in &plans {
        let Some(person) = people.get(tx, plan.principal).await? else {
            // Everything is planned anew should they be let in again.
            tx.keep_planned(plan.principal, &[]).await?;
            continue;
        };
        let Some(seen) = Seen::read(kalends, tx, &person, plan.object).await? else {
            tx.delete_planned(plan.principal, plan.object).await?;
            continue;
        };
        let due = seen.due(plan.done_until, now).await?;
        let excess = due.len().saturating_sub(MAX_AT_ONCE);
        for due in due.into_iter().skip(excess) {
            make(kalends, tx, made, &person, &seen, due, now).await?;
        }
        match seen.next(now).await? {
            Some(next_at) => tx.set_planned(Planned { next_at, done_until: now, ..*plan }).await?,
            None => tx.delete_planned(plan.principal, plan.object).await?,
        }
    }
    Ok(plans.len())
}

/// Makes the reminder, once however often it is tried.
async fn make(
    kalends: &Kalends,
    tx: &mut Transaction,
    made: &mut Made,
    person: &Arc<Person>,
    seen: &Seen,
    due: Due,
    now: DateTime<Utc>,
) -> Result<()> {
    let new = seen.reminder(&due);
    let late = now - new.due_at;
    let state = if late > MAX_LATENESS { ReminderState::Missed } else { ReminderState::Due };
    let Some(id) = tx.insert_reminder(&new, state, now).await? else { return Ok(()) };
    if state == ReminderState::Missed {
        return Ok(());
    }
    if person.settings.in_page {
        tx.insert_reminder_delivery(id, Channel::Page, DeliveryState::Sent, now).await?;
        kalends.reminder_counter.add(Channel::Page, DeliveryState::Sent, late);
        made.in_page.insert(person.user.principal.id);
    }
    let has_address = person.user.principal.email.is_some() && kalends.sends_mail();
    let has_browser = person.settings.by_push && !tx.push_subscriptions(person.user.principal.id).await?.is_empty();
    for (channel, wanted) in [(Channel::Mail, person.settings.by_mail && has_address), (Channel::Push, has_browser)] {
        if wanted {
            tx.insert_reminder_delivery(id, channel, DeliveryState::Waiting, now).await?;
            made.to_send = true;
        }
    }
    Ok(())
}
