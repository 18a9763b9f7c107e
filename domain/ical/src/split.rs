//! A calendar file taken apart into calendar object resources, for import.

use super::entry::ComponentKind;
use super::syntax::{self, Broken, Component, Property, SyntaxError};
use super::write::{self, CRLF, PRODID};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

/// What belongs to one UID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// As written, or made from the content where the file has none; `None` for what is no event, to-do, journal entry or free-busy time.
    pub uid: Option<String>,
    /// SUMMARY, else the UID; empty where there is neither.
    pub title: String,
    /// The line in the file where its first component begins, counted from 1.
    pub line: usize,
    /// The text of a calendar object resource, still to be checked.
    pub text: String,
    /// Why it cannot be used, with the line in the file, where that is known already.
    pub fault: Option<SyntaxError>,
    /// Where pieces of the file begin: (line in `text`, line in the file).
    pieces: Vec<(usize, usize)>,
}

impl Part {
    /// The line in the file that became line `line` of `text`; for what the file does not have, such as an added
    /// UID, where the first component begins.
    pub fn line_in_file(&self, line: usize) -> usize {
        let piece = self.pieces.iter().rev().find(|(begin, _)| *begin <= line);
        piece.map_or(self.line, |(begin, origin)| origin + (line - begin))
    }
}

/// Whether two calendar object resources have the same components, whatever their VCALENDAR says beside them.
pub fn same_components(one: &str, other: &str, nesting: usize) -> bool {
    let prints = |text: &str| {
        let roots = syntax::parse(text, nesting).ok()?;
        let components = roots.iter().flat_map(|root| &root.components);
        let mut prints: Vec<_> = components
            .filter(|component| component.name != "VTIMEZONE")
            .map(|component| fingerprint(component, &|_| true))
            .collect();
        prints.sort_unstable();
        Some(prints)
    };
    prints(one).is_some_and(|prints_of_one| prints(other).is_some_and(|prints| prints == prints_of_one))
}

/// Octets that the copies of time zones and calendar properties may take in all parts of one file together. Real files
/// stay far below; a file made to have a large time zone in each of very many objects does not.
const SHARED_OCTETS: usize = 1 << 30;

/// Takes an iCalendar stream apart: one part for each UID, in the order of the file, whichever VCALENDAR it stands in.
///
/// A part has the properties of its VCALENDAR except METHOD, those of its VTIMEZONEs that its components name, and its
/// components as they are written, with CRLF line breaks. A component that stands twice in the file is kept once.
/// A component without UID gets one that follows from its content, so that the same file imported again meets it again. Control
/// characters are left out. The parts are made one by one, so that memory stays in proportion to the file.
///
/// # Errors
/// A file in which the components themselves cannot be told apart, or without any calendar. A broken line inside a component is
/// the fault of its part alone.
pub fn split(text: &str, nesting: usize) -> Result<impl ExactSizeIterator<Item = Part>, SyntaxError> {
    let text = syntax::cleaned(text);
    let roots = syntax::read(&text, nesting, Broken::Keep)?;
    if !roots.iter().any(|root| root.name == "VCALENDAR" || ComponentKind::from_name(&root.name).is_some()) {
        return Err(SyntaxError::new(1, "it holds no VCALENDAR"));
    }
    let groups = group(&roots).into_iter();
    let heads: Vec<Head> = roots.iter().map(|root| Head::of(root, &text)).collect();
    let mut shared = 0;
    Ok(groups.map(move |group| part(&group, &roots, &heads, &text, &mut shared)))
}

/// Where a component stands: a root of the file, and which of its components; `None` for the root itself.
#[derive(Clone, Copy)]
struct Place {
    root: usize,
    child: Option<usize>,
}

impl Place {
    fn component(self, roots: &[Component]) -> &Component {
        let root = &roots[self.root];
        self.child.map_or(root, |child| &root.components[child])
    }
}

struct Group {
    uid: Option<String>,
    /// Whether the UID is made from the content.
    derived: bool,
    places: Vec<Place>,
}

