//! How values and parameters are written (RFC 5545 sections 3.2 and 3.3.11, RFC 6868).

/// Resolves `^n`, `^'` and `^^` (RFC 6868 section 3.2); any other use of `^` stands for itself.
pub(super) fn decode_parameter(value: String) -> String {
    if !value.contains('^') {
        return value;
    }
    let mut decoded = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        let replacement = match (character, characters.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('\'')) => '"',
            ('^', Some('^')) => '^',
            _ => {
                decoded.push(character);
                continue;
            }
        };
        characters.next();
        decoded.push(replacement);
    }
    decoded
}

/// Writes a parameter's value: RFC 6868 encoding, quotes where RFC 5545 section 3.2 asks for them.
pub fn encode_parameter(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len() + 2);
    for character in value.chars() {
        match character {
            '\n' => encoded.push_str("^n"),
            '"' => encoded.push_str("^'"),
            '^' => encoded.push_str("^^"),
            '\r' => {}
            _ => encoded.push(character),
        }
    }
    if encoded.contains([',', ';', ':']) { format!("\"{encoded}\"") } else { encoded }
}

/// RFC 5545 section 3.1 forbids control characters; those that XML 1.0 cannot carry could never reach a CalDAV client.
pub(super) fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{a}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Resolves the escapes of TEXT (RFC 5545 section 3.3.11); a backslash before anything else stands for itself.
pub fn unescape_text(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\\' {
            match characters.peek() {
                Some('n' | 'N') => text.push('\n'),
                Some(&escaped @ ('\\' | ';' | ',')) => text.push(escaped),
                _ => {
                    text.push('\\');
                    continue;
                }
            }
            characters.next();
        } else {
            text.push(character);
        }
    }
    text
}

/// Writes `text` as TEXT (RFC 5545 section 3.3.11). Control characters that iCalendar cannot hold are left out.
pub fn escape_text(text: &str) -> String {
    let mut value = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' | ';' | ',' => {
                value.push('\\');
                value.push(character);
            }
            '\n' => value.push_str("\\n"),
            '\r' => {
                characters.next_if_eq(&'\n');
                value.push_str("\\n");
            }
            _ if is_forbidden(character) => {}
            _ => value.push(character),
        }
    }
    value
}

/// The values of a comma-separated list as written: a comma after a backslash does not separate (RFC 5545 section 3.1.1).
pub fn split_list(value: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    value.split(move |character: char| {
        let separates = character == ',' && !escaped;
        escaped = character == '\\' && !escaped;
        separates
    })
}

/// The values of a list of TEXT such as CATEGORIES, escapes resolved.
pub fn text_list(value: &str) -> Vec<String> {
    split_list(value).map(unescape_text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_lists_split_at_bare_commas() {
        assert_eq!(text_list(r"a\,b,c\\,d"), ["a,b", r"c\", "d"]);
        assert_eq!(unescape_text(r"a\Nb\;\x\"), "a\nb;\\x\\");
        assert_eq!(escape_text("a\r\nb,\\;\u{1}"), r"a\nb\,\\\;");
    }

    proptest! {
        #[test]
        fn texts_come_back(text in "[^\\x00-\\x08\\x0b-\\x1f\\r\u{fffe}\u{ffff}]{0,40}") {
            let value = escape_text(&text);
            prop_assert!(!value.contains('\n'));
            prop_assert_eq!(unescape_text(&value), text);
        }
    }
}
