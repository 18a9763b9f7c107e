//! The page of all people: a list, and a form to invite somebody.

use super::api::load_people;
use super::server::{LINK, PATH, PERSON, SENT};
use super::{PeopleList, PersonInfo, State};
use crate::flash::{Flash, outcome_of};
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Avatar, CopyField, Failed, Outcome};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn PeoplePage() -> impl IntoView {
    let query = use_query_map();
    let asked = move || {
        let query = query.read();
        (query.get("search").unwrap_or_default(), query.get("piece").and_then(|piece| piece.parse().ok()).unwrap_or(0))
    };
    let people = Resource::new(asked, |(search, piece)| load_people(search, piece));
    view! {
        <Title text=words::server_people_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match people.await {
                                Ok(people) => view! { <Loaded people=people /> }.into_any(),
                                Err(error) => unless_hidden(error),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

/// What is shown in the place of a page; one that is hidden is not found.
pub fn unless_hidden(error: ApiError) -> AnyView {
    let is_hidden = matches!(error, ApiError::NotFound(_));
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>().filter(|_| is_hidden) {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! { <Failed error=error /> }.into_any()
}

#[component]
fn Loaded(people: PeopleList) -> impl IntoView {
    let PeopleList { search, people, piece, more, flash } = people;
    let is_empty = people.is_empty();
    let rows: Vec<_> = people.into_iter().map(|person| view! { <Row person=person /> }).collect();
    let at = |piece: usize| format!("{PATH}?search={}&piece={piece}", leptos_router::location::Url::escape(&search));
    let (before, after) = (piece.checked_sub(1).map(&at), more.then(|| at(piece + 1)));
    view! {
        <h1>{words::server_people_title()}</h1>
        <p class="lead">{words::server_people_lead()}</p>
        <Outcome of=outcome_of(flash.as_ref(), PERSON) />
        <form class="inline-form" method="get" action=PATH role="search">
            <div class="field">
                <label class="label" for="search">{words::server_people_search()}</label>
                <input id="search" class="input" type="search" name="search" dir="auto" value=search autocomplete="off" />
            </div>
            <button class="button">{words::server_people_find()}</button>
        </form>
        {is_empty.then(|| view! { <p class="card card--padded lead">{words::server_people_none()}</p> })}
        <ul class="card bin" aria-label=words::server_people_title()>{rows}</ul>
        {(before.is_some() || after.is_some()).then(|| view! {
            <nav class="row" aria-label=words::server_people_pages()>
                {before.map(|href| view! { <a class="button button--small" href=href>{words::server_people_earlier()}</a> })}
                {after.map(|href| view! { <a class="button button--small" href=href>{words::server_people_more()}</a> })}
            </nav>
        })}
        {view! { <Invite flash=flash /> }.into_any()}
    }
}

#[component]
fn Row(person: PersonInfo) -> impl IntoView {
    let PersonInfo { id, slug, name, email, is_admin, state, seen, calendars, picture, .. } = person;
    let seen =
        if seen.is_empty() { words::server_people_never_seen().to_owned() } else { words::server_people_seen(&seen) };
    let known_by = email.map_or_else(|| slug.clone(), |email| format!("{slug} · {email}"));
    view! {
        <li class="bin__row">
            <div class="bin__text">
                <strong class="named">
                    <Avatar name=name.clone() picture=picture />
                    <a href=format!("{PATH}/{id}") dir="auto">{name}</a>
                </strong>
                <span dir="auto">{known_by}</span>
                <span class="hint">{words::server_people_calendars(calendars)} " · " {seen}</span>
            </div>
            <div class="bin__ways">
                {is_admin.then(|| view! { <span class="badge badge--current">{words::server_people_administrator()}</span> })}
                <StateBadge state=state />
            </div>
        </li>
    }
}

/// Nothing of somebody who is simply there.
#[component]
pub fn StateBadge(state: State) -> impl IntoView {
    let (text, class) = match state {
        State::Active => return None,
        State::Invited => (words::server_people_invited(), "badge"),
        State::Disabled(_) => (words::server_people_disabled(), "badge badge--deleted"),
        State::Deleted { .. } => (words::server_people_in_bin(), "badge badge--deleted"),
    };
    Some(view! { <span class=class>{text}</span> })
}

/// A one-time link that was just made.
#[component]
pub fn NewLink(flash: Option<Flash>) -> impl IntoView {
    let sent = flash.as_ref().filter(|flash| flash.form == LINK).and_then(|flash| flash.kept(SENT));
    let sent = sent.map(|address| view! { <p>{words::server_letters_sent_as_well(&address)}</p> });
    outcome_of(flash.as_ref(), LINK).and_then(Result::ok).map(|link| {
        view! {
            <div class="secret">
                <p id="link-hint">
                    <strong>{words::server_people_link_copy()}</strong>
                    " " {words::server_people_link_once()}
                </p>
                <CopyField id="link" label=words::server_people_link() copy=words::server_people_link_copy_it() value=link hint="link-hint" />
                {sent}
            </div>
        }
    })
}

#[component]
fn Invite(flash: Option<Flash>) -> impl IntoView {
    let kept = |field: &str| flash.as_ref().and_then(|flash| flash.kept(field)).unwrap_or_default();
    let (slug, name, email, is_admin) = (kept("slug"), kept("name"), kept("email"), !kept("admin").is_empty());
    view! {
        <section class="card section" aria-labelledby="invite">
            <h2 id="invite">{words::server_people_invite()}</h2>
            <p>{words::server_people_invite_lead()}</p>
            <form class="stack" method="post" action=PATH>
                <input type="hidden" name="do" value="invite" />
                <div class="field">
                    <label class="label" for="slug">{words::common_user_name()}</label>
                    <input id="slug" class="input" name="slug" value=slug required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="slug-hint" />
                    <p id="slug-hint" class="hint">{words::server_people_slug_hint()}</p>
                </div>
                <div class="grid-2">
                    <div class="field">
                        <label class="label" for="name">{words::server_settings_name()}</label>
                        <input id="name" class="input" name="name" dir="auto" value=name maxlength="250" autocomplete="off" />
                    </div>
                    <div class="field">
                        <label class="label" for="email">{words::server_settings_e_mail()}</label>
                        <input id="email" class="input" type="email" name="email" value=email autocomplete="off" />
                    </div>
                </div>
                <label class="choice">
                    <input class="checkbox" type="checkbox" name="admin" value="1" checked=is_admin />
                    {words::server_people_is_administrator()}
                </label>
                <div class="row">
                    <button class="button button--primary">{words::server_people_invite_do()}</button>
                </div>
            </form>
        </section>
    }
}
