//! Signing in with a provider (OpenID Connect), or through a proxy that says who asks. Who somebody is there is an identity; it becomes
//! that of an account when the account is made by it, or when somebody who is signed in with the account shows that it is theirs. The
//! same address of e-mail or the same name alone never does.

mod flows;
mod groups;

use crate::access::PrincipalId;
use crate::accounts::{
    AccountState, EmailAddress, NewUser, Origin, Preferences, RESERVED_USER_NAMES, SignedIn, User, check_profile,
    is_user_name, secrets,
};
use crate::calendars::CalendarDetails;
pub use crate::model::identity::{
    Admission, ClaimedGroup, Claims, GroupOfProvider, Identity, ProviderSession, Refusal,
};
use crate::people::keep_an_administrator;
use crate::retry::retry;
use crate::store::Transaction;
use crate::{Error, Existing, Kalends, Missing, Problem, Result};
use chrono::{DateTime, TimeDelta, Utc};
pub use flows::{Attempt, FLOW_LIFE, Flow, FlowSecrets};

/// Stands for the proxy before the server in the place of an issuer. No issuer is called so: those are addresses.
pub const PROXY: &str = "proxy";
/// Longest name of somebody at a provider or a proxy, in octets (OpenID Connect Core section 2 has 255).
const MAX_SUBJECT: usize = 255;
/// How many names are tried for an account whose name is taken.
const MAX_NAMES: usize = 1000;
/// Longest user name that is made of another name.
const MAX_USER_NAME: usize = 60;
const NOT_THERE: Error = Error::NotFound(Missing::Identity);

impl Admission {
    /// Whether an address of e-mail, if one is theirs, admits somebody.
    fn admits(&self, email: Option<&str>) -> bool {
        let domain = email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain.to_lowercase());
        self.domains.is_empty() || domain.is_some_and(|domain| self.domains.contains(&domain))
    }
}

impl Kalends {
    /// Opens a session for somebody whom a provider knows. The account follows what it says of them: name and e-mail, and groups and the
    /// role of an administrator as far as these come from the provider. `Ok(Err(…))`: they do not come in.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`, `Contended`
    pub async fn sign_in_by(
        &self,
        claims: &Claims,
        admission: &Admission,
        session: &ProviderSession,
        origin: &Origin,
    ) -> Result<Result<SignedIn, Refusal>> {
        if !admission.admits(claims.email.as_deref()) {
            return Ok(Err(Refusal::Domain));
        }
        let user = match self.admit(claims, admission.creates).await? {
            Ok(user) => user,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.follow_claims(user, claims).await?;
        self.open_session_by(user, origin, Some(session)).await.map(Ok)
    }

    /// Connects somebody's account, who is signed in, to who they have shown to be at a provider.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`, `Contended`
    pub async fn connect(
        &self,
        user: PrincipalId,
        claims: &Claims,
        admission: &Admission,
    ) -> Result<Result<(), Refusal>> {
        if !admission.admits(claims.email.as_deref()) {
            return Ok(Err(Refusal::Domain));
        }
        let connected = retry(async || {
            let mut tx = self.db.write().await?;
            if tx.user(user).await?.is_none_or(|user| user.state != AccountState::Active) {
                return Ok(Err(Refusal::NotActive));
            }
            match tx.identity_user(&claims.issuer, &claims.subject).await? {
                Some((owner, _)) if owner == user => {}
                Some(_) => return Ok(Err(Refusal::OtherAccount)),
                None if tx.insert_identity(&claims.issuer, &claims.subject, user, Utc::now()).await? => {}
                None => return Ok(Err(Refusal::OtherIdentity)),
            }
            tx.commit().await.map(Ok)
        });
        if let Err(refusal) = connected.await? {
            return Ok(Err(refusal));
        }
        if let Err(refusal) = self.admit(claims, false).await? {
            return Ok(Err(refusal));
        }
        self.follow_claims(user, claims).await.map(Ok)
    }

    /// Who somebody is elsewhere, the one that was used last first.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn identities(&self, user: PrincipalId) -> Result<Vec<Identity>> {
        self.db.once().await?.identities(user).await
    }

