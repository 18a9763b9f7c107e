//! A language that nobody speaks: English with accents and in brackets. What shows without them does not come from a table, and
//! what is cut off has no room for languages with longer words.

use crate::{ARGUMENT, CHOICE, CHOSEN, KEY, VARIANT};

/// Its BCP 47 tag, as CLDR has it.
pub const LANGUAGE: &str = "en-XA";

/// The table of the language, made of the English one. Single words stay without brackets: names of months and days are read again
/// where somebody types them.
pub fn table(english: &str) -> String {
    let (head, messages) = english.split_once('\n').unwrap_or((english, ""));
    let shape = head.split(' ').nth(1).unwrap_or_default();
    let mut table = format!("{LANGUAGE} {shape}\n");
    for message in messages.split_terminator('\n') {
        if message.contains(' ') {
            table.push_str("[!! ");
            accented(message, &mut table);
            table.push_str(" !!]");
        } else {
            accented(message, &mut table);
        }
        table.push('\n');
    }
    table
}

fn accented(message: &str, table: &mut String) {
    let mut in_key = false;
    let mut chars = message.chars();
    while let Some(c) = chars.next() {
        let mark = u8::try_from(c).unwrap_or_default();
        match mark {
            ARGUMENT | CHOICE => {
                table.push(c);
                table.extend(chars.next());
                in_key = mark == CHOICE;
                continue;
            }
            VARIANT => in_key = true,
            KEY | CHOSEN => in_key = false,
            _ => {}
        }
        table.push(if in_key { c } else { accent(c) });
    }
}

fn accent(letter: char) -> char {
    const PLAIN: &str = "aceinouyzACEINOUYZ";
    const ACCENTED: &str = "äçéîñöüýžÄÇÉÎÑÖÜÝŽ";
    PLAIN.chars().zip(ACCENTED.chars()).find(|(plain, _)| *plain == letter).map_or(letter, |(_, accented)| accented)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Argument, Table};

    #[test]
    fn words_have_accents_and_what_they_are_chosen_by_has_none() {
        let english = "en 1f\nToday\n\u{2}0one\u{3}one event of \u{1}1\u{4}\u{3}\u{1}0 events of \u{1}1\u{4}\u{5}\n";
        let table = Table::read(table(english).leak(), "1f").unwrap();
        assert_eq!((table.language(), table.text(0)), ("en-XA", "Tödäý"));
        let say = |n| table.format(1, &[Argument::Number(n), Argument::Text("Ada")]);
        assert_eq!([say(1), say(2)], ["[!! öñé évéñt öf Ada !!]", "[!! 2 évéñts öf Ada !!]"]);
    }
}
