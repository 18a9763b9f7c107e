//! How a change of one instance's time carries over to everything else in its series.

use super::Timing;
use super::rule::{Anchor, Move, RuleText};
use super::timing::{is_of_form, local_in};
use crate::Result;
use crate::object::CalendarObject;
use crate::time::Zone;
use crate::value::Moment;
use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

/// The form of DTSTART after a change: its kind and zone.
pub(super) struct Form {
    /// Any moment of that form.
    pub(super) like: Moment,
    /// The zone of its wall-clock time; UTC for floating times and dates.
    pub(super) zone: Zone,
}

/// A change of a whole series.
pub(super) struct Shift<'a> {
    object: &'a CalendarObject,
    /// DTSTART before.
    start: &'a Moment,
    form: Form,
    kind: Kind,
    shown: Move,
}

#[derive(Clone, Copy)]
enum Kind {
    /// Days stay days, times times.
    Same { time: TimeDelta, days: i64 },
    /// Times become days.
    ToDays { days: i64 },
    /// Days become times, at the time of the day of the one that was changed.
    ToTimes { days: i64, time: NaiveTime },
}

impl Form {
    /// The form of what starts at `start` when the form that showed `before` now says `after`.
    pub(super) fn after(object: &CalendarObject, start: &Moment, before: &Timing, after: &Timing) -> Self {
        let kept = || Form { like: start.clone(), zone: object.zones.zone(start, &Zone::UTC).clone() };
        if before.is_all_day() == after.is_all_day() && before.zone() == after.zone() {
            kept()
        } else {
            Form::of(Some(object), after)
        }
    }

    /// The form that a draft asks for; with the TZID that `object` has for its zone already.
    pub(super) fn of(object: Option<&CalendarObject>, timing: &Timing) -> Self {
        let local = timing.start();
        let (like, zone) = match timing {
            Timing::AllDay { first, .. } => (Moment::Date(*first), Zone::UTC),
            Timing::Timed { zone: None, .. } => (Moment::Floating(local), Zone::UTC),
            Timing::Timed { zone: Some(Tz::UTC), .. } => (Moment::Utc(local), Zone::UTC),
            Timing::Timed { zone: Some(tz), .. } => {
                let known = object.and_then(|object| known_tzid(object, *tz));
                let tzid = known.unwrap_or_else(|| tz.name().to_owned());
                (Moment::Zoned { local, tzid }, Zone::Iana(*tz))
            }
        };
        Form { like, zone }
    }

    pub(super) fn anchor<'a>(&'a self, start: &'a Moment) -> Anchor<'a> {
        Anchor { start, zone: &self.zone }
    }
}

/// The TZID that the object has for `tz` already.
fn known_tzid(object: &CalendarObject, tz: Tz) -> Option<String> {
    let starts = object.master.iter().chain(&object.overrides).filter_map(|entry| entry.start.as_ref());
    starts
        .filter_map(|start| match start {
            Moment::Zoned { tzid, .. } => Some(tzid),
            _ => None,
        })
        .find(|tzid| matches!(object.zones.get(tzid), Some(Zone::Iana(known)) if *known == tz))
        .cloned()
}

impl<'a> Shift<'a> {
    /// Of the series that starts at `start`, when `before` of its instance `id` becomes `after`.
    pub(super) fn new(
        object: &'a CalendarObject,
        start: &'a Moment,
        id: &Moment,
        before: &Timing,
        after: &Timing,
    ) -> Self {
        let days = (after.first_day() - before.first_day()).num_days();
        let kind = match (before.is_all_day(), after.is_all_day()) {
            (false, true) => Kind::ToDays { days },
            (true, false) => Kind::ToTimes { days, time: after.start().time() },
            _ => Kind::Same { time: after.start() - before.start(), days },
        };
        let old = local_in(&object.zones, id, start);
        let form = Form::after(object, start, before, after);
        let timed = !before.is_all_day() && !after.is_all_day();
        let mut shift = Shift { object, start, form, kind, shown: Move { old, new: old, timed } };
        // An instance that stands elsewhere than the series has it moves the series from where the series has it.
        shift.shown.new = shift.moved(&start.at(old)).local();
        if let Kind::Same { days, .. } = &mut shift.kind
            && !start.is_date()
        {
            *days = shift.shown.days();
        }
        shift
    }

