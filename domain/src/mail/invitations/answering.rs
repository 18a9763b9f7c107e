//! Doing what a mail about a meeting asks for.

use super::calendar_part::Found;
use super::judging::MailInvitationVerdict;
use super::showing::{InvitationAction, MailInvitation, Shown};
use super::taking::Told;
use crate::access::{Access, Caller, Held};
use crate::calendars::CalendarId;
use crate::model::mail_account::MailAccount;
use crate::model::mail_message::MailMessageId;
use crate::model::object::Precondition;
use crate::objects::{free_name, index};
use crate::scheduling::processing::{default_calendar, place_of};
use crate::thread::on_a_thread;
use crate::write::Write;
use crate::{Error, Existing, Kalends, Limits, Missing, Problem, Result};
use kalends_ical::itip::{self, Answer, Method, PartStat, Why};
use kalends_ical::{CalendarObject, ComponentKind};

const NOT_THERE: Error = Error::NotFound(Missing::Invitation);

impl Kalends {
    /// Does what a person wants done with what a message of theirs says about a meeting. `calendar`: one of their own, for what is in none;
    /// `None`: where their invitations go. `comment`: a word to whoever invites, or has proposed.
    ///
    /// # Errors
    /// `NotFound` for a message that says nothing about a meeting, and where what is wanted cannot be done (any more); `BadInput` (comment,
    /// calendar); those of [`Kalends::mail_invitation`].
    pub async fn answer_mail_invitation(
        &self,
        caller: Caller,
        id: MailMessageId,
        deed: InvitationAction,
        calendar: Option<CalendarId>,
        comment: Option<&str>,
    ) -> Result<()> {
        let Shown::Whole(shown) = self.shown_invitation(caller, id).await? else { return Err(NOT_THERE) };
        let (told, found, account, delivery) = *shown;
        if !found.deeds.contains(&deed) {
            return Err(NOT_THERE);
        }
        if let Some(calendar) = calendar {
            self.require_own_calendar(caller, calendar, found.kind).await?;
        }
        let stands = found.stands.as_ref().map(|stands| (stands.calendar, stands.name.clone()));
        match (deed, stands) {
            (InvitationAction::Answer(partstat), _) => {
                self.answer_mail(caller, (&account, &told, &found), partstat, calendar, comment).await
            }
            (InvitationAction::Put, _) => {
                match told.message.invites(&told.me.invited) && found.method == Method::Request {
                    true => self.apply_mail(&account, &told, calendar).await,
                    false => self.copy_mail(caller, &told, None, calendar, None).await,
                }
            }
            (InvitationAction::Apply, _) => self.apply_mail(&account, &told, None).await,
            (InvitationAction::Remove, Some((calendar, name))) => {
                self.delete_object(caller, calendar, &name, Precondition::None).await
            }
            (InvitationAction::TakeProposal, Some((calendar, name))) => {
                let proposal = delivery.ok_or(NOT_THERE)?;
                self.accept_proposal(caller, (calendar, &name), proposal).await.map(|_| ())
            }
            (InvitationAction::DeclineProposal, Some((calendar, name))) => {
                let proposal = delivery.ok_or(NOT_THERE)?;
                self.decline_proposal(caller, (calendar, &name), proposal, comment).await
            }
            (_, None) => Err(NOT_THERE),
        }
    }

    /// # Errors
    /// `BadInput` for a calendar that is not the caller's own, or that has nothing of this kind.
    async fn require_own_calendar(&self, caller: Caller, id: CalendarId, kind: ComponentKind) -> Result<()> {
        let mut tx = self.db.read().await?;
        let held = match crate::access::calendar(&mut tx, caller, id, Access::Write).await {
            Ok(held) => held,
            Err(Error::Forbidden { .. } | Error::NotFound(_)) => return Err(unfit_calendar()),
            Err(error) => return Err(error),
        };
        if takes(&held, caller, kind) { Ok(()) } else { Err(unfit_calendar()) }
    }

