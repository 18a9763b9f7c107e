//! DOCTYPE declarations (XML 1.0 section 2.8): accepted where nothing in the document depends on them, and never acted upon.

use crate::error::XmlError;

/// Looks at what stands between `<!DOCTYPE` and its `>`.
///
/// # Errors
/// `ExternalEntity` when it refers to something outside of the document; `DocumentType` when it declares what a reader would have to
/// put into the document: entities, or attributes with values of their own.
pub fn check(declaration: &str) -> Result<(), XmlError> {
    let (external, subset) = match outside_of_quotes(declaration, '[') {
        Some(at) => (&declaration[..at], declaration[at + 1..].rsplit_once(']').map_or("", |(subset, _)| subset)),
        None => (declaration, ""),
    };
    let mut entities = subset.split("<!ENTITY").skip(1);
    if external.split_whitespace().nth(1).is_some() || entities.any(is_external) {
        return Err(XmlError::ExternalEntity);
    }
    if subset.contains("<!ENTITY") || subset.contains("<!ATTLIST") || subset.contains('%') {
        return Err(XmlError::DocumentType);
    }
    Ok(())
}

/// Whether an entity declaration, from after its keyword on, says where the entity is to be fetched.
fn is_external(declaration: &str) -> bool {
    let mut words = declaration.split_whitespace().filter(|word| *word != "%");
    matches!(words.nth(1), Some("SYSTEM" | "PUBLIC"))
}

fn outside_of_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, c)| {
        match (quote, c) {
            (None, _) if c == wanted => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_nothing_is_accepted() {
        for harmless in ["propfind", " D:propfind ", "a []", "a [<!-- [x] --><!ELEMENT a ANY>]", "a [<?p x?>\n]"] {
            assert_eq!(check(harmless), Ok(()), "{harmless}");
        }
        for external in [
            "a SYSTEM \"http://x/[y].dtd\"",
            "a PUBLIC '-//x' \"y\"",
            "a SYSTEM 'y' [<!ELEMENT a ANY>]",
            "a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]",
            "a [<!ENTITY % x PUBLIC 'p' 's'> %x;]",
            "a [<!ENTITY y 'z'><!ENTITY x\n SYSTEM 's'>]",
        ] {
            assert_eq!(check(external), Err(XmlError::ExternalEntity), "{external}");
        }
        for internal in ["a [<!ENTITY x 'SYSTEM'>]", "a [<!ATTLIST a b CDATA 'c'>]", "a [%x;]"] {
            assert_eq!(check(internal), Err(XmlError::DocumentType), "{internal}");
        }
    }
}
