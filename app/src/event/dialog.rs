//! The dialog over the agenda: an event's details, then its form.

use super::api::{delete_event, open_event};
use super::data::{EventRef, EventSubject, OpenedEvent};
use super::default_calendar;
use super::details::EventDetails;
use super::fields::EventFields;
use super::form::{EventForm, FormSetup, Place};
use super::scope::{ScopeAsk, ScopeChoice, ScopeVerb};
use crate::live::{self, News};
use crate::notation::Format;
use crate::state::{AgendaRefresh, Calendars, OpenEvent, ViewerResource};
use crate::thin::Effect;
use crate::ui::{Cancel, Dialog};
use crate::undo::{Editing, Toasts};
use crate::wire::{ApiError, CalendarId, EventTarget, InstanceKey, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::rc::Rc;
use std::time::Duration;

/// What the dialog shows.
#[derive(Clone)]
enum Stage {
    Loading,
    Details(Box<OpenedEvent>),
    Form(Box<FormSetup>),
}

/// What the dialog and its stages share: handles alone.
#[derive(Clone, Copy)]
struct DialogState {
    target: OpenEvent,
    calendars: Calendars,
    viewer: ViewerResource,
    refresh: AgendaRefresh,
    toasts: Toasts,
    stage: RwSignal<Option<Stage>>,
    unsaved: RwSignal<bool>,
    leaving: RwSignal<bool>,
}

/// The dialog that [`OpenEvent`] opens. It must be below a [`Calendars`] context.
#[component]
pub fn EventDialog() -> impl IntoView {
    let state = DialogState {
        target: expect_context(),
        calendars: expect_context(),
        viewer: expect_context(),
        refresh: expect_context(),
        toasts: expect_context(),
        stage: RwSignal::new(None),
        unsaved: RwSignal::new(false),
        leaving: RwSignal::new(false),
    };
    let DialogState { target, stage, unsaved, leaving, .. } = state;

    // The target outlives the page; this one does not open with what another left.
    if target.get_untracked().is_some() {
        target.set(None);
    }
    let path = use_location().pathname;
    Effect::new(move |_| {
        unsaved.set(false);
        leaving.set(false);
        state.open(target.get());
    });

    // Details show what is stored now.
    let heed = Rc::new(move |news| {
        if let News::Calendar { calendar: changed, .. } | News::Gone(changed) = news
            && let Some(EventTarget::Existing { calendar, name, instance }) = target.get_untracked()
            && calendar == changed
            // A form says so itself.
            && stage.with_untracked(|stage| !matches!(stage, Some(Stage::Form(_))))
        {
            state.load(calendar, name, instance);
        }
    });
    Effect::new(move |_| live::listen(heed.clone()));

    // What was opened in one place is not for the next, unless it holds what nobody has stored.
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) && !unsaved.get_untracked() {
            target.set(None);
        }
        path
    });
    let close = Callback::new(move |()| {
        // Losing what was typed takes a second thought.
        if unsaved.get_untracked() && !leaving.get_untracked() {
            leaving.set(true);
        } else {
            target.set(None);
        }
    });
    let dismiss = Callback::new(move |()| if leaving.get_untracked() { leaving.set(false) } else { close.run(()) });
    let shown = move || {
        // It ends with what is shown: what was begun here must not close what is opened next.
        let done = Callback::new(move |()| target.set(None));
        let delete = delete_flow(done);
        match stage.get() {
            None => ().into_any(),
            Some(Stage::Loading) => view! {
                <div class="dialog__body">
                    <p id="event-heading" class="hint" role="status">
                        {words::event_opening()}
                    </p>
                </div>
            }
            .into_any(),
            Some(Stage::Details(opened)) => state.details(*opened, delete, done),
            Some(Stage::Form(setup)) => state.form(*setup, delete, done, close),
        }
    };
    let open = Signal::derive(move || stage.with(Option::is_some));
    view! {
        <Dialog open=open on_dismiss=dismiss labelled_by="event-heading" class="event-dialog">
            {shown}
        </Dialog>
    }
}

impl DialogState {
    fn viewer(self) -> Option<Viewer> {
        self.viewer.get_untracked().and_then(Result::ok).flatten()
    }

    /// Shows what is wanted now.
    fn open(self, wanted: Option<EventTarget>) {
        match wanted {
            None => self.stage.set(None),
            Some(EventTarget::New { when, calendar }) => {
                let list = self.calendars.list.get_untracked();
                let calendar = calendar.or_else(|| default_calendar(&list));
                let Some(viewer) = self.viewer() else { return };
                let subject = EventSubject::New(EventFields::new(when, &viewer.time_zone, calendar));
                self.stage.set(Some(Stage::Form(Box::new(FormSetup::new(subject, list, &viewer)))));
            }
            Some(EventTarget::Existing { calendar, name, instance }) => self.load(calendar, name, instance),
        }
    }

