//! The form itself, in the dialog and on the page.
//!
//! The controls hold what was typed: they are read when something happens and written only where one follows another, so
//! that nothing is lost whether WebAssembly arrives early, late or never. What is shown for which choice is CSS
//! (`style/event.css`), for the same reason.

mod setup;
mod state;

pub use setup::{FormSetup, Place};

use super::controls::{ErrorText, error_id, invalid};
use super::fields::{KEEP, NEAR};
use super::form_controls::name_of;
use super::picker::{Picker, Picking};
use super::sections::{OtherFields, RepeatFields, ScopeFields, WhenFields};
use crate::thin::{Effect, OnAttribute};
use crate::ui::{Cancel, CloseButton, Icon, form_buttons, heading_level, icon};
use crate::wire::ApiError;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use state::FormState;

/// The form of a new or stored event.
#[component]
pub fn EventForm(
    setup: FormSetup,
    place: Place,
    /// Shows another form instead of this one.
    replace: Callback<FormSetup>,
    on_saved: Callback<()>,
    cancel: Cancel,
    #[prop(optional_no_strip)] on_delete: Option<Callback<()>>,
    /// Set while something was typed that is not stored.
    #[prop(optional)]
    unsaved: Option<RwSignal<bool>>,
    /// Set to ask whether what was typed shall be lost.
    #[prop(optional)]
    leaving: Option<RwSignal<bool>>,
    /// The way to delete on a page. It comes after the button that saves, which is the one that Enter presses.
    #[prop(optional)]
    delete_choice: Option<AnyView>,
) -> impl IntoView {
    let state = FormState::new(&setup, place, replace, on_saved);
    let leaving = leaving.unwrap_or_default();
    state.watch(unsaved);
    let on_cancel = cancel.close();
    let keep = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(keep) = keep.get() {
            let _ = keep.focus();
        }
    });
    let discard = move || {
        leaving.set(false);
        if let Some(unsaved) = unsaved {
            unsaved.set(false);
        }
        if let Some(cancel) = on_cancel {
            cancel.run(());
        }
    };
    let ask_to_leave = move || leaving.get().then(|| leave_question(keep, leaving, discard));
    let heading = if setup.event.is_some() { words::event_edit_heading() } else { words::common_new_event() };
    let pick = Callback::new(move |picking: Picking| state.picked(&picking));
    view! {
        <form
            node_ref=state.form
            class="event-form"
            method="post"
            autocomplete="off"
            novalidate
            aria-labelledby="event-heading"
            on:submit=move |event| state.submit(&event)
            on:input=move |event| state.edited(&name_of(&event))
            on:click=move |event| state.clicked(&event)
            on:focusout=move |event| state.left(&event)
            on:keydown=move |event| state.pressed(&event)
        >
            <div class="dialog__head">
                <h2 id="event-heading" class="event-form__heading" {..heading_level((place == Place::Page).then_some("1"))}>
                    {heading}
                </h2>
                {on_cancel.map(|cancel| view! { <CloseButton on_close=cancel /> })}
            </div>
            {controls(state, &setup)}
            <Picker picking=state.picking reader=state.reader week_start=setup.week_start pick=pick />
            <div class="dialog__foot" class:event-form__foot--leaving=move || leaving.get()>
                {ask_to_leave}
                {buttons(state, leaving, cancel, on_delete, delete_choice)}
            </div>
        </form>
    }
    .into_any()
}

