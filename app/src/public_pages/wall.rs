//! `/wall/{token}`: today and the next days in large type, for a screen that nobody touches.

use super::document::{Around, Files, document};
use super::{Look, Published};
use crate::dashboard::days::Days;
use crate::wire::{EventInstance, When};
use crate::words;
use chrono::Timelike;
use leptos::prelude::*;

/// How many days it shows.
pub const WALL_DAYS: i64 = 7;
/// Seconds after which it is written anew, by itself.
pub const REFRESH: u32 = 60;
/// The hours in which it is dark, unless the address says otherwise.
const NIGHT: (u32, u32) = (20, 7);

/// The whole page. What is over is left out.
pub fn wall(published: Published, look: &Look, files: &Files) -> String {
    let colors = published.colors();
    let Published { name, events, stream, .. } = published;
    let ahead = |event: &EventInstance| match event.when {
        When::Days { last, .. } => last >= look.today(),
        When::Times { start, end } => end > look.now || start >= look.now,
    };
    let events: Vec<EventInstance> = events.into_iter().filter(ahead).collect();
    let hour = look.now.hour();
    let theme = look.theme.or(Some(if hour >= NIGHT.0 || hour < NIGHT.1 { "dark" } else { "light" }));
    let content = match events.is_empty() {
        true => view! { <p class="next__none">{words::server_links_nothing()}</p> }.into_any(),
        false => view! { <Days events=events colors=colors now=look.now format=look.format level=2 linked=false /> }
            .into_any(),
    };
    let body = view! {
        <main id="shown" data-theme=theme>
            <header class="wall__head">
                <h1>{look.format.weekday_date(look.today())}</h1>
                <p class="wall__time tabular">{look.format.time(look.now)}</p>
                <p class="wall__name" dir="auto">{name.clone()}</p>
            </header>
            {content}
        </main>
    };
    let around = Around { files, title: name, theme, class: "wall", stream, refresh: Some(REFRESH) };
    document(around, body.into_any())
}
