//! Content lines and components (RFC 5545 section 3.1), with where each stands in the source.

use super::escape::{decode_parameter, is_forbidden, unescape_text};
use std::borrow::Cow;
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

/// What stands between BEGIN and END.
#[derive(Clone, Copy, Debug)]
pub enum Element<'a> {
    Property(&'a Property),
    Component(&'a Component),
}

impl Element<'_> {
    /// Where it stands in the source.
    pub fn span(&self) -> &Range<usize> {
        match self {
            Element::Property(property) => &property.span,
            Element::Component(component) => &component.span,
        }
    }
}

/// What is wrong with the text, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct SyntaxError {
    pub line: usize,
    pub message: String,
}

impl SyntaxError {
    pub fn new(line: usize, message: impl Into<String>) -> Self {
        SyntaxError { line, message: message.into() }
    }
}

impl Property {
    /// The first value of the parameter `name` (given in upper case).
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|p| p.name == name).and_then(|p| p.values.first()).map(String::as_str)
    }

    /// The value read as TEXT (RFC 5545 section 3.3.11), escapes resolved.
    pub fn text(&self) -> String {
        unescape_text(&self.value)
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

    /// Its properties and components in the order of the text. What is between them is blank.
    pub fn elements(&self) -> Vec<Element<'_>> {
        let properties = self.properties.iter().map(Element::Property);
        let mut elements: Vec<_> = properties.chain(self.components.iter().map(Element::Component)).collect();
        elements.sort_by_key(|element| element.span().start);
        elements
    }

    /// Where the line after BEGIN stands in `text`, the source.
    pub fn body_start(&self, text: &str) -> usize {
        let begin = Lines::of(&text[self.span.clone()]).next();
        self.span.start + begin.map_or(0, |line| line.span.end)
    }
}

/// Reads the text as a sequence of components (an iCalendar stream). A component may stand in at most `nesting` others.
///
/// Tolerated because real files have it: line breaks of LF alone, blank lines, a byte order mark, a missing last line
/// break, parameters without a value. The time it takes is proportional to the length of the text.
///
/// # Errors
/// The first line that is not a content line or that breaks the pairing of BEGIN and END.
pub fn parse(text: &str, nesting: usize) -> Result<Vec<Component>, SyntaxError> {
    read(text, nesting, Broken::Refuse)
}

/// What to do with a line inside a component that is not a content line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    Refuse,
    /// Keep it as a property without a name, whose value says what is wrong.
    Keep,
}

/// [`parse`], or the same for a file in which one component's broken line shall not hide the others.
pub(super) fn read(text: &str, nesting: usize, broken: Broken) -> Result<Vec<Component>, SyntaxError> {
    let mut finished = Vec::new();
    let mut open: Vec<Component> = Vec::new();
    for line in Lines::of(text) {
        let property = match content_line(&line) {
            Err(error) if broken == Broken::Keep && !open.is_empty() => Property {
                name: String::new(),
                params: Vec::new(),
                value: error.message,
                span: line.span.clone(),
                line: line.number,
            },
            property => property?,
        };
        match property.name.as_str() {
            "BEGIN" => {
                if open.len() > nesting {
                    return Err(SyntaxError::new(
                        line.number,
                        format!("components are nested more than {nesting} deep"),
                    ));
                }
                open.push(Component {
                    name: component_name(&property)?,
                    properties: Vec::new(),
                    components: Vec::new(),
                    span: line.span,
                    line: line.number,
                });
            }
            "END" => {
                let name = component_name(&property)?;
                let Some(mut component) = open.pop() else {
                    return Err(SyntaxError::new(line.number, format!("END:{name} without a BEGIN")));
                };
                if component.name != name {
                    return Err(SyntaxError::new(
                        line.number,
                        format!("END:{name} does not close BEGIN:{} of line {}", component.name, component.line),
                    ));
                }
                component.span.end = line.span.end;
                match open.last_mut() {
                    Some(parent) => parent.components.push(component),
                    None => finished.push(component),
                }
            }
            name => match open.last_mut() {
                Some(component) => component.properties.push(property),
                None => {
                    return Err(SyntaxError::new(
                        line.number,
                        format!("{} stands outside of any component", excerpt(name)),
                    ));
                }
            },
        }
    }
    match open.last() {
        Some(component) => {
            Err(SyntaxError::new(component.line, format!("BEGIN:{} has no END", excerpt(&component.name))))
        }
        None => Ok(finished),
    }
}