/// The controls, below what is wrong with the whole form.
fn controls(state: FormState, setup: &FormSetup) -> AnyView {
    let FormState { place, title, reader, current, errors, notice, .. } = state;
    let (initial, format) = (&setup.fields, reader.format);
    let etag = setup.event.as_ref().map(|event| event.etag.clone());
    let is_instance = setup.event.as_ref().is_some_and(|event| event.instance.is_some());
    let asks_scope = place == Place::Page && setup.recurring && is_instance;
    let scope = setup.scope;
    let others = view! {
        <OtherFields
            initial=initial.clone()
            current=current
            errors=errors
            calendars=setup.calendars.clone()
        />
    };
    #[cfg(feature = "ssr")]
    let others = super::guests::beneath(others.into_any(), errors);
    view! {
        <div class="dialog__body event-form__body">
            <div role="alert" class="event-form__notice">
                {move || notice.get().map(|error| view! { <Notice error=error /> })}
                {move || {
                    state
                        .meanwhile
                        .with(Option::is_some)
                        .then(|| {
                            view! {
                                <p class="notice notice--error">
                                    <Icon d=icon::ALERT />
                                    <span>{ApiError::Conflict.to_string()}</span>
                                    <button
                                        type="button"
                                        class="button button--small"
                                        on:click=move |_| state.take_over()
                                    >
                                        {words::event_show_new_version()}
                                    </button>
                                </p>
                            }
                        })
                }}
            </div>
            {etag.map(|etag| view! { <input type="hidden" name="etag" value=etag /> })}
            <input type="hidden" name=NEAR value=setup.seen.start_date.clone() />
            <div class="field">
                <input
                    node_ref=title
                    id="event-title"
                    class="input event-form__title"
                    name="title"
                    dir="auto"
                    placeholder=words::event_add_title()
                    aria-label=words::event_field_title()
                    value=initial.title.clone()
                    autofocus=place == Place::Page
                    enterkeyhint="done"
                    aria-invalid=invalid(errors, "title")
                    aria-describedby=error_id("title")
                />
                <ErrorText errors=errors field="title" />
            </div>

            <WhenFields
                initial=initial.clone()
                current=current
                errors=errors
                format=format
            />
            <RepeatFields
                initial=initial.clone()
                current=current
                errors=errors
                repeats_now=setup.repeats.clone()
                can_keep=setup.seen.repeat == KEEP
                week_start=setup.week_start
                format=format
            />

            {others}
            {asks_scope.then(|| view! { <ScopeFields chosen=scope errors=errors /> })}
        </div>
    }
    .into_any()
}

/// What takes the place of the buttons when the person leaves what was typed. `keep` is the button to go on with.
fn leave_question(
    keep: NodeRef<html::Button>,
    leaving: RwSignal<bool>,
    discard: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    view! {
        <p class="event-form__discard" role="alert">
            {words::event_discard_question()}
        </p>
        <button node_ref=keep type="button" class="button" on:click=move |_| leaving.set(false)>
            {words::event_keep_editing()}
        </button>
        <button type="button" class="button button--danger" on:click=move |_| discard()>
            {words::event_discard()}
        </button>
    }
    .into_any()
}

/// The buttons at the foot of the form.
fn buttons(
    state: FormState,
    leaving: RwSignal<bool>,
    cancel: Cancel,
    on_delete: Option<Callback<()>>,
    delete_choice: Option<AnyView>,
) -> AnyView {
    let busy = state.busy;
    let label = Signal::derive(move || if busy.get() { words::common_saving() } else { words::common_save() });
    view! {
        <div class="event-form__buttons" hidden=move || leaving.get()>
            {on_delete
                .map(|delete| {
                    view! {
                        <button type="button" class="button button--danger-ghost" on:click=move |_| delete.run(())>
                            {words::common_delete()}
                        </button>
                    }
                })}
            <span class="spring"></span>
            {form_buttons(cancel, label, Some(words::common_ctrl_enter()), busy)}
            {delete_choice}
        </div>
    }
    .into_any()
}

/// What is wrong with the whole form.
#[component]
fn Notice(error: ApiError) -> impl IntoView {
    let more = match &error {
        ApiError::Conflict => Some(view! { " " {words::event_conflict()} }.into_any()),
        ApiError::SignedOut => Some(
            view! {
                " "
                <a href="/sign-in" target="_blank">
                    {words::event_sign_in_elsewhere()}
                </a>
                {words::event_then_save()}
            }
            .into_any(),
        ),
        _ => None,
    };
    let text = match &error {
        ApiError::SignedOut => words::event_signed_out().to_owned(),
        other => other.to_string(),
    };
    view! {
        <p class="notice notice--error">
            <Icon d=icon::ALERT />
            <span>{text} {more}</span>
        </p>
    }
    .into_any()
}
