//! Dates as they are said: `2026-03-05`, `5.3.`, “the 3rd of March”, “next Friday”, « après-demain », „in zwei Wochen“.

use super::days::{
    day_from, later, monday_of, months_later, weekday_from, weekday_in_week, yearly_before, yearly_from,
};
use super::lexicon::{Language, Links, Meaning, Unit};
use super::reader::Reader;
use chrono::{Datelike, NaiveDate, Weekday};

/// How a date was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// With its month.
    Written,
    /// By the weekday alone, which may be that of today.
    Weekday,
    /// “tomorrow”, “next Friday”, “in two weeks”.
    Relative,
    /// By the day of the month alone.
    DayOnly,
    /// A whole week or weekend.
    Week,
}

/// A day, or some from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dates {
    pub(super) first: NaiveDate,
    /// Included.
    pub(super) last: NaiveDate,
    pub(super) sort: Sort,
    pub(super) has_year: bool,
}

impl Dates {
    fn one(day: NaiveDate, sort: Sort) -> Dates {
        Dates { first: day, last: day, sort, has_year: false }
    }
}

type Found<T> = Option<(T, usize)>;

const BEFORE_DAY: Links = Links::ON.and(Links::THE).and(Links::OF).and(Links::SIGN);

impl Reader<'_> {
    /// A date, or a range of dates. `links`: what stands before it.
    pub(super) fn dates(&self, at: usize, links: Links) -> Found<Dates> {
        let (from, end) = self.date(at, links)?;
        let to = match self.meaning(end) {
            Meaning::Sign('-')
                if !matches!(self.meaning(end + 1), Meaning::Digits { .. }) || self.item_starts_date(end + 1) =>
            {
                end + 1
            }
            Meaning::Link(link) if link.has(Links::TO.and(Links::UNTIL)) => end + 1,
            Meaning::Link(link) if link.has(Links::AND) && links.has(Links::BETWEEN) => end + 1,
            _ => return Some((from, end)),
        };
        let lead = self.lead(to, BEFORE_DAY);
        let Some((until, last_end)) = self.date(lead.end, lead.links.and(Links::ON)) else { return Some((from, end)) };
        let mut last = until.last;
        if last < from.first && until.sort == Sort::Weekday {
            last = weekday_from(from.first, last.weekday());
        }
        if last < from.first && until.sort == Sort::Written && !until.has_year {
            last = yearly_from(from.first, last.month(), last.day()).unwrap_or(last);
        }
        // The year of the end is that of the beginning: “3 March to 5 March 2028”.
        let mut first = from.first;
        if until.has_year && !from.has_year && from.sort == Sort::Written {
            first = yearly_before(later(last, 1), first.month(), first.day()).unwrap_or(first);
        }
        if last < first {
            return Some((from, end));
        }
        Some((Dates { first, last, sort: from.sort, has_year: from.has_year || until.has_year }, last_end))
    }

    fn item_starts_date(&self, at: usize) -> bool {
        self.date(at, Links::default()).is_some()
    }

    /// A date, or days that are said as one (“3-5 March”, “next week”).
    fn date(&self, at: usize, links: Links) -> Found<Dates> {
        self.iso(at)
            .or_else(|| self.numeric(at, links))
            .or_else(|| self.named_day(at, links))
            .or_else(|| self.with_month(at, None))
            .or_else(|| self.relative(at, links))
            .or_else(|| self.day_only(at, links, None))
    }

    /// `2026-03-05`, `2026/03/05`
    fn iso(&self, at: usize) -> Found<Dates> {
        let Meaning::Digits { value: year, digits: 4 } = self.meaning(at) else { return None };
        let Meaning::Sign(sign @ ('-' | '/')) = self.meaning(at + 1) else { return None };
        let is_one = self.begins_number(at) && self.is_glued(at + 1) && self.is_glued_sign(at + 3, sign);
        let (month, day) = (self.glued_digits(at + 2, 2)?, self.glued_digits(at + 4, 2)?);
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| is_one)?;
        let mut end = at + 5;
        // What parts a time from it (ISO 8601).
        end += usize::from(self.is_glued(end) && self.is_word(end, &["t"]) && self.glued_digits(end + 1, 2).is_some());
        Some((Dates { has_year: true, ..Dates::one(date, Sort::Written) }, end))
    }

    /// `5/3`, `5.3.`, `05.03.2026`, `5-3-2026`
    fn numeric(&self, at: usize, links: Links) -> Found<Dates> {
        let two = |at: usize| match self.meaning(at) {
            Meaning::Digits { value, digits: 1 | 2 } => Some(value),
            _ => None,
        };
        let (one, other) = (two(at)?, two(at + 2)?);
        let Meaning::Sign(sign @ ('/' | '.' | '-')) = self.meaning(at + 1) else { return None };
        let is_space_allowed = sign == '.' && self.language == Language::German;
        let is_row = self.is_glued(at + 1) && (is_space_allowed || self.is_glued(at + 2));
        if !is_row || !self.begins_number(at) || (one, other) == (24, 7) {
            return None;
        }
        let mut end = at + 3;
        let mut year = None;
        let mut is_closed = false;
        if self.is_glued_sign(end, sign) {
            is_closed = sign == '.';
            year = match self.meaning(end + 1) {
                Meaning::Digits { value, digits: 4 } if (1900..=2200).contains(&value) => Some(value),
                Meaning::Digits { value, digits: 2 } if self.is_glued(end + 1) => Some(2000 + value),
                _ => None,
            };
            end += match (year, is_closed) {
                (Some(_), _) => 2,
                // A full stop.
                (None, true) => 1,
                (None, false) => return None,
            };
            let goes_on = matches!(self.meaning(end), Meaning::Digits { .. } | Meaning::Other) && self.is_glued(end);
            let is_longer = self.is_glued_sign(end, sign)
                && matches!(self.meaning(end + 1), Meaning::Digits { .. } if self.is_glued(end + 1));
            // `10:00` may follow a year of two digits, or `T`.
            if goes_on || is_longer || self.is_glued_sign(end, ':') {
                return None;
            }
        }
        let is_named = links.has(Links::ON.and(Links::FROM).and(Links::BY).and(Links::UNTIL).and(Links::THE));
        let is_certain = year.is_some()
            || match sign {
                '/' => !self.is_prose || is_named,
                '.' => is_named || is_closed && self.language == Language::German,
                _ => false,
            };
        if !is_certain
            || self.is_word(end, &["%", "€", "eur", "chf"])
            || self.is_glued(end) && self.meaning(end) == Meaning::Other
        {
            return None;
        }
        let is_month_first = sign == '/' && self.language == Language::English && self.reference.is_month_first;
        let (day, month) = if is_month_first { (other, one) } else { (one, other) };
        let found = self.written(day, month, year, None);
        // In the other order, where that is the only one that makes a date.
        let found = found.or_else(|| if sign == '/' { self.written(month, day, year, None) } else { None })?;
        Some((Dates { has_year: year.is_some(), ..Dates::one(found, Sort::Written) }, end))
    }

    /// The date of a day and month; without a year the next one, or the last one where only that is such a weekday.
    fn written(&self, day: u32, month: u32, year: Option<u32>, weekday: Option<Weekday>) -> Option<NaiveDate> {
        if let Some(year) = year {
            return NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
        }
        let today = self.reference.today();
        let next = yearly_from(today, month, day)?;
        let last = yearly_before(today, month, day);
        let is_such = |date: NaiveDate| weekday.is_some_and(|weekday| date.weekday() == weekday);
        last.filter(|last| is_such(*last) && !is_such(next)).or(Some(next))
    }

    /// The day of a month, with what makes an ordinal of it.
    fn day_number(&self, at: usize) -> Found<u32> {
        match self.meaning(at) {
            Meaning::Digits { value, digits: 1 | 2 } if (1..=31).contains(&value) && self.begins_number(at) => {
                Some((value, at + 1 + self.ordinal_ending(at + 1)))
            }
            Meaning::Ordinal(value @ 1..) => Some((u32::try_from(value).ok()?, at + 1)),
            _ => None,
        }
    }

    /// How many items make an ordinal of the number before.
    pub(super) fn ordinal_ending(&self, at: usize) -> usize {
        let is_one = self.is_glued(at)
            && match self.language {
                Language::English => self.is_word(at, &["st", "nd", "rd", "th"]),
                Language::French => self.is_word(at, &["er", "ere", "e", "eme"]),
                Language::German => {
                    self.is_sign(at, '.')
                        && !matches!(self.meaning(at + 1), Meaning::Digits { .. } if self.is_glued(at + 1))
                }
            };
        usize::from(is_one)
    }

    /// `3 March`, `3rd of March 2027`, `March 3`, `3-5 March`, “3. bis 5. März”.
    fn with_month(&self, at: usize, weekday: Option<Weekday>) -> Found<Dates> {
        if let Meaning::Month(month) = self.meaning(at) {
            return self.month_first(at, month, weekday);
        }
        let (day, mut end) = self.day_number(at)?;
        let mut last = day;
        let joint = match self.meaning(end) {
            Meaning::Sign('-' | '/') => Some(end + 1),
            Meaning::Link(link) if link.has(Links::TO.and(Links::AND).and(Links::UNTIL)) => Some(end + 1),
            _ => None,
        };
        if let Some((to, to_end)) = joint.and_then(|joint| self.bare_day(joint))
            && to > day
            && matches!(self.meaning(self.lead(to_end, Links::OF).end), Meaning::Month(_))
        {
            (last, end) = (to, to_end);
        }
        let lead = self.lead(end, Links::OF.and(Links::THE));
        let Meaning::Month(month) = self.meaning(lead.end) else { return None };
        if self.is_new_line(lead.end) || !self.is_meant(lead.end, true) {
            return None;
        }
        end = lead.end + 1;
        // Of an abbreviation.
        let is_short = self.items.get(lead.end).is_some_and(|item| item.folded.len() <= 5);
        end += usize::from(is_short && self.is_glued_sign(end, '.'));
        let (year, end) = self.year(end);
        self.days_of_month(day, last, month, year, weekday).map(|dates| (dates, end))
    }

    fn bare_day(&self, at: usize) -> Found<u32> {
        let lead = self.lead(at, Links::THE.and(Links::ON));
        match self.meaning(lead.end) {
            Meaning::Digits { value, digits: 1 | 2 } if (1..=31).contains(&value) => {
                Some((value, lead.end + 1 + self.ordinal_ending(lead.end + 1)))
            }
            Meaning::Ordinal(value @ 1..) => Some((u32::try_from(value).ok()?, lead.end + 1)),
            _ => None,
        }
    }

    fn days_of_month(
        &self,
        first: u32,
        last: u32,
        month: u32,
        year: Option<u32>,
        weekday: Option<Weekday>,
    ) -> Option<Dates> {
        let from = self.written(first, month, year, weekday)?;
        let to = from.with_day(last)?;
        Some(Dates { first: from, last: to, sort: Sort::Written, has_year: year.is_some() })
    }

    fn month_first(&self, at: usize, month: u32, weekday: Option<Weekday>) -> Found<Dates> {
        if self.language != Language::English || !self.is_meant(at, true) {
            return None;
        }
        let mut day_at = at + 1 + usize::from(self.is_glued_sign(at + 1, '.'));
        day_at += usize::from(self.is_link(day_at, Links::THE));
        if self.is_new_line(day_at) || self.clock(day_at, false).is_some() {
            return None;
        }
        let (day, mut end) = self.day_number(day_at)?;
        let mut last = day;
        let is_joint = self.is_sign(end, '-') || self.is_link(end, Links::TO);
        if let Some((to, to_end)) = self.bare_day(end + 1).filter(|_| is_joint)
            && to > day
            && self.clock(end + 1, false).is_none()
        {
            (last, end) = (to, to_end);
        }
        let (year, end) = self.year(end);
        self.days_of_month(day, last, month, year, weekday).map(|dates| (dates, end))
    }

    /// The year after a month, perhaps after a comma.
    fn year(&self, at: usize) -> (Option<u32>, usize) {
        let year_at = at + usize::from(self.is_sign(at, ','));
        match self.meaning(year_at) {
            Meaning::Digits { value, digits: 4 }
                if (1900..=2200).contains(&value) && self.meaning(year_at + 1) != Meaning::HourMark =>
            {
                (Some(value), year_at + 1)
            }
            _ => (None, at),
        }
    }

    /// “Tuesday”, “next Tuesday”, « mardi prochain », “Tuesday 3 March”, „Dienstag, den 3.“, “Tuesday next week”.
    fn named_day(&self, at: usize, links: Links) -> Found<Dates> {
        let (is_next, is_this, day_at) = match self.meaning(at) {
            Meaning::Next => (true, false, at + 1),
            Meaning::This => (false, true, at + 1),
            _ => (false, false, at),
        };
        let Meaning::Day(weekday) = self.meaning(day_at) else { return None };
        let is_named = links.has(Links::ON.and(Links::FROM).and(Links::BETWEEN).and(Links::BY).and(Links::UNTIL));
        // « le jeu », « bord de mer »
        let is_said = is_next || is_this || is_named && self.language != Language::French;
        let mut end = day_at + 1;
        let is_short = self.items.get(day_at).is_some_and(|item| item.folded.len() <= 5);
        end += usize::from(is_short && self.is_glued_sign(end, '.'));
        if !self.is_meant(day_at, is_said || self.stands_beside_time(end)) {
            return None;
        }
        let lead = self.lead(end, BEFORE_DAY);
        if !self.is_new_line(lead.end) {
            let date = self
                .iso(lead.end)
                .or_else(|| self.numeric(lead.end, Links::ON))
                .or_else(|| self.with_month(lead.end, Some(weekday)))
                .or_else(|| self.day_only(lead.end, lead.links, Some(weekday)).filter(|_| !lead.links.has(Links::OF)))
                .or_else(|| {
                    self.relative(lead.end, lead.links.and(Links::IN))
                        .map(|(week, end)| (in_week(week, weekday), end))
                        .filter(|_| self.is_week(lead.end))
                });
            if date.is_some() {
                return date;
            }
        }
        let today = self.reference.today();
        let is_next_after = self.meaning(end) == Meaning::Next && self.language == Language::French;
        let day = match self.language {
            Language::English if is_next => weekday_in_week(later(monday_of(today), 7), weekday),
            _ if is_next || is_next_after => weekday_from(later(today, 1), weekday),
            _ => weekday_from(today, weekday),
        };
        let sort = if is_next || is_next_after { Sort::Relative } else { Sort::Weekday };
        Some((Dates::one(day, sort), end + usize::from(is_next_after)))
    }

    /// Whether a time or number stands there, as it does after the short name of a day.
    fn stands_beside_time(&self, at: usize) -> bool {
        let lead = self.lead(at, BEFORE_DAY.and(Links::AT).and(Links::FROM).and(Links::TO));
        match self.meaning(lead.end) {
            Meaning::Digits { .. } | Meaning::Noon | Meaning::Midnight => true,
            Meaning::Part(_) => true,
            Meaning::Day(_) => lead.end > at,
            _ => false,
        }
    }

    /// Whether “next week”, “in two weeks” or the like stands there.
    fn is_week(&self, at: usize) -> bool {
        let lead = self.lead(at, Links::IN);
        (lead.end..lead.end + 3).any(|at| self.meaning(at) == Meaning::Unit(Unit::Week))
    }

    /// “today”, “next week”, “this weekend”, “in three days”, “two weeks from now”.
    fn relative(&self, at: usize, links: Links) -> Found<Dates> {
        let today = self.reference.today();
        let week =
            |first: NaiveDate, last: i64| Dates { first, last: later(first, last), sort: Sort::Week, has_year: false };
        match (self.meaning(at), self.meaning(at + 1)) {
            // In English and French nobody says so of a day that is over and is to be entered.
            (Meaning::Relative(days), _) if days >= 0 => Some((Dates::one(later(today, days), Sort::Relative), at + 1)),
            (Meaning::TodayPart(_), _) => Some((Dates::one(today, Sort::Relative), at)),
            (Meaning::This, Meaning::Part(_)) => Some((Dates::one(today, Sort::Relative), at + 1)),
            (Meaning::Next, Meaning::Unit(Unit::Week)) | (Meaning::Unit(Unit::Week), Meaning::Next) => {
                let monday = later(monday_of(today), 7);
                let lead = self.lead(at + 2, Links::ON);
                match self.meaning(lead.end) {
                    Meaning::Day(day) if self.is_meant(lead.end, true) => {
                        Some((Dates::one(weekday_in_week(monday, day), Sort::Relative), lead.end + 1))
                    }
                    _ => Some((week(monday, 6), at + 2)),
                }
            }
            (Meaning::This, Meaning::Unit(Unit::Week)) => Some((week(monday_of(today), 6), at + 2)),
            (Meaning::Next, Meaning::Unit(Unit::Weekend)) | (Meaning::Unit(Unit::Weekend), Meaning::Next) => {
                Some((week(weekday_in_week(later(today, 7), Weekday::Sat), 1), at + 2))
            }
            (Meaning::This, Meaning::Unit(Unit::Weekend)) => {
                Some((week(weekday_in_week(today, Weekday::Sat), 1), at + 2))
            }
            (Meaning::Unit(Unit::Weekend), _) if links.has(Links::ON.and(Links::THE)) => {
                Some((week(weekday_in_week(today, Weekday::Sat), 1), at + 1))
            }
            _ => self.distance(at, links),
        }
    }

    fn distance(&self, at: usize, links: Links) -> Found<Dates> {
        let lead = self.lead(at, Links::IN);
        let is_ahead = links.has(Links::IN) || lead.links.has(Links::IN);
        let count = self.count(lead.end).filter(|count| *count <= 1000)?;
        let today = self.reference.today();
        let day = match self.meaning(lead.end + 1) {
            Meaning::Unit(Unit::Day) => later(today, i64::from(count)),
            Meaning::Unit(Unit::Week) => later(today, 7 * i64::from(count)),
            Meaning::Unit(Unit::Month) => months_later(today, count),
            Meaning::Unit(Unit::Year) => months_later(today, 12 * count),
            _ => return None,
        };
        let end = lead.end + 2;
        match self.meaning(end) {
            Meaning::FromNow => Some((Dates::one(day, Sort::Relative), end + 1)),
            _ if is_ahead => Some((Dates::one(day, Sort::Relative), end)),
            _ => None,
        }
    }

    /// “the 3rd”, « le 3 », „am 3.“; beside a weekday the number may stand alone.
    fn day_only(&self, at: usize, links: Links, weekday: Option<Weekday>) -> Found<Dates> {
        let Meaning::Digits { digits: 1 | 2, .. } = self.meaning(at) else { return None };
        let (day, end) = self.day_number(at)?;
        let is_ordinal = end > at + 1;
        let is_named = match self.language {
            Language::French => weekday.is_some() || links.has(Links::ON.and(Links::BY).and(Links::FROM)),
            Language::English | Language::German => {
                is_ordinal
                    && (weekday.is_some()
                        || links.has(Links::ON.and(Links::THE).and(Links::BY).and(Links::FROM).and(Links::UNTIL)))
            }
        };
        // “Tuesday 10”, where the 10th is one.
        let today = self.reference.today();
        let same = weekday.and_then(|weekday| day_from(today, day, Some(weekday)));
        let is_matching = same.is_some_and(|same| same < later(today, 62));
        let is_one = match weekday {
            Some(_) => is_matching || is_ordinal,
            None => is_named,
        };
        let goes_on = match self.meaning(end) {
            Meaning::Sign(sign) => {
                self.is_glued(end)
                    && (matches!(sign, '/' | ':' | '%')
                        || matches!(sign, '.' | '-' | ',')
                            && matches!(self.meaning(end + 1), Meaning::Digits { .. } if self.is_glued(end + 1)))
            }
            Meaning::Other => self.is_glued(end) || self.is_prose && !is_ordinal,
            Meaning::Unit(_) | Meaning::Times | Meaning::Meridiem { .. } | Meaning::HourMark | Meaning::Minutes(_) => {
                true
            }
            _ => false,
        };
        // „von 10 bis 12 Uhr“
        let is_joined = self.is_link(end, Links::TO.and(Links::UNTIL)) || self.is_sign(end, '-');
        // « mardi 10 à 14h »
        let is_day = is_matching && self.language == Language::French && self.is_link(end, Links::AT);
        let is_range = is_joined && !is_day && self.clock(end + 1, false).is_some();
        let is_clock = self.clock(at, false).is_some() || is_range;
        if !is_one || goes_on || is_clock {
            return None;
        }
        let date = same.filter(|_| is_matching).or_else(|| day_from(today, day, None))?;
        Some((Dates::one(date, Sort::DayOnly), end))
    }
}

/// The weekday in the week in which the days begin.
fn in_week(week: Dates, weekday: Weekday) -> Dates {
    Dates::one(weekday_in_week(week.first, weekday), Sort::Relative)
}
