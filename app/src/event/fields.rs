//! What the event form holds: every value as the page's controls have it, and what it means.
//!
//! Browser and server read the same text by the same rules, so a form that is posted without WebAssembly is checked
//! exactly as one that is not. Dates and times are here as `2026-11-21` and `09:30`, however they are typed and shown; what
//! is not understood is here as it was typed.

mod check;

pub use check::{Draft, Repeat, Timing};
use kalends_ical::edit::Pattern;

use crate::date_names;
use crate::notation::Format;
use crate::reading::{self, Reader};
use crate::wire::{CalendarId, When};
use crate::words;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday};
use serde::{Deserialize, Serialize};

/// What the form's controls hold. The name of each control is the name of its field here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFields {
    pub title: String,
    pub description: String,
    pub location: String,
    /// A calendar's id.
    pub calendar: String,
    pub all_day: bool,
    pub start_date: String,
    pub start_time: String,
    /// The last day, included, when it is all-day.
    pub end_date: String,
    pub end_time: String,
    /// IANA name; empty for floating time.
    pub zone: String,
    /// One of [`REPEATS`], or [`KEEP`].
    pub repeat: String,
    pub interval: String,
    /// Codes of [`WEEKDAYS`].
    pub weekdays: Vec<String>,
    /// `date`, or a place in the month and the code of a weekday: `3SA`, `-1SU`.
    pub monthly: String,
    /// `never`, `on` or `after`.
    pub ends: String,
    pub until: String,
    pub count: String,
}

/// What the control for repetition offers.
pub const REPEATS: [&str; 5] = ["never", "daily", "weekly", "monthly", "yearly"];

/// The name of a hidden control with the day that the form showed at first: a date without its year is near it.
pub const NEAR: &str = "near";

/// The value of that control for a rule that the form cannot express and that stays as it is.
pub const KEEP: &str = "keep";

/// Codes of weekdays (RFC 5545 section 3.3.10).
pub const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The name of the control.
    pub field: String,
    /// A sentence.
    pub message: String,
}

impl FieldError {
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        FieldError { field: field.into(), message: message.into() }
    }
}

impl EventFields {
    /// An empty form for `when`, which is on the wall clock of `zone`.
    pub fn new(when: When, zone: &str, calendar: Option<CalendarId>) -> Self {
        let mut fields = EventFields {
            calendar: calendar.map(|id| id.to_string()).unwrap_or_default(),
            zone: zone.to_owned(),
            ..EventFields::default()
        };
        match when {
            When::Days { first, last } => fields.set_days(first, last),
            When::Times { start, end } => fields.set_times(start, end),
        }
        fields.set_no_repeat();
        fields
    }

    pub fn set_days(&mut self, first: NaiveDate, last: NaiveDate) {
        // The times wait for the moment when the event is no longer all-day.
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        self.set_times(first.and_time(hour(9)), last.and_time(hour(10)));
        self.all_day = true;
    }

    pub fn set_times(&mut self, start: NaiveDateTime, end: NaiveDateTime) {
        self.all_day = false;
        (self.start_date, self.start_time) = (start.date().to_string(), time_value(start.time()));
        (self.end_date, self.end_time) = (end.date().to_string(), time_value(end.time()));
    }

    /// Says that it does not repeat, with sensible values for the moment when it shall.
    pub fn set_no_repeat(&mut self) {
        let start = date(&self.start_date).unwrap_or_default();
        self.repeat = "never".into();
        self.interval = "1".into();
        self.weekdays = vec![weekday_code(start.weekday()).into()];
        self.monthly = "date".into();
        self.ends = "never".into();
        self.until = start.checked_add_days(Days::new(91)).unwrap_or(start).to_string();
        self.count = "10".into();
    }

    /// Reads the values of the controls; `values` gives those of one name, in the order of the page.
    pub fn read(values: impl Fn(&str) -> Vec<String>, reader: Reader) -> Self {
        let one = |name: &str| values(name).into_iter().next().unwrap_or_default();
        let day = |name: &str, near: NaiveDate| {
            let text = one(name);
            reader.date(&text, near).map_or(text, |date| date.to_string())
        };
        let clock = |name: &str| {
            let text = one(name);
            reading::time(&text).map_or(text, time_value)
        };
        let near = date(&one(NEAR)).unwrap_or(reader.today);
        let start_date = day("start_date", near);
        let start = date(&start_date).unwrap_or(near);
        EventFields {
            // A textarea hands out line feeds to scripts and sends CR LF.
            description: one("description").replace("\r\n", "\n"),
            title: one("title"),
            location: one("location"),
            calendar: one("calendar"),
            all_day: !values("all_day").is_empty(),
            start_date,
            start_time: clock("start_time"),
            end_date: day("end_date", start),
            end_time: clock("end_time"),
            zone: one("zone"),
            repeat: one("repeat"),
            interval: one("interval"),
            weekdays: values("weekdays"),
            monthly: one("monthly"),
            ends: one("ends"),
            until: day("until", start),
            count: one("count"),
        }
    }

