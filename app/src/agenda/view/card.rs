//! What an event says when a pointer rests on it or the keyboard reaches it: the words that its place in a view has no room for.
//!
//! The card stays while the pointer is on it or on its event, and Escape closes it (WCAG 2.2, 1.4.13). For screen readers the event's
//! own name says the same.

use super::chip::{INDEX, calendar_name};
use crate::agenda::format::title_or_none;
use crate::agenda::model::Agenda;
use crate::browser;
use crate::dom::closest;
use crate::wire::EventInstance;
use leptos::ev::{Event, KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{DomRect, Element};
use std::time::Duration;

/// How long a pointer or the focus rests on an event before the card comes.
const REST: Duration = Duration::from_millis(450);
/// How long it may take from the event to the card.
const WAY: Duration = Duration::from_millis(250);
/// In CSS pixels, as the style sheet has it.
const WIDTH: f64 = 272.0;
/// Between the event and the card.
const GAP: f64 = 6.0;

#[derive(Clone, Copy)]
struct Card {
    agenda: Agenda,
    element: NodeRef<html::Div>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Where the pointer was pressed last: what comes under it without that it moves asks for nothing.
    pressed: StoredValue<(i32, i32)>,
}

#[component]
pub fn EventCard(agenda: Agenda) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let card = Card { agenda, element, timer: StoredValue::new(None), pressed: StoredValue::default() };
    Effect::new(move |_| {
        let listeners = ["pointerover", "focusin", "pointerdown", "wheel", "keydown"]
            .map(|name| window_event_listener_untyped(name, move |event| card.hear(name, &event)));
        on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    });
    // What it was about may be gone or elsewhere.
    Effect::new(move |_| {
        agenda.events.track();
        agenda.place.track();
        card.hide();
    });
    view! {
        <div class="hover-card" node_ref=element hidden aria-hidden="true">
            <strong></strong>
            <span></span>
            <span></span>
            <span></span>
        </div>
    }
}

impl Card {
    fn hear(self, name: &str, event: &Event) {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let pointer = event.dyn_ref::<PointerEvent>();
        let place = pointer.map(|pointer| (pointer.client_x(), pointer.client_y())).unwrap_or_default();
        let asks = match name {
            "pointerover" => {
                pointer.is_some_and(|pointer| pointer.pointer_type() == "mouse") && self.pressed.get_value() != place
            }
            "focusin" => target.matches(":focus-visible").unwrap_or(false),
            "keydown" if event.dyn_ref::<KeyboardEvent>().is_none_or(|event| event.key() != "Escape") => return,
            "pointerdown" => {
                self.pressed.set_value(place);
                return self.hide();
            }
            _ => return self.hide(),
        };
        if !asks {
            return;
        }
        let by_pointer = name == "pointerover";
        let shown = self.element.get_untracked().is_some_and(|card| !card.hidden());
        self.stop_waiting();
        match closest(&target, ".agenda__main [data-event]") {
            Some(chip) => self.wait(if shown { WAY } else { REST }, move || self.show(&chip, by_pointer)),
            None if shown && closest(&target, ".hover-card").is_none() => self.wait(WAY, move || self.hide()),
            None => {}
        }
    }

    fn wait(self, how_long: Duration, then: impl FnOnce() + 'static) {
        self.timer.set_value(set_timeout_with_handle(then, how_long).ok());
    }

    fn stop_waiting(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn hide(self) {
        self.stop_waiting();
        if let Some(card) = self.element.get_untracked() {
            card.set_hidden(true);
        }
    }

    fn show(self, chip: &Element, by_pointer: bool) {
        let index = chip.get_attribute(INDEX).and_then(|index| index.parse().ok());
        let event = index.and_then(|index| self.agenda.event(index)).filter(|_| chip.is_connected());
        let (Some(card), Some(event)) = (self.element.try_get_untracked().flatten(), event) else { return };
        let lines = self.lines(&event);
        let parts = card.children();
        for (n, line) in (0..).zip(lines) {
            if let Some(part) = parts.item(n) {
                part.set_text_content(Some(&line));
            }
        }
        // The focus alone must leave the pointer what lies below the card.
        let touch = if by_pointer { "" } else { "pointer-events:none;" };
        let place = beside(&chip.get_bounding_client_rect());
        // Fails for no style.
        let _ = card.set_attribute("style", &format!("--calendar:var(--cal-{});{touch}{place}", event.calendar));
        card.set_hidden(false);
    }

    fn lines(self, event: &EventInstance) -> [String; 4] {
        [
            title_or_none(&event.title).to_owned(),
            self.agenda.format.spoken(event.when),
            event.location.clone().unwrap_or_default(),
            calendar_name(self.agenda, event).unwrap_or_default(),
        ]
    }
}

/// Where the card has room next to `chip`: at its side, or above or below what is wide.
fn beside(chip: &DomRect) -> String {
    let (wide, high) = browser::window_size();
    let low = chip.top() > high / 2.0;
    let left = [chip.right() + GAP, chip.left() - GAP - WIDTH]
        .into_iter()
        .find(|left| 0.0 < *left && left + WIDTH < wide)
        .filter(|_| chip.width() < wide / 2.0);
    let (top, bottom) = match left {
        Some(_) => (chip.top(), high - chip.bottom()),
        None => (chip.bottom() + GAP, high - chip.top() + GAP),
    };
    let left = left.unwrap_or_else(|| chip.left().min(wide - WIDTH).max(0.0));
    // Whole pixels: what writes fractions as decimals is large.
    let [left, top, bottom] = [left, top, bottom].map(|length| length.round() as i32);
    if low { format!("left:{left}px;bottom:{bottom}px") } else { format!("left:{left}px;top:{top}px") }
}
