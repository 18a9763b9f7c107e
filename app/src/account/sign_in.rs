//! Signing in with a local account, and choosing a password through a one-time link.
//!
//! Both are plain forms that the server answers with a page: a new session starts with fresh state, and password
//! managers see a form that is sent.

use super::api::{ChoosePassword, Invitation, SignIn, open_invitation, sign_in_state};
use super::problem::SignInRefused;
use crate::flash::{Flash, outcome_of};
use crate::return_path::own_path;
use crate::session::SignInWays;
use crate::ui::{Icon, Mark, Outcome, icon};
use crate::words;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/sign-in?next=…`
#[component]
pub fn SignInPage() -> impl IntoView {
    let state = Resource::new(|| (), |()| sign_in_state());
    let query = use_query_map();
    view! {
        <Title text=words::server_account_sign_in() />
        <Doorway>
            <Suspense>
                {move || Suspend::new(async move {
                    if let Some(refused) = use_context::<SignInRefused>() {
                        return view! { <Refused refused=refused /> }.into_any();
                    }
                    let flash = state.await.ok().flatten();
                    let next = query.with_untracked(|query| query.get("next")).unwrap_or_default();
                    view! { <Ways flash=flash next=next /> }.into_any()
                })}
            </Suspense>
        </Doorway>
    }
}

/// Every way in that there is: the form for a password, and links to the providers.
#[component]
fn Ways(flash: Option<Flash>, next: String) -> impl IntoView {
    let ways = use_context::<SignInWays>().unwrap_or(SignInWays { passwords: true, ..SignInWays::default() });
    let has_providers = !ways.providers.is_empty();
    let outcome = outcome_of(flash.as_ref(), "sign_in");
    let notice = match (&ways.unknown_to_proxy, ways.passwords || has_providers) {
        (Some(name), _) => Some(words::server_sign_in_proxy_unknown(name)),
        (None, false) => Some(words::server_sign_in_no_way().to_owned()),
        (None, true) => None,
    };
    let query = own_path(Some(&next)).filter(|next| *next != "/");
    let query = query.map(|next| format!("?next={}", leptos_router::location::Url::escape(next))).unwrap_or_default();
    let class = if ways.passwords { "button button--wide" } else { "button button--primary button--wide" };
    let links: Vec<_> = ways
        .providers
        .into_iter()
        .map(|provider| {
            let path = format!("/sign-in/with/{}{query}", provider.id);
            // Followed by hand, not by the program that the page does not have.
            view! {
                <a class=class href=path rel="external nofollow">
                    {words::server_sign_in_with(&provider.name)}
                </a>
            }
        })
        .collect();
    view! {
        <h1>{words::server_account_sign_in()}</h1>
        {notice.map(|text| view! {
            <p class="notice notice--warning">
                <Icon d=icon::ALERT />
                <span>{text}</span>
            </p>
        })}
        {if ways.passwords {
            view! { <SignInForm flash=flash next=next /> }.into_any()
        } else {
            view! { <Outcome of=outcome /> }.into_any()
        }}
        {has_providers.then(|| view! {
            {ways.passwords.then(|| view! { <p class="hint">{words::server_sign_in_or()}</p> })}
            <nav class="stack" aria-label=words::server_sign_in_ways()>{links}</nav>
        })}
    }
}

/// Why somebody did not come in by way of a provider, and what to do.
#[component]
fn Refused(refused: SignInRefused) -> impl IntoView {
    view! {
        <h1>{refused.heading()}</h1>
        <p class="notice notice--warning" role="alert">
            <Icon d=icon::ALERT />
            <span>{refused.what()}</span>
        </p>
        <p>{refused.advice()}</p>
        <a class="button button--primary button--wide" href="/sign-in">
            {words::server_sign_in_back()}
        </a>
    }
}

#[component]
fn SignInForm(flash: Option<Flash>, next: String) -> impl IntoView {
    let outcome = outcome_of(flash.as_ref(), "sign_in");
    let name = flash.and_then(|flash| flash.kept("name")).unwrap_or_default();
    let again = !name.is_empty();
    let failed = outcome.is_some().then_some("true");
    view! {
        <Outcome of=outcome />
        <form class="stack" action=SignIn::url() method="post">
            <input type="hidden" name="next" value=next />
            <TimeZoneField />
            <div class="field">
                <label class="label" for="name">
                    {words::common_user_name()}
                </label>
                <input
                    id="name"
                    class="input"
                    name="name"
                    value=name
                    required
                    autofocus=!again
                    autocomplete="username"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=failed
                />
            </div>
            <div class="field">
                <label class="label" for="password">
                    {words::common_password()}
                </label>
                <input
                    id="password"
                    class="input"
                    type="password"
                    name="password"
                    required
                    autofocus=again
                    autocomplete="current-password"
                    aria-invalid=failed
                />
            </div>
            <button class="button button--primary button--wide">{words::server_account_sign_in()}</button>
        </form>
    }
}

/// `/welcome/{secret}`
#[component]
pub fn WelcomePage() -> impl IntoView {
    let params = use_params_map();
    let secret = move || params.with(|params| params.get("secret")).unwrap_or_default();
    let invitation = Resource::new(secret, open_invitation);
    view! {
        <Title text=words::server_account_welcome_title() />
        <Doorway>
            <Suspense>
                {move || Suspend::new(async move {
                    match invitation.await {
                        Ok(invitation) => {
                            let secret = untrack(secret);
                            view! { <ChoosePasswordForm invitation=invitation secret=secret /> }.into_any()
                        }
                        Err(_) => view! { <SpentLink /> }.into_any(),
                    }
                })}
            </Suspense>
        </Doorway>
    }
}

#[component]
fn ChoosePasswordForm(invitation: Invitation, secret: String) -> impl IntoView {
    let Invitation { display_name, slug, flash, passwords } = invitation;
    let outcome = outcome_of(flash.as_ref(), "choose_password");
    let failed = outcome.is_some().then_some("true");
    view! {
        <h1>{words::server_account_welcome(&display_name)}</h1>
        <p class="lead">{words::server_account_choose_before()} " " <strong>{slug.clone()}</strong> {words::server_account_choose_after()}</p>
        {(!passwords).then(|| view! { <p class="hint">{words::server_sign_in_welcome_passwords_off()}</p> })}
        <Outcome of=outcome />
        <form class="stack" action=ChoosePassword::url() method="post">
            <input type="hidden" name="secret" value=secret />
            <TimeZoneField />
            // Tells password managers whose password it is.
            <input class="visually-hidden" name="username" value=slug autocomplete="username" tabindex="-1" aria-hidden="true" readonly />
            <div class="field">
                <label class="label" for="password">
                    {words::common_password()}
                </label>
                <input
                    id="password"
                    class="input"
                    type="password"
                    name="password"
                    required
                    minlength="10"
                    autofocus
                    autocomplete="new-password"
                    aria-describedby="password-hint"
                    aria-invalid=failed
                />
                <p id="password-hint" class="hint">
                    {words::server_account_password_hint()}
                </p>
            </div>
            <div class="field">
                <label class="label" for="repeated">
                    {words::server_account_same_again()}
                </label>
                <input
                    id="repeated"
                    class="input"
                    type="password"
                    name="repeated"
                    required
                    minlength="10"
                    autocomplete="new-password"
                    aria-invalid=failed
                />
            </div>
            <button class="button button--primary button--wide">{words::server_account_set_password()}</button>
        </form>
    }
}

#[component]
fn SpentLink() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <h1>{words::server_account_link_spent()}</h1>
        <p class="notice notice--warning">
            <Icon d=icon::ALERT />
            <span>{words::server_account_link_spent_why()}</span>
        </p>
        <a class="button button--wide" href="/sign-in">
            {words::server_account_to_sign_in()}
        </a>
    }
}

/// The card in the middle of the pages before one is signed in.
#[component]
fn Doorway(children: Children) -> impl IntoView {
    view! {
        <main class="doorway">
            <div class="doorway__brand">
                <Mark />
                {words::common_kalends()}
            </div>
            <div class="doorway__card card stack">{children()}</div>
        </main>
    }
}

/// Tells the server the browser's time zone along with the form.
#[component]
fn TimeZoneField() -> impl IntoView {
    view! { <input type="hidden" name="time_zone" value="" /> }
}
