//! A time zone chosen by typing a part of its name.

use super::data::ZoneInfo;
use crate::api::events::time_zones;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// How many zones the list shows; whoever needs another one types more.
const MOST: usize = 50;

/// A text field with the zones that match it. Without WebAssembly the browser's own suggestions help.
#[component]
pub fn ZoneField(
    value: String,
    /// Fetched at the first use when there are none.
    zones: Vec<ZoneInfo>,
    invalid: Signal<Option<&'static str>>,
    /// Hears the name as it stands in the field.
    on_choose: Callback<String>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let suggestions = zones.iter().map(|zone| view! { <option value=zone.name.clone()></option> }).collect_view();
    let zones = RwSignal::new(zones);
    let query = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let active = RwSignal::new(0usize);
    let found = Memo::new(move |_| if open.get() { matching(&zones.read(), &query.read()) } else { Vec::new() });

    // Two lists would open over one another.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.remove_attribute("list");
        }
    });
    let show = move || {
        active.set(0);
        open.set(true);
        if zones.with_untracked(Vec::is_empty) {
            leptos::task::spawn_local(async move {
                // Without the list a name can still be typed; the server knows them all.
                if let Ok(list) = time_zones().await {
                    let _ = zones.try_set(list);
                }
            });
        }
    };
    let choose = move |name: String| {
        if let Some(input) = input.get_untracked() {
            input.set_value(&name);
        }
        open.set(false);
        on_choose.run(name);
    };
    let on_focus = move |_| {
        if let Some(input) = input.get_untracked() {
            input.select();
        }
        query.set(String::new());
        show();
    };
    let on_input = move |event| {
        query.set(event_target_value(&event));
        show();
        on_choose.run(event_target_value(&event));
    };
    let on_keydown = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open.get_untracked() => show(),
            "ArrowDown" if count > 0 => active.update(|active| *active = (*active + 1) % count),
            "ArrowUp" if count > 0 => active.update(|active| *active = (*active + count - 1) % count),
            "Enter" if open.get_untracked() && !event.ctrl_key() => {
                if let Some(zone) = found.with_untracked(|found| found.get(active.get_untracked()).cloned()) {
                    choose(zone.name);
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
        found
            .get()
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
                        <span class="zone-list__name">{zone.name.replace('_', " ")}</span>
                        <span class="zone-list__offset">{offset(zone.offset)}</span>
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
                hidden=move || found.with(Vec::is_empty)
            >
                {options}
            </ul>
            <datalist id="event-zones">{suggestions}</datalist>
        </div>
    }
    .into_any()
}

/// The zones in whose names every word of `query` occurs, in their order.
fn matching(zones: &[ZoneInfo], query: &str) -> Vec<ZoneInfo> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '/'], " ");
    let query = plain(query);
    let words: Vec<_> = query.split_whitespace().collect();
    let fits = |zone: &&ZoneInfo| {
        let text = format!("{} {}", plain(&zone.name), offset(zone.offset).to_ascii_lowercase());
        words.iter().all(|word| text.contains(word))
    };
    zones.iter().filter(fits).take(MOST).cloned().collect()
}

/// `GMT+5:30`
fn offset(minutes: i32) -> String {
    let (sign, size) = (if minutes < 0 { '−' } else { '+' }, minutes.abs());
    match (size / 60, size % 60) {
        (0, 0) => "GMT".into(),
        (hours, 0) => format!("GMT{sign}{hours}"),
        (hours, minutes) => format!("GMT{sign}{hours}:{minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_parts_of_their_names() {
        let zone = |name: &str, offset| ZoneInfo { name: name.into(), offset };
        let zones = [zone("Europe/Zurich", 60), zone("America/New_York", -300), zone("Asia/Calcutta", 330)];
        let found = |query: &str| matching(&zones, query).into_iter().map(|zone| zone.name).collect::<Vec<_>>();
        assert_eq!(found("new york"), ["America/New_York"]);
        assert_eq!(found("america/new_york"), ["America/New_York"]);
        assert_eq!(found("zur"), ["Europe/Zurich"]);
        assert_eq!(found("gmt+5:30"), ["Asia/Calcutta"]);
        assert_eq!(found("").len(), 3);
        assert!(found("atlantis").is_empty());
    }
}
