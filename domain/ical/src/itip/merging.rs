//! An organizer's component in the place of an attendee's, with what is the attendee's own.

use super::address::Addresses;
use super::component::is_personal;
use super::parties::set_param;
use super::revision::Revision;
use crate::edit::document::Tree;
use crate::syntax::{Parameter, Property};
use std::collections::BTreeSet;

/// Parameters with their values, and the value.
type Said = (Vec<(String, Vec<String>)>, String);

/// What a line says, apart from what is kept of the sending.
fn said(property: &Property) -> Said {
    let is_said =
        |parameter: &&Parameter| !parameter.name.starts_with("SCHEDULE-") && !parameter.name.starts_with("X-KALENDS-");
    let mut params: Vec<_> = property
        .params
        .iter()
        .filter(is_said)
        .map(|parameter| (parameter.name.clone(), parameter.values.clone()))
        .collect();
    params.sort();
    let value = match property.name.as_str() {
        "ATTENDEE" | "ORGANIZER" => super::canonical(&property.value),
        _ => property.value.clone(),
    };
    (params, value)
}

fn all_said(tree: &Tree, name: &str) -> Vec<Said> {
    let mut all: Vec<_> = tree.properties().filter(|property| property.name == name).map(said).collect();
    all.sort();
    all
}

/// Makes `mine` say what `theirs` says, but for what is personal. Lines that say the same stay as they are written. What `me` has answered
/// stays where `theirs` is of the same SEQUENCE and does not know of it yet.
pub(super) fn take_over(mine: &mut Tree, theirs: &Tree, me: &Addresses) {
    let (old, new) = (Revision::of_tree(mine), Revision::of_tree(theirs));
    let own: Option<Property> = mine.properties().find(|line| line.name == "ATTENDEE" && me.is(line)).cloned();
    let names: BTreeSet<String> =
        mine.properties().chain(theirs.properties()).map(|property| property.name.clone()).collect();
    for name in names {
        let is_kept = is_personal(&name)
            || matches!(name.as_str(), "COMMENT" | "REQUEST-STATUS" | "X-ALT-DESC" if !theirs.properties().any(|line| line.name == name));
        if !is_kept && all_said(mine, &name) != all_said(theirs, &name) {
            mine.take_lines(&name, theirs);
        }
    }
    let Some(own) = own else { return };
    let answer = own.param("PARTSTAT").unwrap_or("NEEDS-ACTION").to_uppercase();
    if old.sequence != new.sequence || answer == "NEEDS-ACTION" {
        return;
    }
    mine.rewrite("ATTENDEE", |property| {
        let is_unanswered = property.param("PARTSTAT").is_none_or(|said| said.eq_ignore_ascii_case("NEEDS-ACTION"));
        if !me.is(property) || !is_unanswered {
            return None;
        }
        let mut params = property.params.clone();
        set_param(&mut params, "PARTSTAT", Some(&answer));
        set_param(&mut params, "RSVP", None);
        set_param(&mut params, "DELEGATED-TO", own.param("DELEGATED-TO"));
        Some(vec![(params, property.value.clone())])
    });
}

/// A component of an organizer as one of an attendee who had none, with what they have of the series (`like`) for themselves.
pub(super) fn adopted(theirs: &Tree, like: Option<&Tree>) -> Tree {
    let mut tree = theirs.clone();
    tree.retain_components(|inner| inner.name != "VALARM");
    let Some(like) = like else { return tree };
    let names: BTreeSet<String> =
        like.properties().map(|line| line.name.clone()).filter(|name| is_personal(name)).collect();
    for name in names.iter().filter(|name| !name.starts_with("X-MOZ-")) {
        tree.take_lines(name, like);
    }
    for alarm in like.components().filter(|inner| inner.name == "VALARM") {
        tree.push(alarm.clone());
    }
    tree
}
