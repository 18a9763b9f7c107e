//! What a mail says about a meeting, for whoever reads it.

use super::calendar_part::Found;
use super::judging::MailInvitationVerdict;
use super::letter::letter;
use super::taking::Told;
use super::{AuthenticationResults, calendar_part::Unfit};
use crate::access::Caller;
use crate::calendars::CalendarId;
use crate::mail::lists::NO_MESSAGE;
use crate::model::mail_account::MailAccount;
use crate::model::mail_folder::FolderRole;
use crate::model::mail_message::{MailAddress, MailMessageId};
use crate::model::scheduling::DeliveryId;
use crate::scheduling::MeetingFacts;
use crate::scheduling::letters::facts;
use crate::store::KnownMailInvitation;
use crate::thread::on_a_thread;
use crate::{Kalends, Limits, Result};
use kalends_ical::itip::{self, Method, PartStat, Party, Why};
use kalends_ical::{CalendarObject, ComponentKind, edit};

/// What can be done with what a mail says about a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationAction {
    /// To whoever invites; where one was not invited oneself as well (RFC 5546 section 3.2.2.5): they decide what becomes of it.
    Answer(PartStat),
    /// It stands in the calendar, unanswered.
    Put,
    /// It counts, whoever it is from.
    Apply,
    /// What was cancelled goes from the calendar.
    Remove,
    /// The event is as was proposed from now on.
    TakeProposal,
    DeclineProposal,
}

impl InvitationAction {
    pub const ALL: [InvitationAction; 8] = [
        InvitationAction::Answer(PartStat::Accepted),
        InvitationAction::Answer(PartStat::Tentative),
        InvitationAction::Answer(PartStat::Declined),
        InvitationAction::Put,
        InvitationAction::Apply,
        InvitationAction::Remove,
        InvitationAction::TakeProposal,
        InvitationAction::DeclineProposal,
    ];

    pub fn name(self) -> &'static str {
        match self {
            InvitationAction::Answer(PartStat::Accepted) => "accept",
            InvitationAction::Answer(PartStat::Tentative) => "maybe",
            InvitationAction::Answer(PartStat::Declined) => "decline",
            InvitationAction::Put => "put",
            InvitationAction::Apply => "apply",
            InvitationAction::Remove => "remove",
            InvitationAction::TakeProposal => "take-proposal",
            InvitationAction::DeclineProposal => "decline-proposal",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.name() == name)
    }
}

/// The event that a mail is about, as it is in a calendar here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationStanding {
    pub calendar: CalendarId,
    /// Of the object.
    pub name: String,
    /// STATUS:CANCELLED
    pub is_cancelled: bool,
}

/// What a mail says about a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailInvitation {
    pub method: Method,
    pub uid: String,
    pub kind: ComponentKind,
    /// As the mail has it; of a mail that does not say what it is about as it is here.
    pub event: MeetingFacts,
    pub organizer: Option<Party>,
    /// Those who are invited, or who answer.
    pub attendees: Vec<Party>,
    /// A word that came with it.
    pub comment: Option<String>,
    /// From
    pub sender: MailAddress,
    /// What the account's server has found out about that; `None`: it does not say.
    pub results: Option<AuthenticationResults>,
    pub verdict: MailInvitationVerdict,
    /// Whether one of the reader's addresses is among the guests.
    pub is_invited: bool,
    /// Whether it was taken up.
    pub is_taken: bool,
    /// What that did; `None`: nothing yet, or it is not known any more.
    pub outcome: Option<Why>,
    /// Why it did nothing, where something was in its way.
    pub problem: Option<String>,
    /// What taking it up would do now: [`Why::Same`] where it says what stands there, [`Why::Outdated`] where a later one was there before.
    pub would: Why,
    pub stands: Option<InvitationStanding>,
    /// What the reader has answered (PARTSTAT), as it stands in their calendar.
    pub answer: Option<String>,
    pub deeds: Vec<InvitationAction>,
    /// The calendar that came with the mail.
    pub text: String,
}

/// What a mail says about a meeting, or that it cannot be read.
pub(super) enum Shown {
    None,
    Unreadable,
    Whole(Box<(Told, MailInvitation, MailAccount, Option<DeliveryId>)>),
}

impl Kalends {
    /// What a message of the caller's says about a meeting. `None`: nothing, or in a folder for what one has written oneself or for spam.
    ///
    /// # Errors
    /// `NotFound`, also for somebody else's; `Remote` with what the server said; `BadInput` (message) for a calendar that cannot be read.
    pub async fn mail_invitation(&self, caller: Caller, id: MailMessageId) -> Result<Option<MailInvitation>> {
        match self.shown_invitation(caller, id).await? {
            Shown::None => Ok(None),
            Shown::Unreadable => {
                Err(crate::Error::bad_input("message", crate::Problem::Request("an invitation that can be read")))
            }
            Shown::Whole(shown) => Ok(Some(shown.1)),
        }
    }