    /// The text of a control for a date or a time, and whether it is one for a time.
    fn moment_text(&self, name: &str) -> Option<(&str, bool)> {
        Some(match name {
            "start_date" => (&self.start_date, false),
            "start_time" => (&self.start_time, true),
            "end_date" => (&self.end_date, false),
            "end_time" => (&self.end_time, true),
            "until" => (&self.until, false),
            _ => return None,
        })
    }

    /// The date that the control of that name holds.
    pub fn date_of(&self, name: &str) -> Option<NaiveDate> {
        self.moment_text(name).and_then(|(text, _)| date(text))
    }

    /// What the control of that name shows, if it is one for a date or a time: a moment as the person writes it, or what
    /// was typed and is none.
    pub fn shown(&self, name: &str, format: Format) -> Option<String> {
        let (text, is_time) = self.moment_text(name)?;
        let written =
            if is_time { time(text).map(|t| format.time_text(t)) } else { date(text).map(|d| format.date_text(d)) };
        Some(written.unwrap_or_else(|| text.to_owned()))
    }

    /// What the control of that name shows a step later, or earlier: a day, or a quarter of an hour.
    pub fn stepped(&self, name: &str, later: bool, format: Format) -> Option<String> {
        let (text, is_time) = self.moment_text(name)?;
        if is_time {
            let time = time(text)?;
            let minutes = time.hour() * 60 + time.minute();
            let stepped = if later { minutes / 15 + 1 } else { minutes.div_ceil(15) + 95 };
            return Some(format.minutes(stepped % 96 * 15));
        }
        let date = date(text)?;
        let stepped = if later { date.succ_opt() } else { date.pred_opt() };
        stepped.map(|date| format.date_text(date))
    }

    /// When it starts, if that can be read; midnight for whole days.
    pub fn start(&self) -> Option<NaiveDateTime> {
        moment(&self.start_date, &self.start_time, self.all_day)
    }

    /// When it ends, if that can be read; midnight of the last day for whole days.
    pub fn end(&self) -> Option<NaiveDateTime> {
        moment(&self.end_date, &self.end_time, self.all_day)
    }

    /// From start to end, unless one cannot be read or they are the wrong way round.
    pub fn length(&self) -> Option<TimeDelta> {
        let length = self.end()? - self.start()?;
        (length >= TimeDelta::zero()).then_some(length)
    }

    /// The choices of the monthly control for an event that starts on `start`: its day, its weekday, and its weekday
    /// as the last of the month when it is.
    pub fn monthly_choices(start: NaiveDate) -> Vec<(String, String)> {
        let weekday = start.weekday();
        let code = weekday_code(weekday);
        let nth = start.day0() / 7 + 1;
        let last = start.checked_add_days(Days::new(7)).is_none_or(|next| next.month() != start.month());
        let mut choices = vec![("date".to_owned(), words::event_on_day(start.day() as usize))];
        // A fifth weekday is missing in most months; whoever wants it means the last.
        if nth < 5 {
            choices.push((format!("{nth}{code}"), monthly_label(nth as i8, weekday)));
        }
        if last {
            choices.push((format!("-1{code}"), monthly_label(-1, weekday)));
        }
        choices
    }

    /// Whether the other form repeats in another way. Values of controls that are out of sight do not count.
    pub fn repeats_like(&self, other: &Self) -> bool {
        let rule = |fields: &Self| fields.repeat(None, &mut |_, _| {});
        self.repeat == other.repeat && rule(self) == rule(other)
    }

    /// Whether the other form says the same, whatever controls out of sight hold.
    pub fn says_like(&self, other: &Self) -> bool {
        fn texts(fields: &EventFields) -> [&String; 4] {
            [&fields.title, &fields.location, &fields.description, &fields.calendar]
        }
        texts(self) == texts(other) && self.timed_like(other) && self.repeats_like(other)
    }

