//! Mail accounts, in the list of accounts of the settings.

use super::api::load_accounts;
use super::paths::{ADD, account_path};
use super::records::{AccountStanding, MailAccountInfo};
use super::times::long;
use crate::notation::Format;
use crate::words;
use leptos::prelude::*;

/// The mail accounts of the viewer, and the way to another.
#[component]
pub fn MailAccounts(format: Format) -> impl IntoView {
    view! {
        <Suspense>
            {move || {
                let loading = load_accounts();
                Suspend::new(async move {
                    let (accounts, senders) = loading.await.unwrap_or_default();
                    let rows: Vec<_> = accounts.into_iter().map(|info| view! { <Account info=info format=format /> }).collect();
                    view! {
                        <section class="card section" aria-labelledby="mail-accounts">
                            <h2 id="mail-accounts">{words::server_mail_title()}</h2>
                            <p class="hint">{words::server_mail_accounts_lead()}</p>
                            {(!rows.is_empty()).then(|| view! { <ul class="list" aria-labelledby="mail-accounts">{rows}</ul> })}
                            <div class="row"><a class="button" href=ADD>{words::server_mail_add()}</a></div>
                            {(!senders.is_empty()).then(|| view! { <PictureSenders senders=senders /> })}
                        </section>
                    }
                })
            }}
        </Suspense>
    }
}

/// Whose pictures are shown without asking, and the way to have that no more.
#[component]
fn PictureSenders(senders: Vec<String>) -> impl IntoView {
    let rows: Vec<_> = senders
        .into_iter()
        .map(|sender| {
            let label = words::server_mail_pictures_hide_of(&sender);
            view! {
                <li class="list__item">
                    <div class="list__text" dir="auto">{sender.clone()}</div>
                    <form method="post" action="/mail/pictures">
                        <input type="hidden" name="sender" value=sender />
                        <button class="button button--small" name="do" value="hide" aria-label=label>{words::server_mail_pictures_hide()}</button>
                    </form>
                </li>
            }
        })
        .collect();
    view! {
        <details class="mail-servers">
            <summary>{words::server_mail_pictures_senders(rows.len())}</summary>
            <ul class="list">{rows}</ul>
        </details>
    }
}

#[component]
fn Account(info: MailAccountInfo, format: Format) -> impl IntoView {
    let line = standing_line(&info, format);
    let unread = info
        .folders
        .iter()
        .filter(|folder| folder.role == super::records::Role::Inbox)
        .map(|folder| folder.unread)
        .sum();
    view! {
        <li class="list__item">
            <span class="swatch" style=format!("--calendar: {}", info.color) aria-hidden="true"></span>
            <div class="list__text">
                <div class="list__title" dir="auto"><a href=account_path(info.id)>{info.name.clone()}</a></div>
                <div class="hint" dir="auto">{info.address.clone()} " · " {words::server_mail_unread(unread)}</div>
                <div class="hint">{line}</div>
            </div>
            <StandingBadge standing=info.standing />
        </li>
    }
}

/// How an account is, in a word or two.
#[component]
pub(super) fn StandingBadge(standing: AccountStanding) -> impl IntoView {
    let (class, text) = match standing {
        AccountStanding::Works => ("badge badge--made", words::server_accounts_state_works()),
        AccountStanding::Reading => ("badge", words::server_mail_account_reading()),
        AccountStanding::Waiting => ("badge badge--deleted", words::server_mail_account_waiting()),
        AccountStanding::Paused => ("badge", words::server_accounts_state_paused()),
        AccountStanding::NeedsPassword => ("badge badge--deleted", words::server_mail_account_password()),
    };
    view! { <span class=class>{text}</span> }
}

/// The same in a sentence, with what to do.
pub(super) fn standing_line(info: &MailAccountInfo, format: Format) -> String {
    match (info.standing, info.checked) {
        (AccountStanding::Paused, _) => words::server_mail_account_paused_what().to_owned(),
        (AccountStanding::NeedsPassword, _) => words::server_mail_account_password_what().to_owned(),
        (AccountStanding::Waiting, _) => words::server_mail_account_waiting_what().to_owned(),
        (AccountStanding::Reading, _) => words::server_mail_account_reading_what().to_owned(),
        (AccountStanding::Works, Some(at)) => words::server_mail_account_checked(&long(at, format)),
        (AccountStanding::Works, None) => words::server_mail_account_unchecked().to_owned(),
    }
}
