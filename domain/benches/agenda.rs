//! What a month costs in a calendar of 10,000 events and in one of 1,000 with the same month in it: the month page's use case
//! and a calendar-query with its texts, with an empty and with a filled cache of parsed objects.
//!
//! `cargo bench -p kalends-domain` prints first the ratios, then criterion's measurements. The calendars are the same in every run.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use criterion::{BatchSize, Criterion};
use kalends_domain::Kalends;
use kalends_domain::query::Query;
use kalends_ical::instances::Window;
use kalends_ical::query::{ComponentFilter, Filter};
use kalends_ical::time::{Zone, vtimezone};
use kalends_test_support::home::Home;
use kalends_test_support::texts::calendar;
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

type Failure = Box<dyn std::error::Error>;

const VIEWER: Tz = Tz::Europe__Zurich;
/// What the month page of June 2026 shows: whole weeks, the end exclusive.
const FROM: NaiveDate = date(2026, 6, 1);
const TO: NaiveDate = date(2026, 7, 6);
/// How many events the month has in every calendar.
const SINGLE_IN_MONTH: usize = 80;
const SERIES_IN_MONTH: usize = 40;

/// A calendar to measure.
#[derive(Clone, Copy)]
struct Size {
    name: &'static str,
    events: usize,
    /// How many of the events recur.
    series: usize,
    /// How many of the series are birthdays: yearly, without an end, so that the index can never leave them out.
    birthdays: usize,
}

const SIZES: [Size; 3] = [
    Size { name: "1,000", events: 1_000, series: 100, birthdays: 0 },
    Size { name: "10,000", events: 10_000, series: 1_000, birthdays: 0 },
    Size { name: "10,000 with 500 birthdays", events: 10_000, series: 1_000, birthdays: 500 },
];

/// The calendar as one iCalendar file.
fn file(size: Size) -> String {
    let mut out = vtimezone(VIEWER, date(2000, 1, 1));
    let mut number = 0;
    let mut event = |start: NaiveDateTime, rule: Option<String>| {
        number += 1;
        let zoned = |at: NaiveDateTime| format!(";TZID={VIEWER}:{}", at.format("%Y%m%dT%H%M%S"));
        let (start, end) = match number % 7 {
            0 => {
                let day = |date: NaiveDate| format!(";VALUE=DATE:{}", date.format("%Y%m%d"));
                (day(start.date()), day(start.date() + Days::new(1)))
            }
            length => (zoned(start), zoned(start + TimeDelta::minutes(length * 30))),
        };
        let rule = rule.map(|rule| format!("RRULE:{rule}\r\n")).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "BEGIN:VEVENT\r\nUID:{number}@benchmark\r\nDTSTAMP:20260101T000000Z\r\nDTSTART{start}\r\nDTEND{end}\r\n{rule}\
             SUMMARY:Event {number}\r\nLOCATION:Room {}\r\nDESCRIPTION:What there is to say about event {number}\\, in \
             a sentence\r\n  of usual length.\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\n",
            number % 23
        );
    };
    for index in 0..SINGLE_IN_MONTH {
        event(at(FROM + Days::new(index as u64 % 35), index), None);
    }
    for index in 0..SERIES_IN_MONTH {
        let rule = ["FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=DAILY"][index % 4];
        event(at(date(2010 + index as i32 % 15, 1 + index as u32 % 12, 1), index), Some(rule.to_owned()));
    }
    for index in 0..size.birthdays {
        event(
            at(FROM - Days::new(365 * (1 + index as u64 % 60) + index as u64 * 11 % 365), index),
            Some("FREQ=YEARLY".into()),
        );
    }
    for index in 0..size.series - SERIES_IN_MONTH - size.birthdays {
        // Half a year long each, over forty years, none in the month.
        let start = month_elsewhere(index, 8);
        let until = (start + Days::new(180)).format("%Y%m%dT000000Z");
        let frequency = ["WEEKLY", "DAILY", "MONTHLY"][index % 3];
        event(at(start, index), Some(format!("FREQ={frequency};UNTIL={until}")));
    }
    for index in 0..size.events - size.series - SINGLE_IN_MONTH {
        event(at(month_elsewhere(index, 2) + Days::new(index as u64 * 5 % 27), index), None);
    }
    calendar(&out)
}

const fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

fn at(date: NaiveDate, index: usize) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN) + TimeDelta::minutes(7 * 60 + index as i64 * 45 % 660)
}