    /// Has somebody not come in by this provider any more. What they were given by its word goes.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` where they would have no way left to sign in.
    pub async fn disconnect(&self, user: PrincipalId, issuer: &str) -> Result<()> {
        self.parting(&mut self.db.read().await?, user, issuer).await?;
        self.follow_groups(user, issuer, &[]).await?;
        retry(async || {
            let mut tx = self.db.write().await?;
            // Of two partings at once the second finds what the first left.
            tx.lock_home(user).await?;
            let identity = self.parting(&mut tx, user, issuer).await?;
            let account = tx.user(user).await?.ok_or(Error::NotFound(Missing::Account))?;
            let gave_admin =
                tx.identity_user(issuer, &identity.subject).await?.is_some_and(|(_, gave_admin)| gave_admin);
            let silent = Claims {
                issuer: issuer.to_owned(),
                subject: identity.subject,
                is_admin: Some(false),
                ..Claims::default()
            };
            follow_profile(&mut tx, &account, &silent, gave_admin, Utc::now()).await?;
            tx.delete_identity(user, issuer).await?;
            tx.tell_revoked().await?;
            tx.commit().await?;
            self.verified.forget_all();
            Ok(())
        })
        .await
    }

    /// What an account is at a provider that it is to be parted from.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` where they would have no way left to sign in.
    async fn parting(&self, tx: &mut Transaction, user: PrincipalId, issuer: &str) -> Result<Identity> {
        let mut identities = tx.identities(user).await?;
        let is_only = identities.len() == 1;
        let place = identities.iter().position(|identity| identity.issuer == issuer).ok_or(NOT_THERE)?;
        let has_password = self.limits.password_sign_in && tx.password_hash(user).await?.is_some();
        if is_only && !has_password {
            return Err(Error::bad_input("identity", Problem::OnlyWay));
        }
        Ok(identities.swap_remove(place))
    }

    /// Ends the sessions that were opened by a session at a provider, or by somebody's who is known there so, on every node. Yields how
    /// many. Of neither nothing ends.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn end_sessions_of_provider(
        &self,
        issuer: &str,
        subject: Option<&str>,
        provider_session: Option<&str>,
    ) -> Result<u64> {
        if subject.or(provider_session).is_none() {
            return Ok(0);
        }
        retry(async || {
            let mut tx = self.db.write().await?;
            let ended = tx.delete_sessions_of_provider(issuer, subject, provider_session).await?;
            tx.tell_revoked().await?;
            tx.commit().await?;
            self.verified.forget_all();
            Ok(ended)
        })
        .await
    }

    /// Whether a token of this name is taken for the first time; it is remembered for as long as it could be used.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn spend_token(&self, issuer: &str, id: &str, life: TimeDelta) -> Result<bool> {
        retry(async || {
            let mut tx = self.db.write().await?;
            let is_new = tx.spend_token(&secrets::hash(&format!("{issuer}\0{id}")), Utc::now() + life).await?;
            tx.commit().await?;
            Ok(is_new)
        })
        .await
    }

    /// The account of somebody whom the proxy before the server names: the one that is called so, or the one that was made for them.
    ///
    /// # Errors
    /// `BadCredentials` for somebody who has none and gets none, or with whose account nobody can sign in.
    pub async fn proxied_user(&self, name: &str, creates: bool) -> Result<User> {
        let name = name.trim().to_lowercase();
        if name.is_empty() || name.len() > MAX_SUBJECT || name.chars().any(char::is_control) {
            return Err(Error::BadCredentials);
        }
        let mut tx = self.db.read().await?;
        let mut found = if is_user_name(&name) { tx.user_by_slug(&name).await? } else { None };
        if found.is_none()
            && let Some((user, _)) = tx.identity_user(PROXY, &name).await?
        {
            found = tx.user(user).await?;
        }
        drop(tx);
        let user = match found {
            Some(user) => user,
            None if !creates => return Err(Error::BadCredentials),
            None => {
                let email = name.contains('@').then(|| name.clone());
                let claims = Claims {
                    issuer: PROXY.to_owned(),
                    subject: name.clone(),
                    // Of two people with the same name at different hosts none is the other.
                    user_name: Some(name.replace('@', "-")),
                    display_name: Some(name.clone()),
                    email,
                    ..Claims::default()
                };
                match self.admit(&claims, true).await? {
                    Ok(user) => self.user(user).await?,
                    Err(_) => return Err(Error::BadCredentials),
                }
            }
        };
        if user.state == AccountState::Active { Ok(user) } else { Err(Error::BadCredentials) }
    }

    /// The account of an identity, which is made where there is none and that is allowed; it follows what is said of it.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    async fn admit(&self, claims: &Claims, creates: bool) -> Result<Result<PrincipalId, Refusal>> {
        let now = Utc::now();
        retry(async || {
            let mut tx = self.db.write().await?;
            let (id, gave_admin) = match tx.identity_user(&claims.issuer, &claims.subject).await? {
                Some(known) => known,
                None if !creates => return Ok(Err(Refusal::NoAccount)),
                None => (create(&mut tx, claims, now).await?, false),
            };
            let user = tx.user(id).await?.ok_or(Error::NotFound(Missing::Account))?;
            if user.state != AccountState::Active {
                return Ok(Err(Refusal::NotActive));
            }
            let is_other = follow_profile(&mut tx, &user, claims, gave_admin, now).await?;
            if is_other {
                // Programs are told who they are without the database being asked.
                tx.tell_revoked().await?;
            }
            tx.commit().await?;
            if is_other {
                self.verified.forget_all();
            }
            Ok(Ok(id))
        })
        .await
    }

    async fn follow_claims(&self, user: PrincipalId, claims: &Claims) -> Result<()> {
        match &claims.groups {
            Some(groups) => self.follow_groups(user, &claims.issuer, groups).await,
            None => Ok(()),
        }
    }
}

