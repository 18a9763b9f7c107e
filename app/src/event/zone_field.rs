//! A time zone chosen by typing what people call it; the server knows the names.

use super::api::find_zones;
use super::data::ZoneInfo;
use crate::thin::{Effect, OnAttribute};
use crate::words;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// Zones that the server found, and for which text.
#[derive(Clone, Default)]
struct Found {
    query: String,
    zones: Vec<ZoneInfo>,
}

/// The field and its list: handles alone.
#[derive(Clone, Copy)]
struct ZoneState {
    input: NodeRef<html::Input>,
    list: NodeRef<html::Ul>,
    query: RwSignal<String>,
    found: RwSignal<Found>,
    open: RwSignal<bool>,
    active: RwSignal<usize>,
    /// The key that chooses was pressed before the zones were there.
    hasty: StoredValue<bool>,
    on_choose: Callback<String>,
}

/// A text field with the zones that it may mean. Without WebAssembly the browser's own suggestions help.
#[component]
pub fn ZoneField(
    value: String,
    invalid: Signal<Option<&'static str>>,
    /// Hears the name as it stands in the field.
    on_choose: Callback<String>,
) -> impl IntoView {
    let state = ZoneState {
        input: NodeRef::new(),
        list: NodeRef::new(),
        query: RwSignal::new(String::new()),
        found: RwSignal::new(Found::default()),
        open: RwSignal::new(false),
        active: RwSignal::new(0),
        hasty: StoredValue::new(false),
        on_choose,
    };
    let ZoneState { input, list, found, open, active, .. } = state;
    // Two lists would open over one another.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.remove_attribute("list");
        }
    });
    Effect::new(move |_| state.scroll_to_active());
    view! {
        <div class="zone-field">
            <input
                node_ref=input
                id="event-zone"
                class="input"
                name="zone"
                role="combobox"
                aria-label=words::event_time_zone()
                aria-autocomplete="list"
                aria-controls="event-zone-list"
                aria-expanded=move || open.get().to_string()
                aria-activedescendant=move || open.get().then(|| format!("event-zone-{}", active.get()))
                aria-invalid=invalid
                aria-describedby="event-zone-error"
                list="event-zones"
                placeholder=words::event_no_time_zone()
                spellcheck="false"
                value=value
                on:focus=move |_| state.focused()
                on:input=move |event| {
                    state.show(event_target_value(&event));
                    on_choose.run(event_target_value(&event));
                }
                on:keydown=move |event| state.pressed(&event)
                on:blur=move |_| open.set(false)
            />
            <ul
                node_ref=list
                id="event-zone-list"
                class="zone-list"
                role="listbox"
                aria-label=words::event_time_zones()
                hidden=move || !open.get() || found.with(|found| found.zones.is_empty())
            >
                {move || state.options()}
            </ul>
            <datalist id="event-zones" inner_html=suggestions()></datalist>
        </div>
    }
    .into_any()
}

impl ZoneState {
    fn choose(self, name: String) {
        if let Some(input) = self.input.get_untracked() {
            input.set_value(&name);
        }
        self.open.set(false);
        self.on_choose.run(name);
    }

    fn choose_active(self) {
        let zone = self.found.with_untracked(|found| found.zones.get(self.active.get_untracked()).cloned());
        if let Some(zone) = zone {
            self.choose(zone.name);
        }
    }

    fn is_answered(self) -> bool {
        self.found.with_untracked(|found| found.query == self.query.get_untracked())
    }

    /// Opens the list with what the text may mean.
    fn show(self, text: String) {
        self.query.set(text.clone());
        self.hasty.set_value(false);
        self.open.set(true);
        leptos::task::spawn_local(async move {
            // Without the list a name can still be typed; the server knows them all.
            let zones = find_zones(text.clone()).await.unwrap_or_default();
            if self.query.try_get_untracked().is_none_or(|latest| latest != text) {
                return;
            }
            self.found.set(Found { query: text, zones });
            self.active.set(0);
            if self.hasty.get_value() {
                self.choose_active();
            }
        });
    }

    fn focused(self) {
        if let Some(input) = self.input.get_untracked() {
            input.select();
        }
        self.show(String::new());
    }

    fn pressed(self, event: &KeyboardEvent) {
        let count = self.found.with_untracked(|found| found.zones.len());
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !self.open.get_untracked() => self.show(String::new()),
            "ArrowDown" if count > 0 => self.active.update(|active| *active = (*active + 1) % count),
            "ArrowUp" if count > 0 => self.active.update(|active| *active = (*active + count - 1) % count),
            "Enter" if self.open.get_untracked() && !event.ctrl_key() => {
                if self.query.with_untracked(String::is_empty) && self.active.get_untracked() == 0 {
                    // Nothing was looked for: what stands there stays.
                    self.open.set(false);
                } else if self.is_answered() {
                    self.choose_active();
                } else {
                    self.hasty.set_value(true);
                }
            }
            "Escape" if self.open.get_untracked() => {
                event.stop_propagation();
                self.open.set(false);
            }
            _ => return,
        }
        event.prevent_default();
    }

    fn options(self) -> impl IntoView {
        let active = self.active;
        let zones = if self.open.get() { self.found.get().zones } else { Vec::new() };
        zones
            .into_iter()
            .enumerate()
            .map(|(index, zone)| {
                let name = zone.name.clone();
                view! {
                    <li
                        id=format!("event-zone-{index}")
                        role="option"
                        class="zone-list__option"
                        aria-selected=move || (active.get() == index).to_string()
                        // A click would take the focus away first and close the list.
                        on:mousedown=move |event| {
                            event.prevent_default();
                            self.choose(name.clone());
                        }
                    >
                        <span class="zone-list__name">{zone.label}</span>
                        <span class="zone-list__offset">{zone.offset}</span>
                    </li>
                }
            })
            .collect_view()
    }

    /// Keeps the option that the keys are at in sight.
    fn scroll_to_active(self) {
        let active = self.active.get();
        if self.open.get()
            && let Some(list) = self.list.get_untracked()
            && let Some(option) = list.children().item(active as u32).and_then(|o| o.dyn_into::<HtmlElement>().ok())
        {
            let (top, height) = (option.offset_top(), option.offset_height());
            if top < list.scroll_top() {
                list.set_scroll_top(top);
            } else if top + height > list.scroll_top() + list.client_height() {
                list.set_scroll_top(top + height - list.client_height());
            }
        }
    }
}

/// The names that the browser suggests by itself: in the page that the server wrote, of no use to the WebAssembly.
fn suggestions() -> String {
    #[cfg(feature = "ssr")]
    {
        crate::zones::names().map(|name| format!("<option>{name}</option>")).collect()
    }
    #[cfg(not(feature = "ssr"))]
    String::new()
}
