use crate::api::account::ChangePassword;
use crate::flash::{Flash, outcome_of};
use crate::ui::Outcome;
use crate::ui::outcome::latest;
use leptos::html;
use leptos::prelude::*;

#[component]
pub fn PasswordForm(flash: Option<Flash>) -> impl IntoView {
    let change = ServerAction::<ChangePassword>::new();
    let outcome = latest(change, outcome_of(flash.as_ref(), "password"));
    let fields = [NodeRef::<html::Input>::new(), NodeRef::new(), NodeRef::new()];
    Effect::new(move |_| {
        if let Some(Ok(_)) = change.value().get() {
            for field in fields.iter().filter_map(|field| field.get_untracked()) {
                field.set_value("");
            }
        }
    });
    let [current, new, repeated] = fields;
    view! {
        <section class="card section" aria-labelledby="password-title">
            <h2 id="password-title">"Password"</h2>
            <ActionForm action=change attr:class="stack">
                <div class="field">
                    <label class="label" for="current">
                        "Current password"
                    </label>
                    <input node_ref=current id="current" class="input" type="password" name="current" required autocomplete="current-password" />
                </div>
                <div class="field">
                    <label class="label" for="new">
                        "New password"
                    </label>
                    <input
                        node_ref=new
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
                    <input node_ref=repeated id="repeated" class="input" type="password" name="repeated" required minlength="10" autocomplete="new-password" />
                </div>
                <Outcome of=outcome />
                <div class="row">
                    <button class="button">"Change password"</button>
                </div>
            </ActionForm>
        </section>
    }
}
