//! `/import/{job}`: how far the import of a large file has come, and at last its report.

use super::api::{ImportState, ImportUnderWay, load_import_progress};
use super::page::Report;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::markup::refresh;
use crate::ui::{Failed, Icon, icon};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// How often a page whose import is under way looks again, in seconds, where it is not told of changes.
const LOOK: &str = "2";
/// The same with a script, which is told when the import gets on.
const LOOK_WITH_NEWS: &str = "20";

#[component]
pub fn ImportProgressPage() -> impl IntoView {
    let params = use_params_map();
    let progress = Resource::new(
        move || params.read().get("job"),
        |job| async move {
            match job.and_then(|job| job.parse().ok()) {
                Some(job) => load_import_progress(job).await,
                None => Err(ApiError::NotFound(words::errors_page_not_found().into())),
            }
        },
    );
    view! {
        <Title text=words::import_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <h1>{words::import_title()}</h1>
                    <Suspense>
                        {move || Suspend::new(async move {
                            match progress.await {
                                Ok(progress) => view! { <Loaded progress=progress /> }.into_any(),
                                Err(error) => {
                                    let is_nowhere = matches!(error, ApiError::NotFound(_));
                                    if let Some(response) = use_context::<leptos_axum::ResponseOptions>().filter(|_| is_nowhere) {
                                        response.set_status(axum::http::StatusCode::NOT_FOUND);
                                    }
                                    view! { <Failed error=error /> }.into_any()
                                }
                            }
                        })}
                    </Suspense>
                    <p><a class="button" href="/import">{words::import_heading()}</a></p>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(progress: ImportUnderWay) -> impl IntoView {
    let ImportUnderWay { job, calendar, file, done, of, state, follows } = progress;
    match state {
        ImportState::UnderWay => {
            let bar = of.map_or_else(
                || view! { <p class="hint">{words::server_import_begins()}</p> }.into_any(),
                |of| {
                    let text = words::server_import_progress(done, of);
                    view! {
                        <progress class="import__progress" value=done max=of aria-label=words::import_title()>{text.clone()}</progress>
                        <p class="hint" role="status">{text}</p>
                    }
                    .into_any()
                },
            );
            view! {
                <noscript inner_html=refresh(LOOK)></noscript>
                <section class="card card--padded stack" data-follows=follows data-job=job data-every=LOOK_WITH_NEWS>
                    <p>{words::server_import_under_way(&file, &calendar)}</p>
                    {bar}
                </section>
            }
            .into_any()
        }
        ImportState::Done(report) => view! { <div data-follows=follows><Report report=report /></div> }.into_any(),
        ImportState::Refused { why, kept } => view! {
            <section class="card card--padded stack" data-follows=follows>
                <p class="notice notice--error" role="alert">
                    <Icon d=icon::ALERT />
                    <span>{words::server_import_failed(&file, &why)}</span>
                </p>
                {(kept > 0).then(|| view! { <p>{words::server_import_kept(kept)}</p> })}
            </section>
        }
        .into_any(),
    }
}
