//! The server's side of mail about meetings.

use super::folders::zone;
use super::invitation_records::{Conflicts, DeedButton, InvitationCard, MessageInvitation, Tone};
use crate::agenda::format::title_or_none;
use crate::agenda::links::event_of;
use crate::event::details::when_words;
use crate::event::rule_words::rule_in_words;
use crate::event::seen::when;
use crate::history::words_of::Reader;
use crate::invitation::server::{answered, shown};
use crate::wire::ApiError;
use crate::words;
use chrono::NaiveDate;
use kalends_domain::accounts::User;
use kalends_domain::agenda::AgendaInstance;
use kalends_domain::calendars::CalendarId;
use kalends_domain::mail::{
    AuthenticationResults, InvitationAction, MailInvitation, MailInvitationVerdict, MailMessageId,
};
use kalends_domain::scheduling::MeetingFacts;
use kalends_domain::{Error, Kalends, Missing};
use kalends_ical::ComponentKind;
use kalends_ical::edit::Timing;
use kalends_ical::itip::{Method, PartStat, Why};

/// How many guests are named, and how many events at the same time, else that day, and at dates of a series.
const MAX_NAMED: usize = 12;
const MAX_CONFLICTS: usize = 5;

/// What a message has about a meeting, for its page.
pub async fn card(kalends: &Kalends, user: &User, message: i64) -> MessageInvitation {
    match kalends.mail_invitation(user.on_a_page(), MailMessageId(message)).await {
        Ok(None) => MessageInvitation::None,
        Ok(Some(found)) => MessageInvitation::Card(Box::new(shown_card(kalends, user, message, found).await)),
        Err(Error::BadInput { .. }) => MessageInvitation::Unreadable,
        Err(error) => {
            tracing::warn!(?error, "what a mail says about a meeting is not shown");
            MessageInvitation::None
        }
    }
}

async fn shown_card(kalends: &Kalends, user: &User, message: i64, found: MailInvitation) -> InvitationCard {
    let reader = Reader::of(user);
    let who = who(&found);
    let conflicts = match found.deeds.contains(&InvitationAction::Answer(PartStat::Accepted)) {
        true => conflicts(kalends, user, &found, &reader).await.unwrap_or_default(),
        false => Conflicts::default(),
    };
    let wants_calendar = found.stands.is_none()
        && found.deeds.iter().any(|deed| matches!(deed, InvitationAction::Put | InvitationAction::Answer(_)));
    let calendars = if wants_calendar { calendars(kalends, user, found.kind).await } else { Vec::new() };
    let guests = match found.method.is_for_organizer() {
        true => Vec::new(),
        false => found.attendees.iter().map(|guest| (shown(guest), answered(&guest.partstat).to_owned())).collect(),
    };
    let more_guests = guests.len().saturating_sub(MAX_NAMED);
    InvitationCard {
        message,
        asks: asks(&found, &who),
        facts: facts(&found, &reader),
        guests: guests.into_iter().take(MAX_NAMED).collect(),
        more_guests,
        notes: [came_from(&found, &who), became(&found)].concat(),
        conflicts,
        calendars,
        takes_word: found
            .deeds
            .iter()
            .any(|deed| matches!(deed, InvitationAction::Answer(_) | InvitationAction::DeclineProposal)),
        deeds: found.deeds.iter().map(|deed| button(*deed, &found)).collect(),
        event: found.stands.as_ref().map(|stands| event_of(stands.calendar.0, &stands.name)),
    }
}

/// Who invites, or who answers.
fn who(found: &MailInvitation) -> String {
    let party = match found.method.is_for_organizer() {
        true => found.attendees.first(),
        false => found.organizer.as_ref(),
    };
    let name = party.map(|party| party.name.clone().unwrap_or_else(|| shown(party)));
    name.unwrap_or_else(|| found.sender.address.clone())
}

fn asks(found: &MailInvitation, who: &str) -> String {
    match found.method {
        Method::Request => words::server_mail_invitation_request(who),
        Method::Add => words::server_mail_invitation_add(who),
        Method::Cancel => words::server_mail_invitation_cancel(who),
        Method::Reply => {
            let partstat = found.attendees.first().map(|guest| guest.partstat.as_str()).unwrap_or_default();
            words::server_mail_invitation_reply(who, answered(partstat))
        }
        Method::Counter => words::server_mail_invitation_counter(who),
        Method::DeclineCounter => words::server_mail_invitation_decline_counter(who),
        Method::Refresh => words::server_mail_invitation_refresh(who),
        Method::Publish => words::server_mail_invitation_publish().to_owned(),
    }
}

/// On the reader's clock, and on its own where that shows another time.
fn written(timing: Timing, reader: &Reader) -> String {
    let text = reader.timing(timing);
    match when(timing, reader.zone()).1 {
        Some((own, zone)) => {
            let own = when_words(own, reader.format(), NaiveDate::MIN);
            format!("{text} · {}", words::server_imip_in_zone(&own, &zone))
        }
        None => text,
    }
}