    /// Shows the details of a stored event once the server has sent them, if they are still wanted then.
    fn load(self, calendar: CalendarId, name: String, instance: Option<InstanceKey>) {
        let DialogState { target, stage, .. } = self;
        let wanted = target.get_untracked();
        let still_wanted = move || target.try_get_untracked().is_some_and(|now| now == wanted);
        let waits = still_wanted.clone();
        // A quick answer needs no sign that it is awaited.
        set_timeout(
            move || {
                if waits() && stage.with_untracked(Option::is_none) {
                    stage.set(Some(Stage::Loading));
                }
            },
            Duration::from_millis(250),
        );
        leptos::task::spawn_local(async move {
            let opened = open_event(calendar, name, instance).await;
            if !still_wanted() {
                return;
            }
            // The form that was opened meanwhile looks for itself.
            if stage.with_untracked(|stage| matches!(stage, Some(Stage::Form(_)))) {
                return;
            }
            match opened {
                Ok(opened)
                    if stage.with_untracked(|stage| matches!(stage, Some(Stage::Details(old)) if **old == opened)) => {}
                Ok(opened) => stage.set(Some(Stage::Details(Box::new(opened)))),
                // Nobody asked for it: what is shown stays until it is known to be gone.
                Err(error)
                    if !matches!(error, ApiError::NotFound(_))
                        && stage.with_untracked(|stage| matches!(stage, Some(Stage::Details(_)))) => {}
                Err(error) => {
                    target.set(None);
                    if matches!(error, ApiError::NotFound(_)) {
                        self.refresh.notify();
                    }
                    self.toasts.error(error.to_string());
                }
            }
        });
    }

    fn details(self, opened: OpenedEvent, delete: Callback<(EventRef, bool)>, done: Callback<()>) -> AnyView {
        let Some(viewer) = self.viewer() else { return ().into_any() };
        let list = self.calendars.list.get_untracked();
        let (event, recurring) = (opened.event.clone(), opened.recurring);
        let edited = opened.clone();
        let (format, today) = (Format::of(&viewer), viewer.now.date());
        let edit = Callback::new(move |()| {
            let subject = EventSubject::Existing(edited.clone());
            let list = self.calendars.list.get_untracked();
            self.stage.set(Some(Stage::Form(Box::new(FormSetup::new(subject, list, &viewer)))));
        });
        let remove = Callback::new(move |()| delete.run((event.clone(), recurring)));
        view! { <EventDetails opened=opened calendars=list format=format today=today on_edit=edit on_delete=remove on_close=done /> }
        .into_any()
    }

    fn form(
        self,
        setup: FormSetup,
        delete: Callback<(EventRef, bool)>,
        done: Callback<()>,
        close: Callback<()>,
    ) -> AnyView {
        let DialogState { stage, unsaved, leaving, .. } = self;
        let replace = Callback::new(move |setup: FormSetup| stage.set(Some(Stage::Form(Box::new(setup)))));
        let recurring = setup.recurring;
        let remove = setup.event.clone().map(|event| Callback::new(move |()| delete.run((event.clone(), recurring))));
        view! {
            <EventForm
                setup=setup
                place=Place::Dialog
                replace=replace
                on_saved=done
                cancel=Cancel::Close(close)
                on_delete=remove
                unsaved=unsaved
                leaving=leaving
            />
        }
        .into_any()
    }
}

/// Deletes an event: asks which ones of a series are meant, says how it went and offers to take it back. `done` hears that it
/// is gone, or not as it was shown, unless the page is gone by then.
pub fn delete_flow(done: Callback<()>) -> Callback<(EventRef, bool)> {
    let ask = expect_context::<RwSignal<Option<ScopeAsk>>>();
    let refresh = expect_context::<AgendaRefresh>();
    let toasts = expect_context::<Toasts>();
    let busy = StoredValue::new(false);
    let delete = move |event: EventRef, scope: ScopeChoice| {
        if busy.get_value() {
            return;
        }
        busy.set_value(true);
        let editing = Editing::begin();
        leptos::task::spawn_local(async move {
            let _editing = editing;
            let deleted = delete_event(event, scope).await;
            let _ = busy.try_set_value(false);
            match deleted {
                Ok(undo) => {
                    refresh.notify();
                    toasts.undoable(words::event_deleted(), &undo);
                    done.try_run(());
                }
                Err(error) => {
                    toasts.error(error.to_string());
                    if matches!(error, ApiError::Conflict | ApiError::NotFound(_)) {
                        refresh.notify();
                        done.try_run(());
                    }
                }
            }
        });
    };
    Callback::new(move |(event, recurring): (EventRef, bool)| {
        if recurring && event.instance.is_some() {
            let choose = Callback::new(move |scope| delete(event.clone(), scope));
            ask.set(Some(ScopeAsk::new(ScopeVerb::Delete, choose)));
        } else {
            delete(event, ScopeChoice::All);
        }
    })
}
