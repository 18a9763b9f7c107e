//! A text as a row of items: words with what they mean, numbers, signs.

use super::lexicon::{Language, Meaning};
use super::tables::look_up;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// A word or phrase, a number or a sign.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) meaning: Meaning,
    /// In octets of the text.
    pub(super) span: Range<usize>,
    /// White space stands before it.
    pub(super) is_spaced: bool,
    /// A line begins with it.
    pub(super) begins_line: bool,
    /// Its first letter is a capital.
    pub(super) is_capital: bool,
    /// It is another word as well.
    pub(super) is_weak: bool,
    /// As it is looked up.
    pub(super) folded: String,
}

/// Small letters without accents.
pub(super) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for c in word.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            c => folded.push(c),
        }
    }
    folded
}

/// The items of a text, in its order.
pub(super) fn items(text: &str, language: Language) -> Vec<Item> {
    let pieces = pieces(text);
    let mut items = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let mut item = piece.clone();
        let mut count = 1;
        if matches!(item.meaning, Meaning::Other | Meaning::Sign(_)) {
            let folded = |ahead: usize| pieces.get(at + ahead).map(|piece: &Item| piece.folded.as_str());
            if let Some((meaning, words)) = look_up(language, folded) {
                (item.meaning, count) = (meaning, words);
                item.is_weak = words == 1 && language.weak().contains(&item.folded.as_str());
                if let Some(last) = pieces.get(at + words - 1) {
                    item.span.end = last.span.end;
                }
            }
        }
        items.push(item);
        at += count;
    }
    items
}

/// Words, numbers and signs, without what they mean.
fn pieces(text: &str) -> Vec<Item> {
    let mut pieces = Vec::new();
    let mut chars = text.char_indices().peekable();
    let (mut is_spaced, mut begins_line) = (true, true);
    while let Some(&(start, c)) = chars.peek() {
        if c.is_whitespace() {
            is_spaced = true;
            begins_line |= c == '\n';
            chars.next();
            continue;
        }
        let mut piece = Item {
            meaning: Meaning::Other,
            span: start..start,
            is_spaced,
            begins_line,
            is_capital: c.is_uppercase(),
            is_weak: false,
            folded: String::new(),
        };
        let run = match is_spaced
            || pieces.last().is_some_and(|last: &Item| matches!(last.meaning, Meaning::Sign('<' | '(' | '"' | '[')))
        {
            true => unread(&text[start..]),
            false => None,
        };
        let end_of = |holds: fn(char) -> bool| text[start..].find(|c| !holds(c)).map_or(text.len(), |end| start + end);
        let end = if let Some((meaning, octets)) = run {
            piece.meaning = meaning;
            start + octets
        } else if c.is_ascii_digit() {
            let end = end_of(|c| c.is_ascii_digit());
            let digits = &text[start..end];
            piece.meaning = Meaning::Digits { value: digits.parse().unwrap_or(u32::MAX), digits: digits.len() };
            end
        } else if c.is_alphabetic() {
            let end = end_of(|c| c.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&c));
            piece.folded = fold(&text[start..end]);
            end
        } else {
            let sign = match c {
                '’' | '‘' | 'ʼ' | '`' => '\'',
                '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
                c => c,
            };
            piece.meaning = Meaning::Sign(sign);
            piece.folded = sign.to_string();
            start + c.len_utf8()
        };
        piece.span = start..end;
        while chars.next_if(|(at, _)| *at < end).is_some() {}
        pieces.push(piece);
        (is_spaced, begins_line) = (false, false);
    }
    pieces
}

/// An address with which the text begins, and its length in octets.
fn unread(text: &str) -> Option<(Meaning, usize)> {
    /// The longest address of e-mail that is looked for, in octets (RFC 5321 section 4.5.3.1 allows 64 and 255).
    const MAX_ADDRESS_OCTETS: usize = 320;
    let run = |text: &str| text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(text.len());
    let head = beginning(text, MAX_ADDRESS_OCTETS);
    let head = &head[..run(head)];
    if head.contains("://") || head.starts_with("www.") || head.starts_with("mailto:") {
        return Some((Meaning::Opaque, run(text)));
    }
    let run = head;
    let run = run.trim_end_matches([',', ';', '.', ':', ')', ']', '!', '?']);
    let (local, domain) = run.split_once('@')?;
    let is_name = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let is_one = !local.is_empty()
        && local.chars().all(is_name)
        && domain.chars().all(is_domain)
        && domain.split('.').count() > 1
        && domain.split('.').all(|label| !label.is_empty());
    is_one.then_some((Meaning::Address, run.len()))
}

/// At most so many octets of a text, from its beginning.
fn beginning(text: &str, octets: usize) -> &str {
    let mut end = text.len().min(octets);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
