//! All events of a day that has no room for them, beside it.

use super::chip;
use super::days::View;
use super::layout::{first_day, last_day};
use super::links;
use super::model::Agenda;
use crate::dom::{closest, plain_click};
use crate::thin::{Effect, OnAttribute};
use crate::ui::{Icon, icon};
use crate::words;
use chrono::Datelike;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

#[component]
pub fn DayPeek(agenda: Agenda) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let open = element.matches(":popover-open").unwrap_or(false);
        // Both fail only for what is so already.
        match (agenda.peek.get().is_some(), open) {
            (true, false) => drop(element.show_popover()),
            (false, true) => drop(element.hide_popover()),
            _ => {}
        }
    });
    // The browser closes it on Escape and on a press elsewhere.
    let toggled = move |_| {
        let open = element.get_untracked().is_some_and(|element| element.matches(":popover-open").unwrap_or(false));
        if !open {
            agenda.peek.set(None);
        }
    };
    let clicked = move |event: leptos::ev::MouseEvent| {
        let chip = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let chip = chip.and_then(|target| closest(&target, "[data-event]"));
        let seen = chip.and_then(|chip| chip.get_attribute(chip::INDEX)?.parse().ok()).and_then(|n| agenda.event(n));
        if let Some(seen) = seen.filter(|_| plain_click(&event)) {
            event.prevent_default();
            agenda.peek.set(None);
            agenda.show(seen);
        }
    };
    let place = move || agenda.peek.get().map(|peek| format!("left:{}px;top:{}px", peek.left, peek.top));
    let content = move || {
        let peek = agenda.peek.get()?;
        let events = agenda.events.get();
        let back = agenda.back();
        let here =
            |event: &crate::wire::EventInstance| (first_day(event.when)..=last_day(event.when)).contains(&peek.date);
        let chips = events
            .0
            .iter()
            .enumerate()
            .filter(|(_, event)| here(event))
            .map(|(index, event)| view! { <li>{chip::listed(agenda, index, event, &back)}</li> })
            .collect_view();
        Some(view! {
            <div class="peek__head">
                <a class="peek__date" href=links::view(View::Day, peek.date) autofocus>
                    <span>{words::weekday(peek.date.weekday())}</span>
                    <strong>{agenda.format.day_month(peek.date)}</strong>
                </a>
                <button
                    type="button"
                    class="icon-button icon-button--small"
                    aria-label="Close"
                    on:click=move |_| agenda.peek.set(None)
                >
                    <Icon d=icon::CLOSE />
                </button>
            </div>
            <ul class="peek__list">{chips}</ul>
        })
    };
    view! {
        <div
            class="peek"
            popover="auto"
            role="dialog"
            aria-label="Events of the day"
            node_ref=element
            style=place
            on:toggle=toggled
            on:click=clicked
        >
            {content}
        </div>
    }
}
