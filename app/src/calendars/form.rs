//! The form of a calendar, and the dialog that shows it.

use super::api::{delete_calendar, inspect_calendar, save_calendar};
use super::{COLORS, CalendarFields, OTHER_COLOR, StoredCalendar};
use crate::event::fields::FieldError;
use crate::state::{AgendaRefresh, Calendars};
use crate::thin::{Effect, OnAttribute};
use crate::ui::{Cancel, CloseButton, Dialog, Icon, fixed, form_buttons, heading_level, icon, sure_summary};
use crate::undo::Toasts;
use crate::wire::{ApiError, CalendarId, UndoKey, key_of_deletion};
use crate::words;
use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{FormData, HtmlFormElement};

/// What the dialog is open for: a new calendar, or one that is there.
pub type CalendarTarget = RwSignal<Option<Option<CalendarId>>>;

/// What was done with a calendar, and the key by which it is taken back; empty where there is none.
pub struct Done {
    pub said: &'static str,
    pub undo: UndoKey,
}

/// Changes calendars beside the agenda. It must be below a [`Calendars`] context.
#[component]
pub fn CalendarDialog(target: CalendarTarget) -> impl IntoView {
    let calendars = expect_context::<Calendars>();
    let refresh = expect_context::<AgendaRefresh>();
    let toasts = expect_context::<Toasts>();
    let shown = RwSignal::new(None::<(Option<StoredCalendar>, CalendarFields)>);
    Effect::new(move |_| match target.get() {
        None => shown.set(None),
        Some(None) => {
            let taken = calendars.list.with_untracked(Vec::len);
            shown.set(Some((None, CalendarFields::new(taken))));
        }
        Some(Some(id)) => leptos::task::spawn_local(async move {
            let found = inspect_calendar(id).await;
            if target.try_get_untracked() != Some(Some(Some(id))) {
                return;
            }
            match found {
                Ok(stored) => {
                    let fields = CalendarFields::of(&stored.calendar);
                    shown.set(Some((Some(stored), fields)));
                }
                Err(error) => {
                    target.set(None);
                    toasts.error(error.to_string());
                }
            }
        }),
    });
    let close = Callback::new(move |()| target.set(None));
    let done = Callback::new(move |Done { said, undo }| {
        target.set(None);
        calendars.reload();
        refresh.notify();
        toasts.undoable(said, &undo);
    });
    let open = Signal::derive(move || shown.with(Option::is_some));
    view! {
        <Dialog open=open on_dismiss=close labelled_by="calendar-heading" class="dialog--small calendar-dialog">
            {move || {
                shown
                    .get()
                    .map(|(stored, fields)| {
                        view! { <CalendarForm stored=stored fields=fields error=None on_done=done cancel=Cancel::Close(close) /> }
                    })
            }}
        </Dialog>
    }
}

