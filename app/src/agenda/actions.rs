//! Changes from the grid: shown at once, taken back when the server refuses.

use super::model::Agenda;
use crate::browser;
use crate::event::api::move_event;
use crate::event::data::EventRef;
use crate::event::scope::{ScopeAsk, ScopeChoice, ScopeVerb};
use crate::undo::Editing;
use crate::wire::{ApiError, CalendarId, EventInstance, When};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;

impl Agenda {
    /// Moves or resizes the event, after asking which instances of a recurring one are meant.
    pub fn move_to(self, event: EventInstance, to: When) {
        if event.when == to {
            return;
        }
        let moved = EventInstance { when: to, ..event.clone() };
        self.show_as(&event, Some(moved));
        if !event.recurring() {
            return self.send(event, ScopeChoice::All, to);
        }
        let verb = if resized(event.when, to) { ScopeVerb::Change } else { ScopeVerb::Move };
        let back = event.clone();
        let choose = move |scope: ScopeChoice| self.send(event.clone(), scope, to);
        let cancel = move |()| self.show_as(&back, Some(back.clone()));
        self.asked.set(Some(ScopeAsk::new(verb, Callback::new(choose)).on_cancel(Callback::new(cancel))));
    }

    /// Closes the question that [`Self::move_to`] asks, and moves nothing.
    pub fn take_question_back(self) {
        if let Some(cancel) = self.asked.try_update(Option::take).flatten().and_then(|ask| ask.cancel) {
            cancel.try_run(());
        }
    }

    /// Closes the question without an answer: the page is on its way out.
    pub fn drop_question(self) {
        self.asked.try_set(None);
    }

    fn send(self, event: EventInstance, scope: ScopeChoice, to: When) {
        let editing = Editing::begin();
        spawn_local(async move {
            let _editing = editing;
            let (calendar, name) = (event.calendar, event.name.clone());
            self.take_turn(calendar, &name).await;
            let etag = self.moves.try_with_value(|moves| moves.newest(&event.etag).to_owned());
            let etag = etag.unwrap_or_else(|| event.etag.clone());
            let target = EventRef { calendar, name, etag: etag.clone(), instance: event.instance.clone() };
            let moved = move_event(target, scope, to).await;
            let after = moved.as_ref().ok().and_then(|moved| moved.etag.clone());
            self.moves.try_update_value(|moves| moves.end(calendar, &event.name, etag.clone(), after));
            let is_resized = resized(event.when, to);
            match moved {
                Ok(moved) => {
                    self.refresh.notify();
                    let when = self.format.spoken(to);
                    let text = if is_resized { words::agenda_resized_to(&when) } else { words::agenda_moved_to(&when) };
                    self.toasts.undoable(text, &moved.undo);
                }
                Err(error) => {
                    self.show_as(&event, Some(event.clone()));
                    if matches!(error, ApiError::Conflict | ApiError::NotFound(_)) {
                        self.refresh.notify();
                    }
                    let why = error.to_string();
                    let text = if is_resized { words::agenda_not_changed(&why) } else { words::agenda_not_moved(&why) };
                    self.toasts.error(text);
                }
            }
        });
    }

    /// Waits until no other move of the object is under way.
    async fn take_turn(self, calendar: CalendarId, name: &str) {
        while self.moves.try_update_value(|moves| moves.begin(calendar, name)) == Some(false) {
            browser::pause(50).await;
        }
    }
}

/// Whether one end stayed where it was.
fn resized(from: When, to: When) -> bool {
    match (from, to) {
        (When::Days { first, last }, When::Days { first: start, last: end }) => first == start || last == end,
        (When::Times { start, end }, When::Times { start: first, end: last }) => start == first || end == last,
        _ => false,
    }
}
