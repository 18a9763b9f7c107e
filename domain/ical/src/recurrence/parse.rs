//! The RRULE value: reading it with the checks of RFC 5545 section 3.3.10 and RFC 7529 section 4, and writing it.

use super::{ByDay, Frequency, Month, Rule, RuleError, Scale, Skip, System, Until};
use crate::syntax::excerpt;
use chrono::{NaiveDate, NaiveDateTime, Weekday};
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

impl Rule {
    /// Reads the value of an RRULE property.
    ///
    /// Accepted although the grammar forbids it, because clients write it and the meaning is plain: any case, blanks, empty
    /// parts (`FREQ=DAILY;`), any order, X- parts (RFC 2445; they are dropped), values that are repeated, COUNT beside UNTIL
    /// (what ends first ends it), BYSETPOS alone, SKIP=OMIT without RSCALE, and an UNTIL in another form than DTSTART. A RSCALE
    /// that is not known is accepted too: its series is DTSTART alone.
    ///
    /// # Errors
    /// Names the part and says what it allows.
    pub fn parse(value: &str) -> Result<Self, RuleError> {
        let mut parts: Vec<(String, &str)> = Vec::new();
        for part in value.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) =
                part.split_once('=').ok_or_else(|| error(format!("\"{}\" has no value", excerpt(part))))?;
            let name = name.trim().to_ascii_uppercase();
            if parts.iter().any(|(seen, _)| *seen == name) {
                return Err(error(format!("{} is there twice", excerpt(&name))));
            }
            parts.push((name, value.trim()));
        }
        let frequency = parts.iter().find(|(name, _)| name == "FREQ").ok_or_else(|| error("FREQ is missing"))?.1;
        let mut rule = Rule::new(frequency.parse()?);
        // What a month can be depends on it.
        let scale = parts.iter().find(|(name, _)| name == "RSCALE");
        if let Some((_, value)) = scale {
            rule.system = system(value)?;
        }
        for (name, value) in &parts {
            rule.read(name, value)?;
        }
        if rule.skip != Skip::Omit && scale.is_none() {
            return Err(error("SKIP cannot stand without RSCALE"));
        }
        rule.check()?;
        Ok(rule)
    }

    fn read(&mut self, name: &str, value: &str) -> Result<(), RuleError> {
        // The range of numbers is that of the longest year.
        let (most_days, most_weeks, month_days) = match self.system {
            System::Known(scale) => (scale.longest_year().into(), i64::from(scale.longest_year()) / 7 + 1, 31),
            System::Unknown(_) => (i16::MAX.into(), i8::MAX.into(), i8::MAX.into()),
        };
        match name {
            "FREQ" | "RSCALE" => {}
            "INTERVAL" => self.interval = number(name, value, 1, u32::MAX.into())?,
            "COUNT" => self.count = Some(number(name, value, 1, u32::MAX.into())?),
            "UNTIL" => self.until = Some(until(value)?),
            "WKST" => self.week_start = weekday(value).ok_or_else(|| not_a_weekday(name, value))?,
            // A leap second is read as the second before it (RFC 5545 section 3.3.12).
            "BYSECOND" => self.by_second = list(name, value, |v| Ok(number::<u8>(name, v, 0, 60)?.min(59)))?,
            "BYMINUTE" => self.by_minute = list(name, value, |v| number(name, v, 0, 59))?,
            "BYHOUR" => self.by_hour = list(name, value, |v| number(name, v, 0, 23))?,
            "BYDAY" => self.by_day = list(name, value, |v| by_day(v, most_weeks))?,
            "BYMONTHDAY" => self.by_month_day = list(name, value, |v| ordinal(name, v, month_days))?,
            "BYYEARDAY" => self.by_year_day = list(name, value, |v| ordinal(name, v, most_days))?,
            "BYWEEKNO" => self.by_week_number = list(name, value, |v| ordinal(name, v, most_weeks))?,
            "BYMONTH" => self.by_month = list(name, value, |v| month(v, &self.system))?,
            "BYSETPOS" => self.by_set_position = list(name, value, |v| ordinal(name, v, most_days))?,
            "SKIP" => self.skip = value.parse()?,
            _ if name.starts_with("X-") => {}
            _ => return Err(error(format!("{} is not a part of a rule", excerpt(name)))),
        }
        Ok(())
    }

    /// Which parts go together (the table and the notes of RFC 5545 section 3.3.10).
    fn check(&self) -> Result<(), RuleError> {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let refuse = |part: &str| Err(error(format!("{part} cannot stand beside FREQ={}", self.frequency)));
        if !self.by_week_number.is_empty() && self.frequency != Yearly {
            return refuse("BYWEEKNO");
        }
        if !self.by_year_day.is_empty() && matches!(self.frequency, Daily | Weekly | Monthly) {
            return refuse("BYYEARDAY");
        }
        if !self.by_month_day.is_empty() && self.frequency == Weekly {
            return refuse("BYMONTHDAY");
        }
        if self.by_day.iter().any(|day| day.ordinal.is_some()) {
            if self.frequency < Monthly {
                return refuse("BYDAY with a number");
            }
            if !self.by_week_number.is_empty() {
                return Err(error("BYDAY with a number cannot stand beside BYWEEKNO"));
            }
        }
        Ok(())
    }
}

