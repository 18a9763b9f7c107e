//! Every check and test, and how many there were.

use crate::compress;
use crate::lint::Clippy;
use crate::postgres::Postgres;
use crate::process::{Failure, run, step, together, watch};
use crate::scratch::Scratch;
use crate::shrink::PLAIN;
use crate::tools::{self, Testing};
use crate::{cargo, root, target, tidy, trunk};
use std::path::Path;
use std::process::Command;

/// What the browser downloads for its first page, compressed, in octets.
const DOWNLOAD_BUDGET: u64 = 330_000;

/// The script and the style of what other sites embed, compressed, in octets: a part of the 30 KiB that all of it may be, which
/// `server/tests/web/links.rs` holds.
const EMBED_BUDGET: u64 = 4_000;

/// What the pages of mail download beside what all plain pages have, compressed, in octets: their script and their style sheets.
const MAIL_BUDGET: u64 = 16_000;

/// Into how many processes the third-party clients are parted, for each database.
const CLIENT_PROCESSES: usize = 2;

/// What the names of these begin with.
const MAIL: [&str; 2] = ["mail-", "plain-mail"];

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    skipped: usize,
}

/// A part of the tests that can be run by itself.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// Unit, property and use-case tests.
    Rust,
    /// Tests that speak to a server over HTTP.
    Protocol,
    /// Third-party CalDAV clients.
    Clients,
    /// Pages in Chromium.
    Pages,
}

impl Part {
    /// The test programs that are run on PostgreSQL as well.
    fn programs_on_both(self) -> &'static [&'static str] {
        match self {
            Part::Rust => &["use_cases", "mail"],
            Part::Protocol => &["protocol", "web", "operations"],
            Part::Clients | Part::Pages => &[],
        }
    }
}

/// `cargo xtask test [PART [FILTER]]`: everything, or those tests of one part whose names fit.
pub fn some_or_all(arguments: &[String]) -> Result<(), Failure> {
    let (part, filter) = match arguments {
        [] => return all(),
        [part] => (part, None),
        [part, filter] => (part, Some(filter.as_str())),
        _ => return Err(Failure("one part and one filter at most".into())),
    };
    match part.as_str() {
        "rust" => one(Part::Rust, filter),
        "protocol" => one(Part::Protocol, filter),
        "clients" => one(Part::Clients, filter),
        "pages" => one(Part::Pages, filter),
        _ => Err(Failure(format!("`{part}` is no part of the tests: rust, protocol, clients or pages"))),
    }
}

fn one(part: Part, filter: Option<&str>) -> Result<(), Failure> {
    let testing = tools::for_testing()?;
    let (scratch, mut count) = (Scratch::new()?, Count::default());
    if matches!(part, Part::Clients | Part::Pages) {
        tools::for_building()?;
        together(|| run(&mut trunk(true)), || run(&mut cargo(&["test", "--no-run", "--test", "protocol"])))?;
    }
    if part == Part::Pages {
        let good = count.of(scratch.of(pages(&testing)).args(filter))?;
        return count.verdict(good);
    }
    let postgres = Postgres::start(&scratch)?;
    step("On SQLite and on PostgreSQL side by side");
    let on_postgres = Database::Postgres(&postgres);
    let (mut one, mut other) = match part {
        Part::Clients => (
            Database::Sqlite.clients_side_by_side(scratch.of(clients(&testing)))?,
            on_postgres.clients_side_by_side(scratch.of(clients(&testing)))?,
        ),
        _ => (scratch.of(rust(part)?), on_postgres.rust(scratch.of(on_both(cargo, part.programs_on_both())))),
    };
    for tests in [&mut one, &mut other] {
        tests.env("KALENDS_TEST_PYTHON", &testing.python);
        let named =
            filter.iter().flat_map(|filter| (part == Part::Clients).then_some("-k").into_iter().chain([*filter]));
        tests.args(named);
    }
    let good = count.of_both(&mut [one], &mut [other])?;
    count.verdict(good)
}

/// The command that runs these test programs.
fn on_both(command: impl Fn(&[&str]) -> Command, programs: &[&str]) -> Command {
    let mut tests = command(&["test", "--no-fail-fast"]);
    for program in programs {
        tests.args(["--test", program]);
    }
    tests
}

