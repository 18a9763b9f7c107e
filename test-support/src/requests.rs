//! Bodies of requests.

/// The namespaces as every body of these tests declares them.
pub const NS: &str = r#"xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:I="http://apple.com/ns/ical/" xmlns:Z="urn:z""#;

/// A calendar-query that asks for ETags and `data`, by what the VCALENDAR is asked for.
pub fn query(filter: &str, data: &str) -> String {
    format!(
        r#"<C:calendar-query {NS}><D:prop><D:getetag/>{data}</D:prop><C:filter><C:comp-filter name="VCALENDAR">{filter}</C:comp-filter></C:filter></C:calendar-query>"#
    )
}

/// A filter of events.
pub fn events(inner: &str) -> String {
    format!(r#"<C:comp-filter name="VEVENT">{inner}</C:comp-filter>"#)
}

/// A filter of events between two times.
pub fn events_between(start: &str, end: &str) -> String {
    events(&format!(r#"<C:time-range start="{start}" end="{end}"/>"#))
}

/// A calendar-multiget of these properties.
pub fn multiget(properties: &str, hrefs: &[impl AsRef<str>]) -> String {
    let list: String = hrefs.iter().map(|href| format!("<D:href>{}</D:href>", href.as_ref())).collect();
    format!("<C:calendar-multiget {NS}><D:prop>{properties}</D:prop>{list}</C:calendar-multiget>")
}

/// A PROPPATCH.
pub fn propertyupdate(inner: &str) -> String {
    format!("<D:propertyupdate {NS}>{inner}</D:propertyupdate>")
}

/// A PROPPATCH that sets these properties.
pub fn set(properties: &str) -> String {
    propertyupdate(&format!("<D:set><D:prop>{properties}</D:prop></D:set>"))
}

/// A PROPFIND of these properties.
pub fn propfind(properties: &str) -> String {
    format!("<D:propfind {NS}><D:prop>{properties}</D:prop></D:propfind>")
}
