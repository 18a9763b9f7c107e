//! What the server writes into pages so that edits can be taken back there.

use super::server::{Answer, Posted};
use crate::Asset;
use crate::browser;
use crate::flash::{self, Flash};
use crate::server_context::viewer;
use crate::session::CurrentUser;
use crate::wire::{ApiError, UndoKey};
use crate::words;
use leptos::prelude::*;

/// The name of the flash.
const FORM: &str = "undo";

/// A form that takes an edit back, or does again what was taken back; `what` was done, for the script.
pub fn button(undo: UndoKey, offer: Offer, label: &'static str, what: Option<String>) -> impl IntoView {
    let (kind, over) = match offer {
        Offer::Undo => ("undo", String::new()),
        Offer::Redo => ("redo", String::new()),
        Offer::Anyway { kind, over } => (kind, over),
    };
    view! {
        <form method="post" action="/undo" data-undo=what>
            <input type="hidden" name="undo" value=undo />
            <input type="hidden" name="kind" value=kind />
            <input type="hidden" name="over" value=over />
            <input type="hidden" name="back" value=browser::here() />
            <button class="button button--small">{label}</button>
        </form>
    }
}

/// What a form is for.
pub enum Offer {
    Undo,
    Redo,
    /// One of the two, over what has changed since.
    Anyway {
        kind: &'static str,
        over: String,
    },
}

fn flash(outcome: Result<String, ApiError>, undo: UndoKey, kind: &str, over: String) -> Flash {
    let kept = [("undo", undo), ("kind", kind.to_owned()), ("over", over)];
    Flash { form: FORM.into(), outcome, kept: kept.map(|(name, value)| (name.to_owned(), value)).into() }
}

/// What is left for the next page: that something was done, with what takes it back.
pub fn leave(said: &str, undo: UndoKey) -> Flash {
    flash(Ok(said.to_owned()), undo, "undo", String::new())
}

/// The same of a form that took an edit back, or did it again.
pub fn left(posted: &Posted, answer: Result<Answer, ApiError>) -> Flash {
    let redo = posted.redo;
    let (kind, other) = if redo { ("redo", "undo") } else { ("undo", "redo") };
    match answer {
        Ok(Answer { text, over: Some(over), .. }) => {
            flash(Ok(text), posted.undo.to_owned(), kind, serde_json::to_string(&over).unwrap_or_default())
        }
        Ok(Answer { text, undo, .. }) => {
            let done = if redo { words::server_redo_done_plainly() } else { words::server_undo_done_plainly() };
            let text = format!("{done} {text}");
            flash(Ok(text.trim_end().to_owned()), undo, other, String::new())
        }
        Err(error) => flash(Err(error), UndoKey::new(), "", String::new()),
    }
}

/// What an earlier request left for this page, as HTML.
pub(super) fn note() -> String {
    let Some(flash) = flash::take_of(FORM) else { return String::new() };
    let kept = |name: &str| flash.kept(name).filter(|value| !value.is_empty());
    let class = if flash.outcome.is_ok() { "toast" } else { "toast toast--error" };
    let text = flash.outcome.clone().unwrap_or_else(|error| error.to_string());
    let redo = kept("kind").as_deref() == Some("redo");
    let (offer, label, what) = match kept("over") {
        Some(over) => {
            (Offer::Anyway { kind: if redo { "redo" } else { "undo" }, over }, words::server_undo_anyway(), None)
        }
        None if redo => (Offer::Redo, words::server_redo(), None),
        None => (Offer::Undo, words::server_undo(), Some(text.clone())),
    };
    let form = kept("undo").map(|undo| button(undo, offer, label, what));
    let note = view! {
        <div class=class>
            <span class="toast__text" dir="auto">
                {text}
            </span>
            {form}
        </div>
    };
    note.into_any().to_html()
}

/// The script, with what it says.
pub fn script(file: &Asset) -> impl IntoView + use<> {
    let user = use_context::<CurrentUser>().and_then(|user| user.0);
    let viewer = user.map(|user| viewer(&user).slug);
    view! {
        <script
            type="module"
            id="kalends-undo"
            nonce=leptos::nonce::use_nonce()
            src=file.path.clone()
            integrity=file.integrity.clone()
            data-user=viewer
            data-undo=words::server_undo()
            data-redo=words::server_redo()
            data-undone=words::server_undo_done("{what}")
            data-redone=words::server_redo_done("{what}")
            data-no-undo=words::server_undo_nothing()
            data-no-redo=words::server_redo_nothing()
            data-heading=words::server_undo_heading()
            data-keep=words::server_undo_keep()
            data-anyway=words::server_undo_anyway()
            data-dismiss=words::server_dismiss()
            data-unreachable=words::errors_unreachable()
        ></script>
    }
}
