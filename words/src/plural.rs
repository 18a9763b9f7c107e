//! Which form of a word goes with a number (CLDR plural rules, cardinal, of whole numbers).

/// The languages whose rules are known.
pub const LANGUAGES: [&str; 3] = ["de", "en", "fr"];

/// The categories that the numbers of a language fall into, besides `other`.
pub fn categories(language: &str) -> &'static [&'static str] {
    if is_french(language) { &["one", "many"] } else { &["one"] }
}

/// The category of a number: `one`, `many` or `other`.
pub fn category(language: &str, number: usize) -> &'static str {
    match number {
        1 => "one",
        0 if is_french(language) => "one",
        _ if is_french(language) && number.is_multiple_of(1_000_000) => "many",
        _ => "other",
    }
}

/// `fr`, `fr-CH`
fn is_french(language: &str) -> bool {
    matches!(language.as_bytes(), b"fr" | [b'f', b'r', b'-', ..])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use icu_plurals::{PluralCategory, PluralRuleType, PluralRules};

    #[test]
    fn numbers_fall_into_the_categories_of_cldr() {
        let numbers = (0..1_200).chain([9_999, 999_999, 1_000_000, 1_000_001, 2_000_000, 10_500_000, 30_000_000]);
        let numbers: Vec<usize> = numbers.collect();
        for language in LANGUAGES {
            let locale: icu_locale_core::Locale = language.parse().unwrap();
            let rules = PluralRules::try_new(locale.into(), PluralRuleType::Cardinal.into()).unwrap();
            for &number in &numbers {
                let expected = match rules.category_for(number) {
                    PluralCategory::Zero => "zero",
                    PluralCategory::One => "one",
                    PluralCategory::Two => "two",
                    PluralCategory::Few => "few",
                    PluralCategory::Many => "many",
                    PluralCategory::Other => "other",
                };
                assert_eq!(category(language, number), expected, "{number} in {language}");
                assert!(expected == "other" || categories(language).contains(&expected));
            }
        }
    }
}
