//! RRULE values as text whose parts can be changed one by one.

use super::{Pattern, Repeat, RepeatEnd};
use crate::recurrence::{Rule, Series};
use crate::time::Zone;
use crate::value::Moment;
use crate::{Error, Problem, Result};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday};

const DAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

/// A RRULE value in its parts, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RuleText {
    /// Names in upper case.
    parts: Vec<(String, String)>,
}

/// The DTSTART that a rule belongs to, and the zone of its wall-clock time.
pub(super) struct Anchor<'a> {
    pub(super) start: &'a Moment,
    pub(super) zone: &'a Zone,
}

/// How one instance of a series moves, and the others with it.
pub(super) struct Move {
    pub(super) old: NaiveDateTime,
    pub(super) new: NaiveDateTime,
    /// Whether times of the day mean something before and after.
    pub(super) timed: bool,
}

impl Move {
    pub(super) fn days(&self) -> i64 {
        (self.new.date() - self.old.date()).num_days()
    }
}

impl RuleText {
    pub(super) fn read(value: &str) -> Self {
        let parts = value
            .trim()
            .split(';')
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.trim().to_uppercase(), value.trim().to_uppercase()));
        RuleText { parts: parts.collect() }
    }

    pub(super) fn value(&self) -> String {
        self.parts.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(";")
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parts.iter().find(|(part, _)| part == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        let at = self.parts.iter().position(|(part, _)| part == name);
        match (at, value) {
            (Some(at), Some(value)) => self.parts[at].1 = value,
            (None, Some(value)) => self.parts.push((name.to_owned(), value)),
            (Some(at), None) => drop(self.parts.remove(at)),
            (None, None) => {}
        }
    }

    pub(super) fn count(&self) -> Option<u32> {
        self.get("COUNT")?.parse().ok()
    }

    fn interval(&self) -> u32 {
        self.get("INTERVAL").and_then(|value| value.parse().ok()).unwrap_or(1)
    }

    /// UNTIL as wall-clock time of the series, and whether it was a date.
    pub(super) fn until(&self, anchor: &Anchor<'_>) -> Option<(NaiveDateTime, bool)> {
        let value = self.get("UNTIL")?;
        let date = NaiveDate::parse_from_str(value.get(..8)?, "%Y%m%d").ok()?;
        let Some(time) = value.get(8..).filter(|time| !time.is_empty()) else {
            return Some((date.and_time(NaiveTime::MIN), true));
        };
        let time = NaiveTime::parse_from_str(time.strip_prefix('T')?.trim_end_matches('Z'), "%H%M%S").ok()?;
        let local = date.and_time(time);
        let is_zoned = matches!(anchor.start, Moment::Zoned { .. });
        Some((if is_zoned && value.ends_with('Z') { anchor.zone.to_local(local.and_utc()) } else { local }, false))
    }

    /// Sets UNTIL to a wall-clock time of the series, in the form that DTSTART asks for (RFC 5545 section 3.3.10).
    pub(super) fn set_until(&mut self, local: NaiveDateTime, anchor: &Anchor<'_>) {
        let until = match anchor.start {
            Moment::Date(_) => Moment::Date(local.date()),
            Moment::Floating(_) => Moment::Floating(local),
            Moment::Utc(_) => Moment::Utc(local),
            Moment::Zoned { .. } => Moment::Utc(anchor.zone.to_utc(local).naive_utc()),
        };
        self.set("COUNT", None);
        self.set("UNTIL", Some(until.value()));
    }

    /// What the form shows; `None` for a rule beyond it.
    pub(super) fn repeat(&self, anchor: &Anchor<'_>) -> Option<Repeat> {
        let pattern = self.pattern(anchor.start.local().date())?;
        let until = match (self.get("COUNT"), self.get("UNTIL")) {
            (None, None) => RepeatEnd::Never,
            (Some(_), None) => RepeatEnd::After(self.count()?),
            (None, Some(_)) => RepeatEnd::On(self.last_day(anchor)?),
            (Some(_), Some(_)) => return None,
        };
        Some(Repeat::Every { interval: self.interval(), pattern, until })
    }

    /// The last day on which UNTIL lets an instance start.
    fn last_day(&self, anchor: &Anchor<'_>) -> Option<NaiveDate> {
        let (until, is_date) = self.until(anchor)?;
        let too_early = !is_date && !anchor.start.is_date() && until.time() < anchor.start.local().time();
        Some(if too_early { until.date() - Days::new(1) } else { until.date() })
    }

    fn pattern(&self, start: NaiveDate) -> Option<Pattern> {
        let known = |name: &str| {
            ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"].contains(&name)
        };
        if !self.parts.iter().all(|(name, _)| known(name)) {
            return None;
        }
        let by = ["BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"].map(|name| self.get(name));
        match (self.get("FREQ")?, by) {
            ("DAILY", [None, None, None, None]) => Some(Pattern::Daily),
            ("WEEKLY", [None, None, None, None]) => Some(Pattern::Weekly(vec![start.weekday()])),
            ("WEEKLY", [Some(days), None, None, None]) => {
                let mut days = days.split(',').map(weekday).collect::<Option<Vec<_>>>()?;
                days.sort_by_key(Weekday::num_days_from_monday);
                days.dedup();
                let weeks_matter = self.interval() > 1 && days.len() > 1;
                (!weeks_matter || self.get("WKST").is_none_or(|start| start == "MO")).then_some(Pattern::Weekly(days))
            }
            ("MONTHLY", [None, None, None, None]) => Some(Pattern::MonthlyByDate),
            ("MONTHLY", [None, Some(day), None, None]) => {
                (day.parse() == Ok(start.day())).then_some(Pattern::MonthlyByDate)
            }
            ("MONTHLY", [Some(day), None, None, position]) => {
                let (nth, weekday) = match position {
                    None => ordinal_weekday(day)?,
                    Some(position) => (position.parse().ok()?, weekday(day)?),
                };
                is_nth_weekday(start, nth, weekday).then_some(Pattern::MonthlyByWeekday { nth, weekday })
            }
            ("YEARLY", [None, None, None, None]) => Some(Pattern::Yearly),
            ("YEARLY", [None, day, Some(month), None]) => {
                let is_day = day.is_none_or(|day| day.parse() == Ok(start.day()));
                (is_day && month.parse() == Ok(start.month())).then_some(Pattern::Yearly)
            }
            _ => None,
        }
    }

    /// Makes it say `pattern`, which counts in the Gregorian calendar; INTERVAL, COUNT, UNTIL and what else is no part of a pattern
    /// stay.
    pub(super) fn set_pattern(&mut self, pattern: &Pattern) {
        self.parts.retain(|(name, _)| !name.starts_with("BY") && !matches!(name.as_str(), "RSCALE" | "SKIP"));
        let (frequency, days) = match pattern {
            Pattern::Daily => ("DAILY", None),
            Pattern::Weekly(days) => {
                self.set("WKST", None);
                let mut days = days.clone();
                days.sort_by_key(Weekday::num_days_from_monday);
                days.dedup();
                ("WEEKLY", Some(days.into_iter().map(name).collect::<Vec<_>>().join(",")))
            }
            Pattern::MonthlyByDate => ("MONTHLY", None),
            Pattern::MonthlyByWeekday { nth, weekday } => ("MONTHLY", Some(format!("{nth}{}", name(*weekday)))),
            Pattern::Yearly => ("YEARLY", None),
        };
        self.set("FREQ", Some(frequency.to_owned()));
        self.set("BYDAY", days);
    }

    pub(super) fn set_interval(&mut self, interval: u32) {
        self.set("INTERVAL", (interval != 1).then(|| interval.to_string()));
    }

    pub(super) fn set_end(&mut self, end: RepeatEnd, anchor: &Anchor<'_>) {
        match end {
            RepeatEnd::Never => {
                self.set("COUNT", None);
                self.set("UNTIL", None);
            }
            RepeatEnd::On(day) => {
                self.set_until(day.and_time(NaiveTime::MIN) + TimeDelta::seconds(86_399), anchor);
            }
            RepeatEnd::After(count) => {
                self.set("UNTIL", None);
                self.set("COUNT", Some(count.to_string()));
            }
        }
    }

    /// Whether the rule leads from `start` to `local`, a wall-clock time of the series.
    pub(super) fn leads_to(&self, local: NaiveDateTime, anchor: &Anchor<'_>) -> bool {
        let Ok(rule) = Rule::parse(&self.value()) else { return false };
        let series = Series::new(&rule, anchor.start, anchor.zone);
        series.between(local, local + TimeDelta::seconds(1)).next().is_some()
    }

    /// Whether it repeats by months or years, so that not every instance moves by as many days as another.
    pub(super) fn is_by_month(&self) -> bool {
        matches!(self.get("FREQ"), Some("MONTHLY" | "YEARLY"))
    }

    /// Whether it names or moves days as the plain Gregorian rules do not (RFC 7529).
    pub(super) fn has_scale(&self) -> bool {
        self.get("RSCALE").is_some_and(|name| name != "GREGORIAN")
            || self.get("SKIP").is_some_and(|skip| skip != "OMIT")
    }

    /// Says with parts what the rule leaves to the day `start`, where SKIP can move instances away from the day they are named by:
    /// from one that was moved a series could not go on.
    pub(super) fn say_days_of(&mut self, start: NaiveDate) {
        let Ok(rule) = Rule::parse(&self.value()) else { return };
        for (name, value) in rule.days_of_start(start) {
            self.set(name, Some(value));
        }
    }

    /// Takes the times of the day away, for a series that becomes one of days.
    pub(super) fn drop_times(&mut self) -> Result<()> {
        if !matches!(self.get("FREQ"), Some("DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY")) {
            return Err(Error::bad_input("timing", Problem::RepeatsWithinADay));
        }
        self.parts.retain(|(name, _)| !matches!(name.as_str(), "BYHOUR" | "BYMINUTE" | "BYSECOND"));
        Ok(())
    }

    /// Makes the rule yield what it yields now, moved as `shift` moves one of its instances. UNTIL stays.
    ///
    /// # Errors
    /// `BadInput` for a rule of which no rule can be said that is so moved.
    pub(super) fn shift(&mut self, shift: &Move) -> Result<()> {
        if shift.timed {
            self.shift_time(shift)?;
        }
        if shift.days() != 0 { self.shift_days(shift) } else { Ok(()) }
    }

    fn shift_time(&mut self, shift: &Move) -> Result<()> {
        let delta = shift.new.time() - shift.old.time();
        if delta.is_zero() {
            return Ok(());
        }
        for (part, old, new, unit) in [
            ("BYHOUR", shift.old.hour(), shift.new.hour(), 3600),
            ("BYMINUTE", shift.old.minute(), shift.new.minute(), 60),
            ("BYSECOND", shift.old.second(), shift.new.second(), 1),
        ] {
            let Some(values) = self.get(part) else { continue };
            if values.parse() == Ok(old) {
                self.set(part, Some(new.to_string()));
                continue;
            }
            let most = if unit == 3600 { 24 } else { 60 };
            let moved = |value: &str| {
                let value = value.parse::<i64>().ok()? + delta.num_seconds() / unit;
                (0..most).contains(&value).then(|| value.to_string())
            };
            let values: Option<Vec<_>> = values.split(',').map(moved).collect();
            let values = values.filter(|_| delta.num_seconds() % unit == 0).ok_or_else(immovable)?;
            self.set(part, Some(values.join(",")));
        }
        Ok(())
    }

    fn shift_days(&mut self, shift: &Move) -> Result<()> {
        let (old, new, days) = (shift.old.date(), shift.new.date(), shift.days());
        let mut fixed = vec!["BYYEARDAY", "BYWEEKNO"];
        if self.has_scale() {
            // Other months have other numbers and lengths.
            fixed.extend(["BYMONTH", "BYMONTHDAY", "BYSETPOS"]);
            fixed.extend(self.is_by_month().then_some("BYDAY"));
        }
        if fixed.iter().any(|part| self.get(part).is_some()) {
            return Err(immovable());
        }
        if let Some(month) = self.get("BYMONTH")
            && (old.year(), old.month()) != (new.year(), new.month())
        {
            if month.parse() != Ok(old.month()) {
                return Err(immovable());
            }
            self.set("BYMONTH", Some(new.month().to_string()));
        }
        if let Some(month_days) = self.get("BYMONTHDAY") {
            if self.get("BYDAY").is_some() || self.get("BYSETPOS").is_some() {
                return Err(immovable());
            }
            let moved = if month_days.parse() == Ok(old.day()) {
                new.day().to_string()
            } else {
                let moved = |day: &str| {
                    let day: i64 = day.parse().ok()?;
                    let range = if day > 0 { 1..=28 } else { -28..=-1 };
                    // Days at the end of a month that not every month has would come and go in other months.
                    (range.contains(&day) && range.contains(&(day + days))).then(|| (day + days).to_string())
                };
                month_days.split(',').map(moved).collect::<Option<Vec<_>>>().ok_or_else(immovable)?.join(",")
            };
            self.set("BYMONTHDAY", Some(moved));
        }
        let Some(by_day) = self.get("BYDAY") else {
            return if self.get("BYSETPOS").is_some() { Err(immovable()) } else { Ok(()) };
        };
        if let Some(position) = self.get("BYSETPOS") {
            let nth = position.parse().ok().filter(|_| weekday(by_day) == Some(old.weekday())).ok_or_else(immovable)?;
            let moved = name(new.weekday()).to_owned();
            self.set("BYDAY", Some(moved));
            self.set("BYSETPOS", Some(nth_of(new, nth).to_string()));
            return Ok(());
        }
        if let Some((nth, _)) = ordinal_weekday(by_day) {
            let in_month =
                self.get("FREQ") == Some("MONTHLY") || self.get("BYMONTH").is_some_and(|month| !month.contains(','));
            if !in_month || !is_nth_weekday(old, nth, old.weekday()) {
                return Err(immovable());
            }
            self.set("BYDAY", Some(format!("{}{}", nth_of(new, nth), name(new.weekday()))));
            return Ok(());
        }
        let moved = by_day.split(',').map(|day| weekday(day).map(|day| name(moved_weekday(day, days))));
        let moved = moved.collect::<Option<Vec<_>>>().ok_or_else(immovable)?.join(",");
        self.set("BYDAY", Some(moved));
        if self.get("FREQ") == Some("WEEKLY") && self.interval() > 1 {
            // The days that were in one week must stay in one.
            let first = self.get("WKST").and_then(weekday).unwrap_or(Weekday::Mon);
            self.set("WKST", Some(name(moved_weekday(first, days)).to_owned()));
        }
        Ok(())
    }
}

