//! The ways to people who are invited and have no account here.
//!
//! A way is chosen in the transaction of the change that is the reason of a message, and its name is stored with each recipient; the job
//! (`mailing`) asks the way of that name for what carries the message, when it is brought there. The last of all is the installation's own
//! mail. What is preferred to it implements [`Outside`], as the sender's own account of mail does (`crate::mail`): `is_open_to` says whether
//! the sender has an account that sends, `carrier` yields the transport of that account with the sender's identity in it, and `is_own`, so
//! that the mail is from them and not in their name. Where that does not take it, the next way does.

use crate::access::{Held, PrincipalId};
use crate::model::mail_account::MailAccountId;
use crate::model::scheduling::MAIL;
use crate::outgoing_mail::{MailTransport, Mailbox};
use crate::store::Transaction;
use crate::{Kalends, Result};
use futures::future::BoxFuture;
use std::sync::Arc;

/// A way by which messages reach others as mail.
pub trait Outside: Send + Sync {
    /// What it is called where messages are kept. Never that of another way.
    fn name(&self) -> &'static str;

    /// Whether messages that `sender` has sent, from this address of e-mail, can go by it now. Asked within the transaction of their reason,
    /// once for all recipients.
    fn is_open_to<'a>(
        &'a self,
        tx: &'a mut Transaction,
        sender: PrincipalId,
        address: &'a str,
    ) -> BoxFuture<'a, Result<bool>>;

    /// What takes a message of `sender` from this address of e-mail there; `None`: it is not open to them any more.
    fn carrier<'a>(
        &'a self,
        kalends: &'a Kalends,
        sender: Option<PrincipalId>,
        address: &'a str,
    ) -> BoxFuture<'a, Result<Option<Carrier>>>;

    /// A server did not let this in.
    fn shut_out<'a>(&'a self, kalends: &'a Kalends, by: &'a Carrier, why: &'a str) -> BoxFuture<'a, Result<()>> {
        let _ = (kalends, by, why);
        Box::pin(async { Ok(()) })
    }
}

/// What takes messages to others, and from whom they are for servers of mail.
#[derive(Clone)]
pub struct Carrier {
    pub transport: Arc<dyn MailTransport>,
    pub from: Mailbox,
    /// `from` is the sender's own address. Else the mail is from another in their name, and answers go to them by Reply-To.
    pub is_own: bool,
    /// What it takes is put among what was sent by this account.
    pub account: Option<MailAccountId>,
}

/// All that there are, the preferred ones first.
#[derive(Clone)]
pub(crate) struct Ways(Vec<Arc<dyn Outside>>);

impl Ways {
    /// The name of the first that is open to `sender`, from this address of e-mail.
    pub async fn open_to(
        &self,
        tx: &mut Transaction,
        sender: PrincipalId,
        address: &str,
    ) -> Result<Option<&'static str>> {
        for way in &self.0 {
            if way.is_open_to(tx, sender, address).await? {
                return Ok(Some(way.name()));
            }
        }
        Ok(None)
    }

    /// The way of this name, and those by which a message goes where that is not open any more, or does not take it.
    pub fn named_first(&self, name: &str) -> Vec<Arc<dyn Outside>> {
        let (named, others): (Vec<_>, Vec<_>) = self.0.iter().cloned().partition(|way| way.name() == name);
        named.into_iter().chain(others).collect()
    }
}

/// The installation's own mail, which is open to everybody.
struct InstallationMail(Carrier);

impl Outside for InstallationMail {
    fn name(&self) -> &'static str {
        MAIL
    }

    fn is_open_to<'a>(&'a self, _: &'a mut Transaction, _: PrincipalId, _: &'a str) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async { Ok(true) })
    }

    fn carrier<'a>(
        &'a self,
        _: &'a Kalends,
        _: Option<PrincipalId>,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Option<Carrier>>> {
        Box::pin(async { Ok(Some(self.0.clone())) })
    }
}

impl Kalends {
    /// The same, which reaches people elsewhere by `preferred` rather than by its own mail.
    #[must_use]
    pub fn with_outside(self, preferred: Vec<Arc<dyn Outside>>) -> Self {
        Kalends { outside: preferred.into(), ..self }
    }

    /// The ways from what is in a calendar. What is kept in step with a calendar elsewhere goes there with its attendees, and the server that
    /// has it invites them, or was told not to: nobody gets two invitations.
    pub(crate) fn ways_from(&self, calendar: &Held) -> Option<Ways> {
        if calendar.is_pushed() { None } else { self.ways() }
    }

    /// `None`: there are none.
    pub(crate) fn ways(&self) -> Option<Ways> {
        let mut ways = self.outside.to_vec();
        if let (Some(transport), Some(from)) = (&self.mail_transport, &self.mail_sender) {
            let carrier = Carrier { transport: transport.clone(), from: from.clone(), is_own: false, account: None };
            ways.push(Arc::new(InstallationMail(carrier)));
        }
        (!ways.is_empty()).then_some(Ways(ways))
    }
}
