//! Words by which messages and people are found: letters and digits in lower case, without accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest word that is looked for, in characters; what is longer is cut.
const MAX_WORD: usize = 40;
/// Most words that are kept of a text, and that are asked for at once.
const MAX_WORDS: usize = 200;
/// Most words of a question.
pub const MAX_ASKED: usize = 10;

/// The words of texts, each once.
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for text in texts {
        let plain: String =
            text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect();
        for word in plain.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
            if words.len() >= MAX_WORDS {
                return words;
            }
            let word: String = word.chars().take(MAX_WORD).collect();
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_they_are_written() {
        assert_eq!(
            words(["Zoé Müller <zoe.m@example.org>", "RE: zoé"]),
            ["zoe", "muller", "m", "example", "org", "re"]
        );
        assert!(words(["…", " ", ""]).is_empty());
        assert_eq!(words(["x".repeat(100).as_str()])[0].len(), MAX_WORD);
    }
}
