//! `/public/{token}`: a month, a week or a list.

use super::document::{Around, Files, document};
use super::grid::Grid;
use super::{Look, Published, Shape};
use crate::agenda::days::View;
use crate::dashboard::days::Days;
use crate::words;
use crate::zones;
use leptos::prelude::*;

impl Shape {
    fn label(self) -> &'static str {
        match self {
            Shape::Month => words::agenda_month(),
            Shape::Week => words::agenda_week(),
            Shape::List => words::server_links_list(),
        }
    }
}

/// The whole page.
pub fn page(published: Published, look: &Look, files: &Files) -> String {
    let title = published.name.clone();
    let colors = published.colors();
    let Published { name, calendars, events, addresses, stream } = published;
    // The name of the link says it of one.
    let is_one = calendars.len() == 1;
    let legend: Vec<_> = calendars
        .into_iter()
        .map(|calendar| {
            view! {
                <li style=format!("--event-color: {}", calendar.color)>
                    <span class="public__swatch"></span>
                    <bdi>{calendar.name}</bdi>
                </li>
            }
        })
        .collect();
    let shown = shown(events, colors, look);
    let body = view! {
        <main class="public__main" id="shown">
            <header class="public__head">
                <h1 dir="auto">{name}</h1>
                {(!is_one).then(|| view! { <ul class="public__legend">{legend}</ul> })}
            </header>
            {bar(look)}
            {shown}
            <footer class="public__foot">
                <p class="public__follow">
                    <a class="public__button" href=addresses.webcal>{words::server_links_follow()}</a>
                    <a href=addresses.feed>{words::server_links_file()}</a>
                </p>
                {zone_form(look)}
            </footer>
        </main>
    };
    let around = Around { files, title, theme: look.theme, class: "public", stream, refresh: None };
    document(around, body.into_any())
}

/// What the page shows, in words, and the ways to what it does not.
fn bar(look: &Look) -> AnyView {
    let shapes: Vec<_> = Shape::ALL
        .into_iter()
        .map(|shape| {
            let current = (shape == look.shape).then_some("page");
            view! { <a href=look.at("view", shape, look.date) aria-current=current>{shape.label()}</a> }
        })
        .collect();
    let at = |steps| look.at("view", look.shape, look.step(steps));
    view! {
        <div class="public__bar">
            <h2>{title(look)}</h2>
            <nav class="public__steps" aria-label=words::common_pages()>
                <a class="public__button" rel="prev" href=at(-1)>{words::server_links_previous()}</a>
                <a class="public__button" href=look.at("view", look.shape, look.today())>{words::agenda_today()}</a>
                <a class="public__button" rel="next" href=at(1)>{words::server_links_next()}</a>
            </nav>
            <nav class="public__views" aria-label=words::server_links_views()>{shapes}</nav>
        </div>
    }
    .into_any()
}

pub fn title(look: &Look) -> String {
    let span = look.span();
    let last = crate::agenda::days::plus(span.to, -1);
    let view = if look.shape == Shape::Month { View::Month } else { View::Week };
    look.format.title(view, span.from, last, look.date)
}

fn shown(events: Vec<crate::wire::EventInstance>, colors: crate::dashboard::days::Colors, look: &Look) -> AnyView {
    if look.shape == Shape::List {
        return match events.is_empty() {
            true => view! { <p class="next__none">{words::server_links_nothing()}</p> }.into_any(),
            false => {
                let (now, format, from) = (look.now, look.format, Some(look.span().from));
                view! { <Days events=events colors=colors now=now format=format linked=false from=from /> }.into_any()
            }
        };
    }
    let (span, is_month, to) = (look.span(), look.shape == Shape::Month, look.clone());
    let more = Box::new(move |day| to.at("view", Shape::List, day));
    view! { <Grid events=events colors=colors look=look.clone() span=span is_month=is_month more=more /> }.into_any()
}

/// In which zone the times are, and the form that shows them in another.
fn zone_form(look: &Look) -> AnyView {
    let chosen = look.zone.name();
    let known = zones::names().any(|name| name == chosen);
    let own = (!known).then(|| view! { <option value=chosen selected=true>{chosen}</option> });
    let options: Vec<_> = zones::names()
        .map(|name| view! { <option value=name selected=name == chosen>{name.replace('_', " ")}</option> })
        .collect();
    let kept: Vec<_> = look
        .kept()
        .into_iter()
        .filter(|(name, _)| *name != "zone")
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect();
    view! {
        <form class="public__zone" method="get">
            <input type="hidden" name="view" value=look.shape.slug() />
            <input type="hidden" name="date" value=look.date.to_string() />
            {kept}
            <label for="zone">{words::server_links_zone()}</label>
            <select id="zone" name="zone">{own}{options}</select>
            <button class="public__button">{words::server_links_zone_set()}</button>
        </form>
    }
    .into_any()
}
