//! Sessions of browsers, and the devices that they are opened in.

use super::{Origin, Secret, Session, SessionId, TOUCH_MINUTES, User, sealed, secrets};
use crate::access::PrincipalId;
use crate::model::identity::ProviderSession;
use crate::retry::retry;
use crate::store::NewSession;
use crate::{Error, Kalends, Missing, Result};
use chrono::{TimeDelta, Utc};
use tokio::sync::watch;

/// How long a device is known after the last sign-in in it.
pub(crate) const DEVICE_LIFE: TimeDelta = TimeDelta::days(400);
/// Longest name of a browser that is kept, in characters.
const MAX_USER_AGENT: usize = 300;

/// What a sign-in yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub session: Secret,
    /// Known to the browser alone for [`Kalends::device_life`]. With it a later sign-in does not wait for guesses from elsewhere.
    pub device: Secret,
}

/// The sessions of an account, and which of them asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// The one that was used last first.
    pub all: Vec<Session>,
    pub this: SessionId,
}

impl Kalends {
    /// How long a browser keeps what tells it as a device that was signed in.
    pub fn device_life(&self) -> TimeDelta {
        DEVICE_LIFE
    }

    pub(super) async fn open_session(&self, id: PrincipalId, origin: &Origin) -> Result<SignedIn> {
        self.open_session_by(id, origin, None).await
    }

    /// `provider`: the session at the provider that it is opened by.
    pub(crate) async fn open_session_by(
        &self,
        id: PrincipalId,
        origin: &Origin,
        provider: Option<&ProviderSession>,
    ) -> Result<SignedIn> {
        let (session, now) = (secrets::random_token(), Utc::now());
        let user_agent: Option<String> = origin
            .user_agent
            .as_ref()
            .map(|text| text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect());
        let address = origin.address.map(|address| address.to_string());
        let id_token = provider.and_then(|provider| provider.id_token.as_deref());
        let id_token = id_token.and_then(|token| sealed::seal(&session.0, token));
        let device = retry(async || {
            let mut tx = self.db.write().await?;
            // A secret that was not made here is no device's.
            let mut device = origin.device.clone().map(Secret);
            if let Some(known) = &device
                && !tx.is_device(None, &secrets::hash(&known.0)).await?
            {
                device = None;
            }
            let device = device.unwrap_or_else(secrets::random_token);
            tx.touch_device(id, &secrets::hash(&device.0), now).await?;
            tx.insert_session(NewSession {
                secret: &secrets::hash(&session.0),
                user: id,
                at: now,
                expires: now + self.limits.session_life,
                user_agent: user_agent.as_deref(),
                address: address.as_deref(),
                provider,
                id_token: id_token.as_deref(),
            })
            .await?;
            tx.commit().await?;
            Ok(device)
        })
        .await?;
        Ok(SignedIn { session, device })
    }

    /// The account of a session that is open, which counts as a use of it.
    ///
    /// # Errors
    /// `BadCredentials` for a session that is unknown or over: too old, or not used for too long (see [`crate::Limits`]).
    pub async fn session_user(&self, secret: &str) -> Result<User> {
        let (hash, now) = (secrets::hash(secret), Utc::now());
        let found = self.db.once().await?.session_user(&hash, now, now - self.limits.session_idle).await?;
        let (user, used_at) = found.ok_or(Error::BadCredentials)?;
        if now - used_at > TimeDelta::minutes(TOUCH_MINUTES).min(self.limits.session_idle / 4) {
            retry(async || {
                let mut tx = self.db.write().await?;
                tx.touch_session(&hash, now).await?;
                tx.commit().await
            })
            .await?;
        }
        Ok(user)
    }

    /// Whether a session is open, which does not count as a use of it.
    ///
    /// # Errors
    /// `BadCredentials` for a session that is unknown or over.
    pub async fn check_session(&self, secret: &str) -> Result<()> {
        let (hash, now) = (secrets::hash(secret), Utc::now());
        let found = self.db.once().await?.session_user(&hash, now, now - self.limits.session_idle).await?;
        found.map(drop).ok_or(Error::BadCredentials)
    }

    /// Ends a session. Yields the session at the provider that it was opened by, if it was.
    pub async fn sign_out(&self, secret: &str) -> Result<Option<ProviderSession>> {
        retry(async || {
            let mut tx = self.db.write().await?;
            let provider = tx.delete_session(&secrets::hash(secret)).await?;
            tx.commit().await?;
            Ok(provider.map(|(provider, token)| {
                let id_token = token.and_then(|token| sealed::unseal(secret, token));
                ProviderSession { id_token, ..provider }
            }))
        })
        .await
    }

    /// The open sessions of the account that `secret` is a session of.
    pub async fn sessions(&self, id: PrincipalId, secret: &str) -> Result<Sessions> {
        let now = Utc::now();
        let all = self.db.once().await?.sessions(id, now, now - self.limits.session_idle).await?;
        Ok(Sessions { all, this: SessionId(secrets::hash(secret)) })
    }

    /// Ends a session of the account; what it has open ends as well.
    ///
    /// # Errors
    /// `NotFound` for one that is not there or not of this account.
    pub async fn end_session(&self, id: PrincipalId, session: SessionId) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            if !tx.delete_session_of(id, session).await? {
                return Err(Error::NotFound(Missing::Session));
            }
            tx.tell_revoked().await?;
            tx.commit().await?;
            self.verified.forget_all();
            Ok(())
        })
        .await
    }

    /// Ends every session of the account but that of `secret`. Yields how many.
    pub async fn end_other_sessions(&self, id: PrincipalId, secret: &str) -> Result<u64> {
        retry(async || {
            let mut tx = self.db.write().await?;
            let ended = tx.delete_sessions_but(id, &secrets::hash(secret)).await?;
            tx.tell_revoked().await?;
            tx.commit().await?;
            self.verified.forget_all();
            Ok(ended)
        })
        .await
    }

    /// Changes when a credential may have ended before its time, on any node: whoever holds something open for one looks again.
    pub fn revocations(&self) -> watch::Receiver<u64> {
        self.verified.revocations()
    }
}
