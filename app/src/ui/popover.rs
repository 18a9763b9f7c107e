//! What stands over the page beside something: the browser closes it on Escape and on a press elsewhere.

use crate::thin::{Effect, OnAttribute};
use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;

/// A popover that is there while `open`; `on_closed` hears that the browser has closed it.
#[component]
pub fn Popover(
    element: NodeRef<html::Div>,
    open: Signal<bool>,
    on_closed: Callback<()>,
    on_click: Callback<MouseEvent>,
    class: &'static str,
    /// What it is, for screen readers.
    label: &'static str,
    /// Where it is.
    style: Signal<String>,
    content: AnyView,
) -> impl IntoView {
    let is_shown = move || {
        let element = element.try_get_untracked().flatten();
        element.is_some_and(|element| element.matches(":popover-open").unwrap_or(false))
    };
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        // Both fail only for what is so already.
        match (open.get(), is_shown()) {
            (true, false) => drop(element.show_popover()),
            (false, true) => drop(element.hide_popover()),
            _ => {}
        }
    });
    let toggled = move |_| {
        if !is_shown() {
            on_closed.run(());
        }
    };
    view! {
        <div
            node_ref=element
            class=class
            popover="auto"
            role="dialog"
            aria-label=label
            style=move || style.get()
            on:toggle=toggled
            on:click=move |event| on_click.run(event)
        >
            {content}
        </div>
    }
    .into_any()
}
