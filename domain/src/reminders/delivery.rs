//! Sending reminders by mail and to browsers: at most once, whatever dies.

use super::due::{GONE, SENDERS};
use super::push::PushError;
use super::seen::{Person, is_still_due};
use super::ways::{letter_to, notice};
use super::{Channel, DeliveryState, MAX_LATENESS, Reminder, ReminderId, ReminderState};
use crate::accounts::User;
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::announcement::Announcement;
use crate::outgoing_mail::MailError;
use crate::store::JobProgress;
use crate::{Error, Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// How many are sent at once by one sender.
const MAX_AT_ONCE: usize = 10;
/// How often one is tried.
const MAX_TRIES: u32 = 5;
/// How long after the first try the next one is; each later one waits longer by as much.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// What became of a try.
struct Outcome {
    state: DeliveryState,
    detail: String,
    /// Of one that is tried again: when.
    at: DateTime<Utc>,
    late: TimeDelta,
}

/// Sends what waits until nothing does.
pub(crate) async fn deliver(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let mut done = lease.job.steps_done;
    loop {
        let mut tx = kalends.db.write().await?;
        tx.give_up_deliveries(Utc::now() - GONE).await?;
        let claimed = tx.claim_deliveries(Utc::now(), MAX_AT_ONCE).await?;
        if claimed.is_empty() {
            for sender in 0..SENDERS {
                tx.delete_ended_jobs(JobKind::Deliver, &sender.to_string()).await?;
            }
            let ended = lease.end(&mut tx, None).await?;
            tx.commit().await?;
            return Ok(ended);
        }
        lease.progress(&mut tx, JobProgress { done, of: None, payload: None }).await?;
        // From here on nobody else sends them.
        tx.commit().await?;
        let outcomes = futures::future::join_all(
            claimed.iter().map(|(id, channel, tries)| kalends.try_one(*id, *channel, *tries)),
        )
        .await;
        let mut tx = kalends.db.write().await?;
        let mut news = Vec::new();
        for ((id, channel, _), outcome) in claimed.into_iter().zip(outcomes) {
            let (owner, outcome) = outcome.unwrap_or_else(|error| (None, Outcome::again(&error, Utc::now() + PAUSE)));
            tx.end_delivery((id, channel), outcome.state, &outcome.detail, outcome.at).await?;
            if outcome.state != DeliveryState::Waiting {
                kalends.reminder_counter.add(channel, outcome.state, outcome.late);
            }
            news.extend(owner.filter(|_| channel == Channel::Page).map(|owner| Announcement::Reminder { owner }));
            done += 1;
        }
        kalends.commit_with_news(tx, news).await?;
    }
}

impl Outcome {
    fn ended(state: DeliveryState, detail: impl Into<String>) -> Self {
        Outcome { state, detail: detail.into(), at: Utc::now(), late: TimeDelta::zero() }
    }

    fn again(error: &dyn std::fmt::Display, at: DateTime<Utc>) -> Self {
        Outcome { state: DeliveryState::Waiting, detail: error.to_string(), at, late: TimeDelta::zero() }
    }

    fn late(self, late: TimeDelta) -> Self {
        Outcome { late, ..self }
    }
}

impl Kalends {
    /// # Errors
    /// Of the store: nothing was sent.
    async fn try_one(
        &self,
        id: ReminderId,
        channel: Channel,
        tries: u32,
    ) -> Result<(Option<crate::access::PrincipalId>, Outcome)> {
        let skipped = |why: &str| Outcome::ended(DeliveryState::Skipped, why);
        let mut tx = self.db.read().await?;
        let Some(reminder) = tx.reminder(id).await? else { return Ok((None, skipped("it is gone"))) };
        let owner = Some(reminder.of.principal);
        let late = Utc::now() - reminder.of.due_at;
        if reminder.state != ReminderState::Due {
            return Ok((owner, skipped("it was answered before")));
        }
        if late > MAX_LATENESS {
            return Ok((owner, Outcome::ended(DeliveryState::Failed, "it could not be sent in time")));
        }
        let person = Person::read(&mut tx, reminder.of.principal).await?.map(Arc::new);
        let Some(person) = person else { return Ok((owner, skipped("nobody can sign in with the account"))) };
        if !is_still_due(self, &mut tx, &person, &reminder.of).await? {
            return Ok((owner, skipped("it was moved, cancelled or declined, or is not seen any more")));
        }
        let browsers = match channel {
            Channel::Push => tx.push_subscriptions(reminder.of.principal).await?,
            Channel::Page | Channel::Mail => Vec::new(),
        };
        drop(tx);
        let next = Utc::now() + PAUSE * i32::try_from(tries).unwrap_or(i32::MAX);
        let outcome = match channel {
            Channel::Page => Outcome::ended(DeliveryState::Sent, ""),
            Channel::Mail => self.mail_reminder(&person.user, &reminder, (tries, next)).await?,
            Channel::Push if browsers.is_empty() => skipped("no browser takes messages"),
            Channel::Push => {
                let answers = self.reminder_writer.answers(&person.user);
                let message = notice(&self.reminder_writer.notice(&person.user, &reminder.of), Some((id, answers)));
                let left = (MAX_LATENESS - late).max(TimeDelta::minutes(1));
                let tag = format!("reminder-{}", id.0);
                match self.push_to(browsers, &message, (left, &tag)).await? {
                    Ok(count) => Outcome::ended(DeliveryState::Sent, format!("to {count}")),
                    Err(PushError::Gone) => skipped("no browser takes messages"),
                    Err(PushError::Uncertain(why)) => Outcome::ended(DeliveryState::Uncertain, why),
                    Err(error @ PushError::TryAgain(_)) if tries < MAX_TRIES => Outcome::again(&error, next),
                    Err(error) => Outcome::ended(DeliveryState::Failed, error.to_string()),
                }
            }
        };
        Ok((owner, outcome.late(late)))
    }

    async fn mail_reminder(
        &self,
        to: &User,
        reminder: &Reminder,
        (tries, next): (u32, DateTime<Utc>),
    ) -> Result<Outcome> {
        let Some(letter) = letter_to(to, self.reminder_writer.letter(to, &reminder.of)) else {
            return Ok(Outcome::ended(DeliveryState::Skipped, "no address is known"));
        };
        let sent = match self.send_letter_now(&letter).await {
            Ok(sent) => sent,
            Err(error @ (Error::NotFound(_) | Error::BadInput { .. })) => Err(MailError::Refused(error.to_string())),
            Err(error) => return Err(error),
        };
        Ok(match sent {
            Ok(sent) => Outcome::ended(DeliveryState::Sent, sent.reply),
            Err(MailError::Uncertain(why)) => Outcome::ended(DeliveryState::Uncertain, why),
            Err(error) if error.is_transient() && tries < MAX_TRIES => Outcome::again(&error, next),
            Err(error) => Outcome::ended(DeliveryState::Failed, error.to_string()),
        })
    }
}
