//! What the build writes: a table for each language, and the functions that the program says the messages by.

use super::{Kind, Language, Languages, Message, Parameter, Part};
use crate::{ARGUMENT, CHOICE, CHOSEN, KEY, VARIANT, fingerprint};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Tells the messages and their arguments apart from those of another version.
fn shape(first: &Language) -> String {
    let mut all = String::new();
    for (name, message) in first.in_order() {
        let parameters = message.parameters.iter().map(|it| format!("{}:{:?}", it.name, it.kind));
        all += &format!("{name}({})\n", parameters.collect::<Vec<_>>().join(","));
    }
    format!("{:016x}", fingerprint(&all))
}

/// The table of one of the languages, as [`crate::Table::read`] reads it.
pub fn table(languages: &Languages, language: &Language) -> String {
    let first = languages.first();
    let mut table = format!("{} {}\n", language.tag, shape(first));
    for (name, message) in first.in_order() {
        if let Some(translated) = language.messages.get(name) {
            write_parts(&translated.parts, &message.parameters, &mut table);
        }
        table.push('\n');
    }
    table
}

/// What of [`table`] browsers download.
pub fn browser_table(languages: &Languages, language: &Language) -> String {
    table(languages, language).split_inclusive('\n').take(1 + languages.first().of_browsers()).collect()
}

fn write_parts(parts: &[Part], parameters: &[Parameter], table: &mut String) {
    let digit = |name: &str| {
        let at = parameters.iter().position(|parameter| parameter.name == name).unwrap_or_default();
        char::from(b'0' + at as u8)
    };
    for part in parts {
        match part {
            Part::Text(text) => table.push_str(text),
            Part::Argument(name) => table.extend([char::from(ARGUMENT), digit(name)]),
            Part::Choice { by, variants } => {
                table.extend([char::from(CHOICE), digit(by)]);
                for variant in variants {
                    table.push_str(&variant.key);
                    table.push(KEY.into());
                    write_parts(&variant.parts, parameters, table);
                    table.push(VARIANT.into());
                }
                table.push(CHOSEN.into());
            }
        }
    }
}

/// A module of Rust with a function for each message, over `text`, `numbered` and `format` of the module that includes it.
pub fn functions(languages: &Languages) -> String {
    let first = languages.first();
    let of_browsers = first.of_browsers();
    let mut module = format!(
        "/// Tells the messages and their arguments apart from those of another version.\npub const SHAPE: &str = {:?};\n\n\
         /// How many messages browsers say; those that the server alone says come after them.\n\
         #[cfg(feature = \"ssr\")]\nconst OF_BROWSERS: usize = {of_browsers};\n\n",
        shape(first)
    );
    let series = first.series();
    for (at, (name, message)) in first.in_order().enumerate() {
        match in_series(name) {
            Some((base, 1)) if series.contains_key(base) => {
                function_of_series(at, base, series[base], message, &mut module)
            }
            Some((base, _)) if series.contains_key(base) => {}
            _ => function(at, name, message, &mut module),
        }
    }
    module
}

/// The name of a series and the place in it, of a name that ends in a number.
pub fn in_series(name: &str) -> Option<(&str, usize)> {
    let (base, number) = name.rsplit_once('-')?;
    Some((base, number.parse().ok()?))
}

/// Whether a message is said by the server alone: it is none of what browsers download.
fn is_of_server(name: &str) -> bool {
    name.starts_with("server-")
}

impl Language {
    /// How many messages browsers say.
    fn of_browsers(&self) -> usize {
        self.messages.keys().filter(|name| !is_of_server(name)).count()
    }

    /// The messages as they stand in tables: by name, those that the server alone says last.
    fn in_order(&self) -> impl Iterator<Item = (&String, &Message)> {
        let of = |server: bool| self.messages.iter().filter(move |(name, _)| is_of_server(name) == server);
        of(false).chain(of(true))
    }

    /// The series of messages without arguments, with how many there are in each: names that end in the numbers from 1, all of one
    /// width, so that they follow one another in the table.
    pub fn series(&self) -> BTreeMap<&str, usize> {
        let mut found: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for (name, _) in self.messages.iter().filter(|(_, message)| message.parameters.is_empty()) {
            if let Some((base, number)) = in_series(name) {
                found.entry(base).or_default().push((number, name.len()));
            }
        }
        let follows =
            |(at, (number, width)): (usize, &(usize, usize)), first: usize| *number == at + 1 && *width == first;
        found.retain(|_, members| members.iter().enumerate().all(|member| follows(member, members[0].1)));
        found.into_iter().map(|(base, members)| (base, members.len())).collect()
    }
}

fn document(message: &Message, module: &mut String) {
    let mut said = String::new();
    describe(&message.parts, &mut said);
    let mut line = |text: &str| {
        module.push_str("///");
        module.push_str(text);
        module.push('\n');
    };
    line(&format!(" `` {said} ``"));
    if !message.comment.is_empty() {
        line("");
        message.comment.iter().for_each(|comment| line(&format!(" {comment}")));
    }
}

/// Each is called in few places and does nothing but to call another.
const INLINE: &str = "#[inline(always)]\n";

fn function(at: usize, name: &str, message: &Message, module: &mut String) {
    document(message, module);
    if is_of_server(name) {
        module.push_str("#[cfg(feature = \"ssr\")]\n");
    }
    let name = rust_name(name);
    module.push_str(INLINE);
    if message.parameters.is_empty() {
        module.push_str(&format!("pub fn {name}() -> &'static str {{\n    text({at})\n}}\n\n"));
        return;
    }
    let (mut takes, mut gives) = (Vec::new(), Vec::new());
    for Parameter { name, kind } in &message.parameters {
        let name = rust_name(name);
        let (type_name, variant) = match kind {
            Kind::Text => ("&str", "Text"),
            Kind::Number => ("usize", "Number"),
        };
        takes.push(format!("{name}: {type_name}"));
        gives.push(format!("Argument::{variant}({name})"));
    }
    let (takes, gives) = (takes.join(", "), gives.join(", "));
    module.push_str(&format!("pub fn {name}({takes}) -> String {{\n    format({at}, &[{gives}])\n}}\n\n"));
}

/// `at`: the first of the series; `first`: what that says.
fn function_of_series(at: usize, base: &str, count: usize, first: &Message, module: &mut String) {
    document(first, module);
    let name = rust_name(base);
    module.push_str(&format!(
        "///\n/// `number`: from 1 to {count}; nothing is said for others.\n{INLINE}\
         pub fn {name}(number: usize) -> &'static str {{\n    numbered({at}, {count}, number)\n}}\n\n"
    ));
}

fn rust_name(name: &str) -> String {
    name.replace('-', "_")
}

/// The message as translators see it, on one line.
fn describe(parts: &[Part], said: &mut String) {
    for part in parts {
        match part {
            Part::Text(text) => said.push_str(text),
            // A string always takes what is written to it.
            Part::Argument(name) => drop(write!(said, "{{ ${name} }}")),
            Part::Choice { by, variants } => {
                let _ = write!(said, "{{ ${by} ->");
                for variant in variants {
                    let key = if variant.key.is_empty() { "other" } else { &variant.key };
                    let _ = write!(said, " [{key}] ");
                    describe(&variant.parts, said);
                }
                said.push_str(" }");
            }
        }
    }
}