fn error(message: impl Into<String>) -> RuleError {
    RuleError(message.into())
}

fn not_a_weekday(name: &str, value: &str) -> RuleError {
    error(format!("{name}: \"{}\" is not a weekday (MO, TU, WE, TH, FR, SA, SU)", excerpt(value)))
}

/// The values between commas, each once.
fn list<T: PartialEq>(
    name: &str,
    value: &str,
    read: impl Fn(&str) -> Result<T, RuleError>,
) -> Result<Vec<T>, RuleError> {
    let mut values = Vec::new();
    for item in value.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let item = read(item)?;
        if !values.contains(&item) {
            values.push(item);
        }
    }
    if values.is_empty() { Err(error(format!("{name} is empty"))) } else { Ok(values) }
}

fn system(value: &str) -> Result<System, RuleError> {
    if let Some(scale) = Scale::named(value) {
        return Ok(System::Known(scale));
    }
    let is_name = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_name {
        Ok(System::Unknown(value.to_ascii_uppercase()))
    } else {
        Err(error(format!("RSCALE: \"{}\" is not the name of a calendar system", excerpt(value))))
    }
}

/// A number, with an L after it for a leap month (RFC 7529 section 4.2).
fn month(value: &str, system: &System) -> Result<Month, RuleError> {
    let digits = value.strip_suffix(['L', 'l']);
    let number = integer(digits.unwrap_or(value)).and_then(|number| u8::try_from(number).ok());
    let month = number.map(|number| Month { number, is_leap: digits.is_some() });
    match system {
        System::Known(scale) => month.filter(|month| scale.has_month(*month)).ok_or_else(|| {
            error(match scale {
                Scale::Gregorian => format!("BYMONTH: \"{}\" is not a number from 1 to 12", excerpt(value)),
                _ => format!("BYMONTH: \"{}\" is no month of the calendar {}", excerpt(value), scale.name()),
            })
        }),
        System::Unknown(_) => month.ok_or_else(|| error(format!("BYMONTH: \"{}\" is not a month", excerpt(value)))),
    }
}

/// ASCII digits with an optional sign.
fn integer(value: &str) -> Option<i64> {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| value.parse().ok()).flatten()
}

fn number<T: TryFrom<i64>>(name: &str, value: &str, least: i64, most: i64) -> Result<T, RuleError> {
    let number = integer(value).filter(|number| (least..=most).contains(number));
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| error(format!("{name}: \"{}\" is not a number from {least} to {most}", excerpt(value))))
}

/// 1 to `most`, or as far from the end when negative.
fn ordinal<T: TryFrom<i64>>(name: &str, value: &str, most: i64) -> Result<T, RuleError> {
    let number = integer(value).filter(|number| *number != 0 && number.abs() <= most);
    number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
        error(format!("{name}: \"{}\" is not a number from 1 to {most} or from -{most} to -1", excerpt(value)))
    })
}

fn weekday(value: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(value)).map(|(_, weekday)| *weekday)
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

fn by_day(value: &str, most_weeks: i64) -> Result<ByDay, RuleError> {
    let refuse = || not_a_weekday("BYDAY", value);
    let (before, name) = value.split_at_checked(value.len().saturating_sub(2)).ok_or_else(refuse)?;
    let weekday = weekday(name).ok_or_else(refuse)?;
    let before = before.trim();
    let ordinal = if before.is_empty() { None } else { Some(ordinal("BYDAY", before, most_weeks)?) };
    Ok(ByDay { ordinal, weekday })
}

