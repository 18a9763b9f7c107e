//! The page of one account: how it is, which calendars are in step, and what can be done with it.

use super::add_page::{PasswordField, TextField};
use super::api::load_account;
use super::list_page::{NewCalendars, StateBadge, state_line};
use super::removal::RemovalForm;
use super::{
    AccountInfo, AccountStateInfo, AccountWay, AccountWish, OneAccount, PATH, account_path, calendars_path, parted,
};
use crate::notation::Format;
use crate::sharing::fields::Came;
use crate::sync_links::{LinkBadge, LinkInfo, path as sync_path};
use crate::ui::LoadedPage;
use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn AccountPage() -> impl IntoView {
    let params = use_params_map();
    let account = Resource::new(move || params.get().get("id").unwrap_or_default(), load_account);
    view! {
        <LoadedPage title=words::server_accounts_one() loaded=account
            page=|loaded: OneAccount, format| view! { <Loaded loaded=loaded format=format /> } />
    }
}

#[component]
fn Loaded(loaded: OneAccount, format: Format) -> impl IntoView {
    let OneAccount { cursor, account, links, removing, removal, said, refused } = loaded;
    let error = refused.as_ref().map(|refused| &refused.error);
    let of_form = |is_it: fn(&AccountWish) -> bool| {
        let is_of = refused.as_ref().is_some_and(|refused| is_it(&refused.wish));
        error.filter(|_| is_of)
    };
    let is_password = |wish: &AccountWish| matches!(wish, AccountWish::Password { .. });
    let is_rename = |wish: &AccountWish| matches!(wish, AccountWish::Rename { .. });
    let (password_field, password_error) = parted(of_form(is_password), &["user", "password"]);
    let (name_field, name_error) = parted(of_form(is_rename), &["name"]);
    let elsewhere = error.filter(|_| of_form(is_password).is_none() && of_form(is_rename).is_none()).cloned();
    let other = elsewhere.or(password_error).or(name_error);
    let state = state_line(&account, format);
    let why =
        account.why.clone().map(|why| view! { <p class="hint" dir="auto">{words::server_accounts_why(&why)}</p> });
    let path = account_path(account.id);
    let name = account.name.clone();
    let forgets = match &account.way {
        AccountWay::SignIn(_) => words::server_remote_sign_in_remove(),
        AccountWay::Password | AccountWay::Address => words::server_accounts_remove_what(),
    };
    view! {
        <p><a href=PATH>{words::server_accounts_back()}</a></p>
        <h1 dir="auto">{account.name.clone()}</h1>
        <Came said=said refused=other />
        <div class="settings" data-follows=cursor>
            <section class="card section" aria-labelledby="state">
                <div class="row">
                    <h2 id="state">{account.service.clone()}</h2>
                    <StateBadge info=&account />
                </div>
                <p>{state}</p>
                {why}
                <NewCalendars account=account.id count=account.new_calendars />
                <Ways info=account.clone() />
            </section>
            {removing.map(|lines| view! { <Removing lines=lines /> })}
            <Links account=account.id links=links.clone() />
        </div>
        <WayIn info=account.clone() wrong=password_field />
        <section class="card section" aria-labelledby="rename">
            <h2 id="rename">{words::server_accounts_settings()}</h2>
            <form class="stack" method="post" action=path>
                <input type="hidden" name="do" value="rename" />
                <TextField id="name" label=words::server_accounts_name() value=name.clone() error=name_field.map(|(_, message)| message) hint=words::server_accounts_name_only() />
                <div class="row"><button class="button">{words::common_save()}</button></div>
            </form>
        </section>
        <RemovalForm account=account.id forgets=forgets name=name links=links asked=removal />
    }
}

/// What is still to be deleted at the service before the account goes.
#[component]
fn Removing(lines: Vec<String>) -> impl IntoView {
    let lines: Vec<_> = lines.into_iter().map(|line| view! { <li dir="auto">{line}</li> }).collect();
    view! {
        <section class="card section" aria-labelledby="removing">
            <h2 id="removing">{words::server_accounts_removing_title()}</h2>
            <p role="status">{words::server_accounts_removing_what()}</p>
            <ul>{lines}</ul>
        </section>
    }
}

