//! What the form knows and does while it is open.

use super::setup::{FormSetup, Place};
use crate::event::api::{create_event, open_event, update_event};
use crate::event::controls::Errors;
use crate::event::data::{EventRef, OpenedEvent, scopes};
use crate::event::fields::{self, EventFields, FieldError, follow_start};
use crate::event::form_controls::{focus_first_error, name_of, read, set, set_weekdays, show, value_of};
use crate::event::picker::Picking;
use crate::event::scope::{ScopeAsk, ScopeChoice, ScopeVerb};
use crate::live::{self, News};
use crate::reading::Reader;
use crate::state::AgendaRefresh;
use crate::thin::Effect;
use crate::undo::{Editing, Toasts};
use crate::wire::ApiError;
use crate::words;
use chrono::TimeDelta;
use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use std::rc::Rc;

/// Handles alone, so that every listener has its own.
#[derive(Clone, Copy)]
pub struct FormState {
    pub place: Place,
    pub form: NodeRef<html::Form>,
    pub title: NodeRef<html::Input>,
    pub reader: Reader,
    /// What the controls hold.
    pub current: RwSignal<EventFields>,
    pub errors: Errors,
    pub notice: RwSignal<Option<ApiError>>,
    /// The event as somebody else has made it while the form stood open.
    pub meanwhile: RwSignal<Option<OpenedEvent>>,
    pub busy: RwSignal<bool>,
    pub picking: RwSignal<Option<Picking>>,
    stored: StoredValue<FormSetup>,
    length: StoredValue<TimeDelta>,
    /// The form before the start date was touched: while a date is typed, it is other dates in between.
    anchor: StoredValue<EventFields>,
    replace: Callback<FormSetup>,
    on_saved: Callback<()>,
    refresh: AgendaRefresh,
    toasts: Toasts,
    ask: RwSignal<Option<ScopeAsk>>,
}

impl FormState {
    pub fn new(setup: &FormSetup, place: Place, replace: Callback<FormSetup>, on_saved: Callback<()>) -> Self {
        FormState {
            place,
            form: NodeRef::new(),
            title: NodeRef::new(),
            reader: setup.reader,
            current: RwSignal::new(setup.fields.clone()),
            errors: RwSignal::new(setup.errors.clone()),
            notice: RwSignal::new(setup.notice.clone()),
            meanwhile: RwSignal::new(None),
            busy: RwSignal::new(false),
            picking: RwSignal::new(None),
            stored: StoredValue::new(setup.clone()),
            length: StoredValue::new(setup.fields.length().unwrap_or(TimeDelta::hours(1))),
            anchor: StoredValue::new(setup.fields.clone()),
            replace,
            on_saved,
            refresh: expect_context(),
            toasts: expect_context(),
            ask: expect_context(),
        }
    }

    /// Follows what is typed from the moment that WebAssembly is there. `unsaved` says whether it is stored.
    pub fn watch(self, unsaved: Option<RwSignal<bool>>) {
        // What was typed before WebAssembly arrived is in the controls already.
        Effect::new(move |_| {
            let Some(form) = self.form.get() else { return };
            let typed = read(&form, self.reader);
            self.anchor.set_value(typed.clone());
            self.current.set(typed);
            if self.place == Place::Dialog
                && let Some(title) = self.title.get_untracked()
            {
                let _ = title.focus();
            }
        });
        if let Some(unsaved) = unsaved {
            Effect::new(move |_| {
                self.current.track();
                unsaved.set(self.is_unsaved());
            });
        }
        // The browser asks before it leaves for another site or loads the page anew.
        Effect::new(move |_| {
            let asking = window_event_listener(leptos::ev::beforeunload, move |event| {
                if self.is_unsaved() {
                    event.prevent_default();
                }
            });
            on_cleanup(move || asking.remove());
        });
        on_cleanup(move || self.ask.set(None));
        let heed = Rc::new(move |news| self.heed(news));
        Effect::new(move |_| live::listen(heed.clone()));
    }

