//! What the parts of a page share, as Leptos contexts.

use crate::resource::Resource;
use crate::wire::{CalendarInfo, EventTarget, Viewer};
use leptos::prelude::*;

/// The person who is signed in, `None` when nobody is. Provided by [`crate::App`]; read it under a `Suspense`.
pub type ViewerResource = Resource<Result<Option<Viewer>, crate::wire::ApiError>>;

/// The event dialog: set a target to open it, `None` closes it. Provided by [`crate::App`].
pub type OpenEvent = RwSignal<Option<EventTarget>>;

/// The calendars of the viewer in display order, with their visibility. Provided by the pages that show events.
#[derive(Clone, Copy)]
pub struct Calendars {
    pub list: RwSignal<Vec<CalendarInfo>>,
    /// How many of one's own changes to it are on their way, whose answers are newer than any that was asked for before.
    changing: StoredValue<u32>,
}

impl Calendars {
    pub fn new(list: Vec<CalendarInfo>) -> Self {
        Calendars { list: RwSignal::new(list), changing: StoredValue::new(0) }
    }

    /// Asks the server for the list again, after a calendar was made, renamed or deleted.
    pub fn reload(self) {
        leptos::task::spawn_local(async move {
            if let Ok(list) = crate::calendars::api::list_calendars().await
                && self.changing.try_get_value() == Some(0)
            {
                self.list.set(list);
            }
        });
    }

    /// A change of one's own begins, which the list shows already.
    pub fn begin_change(self) {
        self.changing.update_value(|count| *count += 1);
    }

    /// It has ended: what the list was asked for meanwhile is asked for again.
    pub fn end_change(self) {
        if self.changing.try_update_value(|count| *count -= 1).is_some() {
            self.reload();
        }
    }
}

/// Says that events changed, so that whatever shows events fetches them again. Provided by [`crate::App`].
#[derive(Clone, Copy)]
pub struct AgendaRefresh(RwSignal<u32>);

impl AgendaRefresh {
    pub fn new() -> Self {
        AgendaRefresh(RwSignal::new(0))
    }

    pub fn notify(self) {
        self.0.update(|n| *n = n.wrapping_add(1));
    }

    /// As [`AgendaRefresh::track`], without tracking; `None` once the page is gone.
    pub fn version(self) -> Option<u32> {
        self.0.try_get_untracked()
    }

    /// Tracks; a new number after each change.
    pub fn track(self) -> u32 {
        self.0.get()
    }
}

impl Default for AgendaRefresh {
    fn default() -> Self {
        Self::new()
    }
}
