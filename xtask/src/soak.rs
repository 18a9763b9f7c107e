//! What takes too long for each test run: the same tests with many seeds, on both databases.

use crate::cargo;
use crate::postgres::Postgres;
use crate::process::{Failure, run, step};
use crate::tools;

/// How many seeds each random test takes.
const SEEDS: &str = "10";

/// Random changes on both sides of calendars that are kept in step: with the service of the tests, where every call fails once, and with
/// real servers.
pub fn sync() -> Result<(), Failure> {
    let testing = tools::for_testing()?;
    let postgres = Postgres::start()?;
    for server in [None, Some(&postgres)] {
        step(if server.is_some() { "on PostgreSQL" } else { "on SQLite" });
        for (program, filter) in [("use_cases", "sync::"), ("remote_servers", "in_step::")] {
            let mut tests = cargo(&["test", "--no-fail-fast", "--test", program, filter]);
            tests.env("KALENDS_TEST_SEEDS", SEEDS).env("KALENDS_TEST_PYTHON", &testing.python);
            if let Some(server) = server {
                tests.env("KALENDS_TEST_POSTGRES", server.url("postgres"));
            }
            run(&mut tests)?;
        }
    }
    Ok(())
}
