//! A value to take along to another program.

use super::Icon;
use super::icon;
use crate::browser;
use leptos::html;
use leptos::prelude::*;

/// A value that can be selected, and copied with one press.
#[component]
pub fn CopyField(
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    /// Id of the field; unique in the page.
    id: &'static str,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let copied = RwSignal::new(false);
    let to_copy = value.clone();
    let copy = move |_| {
        if let Some(input) = input.get_untracked() {
            input.select();
        }
        browser::copy(&to_copy, move |done| {
            copied.set(done);
            if done {
                set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
            }
        });
    };
    view! {
        <div class="field">
            <label class="label" for=id>
                {label.clone()}
            </label>
            <div class="copy-field">
                <input
                    node_ref=input
                    id=id
                    class="input copy-field__value"
                    readonly
                    value=value
                    on:focus=move |_| {
                        if let Some(input) = input.get_untracked() {
                            input.select();
                        }
                    }
                />
                <button
                    type="button"
                    class="button needs-script copy-field__button"
                    aria-label=format!("Copy {}", label.to_lowercase())
                    on:click=copy
                >
                    {move || {
                        if copied.get() {
                            view! {
                                <Icon d=icon::CHECK />
                                <span role="status">"Copied"</span>
                            }
                                .into_any()
                        } else {
                            view! {
                                <Icon d=icon::COPY />
                                <span>"Copy"</span>
                            }
                                .into_any()
                        }
                    }}
                </button>
            </div>
        </div>
    }
}