fn all() -> Result<(), Failure> {
    tools::basics()?;
    step("Formatting");
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    tidy::check()?;
    step("Building the tests and the front-end, under Clippy, while what they need is installed");
    let clippy = Clippy::find()?;
    let checked = |arguments: &[&str]| clippy.denies_warnings(cargo(arguments));
    // Installing waits for the network, and the long steps of the front-end keep one core busy.
    let front_end = || tools::for_building().and_then(|()| run(&mut clippy.denies_warnings(trunk(true))));
    // The front-end has the pure calendar in it: that it compiles to WebAssembly is shown there.
    let tests = || run(&mut checked(&["test", "--no-run", "--all-targets"]));
    let (testing, _) = together(tools::for_testing, || together(front_end, tests))?;
    download_size(&root().join("dist"))?;

    let (scratch, mut count) = (Scratch::new()?, Count::default());
    let postgres = Postgres::start(&scratch)?;
    step("Unit, property and protocol tests and third-party CalDAV clients, on SQLite and on PostgreSQL side by side");
    let mut on_sqlite = scratch.of(checked(&["test", "--no-fail-fast"]));
    let programs = [Part::Rust, Part::Protocol].map(Part::programs_on_both).concat();
    let mut on_postgres = Database::Postgres(&postgres).rust(scratch.of(on_both(checked, &programs)));
    for tests in [&mut on_sqlite, &mut on_postgres] {
        tests.env("KALENDS_TEST_PYTHON", &testing.python);
    }
    // Each database at its own pace: a test waits for databases, processes and clocks half of its time, and one side is slower.
    let mut good = count.of_both(
        &mut [on_sqlite, Database::Sqlite.clients_side_by_side(scratch.of(clients(&testing)))?],
        &mut [on_postgres, Database::Postgres(&postgres).clients_side_by_side(scratch.of(clients(&testing)))?],
    )?;
    step("Pages in Chromium");
    run(Command::new("npx").arg("tsc").current_dir(root().join("end2end")))?;
    good &= count.of(&mut scratch.of(pages(&testing)))?;
    count.verdict(good)
}

/// What the tests store in.
pub enum Database<'s> {
    Sqlite,
    Postgres(&'s Postgres),
}

impl Database<'_> {
    pub fn name(&self) -> &'static str {
        match self {
            Database::Sqlite => "on SQLite",
            Database::Postgres(_) => "on PostgreSQL",
        }
    }

    /// Each test makes a database of its own on the server.
    pub fn rust(&self, mut tests: Command) -> Command {
        if let Database::Postgres(server) = self {
            tests.env("KALENDS_TEST_POSTGRES", server.url("postgres"));
        }
        tests
    }

    /// All of them share a server, and so a database.
    pub fn clients(&self, mut tests: Command) -> Result<Command, Failure> {
        if let Database::Postgres(server) = self {
            tests.env("KALENDS_DATABASE_URL", server.create("clients")?);
        }
        Ok(tests)
    }

    /// [`Database::clients`] in several processes, each with a server and a database of its own: they wait for one another much of
    /// their time. pytest-xdist numbers them, and `conftest.py` puts the number behind the name of the database.
    fn clients_side_by_side(&self, mut tests: Command) -> Result<Command, Failure> {
        if let Database::Postgres(server) = self {
            for number in 0..CLIENT_PROCESSES {
                server.create(&format!("clients_gw{number}"))?;
            }
        }
        tests.args(["-n", &CLIENT_PROCESSES.to_string(), "--dist", "worksteal"]);
        self.clients(tests)
    }
}

/// The test programs of a part. Naming them instead of their package leaves the features of what they are built with as they are.
fn rust(part: Part) -> Result<Command, Failure> {
    let mut tests = cargo(&["test", "--no-fail-fast"]);
    let folders: &[&str] = if part == Part::Rust {
        tests.args(["--lib", "--bins"]);
        &["domain/ical/tests", "domain/tests", "providers/tests"]
    } else {
        &["server/tests"]
    };
    for folder in folders {
        for entry in std::fs::read_dir(root().join(folder))? {
            let path = entry?.path();
            let is_program =
                path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").exists();
            if let Some(name) = path.file_stem().filter(|_| is_program) {
                tests.arg("--test").arg(name);
            }
        }
    }
    Ok(tests)
}

pub fn clients(testing: &Testing) -> Command {
    let mut pytest = Command::new(&testing.python);
    pytest.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "server/tests/clients"]);
    pytest
        .current_dir(root())
        .env("KALENDS_BIN", target().join("debug/kalends"))
        .env("KALENDS_DIST", root().join("dist"));
    pytest
}

fn pages(testing: &Testing) -> Command {
    let mut playwright = Command::new("npx");
    playwright.args(["playwright", "test"]).current_dir(root().join("end2end"));
    playwright.env("KALENDS_BIN", target().join("debug/kalends"));
    playwright.env("KALENDS_DIST", root().join("dist"));
    playwright.env("KALENDS_CHROMIUM", &testing.chromium);
    playwright.env("KALENDS_TEST_PYTHON", &testing.python);
    playwright
}

