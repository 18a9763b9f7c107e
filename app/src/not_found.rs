//! What a path that leads nowhere shows.

use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text="Not found" />
        <main class="not-found">
            <h1>"There is nothing here"</h1>
            <p>"The address may be mistyped, or what it led to is gone."</p>
            <p><a class="button primary" href="/agenda">"Open the agenda"</a></p>
        </main>
    }
}