fn component_name(property: &Property) -> Result<String, SyntaxError> {
    let name = property.value.trim();
    if name.is_empty() {
        return Err(SyntaxError::new(property.line, format!("{} names no component", property.name)));
    }
    Ok(name.to_uppercase())
}

/// One logical line: a physical line with the folded lines that continue it.
pub(super) struct Line<'a> {
    /// Without folds and without the closing line break.
    pub(super) content: Cow<'a, str>,
    /// Octets in the source, the closing line break included.
    pub(super) span: Range<usize>,
    /// Number of the first physical line, counted from 1.
    pub(super) number: usize,
}

/// The logical lines of a text that are not blank.
pub(super) struct Lines<'a> {
    text: &'a str,
    position: usize,
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let position = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Lines { text, position, number: 1 }
    }

    /// The content of the next physical line, its line break taken off; moves past it.
    fn physical(&mut self) -> &'a str {
        let rest = &self.text[self.position..];
        let (line, length) = match rest.find('\n') {
            Some(at) => (&rest[..at], at + 1),
            None => (rest, rest.len()),
        };
        self.position += length;
        self.number += 1;
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn is_continued(&self) -> bool {
        matches!(self.text.as_bytes().get(self.position), Some(b' ' | b'\t'))
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        while self.position < self.text.len() {
            let (start, number) = (self.position, self.number);
            let mut content = Cow::Borrowed(self.physical());
            while self.is_continued() {
                let continuation = self.physical();
                content.to_mut().push_str(&continuation[1..]);
            }
            if !content.trim().is_empty() {
                return Some(Line { content, span: start..self.position, number });
            }
        }
        None
    }
}

/// Reads `NAME *(;PARAM=value *(,value)) : value`.
pub(super) fn content_line(line: &Line<'_>) -> Result<Property, SyntaxError> {
    let content = line.content.as_ref();
    let fail = |message: String| Err(SyntaxError::new(line.number, message));
    if let Some(character) = content.chars().find(|&c| is_forbidden(c)) {
        return fail(format!("the control character U+{:04X} is not allowed", u32::from(character)));
    }
    let Some(name_end) = content.find([':', ';']) else {
        return fail(format!("\"{}\" is not a property: it has no colon", excerpt(content)));
    };
    let name = &content[..name_end];
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || matches!(c, '"' | ',' | '=')) {
        return fail(format!("\"{}\" is not the name of a property", excerpt(name)));
    }
    let mut params = Vec::new();
    let mut rest = &content[name_end..];
    while let Some(after) = rest.strip_prefix(';') {
        rest = parameter(after, &mut params).map_err(|message| SyntaxError::new(line.number, message))?;
    }
    let Some(value) = rest.strip_prefix(':') else {
        return fail(format!("{} has no colon before its value", excerpt(name)));
    };
    Ok(Property {
        name: name.to_uppercase(),
        params,
        value: value.to_owned(),
        span: line.span.clone(),
        line: line.number,
    })
}

