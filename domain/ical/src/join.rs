//! Calendar object resources put together as one VCALENDAR, for export.

use super::escape::escape_text;
use super::split::{fingerprint, tzids};
use super::syntax::{self, Component, SyntaxError};
use super::write::{self, CRLF, PRODID};
use crate::color::nearest_name;
use crate::time::{Zone, Zones};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::fmt::Write as _;

/// How often programs that follow a feed should ask for it, in seconds.
pub const FEED_SECONDS: u32 = 3600;

/// One VCALENDAR with the components of calendar object resources, each as it is written, with CRLF line breaks. It is written piece
/// by piece: [`Joined::begin`], [`Joined::add`] for each object, [`Joined::END`].
///
/// Every VTIMEZONE stands once, before the first component that may need it. Where two objects define one TZID differently, and
/// the TZID is the name of a known zone, the first definition stands for both, because the name decides what it means. Where it
/// is not, the second one and everything that refers to it get a TZID of their own (the old one with a number), so that no
/// event moves.
#[derive(Default)]
pub struct Joined {
    zones: Definitions,
}

impl Joined {
    pub const END: &str = "END:VCALENDAR\r\n";

    /// `name` becomes NAME and X-WR-CALNAME, `color` (`#RRGGBB`) X-APPLE-CALENDAR-COLOR.
    pub fn begin(name: &str, color: &str) -> String {
        let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
        let (name, color) = (escape_text(name), escape_text(color));
        let properties =
            [("PRODID", PRODID), ("NAME", &name), ("X-WR-CALNAME", &name), ("X-APPLE-CALENDAR-COLOR", &color)];
        for (property, value) in properties {
            write::fold(&mut out, &write::line(property, &[], value), CRLF);
        }
        out
    }

    /// [`Joined::begin`] of a calendar that programs follow: with COLOR, and with REFRESH-INTERVAL (RFC 7986 section 5.7) and
    /// X-PUBLISHED-TTL, which say after how many `seconds` to ask again.
    pub fn begin_feed(name: &str, color: &str, seconds: u32) -> String {
        let mut out = Joined::begin(name, color);
        if let Some(name) = nearest_name(color) {
            let _ = write!(out, "COLOR:{name}{CRLF}");
        }
        let _ = write!(out, "REFRESH-INTERVAL;VALUE=DURATION:PT{seconds}S{CRLF}X-PUBLISHED-TTL:PT{seconds}S{CRLF}");
        out
    }

    /// The components of the object whose text this is, after the time zones that it brings.
    ///
    /// # Errors
    /// When it cannot be read; nothing is added then.
    pub fn add(&mut self, text: &str) -> Result<String, SyntaxError> {
        // Stored objects were read with a limit on nesting when they came in.
        let calendars = syntax::parse(text, usize::MAX)?;
        let mut body = String::new();
        for calendar in &calendars {
            let renamed = self.zones.add(calendar, text);
            for component in calendar.components.iter().filter(|component| component.name != "VTIMEZONE") {
                push_renamed(&mut body, component, text, &renamed);
            }
        }
        let mut out = std::mem::take(&mut self.zones.lines);
        out.push_str(&body);
        Ok(out)
    }
}

/// A VEVENT that says that somebody is busy from a time to another, and `summary` in the place of why.
pub fn busy_event(
    uid: &str,
    stamp: DateTime<Utc>,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    summary: &str,
    is_tentative: bool,
) -> String {
    let at = |time: DateTime<Utc>| time.format("%Y%m%dT%H%M%SZ").to_string();
    let mut out = String::new();
    let status = if is_tentative { "TENTATIVE" } else { "CONFIRMED" };
    for (property, value) in [
        ("BEGIN", "VEVENT"),
        ("UID", uid),
        ("DTSTAMP", &at(stamp)),
        ("DTSTART", &at(start)),
        ("DTEND", &at(end)),
        ("SUMMARY", &escape_text(summary)),
        ("STATUS", status),
        ("TRANSP", "OPAQUE"),
        ("END", "VEVENT"),
    ] {
        write::fold(&mut out, &write::line(property, &[], value), CRLF);
    }
    out
}

