//! What the parts of a page share, as Leptos contexts.

use crate::resource::Resource;
use crate::wire::{CalendarInfo, EventTarget, Viewer};
use crate::words;
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

/// Short messages in the corner of the page; the last one of the list is shown. Provided by [`crate::App`].
#[derive(Clone, Copy)]
pub struct Toasts {
    pub list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

#[derive(Clone)]
pub struct Toast {
    pub id: u32,
    pub kind: ToastKind,
    pub text: String,
    /// Label and effect of a button, such as "Undo".
    pub action: Option<(&'static str, Callback<()>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    Info,
    Error,
}

impl Toasts {
    pub fn new() -> Self {
        Toasts { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    pub fn info(self, text: impl Into<String>) {
        self.push(ToastKind::Info, text.into(), None);
    }

    pub fn error(self, text: impl Into<String>) {
        self.push(ToastKind::Error, text.into(), None);
    }

    pub fn undoable(self, text: impl Into<String>, undo: Callback<()>) {
        self.push(ToastKind::Info, text.into(), Some((words::common_undo(), undo)));
    }

    pub fn dismiss(self, id: u32) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }

    fn push(self, kind: ToastKind, text: String, action: Option<(&'static str, Callback<()>)>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.list.update(|list| {
            // One at a time. What can be undone waits for an error to be read; it ends with the next thing that was done, as
            // undoing out of order would surprise.
            list.retain(|toast| kind == ToastKind::Error && toast.action.is_some());
            list.push(Toast { id, kind, text, action });
        });
        self.end_in_time(id, if kind == ToastKind::Error { 12 } else { 8 });
    }

    /// Dismisses the message when it was there to be read for so long.
    fn end_in_time(self, id: u32, seconds: u64) {
        let end = move || match self.list.try_with_untracked(|list| list.last().is_some_and(|last| last.id == id)) {
            Some(true) => self.dismiss(id),
            Some(false) if self.list.with_untracked(|list| list.iter().any(|toast| toast.id == id)) => {
                self.end_in_time(id, seconds);
            }
            _ => {}
        };
        set_timeout(end, std::time::Duration::from_secs(seconds));
    }
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}
