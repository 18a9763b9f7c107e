use super::api::ChangePassword;
use crate::flash::{Flash, outcome_of};
use crate::ui::Outcome;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn PasswordForm(flash: Option<Flash>) -> impl IntoView {
    let outcome = outcome_of(flash.as_ref(), "password");
    view! {
        <section class="card section" aria-labelledby="password-title">
            <h2 id="password-title">"Password"</h2>
            <form class="stack" action=ChangePassword::url() method="post">
                <div class="field">
                    <label class="label" for="current">
                        "Current password"
                    </label>
                    <input id="current" class="input" type="password" name="current" required autocomplete="current-password" />
                </div>
                <div class="field">
                    <label class="label" for="new">
                        "New password"
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
                        "At least 10 characters. Every other browser is signed out."
                    </p>
                </div>
                <div class="field">
                    <label class="label" for="repeated">
                        "The same again"
                    </label>
                    <input id="repeated" class="input" type="password" name="repeated" required minlength="10" autocomplete="new-password" />
                </div>
                <Outcome of=outcome />
                <div class="row">
                    <button class="button">"Change password"</button>
                </div>
            </form>
        </section>
    }
}