/// The VTIMEZONEs of the joined calendar.
#[derive(Default)]
struct Definitions {
    /// Those that are not handed out yet.
    lines: String,
    /// For each TZID in the objects, its definitions: what they say, and the TZID that they have in the joined calendar.
    by_tzid: HashMap<String, Vec<([u8; 32], String)>>,
    /// The TZIDs of the joined calendar.
    taken: HashMap<String, [u8; 32]>,
}

impl Definitions {
    /// Takes over the time zones of one object; gives back which of its TZIDs have another name in the joined calendar.
    fn add(&mut self, calendar: &Component, text: &str) -> HashMap<String, String> {
        let mut renamed = HashMap::new();
        for zone in calendar.components.iter().filter(|component| component.name == "VTIMEZONE") {
            let Some(tzid) = zone.property("TZID").map(|tzid| tzid.text()) else { continue };
            let print = fingerprint(zone, &|property| !matches!(property.name.as_str(), "TZID" | "LAST-MODIFIED"));
            let definitions = self.by_tzid.entry(tzid.clone()).or_default();
            if let Some((_, name)) = definitions.iter().find(|(known, _)| *known == print) {
                if *name != tzid {
                    renamed.insert(tzid, name.clone());
                }
                continue;
            }
            if !definitions.is_empty() && is_known_zone(calendar, &tzid) {
                definitions.push((print, tzid));
                continue;
            }
            let name = (1_usize..)
                .map(|number| if number == 1 { tzid.clone() } else { format!("{tzid} {number}") })
                .skip(definitions.len())
                .find(|name| !self.taken.contains_key(name))
                .unwrap_or_else(|| tzid.clone());
            self.taken.insert(name.clone(), print);
            definitions.push((print, name.clone()));
            if name == tzid {
                write::with_crlf(&mut self.lines, &text[zone.span.clone()]);
            } else {
                push_zone(&mut self.lines, zone, text, &name);
                renamed.insert(tzid, name);
            }
        }
        renamed
    }
}

/// Whether `tzid` means an IANA zone whatever the VTIMEZONE says.
fn is_known_zone(calendar: &Component, tzid: &str) -> bool {
    let used = tzids(calendar).iter().any(|(used, _)| *used == tzid);
    // A definition that nothing refers to cannot be misread.
    !used || Zones::of(calendar).is_ok_and(|zones| matches!(zones.get(tzid), Some(Zone::Iana(_))))
}

/// The VTIMEZONE with another TZID, otherwise as written.
fn push_zone(out: &mut String, zone: &Component, text: &str, name: &str) {
    let mut position = zone.span.start;
    for property in zone.properties("TZID") {
        write::with_crlf(out, &text[position..property.span.start]);
        write::fold(out, &write::line("TZID", &property.params, &escape_text(name)), CRLF);
        position = property.span.end;
    }
    write::with_crlf(out, &text[position..zone.span.end]);
}

/// The component as written, except for the TZIDs that have another name in the joined calendar.
fn push_renamed(out: &mut String, component: &Component, text: &str, renamed: &HashMap<String, String>) {
    let mut lines = Vec::new();
    if !renamed.is_empty() {
        collect_renamed(component, renamed, &mut lines);
    }
    lines.sort_by_key(|(start, ..)| *start);
    let mut position = component.span.start;
    for (start, end, line) in lines {
        write::with_crlf(out, &text[position..start]);
        write::fold(out, &line, CRLF);
        position = end;
    }
    write::with_crlf(out, &text[position..component.span.end]);
}

fn collect_renamed(component: &Component, renamed: &HashMap<String, String>, lines: &mut Vec<(usize, usize, String)>) {
    for property in &component.properties {
        if let Some((tzid, name)) = property.param("TZID").and_then(|tzid| renamed.get_key_value(tzid)) {
            lines.push((property.span.start, property.span.end, write::with_tzid(property, tzid, name)));
        }
    }
    for child in &component.components {
        collect_renamed(child, renamed, lines);
    }
}
