//! What a text says, and what it quotes of others.

/// What is said, and what of earlier messages stands beneath it.
pub(super) fn parted(text: &str) -> (&str, &str) {
    let mut at = text.len();
    for line in text.rsplit_inclusive_lines() {
        if !(line.starts_with('>') || line.trim().is_empty()) {
            // Who wrote it, where that is said in one line above.
            if at < text.len() && line.trim_end().ends_with(':') {
                at -= line.len();
            }
            break;
        }
        at -= line.len();
    }
    let (said, quoted) = text.split_at(at);
    if said.trim().is_empty() || !quoted.contains('>') { (text, "") } else { (said, quoted) }
}

/// Lines from the last to the first, with their ends.
trait LinesFromTheEnd {
    fn rsplit_inclusive_lines(&self) -> impl Iterator<Item = &str>;
}

impl LinesFromTheEnd for str {
    fn rsplit_inclusive_lines(&self) -> impl Iterator<Item = &str> {
        self.split_inclusive('\n').collect::<Vec<_>>().into_iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_at_the_end_is_parted_from_what_is_said() {
        let text = "Yes.\n\nAda wrote:\n> Do you come?\n>\n> Ada\n";
        assert_eq!(parted(text), ("Yes.\n\n", "Ada wrote:\n> Do you come?\n>\n> Ada\n"));
        for whole in ["Yes.\n", "> only a quote\n", "> first\nthen an answer\n", ""] {
            assert_eq!(parted(whole), (whole, ""), "{whole:?}");
        }
    }
}
