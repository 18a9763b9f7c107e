//! Setting properties: DAV:set and DAV:remove, as PROPPATCH, extended MKCOL and MKCALENDAR carry them.

use super::super::xml::names::Name;
use super::super::xml::writer::empty_element;
use super::super::xml::{Document, Element, Namespace, XmlWriter};
use super::{Live, close_propstat, open_propstat};
use kalends_domain::Error;
use kalends_domain::calendars::{CalendarDetails, CalendarPatch, DeadProperty};
use kalends_ical::ComponentKind;
use std::collections::{BTreeMap, BTreeSet};

/// What a request does to properties, in its order, with what became of each.
#[derive(Clone, Default)]
pub struct Update {
    changes: Vec<Change>,
    patch: CalendarPatch,
    /// The XML of the dead properties to be set, by namespace and name.
    set_dead: BTreeMap<(String, String), String>,
    remove_dead: BTreeSet<(String, String)>,
    components: Option<Vec<ComponentKind>>,
}

#[derive(Clone)]
struct Change {
    name: Name,
    removes: bool,
    refusal: Option<Refusal>,
}

/// Why a property stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    status: &'static str,
    /// The element in DAV:error.
    condition: Option<&'static str>,
    /// DAV:responsedescription, for a person.
    description: Option<String>,
}

const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden";
const CONFLICT: &str = "HTTP/1.1 409 Conflict";
const INSUFFICIENT_STORAGE: &str = "HTTP/1.1 507 Insufficient Storage";

impl Refusal {
    /// RFC 4918 section 16.
    fn protected() -> Self {
        Refusal { status: FORBIDDEN, condition: Some("D:cannot-modify-protected-property"), description: None }
    }

    /// The value has no meaning for the property (RFC 4918 section 9.2.1).
    fn unfit(description: impl Into<String>) -> Self {
        Refusal { status: CONFLICT, condition: None, description: Some(description.into()) }
    }

    fn too_many(error: &Error) -> Self {
        Refusal { status: INSUFFICIENT_STORAGE, condition: None, description: Some(error.to_string()) }
    }

    fn unsupported_component() -> Self {
        Refusal { status: FORBIDDEN, condition: Some("C:supported-calendar-component"), description: None }
    }
}

/// Whether the collection exists already: some properties can only be given when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Creation,
    Update,
}

