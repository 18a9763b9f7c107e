//! What pages say, in one language at a time.
//!
//! Translators write Project Fluent. The build reads it (feature `source`), refuses what does not fit, and writes a [`Table`] for each
//! language and a function for each message. A program that speaks carries this file and [`plural`], and no reader of Fluent.

pub mod plural;
pub mod pseudo;
#[cfg(feature = "source")]
pub mod source;

use plural::category;

/// Stands before the digit of an argument that is put in its place.
const ARGUMENT: u8 = 1;
/// Stands before the digit of the number that chooses one of the variants which follow.
const CHOICE: u8 = 2;
/// Stands between the key of a variant and its text.
const KEY: u8 = 3;
/// Ends a variant.
const VARIANT: u8 = 4;
/// Ends the variants.
const CHOSEN: u8 = 5;

/// The messages of one language, in the order that the program numbers them by.
///
/// As text: a line with the language's tag and [the shape](Table::read), then a line for each message.
#[derive(Debug)]
pub struct Table {
    language: &'static str,
    lines: Vec<&'static str>,
}

/// What a message is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'a> {
    Text(&'a str),
    Number(usize),
}

impl Table {
    /// Reads a table. `shape` tells the messages and their arguments apart from those of another version of the program; a table of
    /// another shape is none.
    pub fn read(text: &'static str, shape: &str) -> Option<Self> {
        let lines = pieces(text, b'\n');
        let head = lines.first()?;
        let (language, its_shape) = head.split_at(find(head, [b' '; 2])?);
        (&its_shape[1..] == shape).then_some(Table { language, lines })
    }

    /// Of no language, and without a message.
    pub const fn empty() -> Self {
        Table { language: "", lines: Vec::new() }
    }

    /// BCP 47, such as `en`.
    pub fn language(&self) -> &'static str {
        self.language
    }

    /// The message without arguments.
    pub fn text(&self, message: usize) -> &'static str {
        self.lines.get(message + 1).copied().unwrap_or_default()
    }

    /// The message with its arguments put in.
    pub fn format(&self, message: usize, arguments: &[Argument]) -> String {
        let mut said = String::new();
        self.say(self.text(message), arguments, &mut said);
        said
    }

    fn say(&self, pattern: &str, arguments: &[Argument], said: &mut String) {
        let mut rest = pattern;
        while let Some(at) = find(rest, [ARGUMENT, CHOICE]) {
            let (before, marked) = rest.split_at(at);
            said.push_str(before);
            let &[mark, digit, ..] = marked.as_bytes() else { break };
            rest = &marked[2..];
            let argument = arguments.get(usize::from(digit.wrapping_sub(b'0'))).copied();
            if mark == CHOICE {
                let end = find(rest, [CHOSEN; 2]).unwrap_or(rest.len());
                let (variants, after) = rest.split_at(end);
                rest = after.get(1..).unwrap_or_default();
                self.say(self.variant(variants, argument), arguments, said);
            } else {
                match argument {
                    Some(Argument::Text(text)) => said.push_str(text),
                    Some(Argument::Number(number)) => said.push_str(&number.to_string()),
                    None => {}
                }
            }
        }
        said.push_str(rest);
    }

    /// The text of the variant for the number itself, else of the one for its category, else of the last.
    fn variant<'v>(&self, variants: &'v str, argument: Option<Argument>) -> &'v str {
        let Some(Argument::Number(number)) = argument else { return "" };
        let (exact, category) = (number.to_string(), category(self.language, number));
        let mut chosen = "";
        for variant in pieces(variants, VARIANT) {
            let [key, text] = pieces(variant, KEY)[..] else { continue };
            if key == exact {
                return text;
            }
            // The one that is for everything else stands at the end.
            if chosen.is_empty() && (key == category || key.is_empty()) {
                chosen = text;
            }
        }
        chosen
    }
}

/// Where the first of two marks stands.
fn find(text: &str, [one, other]: [u8; 2]) -> Option<usize> {
    text.bytes().position(|octet| octet == one || octet == other)
}

/// The pieces of a text that stand before and after each `mark`, without an empty one at the end.
fn pieces(text: &str, mark: u8) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = find(rest, [mark; 2]) {
        pieces.push(&rest[..at]);
        rest = &rest[at + 1..];
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// The name under which browsers ask for a table: another for any other text, so that they may keep it for ever.
pub fn file_name(table: &str) -> String {
    let language = table.split(' ').next().unwrap_or_default();
    format!("{language}-{:016x}.txt", fingerprint(table))
}

/// FNV-1a, 64 bits: tells texts of our own apart.
pub fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, octet| (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TABLE: &str = "en 1f\nToday\n\u{1}0 moved to \u{1}1\n\u{2}00\u{3}no events\u{4}one\u{3}\u{1}0 event\u{4}\u{3}\u{1}0 events\u{4}\u{5} here\n";

    #[test]
    fn messages_are_filled_in() {
        let table = Table::read(TABLE, "1f").unwrap();
        assert_eq!((table.language(), table.text(0), table.text(9)), ("en", "Today", ""));
        assert_eq!(table.format(1, &[Argument::Text("Fair"), Argument::Number(3)]), "Fair moved to 3");
        let count = |n| table.format(2, &[Argument::Number(n)]);
        assert_eq!([count(0), count(1), count(2)], ["no events here", "1 event here", "2 events here"]);
    }

    #[test]
    fn a_table_of_another_version_is_none() {
        assert!(Table::read(TABLE, "20").is_none());
        assert!(Table::read("", "").is_none());
    }

    #[test]
    fn what_arguments_say_is_not_read_as_a_pattern() {
        let table = Table::read(TABLE, "1f").unwrap();
        assert_eq!(table.format(1, &[Argument::Text("\u{1}1\u{2}"), Argument::Text("b")]), "\u{1}1\u{2} moved to b");
    }

    #[test]
    fn another_text_has_another_name() {
        assert!(file_name(TABLE).starts_with("en-"));
        assert_ne!(file_name(TABLE), file_name(&TABLE.replace("Today", "today")));
    }
}
