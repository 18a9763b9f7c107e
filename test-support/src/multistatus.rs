//! What a multistatus says (RFC 4918 section 13).

use roxmltree::Node;
use std::collections::BTreeMap;

pub const DAV: &str = "DAV:";
pub const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
pub const CS: &str = "http://calendarserver.org/ns/";
pub const ICAL: &str = "http://apple.com/ns/ical/";

#[derive(Debug, Default)]
pub struct Multistatus {
    pub responses: BTreeMap<String, Response>,
    pub sync_token: Option<String>,
}

#[derive(Debug, Default)]
pub struct Response {
    pub status: Option<u16>,
    /// By `{namespace}name`.
    pub properties: BTreeMap<String, Property>,
    pub error: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Property {
    pub status: u16,
    /// All text in the element, joined.
    pub text: String,
    /// `name` or `name[@name]` of each element in it, in document order.
    pub elements: Vec<String>,
    /// The element as it was sent.
    pub xml: String,
}

impl Multistatus {
    /// Panics at what is none, and at whatever stands in it twice.
    pub fn parse(text: &str) -> Self {
        let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let root = document.root_element();
        assert!(root.has_tag_name((DAV, "multistatus")), "{text}");
        let mut multistatus = Multistatus::default();
        for child in elements(root) {
            match child.tag_name().name() {
                "response" => {
                    let href = child_text(child, "href").unwrap();
                    let response = Response::parse(child, text);
                    assert!(multistatus.responses.insert(href, response).is_none(), "one href twice: {text}");
                }
                "sync-token" => multistatus.sync_token = Some(all_text(child)),
                other => panic!("{other} in a multistatus"),
            }
        }
        multistatus
    }

    pub fn hrefs(&self) -> Vec<&str> {
        self.responses.keys().map(String::as_str).collect()
    }

    /// Names after the last slash of those that were found.
    pub fn names(&self) -> Vec<&str> {
        let found = self.responses.iter().filter(|(_, response)| response.status.is_none());
        found.map(|(href, _)| href.rsplit('/').next().unwrap()).collect()
    }

    #[track_caller]
    pub fn of(&self, href: &str) -> &Response {
        self.responses.get(href).unwrap_or_else(|| panic!("{href} is not in {:?}", self.hrefs()))
    }
}

impl Response {
    fn parse(node: Node<'_, '_>, source: &str) -> Self {
        let mut response =
            Response { status: child_text(node, "status").map(|line| code(&line)), ..Response::default() };
        response.error = error_of(node);
        for propstat in elements(node).filter(|child| child.has_tag_name((DAV, "propstat"))) {
            let status = code(&child_text(propstat, "status").unwrap());
            response.error = response.error.take().or(error_of(propstat));
            for property in elements(elements(propstat).find(|child| child.has_tag_name((DAV, "prop"))).unwrap()) {
                let name =
                    format!("{{{}}}{}", property.tag_name().namespace().unwrap_or(""), property.tag_name().name());
                let value = Property {
                    status,
                    text: all_text(property),
                    elements: property.descendants().skip(1).filter(Node::is_element).map(described).collect(),
                    xml: source[property.range()].to_owned(),
                };
                assert!(response.properties.insert(name, value).is_none(), "one property twice: {source}");
            }
        }
        response
    }

    #[track_caller]
    pub fn property(&self, namespace: &str, name: &str) -> &Property {
        let key = format!("{{{namespace}}}{name}");
        self.properties.get(&key).unwrap_or_else(|| panic!("{key} is not in {:?}", self.properties.keys()))
    }

    pub fn calendar_data(&self) -> &str {
        &self.property(CALDAV, "calendar-data").text
    }
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

fn child_text(node: Node<'_, '_>, name: &str) -> Option<String> {
    elements(node).find(|child| child.has_tag_name((DAV, name))).map(all_text)
}

fn all_text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

fn error_of(node: Node<'_, '_>) -> Option<String> {
    let error = elements(node).find(|child| child.has_tag_name((DAV, "error")))?;
    Some(error.first_element_child()?.tag_name().name().to_owned())
}

fn described(node: Node<'_, '_>) -> String {
    match node.attribute("name") {
        Some(name) => format!("{}[{name}]", node.tag_name().name()),
        None => node.tag_name().name().to_owned(),
    }
}

fn code(line: &str) -> u16 {
    line.split(' ').nth(1).unwrap().parse().unwrap()
}
