//! Programs that are let in by a button: each begins, its owner lets it in with a browser, and it fetches an app password of its own, once.
//! Nextcloud's login flow, version 2.

use super::login_throttle::LoginThrottle;
use super::{AppPassword, LoginFlow, NewAppPassword, Origin, Secret, User, secrets};
use crate::access::{self, Caller};
use crate::retry::retry;
use crate::store::{Grant, NewLoginFlow};
use crate::{Error, Kalends, Missing, Result};
use chrono::{TimeDelta, Utc};

/// How long somebody may take to let a program in, and it to fetch its password. Nextcloud says as much.
pub const LOGIN_FLOW_LIFE: TimeDelta = TimeDelta::minutes(20);
/// How many may be under way at once. Beyond it those that began first have to begin anew.
const MAX_LOGIN_FLOWS: usize = 10_000;
/// As much is kept of what a program calls itself, in characters.
const MAX_CLIENT: usize = 200;
const NOT_THERE: Error = Error::NotFound(Missing::LoginFlow);

/// What a program gets that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginFlowSecrets {
    /// By which it asks whether it was let in.
    pub poll: Secret,
    /// The end of the address at which somebody lets it in.
    pub login: Secret,
}

/// What a program gets that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetIn {
    pub user: User,
    pub app_password: AppPassword,
    pub secret: Secret,
}

impl Kalends {
    /// Begins the way in of a program.
    ///
    /// # Errors
    /// `TooManyTries` for one address that begins too many.
    pub async fn begin_login_flow(&self, origin: &Origin) -> Result<LoginFlowSecrets> {
        LoginThrottle::of_login_flows(&self.db, origin).begin().await?;
        let new = LoginFlowSecrets { poll: secrets::random_token(), login: secrets::random_token() };
        let named = origin.user_agent.as_deref().unwrap_or_default();
        let client: String = named.chars().filter(|c| !c.is_control()).take(MAX_CLIENT).collect();
        let address = origin.address.map(|address| address.to_canonical().to_string());
        let now = Utc::now();
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.limit_login_flows(now, MAX_LOGIN_FLOWS - 1).await?;
            tx.insert_login_flow(NewLoginFlow {
                poll: &secrets::hash(&new.poll.0),
                login: &secrets::hash(&new.login.0),
                client: client.trim(),
                address: address.as_deref(),
                expires: now + LOGIN_FLOW_LIFE,
            })
            .await?;
            tx.commit().await
        })
        .await?;
        Ok(new)
    }

    /// The program that somebody is asked to let in.
    ///
    /// # Errors
    /// `NotFound` for one that never asked, asked too long ago, was sent away, or has got what it asked for.
    pub async fn login_flow(&self, caller: Caller, login: &str) -> Result<LoginFlow> {
        access::require_at_a_page(caller)?;
        self.db.once().await?.login_flow(&secrets::hash(login), Utc::now()).await?.ok_or(NOT_THERE)
    }

    /// Lets a program in: it may fetch an app password of this name, once.
    ///
    /// # Errors
    /// `NotFound`, also for one that somebody has let in; `BadInput` for the name; `QuotaExceeded`; `Forbidden` for programs.
    pub async fn grant_login_flow(&self, caller: Caller, login: &str, label: &str, reads_only: bool) -> Result<()> {
        access::require_at_a_page(caller)?;
        let new = NewAppPassword { label: label.to_owned(), reads_only, ..NewAppPassword::default() };
        let label = super::credentials::check_label(&new)?.to_owned();
        let grant = Grant { user: caller.principal, label, reads_only };
        retry(async || {
            let mut tx = self.db.write().await?;
            super::credentials::check_room(&mut tx, caller.principal).await?;
            if !tx.grant_login_flow(&secrets::hash(login), &grant, Utc::now()).await? {
                return Err(NOT_THERE);
            }
            tx.commit().await
        })
        .await
    }

    /// Sends a program away.
    ///
    /// # Errors
    /// `NotFound`, also for one that somebody has let in; `Forbidden` for programs.
    pub async fn refuse_login_flow(&self, caller: Caller, login: &str) -> Result<()> {
        access::require_at_a_page(caller)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            if !tx.refuse_login_flow(&secrets::hash(login)).await? {
                return Err(NOT_THERE);
            }
            tx.commit().await
        })
        .await
    }

    /// Gives a program that was let in its app password, which is made now: until then there is none, and afterwards its hash alone.
    ///
    /// # Errors
    /// `NotFound` while nobody has let it in, and ever after it has got it; `QuotaExceeded`.
    pub async fn redeem_login_flow(&self, poll: &str) -> Result<LetIn> {
        let (poll, now) = (secrets::hash(poll), Utc::now());
        // Programs ask every second: nobody waits for a lock meanwhile.
        if !self.db.once().await?.is_login_flow_granted(&poll, now).await? {
            return Err(NOT_THERE);
        }
        retry(async || {
            let mut tx = self.db.write().await?;
            // Of two that ask at once one finds it.
            let Grant { user, label, reads_only } = tx.take_login_flow(&poll, now).await?.ok_or(NOT_THERE)?;
            let user = tx.user(user).await?.filter(User::is_active).ok_or(NOT_THERE)?;
            let new = NewAppPassword { label, reads_only, ..NewAppPassword::default() };
            let (app_password, secret) = super::credentials::make(&mut tx, user.principal.id, new).await?;
            tx.commit().await?;
            Ok(LetIn { user, app_password, secret })
        })
        .await
    }
}
