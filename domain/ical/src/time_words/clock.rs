//! Times of day: `14:30`, `2pm`, “half past two”, « deux heures et demie », „halb drei“.

use super::lexicon::{DayPart, Language, Links, Meaning};
use super::reader::Reader;

/// A time of day as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Minutes since midnight, up to 24 hours.
    pub(super) minutes: u32,
    /// It cannot be meant twelve hours later.
    pub(super) is_fixed: bool,
    /// Something beside the number says that it is a time.
    pub(super) is_marked: bool,
    /// Morning or afternoon was said.
    pub(super) has_meridiem: bool,
}

const HALF_DAY: u32 = 12 * 60;
pub(super) const DAY: u32 = 24 * 60;

impl Clock {
    fn new(hour: u32, minute: u32, is_marked: bool) -> Option<Clock> {
        let minutes = hour.checked_mul(60)?.checked_add(minute)?;
        let is_one = minute < 60 && minutes <= DAY;
        is_one.then_some(Clock {
            minutes,
            is_fixed: minutes >= HALF_DAY + 60 || hour == 0,
            is_marked,
            has_meridiem: false,
        })
    }

    fn fixed(minutes: u32) -> Clock {
        Clock { minutes: minutes % DAY, is_fixed: true, is_marked: true, has_meridiem: false }
    }

    /// With “am” or “pm”; `None` for what is none.
    pub(super) fn meridiem(self, is_after: bool) -> Option<Clock> {
        let hour = self.minutes / 60;
        let minutes = match (hour, is_after) {
            (12, false) => self.minutes - HALF_DAY,
            (1..=11, true) => self.minutes + HALF_DAY,
            (0, true) | (13.., false) => return None,
            _ => self.minutes,
        };
        Some(Clock { minutes, is_fixed: true, is_marked: true, has_meridiem: true })
    }

    /// As it is meant in a part of the day, or where none is named.
    pub(super) fn meant(self, part: Option<DayPart>, language: Language) -> u32 {
        let hour = self.minutes / 60;
        let is_later = !self.is_fixed
            && match part {
                Some(DayPart::Morning) => false,
                Some(DayPart::Afternoon) => hour < 12,
                Some(DayPart::Evening) => (4..12).contains(&hour),
                Some(DayPart::Night) => (7..12).contains(&hour),
                // Who names a small hour in English without more means the afternoon.
                None => language == Language::English && (1..=6).contains(&hour),
            };
        match (part, hour) {
            (Some(DayPart::Night), 12) if !self.is_fixed => self.minutes - HALF_DAY,
            _ if is_later => self.minutes + HALF_DAY,
            _ => self.minutes,
        }
    }
}

