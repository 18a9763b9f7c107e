//! Thousands of generated rules, expanded by Kalends and by python-dateutil, near DTSTART and far from it.
//!
//! dateutil_oracle.py says what is asked; generated/mod.rs leaves out, and says why, what dateutil reads otherwise than RFC 5545.
//! A failure prints the seed: `KALENDS_TEST_SEED=... cargo test -p kalends-ical --test dateutil` runs it again.

#![allow(clippy::unwrap_used)]

mod generated;

use chrono::TimeDelta;
use generated::{Avoid, Chance, FREQUENCIES, Generated, series};
use serde_json::{Value, json};
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Of each seed.
const RULES: usize = 1_000;
const SEED: u64 = 20_261_121;
/// Instances compared of one window.
const MAX_INSTANCES: usize = 60;

struct Oracle {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python =
            env::var_os("KALENDS_TEST_PYTHON").map_or_else(|| folder.join("../.tools/venv/bin/python"), PathBuf::from);
        let help = format!(
            "python-dateutil is needed to check the recurrence rules, and {} does not run it. `cargo xtask test` sets it up; by hand: \
             python3 -m venv VENV && VENV/bin/pip install -r domain/ical/tests/requirements.txt, then KALENDS_TEST_PYTHON=VENV/bin/python",
            python.display()
        );
        let works = Command::new(&python).args(["-c", "import dateutil.rrule"]).stderr(Stdio::null()).status();
        assert!(works.is_ok_and(|status| status.success()), "{help}");
        let mut process = Command::new(&python)
            .arg(folder.join("tests/dateutil_oracle.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect(&help);
        let (questions, answers) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        Oracle { process, questions, answers }
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error} in {answer:?} to {question}"))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A span in which a rule of this frequency has some instances, and how far dateutil walks in bearable time.
fn reach(frequency: &str) -> (TimeDelta, TimeDelta) {
    match frequency {
        "YEARLY" => (TimeDelta::days(8 * 366), TimeDelta::days(90 * 366)),
        "MONTHLY" => (TimeDelta::days(2 * 366), TimeDelta::days(30 * 366)),
        "WEEKLY" => (TimeDelta::days(366), TimeDelta::days(20 * 366)),
        "DAILY" => (TimeDelta::days(200), TimeDelta::days(5 * 366)),
        "HOURLY" => (TimeDelta::days(20), TimeDelta::days(60)),
        "MINUTELY" => (TimeDelta::days(1), TimeDelta::days(3)),
        _ => (TimeDelta::hours(1), TimeDelta::hours(4)),
    }
}

/// Moves DTSTART to an instance of the rule and gives it an end, now and then.
fn finish(chance: &mut Chance, made: &mut Generated) {
    let (near, far) = reach(made.frequency);
    let keeps_week = made.frequency == "WEEKLY" && made.rule.contains("BYSETPOS");
    if chance.one_in(2) && !keeps_week {
        let after = made.start + TimeDelta::seconds(1);
        let next = series(&made.rule, made.start).between(after, after + near).next();
        made.start = next.unwrap_or(made.start);
    }
    if chance.one_in(3) {
        let most = if chance.one_in(2) { 12 } else { 2_000 };
        made.rule += &format!(";COUNT={}", chance.between(1, most));
    } else if chance.one_in(3) {
        let until = made.start + TimeDelta::seconds(chance.between(0, (far + near).num_seconds()));
        made.rule += &format!(";UNTIL={}", until.format("%Y%m%dT%H%M%S"));
    }
}

fn first_seed() -> u64 {
    env::var("KALENDS_TEST_SEED").map_or(SEED, |seed| seed.parse().expect("KALENDS_TEST_SEED is a number"))
}

#[test]
fn rules_mean_what_dateutil_makes_of_them() {
    compare(first_seed());
}

/// Beside the others: dateutil takes its time, on one core.
#[test]
fn rules_of_the_next_seed_mean_what_dateutil_makes_of_them() {
    compare(first_seed() + 1);
}

fn compare(seed: u64) {
    let mut oracle = Oracle::start();
    let mut chance = Chance::new(seed);
    let (mut compared, mut with_instances, mut gave_up) = (0, 0, 0);
    for number in 0..RULES {
        let frequency = FREQUENCIES[number % FREQUENCIES.len()];
        let longest = if chance.one_in(5) { 200 } else { 12 };
        let interval = if chance.one_in(2) { 1 } else { chance.between(2, longest) };
        let mut made = generated::rule(&mut chance, frequency, interval, Avoid { departures_of_dateutil: true });
        finish(&mut chance, &mut made);
        let series = series(&made.rule, made.start);
        let (near, far) = reach(frequency);
        let far = made.start + TimeDelta::seconds(chance.between(0, far.num_seconds()));
        for from in [made.start, far] {
            let to = from + near;
            let question = json!({
                "rule": made.rule, "start": made.start.to_string().replace(' ', "T"), "most": MAX_INSTANCES,
                "from": from.to_string().replace(' ', "T"), "to": to.to_string().replace(' ', "T"),
            });
            let ours: Vec<String> = series
                .between(from, to)
                .take(MAX_INSTANCES)
                .map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string())
                .collect();
            let answer = oracle.ask(&question);
            let theirs: Vec<String> = match (answer.get("found"), answer.get("empty")) {
                (Some(found), _) => serde_json::from_value(found.clone()).unwrap(),
                // Then nothing but DTSTART is left.
                (None, Some(_)) if from == made.start => vec![from.format("%Y-%m-%dT%H:%M:%S").to_string()],
                (None, Some(_)) => Vec::new(),
                (None, None) => {
                    gave_up += 1;
                    break;
                }
            };
            assert_eq!(ours, theirs, "seed {seed}, rule {number}: {question}");
            compared += 1;
            with_instances += usize::from(!ours.is_empty());
        }
    }
    println!(
        "seed {seed}: {compared} windows compared, {with_instances} with instances; dateutil gave up {gave_up} times"
    );
    // How often dateutil gives up follows the speed of the machine; that enough was compared must not.
    assert!(compared > RULES * 3 / 2 && with_instances * 2 > compared, "{compared}, {with_instances}, {gave_up}");
}