/// The calendars that are in step.
#[component]
fn Links(account: i64, links: Vec<LinkInfo>) -> impl IntoView {
    (!links.is_empty()).then(|| {
        let items: Vec<_> = links
            .into_iter()
            .map(|link| {
                view! {
                    <li class="list__item">
                        <span class="swatch" style=format!("--calendar: {}", link.color) aria-hidden="true"></span>
                        <div class="list__text">
                            <div class="list__title" dir="auto"><a href=sync_path(link.calendar)>{link.name.clone()}</a></div>
                            <div class="hint">{link.line.clone()}</div>
                        </div>
                        <LinkBadge standing=link.standing />
                    </li>
                }
            })
            .collect();
        view! {
            <section class="card section" aria-labelledby="links">
                <h2 id="links">{words::server_sync_account_links()}</h2>
                <ul class="list" aria-labelledby="links">{items}</ul>
                <form method="post" action=account_path(account)>
                    <button class="button" name="do" value="now">{words::server_sync_account_now()}</button>
                </form>
            </section>
        }
    })
}

/// What can be done with an account without saying more.
#[component]
fn Ways(info: AccountInfo) -> impl IntoView {
    let (value, label) = match info.state {
        AccountStateInfo::Paused => ("resume", words::server_accounts_resume()),
        _ => ("pause", words::server_accounts_pause()),
    };
    let is_needed = info.state == AccountStateInfo::NeedsPassword;
    let class = if is_needed { "button" } else { "button button--primary" };
    view! {
        <form class="row" method="post" action=account_path(info.id)>
            <a class=class href=calendars_path(info.id)>{words::server_accounts_calendars()}</a>
            <button class="button" name="do" value="test">{words::server_accounts_test()}</button>
            <button class="button" name="do" value=value>{label}</button>
        </form>
    }
}

/// How another proof is given of who asks.
#[component]
fn WayIn(info: AccountInfo, wrong: Option<(String, String)>) -> impl IntoView {
    match info.way.clone() {
        AccountWay::Password => view! { <NewPassword info=info wrong=wrong /> }.into_any(),
        AccountWay::SignIn(path) => {
            let is_needed = info.state == AccountStateInfo::NeedsPassword;
            view! { <SignInAgain service=info.service path=path is_needed=is_needed /> }.into_any()
        }
        AccountWay::Address => ().into_any(),
    }
}

/// The way to sign in at the service again; `path`: where it begins, `None` where this server is not registered there any more.
#[component]
pub fn SignInAgain(service: String, path: Option<String>, is_needed: bool) -> impl IntoView {
    let lead = match (&path, is_needed) {
        (None, _) => words::server_remote_sign_in_unregistered(&service),
        (Some(_), true) => words::server_remote_sign_in_lead(&service),
        (Some(_), false) => words::server_remote_sign_in_other().to_owned(),
    };
    let class = if is_needed { "button button--primary" } else { "button" };
    let link = path.map(|path| {
        view! {
            <div class="row">
                <a class=class href=path rel="external">{words::server_remote_sign_in_do(&service)}</a>
            </div>
        }
    });
    view! {
        <section class="card section" aria-labelledby="sign-in-title">
            <h2 id="sign-in-title">{words::server_remote_sign_in_title()}</h2>
            <p class="hint">{lead}</p>
            {link}
        </section>
    }
}

/// The form of another password: at hand where it is needed.
#[component]
fn NewPassword(info: AccountInfo, wrong: Option<(String, String)>) -> impl IntoView {
    let at = |field: &str| wrong.as_ref().filter(|(at, _)| at == field).map(|(_, message)| message.clone());
    let lead = match info.state {
        AccountStateInfo::NeedsPassword => words::server_accounts_password_lead(),
        _ => words::server_accounts_password_other(),
    };
    let is_needed = info.state == AccountStateInfo::NeedsPassword;
    let class = if is_needed { "button button--primary" } else { "button" };
    view! {
        <section class="card section" aria-labelledby="password-title">
            <h2 id="password-title">{words::server_accounts_password_title()}</h2>
            <p class="hint">{lead}</p>
            <form class="stack" method="post" action=account_path(info.id)>
                <input type="hidden" name="do" value="password" />
                <TextField id="user" label=words::server_accounts_user() value=String::new() error=at("user") hint=words::server_accounts_user_same() is_optional=true />
                <PasswordField needs_app_password=false error=at("password") />
                <div class="row"><button class=class>{words::server_accounts_password_do()}</button></div>
            </form>
        </section>
    }
}
