//! Several things in a sentence.

use crate::words;

/// `a, b and c`; `None` for nothing.
pub fn list_in_words(mut items: Vec<String>) -> Option<String> {
    let last = items.pop()?;
    let first = items.into_iter().reduce(|first, next| words::common_list_more(&first, &next));
    Some(match first {
        None => last,
        Some(first) => words::common_list_and(&first, &last),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_is_joined_otherwise() {
        let list = |items: &[&str]| list_in_words(items.iter().map(ToString::to_string).collect());
        assert_eq!(list(&[]), None);
        assert_eq!(list(&["a"]).as_deref(), Some("a"));
        assert_eq!(list(&["a", "b"]).as_deref(), Some("a and b"));
        assert_eq!(list(&["a", "b", "c"]).as_deref(), Some("a, b and c"));
    }
}
