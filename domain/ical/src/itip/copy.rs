//! What a message has, as somebody's own copy who was not invited by it.

use super::answer::PartStat;
use crate::edit::document::{Document, param};
use crate::object::CalendarObject;

/// The text without alarms, which are the organizer's. `answer`: of who comes all the same, with the address by which they are added
/// (RFC 5546 section 3.2.2.5).
pub fn copied(object: &CalendarObject, text: &str, answer: Option<(PartStat, &str)>) -> String {
    let mut document = Document::of(object, text);
    for entry in object.entries() {
        let tree = document.calendar.component(entry.component);
        tree.retain_components(|inner| inner.name != "VALARM");
        if let Some((partstat, address)) = answer {
            tree.add("ATTENDEE", &[param("PARTSTAT", partstat.name())], address, &["ATTENDEE", "ORGANIZER"]);
        }
    }
    document.text()
}
