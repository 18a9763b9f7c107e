//! The agenda's side of the server.

use super::AgendaOpening;
use super::days::{View, fetched};
use crate::calendars;
use crate::server_context::viewer;
use crate::wire::{ApiError, EventInstance, Status};
use crate::words;
use chrono::NaiveDate;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::agenda::AgendaInstance;
use kalends_domain::calendars::CalendarId;
use kalends_ical::instance_key;

/// The longest span that one page asks for.
const MAX_DAYS: i64 = 100;

/// What the page of a view shows at first.
pub async fn open(kalends: &Kalends, user: &User, view: &str, date: NaiveDate) -> Result<AgendaOpening, ApiError> {
    let Some(shown) = View::from_slug(view) else {
        return Err(ApiError::BadInput { field: "view".into(), message: words::agenda_no_such_view().into() });
    };
    let span = fetched(shown, date, viewer(user).week_start);
    // Revisions come first, so that nothing that changes meanwhile counts as seen.
    let list = kalends.list_revision(user.on_a_page()).await?.0;
    let calendars = calendars::server::list(kalends, user).await?;
    let events = events_between(kalends, user, span.from, span.to, "").await?;
    Ok(AgendaOpening { calendars, list, from: span.from, to: span.to, events })
}

/// The instances that touch the days `from` to `to` (exclusive), in those of the person's calendars whose numbers are in `only`, with
/// commas between; empty: in all.
pub async fn events_between(
    kalends: &Kalends,
    user: &User,
    from: NaiveDate,
    to: NaiveDate,
    only: &str,
) -> Result<Vec<EventInstance>, ApiError> {
    if to <= from || (to - from).num_days() > MAX_DAYS {
        return Err(ApiError::BadInput { field: "to".into(), message: words::agenda_span_too_long().into() });
    }
    let caller = user.on_a_page();
    let calendars: Vec<_> = if only.is_empty() {
        kalends.calendars(caller).await?.into_iter().map(|calendar| calendar.id).collect()
    } else {
        let wrong =
            |_| ApiError::BadInput { field: "calendars".into(), message: words::errors_calendar_not_found().into() };
        only.split(',').map(|id| id.parse().map(CalendarId)).collect::<Result<_, _>>().map_err(wrong)?
    };
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
            title: if instance.busy { words::server_busy_time().to_owned() } else { instance.summary },
            location: instance.location,
            when: instance.when,
            editable: instance.editable,
            transparent: instance.transparent,
            status: match instance.status.as_deref() {
                Some("CANCELLED") => Status::Cancelled,
                _ if instance.is_unanswered => Status::Unanswered,
                Some("TENTATIVE") => Status::Tentative,
                _ => Status::Confirmed,
            },
        }
    }
}
