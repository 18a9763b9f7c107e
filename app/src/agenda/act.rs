//! Changes from the grid: shown at once, taken back when the server refuses.

use super::model::Agenda;
use crate::api::agenda::move_event;
use crate::api::events::undo_delete;
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

    fn send(self, event: EventInstance, scope: ScopeChoice, to: When) {
        spawn_local(async move {
            let target = EventRef {
                calendar: event.calendar,
                name: event.name.clone(),
                etag: event.etag.clone(),
                instance: event.instance.clone(),
            };
            match move_event(target, scope, to).await {
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
