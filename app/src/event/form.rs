//! The form itself, in the dialog and on the page.
//!
//! The controls hold what was typed: they are read when something happens and written only where one follows another, so
//! that nothing is lost whether WebAssembly arrives early, late or never. What is shown for which choice is CSS
//! (`style/event.css`), for the same reason.

use super::controls::{ErrorText, error_id, invalid};
use super::data::{EventRef, EventSubject, OpenedEvent, Refused, scopes};
use super::fields::{self, EventFields, FieldError, KEEP, NEAR, follow_start};
use super::picker::{Picker, Picking};
use super::scope::{ScopeAsk, ScopeChoice, ScopeVerb};
use super::sections::{OtherFields, RepeatFields, ScopeFields, WhenFields};
use super::typed::{focus_first_error, name_of, read, set, set_weekdays, show, value_of};
use crate::api::events::{create_event, open_event, update_event};
use crate::reading::Reader;
use crate::state::{AgendaRefresh, Toasts};
use crate::thin::{Effect, OnAttribute};
use crate::ui::{CloseButton, Icon, heading_level, icon};
use crate::wire::{ApiError, CalendarInfo, Viewer};
use chrono::{TimeDelta, Weekday};
use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// What the form shows, and how it came to it.
#[derive(Clone, Debug, PartialEq)]
pub struct FormSetup {
    /// `None` makes a new event.
    pub event: Option<EventRef>,
    /// The form as the event is stored, or as it was when empty.
    pub seen: EventFields,
    /// What the form shows at first.
    pub fields: EventFields,
    pub recurring: bool,
    /// How it repeats, in words, for a rule that the form cannot express.
    pub repeats: Option<String>,
    pub calendars: Vec<CalendarInfo>,
    pub week_start: Weekday,
    pub reader: Reader,
    pub scope: Option<ScopeChoice>,
    pub errors: Vec<FieldError>,
    pub notice: Option<ApiError>,
}

impl FormSetup {
    pub fn new(subject: EventSubject, calendars: Vec<CalendarInfo>, viewer: &Viewer) -> Self {
        let fields = subject.fields().clone();
        let (event, recurring, repeats) = match subject {
            EventSubject::New(_) => (None, false, None),
            EventSubject::Existing(opened) => (Some(opened.event), opened.recurring, opened.repeats),
        };
        FormSetup {
            event,
            seen: fields.clone(),
            fields,
            recurring,
            repeats,
            calendars,
            week_start: viewer.week_start,
            reader: Reader::of(viewer),
            scope: None,
            errors: Vec::new(),
            notice: None,
        }
    }

    /// The form that a server without WebAssembly's help refused to save.
    pub fn refused(mut self, refused: Option<Refused>) -> Self {
        if let Some(Refused { fields, scope, errors, notice }) = refused {
            (self.fields, self.scope, self.errors, self.notice) = (fields, scope, errors, notice);
        }
        self
    }

    /// The form over the version that somebody else made meanwhile; what was typed stays.
    fn over(self, opened: OpenedEvent, typed: &EventFields) -> Self {
        FormSetup {
            fields: typed.rebased(&self.seen, &opened.fields),
            event: Some(opened.event),
            seen: opened.fields,
            recurring: opened.recurring,
            repeats: opened.repeats,
            errors: Vec::new(),
            notice: Some(ApiError::Conflict),
            ..self
        }
    }
}

/// Where the form stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Dialog,
    Page,
}

