//! A calendar that comes as one long text, such as what people follow at an address: taken apart while it comes, component by
//! component, so that memory follows the largest of them and not the whole.

use super::entry::ComponentKind;
use super::meaning::is_note;
use super::split;
use super::syntax::{self, Broken, Component, SyntaxError};
use super::unfold;
use super::write;
use crate::color;
use crate::value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Octets that are kept of what a VCALENDAR says beside its components.
const MAX_HEAD: usize = 64 * 1024;
/// Octets of a line that begins or ends a component. What is longer does neither.
const MAX_MARK: usize = 256;

/// What came next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Component(RawComponent),
    /// A VCALENDAR has ended: the lines of its own properties.
    Head {
        root: usize,
        lines: String,
    },
}

/// A component of a VCALENDAR as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawComponent {
    /// Of which VCALENDAR, counted from 0; `None`: it stands outside of any.
    pub root: Option<usize>,
    /// Upper case.
    pub name: String,
    /// From BEGIN to END, as far as they are there.
    pub octets: Vec<u8>,
    /// Why it is of no use.
    pub fault: Option<String>,
}

/// What comes is no calendar, or not the whole of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    #[error("what comes is no calendar: it begins with {0:?}")]
    NoCalendar(String),
    #[error("nothing comes")]
    Nothing,
    #[error("the calendar ends before its end")]
    Incomplete,
}

/// A component that is not closed yet.
struct Open {
    component: RawComponent,
    /// Names of the components in it that are open.
    inner: Vec<String>,
}

/// Takes octets as they come and yields components.
pub struct Scanner {
    max_component: usize,
    /// The beginning of a line whose end is still to come.
    line: Vec<u8>,
    open: Option<Open>,
    /// Number of VCALENDARs that began.
    roots: usize,
    is_in_root: bool,
    head: Vec<u8>,
    has_begun: bool,
}

impl Scanner {
    /// `max_component`: in octets; of what is longer no more is kept than its name and a fault.
    pub fn new(max_component: usize) -> Self {
        Scanner {
            max_component,
            line: Vec::new(),
            open: None,
            roots: 0,
            is_in_root: false,
            head: Vec::new(),
            has_begun: false,
        }
    }

    /// The lines of the VCALENDAR's own properties that came so far.
    pub fn head(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.head)
    }

    /// Takes what came, and yields what is whole with it.
    ///
    /// # Errors
    /// `NoCalendar`
    pub fn push(&mut self, octets: &[u8]) -> Result<Vec<Piece>, FeedError> {
        let mut pieces = Vec::new();
        for line in octets.split_inclusive(|octet| matches!(octet, b'\n' | b'\r')) {
            let is_whole = line.ends_with(b"\n") || line.ends_with(b"\r");
            if self.line.is_empty() && is_whole {
                self.take(line, &mut pieces)?;
                continue;
            }
            // What can neither begin nor end anything need not wait for its end.
            let room = self.max_component.max(MAX_MARK) - self.line.len().min(self.max_component);
            self.line.extend_from_slice(&line[..line.len().min(room)]);
            if is_whole {
                let line = std::mem::take(&mut self.line);
                self.take(&line, &mut pieces)?;
            }
        }
        // Whatever else is on this line, it begins no calendar.
        if !self.has_begun && self.line.len() > MAX_MARK {
            let line = std::mem::take(&mut self.line);
            self.take(&line, &mut pieces)?;
        }
        Ok(pieces)
    }

    /// What is whole at the end.
    ///
    /// # Errors
    /// `Incomplete` where the end of a component or a VCALENDAR did not come, `Nothing`, `NoCalendar`.
    pub fn finish(mut self) -> Result<Vec<Piece>, FeedError> {
        let mut pieces = Vec::new();
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.take(&line, &mut pieces)?;
        }
        match () {
            () if !self.has_begun => Err(FeedError::Nothing),
            () if self.is_in_root || self.open.is_some() => Err(FeedError::Incomplete),
            () => Ok(pieces),
        }
    }

    fn take(&mut self, line: &[u8], pieces: &mut Vec<Piece>) -> Result<(), FeedError> {
        let line = if self.has_begun { line } else { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) };
        if !self.has_begun && line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let mark = Mark::of(line);
        if !self.has_begun && !matches!(mark, Some(Mark::Begin(_))) {
            let beginning = String::from_utf8_lossy(&line[..line.len().min(60)]).trim().to_owned();
            return Err(FeedError::NoCalendar(beginning));
        }
        self.has_begun = true;
        match self.open.take() {
            Some(open) => self.inside(open, line, mark, pieces),
            None => self.outside(line, mark, pieces),
        }
        Ok(())
    }

    /// A line outside of any component.
    fn outside(&mut self, line: &[u8], mark: Option<Mark>, pieces: &mut Vec<Piece>) {
        match mark {
            Some(Mark::Begin(name)) if name == "VCALENDAR" => {
                self.end_root(pieces);
                self.is_in_root = true;
                self.roots += 1;
            }
            Some(Mark::End(name)) if name == "VCALENDAR" => self.end_root(pieces),
            Some(Mark::Begin(name)) => {
                let root = self.is_in_root.then(|| self.roots - 1);
                let mut component = RawComponent { root, name, octets: Vec::new(), fault: None };
                component.octets.extend_from_slice(line);
                self.open = Some(Open { component, inner: Vec::new() });
            }
            Some(Mark::End(_)) => {}
            None if self.is_in_root && self.head.len() + line.len() <= MAX_HEAD => {
                let line = line.trim_ascii_end();
                if !line.is_empty() {
                    self.head.extend_from_slice(line);
                    self.head.extend_from_slice(b"\r\n");
                }
            }
            None => {}
        }
    }

    /// A line of a component.
    fn inside(&mut self, mut open: Open, line: &[u8], mark: Option<Mark>, pieces: &mut Vec<Piece>) {
        let is_next = |name: &str| {
            name == "VCALENDAR" || (name == open.component.name && ComponentKind::from_name(name).is_some())
        };
        // What does not belong here says that the end was forgotten.
        if let Some(Mark::Begin(name)) = &mark
            && is_next(name)
        {
            open.component.fault = Some(format!("it has no END before the next {name}"));
            pieces.push(Piece::Component(open.component));
            return self.outside(line, mark, pieces);
        }
        if mark == Some(Mark::End("VCALENDAR".to_owned())) {
            open.component.fault = Some("it has no END".to_owned());
            pieces.push(Piece::Component(open.component));
            return self.outside(line, mark, pieces);
        }
        let component = &mut open.component;
        if component.octets.len() + line.len() > self.max_component {
            component.fault = Some(format!("it is longer than {} octets", self.max_component));
            component.octets.clear();
        } else if component.fault.is_none() {
            component.octets.extend_from_slice(line);
        }
        match mark {
            Some(Mark::Begin(name)) => open.inner.push(name),
            Some(Mark::End(name)) if open.inner.last() == Some(&name) => drop(open.inner.pop()),
            Some(Mark::End(name)) if name == component.name => {
                if !open.inner.is_empty() {
                    component.fault.get_or_insert(format!("END:{name} stands before the END of what is in it"));
                }
                // The rest of this line break begins the next line.
                if component.octets.ends_with(b"\r") {
                    component.octets.push(b'\n');
                }
                return pieces.push(Piece::Component(open.component));
            }
            Some(Mark::End(name)) => {
                component.fault.get_or_insert(format!("END:{name} ends nothing"));
            }
            None => {}
        }
        self.open = Some(open);
    }

    fn end_root(&mut self, pieces: &mut Vec<Piece>) {
        if std::mem::take(&mut self.is_in_root) {
            let octets = std::mem::take(&mut self.head);
            let lines = String::from_utf8_lossy(&octets).into_owned();
            pieces.push(Piece::Head { root: self.roots - 1, lines });
        }
    }
}

