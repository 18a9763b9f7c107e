//! The page on which somebody says from where, and chooses what comes along.

use super::api::load_move_page;
use super::{Found, FoundCalendar, MoveState};
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn MovePage() -> impl IntoView {
    let state = Resource::new(|| (), |()| load_move_page());
    view! {
        <Title text=words::server_moving_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <h1>{words::server_moving_title()}</h1>
                    <p class="lead">{words::server_moving_lead()}</p>
                    <Suspense>
                        {move || Suspend::new(async move {
                            match state.await {
                                Ok(state) => view! { <Loaded state=state /> }.into_any(),
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                    <p><a href="/import">{words::server_moving_file_instead()}</a></p>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(state: MoveState) -> impl IntoView {
    let MoveState { address, user, found, refused } = state;
    let form = match found {
        Some(found) => view! { <Choice found=found /> }.into_any(),
        None => view! { <Look address=address user=user /> }.into_any(),
    };
    view! {
        {refused.map(|error| view! { <Failed error=error /> })}
        {form}
    }
}

#[component]
fn Look(address: String, user: String) -> impl IntoView {
    view! {
        <form class="card card--padded stack" action="/import/from" method="post">
            <div class="field">
                <label class="label" for="move-address">{words::server_moving_address()}</label>
                <input
                    id="move-address"
                    class="input"
                    name="address"
                    value=address
                    maxlength="2000"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby="move-address-hint"
                />
                <p class="hint" id="move-address-hint">{words::server_moving_address_hint()}</p>
            </div>
            <div class="field">
                <label class="label" for="move-user">{words::server_moving_user()}</label>
                <input id="move-user" class="input" name="user" value=user required autocomplete="off" autocapitalize="none" spellcheck="false" />
            </div>
            <div class="field">
                <label class="label" for="move-password">{words::server_moving_password()}</label>
                <input
                    id="move-password"
                    class="input"
                    type="password"
                    name="password"
                    required
                    autocomplete="off"
                    aria-describedby="move-password-hint"
                />
                <p class="hint" id="move-password-hint">{words::server_moving_password_hint()}</p>
            </div>
            <div class="row">
                <button class="button button--primary">{words::server_moving_look()}</button>
            </div>
        </form>
    }
}

#[component]
fn Choice(found: Found) -> impl IntoView {
    let Found { ticket, calendars } = found;
    if calendars.is_empty() {
        return view! { <p class="card card--padded lead">{words::server_moving_no_calendars()}</p> }.into_any();
    }
    let rows: Vec<_> = calendars
        .into_iter()
        .enumerate()
        .map(|(at, FoundCalendar { id, name, color, objects })| {
            let field = format!("move-calendar-{at}");
            let style = color.map(|color| format!("--color: {color}; background: {color}"));
            view! {
                <li class="list__item">
                    <input id=field.clone() type="checkbox" name="calendar" value=id checked />
                    <span class="swatch" style=style></span>
                    <label class="list__text list__title" for=field>{name}</label>
                    <span class="hint">{objects.map(words::server_moving_objects)}</span>
                </li>
            }
        })
        .collect();
    view! {
        <form class="card card--padded stack" action="/import/from" method="post">
            <h2>{words::server_moving_choose()}</h2>
            <input type="hidden" name="ticket" value=ticket />
            <ul class="list">{rows}</ul>
            <p class="hint">{words::server_moving_choose_hint()}</p>
            <div class="row">
                <button class="button button--primary">
                    <Icon d=icon::CHECK />
                    <span>{words::server_moving_begin()}</span>
                </button>
                <a class="button" href="/import/from">{words::common_cancel()}</a>
            </div>
        </form>
    }
    .into_any()
}