/// Reads one parameter from after its semicolon; gives back what follows it, from `;` or `:` on.
fn parameter<'a>(text: &'a str, params: &mut Vec<Parameter>) -> Result<&'a str, String> {
    let name_end = text.find(['=', ';', ':']).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(name_end);
    let name = name.trim();
    if name.contains(|c: char| c.is_whitespace() || matches!(c, '"' | ',')) {
        return Err(format!("\"{}\" is not the name of a parameter", excerpt(name)));
    }
    let mut values = Vec::new();
    if rest.starts_with('=') {
        if name.is_empty() {
            return Err("a parameter has no name".to_owned());
        }
        loop {
            // Past the `=` or the `,`.
            rest = &rest[1..];
            let mut value = String::new();
            if let Some(quoted) = rest.strip_prefix('"') {
                let Some(close) = quoted.find('"') else {
                    return Err(format!("the quote in parameter {} is not closed", excerpt(name)));
                };
                value.push_str(&quoted[..close]);
                rest = &quoted[close + 1..];
            }
            let end = rest.find([',', ';', ':']).unwrap_or(rest.len());
            value.push_str(&rest[..end]);
            rest = &rest[end..];
            values.push(decode_parameter(value));
            if !rest.starts_with(',') {
                break;
            }
        }
    }
    if !name.is_empty() {
        params.push(Parameter { name: name.to_uppercase(), values });
    }
    Ok(rest)
}

/// The text without the characters that [`parse`] refuses, every odd line break made a plain one: for files that are read
/// once and not given back.
pub(super) fn cleaned(text: &str) -> Cow<'_, str> {
    let odd_break = |text: &str| {
        let bytes = text.as_bytes();
        bytes.iter().enumerate().any(|(at, &byte)| byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
    };
    if !text.chars().any(|c| is_forbidden(c) && !matches!(c, '\r' | '\n')) && !odd_break(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                // "\r\r\n" is one break; a lone "\r" is one as well.
                while characters.peek() == Some(&'\r') {
                    characters.next();
                }
                characters.next_if_eq(&'\n');
                clean.push('\n');
            }
            '\n' => clean.push('\n'),
            _ if is_forbidden(character) => {}
            _ => clean.push(character),
        }
    }
    Cow::Owned(clean)
}