/// A line that begins or ends a component, with its name in upper case.
#[derive(Debug, PartialEq, Eq)]
enum Mark {
    Begin(String),
    End(String),
}

impl Mark {
    fn of(line: &[u8]) -> Option<Self> {
        // Most lines are seen not to be one by their first octet.
        if !matches!(line.first(), Some(b'B' | b'b' | b'E' | b'e')) {
            return None;
        }
        let line = std::str::from_utf8(line.get(..line.len().min(MAX_MARK + 1))?).ok()?.trim_end();
        let (mark, name) = line.split_once(':').filter(|_| line.len() <= MAX_MARK)?;
        let name = name.trim().to_uppercase();
        match mark {
            _ if name.is_empty() => None,
            mark if mark.eq_ignore_ascii_case("BEGIN") => Some(Mark::Begin(name)),
            mark if mark.eq_ignore_ascii_case("END") => Some(Mark::End(name)),
            _ => None,
        }
    }
}

/// What a component is, as far as it must be known to bring together what belongs together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// UID, or one that follows from the content where there is none; `None` for what is no calendar component.
    pub uid: Option<(ComponentKind, String)>,
    /// Of a VTIMEZONE.
    pub tzid: Option<String>,
    /// Of what it says: the order of its lines, how they are folded, and what programs note of their own writing (DTSTAMP and such)
    /// are no part of it.
    pub print: [u8; 32],
    /// The TZIDs that it names.
    pub tzids: Vec<String>,
}

/// Looks into a component.
///
/// # Errors
/// Where it is no text, or its components cannot be told apart. A line that is none is no error yet.
pub fn examine(octets: &[u8], nesting: usize) -> Result<Examined, SyntaxError> {
    let text = unfold::text(octets)?;
    let text = syntax::cleaned(&text);
    let roots = syntax::read(&text, nesting, Broken::Keep)?;
    let component = roots.first().ok_or_else(|| SyntaxError::new(1, "it holds nothing"))?;
    let uid = ComponentKind::from_name(&component.name).map(|kind| (kind, split::uid(component).0));
    let tzid = (component.name == "VTIMEZONE").then(|| component.property("TZID").map(|tzid| tzid.text())).flatten();
    let mut tzids: Vec<String> = split::tzids(component).into_iter().map(|(tzid, _)| tzid.to_owned()).collect();
    tzids.sort_unstable();
    tzids.dedup();
    Ok(Examined { uid, tzid, print: print(component), tzids })
}

