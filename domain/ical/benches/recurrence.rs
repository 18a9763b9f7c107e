//! What a month of a series costs, by the age of the series: it must not matter how long ago it began.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kalends_ical::recurrence::{Rule, Series};
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;
use std::hint::black_box;

const RULES: [&str; 8] = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=YEARLY;BYMONTH=6;BYDAY=2SU",
    "FREQ=HOURLY;INTERVAL=5",
    // Every period holds equally many: what came before is a multiplication.
    "FREQ=DAILY;COUNT=100000",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=100000",
    // It does not: the periods are counted.
    "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=100000",
];

fn midnight(year: i32, month: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default().and_time(NaiveTime::MIN)
}

/// In other calendar systems and with SKIP.
const RULES_WITH_SCALE: [&str; 4] = [
    "RSCALE=CHINESE;FREQ=YEARLY",
    "RSCALE=CHINESE;FREQ=YEARLY;COUNT=1000",
    "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD",
    "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD",
];

fn a_month(criterion: &mut Criterion) {
    months(criterion, &RULES, [1, 26]);
    months(criterion, &RULES_WITH_SCALE, [1, 100]);
}

fn months(criterion: &mut Criterion, rules: &[&str], ages: [i32; 2]) {
    let (from, to) = (midnight(2026, 6), midnight(2026, 7));
    for text in rules {
        let rule = Rule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut group = criterion.benchmark_group(*text);
        for years in ages {
            let start = Moment::Floating(midnight(2026 - years, 6) + TimeDelta::hours(9));
            group.bench_function(BenchmarkId::from_parameter(format!("{years} years old")), |bencher| {
                bencher.iter(|| Series::new(black_box(&rule), black_box(&start), &Zone::UTC).between(from, to).count());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, a_month);
criterion_main!(benches);
