//! How people look: their picture, or the initials of their name.

use leptos::prelude::*;
use std::fmt::Write;

/// Where the picture of an account is; another picture is at another address, so that browsers may keep each.
pub fn picture_path(slug: &str, digest: &[u8; 16]) -> String {
    let mut path = format!("/people/{slug}/picture?v=");
    for octet in &digest[..8] {
        // Strings take whatever is written.
        let _ = write!(path, "{octet:02x}");
    }
    path
}

/// The first letters of the first and the last word of a name.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// Stands beside the name, which says the same to those who do not see it.
#[component]
pub fn Avatar(
    name: String,
    /// The address of the picture.
    picture: Option<String>,
) -> impl IntoView {
    match picture {
        Some(path) => view! { <img class="avatar" src=path alt="" width="32" height="32" loading="lazy" /> }.into_any(),
        None => view! { <span class="avatar" aria-hidden="true">{initials(&name)}</span> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn a_name_has_at_most_two_initials() {
        for (name, letters) in [
            ("Ada Lovelace", "AL"),
            ("ada", "A"),
            ("Gaius Julius Caesar", "GC"),
            ("élodie (work)", "ÉW"),
            ("… !", ""),
            ("太郎 山田", "太山"),
        ] {
            assert_eq!(initials(name), letters);
        }
    }
}
