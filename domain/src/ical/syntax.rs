//! Content lines and components (RFC 5545 section 3.1), with where each stands in the source.

use std::ops::Range;

/// One content line, unfolded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Upper case.
    pub name: String,
    pub params: Vec<Parameter>,
    /// As written after unfolding: not unescaped, its type not applied.
    pub value: String,
    /// Octets of the whole line in the source, folds and the closing line break included.
    pub span: Range<usize>,
    /// Number of the first physical line, counted from 1.
    pub line: usize,
}

/// `;NAME=value,"quoted value"` (RFC 5545 section 3.2), decoded as RFC 6868 says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Upper case.
    pub name: String,
    pub values: Vec<String>,
}

/// `BEGIN:name` to `END:name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Upper case.
    pub name: String,
    pub properties: Vec<Property>,
    pub components: Vec<Component>,
    /// Octets from the start of the BEGIN line to the end of the END line.
    pub span: Range<usize>,
    /// Number of the BEGIN line, counted from 1.
    pub line: usize,
}

/// What is wrong with the text, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct SyntaxError {
    pub line: usize,
    pub message: String,
}

impl Property {
    /// The first value of the parameter `name` (given in upper case).
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|p| p.name == name).and_then(|p| p.values.first()).map(String::as_str)
    }
}

impl Component {
    /// The first property called `name` (given in upper case).
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|p| p.name == name)
    }

    /// Every property called `name` (given in upper case), in the order of the text.
    pub fn properties<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |p| p.name == name)
    }
}

/// Reads the text as a sequence of components (an iCalendar stream), at most `nesting` deep.
pub fn parse(text: &str, nesting: usize) -> Result<Vec<Component>, SyntaxError> {
    let _ = (text, nesting);
    todo!()
}
