//! Tests that take long: more rounds of what the test command does a few of.

use crate::postgres::Postgres;
use crate::process::{Failure, run, step, together};
use crate::scratch::Scratch;
use crate::test::{Database, clients};
use crate::{cargo, tools, trunk};

/// So many seeds for each server, and so many things done with each.
const SEEDS: &str = "10";
const OPERATIONS: &str = "2000";
/// So many reminders within a minute.
const REMINDERS: &str = "10000";

/// `cargo xtask soak sync [SEEDS [OPERATIONS]]`: random changes on both sides of calendars that are kept in step, on SQLite and on
/// PostgreSQL: the engine with a service of the tests, where every call fails once; with other servers; and the whole program with
/// other servers over a bad way, killed in the middle. DAViCal is one of these, from the packages `davical php-fpm nginx-light`.
pub fn some(arguments: &[String]) -> Result<(), Failure> {
    if let [what, count @ ..] = arguments
        && what == "reminders"
        && count.len() < 2
    {
        return reminders(count.first().map_or(REMINDERS, String::as_str));
    }
    let (seeds, operations) = match arguments {
        [what] if what == "sync" => (SEEDS, OPERATIONS),
        [what, seeds] if what == "sync" => (seeds.as_str(), OPERATIONS),
        [what, seeds, operations] if what == "sync" => (seeds.as_str(), operations.as_str()),
        _ => {
            let usage = "`cargo xtask soak sync [SEEDS [OPERATIONS]]` or `cargo xtask soak reminders [COUNT]`";
            return Err(Failure(usage.into()));
        }
    };
    let testing = tools::for_testing()?;
    tools::for_building()?;
    together(|| run(&mut trunk(true)), || run(&mut cargo(&["test", "--no-run", "--test", "protocol"])))?;
    let scratch = Scratch::new()?;
    let postgres = Postgres::start(&scratch)?;
    for database in [Database::Sqlite, Database::Postgres(&postgres)] {
        step(database.name());
        for (program, filter) in [("use_cases", "sync::"), ("remote_servers", "in_step::")] {
            let tests = database.rust(cargo(&["test", "--no-fail-fast", "--test", program, filter]));
            run(scratch.of(tests).env("KALENDS_TEST_SEEDS", seeds).env("KALENDS_TEST_PYTHON", &testing.python))?;
        }
        let mut soak = database.clients(scratch.of(clients(&testing)))?;
        soak.args(["-k", "test_sync_soak"]).env("KALENDS_SOAK_SEEDS", seeds).env("KALENDS_SOAK_OPERATIONS", operations);
        run(&mut soak)?;
    }
    Ok(())
}

/// `cargo xtask soak reminders [COUNT]`: so many reminders that are due within a minute, by nodes of the program that are killed again and
/// again: one on SQLite, two on PostgreSQL. Each has to be sent once.
fn reminders(count: &str) -> Result<(), Failure> {
    tools::for_testing()?;
    run(&mut cargo(&["test", "--no-run", "--test", "operations"]))?;
    let scratch = Scratch::new()?;
    let postgres = Postgres::start(&scratch)?;
    for database in [Database::Sqlite, Database::Postgres(&postgres)] {
        step(database.name());
        let filter = "reminders::however_often_nodes_are_killed";
        let tests = database.rust(cargo(&["test", "--test", "operations", filter]));
        run(scratch.of(tests).env("KALENDS_SOAK_REMINDERS", count))?;
    }
    Ok(())
}
