//! Times in JSON: what kind each is stands with it.

use super::problem::Problem;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use kalends_ical::edit::Timing;
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A date, a time on the wall clock of wherever one is, a time in a zone, or an instant (RFC 5545 sections 3.3.4 and 3.3.5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Time {
    /// A day, the same in every zone.
    Date {
        #[schema(example = "2026-11-21")]
        date: NaiveDate,
    },
    /// A wall-clock time in whatever zone the reader is in.
    Floating {
        #[schema(value_type = String, example = "2026-11-21T09:00:00")]
        local: NaiveDateTime,
    },
    /// A wall-clock time in the zone that `tzid` names, as it is written in the object.
    Zoned {
        #[schema(value_type = String, example = "2026-11-21T09:00:00")]
        local: NaiveDateTime,
        #[schema(example = "Europe/Zurich")]
        tzid: String,
        /// The instant; not looked at where it is sent.
        #[serde(default)]
        utc: Option<DateTime<Utc>>,
    },
    /// An instant.
    Utc { utc: DateTime<Utc> },
}

impl Time {
    pub fn of(moment: &Moment, at: DateTime<Utc>) -> Self {
        match moment {
            Moment::Date(date) => Time::Date { date: *date },
            Moment::Floating(local) => Time::Floating { local: *local },
            Moment::Zoned { local, tzid } => Time::Zoned { local: *local, tzid: tzid.clone(), utc: Some(at) },
            Moment::Utc(local) => Time::Utc { utc: local.and_utc() },
        }
    }
}

/// The start and the end, which is exclusive, of what is at that time.
pub fn of_timing(timing: Timing) -> (Time, Time) {
    let zoned = |local: NaiveDateTime, zone: Tz| Time::Zoned {
        local,
        tzid: zone.name().to_owned(),
        utc: Some(Zone::Iana(zone).to_utc(local)),
    };
    match timing {
        Timing::AllDay { first, last } => {
            let end = last.checked_add_days(Days::new(1)).unwrap_or(last);
            (Time::Date { date: first }, Time::Date { date: end })
        }
        Timing::Timed { start, end, zone: Some(zone) } => (zoned(start, zone), zoned(end, zone)),
        Timing::Timed { start, end, zone: None } => (Time::Floating { local: start }, Time::Floating { local: end }),
    }
}

/// A start or an end as an edit takes it.
enum Given {
    Date(NaiveDate),
    /// In a zone; `None`: floating.
    Local(NaiveDateTime, Option<Tz>),
}

fn given(field: &str, time: &Time) -> Result<Given, Problem> {
    Ok(match time {
        Time::Date { date } => Given::Date(*date),
        Time::Floating { local } => Given::Local(*local, None),
        Time::Utc { utc } => Given::Local(utc.naive_utc(), Some(Tz::UTC)),
        Time::Zoned { local, tzid, .. } => {
            let Some(Zone::Iana(zone)) = Zone::named(tzid) else {
                return Err(Problem::bad_value(
                    format!("{field}.tzid"),
                    format!("There is no time zone {tzid:?} here."),
                ));
            };
            if zone.from_local_datetime(local).earliest().is_none() {
                let detail = format!("The clocks in {tzid} leap over that time on that day.");
                return Err(Problem::bad_value(format!("{field}.local"), detail));
            }
            Given::Local(*local, Some(zone))
        }
    })
}

/// When an event is that has this start and this end, which is exclusive; without an end one day, or no time at all.
///
/// # Errors
/// 422 for an end of another kind than the start, and for a zone that is none.
pub fn timing(start: &Time, end: Option<&Time>) -> Result<Timing, Problem> {
    let other_kind = || Problem::bad_value("end", "It has to be of the same type as the start.");
    let before = || Problem::bad_value("end", "It is before the start.");
    match (given("start", start)?, end.map(|end| given("end", end)).transpose()?) {
        (Given::Date(first), None) => Ok(Timing::AllDay { first, last: first }),
        (Given::Date(first), Some(Given::Date(end))) => {
            let last = end.checked_sub_days(Days::new(1)).filter(|last| *last >= first).ok_or_else(before)?;
            Ok(Timing::AllDay { first, last })
        }
        (Given::Local(start, zone), None) => Ok(Timing::Timed { start, end: start, zone }),
        (Given::Local(start, zone), Some(Given::Local(end, in_zone))) => {
            let end = match (zone, in_zone) {
                (zone, in_zone) if zone == in_zone => end,
                (Some(zone), Some(in_zone)) => {
                    let at = in_zone.from_local_datetime(&end).earliest().ok_or_else(other_kind)?;
                    at.with_timezone(&zone).naive_local()
                }
                _ => return Err(other_kind()),
            };
            if end < start { Err(before()) } else { Ok(Timing::Timed { start, end, zone }) }
        }
        _ => Err(other_kind()),
    }
}

/// When an event is of which only the start or the end is said anew: another start keeps how long it lasts, another end keeps the start.
///
/// # Errors
/// Those of [`timing`].
pub fn changed(now: Timing, start: Option<&Time>, end: Option<&Time>) -> Result<Timing, Problem> {
    match (start, end) {
        (None, None) => Ok(now),
        (Some(start), Some(end)) => timing(start, Some(end)),
        (Some(start), None) => Ok(match (timing(start, None)?, now) {
            (Timing::AllDay { first, .. }, Timing::AllDay { first: was, last }) => {
                Timing::AllDay { first, last: first.checked_add_signed(last - was).unwrap_or(first) }
            }
            (Timing::Timed { start, zone, .. }, Timing::Timed { start: was, end, .. }) => {
                Timing::Timed { start, end: start.checked_add_signed(end - was).unwrap_or(start), zone }
            }
            (other, _) => other,
        }),
        (None, Some(end)) => match now {
            Timing::AllDay { first, .. } => timing(&Time::Date { date: first }, Some(end)),
            Timing::Timed { start, zone: Some(zone), .. } => {
                let start = Time::Zoned { local: start, tzid: zone.name().to_owned(), utc: None };
                timing(&start, Some(end))
            }
            Timing::Timed { start, zone: None, .. } => timing(&Time::Floating { local: start }, Some(end)),
        },
    }
}

/// A day (midnight in `zone`) or an instant as a parameter.
pub fn boundary(field: &str, text: &str, zone: Tz) -> Result<DateTime<Utc>, Problem> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    let wrong = || Problem::bad_parameter(field, "A day such as 2026-11-21, or a time such as 2026-11-21T09:00:00Z.");
    let day: NaiveDate = text.parse().map_err(|_| wrong())?;
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    // Where the clocks leap over midnight the day begins later.
    let at = zone.from_local_datetime(&midnight).earliest();
    let at = at.or_else(|| zone.from_local_datetime(&(midnight + TimeDelta::hours(1))).earliest());
    at.map(|at| at.to_utc()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn time(json: &str) -> Time {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_end_is_of_the_kind_of_the_start_and_in_its_zone() {
        let nine = time(r#"{"type":"zoned","local":"2026-11-21T09:00:00","tzid":"Europe/Zurich"}"#);
        let end = time(r#"{"type":"zoned","local":"2026-11-21T09:30:00","tzid":"Europe/London"}"#);
        let Timing::Timed { end, .. } = timing(&nine, Some(&end)).unwrap() else { panic!() };
        assert_eq!(end.to_string(), "2026-11-21 10:30:00");
        let day = time(r#"{"type":"date","date":"2026-11-21"}"#);
        assert!(timing(&nine, Some(&day)).is_err());
        assert!(timing(&day, Some(&day)).is_err());
        let skipped = time(r#"{"type":"zoned","local":"2026-03-29T02:30:00","tzid":"Europe/Zurich"}"#);
        assert!(timing(&skipped, None).is_err());
        let nowhere = time(r#"{"type":"zoned","local":"2026-03-29T02:30:00","tzid":"Europe/Nowhere"}"#);
        assert!(timing(&nowhere, None).is_err());
    }
}