impl Reader<'_> {
    /// A time of day, and where it ends. `is_bare_one`: a number alone is one.
    pub(super) fn clock(&self, at: usize, is_bare_one: bool) -> Option<(Clock, usize)> {
        self.named_clock(at).or_else(|| self.fraction(at)).or_else(|| self.counted_clock(at, is_bare_one))
    }

    fn named_clock(&self, at: usize) -> Option<(Clock, usize)> {
        let minutes = match self.meaning(at) {
            Meaning::Noon => HALF_DAY,
            Meaning::Midnight => 0,
            _ => return None,
        };
        let (more, end) = self.more_minutes(at + 1).unwrap_or((0, at + 1));
        let minutes = u32::try_from((i64::from(minutes) + more).rem_euclid(i64::from(DAY))).unwrap_or(minutes);
        Some((Clock::fixed(minutes), end))
    }

    /// « et demie », « et quart », « moins le quart », « moins vingt », in French.
    fn more_minutes(&self, at: usize) -> Option<(i64, usize)> {
        if self.language != Language::French {
            return None;
        }
        if self.is_link(at, Links::AND) {
            return match self.meaning(at + 1) {
                Meaning::Half => Some((30, at + 2)),
                Meaning::Quarter => Some((15, at + 2)),
                _ => None,
            };
        }
        if self.meaning(at) != Meaning::Before {
            return None;
        }
        match self.meaning(at + 1) {
            Meaning::Quarter => Some((-15, at + 2)),
            _ => self
                .number(at + 1)
                .filter(|minutes| (1..=30).contains(minutes))
                .map(|minutes| (-i64::from(minutes), at + 2)),
        }
    }

    /// “half past two”, “ten to three”, „halb drei“, „Viertel vor drei“, „fünf nach halb drei“.
    fn fraction(&self, at: usize) -> Option<(Clock, usize)> {
        let is_german = self.language == Language::German;
        let (minutes, joint) = match self.meaning(at) {
            Meaning::Half if is_german => return self.with_hour(at + 1, -30),
            Meaning::ThreeQuarters => return self.with_hour(at + 1, -15),
            Meaning::Half => (30, at + 1),
            Meaning::Quarter => (15, at + 1),
            Meaning::Number(minutes) | Meaning::Digits { value: minutes, .. } if (1..=30).contains(&minutes) => {
                let is_unit = self.meaning(at + 1) == Meaning::Unit(super::lexicon::Unit::Minute);
                (i64::from(minutes), at + 1 + usize::from(is_unit))
            }
            _ => return None,
        };
        let is_word = !matches!(self.meaning(at), Meaning::Digits { .. });
        let sign = match self.meaning(joint) {
            Meaning::Past => 1,
            Meaning::Before => -1,
            Meaning::Link(link) if self.language == Language::English && link.has(Links::TO) && is_word => -1,
            _ => return None,
        };
        if self.meaning(joint) == Meaning::Past && self.is_word(joint, &["after"]) && !is_word {
            return None;
        }
        match self.meaning(joint + 1) {
            Meaning::Half if is_german => self.with_hour(joint + 2, sign * minutes - 30),
            _ => self.with_hour(joint + 1, sign * minutes),
        }
    }

    /// An hour and so many minutes more.
    fn with_hour(&self, at: usize, minutes: i64) -> Option<(Clock, usize)> {
        let hour = match self.meaning(at) {
            Meaning::Noon => 12,
            Meaning::Midnight => 24,
            _ => self.number(at).filter(|hour| (1..=24).contains(hour))?,
        };
        let is_named = matches!(self.meaning(at), Meaning::Noon | Meaning::Midnight);
        if self.is_glued_sign(at + 1, ':') || self.is_glued_sign(at + 1, '.') && self.glued_digits(at + 2, 2).is_some()
        {
            return None;
        }
        let minutes = u32::try_from((i64::from(hour) * 60 + minutes).rem_euclid(i64::from(DAY))).ok()?;
        let mut clock = Clock { minutes, is_fixed: is_named || hour > 12, is_marked: true, has_meridiem: false };
        let mut end = at + 1;
        end += usize::from(self.meaning(end) == Meaning::HourMark);
        if let Meaning::Meridiem { is_after } = self.meaning(end)
            && let Some(said) = clock.meridiem(is_after)
        {
            (clock, end) = (said, end + 1);
        }
        Some((clock, end))
    }

    fn counted_clock(&self, at: usize, is_bare_one: bool) -> Option<(Clock, usize)> {
        let (hour, digits) = match self.meaning(at) {
            Meaning::Digits { value, digits } if digits <= 4 && self.begins_number(at) => (value, digits),
            Meaning::Article if self.meaning(at + 1) == Meaning::HourMark => (1, 0),
            _ => (self.number(at).filter(|_| !matches!(self.meaning(at), Meaning::Digits { .. }))?, 0),
        };
        let is_padded = digits == 2 && hour < 10;
        let padded = |clock: Clock| Clock { is_fixed: clock.is_fixed || is_padded, ..clock };
        if digits > 2 {
            let is_one = digits == 4 && self.meaning(at + 1) == Meaning::HourMark && self.language != Language::French;
            let clock = is_one.then(|| Clock::new(hour / 100, hour % 100, true)).flatten()?;
            return Some((Clock { is_fixed: true, ..clock }, at + 2));
        }
        if digits > 0 && self.is_glued_sign(at + 1, ':') {
            return self.with_colon(at, hour).map(|(clock, end)| (padded(clock), end));
        }
        if digits > 0
            && self.is_glued_sign(at + 1, '.')
            && let Some(minute) = self.glued_digits(at + 2, 2)
        {
            return self.with_point(at, hour, minute, is_bare_one).map(|(clock, end)| (padded(clock), end));
        }
        match self.meaning(at + 1) {
            Meaning::Meridiem { is_after } if !self.is_new_line(at + 1) => {
                let clock = Clock::new(hour, 0, true)?.meridiem(is_after)?;
                Some((clock, at + 2))
            }
            Meaning::HourMark if self.is_hour_mark(at, hour) => {
                self.with_mark(at, hour).map(|(clock, end)| (padded(clock), end))
            }
            _ if is_bare_one && self.is_bare_hour(at, hour) => Some((padded(Clock::new(hour, 0, false)?), at + 1)),
            _ => None,
        }
    }

    /// `14:30`, `9:15:00`, `2:30 pm`, `14:30 Uhr`
    fn with_colon(&self, at: usize, hour: u32) -> Option<(Clock, usize)> {
        let minute = self.glued_digits(at + 2, 2)?;
        let clock = Clock::new(hour, minute, true)?;
        let mut end = at + 3;
        if self.is_glued_sign(end, ':') {
            self.glued_digits(end + 1, 2).filter(|second| *second < 61)?;
            end += 2;
        }
        if self.is_glued_sign(end, ':')
            || self.is_glued_sign(end, '.')
                && matches!(self.meaning(end + 1), Meaning::Digits { .. } if self.is_glued(end + 1))
        {
            return None;
        }
        self.after_minutes(clock, end)
    }

    /// `2.30pm`, `14.30 Uhr`, „um 14.30“.
    fn with_point(&self, at: usize, hour: u32, minute: u32, is_bare_one: bool) -> Option<(Clock, usize)> {
        let clock = Clock::new(hour, minute, true)?;
        let end = at + 3;
        let goes_on = self.is_glued_sign(end, '.')
            && matches!(self.meaning(end + 1), Meaning::Digits { .. } if self.is_glued(end + 1));
        let is_marked = matches!(self.meaning(end), Meaning::HourMark | Meaning::Meridiem { .. });
        if goes_on || !is_marked && (!is_bare_one || self.language == Language::French) || self.is_money(end) {
            return None;
        }
        self.after_minutes(clock, end)
    }

    fn after_minutes(&self, clock: Clock, end: usize) -> Option<(Clock, usize)> {
        match self.meaning(end) {
            Meaning::HourMark => Some((Clock { is_fixed: true, ..clock }, end + 1)),
            Meaning::Meridiem { is_after } => Some((clock.meridiem(is_after).unwrap_or(clock), end + 1)),
            _ => Some((clock, end)),
        }
    }

    /// In English “2h” is how long something lasts.
    fn is_hour_mark(&self, at: usize, hour: u32) -> bool {
        let is_letter = self.is_word(at + 1, &["h"]);
        let has_minutes = self.glued_digits(at + 2, 2).is_some();
        self.language != Language::English || !is_letter || has_minutes || (7..=24).contains(&hour)
    }

    /// `14h`, `14h30`, „14 Uhr 30“, « deux heures trente », « 8 heures et demie ».
    fn with_mark(&self, at: usize, hour: u32) -> Option<(Clock, usize)> {
        let end = at + 2;
        if let Some((more, end)) = self.more_minutes(end) {
            let minutes = u32::try_from((i64::from(hour) * 60 + more).rem_euclid(i64::from(DAY))).ok()?;
            let clock = Clock::new(hour, 0, true)?;
            return Some((Clock { minutes, ..clock }, end));
        }
        if let Some(minute) = self.glued_digits(end, 2) {
            let end = end + 1 + usize::from(self.is_word(end + 1, &["min", "mn"]));
            return Some((Clock::new(hour, minute, true)?, end));
        }
        let minute = match self.meaning(end) {
            Meaning::Digits { value, digits: 2 } => Some(value),
            Meaning::Number(value) => Some(value),
            _ => None,
        };
        let is_minute = !self.is_new_line(end)
            && self.language != Language::English
            && !matches!(self.meaning(end + 1), Meaning::HourMark | Meaning::Unit(_) | Meaning::Month(_))
            && !matches!(self.meaning(end + 1), Meaning::Sign('.' | ':' | '/') if self.is_glued(end + 1));
        if let Some(minute) = minute.filter(|minute| is_minute && *minute < 60 && *minute % 5 == 0) {
            return Some((Clock::new(hour, minute, true)?, end + 1));
        }
        Some((Clock::new(hour, 0, true)?, end))
    }

    /// Whether the number at `at` can be an hour by itself.
    fn is_bare_hour(&self, at: usize, hour: u32) -> bool {
        const STREETS: &[&str] = &[
            "street",
            "st",
            "road",
            "rd",
            "avenue",
            "ave",
            "lane",
            "ln",
            "square",
            "sq",
            "boulevard",
            "blvd",
            "way",
            "drive",
        ];
        let is_joined = self.is_glued(at + 1)
            && match self.meaning(at + 1) {
                Meaning::Sign(',' | ')' | '!' | '?' | ';') => false,
                // “2-4pm”
                Meaning::Sign('-') if self.clock(at + 2, false).is_some() => false,
                Meaning::Sign('.' | '-' | ':') => {
                    matches!(self.meaning(at + 2), Meaning::Digits { .. } if self.is_glued(at + 2))
                }
                _ => true,
            };
        let is_street = (1..=4).any(|ahead| self.is_word(at + ahead, STREETS));
        let is_counted =
            matches!(self.meaning(at + 1), Meaning::Unit(_) | Meaning::Month(_) | Meaning::Times | Meaning::Ordinal(_));
        hour <= 24 && !is_joined && !is_street && !is_counted && !self.is_money(at + 1)
    }

    /// What stands there says that the number before is of something else.
    fn is_money(&self, at: usize) -> bool {
        const OTHER_UNITS: &[&str] = &[
            "€",
            "$",
            "£",
            "%",
            "eur",
            "euro",
            "euros",
            "usd",
            "chf",
            "kg",
            "km",
            "gb",
            "mb",
            "prozent",
            "percent",
            "people",
            "personnes",
            "personen",
        ];
        self.is_word(at, OTHER_UNITS)
    }
}
