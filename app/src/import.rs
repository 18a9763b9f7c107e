//! `/import`: an .ics file into a calendar, and the report of what became of it.

use crate::api::transfer::{ImportPageState, ImportReport, load_import_page};
use crate::wire::ApiError;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn ImportPage() -> impl IntoView {
    let state = Resource::new(|| (), |()| load_import_page());
    view! {
        <Title text="Import" />
        <main class="page stack">
            <h1>"Import a calendar file"</h1>
            <Suspense>
                {move || Suspend::new(async move {
                    match state.await {
                        Ok(state) => view! { <Loaded state /> }.into_any(),
                        Err(error) => view! { <p class="notice notice--error">{error.to_string()}</p> }.into_any(),
                    }
                })}
            </Suspense>
        </main>
    }
}

#[component]
fn Loaded(state: ImportPageState) -> impl IntoView {
    view! {
        {state.outcome.map(|outcome| view! { <Outcome outcome /> })}
        <form class="stack" action="/import" method="post" enctype="multipart/form-data">
            <div class="field">
                <label class="label" for="import-calendar">
                    "Calendar"
                </label>
                <select id="import-calendar" class="input" name="calendar">
                    {state.calendars.into_iter().map(|calendar| view! { <option value=calendar.id>{calendar.name}</option> }).collect_view()}
                    <option value="">"A new calendar"</option>
                </select>
            </div>
            <div class="field">
                <label class="label" for="import-name">
                    "Name of the new calendar"
                </label>
                <input id="import-name" class="input" name="name" placeholder="As the file is called" />
            </div>
            <div class="field">
                <label class="label" for="import-file">
                    "File (.ics)"
                </label>
                <input id="import-file" class="input" type="file" name="file" accept=".ics,text/calendar" required />
            </div>
            <button class="button button--primary">"Import"</button>
        </form>
    }
}

#[component]
fn Outcome(outcome: Result<ImportReport, ApiError>) -> impl IntoView {
    match outcome {
        Err(error) => view! { <p class="notice notice--error" role="alert">{error.to_string()}</p> }.into_any(),
        Ok(report) => view! {
            <section class="card stack" role="status">
                <h2>{format!("Imported into {}", report.calendar)}</h2>
                <p>
                    {format!(
                        "{} added, {} replaced, {} unchanged, {} refused",
                        report.added_count,
                        report.replaced_count,
                        report.unchanged,
                        report.refused_count,
                    )}
                </p>
                <ul>
                    {report
                        .refused
                        .into_iter()
                        .map(|refusal| view! { <li>{format!("Line {}: {}: {}", refusal.line, refusal.what, refusal.why)}</li> })
                        .collect_view()}
                </ul>
            </section>
        }
        .into_any(),
    }
}
