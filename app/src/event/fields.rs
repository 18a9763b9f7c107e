//! What the event form holds: every value as the page's controls have it, and what it means.
//!
//! Browser and server read the same text by the same rules, so a form that is posted without WebAssembly is checked
//! exactly as one that is not. Dates and times are here as `2026-11-21` and `09:30`, however they are typed and shown; what
//! is not understood is here as it was typed.

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

/// The longest text of a field, in characters. Beyond it lies a mistake, such as a pasted file.
const MAX_TEXT: usize = 100_000;
const MAX_TITLE: usize = 1_000;
const MAX_INTERVAL: u32 = 999;
const MAX_COUNT: u32 = 9_999;

/// What the form says, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub title: String,
    pub description: String,
    pub location: String,
    pub calendar: CalendarId,
    pub timing: Timing,
    pub repeat: Repeat,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Whole days, `last` included.
    Days { first: NaiveDate, last: NaiveDate },
    /// Wall-clock times in `zone`, an IANA name; `None` is floating time.
    Times { start: NaiveDateTime, end: NaiveDateTime, zone: Option<String> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeat {
    Never,
    Every {
        interval: u32,
        pattern: Pattern,
        end: RepeatEnd,
    },
    /// By the rule that it has, which the form cannot express.
    Keep,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    Daily,
    /// In the order of the week from Monday, never empty.
    Weekly(Vec<Weekday>),
    MonthlyByDate,
    MonthlyByWeekday {
        nth: i8,
        weekday: Weekday,
    },
    Yearly,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatEnd {
    Never,
    On(NaiveDate),
    After(u32),
}

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
        let mut choices = vec![("date".to_owned(), format!("On day {}", start.day()))];
        // A fifth weekday is missing in most months; whoever wants it means the last.
        if nth < 5 {
            choices.push((format!("{nth}{code}"), monthly_label(nth as i8, weekday)));
        }
        if last {
            choices.push((format!("-1{code}"), monthly_label(-1, weekday)));
        }
        choices
    }

    /// What the form says.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the form.
    pub fn check(&self) -> Result<Draft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        if self.title.chars().count() > MAX_TITLE {
            wrong("title", "At most 1,000 characters.");
        }
        let timing = self.timing(&mut wrong);
        let repeat = self.repeat(timing.as_ref(), &mut wrong);
        if self.location.chars().count() > MAX_TITLE {
            wrong("location", "At most 1,000 characters.");
        }
        if self.description.chars().count() > MAX_TEXT {
            wrong("description", "At most 100,000 characters.");
        }
        let calendar = self.calendar.parse().ok();
        if calendar.is_none() {
            wrong("calendar", "Choose a calendar.");
        }
        match (timing, repeat, calendar) {
            (Some(timing), Some(repeat), Some(calendar)) if errors.is_empty() => Ok(Draft {
                title: self.title.trim().to_owned(),
                description: self.description.trim_end().to_owned(),
                location: self.location.trim().to_owned(),
                calendar,
                timing,
                repeat,
            }),
            _ => Err(errors),
        }
    }

    fn timing(&self, wrong: &mut impl FnMut(&str, &str)) -> Option<Timing> {
        let mut read = |date_field: &str, date_text: &str, time_field: &str, time_text: &str| {
            let day = date(date_text);
            if day.is_none() {
                wrong(date_field, &no_date(date_text));
            }
            let time = if self.all_day { Some(NaiveTime::MIN) } else { time(time_text) };
            if time.is_none() {
                wrong(time_field, &no_time(time_text));
            }
            Some(day?.and_time(time?))
        };
        let start = read("start_date", &self.start_date, "start_time", &self.start_time);
        let end = read("end_date", &self.end_date, "end_time", &self.end_time);
        let (start, end) = (start?, end?);
        if end < start {
            let field = if self.all_day || end.date() < start.date() { "end_date" } else { "end_time" };
            wrong(field, "The end is before the start.");
            return None;
        }
        Some(if self.all_day {
            Timing::Days { first: start.date(), last: end.date() }
        } else {
            let zone = self.zone.trim();
            Timing::Times { start, end, zone: (!zone.is_empty()).then(|| zone.to_owned()) }
        })
    }

    fn repeat(&self, timing: Option<&Timing>, wrong: &mut impl FnMut(&str, &str)) -> Option<Repeat> {
        match self.repeat.as_str() {
            "never" | "" => return Some(Repeat::Never),
            KEEP => return Some(Repeat::Keep),
            _ => {}
        }
        let interval = number(&self.interval, MAX_INTERVAL);
        if interval.is_none() {
            wrong("interval", "A whole number from 1 to 999.");
        }
        let pattern = match self.repeat.as_str() {
            "daily" => Some(Pattern::Daily),
            "weekly" => {
                let days: Vec<_> =
                    WEEKDAYS.iter().filter(|(code, _)| self.weekdays.iter().any(|day| day == code)).collect();
                if days.is_empty() {
                    wrong("weekdays", "Choose at least one day.");
                }
                (!days.is_empty()).then(|| Pattern::Weekly(days.into_iter().map(|(_, day)| *day).collect()))
            }
            "monthly" if self.monthly == "date" => Some(Pattern::MonthlyByDate),
            "monthly" => {
                let choice = monthly_choice(&self.monthly);
                if choice.is_none() {
                    wrong("monthly", "Choose a day of the month.");
                }
                choice.map(|(nth, weekday)| Pattern::MonthlyByWeekday { nth, weekday })
            }
            "yearly" => Some(Pattern::Yearly),
            _ => {
                wrong("repeat", "Choose how it repeats.");
                None
            }
        };
        let end = match self.ends.as_str() {
            "never" => Some(RepeatEnd::Never),
            "on" => {
                let until = date(&self.until);
                let first = timing.map(|timing| match timing {
                    Timing::Days { first, .. } => *first,
                    Timing::Times { start, .. } => start.date(),
                });
                match (until, first) {
                    (None, _) => wrong("until", &no_date(&self.until)),
                    (Some(until), Some(first)) if until < first => wrong("until", "This is before the event."),
                    _ => {}
                }
                until.map(RepeatEnd::On)
            }
            "after" => {
                let count = number(&self.count, MAX_COUNT);
                if count.is_none() {
                    wrong("count", "A whole number from 1 to 9,999.");
                }
                count.map(RepeatEnd::After)
            }
            _ => {
                wrong("ends", "Choose how it ends.");
                None
            }
        };
        Some(Repeat::Every { interval: interval?, pattern: pattern?, end: end? })
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
    let (old, new) = (weekday_code(from.weekday()), weekday_code(to.weekday()));
    if old != new && !fields.weekdays.iter().any(|day| day == new) {
        for day in fields.weekdays.iter_mut().filter(|day| *day == old) {
            *day = new.to_owned();
        }
    }
    if fields.monthly != "date" {
        let choices = EventFields::monthly_choices(to);
        let wants_last = fields.monthly.starts_with('-');
        let choice = choices
            .iter()
            .skip(1)
            .find(|(value, _)| value.starts_with('-') == wants_last)
            .or_else(|| choices.get(1))
            .or_else(|| choices.first());
        fields.monthly = choice.map(|(value, _)| value.clone()).unwrap_or_default();
    }
}

