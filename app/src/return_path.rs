//! Where a form leads to that was told by the address it stands at.

/// The path that an address asked for, if it is one of this site; nothing else may be followed.
pub fn own_path(asked: Option<&str>) -> Option<&str> {
    asked.filter(|path| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'\\')
            && !["/sign-in", "/welcome/", "/fn/"].iter().any(|page| path.starts_with(page))
    })
}

/// Where the form of an event or a calendar leads back to: the agenda where nothing (or nothing of this site) was asked for.
pub fn back_path(asked: Option<&str>) -> &str {
    own_path(asked).unwrap_or("/agenda")
}

/// The sign-in page that leads back to `next`.
pub fn sign_in_path(next: &str) -> String {
    match own_path(Some(next)) {
        None | Some("/") => "/sign-in".to_owned(),
        Some(next) => format!("/sign-in?next={}", leptos_router::location::Url::escape(next)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_only_to_own_pages() {
        for own in ["/", "/agenda/week/2026-11-21", "/event/3/a%20b.ics?instance=20261121&back=%2F", "/?a=//b"] {
            assert_eq!(own_path(Some(own)), Some(own));
            assert_eq!(back_path(Some(own)), own);
        }
        assert_eq!(back_path(None), "/agenda");
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
            assert_eq!(own_path(Some(foreign)), None, "{foreign:?}");
            assert_eq!(back_path(Some(foreign)), "/agenda", "{foreign:?}");
            assert_eq!(sign_in_path(foreign), "/sign-in", "{foreign:?}");
        }
        assert_eq!(sign_in_path("/settings"), "/sign-in?next=%2Fsettings");
    }
}
