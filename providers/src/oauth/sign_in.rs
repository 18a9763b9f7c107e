//! There to sign in, and back with a code.

use super::{Service, Tokens};
use crate::outbound::Outbound;
use chrono::Utc;
use futures::future::BoxFuture;
use kalends_domain::sync::RemoteAccount;
use kalends_domain::sync::connector::Found;
use kalends_domain::sync::provider::ProviderError;
use oauth2::{AuthorizationCode, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl};
use std::sync::Arc;
use url::Url;

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// For people: the address, or else the name.
    pub name: String,
    pub found: Found,
}

/// Knows what an account of a service is.
pub trait Whose: Send + Sync {
    /// Whose account it is that these tokens are for.
    ///
    /// # Errors
    /// Those of asking.
    fn signed_in<'a>(
        &'a self,
        outbound: &'a Outbound,
        tokens: &'a Tokens,
    ) -> BoxFuture<'a, Result<SignedIn, ProviderError>>;

    /// Whether `known` is the account of whoever signed in.
    fn is_same(&self, found: &Found, known: &RemoteAccount) -> bool;
}

/// The way to a service and back.
#[derive(Clone)]
pub struct SignIn {
    service: Service,
    outbound: Outbound,
    /// Where the service sends people back to, as it is registered there.
    redirect: RedirectUrl,
}

impl SignIn {
    /// # Errors
    /// What cannot be.
    pub(crate) fn to(service: Service, outbound: Outbound, redirect: String) -> Result<Self, String> {
        let redirect = RedirectUrl::new(redirect).map_err(|error| error.to_string())?;
        Ok(SignIn { service, outbound, redirect })
    }

    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Where somebody goes who wants to have what is theirs here. `state` and `verifier` are random, and are kept for the way back;
    /// `address`: whose account it is to be, where that is known (OpenID Connect Core section 3.1.2.1, `login_hint`).
    pub fn url(&self, state: &str, verifier: &str, address: Option<&str>) -> Url {
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_owned()));
        let client = self.service.client().set_redirect_uri(self.redirect.clone());
        let mut request = client
            .authorize_url(|| CsrfToken::new(state.to_owned()))
            .add_scopes(self.service.wanted_scopes())
            .set_pkce_challenge(challenge);
        for (name, value) in self.service.parameters {
            request = request.add_extra_param(*name, *value);
        }
        if let Some(address) = address {
            request = request.add_extra_param("login_hint", address);
        }
        request.url().0
    }

    /// What is had for a code that somebody came back with.
    ///
    /// # Errors
    /// `Unauthenticated` for a code that is not taken; those of asking.
    pub async fn tokens(&self, code: &str, verifier: &str) -> Result<Tokens, ProviderError> {
        let service = &self.service;
        let client = service.client().set_redirect_uri(self.redirect.clone());
        let mut request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
        if service.repeats_scopes {
            request = request.add_extra_param("scope", service.scopes.join(" "));
        }
        let response = request.request_async(&self.outbound).await.map_err(|error| service.failed(error))?;
        let tokens = Tokens::answered(&response, None, Utc::now());
        if tokens.refresh.is_none() {
            return Err(ProviderError::Forbidden(service.no_refresh_token.to_owned()));
        }
        Ok(tokens)
    }
}

/// The way in for new accounts of calendars at a service, and for those whose tokens are not good any more.
#[derive(Clone)]
pub struct CalendarSignIn {
    way: SignIn,
    whose: Arc<dyn Whose>,
}

impl CalendarSignIn {
    pub(crate) fn of(way: SignIn, whose: Arc<dyn Whose>) -> Self {
        CalendarSignIn { way, whose }
    }

    pub fn way(&self) -> &SignIn {
        &self.way
    }

    /// Who it is that came back with `code`.
    ///
    /// # Errors
    /// `Unauthenticated` for a code that is not taken; those of asking.
    pub async fn signed_in(&self, code: &str, verifier: &str) -> Result<SignedIn, ProviderError> {
        let tokens = self.way.tokens(code, verifier).await?;
        self.whose.signed_in(&self.way.outbound, &tokens).await
    }

    /// Whether `known` is the account of whoever signed in.
    pub fn is_same(&self, found: &Found, known: &RemoteAccount) -> bool {
        known.provider == found.provider && known.preset == found.preset && self.whose.is_same(found, known)
    }
}
