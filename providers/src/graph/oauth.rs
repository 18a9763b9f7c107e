//! Signing in at Microsoft: the authorization code flow with PKCE
//! (<https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>), and new tokens for old ones.

use super::settings::{Account, Microsoft};
use super::wire::User;
use crate::failure;
use crate::outbound::{Call, Outbound, OutboundError};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderValue, Method};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::ProviderError;
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
};
use url::Url;

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// What proves to Graph who asks, and what another such proof is had for.
#[derive(Clone)]
pub(super) struct Tokens {
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
    /// `Unauthenticated` for credentials of another kind.
    pub fn of(credentials: Credentials) -> Result<Self, ProviderError> {
        match credentials {
            Credentials::OAuth { access_token, refresh_token, expires_at } => {
                Ok(Tokens { access: access_token, refresh: refresh_token, expires_at })
            }
            Credentials::Bearer { token } => Ok(Tokens { access: token, refresh: None, expires_at: None }),
            Credentials::Basic { .. } | Credentials::Address { .. } => {
                Err(ProviderError::Unauthenticated("Microsoft 365 takes no passwords; sign in with Microsoft".into()))
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

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub account: Account,
    /// For people: the address, or else the name.
    pub name: String,
    pub credentials: Credentials,
}

/// The way in for new accounts.
#[derive(Clone)]
pub struct SignIn {
    microsoft: Microsoft,
    outbound: Outbound,
    /// Where Microsoft sends people back to, as it is registered there.
    redirect: RedirectUrl,
}

impl SignIn {
    /// # Errors
    /// What cannot be.
    pub fn new(microsoft: Microsoft, outbound: Outbound, redirect: String) -> Result<Self, String> {
        let redirect = RedirectUrl::new(redirect).map_err(|error| error.to_string())?;
        Ok(SignIn { microsoft, outbound, redirect })
    }

    /// Where somebody goes who wants to have their calendars here. `state` and `verifier` are random, and are kept for the way back.
    ///
    /// # Errors
    /// `Refused` when the settings lead nowhere.
    pub fn url(&self, state: &str, verifier: &str) -> Result<Url, ProviderError> {
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_owned()));
        let client = client(&self.microsoft)?.set_redirect_uri(self.redirect.clone());
        let request = client
            .authorize_url(|| CsrfToken::new(state.to_owned()))
            .add_scopes(scopes(&self.microsoft))
            .set_pkce_challenge(challenge)
            // Whoever adds a second account does not want the first one again.
            .add_extra_param("prompt", "select_account");
        Ok(request.url().0)
    }

    /// Who it is that came back with `code`.
    ///
    /// # Errors
    /// `Unauthenticated` for a code that is not taken; those of asking.
    pub async fn signed_in(&self, code: &str, verifier: &str) -> Result<SignedIn, ProviderError> {
        let client = client(&self.microsoft)?.set_redirect_uri(self.redirect.clone());
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
            .add_extra_param("scope", self.microsoft.scopes().join(" "));
        let response = request.request_async(&self.outbound).await.map_err(|error| failed(&self.microsoft, error))?;
        let tokens = Tokens::answered(&response, None, Utc::now());
        if tokens.refresh.is_none() {
            return Err(ProviderError::Forbidden(
                "Microsoft lets nobody in for longer than an hour here: the permission offline_access is missing"
                    .into(),
            ));
        }
        let (account, name) = who(&self.microsoft, &self.outbound, &tokens).await?;
        Ok(SignedIn { account, name, credentials: tokens.credentials() })
    }

    /// What it means that Microsoft sent somebody back with `error` instead of a code.
    pub fn refusal(error: &str, description: Option<&str>) -> String {
        match error {
            "access_denied" => "access to the calendars was not given".to_owned(),
            "consent_required" | "interaction_required" => {
                "an administrator of the organisation has to agree to this first".to_owned()
            }
            error => format!("Microsoft says no: {}", excerpt(description.unwrap_or(error))),
        }
    }
}

fn scopes(microsoft: &Microsoft) -> impl Iterator<Item = Scope> {
    microsoft.scopes().into_iter().map(|scope| Scope::new(scope.to_owned()))
}

fn client(microsoft: &Microsoft) -> Result<Client, ProviderError> {
    let endpoint = |name: &str| {
        let path = format!("{}/oauth2/v2.0/{name}", microsoft.tenant);
        microsoft.authority.join(&path).map_err(|error| ProviderError::Refused(error.to_string()))
    };
    let mut client = BasicClient::new(ClientId::new(microsoft.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(endpoint("authorize")?))
        .set_token_uri(TokenUrl::from_url(endpoint("token")?))
        .set_auth_type(AuthType::RequestBody);
    if let Some(secret) = &microsoft.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.clone()));
    }
    Ok(client)
}

