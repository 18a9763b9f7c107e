//! Changes to one component's text that come from another version of it and leave every other octet.

use crate::meaning::{Source, values};
use crate::syntax::Component;
use crate::write::{self, CRLF};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// Something else in the place of some octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    range: Range<usize>,
    text: String,
}

impl Edit {
    pub(super) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Edit { range, text: text.into() }
    }

    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Edit::replace(at..at, text)
    }

    pub(super) fn remove(range: Range<usize>) -> Self {
        Edit::replace(range, "")
    }
}

/// What stands at `range` of `text` after `edits`, which lie in it and do not overlap. Of several insertions at one place the first comes
/// first.
pub(super) fn apply(text: &str, range: Range<usize>, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut out = String::with_capacity(range.len());
    let mut position = range.start;
    for edit in edits {
        out.push_str(&text[position..edit.range.start]);
        out.push_str(&edit.text);
        position = edit.range.end;
    }
    out.push_str(&text[position..range.end]);
    out
}

/// A component in its text.
#[derive(Clone, Copy)]
pub(super) struct Written<'v> {
    pub(super) text: &'v str,
    pub(super) component: &'v Component,
}

impl<'v> Written<'v> {
    fn of(self, source: Source) -> &'v str {
        let span = match source {
            Source::Line(line) | Source::Value { line, .. } => &self.component.properties[line].span,
            Source::Component(index) => &self.component.components[index].span,
        };
        &self.text[span.clone()]
    }

    fn span(self, source: Source) -> Range<usize> {
        match source {
            Source::Line(line) | Source::Value { line, .. } => self.component.properties[line].span.clone(),
            Source::Component(index) => self.component.components[index].span.clone(),
        }
    }
}

/// The edits that take parts from `other` over into `home`.
pub(super) struct Patch<'v> {
    pub(super) home: Written<'v>,
    pub(super) other: Written<'v>,
    edits: Vec<Edit>,
    /// Values of lists that go, by the index of their line in `home`.
    gone: BTreeMap<usize, BTreeSet<usize>>,
    /// Values of lists that come, by the index of their line in `other`.
    new: BTreeMap<usize, BTreeSet<usize>>,
    /// Where in `home` each line of `other` belongs: after what it comes after there, as far as that is here. Filled when it is needed.
    places: Vec<usize>,
}

impl<'v> Patch<'v> {
    pub(super) fn new(home: Written<'v>, other: Written<'v>) -> Self {
        Patch { home, other, edits: Vec::new(), gone: BTreeMap::new(), new: BTreeMap::new(), places: Vec::new() }
    }

    /// Puts what stands at `theirs` of the other version in the place of what stands at `ours`.
    pub(super) fn take(&mut self, ours: &[Source], theirs: &[Source]) {
        let mut text = String::new();
        let mut first = None;
        for source in theirs {
            match source {
                Source::Value { line, value } => {
                    self.new.entry(*line).or_default().insert(*value);
                }
                source => {
                    text.push_str(self.other.of(*source));
                    first = first.or(Some(*source));
                }
            }
        }
        self.put(ours, first, text);
    }

    /// Puts a content line in the place of what stands at `ours`.
    pub(super) fn put_line(&mut self, ours: &[Source], line: &str) {
        let mut text = String::new();
        write::fold(&mut text, line, CRLF);
        self.put(ours, None, text);
    }

    /// `like` is what of the other version shows where it belongs if there is nothing yet.
    fn put(&mut self, ours: &[Source], like: Option<Source>, text: String) {
        let mut text = Some(text).filter(|text| !text.is_empty());
        for source in ours {
            match source {
                Source::Value { line, value } => {
                    self.gone.entry(*line).or_default().insert(*value);
                }
                source => {
                    let edit = Edit::replace(self.home.span(*source), text.take().unwrap_or_default());
                    self.edits.push(edit);
                }
            }
        }
        if let Some(text) = text {
            let at = match like {
                Some(Source::Line(line)) => self.place_of_line(line),
                _ => end_of_body(self.home),
            };
            self.edits.push(Edit::insert(at, text));
        }
    }

    /// Where a line belongs that is the `index`-th of the other version.
    fn place_of_line(&mut self, index: usize) -> usize {
        if self.places.is_empty() {
            let here = self.home.component.properties.iter();
            let ends: HashMap<&str, usize> = here.map(|line| (line.name.as_str(), line.span.end)).collect();
            let mut place = self.home.component.body_start(self.home.text);
            for line in &self.other.component.properties {
                place = ends.get(line.name.as_str()).copied().unwrap_or(place);
                self.places.push(place);
            }
        }
        self.places[index]
    }

    pub(super) fn finish(mut self) -> Vec<Edit> {
        for (line, gone) in std::mem::take(&mut self.gone) {
            let property = &self.home.component.properties[line];
            let kept = (0..values(property).len()).filter(|value| !gone.contains(value)).collect();
            self.edits.push(Edit::replace(property.span.clone(), with_values(self.home, line, &kept)));
        }
        for (line, new) in std::mem::take(&mut self.new) {
            let text = with_values(self.other, line, &new);
            let at = self.place_of_line(line);
            self.edits.push(Edit::insert(at, text));
        }
        self.edits
    }
}

/// A line with some of its values: as it is written where these are all.
fn with_values(written: Written<'_>, line: usize, kept: &BTreeSet<usize>) -> String {
    let property = &written.component.properties[line];
    let all = values(property);
    if kept.is_empty() {
        return String::new();
    }
    if kept.len() == all.len() {
        return written.text[property.span.clone()].to_owned();
    }
    let left: Vec<&str> =
        all.iter().enumerate().filter(|(index, _)| kept.contains(index)).map(|(_, value)| *value).collect();
    let mut text = String::new();
    write::fold(&mut text, &write::line(&property.name, &property.params, &left.join(",")), CRLF);
    text
}

/// Where the last element of a component ends.
fn end_of_body(written: Written<'_>) -> usize {
    let elements = written.component.elements();
    elements.last().map_or_else(|| written.component.body_start(written.text), |element| element.span().end)
}