pub(super) fn immovable() -> Error {
    Error::bad_input("timing", Problem::UnmovableRule)
}

fn name(weekday: Weekday) -> &'static str {
    DAYS[weekday.num_days_from_monday() as usize].0
}

fn weekday(name: &str) -> Option<Weekday> {
    DAYS.iter().find(|(day, _)| *day == name.trim()).map(|(_, weekday)| *weekday)
}

fn moved_weekday(weekday: Weekday, days: i64) -> Weekday {
    let index = (i64::from(weekday.num_days_from_monday()) + days).rem_euclid(7);
    DAYS[usize::try_from(index).unwrap_or(0)].1
}

/// `2MO`, `-1FR`.
fn ordinal_weekday(day: &str) -> Option<(i8, Weekday)> {
    let at = day.len().checked_sub(2)?;
    let nth = day.get(..at)?.trim_start_matches('+').parse().ok()?;
    Some((nth, weekday(day.get(at..)?)?))
}

fn is_nth_weekday(date: NaiveDate, nth: i8, weekday: Weekday) -> bool {
    let nth_holds = match nth {
        1..=5 => date.day0() / 7 + 1 == u32::from(nth.unsigned_abs()),
        -1 => (date + Days::new(7)).month() != date.month(),
        _ => false,
    };
    nth_holds && date.weekday() == weekday
}

