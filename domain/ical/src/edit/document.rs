//! A calendar's text in pieces that can be changed one by one and that otherwise come back octet by octet.

use crate::object::CalendarObject;
use crate::syntax::{Component, Element, Parameter, Property};
use crate::value::Moment;
use crate::write::{self, CRLF};

/// The text of an object.
#[derive(Clone)]
pub(crate) struct Document {
    before: String,
    pub(crate) calendar: Tree,
    after: String,
}

/// A component.
#[derive(Clone)]
pub(crate) struct Tree {
    pub(crate) name: String,
    begin: String,
    pieces: Vec<Piece>,
    end: String,
}

#[derive(Clone)]
enum Piece {
    Line {
        property: Property,
        text: String,
    },
    Tree(Tree),
    /// Text without lines to look at: blank lines, what was added as a whole.
    Gap(String),
}

impl Document {
    /// `text` is what `object` was read from.
    pub(crate) fn of(object: &CalendarObject, text: &str) -> Self {
        Document::of_calendar(&object.calendar, text)
    }

    /// `text` is what `calendar`, a VCALENDAR, was read from.
    pub(crate) fn of_calendar(calendar: &Component, text: &str) -> Self {
        Document {
            before: text[..calendar.span.start].to_owned(),
            calendar: Tree::of(calendar, text),
            after: text[calendar.span.end..].to_owned(),
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut out = self.before.clone();
        self.calendar.push_text(&mut out);
        out.push_str(&self.after);
        out
    }
}

impl Tree {
    pub(crate) fn of(component: &Component, text: &str) -> Self {
        let elements = component.elements();
        let mut position = component.body_start(text);
        let mut tree = Tree {
            name: component.name.clone(),
            begin: text[component.span.start..position].to_owned(),
            pieces: Vec::with_capacity(elements.len()),
            end: String::new(),
        };
        for element in elements {
            let span = element.span();
            if position < span.start {
                tree.pieces.push(Piece::Gap(text[position..span.start].to_owned()));
            }
            tree.pieces.push(match element {
                Element::Property(property) => {
                    Piece::Line { property: property.clone(), text: text[span.clone()].to_owned() }
                }
                Element::Component(child) => Piece::Tree(Tree::of(child, text)),
            });
            position = span.end;
        }
        text[position..component.span.end].clone_into(&mut tree.end);
        tree
    }

    /// A component without lines.
    pub(crate) fn empty(name: &str) -> Self {
        Tree {
            name: name.to_owned(),
            begin: format!("BEGIN:{name}\r\n"),
            pieces: Vec::new(),
            end: format!("END:{name}\r\n"),
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        self.push_text(&mut out);
        out
    }

    fn push_text(&self, out: &mut String) {
        out.push_str(&self.begin);
        for piece in &self.pieces {
            match piece {
                Piece::Line { text, .. } | Piece::Gap(text) => out.push_str(text),
                Piece::Tree(tree) => tree.push_text(out),
            }
        }
        out.push_str(&self.end);
    }

    /// The component inside that is the `index`-th of the calendar as it was read.
    ///
    /// # Panics
    /// When it had fewer: indices come from the object that the document was made of.
    pub(crate) fn component(&mut self, index: usize) -> &mut Tree {
        self.trees().nth(index).expect("a component of the object")
    }

    /// Takes the component at `index` away; the indices of the others stay.
    pub(crate) fn take(&mut self, index: usize) {
        *self.component(index) = Tree::gone();
    }

    fn trees(&mut self) -> impl Iterator<Item = &mut Tree> {
        self.pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Tree(tree) => Some(tree),
            _ => None,
        })
    }

    /// What stands in the place of a component that was taken away.
    fn gone() -> Tree {
        Tree { name: String::new(), begin: String::new(), pieces: Vec::new(), end: String::new() }
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.begin.is_empty()
    }

