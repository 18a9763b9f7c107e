//! The title of a page.

use leptos::prelude::*;
use leptos_meta::Title;

/// Sets the document's title to what `text` yields.
///
/// On the server that is settled when the page is rendered: leptos_meta writes the title into the head after that, when the
/// signals that `text` reads may be gone, which would end the request with a panic.
#[component]
pub fn PageTitle(text: impl Fn() -> String + Send + Sync + 'static) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = untrack(text);
    view! { <Title text=text /> }
}