    /// Takes a message up, and says what was in its way.
    async fn apply_mail(&self, account: &MailAccount, told: &Told, calendar: Option<CalendarId>) -> Result<()> {
        let delivery = self.take_by_hand(account, told, calendar).await?;
        let known = self.db.once().await?.known_mail_invitation(account.id, &told.letter.digest).await?;
        match known {
            Some(known) if known.delivery == Some(delivery) && known.outcome.as_deref() == Some("failed") => {
                Err(Error::bad_input("invitation", Problem::Request("an event that can be stored")))
            }
            _ => Ok(()),
        }
    }

    async fn answer_mail(
        &self,
        caller: Caller,
        (account, told, found): (&MailAccount, &Told, &MailInvitation),
        partstat: PartStat,
        calendar: Option<CalendarId>,
        comment: Option<&str>,
    ) -> Result<()> {
        let is_invited = told.message.invites(&told.me.invited);
        if told.stands.is_none() && !is_invited {
            return self.copy_mail(caller, told, Some((partstat, &account.address)), calendar, comment).await;
        }
        // Before anything is stored: a word that is too long is put right first.
        crate::scheduling::check_comment(comment)?;
        if told.stands.is_none() || found.would == Why::Updated {
            self.apply_mail(account, told, calendar).await?;
        }
        let mut tx = self.db.read().await?;
        let place = place_of(&mut tx, caller.principal, &told.message).await?.ok_or(NOT_THERE)?;
        drop(tx);
        let answer = Answer { partstat, delegate: None };
        let instance = told.message.recurrence_id();
        let place = (place.0, place.1.as_str());
        self.answer_invitation(caller, place, None, instance.as_ref(), answer, comment).await.map(|_| ())
    }

    /// Stores what a message has as the caller's own copy; with an answer, whoever invites is told that somebody comes who was not invited
    /// (RFC 5546 section 3.2.2.5).
    async fn copy_mail(
        &self,
        caller: Caller,
        told: &Told,
        answer: Option<(PartStat, &str)>,
        calendar: Option<CalendarId>,
        comment: Option<&str>,
    ) -> Result<()> {
        let comment = crate::scheduling::check_comment(comment)?;
        let Found::Text(_) = &told.letter.calendar else { return Err(NOT_THERE) };
        let (message, limits, kind) = (told.message.clone(), self.limits.clone(), told.message.kind);
        let added = answer.map(|(partstat, address)| (partstat, format!("mailto:{}", address.to_lowercase())));
        let (text, index) = on_a_thread(move || {
            let (object, text) = message.object()?;
            copy(object, text, added, &limits)
        })
        .await?;
        self.write(caller, async |mut write: Write| {
            let id = match calendar {
                Some(chosen) => chosen,
                None => default_calendar(&mut write.tx, caller, kind).await?.id,
            };
            let held = write.calendar(id, Access::Write).await?;
            if write.tx.holder_of_uid(caller.principal, &index.uid, None).await?.is_some() {
                return Err(Error::AlreadyExists(Existing::Event));
            }
            write.scheduling.comment = comment.clone();
            let name = free_name(&mut write.tx, held.id, &index.uid).await?;
            write.store(&held, &name, &text, &index, &Precondition::Absent).await?;
            write.commit(()).await
        })
        .await
    }
}

fn unfit_calendar() -> Error {
    Error::bad_input("calendar", Problem::Request("one of your own calendars that takes this"))
}

fn takes(held: &Held, caller: Caller, kind: ComponentKind) -> bool {
    held.owner().id == caller.principal && held.may_write() && held.details.components.contains(&kind)
}

/// The text as it is stored, without what is the organizer's own, and with the answer of who was not invited.
fn copy(
    object: CalendarObject,
    text: String,
    added: Option<(PartStat, String)>,
    limits: &Limits,
) -> Result<(String, crate::store::Index)> {
    let text = itip::copied(&object, &text, added.as_ref().map(|(partstat, address)| (*partstat, address.as_str())));
    let index = index(&text, limits)?;
    Ok((text, index))
}

impl MailInvitation {
    /// Whether an answer tells whoever invites that somebody comes who was not invited: it was forwarded, by whoever it is from.
    pub fn is_uninvited(&self) -> bool {
        self.stands.is_none()
            && !self.is_invited
            && self.method == Method::Request
            && self.verdict != MailInvitationVerdict::Own
    }
}
