//! What is typed into the form: read from its controls and written to them.

use super::fields::{EventFields, WEEKDAYS};
use crate::dom::find;
use crate::notation::Format;
use crate::reading::Reader;
use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{FormData, HtmlElement, HtmlFormElement, HtmlInputElement};

/// The values of the form's controls.
pub fn read(form: &HtmlFormElement, reader: Reader) -> EventFields {
    let Ok(data) = FormData::new_with_form(form) else { return EventFields::default() };
    EventFields::read(|name| data.get_all(name).iter().filter_map(|value| value.as_string()).collect(), reader)
}

/// The value of one control.
pub fn value_of(form: &HtmlFormElement, name: &str) -> Option<String> {
    FormData::new_with_form(form).ok()?.get(name).as_string()
}

/// Fills a control.
pub fn set(form: &HtmlFormElement, name: &str, value: &str) {
    if let Some(input) = input(form, &format!("[name={name}]")) {
        input.set_value(value);
    }
}

/// The name of the control that it happened to.
pub fn name_of(event: &Event) -> String {
    let control = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    control.and_then(|control| control.get_attribute("name")).unwrap_or_default()
}

/// Writes a date or a time into its control; `false` for other controls.
pub fn show(form: &HtmlFormElement, typed: &EventFields, name: &str, format: Format) -> bool {
    let text = typed.shown(name, format);
    if let Some(text) = &text {
        set(form, name, text);
    }
    text.is_some()
}

/// Ticks these days and no others.
pub fn set_weekdays(form: &HtmlFormElement, days: &[String]) {
    for (code, _) in WEEKDAYS {
        if let Some(input) = input(form, &format!("[name=weekdays][value={code}]")) {
            input.set_checked(days.iter().any(|day| day == code));
        }
    }
}

fn input(form: &HtmlFormElement, selector: &str) -> Option<HtmlInputElement> {
    find(form, selector)?.dyn_into().ok()
}

/// Moves the focus to the first control that is marked as wrong, once it is.
pub fn focus_first_error(form: NodeRef<html::Form>) {
    request_animation_frame(move || {
        let control = form.try_get_untracked().flatten().and_then(|form| {
            find(&form, "[aria-invalid=true]").or_else(|| {
                // Groups show what is wrong but have no control of their own.
                find(&form, ".field-error:not([hidden])")
            })
        });
        if let Some(control) = control.and_then(|control| control.dyn_into::<HtmlElement>().ok()) {
            control.scroll_into_view();
            let _ = control.focus();
        }
    });
}
