//! Setting properties: DAV:set and DAV:remove, as PROPPATCH, extended MKCOL and MKCALENDAR carry them.

use super::super::error::Failure;
use super::super::xml::names::Name;
use super::super::xml::writer::empty_element;
use super::super::xml::{Document, Element, Namespace, XmlWriter};
use super::{Live, close_propstat, open_propstat};
use kalends_domain::Error;
use kalends_domain::calendars::{CalendarDetails, CalendarPatch, DeadProperty};
use kalends_domain::ical::ComponentKind;

/// What a request does to properties, in its order, with what became of each.
#[derive(Clone)]
pub struct Update {
    properties: Vec<(Name, Outcome)>,
    patch: CalendarPatch,
    components: Option<Vec<ComponentKind>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Good,
    /// DAV:cannot-modify-protected-property (RFC 4918 section 16).
    Protected,
    /// The value has no meaning for the property.
    Unfit,
    /// CALDAV:valid-calendar-data (RFC 4791 section 5.3.1.1).
    InvalidTimezone,
    /// CALDAV:supported-calendar-component.
    UnsupportedComponent,
}

/// Whether the collection exists already: some properties can only be given when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Making,
    Made,
}

impl Update {
    /// Reads the DAV:set and DAV:remove elements in the document's root.
    pub fn of(document: &Document, stage: Stage) -> Self {
        let mut update = Update { properties: Vec::new(), patch: CalendarPatch::default(), components: None };
        for instruction in &document.root.children {
            let remove = instruction.name.is_dav("remove") && stage == Stage::Made;
            if !remove && !instruction.name.is_dav("set") {
                continue;
            }
            for prop in instruction.dav_all("prop") {
                let language = prop.attribute("xml:lang").or(instruction.attribute("xml:lang"));
                for property in &prop.children {
                    let outcome = if remove {
                        update.remove(&property.name)
                    } else {
                        update.set(document, property, language.or(document.root.attribute("xml:lang")), stage)
                    };
                    update.properties.push((property.name.clone(), outcome));
                }
            }
        }
        update
    }

    pub fn is_empty(&self) -> bool {
        self.properties.is_empty()
    }

    fn set(&mut self, document: &Document, property: &Element, language: Option<&str>, stage: Stage) -> Outcome {
        let text = property.text.trim();
        match Live::of(&property.name) {
            Some(Live::DisplayName) => self.patch.display_name = Some(text.to_owned()),
            Some(Live::CalendarDescription) => self.patch.description = Some(Some(property.text.clone())),
            Some(Live::CalendarTimezone) => self.patch.timezone = Some(Some(property.text.clone())),
            Some(Live::CalendarColor) => self.patch.color = Some(text.to_owned()),
            Some(Live::CalendarOrder) => match text.parse() {
                Ok(order) => self.patch.order = Some(order),
                Err(_) => return Outcome::Unfit,
            },
            Some(Live::SupportedCalendarComponentSet) if stage == Stage::Making => match components(property) {
                Some(components) => self.components = Some(components),
                None => return Outcome::UnsupportedComponent,
            },
            // The caller has looked at it.
            Some(Live::ResourceType) if stage == Stage::Making => {}
            Some(_) => return Outcome::Protected,
            None if is_reserved(&property.name) => return Outcome::Protected,
            None => {
                let dead = DeadProperty {
                    namespace: property.name.namespace.uri().to_owned(),
                    name: property.name.local.clone().into_owned(),
                    xml: document.verbatim(property, language),
                };
                let is_same = |namespace: &str, name: &str| namespace == dead.namespace && name == dead.name;
                self.patch.remove_dead.retain(|(namespace, name)| !is_same(namespace, name));
                self.patch.set_dead.retain(|other| !is_same(&other.namespace, &other.name));
                self.patch.set_dead.push(dead);
            }
        }
        Outcome::Good
    }

    /// To remove what is not there is no error (RFC 4918 section 14.23).
    fn remove(&mut self, property: &Name) -> Outcome {
        match Live::of(property) {
            Some(Live::CalendarDescription) => self.patch.description = Some(None),
            Some(Live::CalendarTimezone) => self.patch.timezone = Some(None),
            Some(Live::DisplayName) => self.patch.display_name = Some(String::new()),
            // A calendar always has a colour and a place in the list.
            Some(_) => return Outcome::Protected,
            None if is_reserved(property) => return Outcome::Protected,
            None => {
                let dead = (property.namespace.uri().to_owned(), property.local.clone().into_owned());
                self.patch.set_dead.retain(|other| (&other.namespace, &other.name) != (&dead.0, &dead.1));
                self.patch.remove_dead.push(dead);
            }
        }
        Outcome::Good
    }

