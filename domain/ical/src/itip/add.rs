//! ADD in an attendee's object (RFC 5546 section 3.2.4): one more instance of a series.

use super::Version;
use super::component::{entry_of, key_of_moment, parse};
use super::incoming::{Incoming, revision};
use super::merging::adopted;
use super::outcome::{Outcome, Why};
use super::revision::{Revision, raise};
use crate::Result;
use crate::edit::document::{Document, Tree, moment_params};
use crate::value;

pub(super) fn apply(current: Version<'_>, message: &Incoming) -> Result<Outcome> {
    let mut text = current.text.to_owned();
    let mut why = Why::Incomplete;
    for (component, theirs) in message.trees() {
        let object = parse(&text)?;
        let Some(master) = &object.master else { continue };
        let Some(start) = component.property("DTSTART").and_then(|start| value::moment(start).ok()) else { continue };
        let (old, new) = (Revision::of(object.component(master)), revision(component));
        let of = key_of_moment(message.zones(), &start);
        let is_there = entry_of(&object, of).is_some()
            || object
                .master
                .as_ref()
                .is_some_and(|master| master.dates.iter().any(|date| key_of_moment(&object.zones, &date.start) == of));
        if new.is_before(old) || is_there {
            why = if is_there { Why::Same } else { Why::Outdated };
            continue;
        }
        // One that came between is missing: only all of it helps (section 3.2.4).
        if new.sequence > old.sequence.saturating_add(1)
            || start.is_date() != master.start.as_ref().is_some_and(value::Moment::is_date)
        {
            continue;
        }
        let like = Tree::of(object.component(master), &text);
        let mut document = Document::of(&object, &text);
        let tree = document.calendar.component(master.component);
        tree.add("RDATE", &moment_params(&[], &start), &start.value(), &["RDATE", "RRULE", "DTSTART"]);
        raise(tree, new);
        let mut instance = adopted(&theirs, Some(&like));
        super::attendee::recurrence_id(&mut instance, &start);
        document.calendar.append(instance);
        text = document.text();
        parse(&text)?;
        why = Why::Updated;
    }
    match why {
        Why::Updated => Ok(Outcome::of(why, text, Some(current.text))),
        why => Ok(Outcome::nothing(why)),
    }
}
