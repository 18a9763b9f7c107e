use super::api::{AppPasswordInfo, CreateAppPassword, RevokeAppPassword, Settings};
use crate::flash::{APP_PASSWORD, APP_PASSWORD_FIELD, APP_PASSWORD_SHOWN, outcome_of};
use crate::notation::Format;
use crate::ui::{CopyField, Icon, Outcome, icon};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// App passwords: made, shown once, listed, revoked; with what to type into other programs.
#[component]
pub fn AppPasswords(viewer: Viewer, settings: Settings) -> impl IntoView {
    let flash = settings.flash.as_ref();
    let label = flash.and_then(|flash| flash.kept("label")).unwrap_or_default();
    let (secret, refused) = match outcome_of(flash, APP_PASSWORD) {
        Some(Ok(secret)) => (Some(secret), None),
        refused => (None, refused),
    };
    let shown = outcome_of(flash, APP_PASSWORD_SHOWN).map(|_| {
        view! {
            <p id=APP_PASSWORD_FIELD tabindex="-1" class="notice" role="status">
                <Icon d=icon::ALERT />
                <span>
                    {words::settings_app_password_was_shown()}
                </span>
            </p>
        }
    });
    let format = Format::of(&viewer);
    let revoked = outcome_of(flash, "revoke");
    let entries: Vec<_> =
        settings.app_passwords.into_iter().map(|item| view! { <Entry item=item format=format /> }).collect();
    let list = if entries.is_empty() {
        view! { <p class="hint">{words::settings_no_app_passwords()}</p> }.into_any()
    } else {
        view! {
            <ul class="list" aria-label=words::settings_app_passwords()>
                {entries}
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="card section" aria-labelledby="app-passwords">
            <h2 id="app-passwords">{words::settings_other_programs()}</h2>
            <p>
                {words::settings_other_programs_lead()}
            </p>
            <div class="grid-2">
                <CopyField id="caldav-url" label=words::settings_caldav_address() copy=words::settings_copy_caldav_address() value=settings.caldav_url />
                <CopyField id="caldav-user" label=words::common_user_name() copy=words::settings_copy_user_name() value=viewer.slug.clone() />
            </div>
            <p class="hint">
                {words::settings_programs_before()} " " <strong>{settings.caldav_server}</strong>
                {words::settings_programs_after()}
            </p>
            {secret.map(|secret| view! {
                <div class="secret">
                    <p id="app-password-hint">
                        <strong>{words::settings_app_password_copy_now()}</strong>
                        " " {words::settings_app_password_once()}
                    </p>
                    <CopyField id=APP_PASSWORD_FIELD label=words::settings_app_password() copy=words::settings_copy_app_password() value=secret hint="app-password-hint" />
                </div>
            })}
            {shown}
            <form class="inline-form" action=CreateAppPassword::url() method="post">
                <div class="field">
                    <label class="label" for="label">
                        {words::settings_app_password_for()}
                    </label>
                    <input id="label" class="input" name="label" dir="auto" value=label required maxlength="100" placeholder=words::settings_app_password_example() autocomplete="off" />
                </div>
                <button class="button button--primary">{words::common_create()}</button>
            </form>
            <Outcome of=refused />
            <Outcome of=revoked />
            {list}
        </section>
    }
}

#[component]
fn Entry(item: AppPasswordInfo, format: Format) -> impl IntoView {
    let created = format.date(item.created.date());
    let used = match item.last_used {
        Some(used) => words::settings_app_password_used(&created, &format.date(used.date()), &format.time(used)),
        None => words::settings_app_password_unused(&created),
    };
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title" dir="auto">{item.label.clone()}</div>
                <div class="hint">{used}</div>
            </div>
            // One question at a time.
            <details class="revoke" name="revoke">
                <summary class="button button--small sure">
                    <span>{words::settings_revoke()}</span>
                    <span>{words::common_keep()}</span>
                    <span class="visually-hidden">{item.label.clone()}</span>
                </summary>
                <form class="revoke__sure" action=RevokeAppPassword::url() method="post">
                    <input type="hidden" name="id" value=item.id />
                    <p>{words::settings_revoke_what()}</p>
                    <button class="button button--small button--danger">
                        {words::settings_revoke_sure()}
                        <span class="visually-hidden">{item.label}</span>
                    </button>
                </form>
            </details>
        </li>
    }
}
