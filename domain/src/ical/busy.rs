//! A VFREEBUSY written from busy times (RFC 5545 section 3.6.4).

use super::write::{CRLF, PRODID, fold, line};
use crate::free_busy::{Busy, BusyKind};
use crate::ical::syntax::Parameter;
use chrono::{DateTime, Utc};

/// A VCALENDAR with one VFREEBUSY about the time from `start` to `end`, written at `now`.
pub fn write(busy: &[Busy], (start, end): (DateTime<Utc>, DateTime<Utc>), now: DateTime<Utc>) -> String {
    let mut out = String::new();
    let mut put = |name: &str, params: &[Parameter], value: &str| fold(&mut out, &line(name, params, value), CRLF);
    put("BEGIN", &[], "VCALENDAR");
    put("VERSION", &[], "2.0");
    put("PRODID", &[], PRODID);
    put("BEGIN", &[], "VFREEBUSY");
    put("DTSTAMP", &[], &utc(now));
    put("DTSTART", &[], &utc(start));
    put("DTEND", &[], &utc(end));
    for kind in [BusyKind::Busy, BusyKind::Unavailable, BusyKind::Tentative] {
        let periods: Vec<String> = busy
            .iter()
            .filter(|busy| busy.kind == kind)
            .map(|busy| format!("{}/{}", utc(busy.start), utc(busy.end)))
            .collect();
        if !periods.is_empty() {
            let kind = Parameter { name: "FBTYPE".to_owned(), values: vec![name(kind).to_owned()] };
            put("FREEBUSY", &[kind], &periods.join(","));
        }
    }
    put("END", &[], "VFREEBUSY");
    put("END", &[], "VCALENDAR");
    out
}

fn name(kind: BusyKind) -> &'static str {
    match kind {
        BusyKind::Busy => "BUSY",
        BusyKind::Unavailable => "BUSY-UNAVAILABLE",
        BusyKind::Tentative => "BUSY-TENTATIVE",
    }
}

fn utc(instant: DateTime<Utc>) -> String {
    instant.format("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use chrono::TimeZone;

    #[test]
    fn one_line_for_each_kind() {
        let at = |hour| Utc.with_ymd_and_hms(2026, 3, 10, hour, 0, 0).unwrap();
        let busy = [
            Busy { start: at(8), end: at(9), kind: BusyKind::Busy },
            Busy { start: at(10), end: at(11), kind: BusyKind::Tentative },
            Busy { start: at(12), end: at(13), kind: BusyKind::Busy },
        ];
        let text = write(&busy, (at(0), at(23)), at(7));
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains(
            "DTSTAMP:20260310T070000Z\r\nDTSTART:20260310T000000Z\r\nDTEND:20260310T230000Z\r\n\
             FREEBUSY;FBTYPE=BUSY:20260310T080000Z/20260310T090000Z,20260310T120000Z/20260310T130000Z\r\n\
             FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260310T100000Z/20260310T110000Z\r\nEND:VFREEBUSY\r\n"
        ));
    }
}