    /// Whether the other form is at the same time. Values of controls that are out of sight do not count.
    pub fn timed_like(&self, other: &Self) -> bool {
        (self.all_day, self.start(), self.end()) == (other.all_day, other.start(), other.end())
            && (self.all_day || self.zone == other.zone)
    }

    /// Takes what the person left alone in `self`, compared with `seen`, from `now`, which somebody else changed.
    pub fn rebased(&self, seen: &Self, now: &Self) -> Self {
        fn pick<T: PartialEq + Clone>(mine: &T, seen: &T, now: &T) -> T {
            if mine == seen { now.clone() } else { mine.clone() }
        }
        let mut merged = self.clone();
        merged.title = pick(&self.title, &seen.title, &now.title);
        merged.description = pick(&self.description, &seen.description, &now.description);
        merged.location = pick(&self.location, &seen.location, &now.location);
        merged.calendar = pick(&self.calendar, &seen.calendar, &now.calendar);
        if self.timed_like(seen) {
            let now = now.clone();
            (merged.all_day, merged.zone) = (now.all_day, now.zone);
            (merged.start_date, merged.start_time) = (now.start_date, now.start_time);
            (merged.end_date, merged.end_time) = (now.end_date, now.end_time);
        }
        if self.repeats_like(seen) {
            let now = now.clone();
            (merged.repeat, merged.interval, merged.weekdays) = (now.repeat, now.interval, now.weekdays);
            (merged.monthly, merged.ends, merged.until, merged.count) = (now.monthly, now.ends, now.until, now.count);
        }
        merged
    }
}

/// The weekdays and the place in the month that follow the start when it goes to another day: what was said of the old
/// day is then said of the new one.
pub fn follow_start(fields: &mut EventFields, from: NaiveDate, to: NaiveDate) {
    let mut weekly = Pattern::Weekly(fields.weekdays.iter().filter_map(|code| weekday(code)).collect());
    weekly.follow(from, to);
    if let Pattern::Weekly(days) = weekly {
        fields.weekdays = days.into_iter().map(|day| weekday_code(day).to_owned()).collect();
    }
    if let Some((nth, weekday)) = monthly_choice(&fields.monthly) {
        let mut monthly = Pattern::MonthlyByWeekday { nth, weekday };
        monthly.follow(from, to);
        if let Pattern::MonthlyByWeekday { nth, weekday } = monthly {
            fields.monthly = monthly_value(nth, weekday);
        }
    }
}

pub fn weekday_code(day: Weekday) -> &'static str {
    WEEKDAYS[day.num_days_from_monday() as usize].0
}

/// The last Sunday as `-1SU`.
pub fn monthly_value(nth: i8, weekday: Weekday) -> String {
    format!("{nth}{}", weekday_code(weekday))
}

fn weekday(code: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(known, _)| *known == code).map(|(_, weekday)| *weekday)
}

/// `-1SU` as the last Sunday.
pub fn monthly_choice(value: &str) -> Option<(i8, Weekday)> {
    let (nth, code) = value.split_at_checked(value.len().checked_sub(2)?)?;
    let nth = nth.parse().ok().filter(|nth| matches!(nth, -1 | 1..=5))?;
    Some((nth, weekday(code)?))
}

/// `On the third Saturday`
pub fn monthly_label(nth: i8, weekday: Weekday) -> String {
    words::event_on_the(place(nth), date_names::weekday(weekday))
}

/// `third`, `last`
pub fn place(nth: i8) -> &'static str {
    match nth {
        1..=5 => words::date_nth(nth as usize),
        _ => words::date_last(),
    }
}

/// A time as a time control wants it; seconds only where there are some.
pub fn time_value(time: NaiveTime) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

pub fn date(text: &str) -> Option<NaiveDate> {
    // A year that is still being typed is one of the first thousand.
    text.trim().parse().ok().filter(|date: &NaiveDate| (1000..=9999).contains(&date.year()))
}

pub fn time(text: &str) -> Option<NaiveTime> {
    text.trim().parse().ok()
}

fn moment(day: &str, clock: &str, all_day: bool) -> Option<NaiveDateTime> {
    Some(date(day)?.and_time(if all_day { NaiveTime::MIN } else { time(clock)? }))
}

#[cfg(test)]
mod tests;
