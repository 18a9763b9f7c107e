//! When a server wants to be asked again (RFC 9110 section 10.2.3).

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use http::header::RETRY_AFTER;

/// Whatever a server says, it is asked again within a day.
const MAX_WAIT: TimeDelta = TimeDelta::days(1);

/// From `now` on. `None`: the server does not say, or not so that it can be understood.
pub fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<TimeDelta> {
    let said = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if said.bytes().all(|octet| octet.is_ascii_digit()) {
        // More seconds than a number holds are many.
        said.parse()
            .ok()
            .filter(|_| !said.is_empty())
            .and_then(TimeDelta::try_seconds)
            .or((!said.is_empty()).then_some(MAX_WAIT))?
    } else {
        DateTime::parse_from_rfc2822(said).ok()?.to_utc() - now
    };
    Some(wait.clamp(TimeDelta::zero(), MAX_WAIT))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood_and_bounded() {
        let now = DateTime::parse_from_rfc3339("2026-03-10T10:00:00Z").unwrap().to_utc();
        let read = |said: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, said.parse().unwrap())]);
            retry_after(&headers, now).map(|wait| wait.num_seconds())
        };
        assert_eq!(read("120"), Some(120));
        assert_eq!(read("Tue, 10 Mar 2026 10:01:30 GMT"), Some(90));
        assert_eq!(read("Tue, 10 Mar 2026 09:00:00 GMT"), Some(0));
        assert_eq!(read("99999999999999999999999"), Some(86_400));
        assert_eq!(read("1000000"), Some(86_400));
        for nonsense in ["", "soon", "-5", "1.5"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
