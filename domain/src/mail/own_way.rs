//! Messages about meetings by the sender's own account of mail: from an identity that has the address which invites or answers, else from
//! the account that the sender has chosen for invitations.

use crate::model::principal::PrincipalId;
use crate::model::scheduling::OWN_MAIL;
use crate::outgoing_mail::{Answer, Envelope, MailError, MailTransport, Mailbox, Sent};
use crate::scheduling::outside::{Carrier, Outside};
use crate::store::Transaction;
use crate::sync::provider::ProviderError;
use crate::{Announcement, Kalends, Result};
use chrono::Utc;
use futures::future::BoxFuture;
use std::sync::Arc;

pub(crate) struct OwnMail;

impl Outside for OwnMail {
    fn name(&self) -> &'static str {
        OWN_MAIL
    }

    fn is_open_to<'a>(
        &'a self,
        tx: &'a mut Transaction,
        sender: PrincipalId,
        address: &'a str,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move { Ok(tx.identity_for_invitations(sender, address).await?.is_some()) })
    }

    fn carrier<'a>(
        &'a self,
        kalends: &'a Kalends,
        sender: Option<PrincipalId>,
        address: &'a str,
    ) -> BoxFuture<'a, Result<Option<Carrier>>> {
        Box::pin(async move {
            let Some(sender) = sender else { return Ok(None) };
            let mut tx = kalends.db.read().await?;
            let Some(identity) = tx.identity_for_invitations(sender, address).await? else { return Ok(None) };
            let Some(account) = tx.mail_account(identity.account).await? else { return Ok(None) };
            drop(tx);
            let transport = match kalends.fresh_mail_credentials(&account).await? {
                Ok(credentials) => kalends.mailboxes.connector.transport(&account.settings.smtp, &credentials),
                Err(error) => Err(error),
            };
            let transport = transport.unwrap_or_else(|error| Arc::new(Unready(error)));
            let from = Mailbox { name: identity.name, address: identity.address };
            Ok(Some(Carrier { transport, from, is_own: true, account: Some(account.id) }))
        })
    }

    fn shut_out<'a>(&'a self, kalends: &'a Kalends, by: &'a Carrier, why: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let Some(id) = by.account else { return Ok(()) };
            let Some(account) = kalends.db.read().await?.mail_account(id).await? else { return Ok(()) };
            // Where it lets nobody in to read either, the password is another; else it is read as before.
            if let Err(error @ ProviderError::Unauthenticated(_)) = kalends.connect_mail_anew(&account).await? {
                return kalends.note_mail_answer(&account, Some(&error)).await;
            }
            let mut tx = kalends.db.write().await?;
            let what = format!("invitations and answers do not go out by this account: {why}");
            tx.note_about_mail(id, &what, Utc::now()).await?;
            let news = Announcement::Mail { owner: account.owner, account: id };
            kalends.commit_with_news(tx, [news]).await
        })
    }
}

/// Of an account that cannot send just now, or not any more.
struct Unready(ProviderError);

impl Unready {
    fn why(&self) -> MailError {
        match &self.0 {
            ProviderError::Unauthenticated(why) => MailError::Unauthenticated(why.clone()),
            ProviderError::Transient { why, .. } => MailError::TryAgain(why.clone()),
            error => MailError::Refused(error.to_string()),
        }
    }
}

impl MailTransport for Unready {
    fn send<'a>(&'a self, _: &'a Envelope, _: &'a [u8]) -> Answer<'a, Sent> {
        Box::pin(async { Err(self.why()) })
    }

    fn check(&self) -> Answer<'_, String> {
        Box::pin(async { Err(self.why()) })
    }
}
