use crate::state::ViewerResource;
use leptos::prelude::*;
use leptos_router::components::Redirect;

/// `/agenda`: goes to the view that the person used last, on today.
#[component]
pub fn AgendaStart() -> impl IntoView {
    let viewer = expect_context::<ViewerResource>();
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let path = match viewer.await {
                    Ok(Some(viewer)) => format!("/agenda/{}/{}", viewer.view, viewer.now.date()),
                    _ => "/sign-in?next=/agenda".to_owned(),
                };
                view! { <Redirect path=path /> }
            })}
        </Suspense>
    }
}

/// `/agenda/{view}/{date}`.
#[component]
pub fn AgendaPage() -> impl IntoView {
    view! { <main></main> }
}