pub fn weekday_code(day: Weekday) -> &'static str {
    WEEKDAYS[day.num_days_from_monday() as usize].0
}

/// `-1SU` as the last Sunday.
pub fn monthly_choice(value: &str) -> Option<(i8, Weekday)> {
    let (nth, code) = value.split_at_checked(value.len().checked_sub(2)?)?;
    let nth = nth.parse().ok().filter(|nth| matches!(nth, -1 | 1..=5))?;
    let (_, weekday) = WEEKDAYS.iter().find(|(known, _)| *known == code)?;
    Some((nth, *weekday))
}

/// `On the third Saturday`
pub fn monthly_label(nth: i8, weekday: Weekday) -> String {
    format!("On the {} {}", place(nth), words::weekday(weekday))
}

pub fn place(nth: i8) -> &'static str {
    match nth {
        1 => "first",
        2 => "second",
        3 => "third",
        4 => "fourth",
        5 => "fifth",
        _ => "last",
    }
}

/// A time as a time control wants it; seconds only where there are some.
pub fn time_value(time: NaiveTime) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

fn no_date(text: &str) -> String {
    not_understood(text, "a date", "21 Nov 2026, tomorrow, fri or +2")
}

fn no_time(text: &str) -> String {
    not_understood(text, "a time", "9:30, 1330 or 7pm")
}

