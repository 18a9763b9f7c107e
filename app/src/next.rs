//! Where a form leads to that was told by the address it stands at.

/// A path of this site, whatever an address asked for; where it asked for something else, `/`.
pub fn safe_next(next: &str) -> &str {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'\\')
        && !["/sign-in", "/welcome/", "/fn/"].iter().any(|page| next.starts_with(page));
    if own { next } else { "/" }
}

/// Where the form of an event or a calendar leads back to: [`safe_next`], and the agenda where nothing was asked for.
pub fn safe_back(back: Option<&str>) -> &str {
    match back.map(safe_next) {
        None | Some("/") => "/agenda",
        Some(path) => path,
    }
}

/// The sign-in page that leads back to `next`.
pub fn sign_in_path(next: &str) -> String {
    match safe_next(next) {
        "/" => "/sign-in".to_owned(),
        next => format!("/sign-in?next={}", leptos_router::location::Url::escape(next)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_only_to_own_pages() {
        for own in ["/", "/agenda/week/2026-11-21", "/event/3/a%20b.ics?instance=20261121&back=%2F", "/?a=//b"] {
            assert_eq!(safe_next(own), own);
            assert_eq!(safe_back(Some(own)), if own == "/" { "/agenda" } else { own });
        }
        assert_eq!(safe_back(None), "/agenda");
        for foreign in [
            "",
            "agenda",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n",
            "/sign-in?next=/sign-in",
            "/fn/sign_out",
            "/é",
        ] {
            assert_eq!(safe_next(foreign), "/", "{foreign:?}");
            assert_eq!(safe_back(Some(foreign)), "/agenda", "{foreign:?}");
        }
    }
}
