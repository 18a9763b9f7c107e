//! The calendar systems in which a rule can count (RSCALE, RFC 7529): their years, months and days on the days of the Gregorian
//! calendar, in which iCalendar writes every date.
//!
//! The crate `icu_calendar` knows the systems. Systems that differ in nothing but the numbers of their years (and RRULE names no
//! year) share one arithmetic; that of the Gregorian calendar is chrono's.

use chrono::{Datelike, Days, NaiveDate};
use icu_calendar::cal::hijri::{TabularAlgorithmEpoch, TabularAlgorithmLeapYears};
use icu_calendar::cal::{ChineseTraditional, Coptic, Hebrew, Hijri, Indian, KoreanTraditional, Persian};
use icu_calendar::types::{DateFields, RataDie};
use icu_calendar::{AsCalendar, Date};
use std::fmt::{self, Display, Formatter};

/// A calendar system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    Gregorian,
    Buddhist,
    Japanese,
    Roc,
    Chinese,
    Dangi,
    Hebrew,
    Coptic,
    Ethiopic,
    EthiopicAmeteAlem,
    Indian,
    Persian,
    IslamicCivil,
    IslamicTbla,
    IslamicUmalqura,
}

/// By the names of CLDR, which RSCALE uses in upper case.
const NAMES: [(&str, Scale); 15] = [
    ("GREGORIAN", Scale::Gregorian),
    ("BUDDHIST", Scale::Buddhist),
    ("CHINESE", Scale::Chinese),
    ("COPTIC", Scale::Coptic),
    ("DANGI", Scale::Dangi),
    ("ETHIOPIC", Scale::Ethiopic),
    ("ETHIOPIC-AMETE-ALEM", Scale::EthiopicAmeteAlem),
    ("HEBREW", Scale::Hebrew),
    ("INDIAN", Scale::Indian),
    ("ISLAMIC-CIVIL", Scale::IslamicCivil),
    ("ISLAMIC-TBLA", Scale::IslamicTbla),
    ("ISLAMIC-UMALQURA", Scale::IslamicUmalqura),
    ("JAPANESE", Scale::Japanese),
    ("PERSIAN", Scale::Persian),
    ("ROC", Scale::Roc),
];

/// The short names that BCP 47 has for some of them.
const OTHER_NAMES: [(&str, Scale); 4] = [
    ("GREGORY", Scale::Gregorian),
    ("ISO8601", Scale::Gregorian),
    ("ETHIOAA", Scale::EthiopicAmeteAlem),
    ("ISLAMICC", Scale::IslamicCivil),
];

/// A day near which a lunar month began, and the mean length of one in millionths of a day.
const NEW_MOON: Option<NaiveDate> = NaiveDate::from_ymd_opt(2000, 1, 7);
const LUNAR_MONTH: i64 = 29_530_589;

/// A month by its name: a number, and whether it is the leap month that follows the month of that number (`5L`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Month {
    pub(super) number: u8,
    pub(super) is_leap: bool,
}

impl Month {
    /// Its place in a set of months: no number is above 13.
    pub(super) fn bit(self) -> u32 {
        1 << (u32::from(self.number) + if self.is_leap { 16 } else { 0 })
    }
}

impl Display for Month {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, if self.is_leap { "L" } else { "" })
    }
}

/// One month of one year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MonthOfYear {
    pub(super) month: Month,
    pub(super) year: i32,
    pub(super) first: NaiveDate,
    /// In days.
    pub(super) length: u32,
    /// The days of the year that come before it, and all of them.
    pub(super) days_before: u32,
    pub(super) year_length: u32,
}

impl MonthOfYear {
    /// The day after it.
    pub(super) fn end(&self) -> Option<NaiveDate> {
        self.first.checked_add_days(Days::new(self.length.into()))
    }

    pub(super) fn year_first(&self) -> Option<NaiveDate> {
        self.first.checked_sub_days(Days::new(self.days_before.into()))
    }

    /// The first day of the next year.
    pub(super) fn year_end(&self) -> Option<NaiveDate> {
        self.first.checked_add_days(Days::new(u64::from(self.year_length - self.days_before)))
    }

