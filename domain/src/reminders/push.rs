//! Where browsers take push messages, and the key by which their services know this installation (RFC 8292).

use super::PushSubscription;
use crate::access::{self, Caller};
use crate::accounts::Secret;
use crate::retry::retry;
use crate::{Error, Kalends, Missing, Problem, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{TimeDelta, Utc};
use futures::future::BoxFuture;

/// Most browsers of one person that take messages.
pub const MAX_SUBSCRIPTIONS: usize = 20;
/// Longest address that a push service gives a browser, in octets.
const MAX_ENDPOINT: usize = 2000;
const MAX_LABEL: usize = 200;
/// What the key is sealed for.
const PURPOSE: &[u8] = b"push messages";

/// Why a browser does not get a message; the text is fit to show to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The browser takes none any more: it is to be forgotten.
    #[error("the browser takes no messages any more")]
    Gone,
    /// It may be taken later.
    #[error("{0}")]
    TryAgain(String),
    /// It was sent, and no answer came: it may have been taken.
    #[error("{0}")]
    Uncertain(String),
    #[error("{0}")]
    Refused(String),
}

impl PushError {
    /// Which of several counts most: what may have been taken is not sent again, and what may be otherwise later is.
    fn weight(&self) -> u8 {
        match self {
            PushError::Gone => 0,
            PushError::Refused(_) => 1,
            PushError::TryAgain(_) => 2,
            PushError::Uncertain(_) => 3,
        }
    }
}

/// Sends push messages (RFC 8030), encrypted for one browser (RFC 8291). `kalends_providers::web_push` does.
pub trait PushTransport: Send + Sync {
    /// A private key that was not there before, as text; `None`: no messages are sent.
    fn new_key(&self) -> Option<Secret>;

    /// What browsers are told of a key: P-256, uncompressed. `None` for what is no key.
    fn public_key(&self, key: &Secret) -> Option<Vec<u8>>;

    /// Hands a message over, which is kept so long while the browser is away; one that waits there with the same topic gives way to it
    /// (RFC 8030 section 5.4).
    ///
    /// # Errors
    /// Why the service does not take it.
    fn send<'a>(
        &'a self,
        to: &'a PushSubscription,
        key: &'a Secret,
        message: &'a [u8],
        waits: (TimeDelta, &'a str),
    ) -> BoxFuture<'a, Result<(), PushError>>;
}

/// What a browser says of itself.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    pub endpoint: String,
    /// P-256, uncompressed.
    pub public_key: Vec<u8>,
    pub secret: Vec<u8>,
    pub label: String,
}

impl NewSubscription {
    fn check(&self) -> Result<()> {
        let is_address = self.endpoint.starts_with("https://") || self.endpoint.starts_with("http://");
        if !is_address || self.endpoint.len() > MAX_ENDPOINT {
            return Err(Error::bad_input("endpoint", Problem::Request("an address of https, of 2000 octets at most")));
        }
        if self.public_key.len() != 65 || self.public_key[0] != 4 {
            return Err(Error::bad_input("p256dh", Problem::Request("an uncompressed point of P-256")));
        }
        if self.secret.len() != 16 {
            return Err(Error::bad_input("auth", Problem::Request("16 octets")));
        }
        Ok(())
    }
}

impl Kalends {
    /// The same, which sends push messages by `transport`.
    #[must_use]
    pub fn with_push_transport(self, transport: std::sync::Arc<dyn PushTransport>) -> Self {
        Kalends { push_transport: transport, ..self }
    }

