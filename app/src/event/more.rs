//! What an event's details have that the server writes as HTML: who takes part, with one's own answer, its mail, and the way to its history.
//! Browsers download no code for it, and the form in it is one that works without any.

use crate::agenda::links;
use crate::find_time::TimeQuery;
use crate::invitation::server::{answered, shown};
use crate::mail::about_server::{Ways, ways};
use crate::ui::{Markup, icon};
use crate::wire::ApiError;
use crate::words;
use kalends_domain::accounts::User;
use kalends_domain::events::EventDetails;
use kalends_domain::scheduling::Invitation;
use kalends_domain::{Error, Kalends};
use kalends_ical::instance_key;
use leptos_router::location::Url;

const PEOPLE: &str = "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14a6.5 6.5 0 0 1 3.5 5.5";

/// Most guests who are named; the others are on the page of who takes part.
const MAX_NAMED: usize = 12;

/// The rows, for somebody who looks at the event on the page `back`.
///
/// # Errors
/// Those of [`Kalends::participants`].
pub async fn rows(kalends: &Kalends, user: &User, event: &EventDetails, back: &str) -> Result<String, ApiError> {
    let mut html = Markup::default();
    let meeting = match event.has_guests {
        true => {
            let instance = event.recurrence_id.as_ref();
            Some(kalends.participants(user.on_a_page(), event.calendar, &event.name, instance).await?)
        }
        false => None,
    };
    let ways = ways(kalends, user, event, meeting.as_ref()).await?;
    if let Some(found) = &meeting {
        guests(&mut html, event, found, back);
    }
    mail(&mut html, &ways);
    row(&mut html, icon::HISTORY);
    let history = links::history(event.calendar.0, &event.name, back);
    html.raw("<div><p><a").attribute("href", &history).raw(">").text(words::common_history()).raw("</a></p>");
    if is_from_elsewhere(kalends, user, event).await? {
        let why = format!("{history}#{}", links::WHY);
        html.raw("<p><a").attribute("href", &why).raw(">").text(words::server_sync_why()).raw("</a></p>");
    }
    html.raw("</div>");
    Ok(html.finish())
}

/// Whether the page of its history says by which calendar elsewhere the event is here.
async fn is_from_elsewhere(kalends: &Kalends, user: &User, event: &EventDetails) -> Result<bool, ApiError> {
    match kalends.provenance(user.on_a_page(), event.calendar, &event.name).await {
        Ok(found) => Ok(found.is_some()),
        // Of a calendar that shows no more than when somebody is busy.
        Err(Error::NotFound(_) | Error::Forbidden { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The icon that a row begins with.
fn row(html: &mut Markup, path: &'static str) {
    html.raw("<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"")
        .raw(path)
        .raw("\"></path></svg>");
}

/// The message that it was made of, and what is written about it.
fn mail(html: &mut Markup, ways: &Ways) {
    let Ways { made_of, write, about } = ways;
    if made_of.is_none() && write.is_none() && about.is_none() {
        return;
    }
    row(html, icon::MAIL);
    html.raw("<div>");
    if let Some((path, subject)) = made_of {
        let text = words::server_mail_making_from(subject);
        html.raw("<p dir=\"auto\"><a").attribute("href", path).raw(">").text(&text).raw("</a></p>");
    }
    let links = [(write, words::server_mail_making_write()), (about, words::server_mail_making_mails())];
    for (path, text) in links {
        if let Some(path) = path {
            html.raw("<p><a").attribute("href", path).raw(">").text(text).raw("</a></p>");
        }
    }
    html.raw("</div>");
}

fn guests(html: &mut Markup, event: &EventDetails, found: &Invitation, back: &str) {
    row(html, PEOPLE);
    html.raw("<div>");
    if let Some(organizer) = &found.organizer {
        let organizer = words::server_invitation_invited_by(&shown(organizer));
        html.raw("<p class=\"hint\" dir=\"auto\">").text(&organizer).raw("</p>");
    }
    for guest in found.attendees.iter().take(MAX_NAMED) {
        let text = words::server_invitation_guest(&shown(guest), answered(&guest.partstat));
        html.raw("<p dir=\"auto\">").text(&text).raw("</p>");
    }
    let more = found.attendees.len().saturating_sub(MAX_NAMED);
    if more > 0 {
        html.raw("<p>").text(&words::server_invitation_more(more)).raw("</p>");
    }
    if !found.proposals.is_empty() {
        html.raw("<p><strong>").text(words::server_invitation_proposals()).raw("</strong></p>");
    }
    let all = links::invitation(event.calendar.0, &event.name);
    if let Some(answer) = found.answer.as_deref().filter(|_| found.can_answer) {
        html.raw("<form class=\"row\" method=\"post\"").attribute("action", &all).raw(">");
        for (name, value) in [("etag", event.etag.as_str()), ("back", back)] {
            html.raw("<input type=\"hidden\"").attribute("name", name).attribute("value", value).raw(">");
        }
        let choices = [
            ("ACCEPTED", words::server_invitation_accept()),
            ("TENTATIVE", words::server_invitation_maybe()),
            ("DECLINED", words::server_invitation_decline()),
        ];
        for (value, text) in choices {
            let (class, pressed) = match answer == value {
                true => ("button button--small button--primary", "true"),
                false => ("button button--small", "false"),
            };
            html.raw("<button name=\"answer\"").attribute("value", value).attribute("class", class);
            html.attribute("aria-pressed", pressed).raw(">").text(text).raw("</button>");
        }
        html.raw("</form>");
        if event.recurring {
            html.raw("<p class=\"hint\">").text(words::server_invitation_whole_series()).raw("</p>");
        }
    }
    let instance = event.recurrence_id.as_ref().filter(|_| event.recurring);
    let page = instance.map_or(all.clone(), |id| format!("{all}?instance={}", Url::escape(&instance_key::encode(id))));
    html.raw("<p><a").attribute("href", &page).raw(">").text(words::server_invitation_guests()).raw("</a></p>");
    if event.editable && (found.can_invite || found.can_answer) {
        let key = instance.map(instance_key::encode);
        let find = TimeQuery::of_meeting(event.calendar.0, &event.name, key.as_deref());
        html.raw("<p><a").attribute("href", &find).raw(">").text(words::server_find_time_another()).raw("</a></p>");
    }
    html.raw("</div>");
}
