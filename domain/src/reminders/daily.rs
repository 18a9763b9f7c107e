//! The mail with the events of the day.

use super::ReminderSettings;
use super::seen::Person;
use super::ways::letter_to;
use crate::access::{self, PrincipalId};
use crate::outgoing_mail::IfLost;
use crate::store::Transaction;
use crate::{Kalends, Result};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_ical::time::Zone;

/// How late it may be sent; then the day has begun without it.
const MAX_LATENESS: TimeDelta = TimeDelta::hours(3);
const MAX_PEOPLE: usize = 10;

/// When it goes next after `now`.
pub(super) fn next(settings: &ReminderSettings, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let minute = settings.agenda_minute?;
    let zone = Zone::Iana(zone);
    let today: NaiveDateTime = zone.to_local(now).date().into();
    let at = |days: u64| {
        let day = today.checked_add_days(Days::new(days))?;
        Some(zone.to_utc(day + TimeDelta::minutes(i64::from(minute))))
    };
    (0..3).filter_map(at).find(|at| *at > now)
}

/// Puts the mails that are due into the queue; yields how many were due.
pub(super) async fn send_piece(kalends: &Kalends, tx: &mut Transaction) -> Result<usize> {
    let now = Utc::now();
    let due = tx.due_agendas(now, MAX_PEOPLE).await?;
    for (id, at) in &due {
        let person = Person::read(tx, *id).await?;
        let settings = tx.reminder_settings(*id).await?;
        let zone = person.as_ref().map_or(Tz::UTC, |person| person.zone);
        tx.set_reminder_settings(*id, &settings, next(&settings, zone, now)).await?;
        let Some(person) = person.filter(|_| now - *at <= MAX_LATENESS && kalends.sends_mail()) else { continue };
        let day = Zone::Iana(zone).to_local(*at).date();
        let caller = person.caller();
        let calendars = access::listed_calendars(tx, caller).await?;
        let shown = calendars.iter().filter(|held| !held.view().hidden && !held.is_acting());
        let ids: Vec<_> = shown.map(|held| held.id).collect();
        let tomorrow: NaiveDate = day.succ_opt().unwrap_or(day);
        let mut events = kalends.agenda(caller, &ids, day, tomorrow, zone).await?;
        events.retain(|event| !event.busy && event.status.as_deref() != Some("CANCELLED"));
        if events.is_empty() && !settings.agenda_empty {
            continue;
        }
        let written = kalends.reminder_writer.agenda(&person.user, day, &events);
        if let Some(letter) = letter_to(&person.user, written) {
            kalends.enqueue_letter(tx, Some(*id), &letter, IfLost::GiveUp).await?;
        }
    }
    Ok(due.len())
}

/// Has the next mail go at its time in the zone that somebody is in now.
pub(super) async fn replan(tx: &mut Transaction, id: PrincipalId, zone: Tz) -> Result<()> {
    let settings = tx.reminder_settings(id).await?;
    if settings.agenda_minute.is_none() {
        return Ok(());
    }
    tx.set_reminder_settings(id, &settings, next(&settings, zone, Utc::now())).await
}
