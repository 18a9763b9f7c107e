//! Who one is: name, address of e-mail, picture.

use super::api::Settings;
use crate::flash::outcome_of;
use crate::ui::{Avatar, Outcome};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;

/// The forms, where it is said what became of them.
pub const FORM: &str = "profile";
pub const PICTURE_FORM: &str = "picture";

#[component]
pub fn ProfileSection(viewer: Viewer, settings: Settings) -> impl IntoView {
    let flash = settings.flash.as_ref();
    let kept = |field: &str| flash.filter(|flash| flash.form == FORM).and_then(|flash| flash.kept(field));
    let name = kept("name").unwrap_or_else(|| viewer.name.clone());
    let email = kept("email").unwrap_or_else(|| viewer.email.clone().unwrap_or_default());
    let (outcome, of_picture) = (outcome_of(flash, FORM), outcome_of(flash, PICTURE_FORM));
    let follows = (!settings.follows.is_empty()).then(|| {
        view! { <p class="hint">{words::server_profile_follows(&settings.follows.join(", "))}</p> }
    });
    view! {
        <section class="card section" aria-labelledby="you">
            <h2 id="you">{words::server_settings_you()}</h2>
            {view! { <PictureForms name=viewer.name.clone() picture=settings.picture /> }.into_any()}
            <Outcome of=of_picture />
            <form class="stack" action="/settings/profile" method="post">
                <div class="grid-2">
                    <div class="field">
                        <label class="label" for="own-name">{words::server_settings_name()}</label>
                        <input id="own-name" class="input" name="name" dir="auto" value=name required maxlength="250" autocomplete="name" />
                    </div>
                    <div class="field">
                        <label class="label" for="own-email">{words::server_settings_e_mail()}</label>
                        <input id="own-email" class="input" type="email" name="email" value=email maxlength="254" autocomplete="email" />
                    </div>
                </div>
                <p class="hint">{words::server_addresses_entered()}</p>
                {follows}
                <p class="hint">{words::server_profile_user_name(&viewer.slug)}</p>
                <Outcome of=outcome />
                <div class="row">
                    <button class="button">{words::server_profile_save()}</button>
                </div>
            </form>
        </section>
    }
}

#[component]
fn PictureForms(name: String, picture: Option<String>) -> impl IntoView {
    let remove = picture.is_some().then(|| {
        view! {
            <form action="/settings/picture/remove" method="post">
                <button class="button">{words::server_profile_picture_remove()}</button>
            </form>
        }
    });
    view! {
        <div class="profile__picture">
            <Avatar name=name picture=picture />
            <form class="inline-form" action="/settings/picture" method="post" enctype="multipart/form-data">
                <div class="field">
                    <label class="label" for="picture">{words::server_profile_picture()}</label>
                    <input id="picture" class="input" type="file" name="picture" accept="image/png,image/jpeg,image/webp" required aria-describedby="picture-hint" />
                </div>
                <button class="button">{words::server_profile_picture_set()}</button>
            </form>
            {remove}
        </div>
        <p id="picture-hint" class="hint">{words::server_profile_picture_hint()}</p>
    }
}
