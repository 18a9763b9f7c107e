//! One provider of sign-in: what is known of it, and asking it. Nothing is asked before somebody wants to sign in with it.

use super::claims::ClaimSet;
use super::settings::ProviderSettings;
use super::tokens::{self, LoggedOut, Metadata, Untaken};
use axum::http::{Request, StatusCode, header};
use kalends_app::account::SignInProblem;
use kalends_domain::accounts::Secret;
use kalends_domain::identities::FlowSecrets;
use kalends_providers::outbound::{Outbound, OutboundError};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreJsonWebKeySet,
};
use openidconnect::url::Url;
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError, IssuerUrl,
    LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, RedirectUrl,
    RequestTokenError, Scope, StandardErrorResponse,
};
use std::collections::VecDeque;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// After so long a provider is asked again what it is.
const MAX_AGE: Duration = Duration::from_secs(3600);
/// A provider that did not answer is not asked again for so long.
const PAUSE: Duration = Duration::from_secs(3);
/// How often the keys are asked for because one is not known, within a minute: whoever sends tokens chooses how often that is.
const MAX_KEY_REQUESTS: usize = 3;
const MINUTE: Duration = Duration::from_secs(60);

pub struct Provider {
    pub settings: ProviderSettings,
    issuer: IssuerUrl,
    client: ClientId,
    secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    outbound: Outbound,
    known: RwLock<Option<Known>>,
    asked: Mutex<Asked>,
}

#[derive(Clone)]
struct Known {
    metadata: Arc<Metadata>,
    at: Instant,
}

#[derive(Default)]
struct Asked {
    failed: Option<Instant>,
    for_keys: VecDeque<Instant>,
}

/// Who somebody is, by an answer that was looked at.
pub struct Proven {
    pub subject: String,
    pub claims: ClaimSet,
    /// The provider's name for its session.
    pub session: Option<String>,
    pub id_token: String,
}

/// Why nobody can sign in with a provider.
#[derive(Debug, thiserror::Error)]
pub enum ProviderFault {
    #[error("{0}")]
    Unreachable(String),
    #[error("{0} is in a private network")]
    Private(String),
    /// What is at the address describes no provider, or one of another issuer.
    #[error("{0}")]
    NotItself(String),
    #[error("it has no keys, so that nothing it signs can be believed")]
    NoKeys,
}

impl Provider {
    /// `redirect`: where it sends people back to.
    ///
    /// # Errors
    /// What in the settings cannot be.
    pub fn new(settings: ProviderSettings, redirect: String) -> Result<Self, String> {
        Ok(Provider {
            issuer: IssuerUrl::new(settings.issuer.clone()).map_err(|error| error.to_string())?,
            client: ClientId::new(settings.client_id.clone()),
            secret: settings.client_secret.clone().map(ClientSecret::new),
            redirect: RedirectUrl::new(redirect).map_err(|error| error.to_string())?,
            outbound: Outbound::new(settings.private_hosts()),
            known: RwLock::default(),
            asked: Mutex::default(),
            settings,
        })
    }

    fn known(&self) -> Option<Known> {
        self.known.read().ok()?.clone()
    }

    fn learn(&self, metadata: Metadata) -> Arc<Metadata> {
        let metadata = Arc::new(metadata);
        if let Ok(mut known) = self.known.write() {
            *known = Some(Known { metadata: metadata.clone(), at: Instant::now() });
        }
        metadata
    }

    /// What the provider says of itself (OpenID Connect Discovery), with its keys.
    ///
    /// # Errors
    /// `Down`
    pub async fn metadata(&self) -> Result<Arc<Metadata>, SignInProblem> {
        let fresh = |known: Option<Known>| known.filter(|known| known.at.elapsed() < MAX_AGE);
        if let Some(known) = fresh(self.known()) {
            return Ok(known.metadata);
        }
        let mut asked = self.asked.lock().await;
        if let Some(known) = fresh(self.known()) {
            return Ok(known.metadata);
        }
        // What was known an hour ago is better than nothing.
        let stale = self.known().map(|known| known.metadata).ok_or(SignInProblem::Down);
        if asked.failed.is_some_and(|at| at.elapsed() < PAUSE) {
            return stale;
        }
        match Metadata::discover_async(self.issuer.clone(), &self.outbound).await {
            Ok(metadata) => {
                asked.failed = None;
                Ok(self.learn(metadata))
            }
            Err(error) => {
                asked.failed = Some(Instant::now());
                self.warn("it does not say what it is", &error);
                stale
            }
        }
    }

