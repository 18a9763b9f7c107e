//! How a calendar that is in step with one elsewhere is, in the list beside the agenda: in words that nobody has to point at anything to
//! read, with buttons of the form around the list. It is HTML that the server makes, so that the agenda needs no code for it.

use super::{Standing, path, states};
use crate::history::words_of::Reader;
use crate::ui::markup::Markup;
use crate::words;
use kalends_domain::sync::{LinkState, SyncLink};

/// The value of the button that has all of them run.
pub const ALL: &str = "all";

/// The state of the link of the calendar `name`, which leads to its page, and what has it run now. `with_all`: and what has all run.
pub fn state(link: &SyncLink, name: &str, with_all: bool, reader: &Reader) -> String {
    let standing = states::standing(link.state);
    let badge = (standing != Standing::InStep).then(|| states::badge(standing));
    let line = match (link.state, link.in_step_at) {
        (LinkState::InStep, Some(at)) => words::server_sync_in_step(&reader.moment_of_today(reader.local(at))),
        _ => states::line(link, reader),
    };
    // It says more than is to be seen: what the service said, where something is wrong.
    let said = if badge.is_some() { states::whole_line(link, reader) } else { line.clone() };
    let whole = [Some(name), badge, Some(&said)].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let mut html = Markup::default();
    html.raw("<a").attribute("href", &path(link.calendar.0)).attribute("aria-label", &whole).raw(">");
    if let Some(badge) = badge {
        html.raw("<b>").text(badge).raw("</b>: ");
    }
    html.text(&line).raw("</a>");
    let mut button = |value: &str, label: &str, about: Option<&str>| {
        html.raw("<button name=\"sync\"").attribute("value", value);
        if let Some(name) = about {
            html.attribute("aria-label", &format!("{label}: {name}"));
        }
        html.raw(">").text(label).raw("</button>");
    };
    if !link.state.rests() {
        button(&link.calendar.0.to_string(), words::server_sync_now(), Some(name));
    }
    if with_all {
        button(ALL, words::server_sync_all_now(), None);
    }
    html.finish()
}
