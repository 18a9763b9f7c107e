//! The page on which people answer an invitation who have no account. It has no scripts and sets no cookie.

use super::letters::{Notation, fields};
use super::server::answered;
use crate::agenda::format::title_or_none;
use crate::event::seen::when;
use crate::locale;
use crate::public_pages::{Around, Files, document};
use crate::wire::When;
use crate::words;
use chrono_tz::Tz;
use kalends_domain::scheduling::{Invited, NoInvitation};
use kalends_ical::edit::Timing;
use leptos::prelude::*;

/// What is said above an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The answer is noted.
    Noted,
    /// The organizer has the proposal.
    Proposed,
    /// It is another since it was seen.
    Changed,
    /// It is kept, and taken up in a moment.
    Later,
    /// It could not be put into the organizer's calendar.
    NotStored,
    /// The times are none.
    NoTime,
    /// They are those that it has.
    SameTime,
    /// The word is too long.
    TooLong,
}

/// What is written in the form.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// What the mail said that it is for: `yes`, `maybe`, `no` or `other`.
    pub say: String,
    pub comment: String,
    pub start: String,
    pub end: String,
}

/// The answers with what addresses call them.
pub const ANSWERS: [(&str, &str); 3] = [("yes", "ACCEPTED"), ("maybe", "TENTATIVE"), ("no", "DECLINED")];

/// As a control for a time has it.
const MINUTE: &str = "%Y-%m-%dT%H:%M";

/// In which zone times stand on the page.
pub fn zone_of(invited: &Invited) -> Tz {
    match invited.event.draft.as_ref().map(|draft| draft.timing) {
        Some(Timing::Timed { zone: Some(zone), .. }) if zone != Tz::UTC => zone,
        _ => invited.zone,
    }
}

fn page(files: &Files, title: &str, body: AnyView) -> String {
    let title = words::common_page_title(title);
    document(Around { files, title, theme: None, class: "public", stream: None, refresh: None }, body)
}

/// The page where there is nothing to answer.
pub fn nothing(files: &Files, why: NoInvitation) -> String {
    let why = match why {
        NoInvitation::Unknown => words::server_answer_unknown(),
        NoInvitation::Cancelled => words::server_answer_cancelled(),
        NoInvitation::NotInvited => words::server_answer_not_invited(),
        NoInvitation::Over => words::server_answer_over(),
    };
    told(files, words::server_answer_gone_title(), why)
}

/// The page for whoever answers again and again.
pub fn too_often(files: &Files) -> String {
    told(files, words::server_answer_slow_title(), words::server_answer_slow())
}

fn told(files: &Files, title: &'static str, what: &'static str) -> String {
    let body = view! {
        <main class="public__main public__notice">
            <h1>{title}</h1>
            <p>{what}</p>
        </main>
    };
    page(files, title, body.into_any())
}

