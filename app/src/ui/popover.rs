//! What stands over the page beside something: the browser closes it on Escape and on a press elsewhere.

use crate::thin::{Effect, OnAttribute};
use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;

/// A popover that is there while `open`.
#[derive(Clone, Copy)]
pub struct Popover {
    pub element: NodeRef<html::Div>,
    pub open: Signal<bool>,
    /// Hears that the browser has closed it.
    pub on_closed: Callback<()>,
    pub on_click: Callback<MouseEvent>,
    pub class: &'static str,
    /// What it is, for screen readers.
    pub label: &'static str,
    /// Where it is.
    pub style: Signal<String>,
}

impl Popover {
    pub fn view(self, content: AnyView) -> AnyView {
        let Popover { element, open, on_closed, on_click, class, label, style } = self;
        Effect::new(move |_| {
            let Some(element) = element.get() else { return };
            // Both fail only for what is so already.
            match (open.get(), self.is_shown()) {
                (true, false) => drop(element.show_popover()),
                (false, true) => drop(element.hide_popover()),
                _ => {}
            }
        });
        let toggled = move |_| {
            if !self.is_shown() {
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

    fn is_shown(self) -> bool {
        let element = self.element.try_get_untracked().flatten();
        element.is_some_and(|element| element.matches(":popover-open").unwrap_or(false))
    }
}
