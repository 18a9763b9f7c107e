//! The card of a mail about a meeting: what it asks, who it is from, and the forms to answer. It works without scripts.

use super::invitation_records::{Conflicts, DeedButton, InvitationCard, MessageInvitation, Tone};
use super::paths::invitation_path;
use crate::ui::{Icon, icon};
use crate::words;
use leptos::prelude::*;

/// `back`: where the form leads back to.
#[component]
pub fn InvitationOfMail(invitation: MessageInvitation, back: String) -> impl IntoView {
    match invitation {
        MessageInvitation::None => ().into_any(),
        MessageInvitation::Unreadable => warning(words::server_mail_invitation_unreadable().to_owned()),
        MessageInvitation::Card(card) => view! { <Card card=*card back=back /> }.into_any(),
    }
}

fn warning(text: String) -> AnyView {
    view! {
        <p class="notice notice--warning">
            <Icon d=icon::ALERT />
            <span dir="auto">{text}</span>
        </p>
    }
    .into_any()
}

#[component]
fn Card(card: InvitationCard, back: String) -> impl IntoView {
    let InvitationCard {
        message,
        asks,
        facts,
        guests,
        more_guests,
        notes,
        conflicts,
        calendars,
        deeds,
        takes_word,
        event,
    } = card;
    let (id, title) = (format!("invitation-{message}"), format!("invitation-{message}"));
    let facts: Vec<_> = facts
        .into_iter()
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd dir="auto">{value}</dd></div> })
        .collect();
    let more = (more_guests > 0).then(|| view! { <li>{words::server_invitation_more(more_guests)}</li> });
    let guests: Vec<_> = guests
        .into_iter()
        .map(|(name, answer)| view! { <li dir="auto">{words::server_invitation_guest(&name, &answer)}</li> })
        .collect();
    let guests = (!guests.is_empty()).then(|| {
        view! {
            <details>
                <summary>{words::server_invitation_guests()}</summary>
                <ul class="list">{guests} {more}</ul>
            </details>
        }
    });
    let notes: Vec<_> = notes
        .into_iter()
        .map(|(tone, text)| match tone {
            Tone::Warning => warning(text),
            Tone::Plain => view! { <p class="hint" dir="auto">{text}</p> }.into_any(),
        })
        .collect();
    view! {
        <section class="card card--padded stack" aria-labelledby=title data-invitation>
            <h2 id=id dir="auto">{asks}</h2>
            <dl class="facts">{facts}</dl>
            {guests}
            {notes}
            <WhatElse conflicts=conflicts />
            <Deeds message=message deeds=deeds calendars=calendars takes_word=takes_word event=event back=back />
        </section>
    }
}

/// What else there is when one is asked for.
#[component]
fn WhatElse(conflicts: Conflicts) -> impl IntoView {
    let Conflicts { same_time, that_day, more, nothing, series } = conflicts;
    let divs = |lines: Vec<String>| -> Vec<_> {
        lines.into_iter().map(|line| view! { <div dir="auto">{line}</div> }).collect()
    };
    let same_time = (!same_time.is_empty()).then(|| {
        view! {
            <div class="notice notice--warning" data-invitation-conflicts>
                <div>
                    <strong>{words::server_mail_invitation_conflicts()}</strong>
                    {divs(same_time)}
                </div>
            </div>
        }
    });
    let more = (more > 0).then(|| view! { <div>{words::server_invitation_more(more)}</div> });
    let that_day = (!that_day.is_empty() || more.is_some()).then(|| {
        view! {
            <div class="hint" data-invitation-day>
                <strong>{words::server_mail_invitation_day()}</strong>
                {divs(that_day)}
                {more}
            </div>
        }
    });
    let nothing = nothing.map(|nothing| view! { <p class="hint">{nothing}</p> });
    let series = series.map(|(heading, dates)| {
        let class = if dates.is_empty() { "hint" } else { "notice notice--warning" };
        view! {
            <div class=class data-invitation-series>
                <div>
                    <strong>{heading}</strong>
                    {divs(dates)}
                </div>
            </div>
        }
    });
    view! {
        {same_time}
        {that_day}
        {nothing}
        {series}
    }
}

#[component]
fn Deeds(
    message: i64,
    deeds: Vec<DeedButton>,
    calendars: Vec<(i64, String)>,
    takes_word: bool,
    event: Option<String>,
    back: String,
) -> impl IntoView {
    let event = event.map(|event| {
        view! { <a class="button" href=event rel="external">{words::server_mail_invitation_open()}</a> }
    });
    if deeds.is_empty() {
        return view! { <p class="row">{event}</p> }.into_any();
    }
    let buttons: Vec<_> = deeds
        .into_iter()
        .map(|DeedButton { value, label, is_given }| {
            let class = if is_given == Some(true) { "button button--primary" } else { "button" };
            let pressed = is_given.map(|given| given.to_string());
            view! { <button class=class name="do" value=value aria-pressed=pressed>{label}</button> }
        })
        .collect();
    let calendars = (!calendars.is_empty()).then(|| {
        let options: Vec<_> =
            calendars.into_iter().map(|(id, name)| view! { <option value=id.to_string()>{name}</option> }).collect();
        view! {
            <label class="field">
                <span>{words::server_mail_invitation_calendar()}</span>
                <select class="input" name="calendar">{options}</select>
            </label>
        }
    });
    let word = takes_word.then(|| {
        view! {
            <label class="field">
                <span>{words::server_invitation_word()}</span>
                <input class="input" name="comment" maxlength="1000" dir="auto" />
            </label>
        }
    });
    view! {
        <form class="stack" method="post" action=invitation_path(message)>
            <input type="hidden" name="back" value=back />
            {word}
            {calendars}
            <div class="row">{buttons} {event}</div>
        </form>
    }
    .into_any()
}
