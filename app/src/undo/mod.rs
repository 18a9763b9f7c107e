//! Messages in the corner of the page, and taking edits back from there.
//!
//! `frontend/undo.js` shows the messages and keeps what this tab has edited, on every page of whoever is signed in: it hears of both
//! by DOM events, and asks the server (`/undo`) to take an edit back. Without scripts the server writes the message into the page, with
//! a form for the same.

#[cfg(feature = "ssr")]
pub mod keys;
#[cfg(feature = "ssr")]
mod note;
#[cfg(feature = "ssr")]
pub mod server;

#[cfg(feature = "ssr")]
pub use note::{Offer, button, leave, left, script};

use crate::ui::fixed;
use crate::wire::UndoKey;
use leptos::prelude::*;

/// The event that the script hears.
#[cfg(feature = "hydrate")]
const HEARS: &str = "kalends-undo";

/// What it tells the page: an edit was taken back, or done again.
#[cfg(feature = "hydrate")]
const TELLS: &str = "kalends-undone";

/// Where messages appear. The region is there from the start, so that screen readers speak what comes into it.
#[component]
pub fn MessageRegion() -> impl IntoView {
    #[cfg(feature = "ssr")]
    let note = note::note();
    #[cfg(not(feature = "ssr"))]
    let note = String::new();
    fixed(&["<div class=toasts role=status aria-live=polite>", &note, "</div>"])
}

/// Short messages in the corner of the page, one at a time. Provided by [`crate::App`].
#[derive(Clone, Copy)]
pub struct Toasts;

impl Toasts {
    pub fn info(self, text: impl Into<String>) {
        say("info", "", &text.into());
    }

    pub fn error(self, text: impl Into<String>) {
        say("error", "", &text.into());
    }

    /// Says what was done, and offers to take it back.
    pub fn undoable(self, text: impl Into<String>, undo: &UndoKey) {
        say("info", undo, &text.into());
    }
}

/// An edit is on its way to the server, as long as this lives: what is taken back meanwhile waits for it.
pub struct Editing(());

impl Editing {
    pub fn begin() -> Self {
        say("begin", "", "");
        Editing(())
    }
}

impl Drop for Editing {
    fn drop(&mut self) {
        say("end", "", "");
    }
}

/// Tells the script: `kind`, a key without spaces, and a text.
fn say(kind: &str, undo: &str, text: &str) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::web_sys::{CustomEvent, CustomEventInit};
        let detail = [kind, " ", undo, " ", text].concat();
        let init = CustomEventInit::new();
        init.set_detail(&detail.into());
        if let Ok(event) = CustomEvent::new_with_event_init_dict(HEARS, &init) {
            // Fails only where nothing can be dispatched.
            let _ = window().dispatch_event(&event);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (kind, undo, text);
}

/// Has `heed` called when an edit was taken back or done again, as long as the owner lives.
pub fn listen(heed: impl Fn() + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let hearing = window_event_listener_untyped(TELLS, move |_| heed());
        on_cleanup(move || hearing.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    drop(heed);
}
