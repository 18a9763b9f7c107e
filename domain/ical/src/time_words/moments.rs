//! A date and a time of day that belong together, with their end, zone and length.

use super::clock::{Clock, DAY};
use super::dates::{Dates, Sort};
use super::days::later;
use super::lexicon::{DayPart, Language, Links, Meaning, Unit};
use super::reader::Reader;
use super::zones::zone_of;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use chrono_tz::Tz;

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Minutes(u32),
    Days(u32),
}

/// A time of day, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hours {
    pub(super) start: Clock,
    pub(super) end: Option<Clock>,
}

/// What was said of one time, in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) dates: Option<Dates>,
    pub(super) hours: Option<Hours>,
    /// Until when, where that is all that was said.
    pub(super) until: Option<Clock>,
    /// The end lies on another day.
    pub(super) last: Option<(NaiveDate, Clock)>,
    pub(super) part: Option<DayPart>,
    pub(super) zone: Option<Tz>,
    pub(super) length: Option<Length>,
    /// So many minutes from now.
    pub(super) from_now: Option<u32>,
}

/// When something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// Whole days, `last` included.
    Days { first: NaiveDate, last: NaiveDate },
    /// On the wall clock of `zone`; of whoever reads it where none was named. `end` is after `start`, if one was said.
    Times { start: NaiveDateTime, end: Option<NaiveDateTime>, zone: Option<Tz> },
}

impl When {
    /// The day on which it begins.
    pub fn first_day(&self) -> NaiveDate {
        match self {
            When::Days { first, .. } => *first,
            When::Times { start, .. } => start.date(),
        }
    }
}

const ANY_LEAD: Links = Links::ON
    .and(Links::AT)
    .and(Links::FROM)
    .and(Links::UNTIL)
    .and(Links::BETWEEN)
    .and(Links::FOR)
    .and(Links::IN)
    .and(Links::OF)
    .and(Links::THE)
    .and(Links::BY);

