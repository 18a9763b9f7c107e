//! `cargo xtask …`: what a developer runs. Each command brings the tools that it needs.

mod compress;
mod dev;
mod lint;
mod postgres;
mod process;
mod program;
mod scratch;
mod shrink;
mod soak;
mod test;
mod tidy;
mod tools;

use process::{Failure, run};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
cargo xtask run [--demo] [--listen ADDRESS] …   build everything and serve on http://127.0.0.1:3000
cargo xtask test                                every check and test
cargo xtask test PART [FILTER]                  the tests of one part: rust, protocol, clients or pages
cargo xtask soak sync [SEEDS [OPERATIONS]]      long: calendars here and elsewhere, changed at random and kept in step
cargo xtask soak reminders [COUNT]              long: reminders that are due within a minute, by nodes that are killed
cargo xtask tidy                                the rules of the house that a program can hold
cargo xtask build                               the server and the front-end, optimised
cargo xtask dev [--demo] …                      like run, unoptimised; rebuilds and reloads the page at each change
cargo xtask tools                               install what building and testing need, and stop
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_deref() {
        Some("run") => serve(&rest),
        Some("test") => test::some_or_all(&rest),
        Some("soak") => soak::some(&rest),
        Some("tidy") => tidy::check(),
        Some("build") => build(),
        Some("dev") => dev::serve(&rest),
        Some("tools") => tools::for_building().and_then(|()| tools::for_testing().map(drop)),
        Some("compress") => compress::staged(),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo puts what it builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// `cargo`, in the root.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// The server and the front-end, side by side: the long steps of the front-end keep one core busy.
fn build() -> Result<(), Failure> {
    tools::for_building()?;
    process::step("Building the server and the front-end");
    let mut server = cargo(&["build", "--release", "--package", "kalends-server"]);
    process::together(|| run(&mut server), || run(&mut trunk(true))).map(drop)
}

/// Builds what the browser downloads into `dist/`, unoptimised.
fn front_end() -> Result<(), Failure> {
    process::step("Building the front-end");
    run(&mut trunk(false))
}

fn trunk(optimised: bool) -> Command {
    let mut trunk = Command::new("trunk");
    trunk.arg("build").current_dir(root()).env("NO_COLOR", "true");
    if optimised {
        trunk.arg("--release");
    }
    if let Ok(own) = std::env::current_exe() {
        trunk.env("KALENDS_XTASK", own);
    }
    tools::on_path(trunk)
}

fn serve(arguments: &[String]) -> Result<(), Failure> {
    build()?;
    let mut server = Command::new(target().join("release/kalends"));
    run(server.arg("serve").args(arguments).current_dir(root()))
}
