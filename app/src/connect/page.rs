//! The page that connects a device.

use super::qr::Qr;
use super::server::load_connecting;
use super::{ConnectRefused, Connecting, Fresh, PATH};
use crate::flash::APP_PASSWORD_FIELD;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{CopyField, Failed, Icon, Outcome, icon};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn ConnectPage() -> impl IntoView {
    let connecting = Resource::new(|| (), |()| load_connecting());
    view! {
        <Title text=words::server_connect_title() />
        <SignedIn page=move |viewer: Viewer| {
            let name = viewer.slug.clone();
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || {
                            let name = name.clone();
                            Suspend::new(async move {
                                match connecting.await {
                                    Ok(connecting) => view! { <Loaded name=name connecting=connecting /> }.into_any(),
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
fn Loaded(name: String, connecting: Connecting) -> impl IntoView {
    let Connecting { url, server, caldav_url, fresh, was_shown, records } = connecting;
    let shown = was_shown.then(|| {
        view! {
            <p id=APP_PASSWORD_FIELD tabindex="-1" class="notice" role="status">
                <Icon d=icon::ALERT />
                <span>{words::server_connect_was_shown()}</span>
            </p>
        }
    });
    let fresh = fresh.map(|fresh| view! { <Made name=name server=server caldav_url=caldav_url fresh=fresh /> });
    view! {
        <h1>{words::server_connect_title()}</h1>
        <p class="lead">{words::server_connect_lead()}</p>
        {shown}
        {fresh}
        {view! { <NewDevice /> }.into_any()}
        {view! { <HowTo url=url /> }.into_any()}
        {records.map(|(domain, records)| view! { <Records domain=domain records=records /> })}
    }
}

/// Everything to enter, once.
#[component]
fn Made(name: String, server: String, caldav_url: String, fresh: Fresh) -> impl IntoView {
    let Fresh { label, secret, link } = fresh;
    view! {
        <section class="card section" aria-labelledby="made">
            <h2 id="made" dir="auto">{words::server_connect_made(&label)}</h2>
            <div class="secret">
                <p id="app-password-hint"><strong>{words::server_connect_now()}</strong></p>
                <div class="connect__made">
                    <div class="connect__code">
                        <Qr text=link.clone() label=words::server_connect_qr() />
                    </div>
                    <div class="stack">
                        <CopyField id="connect-server" label=words::server_connect_server() copy=words::server_connect_copy_server() value=server />
                        <CopyField id="connect-user" label=words::common_user_name() copy=words::server_settings_copy_user_name() value=name />
                        <CopyField id=APP_PASSWORD_FIELD label=words::server_settings_app_password() copy=words::server_settings_copy_app_password() value=secret hint="app-password-hint" />
                        <CopyField id="connect-address" label=words::server_connect_address() copy=words::server_connect_copy_address() value=caldav_url />
                    </div>
                </div>
                <p>{words::server_connect_scan()}</p>
                <p><a class="button" href=link rel="external">{words::server_connect_open_davx()}</a></p>
            </div>
        </section>
    }
}

#[component]
fn NewDevice() -> impl IntoView {
    let refused = use_context::<ConnectRefused>();
    let (label, reads_only) =
        refused.as_ref().map_or((String::new(), false), |refused| (refused.label.clone(), refused.reads_only));
    let outcome = refused.map(|refused| Err(refused.error));
    let wrong = outcome.is_some().then_some("true");
    view! {
        <section class="card section" aria-labelledby="new-device">
            <h2 id="new-device">{words::server_connect_new()}</h2>
            <form class="stack" action=PATH method="post">
                <div class="grid-2">
                    <div class="field">
                        <label class="label" for="label">{words::server_connect_label()}</label>
                        <input id="label" class="input" name="label" dir="auto" value=label required maxlength="100" placeholder=words::server_connect_label_example() autocomplete="off" aria-invalid=wrong />
                    </div>
                    <AccessField reads_only=reads_only />
                </div>
                <Outcome of=outcome />
                <div class="row">
                    <button class="button button--primary" name="do" value="show">{words::server_connect_show()}</button>
                    <button class="button" name="do" value="profile" aria-describedby="apple-hint">{words::server_connect_apple()}</button>
                </div>
                <p id="apple-hint" class="hint">{words::server_connect_apple_hint()}</p>
            </form>
        </section>
    }
}

/// What an app password may be used for.
#[component]
pub(super) fn AccessField(reads_only: bool) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for="access">{words::server_settings_may()}</label>
            <select id="access" class="select" name="access">
                <option value="write" selected=!reads_only>{words::server_settings_may_write()}</option>
                <option value="read" selected=reads_only>{words::server_settings_may_read()}</option>
            </select>
        </div>
    }
}

#[component]
fn HowTo(url: String) -> impl IntoView {
    let programs = [
        (
            words::server_connect_how_apple(),
            vec![
                words::server_connect_how_apple_begin().to_owned(),
                words::server_connect_how_apple_install().to_owned(),
                words::server_connect_how_apple_without().to_owned(),
            ],
        ),
        (
            words::server_connect_how_davx(),
            vec![words::server_connect_how_davx_scan().to_owned(), words::server_connect_how_davx_flow(&url)],
        ),
        (
            words::server_connect_how_thunderbird(),
            vec![
                words::server_connect_how_thunderbird_where(&url),
                words::server_connect_how_thunderbird_password().to_owned(),
            ],
        ),
    ];
    let programs: Vec<_> = programs
        .into_iter()
        .map(|(name, steps)| {
            let steps: Vec<_> = steps.into_iter().map(|step| view! { <li>{step}</li> }).collect();
            view! {
                <details class="connect__how">
                    <summary>{name}</summary>
                    <ol class="connect__steps">{steps}</ol>
                </details>
            }
        })
        .collect();
    view! {
        <section class="card section" aria-labelledby="how">
            <h2 id="how">{words::server_connect_how()}</h2>
            <div>{programs}</div>
            <p class="hint"><a href="/settings#app-passwords">{words::server_connect_revoke()}</a></p>
        </section>
    }
}

#[component]
fn Records(domain: String, records: Vec<String>) -> impl IntoView {
    view! {
        <section class="card section" aria-labelledby="dns">
            <h2 id="dns">{words::server_connect_dns()}</h2>
            <p>{words::server_connect_dns_lead(&domain)}</p>
            <pre class="connect__records" tabindex="0" role="region" aria-label=words::server_connect_dns_records()>{records.join("\n")}</pre>
        </section>
    }
}
