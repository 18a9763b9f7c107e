//! `/settings`: how a person wants dates and times, their password, and the app passwords of their other programs.

pub mod api;
mod app_passwords;
mod password;
mod preferences;

use crate::ui::{Failed, Frame, SignedIn};
use crate::wire::Viewer;
use crate::words;
use api::{Settings, load_settings};
use app_passwords::AppPasswords;
use leptos::prelude::*;
use leptos_meta::Title;
use password::PasswordForm;
use preferences::PreferencesForm;

#[component]
pub fn SettingsPage() -> impl IntoView {
    let settings = Resource::new(|| (), |()| load_settings());
    view! {
        <Title text=words::common_settings() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer.clone() class="page--narrow settings">
                    <h1>{words::common_settings()}</h1>
                    <Transition>
                        {move || {
                            let viewer = viewer.clone();
                            Suspend::new(async move {
                                match settings.await {
                                    Ok(loaded) => {
                                        view! { <Sections viewer=viewer settings=loaded /> }
                                            .into_any()
                                    }
                                    Err(error) => {
                                        view! {
                                            <Failed error=error />
                                        }
                                            .into_any()
                                    }
                                }
                            })
                        }}
                    </Transition>
                </Frame>
            }
        } />
    }
}

#[component]
fn Sections(viewer: Viewer, settings: Settings) -> impl IntoView {
    let is_admin = viewer.is_admin;
    view! {
        <section class="card section" aria-labelledby="you">
            <h2 id="you">{words::settings_you()}</h2>
            <dl class="facts">
                <div>
                    <dt>{words::settings_name()}</dt>
                    <dd>{viewer.name.clone()}</dd>
                </div>
                <div>
                    <dt>{words::common_user_name()}</dt>
                    <dd>{viewer.slug.clone()}</dd>
                </div>
                {viewer.email.clone().map(|email| view! {
                    <div>
                        <dt>{words::settings_e_mail()}</dt>
                        <dd>{email}</dd>
                    </div>
                })}
            </dl>
        </section>
        {view! { <PreferencesForm viewer=viewer.clone() settings=settings.clone() /> }.into_any()}
        {view! { <AppPasswords viewer=viewer settings=settings.clone() /> }.into_any()}
        {view! { <PasswordForm flash=settings.flash /> }.into_any()}
        <section class="card section" aria-labelledby="sharing">
            <h2 id="sharing">{words::server_sharing_link()}</h2>
            <div class="row">
                <a class="button" href="/shared">{words::server_sharing_shared_title()}</a>
                <a class="button" href="/groups">{words::server_teams_title()}</a>
            </div>
        </section>
        {is_admin.then(|| view! {
            <section class="card section" aria-labelledby="server">
                <h2 id="server">{words::server_settings_server()}</h2>
                <p><a class="button" href="/admin/jobs">{words::server_jobs_title()}</a></p>
            </section>
        })}
    }
}