    /// Refuses everything: the resource has no property that could be set.
    pub fn refuse(&mut self) {
        for (_, outcome) in &mut self.properties {
            *outcome = Outcome::Protected;
        }
    }

    pub fn is_good(&self) -> bool {
        self.properties.iter().all(|(_, outcome)| *outcome == Outcome::Good)
    }

    /// The change to an existing calendar. Without a name it is called by its `slug`, as one that was made without.
    pub fn patch(&self, slug: &str) -> CalendarPatch {
        let mut patch = self.patch.clone();
        if patch.display_name.as_deref() == Some("") {
            patch.display_name = Some(slug.to_owned());
        }
        patch
    }

    /// A new calendar with these properties; what is not given is as in `details`.
    pub fn into_new(self, mut details: CalendarDetails) -> (CalendarDetails, Vec<DeadProperty>) {
        let patch = self.patch;
        // An empty name is none.
        details.display_name = patch.display_name.filter(|name| !name.is_empty()).unwrap_or(details.display_name);
        details.description = patch.description.unwrap_or(details.description);
        details.color = patch.color.unwrap_or(details.color);
        details.order = patch.order.unwrap_or(details.order);
        details.timezone = patch.timezone.unwrap_or(details.timezone);
        details.components = self.components.unwrap_or(details.components);
        (details, patch.set_dead)
    }

    /// With the property marked that a use case refused; `None` when the error is about something else.
    pub fn blamed(mut self, error: &Error) -> Option<Self> {
        let (property, outcome) = match error {
            Error::BadInput { field: "name", .. } => (Live::DisplayName, Outcome::Unfit),
            Error::BadInput { field: "color", .. } => (Live::CalendarColor, Outcome::Unfit),
            Error::BadInput { field: "components", .. } => {
                (Live::SupportedCalendarComponentSet, Outcome::UnsupportedComponent)
            }
            Error::InvalidCalendarData(_) => (Live::CalendarTimezone, Outcome::InvalidTimezone),
            _ => return None,
        };
        let (_, blamed) = self.properties.iter_mut().rfind(|(name, _)| Live::of(name) == Some(property))?;
        *blamed = outcome;
        Some(self)
    }

    /// Writes the propstats. When one property is refused, nothing was done, and the others say so with 424.
    pub fn write_propstats(&self, xml: &mut XmlWriter) {
        let all_good = self.is_good();
        for wanted in
            [Outcome::Good, Outcome::Protected, Outcome::Unfit, Outcome::InvalidTimezone, Outcome::UnsupportedComponent]
        {
            let mut names = self.properties.iter().filter(|(_, outcome)| *outcome == wanted).peekable();
            if names.peek().is_none() {
                continue;
            }
            open_propstat(xml);
            for (name, _) in names {
                xml.raw(&empty_element(name));
            }
            let (status, condition) = match wanted {
                Outcome::Good if all_good => ("HTTP/1.1 200 OK", None),
                Outcome::Good => ("HTTP/1.1 424 Failed Dependency", None),
                Outcome::Protected => ("HTTP/1.1 403 Forbidden", Some("D:cannot-modify-protected-property")),
                Outcome::Unfit => ("HTTP/1.1 409 Conflict", None),
                Outcome::InvalidTimezone => ("HTTP/1.1 403 Forbidden", Some("C:valid-calendar-data")),
                Outcome::UnsupportedComponent => ("HTTP/1.1 403 Forbidden", Some("C:supported-calendar-component")),
            };
            close_propstat(xml, status, condition);
        }
    }
}

/// The component types of a CALDAV:supported-calendar-component-set, or `None` when one is not known. VTIMEZONE and VALARM stand
/// inside of the others.
fn components(set: &Element) -> Option<Vec<ComponentKind>> {
    let mut components = Vec::new();
    for comp in set.caldav_all("comp") {
        let name = comp.attribute("name")?.to_ascii_uppercase();
        if matches!(name.as_str(), "VTIMEZONE" | "VALARM") {
            continue;
        }
        let kind = ComponentKind::from_name(&name)?;
        if !components.contains(&kind) {
            components.push(kind);
        }
    }
    if components.is_empty() { None } else { Some(components) }
}

/// What the DAV: namespace holds is the server's to say, also where Kalends has nothing to say.
fn is_reserved(name: &Name) -> bool {
    name.namespace == Namespace::Dav
}

impl Failure {
    /// The body of a failed MKCOL or MKCALENDAR (RFC 5689 section 3, RFC 4791 section 5.3.1).
    pub fn of_properties(tag: &'static str, update: &Update) -> Self {
        let mut xml = XmlWriter::new();
        xml.open_root(tag);
        update.write_propstats(&mut xml);
        xml.close(tag);
        Failure::document(axum::http::StatusCode::FORBIDDEN, xml.take())
    }
}
