//! What a draft says beside texts and times: STATUS, TRANSP, CLASS and CATEGORIES.

use super::{Marks, Status};
use crate::entry::{Class, Entry};
use crate::escape::{escape_text, text_list};
use crate::syntax::{Component, Property};

/// The properties that hold them.
pub(super) const MARKS: [&str; 4] = ["STATUS", "TRANSP", "CLASS", "CATEGORIES"];

impl Status {
    pub const ALL: [Status; 3] = [Status::Tentative, Status::Confirmed, Status::Cancelled];

    /// As RFC 5545 section 3.8.1.11 has it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Tentative => "TENTATIVE",
            Status::Confirmed => "CONFIRMED",
            Status::Cancelled => "CANCELLED",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name().eq_ignore_ascii_case(name))
    }
}

impl Marks {
    pub(super) fn of(component: &Component, entry: &Entry) -> Self {
        Marks {
            status: entry.status.as_deref().and_then(Status::from_name),
            transparent: entry.transparent,
            class: entry.class,
            categories: tidy(component.properties("CATEGORIES").flat_map(|list| text_list(&list.value))),
        }
    }

    /// The same with each category once.
    pub(super) fn tidy(&self) -> Self {
        Marks { categories: tidy(self.categories.iter().cloned()), ..self.clone() }
    }

    /// The value of a property of [`MARKS`]; empty for none.
    pub(super) fn value(&self, name: &str) -> String {
        match name {
            "STATUS" => self.status.map(Status::name).unwrap_or_default().to_owned(),
            "TRANSP" if self.transparent => "TRANSPARENT".to_owned(),
            "CLASS" => self.class.name().to_owned(),
            "CATEGORIES" => list(&self.categories),
            _ => String::new(),
        }
    }
}

fn tidy(categories: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for category in categories {
        let category = category.trim();
        if !category.is_empty() && !kept.iter().any(|other| other == category) {
            kept.push(category.to_owned());
        }
    }
    kept
}

fn list(categories: &[String]) -> String {
    categories.iter().map(|category| escape_text(category)).collect::<Vec<_>>().join(",")
}

/// What the lines of a component say, as [`Marks::value`] does; empty where there is no line.
pub(super) fn written<'a>(name: &str, lines: impl Iterator<Item = &'a Property>) -> String {
    let mut lines = lines.filter(|property| property.name == name);
    match name {
        "CLASS" => lines.map(Class::read).max().map(Class::name).unwrap_or_default().to_owned(),
        "CATEGORIES" => list(&tidy(lines.flat_map(|line| text_list(&line.value)))),
        "TRANSP" => match lines.next() {
            Some(line) if line.value.trim().eq_ignore_ascii_case("TRANSPARENT") => "TRANSPARENT".to_owned(),
            _ => String::new(),
        },
        _ => lines.next().map(|line| line.value.trim().to_uppercase()).unwrap_or_default(),
    }
}
