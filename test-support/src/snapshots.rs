//! Answers written for people to read and compare, with [`insta`].

use crate::client::Answer;
use crate::multistatus::{CALDAV, CS, DAV, ICAL};
use insta::Settings;
use roxmltree::{Document, Node};
use std::fmt::Write;

/// The status and the body; XML is indented, with the same prefix for a namespace everywhere.
pub fn shown(answer: &Answer) -> String {
    let (mut shown, body) = (format!("{}\n", answer.status), answer.text());
    if answer.header("content-type").is_some_and(|kind| kind.starts_with("application/xml")) {
        write_element(Document::parse(&body).unwrap().root_element(), 0, &mut shown);
    } else {
        shown.push_str(&body);
    }
    shown
}

/// What is in an element, without the white space between elements.
fn children<'a, 'i>(element: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    let is_shown = |node: &Node<'_, '_>| node.is_element() || node.text().is_some_and(|text| !text.trim().is_empty());
    element.children().filter(is_shown).collect()
}

fn begin(element: Node<'_, '_>) -> String {
    let attributes: String = element.attributes().map(|it| format!(" {}=\"{}\"", it.name(), it.value())).collect();
    format!("{}{attributes}", prefixed(element))
}

/// An element in which there is never more than one thing.
fn on_a_line(element: Node<'_, '_>) -> Option<String> {
    let inner = match children(element).as_slice() {
        [] => return Some(format!("<{}/>", begin(element))),
        [only] if only.is_element() => on_a_line(*only)?,
        [text] => text.text()?.to_owned(),
        _ => return None,
    };
    Some(format!("<{}>{inner}</{}>", begin(element), prefixed(element)))
}

fn write_element(element: Node<'_, '_>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    if let Some(line) = on_a_line(element) {
        return writeln!(out, "{indent}{line}").unwrap();
    }
    writeln!(out, "{indent}<{}>", begin(element)).unwrap();
    for child in children(element) {
        match child.is_element() {
            true => write_element(child, depth + 1, out),
            false => writeln!(out, "{indent}  {}", child.text().unwrap_or_default()).unwrap(),
        }
    }
    writeln!(out, "{indent}</{}>", prefixed(element)).unwrap();
}

fn prefixed(element: Node<'_, '_>) -> String {
    let name = element.tag_name();
    let prefix = match name.namespace().unwrap_or_default() {
        DAV => "D",
        CALDAV => "C",
        CS => "CS",
        ICAL => "I",
        "urn:x-kalends:caldav" => "K",
        "urn:z" => "Z",
        other => panic!("{other} has no prefix"),
    };
    format!("{prefix}:{}", name.name())
}

/// Until what this returns is dropped, what differs from one run to the next has a word for it in snapshots.
pub fn steady() -> impl Drop {
    let mut settings = Settings::clone_current();
    for (varying, word) in [
        (r"urn:kalends:sync:\d+:(\d+):\d+", "urn:kalends:sync:[calendar]:$1:[time]"),
        (r#""[0-9a-f]{32}""#, "\"[etag]\""),
        (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "[time]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[time]"),
        (r"Kalends \d+\.\d+//", "Kalends [version]//"),
        (r"DTSTAMP:\d{8}T\d{6}Z", "DTSTAMP:[time]"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[uuid]"),
    ] {
        settings.add_filter(varying, word);
    }
    settings.bind_to_scope()
}
