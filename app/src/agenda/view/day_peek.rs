//! All events of a day that has no room for them, beside it.

use super::chip;
use crate::agenda::days::View;
use crate::agenda::layout::{first_day, last_day};
use crate::agenda::links;
use crate::agenda::model::Agenda;
use crate::date_names;
use crate::dom::{closest, plain_click};
use crate::thin::OnAttribute;
use crate::ui::{Icon, Popover, icon};
use crate::words;
use chrono::Datelike;
use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

#[component]
pub fn DayPeek(agenda: Agenda) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let clicked = Callback::new(move |event: MouseEvent| {
        let chip = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let chip = chip.and_then(|target| closest(&target, "[data-event]"));
        let seen = chip.and_then(|chip| chip.get_attribute(chip::INDEX)?.parse().ok()).and_then(|n| agenda.event(n));
        if let Some(seen) = seen.filter(|_| plain_click(&event)) {
            event.prevent_default();
            agenda.peek.set(None);
            agenda.show(seen);
        }
    });
    let place =
        move || agenda.peek.get().map(|peek| format!("left:{}px;top:{}px", peek.left, peek.top)).unwrap_or_default();
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
                    <span>{date_names::weekday(peek.date.weekday())}</span>
                    <strong>{agenda.format.day_month(peek.date)}</strong>
                </a>
                <button
                    type="button"
                    class="icon-button icon-button--small"
                    aria-label=words::common_close()
                    on:click=move |_| agenda.peek.set(None)
                >
                    <Icon d=icon::CLOSE />
                </button>
            </div>
            <ul class="peek__list">{chips}</ul>
        })
    };
    let popover = Popover {
        element,
        open: Signal::derive(move || agenda.peek.with(Option::is_some)),
        on_closed: Callback::new(move |()| agenda.peek.set(None)),
        on_click: clicked,
        class: "peek",
        label: words::agenda_events_of_day(),
        style: Signal::derive(place),
    };
    popover.view(content.into_any())
}
