//! The files of translators: one folder for each language with a file of Project Fluent for each feature.
//!
//! What of Fluent is taken, and what the build refuses, is in docs/translating.md.

mod check;
mod generate;
mod message;

pub use check::unused;
pub use generate::{browser_table, functions, table};
pub use message::{Kind, Message, Parameter, Part, Variant};

use fluent_syntax::ast::Entry;
use fluent_syntax::parser;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// The language that the program is written in: what messages there are, and which arguments they take.
pub const FIRST: &str = "en";

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Every message of every language, English first.
#[derive(Clone, Debug)]
pub struct Languages(Vec<Language>);

/// One language's messages by their names, in the order of the names.
#[derive(Clone, Debug)]
pub struct Language {
    /// BCP 47; the name of its folder.
    pub tag: String,
    pub messages: BTreeMap<String, Message>,
}

/// A file of one language.
#[derive(Clone, Debug)]
pub struct File {
    pub language: String,
    /// As problems name it.
    pub path: String,
    pub text: String,
}

impl Languages {
    /// Reads the folders below `folder`.
    ///
    /// # Errors
    /// Everything that is wrong with any of the files.
    pub fn load(folder: &Path) -> Result<Self, Vec<Problem>> {
        let mut files = Vec::new();
        list(folder, &mut files)
            .map_err(|error| vec![Problem { file: folder.display().to_string(), line: 0, what: error.to_string() }])?;
        Languages::read(&files)
    }

    /// Reads files.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn read(files: &[File]) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut languages: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
        for file in files {
            languages.entry(&file.language).or_default().push(file);
        }
        let mut read: Vec<Language> =
            languages.into_iter().map(|(tag, files)| language(tag, &files, &mut problems)).collect();
        read.sort_by_key(|language| language.tag != FIRST);
        match read.first().filter(|first| first.tag == FIRST) {
            Some(first) => read[1..].iter().for_each(|other| check::against(first, other, &mut problems)),
            None => problems.push(Problem { file: FIRST.into(), line: 0, what: "there is no such folder".into() }),
        }
        problems.sort();
        if problems.is_empty() { Ok(Languages(read)) } else { Err(problems) }
    }

    /// The language that says which messages there are.
    pub fn first(&self) -> &Language {
        &self.0[0]
    }

    pub fn all(&self) -> &[Language] {
        &self.0
    }
}

fn list(folder: &Path, files: &mut Vec<File>) -> std::io::Result<()> {
    for language in sorted(folder)? {
        if !language.is_dir() {
            continue;
        }
        for path in sorted(&language)? {
            if path.extension().is_some_and(|extension| extension == "ftl") {
                let tag = language.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = std::fs::read_to_string(&path)?;
                files.push(File { language: tag, path: path.display().to_string(), text });
            }
        }
    }
    Ok(())
}

fn sorted(folder: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    let mut paths = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn language(tag: &str, files: &[&File], problems: &mut Vec<Problem>) -> Language {
    let known = crate::plural::LANGUAGES.contains(&tag.split('-').next().unwrap_or_default());
    if !known {
        let file = files.first().map(|file| file.path.clone()).unwrap_or_default();
        let what = format!("the plural rules of `{tag}` are not known: add them to words/src/plural.rs");
        problems.push(Problem { file, line: 1, what });
    }
    let parsed: Vec<_> = files.iter().map(|file| (*file, parse(file, problems))).collect();
    let mut terms = BTreeMap::new();
    for (file, entries) in &parsed {
        for entry in entries {
            if let Entry::Term(term) = entry {
                let mut reader = message::Reader { file, language: tag, terms: &BTreeMap::new(), problems };
                if let Some(text) = reader.term(term) {
                    terms.insert(term.id.name.to_owned(), text);
                }
            }
        }
    }
    let mut messages = BTreeMap::new();
    for (file, entries) in &parsed {
        for entry in entries {
            if let Entry::Message(found) = entry {
                let mut reader = message::Reader { file, language: tag, terms: &terms, problems };
                let Some(message) = reader.message(found) else { continue };
                let (file, line) = (message.file.clone(), message.line);
                if let Some(before) = messages.insert(found.id.name.to_owned(), message) {
                    let what = format!("`{}` stands in {}:{} already", found.id.name, before.file, before.line);
                    problems.push(Problem { file, line, what });
                }
            }
        }
    }
    Language { tag: tag.to_owned(), messages }
}

fn parse<'f>(file: &'f File, problems: &mut Vec<Problem>) -> Vec<Entry<&'f str>> {
    match parser::parse(file.text.as_str()) {
        Ok(resource) => resource.body,
        Err((resource, errors)) => {
            problems.extend(errors.into_iter().map(|error| Problem {
                file: file.path.clone(),
                line: line_of(&file.text, error.pos.start),
                what: format!("is not Fluent: {}", error.kind),
            }));
            resource.body
        }
    }
}

/// The line of an octet, from 1.
fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes().iter().take(at).filter(|octet| **octet == b'\n').count()
}

#[cfg(test)]
mod tests;