    pub(super) async fn shown_invitation(&self, caller: Caller, id: MailMessageId) -> Result<Shown> {
        let message = self.mail_message(caller, id).await?;
        let raw = self.original_mail(caller, id).await?;
        if !may_have_calendar(&raw) {
            return Ok(Shown::None);
        }
        let mut tx = self.db.read().await?;
        let account = tx.mail_account(message.account).await?.ok_or(NO_MESSAGE)?;
        let folder = tx.mail_folders(account.id).await?.into_iter().find(|folder| folder.id == message.folder);
        drop(tx);
        let role = folder.and_then(|folder| folder.role);
        if matches!(role, Some(FolderRole::Sent | FolderRole::Drafts | FolderRole::Spam)) {
            return Ok(Shown::None);
        }
        let imap = account.settings.imap.host.clone();
        let read = self.parse_on_a_thread(raw.len(), move || Ok(letter(&raw, &raw, &imap))).await?;
        let Some(letter) = read else { return Ok(Shown::None) };
        if let Found::Unfit(Unfit::TooLarge | Unfit::TwoMethods) = letter.calendar {
            return Ok(Shown::Unreadable);
        }
        let digest = letter.digest.clone();
        let Some(told) = self.told_by_mail(caller.principal, letter).await? else { return Ok(Shown::Unreadable) };
        let known = self.db.once().await?.known_mail_invitation(account.id, &digest).await?;
        let limits = self.limits.clone();
        let shown = on_a_thread(move || {
            let delivery = known.as_ref().and_then(|known| known.delivery);
            let invitation = invitation(&told, known, &limits);
            Ok(invitation.map(|invitation| (told, invitation, delivery)))
        });
        match shown.await? {
            None => Ok(Shown::Unreadable),
            Some((told, invitation, delivery)) => Ok(Shown::Whole(Box::new((told, invitation, account, delivery)))),
        }
    }
}

/// Whether it is worth while to look: most mail has no calendar.
fn may_have_calendar(raw: &[u8]) -> bool {
    let has = |word: &[u8]| raw.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    has(b"text/calendar") || has(b"application/ics") || has(b".ics")
}

fn invitation(told: &Told, known: Option<KnownMailInvitation>, limits: &Limits) -> Option<MailInvitation> {
    let Told { letter, message, stands, me, judged } = told;
    let instance = message.recurrence_id();
    let here = stands.as_ref().and_then(|stands| CalendarObject::parse(&stands.text, &limits.text).ok());
    let said = message.object().ok().map(|(object, _)| facts(&object, instance.clone()));
    let of_here = || {
        let object = here.as_ref()?;
        let instance = message.recurrence_id_in(object);
        let found = facts(object, instance.clone());
        let draft = edit::draft_of(object, instance.as_ref()).ok();
        Some(crate::scheduling::MeetingFacts { draft: draft.or(found.draft), ..found })
    };
    let thin = crate::scheduling::MeetingFacts {
        title: message.summary().unwrap_or_default(),
        draft: None,
        instance: instance.clone(),
    };
    let event = said.filter(|facts| facts.draft.is_some()).or_else(of_here).unwrap_or(thin);
    let (organizer, attendees) = message.components().next().map(itip::parties_of)?;
    let entry = here.as_ref().and_then(|object| {
        let instance = message.recurrence_id_in(object).filter(|_| object.recurs());
        edit::shown_of(object, instance.as_ref()).ok().map(|shown| (object, shown.entry))
    });
    let own = entry.and_then(|(object, entry)| {
        let (_, attendees) = itip::parties_of(object.component(entry));
        attendees.into_iter().find(|attendee| me.invited.contains(&attendee.address))
    });
    let standing = stands.as_ref().map(|stands| InvitationStanding {
        calendar: stands.calendar,
        name: stands.name.clone(),
        is_cancelled: here.as_ref().is_some_and(|object| {
            object.entries().next().is_some_and(|entry| entry.status.as_deref() == Some("CANCELLED"))
        }),
    });
    let (is_taken, outcome, problem) = match known {
        None => (false, None, None),
        Some(known) => (known.is_taken, known.outcome, known.problem),
    };
    let mut found = MailInvitation {
        method: message.method,
        uid: message.uid.clone(),
        kind: message.kind,
        event,
        organizer,
        attendees,
        comment: message.comment(),
        sender: letter.from.clone(),
        results: letter.results.clone(),
        verdict: judged.verdict,
        is_invited: message.invites(&me.invited),
        is_taken,
        outcome: outcome.as_deref().and_then(Why::from_name),
        problem: problem.or_else(|| outcome.filter(|outcome| outcome == "failed")),
        would: judged.would,
        stands: standing,
        answer: own.map(|own| own.partstat),
        deeds: Vec::new(),
        text: match &letter.calendar {
            Found::Text(text) => text.clone(),
            _ => String::new(),
        },
    };
    let is_open = found.outcome == Some(Why::ForPerson);
    found.deeds = deeds(&found, instance.is_some(), is_open);
    Some(found)
}

/// What can be done.
fn deeds(found: &MailInvitation, is_of_instance: bool, is_open: bool) -> Vec<InvitationAction> {
    use InvitationAction::{Apply, DeclineProposal, Put, Remove, TakeProposal};
    let answers = PartStat::ALL.map(InvitationAction::Answer).to_vec();
    let is_event = found.kind == ComponentKind::Event;
    let not_there = found.stands.is_none();
    match found.method {
        Method::Publish if not_there => vec![Put],
        Method::Request | Method::Add if found.verdict == MailInvitationVerdict::Own => Vec::new(),
        Method::Request if not_there && is_event => [answers, vec![Put]].concat(),
        Method::Request if not_there => vec![Put],
        Method::Request | Method::Add => match found.would {
            Why::Updated => [vec![Apply], if found.answer.is_some() { answers } else { Vec::new() }].concat(),
            Why::Same | Why::Outdated if found.answer.is_some() => answers,
            _ => Vec::new(),
        },
        Method::Cancel => match found.would {
            Why::Cancelled => vec![Apply],
            _ if found.stands.as_ref().is_some_and(|stands| stands.is_cancelled) && !is_of_instance => vec![Remove],
            _ => Vec::new(),
        },
        Method::Counter if is_open => vec![TakeProposal, DeclineProposal],
        Method::Counter if !found.is_taken && found.would == Why::ForPerson => vec![Apply],
        Method::Reply if !found.is_taken && found.would == Why::Answered => vec![Apply],
        Method::Refresh if !found.is_taken && found.would == Why::Refreshed => vec![Apply],
        _ => Vec::new(),
    }
}