    /// The day of the month, from 1.
    pub(super) fn day(&self, day: NaiveDate) -> u32 {
        u32::try_from((day - self.first).num_days()).unwrap_or_default() + 1
    }
}

impl Scale {
    /// Reads a value of RSCALE, in any case; `None` when the system is not known.
    pub fn named(name: &str) -> Option<Self> {
        let mut known = NAMES.iter().chain(&OTHER_NAMES);
        known.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, scale)| *scale)
    }

    /// The value of RSCALE.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, scale)| *scale == self).map_or("", |(name, _)| name)
    }

    /// All of them, in the order of their names but for the Gregorian, which comes first.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(_, scale)| *scale)
    }

    /// Whether its months and days are those of the Gregorian calendar.
    pub fn is_gregorian(self) -> bool {
        matches!(self, Scale::Gregorian | Scale::Buddhist | Scale::Japanese | Scale::Roc)
    }

    /// Whether leap months make some years longer by one than others.
    pub(super) fn has_leap_months(self) -> bool {
        matches!(self, Scale::Chinese | Scale::Dangi | Scale::Hebrew)
    }

    /// Whether a year can have this month. The leap month of the Hebrew calendar is Adar I, `5L` (RFC 7529 section 4.2).
    pub(super) fn has_month(self, month: Month) -> bool {
        match self {
            Scale::Chinese | Scale::Dangi => (1..=12).contains(&month.number),
            Scale::Hebrew => (1..=12).contains(&month.number) && (!month.is_leap || month.number == 5),
            _ => (1..=self.regular_months()).contains(&month.number.into()) && !month.is_leap,
        }
    }

    fn regular_months(self) -> i64 {
        if self.is_coptic() { 13 } else { 12 }
    }

    fn is_coptic(self) -> bool {
        matches!(self, Scale::Coptic | Scale::Ethiopic | Scale::EthiopicAmeteAlem)
    }

    /// The least number of days of a month in the set `months`, where no bit stands for every month.
    pub(super) fn shortest_month(self, months: u32) -> u32 {
        let thirteenth = Month { number: 13, is_leap: false }.bit();
        match self {
            _ if self.is_gregorian() => 28,
            _ if self.is_coptic() && (months == 0 || months & thirteenth != 0) => 5,
            _ if self.is_coptic() => 30,
            _ => 29,
        }
    }

    /// A number of days that no year falls short of.
    pub(super) fn shortest_year(self) -> i16 {
        if self.is_gregorian() { 365 } else { 350 }
    }

    /// A number of days that no year exceeds.
    pub(super) fn longest_year(self) -> i16 {
        if self.is_gregorian() { 366 } else { 385 }
    }

    /// The month that `day` is in.
    pub(super) fn month_of(self, day: NaiveDate) -> MonthOfYear {
        match self {
            Scale::Gregorian | Scale::Buddhist | Scale::Japanese | Scale::Roc => gregorian_month(day),
            Scale::Chinese => month_in(ChineseTraditional::new(), day),
            Scale::Dangi => month_in(KoreanTraditional::new(), day),
            Scale::Hebrew => month_in(Hebrew, day),
            Scale::Coptic | Scale::Ethiopic | Scale::EthiopicAmeteAlem => month_in(Coptic, day),
            Scale::Indian => month_in(Indian, day),
            Scale::Persian => month_in(Persian, day),
            Scale::IslamicCivil => month_in(tabular(TabularAlgorithmEpoch::Friday), day),
            Scale::IslamicTbla => month_in(tabular(TabularAlgorithmEpoch::Thursday), day),
            Scale::IslamicUmalqura => month_in(Hijri::new_umm_al_qura(), day),
        }
    }

    /// The first day of a month, which is given by its place in the year.
    fn first_of(self, year: i32, ordinal: u8) -> Option<NaiveDate> {
        match self {
            Scale::Gregorian | Scale::Buddhist | Scale::Japanese | Scale::Roc => {
                NaiveDate::from_ymd_opt(year, ordinal.into(), 1)
            }
            Scale::Chinese => first_in(ChineseTraditional::new(), year, ordinal),
            Scale::Dangi => first_in(KoreanTraditional::new(), year, ordinal),
            Scale::Hebrew => first_in(Hebrew, year, ordinal),
            Scale::Coptic | Scale::Ethiopic | Scale::EthiopicAmeteAlem => first_in(Coptic, year, ordinal),
            Scale::Indian => first_in(Indian, year, ordinal),
            Scale::Persian => first_in(Persian, year, ordinal),
            Scale::IslamicCivil => first_in(tabular(TabularAlgorithmEpoch::Friday), year, ordinal),
            Scale::IslamicTbla => first_in(tabular(TabularAlgorithmEpoch::Thursday), year, ordinal),
            Scale::IslamicUmalqura => first_in(Hijri::new_umm_al_qura(), year, ordinal),
        }
    }

    pub(super) fn year_of(self, day: NaiveDate) -> i32 {
        if self.is_gregorian() { day.year() } else { self.month_of(day).year }
    }

    pub(super) fn year_first(self, year: i32) -> Option<NaiveDate> {
        self.first_of(year, 1)
    }

    /// A number for the month that `day` is in, one more for each month that follows.
    pub(super) fn month_number(self, day: NaiveDate) -> i64 {
        if self.is_gregorian() {
            return i64::from(day.year()) * 12 + i64::from(day.month0());
        }
        let month = self.month_of(day);
        if self.has_leap_months() {
            // No month begins as much as half a month away from where it would if all were equally long.
            let days = (month.first - NEW_MOON.unwrap_or_default()).num_days();
            (2_000_000 * days + LUNAR_MONTH).div_euclid(2 * LUNAR_MONTH)
        } else {
            i64::from(month.year) * self.regular_months() + i64::from(month.month.number) - 1
        }
    }

    /// The first and the last day of the month with this number.
    pub(super) fn numbered_month(self, number: i64) -> Option<(NaiveDate, NaiveDate)> {
        let month = if self.has_leap_months() {
            let middle = number.checked_mul(LUNAR_MONTH)?.div_euclid(1_000_000).checked_add(14)?;
            self.month_of(NEW_MOON?.checked_add_signed(chrono::TimeDelta::try_days(middle)?)?)
        } else {
            let year = i32::try_from(number.div_euclid(self.regular_months())).ok()?;
            let ordinal = u8::try_from(number.rem_euclid(self.regular_months()) + 1).ok()?;
            self.month_of(self.first_of(year, ordinal)?)
        };
        Some((month.first, month.end()?.pred_opt()?))
    }
}

