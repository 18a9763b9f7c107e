//! Clippy as the compiler of what is built for the tests: what is compiled once to be checked and once more to be run costs minutes.

use crate::process::{Failure, output};
use std::path::PathBuf;
use std::process::Command;

/// How Clippy's driver divides what it is given.
const DIVIDER: &str = "__CLIPPY_HACKERY__";

/// Clippy's driver, which compiles as rustc does.
pub struct Clippy(PathBuf);

impl Clippy {
    /// # Errors
    /// When it is not installed with the compiler.
    pub fn find() -> Result<Self, Failure> {
        let installed = output(Command::new("rustc").args(["--print", "sysroot"]));
        let driver = installed.map(|folder| PathBuf::from(folder).join("bin/clippy-driver")).filter(|it| it.exists());
        driver.map(Clippy).ok_or_else(|| Failure("clippy is missing: rustup component add clippy".into()))
    }

    /// Has a command that builds fail for each warning in a package of this workspace. Cargo keeps such builds apart from others: every command
    /// that uses what was built so has to be under this as well.
    pub fn denies_warnings(&self, mut command: Command) -> Command {
        command.env("RUSTC_WORKSPACE_WRAPPER", &self.0);
        command.env("CLIPPY_ARGS", ["-D", "warnings", ""].join(DIVIDER));
        command
    }
}