/// The first of a month between 2006 and 2046 that is not in the `months` before the measured one, nor in that or the next.
fn month_elsewhere(index: usize, months: i32) -> NaiveDate {
    let first = date(2006 + (index / 12 % 40) as i32, 1 + index as u32 % 12, 1);
    let away = (first.year() - FROM.year()) * 12 + first.month0() as i32 - FROM.month0() as i32;
    if (-months..=2).contains(&away) { date(first.year() + 20, first.month(), 1) } else { first }
}

/// A calendar in a database of its own.
struct Fixture {
    name: &'static str,
    /// Its cache is filled by the first use.
    home: Home,
}

impl Fixture {
    async fn new(size: Size) -> Result<Self, Failure> {
        let home = Home::new().await;
        let report = home.kalends.import(home.anna, home.calendar, "bench.ics", file(size)).await?;
        assert_eq!((report.added.count, report.refused.count), (size.events, 0));
        Ok(Fixture { name: size.name, home })
    }

    async fn page(&self, kalends: &Kalends) -> Result<usize, kalends_domain::Error> {
        Ok(kalends.agenda(self.home.anna, &[self.home.calendar], FROM, TO, VIEWER).await?.len())
    }

    async fn query(&self, kalends: &Kalends) -> Result<usize, kalends_domain::Error> {
        let mut query = Query::new(self.home.calendar, month_filter());
        let mut octets = 0;
        while let Some(heads) = kalends.query_page(self.home.anna, &mut query).await? {
            let names: Vec<String> = heads.into_iter().map(|head| head.name).collect();
            let objects = kalends.objects_named(self.home.anna, self.home.calendar, &names, "").await?;
            octets += objects.iter().map(|object| object.text.len()).sum::<usize>();
        }
        Ok(octets)
    }
}

fn month_filter() -> Filter {
    let floating = Zone::Iana(VIEWER);
    let midnight = |day: NaiveDate| -> Option<DateTime<Utc>> { Some(floating.to_utc(day.and_time(NaiveTime::MIN))) };
    let window = Window { start: midnight(FROM), end: midnight(TO) };
    let events = ComponentFilter { name: "VEVENT".into(), time_range: Some(window), ..ComponentFilter::default() };
    let calendar = ComponentFilter { name: "VCALENDAR".into(), components: vec![events], ..ComponentFilter::default() };
    Filter { calendar, floating }
}

#[derive(Clone, Copy)]
enum UseCase {
    Page,
    Query,
}

impl UseCase {
    async fn run(self, fixture: &Fixture, kalends: &Kalends) -> usize {
        let done = match self {
            UseCase::Page => fixture.page(kalends).await,
            UseCase::Query => fixture.query(kalends).await,
        };
        done.unwrap_or_else(|error| panic!("{error}"))
    }
}

const CASES: [(&str, UseCase, bool); 4] = [
    ("month page, cold", UseCase::Page, false),
    ("month page, warm", UseCase::Page, true),
    ("month calendar-query, cold", UseCase::Query, false),
    ("month calendar-query, warm", UseCase::Query, true),
];

/// The median of some runs.
fn median(runtime: &Runtime, fixture: &Fixture, case: UseCase, warm: bool) -> Duration {
    let mut times: Vec<Duration> = (0..41)
        .map(|_| {
            let kalends = if warm { fixture.home.kalends.clone() } else { fixture.home.cold() };
            let start = Instant::now();
            black_box(runtime.block_on(case.run(fixture, &kalends)));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() -> Result<(), Failure> {
    let runtime = Runtime::new()?;
    let fixtures: Vec<Fixture> =
        SIZES.into_iter().map(|size| runtime.block_on(Fixture::new(size))).collect::<Result<_, _>>()?;

    for fixture in &fixtures {
        let shown = runtime.block_on(fixture.page(&fixture.home.kalends))?;
        println!("{} events: {shown} instances in the month", fixture.name);
    }
    for (name, case, warm) in CASES {
        let base = median(&runtime, &fixtures[0], case, warm);
        print!("{name}: {base:.2?} of {}", fixtures[0].name);
        for fixture in &fixtures[1..] {
            let time = median(&runtime, fixture, case, warm);
            print!("; {time:.2?} of {} ({:.2} times)", fixture.name, time.as_secs_f64() / base.as_secs_f64());
        }
        println!();
    }

    let mut criterion = Criterion::default().configure_from_args();
    for (name, case, warm) in CASES {
        let mut group = criterion.benchmark_group(name);
        for fixture in &fixtures {
            group.bench_function(fixture.name, |bencher| {
                bencher.iter_batched(
                    || if warm { fixture.home.kalends.clone() } else { fixture.home.cold() },
                    |kalends| runtime.block_on(case.run(fixture, &kalends)),
                    BatchSize::PerIteration,
                );
            });
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
