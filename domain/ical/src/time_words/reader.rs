//! What all readings ask of the items of a text.

use super::items::{Item, items};
use super::lexicon::{Language, Links, Meaning};
use chrono::{NaiveDate, NaiveDateTime};

/// From where and how times are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// When the text was written, on its reader's clock: “tomorrow” is the day after.
    pub now: NaiveDateTime,
    /// In English “5/6” is the 6th of May.
    pub is_month_first: bool,
}

impl Reference {
    pub(super) fn today(&self) -> NaiveDate {
        self.now.date()
    }
}

/// A text in one language.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) items: Vec<Item>,
    pub(super) language: Language,
    pub(super) reference: &'a Reference,
    /// It is running text, in which less is a time than in a line that says what is to be entered.
    pub(super) is_prose: bool,
}

/// What stands before something: small words and signs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lead {
    pub(super) links: Links,
    pub(super) end: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, language: Language, reference: &'a Reference, is_prose: bool) -> Self {
        Reader { text, items: items(text, language), language, reference, is_prose }
    }

    /// What the item says; [`Meaning::Other`] where there is none.
    pub(super) fn meaning(&self, at: usize) -> Meaning {
        self.items.get(at).map_or(Meaning::Other, |item| item.meaning)
    }

    pub(super) fn is_sign(&self, at: usize, sign: char) -> bool {
        self.meaning(at) == Meaning::Sign(sign)
    }

    /// No white space stands before it.
    pub(super) fn is_glued(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| !item.is_spaced)
    }

    pub(super) fn is_glued_sign(&self, at: usize, sign: char) -> bool {
        self.is_sign(at, sign) && self.is_glued(at)
    }

    pub(super) fn is_word(&self, at: usize, words: &[&str]) -> bool {
        self.items.get(at).is_some_and(|item| words.contains(&item.folded.as_str()))
    }

    pub(super) fn is_link(&self, at: usize, links: Links) -> bool {
        matches!(self.meaning(at), Meaning::Link(own) if own.has(links))
    }

    /// The number in digits that is glued to what is before it, of so many digits.
    pub(super) fn glued_digits(&self, at: usize, count: usize) -> Option<u32> {
        match self.meaning(at) {
            Meaning::Digits { value, digits } if digits == count && self.is_glued(at) => Some(value),
            _ => None,
        }
    }

    /// A number in digits, at most so many, or in words.
    pub(super) fn number(&self, at: usize) -> Option<u32> {
        match self.meaning(at) {
            Meaning::Digits { value, digits } if digits <= 4 => Some(value),
            Meaning::Number(value) => Some(value),
            // The short form of the month is a number as well.
            Meaning::Month(9) if self.language == Language::French && self.is_word(at, &["sept"]) => Some(7),
            _ => None,
        }
    }

    /// How many of something: a number or “a”.
    pub(super) fn count(&self, at: usize) -> Option<u32> {
        match self.meaning(at) {
            Meaning::Article => Some(1),
            _ => self.number(at),
        }
    }

    /// Whether a number begins here that is no part of another one, of a price or of a version.
    pub(super) fn begins_number(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).filter(|_| self.is_glued(at)) else { return true };
        match self.meaning(before) {
            Meaning::Sign(sign) => {
                matches!(sign, '(' | '[' | '\'' | '"' | '«' | '„' | '“' | ',' | ';' | '|' | '*' | '>' | '@')
                    || sign == '-'
                        && !matches!(self.meaning(before.wrapping_sub(1)), Meaning::Other if self.is_glued(before))
                    || sign == ':' && !matches!(self.meaning(before.wrapping_sub(1)), Meaning::Digits { .. })
            }
            // What parts a time from a date (ISO 8601).
            Meaning::Other => {
                self.is_word(before, &["t"]) && matches!(self.meaning(before.wrapping_sub(1)), Meaning::Digits { .. })
            }
            // “l'” and the like.
            Meaning::Link(_) => true,
            _ => false,
        }
    }

    /// Skips what joins: small words that `links` has one of, commas and the like. At most three.
    pub(super) fn lead(&self, from: usize, links: Links) -> Lead {
        const MAX_LEAD: usize = 3;
        let mut lead = Lead { links: Links::default(), end: from };
        for _ in 0..MAX_LEAD {
            match self.meaning(lead.end) {
                Meaning::Link(own) if own.has(links) => lead.links = lead.links.and(own),
                Meaning::Sign(',' | '@' | '(' | '|' | '·' | '-' | ':') if links.has(Links::SIGN) => {
                    if self.items.get(lead.end).is_some_and(|item| item.begins_line) {
                        break;
                    }
                    lead.links = lead.links.and(Links::SIGN);
                    if self.is_sign(lead.end, '@') {
                        lead.links = lead.links.and(Links::AT);
                    }
                }
                _ => break,
            }
            lead.end += 1;
        }
        lead
    }

    /// What follows begins another line of prose.
    pub(super) fn is_new_line(&self, at: usize) -> bool {
        self.is_prose && self.items.get(at).is_some_and(|item| item.begins_line)
    }

    /// Whether a word that is another word as well is meant as the name of a day or month here. `is_beside`: a date or time stands there.
    pub(super) fn is_meant(&self, at: usize, is_beside: bool) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        match (item.is_weak, self.language) {
            (false, _) => true,
            (true, Language::French) => is_beside,
            (true, _) if self.is_prose => is_beside && item.is_capital,
            (true, _) => is_beside || at == 0 && item.is_capital,
        }
    }
}
