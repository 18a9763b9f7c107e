//! `/settings`: who a person is, how they want dates, times and the agenda, their password, the browsers and other programs that they
//! are signed in with, and everything to take along.

pub mod addresses;
pub mod agenda;
pub mod api;
mod app_passwords;
pub mod embed;
mod identities;
mod password;
mod preferences;
pub mod profile;
mod sessions;
mod user_agent;
pub use user_agent::in_words as browser_name;

use crate::ui::{Failed, Frame, SignedIn};
use crate::wire::Viewer;
use crate::words;
use addresses::AddressesSection;
use agenda::AgendaForm;
use api::{Settings, load_settings};
use app_passwords::AppPasswords;
pub use embed::EmbedPage;
pub use identities::FORM as IDENTITIES_FORM;
use identities::Identities;
use leptos::prelude::*;
use leptos_meta::Title;
use password::PasswordForm;
use preferences::PreferencesForm;
use profile::ProfileSection;
use sessions::Sessions;

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
        {view! { <ProfileSection viewer=viewer.clone() settings=settings.clone() /> }.into_any()}
        {view! { <AddressesSection settings=settings.clone() /> }.into_any()}
        {view! { <PreferencesForm viewer=viewer.clone() settings=settings.clone() /> }.into_any()}
        {view! { <AgendaForm viewer=viewer.clone() settings=settings.clone() /> }.into_any()}
        {view! { <AppPasswords viewer=viewer.clone() settings=settings.clone() /> }.into_any()}
        {view! { <Sessions viewer=viewer.clone() settings=settings.clone() /> }.into_any()}
        {view! { <Identities viewer=viewer.clone() settings=settings.clone() /> }.into_any()}
        {settings.passwords.then(|| view! { <PasswordForm flash=settings.flash /> }.into_any())}
        <section class="card section" aria-labelledby="accounts">
            <h2 id="accounts">{words::server_accounts_title()}</h2>
            <p>{words::server_accounts_lead()}</p>
            <p><a class="button" href=crate::remote_accounts::PATH>{words::server_accounts_title()}</a></p>
        </section>
        <section class="card section" aria-labelledby="take-out">
            <h2 id="take-out">{words::server_take_out()}</h2>
            <p>{words::server_take_out_lead()}</p>
            <p><a class="button" href="/settings/export.zip" download="">{words::server_take_out_do()}</a></p>
        </section>
        <section class="card section" aria-labelledby="sharing">
            <h2 id="sharing">{words::server_sharing_link()}</h2>
            <div class="row">
                <a class="button" href="/shared">{words::server_sharing_shared_title()}</a>
                <a class="button" href="/groups">{words::server_teams_title()}</a>
                <a class="button" href=crate::delegates::PATH>{words::server_delegates_title()}</a>
                <a class="button" href=crate::reminders::PATH>{words::server_reminders_title()}</a>
                <a class="button" href="/settings/subscriptions">{words::server_subscriptions_title()}</a>
                <a class="button" href="/settings/embed">{words::server_embed_title()}</a>
            </div>
        </section>
        {is_admin.then(|| view! {
            <section class="card section" aria-labelledby="server">
                <h2 id="server">{words::server_settings_server()}</h2>
                <p class="row">
                    <a class="button" href="/admin/people">{words::server_people_title()}</a>
                    <a class="button" href="/admin/jobs">{words::server_jobs_title()}</a>
                </p>
            </section>
        })}
    }
}
