//! The tokens of an account, as they are now.

use super::{Service, Tokens};
use crate::outbound::Outbound;
use chrono::{TimeDelta, Utc};
use http::HeaderValue;
use kalends_domain::sync::connector::CredentialKeeper;
use kalends_domain::sync::provider::ProviderError;
use std::sync::Arc;
use tokio::sync::Mutex;

/// So long before its end an access token is not used any more.
const MARGIN: TimeDelta = TimeDelta::minutes(2);

pub(crate) struct Session {
    service: Service,
    outbound: Outbound,
    keeper: Arc<dyn CredentialKeeper>,
    /// Held while others are had for them, so that two requests do not spend one refresh token.
    tokens: Mutex<Tokens>,
}

impl Session {
    pub fn new(service: Service, outbound: Outbound, keeper: Arc<dyn CredentialKeeper>, tokens: Tokens) -> Self {
        Session { service, outbound, keeper, tokens: Mutex::new(tokens) }
    }

    /// An access token that is good as far as is known; never `rejected`.
    ///
    /// # Errors
    /// `Unauthenticated` when somebody has to sign in again.
    pub async fn token(&self, rejected: Option<&str>) -> Result<String, ProviderError> {
        let mut tokens = self.tokens.lock().await;
        let is_over = tokens.expires_at.is_some_and(|end| end - MARGIN <= Utc::now());
        let can_refresh = tokens.refresh.is_some();
        if rejected == Some(tokens.access.as_str()) || (is_over && can_refresh) {
            let new = self.service.refreshed(&self.outbound, &tokens).await?;
            // Kept before they are used: the old refresh token may be good for nothing any more.
            let kept = self.keeper.replace(new.credentials()).await;
            *tokens = new;
            kept?;
        }
        Ok(tokens.access.clone())
    }

    /// The value of `Authorization`.
    ///
    /// # Errors
    /// `Unauthenticated` for a token that cannot be sent.
    pub fn bearer(token: &str) -> Result<HeaderValue, ProviderError> {
        let unwritable = |_| ProviderError::Unauthenticated("the token has characters that cannot be sent".into());
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(unwritable)?;
        value.set_sensitive(true);
        Ok(value)
    }
}