/// The page of an invitation. `accepted`: Accept-Language of who reads it.
pub fn answer_page(
    files: &Files,
    invited: &Invited,
    notice: Option<Notice>,
    written: &Written,
    accepted: Option<&str>,
) -> String {
    let reader = accepted.and_then(locale::preferred_locale);
    let notation = Notation::of(reader.as_deref(), invited.zone);
    let title = title_or_none(&invited.event.title).to_owned();
    let organizer = match invited.organizer.name.as_str() {
        "" => invited.organizer.address.clone(),
        name => name.to_owned(),
    };
    let notice = notice.map(|notice| {
        let (is_good, text) = match notice {
            Notice::Noted => (true, words::server_answer_noted(&organizer)),
            Notice::Proposed => (true, words::server_answer_proposed(&organizer)),
            Notice::Changed => (false, words::server_answer_changed().to_owned()),
            Notice::Later => (true, words::server_answer_later(&organizer)),
            Notice::NotStored => (false, words::server_answer_not_stored(&organizer)),
            Notice::NoTime => (false, words::server_answer_no_time().to_owned()),
            Notice::SameTime => (false, words::server_answer_same_time().to_owned()),
            Notice::TooLong => (false, words::server_answer_too_long().to_owned()),
        };
        let class = if is_good { "answer__notice" } else { "answer__notice answer__notice--wrong" };
        let role = if is_good { "status" } else { "alert" };
        view! { <p class=class role=role dir="auto">{text}</p> }
    });
    let facts: Vec<_> = fields(&invited.event, &notation)
        .into_iter()
        // The title is above.
        .skip(1)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd dir="auto">{value}</dd></div> })
        .collect();
    let scope = match (invited.is_series, &invited.event.instance) {
        (true, _) => Some(words::server_answer_series()),
        (_, Some(_)) => Some(words::server_answer_only()),
        _ => None,
    };
    let (seen, answer) = (invited.seen.clone(), answered(&invited.answer));
    let body = view! {
        <main class="public__main answer">
            <h1 dir="auto">{words::server_answer_heading(&title)}</h1>
            {notice}
            <p dir="auto">{words::server_answer_invites(&organizer, &invited.address)}</p>
            <dl class="answer__facts">{facts}</dl>
            {scope.map(|scope| view! { <p>{scope}</p> })}
            <form class="answer__form" method="post">
                <h2>{words::server_answer_yours()}</h2>
                <p>{words::server_answer_so_far(answer)}</p>
                <input type="hidden" name="seen" value=seen.clone() />
                {comment_field("comment", &written.comment)}
                <div class="answer__buttons">{buttons(invited, &written.say)}</div>
            </form>
            {proposing(invited, written, seen)}
        </main>
    };
    page(files, &title, body.into_any())
}

fn comment_field(id: &'static str, comment: &str) -> AnyView {
    view! {
        <label class="answer__field" for=id>
            <span>{words::server_answer_word()}</span>
            <input id=id name="comment" maxlength="1000" dir="auto" value=comment.to_owned() />
        </label>
    }
    .into_any()
}

fn buttons(invited: &Invited, say: &str) -> Vec<AnyView> {
    let texts = [words::server_answer_yes(), words::server_answer_maybe(), words::server_answer_no()];
    let given = |partstat: &str| invited.answer == partstat;
    ANSWERS
        .into_iter()
        .zip(texts)
        .map(|((name, partstat), text)| {
            let class = if say == name { "public__button answer__button--wanted" } else { "public__button" };
            let pressed = given(partstat).to_string();
            view! { <button class=class name="answer" value=name aria-pressed=pressed>{text}</button> }.into_any()
        })
        .collect()
}

/// Another time to propose, for what is an event.
fn proposing(invited: &Invited, written: &Written, seen: String) -> Option<AnyView> {
    let timing = invited.event.draft.as_ref()?.timing;
    let zone = zone_of(invited);
    let (kind, start, end) = match when(timing, zone).0 {
        When::Days { first, last } => ("date", first.to_string(), last.to_string()),
        When::Times { start, end } => {
            ("datetime-local", start.format(MINUTE).to_string(), end.format(MINUTE).to_string())
        }
    };
    let or = |said: &String, else_: String| if said.is_empty() { else_ } else { said.clone() };
    let (start, end) = (or(&written.start, start), or(&written.end, end));
    let in_zone = matches!(timing, Timing::Timed { zone: Some(_), .. })
        .then(|| view! { <p>{words::server_answer_in_zone(zone.name())}</p> });
    let is_open = written.say == "other";
    let form = view! {
        <details class="answer__other" open=is_open>
            <summary>{words::server_answer_other()}</summary>
            <form class="answer__form" method="post">
                {in_zone}
                <input type="hidden" name="seen" value=seen />
                <label class="answer__field" for="start">
                    <span>{words::server_answer_begins()}</span>
                    <input id="start" type=kind name="start" value=start required />
                </label>
                <label class="answer__field" for="end">
                    <span>{words::server_answer_ends()}</span>
                    <input id="end" type=kind name="end" value=end required />
                </label>
                {comment_field("comment-other", if is_open { &written.comment } else { "" })}
                <div class="answer__buttons">
                    <button class="public__button" name="answer" value="other">{words::server_answer_propose()}</button>
                </div>
            </form>
        </details>
    };
    Some(form.into_any())
}