/// Which of its weekdays in the month `date` is: the last where `nth` counted from the end and it is the last.
fn nth_of(date: NaiveDate, nth: i8) -> i8 {
    if nth < 0 && is_nth_weekday(date, -1, date.weekday()) {
        return -1;
    }
    i8::try_from(date.day0() / 7 + 1).unwrap_or(1)
}

/// The first day from `from` on that `pattern` names; `like` has the day of the month and the month where those decide.
pub(super) fn first_match(pattern: &Pattern, like: NaiveDate, from: NaiveDate) -> NaiveDate {
    // Eight years are the longest wait, for a 29 February around 1900 or 2100.
    let is_match = |date: &NaiveDate| match pattern {
        Pattern::Daily => true,
        Pattern::Weekly(days) => days.contains(&date.weekday()),
        Pattern::MonthlyByDate => date.day() == like.day(),
        Pattern::MonthlyByWeekday { nth, weekday } => is_nth_weekday(*date, *nth, *weekday),
        Pattern::Yearly => (date.month(), date.day()) == (like.month(), like.day()),
    };
    from.iter_days().take(8 * 366).find(is_match).unwrap_or(from)
}

/// The start of a series by months, so moved that the instance on `old` comes to `new`: the same step in its own month.
pub(super) fn moved_by_month(rule: &RuleText, start: NaiveDate, old: NaiveDate, new: NaiveDate) -> NaiveDate {
    let months = |date: NaiveDate| date.year() * 12 + date.month0().cast_signed();
    let step = months(new) - months(old);
    let first = start.with_day(1).unwrap_or(start);
    let month = match u32::try_from(step) {
        Ok(step) => first.checked_add_months(Months::new(step)),
        Err(_) => first.checked_sub_months(Months::new(step.unsigned_abs())),
    };
    let pattern = match (rule.get("BYDAY"), rule.get("BYSETPOS"), rule.get("BYMONTHDAY")) {
        (Some(day), Some(position), _) => position.parse().ok().zip(weekday(day)),
        (Some(day), None, _) => ordinal_weekday(day),
        (None, _, day) => {
            let by_date = day.is_none_or(|day| day.parse() == Ok(new.day()));
            return match month.filter(|_| by_date) {
                Some(month) => first_match(&Pattern::MonthlyByDate, new, month),
                None => start + (new - old),
            };
        }
    };
    let pattern = pattern.map(|(nth, weekday)| Pattern::MonthlyByWeekday { nth, weekday });
    match month.zip(pattern) {
        Some((month, pattern)) => first_match(&pattern, new, month),
        None => start + (new - old),
    }
}