fn tabular(epoch: TabularAlgorithmEpoch) -> Hijri<icu_calendar::cal::hijri::TabularAlgorithm> {
    Hijri::new_tabular(TabularAlgorithmLeapYears::TypeII, epoch)
}

fn gregorian_month(day: NaiveDate) -> MonthOfYear {
    MonthOfYear {
        month: Month { number: day.month() as u8, is_leap: false },
        year: day.year(),
        first: day.with_day(1).unwrap_or(day),
        length: day.num_days_in_month().into(),
        days_before: day.ordinal() - day.day(),
        year_length: if day.leap_year() { 366 } else { 365 },
    }
}

fn month_in(calendar: impl AsCalendar, day: NaiveDate) -> MonthOfYear {
    // Both count days from the first of January of the year 1, that day being 1.
    let date = Date::from_rata_die(RataDie::new(day.num_days_from_ce().into()), calendar);
    let (month, of_month) = (date.month(), u32::from(date.day_of_month().0));
    MonthOfYear {
        month: Month { number: month.number(), is_leap: month.to_input().is_leap() },
        year: date.year().extended_year(),
        first: day.checked_sub_days(Days::new(u64::from(of_month) - 1)).unwrap_or(day),
        length: date.days_in_month().into(),
        days_before: u32::from(date.day_of_year().0) - of_month,
        year_length: date.days_in_year().into(),
    }
}

fn first_in(calendar: impl AsCalendar, year: i32, ordinal: u8) -> Option<NaiveDate> {
    let mut fields = DateFields::default();
    (fields.extended_year, fields.ordinal_month, fields.day) = (Some(year), Some(ordinal), Some(1));
    let date = Date::try_from_fields(fields, Default::default(), calendar).ok()?;
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(date.to_rata_die().to_i64_date()).ok()?)
}

#[cfg(test)]
mod tests;
