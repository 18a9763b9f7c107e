//! The document in the frame of a message: what its HTML says, after it was sanitised.

/// What browsers let it do (Content Security Policy level 3): nothing runs and nothing is fetched but, where the person wants the
/// pictures of this sender, pictures. Its own origin lets the page measure how long it is; no script could use that, as none runs.
pub fn policy(has_pictures: bool) -> String {
    // Its own parts are at this site.
    let pictures = if has_pictures { "'self' data: https:" } else { "'self' data:" };
    format!(
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {pictures}; \
         style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    )
}

/// What pages of messages take for granted of a browser, and how long lines and large pictures fit.
const STYLE: &str = "html{color-scheme:light;background:#fff;overflow-x:auto}\
    body{margin:0;padding:16px;color:#1a1b25;font:15px/1.5 system-ui,sans-serif;overflow-wrap:break-word}\
    img{max-width:100%;height:auto}a{color:#3049b8}pre{white-space:pre-wrap}\
    blockquote{margin:0 0 0 4px;padding-left:12px;border-left:2px solid #c9c9d4;color:#4a4c5e}";

/// The whole of it around `html`, which was sanitised.
pub fn document(html: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"referrer\" content=\"no-referrer\"><base target=\"_blank\"><style>{STYLE}</style></head><body>{html}</body></html>"
    )
}

/// Text as such HTML.
pub fn of_text(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<pre style=\"margin:0;font:inherit\">{text}</pre>")
}

#[cfg(test)]
mod tests {
    use super::policy;

    #[test]
    fn nothing_is_fetched_but_pictures_that_are_wanted() {
        for has_pictures in [false, true] {
            let policy = policy(has_pictures);
            assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"));
            assert!(!policy.contains("allow-scripts") && !policy.contains("script-src"));
            assert_eq!(policy.contains("https:"), has_pictures);
        }
    }
}
