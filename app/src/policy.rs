//! What browsers let a page do (Content Security Policy level 3).

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Whether the page at `path` shows something of this site in a frame: how events look in other sites, or what a message says.
fn shows_frames(path: &str) -> bool {
    path == "/settings/embed" || path.starts_with("/mail/")
}

/// Sends the policy with the page: everything comes from this site, and of the scripts in the page only those that carry the nonce of
/// this answer run. Style attributes are let through because the pages place events by them; style elements are not.
pub fn announce() {
    let frames = use_context::<Parts>().is_some_and(|request| shows_frames(request.uri.path()));
    let frames = if frames { "'self'" } else { "'none'" };
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-src {frames}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
