//! The section of a calendar's public links.

use super::addresses::Fresh;
use super::form::{FIELDS, Fields};
use super::{CalendarLinks, LinkFields, LinkInfo, LinkRefused, LinkWish};
use crate::notation::Format;
use crate::sharing::fields::Sure;
use crate::sharing::{Level, Refusal, path};
use crate::ui::Failed;
use crate::wire::CalendarId;
use crate::word_lists::list_in_words;
use crate::words;
use leptos::prelude::*;

/// The links that show a calendar, and the form that makes one. `cursor`: the revisions that the page shows.
#[component]
pub fn Links(calendar: CalendarId, links: CalendarLinks, format: Format, cursor: String) -> impl IntoView {
    let CalendarLinks { links, calendars, fresh, refused } = links;
    let (mut new, mut row, mut error) = (None, None, None);
    match refused {
        Some(LinkRefused { wish: LinkWish::Make(fields), refusal }) if refusal.other_than(&FIELDS).is_none() => {
            new = Some((fields, refusal));
        }
        Some(LinkRefused { wish: LinkWish::Change { link, fields }, refusal })
            if refusal.other_than(&FIELDS).is_none() =>
        {
            row = Some((link, fields, refusal));
        }
        Some(LinkRefused { refusal, .. }) => error = refusal.other_than(&[]),
        None => {}
    }
    let is_empty = links.is_empty();
    let rows: Vec<_> = links
        .into_iter()
        .map(|link| {
            let refused = row.take_if(|(id, ..)| *id == link.id).map(|(_, fields, refusal)| (fields, refusal));
            view! { <Row calendar=calendar link=link calendars=calendars.clone() format=format refused=refused /> }
        })
        .collect();
    let is_refused = new.is_some();
    let (fields, refusal) = match new {
        Some((fields, refusal)) => (fields, Some(refusal)),
        None => {
            let name = calendars.first().map(|(_, name)| name.clone()).unwrap_or_default();
            let level = Level::Read.value();
            (LinkFields { name, level, calendars: vec![calendar], ..LinkFields::default() }, None)
        }
    };
    view! {
        {fresh.map(|addresses| view! { <Fresh addresses=addresses /> })}
        <section class="card section" id="links" aria-labelledby="links-heading">
            <h2 id="links-heading">{words::server_links_heading()}</h2>
            <p class="hint">{words::server_links_lead()}</p>
            {error.map(|error| view! { <Failed error=error /> })}
            <div data-follows=cursor>
                {is_empty.then(|| view! { <p class="hint">{words::server_links_none()}</p> })}
                {(!is_empty).then(|| view! { <ul class="list" aria-labelledby="links-heading">{rows}</ul> })}
            </div>
            <details class="share-change" open=is_refused>
                <summary class="button">{words::server_links_new()}</summary>
                <form class="share-change__form" method="post" action=path(calendar)>
                    <input type="hidden" name="do" value="link-make" />
                    <Fields id=String::from("link-new") fields=fields calendars=calendars refusal=refusal />
                    <button class="button button--primary">{words::server_links_make()}</button>
                </form>
            </details>
        </section>
    }
}

#[component]
fn Row(
    calendar: CalendarId,
    link: LinkInfo,
    calendars: Vec<(CalendarId, String)>,
    format: Format,
    refused: Option<(LinkFields, Refusal)>,
) -> impl IntoView {
    let level = if link.is_busy { Level::FreeBusy } else { Level::Read };
    let until = link.last_day.map(|day| words::server_sharing_until(&format.date(day)));
    let title = level.words().0;
    let heading = until.map_or_else(|| title.to_owned(), |until| format!("{title}, {until}"));
    let shown: Vec<_> =
        calendars.iter().filter(|(id, _)| link.calendars.contains(id)).map(|(_, name)| name.clone()).collect();
    let shown = list_in_words(shown);
    let used = match link.last_used {
        Some(day) => words::server_links_used(link.uses, &format.date(day)),
        None => words::server_links_unused().to_owned(),
    };
    let ended =
        link.has_ended.then(|| view! { <span class="badge badge--deleted">{words::server_links_ended()}</span> });
    let (id, about) = (link.id, link.name.clone());
    let with = |wish: &str| vec![("do", wish.to_owned()), ("link", id.to_string())];
    let forms = match &link.maker {
        Some(_) => {
            view! { <Sure action=path(calendar) label=words::server_links_withdraw() what=words::server_links_withdraw_what() about=about fields=with("link-withdraw") /> }
                .into_any()
        }
        None => {
            view! {
                <Change calendar=calendar link=link.clone() level=level calendars=calendars refused=refused />
                <Sure action=path(calendar) label=words::server_links_rotate() what=words::server_links_rotate_what() about=about.clone() fields=with("link-rotate") />
                <Sure action=path(calendar) label=words::server_links_revoke() what=words::server_links_revoke_what() about=about fields=with("link-revoke") />
            }
                .into_any()
        }
    };
    let maker =
        link.maker.clone().map(|maker| view! { <div class="hint" dir="auto">{words::server_links_by(&maker)}</div> });
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title">
                    <bdi>{link.name.clone()}</bdi>
                    " "
                    {ended}
                </div>
                <div>{heading}</div>
                <div class="hint" dir="auto">{shown}</div>
                {maker}
                <div class="hint">{used}</div>
            </div>
            {forms}
        </li>
    }
}

#[component]
fn Change(
    calendar: CalendarId,
    link: LinkInfo,
    level: Level,
    calendars: Vec<(CalendarId, String)>,
    refused: Option<(LinkFields, Refusal)>,
) -> impl IntoView {
    let is_open = refused.is_some();
    let LinkInfo { id, name, calendars: chosen, last_day, .. } = link;
    let ends = last_day.map(|day| day.to_string()).unwrap_or_default();
    let (fields, refusal) = match refused {
        Some((fields, refusal)) => (fields, Some(refusal)),
        None => (LinkFields { name: name.clone(), level: level.value(), ends, calendars: chosen }, None),
    };
    view! {
        <details class="revoke share-change" name="row" open=is_open>
            <summary class="button button--small">
                <span>{words::server_sharing_change()}</span>
                <span class="visually-hidden" dir="auto">{name}</span>
            </summary>
            <form class="share-change__form" method="post" action=path(calendar)>
                <input type="hidden" name="do" value="link-change" />
                <input type="hidden" name="link" value=id />
                <Fields id=format!("link-{id}") fields=fields calendars=calendars refusal=refusal />
                <button class="button button--small button--primary">{words::common_save()}</button>
            </form>
        </details>
    }
}
