//! The page of the bin: links and forms.

use super::api::load_bin;
use super::{BinContents, BinnedCalendar, BinnedEvent, Deletion};
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn BinPage() -> impl IntoView {
    let query = use_query_map();
    let piece = move || query.read().get("piece").and_then(|piece| piece.parse().ok()).unwrap_or(0);
    let contents = Resource::new(piece, load_bin);
    view! {
        <Title text=words::server_bin_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match contents.await {
                                Ok(contents) => view! { <Loaded contents=contents /> }.into_any(),
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
fn Loaded(contents: BinContents) -> impl IntoView {
    let BinContents { days, calendars, events, piece, more, refused } = contents;
    let is_empty = calendars.is_empty() && events.is_empty();
    let query = use_query_map();
    let done = query.with_untracked(|query| query.get("done")).and_then(|done| said(&done));
    let outcome = match (refused, done) {
        (Some(error), _) => view! { <Failed error=error /> }.into_any(),
        (None, Some(text)) => view! {
            <p class="notice notice--success" role="status">
                <Icon d=icon::CHECK />
                <span>{text}</span>
            </p>
        }
        .into_any(),
        (None, None) => ().into_any(),
    };
    let lead = words::server_bin_lead(usize::try_from(days).unwrap_or(0));
    view! {
        <div class="bin__head">
            <h1>{words::server_bin_title()}</h1>
            {(!is_empty).then(|| view! { <EmptyIt /> })}
        </div>
        <p class="lead">{lead}</p>
        {outcome}
        {is_empty.then(|| view! { <p class="card card--padded lead">{words::server_bin_empty()}</p> })}
        <Calendars calendars=calendars />
        <Events events=events />
        <nav class="row" aria-label=words::server_bin_pieces()>
            {(piece > 0).then(|| view! { <a class="button" href=format!("/bin?piece={}", piece - 1)>{words::server_bin_newer()}</a> })}
            {more.then(|| view! { <a class="button" href=format!("/bin?piece={}", piece + 1)>{words::server_bin_older()}</a> })}
        </nav>
    }
}

/// What is said after a wish was done.
fn said(done: &str) -> Option<&'static str> {
    match done {
        "event" => Some(words::server_bin_event_back()),
        "copy" => Some(words::server_bin_copy_back()),
        "calendar" => Some(words::server_bin_calendar_back()),
        "purged" => Some(words::server_bin_purged()),
        "emptied" => Some(words::server_bin_emptied()),
        _ => None,
    }
}

#[component]
fn Calendars(calendars: Vec<BinnedCalendar>) -> impl IntoView {
    (!calendars.is_empty()).then(|| {
        let rows: Vec<_> = calendars
            .into_iter()
            .map(|BinnedCalendar { id, name, color, objects, deleted }| {
                let holds = words::server_bin_holds(usize::try_from(objects).unwrap_or(usize::MAX));
                let restore = vec![("do", "restore-calendar".to_owned()), ("calendar", id.to_string())];
                let purge = vec![("do", "purge-calendar".to_owned()), ("calendar", id.to_string())];
                view! { <Row title=name about=holds color=color deleted=deleted restore=restore purge=purge /> }
            })
            .collect();
        view! {
            <section class="stack" aria-labelledby="bin-calendars">
                <h2 id="bin-calendars">{words::common_calendars()}</h2>
                <ul class="card bin">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn Events(events: Vec<BinnedEvent>) -> impl IntoView {
    (!events.is_empty()).then(|| {
        let rows: Vec<_> = events
            .into_iter()
            .map(|BinnedEvent { calendar, object, title, when, calendar_name, color, deleted }| {
                let about = if when.is_empty() { calendar_name } else { format!("{when} · {calendar_name}") };
                let of = |wish: &str| {
                    vec![("do", wish.to_owned()), ("calendar", calendar.to_string()), ("object", object.to_string())]
                };
                let (restore, purge) = (of("restore"), of("purge"));
                view! { <Row title=title about=about color=color deleted=deleted restore=restore purge=purge /> }
            })
            .collect();
        view! {
            <section class="stack" aria-labelledby="bin-events">
                <h2 id="bin-events">{words::server_bin_events()}</h2>
                <ul class="card bin">{rows}</ul>
            </section>
        }
    })
}

/// Something that was deleted, with the fields of the forms that bring it back and remove it for good.
#[component]
fn Row(
    title: String,
    about: String,
    color: String,
    deleted: Deletion,
    restore: Vec<(&'static str, String)>,
    purge: Vec<(&'static str, String)>,
) -> impl IntoView {
    let Deletion { when, by, left } = deleted;
    view! {
        <li class="bin__row">
            <span class="swatch" style=format!("--calendar: {color}")></span>
            <div class="bin__text">
                <strong dir="auto">{title.clone()}</strong>
                <span dir="auto">{about}</span>
                <span class="hint">{words::server_bin_deleted(&when, &by)} " · " {left}</span>
            </div>
            <div class="bin__ways">
                <form method="post" action="/bin">
                    {hidden(restore)}
                    <button class="button button--small">
                        {words::server_bin_restore()}
                        <span class="visually-hidden">" " {title.clone()}</span>
                    </button>
                </form>
                <details class="bin__purge">
                    <summary class="button button--small button--ghost">
                        {words::server_bin_purge()}
                        <span class="visually-hidden">" " {title}</span>
                    </summary>
                    <form method="post" action="/bin">
                        {hidden(purge)}
                        <p>{words::server_bin_purge_sure()}</p>
                        <button class="button button--small button--danger">{words::server_bin_purge()}</button>
                    </form>
                </details>
            </div>
        </li>
    }
}

fn hidden(fields: Vec<(&'static str, String)>) -> impl IntoView {
    fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect::<Vec<_>>()
}

/// In two steps, the second behind a disclosure.
#[component]
fn EmptyIt() -> impl IntoView {
    view! {
        <details class="bin__purge">
            <summary class="button">{words::server_bin_empty_it()}</summary>
            <form method="post" action="/bin">
                <input type="hidden" name="do" value="empty" />
                <p>{words::server_bin_empty_sure()}</p>
                <button class="button button--danger">{words::server_bin_empty_it()}</button>
            </form>
        </details>
    }
}
