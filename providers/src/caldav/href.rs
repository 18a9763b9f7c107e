//! Addresses as servers write them (RFC 4918 section 8.3): absolute or not, and the same one encoded in several ways.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use url::Url;

/// What is written as it is in a segment of a path (RFC 3986 section 3.3): all that may be.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// A segment in the one way in which it is written here, whichever it came in. A slash within it stays encoded.
pub(super) fn segment(written: &str) -> String {
    let octets: Vec<u8> = percent_decode_str(written).collect();
    percent_encode(&octets, SEGMENT).to_string()
}

/// The address with its path in the one way in which it is written here, and without what is not part of it.
pub(super) fn canonical(mut url: Url) -> Url {
    let mut path = String::new();
    let (folders, last) = url.path().rsplit_once('/').unwrap_or(("", url.path()));
    // Where a server joins two slashes, it means one.
    for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
        path.push('/');
        path.push_str(&segment(folder));
    }
    path.push('/');
    path.push_str(&segment(last));
    url.set_path(&path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Where `href`, in the answer to a request for `base`, leads to.
pub(super) fn resolve(base: &Url, href: &str) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() {
        return None;
    }
    // Two slashes are a path that was put together carelessly, not another host.
    let path = href.trim_start_matches('/');
    let url = if href.starts_with("//") { base.join(&format!("/{path}")) } else { base.join(href) };
    let url = url.ok()?;
    matches!(url.scheme(), "http" | "https").then(|| canonical(url))
}

/// A collection's address ends with a slash, whether or not it was given one.
pub(super) fn collection(url: Url) -> Url {
    let mut url = canonical(url);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}

/// What an address in the answer about a collection is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The collection.
    Itself,
    /// The name of a member, in the one way in which it is written here.
    Member(String),
    /// A collection within it.
    Collection,
    Elsewhere,
}

/// `collection` ends with a slash; hosts are not looked at, because servers behind a proxy may not know by what name they were asked.
pub(super) fn place(collection: &Url, url: &Url) -> Place {
    let Some(rest) = url.path().strip_prefix(collection.path()) else {
        let is_itself = collection.path().strip_suffix('/') == Some(url.path());
        return if is_itself { Place::Itself } else { Place::Elsewhere };
    };
    match rest.split_once('/') {
        None if rest.is_empty() => Place::Itself,
        None => Place::Member(rest.to_owned()),
        Some((_, "")) => Place::Collection,
        Some(_) => Place::Elsewhere,
    }
}

/// The address of a member by its name.
pub(super) fn member(collection: &Url, name: &str) -> Url {
    let mut url = collection.clone();
    url.set_path(&format!("{}{}", collection.path(), segment(name)));
    url
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(base: &str, href: &str) -> String {
        resolve(&base.parse().unwrap(), href).map_or("none".into(), |url| url.to_string())
    }

    #[test]
    fn one_address_is_written_in_one_way() {
        let base = "https://h.example/dav/ada%40example.org/";
        let same = "https://h.example/dav/ada@example.org/a%20b%C3%A9.ics";
        for href in [
            "/dav/ada@example.org/a b\u{e9}.ics",
            "/dav/ada%40example.org/a%20b%c3%a9.ics",
            " https://h.example/dav/ada%40example.org/a%20b%C3%A9.ics\n",
            "a%20b%C3%A9.ics",
            "/dav//ada%40example.org/a%20b%C3%A9.ics#x",
        ] {
            assert_eq!(at(base, href), same, "{href}");
        }
        assert_eq!(at(base, "/a%2Fb/../c%252f"), "https://h.example/c%252f");
        assert_eq!(at(base, "/x%2fy"), "https://h.example/x%2Fy");
        assert_eq!(at(base, "http://other.example:8080/x"), "http://other.example:8080/x");
        for nothing in ["", "mailto:a@b", "javascript:alert(1)"] {
            assert_eq!(at(base, nothing), "none", "{nothing}");
        }
    }

    #[test]
    fn two_slashes_do_not_lead_to_another_host() {
        assert_eq!(at("https://h.example/", "//dav/x.ics"), "https://h.example/dav/x.ics");
        assert_eq!(at("https://h.example/dav/", "//dav/x.ics"), "https://h.example/dav/x.ics");
    }

    #[test]
    fn members_are_told_from_the_collection_and_from_what_is_elsewhere() {
        let calendar = collection("https://h.example/dav/ada%40x/cal".parse().unwrap());
        assert_eq!(calendar.path(), "/dav/ada@x/cal/");
        let place = |href: &str| place(&calendar, &resolve(&calendar, href).unwrap());
        assert_eq!(place("/dav/ada%40x/cal/"), Place::Itself);
        assert_eq!(place("/dav/ada@x/cal"), Place::Itself);
        assert_eq!(place("http://inside:8080/dav/ada%40x/cal/a%40b.ics"), Place::Member("a@b.ics".into()));
        assert_eq!(place("/dav/ada@x/cal/sub/"), Place::Collection);
        for elsewhere in ["/dav/ada@x/cal/sub/a.ics", "/dav/ada@x/calendar/a.ics", "/a.ics"] {
            assert_eq!(place(elsewhere), Place::Elsewhere, "{elsewhere}");
        }
        assert_eq!(member(&calendar, "a%40b.ics"), member(&calendar, "a@b.ics"));
        assert_eq!(member(&calendar, "a@b.ics").path(), "/dav/ada@x/cal/a@b.ics");
    }

    #[test]
    fn an_id_never_leads_out_of_its_calendar() {
        let calendar = collection("https://h.example/dav/cal/".parse().unwrap());
        for name in ["../x.ics", "//evil.example/x", "..%2fx", "a/b", "?x", "#x"] {
            let url = member(&calendar, name);
            assert_eq!(url.host_str(), Some("h.example"));
            assert!(url.path().starts_with("/dav/cal/") && url.query().is_none(), "{name}: {url}");
        }
    }
}