fn facts(found: &MailInvitation, reader: &Reader) -> Vec<(&'static str, String)> {
    let MeetingFacts { title, draft, instance } = &found.event;
    let mut facts = vec![(words::server_imip_title(), title_or_none(title).to_owned())];
    if let Some(draft) = draft {
        let repeats = rule_in_words(&draft.repeat, reader.format()).filter(|_| instance.is_none());
        facts.push((words::server_imip_when(), written(draft.timing, reader)));
        facts.push((words::server_imip_repeats(), repeats.unwrap_or_default()));
        facts.push((words::server_imip_where(), draft.location.clone().unwrap_or_default()));
        facts.push((words::server_imip_description(), draft.description.clone().unwrap_or_default()));
    }
    facts.push((words::server_invitation_organizer(), found.organizer.as_ref().map(shown).unwrap_or_default()));
    facts.push((words::server_imip_word(), found.comment.clone().unwrap_or_default()));
    facts.retain(|(_, value)| !value.trim().is_empty());
    facts
}

/// Who it is from, and whether that is so.
fn came_from(found: &MailInvitation, who: &str) -> Vec<(Tone, String)> {
    let sender = found.sender.address.as_str();
    let warning = match found.verdict {
        MailInvitationVerdict::NotSender => Some(words::server_mail_invitation_not_sender(sender, who)),
        MailInvitationVerdict::Failed => Some(words::server_mail_invitation_failed(sender)),
        MailInvitationVerdict::NotInvited => Some(words::server_mail_invitation_not_invited().to_owned()),
        MailInvitationVerdict::NotOrganizer => Some(words::server_mail_invitation_not_organizer().to_owned()),
        MailInvitationVerdict::Fit | MailInvitationVerdict::Own | MailInvitationVerdict::Published => None,
    };
    // What somebody has forwarded is from them as well.
    let forwarded = (found.is_uninvited() && found.verdict != MailInvitationVerdict::NotInvited)
        .then(|| words::server_mail_invitation_not_invited().to_owned());
    let own = (found.verdict == MailInvitationVerdict::Own)
        .then(|| (Tone::Plain, words::server_mail_invitation_own().to_owned()));
    let proof = (Tone::Plain, proved(sender, found.results.as_ref()));
    warning.into_iter().chain(forwarded).map(|text| (Tone::Warning, text)).chain(own).chain([proof]).collect()
}

fn proved(sender: &str, results: Option<&AuthenticationResults>) -> String {
    let Some(results) = results else { return words::server_mail_invitation_unproved(sender) };
    if results.has_passed() {
        return words::server_mail_invitation_proved(sender, &results.server);
    }
    let all = [("DMARC", &results.dmarc), ("SPF", &results.spf), ("DKIM", &results.dkim)];
    let said: Vec<String> =
        all.into_iter().filter_map(|(name, result)| Some(format!("{name} {}", result.as_ref()?))).collect();
    match said.is_empty() {
        true => words::server_mail_invitation_unproved(sender),
        false => words::server_mail_invitation_results(sender, &results.server, &said.join(", ")),
    }
}

/// What became of it.
fn became(found: &MailInvitation) -> Vec<(Tone, String)> {
    let plain = |text: &str| vec![(Tone::Plain, text.to_owned())];
    if found.problem.is_some() {
        return vec![(Tone::Warning, words::server_mail_invitation_problem().to_owned())];
    }
    let is_cancelled = found.stands.as_ref().is_some_and(|stands| stands.is_cancelled);
    match found.method {
        Method::Request | Method::Add | Method::Publish => {
            let stands = match (&found.stands, found.answer.as_deref()) {
                (None, _) => return Vec::new(),
                _ if is_cancelled => words::server_mail_invitation_cancelled().to_owned(),
                (_, Some("NEEDS-ACTION")) => words::server_mail_invitation_unanswered().to_owned(),
                (_, Some(answer)) => words::server_mail_invitation_answered(answered(answer)),
                (_, None) => words::server_mail_invitation_stands().to_owned(),
            };
            let counts = match found.would {
                Why::Outdated => plain(words::server_mail_invitation_outdated()),
                Why::Updated => plain(words::server_mail_invitation_older()),
                _ => Vec::new(),
            };
            [counts, vec![(Tone::Plain, stands)]].concat()
        }
        Method::Cancel => match (&found.stands, found.would) {
            (None, _) => plain(words::server_mail_invitation_not_there()),
            (_, Why::Outdated) => plain(words::server_mail_invitation_outdated()),
            (_, Why::Cancelled) => Vec::new(),
            _ => plain(words::server_mail_invitation_cancelled()),
        },
        Method::Reply | Method::Counter | Method::Refresh | Method::DeclineCounter => match found.outcome {
            Some(Why::Answered) => plain(words::server_mail_invitation_applied()),
            Some(Why::Same) => plain(words::server_mail_invitation_same()),
            Some(Why::Outdated) => plain(words::server_mail_invitation_outdated()),
            Some(Why::NotInvited) => plain(words::server_mail_invitation_uninvited()),
            Some(Why::Refreshed) => plain(words::server_mail_invitation_refreshed()),
            Some(_) => Vec::new(),
            None if found.is_taken && found.method == Method::Counter => plain(words::server_mail_invitation_decided()),
            None => match found.would {
                Why::Outdated => plain(words::server_mail_invitation_outdated()),
                Why::NotInvited => plain(words::server_mail_invitation_uninvited()),
                Why::Same => plain(words::server_mail_invitation_same()),
                _ => Vec::new(),
            },
        },
    }
}

