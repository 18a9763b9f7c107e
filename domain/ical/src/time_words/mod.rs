//! Times in words: a line such as “Tuesday 2pm budget review /team every two weeks until June” as an event, and the times that a text
//! names, in English, French and German.
//!
//! A text becomes a row of items (`items`), each with what its word means (`lexicon`, `tables`); times of day
//! (`clock`), dates (`dates`), both together (`moments`) and repetitions (`repetition`) are read from it at one place after the other,
//! each looking a bounded way ahead: reading takes as long as the text is. Whatever is not understood for certain is left alone.
//!
//! What is ambiguous is read like this:
//!
//! - a weekday is the next one, today only with a time that is still to come; “next Friday” is in the week after this one in English,
//!   « vendredi prochain » and „nächsten Freitag“ are the next one after today;
//! - a date without a year is the next one;
//! - “5/6” is the 5th of June, unless [`Reference::is_month_first`] says otherwise or only the other order makes a date;
//! - 1 to 6 o'clock without more is in the afternoon in English, and on the clock of 24 hours in French and German: „halb drei“ is 2:30;
//! - midnight is the beginning of the day, and as an end the end of it;
//! - “until June” is until its last day.

mod clock;
mod dates;
mod days;
mod english;
mod french;
mod german;
mod items;
mod lexicon;
mod moments;
mod places;
mod prose;
mod quick;
mod reader;
mod repetition;
mod tables;
mod zones;

pub use lexicon::Language;
pub use moments::When;
pub use prose::FoundTime;
pub use quick::{Part, QuickAdd, Understood};
pub use reader::Reference;

/// The longest line that is read as an event, in octets.
pub const MAX_LINE_OCTETS: usize = 2000;

/// The longest text in which times are looked for, in octets.
pub const MAX_TEXT_OCTETS: usize = 64 * 1024;

/// Why a text is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeWordsError {
    #[error("the text is longer than {max_octets} octets")]
    TooLong { max_octets: usize },
}

/// What a line says of an event, in that of the languages in which most of it is understood as a time: the first of several such, of all
/// where it names no time, and in English where there is none.
///
/// # Errors
/// For more than [`MAX_LINE_OCTETS`].
pub fn quick_add(text: &str, languages: &[Language], reference: &Reference) -> Result<QuickAdd, TimeWordsError> {
    bounded(text, MAX_LINE_OCTETS)?;
    let read = |language: Language| quick::quick_add(text, language, reference);
    let mut best: Option<(usize, QuickAdd)> = None;
    for found in languages.iter().map(|language| read(*language)) {
        let octets = if found.when.is_some() { found.octets_of_times() } else { 0 };
        if best.as_ref().is_none_or(|(most, _)| octets > *most) {
            best = Some((octets, found));
        }
    }
    Ok(best.map_or_else(|| read(Language::English), |(_, found)| found))
}

/// The times that a text names in any of the languages, the most certain first, each once. Lines that begin with `>` are not read.
///
/// # Errors
/// For more than [`MAX_TEXT_OCTETS`].
pub fn times_in_text(
    text: &str,
    languages: &[Language],
    reference: &Reference,
) -> Result<Vec<FoundTime>, TimeWordsError> {
    bounded(text, MAX_TEXT_OCTETS)?;
    Ok(prose::times(text, languages, reference))
}

/// The place that a line of the text names as such: “Where: Room 3”, « Lieu : salle 3 », „Ort: Raum 3“.
///
/// # Errors
/// For more than [`MAX_TEXT_OCTETS`].
pub fn place_in_text(text: &str) -> Result<Option<&str>, TimeWordsError> {
    bounded(text, MAX_TEXT_OCTETS)?;
    Ok(places::labelled(text))
}

fn bounded(text: &str, max_octets: usize) -> Result<(), TimeWordsError> {
    match text.len() > max_octets {
        true => Err(TimeWordsError::TooLong { max_octets }),
        false => Ok(()),
    }
}
