//! The controls of the form: each has the id `event-{name}` and, below it, a place for what is wrong with it.

use super::fields::FieldError;
use crate::ui::{Icon, icon};
use leptos::prelude::*;

/// What is wrong with the fields of a form.
pub type Errors = RwSignal<Vec<FieldError>>;

/// How a control asks for its value beyond its name: attributes of HTML's `input`.
#[derive(Clone, Copy, Default)]
pub struct Kind {
    pub input_type: Option<&'static str>,
    pub min: Option<&'static str>,
    pub max: Option<&'static str>,
    pub inputmode: Option<&'static str>,
}

impl Kind {
    pub const TEXT: Kind = Kind { input_type: None, min: None, max: None, inputmode: None };

    pub const fn number(max: &'static str) -> Kind {
        Kind { input_type: Some("number"), min: Some("1"), max: Some(max), inputmode: Some("numeric") }
    }
}

/// An input, without its label and error.
#[component]
pub fn Control(
    name: &'static str,
    kind: Kind,
    value: String,
    errors: Errors,
    #[prop(optional)] class: &'static str,
    /// Its name for screen readers, where no label stands beside it.
    #[prop(optional_no_strip)]
    label: Option<&'static str>,
) -> impl IntoView {
    view! {
        <input
            id=format!("event-{name}")
            class=format!("input {class}")
            type=kind.input_type
            name=name
            dir="auto"
            min=kind.min
            max=kind.max
            inputmode=kind.inputmode
            aria-label=label
            value=value
            aria-invalid=invalid(errors, name)
            aria-describedby=error_id(name)
        />
    }
    .into_any()
}

/// An input for a date, with the button that opens the [`super::picker`] and says `pick`.
pub fn date_field(
    name: &'static str,
    value: String,
    errors: Errors,
    class: &'static str,
    label: Option<&'static str>,
    pick: &'static str,
) -> AnyView {
    view! {
        <div class=format!("date-field {class}")>
            <Control name=name kind=Kind::TEXT value=value errors=errors label=label />
            <button type="button" class="date-field__open" data-pick=name aria-label=pick title=pick>
                <Icon d=icon::CALENDAR />
            </button>
        </div>
    }
    .into_any()
}

/// A choice from a short list, without its label and error.
#[component]
pub fn Choice(
    name: &'static str,
    errors: Errors,
    #[prop(optional)] class: &'static str,
    #[prop(optional)] label: Option<&'static str>,
    options: AnyView,
) -> impl IntoView {
    view! {
        <select
            id=format!("event-{name}")
            class=format!("select {class}")
            name=name
            aria-label=label
            aria-invalid=invalid(errors, name)
            aria-describedby=error_id(name)
        >
            {options}
        </select>
    }
    .into_any()
}

/// One of the options of a [`Choice`].
pub fn option(value: impl Into<String>, text: impl Into<String>, chosen: bool) -> AnyView {
    view! {
        <option value=value.into() selected=chosen>
            {text.into()}
        </option>
    }
    .into_any()
}

#[component]
pub fn Label(name: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <label class="label" for=format!("event-{name}")>
            {text}
        </label>
    }
    .into_any()
}

/// What is wrong with one field.
#[component]
pub fn ErrorText(errors: Errors, field: &'static str) -> impl IntoView {
    let text = move || {
        errors.with(|errors| errors.iter().find(|error| error.field == field).map(|error| error.message.clone()))
    };
    view! {
        <p id=error_id(field) class="field-error" hidden=move || text().is_none()>
            {text}
        </p>
    }
    .into_any()
}

pub fn error_id(field: &str) -> String {
    format!("event-{field}-error")
}

/// The value of `aria-invalid`.
pub fn invalid(errors: Errors, field: &'static str) -> Signal<Option<&'static str>> {
    Signal::derive(move || errors.with(|errors| errors.iter().any(|error| error.field == field)).then_some("true"))
}

/// A line feed right after the start tag would be dropped by the browser's parser.
pub fn text_content(text: &str) -> String {
    if text.starts_with('\n') { format!("\n{text}") } else { text.to_owned() }
}
