//! `/import`: an .ics file into a calendar, the report of what became of it, and calendars as files.

use super::api::{ImportPageState, ImportReport, MAX_TITLES, load_import_page};
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::{CalendarInfo, Viewer};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn ImportPage() -> impl IntoView {
    let state = Resource::new(|| (), |()| load_import_page());
    let query = use_query_map();
    view! {
        <Title text="Import and export" />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <h1>"Import and export"</h1>
                    <Suspense>
                        {move || Suspend::new(async move {
                            let wanted = query.with_untracked(|query| query.get("calendar")).and_then(|id| id.parse().ok());
                            match state.await {
                                Ok(state) => view! { <Loaded state=state wanted=wanted /> }.into_any(),
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(state: ImportPageState, wanted: Option<i64>) -> impl IntoView {
    let ImportPageState { calendars, outcome } = state;
    let report = outcome.map(|outcome| match outcome {
        Ok(report) => view! { <Report report=report /> }.into_any(),
        Err(error) => view! { <Failed error=error /> }.into_any(),
    });
    view! {
        {report}
        <ImportForm calendars=calendars.clone() wanted=wanted />
        <Exports calendars=calendars />
    }
}

/// A plain form that the server answers with this page: a file travels the same way with and without scripts.
#[component]
fn ImportForm(calendars: Vec<CalendarInfo>, wanted: Option<i64>) -> impl IntoView {
    let options: Vec<_> = calendars
        .into_iter()
        .map(|calendar| {
            view! {
                <option value=calendar.id selected=wanted == Some(calendar.id)>
                    {calendar.name}
                </option>
            }
        })
        .collect();
    view! {
        <form class="card card--padded stack" action="/import" method="post" enctype="multipart/form-data">
            <h2>"Import a file"</h2>
            <p class="lead">
                "Every event, task and journal entry of the file comes in. One that is there already, by its UID, is replaced; the same file again changes nothing."
            </p>
            <div class="field">
                <label class="label" for="import-file">
                    "Calendar file (.ics)"
                </label>
                <input id="import-file" class="input input--file" type="file" name="file" accept=".ics,text/calendar" required />
            </div>
            <div class="field">
                <label class="label" for="import-calendar">
                    "Into"
                </label>
                <select id="import-calendar" class="select" name="calendar">
                    {options}
                    <option value="">"A new calendar"</option>
                </select>
            </div>
            <div class="field">
                <label class="label" for="import-name">
                    "Name, if it is a new calendar"
                </label>
                <input id="import-name" class="input" name="name" maxlength="250" placeholder="Named like the file" />
            </div>
            <div class="row">
                <button class="button button--primary">"Import"</button>
            </div>
        </form>
    }
}

#[component]
fn Exports(calendars: Vec<CalendarInfo>) -> impl IntoView {
    let rows: Vec<_> = calendars
        .into_iter()
        .map(|calendar| {
            let label = format!("Download {}", calendar.name);
            view! {
                <li class="list__item">
                    <span class="swatch" style=format!("--color: {0}; background: {0}", calendar.color)></span>
                    <span class="list__text list__title">{calendar.name}</span>
                    <a
                        class="button button--small"
                        href=format!("/calendars/{}/export.ics", calendar.id)
                        download=""
                        rel="external"
                        aria-label=label
                    >
                        "Download"
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <section class="card card--padded stack" aria-labelledby="export-heading">
            <h2 id="export-heading">"Export a calendar"</h2>
            <ul class="list">{rows}</ul>
        </section>
    }
}

#[component]
fn Report(report: ImportReport) -> impl IntoView {
    let ImportReport { calendar, added, added_count, replaced, replaced_count, unchanged, refused, refused_count } =
        report;
    let tone = if refused_count == 0 { "notice notice--success" } else { "notice notice--warning" };
    let mark = if refused_count == 0 { icon::CHECK } else { icon::ALERT };
    let summary = format!(
        "Imported into {calendar}: {added_count} new, {replaced_count} replaced, {unchanged} unchanged, {refused_count} refused."
    );
    let refusals = (refused_count > 0).then(|| {
        let rows: Vec<_> = refused
            .into_iter()
            .map(|refusal| {
                let what = if refusal.what.is_empty() { "Without title".to_owned() } else { refusal.what };
                view! {
                    <li class="list__item">
                        <span class="list__text">
                            <span class="list__title">{what}</span>
                            <span class="report__why">{format!("Line {}: {}", refusal.line, refusal.why)}</span>
                        </span>
                    </li>
                }
            })
            .collect();
        view! {
            <h3>"Refused"</h3>
            <ul class="list">{rows}</ul>
            {more(refused_count)}
        }
    });
    view! {
        <section class="card card--padded stack" aria-label="Report of the import">
            <p class=tone role="status">
                <Icon d=mark />
                <span>{summary}</span>
            </p>
            {refusals}
            <Titles heading="New" titles=added count=added_count />
            <Titles heading="Replaced" titles=replaced count=replaced_count />
        </section>
    }
}

#[component]
fn Titles(heading: &'static str, titles: Vec<String>, count: usize) -> impl IntoView {
    (count > 0).then(|| {
        let rows: Vec<_> = titles
            .into_iter()
            .map(|title| {
                let title = if title.is_empty() { "Without title".to_owned() } else { title };
                view! { <li>{title}</li> }
            })
            .collect();
        view! {
            <details>
                <summary>{format!("{heading} ({count})")}</summary>
                <ul>{rows}</ul>
                {more(count)}
            </details>
        }
    })
}

/// What a list that was cut leaves out.
fn more(count: usize) -> Option<impl IntoView> {
    (count > MAX_TITLES).then(|| view! { <p class="hint">{format!("and {} more", count - MAX_TITLES)}</p> })
}
