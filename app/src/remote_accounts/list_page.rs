//! The page of accounts: those that there are, and the services at which one can be added.

use super::api::load_accounts;
use super::{AccountInfo, AccountStateInfo, AccountWay, Accounts, ServiceInfo, account_path, add_path, calendars_path};
use crate::mail::MailAccounts;
use crate::notation::Format;
use crate::sharing::fields::Came;
use crate::ui::Failed;
use crate::ui::frame::{Frame, SignedIn};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn AccountsPage() -> impl IntoView {
    let accounts = Resource::new(|| (), |()| load_accounts());
    view! {
        <Title text=words::server_accounts_title() />
        <SignedIn page=move |viewer: Viewer| {
            let format = Format::of(&viewer);
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match accounts.await {
                                Ok(accounts) => view! { <Loaded accounts=accounts format=format /> }.into_any(),
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
fn Loaded(accounts: Accounts, format: Format) -> impl IntoView {
    let Accounts { cursor, accounts, services, said } = accounts;
    let is_empty = accounts.is_empty();
    let own: Vec<_> = accounts.into_iter().map(|info| view! { <Account info=info format=format /> }).collect();
    let services: Vec<_> = services.into_iter().map(|service| view! { <Choice service=service /> }).collect();
    view! {
        <h1>{words::server_accounts_title()}</h1>
        <p class="lead">{words::server_accounts_lead()}</p>
        <Came said=said refused=None />
        <div class="settings" data-follows=cursor>
            {(!is_empty).then(|| view! {
                <section class="card section" aria-labelledby="own">
                    <h2 id="own">{words::server_accounts_own()}</h2>
                    <ul class="list" aria-labelledby="own">{own}</ul>
                </section>
            })}
        </div>
        <MailAccounts format=format />
        <section class="card section" aria-labelledby="add">
            <h2 id="add">{words::server_accounts_add()}</h2>
            <p class="hint">{words::server_accounts_add_lead()}</p>
            <ul class="list" aria-labelledby="add">{services}</ul>
        </section>
    }
}

#[component]
fn Account(info: AccountInfo, format: Format) -> impl IntoView {
    let state = state_line(&info, format);
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title" dir="auto"><a href=account_path(info.id)>{info.name.clone()}</a></div>
                <div class="hint">{info.service.clone()}</div>
                <div class="hint">{state}</div>
                <NewCalendars account=info.id count=info.new_calendars />
            </div>
            <StateBadge info=&info />
        </li>
    }
}

/// That the account has calendars which the viewer has not seen, and the way to them.
#[component]
pub(super) fn NewCalendars(account: i64, count: usize) -> impl IntoView {
    (count > 0)
        .then(|| view! { <p><a href=calendars_path(account)>{words::server_accounts_new_calendars(count)}</a></p> })
}

/// How an account is, in a word or two.
#[component]
pub(super) fn StateBadge<'i>(info: &'i AccountInfo) -> impl IntoView {
    let signs_in = matches!(info.way, AccountWay::SignIn(_));
    let (class, text) = match info.state {
        AccountStateInfo::NeedsPassword if signs_in => ("badge badge--deleted", words::server_remote_sign_in_needed()),
        AccountStateInfo::Works => ("badge badge--made", words::server_accounts_state_works()),
        AccountStateInfo::Paused => ("badge", words::server_accounts_state_paused()),
        AccountStateInfo::NeedsPassword => ("badge badge--deleted", words::server_accounts_state_password()),
        AccountStateInfo::Missing => ("badge badge--deleted", words::server_accounts_state_missing()),
    };
    view! { <span class=class>{text}</span> }
}

/// The same in a sentence, with what to do.
pub(super) fn state_line(info: &AccountInfo, format: Format) -> String {
    let signs_in = matches!(info.way, AccountWay::SignIn(_));
    match (info.state, info.checked) {
        (AccountStateInfo::NeedsPassword, _) if signs_in => words::server_remote_sign_in_what().to_owned(),
        (AccountStateInfo::Paused, _) => words::server_accounts_paused_what().to_owned(),
        (AccountStateInfo::NeedsPassword, _) => words::server_accounts_password_what().to_owned(),
        (AccountStateInfo::Missing, _) => words::server_accounts_missing_what().to_owned(),
        (AccountStateInfo::Works, Some(at)) => {
            words::server_accounts_checked(&format.date(at.date()), &format.time(at))
        }
        (AccountStateInfo::Works, None) => words::server_accounts_unchecked().to_owned(),
    }
}

#[component]
fn Choice(service: ServiceInfo) -> impl IntoView {
    let label = super::add_title(&service);
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title">{service.name}</div>
                {service.needs_app_password.then(|| view! { <div class="hint">{words::server_accounts_app_password()}</div> })}
            </div>
            <a class="button button--small" href=add_path(&service.id) rel="external" aria-label=label>{words::server_accounts_choose()}</a>
        </li>
    }
}