/// The form of a new calendar or of one that is there.
#[component]
pub fn CalendarForm(
    stored: Option<StoredCalendar>,
    fields: CalendarFields,
    /// Why the form could not be saved when it was posted without WebAssembly.
    error: Option<ApiError>,
    /// Hears what was done.
    on_done: Callback<Done>,
    cancel: Cancel,
) -> impl IntoView {
    let state = FormState {
        id: stored.as_ref().map(|stored| stored.calendar.id),
        form: NodeRef::new(),
        name: NodeRef::new(),
        error: RwSignal::new(error),
        busy: RwSignal::new(false),
        on_done,
    };
    let FormState { id, form, name, busy, .. } = state;
    let on_cancel = cancel.close();
    let label = if id.is_some() { words::common_save() } else { words::common_create() };
    Effect::new(move |_| {
        if on_cancel.is_some()
            && let Some(input) = name.get()
        {
            let _ = input.focus();
        }
    });
    let heading = if id.is_some() { words::common_calendar() } else { words::calendars_new() };
    let editable = stored.as_ref().is_none_or(|stored| stored.calendar.editable);
    let access = stored.as_ref().map(|stored| (stored.calendar.owned, stored.calendar.administered));
    let delete = stored.filter(|stored| stored.calendar.owned).map(|stored| {
        view! { <DeleteFields stored=stored on_confirm=Callback::new(move |event| state.delete(&event)) /> }
    });
    let export = id.zip(access).map(|(id, (owned, administered))| {
        let administer = administered.then(|| {
            view! {
                <a href=format!("/calendars/{id}/sharing")>{words::calendars_share()}</a>
                <a href=format!("/calendars/{id}/changes")>{words::common_history()}</a>
            }
        });
        let leave = (!owned).then(|| view! { <a href="/shared">{words::calendars_leave()}</a> });
        view! {
            <p class="hint row">
                {administer}
                {leave}
                <a href=format!("/calendars/{id}/export.ics") rel="external" download>
                    {words::calendars_download()}
                </a>
            </p>
        }
    });
    view! {
        <form
            node_ref=form
            class="calendar-form"
            method="post"
            autocomplete="off"
            novalidate
            aria-labelledby="calendar-heading"
            on:submit=move |event| state.submit(&event)
        >
            <div class="dialog__head">
                <h2 id="calendar-heading" {..heading_level(on_cancel.is_none().then_some("1"))}>{heading}</h2>
                {on_cancel.map(|cancel| view! { <CloseButton on_close=cancel /> })}
            </div>
            <div class="dialog__body">
                {state.notice()}
                {state.name_field(&fields.name)}
                <ColorFields color=fields.color.clone() />
                {editable.then(|| view! {
                    <label class="choice">
                        <input class="checkbox" type="checkbox" name="is_default" checked=fields.is_default />
                        {words::calendars_new_events()}
                    </label>
                })}
                {export}
            </div>
            <div class="dialog__foot calendar-form__foot">
                {form_buttons(cancel, Signal::stored(label), None, busy)}
            </div>
            {delete}
        </form>
    }
    .into_any()
}

/// What the form knows while it is open: handles alone.
#[derive(Clone, Copy)]
struct FormState {
    /// That of a calendar that is there.
    id: Option<CalendarId>,
    form: NodeRef<html::Form>,
    name: NodeRef<html::Input>,
    error: RwSignal<Option<ApiError>>,
    busy: RwSignal<bool>,
    on_done: Callback<Done>,
}

impl FormState {
    fn submit(self, event: &SubmitEvent) {
        event.prevent_default();
        let Some(form) = self.form.get_untracked() else { return };
        let fields = read(&form);
        if let Err(FieldError { field, message }) = fields.check() {
            self.error.set(Some(ApiError::BadInput { field, message }));
            if let Some(input) = self.name.get_untracked() {
                let _ = input.focus();
            }
            return;
        }
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let saved = save_calendar(self.id, fields).await;
            let _ = self.busy.try_set(false);
            match saved {
                Ok(()) => {
                    let said = if self.id.is_some() { words::calendars_saved() } else { words::calendars_created() };
                    self.on_done.run(Done { said, undo: UndoKey::new() });
                }
                Err(why) => drop(self.error.try_set(Some(why))),
            }
        });
    }

    fn delete(self, event: &MouseEvent) {
        event.prevent_default();
        let Some(id) = self.id else { return };
        leptos::task::spawn_local(async move {
            match delete_calendar(id).await {
                Ok(()) => self.on_done.run(Done { said: words::calendars_deleted(), undo: key_of_deletion(id) }),
                Err(why) => drop(self.error.try_set(Some(why))),
            }
        });
    }

    /// What is wrong with one field.
    fn field_error(self, field: &str) -> Option<String> {
        self.error.with(|error| match error {
            Some(ApiError::BadInput { field: wrong, message }) if wrong == field => Some(message.clone()),
            _ => None,
        })
    }

    /// What is wrong with none of the fields.
    fn other_error(self) -> Option<String> {
        self.error.with(|error| match error {
            Some(ApiError::BadInput { field, .. }) if field == "name" || field == "color" => None,
            Some(error) => Some(error.to_string()),
            None => None,
        })
    }

    fn notice(self) -> AnyView {
        view! {
            <div role="alert" class="event-form__notice">
                {move || {
                    self.other_error()
                        .map(|text| {
                            view! {
                                <p class="notice notice--error">
                                    <Icon d=icon::ALERT />
                                    <span>{text}</span>
                                </p>
                            }
                        })
                }}
            </div>
        }
        .into_any()
    }

    fn name_field(self, name: &str) -> AnyView {
        view! {
            <div class="field">
                <label class="label" for="calendar-name">
                    {words::calendars_name()}
                </label>
                <input
                    node_ref=self.name
                    id="calendar-name"
                    class="input"
                    name="name"
                    dir="auto"
                    maxlength="250"
                    value=name.to_owned()
                    aria-invalid=move || self.field_error("name").map(|_| "true")
                    aria-describedby="calendar-name-error"
                />
                <p id="calendar-name-error" class="field-error" hidden=move || self.field_error("name").is_none()>
                    {move || self.field_error("name")}
                </p>
            </div>
        }
        .into_any()
    }
}

