//! Google Calendar, by its CalDAV interface (<https://developers.google.com/workspace/calendar/caldav/v2/guide>): it takes tokens alone,
//! which are had by signing in there. What is said of calendars and events is `caldav`'s.

use crate::caldav::discovery::{DiscoveryError, Entry, discover};
use crate::caldav::dns::ServiceRecords;
use crate::caldav::{self, CalDav};
use crate::failure;
use crate::mail::servers::MailServers;
use crate::oauth::{CalendarSignIn, Service, Session, SignIn, SignedIn, Tokens, Whose};
use crate::outbound::{Call, Outbound};
use futures::future::BoxFuture;
use http::Method;
use kalends_domain::sync::connector::{CredentialKeeper, Found};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::ProviderError;
use kalends_domain::sync::{ProviderKind, RemoteAccount};
use serde::Deserialize;
use std::fmt;
use std::sync::Arc;
use url::Url;

/// Google among the services that are known by name.
pub const PRESET: &str = "google";

/// The section `[google]` of the configuration: the client of the installation in the Google Cloud console (docs/sync-google.md).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Google {
    /// "Client ID"
    pub client_id: String,
    /// "Client secret"
    pub client_secret: Option<String>,
    /// Where people sign in (<https://developers.google.com/identity/protocols/oauth2/web-server>).
    #[serde(default = "authorize")]
    pub authorize: Url,
    /// Where tokens are had.
    #[serde(default = "token")]
    pub token: Url,
    /// What says who signed in (<https://openid.net/specs/openid-connect-core-1_0.html#UserInfo>).
    #[serde(default = "user_info")]
    pub user_info: Url,
    /// Where the calendars are; it ends in a slash.
    #[serde(default = "calendars")]
    pub calendars: Url,
    /// Where mail is, where that is not at the service's own servers.
    #[serde(default)]
    pub mail: MailServers,
    /// All of these are in a private network (a stand-in for tests).
    #[serde(default)]
    pub private: bool,
}

fn authorize() -> Url {
    known("https://accounts.google.com/o/oauth2/v2/auth")
}

fn token() -> Url {
    known("https://oauth2.googleapis.com/token")
}

fn user_info() -> Url {
    known("https://openidconnect.googleapis.com/v1/userinfo")
}

fn calendars() -> Url {
    known("https://apidata.googleusercontent.com/caldav/v2/")
}

#[expect(clippy::expect_used, reason = "the addresses stand above, and a test reads them")]
fn known(address: &str) -> Url {
    Url::parse(address).expect("an address")
}

impl Google {
    /// As it is used.
    ///
    /// # Errors
    /// What in it cannot be.
    pub fn checked(mut self) -> Result<Self, String> {
        if self.client_id.trim().is_empty() {
            return Err("client-id is empty".into());
        }
        if !self.calendars.path().ends_with('/') {
            self.calendars.set_path(&format!("{}/", self.calendars.path()));
        }
        for (name, url) in self.addresses() {
            let is_web = url.scheme() == "https" || (url.scheme() == "http" && self.private);
            if !is_web || !url.has_host() || url.query().is_some() || url.fragment().is_some() {
                return Err(format!("{name}: {url} is no address of a service over https"));
            }
        }
        self.mail.check()?;
        Ok(self)
    }