/// Makes the account of an identity that nobody has. Its name is another where there is one that is called so: they are not the same.
async fn create(tx: &mut Transaction, claims: &Claims, now: DateTime<Utc>) -> Result<PrincipalId> {
    let wished = claims.user_name.as_deref().or(claims.email.as_deref()).unwrap_or_default();
    let wished = match user_name_of(wished) {
        name if name.is_empty() => user_name_of(&claims.subject),
        name => name,
    };
    let wished = if wished.is_empty() { "person".to_owned() } else { wished };
    let display_name = claims.display_name.as_deref().filter(|name| check_profile(name, None).is_ok());
    let mut user = NewUser {
        slug: wished.clone(),
        display_name: display_name.unwrap_or(&wished).trim().to_owned(),
        email: None,
        is_admin: false,
        preferences: Preferences {
            time_zone: claims.time_zone,
            locale: claims.locale.clone(),
            ..Preferences::default()
        },
    };
    for number in 1..=MAX_NAMES {
        user.slug = if number == 1 { wished.clone() } else { format!("{wished}-{number}") };
        if RESERVED_USER_NAMES.contains(&user.slug.as_str()) {
            continue;
        }
        if let Some(id) = tx.insert_user(&user, now).await? {
            tx.insert_calendar(id, "personal", &CalendarDetails::named("Personal", 0), now).await?;
            let is_first = tx.insert_identity(&claims.issuer, &claims.subject, id, now).await?;
            return if is_first { Ok(id) } else { Err(Error::Contended) };
        }
    }
    Err(Error::AlreadyExists(Existing::UserName))
}

/// What somebody is called elsewhere as a user name: of an address of e-mail what stands before the `@`. Empty where nothing is left.
fn user_name_of(name: &str) -> String {
    let name = name.split_once('@').map_or(name, |(before, _)| before).to_lowercase();
    let mut made = String::new();
    for c in name.chars() {
        match c {
            'a'..='z' | '0'..='9' | '.' | '_' | '-' => made.push(c),
            _ if made.ends_with('-') => {}
            _ => made.push('-'),
        }
    }
    made.truncate(MAX_USER_NAME);
    made.trim_matches(['.', '-']).to_owned()
}

