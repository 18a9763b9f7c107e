//! Running other programs with their output in view.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// What went wrong, and what to do about it where that is known.
#[derive(Debug)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure(error.to_string())
    }
}

impl From<wasmparser::BinaryReaderError> for Failure {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Failure(format!("the WebAssembly cannot be read: {error}"))
    }
}

/// Says what comes next.
pub fn step(title: &str) {
    eprintln!("\n==> {title}");
}

fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure(format!("`{}` cannot be started: {error}", name(command)))
}

/// Runs to the end; anything but success is a failure.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("`{}` failed ({status})", name(command)))) }
}

/// Does two things at the same time, each to its end; fails when one of them does.
pub fn together<One: Send, Other>(
    one: impl FnOnce() -> Result<One, Failure> + Send,
    other: impl FnOnce() -> Result<Other, Failure>,
) -> Result<(One, Other), Failure> {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        let one = one.join().unwrap_or_else(|_| Err(Failure("a thread panicked".into())));
        Ok((one?, other?))
    })
}

/// What the program prints, if it can be run and succeeds.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs to the end, shows each line of standard output and hands it to `see`. Yields whether it succeeded.
pub fn watch(command: &mut Command, mut see: impl FnMut(&str)) -> Result<bool, Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            see(&line);
        }
    }
    Ok(child.wait()?.success())
}