/// Others in the place of tokens that have ended (<https://learn.microsoft.com/entra/identity-platform/refresh-tokens>).
///
/// # Errors
/// `Unauthenticated` when somebody has to sign in again; those of asking.
pub(super) async fn refreshed(
    microsoft: &Microsoft,
    outbound: &Outbound,
    tokens: &Tokens,
) -> Result<Tokens, ProviderError> {
    refreshed_for(microsoft, outbound, tokens, &microsoft.scopes()).await
}

/// [`refreshed`], for what else than calendars somebody has agreed to.
pub(super) async fn refreshed_for(
    microsoft: &Microsoft,
    outbound: &Outbound,
    tokens: &Tokens,
    scopes: &[&str],
) -> Result<Tokens, ProviderError> {
    let Some(refresh) = &tokens.refresh else {
        return Err(ProviderError::Unauthenticated("the sign-in with Microsoft has ended; sign in again".into()));
    };
    let client = client(microsoft)?;
    let refresh_token = RefreshToken::new(refresh.clone());
    let request = client.exchange_refresh_token(&refresh_token);
    let request = request.add_scopes(scopes.iter().map(|scope| Scope::new((*scope).to_owned())));
    let response = request.request_async(outbound).await.map_err(|error| failed(microsoft, error))?;
    Ok(Tokens::answered(&response, Some(refresh), Utc::now()))
}

fn excerpt(text: &str) -> String {
    // Behind the first line stand ids for Microsoft's support.
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}

fn failed(microsoft: &Microsoft, error: RequestTokenError<OutboundError, BasicErrorResponse>) -> ProviderError {
    let host = microsoft.authority.host_str().unwrap_or_default();
    match error {
        RequestTokenError::Request(error) => error.into(),
        RequestTokenError::ServerResponse(response) => {
            let code = response.error().to_string();
            let code = code.split(':').next().unwrap_or_default().trim().to_owned();
            let said = response.error_description().map(|text| excerpt(text)).unwrap_or_default();
            match code.as_str() {
                "invalid_grant" | "interaction_required" | "consent_required" | "login_required" | "access_denied" => {
                    ProviderError::Unauthenticated(format!(
                        "Microsoft does not let this account be used any more; sign in again ({code}: {said})"
                    ))
                }
                "temporarily_unavailable" | "server_error" => {
                    ProviderError::Transient { why: format!("{host} has a fault: {said}"), retry_after: None }
                }
                _ => ProviderError::Forbidden(format!(
                    "Microsoft does not accept this installation; its administrator has to look at the section [microsoft] of the \
                     configuration ({code}: {said})"
                )),
            }
        }
        RequestTokenError::Parse(..) => {
            ProviderError::Transient { why: format!("{host} answered what is no token"), retry_after: None }
        }
        RequestTokenError::Other(why) => ProviderError::Unreadable(format!("{host}: {why}")),
    }
}

/// Whose account it is (<https://learn.microsoft.com/graph/api/user-get>).
async fn who(microsoft: &Microsoft, outbound: &Outbound, tokens: &Tokens) -> Result<(Account, String), ProviderError> {
    let address = format!("{}me?$select=id,displayName,mail,userPrincipalName,proxyAddresses", microsoft.graph);
    let url = Url::parse(&address).map_err(|error| ProviderError::Refused(error.to_string()))?;
    let bearer = HeaderValue::from_str(&format!("Bearer {}", tokens.access))
        .map_err(|_| ProviderError::Unreadable("Microsoft gave a token that cannot be sent".into()))?;
    let answer = outbound.call(Call::new(Method::GET, url).authorization(Some(bearer))).await?;
    if !answer.status.is_success() {
        return Err(failure::of_status(&answer));
    }
    let user: User = serde_json::from_slice(&answer.body)
        .map_err(|error| ProviderError::Unreadable(format!("Microsoft does not say who signed in: {error}")))?;
    let others = user.proxy_addresses.iter().filter_map(|address| {
        address.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("smtp:")).map(|_| address[5..].to_owned())
    });
    let mut addresses: Vec<String> = Vec::new();
    for address in user.mail.clone().into_iter().chain(user.user_principal_name.clone()).chain(others) {
        if !address.is_empty() && !addresses.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
            addresses.push(address);
        }
    }
    let name = addresses.first().cloned().or(user.display_name).unwrap_or_else(|| user.id.clone());
    Ok((Account { user: user.id, addresses }, name))
}
