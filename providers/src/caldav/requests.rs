//! The bodies of requests.

use chrono::{DateTime, Utc};
use kalends_ical::instances::Window;
use kalends_webdav::XmlWriter;

/// What is asked of an address to find the account that it belongs to.
pub(super) const ACCOUNT: &[&str] = &["D:resourcetype", "D:current-user-principal", "C:calendar-home-set"];
/// What is asked of a home and the calendars in it.
pub(super) const CALENDARS: &[&str] = &[
    "D:resourcetype",
    "D:displayname",
    "D:current-user-privilege-set",
    "D:supported-report-set",
    "D:sync-token",
    "C:calendar-description",
    "C:supported-calendar-component-set",
    "C:calendar-timezone",
    "CS:getctag",
    "IC:calendar-color",
    "IC:calendar-order",
];
pub(super) const CTAG: &[&str] = &["CS:getctag"];
/// What is asked of objects to know whether they have changed.
pub(super) const HEADS: &[&str] = &["D:getetag", "D:resourcetype"];

fn within(root: &str, write: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
    let mut xml = XmlWriter::new();
    xml.open_root(root);
    write(&mut xml);
    xml.close(root);
    xml.take()
}

fn prop(xml: &mut XmlWriter, names: &[&str]) {
    xml.open("D:prop");
    names.iter().for_each(|name| xml.empty(name));
    xml.close("D:prop");
}

pub(super) fn propfind(names: &[&str]) -> Vec<u8> {
    within("D:propfind", |xml| prop(xml, names))
}

/// RFC 6578 section 6.1. `token` is empty at the beginning; `max`: how many are wanted at once.
pub(super) fn sync_collection(token: &str, max: Option<usize>) -> Vec<u8> {
    within("D:sync-collection", |xml| {
        xml.leaf("D:sync-token", token);
        xml.leaf("D:sync-level", "1");
        if let Some(max) = max {
            xml.open("D:limit");
            xml.leaf("D:nresults", &max.to_string());
            xml.close("D:limit");
        }
        prop(xml, HEADS);
    })
}

/// RFC 4791 section 9.10.
pub(super) fn multiget<'a>(paths: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    within("C:calendar-multiget", |xml| {
        prop(xml, &["D:getetag", "C:calendar-data"]);
        paths.into_iter().for_each(|path| xml.leaf("D:href", path));
    })
}

/// RFC 4791 section 9.5, for the objects of one kind of component, such as VEVENT.
pub(super) fn query(component: &str, window: Window) -> Vec<u8> {
    let instant = |time: DateTime<Utc>| time.format("%Y%m%dT%H%M%SZ").to_string();
    let (start, end) = (window.start.map(instant), window.end.map(instant));
    let bounds: Vec<(&str, &str)> = [("start", &start), ("end", &end)]
        .into_iter()
        .filter_map(|(name, time)| Some((name, time.as_deref()?)))
        .collect();
    within("C:calendar-query", |xml| {
        prop(xml, HEADS);
        xml.open("C:filter");
        xml.open_with("C:comp-filter", &[("name", "VCALENDAR")]);
        xml.open_with("C:comp-filter", &[("name", component)]);
        if !bounds.is_empty() {
            xml.empty_with("C:time-range", &bounds);
        }
        xml.close("C:comp-filter");
        xml.close("C:comp-filter");
        xml.close("C:filter");
    })
}
