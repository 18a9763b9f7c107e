//! `/import/{job}`: how far the import of a large file has come, and at last its report.

use super::api::{ImportState, ImportUnderWay, load_import_progress};
use super::page::Report;
use crate::ui::markup::refresh;
use crate::ui::{Icon, LoadedPage, icon};
use crate::wire::ApiError;
use crate::words;
use leptos::prelude::*;
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
    let way_on = ("/import", words::server_import_heading());
    view! {
        <LoadedPage title=words::server_import_title() is_heading=true class="page--narrow stack" loaded=progress way_on=Some(way_on)
            page=|progress: ImportUnderWay, _| view! { <Loaded progress=progress /> } />
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
                        <progress class="import__progress" value=done max=of aria-label=words::server_import_title()>{text.clone()}</progress>
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