impl Reader<'_> {
    /// What is said of a time from the item on, and where it ends.
    pub(super) fn said(&self, from: usize) -> Option<(Said, usize)> {
        let mut said = Said::default();
        let mut end = from;
        while let Some(next) = self.more(&mut said, end, end == from) {
            end = next;
        }
        (end > from).then_some((said, end))
    }

    /// Adds what stands next to what was said; yields where it ends.
    fn more(&self, said: &mut Said, from: usize, is_first: bool) -> Option<usize> {
        let lead = self.lead(from, if is_first { ANY_LEAD } else { ANY_LEAD.and(Links::SIGN) });
        let at = lead.end;
        if !is_first && (from..=at).any(|at| self.is_new_line(at)) {
            return None;
        }
        let has_time = said.hours.is_some() || said.from_now.is_some();
        if said.part.is_none()
            && let Some((part, end)) = self.part(at, said)
        {
            if said.dates.is_none() && matches!(self.meaning(at), Meaning::TodayPart(_)) {
                said.dates = self.dates(at, lead.links).map(|(dates, _)| dates);
            }
            said.part = Some(part);
            return Some(end);
        }
        if !has_time
            && said.dates.is_none()
            && lead.links.has(Links::IN)
            && let Some((Length::Minutes(minutes), end)) = self.length(at)
        {
            said.from_now = Some(minutes);
            return Some(end);
        }
        if said.length.is_none()
            && (has_time || lead.links.has(Links::FOR) || said.dates.is_some() && lead.links.has(Links::SIGN))
            && let Some((length, end)) = self.length(at)
            && (lead.links.has(Links::FOR) || self.meaning(end) == Meaning::Long || !self.is_clock_again(said, at))
        {
            let end = end + usize::from(self.meaning(end) == Meaning::Long);
            said.length = Some(length);
            return Some(self.closed(from, end));
        }
        // “10am until 30 June” says of a series when it ends.
        let is_end = said.hours.is_some() && lead.links.has(Links::UNTIL);
        if said.dates.is_none()
            && !is_end
            && let Some((dates, end)) = self.dates(at, lead.links)
        {
            said.dates = Some(dates);
            return Some(self.closed(from, end));
        }
        if let Some(end) = self.add_hours(said, lead.links, at) {
            return Some(self.closed(from, end));
        }
        if let Some(end) = self.add_last(said, lead.links, from, at) {
            return Some(end);
        }
        if said.hours.is_some()
            && said.zone.is_none()
            && at <= from + 1
            && let Some((zone, end)) = self.zone(at)
        {
            said.zone = Some(zone);
            return Some(self.closed(from, end));
        }
        None
    }

    /// With the bracket that closes what one before it opened.
    fn closed(&self, from: usize, end: usize) -> usize {
        let is_open = (from..end).any(|at| self.is_sign(at, '('));
        end + usize::from(is_open && self.is_sign(end, ')'))
    }

    fn is_clock_again(&self, said: &Said, at: usize) -> bool {
        said.hours.is_none() && self.clock(at, false).is_some()
    }

    fn part(&self, at: usize, said: &Said) -> Option<(DayPart, usize)> {
        let is_german = self.language == Language::German;
        match self.meaning(at) {
            Meaning::TodayPart(part) => Some((part, at + 1)),
            Meaning::Part(part) if said.dates.is_some() || said.hours.is_some() => Some((part, at + 1)),
            // „Dienstag Morgen“
            Meaning::Relative(1) if is_german && said.dates.is_some() => Some((DayPart::Morning, at + 1)),
            // „12 Uhr mittags“
            Meaning::Noon if is_german && said.hours.is_some() => Some((DayPart::Afternoon, at + 1)),
            _ => None,
        }
    }

    fn add_hours(&self, said: &mut Said, links: Links, at: usize) -> Option<usize> {
        if said.hours.is_some() || said.from_now.is_some() {
            return None;
        }
        let is_end = links.has(Links::UNTIL) && !links.has(Links::FROM);
        let asks_for_time = links.has(Links::AT) || said.dates.is_some() && links.has(Links::BY);
        let is_between = links.has(Links::BETWEEN);
        // « à 3 » may be a place as well.
        let may_be_bare = asks_for_time && (self.language == Language::English || !links.has(Links::PLACE));
        let is_range_start = is_between || links.has(Links::FROM);
        let (hours, end) = self.hours(at, may_be_bare, is_range_start, is_between)?;
        if is_end && hours.end.is_none() && (hours.start.is_marked || may_be_bare) {
            said.until = Some(hours.start).filter(|_| said.until.is_none());
            return said.until.map(|_| end);
        }
        // « une réunion de 2 h » lasts so long.
        let is_length = self.language == Language::French
            && links.has(Links::OF)
            && hours.end.is_none()
            && said.dates.is_none()
            && hours.start.minutes <= 4 * 60;
        if is_length {
            let (length, end) = self.length(at)?;
            said.length = Some(length);
            return Some(end);
        }
        said.hours = Some(hours);
        Some(end)
    }

    /// A time of day, or from one to another.
    fn hours(&self, at: usize, may_be_bare: bool, is_range_start: bool, is_between: bool) -> Option<(Hours, usize)> {
        let (start, end) = self.clock(at, true)?;
        if let Some((to, last_end)) = self.range_end(end, is_between) {
            let is_sign = self.is_sign(end, '-');
            let is_certain = start.is_marked || to.is_marked || is_range_start || may_be_bare && !is_sign;
            if is_certain {
                return Some((Hours { start, end: Some(to) }, last_end));
            }
        }
        let (start, end) = match start.is_marked
            || may_be_bare
            || is_range_start && !self.is_prose && self.language != Language::French
        {
            true => (start, end),
            false => return None,
        };
        Some((Hours { start, end: None }, end))
    }

    fn range_end(&self, end: usize, is_between: bool) -> Option<(Clock, usize)> {
        let is_joint = self.is_sign(end, '-')
            || self.is_link(end, Links::TO.and(Links::UNTIL))
            || is_between && self.is_link(end, Links::AND);
        if !is_joint {
            return None;
        }
        let lead = self.lead(end + 1, Links::AT);
        if self.date_instead(lead.end) {
            return None;
        }
        self.clock(lead.end, true)
    }

    /// A date stands there, and no time of day.
    fn date_instead(&self, at: usize) -> bool {
        self.clock(at, false).is_none() && self.dates(at, Links::ON).is_some()
    }

    /// “… to Tuesday 5pm”, after a date and a time.
    fn add_last(&self, said: &mut Said, links: Links, from: usize, at: usize) -> Option<usize> {
        let (Some(_), Some(Hours { end: None, .. }), None) = (said.dates, said.hours, said.last) else { return None };
        let to = match self.is_sign(from, '-') || self.is_link(from, Links::TO) {
            true => from + 1,
            false if links.has(Links::UNTIL) => at,
            false => return None,
        };
        let lead = self.lead(to, Links::ON.and(Links::THE));
        let (dates, end) = self.dates(lead.end, Links::ON)?;
        let lead = self.lead(end, Links::AT.and(Links::SIGN));
        let (clock, end) = self.clock(lead.end, lead.links.has(Links::AT))?;
        said.last = Some((dates.first, clock));
        Some(end)
    }

    /// “2 hours”, “1h30”, “90 minutes”, “3 days”, “1.5 hours”.
    pub(super) fn length(&self, at: usize) -> Option<(Length, usize)> {
        if let Meaning::Minutes(minutes) = self.meaning(at) {
            return Some((Length::Minutes(minutes), at + 1));
        }
        let count = self.count(at).filter(|count| *count <= 1000 && self.begins_number(at))?;
        if let (Meaning::Sign('.' | ','), Some(tenth)) = (self.meaning(at + 1), self.glued_digits(at + 2, 1))
            && self.is_glued(at + 1)
        {
            return self.is_hour(at + 3).then_some((Length::Minutes(count * 60 + tenth * 6), at + 4));
        }
        match self.meaning(at + 1) {
            Meaning::Unit(Unit::Minute) => {
                let is_short = self.is_word(at + 1, &["min", "mins"]);
                Some((Length::Minutes(count), at + 2 + usize::from(is_short && self.is_glued_sign(at + 2, '.'))))
            }
            Meaning::Unit(Unit::Day) => Some((Length::Days(count), at + 2)),
            Meaning::Unit(Unit::Week) => Some((Length::Days(count * 7), at + 2)),
            _ if self.is_hour(at + 1) => {
                let end = at + 2;
                if let Some(minutes) = self.glued_digits(end, 2).filter(|minutes| *minutes < 60) {
                    let unit = usize::from(matches!(self.meaning(end + 1), Meaning::Unit(Unit::Minute)));
                    return Some((Length::Minutes(count * 60 + minutes), end + 1 + unit));
                }
                let has_half = self.is_link(end, Links::AND) && self.meaning(end + 1) == Meaning::Half;
                if has_half {
                    return Some((Length::Minutes(count * 60 + 30), end + 2));
                }
                // “1 hour 30 minutes”, “1 hour and 15 minutes”
                let lead = self.lead(end, Links::AND);
                match (self.number(lead.end), self.meaning(lead.end + 1)) {
                    (Some(minutes), Meaning::Unit(Unit::Minute)) if minutes < 60 => {
                        Some((Length::Minutes(count * 60 + minutes), lead.end + 2))
                    }
                    _ => Some((Length::Minutes(count * 60), end)),
                }
            }
            _ => None,
        }
    }

    fn is_hour(&self, at: usize) -> bool {
        match self.meaning(at) {
            Meaning::Unit(Unit::Hour) => true,
            Meaning::HourMark => self.is_word(at, &["h", "heure", "heures"]),
            _ => false,
        }
    }

    /// A time zone by its short name or by its distance from UTC.
    fn zone(&self, at: usize) -> Option<(Tz, usize)> {
        let item = self.items.get(at)?;
        let name = self.text.get(item.span.clone())?;
        let zone = zone_of(name, self.language)?;
        if !matches!(name, "UTC" | "GMT") {
            return Some((zone, at + 1));
        }
        let sign = match self.meaning(at + 1) {
            Meaning::Sign('+') if self.is_glued(at + 1) => 1,
            Meaning::Sign('-') if self.is_glued(at + 1) => -1,
            _ => return Some((zone, at + 1)),
        };
        let hours = self.glued_digits(at + 2, 1).or_else(|| self.glued_digits(at + 2, 2));
        match hours.and_then(|hours| super::zones::zone_at(sign * i32::try_from(hours).ok()?)) {
            Some(zone) => Some((zone, at + 3)),
            None => Some((zone, at + 1)),
        }
    }

    /// When what was said is. `near`: the day that was spoken of before, if none is said here. `None`: nothing that is a time.
    pub(super) fn when(&self, said: &Said, near: Option<NaiveDate>) -> Option<When> {
        let now = self.reference.now;
        let now = now.with_second(0).and_then(|now| now.with_nanosecond(0)).unwrap_or(now);
        if let Some(minutes) = said.from_now {
            let start = now.checked_add_signed(TimeDelta::minutes(minutes.into()))?;
            return Some(When::Times { start, end: self.end(said, start, None), zone: None });
        }
        let start = match (said.hours, said.part, said.dates) {
            (Some(hours), part, _) => Some((self.start_of(hours, part), hours.end)),
            (None, Some(part), _) => Some((usual(part), None)),
            (None, None, _) => None,
        };
        let Some((start, hours_end)) = start else {
            let dates = said.dates?;
            let is_past = dates.sort == Sort::Weekday && dates.first == now.date() && !self.is_range(dates);
            let moved = if is_past { 7 } else { 0 };
            let (first, mut last) = (later(dates.first, moved), later(dates.last, moved));
            match said.length {
                Some(Length::Days(days @ 1..)) => last = later(first, i64::from(days) - 1),
                Some(Length::Minutes(_) | Length::Days(_)) | None => {}
            }
            return Some(When::Days { first, last });
        };
        let day = match said.dates {
            Some(dates) if dates.sort == Sort::Weekday && moment(dates.first, start)? <= now => later(dates.first, 7),
            Some(dates) => dates.first,
            None => match near {
                Some(near) => near,
                None if moment(now.date(), start)? <= now => later(now.date(), 1),
                None => now.date(),
            },
        };
        let from = moment(day, start)?;
        let end = match said.last {
            Some((date, clock)) => moment(date, clock.meant(None, self.language)),
            None => self.end(said, from, hours_end.or(said.until)),
        };
        Some(When::Times { start: from, end: end.filter(|end| *end > from), zone: said.zone })
    }

    fn is_range(&self, dates: Dates) -> bool {
        dates.first != dates.last
    }

    fn start_of(&self, hours: Hours, part: Option<DayPart>) -> u32 {
        let start = hours.start;
        if let Some(end) = hours.end.filter(|end| end.has_meridiem && !start.is_fixed) {
            // “2-4pm”, but “11-1pm”.
            let same = start.meridiem(end.minutes >= DAY / 2).map(|clock| clock.minutes);
            return same.filter(|same| *same < end.minutes).unwrap_or(start.minutes);
        }
        start.meant(part, self.language)
    }

    fn end(&self, said: &Said, start: NaiveDateTime, clock: Option<Clock>) -> Option<NaiveDateTime> {
        if let Some(clock) = clock {
            let meant = moment(start.date(), clock.meant(said.part, self.language))?;
            let minutes = [meant, moment(start.date(), clock.minutes)?];
            let later_half = moment(start.date(), clock.minutes + DAY / 2)?;
            let found = minutes.into_iter().find(|end| *end > start);
            let found = found.or_else(|| Some(later_half).filter(|end| !clock.is_fixed && *end > start));
            return found.or_else(|| moment(later(start.date(), 1), clock.minutes));
        }
        match said.length? {
            Length::Minutes(minutes) => start.checked_add_signed(TimeDelta::minutes(minutes.into())),
            Length::Days(days) => start.checked_add_signed(TimeDelta::days(days.into())),
        }
    }
}

/// When a part of the day begins, where no hour is named, in minutes since midnight.
fn usual(part: DayPart) -> u32 {
    let hour = match part {
        DayPart::Morning => 9,
        DayPart::Afternoon => 14,
        DayPart::Evening => 19,
        DayPart::Night => 21,
    };
    hour * 60
}

fn moment(day: NaiveDate, minutes: u32) -> Option<NaiveDateTime> {
    day.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::minutes(minutes.into()))
}