fn group(roots: &[Component]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_uid: HashMap<(ComponentKind, String), usize> = HashMap::new();
    for (root, component) in roots.iter().enumerate() {
        let places: Vec<Place> = if component.name == "VCALENDAR" {
            (0..component.components.len()).map(|child| Place { root, child: Some(child) }).collect()
        } else {
            vec![Place { root, child: None }]
        };
        for place in places {
            let component = place.component(roots);
            let Some(kind) = ComponentKind::from_name(&component.name) else {
                if component.name != "VTIMEZONE" {
                    groups.push(Group { uid: None, derived: false, places: vec![place] });
                }
                continue;
            };
            let (uid, derived) = uid(component);
            match by_uid.get(&(kind, uid.clone())) {
                Some(&group) => groups[group].places.push(place),
                None => {
                    by_uid.insert((kind, uid.clone()), groups.len());
                    groups.push(Group { uid: Some(uid), derived, places: vec![place] });
                }
            }
        }
    }
    groups
}

/// The UID of a component, and whether it was made from its content because there is none.
pub(super) fn uid(component: &Component) -> (String, bool) {
    let written = component.property("UID").map(|uid| uid.text().trim().to_owned()).filter(|uid| !uid.is_empty());
    let derived = written.is_none();
    (written.unwrap_or_else(|| derived_uid(component)), derived)
}

/// A UID from what a component says, whenever and however folded it was written.
fn derived_uid(component: &Component) -> String {
    let digest = fingerprint(component, &|property| {
        !matches!(property.name.as_str(), "UID" | "DTSTAMP" | "CREATED" | "LAST-MODIFIED" | "SEQUENCE")
    });
    let mut uid = String::with_capacity(40);
    for byte in &digest[..16] {
        // Writing to a String cannot fail.
        let _ = write!(uid, "{byte:02x}");
    }
    uid + "@kalends"
}

/// A digest of the component's lines without their folds.
pub(super) fn fingerprint(component: &Component, counts: &dyn Fn(&Property) -> bool) -> [u8; 32] {
    fn digest(component: &Component, counts: &dyn Fn(&Property) -> bool, hasher: &mut Sha256) {
        let mut field = |text: &str| {
            hasher.update(text.len().to_le_bytes());
            hasher.update(text);
        };
        field(&component.name);
        for property in component.properties.iter().filter(|property| counts(property)) {
            field(&write::line(&property.name, &property.params, &property.value));
        }
        for child in &component.components {
            digest(child, counts, hasher);
        }
        hasher.update([0xff]);
    }
    let mut hasher = Sha256::new();
    digest(component, counts, &mut hasher);
    hasher.finalize().into()
}

/// What the parts of one VCALENDAR share.
struct Head {
    /// The lines of its properties, without METHOD.
    lines: String,
    /// Its VTIMEZONEs by TZID; of two with the same TZID the first.
    zones: HashMap<String, usize>,
}

impl Head {
    fn of(root: &Component, text: &str) -> Self {
        let mut lines = String::new();
        let mut zones = HashMap::new();
        let calendar = Some(root).filter(|root| root.name == "VCALENDAR");
        for (name, value) in [("VERSION", "2.0"), ("PRODID", PRODID)] {
            if calendar.is_none_or(|calendar| calendar.property(name).is_none()) {
                write::fold(&mut lines, &write::line(name, &[], value), CRLF);
            }
        }
        for property in calendar.iter().flat_map(|calendar| &calendar.properties) {
            if !matches!(property.name.as_str(), "METHOD" | "") {
                write::with_crlf(&mut lines, &text[property.span.clone()]);
            }
        }
        for (index, component) in calendar.iter().flat_map(|calendar| calendar.components.iter().enumerate()) {
            if component.name == "VTIMEZONE"
                && let Some(tzid) = component.property("TZID")
            {
                zones.entry(tzid.text()).or_insert(index);
            }
        }
        Head { lines, zones }
    }
}

