//! What a path that leads nowhere shows.

use crate::state::ViewerResource;
use crate::ui::{Mark, SiteHeader};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    let viewer = expect_context::<ViewerResource>();
    view! {
        <Title text=words::errors_page_not_found() />
        <Suspense>
            {move || Suspend::new(async move {
                let viewer = viewer.await.ok().flatten();
                viewer.map(|viewer| view! { <SiteHeader viewer /> })
            })}
        </Suspense>
        <main id="main" tabindex="-1" class="nowhere">
            <Mark />
            <h1>{words::errors_nothing_here()}</h1>
            <p class="lead">{words::errors_nothing_here_lead()}</p>
            <div class="row">
                <a class="button button--primary" href="/agenda">
                    {words::common_open_agenda()}
                </a>
                <a class="button" href="/">
                    {words::errors_to_dashboard()}
                </a>
            </div>
        </main>
    }
}