    pub(super) fn form(&self) -> &Form {
        &self.form
    }

    /// How the series has the instance that was changed move.
    pub(super) fn shown(&self) -> &Move {
        &self.shown
    }

    pub(super) fn changes_kind(&self) -> bool {
        !matches!(self.kind, Kind::Same { .. })
    }

    /// Where a DTSTART, an EXDATE or an RDATE of the series comes to stand.
    pub(super) fn moved(&self, moment: &Moment) -> Moment {
        let days = |days: i64| moment.local() + TimeDelta::days(days);
        match (self.kind, moment) {
            (Kind::Same { days: by, .. }, Moment::Date(_)) => Moment::Date(days(by).date()),
            (Kind::Same { time, .. }, _) => {
                let local = self.wall_clock(moment) + time;
                if is_of_form(moment, self.start) { self.form.like.at(local) } else { self.in_own_zone(local, moment) }
            }
            (Kind::ToDays { days: by }, Moment::Date(_)) => Moment::Date(days(by).date()),
            (Kind::ToDays { days }, _) => Moment::Date((self.wall_clock(moment) + TimeDelta::days(days)).date()),
            (Kind::ToTimes { days: by, time }, Moment::Date(_)) => self.form.like.at(days(by).date().and_time(time)),
            (Kind::ToTimes { days: by, .. }, _) => moment.at(days(by)),
        }
    }

    /// [`Shift::moved`] for a RECURRENCE-ID, which has the form of DTSTART whatever form it is written in.
    pub(super) fn moved_id(&self, id: &Moment) -> Moment {
        self.moved(&self.start.at(self.wall_clock(id)))
    }

    /// The wall-clock time of the series.
    fn wall_clock(&self, moment: &Moment) -> NaiveDateTime {
        local_in(&self.object.zones, moment, self.start)
    }

    fn in_own_zone(&self, local: NaiveDateTime, like: &Moment) -> Moment {
        let zones = &self.object.zones;
        let has_zone = |moment: &Moment| matches!(moment, Moment::Utc(_) | Moment::Zoned { .. });
        if !has_zone(like) || !has_zone(self.start) {
            return like.at(local);
        }
        let instant = zones.zone(self.start, &Zone::UTC).to_utc(local);
        like.at(zones.zone(like, &Zone::UTC).to_local(instant))
    }

    /// The rule of the series as it is after the move; `start` is the new DTSTART.
    ///
    /// # Errors
    /// `BadInput` for a rule that cannot be moved so.
    pub(super) fn rule(&self, value: &str, start: &Moment) -> Result<RuleText> {
        let mut rule = RuleText::read(value);
        let until = rule.until(&Anchor { start: self.start, zone: self.object.zones.zone(self.start, &Zone::UTC) });
        if let Kind::ToDays { .. } = self.kind {
            rule.drop_times()?;
        }
        rule.shift(&self.shown)?;
        let Some((until, is_date)) = until else { return Ok(rule) };
        let last_second = TimeDelta::seconds(86_399);
        let until = match self.kind {
            Kind::Same { time, .. } if !is_date => until + time,
            Kind::Same { days, .. } if self.start.is_date() => until + TimeDelta::days(days),
            Kind::ToDays { days } => {
                let too_early = !is_date && until.time() < self.start.local().time();
                until + TimeDelta::days(days - i64::from(too_early))
            }
            // A date beside times counts to its end.
            Kind::Same { days, .. } | Kind::ToTimes { days, .. } => {
                until.date().and_time(NaiveTime::MIN) + TimeDelta::days(days) + last_second
            }
        };
        rule.set_until(until, &self.form.anchor(start));
        Ok(rule)
    }
}