/// Adds up the compressed WebAssembly, JavaScript and CSS of the agenda's first page and of the pages of mail, and the largest of the tables of words, of which a page has one.
fn download_size(dist: &Path) -> Result<(), Failure> {
    let (mut total, mut mail) = (0, 0);
    for entry in std::fs::read_dir(dist)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_first = [".wasm.br", ".js.br", ".css.br"].iter().any(|ending| name.ends_with(ending));
        if is_first && MAIL.iter().any(|start| name.starts_with(start)) {
            mail += entry.metadata()?.len();
        } else if is_first && !name.starts_with(PLAIN) {
            let size = entry.metadata()?.len();
            println!("{size:>9}  {name}");
            total += size;
        }
    }
    println!("{mail:>9}  of mail, of {MAIL_BUDGET} octets");
    if mail == 0 || mail > MAIL_BUDGET {
        return Err(Failure(format!("the download of {mail} octets for mail is not within {MAIL_BUDGET}")));
    }
    let words = compress::words()?;
    println!("{words:>9}  words of one language");
    total += words;
    println!("{total:>9}  in total, of {DOWNLOAD_BUDGET} octets");
    if total == 0 || total > DOWNLOAD_BUDGET {
        return Err(Failure(format!("the download of {total} octets is not within {DOWNLOAD_BUDGET}")));
    }
    let embedded = compress::embedded(dist)?;
    println!("{embedded:>9}  what other sites embed, of {EMBED_BUDGET} octets");
    if embedded > EMBED_BUDGET {
        return Err(Failure(format!("what other sites embed is {embedded} octets, not within {EMBED_BUDGET}")));
    }
    Ok(())
}

impl Count {
    /// Runs a test runner and adds what its closing lines count. Yields whether it succeeded.
    fn of(&mut self, command: &mut Command) -> Result<bool, Failure> {
        watch(command, |line| self.read(line))
    }

    /// [`Count::of`] each of these test runners, one after the other.
    fn of_all(&mut self, commands: &mut [Command]) -> Result<bool, Failure> {
        let mut good = true;
        for command in commands {
            good &= self.of(command)?;
        }
        Ok(good)
    }

    /// [`Count::of_all`] of two rows of test runners at the same time. Each waits much of its time for what it started.
    fn of_both(&mut self, one: &mut [Command], other: &mut [Command]) -> Result<bool, Failure> {
        let mut beside = Count::default();
        let (one, other) = together(|| beside.of_all(one), || self.of_all(other))?;
        self.passed += beside.passed;
        self.failed += beside.failed;
        self.skipped += beside.skipped;
        Ok(one & other)
    }

    /// Says how many there were. `good`: whether every runner succeeded.
    fn verdict(&self, good: bool) -> Result<(), Failure> {
        println!("\n{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped);
        if good && self.failed == 0 { Ok(()) } else { Err(Failure("not all tests passed".into())) }
    }

    /// Closing lines: `test result: ok. 3 passed; 0 failed; 1 ignored; …` of cargo, `3 passed, 1 skipped in 2s` of pytest,
    /// `  3 passed (2s)` of Playwright.
    fn read(&mut self, line: &str) {
        let line = line.trim().trim_matches('=').trim();
        let counted = line
            .strip_prefix("test result: ")
            .map_or(line, |rest| rest.split_once(". ").map_or(rest, |(_, counts)| counts));
        if !counted.starts_with(|first: char| first.is_ascii_digit()) {
            return;
        }
        for part in counted.split([';', ',']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) = (words.next().and_then(|n| n.parse::<usize>().ok()), words.next()) else {
                return;
            };
            match what {
                "passed" => self.passed += number,
                "failed" | "error" | "errors" => self.failed += number,
                "skipped" | "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> (usize, usize, usize) {
        let mut count = Count::default();
        lines.iter().for_each(|line| count.read(line));
        (count.passed, count.failed, count.skipped)
    }

    #[test]
    fn closing_lines_are_counted() {
        assert_eq!(
            read(&["test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s"]),
            (12, 0, 1)
        );
        assert_eq!(
            read(&["test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out"]),
            (3, 2, 0)
        );
        assert_eq!(read(&["1 failed, 7 passed, 2 skipped in 3.21s"]), (7, 1, 2));
        assert_eq!(read(&["  31 passed (40.2s)", "  1 failed"]), (31, 1, 0));
    }

    #[test]
    fn other_lines_are_not() {
        assert_eq!(read(&["running 12 tests", "test result", "", "passed"]), (0, 0, 0));
    }
}
