//! What a mail account brings beside mail: calendars at the same service, which are taken only where somebody says so.

use super::accounts::own_account;
use crate::access::Caller;
use crate::model::mail_account::MailAccountId;
use crate::model::remote_account::{ProviderKind, RemoteAccountId};
use crate::retry::retry;
use crate::sync::connector::{ServiceAddress, Wanted};
use crate::sync::credentials::Credentials;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::TimeDelta;

/// Every so often calendars are brought into step, where nothing else is chosen.
const INFOMANIAK: TimeDelta = TimeDelta::minutes(15);
const MICROSOFT: TimeDelta = TimeDelta::minutes(5);
const OTHERS: TimeDelta = TimeDelta::minutes(15);

/// Calendars that a mail account brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailOffer {
    pub provider: ProviderKind,
    /// The service among [`Kalends::remote_services`]; `None`: whichever is at the address.
    pub service: Option<String>,
    /// For people: what the service is called, or its host.
    pub name: String,
    /// How often its calendars are best brought into step.
    pub interval: TimeDelta,
    /// People sign in at the service itself; the password of the mail account is of no use.
    pub needs_sign_in: bool,
    /// The account of calendars that was made with this mail account already.
    pub taken: Option<RemoteAccountId>,
}

impl Kalends {
    /// What a mail account brings. The service is not asked with its credentials.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn mail_offers(&self, caller: Caller, id: MailAccountId) -> Result<Vec<MailOffer>> {
        let mut tx = self.db.read().await?;
        let account = own_account(&mut tx, caller, id).await?;
        let fed = tx.mail_feeds(id).await?;
        drop(tx);
        let known = self.remote_services();
        let preset = account.preset.as_deref().map(|preset| if preset == "gmail" { "google" } else { preset });
        let service = preset.and_then(|preset| known.iter().find(|service| service.id == preset));
        let offer = match service {
            Some(service) => Some(MailOffer {
                provider: service.provider,
                service: Some(service.id.to_owned()),
                name: service.name.to_owned(),
                interval: match service.id {
                    "infomaniak" => INFOMANIAK,
                    _ if service.provider == ProviderKind::Graph => MICROSOFT,
                    _ => OTHERS,
                },
                needs_sign_in: service.asks == ServiceAddress::SignIn,
                taken: fed.first().copied(),
            }),
            None => {
                let domain = account.address.rsplit('@').next().unwrap_or_default();
                self.mailboxes.connector.calendars_of(domain).await.map(|host| MailOffer {
                    provider: ProviderKind::CalDav,
                    service: None,
                    name: host,
                    interval: OTHERS,
                    needs_sign_in: false,
                    taken: fed.first().copied(),
                })
            }
        };
        Ok(offer.into_iter().collect())
    }

    /// Makes the account of calendars that a mail account brings, with the credentials of the mail account: who calls this has asked for
    /// that. `user` and `password`: others, where the service wants others. The calendars are chosen after it, as of any account.
    ///
    /// # Errors
    /// `NotFound` where it brings none; `Remote` with what the service said; `BadInput` (password) where people sign in there.
    pub async fn take_mail_offer(
        &self,
        caller: Caller,
        id: MailAccountId,
        user: Option<&str>,
        password: Option<&str>,
    ) -> Result<RemoteAccountId> {
        let account = self.mail_account(caller, id).await?;
        let offer =
            self.mail_offers(caller, id).await?.into_iter().next().ok_or(Error::NotFound(Missing::CalendarService))?;
        if let Some(taken) = offer.taken {
            return Ok(taken);
        }
        if offer.needs_sign_in {
            return Err(Error::bad_input("password", Problem::Request("sign in at the service itself")));
        }
        let own = match self.fresh_mail_credentials(&account).await? {
            Ok(credentials) => credentials,
            Err(error) => return Err(Error::Remote(error.into())),
        };
        let credentials = match (password, own) {
            (Some(password), _) => Credentials::Basic {
                user: user.unwrap_or(&account.settings.imap.user).to_owned(),
                password: password.to_owned(),
            },
            (None, Credentials::Basic { user: own, password }) => {
                Credentials::Basic { user: user.map_or(own, str::to_owned), password }
            }
            (None, other) => other,
        };
        let wanted = Wanted { service: offer.service, address: account.address.clone(), credentials };
        let wanted = match &wanted.service {
            // It is at the same place for everybody.
            Some(_) => Wanted { address: String::new(), ..wanted },
            None => wanted,
        };
        let made = self.add_remote_account(caller, &account.name, &wanted, None).await?;
        self.note_mail_feed(caller, id, made).await?;
        Ok(made)
    }

    /// Keeps that an account of calendars was made with what a mail account brings, as where somebody signed in at the service.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn note_mail_feed(&self, caller: Caller, id: MailAccountId, made: RemoteAccountId) -> Result<()> {
        self.remote_account(caller, made).await?;
        retry(async || {
            let mut tx = self.db.write().await?;
            own_account(&mut tx, caller, id).await?;
            tx.add_mail_feed(id, made).await?;
            tx.commit().await
        })
        .await
    }

    /// The accounts of calendars that were made with a mail account.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn mail_feeds(&self, caller: Caller, id: MailAccountId) -> Result<Vec<RemoteAccountId>> {
        let mut tx = self.db.read().await?;
        own_account(&mut tx, caller, id).await?;
        tx.mail_feeds(id).await
    }
}
