//! When a component is, as the form says it and as its lines say it.

use super::Timing;
use super::document::{Tree, moment_params};
use crate::entry::End;
use crate::time::{Zone, Zones};
use crate::value::{Duration, Moment};
use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

/// How long something lasts on the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Days(i64),
    Time(TimeDelta),
}

impl Timing {
    pub(super) fn length(&self) -> Length {
        match self {
            Timing::AllDay { first, last } => Length::Days((*last - *first).num_days() + 1),
            Timing::Timed { start, end, .. } => Length::Time(*end - *start),
        }
    }

    /// The wall-clock start; midnight of the first day.
    pub(super) fn start(&self) -> NaiveDateTime {
        match self {
            Timing::AllDay { first, .. } => first.and_time(chrono::NaiveTime::MIN),
            Timing::Timed { start, .. } => *start,
        }
    }

    pub(super) fn first_day(&self) -> NaiveDate {
        self.start().date()
    }

    pub(super) fn is_all_day(&self) -> bool {
        matches!(self, Timing::AllDay { .. })
    }

    pub(super) fn zone(&self) -> Option<Tz> {
        match self {
            Timing::AllDay { .. } => None,
            Timing::Timed { zone, .. } => *zone,
        }
    }
}

/// What the form shows of a start and an end; the end in the zone of the start.
pub(super) fn timing(zones: &Zones, start: &Moment, end: &End) -> Timing {
    if let Moment::Date(first) = start {
        let end = match end {
            End::Implied => *first + Days::new(1),
            End::At(end) => end.local().date(),
            End::For(duration) => *first + TimeDelta::days(duration.days),
        };
        return Timing::AllDay { first: *first, last: (end - Days::new(1)).max(*first) };
    }
    let zone = zones.zone(start, &Zone::UTC);
    let end = match end {
        End::Implied => start.local(),
        End::At(end) => local_in(zones, end, start),
        End::For(duration) => {
            let days_later = start.local() + TimeDelta::days(duration.days);
            match duration.seconds {
                0 => days_later,
                seconds => zone.to_local(zone.to_utc(days_later) + TimeDelta::seconds(seconds)),
            }
        }
    };
    let named = match (start, zone) {
        (Moment::Utc(_), _) => Some(Tz::UTC),
        (Moment::Zoned { .. }, Zone::Iana(tz)) => Some(*tz),
        _ => None,
    };
    Timing::Timed { start: start.local(), end: end.max(start.local()), zone: named }
}

/// The wall-clock time of `moment` in the zone of `like`; as written where one of the two has no zone.
pub(super) fn local_in(zones: &Zones, moment: &Moment, like: &Moment) -> NaiveDateTime {
    let has_zone = |moment: &Moment| matches!(moment, Moment::Utc(_) | Moment::Zoned { .. });
    if is_of_form(moment, like) || !has_zone(moment) || !has_zone(like) {
        return moment.local();
    }
    zones.zone(like, &Zone::UTC).to_local(zones.instant(moment, &Zone::UTC))
}

/// Whether two moments are of one kind and in one zone.
pub(super) fn is_of_form(moment: &Moment, like: &Moment) -> bool {
    match (moment, like) {
        (Moment::Zoned { tzid, .. }, Moment::Zoned { tzid: other, .. }) => tzid == other,
        _ => std::mem::discriminant(moment) == std::mem::discriminant(like),
    }
}

/// A start and an end as lines say them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) start: Moment,
    pub(super) end: End,
}

impl Placed {
    /// The same, as long as a recurrence is (RFC 5545 section 3.8.5.3), from `start` on.
    pub(super) fn recurred(&self, start: Moment, zones: &Zones) -> Placed {
        let end = match &self.end {
            End::At(end @ (Moment::Utc(_) | Moment::Zoned { .. })) => {
                let instant = |moment| zones.instant(moment, &Zone::UTC);
                let length = instant(end) - instant(&self.start);
                End::At(end.at(zones.zone(end, &Zone::UTC).to_local(instant(&start) + length)))
            }
            End::At(end) => End::At(end.at(end.local() + (start.local() - self.start.local()))),
            end => end.clone(),
        };
        Placed { start, end }
    }
}

