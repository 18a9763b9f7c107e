//! Sign-ins that go by way of a provider: begun in a browser, and taken up there once.

use crate::accounts::{Origin, Secret, login_throttle::LoginThrottle, secrets};
pub use crate::model::identity::Flow;
use crate::retry::retry;
use crate::store::NewFlow;
use crate::{Kalends, Result};
use chrono::{TimeDelta, Utc};
use sha2::{Digest, Sha256};

/// How long somebody may take at the provider.
pub const FLOW_LIFE: TimeDelta = TimeDelta::minutes(15);
/// How many may be under way at once. Beyond it those that began first have to begin anew.
const MAX_FLOWS: usize = 10_000;

/// What a provider is told of a sign-in, and has to repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSecrets {
    /// Comes back with the answer (RFC 6749 section 10.12).
    pub state: Secret,
    /// Comes back in the ID token (OpenID Connect Core section 3.1.2.1).
    pub nonce: Secret,
    /// Proves that whoever has the code began this (RFC 7636).
    pub verifier: Secret,
}

impl FlowSecrets {
    fn new(browser: &str, state: Secret) -> Self {
        let nonce = derived("nonce", browser, &state.0);
        let verifier = derived("verifier", browser, &state.0);
        FlowSecrets { state, nonce, verifier }
    }
}

/// Known to whoever knows the browser's secret: nothing of it is stored. 64 characters, each of which RFC 7636 section 4.1 allows.
fn derived(what: &str, browser: &str, state: &str) -> Secret {
    let parts = [what, browser, state].map(Sha256::digest);
    let all = parts.iter().fold(Sha256::new(), |all, part| all.chain_update(part)).finalize();
    Secret(all.iter().map(|octet| format!("{octet:02x}")).collect())
}

/// A try to come in by the answer of a provider.
pub struct Attempt<'a>(LoginThrottle<'a>);

impl Attempt<'_> {
    /// It was a good one.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn release(&self) -> Result<()> {
        self.0.release().await
    }
}

impl Kalends {
    /// What a browser is known by while somebody is at a provider.
    pub fn new_browser_secret(&self) -> Secret {
        secrets::random_token()
    }

    /// Begins a sign-in in the browser that has this secret.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn begin_flow(&self, browser: &str, flow: &Flow) -> Result<FlowSecrets> {
        let (state, now) = (secrets::random_token(), Utc::now());
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.limit_flows(now, MAX_FLOWS - 1).await?;
            let new = NewFlow {
                state: &secrets::hash(&state.0),
                browser: &secrets::hash(browser),
                flow,
                expires: now + FLOW_LIFE,
            };
            tx.insert_flow(new).await?;
            tx.commit().await
        })
        .await?;
        Ok(FlowSecrets::new(browser, state))
    }

    /// Takes up what this browser began, once. `None` for what it did not begin, took up before, or began too long ago.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn take_flow(&self, browser: &str, state: &str) -> Result<Option<(Flow, FlowSecrets)>> {
        retry(async || {
            let mut tx = self.db.write().await?;
            let flow = tx.take_flow(&secrets::hash(state), &secrets::hash(browser), Utc::now()).await?;
            tx.commit().await?;
            Ok(flow.map(|flow| (flow, FlowSecrets::new(browser, Secret(state.to_owned())))))
        })
        .await
    }

    /// Lets somebody try to come in by the answer of a provider. It counts against their address until [`Attempt::release`].
    ///
    /// # Errors
    /// `TooManyTries`
    pub async fn begin_attempt(&self, origin: &Origin) -> Result<Attempt<'_>> {
        let throttle = LoginThrottle::of_address(&self.db, origin);
        throttle.begin().await?;
        Ok(Attempt(throttle))
    }
}
