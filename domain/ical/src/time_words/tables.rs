//! The words of each language. A phrase of several words is written with spaces between them, and so are the signs in it; all is folded as
//! [`super::items::fold`] does.

use super::lexicon::{Language, Meaning};
use super::{english, french, german};

impl Language {
    pub(super) fn words(self) -> &'static [(&'static str, Meaning)] {
        match self {
            Language::English => english::WORDS,
            Language::French => french::WORDS,
            Language::German => german::WORDS,
        }
    }

    /// Names of days and months that are other words as well.
    pub(super) fn weak(self) -> &'static [&'static str] {
        match self {
            Language::English => english::WEAK,
            Language::French => french::WEAK,
            Language::German => german::WEAK,
        }
    }

    /// Words that a place begins with or has in it.
    pub(super) fn places(self) -> &'static [&'static str] {
        match self {
            Language::English => english::PLACES,
            Language::French => french::PLACES,
            Language::German => german::PLACES,
        }
    }
}

/// What the words of `folded` from the first on mean, and how many of them say it: the longest phrase that is known.
pub(super) fn look_up<'a>(language: Language, folded: impl Fn(usize) -> Option<&'a str>) -> Option<(Meaning, usize)> {
    let first = folded(0)?;
    let mut best: Option<(Meaning, usize)> = None;
    for (phrase, meaning) in language.words() {
        if !phrase.starts_with(first) {
            continue;
        }
        let mut count = 0;
        let is_said = phrase.split(' ').all(|word| {
            count += 1;
            folded(count - 1) == Some(word)
        });
        if is_said && best.is_none_or(|(_, most)| count > most) {
            best = Some((*meaning, count));
        }
    }
    best
}