    /// The private key; made when it is asked for first, or when no key of the configuration opens the one that there is. `None`: no push
    /// messages are sent here.
    pub(super) async fn push_key(&self) -> Result<Option<Secret>> {
        let open = |sealed: &[u8]| self.vault.open_for::<String>(PURPOSE, sealed).map(Secret);
        let stored = self.db.once().await?.push_key().await?;
        if let Some(key) = stored.as_deref().and_then(open) {
            return Ok(Some(key));
        }
        let Some(new) = self.push_transport.new_key() else { return Ok(None) };
        let sealed = self.vault.seal_for(PURPOSE, &new.0)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            match stored {
                Some(_) => tx.replace_push_key(&sealed).await?,
                None => tx.insert_push_key(&sealed).await?,
            }
            let kept = tx.push_key().await?;
            tx.commit().await?;
            Ok(kept.as_deref().and_then(open))
        })
        .await
    }

    /// What browsers need to take messages of this installation, in base64 for addresses; `None`: it sends none.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn push_public_key(&self) -> Result<Option<String>> {
        let public = self.push_key().await?.and_then(|key| self.push_transport.public_key(&key));
        Ok(public.map(|public| URL_SAFE_NO_PAD.encode(public)))
    }

    /// A browser of the caller's takes messages from now on.
    ///
    /// # Errors
    /// `BadInput`, `QuotaExceeded`, `Forbidden`
    pub async fn add_push_subscription(&self, caller: Caller, new: NewSubscription) -> Result<()> {
        access::require_own(caller)?;
        new.check()?;
        let principal = caller.principal;
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.lock_home(principal).await?;
            let known = tx.push_subscriptions(principal).await?;
            let is_known = known.iter().any(|known| known.endpoint == new.endpoint);
            if !is_known && known.len() >= MAX_SUBSCRIPTIONS {
                return Err(Error::QuotaExceeded { limit: MAX_SUBSCRIPTIONS as u64, unit: "browsers" });
            }
            let label = new.label.chars().filter(|c| !c.is_control()).take(MAX_LABEL).collect();
            let NewSubscription { endpoint, public_key, secret, .. } = new.clone();
            let (made_at, used_at) = (Utc::now(), None);
            let new = PushSubscription { id: 0, principal, endpoint, public_key, secret, label, made_at, used_at };
            tx.put_push_subscription(&new).await?;
            tx.commit().await
        })
        .await
    }

    /// The caller's browsers that take messages.
    ///
    /// # Errors
    /// `Forbidden`
    pub async fn push_subscriptions(&self, caller: Caller) -> Result<Vec<PushSubscription>> {
        access::require_own(caller)?;
        self.db.once().await?.push_subscriptions(caller.principal).await
    }

    /// # Errors
    /// `NotFound` for none of the caller's; `Forbidden`
    pub async fn remove_push_subscription(&self, caller: Caller, id: i64) -> Result<()> {
        access::require_own(caller)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            if !tx.delete_push_subscription(caller.principal, id).await? {
                return Err(Error::NotFound(Missing::Browser));
            }
            tx.commit().await
        })
        .await
    }

    /// Sends a message to every browser of somebody; those that are gone are forgotten. Yields how many have it.
    ///
    /// # Errors
    /// Of the store: nothing was sent.
    pub(super) async fn push_to(
        &self,
        browsers: Vec<PushSubscription>,
        message: &[u8],
        waits: (TimeDelta, &str),
    ) -> Result<std::result::Result<usize, PushError>> {
        let Some(key) = self.push_key().await? else {
            return Ok(Err(PushError::Refused("push messages are not sent here".into())));
        };
        let sent = browsers.iter().map(|browser| self.push_transport.send(browser, &key, message, waits));
        let outcomes = futures::future::join_all(sent).await;
        // They are sent, whatever can be kept of it.
        if let Err(error) = self.keep_pushed(&browsers, &outcomes).await {
            tracing::warn!(%error, "it cannot be kept which browsers took a message");
        }
        let count = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let worst = outcomes.into_iter().filter_map(Result::err).max_by_key(PushError::weight);
        Ok(if count > 0 { Ok(count) } else { Err(worst.unwrap_or(PushError::Gone)) })
    }

    async fn keep_pushed(
        &self,
        browsers: &[PushSubscription],
        outcomes: &[std::result::Result<(), PushError>],
    ) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            for (browser, outcome) in browsers.iter().zip(outcomes) {
                match outcome {
                    Ok(()) => tx.touch_push_subscription(browser.id, Utc::now()).await?,
                    Err(PushError::Gone) => drop(tx.delete_push_subscription(browser.principal, browser.id).await?),
                    Err(_) => {}
                }
            }
            tx.commit().await
        })
        .await
    }
}