    /// Looks whether it is this event that somebody else has changed.
    fn heed(self, news: News) {
        let Some(EventRef { calendar, name, instance, etag }) = self.stored.with_value(|setup| setup.event.clone())
        else {
            return;
        };
        if !matches!(news, News::Calendar { calendar: of, .. } | News::Gone(of) if of == calendar) {
            return;
        }
        leptos::task::spawn_local(async move {
            let opened = open_event(calendar, name, instance).await;
            // What one saves oneself closes the form.
            if self.busy.try_get_untracked() != Some(false) {
                return;
            }
            match opened {
                Ok(opened) if opened.event.etag == etag => {}
                Ok(opened) => drop(self.meanwhile.try_set(Some(opened))),
                Err(error @ ApiError::NotFound(_)) => drop(self.notice.try_set(Some(error))),
                Err(_) => {}
            }
        });
    }

    /// Puts what was typed over the version of somebody else.
    pub fn take_over(self) {
        let (Some(form), Some(opened)) = (self.form.get_untracked(), self.meanwhile.get_untracked()) else { return };
        let typed = read(&form, self.reader);
        self.replace.run(self.stored.get_value().over(opened, &typed));
    }

    fn is_unsaved(self) -> bool {
        self.current.with_untracked(|typed| self.stored.with_value(|setup| !typed.says_like(&setup.seen)))
    }