fn print(component: &Component) -> [u8; 32] {
    let lines = component.properties.iter().filter(|property| !is_note(&property.name));
    let lines = lines.map(|line| Sha256::digest(write::line(&line.name, &line.params, line.value.trim_end())));
    let mut said: Vec<[u8; 32]> = lines.map(Into::into).chain(component.components.iter().map(print)).collect();
    said.sort_unstable();
    let mut hasher = Sha256::new();
    hasher.update(&component.name);
    for one in said {
        hasher.update(one);
    }
    hasher.finalize().into()
}

/// Whether a component of this name (upper case) is one of which objects are made.
pub fn is_object(name: &str) -> bool {
    ComponentKind::from_name(name).is_some()
}

/// The UID in a component that cannot be read otherwise.
pub fn written_uid(octets: &[u8]) -> Option<String> {
    let mut lines = octets.split(|octet| matches!(octet, b'\n' | b'\r'));
    let line = lines.find(|line| line.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"UID:")))?;
    let uid = std::str::from_utf8(&line[4..]).ok()?.trim();
    (!uid.is_empty()).then(|| uid.to_owned())
}

/// What of one VCALENDAR belongs to an object.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The lines of the VCALENDAR's own properties.
    pub head: &'a str,
    /// Time zones and components, as they came.
    pub components: &'a [Vec<u8>],
}

/// The text of the calendar object resource that components of one UID are, with CRLF line breaks, each VTIMEZONE once. Of what the
/// VCALENDARs say beside them VERSION, PRODID and CALSCALE are in it.
///
/// # Errors
/// Why there is none. What is in the text is still to be checked.
pub fn compose(blocks: &[Block<'_>], nesting: usize) -> Result<String, SyntaxError> {
    let mut text = String::new();
    for block in blocks {
        text.push_str("BEGIN:VCALENDAR\n");
        let head = format!("BEGIN:VCALENDAR\n{}\nEND:VCALENDAR\n", block.head);
        for property in properties(&head) {
            if matches!(property.name.as_str(), "VERSION" | "PRODID" | "CALSCALE") {
                write::fold(&mut text, &write::line(&property.name, &property.params, &property.value), "\n");
            }
        }
        for octets in block.components {
            let component: Cow<'_, str> = unfold::text(octets)?;
            text.push_str(&component);
            if !component.ends_with('\n') {
                text.push('\n');
            }
        }
        text.push_str("END:VCALENDAR\n");
    }
    let mut parts = split::split(&text, nesting)?;
    match (parts.next(), parts.next()) {
        (Some(part), None) => part.fault.map_or(Ok(part.text), Err),
        _ => Err(SyntaxError::new(1, "it is not one object")),
    }
}

/// What a VCALENDAR says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// NAME (RFC 7986 section 5.1), or X-WR-CALNAME.
    pub name: Option<String>,
    /// DESCRIPTION (section 5.2), or X-WR-CALDESC.
    pub description: Option<String>,
    /// `#RRGGBB`: X-APPLE-CALENDAR-COLOR, or COLOR (section 5.9).
    pub color: Option<String>,
    /// X-WR-TIMEZONE
    pub time_zone: Option<String>,
    /// After how many seconds to ask again: REFRESH-INTERVAL (section 5.7), or X-PUBLISHED-TTL.
    pub refresh_seconds: Option<i64>,
}

impl Description {
    /// Of the lines of a VCALENDAR's own properties.
    pub fn of(head: &str) -> Self {
        let head = format!("BEGIN:VCALENDAR\n{head}\nEND:VCALENDAR\n");
        let found = properties(&head);
        let text = |names: [&str; 2]| {
            let mut texts = names.iter().flat_map(|name| found.iter().filter(move |property| property.name == *name));
            texts.find_map(|property| Some(property.text().trim().to_owned()).filter(|text| !text.is_empty()))
        };
        let seconds = |written: String| {
            let duration = value::parse_duration(&written).ok()?;
            Some(duration.days * 86_400 + duration.seconds).filter(|seconds| *seconds > 0)
        };
        Description {
            name: text(["NAME", "X-WR-CALNAME"]),
            description: text(["DESCRIPTION", "X-WR-CALDESC"]),
            color: text(["X-APPLE-CALENDAR-COLOR", "COLOR"]).and_then(|color| color::digits(&color)),
            time_zone: text(["X-WR-TIMEZONE", "X-WR-TIMEZONE"]),
            refresh_seconds: text(["REFRESH-INTERVAL", "X-PUBLISHED-TTL"]).and_then(seconds),
        }
    }
}

/// The properties of a VCALENDAR without components, as far as they can be read.
fn properties(head: &str) -> Vec<syntax::Property> {
    let roots = syntax::read(&syntax::cleaned(head), 1, Broken::Keep).unwrap_or_default();
    roots.into_iter().next().map(|root| root.properties).unwrap_or_default()
}

#[cfg(test)]
mod tests;