/// The colours on offer, and a place for another one.
#[component]
fn ColorFields(color: String) -> impl IntoView {
    let known = COLORS.iter().any(|code| code.eq_ignore_ascii_case(&color));
    let other = RwSignal::new(if known { "#607d8b".to_owned() } else { color.chars().take(7).collect() });
    let other_radio = NodeRef::<html::Input>::new();
    let swatches = COLORS
        .iter()
        .zip(1..)
        .map(|(code, number)| {
            let name = words::calendars_colour(number);
            view! {
                <label class="color" style=format!("--calendar: {code}") title=name>
                    <input
                        type="radio"
                        name="color"
                        value=*code
                        aria-label=name
                        checked=code.eq_ignore_ascii_case(&color)
                    />
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="colors">
            {fixed(&["<legend class=\"label\">", words::calendars_field_colour(), "</legend>"])}
            <div class="colors__row">
                {swatches}
                <span class="colors__other">
                    <label class="color" style=move || format!("--calendar: {}", other.get()) title=words::calendars_other_colour()>
                        <input
                            node_ref=other_radio
                            type="radio"
                            name="color"
                            value=OTHER_COLOR
                            aria-label=words::calendars_other_colour()
                            checked=!known
                        />
                    </label>
                    <input
                        type="color"
                        name="other_color"
                        aria-label=words::calendars_the_other_colour()
                        value=other.get_untracked()
                        on:input=move |event| {
                            other.set(event_target_value(&event));
                            if let Some(radio) = other_radio.get_untracked() {
                                radio.set_checked(true);
                            }
                        }
                    />
                </span>
            </div>
        </fieldset>
    }
    .into_any()
}

/// The way to delete in two steps, the second behind a disclosure.
#[component]
fn DeleteFields(stored: StoredCalendar, on_confirm: Callback<MouseEvent>) -> impl IntoView {
    let name = stored.calendar.name;
    let warning = match stored.contents {
        Some(contents) => words::calendars_delete_sure(&name, &contents),
        None => words::calendars_delete_empty(&name),
    };
    view! {
        <details class="calendar-form__delete">
            {sure_summary()}
            <div class="calendar-form__sure">
                <p role="alert" dir="auto">{warning}</p>
                <button
                    type="submit"
                    class="button button--danger"
                    name="action"
                    value="delete"
                    on:click=move |event| on_confirm.run(event)
                >
                    {words::calendars_delete()}
                </button>
            </div>
        </details>
    }
    .into_any()
}

fn read(form: &HtmlFormElement) -> CalendarFields {
    let Ok(data) = FormData::new_with_form(form) else { return CalendarFields::default() };
    CalendarFields::read(|name| data.get(name).as_string())
}