    /// Follows what was typed into the control of that name.
    pub fn edited(self, name: &str) {
        let Some(form) = self.form.get_untracked() else { return };
        let mut typed = read(&form, self.reader);
        match name {
            "start_date" | "start_time" => {
                if let Some(start) = typed.start() {
                    let end = start + self.length.get_value();
                    typed.end_date = end.date().to_string();
                    if !typed.all_day {
                        typed.end_time = fields::time_value(end.time());
                    }
                    show(&form, &typed, "end_date", self.reader.format);
                    show(&form, &typed, "end_time", self.reader.format);
                    // A stored series is moved by the server as a whole, its rule included.
                    if !self.stored.with_value(|setup| setup.recurring)
                        && let Some(from) = self.anchor.with_value(|anchor| fields::date(&anchor.start_date))
                    {
                        self.anchor.with_value(|anchor| {
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
                    self.length.set_value(now);
                }
            }
            _ => {}
        }
        if name != "start_date" {
            self.anchor.set_value(typed.clone());
        }
        // Whoever mends a field has read what was wrong with it; the end may be mended at the start.
        self.errors.update(|errors| {
            let is_time = |name: &str| name.starts_with("start") || name.starts_with("end_") || name == "all_day";
            errors.retain(|error| error.field != name && !(is_time(name) && is_time(&error.field)));
        });
        self.current.set(typed);
    }

    /// What was understood is shown as the person writes it. What was not is said at once to whoever goes on in the form; on
    /// the way to a button it would push the button away from under the press, and saving says it too.
    pub fn left(self, event: &FocusEvent) {
        // It may happen because the form goes away.
        let (Some(Some(form)), Some(typed)) = (self.form.try_get_untracked(), self.current.try_get_untracked()) else {
            return;
        };
        let name = name_of(event);
        let next = event.related_target().and_then(|next| next.dyn_into::<Element>().ok());
        let goes_on = next.is_some_and(|next| next.matches("input, select, textarea, [data-pick]").unwrap_or(false));
        if show(&form, &typed, &name, self.reader.format) && goes_on {
            let wrong = typed.check().err().unwrap_or_default().into_iter().filter(|error| error.field == name);
            self.errors.update(|errors| {
                errors.retain(|error| error.field != name);
                errors.extend(wrong);
            });
        }
    }

    fn save(self, scope: ScopeChoice, typed: EventFields) {
        self.busy.set(true);
        let editing = Editing::begin();
        leptos::task::spawn_local(async move {
            let _editing = editing;
            let setup = self.stored.get_value();
            let saved = match setup.event.clone() {
                Some(event) => update_event(event, scope, typed.clone()).await,
                None => create_event(typed.clone()).await,
            };
            let error = match saved {
                Ok(undo) => {
                    self.refresh.notify();
                    let said = if setup.event.is_some() { words::event_saved() } else { words::event_created() };
                    self.toasts.undoable(said, &undo);
                    // The page may be gone by now.
                    self.on_saved.try_run(());
                    return;
                }
                Err(error) => error,
            };
            // The view may be gone by now.
            let _ = self.busy.try_set(false);
            match (error, setup.event.clone()) {
                (ApiError::Conflict, Some(EventRef { calendar, name, instance, .. })) => {
                    match open_event(calendar, name, instance).await {
                        Ok(opened) => drop(self.replace.try_run(setup.over(opened, &typed))),
                        Err(error) => drop(self.notice.try_set(Some(error))),
                    }
                }
                (ApiError::BadInput { field, message }, _) if is_field(&field, self.place) => {
                    let _ = self.errors.try_set(vec![FieldError { field, message }]);
                    focus_first_error(self.form);
                }
                (error, _) => drop(self.notice.try_set(Some(error))),
            }
        });
    }

    /// Checks and saves what was typed; for one event of a series it asks first which ones are meant.
    pub fn submit(self, event: &SubmitEvent) {
        event.prevent_default();
        let Some(form) = self.form.get_untracked() else { return };
        if self.busy.get_untracked() {
            return;
        }
        let typed = read(&form, self.reader);
        let setup = self.stored.get_value();
        if setup.event.is_some() && typed.says_like(&setup.seen) {
            return self.on_saved.run(());
        }
        self.notice.set(None);
        if let Err(wrong) = typed.check() {
            self.errors.set(wrong);
            return focus_first_error(self.form);
        }
        self.errors.set(Vec::new());
        let Some(event) = setup.event.as_ref().filter(|_| setup.recurring) else {
            return self.save(ScopeChoice::All, typed);
        };
        if self.place == Place::Page {
            let chosen = value_of(&form, "scope");
            return self.save(chosen.as_deref().and_then(ScopeChoice::from_value).unwrap_or(ScopeChoice::All), typed);
        }
        let choices = scopes(event, &setup.seen, &typed);
        match choices.as_slice() {
            [only] if event.instance.is_none() => self.save(*only, typed),
            // Also where there is one answer: who opened one event may not think of all the others.
            _ => {
                let choose = Callback::new(move |scope| self.save(scope, typed.clone()));
                self.ask.set(Some(ScopeAsk { choices, ..ScopeAsk::new(ScopeVerb::Change, choose) }));
            }
        }
    }

    fn put(self, name: &str, text: &str) {
        if let Some(form) = self.form.get_untracked() {
            set(&form, name, text);
            self.edited(name);
        }
    }

    /// Ctrl+Enter saves; the arrows step through dates and times.
    pub fn pressed(self, event: &KeyboardEvent) {
        match event.key().as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => {
                event.prevent_default();
                if let Some(form) = self.form.get_untracked() {
                    let _ = form.request_submit();
                }
            }
            key @ ("ArrowUp" | "ArrowDown") => {
                let name = name_of(event);
                let later = key == "ArrowUp";
                let stepped = self.current.with_untracked(|typed| typed.stepped(&name, later, self.reader.format));
                if let Some(text) = stepped {
                    event.prevent_default();
                    self.put(&name, &text);
                }
            }
            _ => {}
        }
    }

    /// The button beside a date opens the calendar to pick it from.
    pub fn clicked(self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|target| target.closest("[data-pick]").ok().flatten());
        if let Some(name) = button.and_then(|button| button.get_attribute("data-pick")) {
            let date = self.current.with_untracked(|typed| typed.date_of(&name)).unwrap_or(self.reader.today);
            self.picking.set(Some(Picking { name, date }));
        }
    }

    pub fn picked(self, Picking { name, date }: &Picking) {
        self.put(name, &self.reader.format.date_text(*date));
    }
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