    /// Asks what the provider says of itself, past all that is known of it; yields how many keys it signs with.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn examine(&self) -> Result<usize, ProviderFault> {
        let found = Metadata::discover_async(self.issuer.clone(), &self.outbound).await;
        let metadata = found.map_err(|error| {
            let why = std::error::Error::source(&error).map(|why| format!(": {why}")).unwrap_or_default();
            match error {
                DiscoveryError::Request(OutboundError::Private(host)) => ProviderFault::Private(host),
                DiscoveryError::Request(error) => ProviderFault::Unreachable(error.to_string()),
                DiscoveryError::Validation(why) => ProviderFault::NotItself(why),
                error => ProviderFault::NotItself(format!("{error}{why}")),
            }
        })?;
        match metadata.jwks().keys().len() {
            0 => Err(ProviderFault::NoKeys),
            keys => Ok(keys),
        }
    }

    fn warn(&self, what: &str, error: &dyn std::error::Error) {
        let why = error.source().map(|why| format!(": {why}")).unwrap_or_default();
        tracing::warn!(provider = self.settings.id, "{what}: {error}{why}");
    }

    /// The keys anew, because a token is signed by one that is not known. `None`: that was asked often enough.
    async fn with_new_keys(&self, old: &Metadata) -> Option<Arc<Metadata>> {
        let mut asked = self.asked.lock().await;
        while asked.for_keys.front().is_some_and(|at| at.elapsed() > MINUTE) {
            asked.for_keys.pop_front();
        }
        if asked.for_keys.len() >= MAX_KEY_REQUESTS {
            return None;
        }
        asked.for_keys.push_back(Instant::now());
        match CoreJsonWebKeySet::fetch_async(old.jwks_uri(), &self.outbound).await {
            Ok(keys) => Some(self.learn(old.clone().set_jwks(keys))),
            Err(error) => {
                self.warn("its keys cannot be had", &error);
                None
            }
        }
    }

    /// Has `look` judge a token, once more when the provider may have a new key.
    async fn judged<T>(
        &self,
        metadata: Arc<Metadata>,
        look: impl Fn(&Metadata) -> Result<T, Untaken>,
    ) -> Result<T, SignInProblem> {
        let judged = match look(&metadata) {
            Err(untaken) if untaken.is_of_unknown_key => match self.with_new_keys(&metadata).await {
                Some(metadata) => look(&metadata),
                None => Err(untaken),
            },
            judged => judged,
        };
        judged.map_err(|Untaken { problem, why, .. }| {
            tracing::warn!(provider = self.settings.id, "a token is not taken: {why}");
            problem
        })
    }

    /// Where somebody goes who wants to sign in.
    ///
    /// # Errors
    /// `Down`
    pub async fn sign_in_url(&self, secrets: &FlowSecrets) -> Result<Url, SignInProblem> {
        let metadata = self.metadata().await?;
        let client = CoreClient::from_provider_metadata((*metadata).clone(), self.client.clone(), self.secret.clone())
            .set_redirect_uri(self.redirect.clone());
        let FlowSecrets { state, nonce, verifier } = secrets.clone();
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.0));
        let scopes = self.settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state.0),
                move || Nonce::new(nonce.0),
            )
            .add_scopes(scopes)
            .set_pkce_challenge(challenge);
        Ok(request.url().0)
    }

    /// Who it is that came back with `code`.
    ///
    /// # Errors
    /// Why that is not known.
    pub async fn redeem(&self, code: String, secrets: &FlowSecrets) -> Result<Proven, SignInProblem> {
        let metadata = self.metadata().await?;
        let mut client =
            CoreClient::from_provider_metadata((*metadata).clone(), self.client.clone(), self.secret.clone())
                .set_redirect_uri(self.redirect.clone());
        let methods = metadata.token_endpoint_auth_methods_supported();
        if methods.is_some_and(|methods| !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)) {
            client = client.set_auth_type(AuthType::RequestBody);
        }
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|_| SignInProblem::Answer)?;
        let verifier = PkceCodeVerifier::new(secrets.verifier.0.clone());
        let answer = request.set_pkce_verifier(verifier).request_async(&self.outbound).await;
        let answer = answer.map_err(|error| self.token_problem(&error))?;
        let Some(token) = answer.extra_fields().id_token() else { return Err(SignInProblem::Answer) };
        let access_token = answer.access_token();
        let look =
            |metadata: &Metadata| tokens::id_token(metadata, &self.client, token, &secrets.nonce.0, access_token);
        let claims = self.judged(metadata.clone(), look).await?;
        let text = |name: &str| claims.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        let subject = text("sub").filter(|subject| !subject.is_empty()).ok_or(SignInProblem::Answer)?;
        let session = text("sid");
        let mut all = self.more_claims(&metadata, access_token, &subject).await?;
        // What is signed goes before what is not.
        all.extend(claims);
        Ok(Proven { subject, claims: all, session, id_token: token.to_string() })
    }

    fn token_problem<E: std::error::Error + 'static>(
        &self,
        error: &RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>,
    ) -> SignInProblem {
        match error {
            RequestTokenError::ServerResponse(answer) => {
                // Its description may repeat what was sent.
                let kind = answer.error();
                tracing::warn!(provider = self.settings.id, "it does not take the code: {}", kind.as_ref());
                match kind {
                    CoreErrorResponseType::InvalidGrant => SignInProblem::Code,
                    CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                        SignInProblem::Client
                    }
                    _ => SignInProblem::Provider,
                }
            }
            RequestTokenError::Request(error) => {
                self.warn("the code cannot be redeemed", error);
                SignInProblem::Down
            }
            RequestTokenError::Parse(error, _) => {
                tracing::warn!(
                    provider = self.settings.id,
                    "its answer for the code cannot be read, at {}",
                    error.path()
                );
                SignInProblem::Answer
            }
            RequestTokenError::Other(why) => {
                tracing::warn!(provider = self.settings.id, "its answer for the code cannot be read: {why}");
                SignInProblem::Answer
            }
        }
    }

    /// What the provider tells beside the ID token (OpenID Connect Core section 5.3), if it does.
    async fn more_claims(
        &self,
        metadata: &Metadata,
        access_token: &AccessToken,
        subject: &str,
    ) -> Result<ClaimSet, SignInProblem> {
        let Some(endpoint) = metadata.userinfo_endpoint() else { return Ok(ClaimSet::new()) };
        let request = Request::get(endpoint.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", access_token.secret()))
            .body(Vec::new())
            .map_err(|_| SignInProblem::Answer)?;
        let answer = self.outbound.send(request).await.map_err(|error| {
            self.warn("what it knows of somebody cannot be had", &error);
            SignInProblem::Down
        })?;
        let claims: Option<ClaimSet> = serde_json::from_slice(answer.body()).ok();
        match claims.filter(|_| answer.status() == StatusCode::OK) {
            // Section 5.3.2: nothing of it may be used otherwise.
            Some(claims) if claims.get("sub").and_then(|sub| sub.as_str()) == Some(subject) => Ok(claims),
            _ => {
                tracing::warn!(
                    provider = self.settings.id,
                    status = answer.status().as_u16(),
                    "what it tells of somebody cannot be used"
                );
                Err(SignInProblem::Answer)
            }
        }
    }

    /// Where somebody goes to end their session at the provider as well (OpenID Connect RP-Initiated Logout), if there is such a place.
    pub async fn sign_out_url(&self, id_token: Option<&str>, back: String, state: &Secret) -> Option<Url> {
        let metadata = self.metadata().await.ok()?;
        let endpoint = metadata.additional_metadata().end_session_endpoint.clone()?;
        let mut url = LogoutRequest::from(endpoint)
            .set_client_id(self.client.clone())
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(back).ok()?)
            .set_state(CsrfToken::new(state.0.clone()))
            .http_get_url();
        if let Some(id_token) = id_token {
            url.query_pairs_mut().append_pair("id_token_hint", id_token);
        }
        Some(url)
    }

    /// Whose sessions end, by a token that the provider sent.
    ///
    /// # Errors
    /// Why it is not taken.
    pub async fn logged_out(&self, token: &str) -> Result<LoggedOut, SignInProblem> {
        let metadata = self.metadata().await?;
        self.judged(metadata, |metadata| tokens::logout_token(metadata, &self.client, token)).await
    }
}
