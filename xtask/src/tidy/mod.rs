//! `cargo xtask tidy`: the rules of the house that a program can hold (docs/style.md). There are no exceptions: where a rule
//! does not fit, change the rule for all.

mod circles;
mod modules;
mod rules;
mod tokens;
mod words;

use crate::process::{Failure, step};
use crate::root;
use std::collections::BTreeMap;
use std::path::Path;
use tokens::Token;

/// What breaks a rule, and what to do about it.
#[derive(Debug, PartialEq)]
struct Offence {
    path: String,
    line: usize,
    what: String,
}

/// A file of the repository.
struct Source {
    path: String,
    text: String,
    /// Of Rust.
    tokens: Vec<Token>,
}

/// Prints every offence; any is a failure.
pub fn check() -> Result<(), Failure> {
    step("Tidying");
    let mut paths = Vec::new();
    list(root(), "", &mut paths)?;
    let mut offences = Vec::new();
    let mut sources = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(root().join(&path))?;
        let tokens = if path.ends_with(".rs") { tokens::read(&text) } else { Ok(Vec::new()) };
        match tokens {
            Ok(tokens) => sources.push(Source { path, text, tokens }),
            Err(error) => {
                let line = error.span().start().line;
                offences.push(Offence { path, line, what: format!("cannot be read as Rust: {error}") });
            }
        }
    }
    offences.extend(sources.iter().flat_map(Source::offences));
    let mut crates: BTreeMap<&str, Vec<(&str, &[Token])>> = BTreeMap::new();
    for source in &sources {
        if let Some((folder, file)) = source.path.split_once("/src/") {
            crates.entry(folder).or_default().push((file, &source.tokens));
        }
    }
    offences.extend(crates.into_iter().flat_map(|(folder, files)| circles::check(&format!("{folder}/src"), &files)));
    offences.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
    for Offence { path, line, what } in &offences {
        println!("{path}:{line}: {what}");
    }
    match offences.len() {
        0 => Ok(()),
        count => Err(Failure(format!("{count} offences against the rules of docs/style.md"))),
    }
}

/// The paths of the Rust files and style sheets that are ours, below the root.
fn list(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), Failure> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            let is_ours =
                !name.starts_with('.') && !["target", "dist", "data", "node_modules"].contains(&name.as_str());
            if is_ours {
                list(&entry.path(), &format!("{path}/"), paths)?;
            }
        } else if name.ends_with(".rs") || name.ends_with(".css") {
            paths.push(path);
        }
    }
    Ok(())
}

impl Source {
    /// Test programs and benchmarks, which stand beside `src`, and what they share.
    fn is_test(&self) -> bool {
        !self.path.contains("/src/") || self.path.starts_with("test-support/")
    }

    fn offences(&self) -> Vec<Offence> {
        let mut found = rules::length(&self.path, &self.text);
        found.extend(rules::functions(&self.tokens));
        found.extend(rules::names(&self.tokens));
        if !self.is_test() {
            found.extend(rules::access_levels(&self.path, &self.tokens));
            found.extend(rules::dialect(&self.path, &self.tokens));
            found.extend(rules::sql(&self.path, &self.tokens));
            found.extend(rules::writes(&self.path, &self.tokens));
            found.extend(words::words_in_views(&self.path, &self.tokens));
        }
        let of = |(line, what)| Offence { path: self.path.clone(), line, what };
        found.into_iter().map(of).collect()
    }
}
