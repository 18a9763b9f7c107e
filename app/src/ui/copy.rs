//! A value to take along to another program.

use super::Icon;
use super::icon;
use crate::words;
use leptos::prelude::*;

/// A value that can be selected, and copied with one press (by the script of the pages that have no WebAssembly).
#[component]
pub fn CopyField(
    label: &'static str,
    /// Names the button for screen readers.
    copy: &'static str,
    #[prop(into)] value: String,
    /// Id of the field; unique in the page.
    id: &'static str,
    /// Id of what is said about it.
    #[prop(optional)]
    hint: Option<&'static str>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for=id>
                {label}
            </label>
            <div class="copy-field">
                <input id=id class="input copy-field__value" readonly value=value aria-describedby=hint />
                <button type="button" class="button needs-script copy-field__button" aria-label=copy data-copies=id data-copied=words::common_copied()>
                    <Icon d=icon::COPY />
                    <span role="status">{words::common_copy()}</span>
                </button>
            </div>
        </div>
    }
}
