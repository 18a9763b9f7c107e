use crate::api::account::{AppPasswordInfo, CreateAppPassword, RevokeAppPassword, Settings};
use crate::flash::outcome_of;
use crate::ui::outcome::latest;
use crate::ui::{CopyField, Outcome};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;

/// App passwords: made, shown once, listed, revoked; with what to type into other programs.
#[component]
pub fn AppPasswords(viewer: Viewer, settings: Settings) -> impl IntoView {
    let create = ServerAction::<CreateAppPassword>::new();
    let revoke = ServerAction::<RevokeAppPassword>::new();
    let left = outcome_of(settings.flash.as_ref(), "app_password");
    let label = settings.flash.as_ref().and_then(|flash| flash.kept("label")).unwrap_or_default();
    let list = RwSignal::new(settings.app_passwords);
    let made = latest(create, left);
    let secret = move || made.get().and_then(Result::ok);
    let refused = Signal::derive(move || made.get().filter(Result::is_err));
    let revoked = latest(revoke, outcome_of(settings.flash.as_ref(), "revoke"));
    // The list comes anew without taking the secret away that is being shown.
    let refresh = move || {
        leptos::task::spawn_local(async move {
            if let Ok(settings) = crate::api::account::load_settings().await {
                list.set(settings.app_passwords);
            }
        });
    };
    Effect::new(move |_| {
        let changed = create.value().with(|value| matches!(value, Some(Ok(_))))
            | revoke.value().with(|value| matches!(value, Some(Ok(_))));
        if changed {
            refresh();
        }
    });
    let hour12 = viewer.hour12;
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
            {move || secret().map(|secret| view! {
                <div class="secret" role="status">
                    <p>
                        <strong>"Copy the new app password now."</strong>
                        " It is not shown again."
                    </p>
                    <CopyField id="app-password" label="App password" value=secret />
                </div>
            })}
            <ActionForm action=create attr:class="inline-form">
                <div class="field">
                    <label class="label" for="label">
                        "New app password for"
                    </label>
                    <input id="label" class="input" name="label" value=label required maxlength="100" placeholder="Thunderbird on the laptop" autocomplete="off" />
                </div>
                <button class="button button--primary">"Create"</button>
            </ActionForm>
            <Outcome of=refused />
            <Outcome of=revoked />
            <Show when=move || !list.with(Vec::is_empty) fallback=|| view! { <p class="hint">"There are no app passwords yet."</p> }>
                <ul class="list" aria-label="App passwords">
                    <For each=move || list.get() key=|item| (item.id, item.last_used) let:item>
                        <Entry item=item hour12=hour12 revoke=revoke />
                    </For>
                </ul>
            </Show>
        </section>
    }
}

#[component]
fn Entry(item: AppPasswordInfo, hour12: bool, revoke: ServerAction<RevokeAppPassword>) -> impl IntoView {
    let used = match item.last_used {
        Some(used) => format!("last used {}", words::date_time(used, hour12)),
        None => "never used".to_owned(),
    };
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title">{item.label.clone()}</div>
                <div class="hint">{format!("Created {}, {used}", words::date(item.created.date()))}</div>
            </div>
            <ActionForm action=revoke>
                <input type="hidden" name="id" value=item.id />
                <button class="button button--small button--danger-ghost" aria-label=format!("Revoke {}", item.label)>
                    "Revoke"
                </button>
            </ActionForm>
        </li>
    }
}
