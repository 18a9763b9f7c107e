//! Places, where words say for certain that one is meant.

use super::lexicon::{Language, Links, Meaning};
use super::reader::Reader;

impl Reader<'_> {
    /// Where the name of a place begins, if the items from `at` to `end` lead to one and name it.
    pub(super) fn place(&self, at: usize, end: usize) -> Option<usize> {
        /// Of how many items the name of a place is at most.
        const MAX_ITEMS: usize = 8;
        let link = match self.meaning(at) {
            Meaning::Sign('@') => Links::SURELY_PLACE,
            Meaning::Link(link) if link.has(Links::PLACE.and(Links::SURELY_PLACE)) => link,
            _ => return None,
        };
        // « il a un chat »
        if self.language == Language::French
            && self.is_word(at, &["a"])
            && !self.text.get(self.items.get(at)?.span.clone())?.ends_with('à')
        {
            return None;
        }
        let mut first = at + 1;
        let is_small = |at: usize| self.items.get(at).is_some_and(|item| !item.is_capital);
        while first < end
            && is_small(first)
            && (self.is_link(first, Links::THE) || matches!(self.meaning(first), Meaning::Article))
        {
            first += 1;
        }
        if first >= end || end - first > MAX_ITEMS {
            return None;
        }
        let names_place = (first..end.min(first + 5)).any(|at| self.is_place_word(at));
        let is_number = matches!(self.meaning(first), Meaning::Digits { .. });
        let is_name = self.items.get(first).is_some_and(|item| item.is_capital);
        let by_name = match self.language {
            Language::English | Language::French => !link.has(Links::IN),
            Language::German => self.is_word(at, &["bei", "beim"]),
        };
        (names_place || link.has(Links::SURELY_PLACE) && !is_number || by_name && is_name).then_some(first)
    }

    fn is_place_word(&self, at: usize) -> bool {
        let Some(item) = self.items.get(at) else { return false };
        let places = self.language.places();
        match self.language {
            Language::German => {
                item.is_capital
                    && places
                        .iter()
                        .any(|place| if place.len() < 4 { item.folded == *place } else { item.folded.ends_with(place) })
            }
            Language::English | Language::French => places.contains(&item.folded.as_str()),
        }
    }
}

/// The place that a line of a text names as such: “Where: Room 3”, « Lieu : salle 3 », „Ort: Raum 3“. The first one.
pub(super) fn labelled(text: &str) -> Option<&str> {
    /// The longest that is taken for a place, in octets.
    const MAX_PLACE_OCTETS: usize = 200;
    const LABELS: &[&str] =
        &["where", "location", "place", "venue", "lieu", "ou", "endroit", "adresse", "ort", "wo", "raum", "treffpunkt"];
    text.lines().find_map(|line| {
        let (label, place) = line.trim_start_matches(['*', '-', '•', ' ', '\t']).split_once(':')?;
        let label = label.trim_matches(|c: char| c.is_whitespace() || c == '*');
        let place = place.trim_matches(|c: char| c.is_whitespace() || c == '*');
        let is_one = label.len() <= 20 && LABELS.contains(&super::items::fold(label).as_str());
        (is_one && !place.is_empty() && place.len() <= MAX_PLACE_OCTETS).then_some(place)
    })
}
