//! The page of a calendar as it was.

use super::api::load_as_of;
use super::page::Differences;
use super::words_of::moment;
use super::{BecameWhat, CalendarThen, EventThen};
use crate::agenda::links;
use crate::notation::Format;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::{ApiError, CalendarId, Viewer};
use crate::words;
use chrono::{NaiveDateTime, TimeDelta};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use leptos_router::location::Url;

#[component]
pub fn AsOfPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = move || {
        let query = query.read();
        (params.read().get("id"), query.get("at").unwrap_or_default(), query.get("all").is_some(), query.get("from"))
    };
    let then = Resource::new(asked, |(calendar, at, everything, from)| async move {
        match calendar.and_then(|id| id.parse().ok()) {
            Some(calendar) => load_as_of(calendar, at, everything, from).await,
            None => Err(ApiError::NotFound(words::errors_calendar_not_found().into())),
        }
    });
    view! {
        <Title text=words::common_history() />
        <SignedIn page=move |viewer: Viewer| {
            let (format, now) = (Format::of(&viewer), viewer.now);
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match then.await {
                                Ok(then) => view! { <Loaded then=then format=format now=now /> }.into_any(),
                                Err(error) => view! { <NotThere error=error calendar=untrack(asked).0 now=now /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

/// Why there is nothing to be seen, with the way to another time.
#[component]
fn NotThere(error: ApiError, calendar: Option<String>, now: NaiveDateTime) -> impl IntoView {
    let calendar = calendar.and_then(|id| id.parse().ok());
    let is_of_the_time = !matches!(error, ApiError::NotFound(ref why) if why == words::errors_calendar_not_found());
    view! {
        <Failed error=error />
        {calendar.filter(|_| is_of_the_time).map(|id| view! { <Times calendar=id at=now now=now /> })}
    }
}

#[component]
fn Loaded(then: CalendarThen, format: Format, now: NaiveDateTime) -> impl IntoView {
    let everything = use_query_map().read_untracked().get("all").is_some();
    let here = format!("/calendars/{}/as-of?at={}", then.calendar, Url::escape(&then.instant));
    let CalendarThen { calendar, at, ref name, ref color, same, changed, deleted, added, .. } = then;
    let is_otherwise = changed + deleted + added > 0;
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let since = [
        (changed, words::server_as_of_changed as fn(usize) -> String),
        (deleted, words::server_as_of_deleted),
        (added, words::server_as_of_added),
    ];
    let since: Vec<_> = since
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, words)| view! { <li>{words(count(number))}</li> })
        .collect();
    let summary = if then.is_before_it {
        words::server_as_of_before_it().to_owned()
    } else {
        {
            let events = count(same + changed + deleted);
            words::server_as_of_then(events, &moment(format, at), &words::calendars_events(events))
        }
    };
    let tab = |path: String, is: bool, text: String| {
        view! { <a href=path aria-current=is.then_some("page")>{text}</a> }
    };
    view! {
        <div class="history__head">
            <h1 dir="auto">
                <span class="swatch" style=format!("--calendar: {color}")></span>
                {words::server_as_of_title(name)}
            </h1>
            <a class="button" href=format!("/calendars/{calendar}/changes")>
                <Icon d=icon::HISTORY />
                {words::server_changes_link()}
            </a>
        </div>
        <Outcome calendar=calendar refused=then.outcome.clone() />
        <Times calendar=calendar at=at now=now />
        <section class="card card--padded stack">
            <p><strong>{summary}</strong></p>
            {if is_otherwise {
                view! { <ul class="history__since">{since}</ul> }.into_any()
            } else {
                view! { <p class="lead">{words::server_as_of_same()}</p> }.into_any()
            }}
            {(is_otherwise && then.editable && !then.is_before_it).then(|| view! { <BringAllBack then=then.clone() here=here.clone() /> })}
        </section>
        <nav class="segmented history__views" aria-label=words::server_as_of_which()>
            {tab(here.clone(), !everything, words::server_as_of_different(count(changed + deleted + added)))}
            {tab(format!("{here}&all"), everything, words::server_as_of_everything(count(same + changed + deleted)))}
        </nav>
        <Events then=then everything=everything here=here />
    }
}

/// What came of bringing something back.
#[component]
fn Outcome(calendar: CalendarId, refused: Option<ApiError>) -> impl IntoView {
    let query = use_query_map();
    let query = query.read_untracked();
    let left: usize = query.get("left").and_then(|left| left.parse().ok()).unwrap_or(0);
    match (refused, query.get("was")) {
        (Some(ApiError::Conflict), _) => {
            view! { <p class="notice notice--error" role="alert">{words::server_as_of_conflict()}</p> }.into_any()
        }
        (Some(error), _) => view! { <Failed error=error /> }.into_any(),
        (None, Some(was)) => view! {
            <div class="notice notice--success" role="status">
                <span>
                    {words::server_history_restored()} " "
                    <a href=format!("/calendars/{calendar}/as-of?at={}", Url::escape(&was))>{words::server_as_of_take_back()}</a>
                </span>
            </div>
            {(left > 0).then(|| view! { <p class="notice notice--warning">{words::server_as_of_left(left)}</p> })}
        }
        .into_any(),
        (None, None) => ().into_any(),
    }
}

/// The form for another time.
#[component]
fn Times(calendar: CalendarId, at: NaiveDateTime, now: NaiveDateTime) -> impl IntoView {
    let form = |at: NaiveDateTime| at.format("%Y-%m-%dT%H:%M").to_string();
    let ago = [
        (TimeDelta::hours(1), words::server_as_of_hour_ago()),
        (TimeDelta::days(1), words::server_as_of_day_ago()),
        (TimeDelta::days(7), words::server_as_of_week_ago()),
        (TimeDelta::days(30), words::server_as_of_month_ago()),
    ];
    let ago: Vec<_> = ago
        .into_iter()
        .map(|(ago, text)| {
            view! { <a class="button button--small button--ghost" href=format!("/calendars/{calendar}/as-of?at={}", form(now - ago))>{text}</a> }
        })
        .collect();
    view! {
        <form class="history__choice" method="get" action=format!("/calendars/{calendar}/as-of")>
            <div class="field">
                <label class="label" for="at">{words::server_as_of_when()}</label>
                <input class="input" id="at" type="datetime-local" name="at" value=form(at) max=form(now) required />
            </div>
            <button class="button button--primary">{words::server_changes_show()}</button>
            <div class="row">{ago}</div>
        </form>
    }
}

/// In two steps, the second behind a disclosure.
#[component]
fn BringAllBack(then: CalendarThen, here: String) -> impl IntoView {
    view! {
        <details>
            <summary class="button history__sure">
                <span>{words::server_as_of_all_back()}</span>
                <span>{words::common_cancel()}</span>
            </summary>
            <form class="history__confirm" method="post" action=here>
                <input type="hidden" name="seen" value=then.seen />
                <p>{words::server_as_of_all_back_what()}</p>
                <button class="button button--primary">{words::server_as_of_all_back_sure()}</button>
            </form>
        </details>
    }
}

#[component]
fn Events(then: CalendarThen, everything: bool, here: String) -> impl IntoView {
    let CalendarThen { calendar, editable, seen, events, next, .. } = then;
    let whole = if everything { "&all" } else { "" };
    let next = next.map(|next| format!("{here}{whole}&from={}", Url::escape(&next)));
    if events.is_empty() {
        // That nothing is different stands above.
        let none = everything.then(|| view! { <p class="card card--padded lead">{words::server_as_of_empty()}</p> });
        return none.into_any();
    }
    let rows: Vec<_> = events
        .into_iter()
        .map(|event| {
            view! { <Row event=event calendar=calendar editable=editable seen=seen here=format!("{here}{whole}") /> }
        })
        .collect();
    view! {
        <ol class="card history">{rows}</ol>
        {next.map(|path| view! { <p><a class="button" href=path>{words::server_as_of_more()}</a></p> })}
    }
    .into_any()
}

#[component]
fn Row(
    event: EventThen,
    calendar: CalendarId,
    editable: bool,
    seen: i64,
    /// The page's own address.
    here: String,
) -> impl IntoView {
    let EventThen { name, title, when, became, differences, is_kept } = event;
    let history = links::history(calendar, &name, &here);
    let badge = match became {
        BecameWhat::Same => None,
        BecameWhat::Changed => Some((words::server_as_of_changed_since(), "badge badge--changed")),
        BecameWhat::Deleted => Some((words::server_as_of_deleted_since(), "badge badge--deleted")),
        BecameWhat::Added => Some((words::server_as_of_added_since(), "badge badge--made")),
    };
    let is_former = matches!(became, BecameWhat::Changed | BecameWhat::Deleted);
    let bring_back = (editable && is_former && is_kept).then(|| {
        view! {
            <form method="post" action=here>
                <input type="hidden" name="seen" value=seen />
                <input type="hidden" name="name" value=name.clone() />
                <button class="button button--small">
                    {words::server_as_of_back()}
                    <span class="visually-hidden">{title.clone()}</span>
                </button>
            </form>
        }
    });
    view! {
        <li class="history__version">
            <div class="history__what">
                <strong class="history__event" dir="auto">{title.clone()}</strong>
                {badge.map(|(text, class)| view! { <span class=class>{text}</span> })}
            </div>
            {(!when.is_empty()).then(|| view! { <p class="history__by">{when}</p> })}
            {(!differences.is_empty()).then(|| view! { <p class="hint">{words::server_as_of_then_now()}</p> })}
            <Differences of=differences />
            {(!is_kept).then(|| view! { <p class="hint">{words::server_history_not_kept()}</p> })}
            <div class="row">
                {bring_back}
                <a class="button button--small button--ghost" href=history>
                    {words::common_history()}
                </a>
            </div>
        </li>
    }
}
