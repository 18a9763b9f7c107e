//! The documents around what is shown, and those where there is nothing.

use crate::ui::Markup;
use crate::words;
use leptos::prelude::*;

/// The files that the pages name.
#[derive(Clone, Debug)]
pub struct Files {
    pub style: String,
    pub script: String,
}

/// What stands around a page.
pub struct Around<'a> {
    pub files: &'a Files,
    pub title: String,
    pub theme: Option<&'static str>,
    pub class: &'static str,
    /// Where the script hears of what changes; `None`: there is nothing to hear.
    pub stream: Option<String>,
    /// After so many seconds browsers without scripts load the page again; those with scripts write it anew.
    pub refresh: Option<u32>,
}

/// The page as HTML. The script writes the element `shown` anew.
pub fn document(around: Around<'_>, body: AnyView) -> String {
    let Around { files, title, theme, class, stream, refresh } = around;
    // The marks that views have between texts would stand in it.
    let mut text = Markup::default();
    text.text(&title);
    let title = text.finish();
    let script = stream.is_some().then(|| view! { <script type="module" src=files.script.clone()></script> });
    let reload = refresh.map(|seconds| {
        view! { <noscript><meta http-equiv="refresh" content=seconds.to_string() /></noscript> }
    });
    view! {
        <!DOCTYPE html>
        <html lang=words::language() data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="robots" content="noindex, nofollow" />
                <meta name="referrer" content="no-referrer" />
                <title inner_html=title></title>
                <link rel="icon" type="image/svg+xml" href="/public/favicon.svg" />
                <link rel="stylesheet" href=files.style.clone() />
                {reload}
                {script}
            </head>
            <body class=class data-stream=stream data-every=refresh>
                {body}
            </body>
        </html>
    }
    .to_html()
}

/// The page where there is no link, whatever there was: it tells nothing of the address.
pub fn not_found(files: &Files) -> String {
    let (title, what) = (words::server_links_gone_title(), words::server_links_gone());
    notice(files, title, what.to_owned())
}

/// The page for whoever has asked for too many addresses that lead nowhere.
pub fn too_many(files: &Files, seconds: u64) -> String {
    let minutes = usize::try_from(seconds.div_ceil(60)).unwrap_or(usize::MAX);
    notice(files, words::server_links_slow_title(), words::server_links_slow(minutes))
}

fn notice(files: &Files, title: &'static str, what: String) -> String {
    let around = Around {
        files,
        title: words::common_page_title(title),
        theme: None,
        class: "public",
        stream: None,
        refresh: None,
    };
    let body = view! {
        <main class="public__main public__notice">
            <h1>{title}</h1>
            <p>{what}</p>
        </main>
    };
    document(around, body.into_any())
}
