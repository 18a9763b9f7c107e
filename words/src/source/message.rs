//! One message: what of Fluent it may be made of.

use super::{File, Problem, line_of};
use crate::plural;
use fluent_syntax::ast::{self, Expression, InlineExpression, PatternElement, VariantKey};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct Message {
    pub file: String,
    pub line: usize,
    pub parts: Vec<Part>,
    /// What it takes, in the order in which the arguments first stand in it.
    pub parameters: Vec<Parameter>,
    /// What translators are told.
    pub comment: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// What a form is chosen by, or is put through `NUMBER()`.
    Number,
}

#[derive(Clone, Debug)]
pub enum Part {
    Text(String),
    /// The argument of this name.
    Argument(String),
    Choice {
        by: String,
        variants: Vec<Variant>,
    },
}

#[derive(Clone, Debug)]
pub struct Variant {
    /// A number or a plural category; empty for the one that is for everything else, which stands last.
    pub key: String,
    pub parts: Vec<Part>,
}

/// Reads the entries of one file.
pub struct Reader<'a> {
    pub file: &'a File,
    pub language: &'a str,
    /// The terms of the language (`-name = …`).
    pub terms: &'a BTreeMap<String, String>,
    pub problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    /// A term is put in wherever it is named: text alone.
    pub fn term(&mut self, term: &ast::Term<&str>) -> Option<String> {
        let name = term.id.name;
        if !term.attributes.is_empty() {
            return self.refuse(name, format!("the term `-{name}` has attributes"));
        }
        match term.value.elements.as_slice() {
            [PatternElement::TextElement { value }] if !value.contains('\n') => Some((*value).to_owned()),
            _ => self.refuse(name, format!("the term `-{name}` is not text on one line")),
        }
    }

    pub fn message(&mut self, message: &ast::Message<&str>) -> Option<Message> {
        let name = message.id.name;
        let stem = std::path::Path::new(&self.file.path).file_stem().unwrap_or_default().to_string_lossy();
        let fits = name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        if !fits || !name.starts_with(&format!("{stem}-")) {
            return self.refuse(
                name,
                format!("`{name}` must begin with `{stem}-`, and be of small letters, digits and hyphens"),
            );
        }
        if !message.attributes.is_empty() {
            return self.refuse(name, format!("`{name}` has attributes: make messages of their own"));
        }
        let Some(value) = &message.value else { return self.refuse(name, format!("`{name}` says nothing")) };
        let parts = self.parts(name, value, true)?;
        let mut parameters = Vec::new();
        parameters_of(&parts, &mut parameters);
        for number in self.numbers(value) {
            if let Some(found) = parameters.iter_mut().find(|parameter| parameter.name == number) {
                found.kind = Kind::Number;
            }
        }
        if parameters.len() > 10 {
            return self.refuse(name, format!("`{name}` takes more than 10 arguments"));
        }
        let comment = message.comment.iter().flat_map(|comment| &comment.content).map(|line| (*line).to_owned());
        Some(Message {
            file: self.file.path.clone(),
            line: self.line(name),
            parts,
            parameters,
            comment: comment.collect(),
        })
    }

    /// `may_choose`: within a variant there are no others.
    fn parts(&mut self, name: &str, pattern: &ast::Pattern<&str>, may_choose: bool) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } if value.chars().any(char::is_control) => {
                    return self
                        .refuse_at(value, format!("`{name}` goes over several lines, or has control characters"));
                }
                PatternElement::TextElement { value } if value.contains('<') => {
                    return self.refuse_at(value, format!("`{name}` holds a `<`: what pages say is no HTML"));
                }
                PatternElement::TextElement { value } => text(&mut parts, value),
                PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                    let part = self.inline(name, inline)?;
                    match part {
                        Part::Text(value) => text(&mut parts, &value),
                        other => parts.push(other),
                    }
                }
                PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                    if !may_choose {
                        return self.refuse(name, format!("`{name}` chooses within a variant: make whole sentences"));
                    }
                    let InlineExpression::VariableReference { id } = selector else {
                        return self.refuse(name, format!("`{name}` chooses by something else than an argument"));
                    };
                    parts.push(Part::Choice { by: id.name.to_owned(), variants: self.variants(name, variants)? });
                }
            }
        }
        Some(parts)
    }

    fn inline(&mut self, name: &str, inline: &InlineExpression<&str>) -> Option<Part> {
        match inline {
            InlineExpression::StringLiteral { value } if !value.contains('\\') => Some(Part::Text((*value).to_owned())),
            InlineExpression::VariableReference { id } => Some(Part::Argument(id.name.to_owned())),
            InlineExpression::FunctionReference { id, arguments }
                if id.name == "NUMBER" && arguments.named.is_empty() =>
            {
                match arguments.positional.as_slice() {
                    [InlineExpression::VariableReference { id }] => Some(Part::Argument(id.name.to_owned())),
                    _ => self.refuse(name, format!("`{name}`: NUMBER() takes one argument of the message")),
                }
            }
            InlineExpression::TermReference { id, attribute: None, arguments: None } => match self.terms.get(id.name) {
                Some(text) => Some(Part::Text(text.clone())),
                None => self.refuse_at(id.name, format!("there is no term `-{}`", id.name)),
            },
            _ => self.refuse(name, format!("`{name}` holds what is not supported (docs/translating.md)")),
        }
    }

    fn variants(&mut self, name: &str, variants: &[ast::Variant<&str>]) -> Option<Vec<Variant>> {
        let categories = plural::categories(self.language);
        let mut read = Vec::new();
        let mut last = None;
        for variant in variants {
            let parts = self.parts(name, &variant.value, false)?;
            let key = match variant.key {
                VariantKey::Identifier { name: key } => key,
                VariantKey::NumberLiteral { value } => value,
            };
            let is_number = key.parse::<usize>().is_ok_and(|number| number.to_string() == key);
            if variant.default && key == "other" {
                last = Some(Variant { key: String::new(), parts });
            } else if variant.default {
                return self.refuse_at(key, format!("`{name}`: the variant for everything else is `*[other]`"));
            } else if is_number || categories.contains(&key) {
                read.push(Variant { key: key.to_owned(), parts });
            } else {
                let known = categories.join("`, `");
                return self.refuse_at(
                    key,
                    format!(
                        "`{name}`: `{key}` is neither a number nor one of `{known}`, which `{}` has",
                        self.language
                    ),
                );
            }
        }
        read.extend(last);
        Some(read)
    }

    /// The names of the arguments that stand in `NUMBER()`.
    fn numbers<'p>(&self, pattern: &ast::Pattern<&'p str>) -> Vec<&'p str> {
        let mut found = Vec::new();
        for element in &pattern.elements {
            match element {
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::FunctionReference { arguments, .. }),
                } => {
                    for argument in &arguments.positional {
                        if let InlineExpression::VariableReference { id } = argument {
                            found.push(id.name);
                        }
                    }
                }
                PatternElement::Placeable { expression: Expression::Select { variants, .. } } => {
                    found.extend(variants.iter().flat_map(|variant| self.numbers(&variant.value)));
                }
                _ => {}
            }
        }
        found
    }

    fn refuse<T>(&mut self, name: &str, what: String) -> Option<T> {
        self.refuse_at(name, what)
    }

    /// `at`: a piece of the file.
    fn refuse_at<T>(&mut self, at: &str, what: String) -> Option<T> {
        let line = self.line(at);
        self.problems.push(Problem { file: self.file.path.clone(), line, what });
        None
    }

    /// The line that a piece of the file stands in.
    fn line(&self, piece: &str) -> usize {
        line_of(&self.file.text, (piece.as_ptr() as usize).saturating_sub(self.file.text.as_ptr() as usize))
    }
}

/// Adds text to what stands before it.
fn text(parts: &mut Vec<Part>, value: &str) {
    match parts.last_mut() {
        Some(Part::Text(before)) => before.push_str(value),
        _ => parts.push(Part::Text(value.to_owned())),
    }
}

fn parameters_of(parts: &[Part], found: &mut Vec<Parameter>) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Argument(name) => add(found, name, Kind::Text),
            Part::Choice { by, variants } => {
                add(found, by, Kind::Number);
                variants.iter().for_each(|variant| parameters_of(&variant.parts, found));
            }
        }
    }
}

fn add(found: &mut Vec<Parameter>, name: &str, kind: Kind) {
    match found.iter_mut().find(|parameter| parameter.name == name) {
        Some(parameter) if kind == Kind::Number => parameter.kind = kind,
        Some(_) => {}
        None => found.push(Parameter { name: name.to_owned(), kind }),
    }
}
