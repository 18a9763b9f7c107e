//! Every language on the server, and which one a request is answered in.

use super::{FOLDER, OF_BROWSERS, SHAPE, TABLES};
use kalends_words::{Table, file_name, pseudo};
use leptos::prelude::use_context;
use std::sync::OnceLock;

/// A language that pages can be in.
pub struct Language {
    table: Table,
    /// Without what the server alone says.
    of_browsers: &'static str,
    path: String,
}

impl Language {
    fn read(text: &'static str) -> Option<Self> {
        // The first line says which table it is.
        let end = text.match_indices('\n').nth(OF_BROWSERS).map_or(text.len(), |(at, _)| at + 1);
        let of_browsers = &text[..end];
        let path = format!("{FOLDER}{}", file_name(of_browsers));
        Some(Language { table: Table::read(text, SHAPE)?, of_browsers, path })
    }

    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The table as browsers read it.
    pub fn text(&self) -> &'static str {
        self.of_browsers
    }

    /// Where browsers ask for the table: another path for any other content.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// The language that a request is answered in, as Leptos context and as extension of the request.
#[derive(Clone, Copy)]
pub struct Spoken(pub &'static Language);

static LANGUAGES: OnceLock<Vec<Language>> = OnceLock::new();

tokio::task_local! {
    static SPOKEN: &'static Language;
}

/// English first.
pub fn languages() -> &'static [Language] {
    LANGUAGES.get_or_init(|| read(cfg!(test)))
}

/// Lets pages be in the language that nobody speaks (`en-XA`), which shows what does not come from a table. To be called before
/// any page is asked for; `false` if it was too late.
pub fn add_pseudo_language() -> bool {
    LANGUAGES.set(read(true)).is_ok()
}

fn read(with_pseudo: bool) -> Vec<Language> {
    let pseudo = TABLES.first().filter(|_| with_pseudo).map(|english| &*pseudo::table(english).leak());
    TABLES.into_iter().chain(pseudo).filter_map(Language::read).collect()
}

/// The language for a person: the one that they chose, else the first that their browser asks for (`Accept-Language`, RFC 9110
/// section 12.5.4), of those that there are.
pub fn choose(chosen: Option<&str>, accepted: Option<&str>) -> &'static Language {
    let wanted = chosen.into_iter().chain(accepted.map(by_preference).unwrap_or_default());
    wanted.into_iter().find_map(named).unwrap_or(&languages()[0])
}

/// The language of that tag, or of the same language elsewhere.
fn named(tag: &str) -> Option<&'static Language> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let same = |language: &&Language| language.table.language().eq_ignore_ascii_case(tag);
    let alike = |language: &&Language| primary(language.table.language()) == primary(tag);
    languages().iter().find(same).or_else(|| languages().iter().find(alike))
}

/// The tags of an Accept-Language value, the most wanted first.
fn by_preference(accepted: &str) -> Vec<&str> {
    let mut tags: Vec<(f32, &str)> = accepted
        .split(',')
        .filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            (weight > 0.0).then_some((weight, tag.trim()))
        })
        .collect();
    tags.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    tags.into_iter().map(|(_, tag)| tag).collect()
}

/// Answers a request in a language.
pub async fn speak<F: Future>(language: &'static Language, answer: F) -> F::Output {
    SPOKEN.scope(language, answer).await
}

/// Says something in a language, whatever the request is answered in.
pub fn speak_now<T>(language: &'static Language, say: impl FnOnce() -> T) -> T {
    SPOKEN.sync_scope(language, say)
}

/// The language of the request that is being answered. Leptos renders pages in tasks of its own, which have it as a context.
pub fn current() -> &'static Language {
    let all = languages();
    if all.len() == 1 {
        return &all[0];
    }
    let spoken = SPOKEN.try_with(|language| *language).ok();
    spoken.or_else(|| use_context::<Spoken>().map(|Spoken(language)| language)).unwrap_or(&all[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;
    use leptos::prelude::{Owner, provide_context};

    fn spoken(chosen: Option<&str>, accepted: Option<&str>) -> &'static str {
        choose(chosen, accepted).table.language()
    }

    #[tokio::test]
    async fn a_request_is_answered_in_the_language_of_the_person() {
        assert_eq!(spoken(None, None), "en");
        assert_eq!(spoken(Some("de-CH"), Some("tlh, en-XA;q=0.8, en;q=0.7")), "en-XA");
        assert_eq!(spoken(None, Some("en;q=0.7, en-xa;q=0.8")), "en-XA");
        assert_eq!(spoken(Some("en-GB"), Some("en-XA")), "en");
        assert_eq!(spoken(None, Some("en-XA;q=0, *")), "en");
        assert_eq!(spoken(None, Some(";;q=,q")), "en");

        let pseudo = choose(Some("en-XA"), None);
        assert_eq!(words::agenda_today(), "Today");
        let said = speak(pseudo, async { (words::agenda_today(), words::agenda_more(3), words::language()) }).await;
        assert_eq!(said, ("Tödäý", "[!! +3 möré !!]".to_owned(), "en-XA"));
        let owner = Owner::new();
        owner.with(|| {
            provide_context(Spoken(pseudo));
            assert_eq!(words::agenda_today(), "Tödäý");
        });
        assert!(pseudo.path().starts_with("/words/en-XA-"));
        assert_ne!(pseudo.path().rsplit('-').next(), choose(None, None).path().rsplit('-').next());
    }
}
