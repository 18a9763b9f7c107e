//! `/import`: an .ics file into a calendar, the report of what became of it, and calendars as files.

use super::api::{ImportPageState, ImportReport, load_import_page};
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::undo;
use crate::wire::{CalendarInfo, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn ImportPage() -> impl IntoView {
    let state = Resource::new(|| (), |()| load_import_page());
    let query = use_query_map();
    view! {
        <Title text=words::server_import_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <h1>{words::server_import_title()}</h1>
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
        <p><a class="button" href="/import/from">{words::server_moving_title()}</a></p>
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
            <h2>{words::server_import_heading()}</h2>
            <p class="lead">
                {words::server_import_lead()}
            </p>
            <div class="field">
                <label class="label" for="import-file">
                    {words::server_import_file()}
                </label>
                <input id="import-file" class="input input--file" type="file" name="file" accept=".ics,text/calendar" required />
            </div>
            <div class="field">
                <label class="label" for="import-calendar">
                    {words::server_import_into()}
                </label>
                <select id="import-calendar" class="select" name="calendar">
                    {options}
                    <option value="">{words::server_import_new_calendar()}</option>
                </select>
            </div>
            <div class="field">
                <label class="label" for="import-name">
                    {words::server_import_name()}
                </label>
                <input id="import-name" class="input" name="name" maxlength="250" placeholder=words::server_import_name_hint() />
            </div>
            <div class="row">
                <button class="button button--primary">{words::server_import_button()}</button>
            </div>
        </form>
    }
}

#[component]
fn Exports(calendars: Vec<CalendarInfo>) -> impl IntoView {
    let rows: Vec<_> = calendars
        .into_iter()
        .map(|calendar| {
            let label = words::server_import_download_what(&calendar.name);
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
                        {words::server_import_download()}
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <section class="card card--padded stack" aria-labelledby="export-heading">
            <h2 id="export-heading">{words::server_import_export_heading()}</h2>
            <ul class="list">{rows}</ul>
        </section>
    }
}

#[component]
pub fn Report(report: ImportReport) -> impl IntoView {
    let ImportReport {
        calendar,
        added,
        added_count,
        replaced,
        replaced_count,
        unchanged,
        refused,
        refused_count,
        file,
        undo,
    } = report;
    let tone = if refused_count == 0 { "notice notice--success" } else { "notice notice--warning" };
    let mark = if refused_count == 0 { icon::CHECK } else { icon::ALERT };
    let summary = words::server_import_summary(&calendar, added_count, replaced_count, unchanged, refused_count);
    let refusals = (refused_count > 0).then(|| {
        let shown = refused.len();
        let rows: Vec<_> = refused
            .into_iter()
            .map(|refusal| {
                let what = if refusal.what.is_empty() {
                    words::server_import_without_title().to_owned()
                } else {
                    refusal.what
                };
                view! {
                    <li class="list__item">
                        <span class="list__text">
                            <span class="list__title">{what}</span>
                            <span class="report__why">{words::server_import_refusal(refusal.line, &refusal.why)}</span>
                        </span>
                    </li>
                }
            })
            .collect();
        view! {
            <h3>{words::server_import_refused()}</h3>
            <ul class="list">{rows}</ul>
            {more(refused_count - shown)}
        }
    });
    let take_back = (!undo.is_empty()).then(|| {
        undo::button(undo, undo::Offer::Undo, words::server_import_take_back(), Some(words::server_import_done(&file)))
    });
    view! {
        <section class="card card--padded stack" aria-label=words::server_import_report()>
            <p class=tone role="status">
                <Icon d=mark />
                <span>{summary}</span>
            </p>
            {take_back}
            {refusals}
            <Titles heading=words::server_import_new(added_count) titles=added count=added_count />
            <Titles heading=words::server_import_replaced(replaced_count) titles=replaced count=replaced_count />
        </section>
    }
}

#[component]
fn Titles(heading: String, titles: Vec<String>, count: usize) -> impl IntoView {
    (count > 0).then(|| {
        let shown = titles.len();
        let rows: Vec<_> = titles
            .into_iter()
            .map(|title| {
                let title = if title.is_empty() { words::server_import_without_title().to_owned() } else { title };
                view! { <li>{title}</li> }
            })
            .collect();
        view! {
            <details>
                <summary>{heading}</summary>
                <ul>{rows}</ul>
                {more(count - shown)}
            </details>
        }
    })
}

/// What a list that was cut leaves out.
fn more(left_out: usize) -> Option<impl IntoView> {
    (left_out > 0).then(|| view! { <p class="hint">{words::server_import_more(left_out)}</p> })
}
