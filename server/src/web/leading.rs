//! Leading a browser on to another site.

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use kalends_app::words;

/// A page that goes on to another site by itself: what a form leads to may not be elsewhere (`form-action` of the pages' policy).
pub fn lead_to(url: &str, name: &str) -> Response {
    let (title, go_on) = (escaped(&words::server_sign_in_going(name)), words::server_sign_in_go_on());
    let (language, url) = (words::language(), escaped(url));
    let page = format!(
        "<!DOCTYPE html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <meta name=\"color-scheme\" content=\"light dark\"><meta http-equiv=\"refresh\" content=\"0; url={url}\"></head>\
         <body><main><h1>{title}</h1><p><a href=\"{url}\">{go_on}</a></p></main></body></html>"
    );
    let mut response = Html(page).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
