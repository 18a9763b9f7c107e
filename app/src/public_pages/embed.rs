//! What stands in other sites: the next events, or a month, as a part of their page or in a frame.

use super::document::{Around, Files, document};
use super::grid::Grid;
use super::page::title;
use super::{Look, Published, Shape};
use crate::dashboard::days::Days;
use crate::words;
use leptos::prelude::*;

/// What `embed.js` says where the server cannot be asked, in one language.
pub struct EmbedWords {
    pub loading: &'static str,
    pub offline: &'static str,
    pub revoked: &'static str,
}

/// In the language of the request that is being answered.
pub fn embed_words() -> EmbedWords {
    EmbedWords {
        loading: words::server_links_loading(),
        offline: words::server_links_offline(),
        revoked: words::server_links_revoked_here(),
    }
}

/// The events for the page of another site, in its shadow tree: addresses are whole.
pub fn fragment(published: Published, look: &Look) -> String {
    part(published, look, Heading::OfPart).to_html()
}

/// The same as a page, to be in a frame.
pub fn embedded(published: Published, look: &Look, files: &Files) -> String {
    let (title, stream) = (published.name.clone(), published.stream.clone());
    let body = view! { <main id="shown">{part(published, look, Heading::OfPage)}</main> };
    // What is not followed is not written anew either: whoever shows it sees to that.
    let refresh = stream.is_some().then_some(super::wall::REFRESH);
    let around = Around { files, title, theme: look.theme, class: "kalends-frame", stream, refresh };
    document(around, body.into_any())
}

/// What the name of the link is a heading of.
#[derive(Clone, Copy, PartialEq)]
enum Heading {
    /// The whole page: of the first level.
    OfPage,
    /// A part of a page that has one.
    OfPart,
}

fn part(published: Published, look: &Look, heading: Heading) -> AnyView {
    let is_page = heading == Heading::OfPage;
    let colors = published.colors();
    let Published { name, events, addresses, .. } = published;
    let content = match look.shape {
        Shape::Month => {
            let at = |date| format!("{}{}", addresses.embed, look.at("layout", Shape::Month, date));
            let (page, span, to) = (addresses.page.clone(), look.span(), look.clone());
            let more = Box::new(move |day| format!("{page}{}", to.at("view", Shape::List, day)));
            let (earlier, later) = (look.step(-1), look.step(1));
            let month = match is_page {
                true => view! { <h2 class="next__month">{title(look)}</h2> }.into_any(),
                false => view! { <h3 class="next__month">{title(look)}</h3> }.into_any(),
            };
            view! {
                <nav class="next__steps" aria-label=title(look)>
                    <a href=at(earlier) data-date=earlier.to_string() rel="prev">{words::server_links_previous()}</a>
                    {month}
                    <a href=at(later) data-date=later.to_string() rel="next">{words::server_links_next()}</a>
                </nav>
                <Grid events=events colors=colors look=look.clone() span=span is_month=true more=more />
            }
            .into_any()
        }
        Shape::Week | Shape::List if events.is_empty() => {
            view! { <p class="next__none">{words::server_links_nothing()}</p> }.into_any()
        }
        Shape::Week | Shape::List => {
            let level = if is_page { 2 } else { 3 };
            view! { <Days events=events colors=colors now=look.now format=look.format level=level linked=false /> }
                .into_any()
        }
    };
    let name = match is_page {
        true => view! { <h1 class="next__heading" dir="auto">{name}</h1> }.into_any(),
        false => view! { <h2 class="next__heading" dir="auto">{name}</h2> }.into_any(),
    };
    view! {
        <div class="next" lang=words::language()>
            {name}
            {content}
            <p class="next__foot">
                <a class="next__more" href=addresses.page target="_blank" rel="noopener noreferrer">{words::server_links_whole()}</a>
                <span class="next__zone">{words::server_links_times_in(&look.zone.name().replace('_', " "))}</span>
            </p>
        </div>
    }
    .into_any()
}
