//! The page of one person: what the account is, and everything that can be done with it.

use super::api::load_person;
use super::page::{NewLink, StateBadge, unless_hidden};
use super::server::{PATH, PERSON};
use super::{PersonDetails, PersonInfo, State};
use crate::addresses::{AddressInfo, AddressList};
use crate::flash::{Flash, outcome_of};
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Avatar, Outcome};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn PersonPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.read().get("id").and_then(|id| id.parse().ok()).unwrap_or(0);
    let person = Resource::new(id, load_person);
    view! {
        <Title text=words::server_people_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match person.await {
                                Ok(details) => view! { <Loaded details=details /> }.into_any(),
                                Err(error) => unless_hidden(error),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(details: PersonDetails) -> impl IntoView {
    let PersonDetails { person, addresses, heirs, days, flash } = details;
    let PersonInfo { id, name, state, picture, .. } = person.clone();
    let is_disabled = matches!(state, State::Disabled(_));
    let about = match &state {
        State::Deleted { when, left } => Some(words::server_people_rests(when, left)),
        State::Disabled(when) => Some(words::server_people_disabled_since(when)),
        State::Active | State::Invited => None,
    };
    let ways = if matches!(state, State::Deleted { .. }) {
        view! { <Wish id=id wish="restore" text=words::server_people_restore() class="button button--primary" /> }
            .into_any()
    } else {
        view! {
            <ChangeForm person=person.clone() flash=flash.clone() />
            {view! { <AddressesSection id=id addresses=addresses /> }.into_any()}
            {view! { <SignInSection id=id is_disabled=is_disabled /> }.into_any()}
            {view! { <ManageSection id=id /> }.into_any()}
            {view! { <TakeOutSection id=id /> }.into_any()}
            {view! { <DeleteSection id=id heirs=heirs days=days flash=flash.clone() /> }.into_any()}
        }
        .into_any()
    };
    view! {
        <p><a href=PATH>{words::server_people_all()}</a></p>
        <h1 class="named" dir="auto">
            <Avatar name=name.clone() picture=picture />
            <span>{name} " " <StateBadge state=state /></span>
        </h1>
        <Outcome of=outcome_of(flash.as_ref(), PERSON) />
        <NewLink flash=flash />
        {about.map(|about| view! { <p class="notice notice--warning"><span>{about}</span></p> })}
        <Facts person=person />
        {ways}
    }
}

#[component]
fn Facts(person: PersonInfo) -> impl IntoView {
    let PersonInfo { slug, email, made, seen, calendars, objects, .. } = person;
    let seen = if seen.is_empty() { words::server_people_never().to_owned() } else { seen };
    let holds = format!("{} · {}", words::server_people_calendars(calendars), words::server_bin_holds(objects));
    let facts = [
        (words::common_user_name(), Some(slug)),
        (words::server_settings_e_mail(), email),
        (words::server_people_made(), Some(made)),
        (words::server_people_last_seen(), Some(seen)),
        (words::common_calendars(), Some(holds)),
    ];
    let rows = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let rows: Vec<_> =
        rows.map(|(name, value)| view! { <div><dt>{name}</dt><dd dir="auto">{value}</dd></div> }).collect();
    view! { <dl class="facts card card--padded">{rows}</dl> }
}

/// A form that is one button.
#[component]
fn Wish(id: i64, wish: &'static str, text: &'static str, class: &'static str) -> impl IntoView {
    view! {
        <form method="post" action=format!("{PATH}/{id}")>
            <input type="hidden" name="do" value=wish />
            <button class=class>{text}</button>
        </form>
    }
}

#[component]
fn ChangeForm(person: PersonInfo, flash: Option<Flash>) -> impl IntoView {
    // Of a form that was refused, what was typed into it.
    let kept = flash.filter(|flash| flash.kept("do").is_some_and(|wish| wish == "change"));
    let (name, email, is_admin) = match &kept {
        Some(flash) => (
            flash.kept("name").unwrap_or_default(),
            flash.kept("email").unwrap_or_default(),
            flash.kept("admin").is_some(),
        ),
        None => (person.name, person.email.unwrap_or_default(), person.is_admin),
    };
    view! {
        <section class="card section" aria-labelledby="account">
            <h2 id="account">{words::server_people_account()}</h2>
            <form class="stack" method="post" action=format!("{PATH}/{}", person.id)>
                <input type="hidden" name="do" value="change" />
                <div class="grid-2">
                    <div class="field">
                        <label class="label" for="name">{words::server_settings_name()}</label>
                        <input id="name" class="input" name="name" dir="auto" value=name required maxlength="250" autocomplete="off" />
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
                    <button class="button button--primary">{words::common_save()}</button>
                </div>
            </form>
        </section>
    }
}

#[component]
fn AddressesSection(id: i64, addresses: Vec<AddressInfo>) -> impl IntoView {
    let action = format!("{PATH}/{id}");
    let list = (!addresses.is_empty()).then(|| {
        view! { <AddressList addresses=addresses action=action.clone() labelled_by="addresses" buttons=address_buttons /> }
    });
    view! {
        <section class="card section" aria-labelledby="addresses">
            <h2 id="addresses">{words::server_addresses_title()}</h2>
            <p>{words::server_addresses_of()}</p>
            {list}
            <p class="hint">{words::server_addresses_link_done()}</p>
            <form class="inline-form" action=action method="post">
                <input type="hidden" name="do" value="verify-address" />
                <div class="field">
                    <label class="label" for="new-address">{words::server_addresses_new()}</label>
                    <input id="new-address" class="input" type="email" name="address" required maxlength="254" autocomplete="off" />
                </div>
                <button class="button">{words::server_addresses_add()}</button>
            </form>
        </section>
    }
}

fn address_buttons(info: &AddressInfo) -> Vec<(&'static str, &'static str)> {
    let mut buttons = Vec::new();
    if !info.is_verified {
        buttons.push(("verify-address", words::server_addresses_verify()));
        buttons.push(("address-link", words::server_addresses_link()));
    }
    buttons.push(("remove-address", words::server_addresses_remove()));
    buttons
}

#[component]
fn SignInSection(id: i64, is_disabled: bool) -> impl IntoView {
    let ways = if is_disabled {
        view! { <Wish id=id wish="enable" text=words::server_people_enable() class="button" /> }.into_any()
    } else {
        view! {
            <Wish id=id wish="link" text=words::server_people_new_link() class="button" />
            <Wish id=id wish="disable" text=words::server_people_disable() class="button" />
        }
        .into_any()
    };
    view! {
        <section class="card section" aria-labelledby="signing-in">
            <h2 id="signing-in">{words::server_people_signing_in()}</h2>
            <p>{if is_disabled { words::server_people_enable_what() } else { words::server_people_signing_in_what() }}</p>
            <div class="row">{ways}</div>
        </section>
    }
}

#[component]
fn ManageSection(id: i64) -> impl IntoView {
    view! {
        <section class="card section" aria-labelledby="manages">
            <h2 id="manages">{words::server_people_manages_title()}</h2>
            <p>{words::server_people_manages_what()}</p>
            <form class="inline-form" method="post" action=format!("{PATH}/{id}")>
                <input type="hidden" name="do" value="manage" />
                <div class="field">
                    <label class="label" for="team">{words::server_people_manages()}</label>
                    <input id="team" class="input" name="team" required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" />
                </div>
                <button class="button">{words::server_people_manages_do()}</button>
            </form>
        </section>
    }
}

#[component]
fn TakeOutSection(id: i64) -> impl IntoView {
    view! {
        <section class="card section" aria-labelledby="take-out">
            <h2 id="take-out">{words::server_take_out()}</h2>
            <p>{words::server_people_take_out()}</p>
            <p><a class="button" href=format!("{PATH}/{id}/export.zip") download="">{words::server_take_out_do()}</a></p>
        </section>
    }
}

#[component]
fn DeleteSection(id: i64, heirs: Vec<(String, String)>, days: usize, flash: Option<Flash>) -> impl IntoView {
    let kept = flash.filter(|flash| flash.kept("do").is_some_and(|wish| wish == "delete"));
    let heir = kept.as_ref().and_then(|flash| flash.kept("heir")).unwrap_or_default();
    let manager = kept.as_ref().and_then(|flash| flash.kept("manager")).unwrap_or_default();
    let hands_over = kept.as_ref().and_then(|flash| flash.kept("calendars")).is_some_and(|to| to == "hand-over");
    let options: Vec<_> = heirs.into_iter().map(|(slug, name)| view! { <option value=slug>{name}</option> }).collect();
    view! {
        <section class="card section" aria-labelledby="delete">
            <h2 id="delete">{words::server_people_delete()}</h2>
            <p>{words::server_people_delete_what(days)}</p>
            <details class="person__delete" open=kept.is_some()>
                <summary class="button">{words::server_people_delete_open()}</summary>
                <form class="stack" method="post" action=format!("{PATH}/{id}")>
                    <input type="hidden" name="do" value="delete" />
                    <fieldset class="field">
                        <legend class="label">{words::server_people_fate()}</legend>
                        <label class="choice">
                            <input class="checkbox" type="radio" name="calendars" value="bin" checked=!hands_over />
                            {words::server_people_fate_bin()}
                        </label>
                        <label class="choice">
                            <input class="checkbox" type="radio" name="calendars" value="hand-over" checked=hands_over />
                            {words::server_people_fate_hand_over()}
                        </label>
                    </fieldset>
                    <div class="field">
                        <label class="label" for="heir">{words::server_people_heir()}</label>
                        <input id="heir" class="input" name="heir" list="heirs" value=heir autocomplete="off" autocapitalize="none" spellcheck="false" />
                        <datalist id="heirs">{options}</datalist>
                    </div>
                    <div class="field">
                        <label class="label" for="manager">{words::server_people_manager()}</label>
                        <input id="manager" class="input" name="manager" list="heirs" value=manager autocomplete="off" autocapitalize="none" spellcheck="false" />
                    </div>
                    <div class="row">
                        <button class="button button--danger">{words::server_people_delete_sure()}</button>
                    </div>
                </form>
            </details>
        </section>
    }
}
