//! What a path that leads nowhere shows.

use crate::state::ViewerResource;
use crate::ui::{Mark, SiteHeader};
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    let viewer = expect_context::<ViewerResource>();
    view! {
        <Title text="Not found" />
        <Suspense>
            {move || Suspend::new(async move {
                let viewer = viewer.await.ok().flatten();
                viewer.map(|viewer| view! { <SiteHeader viewer /> })
            })}
        </Suspense>
        <main id="main" tabindex="-1" class="nowhere">
            <Mark />
            <h1>"There is nothing here"</h1>
            <p class="lead">"The address may be mistyped, or what it led to is gone."</p>
            <div class="row">
                <a class="button button--primary" href="/agenda">
                    "Open the agenda"
                </a>
                <a class="button" href="/">
                    "Go to the dashboard"
                </a>
            </div>
        </main>
    }
}
