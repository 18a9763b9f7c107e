//! Where the keyboard is in a view, which outlives that the view is drawn anew.

use crate::agenda::model::Agenda;
use crate::dom::{closest, date_of, find_anywhere};
use crate::thin::Effect;
use chrono::NaiveDate;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// Drawing takes a focused link away, and with it the focus; this gives it back.
#[derive(Clone, Copy)]
pub struct Focus(StoredValue<Option<Wanted>>);

struct Wanted {
    selector: String,
    /// It does not have the focus yet.
    coming: bool,
}

impl Focus {
    /// Keeps the focus as long as the page is there.
    pub fn keep(agenda: Agenda) -> Self {
        let focus = Focus(StoredValue::new(None));
        Effect::new(move |_| {
            let heed = move |target: Option<Element>| {
                let selector = target.and_then(|target| selector_of(&target));
                focus.0.set_value(selector.map(|selector| Wanted { selector, coming: false }));
            };
            // It may have arrived before the page was taken over.
            heed(document().active_element());
            let arrived = window_event_listener(ev::focusin, move |event| {
                heed(event.target().and_then(|target| target.dyn_into::<Element>().ok()));
            });
            // Who presses elsewhere is done here.
            let left = window_event_listener(ev::pointerdown, move |_| focus.0.set_value(None));
            on_cleanup(move || {
                arrived.remove();
                left.remove();
            });
        });
        Effect::new(move |_| {
            agenda.place.track();
            agenda.events.track();
            agenda.today.track();
            agenda.month_height.track();
            request_animation_frame(move || focus.restore());
        });
        focus
    }

    /// Goes to what `selector` finds, at the latest when it is drawn.
    pub fn go(self, selector: String) {
        if !give(&selector) {
            self.0.set_value(Some(Wanted { selector, coming: true }));
        }
    }

    /// Goes to what `selector` finds once the present change is drawn.
    pub fn follow(self, selector: String) {
        self.0.set_value(Some(Wanted { selector, coming: true }));
    }

    fn restore(self) {
        let lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        let wanted = self.0.try_with_value(|wanted| {
            wanted.as_ref().filter(|wanted| wanted.coming || lost).map(|wanted| wanted.selector.clone())
        });
        if let Some(Some(selector)) = wanted {
            give(&selector);
        }
    }
}

fn give(selector: &str) -> bool {
    find_anywhere(selector)
        .and_then(|found| found.dyn_into::<HtmlElement>().ok())
        .is_some_and(|found| found.focus().is_ok())
}

/// The free part of a day as a whole.
pub fn day(date: NaiveDate) -> String {
    format!("[data-date=\"{date}\"] .day__new")
}

/// An hour of a day.
pub fn hour(date: NaiveDate, hour: i64) -> String {
    format!("[data-column=\"{date}\"] [data-hour=\"{hour}\"]")
}

/// The day that is marked in the small month.
pub const MARKED: &str = ".mini__day[aria-current]";

/// Finds the element again after it was drawn anew.
fn selector_of(element: &Element) -> Option<String> {
    if closest(element, ".mini__days").is_some() {
        return Some(MARKED.into());
    }
    if closest(element, "[data-event]").is_some() {
        // The number changes; the event in the address does not, but for where it leads back to.
        let address = element.get_attribute("href")?;
        let event = address.split("back=").next()?;
        return Some(format!("[data-event][href^=\"{event}\"]"));
    }
    if let Some(column) = closest(element, "[data-column]") {
        let date = column.get_attribute("data-column")?.parse().ok()?;
        return Some(hour(date, element.get_attribute("data-hour")?.parse().ok()?));
    }
    closest(element, ".day__new").and_then(|free| date_of(&free)).map(day)
}
