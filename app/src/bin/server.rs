//! The server's side of the bin.

use super::{BinContents, BinnedCalendar, BinnedEvent, Deletion, Wish};
use crate::agenda::format::title_or_none;
use crate::history::words_of::Reader;
use crate::wire::ApiError;
use crate::words;
use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::bin::ObjectId;
use kalends_domain::calendars::CalendarId as Calendar;
use kalends_domain::history::Cause;

pub async fn contents(kalends: &Kalends, user: &User, piece: usize) -> Result<BinContents, ApiError> {
    let reader = Reader::of(user);
    let age = kalends.limits().bin_age;
    let bin = kalends.bin(user.on_a_page(), piece).await?;
    let calendars = bin.calendars.into_iter().map(|calendar| BinnedCalendar {
        id: calendar.id.0,
        name: calendar.display_name,
        color: calendar.color,
        objects: calendar.objects,
        deleted: deletion(&reader, calendar.deleted_at, age, calendar.cause.as_ref()),
    });
    let events = bin.objects.into_iter().zip(bin.events).map(|(object, event)| BinnedEvent {
        calendar: object.calendar.0,
        object: object.object.0,
        title: title_or_none(object.summary.as_deref().unwrap_or_default()).to_owned(),
        when: event.map(|event| reader.when(&event)).unwrap_or_default(),
        calendar_name: object.calendar_name,
        color: object.color,
        deleted: deletion(&reader, object.deleted_at, age, object.cause.as_ref()),
    });
    let (calendars, events) = (calendars.collect(), events.collect());
    Ok(BinContents { days: age.num_days(), calendars, events, piece, more: bin.more, refused: None })
}

fn deletion(reader: &Reader, at: DateTime<Utc>, age: TimeDelta, cause: Option<&Cause>) -> Deletion {
    let left = (at + age - Utc::now()).num_days();
    Deletion {
        when: reader.moment(reader.local(at)),
        by: reader.by(cause),
        left: words::server_bin_left(usize::try_from(left).unwrap_or(0)),
    }
}

/// Does what a form asked for. Yields what the next page says of it.
pub async fn fulfil(kalends: &Kalends, user: &User, wish: Wish) -> Result<&'static str, ApiError> {
    let caller = user.on_a_page();
    match wish {
        Wish::RestoreEvent { calendar, object } => {
            let returned = kalends.restore_object(caller, Calendar(calendar), ObjectId(object)).await?;
            Ok(if returned.is_copy { "copy" } else { "event" })
        }
        Wish::PurgeEvent { calendar, object } => {
            kalends.purge_object(caller, Calendar(calendar), ObjectId(object)).await?;
            Ok("purged")
        }
        Wish::RestoreCalendar(calendar) => {
            kalends.restore_calendar(caller, Calendar(calendar)).await?;
            Ok("calendar")
        }
        Wish::PurgeCalendar(calendar) => {
            kalends.purge_calendar(caller, Calendar(calendar)).await?;
            Ok("purged")
        }
        Wish::Empty => {
            kalends.empty_bin(caller).await?;
            Ok("emptied")
        }
    }
}
