//! The page of a calendar's link.

use super::api::load_link;
use super::choices::ChoiceFields;
use super::conflicts::Conflicts;
use super::receipt_page::{BackUnderWay, Lines};
use super::{Held, LinkContents, LinkInfo, LinkRefused, RunInfo, Standing, path, receipt_path, states};
use crate::history::words_of::moment;
use crate::notation::Format;
use crate::remote_accounts::paths::account_path;
use crate::sharing::fields::{Came, Radios};
use crate::ui::LoadedPage;
use crate::ui::markup::refresh;
use crate::wire::CalendarId;
use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// How often a page looks again whose link is being brought into step, in seconds.
const LOOK: &str = "2";

#[component]
pub fn SyncPage() -> impl IntoView {
    let params = use_params_map();
    let link = Resource::new(move || params.get().get("id").unwrap_or_default(), load_link);
    view! {
        <LoadedPage title=words::server_sync_title() loaded=link
            page=|contents: LinkContents, format| view! { <Loaded contents=contents format=format /> } />
    }
}

#[component]
fn Loaded(contents: LinkContents, format: Format) -> impl IntoView {
    let LinkContents { cursor, link, account, account_name, is_paused, is_gone, asks, held, .. } = contents;
    let (choices, is_writable, wishes) = (contents.choices, contents.is_writable_there, contents.wishes);
    let (invites, is_told) = (contents.invites_by_itself, contents.is_told);
    let error = contents.refused.map(|LinkRefused(error)| error);
    let calendar = link.calendar;
    let under_way = link.standing == Standing::Syncing;
    let every = under_way.then_some(LOOK);
    let name = link.name.clone();
    let there = words::server_sync_there(&link.remote_name, &account_name);
    view! {
        <p><a href=account_path(account) dir="auto">{words::server_accounts_to(&account_name)}</a></p>
        <div class="history__head">
            <h1 dir="auto"><span class="swatch" style=format!("--calendar: {}", link.color) aria-hidden="true"></span> {link.name.clone()}</h1>
            <p class="hint" dir="auto">{there}</p>
        </div>
        <Came said=contents.said refused=error />
        {under_way.then(|| view! { <noscript inner_html=refresh(LOOK)></noscript> })}
        <div class="settings" data-follows=cursor data-every=every>
            <State link=link is_paused=is_paused is_gone=is_gone />
            {contents.taking_back.filter(|back| back.is_open).map(|back| view! { <BackUnderWay back=back /> })}
            {asks.then(|| view! { <Deletions calendar=calendar held=held /> })}
            <Conflicts calendar=calendar conflicts=contents.conflicts />
            <Aside objects=contents.aside />
            <Runs calendar=calendar runs=contents.runs format=format />
        </div>
        <section class="card section" aria-labelledby="choices">
            <h2 id="choices">{words::server_sync_choices()}</h2>
            <form class="stack" method="post" action=path(calendar)>
                <input type="hidden" name="do" value="change" />
                {is_told.then(|| view! { <p class="hint">{words::server_sync_told()}</p> })}
                <ChoiceFields choices=choices is_writable=is_writable asks_invites=invites wishes=wishes />
                <div class="row"><button class="button">{words::common_save()}</button></div>
            </form>
        </section>
        <End calendar=calendar name=name is_writable=is_writable />
    }
}

/// How a link is, with a badge and a sentence; and how far its run has come.
#[component]
pub fn StateOf(link: LinkInfo) -> impl IntoView {
    let text = link.line.clone();
    let bar = link.progress.and_then(|(done, of)| Some((done, of?))).map(|(done, of)| {
        view! { <progress class="import__progress" value=done max=of aria-label=text></progress> }
    });
    view! {
        <p role="status">{link.line}</p>
        {bar}
        {link.why.map(|why| view! { <p class="hint" dir="auto">{words::server_accounts_why(&why)}</p> })}
    }
}

/// The same in a word or two.
#[component]
pub fn LinkBadge(standing: Standing) -> impl IntoView {
    let class = match standing {
        Standing::InStep => "badge badge--made",
        Standing::Attention => "badge badge--deleted",
        Standing::Syncing | Standing::Waiting | Standing::Paused => "badge",
    };
    view! { <span class=class>{states::badge(standing)}</span> }
}

#[component]
fn State(link: LinkInfo, is_paused: bool, is_gone: bool) -> impl IntoView {
    let calendar = link.calendar;
    let rests = is_paused || is_gone;
    let now = (!rests).then(|| {
        view! {
            <button class="button button--primary" name="do" value="now">{words::server_sync_now()}</button>
            <button class="button" name="do" value="compare" title=words::server_sync_compare_what()>
                {words::server_sync_compare()}
            </button>
        }
    });
    let (value, label) =
        if rests { ("resume", words::server_accounts_resume()) } else { ("pause", words::server_accounts_pause()) };
    view! {
        <section class="card section" aria-labelledby="state">
            <div class="row">
                <h2 id="state">{words::server_sync_title()}</h2>
                <LinkBadge standing=link.standing />
            </div>
            <StateOf link=link />
            <form class="row" method="post" action=path(calendar)>
                {now}
                <button class="button" name="do" value=value>{label}</button>
                <button class="button" name="do" value="now-all">{words::server_sync_all_now()}</button>
                <a class="button" href=format!("/calendars/{calendar}")>{words::server_sync_calendar()}</a>
            </form>
        </section>
    }
}

