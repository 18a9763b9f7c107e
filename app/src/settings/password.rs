use super::api::ChangePassword;
use crate::flash::{Flash, outcome_of};
use crate::ui::Outcome;
use crate::words;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn PasswordForm(flash: Option<Flash>) -> impl IntoView {
    let outcome = outcome_of(flash.as_ref(), "password");
    view! {
        <section class="card section" aria-labelledby="password-title">
            <h2 id="password-title">{words::common_password()}</h2>
            <form class="stack" action=ChangePassword::url() method="post">
                <div class="field">
                    <label class="label" for="current">
                        {words::server_settings_current_password()}
                    </label>
                    <input id="current" class="input" type="password" name="current" required autocomplete="current-password" />
                </div>
                <div class="field">
                    <label class="label" for="new">
                        {words::server_settings_new_password()}
                    </label>
                    <input
                        id="new"
                        class="input"
                        type="password"
                        name="new"
                        required
                        minlength="10"
                        autocomplete="new-password"
                        aria-describedby="new-hint"
                    />
                    <p id="new-hint" class="hint">
                        {words::server_settings_new_password_hint()}
                    </p>
                </div>
                <div class="field">
                    <label class="label" for="repeated">
                        {words::server_settings_same_again()}
                    </label>
                    <input id="repeated" class="input" type="password" name="repeated" required minlength="10" autocomplete="new-password" />
                </div>
                <Outcome of=outcome />
                <div class="row">
                    <button class="button">{words::server_settings_change_password()}</button>
                </div>
            </form>
        </section>
    }
}
