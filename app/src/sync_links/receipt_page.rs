//! What a run did, line by line.

use super::api::load_receipt;
use super::{LinkRefused, Receipt, TakingBackInfo, path};
use crate::history::words_of::moment;
use crate::notation::Format;
use crate::sharing::fields::{Came, Sure};
use crate::ui::LoadedPage;
use crate::ui::markup::refresh;
use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// How often a page looks again while a run is taken back, in seconds, without a script and with one, which is told of changes.
const LOOK: &str = "2";
const LOOK_WITH_NEWS: &str = "20";

#[component]
pub fn ReceiptPage() -> impl IntoView {
    let params = use_params_map();
    let asked = move || {
        let params = params.get();
        (params.get("id").unwrap_or_default(), params.get("run").unwrap_or_default())
    };
    let receipt = Resource::new(asked, |(calendar, run)| load_receipt(calendar, run));
    view! {
        <LoadedPage title=words::server_sync_receipt() loaded=receipt
            page=|receipt: Receipt, format| view! { <Loaded receipt=receipt format=format /> } />
    }
}

#[component]
fn Loaded(receipt: Receipt, format: Format) -> impl IntoView {
    let Receipt { calendar, calendar_name, run, lines, more, cursor, taking_back, refused } = receipt;
    let when = moment(format, run.began);
    let job = taking_back.as_ref().map(|back| back.job);
    let is_going_back = taking_back.as_ref().is_some_and(|back| back.is_open);
    let may_go_back = !run.was_taken_back && !run.deeds.is_empty() && !is_going_back;
    let fields = vec![("do", "take-back".to_owned()), ("run", run.id.to_string())];
    let back = may_go_back.then(|| {
        view! {
            <div class="row">
                <Sure action=path(calendar) label=words::server_sync_take_back() what=words::server_sync_take_back_what() about=when.clone() fields=fields />
            </div>
        }
    });
    view! {
        <p><a href=path(calendar) dir="auto">{words::server_accounts_to(&calendar_name)}</a></p>
        <h1>{words::server_sync_receipt_of(&when)}</h1>
        <Came said=None refused=refused.map(|LinkRefused(error)| error) />
        {is_going_back.then(|| view! { <noscript inner_html=refresh(LOOK)></noscript> })}
        <div class="settings" data-follows=cursor data-job=job data-every=is_going_back.then_some(LOOK_WITH_NEWS)>
            {taking_back.map(|back| view! { <BackUnderWay back=back /> })}
        <section class="card section" aria-labelledby="lines">
            <h2 id="lines">{run.outcome}</h2>
            {run.was_taken_back.then(|| view! { <p class="hint">{words::server_sync_was_taken_back()}</p> })}
            <Lines lines=lines />
            {more.then(|| view! { <p class="hint">{words::server_sync_more_lines()}</p> })}
            {back}
        </section>
        </div>
    }
}

/// How far taking a run back has come, or what that came to.
#[component]
pub fn BackUnderWay(back: TakingBackInfo) -> impl IntoView {
    let TakingBackInfo { line, progress, left, .. } = back;
    let bar = progress.map(|(done, of)| {
        view! { <progress class="import__progress" value=done max=of aria-label=line.clone()></progress> }
    });
    let count = left.len();
    let left: Vec<_> = left.into_iter().map(|title| view! { <li dir="auto">{title}</li> }).collect();
    view! {
        <section class="card section" aria-labelledby="back">
            <h2 id="back">{words::server_sync_back_title()}</h2>
            <p role="status">{line}</p>
            {bar}
            {(count > 0).then(|| view! {
                <p>{words::server_sync_left(count)}</p>
                <ul>{left}</ul>
            })}
        </section>
    }
}

/// What was done, or is to be done: a line for each object.
#[component]
pub fn Lines(lines: Vec<(String, String, String)>) -> impl IntoView {
    if lines.is_empty() {
        return view! { <p class="hint">{words::server_sync_nothing()}</p> }.into_any();
    }
    let rows: Vec<_> = lines
        .into_iter()
        .map(|(what, title, why)| {
            let why = (!why.is_empty()).then(|| view! { <span class="report__why" dir="auto">{why}</span> });
            view! { <tr><td dir="auto">{title} {why}</td><td>{what}</td></tr> }
        })
        .collect();
    view! {
        <table class="sync-table">
            <thead>
                <tr>
                    <th scope="col">{words::server_sync_event()}</th>
                    <th scope="col">{words::server_sync_what()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
