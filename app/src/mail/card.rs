//! The latest unread mail, on the dashboard.

use super::api::load_card;
use super::list::hue;
use super::paths::{INBOX, PATH, message_path};
use super::records::{CardState, Row};
use super::times::short;
use crate::notation::Format;
use crate::ui::avatar::initials;
use crate::words;
use chrono::NaiveDateTime;
use leptos::prelude::*;

/// Nothing for those who have no mail here.
#[component]
pub fn MailCard(format: Format) -> impl IntoView {
    view! {
        <Suspense>
            {move || {
                let loading = load_card();
                Suspend::new(async move {
                    // Mail that cannot be had is said where mail is.
                    let state = loading.await.ok().flatten();
                    state.map(|state| view! { <Loaded state=state format=format /> })
                })
            }}
        </Suspense>
    }
}

#[component]
fn Loaded(state: CardState, format: Format) -> impl IntoView {
    let CardState { now, unread, rows } = state;
    let is_empty = rows.is_empty();
    let rows: Vec<_> = rows.into_iter().map(|row| view! { <Line row=row now=now format=format /> }).collect();
    let heading = match unread {
        0 => words::server_mail_title().to_owned(),
        unread => words::server_mail_card(unread),
    };
    view! {
        <section class="card next" id="mail" data-mail-card aria-labelledby="mail-heading">
            <h2 id="mail-heading" class="next__heading">{heading}</h2>
            {is_empty.then(|| view! { <p class="next__none">{words::server_mail_nothing_unread()}</p> })}
            <ul class="next__list">{rows}</ul>
            <a class="next__more" href=PATH>{words::server_mail_open()}</a>
        </section>
    }
}

#[component]
fn Line(row: Row, now: NaiveDateTime, format: Format) -> impl IntoView {
    let people = if row.people.is_empty() { words::server_mail_nobody().to_owned() } else { row.people };
    let subject = if row.subject.is_empty() { words::server_mail_no_subject().to_owned() } else { row.subject };
    view! {
        <li>
            <a class="mail-line" href=message_path(INBOX, row.message)>
                <span class="mail-row__avatar" style=format!("--hue: {}", hue(&people)) aria-hidden="true">{initials(&people)}</span>
                <span class="next__what">
                    <span class="next__title" dir="auto">{people}</span>
                    <span class="next__place" dir="auto">{subject}</span>
                </span>
                <time class="next__when tabular" datetime=row.at.format("%Y-%m-%dT%H:%M").to_string()>{short(row.at, now, format)}</time>
            </a>
        </li>
    }
}
