//! The agenda's side of the server.

use super::AgendaOpening;
use super::days::{View, fetched};
use crate::calendars;
use crate::event::instance_key;
use crate::server_context::viewer;
use crate::wire::{ApiError, EventInstance, Status};
use crate::words;
use chrono::NaiveDate;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::agenda::AgendaInstance;

/// The longest span that one page asks for.
const MAX_DAYS: i64 = 100;

/// What the page of a view shows at first.
pub async fn open(kalends: &Kalends, user: &User, view: &str, date: NaiveDate) -> Result<AgendaOpening, ApiError> {
    let Some(shown) = View::from_slug(view) else {
        return Err(ApiError::BadInput { field: "view".into(), message: words::agenda_no_such_view().into() });
    };
    let span = fetched(shown, date, viewer(user).week_start);
    let events = events_between(kalends, user, span.from, span.to).await?;
    let calendars = calendars::server::list(kalends, user).await?;
    Ok(AgendaOpening { calendars, from: span.from, to: span.to, events })
}

/// The instances that touch the days `from` to `to` (exclusive), in all of the person's calendars.
pub async fn events_between(
    kalends: &Kalends,
    user: &User,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<EventInstance>, ApiError> {
    if to <= from || (to - from).num_days() > MAX_DAYS {
        return Err(ApiError::BadInput { field: "to".into(), message: words::agenda_span_too_long().into() });
    }
    let caller = user.on_a_page();
    let calendars: Vec<_> =
        kalends.calendars(caller, caller.principal).await?.into_iter().map(|calendar| calendar.id).collect();
    let zone = user.preferences.time_zone.unwrap_or(chrono_tz::UTC);
    let instances = kalends.agenda(caller, &calendars, from, to, zone).await?;
    Ok(instances.into_iter().map(EventInstance::from).collect())
}

impl From<AgendaInstance> for EventInstance {
    fn from(instance: AgendaInstance) -> Self {
        EventInstance {
            calendar: instance.calendar.0,
            name: instance.name,
            etag: instance.etag,
            instance: instance.recurrence_id.as_ref().map(instance_key::encode),
            title: instance.summary,
            location: instance.location,
            when: instance.when,
            editable: instance.editable,
            transparent: instance.transparent,
            status: match instance.status.as_deref() {
                Some("CANCELLED") => Status::Cancelled,
                Some("TENTATIVE") => Status::Tentative,
                _ => Status::Confirmed,
            },
        }
    }
}