fn part(group: &Group, roots: &[Component], heads: &[Head], text: &str, shared: &mut usize) -> Part {
    let first = group.places[0];
    let mut fault = None;
    let mut body = String::new();
    let mut pieces = Vec::new();
    let mut zones: Vec<&Component> = Vec::new();
    let mut by_tzid: HashMap<&str, &Component> = HashMap::new();
    let mut seen: HashSet<(usize, &str)> = HashSet::new();
    let mut written = HashSet::new();
    for place in &group.places {
        let component = place.component(roots);
        if group.places.len() > 1 && !written.insert(fingerprint(component, &|_| true)) {
            continue;
        }
        fault = fault.or_else(|| broken_line(component));
        for (tzid, line) in tzids(component) {
            if !seen.insert((place.root, tzid)) {
                continue;
            }
            let Some(&index) = heads[place.root].zones.get(tzid) else { continue };
            let zone = &roots[place.root].components[index];
            match by_tzid.get(tzid) {
                None => {
                    by_tzid.insert(tzid, zone);
                    zones.push(zone);
                }
                Some(other) if fingerprint(other, &|_| true) == fingerprint(zone, &|_| true) => {}
                Some(other) => {
                    let message = format!(
                        "the time zone {} is defined in two ways for one UID, in lines {} and {}",
                        syntax::excerpt(tzid),
                        other.line,
                        zone.line
                    );
                    fault.get_or_insert(SyntaxError::new(line, message));
                }
            }
        }
        pieces.push((lines(&body), component.line));
        push_component(&mut body, component, text, group.uid.as_deref().filter(|_| group.derived));
    }
    let common = heads[first.root].lines.len() + zones.iter().map(|zone| zone.span.len()).sum::<usize>();
    let mut part = Part {
        title: title(group, roots),
        uid: group.uid.clone(),
        line: first.component(roots).line,
        text: String::new(),
        fault,
        pieces: Vec::new(),
    };
    if *shared + common > SHARED_OCTETS {
        part.fault = Some(SyntaxError::new(part.line, "the file repeats too large time zones in too many objects"));
        return part;
    }
    *shared += common;
    part.text = String::with_capacity(common + body.len() + 64);
    part.text.push_str("BEGIN:VCALENDAR\r\n");
    part.text.push_str(&heads[first.root].lines);
    for zone in zones {
        write::with_crlf(&mut part.text, &text[zone.span.clone()]);
    }
    let before = lines(&part.text) + 1;
    part.pieces = pieces.into_iter().map(|(line, origin)| (line + before, origin)).collect();
    part.text.push_str(&body);
    part.text.push_str("END:VCALENDAR\r\n");
    part
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|octet| *octet == b'\n').count()
}

/// The component as written; a UID that was made for it goes before its own properties, in the place of an empty one.
fn push_component(out: &mut String, component: &Component, text: &str, uid: Option<&str>) {
    let Some(uid) = uid else {
        return write::with_crlf(out, &text[component.span.clone()]);
    };
    write::fold(out, &format!("BEGIN:{}", component.name), CRLF);
    write::fold(out, &write::line("UID", &[], uid), CRLF);
    let mut pieces: Vec<_> = component
        .properties
        .iter()
        .filter(|property| property.name != "UID")
        .map(|property| property.span.clone())
        .chain(component.components.iter().map(|child| child.span.clone()))
        .collect();
    pieces.sort_by_key(|piece| piece.start);
    for piece in pieces {
        write::with_crlf(out, &text[piece]);
    }
    write::fold(out, &format!("END:{}", component.name), CRLF);
}

fn title(group: &Group, roots: &[Component]) -> String {
    let components = || group.places.iter().map(|place| place.component(roots));
    let master = components().find(|component| component.property("RECURRENCE-ID").is_none());
    master
        .into_iter()
        .chain(components())
        .find_map(|component| component.property("SUMMARY"))
        .map(|summary| summary.text().trim().to_owned())
        .filter(|summary| !summary.is_empty())
        .or_else(|| group.uid.clone().filter(|_| !group.derived))
        .unwrap_or_default()
}

fn broken_line(component: &Component) -> Option<SyntaxError> {
    component
        .properties
        .iter()
        .find(|property| property.name.is_empty())
        .map(|property| SyntaxError::new(property.line, property.value.clone()))
        .or_else(|| component.components.iter().find_map(broken_line))
}

