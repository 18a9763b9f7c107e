#![allow(clippy::unwrap_used)]

mod gregorian;
mod other_calendars;

use super::*;
use crate::time::Zone;
use crate::value::Moment;

/// The days of what is found; a time is said where it is neither 09:00 nor the start of the day.
fn written(found: impl Iterator<Item = NaiveDateTime>) -> String {
    let text: Vec<String> = found.map(|local| local.format("%Y%m%dT%H%M%S").to_string()).collect();
    text.join(" ").replace("T090000", "").replace("T000000", "")
}

/// All instances, to the end of time.
fn all(series: &Series) -> impl Iterator<Item = NaiveDateTime> {
    series.between(NaiveDateTime::MIN, NaiveDateTime::MAX)
}

/// Each rule leads from its start to these days. A series that ends is given whole.
fn lead_to(series: fn(&str, &str) -> Series, examples: &[(&str, &str, &str)]) {
    for (rule, start, expected) in examples {
        let ends = rule.contains("COUNT") || rule.contains("UNTIL");
        let most = if ends { usize::MAX } else { expected.split(' ').count() };
        assert_eq!(written(all(&series(rule, start)).take(most)), *expected, "{rule}");
    }
}

/// What is written in the first way is read, and written again in the second.
fn are_read_as(examples: &[(&str, &str)]) {
    for (written, read) in examples {
        assert_eq!(Rule::parse(written).map(|rule| rule.to_string()), Ok((*read).to_owned()));
    }
}

/// Each rule is refused with a reason that says this.
fn are_refused(examples: &[(&str, &str)]) {
    for (rule, reason) in examples {
        let error = Rule::parse(rule).expect_err(rule).to_string();
        assert!(error.contains(reason), "{rule}: {error}");
    }
}

/// Looking for instances and for the last of them comes to an end, soon, with a COUNT and without.
fn end_soon(rules: &[&str], series: impl Fn(&str) -> Series, after: NaiveDateTime, check: impl Fn(&str, &Series)) {
    let begun = std::time::Instant::now();
    for rule in rules {
        for end in ["", ";COUNT=4294967295"] {
            let series = series(&format!("{rule}{end}"));
            series.between(after, NaiveDateTime::MAX).take(40).count();
            series.last_start();
            check(rule, &series);
        }
    }
    // What is wrong takes hours; a busy machine takes minutes.
    assert!(begun.elapsed().as_secs() < 600, "{:?}", begun.elapsed());
}
