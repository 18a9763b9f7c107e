//! The page that lets in a program that asks.

use super::page::AccessField;
use super::server::load_flow;
use super::{FLOW_FORM, FlowContents, FlowInfo};
use crate::flash::outcome_of;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, Outcome, icon};
use crate::wire::Viewer;
use crate::words;
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn LoginFlowPage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.read().get("token").unwrap_or_default();
    let flow = Resource::new(token, load_flow);
    view! {
        <Title text=words::server_connect_title() />
        <SignedIn page=move |viewer: Viewer| {
            let who = (viewer.name.clone(), viewer.slug.clone());
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <Suspense>
                        {move || {
                            let who = who.clone();
                            Suspend::new(async move {
                                match flow.await {
                                    Ok(contents) => view! { <Loaded who=who contents=contents /> }.into_any(),
                                    Err(error) => view! { <Failed error=error /> }.into_any(),
                                }
                            })
                        }}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(who: (String, String), contents: FlowContents) -> impl IntoView {
    let FlowContents { flow, flash } = contents;
    let outcome = outcome_of(flash.as_ref(), FLOW_FORM);
    match (flow, outcome) {
        (Some(flow), outcome) if !flow.is_granted => view! { <Asks who=who flow=flow outcome=outcome /> }.into_any(),
        // It is let in, or gone by what this person just said.
        (_, Some(Ok(said))) => view! {
            <h1>{words::server_connect_title()}</h1>
            <Outcome of=Some(Ok(said)) />
        }
        .into_any(),
        (Some(_), _) => view! {
            <h1>{words::server_connect_flow_waits()}</h1>
            <p>{words::server_connect_flow_done()}</p>
        }
        .into_any(),
        (None, _) => {
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(StatusCode::NOT_FOUND);
            }
            view! {
                <h1>{words::server_connect_flow_gone()}</h1>
                <p>{words::server_connect_flow_gone_what()}</p>
            }
            .into_any()
        }
    }
}

#[component]
fn Asks(
    who: (String, String),
    flow: FlowInfo,
    outcome: Option<Result<String, crate::wire::ApiError>>,
) -> impl IntoView {
    let FlowInfo { program, client, address, .. } = flow;
    let called = program.clone().unwrap_or_else(|| words::server_connect_flow_some().to_owned());
    let account = format!("{} ({})", who.0, who.1);
    let facts = [
        (words::server_connect_flow_calls_itself(), Some(client).filter(|client| !client.is_empty())),
        (words::server_connect_flow_address(), address),
        (words::server_connect_flow_account(), Some(account)),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| view! { <div><dt>{name}</dt><dd dir="auto">{value}</dd></div> }))
        .collect();
    view! {
        <section class="card section" aria-labelledby="ask">
            <h1 id="ask" dir="auto">{words::server_connect_flow_title(&called)}</h1>
            <p class="notice notice--warning">
                <Icon d=icon::ALERT />
                <span>{words::server_connect_flow_lead()}</span>
            </p>
            <dl class="facts">{facts}</dl>
            // Posted to where it stands.
            <form class="stack" method="post">
                <div class="grid-2">
                    <div class="field">
                        <label class="label" for="label">{words::server_connect_label()}</label>
                        <input id="label" class="input" name="label" dir="auto" value=program required maxlength="100" autocomplete="off" />
                    </div>
                    <AccessField reads_only=false />
                </div>
                <Outcome of=outcome />
                <div class="row">
                    <button class="button button--primary" name="do" value="let-in">{words::server_connect_flow_let_in()}</button>
                    <button class="button" name="do" value="send-away" formnovalidate>{words::server_connect_flow_send_away()}</button>
                </div>
            </form>
        </section>
    }
}
