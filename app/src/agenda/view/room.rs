//! How many lanes the weeks of a month have room for.
//!
//! The server does not know it, and the style sheet finds it out by container queries. Once the page is taken over it is measured, and
//! what there is no room for is not drawn any more.

use crate::agenda::layout::{MonthHeight, month_room};
use crate::agenda::model::Agenda;
use crate::dom::find;
use crate::thin::Effect;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Element, ResizeObserver};

/// The height of a day's number in rem, as the style sheet has it.
const NUMBER: f64 = 1.5;

/// The lanes that each of so many weeks has room for; `None` as long as nobody knows, and for paper, whose height nobody knows.
pub fn of_month(agenda: Agenda, root: NodeRef<html::Div>, weeks: Memo<usize>) -> Memo<Option<usize>> {
    let is_printed = RwSignal::new(false);
    Effect::new(move |_| {
        let listeners = [("beforeprint", true), ("afterprint", false)]
            .map(|(name, is)| window_event_listener_untyped(name, move |_| is_printed.set(is)));
        on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    });
    Effect::new(move |_| {
        let Some(root) = root.get() else { return };
        let seen = root.clone();
        let look = Closure::<dyn FnMut()>::new(move || {
            if let Some(height) = height_of(&seen) {
                agenda.month_height.try_set(Some(height));
            }
        });
        if let Ok(observer) = ResizeObserver::new(look.as_ref().unchecked_ref()) {
            observer.observe(&root);
            let kept = StoredValue::new_local((observer, look));
            on_cleanup(move || {
                kept.try_with_value(|(observer, _)| observer.disconnect());
            });
        }
    });
    Memo::new(move |_| {
        let height = agenda.month_height.get().filter(|_| !is_printed.get())?;
        Some(month_room(height, weeks.get()))
    })
}

fn height_of(root: &Element) -> Option<MonthHeight> {
    let height = |selector| Some(find(root, selector)?.get_bounding_client_rect().height());
    let number = height(".day__number > span").filter(|number| *number > 0.0)?;
    let weeks = f64::from(root.client_height()) - height(".month__head")?;
    Some(MonthHeight { weeks, rem: number / NUMBER })
}
