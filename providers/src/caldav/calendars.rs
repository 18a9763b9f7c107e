//! The calendars of an account, and what their server says of them.

use super::CalDav;
use super::client::{Ask, LISTING};
use super::multistatus::Response;
use super::{href, requests};
use kalends_domain::sync::provider::{Following, ProviderError, RemoteCalendar, RemoteCalendarId};
use kalends_webdav::Namespace;
use std::collections::HashSet;
use url::Url;

/// Most calendars that an account may have.
const MAX_CALENDARS: usize = 1_000;

impl CalDav {
    pub(super) async fn list_calendars(&self) -> Result<Vec<RemoteCalendar>, ProviderError> {
        let homes = self.account.homes.iter().map(|home| (home, "1"));
        let single = self.account.calendars.iter().map(|calendar| (calendar, "0"));
        let mut known = HashSet::new();
        let mut calendars = Vec::new();
        for (url, depth) in homes.chain(single) {
            let ask = Ask::propfind(url.clone(), depth, requests::propfind(requests::CALENDARS), LISTING);
            let (found, _) = self.client.multistatus(ask, |base, response| calendar(base, &response)).await?;
            calendars.extend(found.into_iter().filter(|calendar| known.insert(calendar.id.clone())));
            if calendars.len() > MAX_CALENDARS {
                return Err(ProviderError::Refused(format!("the account has more than {MAX_CALENDARS} calendars")));
            }
        }
        Ok(calendars)
    }
}

/// What a response says of a calendar; `None`: it is about something else.
fn calendar(base: &Url, response: &Response) -> Option<RemoteCalendar> {
    if !response.is_calendar() {
        return None;
    }
    let url = href::collection(href::resolve(base, &response.href)?);
    let name = response.text(&Namespace::Dav, "displayname").or_else(|| {
        let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let decoded = percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned();
        Some(decoded).filter(|name| !name.is_empty())
    });
    let order = response.text(&Namespace::AppleIcal, "calendar-order");
    Some(RemoteCalendar {
        name: name.unwrap_or_else(|| url.to_string()),
        description: response.text(&Namespace::CalDav, "calendar-description"),
        color: response.text(&Namespace::AppleIcal, "calendar-color").and_then(|written| color(&written)),
        // Apple's program writes fractions.
        order: order
            .and_then(|order| order.parse::<f64>().ok())
            .filter(|order| order.is_finite())
            .map(|order| order as i64),
        components: components(response),
        is_writable: is_writable(response),
        is_shared: is_shared(response),
        time_zone: response.text(&Namespace::CalDav, "calendar-timezone").and_then(|text| tzid(&text)),
        following: following(response),
        id: RemoteCalendarId(url.into()),
    })
}

/// `#RRGGBB` of that or of Apple's `#RRGGBBAA`.
fn color(written: &str) -> Option<String> {
    let hex = written.strip_prefix('#')?;
    let is_color = matches!(hex.len(), 6 | 8) && hex.bytes().all(|octet| octet.is_ascii_hexdigit());
    is_color.then(|| format!("#{}", hex[..6].to_ascii_uppercase()))
}

fn components(response: &Response) -> Option<Vec<String>> {
    let set = response.caldav("supported-calendar-component-set")?;
    let names: Vec<String> =
        set.caldav_all("comp").filter_map(|comp| comp.attribute("name")).map(str::to_ascii_uppercase).collect();
    (!names.is_empty()).then_some(names)
}

/// By the privileges of RFC 3744 section 3; who says nothing of them may allow it.
fn is_writable(response: &Response) -> bool {
    let Some(set) = response.dav("current-user-privilege-set") else { return true };
    let writes = ["all", "write", "write-content", "bind"];
    let mut privileges = set.dav_all("privilege").flat_map(|privilege| &privilege.children);
    privileges.any(|privilege| writes.iter().any(|name| privilege.name.is_dav(name)))
}

/// Apple's way of sharing, which several servers have, and which says it as a kind of collection.
fn is_shared(response: &Response) -> bool {
    let Some(kinds) = response.dav("resourcetype") else { return false };
    let is_sharing = |name: &str| ["shared", "shared-owner"].contains(&name);
    kinds.children.iter().any(|kind| kind.name.namespace == Namespace::CalendarServer && is_sharing(&kind.name.local))
}

/// TZID of the VTIMEZONE in a VCALENDAR.
fn tzid(calendar: &str) -> Option<String> {
    let zone = calendar.lines().find_map(|line| line.trim().strip_prefix("TZID:"))?.trim();
    (!zone.is_empty()).then(|| zone.to_owned())
}

fn following(response: &Response) -> Following {
    let reports = response.dav("supported-report-set").into_iter().flat_map(|set| set.dav_all("supported-report"));
    let mut reports = reports.flat_map(|supported| supported.dav_all("report"));
    let has_token = response.text(&Namespace::Dav, "sync-token").is_some();
    if has_token || reports.any(|report| report.dav("sync-collection").is_some()) {
        Following::Changes
    } else if response.text(&Namespace::CalendarServer, "getctag").is_some() {
        Following::Tag
    } else {
        Following::Comparison
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_with_or_without_their_opacity() {
        assert_eq!(color("#0e61b9FF").as_deref(), Some("#0E61B9"));
        assert_eq!(color("#0E61B9").as_deref(), Some("#0E61B9"));
        for other in ["", "red", "#123", "#12345G", "0E61B9", "#é1234"] {
            assert_eq!(color(other), None, "{other}");
        }
    }

    #[test]
    fn a_zone_is_named_in_its_calendar() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\r\nTZID:Europe/Zurich\r\nEND:VTIMEZONE\nEND:VCALENDAR";
        assert_eq!(tzid(text).as_deref(), Some("Europe/Zurich"));
        assert_eq!(tzid("Europe/Zurich"), None);
    }
}
