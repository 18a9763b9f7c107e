//! What changes elsewhere, as `frontend/live.js` tells the page: it has the stream of events of the browser, of which there is one for
//! all tabs, and shows the state of the connection.

use crate::ui::fixed;
use crate::wire::CalendarId;
use leptos::prelude::*;
use std::rc::Rc;

/// Something that the script tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The calendar has come to this revision.
    Calendar { calendar: CalendarId, revision: i64 },
    /// The calendar cannot be seen any more.
    Gone(CalendarId),
    /// The list of calendars has come to this revision.
    List(i64),
    /// The connection is there, for the first time or again.
    Live,
}

impl News {
    /// `calendar 12 345`, `gone 12 0`, `list 0 7`, `live`.
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let kind = words.next()?;
        if kind == "live" {
            return Some(News::Live);
        }
        let (calendar, revision) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        match kind {
            "calendar" => Some(News::Calendar { calendar, revision }),
            "gone" => Some(News::Gone(calendar)),
            "list" => Some(News::List(revision)),
            _ => None,
        }
    }
}

/// Has `heed` called with what comes, as long as the owner lives.
pub fn listen(heed: Rc<dyn Fn(News)>) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::wasm_bindgen::JsCast;
        use leptos::web_sys::{CustomEvent, Event};
        let hear = move |event: Event| {
            let text = event.dyn_ref::<CustomEvent>().and_then(|event| event.detail().as_string());
            if let Some(news) = text.as_deref().and_then(News::read) {
                heed(news);
            }
        };
        let hearing = window_event_listener_untyped("kalends-live", hear);
        on_cleanup(move || hearing.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (heed, News::read);
}

/// Has those who listen told again what is known.
pub fn ask() {
    #[cfg(feature = "hydrate")]
    if let Ok(ask) = leptos::web_sys::Event::new("kalends-live-ask") {
        // Fails only where nothing can be dispatched.
        let _ = window().dispatch_event(&ask);
    }
}

/// The script, with what it says of the connection.
#[cfg(feature = "ssr")]
pub fn script(file: &crate::Asset) -> impl IntoView + use<> {
    use crate::session::CurrentUser;
    use crate::words;
    let user = use_context::<CurrentUser>().and_then(|user| user.0);
    let viewer = user.map(|user| crate::server_context::viewer(&user));
    let hour12 = viewer.as_ref().is_some_and(|viewer| viewer.hour12);
    let zone = viewer.filter(|viewer| viewer.time_zone_known).map(|viewer| viewer.time_zone);
    view! {
        <script
            type="module"
            id="kalends-live"
            nonce=leptos::nonce::use_nonce()
            src=file.path.clone()
            integrity=file.integrity.clone()
            data-hour12=hour12.to_string()
            data-zone=zone
            data-signed-out=words::server_live_signed_out()
            data-reconnecting=words::server_live_reconnecting()
            data-offline=words::server_live_offline("{time}")
            data-back=words::server_live_back()
        ></script>
    }
}

/// Where the script shows the state of the connection.
pub fn state() -> impl IntoView {
    fixed(&["<span class=live data-live role=status></span>"])
}

#[cfg(test)]
mod tests {
    use super::News;

    #[test]
    fn what_the_script_tells_is_understood() {
        for (text, news) in [
            ("calendar 12 345", News::Calendar { calendar: 12, revision: 345 }),
            ("gone 12 0", News::Gone(12)),
            ("list 0 7", News::List(7)),
            ("live", News::Live),
        ] {
            assert_eq!(News::read(text), Some(news));
        }
        for text in ["", "calendar", "calendar x 1", "calendar 1", "other 1 2"] {
            assert_eq!(News::read(text), None, "{text}");
        }
    }
}
