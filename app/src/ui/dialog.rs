//! The browser's own modal dialog: it keeps the focus inside and gives it back when it closes.

use super::Icon;
use super::icon;
use crate::dom::find_anywhere;
use crate::thin::{Effect, OnAttribute};
use crate::words;
use leptos::attr::custom::{CustomAttr, custom_attribute};
use leptos::ev::{Event, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;

/// A modal dialog. It closes only when `open` turns false: Escape, the system's "back" and a press on the backdrop
/// only ask for it through `on_dismiss`, so that whoever holds unsaved text can refuse.
#[component]
pub fn Dialog(
    #[prop(into)] open: Signal<bool>,
    #[prop(into)] on_dismiss: Callback<()>,
    /// Id of the heading that names the dialog.
    labelled_by: &'static str,
    #[prop(optional)] class: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                // Fails only for a dialog that is not in the document, and then there is nothing to show.
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let on_cancel = move |event: Event| {
        event.prevent_default();
        on_dismiss.run(());
    };
    // A browser may close on a second Escape although the first was refused; a key press that is taken here never gets that far.
    // What stands over the dialog goes first, and the browser closes that by itself.
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() && find_anywhere("[popover]:popover-open").is_none() {
            event.prevent_default();
            event.stop_propagation();
            on_dismiss.run(());
        }
    };
    // The press counts, not the click: a selection of text that ends outside must not close.
    let on_mousedown = move |event: MouseEvent| {
        let on_backdrop = event.target().is_some_and(|target| {
            element.get_untracked().is_some_and(|dialog| {
                let dialog: &leptos::web_sys::EventTarget = dialog.as_ref();
                *dialog == target
            })
        });
        if on_backdrop {
            on_dismiss.run(());
        }
    };
    view! {
        <dialog
            node_ref=element
            class=format!("dialog {class}")
            aria-labelledby=labelled_by
            on:cancel=on_cancel
            on:keydown=on_keydown
            on:mousedown=on_mousedown
        >
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
}

/// The level of a heading, where it is not that of its element: what is a dialog's heading in one place is a page's in another.
pub fn heading_level(level: Option<&'static str>) -> CustomAttr<&'static str, Option<&'static str>> {
    custom_attribute("aria-level", level)
}

/// The way out in a dialog's head.
#[component]
pub fn CloseButton(on_close: Callback<()>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon-button"
            aria-label=words::common_close()
            title=words::common_close()
            on:click=move |_| on_close.run(())
        >
            <Icon d=icon::CLOSE />
        </button>
    }
    .into_any()
}