    /// The components inside.
    pub(crate) fn components(&self) -> impl Iterator<Item = &Tree> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Tree(tree) if !tree.is_gone() => Some(tree),
            _ => None,
        })
    }

    /// Takes the components away that are not wanted.
    pub(crate) fn retain_components(&mut self, keep: impl Fn(&Tree) -> bool) {
        for tree in self.trees().filter(|tree| !tree.is_gone() && !keep(tree)) {
            *tree = Tree::gone();
        }
    }

    /// Adds a component after the last one of the same name. Indices stay: those of the components after it must not be used any more.
    pub(crate) fn append(&mut self, tree: Tree) {
        let of_name = |piece: &Piece| matches!(piece, Piece::Tree(other) if other.name == tree.name);
        let at = self.pieces.iter().rposition(of_name).map_or(self.pieces.len(), |last| last + 1);
        self.pieces.insert(at, Piece::Tree(tree));
    }

    /// Adds a component (whole lines of text) before the first one.
    pub(crate) fn prepend(&mut self, text: &str) {
        let at = self.pieces.iter().position(|piece| matches!(piece, Piece::Tree(_))).unwrap_or(self.pieces.len());
        self.pieces.insert(at, Piece::Gap(text.to_owned()));
    }

    /// Has `change` change each component inside.
    pub(crate) fn change_components(&mut self, mut change: impl FnMut(&mut Tree)) {
        self.trees().filter(|tree| !tree.is_gone()).for_each(&mut change);
    }

    /// Adds a component after everything.
    pub(crate) fn push(&mut self, tree: Tree) {
        self.pieces.push(Piece::Tree(tree));
    }

    /// Takes away the lines that are not wanted.
    pub(crate) fn retain_lines(&mut self, keep: impl Fn(&Property) -> bool) {
        self.pieces.retain(|piece| !matches!(piece, Piece::Line { property, .. } if !keep(property)));
    }

    /// Has the lines called `name` be those of `other`, as they are written there, in the place of its own.
    pub(crate) fn take_lines(&mut self, name: &str, other: &Tree) {
        let is_it = |piece: &Piece| matches!(piece, Piece::Line { property, .. } if property.name == name);
        let theirs: Vec<Piece> = other.pieces.iter().filter(|piece| is_it(piece)).cloned().collect();
        let first = self.pieces.iter().position(is_it);
        let last_line = self.pieces.iter().rposition(|piece| matches!(piece, Piece::Line { .. }));
        self.pieces.retain(|piece| !is_it(piece));
        let at = first.unwrap_or_else(|| last_line.map_or(0, |last| last + 1)).min(self.pieces.len());
        self.pieces.splice(at..at, theirs);
    }

    /// The first line called `name`.
    pub(crate) fn property(&self, name: &str) -> Option<&Property> {
        self.properties().find(|property| property.name == name)
    }

    pub(crate) fn properties(&self) -> impl Iterator<Item = &Property> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Line { property, .. } => Some(property),
            _ => None,
        })
    }

    /// Every TZID that a line of the component, or of one inside it, has.
    pub(crate) fn tzids(&self) -> Vec<String> {
        let mut found: Vec<_> =
            self.properties().filter_map(|property| property.param("TZID")).map(str::to_owned).collect();
        for component in self.components() {
            found.extend(component.tzids());
        }
        found
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.pieces.retain(|piece| !matches!(piece, Piece::Line { property, .. } if property.name == name));
    }

    /// Makes one line of `name`: the first one there is, or a new one after the last of `neighbours`, else after all lines.
    pub(crate) fn set(&mut self, name: &str, params: &[Parameter], value: &str, neighbours: &[&str]) {
        let is_it = |piece: &Piece| matches!(piece, Piece::Line { property, .. } if property.name == name);
        let Some(first) = self.pieces.iter().position(is_it) else {
            return self.add(name, params, value, neighbours);
        };
        self.pieces[first] = line(name, params, value);
        let mut index = 0;
        self.pieces.retain(|piece| {
            index += 1;
            index <= first + 1 || !is_it(piece)
        });
    }

    /// Adds a line after the last of `neighbours`, else after all lines.
    pub(crate) fn add(&mut self, name: &str, params: &[Parameter], value: &str, neighbours: &[&str]) {
        let is_neighbour =
            |piece: &Piece| matches!(piece, Piece::Line { property, .. } if neighbours.contains(&&*property.name));
        let at = self
            .pieces
            .iter()
            .rposition(is_neighbour)
            .or_else(|| self.pieces.iter().rposition(|piece| matches!(piece, Piece::Line { .. })))
            .map_or(0, |last| last + 1);
        self.pieces.insert(at, line(name, params, value));
    }

    /// Puts what `change` makes of each line called `name` in its place: nothing (`Some` of no lines), other lines, or itself (`None`).
    pub(crate) fn rewrite(
        &mut self,
        name: &str,
        mut change: impl FnMut(&Property) -> Option<Vec<(Vec<Parameter>, String)>>,
    ) {
        let pieces = std::mem::take(&mut self.pieces);
        for piece in pieces {
            match &piece {
                Piece::Line { property, .. } if property.name == name => match change(property) {
                    Some(lines) => {
                        self.pieces.extend(lines.iter().map(|(params, value)| line(name, params, value)));
                    }
                    None => self.pieces.push(piece),
                },
                _ => self.pieces.push(piece),
            }
        }
    }
}

fn line(name: &str, params: &[Parameter], value: &str) -> Piece {
    let mut text = String::new();
    write::fold(&mut text, &write::line(name, params, value), CRLF);
    let property =
        Property { name: name.to_owned(), params: params.to_vec(), value: value.to_owned(), span: 0..0, line: 0 };
    Piece::Line { property, text }
}

/// The parameters of a line with `moment` as its value; those of the line before that say nothing of its type are kept.
pub(crate) fn moment_params(kept: &[Parameter], moment: &Moment) -> Vec<Parameter> {
    let mut params: Vec<_> =
        kept.iter().filter(|parameter| !matches!(parameter.name.as_str(), "VALUE" | "TZID")).cloned().collect();
    match moment {
        Moment::Date(_) => params.push(param("VALUE", "DATE")),
        Moment::Zoned { tzid, .. } => params.push(param("TZID", tzid)),
        Moment::Floating(_) | Moment::Utc(_) => {}
    }
    params
}

pub(crate) fn param(name: &str, value: &str) -> Parameter {
    Parameter { name: name.to_owned(), values: vec![value.to_owned()] }
}
