//! Changes from the grid: shown at once, taken back when the server refuses.

use super::model::Agenda;
use crate::api::agenda::move_event;
use crate::api::events::undo_delete;
use crate::browser;
use crate::event::data::{EventRef, Undo};
use crate::event::scope::{ScopeAsk, ScopeChoice, ScopeVerb};
use crate::wire::{ApiError, EventInstance, When};
use leptos::prelude::*;
use leptos::task::spawn_local;

impl Agenda {
    /// Moves the event, after asking which instances of a recurring one are meant.
    pub fn move_to(self, event: EventInstance, to: When) {
        if event.when == to {
            return;
        }
        let moved = EventInstance { when: to, ..event.clone() };
        self.show_as(&event, Some(moved));
        if !event.recurring() {
            return self.send(event, ScopeChoice::All, to);
        }
        let back = event.clone();
        let choose = move |scope: ScopeChoice| self.send(event.clone(), scope, to);
        let cancel = move |()| self.show_as(&back, Some(back.clone()));
        self.asked.set(Some(ScopeAsk::new(ScopeVerb::Move, Callback::new(choose)).on_cancel(Callback::new(cancel))));
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
        spawn_local(async move {
            let (calendar, name) = (event.calendar, event.name.clone());
            while self.moves.try_update_value(|moves| moves.begin(calendar, &name)) == Some(false) {
                browser::pause(50).await;
            }
            let etag = self.moves.try_with_value(|moves| moves.newest(&event.etag).to_owned());
            let etag = etag.unwrap_or_else(|| event.etag.clone());
            let target = EventRef { calendar, name, etag: etag.clone(), instance: event.instance.clone() };
            let moved = move_event(target, scope, to).await;
            let after = moved.as_ref().ok().and_then(|undo| undo.as_ref()?.etag.clone());
            self.moves.try_update_value(|moves| moves.end(calendar, &event.name, etag, after));
            match moved {
                Ok(undo) => {
                    self.refresh.notify();
                    let text = format!("Moved to {}", self.format.spoken(to));
                    match undo {
                        Some(undo) => self.toasts.undoable(text, Callback::new(move |()| self.undo(undo.clone()))),
                        None => self.toasts.info(text),
                    }
                }
                Err(error) => {
                    self.show_as(&event, Some(event.clone()));
                    if matches!(error, ApiError::Conflict | ApiError::NotFound(_)) {
                        self.refresh.notify();
                    }
                    self.toasts.error(format!("The event was not moved. {error}"));
                }
            }
        });
    }

    fn undo(self, undo: Undo) {
        spawn_local(async move {
            match undo_delete(undo).await {
                Ok(()) => self.toasts.info("The event is back where it was"),
                Err(error) => self.toasts.error(error.to_string()),
            }
            self.refresh.notify();
        });
    }
}
