use super::api::{AppPasswordInfo, CreateAppPassword, RevokeAppPassword, Settings};
use crate::flash::{APP_PASSWORD, APP_PASSWORD_FIELD, APP_PASSWORD_SHOWN, outcome_of};
use crate::notation::Format;
use crate::ui::{CopyField, Icon, Outcome, icon};
use crate::wire::Viewer;
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
                    "The new app password was shown once and cannot be shown again. If it was not copied, revoke it and create another."
                </span>
            </p>
        }
    });
    let format = Format::of(&viewer);
    let revoked = outcome_of(flash, "revoke");
    let entries: Vec<_> =
        settings.app_passwords.into_iter().map(|item| view! { <Entry item=item format=format /> }).collect();
    let list = if entries.is_empty() {
        view! { <p class="hint">"There are no app passwords yet."</p> }.into_any()
    } else {
        view! {
            <ul class="list" aria-label="App passwords">
                {entries}
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="card section" aria-labelledby="app-passwords">
            <h2 id="app-passwords">"Other calendar programs"</h2>
            <p>
                "Apple Calendar, Thunderbird, DAVx⁵ and other CalDAV programs sign in with your user name and an app password of their own. Your account's password does not work there."
            </p>
            <div class="grid-2">
                <CopyField id="caldav-url" label="CalDAV address" value=settings.caldav_url />
                <CopyField id="caldav-user" label="User name" value=viewer.slug.clone() />
            </div>
            <p class="hint">
                "Apple Calendar: add an “Other CalDAV Account”, type “Manual”, with the server " <strong>{settings.caldav_server}</strong>
                ". Thunderbird: New Calendar › On the Network, with the address above. DAVx⁵: “Login with URL and user name”."
            </p>
            {secret.map(|secret| view! {
                <div class="secret">
                    <p id="app-password-hint">
                        <strong>"Copy the new app password now."</strong>
                        " It is not shown again."
                    </p>
                    <CopyField id=APP_PASSWORD_FIELD label="App password" value=secret hint="app-password-hint" />
                </div>
            })}
            {shown}
            <form class="inline-form" action=CreateAppPassword::url() method="post">
                <div class="field">
                    <label class="label" for="label">
                        "New app password for"
                    </label>
                    <input id="label" class="input" name="label" dir="auto" value=label required maxlength="100" placeholder="Thunderbird on the laptop" autocomplete="off" />
                </div>
                <button class="button button--primary">"Create"</button>
            </form>
            <Outcome of=refused />
            <Outcome of=revoked />
            {list}
        </section>
    }
}

#[component]
fn Entry(item: AppPasswordInfo, format: Format) -> impl IntoView {
    let used = match item.last_used {
        Some(used) => format!("last used {}, {}", format.date(used.date()), format.time(used)),
        None => "never used".to_owned(),
    };
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title" dir="auto">{item.label.clone()}</div>
                <div class="hint">{format!("Created {}, {used}", format.date(item.created.date()))}</div>
            </div>
            // One question at a time.
            <details class="revoke" name="revoke">
                <summary class="button button--small sure">
                    <span>"Revoke"</span>
                    <span>"Keep it"</span>
                    <span class="visually-hidden">{item.label.clone()}</span>
                </summary>
                <form class="revoke__sure" action=RevokeAppPassword::url() method="post">
                    <input type="hidden" name="id" value=item.id />
                    <p>"Whatever signs in with it is signed out at once, and needs another app password."</p>
                    <button class="button button--small button--danger">
                        "Yes, revoke"
                        <span class="visually-hidden">{item.label}</span>
                    </button>
                </form>
            </details>
        </li>
    }
}
