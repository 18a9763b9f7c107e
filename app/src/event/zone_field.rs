//! A time zone chosen by typing what people call it; the server knows the names.

use super::data::ZoneInfo;
use crate::api::events::find_zones;
use crate::thin::{Effect, OnAttribute};
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

/// A text field with the zones that it may mean. Without WebAssembly the browser's own suggestions help.
#[component]
pub fn ZoneField(
    value: String,
    invalid: Signal<Option<&'static str>>,
    /// Hears the name as it stands in the field.
    on_choose: Callback<String>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let query = RwSignal::new(String::new());
    let found = RwSignal::new(Found::default());
    let open = RwSignal::new(false);
    let active = RwSignal::new(0usize);
    // The key that chooses was pressed before the zones were there.
    let hasty = StoredValue::new(false);

    // Two lists would open over one another.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.remove_attribute("list");
        }
    });
    let choose = move |name: String| {
        if let Some(input) = input.get_untracked() {
            input.set_value(&name);
        }
        open.set(false);
        on_choose.run(name);
    };
    let choose_active = move || {
        let zone = found.with_untracked(|found| found.zones.get(active.get_untracked()).cloned());
        if let Some(zone) = zone {
            choose(zone.name);
        }
    };
    let is_answered = move || found.with_untracked(|found| found.query == query.get_untracked());
    let show = move |text: String| {
        query.set(text.clone());
        hasty.set_value(false);
        open.set(true);
        leptos::task::spawn_local(async move {
            // Without the list a name can still be typed; the server knows them all.
            let zones = find_zones(text.clone()).await.unwrap_or_default();
            if query.try_get_untracked().is_none_or(|latest| latest != text) {
                return;
            }
            found.set(Found { query: text, zones });
            active.set(0);
            if hasty.get_value() {
                choose_active();
            }
        });
    };
    let on_focus = move |_| {
        if let Some(input) = input.get_untracked() {
            input.select();
        }
        show(String::new());
    };
    let on_input = move |event| {
        show(event_target_value(&event));
        on_choose.run(event_target_value(&event));
    };
    let on_keydown = move |event: KeyboardEvent| {
        let count = found.with_untracked(|found| found.zones.len());
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open.get_untracked() => show(String::new()),
            "ArrowDown" if count > 0 => active.update(|active| *active = (*active + 1) % count),
            "ArrowUp" if count > 0 => active.update(|active| *active = (*active + count - 1) % count),
            "Enter" if open.get_untracked() && !event.ctrl_key() => {
                if query.with_untracked(String::is_empty) && active.get_untracked() == 0 {
                    // Nothing was looked for: what stands there stays.
                    open.set(false);
                } else if is_answered() {
                    choose_active();
                } else {
                    hasty.set_value(true);
                }
            }
            "Escape" if open.get_untracked() => {
                event.stop_propagation();
                open.set(false);
            }
            _ => return,
        }
        event.prevent_default();
    };
    let options = move || {
        let zones = if open.get() { found.get().zones } else { Vec::new() };
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
                            choose(name.clone());
                        }
                    >
                        <span class="zone-list__name">{zone.label}</span>
                        <span class="zone-list__offset">{zone.offset}</span>
                    </li>
                }
            })
            .collect_view()
    };
    let list = NodeRef::<html::Ul>::new();
    Effect::new(move |_| {
        let active = active.get();
        if open.get()
            && let Some(list) = list.get_untracked()
            && let Some(option) = list.children().item(active as u32).and_then(|o| o.dyn_into::<HtmlElement>().ok())
        {
            let (top, height) = (option.offset_top(), option.offset_height());
            if top < list.scroll_top() {
                list.set_scroll_top(top);
            } else if top + height > list.scroll_top() + list.client_height() {
                list.set_scroll_top(top + height - list.client_height());
            }
        }
    });
    view! {
        <div class="zone-field">
            <input
                node_ref=input
                id="event-zone"
                class="input"
                name="zone"
                role="combobox"
                aria-label="Time zone"
                aria-autocomplete="list"
                aria-controls="event-zone-list"
                aria-expanded=move || open.get().to_string()
                aria-activedescendant=move || open.get().then(|| format!("event-zone-{}", active.get()))
                aria-invalid=invalid
                aria-describedby="event-zone-error"
                list="event-zones"
                placeholder="No time zone"
                spellcheck="false"
                value=value
                on:focus=on_focus
                on:input=on_input
                on:keydown=on_keydown
                on:blur=move |_| open.set(false)
            />
            <ul
                node_ref=list
                id="event-zone-list"
                class="zone-list"
                role="listbox"
                aria-label="Time zones"
                hidden=move || !open.get() || found.with(|found| found.zones.is_empty())
            >
                {options}
            </ul>
            <datalist id="event-zones" inner_html=suggestions()></datalist>
        </div>
    }
    .into_any()
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
