//! Fields that the forms of shares and of teams have in common.

use super::{PartyInfo, Refusal, Wanted};
use crate::ui::{Failed, Icon, icon};
use crate::wire::ApiError;
use crate::words;
use leptos::prelude::*;

/// What is wrong with the field of this id, beneath it.
pub fn field_error(field: &str, error: Option<String>) -> AnyView {
    let id = error_id(field);
    error.map(|error| view! { <p id=id class="field-error" role="alert">{error}</p> }).into_any()
}

pub fn error_id(field: &str) -> String {
    format!("{field}-error")
}

/// What a form came to, above everything: what was done, or why not where no field is at fault.
#[component]
pub fn Came(said: Option<String>, refused: Option<ApiError>) -> impl IntoView {
    let said = said.map(|said| {
        view! {
            <p class="notice notice--success" role="status">
                <Icon d=icon::CHECK />
                <span dir="auto">{said}</span>
            </p>
        }
    });
    view! {
        {refused.map(|error| view! { <Failed error=error /> })}
        {said}
    }
}

/// A field for a date, which may be empty.
#[component]
pub fn DayField(
    id: String,
    name: &'static str,
    label: &'static str,
    value: String,
    #[prop(optional)] hint: &'static str,
    #[prop(default = None)] error: Option<String>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let described = match error {
        Some(_) => Some(error_id(&id)),
        None => (!hint.is_empty()).then(|| hint_id.clone()),
    };
    let wrong = error.is_some().then_some("true");
    let message = field_error(&id, error);
    view! {
        <div class="field">
            <label class="label" for=id.clone()>{label}</label>
            <input id=id class="input" type="date" name=name value=value aria-describedby=described aria-invalid=wrong />
            {(!hint.is_empty()).then(|| view! { <p id=hint_id class="hint">{hint}</p> })}
            {message}
        </div>
    }
}

/// One of a few, each with a sentence that says what it means.
#[component]
pub fn Radios(
    name: &'static str,
    legend: &'static str,
    chosen: String,
    /// Value, what it is called, what it means.
    options: Vec<(String, String, String)>,
    #[prop(default = None)] error: Option<String>,
) -> impl IntoView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, title, what)| {
            let checked = value == chosen;
            let what = (!what.is_empty()).then(|| view! { <span class="hint">{what}</span> });
            view! {
                <label class="choice choice--explained">
                    <input class="checkbox" type="radio" name=name value=value checked=checked />
                    <span>
                        <span dir="auto">{title}</span>
                        {what}
                    </span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="field">
            <legend class="label">{legend}</legend>
            {options}
            {field_error(name, error)}
        </fieldset>
    }
}

/// The name of a person or team, and after it those whom it may mean.
#[component]
pub fn NameField(
    id: &'static str,
    wanted: Wanted,
    refusal: Option<Refusal>,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    let error = refusal.as_ref().and_then(|refusal| refusal.at(&["name", "with"]));
    let offered = refusal.map(|refusal| refusal.offered().to_vec()).unwrap_or_default();
    let hint_id = format!("{id}-hint");
    let described = if error.is_some() { error_id(id) } else { hint_id.clone() };
    let wrong = error.is_some().then_some("true");
    let asked = wanted.name.clone();
    let choice = (!offered.is_empty()).then(|| {
        let options = offered.into_iter().map(which).collect();
        view! {
            <input type="hidden" name="asked" value=asked />
            <Radios name="which" legend=words::server_sharing_which() chosen=wanted.which.clone() options=options />
        }
    });
    view! {
        <div class=format!("stack {class}")>
            <div class="field">
                <label class="label" for=id>{words::server_sharing_name()}</label>
                <input id=id class="input" name="name" dir="auto" value=wanted.name maxlength="250" autocomplete="off" spellcheck="false" aria-describedby=described aria-invalid=wrong />
                <p id=hint_id class="hint">{words::server_sharing_name_hint()}</p>
                {field_error(id, error)}
            </div>
            {choice}
        </div>
    }
}

fn which(party: PartyInfo) -> (String, String, String) {
    let what = format!("{} · {}", party.kind.words(), party.slug);
    (party.slug, party.name, what)
}

/// A question behind a button, whose answer destroys: `do` and who it is about are the form's fields.
#[component]
pub fn Sure(
    action: String,
    label: &'static str,
    /// What follows from it.
    what: &'static str,
    /// Whom it is about, for those who do not see where it stands.
    about: String,
    fields: Vec<(&'static str, String)>,
    #[prop(default = None)] sure: Option<&'static str>,
) -> impl IntoView {
    let fields: Vec<_> =
        fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect();
    view! {
        <details class="revoke" name="row">
            <summary class="button button--small sure">
                <span>{label}</span>
                <span>{words::common_keep()}</span>
                <span class="visually-hidden" dir="auto">{about.clone()}</span>
            </summary>
            <form class="revoke__sure" method="post" action=action>
                {fields}
                <p>{what}</p>
                <button class="button button--small button--danger">
                    {sure.unwrap_or(label)}
                    <span class="visually-hidden" dir="auto">" " {about}</span>
                </button>
            </form>
        </details>
    }
}
