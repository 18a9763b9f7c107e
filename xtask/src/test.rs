//! Every check and test, and how many there were.

use crate::process::{Failure, run, step, watch};
use crate::tools::{self, Testing};
use crate::{cargo, front_end, root, target};
use std::path::Path;
use std::process::Command;

/// What the browser downloads for its first page, compressed, in octets.
const DOWNLOAD_BUDGET: u64 = 370_000;

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    skipped: usize,
}

pub fn all() -> Result<(), Failure> {
    tools::for_building()?;
    let testing = tools::for_testing()?;
    step("Formatting");
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    step("Clippy");
    run(&mut cargo(&["clippy", "--all-targets", "--", "-D", "warnings"]))?;
    run(&mut cargo(&[
        "clippy",
        "--package",
        "kalends-frontend",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ]))?;

    let mut count = Count::default();
    step("Unit, property and protocol tests");
    let mut tests = cargo(&["test", "--no-fail-fast"]);
    let mut good = count.of(tests.env("KALENDS_TEST_PYTHON", &testing.python))?;
    front_end(true)?;
    download_size(&root().join("dist"))?;
    step("Third-party CalDAV clients");
    good &= count.of(&mut clients(&testing))?;
    step("Pages in Chromium");
    run(Command::new("npx").arg("tsc").current_dir(root().join("end2end")))?;
    good &= count.of(&mut pages(&testing))?;

    println!("\n{} passed, {} failed, {} skipped", count.passed, count.failed, count.skipped);
    if good && count.failed == 0 { Ok(()) } else { Err(Failure("not all tests passed".into())) }
}

fn clients(testing: &Testing) -> Command {
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

/// Adds up the compressed WebAssembly, JavaScript and CSS.
fn download_size(dist: &Path) -> Result<(), Failure> {
    let mut total = 0;
    for entry in std::fs::read_dir(dist)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if [".wasm.br", ".js.br", ".css.br"].iter().any(|ending| name.ends_with(ending)) {
            let size = entry.metadata()?.len();
            println!("{size:>9}  {name}");
            total += size;
        }
    }
    println!("{total:>9}  in total, of {DOWNLOAD_BUDGET} octets");
    if total == 0 || total > DOWNLOAD_BUDGET {
        return Err(Failure(format!("the download of {total} octets is not within {DOWNLOAD_BUDGET}")));
    }
    Ok(())
}

impl Count {
    /// Runs a test runner and adds what its closing lines count. Yields whether it succeeded.
    fn of(&mut self, command: &mut Command) -> Result<bool, Failure> {
        watch(command, |line| self.read(line))
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