/// The beginning of something foreign, for an error message.
pub(crate) fn excerpt(text: &str) -> Cow<'_, str> {
    const LENGTH: usize = 40;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::escape::encode_parameter;
    use proptest::prelude::*;

    fn only(text: &str) -> Component {
        let mut components = parse(text, 8).unwrap();
        assert_eq!(components.len(), 1);
        components.remove(0)
    }

    fn property(line: &str) -> Property {
        only(&format!("BEGIN:X\r\n{line}\r\nEND:X\r\n")).properties.remove(0)
    }

    fn error(text: &str) -> SyntaxError {
        parse(text, 8).unwrap_err()
    }

    #[test]
    fn spans_cover_the_lines_with_their_folds_and_breaks() {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:a\r\n b\r\n\tc\r\nDTSTART:20200101\nEND:VEVENT\r\nEND:VCALENDAR";
        let calendar = only(text);
        let event = &calendar.components[0];
        assert_eq!(event.properties[0].value, "abc");
        assert_eq!(&text[event.properties[0].span.clone()], "SUMMARY:a\r\n b\r\n\tc\r\n");
        assert_eq!(&text[event.properties[1].span.clone()], "DTSTART:20200101\n");
        assert_eq!(event.properties[1].line, 6);
        assert_eq!(event.line, 2);
        assert!(
            text[event.span.clone()].starts_with("BEGIN:VEVENT")
                && text[event.span.clone()].ends_with("END:VEVENT\r\n")
        );
        assert_eq!(calendar.span, 0..text.len());
    }

    #[test]
    fn names_are_upper_case_and_blank_lines_and_a_byte_order_mark_do_no_harm() {
        let text = "\u{feff}begin:vcalendar\n\n \r\n\r\nversion:2.0\nEnd:VCALENDAR\n\n";
        let calendar = only(text);
        assert_eq!(calendar.name, "VCALENDAR");
        assert_eq!(calendar.properties[0].name, "VERSION");
        assert_eq!(calendar.properties[0].line, 5);
        assert_eq!(calendar.span.start, 3);
    }

    #[test]
    fn parameters_are_split_unquoted_and_decoded() {
        let line =
            property(r#"attendee;cn="Doe; J: ^'Jo^', ^^x^n^y";MEMBER="mailto:a","mailto:b";X=1,2;FLAG;:mailto:c:d"#);
        assert_eq!(line.name, "ATTENDEE");
        assert_eq!(line.value, "mailto:c:d");
        assert_eq!(line.param("CN"), Some("Doe; J: \"Jo\", ^x\n^y"));
        assert_eq!(line.params[1].values, ["mailto:a", "mailto:b"]);
        assert_eq!(line.params[2].values, ["1", "2"]);
        assert_eq!(line.params[3], Parameter { name: "FLAG".into(), values: vec![] });
        assert_eq!(line.params.len(), 4);
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(error("BEGIN:A\nBEGIN:B\nEND:A\nEND:B\n").line, 3);
        assert_eq!(error("BEGIN:A\n\nBEGIN:B\nEND:B\n").line, 1);
        assert_eq!(error("END:A\n").line, 1);
        assert_eq!(error("X:1\nBEGIN:A\nEND:A").line, 1);
        assert_eq!(error("BEGIN:A\nfolded\n away\nEND:A").line, 2);
        assert_eq!(error("BEGIN:A\nX;P=\"open:1\nEND:A").line, 2);
        assert_eq!(error("BEGIN:A\nX;P=open\nEND:A").line, 2);
        assert_eq!(error("BEGIN:A\nX;=open:1\nEND:A").line, 2);
        assert_eq!(error("BEGIN:A\nan aside: to you\nEND:A").line, 2);
        assert_eq!(error("BEGIN:A\n:1\nEND:A").line, 2);
        assert_eq!(error("BEGIN:A\nX:\0\nEND:A").line, 2);
        assert_eq!(error("BEGIN:A\nX:a\rb\nEND:A").line, 2);
        assert_eq!(error("BEGIN:\nEND:").line, 1);
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |depth: usize| "BEGIN:X\n".repeat(depth) + &"END:X\n".repeat(depth);
        assert!(parse(&nested(9), 8).is_ok());
        assert_eq!(error(&nested(10)).line, 10);
        assert_eq!(error(&"BEGIN:X\n".repeat(1_000_000)).line, 10);
    }

    #[test]
    fn long_input_takes_linear_time() {
        let folds = "BEGIN:X\nX:a\n".to_owned() + &" b\n".repeat(1_000_000) + "END:X\n";
        assert_eq!(only(&folds).properties[0].value.len(), 1_000_001);
        let params = "BEGIN:X\nX".to_owned() + &";A=\"1\",2".repeat(300_000) + ":\nEND:X\n";
        assert_eq!(only(&params).properties[0].params.len(), 300_000);
        let blanks = "BEGIN:X\n".to_owned() + &" \n\n".repeat(500_000) + "END:X\n";
        assert!(only(&blanks).properties.is_empty());
    }

    #[test]
    fn cleaning_keeps_what_parse_accepts() {
        assert!(matches!(cleaned("a\r\nb\nc\td"), Cow::Borrowed(_)));
        assert_eq!(cleaned("a\r\r\nb\rc\u{b}d\n"), "a\nb\ncd\n");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(BEGIN:[A-B]|END:[A-B]|[A-Z]{0,3}|[;:=,\"^\\\\]|\\r\\n|\\n|[ \\t]|\\PC){0,60}") {
            if let Ok(components) = parse(&text, 3) {
                let spans: Vec<_> = components.iter().flat_map(|c| &c.properties).map(|p| p.span.clone()).collect();
                prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
                prop_assert!(spans.iter().all(|span| text.get(span.clone()).is_some()));
            }
        }

        #[test]
        fn parameters_come_back(value in "[^\\x00-\\x08\\x0b-\\x1f\\r\u{fffe}\u{ffff}]{0,40}") {
            let line = property(&format!("X;P={}:v", encode_parameter(&value)));
            prop_assert_eq!(line.param("P"), Some(value.as_str()));
            prop_assert_eq!(line.value, "v");
        }
    }
}
