//! The page of an event's history.

use super::api::load_history;
use super::words_of::moment;
use super::{Difference, ObjectHistory, Version, What};
use crate::agenda::links;
use crate::notation::Format;
use crate::return_path::back_path;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn HistoryPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = move || {
        let text = query.read().get("text").and_then(|revision| revision.parse().ok());
        (params.read().get("calendar"), params.read().get("name").unwrap_or_default(), text)
    };
    let history = Resource::new(asked, |(calendar, name, text)| async move {
        match calendar.and_then(|id| id.parse().ok()) {
            Some(calendar) => load_history(calendar, name, text).await,
            None => Err(ApiError::NotFound(words::errors_calendar_not_found().into())),
        }
    });
    view! {
        <Title text=words::common_history() />
        <SignedIn page=move |viewer: Viewer| {
            let format = Format::of(&viewer);
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match history.await {
                                Ok(history) => view! { <Loaded history=history format=format /> }.into_any(),
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
fn Loaded(history: ObjectHistory, format: Format) -> impl IntoView {
    let query = use_query_map();
    let back = back_path(query.read_untracked().get("back").as_deref()).to_owned();
    let restored = query.read_untracked().get("restored").is_some();
    let ObjectHistory {
        calendar,
        calendar_name,
        name,
        title,
        etag,
        editable,
        cursor,
        versions,
        more,
        text,
        outcome,
        origin,
    } = history;
    let outcome = outcome.map(|error| view! { <Failed error=error /> }.into_any()).or_else(|| {
        let said = words::server_history_restored();
        restored.then(|| view! { <p class="notice notice--success" role="status">{said}</p> }.into_any())
    });
    let action = links::history(calendar, &name, &back);
    let (mut text, etag) = (text, etag.unwrap_or_default());
    let rows: Vec<_> = versions
        .into_iter()
        .map(|version| {
            let shown = text.take_if(|(revision, _)| *revision == version.revision).map(|(_, text)| text);
            view! { <Row version=version text=shown action=action.clone() etag=etag.clone() editable=editable format=format /> }
        })
        .collect();
    view! {
        <div class="history__head">
            <h1 dir="auto">{words::server_history_of(&title)}</h1>
            <a class="hint" dir="auto" href=format!("/calendars/{calendar}/changes")>
                {words::server_changes_of(&calendar_name)}
            </a>
        </div>
        {outcome}
        <p>
            <a class="button button--small" href=links::invitation(calendar, &name)>
                {words::server_invitation_guests()}
            </a>
        </p>
        {origin.map(|origin| view! { <p id=links::WHY class="hint" dir="auto">{origin}</p> })}
        <ol class="card history" data-follows=cursor>
            {rows}
        </ol>
        {more.then(|| view! { <p class="hint">{words::server_history_more()}</p> })}
        <p>
            <a class="button" href=back>
                <Icon d=icon::CALENDAR />
                {words::common_back()}
            </a>
        </p>
    }
}

#[component]
fn Row(
    version: Version,
    /// What it says, for whoever asked for it.
    text: Option<String>,
    /// The page's own address.
    action: String,
    etag: String,
    editable: bool,
    format: Format,
) -> impl IntoView {
    let Version { revision, at, what, by, differences, is_current, is_kept } = version;
    let is_offered = editable && is_kept && !is_current;
    let restore = is_offered.then(|| {
        let text = match what {
            What::Deleted => words::server_history_restore_deleted(),
            _ => words::server_history_restore(),
        };
        view! {
            <form method="post" action=action.clone()>
                <input type="hidden" name="revision" value=revision />
                <input type="hidden" name="etag" value=etag />
                <button class="button button--small">{text}</button>
            </form>
        }
    });
    let link = match (&text, is_kept) {
        (_, false) => view! { <p class="hint">{words::server_history_not_kept()}</p> }.into_any(),
        (None, true) => view! {
            <a class="button button--small button--ghost" href=format!("{action}&text={revision}#v{revision}")>
                {words::server_history_text()}
            </a>
        }
        .into_any(),
        (Some(_), true) => view! {
            <a class="button button--small button--ghost" href=format!("{action}#v{revision}")>
                {words::server_history_hide_text()}
            </a>
        }
        .into_any(),
    };
    view! {
        <li class="history__version" id=format!("v{revision}")>
            <div class="history__what">
                <What what=what />
                <time datetime=at.format("%Y-%m-%dT%H:%M:%S").to_string()>{moment(format, at)}</time>
                {is_current.then(|| view! { <span class="badge badge--current">{words::server_history_current()}</span> })}
            </div>
            <p class="history__by" dir="auto">{by}</p>
            <Differences of=differences />
            <div class="row">{restore} {link}</div>
            {text.map(|text| view! { <pre class="history__text" tabindex="0" dir="ltr">{text}</pre> })}
        </li>
    }
}

/// What was done, as a word in a colour of its own.
#[component]
pub fn What(what: What) -> impl IntoView {
    let (text, class) = match what {
        What::Made => (words::server_history_made(), "badge badge--made"),
        What::Changed => (words::server_history_changed(), "badge badge--changed"),
        What::Deleted => (words::server_history_deleted(), "badge badge--deleted"),
        What::BroughtBack => (words::server_history_brought_back(), "badge badge--made"),
    };
    view! { <strong class=class>{text}</strong> }
}

/// What is otherwise, field by field.
#[component]
pub fn Differences(of: Vec<Difference>) -> impl IntoView {
    let rows: Vec<_> = of
        .into_iter()
        .map(|Difference { field, before, after }| {
            let old = (!before.is_empty()).then(|| view! { <del dir="auto">{before}</del> });
            let new = (!after.is_empty()).then(|| view! { <ins dir="auto">{after}</ins> });
            view! {
                <div>
                    <dt>{field}</dt>
                    <dd>{old} {new}</dd>
                </div>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <dl class="history__fields">{rows}</dl> })
}
