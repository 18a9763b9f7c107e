//! What the form says, and what is wrong with it.

use super::{EventFields, FieldError, KEEP, WEEKDAYS, date, monthly_choice, time};
use crate::wire::CalendarId;
use crate::words;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use kalends_ical::edit::{Pattern, RepeatEnd};

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

impl EventFields {
    /// What the form says.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the form.
    pub fn check(&self) -> Result<Draft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        if self.title.chars().count() > MAX_TITLE {
            wrong("title", words::event_too_long_title());
        }
        let timing = self.timing(&mut wrong);
        let repeat = self.repeat(timing.as_ref(), &mut wrong);
        if self.location.chars().count() > MAX_TITLE {
            wrong("location", words::event_too_long_title());
        }
        if self.description.chars().count() > MAX_TEXT {
            wrong("description", words::event_too_long_text());
        }
        let calendar = self.calendar.parse().ok();
        if calendar.is_none() {
            wrong("calendar", words::event_no_calendar());
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
            wrong(field, words::event_end_before_start());
            return None;
        }
        Some(if self.all_day {
            Timing::Days { first: start.date(), last: end.date() }
        } else {
            let zone = self.zone.trim();
            Timing::Times { start, end, zone: (!zone.is_empty()).then(|| zone.to_owned()) }
        })
    }

    pub(super) fn repeat(&self, timing: Option<&Timing>, wrong: &mut impl FnMut(&str, &str)) -> Option<Repeat> {
        match self.repeat.as_str() {
            "never" | "" => return Some(Repeat::Never),
            KEEP => return Some(Repeat::Keep),
            _ => {}
        }
        let interval = number(&self.interval, MAX_INTERVAL);
        if interval.is_none() {
            wrong("interval", words::event_bad_interval());
        }
        let pattern = match self.repeat.as_str() {
            "daily" => Some(Pattern::Daily),
            "weekly" => {
                let days: Vec<_> =
                    WEEKDAYS.iter().filter(|(code, _)| self.weekdays.iter().any(|day| day == code)).collect();
                if days.is_empty() {
                    wrong("weekdays", words::event_no_weekday());
                }
                (!days.is_empty()).then(|| Pattern::Weekly(days.into_iter().map(|(_, day)| *day).collect()))
            }
            "monthly" if self.monthly == "date" => Some(Pattern::MonthlyByDate),
            "monthly" => {
                let choice = monthly_choice(&self.monthly);
                if choice.is_none() {
                    wrong("monthly", words::event_no_day_of_month());
                }
                choice.map(|(nth, weekday)| Pattern::MonthlyByWeekday { nth, weekday })
            }
            "yearly" => Some(Pattern::Yearly),
            _ => {
                wrong("repeat", words::event_no_repeat_chosen());
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
                    (Some(until), Some(first)) if until < first => wrong("until", words::event_until_before_event()),
                    _ => {}
                }
                until.map(RepeatEnd::On)
            }
            "after" => {
                let count = number(&self.count, MAX_COUNT);
                if count.is_none() {
                    wrong("count", words::event_bad_count());
                }
                count.map(RepeatEnd::After)
            }
            _ => {
                wrong("ends", words::event_no_end_chosen());
                None
            }
        };
        Some(Repeat::Every { interval: interval?, pattern: pattern?, end: end? })
    }
}

fn no_date(text: &str) -> String {
    match text.trim() {
        "" => words::event_no_date().to_owned(),
        text => words::event_bad_date(text),
    }
}

fn no_time(text: &str) -> String {
    match text.trim() {
        "" => words::event_no_time().to_owned(),
        text => words::event_bad_time(text),
    }
}

fn number(text: &str, max: u32) -> Option<u32> {
    text.trim().parse().ok().filter(|number| (1..=max).contains(number))
}
