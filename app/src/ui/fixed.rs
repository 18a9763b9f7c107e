//! Elements that nothing changes.

use crate::words;
use leptos::tachys::html::InertElement;

/// An element as HTML, in pieces. What `view!` makes of an element is code for each of its tags, of this there is one; it is for
/// tags that have nothing but words in them wherever they stand. Messages hold no markup (`docs/translating.md`).
pub fn fixed(pieces: &[&str]) -> InertElement {
    let mut html = String::new();
    for piece in pieces {
        html.push_str(piece);
    }
    InertElement::new(html)
}

/// What opens the second step of a deletion, and closes it again.
pub fn sure_summary() -> InertElement {
    fixed(&[
        "<summary class=\"button sure\"><span>",
        words::common_delete(),
        "</span><span>",
        words::common_keep(),
        "</span></summary>",
    ])
}
