//! The WebAssembly entry: takes over the page that the server rendered.

// A page is one nested type, as deep as its markup.
#![recursion_limit = "512"]

use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    // Without its words the page stays what the server wrote: links and forms.
    if !kalends_app::words::load() {
        leptos::logging::error!("no words for this version of the program");
        return;
    }
    leptos::mount::hydrate_body(kalends_app::App);
    // Style sheets and tests see from here on that the page answers to more than links and forms.
    if let Some(html) = document().document_element() {
        let _ = html.set_attribute("data-hydrated", "true");
    }
}