/// What would be deleted, and the question whether it is to be.
#[component]
fn Deletions(calendar: CalendarId, held: Held) -> impl IntoView {
    let Held { here, there, counts, lines } = held;
    let count = usize::try_from(here + there).unwrap_or(usize::MAX);
    let is_cut = lines.len() < count;
    let counts: Vec<_> = counts.into_iter().map(|count| view! { <li>{count}</li> }).collect();
    view! {
        <section class="card section" aria-labelledby="deletions">
            <h2 id="deletions">{words::server_sync_deletions(count)}</h2>
            <p>{words::server_sync_deletions_what()}</p>
            <ul>{counts}</ul>
            <details open>
                <summary>{words::server_sync_deletions_list()}</summary>
                <Lines lines=lines />
                {is_cut.then(|| view! { <p class="hint">{words::server_sync_more_lines()}</p> })}
            </details>
            <form class="row" method="post" action=path(calendar)>
                <input type="hidden" name="here" value=here />
                <input type="hidden" name="there" value=there />
                <button class="button" name="do" value="do-not-delete">{words::server_sync_do_not_delete()}</button>
                <button class="button button--danger" name="do" value="delete">{words::server_sync_delete()}</button>
            </form>
        </section>
    }
}

/// What is left alone until one side changes.
#[component]
fn Aside(objects: Vec<(String, String)>) -> impl IntoView {
    (!objects.is_empty()).then(|| {
        let rows: Vec<_> = objects
            .into_iter()
            .map(|(title, why)| {
                view! {
                    <li class="list__item">
                        <div class="list__text">
                            <div class="list__title" dir="auto">{title}</div>
                            <div class="hint" dir="auto">{why}</div>
                        </div>
                    </li>
                }
            })
            .collect();
        view! {
            <section class="card section" aria-labelledby="aside">
                <h2 id="aside">{words::server_sync_aside()}</h2>
                <p class="hint">{words::server_sync_aside_what()}</p>
                <ul class="list" aria-labelledby="aside">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn Runs(calendar: CalendarId, runs: Vec<RunInfo>, format: Format) -> impl IntoView {
    let is_empty = runs.is_empty();
    let rows: Vec<_> = runs
        .into_iter()
        .map(|run| {
            let deeds = if run.deeds.is_empty() { words::server_sync_nothing().to_owned() } else { run.deeds.join(" · ") };
            view! {
                <li class="list__item">
                    <div class="list__text">
                        <div class="list__title"><a href=receipt_path(calendar, run.id)>{moment(format, run.began)}</a></div>
                        <div>{deeds}</div>
                        <div class="hint">{run.outcome}</div>
                    </div>
                    {run.was_taken_back.then(|| view! { <span class="badge">{words::server_sync_was_taken_back()}</span> })}
                </li>
            }
        })
        .collect();
    view! {
        <section class="card section" aria-labelledby="runs">
            <h2 id="runs">{words::server_sync_runs()}</h2>
            {is_empty.then(|| view! { <p class="hint">{words::server_sync_no_runs()}</p> })}
            {(!is_empty).then(|| view! { <ul class="list" aria-labelledby="runs">{rows}</ul> })}
        </section>
    }
}

/// What becomes of the calendars when they are in step no longer.
#[component]
fn End(calendar: CalendarId, name: String, is_writable: bool) -> impl IntoView {
    let option = |value: &str, title: &str, what: &str| (value.to_owned(), title.to_owned(), what.to_owned());
    let mut options = vec![
        option("keep", words::server_sync_remove_keep(), words::server_sync_remove_keep_what()),
        option("bin", words::server_sync_remove_bin(), words::server_sync_remove_bin_what()),
    ];
    if is_writable {
        options.push(option("there", words::server_sync_remove_there(), words::server_sync_remove_there_what()));
    }
    view! {
        <section class="card section" aria-labelledby="end">
            <h2 id="end">{words::server_sync_remove()}</h2>
            <form class="stack" method="post" action=path(calendar)>
                <input type="hidden" name="do" value="remove" />
                <Radios name="what" legend=words::server_sync_remove_how() chosen="keep".to_owned() options=options />
                <div class="row">
                    <button class="button button--danger">
                        {words::server_sync_remove_do()}
                        <span class="visually-hidden" dir="auto">" " {name}</span>
                    </button>
                </div>
            </form>
        </section>
    }
}
