//! The page of delegates: two lists and a form.

use super::api::load_delegations;
use super::{DelegateInfo, DelegateLevel, DelegateRefused, DelegateWish, Delegations, PATH};
use crate::sharing::fields::{Came, NameField, Radios, Sure};
use crate::sharing::{PartyName, Refusal, Wanted};
use crate::ui::Failed;
use crate::ui::frame::{Frame, SignedIn};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn DelegatesPage() -> impl IntoView {
    let delegations = Resource::new(|| (), |()| load_delegations());
    view! {
        <Title text=words::server_delegates_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match delegations.await {
                                Ok(delegations) => view! { <Loaded delegations=delegations /> }.into_any(),
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
fn Loaded(delegations: Delegations) -> impl IntoView {
    let Delegations { cursor, delegates, delegating, said, refused } = delegations;
    let error = refused.as_ref().and_then(|DelegateRefused { wish, refusal }| match wish {
        DelegateWish::Add { .. } => refusal.other_than(&["name", "with", "access"]),
        DelegateWish::End { .. } | DelegateWish::Stop { .. } => refusal.other_than(&[]),
    });
    let new = refused.and_then(|DelegateRefused { wish, refusal }| match wish {
        DelegateWish::Add { with, level } => Some((with, level, refusal)),
        DelegateWish::End { .. } | DelegateWish::Stop { .. } => None,
    });
    let is_empty = delegates.is_empty();
    let for_me: Vec<_> = delegates.into_iter().map(|info| view! { <Delegate info=info /> }).collect();
    let acts = !delegating.is_empty();
    let i_for: Vec<_> = delegating.into_iter().map(|info| view! { <ActedFor info=info /> }).collect();
    view! {
        <h1>{words::server_delegates_title()}</h1>
        <p class="lead">{words::server_delegates_lead()}</p>
        <Came said=said refused=error />
        <div class="settings" data-follows=cursor>
            <section class="card section" aria-labelledby="for-me">
                <h2 id="for-me">{words::server_delegates_for_me()}</h2>
                {is_empty.then(|| view! { <p class="hint">{words::server_delegates_nobody()}</p> })}
                {(!is_empty).then(|| view! { <ul class="list" aria-labelledby="for-me">{for_me}</ul> })}
            </section>
            {acts.then(|| view! {
                <section class="card section" aria-labelledby="i-for">
                    <h2 id="i-for">{words::server_delegates_i_for()}</h2>
                    <p class="hint">{words::server_delegates_i_for_lead()}</p>
                    <ul class="list" aria-labelledby="i-for">{i_for}</ul>
                </section>
            })}
        </div>
        <NewDelegate refused=new />
    }
}

/// Somebody who acts for the viewer.
#[component]
fn Delegate(info: DelegateInfo) -> impl IntoView {
    let DelegateInfo { id, with, level } = info;
    let (title, what) = words_of(level);
    let fields = vec![("do", "end".to_owned()), ("who", id.to_string())];
    let about = with.name.clone();
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title"><PartyName party=with /></div>
                <div>{title}</div>
                <div class="hint">{what}</div>
            </div>
            <Sure action=PATH.to_owned() label=words::server_delegates_end() what=words::server_delegates_end_what() about=about fields=fields />
        </li>
    }
}

/// Somebody for whom the viewer acts.
#[component]
fn ActedFor(info: DelegateInfo) -> impl IntoView {
    let DelegateInfo { id, with, level } = info;
    let what = match level {
        DelegateLevel::Read => words::server_delegates_you_read(),
        DelegateLevel::Write => words::server_delegates_you_write(),
    };
    let fields = vec![("do", "stop".to_owned()), ("who", id.to_string())];
    let about = with.name.clone();
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title"><PartyName party=with /></div>
                <div class="hint">{what}</div>
            </div>
            <Sure action=PATH.to_owned() label=words::server_delegates_stop() what=words::server_delegates_stop_what() about=about fields=fields />
        </li>
    }
}

fn words_of(level: DelegateLevel) -> (&'static str, &'static str) {
    match level {
        DelegateLevel::Read => (words::server_delegates_read(), words::server_delegates_read_what()),
        DelegateLevel::Write => (words::server_delegates_write(), words::server_delegates_write_what()),
    }
}

#[component]
fn NewDelegate(refused: Option<(Wanted, String, Refusal)>) -> impl IntoView {
    let (wanted, level, refusal) = match refused {
        Some((wanted, level, refusal)) => (wanted, level, Some(refusal)),
        None => (Wanted::default(), DelegateLevel::Write.value(), None),
    };
    let level_error = refusal.as_ref().and_then(|refusal| refusal.at(&["access"]));
    let levels = DelegateLevel::ALL.map(|level| {
        let (title, what) = words_of(level);
        (level.value(), title.to_owned(), what.to_owned())
    });
    view! {
        <section class="card section" aria-labelledby="delegate-new">
            <h2 id="delegate-new">{words::server_delegates_new()}</h2>
            <form class="stack" method="post" action=PATH>
                <input type="hidden" name="do" value="add" />
                <NameField id="name" wanted=wanted refusal=refusal />
                <Radios name="level" legend=words::server_delegates_level() chosen=level options=levels.to_vec() error=level_error />
                <div class="row">
                    <button class="button button--primary">{words::server_delegates_add()}</button>
                </div>
            </form>
        </section>
    }
}