    fn addresses(&self) -> [(&'static str, &Url); 4] {
        [
            ("authorize", &self.authorize),
            ("token", &self.token),
            ("user-info", &self.user_info),
            ("calendars", &self.calendars),
        ]
    }

    /// As the file could say it; what is secret is not shown.
    pub fn describe(&self) -> String {
        use fmt::Write;
        let mut text = format!("[google]\nclient-id = {:?}\n", self.client_id);
        if self.client_secret.is_some() {
            text.push_str("client-secret = \"…\"\n");
        }
        for (name, url) in self.addresses() {
            let _ = writeln!(text, "{name} = {:?}", url.as_str());
        }
        text.push_str(&self.mail.describe());
        if self.private {
            text.push_str("private = true\n");
        }
        text
    }

    /// Hosts that may be in a private network.
    pub fn private_hosts(&self) -> Vec<String> {
        let hosts = self.addresses().map(|(_, url)| url.host_str().unwrap_or_default().to_owned());
        if self.private { hosts.into_iter().chain(self.mail.hosts()).collect() } else { Vec::new() }
    }

    fn service(&self) -> Service {
        Service {
            name: "Google",
            section: "google",
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            authorize: self.authorize.clone(),
            token: self.token.clone(),
            scopes: vec!["openid", "email", "https://www.googleapis.com/auth/calendar"],
            repeats_scopes: false,
            // Without `offline` there is no token for later, and without asking for consent none the second time.
            parameters: &[("access_type", "offline"), ("prompt", "select_account consent")],
            no_refresh_token: "Google lets nobody in for longer than an hour here: it has given no refresh token",
        }
    }

    /// The way in for accounts there. `redirect`: where people come back to, as it is registered.
    ///
    /// # Errors
    /// What cannot be.
    pub fn sign_in(&self, outbound: Outbound, redirect: String) -> Result<CalendarSignIn, String> {
        let way = SignIn::to(self.service(), outbound, redirect)?;
        Ok(CalendarSignIn::of(way, Arc::new(OfGoogle(self.clone()))))
    }

    /// The same for mail.
    ///
    /// # Errors
    /// What cannot be.
    pub fn mail_sign_in(&self, outbound: Outbound, redirect: String) -> Result<SignIn, String> {
        SignIn::to(self.mail_service(), outbound, redirect)
    }

    /// <https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>
    pub(crate) fn mail_service(&self) -> Service {
        Service { scopes: vec!["https://mail.google.com/"], ..self.service() }
    }

    /// The provider for an account there. `keeper` is told of every new token before it is used.
    ///
    /// # Errors
    /// `Unauthenticated` for credentials of another kind.
    pub(crate) fn provider(
        &self,
        outbound: Outbound,
        place: caldav::Account,
        credentials: Credentials,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Result<CalDav, ProviderError> {
        let tokens = Tokens::of(credentials, "Google")?;
        let session = Session::new(self.service(), outbound.clone(), keeper, tokens);
        Ok(CalDav::with_session(outbound, place, session))
    }
}

impl fmt::Debug for Google {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Google({:?}, …)", self.client_id)
    }
}

struct OfGoogle(Google);

#[derive(Deserialize)]
struct UserInfo {
    email: String,
    email_verified: Option<bool>,
}

/// Nothing is looked for by a domain: where Google's calendars are is known.
struct NoRecords;

impl ServiceRecords for NoRecords {
    fn services<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<caldav::dns::Service>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn texts<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

impl Whose for OfGoogle {
    fn signed_in<'a>(
        &'a self,
        outbound: &'a Outbound,
        tokens: &'a Tokens,
    ) -> BoxFuture<'a, Result<SignedIn, ProviderError>> {
        Box::pin(async move {
            let bearer = Session::bearer(&tokens.access)?;
            let call = Call::new(Method::GET, self.0.user_info.clone()).authorization(Some(bearer));
            let answer = outbound.call(call).await?;
            if !answer.status.is_success() {
                return Err(failure::of_status(&answer));
            }
            let user: UserInfo = serde_json::from_slice(&answer.body)
                .map_err(|error| ProviderError::Unreadable(format!("Google does not say who signed in: {error}")))?;
            if user.email_verified == Some(false) {
                return Err(ProviderError::Forbidden("Google does not know whether that address is yours".into()));
            }
            let mut url = self.0.calendars.clone();
            if let Ok(mut segments) = url.path_segments_mut() {
                // "calid" and "user": the principal.
                segments.pop_if_empty().extend([user.email.as_str(), "user"]);
            }
            let credentials = tokens.credentials();
            let found = discover(outbound, &NoRecords, &Entry::Address(url), &credentials).await;
            let mut place = found.map_err(|error| match error {
                DiscoveryError::Provider(error) => error,
                other => ProviderError::Missing(format!("Google shows no calendars of {}: {other}", user.email)),
            })?;
            place.user = Some(user.email.clone());
            let settings = serde_json::to_string(&place)
                .map_err(|error| ProviderError::Unreadable(format!("its address cannot be kept: {error}")))?;
            let (provider, preset) = (ProviderKind::CalDav, Some(PRESET.to_owned()));
            Ok(SignedIn { name: user.email, found: Found { provider, preset, settings, credentials } })
        })
    }

    fn is_same(&self, found: &Found, known: &RemoteAccount) -> bool {
        let user = |settings: &str| serde_json::from_str::<caldav::Account>(settings).ok()?.user;
        user(&found.settings)
            .is_some_and(|wanted| user(&known.settings).is_some_and(|user| user.eq_ignore_ascii_case(&wanted)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(json: &str) -> Result<Google, String> {
        serde_json::from_str::<Google>(json).map_err(|error| error.to_string())?.checked()
    }

    #[test]
    fn the_least_is_a_client() {
        let google = read(r#"{"client-id":"x.apps.googleusercontent.com","client-secret":"s3cret"}"#).unwrap();
        assert_eq!(google.calendars.as_str(), "https://apidata.googleusercontent.com/caldav/v2/");
        assert!(google.addresses().iter().all(|(_, url)| url.scheme() == "https"));
        assert!(google.private_hosts().is_empty());
        assert!(!google.describe().contains("s3cret") && !format!("{google:?}").contains("s3cret"));
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (json, name) in [
            (r#"{"client-id":" "}"#, "client-id"),
            (r#"{"client-id":"x","calendars":"http://dav.example/"}"#, "calendars"),
            (r#"{"client-id":"x","token":"ftp://x/"}"#, "token"),
            (r#"{"client-id":"x","secret":"y"}"#, "secret"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(name), "{error}");
        }
    }
}
