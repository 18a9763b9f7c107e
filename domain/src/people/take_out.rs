//! Everything that somebody has, to be taken along.

use super::{Administrator, NOT_THERE, User};
use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::accounts::{AppPassword, EmailAddress, Picture};
use crate::calendars::CalendarId;
use crate::delegates::Delegation;
use crate::links::Link;
use crate::mail::{MailAccount, MailDraft, MailIdentity};
use crate::reminders::{PushSubscription, Reminder, ReminderSettings};
use crate::sharing::Share;
use crate::store::{LinksOf, Transaction};
use crate::sync::{RemoteAccount, SyncLink};
use crate::teams::Team;
use crate::transfer::Export;
use crate::{Kalends, Result};
use chrono::Utc;

/// Most reminders that are taken along.
const MAX_REMINDED: usize = 1000;

/// What a person has: their account and their own calendars.
pub struct TakeOut {
    pub user: User,
    pub picture: Option<Picture>,
    /// In display order.
    pub calendars: Vec<Held>,
    /// With whom each of them is shared.
    pub shares: Vec<(CalendarId, Vec<Share>)>,
    /// What others, groups and missions have in this person's list, in display order.
    pub shared: Vec<Held>,
    pub around: Around,
    kalends: Kalends,
    /// The person, who reads.
    reader: Caller,
}

/// What else there is of a person. No secret is among it.
pub struct Around {
    pub addresses: Vec<EmailAddress>,
    /// Public links that they made.
    pub links: Vec<Link>,
    /// Who acts for them.
    pub delegates: Vec<Delegation>,
    /// For whom they act.
    pub delegating: Vec<Delegation>,
    pub teams: Vec<Team>,
    /// At services elsewhere; subscriptions are such accounts.
    pub accounts: Vec<RemoteAccount>,
    /// Those of their calendars that are in step with others elsewhere.
    pub sync: Vec<SyncLink>,
    /// App passwords and tokens.
    pub credentials: Vec<AppPassword>,
    /// How reminders come.
    pub reminders: ReminderSettings,
    /// Of whom elsewhere they have said where these publish when they are busy: addresses of e-mail.
    pub published: Vec<String>,
    /// Browsers that take push messages.
    pub browsers: Vec<PushSubscription>,
    /// Their mail accounts, with what mail of each may be sent as.
    pub mail_accounts: Vec<(MailAccount, Vec<MailIdentity>)>,
    /// What they were writing, or what waits to be sent.
    pub drafts: Vec<MailDraft>,
    /// What they were reminded of, as far as it is kept.
    pub reminded: Vec<Reminder>,
}

impl Around {
    async fn read(tx: &mut Transaction, of: PrincipalId, calendars: &[CalendarId], is_own: bool) -> Result<Self> {
        let (mut mail_accounts, mut drafts) = (Vec::new(), Vec::new());
        // Mail is for nobody but whose it is.
        if is_own {
            for account in tx.mail_accounts(of).await? {
                let identities = tx.mail_identities(account.id).await?;
                mail_accounts.push((account, identities));
            }
            drafts = tx.mail_drafts_of(of).await?;
        }
        Ok(Around {
            mail_accounts,
            drafts,
            addresses: tx.email_addresses(of).await?,
            links: tx.links(LinksOf::Maker(of)).await?,
            delegates: tx.delegates(of).await?,
            delegating: tx.delegating(of).await?,
            teams: tx.teams_of(of).await?,
            accounts: tx.remote_accounts(of).await?,
            sync: tx.sync_links_of_calendars(calendars).await?,
            credentials: tx.app_passwords(of).await?,
            reminders: tx.reminder_settings(of).await?,
            published: tx.busy_addresses(of).await?.into_iter().map(|(email, _)| email).collect(),
            browsers: tx.push_subscriptions(of).await?,
            reminded: tx.reminders_of(of, Utc::now(), MAX_REMINDED).await?,
        })
    }
}

impl Kalends {
    /// Everything that `of` has, for themselves on a page and for administrators.
    ///
    /// # Errors
    /// `NotFound` for an account that is not there, and for whoever may not have it.
    pub async fn take_out(&self, by: Administrator, of: PrincipalId) -> Result<TakeOut> {
        let mut tx = self.db.read().await?;
        let is_own = matches!(by, Administrator::Person(caller) if caller == Caller::page(of));
        if !is_own {
            by.check(&mut tx).await?;
        }
        let user = tx.user(of).await?.ok_or(NOT_THERE)?;
        let picture = tx.picture(of).await?;
        let reader = Caller::page(of).narrowed(Access::Read, None);
        let listed = access::listed_calendars(&mut tx, reader).await?;
        let (calendars, shared): (Vec<Held>, Vec<Held>) = listed.into_iter().partition(|held| held.owner().id == of);
        let ids: Vec<CalendarId> = calendars.iter().map(|held| held.id).collect();
        let mut shares = Vec::with_capacity(ids.len());
        for id in &ids {
            shares.push((*id, tx.shares(*id).await?));
        }
        let around = Around::read(&mut tx, of, &ids, is_own).await?;
        Ok(TakeOut { user, picture, calendars, shares, shared, around, kalends: self.clone(), reader })
    }
}

impl TakeOut {
    /// One of the calendars as a file.
    ///
    /// # Errors
    /// `NotFound` when it has gone meanwhile.
    pub async fn export(&self, calendar: &Held) -> Result<Export> {
        self.kalends.export(self.reader, calendar.id).await
    }

    /// A draft as a message (RFC 5322), with what is attached to it; `None`: it has gone meanwhile.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn draft(&self, draft: &MailDraft) -> Result<Option<Vec<u8>>> {
        self.kalends.draft_as_message(self.reader.principal, draft.id).await
    }
}