impl Update {
    /// Reads the DAV:set and DAV:remove elements in the document's root. No calendar has more than `max_dead` dead properties, so
    /// that no more of them are read.
    pub fn of(document: &Document, phase: Phase, max_dead: usize) -> Self {
        let mut update = Update::default();
        for instruction in &document.root.children {
            let removes = instruction.name.is_dav("remove") && phase == Phase::Update;
            if !removes && !instruction.name.is_dav("set") {
                continue;
            }
            for prop in instruction.dav_all("prop") {
                let language = prop.attribute("xml:lang").or(instruction.attribute("xml:lang"));
                for property in &prop.children {
                    let done = if removes {
                        update.remove(&property.name)
                    } else if update.set_dead.len() >= max_dead && Live::of(&property.name).is_none() {
                        Err(Refusal::too_many(&Error::TooManyProperties { limit: max_dead }))
                    } else {
                        update.set(document, property, language.or(document.root.attribute("xml:lang")), phase)
                    };
                    update.changes.push(Change { name: property.name.clone(), removes, refusal: done.err() });
                }
            }
        }
        update
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn set(
        &mut self,
        document: &Document,
        property: &Element,
        language: Option<&str>,
        phase: Phase,
    ) -> Result<(), Refusal> {
        let text = property.text.trim();
        match Live::of(&property.name) {
            Some(Live::DisplayName) => self.patch.display_name = Some(text.to_owned()),
            Some(Live::CalendarDescription) => self.patch.description = Some(Some(property.text.clone())),
            Some(Live::CalendarTimezone) => self.patch.timezone = Some(Some(property.text.clone())),
            Some(Live::ScheduleCalendarTransp) => {
                let says = |what| property.caldav_all(what).next().is_some();
                let unfit = || Refusal::unfit("schedule-calendar-transp is either C:opaque or C:transparent");
                if says("opaque") == says("transparent") {
                    return Err(unfit());
                }
                self.patch.keeps_free = Some(says("transparent"));
            }
            Some(Live::CalendarColor) => self.patch.color = Some(text.to_owned()),
            Some(Live::CalendarOrder) => {
                self.patch.order = Some(text.parse().map_err(|_| Refusal::unfit("calendar-order is a whole number"))?);
            }
            Some(Live::SupportedCalendarComponentSet) if phase == Phase::Creation => {
                self.components = Some(components(property).ok_or_else(Refusal::unsupported_component)?);
            }
            // The caller has looked at it.
            Some(Live::ResourceType) if phase == Phase::Creation => {}
            Some(_) => return Err(Refusal::protected()),
            None if is_reserved(&property.name) => return Err(Refusal::protected()),
            None => {
                self.remove_dead.remove(&key(&property.name));
                self.set_dead.insert(key(&property.name), document.verbatim(property, language));
            }
        }
        Ok(())
    }

    fn remove(&mut self, property: &Name) -> Result<(), Refusal> {
        match Live::of(property) {
            Some(Live::CalendarDescription) => self.patch.description = Some(None),
            Some(Live::CalendarTimezone) => self.patch.timezone = Some(None),
            Some(Live::DisplayName) => self.patch.display_name = Some(String::new()),
            // A calendar always has a colour and a place in the list.
            Some(_) => return Err(Refusal::protected()),
            // Of the server's own, what is not known is not there.
            None if is_reserved(property) => {}
            None => {
                self.set_dead.remove(&key(property));
                self.remove_dead.insert(key(property));
            }
        }
        Ok(())
    }

    /// To remove what is not there is no error (RFC 4918 section 14.23); `has` tells what the resource has.
    pub fn excuse_absent(&mut self, has: impl Fn(Live) -> bool) {
        for change in self.changes.iter_mut().filter(|change| change.removes) {
            if Live::of(&change.name).is_some_and(|property| !has(property)) {
                change.refusal = None;
            }
        }
    }

    /// Refuses every change: the resource has no property that could be set, but for `has` none that could be removed.
    pub fn refuse(&mut self, has: impl Fn(Live) -> bool) {
        for change in &mut self.changes {
            let is_absent = !Live::of(&change.name).is_some_and(&has);
            change.refusal = if change.removes && is_absent { None } else { Some(Refusal::protected()) };
        }
    }

    /// Refuses every change but those of `properties`.
    pub fn refuse_but(&mut self, properties: &[Live], has: impl Fn(Live) -> bool) {
        self.refuse(has);
        let may = |change: &&mut Change| Live::of(&change.name).is_some_and(|property| properties.contains(&property));
        for change in self.changes.iter_mut().filter(may) {
            change.refusal = None;
        }
    }

    /// Refuses the changes of `property`; `description` says why to a person.
    pub fn forbid(&mut self, property: Live, description: &str) {
        for change in self.changes.iter_mut().filter(|change| Live::of(&change.name) == Some(property)) {
            let description = Some(description.to_owned());
            change.refusal = Some(Refusal { status: FORBIDDEN, condition: None, description });
        }
    }

    pub fn is_accepted(&self) -> bool {
        self.changes.iter().all(|change| change.refusal.is_none())
    }

    /// The change to an existing calendar. Without a name it is called by its `slug`, as one that was made without.
    pub fn patch(&self, slug: &str) -> CalendarPatch {
        let mut patch = self.patch.clone();
        if patch.display_name.as_deref() == Some("") {
            patch.display_name = Some(slug.to_owned());
        }
        patch.set_dead = dead_properties(self.set_dead.clone());
        patch.remove_dead = self.remove_dead.iter().cloned().collect();
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
        (details, dead_properties(self.set_dead))
    }

    /// With the property marked that a use case refused; `None` when the error is about something else.
    pub fn attributed(mut self, error: &Error) -> Option<Self> {
        let description = Some(error.to_string());
        let is_live = |wanted: Live| move |name: &Name| Live::of(name) == Some(wanted);
        let forbidden = |condition| Refusal { status: FORBIDDEN, condition, description: description.clone() };
        match error {
            Error::BadInput { field: "name", .. } => self.blame(is_live(Live::DisplayName), forbidden(None))?,
            Error::BadInput { field: "description", .. } => {
                self.blame(is_live(Live::CalendarDescription), forbidden(None))?;
            }
            Error::BadInput { field: "time zone", .. } => {
                self.blame(is_live(Live::CalendarTimezone), forbidden(None))?;
            }
            Error::BadInput { field: "color", problem } => {
                self.blame(is_live(Live::CalendarColor), Refusal::unfit(problem.to_string()))?;
            }
            Error::BadInput { field: "components", .. } => {
                self.blame(is_live(Live::SupportedCalendarComponentSet), Refusal::unsupported_component())?;
            }
            Error::InvalidCalendarData(_) => {
                self.blame(is_live(Live::CalendarTimezone), forbidden(Some("C:valid-calendar-data")))?;
            }
            Error::PropertyTooLarge { namespace, name, .. } => {
                let is_it = |other: &Name| other.namespace.uri() == namespace && other.local == name.as_str();
                self.blame(is_it, forbidden(None))?;
            }
            Error::TooManyProperties { .. } => {
                self.blame(|name| Live::of(name).is_none(), Refusal::too_many(error))?;
            }
            _ => return None,
        }
        Some(self)
    }

    /// Marks the last property set that `is_it`.
    fn blame(&mut self, is_it: impl Fn(&Name) -> bool, refusal: Refusal) -> Option<()> {
        let change = self.changes.iter_mut().rfind(|change| !change.removes && is_it(&change.name))?;
        change.refusal = Some(refusal);
        Some(())
    }

    /// Writes the propstats, one for all properties with the same outcome. When one property is refused, nothing was done, and the
    /// others say so with 424.
    pub fn write_propstats(&self, xml: &mut XmlWriter) {
        let mut outcomes: Vec<&Option<Refusal>> = Vec::new();
        for change in &self.changes {
            if !outcomes.contains(&&change.refusal) {
                outcomes.push(&change.refusal);
            }
        }
        for outcome in outcomes {
            open_propstat(xml);
            for change in self.changes.iter().filter(|change| change.refusal == *outcome) {
                xml.raw(&empty_element(&change.name));
            }
            match outcome {
                Some(refusal) => {
                    close_propstat(xml, refusal.status, refusal.condition, refusal.description.as_deref());
                }
                None if self.is_accepted() => close_propstat(xml, "HTTP/1.1 200 OK", None, None),
                None => close_propstat(xml, "HTTP/1.1 424 Failed Dependency", None, None),
            }
        }
    }
}

/// The namespace and the local name.
fn key(name: &Name) -> (String, String) {
    (name.namespace.uri().to_owned(), name.local.clone().into_owned())
}

fn dead_properties(by_key: BTreeMap<(String, String), String>) -> Vec<DeadProperty> {
    by_key.into_iter().map(|((namespace, name), xml)| DeadProperty { namespace, name, xml }).collect()
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
