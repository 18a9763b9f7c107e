//! An event that was dragged elsewhere, on the server.

use super::data::{EventRef, Undo};
use super::fields::{self, EventFields};
use super::scope::ScopeChoice;
use super::server;
use crate::wire::{ApiError, When};
use chrono::NaiveDateTime;
use chrono_tz::Tz;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId;
use kalends_ical::time::Zone;

/// Moves the event to `to`, which is on the viewer's wall clock. Yields what brings it back, if one object does.
pub async fn move_event(
    kalends: &Kalends,
    user: &User,
    event: EventRef,
    scope: ScopeChoice,
    to: When,
) -> Result<Option<Undo>, ApiError> {
    let viewer = user.preferences.time_zone.unwrap_or(Tz::UTC);
    let opened = server::open(kalends, user, event.calendar, &event.name, event.instance.clone()).await?;
    let mut fields = opened.fields;
    let before = fields.start();
    put(&mut fields, to, viewer);
    if scope != ScopeChoice::This
        && let (Some(before), Some(after)) = (before, fields.start())
    {
        fields::follow_start(&mut fields, before.date(), after.date());
    }
    let caller = user.on_a_page();
    let calendar = CalendarId(event.calendar);
    let stored = kalends.object(caller, calendar, &event.name).await?;
    server::update(kalends, user, &event, scope, &fields).await?;
    let splits = scope == ScopeChoice::Following && event.instance.is_some();
    if splits || stored.text.len() > server::MAX_UNDO {
        return Ok(None);
    }
    let now = kalends.object(caller, calendar, &event.name).await?;
    Ok(Some(Undo { calendar: event.calendar, name: event.name, text: stored.text, etag: Some(now.head.etag) }))
}

/// Writes `to` into the form in the event's own zone; what had no times is in the viewer's from then on.
fn put(fields: &mut EventFields, to: When, viewer: Tz) {
    match to {
        When::Days { first, last } => fields.set_days(first, last),
        When::Times { start, end } => {
            if fields.all_day {
                fields.zone = viewer.name().to_owned();
            }
            let own = match fields.zone.parse::<Tz>() {
                Ok(own) => own,
                // Floating time is the same on every wall clock.
                Err(_) => viewer,
            };
            let there = |local: NaiveDateTime| Zone::Iana(own).to_local(Zone::Iana(viewer).to_utc(local));
            fields.set_times(there(start), there(end));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn an_event_keeps_its_own_zone() {
        let ten = When::Times { start: at("2026-11-23T10:00:00"), end: at("2026-11-23T11:00:00") };
        let mut fields = EventFields::new(ten, "America/New_York", None);
        let to = When::Times { start: at("2026-11-24T18:00:00"), end: at("2026-11-24T19:30:00") };
        put(&mut fields, to, Tz::Europe__Zurich);
        assert_eq!((fields.start_date.as_str(), fields.start_time.as_str()), ("2026-11-24", "12:00"));
        assert_eq!((fields.end_time.as_str(), fields.zone.as_str()), ("13:30", "America/New_York"));
    }

    #[test]
    fn a_day_gets_times_in_the_viewers_zone() {
        let day = at("2026-11-23T00:00:00").date();
        let mut fields = EventFields::new(When::Days { first: day, last: day }, "America/New_York", None);
        let to = When::Times { start: at("2026-11-24T18:00:00"), end: at("2026-11-24T19:00:00") };
        put(&mut fields, to, Tz::Europe__Zurich);
        assert!(!fields.all_day);
        assert_eq!((fields.start_time.as_str(), fields.zone.as_str()), ("18:00", "Europe/Zurich"));
    }
}
