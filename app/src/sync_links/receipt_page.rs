//! What a run did, line by line.

use super::api::load_receipt;
use super::{LinkRefused, Receipt, path};
use crate::history::words_of::moment;
use crate::notation::Format;
use crate::sharing::fields::{Came, Sure};
use crate::ui::Failed;
use crate::ui::frame::{Frame, SignedIn};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn ReceiptPage() -> impl IntoView {
    let params = use_params_map();
    let asked = move || {
        let params = params.get();
        (params.get("id").unwrap_or_default(), params.get("run").unwrap_or_default())
    };
    let receipt = Resource::new(asked, |(calendar, run)| load_receipt(calendar, run));
    view! {
        <Title text=words::server_sync_receipt() />
        <SignedIn page=move |viewer: Viewer| {
            let format = Format::of(&viewer);
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match receipt.await {
                                Ok(receipt) => view! { <Loaded receipt=receipt format=format /> }.into_any(),
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
fn Loaded(receipt: Receipt, format: Format) -> impl IntoView {
    let Receipt { calendar, calendar_name, run, lines, more, refused } = receipt;
    let when = moment(format, run.began);
    let may_go_back = !run.was_taken_back && !run.deeds.is_empty();
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
        <section class="card section" aria-labelledby="lines">
            <h2 id="lines">{run.outcome}</h2>
            {run.was_taken_back.then(|| view! { <p class="hint">{words::server_sync_was_taken_back()}</p> })}
            <Lines lines=lines />
            {more.then(|| view! { <p class="hint">{words::server_sync_more_lines()}</p> })}
            {back}
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
