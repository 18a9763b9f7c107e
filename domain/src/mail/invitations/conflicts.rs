//! What else there is when an invitation is: on its day, and of a series at its dates within a year.

use super::showing::MailInvitation;
use crate::access::Caller;
use crate::agenda::AgendaInstance;
use crate::calendars::CalendarId;
use crate::thread::on_a_thread;
use crate::{Kalends, Result};
use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_ical::edit::{Repeat, Timing};
use kalends_ical::instances::{Window, any_instance};
use kalends_ical::itip::Incoming;
use kalends_ical::placement::When;
use kalends_ical::time::Zone;
use std::ops::ControlFlow;

/// How far ahead the dates of a series are looked at.
const AHEAD: TimeDelta = TimeDelta::days(366);
/// Most dates of a series that are looked at.
const MAX_DATES: usize = 400;
/// Most dates of a series that are named, and most of what stands at each of them.
const MAX_NAMED: usize = 10;
/// Longest event of which the days are looked at: what takes a month is no appointment.
const MAX_LENGTH: TimeDelta = TimeDelta::days(31);
/// Most of what else there is that day.
const MAX_THAT_DAY: usize = 50;

/// What else keeps somebody busy when an invitation is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvitationConflicts {
    /// What there is on the days of the invitation, of a series of its first date, each with whether it is at the same time: what is comes
    /// first. `None`: it takes so long that this was not looked at.
    pub that_day: Option<Vec<(AgendaInstance, bool)>>,
    /// The first dates of the series, from now on and within a year, at which there is something else, with the first of that.
    pub dates: Vec<(When, Vec<AgendaInstance>)>,
    /// At how many dates there is something else,
    pub conflicting: usize,
    /// of how many that were looked at; none where it is no series.
    pub looked_at: usize,
}

/// Midnight at the beginning, and after the end.
pub(super) fn span(when: &When) -> (NaiveDateTime, NaiveDateTime) {
    match *when {
        When::Days { first, last } => {
            let after = last.checked_add_days(Days::new(1)).unwrap_or(last);
            (first.and_time(NaiveTime::MIN), after.and_time(NaiveTime::MIN))
        }
        When::Times { start, end } => (start, end),
    }
}

/// Whether two times have a moment in common; what has no length is at its moment.
fn overlap(one: &When, other: &When) -> bool {
    let ((from, to), (start, end)) = (span(one), span(other));
    from < end && start < to || from == start
}

/// Whether it is no longer than what is looked at.
fn is_short(when: &When) -> bool {
    let (start, end) = span(when);
    end - start <= MAX_LENGTH
}

/// A time as the viewer has it.
fn seen(timing: Timing, viewer: &Zone) -> When {
    match timing {
        Timing::AllDay { first, last } => When::Days { first, last },
        Timing::Timed { start, end, zone: None } => When::Times { start, end },
        Timing::Timed { start, end, zone: Some(zone) } => {
            let seen = |local| viewer.to_local(Zone::Iana(zone).to_utc(local));
            When::Times { start: seen(start), end: seen(end) }
        }
    }
}

impl Kalends {
    /// What else keeps the caller busy when an invitation is, in all calendars that count for that. `viewer`: the zone in which days begin.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn conflicts_of_invitation(
        &self,
        caller: Caller,
        invitation: &MailInvitation,
        viewer: Tz,
    ) -> Result<InvitationConflicts> {
        let Some(draft) = &invitation.event.draft else { return Ok(InvitationConflicts::default()) };
        let first = seen(draft.timing, &Zone::Iana(viewer));
        let calendars = self.calendars(caller).await?;
        let counted: Vec<CalendarId> =
            calendars.into_iter().filter(|held| !held.keeps_free()).map(|held| held.id).collect();
        let stands = invitation.stands.as_ref().map(|stands| (stands.calendar, stands.name.clone()));
        let is_other = move |other: &AgendaInstance| {
            let is_it =
                stands.as_ref().is_some_and(|(calendar, name)| *calendar == other.calendar && *name == other.name);
            !is_it && !other.transparent && other.status.as_deref() != Some("CANCELLED")
        };
        let mut found = InvitationConflicts::default();
        let (start, end) = span(&first);
        if is_short(&first) {
            // What ends at midnight is not on the next day.
            let last = (end - TimeDelta::nanoseconds(1)).max(start).date();
            let until = last.checked_add_days(Days::new(1)).unwrap_or(last);
            let all = self.agenda(caller, &counted, start.date(), until, viewer).await?;
            let shown = |other: AgendaInstance| {
                let is_at_it = overlap(&first, &other.when);
                (other, is_at_it)
            };
            let mut others: Vec<_> = all.into_iter().filter(|other| is_other(other)).map(shown).collect();
            others.sort_by_key(|(_, is_at_it)| !is_at_it);
            others.truncate(MAX_THAT_DAY);
            found.that_day = Some(others);
        }
        if invitation.event.instance.is_some() || draft.repeat == Repeat::Never {
            return Ok(found);
        }
        let now = Utc::now();
        let (text, limits) = (invitation.text.clone(), self.limits.text);
        let dates = self.parse_on_a_thread(text.len(), move || Ok(dates(&text, &limits, now, viewer))).await?;
        let days = dates.iter().map(|date| span(date).0.date());
        let (Some(from), Some(to)) = (days.clone().min(), dates.iter().map(|date| span(date).1.date()).max()) else {
            return Ok(found);
        };
        let until = to.checked_add_days(Days::new(1)).unwrap_or(to);
        let all = self.agenda(caller, &counted, from, until, viewer).await?;
        on_a_thread(move || {
            let others: Vec<AgendaInstance> = all.into_iter().filter(|other| is_other(other)).collect();
            found.looked_at = dates.len();
            for date in dates {
                let at_it = others.iter().filter(|other| overlap(&date, &other.when)).take(MAX_NAMED);
                let at_it: Vec<AgendaInstance> = at_it.cloned().collect();
                if at_it.is_empty() {
                    continue;
                }
                found.conflicting += 1;
                if found.dates.len() < MAX_NAMED {
                    found.dates.push((date, at_it));
                }
            }
            Ok(found)
        })
        .await
    }
}

/// The dates of a series that are to come, in their order.
fn dates(text: &str, limits: &kalends_ical::Limits, now: DateTime<Utc>, viewer: Tz) -> Vec<When> {
    let Ok((object, _)) = Incoming::read(text, limits).and_then(|message| message.object()) else { return Vec::new() };
    let window = Window { start: Some(now), end: Some(now + AHEAD) };
    let zone = Zone::Iana(viewer);
    let mut dates = Vec::new();
    let is_cancelled = |index: usize| object.overrides[index].status.as_deref() == Some("CANCELLED");
    // Of a series that is made to keep a server busy those that were found by then.
    let _ = any_instance(&object, window, &zone, &mut |instance| {
        let date = When::seen(instance, &zone);
        // Whoever sends an invitation does not choose how many years of calendars are looked at.
        if !instance.override_index.is_some_and(is_cancelled) && is_short(&date) {
            dates.push(date);
        }
        if dates.len() < MAX_DATES { ControlFlow::Continue(()) } else { ControlFlow::Break(true) }
    });
    dates.sort_by_key(|date| span(date).0);
    dates
}
