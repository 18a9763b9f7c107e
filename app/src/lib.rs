//! Kalends in the browser: pages rendered on the server with their data in them, then hydrated.
//!
//! Feature `ssr` is the server's side (server functions call `kalends-domain`), `hydrate` the browser's.

pub mod event;
#[cfg(feature = "ssr")]
pub mod session;
pub mod ui;

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The built front-end's files, with the hashed names that the build gave them.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    pub stylesheets: Vec<Asset>,
    /// The JavaScript module that starts the WebAssembly.
    pub script: Option<Asset>,
    pub wasm: Option<Asset>,
}

#[derive(Clone, Debug)]
pub struct Asset {
    /// Absolute path, such as `/kalends-1234.css`.
    pub path: String,
    /// Subresource integrity value.
    pub integrity: Option<String>,
}

/// The document around every page.
pub fn shell(assets: &Assets) -> impl IntoView + use<> {
    let stylesheets = assets
        .stylesheets
        .iter()
        .map(|css| view! { <link rel="stylesheet" href=css.path.clone() integrity=css.integrity.clone() /> })
        .collect_view();
    let boot = assets.script.as_ref().zip(assets.wasm.as_ref()).map(|(script, wasm)| {
        let start = format!("import init from '{}'; init({{ module_or_path: '{}' }});", script.path, wasm.path);
        view! {
            <link rel="modulepreload" href=script.path.clone() integrity=script.integrity.clone() />
            <link rel="preload" href=wasm.path.clone() r#as="fetch" r#type="application/wasm" crossorigin="" integrity=wasm.integrity.clone() />
            <script type="module" inner_html=start></script>
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                {stylesheets}
                {boot}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="Kalends" />
        <Router>
            <Routes fallback=|| "Not found">
                <Route path=path!("/") view=Home ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

#[component]
fn Home() -> impl IntoView {
    let (count, set_count) = signal(0);
    view! { <button on:click=move |_| set_count.update(|n| *n += 1)>{count}</button> }
}