/// Every TZID that the component or one inside it names, with the line.
pub(super) fn tzids(component: &Component) -> Vec<(&str, usize)> {
    let mut found: Vec<_> = component
        .properties
        .iter()
        .filter_map(|property| property.param("TZID").map(|tzid| (tzid, property.line)))
        .collect();
    for child in &component.components {
        found.extend(tzids(child));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parts(text: &str) -> Vec<Part> {
        split(text, 8).unwrap().collect()
    }

    const FILE: &str = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//X//Y//EN\nMETHOD:PUBLISH\nX-WR-CALNAME:Mine\n\
        BEGIN:VTIMEZONE\nTZID:A\nEND:VTIMEZONE\nBEGIN:VTIMEZONE\nTZID:B\nEND:VTIMEZONE\n\
        BEGIN:VEVENT\nUID:1\nSUMMARY:One\\, two\nDTSTART;TZID=A:20260101T090000\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20260101\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=A:20260102T090000\nSUMMARY:Moved\nDTSTART;TZID=B:20260102T\n 100000\nEND:VEVENT\n\
        END:VCALENDAR\n";

    #[test]
    fn each_uid_becomes_an_object_with_what_it_needs() {
        let parts = parts(FILE);
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].title.as_str(), parts[0].line), ("One, two", 12));
        assert_eq!(
            parts[0].text.replace("\r\n", "\n"),
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//X//Y//EN\nX-WR-CALNAME:Mine\n\
             BEGIN:VTIMEZONE\nTZID:A\nEND:VTIMEZONE\nBEGIN:VTIMEZONE\nTZID:B\nEND:VTIMEZONE\n\
             BEGIN:VEVENT\nUID:1\nSUMMARY:One\\, two\nDTSTART;TZID=A:20260101T090000\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=A:20260102T090000\nSUMMARY:Moved\nDTSTART;TZID=B:20260102T\n 100000\nEND:VEVENT\n\
             END:VCALENDAR\n"
        );
        assert_eq!((parts[1].title.as_str(), parts[1].uid.as_deref()), ("2", Some("2")));
        assert!(!parts[1].text.contains("VTIMEZONE"));
        assert!(parts[1].text.lines().count() == parts[1].text.matches("\r\n").count());
    }

    #[test]
    fn a_missing_uid_follows_from_the_content() {
        let event = |stamp: &str, summary: &str| {
            format!(
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTAMP:{stamp}\nUID:\nSUMMARY:{summary}\nDTSTART:20260101\nEND:VEVENT\nEND:VCALENDAR\n"
            )
        };
        let first = &parts(&event("20260101T000000Z", "A"))[0];
        let again = &parts(&event("20260202T000000Z", "A"))[0];
        let other = &parts(&event("20260101T000000Z", "B"))[0];
        assert_eq!(first.uid, again.uid);
        assert_ne!(first.uid, other.uid);
        assert_eq!(first.title, "A");
        let calendar = &syntax::parse(&first.text, 8).unwrap()[0];
        assert_eq!(calendar.components[0].properties("UID").count(), 1);
        assert_eq!(calendar.components[0].property("UID").map(Property::text), first.uid);
        assert!(calendar.property("VERSION").is_some() && calendar.property("PRODID").is_some());
    }

    #[test]
    fn a_broken_line_is_the_fault_of_one_part() {
        let text = FILE.replace("UID:2\n", "UID:2\nno colon\n");
        let parts = parts(&text);
        assert_eq!(parts[0].fault, None);
        assert_eq!(parts[1].fault.as_ref().map(|fault| fault.line), Some(19));
        assert!(split("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", 8).is_err());
        assert!(split("BEGIN:VCARD\nEND:VCARD\n", 8).is_err());
        assert!(split("", 8).is_err());
        assert!(split("hello", 8).is_err());
    }

    #[test]
    fn calendars_in_one_file_share_uids_and_repeat_nothing() {
        let twice = format!("{FILE}\r\n{FILE}");
        assert_eq!(
            parts(&twice).iter().map(|p| &p.text).collect::<Vec<_>>(),
            parts(FILE).iter().map(|p| &p.text).collect::<Vec<_>>()
        );
        let otherwise =
            format!("{FILE}{}", FILE.replace("TZID:A", "TZID:A\nX-K:1").replace("SUMMARY:One", "SUMMARY:Two"));
        assert!(parts(&otherwise)[0].fault.as_ref().unwrap().message.contains("two ways"));
        let odd =
            "BEGIN:VEVENT\nUID:1\nEND:VEVENT\nBEGIN:VCALENDAR\nBEGIN:VAVAILABILITY\nEND:VAVAILABILITY\nEND:VCALENDAR\n";
        let parts = parts(odd);
        assert_eq!(parts.len(), 2);
        assert!(parts[0].text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"));
        assert_eq!(parts[1].uid, None);
    }

    #[test]
    fn very_many_components_take_linear_time() {
        let text = format!(
            "BEGIN:VCALENDAR\n{}{}END:VCALENDAR\n",
            "BEGIN:VEVENT\nUID:1\nX:1\nEND:VEVENT\n".repeat(50_000),
            (0..50_000).map(|n| format!("BEGIN:VEVENT\nUID:u{n}\nEND:VEVENT\n")).collect::<String>()
        );
        assert_eq!(parts(&text).len(), 50_001);
    }
}
