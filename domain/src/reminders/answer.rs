//! What a person does about a reminder. It is written into their alarms, so that their other programs hear of it.

use super::{Channel, DeliveryState, NewReminder, Reminder, ReminderId, ReminderState};
use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::model::announcement::Announcement;
use crate::objects::{Precondition, index};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::{DateTime, TimeDelta, Utc};
use kalends_ical::CalendarObject;
use kalends_ical::instance_key;
use kalends_ical::reminders::{acknowledge, snooze};
use kalends_ical::time::Zone;
use uuid::Uuid;

/// How long reminders can be put off with one touch, in minutes.
pub const SNOOZES: [u32; 4] = [5, 15, 60, 1440];
/// The longest time for which one can be put off, in minutes.
pub const MAX_SNOOZE_MINUTES: u32 = 28 * 24 * 60;
/// Names a reminder that was put off and stands in no text: the person may not write it there.
pub(super) const PUT_OFF: &str = "put-off";

/// Whether the alarms in a calendar's objects are those of others as well: of a team.
pub(super) fn shares_alarms(calendar: &Held, person: PrincipalId) -> bool {
    !calendar.has_personal_data() && calendar.owner().id != person
}

const NOT_THERE: Error = Error::NotFound(Missing::Reminder);

impl Kalends {
    /// Has a reminder of the caller's come again after so many minutes.
    ///
    /// # Errors
    /// `NotFound` for none of theirs; `BadInput`; `Forbidden`
    pub async fn snooze_reminder(&self, caller: Caller, id: ReminderId, minutes: u32) -> Result<DateTime<Utc>> {
        if !(1..=MAX_SNOOZE_MINUTES).contains(&minutes) {
            return Err(Error::bad_input("minutes", Problem::TooEarly { most: MAX_SNOOZE_MINUTES }));
        }
        let until = Utc::now() + TimeDelta::minutes(i64::from(minutes));
        // Texts have whole seconds.
        let until = DateTime::from_timestamp(until.timestamp(), 0).unwrap_or(until);
        self.answer(caller, id, Some(until)).await?;
        Ok(until)
    }

    /// A reminder of the caller's is done with.
    ///
    /// # Errors
    /// `NotFound` for none of theirs; `Forbidden`
    pub async fn dismiss_reminder(&self, caller: Caller, id: ReminderId) -> Result<()> {
        self.answer(caller, id, None).await
    }

    async fn answer(&self, caller: Caller, id: ReminderId, until: Option<DateTime<Utc>>) -> Result<()> {
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            let reminder = write.tx.reminder(id).await?.filter(|found| found.of.principal == caller.principal);
            let reminder = reminder.ok_or(NOT_THERE)?;
            let is_written = self.write_answer(&mut write, &reminder, until).await?;
            let state = if until.is_some() { ReminderState::Snoozed } else { ReminderState::Dismissed };
            write.tx.set_reminder_state(id, state).await?;
            if let Some(until) = until.filter(|_| !is_written) {
                let of = NewReminder { alarm: PUT_OFF.to_owned(), due_at: until, ..reminder.of };
                if let Some(id) = write.tx.insert_reminder(&of, ReminderState::Due, Utc::now()).await? {
                    // It appears when its time has come.
                    write.tx.insert_reminder_delivery(id, Channel::Page, DeliveryState::Waiting, until).await?;
                }
            }
            write.announce(Announcement::Reminder { owner: caller.principal });
            write.commit(()).await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Whether there was a place for it in the person's alarms. Whoever only reads a calendar has alarms of their own in it; in one of a
    /// team all have the same, of which nobody says for the others that they are done with.
    async fn write_answer(&self, write: &mut Write, reminder: &Reminder, until: Option<DateTime<Utc>>) -> Result<bool> {
        let caller = write.caller();
        let calendar = match write.calendar(reminder.of.calendar, Access::Read).await {
            Err(Error::NotFound(_) | Error::Forbidden { .. }) => return Ok(false),
            calendar => calendar?,
        };
        let found = write.tx.object_by_id(reminder.of.object).await?;
        let Some(found) = found.filter(|found| found.head.calendar == calendar.id) else { return Ok(false) };
        if calendar.hides(&found.head) || !(calendar.may_write() || calendar.has_personal_data()) {
            return Ok(false);
        }
        if shares_alarms(&calendar, caller.principal) {
            return Ok(false);
        }
        let user = write.tx.user(caller.principal).await?.ok_or(Error::NotFound(Missing::Account))?;
        let zone = Zone::Iana(user.preferences.time_zone.unwrap_or(chrono_tz::UTC));
        let name = found.head.name.clone();
        let text = self.shown_object(&mut write.tx, caller, &calendar, found).await?.text;
        let object = CalendarObject::parse(&text, &self.limits.text)?;
        let recurrence_id = instance_key::decode(&reminder.of.recurrence_id);
        let of = (recurrence_id.as_ref(), reminder.of.alarm.as_str());
        let now = Utc::now();
        let written = match until {
            Some(until) => snooze(&object, &text, of, &zone, (now, until), &Uuid::new_v4().to_string()),
            None => acknowledge(&object, &text, of, &zone, now),
        };
        let Some(text) = written else { return Ok(false) };
        let index = index(&text, &self.limits)?;
        write.store_seen(&calendar, &name, &text, &index, &Precondition::None).await?;
        Ok(true)
    }
}