fn until(value: &str) -> Result<Until, RuleError> {
    let refuse = || error(format!("UNTIL: \"{}\" is neither a date nor a date and time", excerpt(value)));
    let upper = value.to_ascii_uppercase();
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let date = |text: &str| {
        let date = digits(text, 8).then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok()).flatten();
        date.ok_or_else(refuse)
    };
    let Some((day, time)) = upper.split_once('T') else { return date(&upper).map(Until::Date) };
    let day = date(day)?;
    let (time, utc) = time.strip_suffix('Z').map_or((time, false), |time| (time, true));
    if !digits(time, 6) {
        return Err(refuse());
    }
    let part = |at: usize| time[at..at + 2].parse::<u32>().map_err(|_| refuse());
    // A leap second is read as the second before it (RFC 5545 section 3.3.12).
    let second = part(4)?;
    let second = if second == 60 { 59 } else { second };
    let local: NaiveDateTime = day.and_hms_opt(part(0)?, part(2)?, second).ok_or_else(refuse)?;
    Ok(if utc { Until::Utc(local.and_utc()) } else { Until::Floating(local) })
}

const FREQUENCIES: [(&str, Frequency); 7] = [
    ("SECONDLY", Frequency::Secondly),
    ("MINUTELY", Frequency::Minutely),
    ("HOURLY", Frequency::Hourly),
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

impl FromStr for Frequency {
    type Err = RuleError;

    fn from_str(value: &str) -> Result<Self, RuleError> {
        let known = FREQUENCIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
        known.map(|(_, frequency)| *frequency).ok_or_else(|| {
            error(format!("FREQ: \"{}\" is none of {}", excerpt(value), FREQUENCIES.map(|(name, _)| name).join(", ")))
        })
    }
}

impl Display for Frequency {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = FREQUENCIES.iter().find(|(_, frequency)| frequency == self).map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

fn weekday_name(weekday: Weekday) -> &'static str {
    WEEKDAYS[weekday.num_days_from_monday() as usize].0
}

impl Display for ByDay {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(ordinal) = self.ordinal {
            write!(f, "{ordinal}")?;
        }
        f.write_str(weekday_name(self.weekday))
    }
}

impl Display for Until {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Until::Date(date) => write!(f, "{}", date.format("%Y%m%d")),
            Until::Floating(local) => write!(f, "{}", local.format("%Y%m%dT%H%M%S")),
            Until::Utc(instant) => write!(f, "{}", instant.format("%Y%m%dT%H%M%SZ")),
        }
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        fn part<T: Display>(f: &mut Formatter<'_>, name: &str, values: &[T]) -> fmt::Result {
            for (index, value) in values.iter().enumerate() {
                if index == 0 {
                    write!(f, ";{name}={value}")?;
                } else {
                    write!(f, ",{value}")?;
                }
            }
            Ok(())
        }
        match &self.system {
            System::Known(Scale::Gregorian) if self.skip == Skip::Omit => {}
            System::Known(scale) => write!(f, "RSCALE={};", scale.name())?,
            System::Unknown(name) => write!(f, "RSCALE={name};")?,
        }
        write!(f, "FREQ={}", self.frequency)?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        part(f, "COUNT", self.count.as_slice())?;
        part(f, "UNTIL", self.until.as_slice())?;
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", weekday_name(self.week_start))?;
        }
        part(f, "BYMONTH", &self.by_month)?;
        part(f, "BYWEEKNO", &self.by_week_number)?;
        part(f, "BYYEARDAY", &self.by_year_day)?;
        part(f, "BYMONTHDAY", &self.by_month_day)?;
        part(f, "BYDAY", &self.by_day)?;
        part(f, "BYHOUR", &self.by_hour)?;
        part(f, "BYMINUTE", &self.by_minute)?;
        part(f, "BYSECOND", &self.by_second)?;
        part(f, "BYSETPOS", &self.by_set_position)?;
        let skip = Some(self.skip).filter(|skip| *skip != Skip::Omit);
        part(f, "SKIP", skip.as_slice())
    }
}
