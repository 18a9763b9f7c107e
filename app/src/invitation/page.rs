//! The page of who takes part in an event.

use super::{Guests, Proposable, ProposalLine, SentLine, server};
use crate::agenda::links;
use crate::find_time::TimeQuery;
use crate::server_context::signed_in;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn InvitationPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = move || {
        let calendar = params.read().get("calendar").and_then(|id| id.parse().ok());
        (calendar, params.read().get("name").unwrap_or_default(), query.read().get("instance"))
    };
    let guests = Resource::new(asked, |(calendar, name, instance)| async move {
        let (kalends, user) = signed_in()?;
        let missing = || ApiError::NotFound(words::errors_calendar_not_found().into());
        server::guests(&kalends, &user, calendar.ok_or_else(missing)?, &name, instance.as_deref()).await
    });
    view! {
        <Title text=words::server_invitation_guests() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match guests.await {
                                Ok(guests) => view! { <Loaded guests=guests /> }.into_any(),
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(guests: Guests) -> impl IntoView {
    let (proposals, proposable) = (guests.proposals.clone(), guests.proposable.clone());
    let query = use_query_map();
    let query = query.read_untracked();
    let saved = query.get("saved").is_some();
    let find = TimeQuery::of_meeting(guests.calendar, &guests.name, query.get("instance").as_deref());
    let finds = guests.answer.is_some() || guests.addresses.is_some();
    // Another time may stand in the address, where it was found.
    let found = query.get("start").zip(query.get("end")).filter(|(start, _)| start.contains('T'));
    let proposable = proposable.map(|stands| match found {
        Some((start, end)) if stands.start.contains('T') => Proposable { start, end, ..stands },
        _ => stands,
    });
    let Guests {
        calendar,
        name,
        title,
        etag,
        is_series,
        organizer,
        guests,
        answer,
        addresses,
        sent,
        outcome,
        write,
        mails,
        ..
    } = guests;
    let outcome = outcome.map(|error| view! { <Failed error=error /> }.into_any()).or_else(|| {
        let said = words::server_invitation_saved();
        saved.then(|| view! { <p class="notice notice--success" role="status">{said}</p> }.into_any())
    });
    let nobody = guests.is_empty().then(|| view! { <p class="hint">{words::server_invitation_nobody()}</p> });
    let guests: Vec<_> = guests
        .into_iter()
        .map(|(who, answer)| view! { <div><dt dir="auto">{who}</dt><dd>{answer}</dd></div> })
        .collect();
    let organizer = organizer.map(|organizer| {
        view! {
            <p dir="auto"><strong>{words::server_invitation_organizer()}</strong> " " {organizer}</p>
        }
    });
    view! {
        <h1 dir="auto">{words::server_invitation_title(&title)}</h1>
        {outcome}
        <section class="card card--padded stack">
            <h2>{words::server_invitation_guests()}</h2>
            {organizer}
            {nobody}
            {(!guests.is_empty()).then(|| view! { <dl class="history__fields">{guests}</dl> })}
        </section>
        {(!proposals.is_empty()).then(|| view! { <Proposals proposals=proposals /> })}
        {answer.map(|answer| view! { <AnswerForm answer=answer etag=etag.clone() is_series=is_series /> })}
        {proposable.is_some().then(|| view! { <DelegateForm etag=etag.clone() /> })}
        {proposable.map(|stands| view! { <ProposeForm stands=stands etag=etag.clone() /> })}
        {addresses.map(|addresses| view! { <InviteForm addresses=addresses etag=etag.clone() /> })}
        <SentList sent=sent />
        <p class="row">
            {write.map(|path| view! { <a class="button" href=path rel="external">{words::server_mail_making_write()}</a> })}
            {mails.map(|path| view! { <a class="button" href=path>{words::server_mail_making_mails()}</a> })}
            {finds.then(|| view! { <a class="button" href=find>{words::server_find_time_another()}</a> })}
            <a class="button" href=links::invitation(calendar, &name).trim_end_matches("/invitation").to_owned()>
                <Icon d=icon::CALENDAR />
                {words::server_invitation_back()}
            </a>
        </p>
    }
}

#[component]
fn AnswerForm(
    /// PARTSTAT
    answer: String,
    etag: String,
    is_series: bool,
) -> impl IntoView {
    let choice = |value: &'static str, text: &'static str| {
        let is_given = answer == value;
        let class = if is_given { "button button--primary" } else { "button" };
        view! { <button class=class name="answer" value=value aria-pressed=is_given.to_string()>{text}</button> }
    };
    let choices = [
        choice("ACCEPTED", words::server_invitation_accept()),
        choice("TENTATIVE", words::server_invitation_maybe()),
        choice("DECLINED", words::server_invitation_decline()),
    ];
    view! {
        <form class="card card--padded stack" method="post">
            <h2>{words::server_invitation_yours()}</h2>
            {is_series.then(|| view! { <p class="hint">{words::server_invitation_whole_series()}</p> })}
            <input type="hidden" name="etag" value=etag />
            <label class="field">
                <span>{words::server_invitation_word()}</span>
                <input class="input" name="comment" maxlength="1000" dir="auto" />
            </label>
            <div class="row">{choices.into_iter().collect::<Vec<_>>()}</div>
        </form>
    }
}

/// What guests would have it be, to be decided.
#[component]
fn Proposals(proposals: Vec<ProposalLine>) -> impl IntoView {
    let lines: Vec<_> = proposals
        .into_iter()
        .map(|ProposalLine { id, text, comment }| {
            view! {
                <form class="stack" method="post">
                    <p dir="auto">{text}</p>
                    {comment.map(|comment| view! { <blockquote dir="auto">{comment}</blockquote> })}
                    <input type="hidden" name="proposal" value=id />
                    <div class="row">
                        <button class="button button--primary" name="decide" value="take">
                            {words::server_invitation_take()}
                        </button>
                        <button class="button" name="decide" value="keep">
                            {words::server_invitation_keep()}
                        </button>
                    </div>
                </form>
            }
        })
        .collect();
    view! {
        <section class="card card--padded stack">
            <h2>{words::server_invitation_proposals()}</h2>
            {lines}
        </section>
    }
}

/// Somebody else who comes in one's place.
#[component]
fn DelegateForm(etag: String) -> impl IntoView {
    view! {
        <form class="card card--padded stack" method="post">
            <h2>{words::server_invitation_delegate()}</h2>
            <p class="hint">{words::server_invitation_delegate_hint()}</p>
            <input type="hidden" name="etag" value=etag />
            <label class="field">
                <span>{words::server_invitation_delegate_address()}</span>
                <input class="input" type="email" name="delegate" maxlength="254" autocomplete="off" dir="ltr" required />
            </label>
            <label class="field">
                <span>{words::server_invitation_word()}</span>
                <input class="input" name="comment" maxlength="1000" dir="auto" />
            </label>
            <div class="row">
                <button class="button">{words::server_invitation_delegate()}</button>
            </div>
        </form>
    }
}

/// Another time or place, to be proposed to whoever invites; or that what they have now is sent again.
#[component]
fn ProposeForm(
    /// Times, or days, and the place.
    stands: Proposable,
    etag: String,
) -> impl IntoView {
    let Proposable { start, end, location } = stands;
    let kind = if start.contains('T') { "datetime-local" } else { "date" };
    view! {
        <form class="card card--padded stack" method="post">
            <h2>{words::server_invitation_propose()}</h2>
            <input type="hidden" name="etag" value=etag />
            <label class="field">
                <span>{words::server_invitation_begins()}</span>
                <input class="input" type=kind name="start" value=start required />
            </label>
            <label class="field">
                <span>{words::server_invitation_ends()}</span>
                <input class="input" type=kind name="end" value=end required />
            </label>
            <label class="field">
                <span>{words::server_invitation_place()}</span>
                <input class="input" name="location" maxlength="1000" value=location dir="auto" />
            </label>
            <label class="field">
                <span>{words::server_invitation_word()}</span>
                <input class="input" name="comment" maxlength="1000" dir="auto" />
            </label>
            <div class="row">
                <button class="button" name="propose" value="yes">{words::server_invitation_propose()}</button>
                <button class="button" name="refresh" value="yes">{words::server_invitation_refresh()}</button>
            </div>
        </form>
    }
}

#[component]
fn InviteForm(addresses: String, etag: String) -> impl IntoView {
    view! {
        <form class="card card--padded stack" method="post">
            <h2>{words::server_invitation_invite()}</h2>
            <input type="hidden" name="etag" value=etag />
            <label class="field">
                <span>{words::server_invitation_addresses()}</span>
                <textarea class="textarea" name="attendees" rows="5" spellcheck="false" dir="ltr">{addresses}</textarea>
            </label>
            <div class="row">
                <button class="button button--primary">{words::server_invitation_send()}</button>
            </div>
        </form>
    }
}

/// What was sent to whom, when, by which way, and what became of it.
#[component]
fn SentList(sent: Vec<SentLine>) -> impl IntoView {
    let nothing = sent.is_empty().then(|| view! { <p class="hint">{words::server_invitation_nothing_sent()}</p> });
    let lines: Vec<_> = sent
        .into_iter()
        .map(|SentLine { what, to, at, became }| {
            view! {
                <div>
                    <dt>{what} ", " {at}</dt>
                    <dd dir="auto">{to} ": " {became}</dd>
                </div>
            }
        })
        .collect();
    view! {
        <section class="card card--padded stack">
            <h2>{words::server_invitation_sent()}</h2>
            {nothing}
            {(!lines.is_empty()).then(|| view! { <dl class="history__fields">{lines}</dl> })}
        </section>
    }
}
