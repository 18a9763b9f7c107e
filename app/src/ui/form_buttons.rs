//! The foot that forms have in common: the way out, and the button that saves.

use crate::thin::OnAttribute;
use crate::words;
use leptos::prelude::*;

/// The way out of a form.
#[derive(Clone)]
pub enum Cancel {
    /// Of a dialog.
    Close(Callback<()>),
    /// Of a page: where it leads.
    Link(String),
}

impl Cancel {
    /// What closes the dialog that the form stands in, if it does.
    pub fn close(&self) -> Option<Callback<()>> {
        match self {
            Cancel::Close(close) => Some(*close),
            Cancel::Link(_) => None,
        }
    }
}

/// The way out and the button that saves, which says `label`; while the form is `busy` it is marked as such.
pub fn form_buttons(
    cancel: Cancel,
    label: Signal<&'static str>,
    title: Option<&'static str>,
    busy: RwSignal<bool>,
) -> AnyView {
    let cancel = match cancel {
        Cancel::Close(close) => view! {
            <button type="button" class="button" on:click=move |_| close.run(())>
                {words::common_cancel()}
            </button>
        }
        .into_any(),
        Cancel::Link(path) => view! {
            <a class="button" href=path>
                {words::common_cancel()}
            </a>
        }
        .into_any(),
    };
    view! {
        {cancel}
        <button
            type="submit"
            class="button button--primary"
            name="action"
            value="save"
            title=title
            aria-disabled=move || busy.get().then_some("true")
        >
            {move || label.get()}
        </button>
    }
    .into_any()
}
