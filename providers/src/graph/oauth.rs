//! Signing in at Microsoft (<https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>), and whose account it is.

use super::PRESET;
use super::settings::{Account, Microsoft};
use super::wire::User;
use crate::failure;
use crate::oauth::{CalendarSignIn, Service, Session, SignIn, SignedIn, Tokens, Whose};
use crate::outbound::{Call, Outbound};
use futures::future::BoxFuture;
use http::Method;
use kalends_domain::sync::connector::Found;
use kalends_domain::sync::provider::ProviderError;
use kalends_domain::sync::{ProviderKind, RemoteAccount};
use std::sync::Arc;
use url::Url;

/// What is asked for where mail is
/// (<https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>).
const MAIL_SCOPES: [&str; 3] =
    ["offline_access", "https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send"];

impl Microsoft {
    /// # Errors
    /// What cannot be.
    pub(super) fn service(&self) -> Result<Service, String> {
        let endpoint = |name: &str| {
            let path = format!("{}/oauth2/v2.0/{name}", self.tenant);
            self.authority.join(&path).map_err(|error| error.to_string())
        };
        Ok(Service {
            name: "Microsoft",
            section: "microsoft",
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            authorize: endpoint("authorize")?,
            token: endpoint("token")?,
            scopes: self.scopes(),
            repeats_scopes: true,
            // Whoever adds a second account does not want the first one again.
            parameters: &[("prompt", "select_account")],
            no_refresh_token: "Microsoft lets nobody in for longer than an hour here: the permission offline_access is missing",
        })
    }

    /// The way in for accounts there. `redirect`: where people come back to, as it is registered.
    ///
    /// # Errors
    /// What cannot be.
    pub fn sign_in(&self, outbound: Outbound, redirect: String) -> Result<CalendarSignIn, String> {
        let way = SignIn::to(self.service()?, outbound, redirect)?;
        Ok(CalendarSignIn::of(way, Arc::new(OfGraph { graph: self.graph.clone() })))
    }

    /// The same for mail, which is another resource there.
    ///
    /// # Errors
    /// What cannot be.
    pub fn mail_sign_in(&self, outbound: Outbound, redirect: String) -> Result<SignIn, String> {
        SignIn::to(self.mail_service()?, outbound, redirect)
    }

    /// # Errors
    /// What cannot be.
    pub(crate) fn mail_service(&self) -> Result<Service, String> {
        Ok(Service { scopes: MAIL_SCOPES.to_vec(), ..self.service()? })
    }
}

struct OfGraph {
    graph: Url,
}

impl Whose for OfGraph {
    fn signed_in<'a>(
        &'a self,
        outbound: &'a Outbound,
        tokens: &'a Tokens,
    ) -> BoxFuture<'a, Result<SignedIn, ProviderError>> {
        Box::pin(async move {
            let (account, name) = who(&self.graph, outbound, tokens).await?;
            // It is made of texts, which can all be written.
            let settings = serde_json::to_string(&account).unwrap_or_default();
            let (provider, preset) = (ProviderKind::Graph, Some(PRESET.to_owned()));
            Ok(SignedIn { name, found: Found { provider, preset, settings, credentials: tokens.credentials() } })
        })
    }

    fn is_same(&self, found: &Found, known: &RemoteAccount) -> bool {
        let user = |settings: &str| serde_json::from_str::<Account>(settings).ok().map(|account| account.user);
        user(&found.settings).is_some_and(|wanted| user(&known.settings) == Some(wanted))
    }
}

/// Whose account it is (<https://learn.microsoft.com/graph/api/user-get>).
async fn who(graph: &Url, outbound: &Outbound, tokens: &Tokens) -> Result<(Account, String), ProviderError> {
    let address = format!("{graph}me?$select=id,displayName,mail,userPrincipalName,proxyAddresses");
    let url = Url::parse(&address).map_err(|error| ProviderError::Refused(error.to_string()))?;
    let bearer = Session::bearer(&tokens.access)?;
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
