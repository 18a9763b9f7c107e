//! What a person wants of reminders, what comes next for them, and what came.

use super::push::PushError;
use super::seen::{Person, Seen};
use super::ways::{letter_to, notice};
use super::{Channel, NewReminder, PAGE_LIFE, Reminder, ReminderSettings, ReminderWriter, daily};
use crate::access::{self, Caller};
use crate::accounts::DAY_MINUTES;
use crate::calendars::CalendarId;
use crate::outgoing_mail::MailError;
use crate::retry::retry;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::sync::Arc;

/// Most reminders that are listed, of those to come and of those that came.
pub const MAX_LISTED: usize = 20;

/// A reminder to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    pub at: DateTime<Utc>,
    pub calendar: CalendarId,
    /// Of the object.
    pub name: String,
    pub title: String,
    pub starts_at: DateTime<Utc>,
    /// Of what covers whole days: the first.
    pub starts_on: Option<NaiveDate>,
}

impl Coming {
    fn of(reminder: NewReminder) -> Self {
        let NewReminder { due_at, calendar, name, title, starts_at, starts_on, .. } = reminder;
        Coming { at: due_at, calendar, name, title, starts_at, starts_on }
    }
}

impl Kalends {
    /// The same, whose reminders are worded by `writer`.
    #[must_use]
    pub fn with_reminder_writer(self, writer: Arc<dyn ReminderWriter>) -> Self {
        Kalends { reminder_writer: writer, ..self }
    }

    /// What became of reminders on this node.
    pub fn reminder_counter(&self) -> &super::ReminderCounter {
        &self.reminder_counter
    }

    /// # Errors
    /// `Forbidden`
    pub async fn reminder_settings(&self, caller: Caller) -> Result<ReminderSettings> {
        access::require_own(caller)?;
        self.db.once().await?.reminder_settings(caller.principal).await
    }

    /// # Errors
    /// `BadInput`, `Forbidden`
    pub async fn set_reminder_settings(&self, caller: Caller, settings: ReminderSettings) -> Result<()> {
        access::require_own(caller)?;
        if settings.agenda_minute.is_some_and(|minute| minute >= DAY_MINUTES) {
            return Err(Error::bad_input("agenda time", Problem::Request("a time of the day")));
        }
        let id = caller.principal;
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.lock_home(id).await?;
            let person = Person::read(&mut tx, id).await?.ok_or(Error::NotFound(Missing::Account))?;
            let next = daily::next(&settings, person.zone, Utc::now());
            tx.set_reminder_settings(id, &settings, next).await?;
            if settings.for_all != person.settings.for_all {
                tx.mark_person_stale(id).await?;
            }
            tx.commit().await?;
            self.wake.notify_one();
            Ok(())
        })
        .await
    }

    /// What comes next, the earliest first, at most [`MAX_LISTED`].
    ///
    /// # Errors
    /// `Forbidden`
    pub async fn coming_reminders(&self, caller: Caller) -> Result<Vec<Coming>> {
        access::require_own(caller)?;
        let mut tx = self.db.read().await?;
        let Some(person) = Person::read(&mut tx, caller.principal).await?.map(Arc::new) else { return Ok(Vec::new()) };
        let put_off = tx.put_off_reminders(caller.principal, Utc::now()).await?.into_iter();
        let mut coming: Vec<Coming> = put_off.map(|reminder| Coming::of(reminder.of)).collect();
        // Those that are to be looked at anew later have nothing to show for it.
        for plan in tx.next_plans(caller.principal, 2 * MAX_LISTED).await? {
            let last = coming.get(MAX_LISTED - 1).map(|last| last.at);
            if last.is_some_and(|last| plan.next_at >= last) {
                break;
            }
            let Some(seen) = Seen::read(self, &mut tx, &person, plan.object).await? else { continue };
            for due in seen.coming(plan.done_until, last, MAX_LISTED).await? {
                coming.push(Coming::of(seen.reminder(&due)));
            }
            coming.sort_by_key(|coming| coming.at);
            coming.truncate(MAX_LISTED);
        }
        Ok(coming)
    }

    /// What came, the newest first, at most [`MAX_LISTED`], with what became of it.
    ///
    /// # Errors
    /// `Forbidden`
    pub async fn past_reminders(&self, caller: Caller) -> Result<Vec<Reminder>> {
        access::require_own(caller)?;
        self.db.read().await?.reminders_of(caller.principal, Utc::now(), MAX_LISTED).await
    }

    /// What stands in the caller's pages until they do something about it.
    ///
    /// # Errors
    /// `Forbidden`
    pub async fn reminders_in_page(&self, caller: Caller) -> Result<Vec<Reminder>> {
        access::require_own(caller)?;
        self.db.once().await?.reminders_in_page(caller.principal, Utc::now() - PAGE_LIFE).await
    }

    /// Sends a message to see whether reminders arrive on a way; yields what became of it.
    ///
    /// # Errors
    /// `NotFound` for a way that there is none of; `Mail`; `Forbidden`
    pub async fn test_reminder(&self, caller: Caller, channel: Channel) -> Result<std::result::Result<String, String>> {
        access::require_own(caller)?;
        let user = self.user(caller.principal).await?;
        let written = self.reminder_writer.test(&user);
        match channel {
            Channel::Page => Ok(Ok(written.text)),
            Channel::Mail => {
                let letter = letter_to(&user, written).ok_or(Error::NotFound(Missing::EmailAddress))?;
                let sent = self.send_letter_now(&letter).await?;
                Ok(sent.map(|sent| sent.reply).map_err(|error: MailError| error.to_string()))
            }
            Channel::Push => {
                let browsers = self.push_subscriptions(caller).await?;
                if browsers.is_empty() {
                    return Err(Error::NotFound(Missing::Browser));
                }
                let sent = self.push_to(browsers, &notice(&written, None), (TimeDelta::minutes(5), "test")).await?;
                Ok(sent.map(|count| count.to_string()).map_err(|error: PushError| error.to_string()))
            }
        }
    }
}
