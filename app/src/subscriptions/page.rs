//! The page: links and forms.

use super::api::load_subscriptions;
use super::{ChosenCountry, SubscriptionInfo, SubscriptionsState};
use crate::sync_links::path as sync_path;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

const HERE: &str = "/settings/subscriptions";
/// Where files are posted.
const FILE: &str = "/settings/subscriptions/file";

#[component]
pub fn SubscriptionsPage() -> impl IntoView {
    let query = use_query_map();
    let state = Resource::new(move || query.read().get("country"), load_subscriptions);
    view! {
        <Title text=words::server_subscriptions_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <h1>{words::server_subscriptions_title()}</h1>
                    <p class="lead">{words::server_subscriptions_lead()}</p>
                    <Suspense>
                        {move || Suspend::new(async move {
                            match state.await {
                                Ok(state) => view! { <Loaded state=state /> }.into_any(),
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
fn Loaded(state: SubscriptionsState) -> impl IntoView {
    let SubscriptionsState { subscriptions, countries, chosen, refused, follows } = state;
    let query = use_query_map();
    let asked = |name: &str| query.with_untracked(|query| query.get(name));
    let done = asked("done").and_then(|done| said(&done));
    let address = asked("address").unwrap_or_default();
    let outcome = match (refused, done) {
        (Some(error), _) => view! { <Failed error=error /> }.into_any(),
        (None, Some(text)) => view! {
            <p class="notice notice--success" role="status">
                <Icon d=icon::CHECK />
                <span>{text}</span>
            </p>
        }
        .into_any(),
        (None, None) => ().into_any(),
    };
    let rows: Vec<_> = subscriptions.into_iter().map(|one| view! { <Row subscription=one /> }).collect();
    let list = (!rows.is_empty()).then(|| {
        view! {
            <section class="card card--padded stack" aria-labelledby="subscriptions-list" data-follows=follows>
                <h2 id="subscriptions-list">{words::server_subscriptions_list()}</h2>
                <ul class="list">{rows}</ul>
            </section>
        }
    });
    view! {
        {outcome}
        {list}
        <Subscribe address=address />
        <Bring />
        <Holidays countries=countries chosen=chosen />
    }
}

/// What is said after a wish was done.
fn said(done: &str) -> Option<&'static str> {
    match done {
        "subscribed" => Some(words::server_subscriptions_done()),
        "brought" => Some(words::server_subscriptions_brought()),
        "refreshed" => Some(words::server_subscriptions_refreshed()),
        "unsubscribed" => Some(words::server_subscriptions_ended()),
        _ => None,
    }
}

#[component]
fn Row(subscription: SubscriptionInfo) -> impl IntoView {
    let SubscriptionInfo { id, name, source, calendar, state, is_troubled, is_file } = subscription;
    let label = words::server_subscriptions_bring_what(&name);
    let bring = is_file.then(|| {
        view! {
            <form class="row" action=FILE method="post" enctype="multipart/form-data">
                <input type="hidden" name="id" value=id />
                <input class="input input--file" type="file" name="file" accept=".ics,text/calendar" required aria-label=label />
                <button class="button button--small">
                    {words::server_subscriptions_bring()}
                    <span class="visually-hidden" dir="auto">" " {name.clone()}</span>
                </button>
            </form>
        }
    });
    let title = match calendar {
        Some(calendar) => {
            view! { <a class="list__title" href=format!("/calendars/{calendar}")>{name.clone()}</a> }.into_any()
        }
        None => view! { <span class="list__title">{name.clone()}</span> }.into_any(),
    };
    let sync = calendar.map(|calendar| {
        view! { <a class="report__why" href=sync_path(calendar)>{words::server_subscriptions_details_of(&name)}</a> }
    });
    let mark = is_troubled.then(|| view! { <Icon d=icon::ALERT /> });
    view! {
        <li class="list__item">
            <span class="list__text">
                {title}
                <span class="report__why">{source}</span>
                <span class="report__why">{mark} {state}</span>
                {sync}
                {bring}
            </span>
            <form class="row" action=HERE method="post">
                <input type="hidden" name="id" value=id />
                {(!is_file).then(|| view! {
                    <button class="button button--small" name="do" value="refresh" aria-label=words::server_subscriptions_refresh_what(&name)>
                        {words::server_subscriptions_refresh()}
                    </button>
                })}
                <button class="button button--small" name="do" value="unsubscribe" aria-label=words::server_subscriptions_end_what(&name)>
                    {words::server_subscriptions_end()}
                </button>
            </form>
        </li>
    }
}

#[component]
fn Subscribe(address: String) -> impl IntoView {
    view! {
        <form class="card card--padded stack" action=HERE method="post">
            <h2>{words::server_subscriptions_by_address()}</h2>
            <input type="hidden" name="do" value="subscribe" />
            <div class="field">
                <label class="label" for="subscription-address">{words::server_subscriptions_address()}</label>
                <input
                    id="subscription-address"
                    class="input"
                    name="address"
                    value=address
                    required
                    maxlength="2000"
                    inputmode="url"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby="subscription-address-hint"
                />
                <p class="hint" id="subscription-address-hint">{words::server_subscriptions_address_hint()}</p>
            </div>
            <div class="field">
                <label class="label" for="subscription-name">{words::server_subscriptions_name()}</label>
                <input id="subscription-name" class="input" name="name" maxlength="100" placeholder=words::server_subscriptions_name_hint() />
            </div>
            <div class="row">
                <button class="button button--primary">{words::server_subscriptions_subscribe()}</button>
            </div>
        </form>
    }
}

/// A file instead of an address.
#[component]
fn Bring() -> impl IntoView {
    view! {
        <form class="card card--padded stack" action=FILE method="post" enctype="multipart/form-data">
            <h2>{words::server_subscriptions_by_file()}</h2>
            <p class="lead">{words::server_subscriptions_by_file_lead()}</p>
            <div class="field">
                <label class="label" for="subscription-file">{words::server_import_file()}</label>
                <input id="subscription-file" class="input input--file" type="file" name="file" accept=".ics,text/calendar" required />
            </div>
            <div class="field">
                <label class="label" for="subscription-file-name">{words::server_subscriptions_file_name()}</label>
                <input id="subscription-file-name" class="input" name="name" maxlength="100" placeholder=words::server_subscriptions_file_name_hint() />
            </div>
            <div class="row">
                <button class="button button--primary">{words::server_subscriptions_follow_file()}</button>
            </div>
        </form>
    }
}

/// The country first: what there is to choose after it follows from it.
#[component]
fn Holidays(countries: Vec<(String, String)>, chosen: Option<ChosenCountry>) -> impl IntoView {
    let code = chosen.as_ref().map(|chosen| chosen.code.clone()).unwrap_or_default();
    let options: Vec<_> = countries
        .into_iter()
        .map(|(country, name)| {
            let selected = country == code;
            view! { <option value=country selected=selected>{name}</option> }
        })
        .collect();
    view! {
        <section class="card card--padded stack" aria-labelledby="holidays-heading">
            <h2 id="holidays-heading">{words::server_subscriptions_holidays()}</h2>
            <p class="lead">{words::server_subscriptions_holidays_lead()}</p>
            <form class="stack" action=HERE method="get">
                <div class="field">
                    <label class="label" for="holidays-country">{words::server_subscriptions_country()}</label>
                    <select id="holidays-country" class="select" name="country">{options}</select>
                </div>
                <div class="row">
                    <button class="button">{words::server_subscriptions_choose_country()}</button>
                </div>
            </form>
            {chosen.map(|chosen| view! { <Region chosen=chosen /> })}
        </section>
    }
}

#[component]
fn Region(chosen: ChosenCountry) -> impl IntoView {
    let ChosenCountry { code, name, regions, languages, language } = chosen;
    let has_regions = !regions.is_empty();
    let regions: Vec<_> =
        regions.into_iter().map(|(code, name)| view! { <option value=code>{name}</option> }).collect();
    let has_languages = languages.len() > 1;
    let languages: Vec<_> = languages
        .into_iter()
        .map(|(code, name)| {
            let selected = code == language;
            view! { <option value=code selected=selected>{name}</option> }
        })
        .collect();
    view! {
        <form class="stack" action=HERE method="post">
            <h3>{name}</h3>
            <input type="hidden" name="do" value="holidays" />
            <input type="hidden" name="country" value=code />
            {has_regions.then(|| view! {
                <div class="field">
                    <label class="label" for="holidays-region">{words::server_subscriptions_region()}</label>
                    <select id="holidays-region" class="select" name="region">
                        <option value="">{words::server_subscriptions_whole_country()}</option>
                        {regions}
                    </select>
                </div>
            })}
            <div class="field" hidden=!has_languages>
                <label class="label" for="holidays-language">{words::server_subscriptions_language()}</label>
                <select id="holidays-language" class="select" name="language">{languages}</select>
            </div>
            <div class="row">
                <button class="button button--primary">{words::server_subscriptions_add_holidays()}</button>
            </div>
        </form>
    }
}
