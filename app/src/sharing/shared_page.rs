//! The page of what others shared with the viewer.

use super::api::load_shared;
use super::fields::{Came, Sure};
use super::page::PartyName;
use super::{SharedCalendar, SharedCalendars};
use crate::ui::Failed;
use crate::ui::frame::{Frame, SignedIn};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

const PATH: &str = "/shared";

#[component]
pub fn SharedPage() -> impl IntoView {
    let shared = Resource::new(|| (), |()| load_shared());
    view! {
        <Title text=words::server_sharing_shared_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match shared.await {
                                Ok(shared) => view! { <Loaded shared=shared /> }.into_any(),
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

/// What can be said to a calendar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    Offered,
    Listed,
    Left,
}

#[component]
fn Loaded(shared: SharedCalendars) -> impl IntoView {
    let SharedCalendars { cursor, offered, listed, left, said, refused } = shared;
    let is_empty = offered.is_empty() && listed.is_empty() && left.is_empty();
    let parts = [
        ("offered", words::server_sharing_offers(), Stand::Offered, offered),
        ("listed", words::server_sharing_listed(), Stand::Listed, listed),
        ("left", words::server_sharing_left(), Stand::Left, left),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(.., calendars)| !calendars.is_empty())
        .map(|(id, title, stand, calendars)| {
            let rows: Vec<_> =
                calendars.into_iter().map(|calendar| view! { <Row calendar=calendar stand=stand /> }).collect();
            view! {
                <section class="card section" aria-labelledby=id>
                    <h2 id=id>{title}</h2>
                    <ul class="list" aria-labelledby=id>{rows}</ul>
                </section>
            }
        })
        .collect();
    view! {
        <h1>{words::server_sharing_shared_title()}</h1>
        <p class="lead">{words::server_sharing_shared_lead()}</p>
        <Came said=said refused=refused />
        <div class="settings" data-follows=cursor>
            {is_empty.then(|| view! { <p class="card card--padded lead">{words::server_sharing_nothing()}</p> })}
            {parts}
        </div>
    }
}

#[component]
fn Row(calendar: SharedCalendar, stand: Stand) -> impl IntoView {
    let SharedCalendar { id, name, color, owner, access, what } = calendar;
    let fields = |answer: &str| vec![("do", answer.to_owned()), ("calendar", id.to_string())];
    let say = |answer: &'static str, text: &'static str, class: &'static str| {
        view! {
            <form method="post" action=PATH>
                <input type="hidden" name="do" value=answer />
                <input type="hidden" name="calendar" value=id />
                <button class=class>
                    {text}
                    <span class="visually-hidden" dir="auto">" " {name.clone()}</span>
                </button>
            </form>
        }
    };
    let ways = match stand {
        Stand::Offered => view! {
            {say("accept", words::server_sharing_accept(), "button button--small button--primary")}
            {say("decline", words::server_sharing_decline(), "button button--small")}
        }
        .into_any(),
        Stand::Listed => view! {
            <Sure action=PATH.to_owned() label=words::server_sharing_leave() what=words::server_sharing_leave_what() about=name.clone() fields=fields("decline") />
        }
        .into_any(),
        Stand::Left => say("accept", words::server_sharing_accept_after_all(), "button button--small").into_any(),
    };
    view! {
        <li class="list__item">
            <span class="swatch" style=format!("--calendar: {color}")></span>
            <div class="list__text">
                <div class="list__title" dir="auto">{name.clone()}</div>
                <div><Owner owner=owner /></div>
                <div>{access}</div>
                <div class="hint">{what}</div>
            </div>
            {ways}
        </li>
    }
}

#[component]
fn Owner(owner: super::PartyInfo) -> impl IntoView {
    // The name stands in the sentence; what it is the name of, after it.
    let said = words::server_sharing_of(&owner.name);
    view! { <PartyName party=owner said=said /> }
}
