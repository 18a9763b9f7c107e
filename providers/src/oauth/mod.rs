//! Signing in at a service instead of giving a password here: the authorization code flow of OAuth 2.0 (RFC 6749 section 4.1) with PKCE
//! (RFC 7636), and new tokens for old ones. What is particular to a service is in [`Service`]; what an account there is, is its module's.

mod session;
mod sign_in;

pub(crate) use session::Session;
pub use sign_in::{CalendarSignIn, SignIn, SignedIn, Whose};

use crate::outbound::{Outbound, OutboundError};
use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::ProviderError;
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, ClientId, ClientSecret, EndpointNotSet, EndpointSet, RefreshToken, RequestTokenError, Scope,
    TokenResponse, TokenUrl,
};
use std::fmt;
use url::Url;

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// A service at which people sign in, and how this installation is registered with it.
#[derive(Clone)]
pub struct Service {
    /// For people, such as `Microsoft`.
    pub name: &'static str,
    /// The section of the configuration that is about it.
    pub section: &'static str,
    pub client_id: String,
    /// `None`: a public client, which PKCE alone protects.
    pub client_secret: Option<String>,
    /// Where people are sent to.
    pub authorize: Url,
    /// Where tokens are had.
    pub token: Url,
    pub scopes: Vec<&'static str>,
    /// Whether the scopes are said once more where tokens are had.
    pub repeats_scopes: bool,
    /// What else is said when somebody is sent there.
    pub parameters: &'static [(&'static str, &'static str)],
    /// What it means that there is no token for later.
    pub no_refresh_token: &'static str,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service({}, {:?}, …)", self.name, self.client_id)
    }
}

/// What proves to a service who asks, and what another such proof is had for.
#[derive(Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Tokens {
    pub fn credentials(&self) -> Credentials {
        Credentials::OAuth {
            access_token: self.access.clone(),
            refresh_token: self.refresh.clone(),
            expires_at: self.expires_at,
        }
    }

    /// # Errors
    /// `Unauthenticated` for credentials of another kind: `service` takes none.
    pub fn of(credentials: Credentials, service: &str) -> Result<Self, ProviderError> {
        match credentials {
            Credentials::OAuth { access_token, refresh_token, expires_at } => {
                Ok(Tokens { access: access_token, refresh: refresh_token, expires_at })
            }
            Credentials::Bearer { token } => Ok(Tokens { access: token, refresh: None, expires_at: None }),
            Credentials::Basic { .. } | Credentials::Address { .. } => {
                Err(ProviderError::Unauthenticated(format!("{service} takes no passwords here; sign in there")))
            }
        }
    }

    /// `old` stays where the answer has no other refresh token.
    fn answered(response: &BasicTokenResponse, old: Option<&str>, now: DateTime<Utc>) -> Self {
        let lifetime = response.expires_in().and_then(|lifetime| TimeDelta::from_std(lifetime).ok());
        Tokens {
            access: response.access_token().secret().clone(),
            refresh: response.refresh_token().map(|token| token.secret().clone()).or(old.map(str::to_owned)),
            expires_at: lifetime.and_then(|lifetime| now.checked_add_signed(lifetime)),
        }
    }
}

impl Service {
    fn client(&self) -> Client {
        let mut client = BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(self.authorize.clone()))
            .set_token_uri(TokenUrl::from_url(self.token.clone()))
            .set_auth_type(AuthType::RequestBody);
        if let Some(secret) = &self.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.clone()));
        }
        client
    }

    fn wanted_scopes(&self) -> impl Iterator<Item = Scope> {
        self.scopes.iter().map(|scope| Scope::new((*scope).to_owned()))
    }

    /// Others in the place of tokens that have ended (RFC 6749 section 6).
    ///
    /// # Errors
    /// `Unauthenticated` when somebody has to sign in again; those of asking.
    pub(crate) async fn refreshed(&self, outbound: &Outbound, tokens: &Tokens) -> Result<Tokens, ProviderError> {
        let Some(refresh) = &tokens.refresh else {
            let why = format!("the sign-in with {} has ended; sign in again", self.name);
            return Err(ProviderError::Unauthenticated(why));
        };
        let client = self.client();
        let refresh_token = RefreshToken::new(refresh.clone());
        let mut request = client.exchange_refresh_token(&refresh_token);
        if self.repeats_scopes {
            request = request.add_scopes(self.wanted_scopes());
        }
        let response = request.request_async(outbound).await.map_err(|error| self.failed(error))?;
        Ok(Tokens::answered(&response, Some(refresh), Utc::now()))
    }

    fn failed(&self, error: RequestTokenError<OutboundError, BasicErrorResponse>) -> ProviderError {
        let (name, host) = (self.name, self.token.host_str().unwrap_or_default());
        match error {
            RequestTokenError::Request(error) => error.into(),
            RequestTokenError::ServerResponse(response) => {
                let code = response.error().to_string();
                let code = code.split(':').next().unwrap_or_default().trim().to_owned();
                let said = response.error_description().map(|text| excerpt(text)).unwrap_or_default();
                match code.as_str() {
                    "invalid_grant"
                    | "interaction_required"
                    | "consent_required"
                    | "login_required"
                    | "access_denied" => ProviderError::Unauthenticated(format!(
                        "{name} does not let this account be used any more; sign in again ({code}: {said})"
                    )),
                    "temporarily_unavailable" | "server_error" => {
                        ProviderError::Transient { why: format!("{host} has a fault: {said}"), retry_after: None }
                    }
                    _ => ProviderError::Forbidden(format!(
                        "{name} does not accept this installation; its administrator has to look at the section [{}] of the \
                         configuration ({code}: {said})",
                        self.section
                    )),
                }
            }
            RequestTokenError::Parse(..) => {
                ProviderError::Transient { why: format!("{host} answered what is no token"), retry_after: None }
            }
            RequestTokenError::Other(why) => ProviderError::Unreadable(format!("{host}: {why}")),
        }
    }

    /// What it means that the service sent somebody back with `error` instead of a code (RFC 6749 section 4.1.2.1).
    pub fn refusal(&self, error: &str, description: Option<&str>) -> String {
        match error {
            "access_denied" => "access was not given".to_owned(),
            "consent_required" | "interaction_required" | "admin_policy_enforced" => {
                "an administrator of the organisation has to agree to this first".to_owned()
            }
            error => format!("{} says no: {}", self.name, excerpt(description.unwrap_or(error))),
        }
    }
}

fn excerpt(text: &str) -> String {
    // Behind the first line stand ids for the service's own support.
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}