fn not_understood(text: &str, what: &str, such_as: &str) -> String {
    match text.trim() {
        "" => format!("Type {what}, such as {such_as}."),
        text => format!("“{text}” is not understood as {what}. Type one such as {such_as}."),
    }
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

fn number(text: &str, max: u32) -> Option<u32> {
    text.trim().parse().ok().filter(|number| (1..=max).contains(number))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn meeting() -> EventFields {
        let start: NaiveDateTime = "2026-11-21T09:30:00".parse().unwrap();
        EventFields::new(When::Times { start, end: start + TimeDelta::minutes(45) }, "Europe/Zurich", Some(7))
    }

    fn errors(fields: &EventFields) -> Vec<(String, String)> {
        fields.check().unwrap_err().into_iter().map(|error| (error.field, error.message)).collect()
    }

    fn choices(day: &str) -> Vec<String> {
        EventFields::monthly_choices(day.parse().unwrap()).into_iter().map(|(value, _)| value).collect()
    }

    #[test]
    fn a_new_form_can_be_saved() {
        let draft = meeting().check().unwrap();
        let start: NaiveDateTime = "2026-11-21T09:30:00".parse().unwrap();
        let end = "2026-11-21T10:15:00".parse().unwrap();
        assert_eq!(draft.timing, Timing::Times { start, end, zone: Some("Europe/Zurich".into()) });
        assert_eq!((draft.calendar, draft.repeat), (7, Repeat::Never));
    }

    #[test]
    fn every_mistake_is_named_at_its_field() {
        let mut fields = meeting();
        fields.calendar = String::new();
        fields.end_time = "08:00".into();
        fields.repeat = "weekly".into();
        fields.weekdays.clear();
        fields.interval = "0".into();
        fields.ends = "after".into();
        fields.count = "0".into();
        let fields_named: Vec<_> = errors(&fields).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields_named, ["end_time", "interval", "weekdays", "count", "calendar"]);
    }

    #[test]
    fn an_end_before_the_start_is_refused_and_the_same_moment_is_not() {
        let mut fields = meeting();
        fields.end_date = "2026-11-20".into();
        assert_eq!(errors(&fields), [("end_date".into(), "The end is before the start.".into())]);
        fields.all_day = true;
        assert_eq!(errors(&fields)[0].0, "end_date");
        fields.all_day = false;
        (fields.end_date, fields.end_time) = (fields.start_date.clone(), fields.start_time.clone());
        assert!(fields.check().is_ok());
    }

    #[test]
    fn a_series_cannot_end_before_it_begins() {
        let mut fields = meeting();
        (fields.repeat, fields.ends, fields.until) = ("daily".into(), "on".into(), "2026-11-20".into());
        assert_eq!(errors(&fields)[0].0, "until");
        fields.until = "2026-11-21".into();
        assert!(fields.check().is_ok());
        // A series that does not repeat has no use for the value.
        (fields.repeat, fields.until) = ("never".into(), String::new());
        assert!(fields.check().is_ok());
    }

    #[test]
    fn months_repeat_by_date_by_weekday_and_by_the_last_weekday() {
        assert_eq!(choices("2026-11-21"), ["date", "3SA"]);
        assert_eq!(choices("2026-11-28"), ["date", "4SA", "-1SA"]);
        assert_eq!(choices("2026-11-30"), ["date", "-1MO"]);
        assert_eq!(monthly_choice("-1SU"), Some((-1, Weekday::Sun)));
        assert_eq!([monthly_choice("6SU"), monthly_choice("é"), monthly_choice("")], [None; 3]);
    }

    #[test]
    fn the_rule_follows_the_start() {
        let mut fields = meeting();
        fields.monthly = "3SA".into();
        let (from, to) = ("2026-11-21".parse().unwrap(), "2026-11-30".parse().unwrap());
        follow_start(&mut fields, from, to);
        assert_eq!((fields.weekdays, fields.monthly.as_str()), (vec!["MO".to_owned()], "-1MO"));
    }

    #[test]
    fn what_others_changed_joins_what_was_typed() {
        let seen = meeting();
        let (mut mine, mut now) = (seen.clone(), seen.clone());
        mine.title = "Mine".into();
        now.title = "Theirs".into();
        now.location = "Room 4".into();
        now.start_time = "08:00".into();
        let merged = mine.rebased(&seen, &now);
        assert_eq!(
            [merged.title.as_str(), merged.location.as_str(), merged.start_time.as_str()],
            ["Mine", "Room 4", "08:00"]
        );
    }

    #[test]
    fn what_was_typed_is_read_once_and_shown_as_the_person_writes_it() {
        let format = Format { hour12: true, month_first: true };
        let reader = Reader { format, today: "2026-11-26".parse().unwrap() };
        let typed = |name: &str| {
            let value = match name {
                "near" => "2027-03-01",
                "start_date" => "3/10",
                "start_time" => "7:30pm",
                "end_date" => "+1",
                "end_time" => "late",
                _ => return Vec::new(),
            };
            vec![value.to_owned()]
        };
        let fields = EventFields::read(typed, reader);
        assert_eq!([fields.start_date.as_str(), fields.start_time.as_str()], ["2027-03-10", "19:30"]);
        assert_eq!([fields.end_date.as_str(), fields.end_time.as_str()], ["2027-03-11", "late"]);
        let shown = ["start_date", "start_time", "end_time", "until", "title"].map(|name| fields.shown(name, format));
        assert_eq!(
            shown,
            [Some("Wed, Mar 10, 2027".into()), Some("7:30pm".into()), Some("late".into()), Some("".into()), None]
        );
        let wrong = errors(&fields);
        assert_eq!(wrong[0].0, "end_time");
        assert!(wrong[0].1.starts_with("“late” is not understood as a time."), "{}", wrong[0].1);
    }

    #[test]
    fn keys_step_by_days_and_quarters_of_an_hour() {
        let format = Format { hour12: false, month_first: false };
        let mut fields = meeting();
        let step = |fields: &EventFields, name: &str| [true, false].map(|later| fields.stepped(name, later, format));
        assert_eq!(step(&fields, "start_date"), [Some("Sun, 22 Nov 2026".into()), Some("Fri, 20 Nov 2026".into())]);
        assert_eq!(step(&fields, "start_time"), [Some("09:45".into()), Some("09:15".into())]);
        for (time, later, earlier) in
            [("09:40", "09:45", "09:30"), ("23:50", "00:00", "23:45"), ("00:00", "00:15", "23:45")]
        {
            fields.start_time = time.into();
            assert_eq!(step(&fields, "start_time"), [Some(later.into()), Some(earlier.into())], "{time}");
        }
        assert_eq!(step(&fields, "title"), [None, None]);
    }

    #[test]
    fn seconds_are_kept_where_there_are_some() {
        assert_eq!(time_value(time("09:30:15").unwrap()), "09:30:15");
        assert_eq!(time_value(time("09:30:00").unwrap()), "09:30");
    }
}
