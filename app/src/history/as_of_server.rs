//! The server's side of a calendar as it was, and bringing it back.

use super::words_of::Reader;
use super::{BecameWhat, CalendarThen, EventThen};
use crate::agenda::format::title_or_none;
use crate::event::seen::zone_of;
use crate::wire::{ApiError, CalendarId};
use crate::words;
use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::as_of::{AsOfPage, Became, ShownAsOf};
use kalends_domain::calendars::{CalendarId as Calendar, Revision};

/// Events on one page.
const PAGE: usize = 50;

/// What a calendar was at `at` (empty: a day ago), and what is otherwise now or all of it, from `from` on.
pub async fn as_of(
    kalends: &Kalends,
    user: &User,
    calendar: CalendarId,
    at: &str,
    everything: bool,
    from: Option<String>,
) -> Result<CalendarThen, ApiError> {
    let (caller, id) = (user.on_a_page(), Calendar(calendar));
    let reader = Reader::of(user);
    let held = kalends.calendar_by_id(caller, id).await?;
    let at = instant(at, reader.zone())?;
    let page = match everything {
        true => AsOfPage::Everything { after: from.unwrap_or_default() },
        false => AsOfPage::Different { before: from.and_then(|from| from.parse().ok()).map(Revision) },
    };
    let then = kalends.calendar_as_of(caller, id, at, &page, PAGE).await?;
    Ok(CalendarThen {
        calendar,
        name: held.details.display_name.clone(),
        color: held.details.color.clone(),
        editable: held.may_write(),
        at: reader.local(at),
        instant: at.to_rfc3339_opts(SecondsFormat::Millis, true),
        seen: then.now.0,
        is_before_it: at < held.created_at,
        same: then.differences.same,
        changed: then.differences.changed,
        deleted: then.differences.deleted,
        added: then.differences.added,
        events: then.objects.into_iter().map(|shown| event(&reader, shown)).collect(),
        next: then.next.map(|next| match next {
            AsOfPage::Everything { after } => after,
            AsOfPage::Different { before } => before.map(|before| before.0.to_string()).unwrap_or_default(),
        }),
        outcome: None,
    })
}

fn event(reader: &Reader, shown: ShownAsOf) -> EventThen {
    let ShownAsOf { object, title, is_kept, then, now } = shown;
    let differences = match (&then, &now) {
        (Some(then), Some(now)) if object.became == Became::Changed => reader.differences(Some(then), now),
        _ => Vec::new(),
    };
    // What is not kept has no title of its own.
    let title = if is_kept { title } else { now.as_ref().map(|now| now.draft.summary.clone()) };
    EventThen {
        title: title_or_none(title.as_deref().unwrap_or_default()).to_owned(),
        when: then.as_ref().or(now.as_ref()).map(|event| reader.when(event)).unwrap_or_default(),
        became: match object.became {
            Became::Same => BecameWhat::Same,
            Became::Changed => BecameWhat::Changed,
            Became::Deleted => BecameWhat::Deleted,
            Became::Added => BecameWhat::Added,
        },
        differences,
        is_kept,
        name: object.name,
    }
}

/// A time as a link has it (RFC 3339) or as a form does, on the wall clock of `zone`; empty: a day ago.
fn instant(at: &str, zone: Tz) -> Result<DateTime<Utc>, ApiError> {
    if at.is_empty() {
        return Ok(Utc::now() - TimeDelta::days(1));
    }
    let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(at, form).ok())
        .and_then(|local| zone.from_local_datetime(&local).earliest().or_else(|| zone.from_utc_datetime(&local).into()))
        .map(|local| local.to_utc());
    let exact = DateTime::parse_from_rfc3339(at).map(|at| at.to_utc()).ok();
    exact
        .or(local)
        .ok_or_else(|| ApiError::BadInput { field: "at".into(), message: words::server_as_of_no_time().into() })
}

/// What was brought back.
pub struct BroughtBack {
    /// The time that it was so at (RFC 3339).
    pub at: String,
    /// The time before that, at which everything was as it had been.
    pub was: String,
    /// How many events could not be brought back.
    pub left: usize,
}

/// Brings one event, or with `None` the whole calendar, back to what it was at `at`, where it has not changed since the person saw it.
pub async fn bring_back(
    kalends: &Kalends,
    user: &User,
    calendar: CalendarId,
    at: &str,
    name: Option<&str>,
    seen: i64,
) -> Result<BroughtBack, ApiError> {
    let (caller, id) = (user.on_a_page(), Calendar(calendar));
    let at = instant(at, zone_of(user))?;
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let was = text(Utc::now());
    let left = match name {
        Some(name) => {
            kalends.bring_back_object(caller, id, at, name, Revision(seen)).await?;
            0
        }
        None => kalends.bring_back_calendar(caller, id, at, Revision(seen)).await?.left.len(),
    };
    Ok(BroughtBack { at: text(at), was, left })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_read_as_links_and_forms_have_them() {
        let read =
            |at| instant(at, chrono_tz::Europe::Zurich).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
        for (at, meant) in [
            ("2026-11-27T15:04", "2026-11-27T14:04:00.000Z"),
            ("2026-11-27T15:04:05", "2026-11-27T14:04:05.000Z"),
            ("2026-11-27T15:04:05.123Z", "2026-11-27T15:04:05.123Z"),
            ("2026-11-27T15:04:05+05:00", "2026-11-27T10:04:05.000Z"),
            // There is no such time: the clocks go forward over it.
            ("2026-03-29T02:30", "2026-03-29T02:30:00.000Z"),
        ] {
            assert_eq!(read(at).unwrap(), meant, "{at}");
        }
        assert!(read("last Tuesday").is_err());
    }
}