/// In what form a component says its end, to be kept.
#[derive(Clone, Debug)]
pub(super) enum EndForm {
    Implied,
    /// DTEND; in another zone than DTSTART where a moment is given.
    At(Option<Moment>),
    For,
}

impl EndForm {
    pub(super) fn of(tree: &Tree, start: &Moment, end: &End) -> Self {
        match end {
            End::At(end) => EndForm::At((!is_of_form(end, start)).then(|| end.clone())),
            End::For(_) => EndForm::For,
            End::Implied if tree.property("DTEND").is_some() => EndForm::At(None),
            End::Implied => EndForm::Implied,
        }
    }

    /// Puts `length` behind `start`, whose zone is `zone`.
    pub(super) fn place(&self, start: Moment, length: Length, zone: &Zone, zones: &Zones) -> Placed {
        let local = start.local();
        let end = match (length, self) {
            (Length::Days(1), EndForm::Implied) => End::Implied,
            (Length::Days(days), EndForm::For) => End::For(Duration { days, seconds: 0 }),
            (Length::Days(days), _) => End::At(Moment::Date(local.date() + TimeDelta::days(days))),
            (Length::Time(length), EndForm::For) => End::For(duration(local, length, zone)),
            (Length::Time(length), _) if length.is_zero() => End::Implied,
            (Length::Time(length), EndForm::At(Some(like))) if !like.is_date() => {
                let instant = zone.to_utc(local + length);
                End::At(like.at(zones.zone(like, zone).to_local(instant)))
            }
            (Length::Time(length), _) => End::At(start.at(local + length)),
        };
        Placed { start, end }
    }
}

/// From `start` on for `length` on the wall clock: whole days nominal, the rest exact.
fn duration(start: NaiveDateTime, length: TimeDelta, zone: &Zone) -> Duration {
    let days = length.num_days();
    let exact = |days: i64| (zone.to_utc(start + length) - zone.to_utc(start + TimeDelta::days(days))).num_seconds();
    match exact(days) {
        seconds if seconds >= 0 => Duration { days, seconds },
        _ => Duration { days: 0, seconds: exact(0).max(0) },
    }
}

/// Writes the lines in which `new` differs from `old`.
pub(super) fn write(tree: &mut Tree, old: &Placed, new: &Placed) {
    if new.start != old.start {
        set_moment(tree, "DTSTART", &new.start, &["RECURRENCE-ID", "UID"]);
    }
    // An end before or at the start says nothing, but would after a move.
    let stale = old.end == End::Implied && tree.property("DTEND").is_some() && new.start != old.start;
    if new.end == old.end && !stale {
        return;
    }
    match &new.end {
        End::Implied => {
            tree.remove("DTEND");
            tree.remove("DURATION");
        }
        End::At(end) => {
            tree.remove("DURATION");
            set_moment(tree, "DTEND", end, &["DTSTART"]);
        }
        End::For(duration) => {
            tree.remove("DTEND");
            let params = tree.property("DURATION").map(|property| property.params.clone()).unwrap_or_default();
            tree.set("DURATION", &params, &duration_value(*duration), &["DTSTART"]);
        }
    }
}

pub(super) fn set_moment(tree: &mut Tree, name: &str, moment: &Moment, neighbours: &[&str]) {
    let kept = tree.property(name).map(|property| property.params.clone()).unwrap_or_default();
    tree.set(name, &moment_params(&kept, moment), &moment.value(), neighbours);
}

/// A DURATION value (RFC 5545 section 3.3.6) that is not negative.
pub(super) fn duration_value(duration: Duration) -> String {
    let Duration { days, seconds } = duration;
    let mut value = String::from("P");
    if days > 0 {
        value += &format!("{days}D");
    }
    if seconds > 0 || days == 0 {
        value.push('T');
        let units = [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M'), (seconds % 60, 'S')];
        for (amount, unit) in units.into_iter().filter(|(amount, _)| *amount > 0) {
            value += &format!("{amount}{unit}");
        }
        if seconds == 0 {
            value += "0S";
        }
    }
    value
}
