//! What Graph says of an event.

use super::super::wire::{self, Event};
use super::Unfit;
use super::held::{
    HeldBody, HeldEvent, HeldObject, Importance, RemoteSeries, Sensitivity, ShowAs, Stamps, in_one_line,
};
use super::people::{self, Attendee, Person};
use super::recurrence::{self, HeldRecurrence};
use super::time::{self, Span};
use super::write_json::UID_PROPERTY;
use chrono::{NaiveDate, TimeDelta};
use kalends_ical::recurrence::{Rule, Series};
use kalends_ical::time::Zone;

/// After so long the first instance of a series is not waited for.
const MAX_WAIT: TimeDelta = TimeDelta::days(366 * 100);

/// # Errors
/// For what is not as documented.
pub fn of_series(series: &RemoteSeries) -> Result<HeldObject, Unfit> {
    let event = &series.master;
    let recurrence = event.recurrence.as_ref();
    let master = held(event, recurrence.and_then(recurrence::zone_of_graph))?;
    let mut object = HeldObject {
        uid: uid(event),
        recurrence: recurrence.map(recurrence::of_graph).transpose()?,
        exceptions: Default::default(),
        cancelled: Default::default(),
        master,
    };
    let Some(recurrence) = &object.recurrence else { return Ok(object) };
    if let Some(first) = first_date(recurrence, &object.master.span) {
        object.master.span = object.master.span.on(first);
    }
    for exception in &series.exceptions {
        let date = date_of_occurrence(exception, &object.master.span)?;
        object.exceptions.insert(date, held(exception, object.master.span.zone())?);
    }
    for cancelled in &event.cancelled_occurrences {
        // `OID.{series master}.{date}`
        let date = cancelled.rsplit('.').next().and_then(|date| date.parse().ok());
        object.cancelled.insert(date.ok_or_else(|| Unfit::new(format!("the cancelled occurrence {cancelled:?}")))?);
    }
    object.settle();
    Ok(object)
}

/// When a series really begins: "The first occurrence of the meeting may be this date or later, depending on the recurrence pattern of the
/// event" (<https://learn.microsoft.com/graph/api/resources/recurrencerange>, startDate), while DTSTART is an instance wherever it is.
fn first_date(recurrence: &HeldRecurrence, span: &Span) -> Option<NaiveDate> {
    let rule = Rule::parse(&recurrence.rule(span)).ok()?;
    let start = span.start();
    let zone = Zone::Iana(span.zone().unwrap_or(chrono_tz::Tz::UTC));
    let series = Series::without_start(&rule, &start, &zone);
    let first = series.between(start.local(), start.local() + MAX_WAIT).next()?;
    Some(first.date())
}

/// The UID that it was stored with from here, or the one that Exchange gave it.
fn uid(event: &Event) -> String {
    let kept = event.single_value_extended_properties.iter();
    let kept = kept.filter(|property| property.id.eq_ignore_ascii_case(UID_PROPERTY)).map(|property| &property.value);
    let named = kept.chain(&event.ical_uid).find(|uid| !uid.trim().is_empty());
    named.unwrap_or(&event.id).clone()
}

/// The day on which an instance is by the rule of its series, whose master is at `series`.
///
/// # Errors
/// When Graph does not say it.
pub fn date_of_occurrence(event: &Event, series: &Span) -> Result<NaiveDate, Unfit> {
    let Some(original) = time::timestamp(event.original_start.as_deref()) else {
        return Ok(time::of_event(event, series.zone())?.date());
    };
    Ok(match series {
        Span::Days { .. } => {
            let zone = event.original_start_time_zone.as_deref().and_then(time::named).unwrap_or(chrono_tz::Tz::UTC);
            time::day(original, zone)
        }
        Span::Times { start, .. } => Zone::Iana(start.zone).to_local(original).date(),
    })
}

fn held(event: &Event, series_zone: Option<chrono_tz::Tz>) -> Result<HeldEvent, Unfit> {
    let organizer = event.organizer.as_ref().and_then(|organizer| Person::of_graph(&organizer.email_address));
    let attendees = people::settled(event.attendees.iter().filter_map(Attendee::of_graph), organizer.as_ref());
    let places: Vec<&wire::Location> = match event.locations.is_empty() {
        true => event.location.iter().collect(),
        false => event.locations.iter().collect(),
    };
    let names = places.iter().map(|place| in_one_line(&place.display_name)).filter(|name| !name.is_empty());
    let location = names.collect::<Vec<_>>().join("; ");
    let coordinates = event.location.iter().chain(&event.locations).find_map(|location| {
        let coordinates = location.coordinates.as_ref()?;
        Some((coordinates.latitude?, coordinates.longitude?))
    });
    let join_url = event.online_meeting.as_ref().and_then(|meeting| meeting.join_url.clone());
    let provider = event.online_meeting_provider.clone().unwrap_or_else(|| "unknown".to_owned());
    let minutes = event.reminder_minutes_before_start.and_then(|minutes| u32::try_from(minutes).ok());
    Ok(HeldEvent {
        subject: in_one_line(&event.subject),
        body: HeldBody::of_graph(event.body.as_ref()),
        span: time::of_event(event, series_zone)?,
        location,
        position: coordinates,
        asks_for_response: attendees.is_empty() || event.response_requested.unwrap_or(true),
        organizer: organizer.filter(|_| !attendees.is_empty()),
        attendees,
        reminder: minutes.filter(|_| event.is_reminder_on),
        sensitivity: Sensitivity::of_graph(&event.sensitivity),
        show_as: ShowAs::of_graph(&event.show_as),
        importance: Importance::of_graph(&event.importance),
        categories: event
            .categories
            .iter()
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
        is_cancelled: event.is_cancelled,
        meeting: join_url.filter(|url| !url.is_empty()).map(|url| (url, provider)),
        stamps: Stamps {
            created: time::timestamp(event.created_date_time.as_deref()),
            modified: time::timestamp(event.last_modified_date_time.as_deref()),
            stamped: None,
        },
    })
}
