//! The page of one mail account: how it is, what it brings, and what can be done with it.

use super::account_choices::{Addresses, FolderChoices};
use super::add_page::{Field, Password};
use super::api::load_account;
use super::paths::{account_path, folder_path};
use super::records::{AccountStanding, Brings, BringsWay, Identity, MailAccountInfo, OneMailAccount};
use super::settings_list::{StandingBadge, standing_line};
use super::times::long;
use super::wishes::AccountWish;
use crate::notation::Format;
use crate::remote_accounts::{PATH as ACCOUNTS, SignInAgain, parted};
use crate::sharing::fields::{Came, Sure};
use crate::ui::Failed;
use crate::ui::frame::{Frame, SignedIn};
use crate::wire::Viewer;
use crate::word_lists::list_in_words;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn MailAccountPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).and_then(|id| id.parse().ok());
    view! {
        <Title text=words::server_mail_account() />
        <SignedIn page=move |viewer: Viewer| {
            let format = Format::of(&viewer);
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || {
                            // No account has this number.
                            let loading = load_account(id.unwrap_or(0));
                            Suspend::new(async move {
                                match loading.await {
                                    Ok(loaded) => view! { <Loaded loaded=loaded format=format /> }.into_any(),
                                    Err(error) => view! { <Failed error=error /> }.into_any(),
                                }
                            })
                        }}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(loaded: OneMailAccount, format: Format) -> impl IntoView {
    let for_invitations = loaded.for_invitations;
    let notice = loaded.notice.clone().map(|(what, at)| words::server_mail_account_notice(&what, &long(at, format)));
    let notice = notice.map(|notice| view! { <p class="notice notice--warning" dir="auto">{notice}</p> });
    let OneMailAccount {
        account,
        imap,
        smtp,
        signature,
        invitations,
        brings,
        signs_in,
        identities,
        folder_choices,
        all_folders,
        minutes,
        calendar_accounts,
        unsent,
        waiting,
        said,
        refused,
        ..
    } = loaded;
    let is_of = |is_it: fn(&AccountWish) -> bool| refused.as_ref().filter(|refused| is_it(&refused.wish));
    let password = is_of(|wish| matches!(wish, AccountWish::Password)).map(|refused| refused.error.clone());
    let change = is_of(|wish| matches!(wish, AccountWish::Change { .. })).map(|refused| refused.error.clone());
    let (password_field, password_error) = parted(password.as_ref(), &["password"]);
    let (change_field, change_error) = parted(change.as_ref(), &["name"]);
    let elsewhere =
        refused.as_ref().filter(|_| password.is_none() && change.is_none()).map(|refused| refused.error.clone());
    let other = elsewhere.or(password_error).or(change_error);
    let state = standing_line(&account, format);
    let why =
        account.why.clone().map(|why| view! { <p class="hint" dir="auto">{words::server_accounts_why(&why)}</p> });
    let id = account.id;
    let path = account_path(id);
    let calendars = path.clone();
    let name = account.name.clone();
    let inbox = account.folders.iter().find(|folder| folder.role == super::records::Role::Inbox);
    let inbox = inbox.map(|folder| view! { <a class="button button--primary" href=folder_path(&folder.key)>{words::server_mail_open()}</a> });
    let needs = account.standing == AccountStanding::NeedsPassword;
    let password = match signs_in {
        Some((service, way)) => view! { <SignInAgain service=service path=way is_needed=needs /> }.into_any(),
        None => {
            view! { <NewPassword path=path.clone() is_needed=needs error=password_field.map(|(_, message)| message) /> }
                .into_any()
        }
    };
    let settings = view! { <Settings account=account.clone() signature=signature invitations=invitations for_invitations=for_invitations minutes=minutes error=change_field.map(|(_, message)| message) /> }.into_any();
    // At hand where it is wanted.
    let forms = match account.standing {
        AccountStanding::NeedsPassword => [password, settings],
        _ => [settings, password],
    };
    view! {
        <p><a href=ACCOUNTS>{words::server_accounts_back()}</a></p>
        <h1 dir="auto">{name.clone()}</h1>
        <Came said=said refused=other />
        <section class="card section" aria-labelledby="state">
            <div class="row">
                <h2 id="state" dir="auto">{account.address.clone()}</h2>
                <StandingBadge standing=account.standing />
            </div>
            <p>{state}</p>
            {why}
            {notice}
            {(account.pending > 0).then(|| view! { <p>{words::server_mail_pending(account.pending)}</p> })}
            <dl class="facts">
                <div><dt>{words::server_mail_imap()}</dt><dd>{imap}</dd></div>
                <div><dt>{words::server_mail_smtp()}</dt><dd>{smtp}</dd></div>
            </dl>
            <form class="row" method="post" action=path.clone()>
                {inbox}
                <button class="button" name="do" value="test">{words::server_accounts_test()}</button>
                {match account.standing {
                    AccountStanding::Paused => view! { <button class="button" name="do" value="resume">{words::server_accounts_resume()}</button> }.into_any(),
                    _ => view! { <button class="button" name="do" value="pause">{words::server_accounts_pause()}</button> }.into_any(),
                }}
            </form>
        </section>
        {(!brings.is_empty()).then(|| view! { <Calendars path=calendars brings=brings /> })}
        {forms.into_iter().collect::<Vec<_>>()}
        <Addresses account=id identities=identities.clone() />
        {(!all_folders.is_empty()).then(|| view! { <FolderChoices account=id choices=folder_choices folders=all_folders /> })}
        <Removal path=path name=name identities=identities calendar_accounts=calendar_accounts unsent=unsent waiting=waiting />
    }
}

/// What goes with the account, and what becomes of calendars that came by it.
#[component]
fn Removal(
    path: String,
    name: String,
    identities: Vec<Identity>,
    calendar_accounts: Vec<(String, Vec<String>)>,
    unsent: usize,
    waiting: usize,
) -> impl IntoView {
    let fields = |calendars: &str| vec![("do", "remove".to_owned()), ("calendars", calendars.to_owned())];
    let has_calendars = !calendar_accounts.is_empty();
    let feeds = words::server_mail_remove_feeds(calendar_accounts.len());
    // The account's own address goes without saying.
    let addresses = list_in_words(identities.into_iter().skip(1).map(|identity| identity.address).collect());
    let fed: Vec<_> = calendar_accounts
        .into_iter()
        .map(|(account, calendars)| {
            let text = match list_in_words(calendars) {
                Some(calendars) => words::server_mail_remove_feed(&account, &calendars),
                None => account,
            };
            view! { <li dir="auto">{text}</li> }
        })
        .collect();
    let (all, bin) = (path.clone(), path.clone());
    view! {
        <section class="card section" aria-labelledby="remove">
            <h2 id="remove">{words::server_accounts_remove()}</h2>
            <p class="hint">{words::server_mail_remove_what()}</p>
            {(unsent > 0).then(|| view! { <p class="notice notice--warning">{words::server_mail_remove_unsent(unsent)}</p> })}
            {(waiting > 0).then(|| view! { <p class="notice notice--warning">{words::server_mail_remove_waiting(waiting)}</p> })}
            {addresses.map(|addresses| view! { <p class="hint" dir="auto">{words::server_mail_remove_addresses(&addresses)}</p> })}
            {has_calendars.then(|| view! { <p class="hint">{feeds}</p><ul class="hint">{fed}</ul> })}
            <div class="row">
                <Sure action=path label=words::server_accounts_remove() what=words::server_mail_remove_sure() about=name.clone() fields=fields("keep") />
                {has_calendars.then(|| view! {
                    <Sure action=all label=words::server_mail_remove_leave() what=words::server_mail_remove_leave_sure() about=name.clone() fields=fields("leave") />
                    <Sure action=bin label=words::server_mail_remove_bin() what=words::server_mail_remove_bin_sure() about=name fields=fields("bin") />
                })}
            </div>
        </section>
    }
}

/// Calendars that are to be had with the same account.
#[component]
fn Calendars(path: String, brings: Vec<Brings>) -> impl IntoView {
    let offers: Vec<_> = brings
        .into_iter()
        .map(|Brings { name, minutes, way }| {
            let (what, way) = match way {
                BringsWay::Taken(to) => (
                    words::server_mail_brings_taken(&name),
                    view! { <a class="button" href=to>{words::server_mail_brings_choose()}</a> }.into_any(),
                ),
                BringsWay::SignIn(to) => (
                    words::server_mail_brings_what(&name, minutes),
                    view! { <a class="button" href=to rel="external">{words::server_mail_brings_sign_in()}</a> }
                        .into_any(),
                ),
                BringsWay::Take => (
                    words::server_mail_brings_what(&name, minutes),
                    view! {
                        <form method="post" action=path.clone()>
                            <button class="button" name="do" value="calendars">{words::server_mail_brings_do()}</button>
                        </form>
                    }
                    .into_any(),
                ),
            };
            view! {
                <li class="list__item">
                    <div class="list__text">{what}</div>
                    {way}
                </li>
            }
        })
        .collect();
    view! {
        <section class="card section" aria-labelledby="brings">
            <h2 id="brings">{words::server_mail_brings()}</h2>
            <ul class="list" aria-labelledby="brings">{offers}</ul>
        </section>
    }
}

#[component]
fn Settings(
    account: MailAccountInfo,
    signature: String,
    invitations: String,
    for_invitations: bool,
    minutes: i64,
    error: Option<String>,
) -> impl IntoView {
    // What was chosen otherwise stays to be chosen.
    let mut every = vec![1, 5, 15, 30, 60, 360, 1440];
    if !every.contains(&minutes) {
        every.push(minutes);
        every.sort_unstable();
    }
    let every: Vec<_> = every
        .into_iter()
        .map(|every| {
            let count = usize::try_from(every).unwrap_or_default();
            let text = match count % 60 {
                0 => words::server_sync_every_hours(count / 60),
                _ => words::server_sync_every_minutes(count),
            };
            view! { <option value=every selected=every == minutes>{text}</option> }
        })
        .collect();
    let rules: Vec<_> = [
        ("nobody", words::server_mail_invitation_rule_nobody()),
        ("known", words::server_mail_invitation_rule_known()),
        ("everyone", words::server_mail_invitation_rule_everyone()),
    ]
    .into_iter()
    .map(|(value, text)| view! { <option value=value selected=invitations == value>{text}</option> })
    .collect();
    view! {
        <section class="card section" aria-labelledby="change">
            <h2 id="change">{words::common_settings()}</h2>
            <form class="stack" method="post" action=account_path(account.id)>
                <input type="hidden" name="do" value="change" />
                <Field id="name" label=words::server_accounts_name() value=account.name error=error />
                <div class="field">
                    <label class="label" for="color">{words::server_mail_color()}</label>
                    <input id="color" class="mail-color" type="color" name="color" value=account.color />
                </div>
                <div class="field">
                    <label class="label" for="signature">{words::server_mail_signature()}</label>
                    <textarea id="signature" class="textarea" name="signature" dir="auto" rows="4" maxlength="10000" aria-describedby="signature-hint">{signature}</textarea>
                    <p id="signature-hint" class="hint">{words::server_mail_signature_hint()}</p>
                </div>
                <div class="field">
                    <label class="label" for="minutes">{words::server_sync_interval()}</label>
                    <select id="minutes" class="input" name="minutes" aria-describedby="minutes-hint">{every}</select>
                    <p id="minutes-hint" class="hint">{words::server_mail_interval_hint()}</p>
                </div>
                <div class="field">
                    <label class="label" for="invitations">{words::server_mail_invitation_rule()}</label>
                    <select id="invitations" class="input" name="invitations" aria-describedby="invitations-hint">{rules}</select>
                    <p id="invitations-hint" class="hint">{words::server_mail_invitation_rule_hint()}</p>
                </div>
                <div class="field">
                    <label class="choice">
                        <input class="checkbox" type="checkbox" name="for_invitations" value="on" checked=for_invitations aria-describedby="for-invitations-hint" />
                        {words::server_mail_for_invitations()}
                    </label>
                    <p id="for-invitations-hint" class="hint">{words::server_mail_for_invitations_hint()}</p>
                </div>
                <div class="row"><button class="button">{words::common_save()}</button></div>
            </form>
        </section>
    }
}

#[component]
fn NewPassword(path: String, is_needed: bool, error: Option<String>) -> impl IntoView {
    let lead = if is_needed { words::server_accounts_password_lead() } else { words::server_accounts_password_other() };
    let class = if is_needed { "button button--primary" } else { "button" };
    view! {
        <section class="card section" aria-labelledby="password-title">
            <h2 id="password-title">{words::server_accounts_password_title()}</h2>
            <p class="hint">{lead}</p>
            <form class="stack" method="post" action=path>
                <input type="hidden" name="do" value="password" />
                <Password error=error />
                <div class="row"><button class=class>{words::server_accounts_password_do()}</button></div>
            </form>
        </section>
    }
}
