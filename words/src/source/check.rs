//! What one file alone does not show: messages that a language lacks or has too many of, and those that nobody says.

use super::generate::in_series;
use super::{Kind, Language, Problem};
use std::collections::BTreeSet;

/// Whether `other` has the messages of `first`, with the same arguments.
pub fn against(first: &Language, other: &Language, problems: &mut Vec<Problem>) {
    for (name, message) in &first.messages {
        let Some(translated) = other.messages.get(name) else {
            let what = format!("`{name}` is missing in `{}`", other.tag);
            problems.push(Problem { file: message.file.clone(), line: message.line, what });
            continue;
        };
        let mut wrong =
            |what: String| problems.push(Problem { file: translated.file.clone(), line: translated.line, what });
        for parameter in &message.parameters {
            let found = translated.parameters.iter().find(|it| it.name == parameter.name);
            match found {
                None => wrong(format!("`{name}` leaves out `${}`", parameter.name)),
                Some(found) if found.kind == Kind::Number && parameter.kind == Kind::Text => {
                    wrong(format!("`{name}` takes `${}` for a number, which it is not in English", parameter.name));
                }
                Some(_) => {}
            }
        }
        for parameter in &translated.parameters {
            if message.parameters.iter().all(|it| it.name != parameter.name) {
                wrong(format!("`{name}` has `${}`, which it is not given", parameter.name));
            }
        }
    }
    for (name, message) in &other.messages {
        if !first.messages.contains_key(name) {
            let what = format!("there is no `{name}` in English");
            problems.push(Problem { file: message.file.clone(), line: message.line, what });
        }
    }
}

/// The messages of `first` that none of the sources (of Rust) says.
pub fn unused(first: &Language, sources: &[String]) -> Vec<Problem> {
    let series = first.series();
    let said: BTreeSet<&str> = sources.iter().flat_map(|source| names(source)).collect();
    first
        .messages
        .iter()
        .filter(|(name, _)| {
            let base = in_series(name).map(|(base, _)| base).filter(|base| series.contains_key(base));
            !said.contains(base.unwrap_or(name).replace('-', "_").as_str())
        })
        .map(|(name, message)| Problem {
            file: message.file.clone(),
            line: message.line,
            what: format!("nothing says `{name}`"),
        })
        .collect()
}

/// What stands after `words::`.
fn names(source: &str) -> impl Iterator<Item = &str> {
    source.split("words::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        &rest[..end]
    })
}