/// The form of a new or stored event.
#[component]
pub fn EventForm(
    setup: FormSetup,
    place: Place,
    /// Shows another form instead of this one.
    replace: Callback<FormSetup>,
    on_saved: Callback<()>,
    /// The person wants to leave. On a page a link does that.
    #[prop(optional, into)]
    on_cancel: Option<Callback<()>>,
    #[prop(optional, into)] on_delete: Option<Callback<()>>,
    /// Set while something was typed that is not stored.
    #[prop(optional)]
    unsaved: Option<RwSignal<bool>>,
    /// Set to ask whether what was typed shall be lost.
    #[prop(optional)]
    leaving: Option<RwSignal<bool>>,
    /// The way out of a page.
    #[prop(optional)]
    cancel_link: Option<AnyView>,
    /// The way to delete on a page. It comes after the button that saves, which is the one that Enter presses.
    #[prop(optional)]
    delete_choice: Option<AnyView>,
) -> impl IntoView {
    let refresh = expect_context::<AgendaRefresh>();
    let toasts = expect_context::<Toasts>();
    let ask = expect_context::<RwSignal<Option<ScopeAsk>>>();

    let form = NodeRef::<html::Form>::new();
    let title = NodeRef::<html::Input>::new();
    let initial = setup.fields.clone();
    let reader = setup.reader;
    let format = reader.format;
    let current = RwSignal::new(initial.clone());
    let length = StoredValue::new(initial.length().unwrap_or(TimeDelta::hours(1)));
    // The form before the start date was touched: while a date is typed, it is other dates in between.
    let anchor = StoredValue::new(initial.clone());
    let errors = RwSignal::new(setup.errors.clone());
    let notice = RwSignal::new(setup.notice.clone());
    let busy = RwSignal::new(false);
    let stored = StoredValue::new(setup.clone());
    let leaving = leaving.unwrap_or_default();

    // What was typed before WebAssembly arrived is in the controls already.
    Effect::new(move |_| {
        let Some(form) = form.get() else { return };
        let typed = read(&form, reader);
        anchor.set_value(typed.clone());
        current.set(typed);
        if place == Place::Dialog
            && let Some(title) = title.get_untracked()
        {
            let _ = title.focus();
        }
    });
    let is_unsaved = move || current.with_untracked(|typed| stored.with_value(|setup| !typed.says_like(&setup.seen)));
    if let Some(unsaved) = unsaved {
        Effect::new(move |_| {
            current.track();
            unsaved.set(is_unsaved());
        });
    }
    // The browser asks before it leaves for another site or loads the page anew.
    Effect::new(move |_| {
        let asking = window_event_listener(leptos::ev::beforeunload, move |event| {
            if is_unsaved() {
                event.prevent_default();
            }
        });
        on_cleanup(move || asking.remove());
    });
    on_cleanup(move || ask.set(None));

    let edited = move |name: String| {
        let Some(form) = form.get_untracked() else { return };
        let mut typed = read(&form, reader);
        match name.as_str() {
            "start_date" | "start_time" => {
                if let Some(start) = typed.start() {
                    let end = start + length.get_value();
                    typed.end_date = end.date().to_string();
                    if !typed.all_day {
                        typed.end_time = fields::time_value(end.time());
                    }
                    show(&form, &typed, "end_date", format);
                    show(&form, &typed, "end_time", format);
                    // A stored series is moved by the server as a whole, its rule included.
                    if !stored.with_value(|setup| setup.recurring)
                        && let Some(from) = anchor.with_value(|anchor| fields::date(&anchor.start_date))
                    {
                        anchor.with_value(|anchor| {
                            typed.weekdays.clone_from(&anchor.weekdays);
                            typed.monthly.clone_from(&anchor.monthly);
                        });
                        follow_start(&mut typed, from, start.date());
                        set_weekdays(&form, &typed.weekdays);
                    }
                }
            }
            "end_date" | "end_time" | "all_day" => {
                if let Some(now) = typed.length() {
                    length.set_value(now);
                }
            }
            _ => {}
        }
        if name != "start_date" {
            anchor.set_value(typed.clone());
        }
        // Whoever mends a field has read what was wrong with it; the end may be mended at the start.
        errors.update(|errors| {
            let is_time = |name: &str| name.starts_with("start") || name.starts_with("end_") || name == "all_day";
            errors.retain(|error| error.field != name && !(is_time(&name) && is_time(&error.field)));
        });
        current.set(typed);
    };

    // What was understood is shown as the person writes it. What was not is said at once to whoever goes on in the form; on the
    // way to a button it would push the button away from under the press, and saving says it too.
    let on_leave = move |event: FocusEvent| {
        // It may happen because the form goes away.
        let (Some(Some(form)), Some(typed)) = (form.try_get_untracked(), current.try_get_untracked()) else { return };
        let name = name_of(&event);
        let next = event.related_target().and_then(|next| next.dyn_into::<Element>().ok());
        let goes_on = next.is_some_and(|next| next.matches("input, select, textarea, [data-pick]").unwrap_or(false));
        if show(&form, &typed, &name, format) && goes_on {
            let wrong = typed.check().err().unwrap_or_default().into_iter().filter(|error| error.field == name);
            errors.update(|errors| {
                errors.retain(|error| error.field != name);
                errors.extend(wrong);
            });
        }
    };

    let save = move |scope: ScopeChoice, typed: EventFields| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let setup = stored.get_value();
            let saved = match setup.event.clone() {
                Some(event) => update_event(event, scope, typed.clone()).await,
                None => create_event(typed.clone()).await,
            };
            let error = match saved {
                Ok(()) => {
                    refresh.notify();
                    toasts.info(if setup.event.is_some() { "Event saved." } else { "Event created." });
                    // The page may be gone by now.
                    on_saved.try_run(());
                    return;
                }
                Err(error) => error,
            };
            // The view may be gone by now.
            let _ = busy.try_set(false);
            match (error, setup.event.clone()) {
                (ApiError::Conflict, Some(EventRef { calendar, name, instance, .. })) => {
                    match open_event(calendar, name, instance).await {
                        Ok(opened) => drop(replace.try_run(setup.over(opened, &typed))),
                        Err(error) => drop(notice.try_set(Some(error))),
                    }
                }
                (ApiError::BadInput { field, message }, _) if is_field(&field, place) => {
                    let _ = errors.try_set(vec![FieldError { field, message }]);
                    focus_first_error(form);
                }
                (error, _) => drop(notice.try_set(Some(error))),
            }
        });
    };

    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(form_element) = form.get_untracked() else { return };
        if busy.get_untracked() {
            return;
        }
        let typed = read(&form_element, reader);
        let setup = stored.get_value();
        if setup.event.is_some() && typed.says_like(&setup.seen) {
            return on_saved.run(());
        }
        notice.set(None);
        if let Err(wrong) = typed.check() {
            errors.set(wrong);
            return focus_first_error(form);
        }
        errors.set(Vec::new());
        let Some(event) = setup.event.as_ref().filter(|_| setup.recurring) else {
            return save(ScopeChoice::All, typed);
        };
        if place == Place::Page {
            let chosen = value_of(&form_element, "scope");
            return save(chosen.as_deref().and_then(ScopeChoice::from_value).unwrap_or(ScopeChoice::All), typed);
        }
        let choices = scopes(event, &setup.seen, &typed);
        match choices.as_slice() {
            [only] if event.instance.is_none() => save(*only, typed),
            // Also where there is one answer: who opened one event may not think of all the others.
            _ => {
                let choose = Callback::new(move |scope| save(scope, typed.clone()));
                ask.set(Some(ScopeAsk { choices, ..ScopeAsk::new(ScopeVerb::Change, choose) }));
            }
        }
    };
    let put = move |name: &str, text: &str| {
        if let Some(form) = form.get_untracked() {
            set(&form, name, text);
            edited(name.to_owned());
        }
    };
    let on_keydown = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            if let Some(form) = form.get_untracked() {
                let _ = form.request_submit();
            }
        }
        key @ ("ArrowUp" | "ArrowDown") => {
            let name = name_of(&event);
            let stepped = current.with_untracked(|typed| typed.stepped(&name, key == "ArrowUp", format));
            if let Some(text) = stepped {
                event.prevent_default();
                put(&name, &text);
            }
        }
        _ => {}
    };
    let picking = RwSignal::new(None::<Picking>);
    let on_click = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|target| target.closest("[data-pick]").ok().flatten());
        if let Some(name) = button.and_then(|button| button.get_attribute("data-pick")) {
            let date = current.with_untracked(|typed| typed.date_of(&name)).unwrap_or(reader.today);
            picking.set(Some(Picking { name, date }));
        }
    };
    let pick = Callback::new(move |Picking { name, date }: Picking| put(&name, &format.date_text(date)));

    let heading = if setup.event.is_some() { "Edit event" } else { "New event" };
    let etag = setup.event.as_ref().map(|event| event.etag.clone());
    let asks_scope =
        place == Place::Page && setup.recurring && setup.event.as_ref().is_some_and(|e| e.instance.is_some());

    let keep = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(keep) = keep.get() {
            let _ = keep.focus();
        }
    });
    let ask_to_leave = move || {
        leaving.get().then(|| {
            view! {
                <p class="event-form__discard" role="alert">
                    "Discard what you typed?"
                </p>
                <button node_ref=keep type="button" class="button" on:click=move |_| leaving.set(false)>
                    "Keep editing"
                </button>
                <button
                    type="button"
                    class="button button--danger"
                    on:click=move |_| {
                        leaving.set(false);
                        if let Some(unsaved) = unsaved {
                            unsaved.set(false);
                        }
                        if let Some(cancel) = on_cancel {
                            cancel.run(());
                        }
                    }
                >
                    "Discard"
                </button>
            }
        })
    };
    let buttons = view! {
                <div class="event-form__buttons" hidden=move || leaving.get()>
                    {on_delete
                        .map(|delete| {
                            view! {
                                <button
                                    type="button"
                                    class="button button--danger-ghost"
                                    on:click=move |_| delete.run(())
                                >
                                    "Delete"
                                </button>
                            }
                        })}
                    <span class="spring"></span>
                    {cancel_link}
                    {on_cancel
                        .map(|cancel| {
                            view! {
                                <button type="button" class="button" on:click=move |_| cancel.run(())>
                                    "Cancel"
                                </button>
                            }
                        })}
                    <button
                        type="submit"
                        class="button button--primary"
                        name="action"
                        value="save"
                        title="Ctrl+Enter"
                        aria-disabled=move || busy.get().then_some("true")
                    >
                        {move || if busy.get() { "Saving…" } else { "Save" }}
                    </button>
                    {delete_choice}
                </div>
    }
    .into_any();
    view! {
        <form
            node_ref=form
            class="event-form"
            method="post"
            autocomplete="off"
            novalidate
            aria-labelledby="event-heading"
            on:submit=on_submit
            on:input=move |event| edited(name_of(&event))
            on:click=on_click
            on:focusout=on_leave
            on:keydown=on_keydown
        >
            <div class="dialog__head">
                <h2 id="event-heading" class="event-form__heading" {..heading_level((place == Place::Page).then_some("1"))}>
                    {heading}
                </h2>
                {on_cancel.map(|cancel| view! { <CloseButton on_close=cancel /> })}
            </div>
            <div class="dialog__body event-form__body">
                <div role="alert" class="event-form__notice">
                    {move || notice.get().map(|error| view! { <Notice error=error /> })}
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
                        placeholder="Add a title"
                        aria-label="Title"
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
                    words=setup.repeats.clone()
                    can_keep=setup.seen.repeat == KEEP
                    week_start=setup.week_start
                    format=format
                />

                <OtherFields
                    initial=initial.clone()
                    current=current
                    errors=errors
                    calendars=setup.calendars.clone()
                />
                {asks_scope.then(|| view! { <ScopeFields chosen=setup.scope errors=errors /> })}
            </div>
            <Picker picking=picking reader=reader week_start=setup.week_start pick=pick />
            <div class="dialog__foot" class:event-form__foot--leaving=move || leaving.get()>
                {ask_to_leave}
                {buttons}
            </div>
        </form>
    }
    .into_any()
}

/// What is wrong with the whole form.
#[component]
fn Notice(error: ApiError) -> impl IntoView {
    let more = match &error {
        ApiError::Conflict => Some(
            view! { " What you left alone shows the new version now. Save again to keep your changes." }.into_any(),
        ),
        ApiError::SignedOut => Some(
            view! {
                " "
                <a href="/sign-in" target="_blank">
                    "Sign in in another tab"
                </a>
                ", then save again."
            }
            .into_any(),
        ),
        _ => None,
    };
    let text = match &error {
        ApiError::SignedOut => "You are signed out.".to_owned(),
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

/// Whether a control has that name. Which events of a series are meant is asked by another dialog than the form's.
fn is_field(name: &str, place: Place) -> bool {
    const NAMES: [&str; 17] = [
        "title",
        "description",
        "location",
        "calendar",
        "all_day",
        "start_date",
        "start_time",
        "end_date",
        "end_time",
        "zone",
        "repeat",
        "interval",
        "weekdays",
        "monthly",
        "ends",
        "until",
        "count",
    ];
    NAMES.contains(&name) || (name == "scope" && place == Place::Page)
}