/// Has the account say what the provider says. Yields whether that is something else than before.
async fn follow_profile(
    tx: &mut Transaction,
    user: &User,
    claims: &Claims,
    gave_admin: bool,
    now: DateTime<Utc>,
) -> Result<bool> {
    let id = user.principal.id;
    let name = claims.display_name.as_deref().map(str::trim).filter(|name| check_profile(name, None).is_ok());
    let display_name = name.unwrap_or(&user.principal.display_name);
    let is_other_address = follow_address(tx, user, claims, now).await?;
    let (mut is_admin, mut gave_admin) = (user.is_admin, gave_admin);
    match claims.is_admin {
        Some(true) if !user.is_admin => (is_admin, gave_admin) = (true, true),
        // What somebody here made them they stay.
        Some(false) if user.is_admin && gave_admin => match keep_an_administrator(tx, id).await {
            Ok(()) => (is_admin, gave_admin) = (false, false),
            Err(Error::BadInput { .. }) => tracing::warn!(
                user = user.principal.slug,
                "the provider says that the last administrator is none; they stay one"
            ),
            Err(error) => return Err(error),
        },
        _ => {}
    }
    let is_other = display_name != user.principal.display_name || is_admin != user.is_admin;
    if is_other {
        tx.set_profile(id, display_name, is_admin).await?;
    }
    tx.touch_identity(&claims.issuer, &claims.subject, gave_admin, now).await?;
    Ok(is_other || is_other_address)
}

/// Has the address be somebody's that a provider says is theirs, in the place of the one of which it said so before. It is the one that is
/// shown, unless they have another from elsewhere. Yields whether anything is other than before.
async fn follow_address(tx: &mut Transaction, user: &User, claims: &Claims, now: DateTime<Utc>) -> Result<bool> {
    let Some(email) = claims.email.as_deref().filter(|email| check_profile("x", Some(email)).is_ok()) else {
        return Ok(false);
    };
    let id = user.principal.id;
    let known = tx.email_addresses(id).await?;
    let is_it = |known: &EmailAddress| known.address.to_lowercase() == email.to_lowercase();
    let is_of_provider = |known: &EmailAddress| known.issuer.as_deref() == Some(&claims.issuer);
    if known.iter().any(|known| is_it(known) && known.is_verified) {
        return Ok(false);
    }
    let follows = known.iter().find(|known| known.is_main).is_none_or(is_of_provider);
    tx.delete_email_addresses_of(id, &claims.issuer, Some(email)).await?;
    tx.put_email_address(id, email, Some(&claims.issuer), true, now).await?;
    if follows {
        tx.set_main_email(id, Some(email)).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_is_made_of_what_somebody_is_called_elsewhere() {
        for (name, made) in [
            ("ada", "ada"),
            ("Ada.Lovelace@example.org", "ada.lovelace"),
            ("Ada  Lovelace", "ada-lovelace"),
            ("EXAMPLE\\ada", "example-ada"),
            (".ada-", "ada"),
            ("山", ""),
            ("@example.org", ""),
        ] {
            assert_eq!(user_name_of(name), made, "{name}");
        }
        assert_eq!(user_name_of(&"a".repeat(200)).len(), MAX_USER_NAME);
    }

    #[test]
    fn only_whole_domains_are_admitted() {
        let admission = Admission { creates: true, domains: vec!["example.org".into()] };
        for (email, is_admitted) in [
            (Some("ada@example.org"), true),
            (Some("ada@EXAMPLE.org"), true),
            (Some("ada@sub.example.org"), false),
            (Some("ada@notexample.org"), false),
            (Some("example.org"), false),
            (Some("ada@example.org@evil.example"), false),
            (None, false),
        ] {
            assert_eq!(admission.admits(email), is_admitted, "{email:?}");
        }
        assert!(Admission::default().admits(None));
    }
}
