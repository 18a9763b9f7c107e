//! A day as strips: who is busy when, drawn and in words.

use super::{Bar, DayTable, PersonRow, SuggestionLine};
use crate::notation::Format;
use crate::word_lists::list_in_words;
use crate::words;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_domain::scheduling::{Knowledge, PersonTimes};
use kalends_ical::busy::BusyKind;
use kalends_ical::meeting_times::Suggestion;
use kalends_ical::time::Zone;

type Span = (DateTime<Utc>, DateTime<Utc>);

/// What days are drawn by.
pub struct Drawing {
    pub zone: Tz,
    pub format: Format,
    /// From which minute of the day on it is drawn, and to which.
    pub minutes: (u32, u32),
}

impl Drawing {
    fn at(&self, day: NaiveDate, minutes: u32) -> DateTime<Utc> {
        Zone::Iana(self.zone).to_utc(day.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minutes)))
    }

    /// The day of these people. `named`: what each is called.
    pub fn day(
        &self,
        day: NaiveDate,
        people: &[PersonTimes],
        named: &[String],
        suggestions: &[(&Suggestion, &SuggestionLine)],
    ) -> DayTable {
        let shown = (self.at(day, self.minutes.0), self.at(day, self.minutes.1));
        let whole = (self.at(day, 0), self.at(day, 24 * 60));
        let hours = (self.minutes.0 / 60..self.minutes.1 / 60)
            .map(|hour| (self.format.minutes(hour * 60), percent(shown, self.at(day, hour * 60))));
        let rows = people.iter().zip(named).map(|(person, name)| self.row(person, name, shown, whole));
        let fits = suggestions.iter().enumerate().filter_map(|(at, (suggestion, line))| {
            let bar = bar(shown, "fits", (suggestion.start, suggestion.end))?;
            let called = words::server_find_time_take(&(at + 1).to_string(), &line.when);
            Some((at + 1, line.href.clone(), called, bar))
        });
        DayTable {
            title: self.format.weekday_date(day),
            hours: hours.collect(),
            rows: rows.collect(),
            fits: fits.collect(),
        }
    }

    fn row(&self, person: &PersonTimes, name: &str, shown: Span, whole: Span) -> PersonRow {
        let mut row = PersonRow { name: name.to_owned(), text: String::new(), bars: Vec::new() };
        let Knowledge::Known(known) = &person.knowledge else {
            row.text = words::server_find_time_says_nothing().to_owned();
            row.bars.extend(bar(shown, "unknown", shown));
            return row;
        };
        let unknown = [(whole.0, known.span.0), (known.span.1, whole.1)];
        // What says more is drawn over what says less.
        let kinds = [
            ("outside", Some(BusyKind::Unavailable)),
            ("tentative", Some(BusyKind::Tentative)),
            ("busy", Some(BusyKind::Busy)),
            ("unknown", None),
        ];
        let mut sentences = Vec::new();
        for (class, kind) in kinds {
            let spans: Vec<Span> = match kind {
                Some(kind) => {
                    let of_kind = known.busy.iter().filter(|busy| busy.kind == kind);
                    of_kind.map(|busy| (busy.start, busy.end)).collect()
                }
                None => unknown.to_vec(),
            };
            row.bars.extend(spans.iter().filter_map(|span| bar(shown, class, *span)));
            if let Some(times) = self.in_words(&spans, whole) {
                sentences.push(match class {
                    "busy" => words::server_find_time_says_busy(&times),
                    "tentative" => words::server_find_time_says_tentative(&times),
                    "outside" => words::server_find_time_says_outside(&times),
                    _ => words::server_find_time_says_unknown(&times),
                });
            }
        }
        // What counts most is said first.
        sentences.reverse();
        row.text = match sentences.is_empty() {
            true => words::server_find_time_says_free().to_owned(),
            false => sentences.join(" "),
        };
        row
    }

    /// `09:00 – 10:00 and 14:00 – 15:00`: what of these is within `whole`.
    fn in_words(&self, spans: &[Span], whole: Span) -> Option<String> {
        let cut = spans.iter().map(|(start, end)| ((*start).max(whole.0), (*end).min(whole.1)));
        let local = |at: DateTime<Utc>| at.with_timezone(&self.zone).naive_local();
        let times = cut.filter(|(start, end)| start < end);
        list_in_words(times.map(|(start, end)| self.format.times(local(start), local(end))).collect())
    }
}

fn percent(shown: Span, at: DateTime<Utc>) -> f64 {
    let seconds = |span: TimeDelta| span.num_seconds() as f64;
    let part = 100.0 * seconds(at - shown.0) / seconds(shown.1 - shown.0).max(1.0);
    (part.clamp(0.0, 100.0) * 100.0).round() / 100.0
}

/// `None` for what is not in the strip.
fn bar(shown: Span, kind: &str, (start, end): Span) -> Option<Bar> {
    let (start, end) = (start.max(shown.0), end.min(shown.1));
    if start >= end {
        return None;
    }
    let left = percent(shown, start);
    let width = ((percent(shown, end) - left) * 100.0).round() / 100.0;
    Some(Bar { kind: kind.to_owned(), left, width })
}
