//! What only the browser knows or can do; on the server each does nothing.

/// The IANA name of the time zone that the browser runs in.
pub fn time_zone() -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
        js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
    }
    #[cfg(not(feature = "hydrate"))]
    None
}

/// The wall-clock time in an IANA time zone, to the minute. The browser brings the rules of the zones.
pub fn now_in(time_zone: &str) -> Option<chrono::NaiveDateTime> {
    #[cfg(feature = "hydrate")]
    {
        let options = js_sys::Object::new();
        js_sys::Reflect::set(&options, &"timeZone".into(), &time_zone.into()).ok()?;
        // The Swedish way to write a time is `2026-11-21 08:13:22`.
        let text = String::from(js_sys::Date::new_0().to_locale_string("sv-SE", &options));
        let (date, time) = text.get(..16)?.split_once(' ')?;
        Some(chrono::NaiveDateTime::new(date.parse().ok()?, time.parse().ok()?))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = time_zone;
        None
    }
}

/// Waits.
pub async fn pause(milliseconds: u64) {
    #[cfg(feature = "hydrate")]
    {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            let resolve = move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL));
            leptos::prelude::set_timeout(resolve, std::time::Duration::from_millis(milliseconds));
        });
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = milliseconds;
}

/// Keeps a cookie for a year that the server reads with the next page.
pub fn keep_cookie(name: &str, value: &str) {
    #[cfg(feature = "hydrate")]
    {
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
        let _ = js_sys::Reflect::set(&leptos::prelude::document(), &"cookie".into(), &cookie.into());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, value);
}

/// Whether the browser knows that it has no connection.
pub fn offline() -> bool {
    #[cfg(feature = "hydrate")]
    {
        !leptos::prelude::window().navigator().on_line()
    }
    #[cfg(not(feature = "hydrate"))]
    false
}

/// The values of the ticked boxes of a list that is in the page already, `None` where none is: what somebody did before the page
/// was taken over.
pub fn ticked(list: &str) -> Option<Vec<String>> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let document = leptos::prelude::document();
        document.query_selector(list).ok()??;
        let boxes = document.query_selector_all(&format!("{list} :checked")).ok()?;
        let value = |n| boxes.item(n)?.dyn_into::<leptos::web_sys::Element>().ok()?.get_attribute("value");
        Some((0..boxes.length()).filter_map(value).collect())
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = list;
        None
    }
}

/// Width and height of the window, in CSS pixels.
pub fn window_size() -> (f64, f64) {
    #[cfg(feature = "hydrate")]
    {
        let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64());
        let window = leptos::prelude::window();
        (size(window.inner_width()).unwrap_or(f64::MAX), size(window.inner_height()).unwrap_or(f64::MAX))
    }
    #[cfg(not(feature = "hydrate"))]
    (f64::MAX, f64::MAX)
}

/// Loads the page anew.
pub fn reload() {
    #[cfg(feature = "hydrate")]
    // Fails only in a document without a browsing context.
    let _ = leptos::prelude::window().location().reload();
}

/// Path and query of the page that is shown or asked for.
pub fn here() -> String {
    #[cfg(feature = "hydrate")]
    {
        let location = leptos::prelude::window().location();
        location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
    }
    #[cfg(all(feature = "ssr", not(feature = "hydrate")))]
    {
        let parts = leptos::prelude::use_context::<axum::http::request::Parts>();
        parts.and_then(|parts| parts.uri.path_and_query().map(ToString::to_string)).unwrap_or_default()
    }
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    String::new()
}
