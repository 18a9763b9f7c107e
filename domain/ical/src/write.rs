//! Writing content lines (RFC 5545 section 3.1).

use super::escape::encode_parameter;
use super::syntax::{Parameter, Property};

pub(super) const CRLF: &str = "\r\n";

/// PRODID of what Kalends writes (RFC 5545 section 3.7.3).
pub(super) const PRODID: &str = "-//Kalends//Kalends 0.1//EN";

/// Appends `line`, folded so that no physical line is longer than 75 octets without its break; no character is cut.
pub(super) fn fold(out: &mut String, line: &str, line_break: &str) {
    const OCTETS: usize = 75;
    let mut rest = line;
    let mut room = OCTETS;
    while rest.len() > room {
        let end = rest.floor_char_boundary(room);
        out.push_str(&rest[..end]);
        out.push_str(line_break);
        out.push(' ');
        rest = &rest[end..];
        // The space that marks the continuation takes one octet.
        room = OCTETS - 1;
    }
    out.push_str(rest);
    out.push_str(line_break);
}

/// The line break that `source`, whole lines, ends with.
pub(super) fn line_break(source: &str) -> &'static str {
    if source.ends_with('\n') && !source.ends_with(CRLF) { "\n" } else { CRLF }
}

/// A content line, not folded and without its break.
pub(super) fn line(name: &str, params: &[Parameter], value: &str) -> String {
    let mut line = String::with_capacity(name.len() + value.len() + 1);
    line.push_str(name);
    for parameter in params {
        line.push(';');
        line.push_str(&parameter.name);
        for (index, value) in parameter.values.iter().enumerate() {
            line.push(if index == 0 { '=' } else { ',' });
            line.push_str(&encode_parameter(value));
        }
    }
    line.push(':');
    line.push_str(value);
    line
}

/// Appends whole source lines with every line break as CRLF, the last one included, and without blank lines.
pub(super) fn with_crlf(out: &mut String, source: &str) {
    let mut lines = source.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let content = line.trim_end_matches(['\r', '\n']);
        // A blank line that a fold continues keeps the fold from continuing the line before it.
        if content.is_empty() && !lines.peek().is_some_and(|next| next.starts_with([' ', '\t'])) {
            continue;
        }
        out.push_str(content);
        out.push_str(CRLF);
    }
}

/// The line of `property` with TZID `from` replaced.
pub(super) fn with_tzid(property: &Property, from: &str, to: &str) -> String {
    let mut params = property.params.clone();
    for value in params.iter_mut().filter(|parameter| parameter.name == "TZID").flat_map(|p| &mut p.values) {
        if value == from {
            to.clone_into(value);
        }
    }
    line(&property.name, &params, &property.value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::syntax;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folded_lines_come_back(value in "\\PC{0,300}") {
            let line = line("SUMMARY", &[Parameter { name: "X".into(), values: vec![value.clone()] }], &value);
            let mut text = "BEGIN:X\r\n".to_owned();
            fold(&mut text, &line, CRLF);
            text.push_str("END:X\r\n");
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 75));
            let components = syntax::parse(&text, 0).unwrap();
            prop_assert_eq!(&components[0].properties[0].value, &value);
            prop_assert_eq!(components[0].properties[0].param("X"), Some(value.as_str()));
        }
    }
}