fn button(deed: InvitationAction, found: &MailInvitation) -> DeedButton {
    let label = match (deed, found.method) {
        (InvitationAction::Answer(PartStat::Accepted), _) => words::server_invitation_accept(),
        (InvitationAction::Answer(PartStat::Tentative), _) => words::server_invitation_maybe(),
        (InvitationAction::Answer(PartStat::Declined), _) => words::server_invitation_decline(),
        (InvitationAction::Put, _) => words::server_mail_invitation_put(),
        (InvitationAction::Remove, _) => words::server_mail_invitation_remove(),
        (InvitationAction::TakeProposal, _) => words::server_invitation_take(),
        (InvitationAction::DeclineProposal, _) => words::server_invitation_keep(),
        (InvitationAction::Apply, Method::Cancel) => words::server_mail_invitation_apply_cancel(),
        (InvitationAction::Apply, Method::Reply) => words::server_mail_invitation_apply_reply(),
        (InvitationAction::Apply, Method::Counter) => words::server_mail_invitation_apply_counter(),
        (InvitationAction::Apply, Method::Refresh) => words::server_mail_invitation_apply_refresh(),
        (InvitationAction::Apply, _) => words::server_mail_invitation_apply_request(),
    };
    let is_given = match deed {
        InvitationAction::Answer(partstat) => Some(found.answer.as_deref() == Some(partstat.name())),
        _ => None,
    };
    DeedButton { value: deed.name(), label, is_given }
}

/// The viewer's own calendars that take it; where new events go first.
async fn calendars(kalends: &Kalends, user: &User, kind: ComponentKind) -> Vec<(i64, String)> {
    let all = kalends.calendars(user.on_a_page()).await.unwrap_or_default();
    let mut own: Vec<_> = all
        .into_iter()
        .filter(|held| {
            held.owner().id == user.principal.id && held.may_write() && held.details.components.contains(&kind)
        })
        .collect();
    own.sort_by_key(|held| !held.view().is_default);
    own.into_iter().map(|held| (held.id.0, held.details.display_name.clone())).collect()
}

/// What else there is when the viewer is asked for.
async fn conflicts(
    kalends: &Kalends,
    user: &User,
    found: &MailInvitation,
    reader: &Reader,
) -> Result<Conflicts, Error> {
    if found.event.draft.is_none() {
        return Ok(Conflicts::default());
    }
    let all = kalends.conflicts_of_invitation(user.on_a_page(), found, zone(user)).await?;
    let when = |when| when_words(when, reader.format(), NaiveDate::MIN);
    let line = |event: &AgendaInstance| format!("{} · {}", title_or_none(&event.summary), when(event.when));
    let nothing = all.that_day.as_ref().is_some_and(Vec::is_empty).then(words::server_mail_invitation_day_free);
    let day = all.that_day.unwrap_or_default();
    let count = day.len();
    let (same_time, that_day): (Vec<_>, Vec<_>) = day.into_iter().partition(|(_, is_at_it)| *is_at_it);
    let lines = |events: Vec<(AgendaInstance, bool)>| -> Vec<String> {
        events.iter().take(MAX_CONFLICTS).map(|(event, _)| line(event)).collect()
    };
    let (same_time, that_day) = (lines(same_time), lines(that_day));
    let more = count - same_time.len() - that_day.len();
    let series = (all.looked_at > 1).then(|| {
        let dates = all.dates.iter().take(MAX_CONFLICTS).map(|(date, others)| {
            let others: Vec<&str> = others.iter().take(3).map(|event| title_or_none(&event.summary)).collect();
            words::server_mail_invitation_series_date(&when(*date), &others.join(", "))
        });
        (words::server_mail_invitation_series(all.conflicting, all.looked_at), dates.collect())
    });
    Ok(Conflicts { same_time, that_day, more, nothing, series })
}

/// Does what the form of a card asks for. Yields what is said of it.
///
/// # Errors
/// `BadInput` (comment, calendar); `NotFound` for what cannot be done any more.
pub async fn carry_out(
    kalends: &Kalends,
    user: &User,
    message: i64,
    deed: &str,
    calendar: Option<i64>,
    comment: Option<&str>,
) -> Result<String, ApiError> {
    let gone = || ApiError::NotFound(words::server_mail_invitation_gone().into());
    let deed = InvitationAction::from_name(deed).ok_or_else(gone)?;
    let (id, calendar) = (MailMessageId(message), calendar.map(CalendarId));
    match kalends.answer_mail_invitation(user.on_a_page(), id, deed, calendar, comment).await {
        Ok(()) => Ok(words::server_mail_invitation_done().to_owned()),
        Err(Error::NotFound(Missing::Invitation)) => Err(gone()),
        Err(error) => Err(error.into()),
    }
}
