//! Which properties a PROPFIND or REPORT asks for.

use super::super::error::Failure;
use super::super::xml::writer::{XmlWriter, empty_element};
use super::super::xml::{Element, Name, Namespace};
use super::Live;
use std::collections::HashSet;

/// One property in a DAV:prop.
#[derive(Clone, Debug)]
pub enum Requested {
    Live(Live),
    Other {
        name: Name,
        /// Its empty element, for the answer that it is missing.
        empty: Vec<u8>,
    },
}

#[derive(Clone, Debug)]
pub enum PropertyRequest {
    /// DAV:allprop, with DAV:include.
    All {
        include: Vec<Requested>,
    },
    /// DAV:propname
    Names,
    These(Vec<Requested>),
}

impl Requested {
    pub fn of(name: &Name) -> Self {
        match Live::of(name) {
            Some(property) => Requested::Live(property),
            None => Requested::Other { name: name.clone(), empty: empty_element(name) },
        }
    }

    pub fn write_empty(&self, xml: &mut XmlWriter) {
        match self {
            Requested::Live(property) => xml.empty(property.tag()),
            Requested::Other { empty, .. } => xml.raw(empty),
        }
    }
}

impl PropertyRequest {
    /// Reads the DAV:prop, DAV:allprop or DAV:propname in a DAV:propfind or report element.
    ///
    /// # Errors
    /// 400 unless there is exactly one of them.
    pub fn of(parent: &Element) -> Result<Self, Failure> {
        let mut found = None;
        for child in &parent.children {
            let request = match child.name.local.as_ref() {
                "prop" if child.name.is_dav("prop") => PropertyRequest::These(properties(child)),
                "allprop" if child.name.is_dav("allprop") => {
                    PropertyRequest::All { include: parent.dav("include").map(properties).unwrap_or_default() }
                }
                "propname" if child.name.is_dav("propname") => PropertyRequest::Names,
                _ => continue,
            };
            if found.replace(request).is_some() {
                return Err(Failure::bad_request("Only one of prop, allprop and propname can be asked for."));
            }
        }
        found.ok_or_else(|| Failure::bad_request("One of prop, allprop and propname has to be asked for."))
    }

    /// As [`PropertyRequest::of`], for reports, which may ask for nothing.
    pub fn in_report(report: &Element) -> Result<Self, Failure> {
        let is_request = |child: &Element| matches!(child.name.local.as_ref(), "prop" | "allprop" | "propname");
        match report.children.iter().any(|child| child.name.namespace == Namespace::Dav && is_request(child)) {
            true => PropertyRequest::of(report),
            false => Ok(PropertyRequest::These(Vec::new())),
        }
    }

    pub fn all() -> Self {
        PropertyRequest::All { include: Vec::new() }
    }

    pub fn asks_for(&self, property: Live) -> bool {
        match self {
            PropertyRequest::These(requested) | PropertyRequest::All { include: requested } => {
                requested.iter().any(|r| matches!(r, Requested::Live(live) if *live == property))
            }
            PropertyRequest::Names => false,
        }
    }

    /// Whether the answer can contain dead properties.
    pub fn wants_dead(&self) -> bool {
        match self {
            PropertyRequest::All { .. } | PropertyRequest::Names => true,
            PropertyRequest::These(requested) => requested.iter().any(|r| matches!(r, Requested::Other { .. })),
        }
    }
}

/// The names in `prop`, each once.
fn properties(prop: &Element) -> Vec<Requested> {
    let mut seen = HashSet::with_capacity(prop.children.len());
    prop.children.iter().map(|child| &child.name).filter(|name| seen.insert(*name)).map(Requested::of).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::super::xml::Document;
    use super::*;
    use std::fmt::Write;

    #[test]
    fn many_names_are_read_once_each_and_in_their_order() {
        let mut text = String::from("<prop xmlns=\"DAV:\"><getetag/>");
        for number in 0..30_000 {
            write!(text, "<x{number}/><getetag/>").unwrap();
        }
        let document = Document::parse(format!("{text}</prop>").as_bytes(), None).unwrap();
        let names = properties(&document.root);
        assert_eq!(names.len(), 30_001);
        assert!(matches!(names[0], Requested::Live(Live::GetEtag)));
        assert!(matches!(&names[30_000], Requested::Other { name, .. } if name.local == "x29999"));
    }
}
