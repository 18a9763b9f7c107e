//! Whether people can sign in with the providers that the configuration names.

use super::{Doctor, State};
use axum::http::Uri;
use kalends_app::session::Site;
use kalends_server::oidc::{ProviderFault, Providers};

const CHECK: &str = "sign-in";

impl Doctor<'_> {
    /// Asks each provider for what it says of itself: `public_url` is where they send people back to.
    pub(super) async fn check_providers(&mut self, public_url: Option<&Uri>) {
        let settings = self.configuration.providers();
        if settings.is_empty() {
            return;
        }
        // The address alone counts for where they send people back to, which nothing here asks for.
        let url = public_url.map_or_else(|| "http://localhost".to_owned(), |url| url.to_string());
        let providers = match Providers::new(settings, &Site { public_url: url.trim_end_matches('/').to_owned() }) {
            Ok(providers) => providers,
            Err(problem) => {
                return self.add(CHECK, State::Wrong, problem, "correct the tables [[oidc]]: docs/sign-in.md");
            }
        };
        for provider in providers.all() {
            let (id, issuer) = (&provider.settings.id, &provider.settings.issuer);
            let (text, hint) = match provider.examine().await {
                Ok(keys) => {
                    self.add(CHECK, State::Fine, format!("{id} at {issuer} answers, with {keys} keys"), "");
                    continue;
                }
                Err(fault @ ProviderFault::Unreachable(_)) => {
                    (fault, format!("see whether {issuer}/.well-known/openid-configuration answers from this machine"))
                }
                Err(fault @ ProviderFault::Private(_)) => {
                    (fault, "name its host in private-hosts of its [[oidc]] table, if that is meant".to_owned())
                }
                Err(fault @ ProviderFault::NotItself(_)) => (
                    fault,
                    "make issuer in its [[oidc]] table what its /.well-known/openid-configuration says, to the letter"
                        .to_owned(),
                ),
                Err(fault @ ProviderFault::NoKeys) => (fault, "have the provider make a key for signing".to_owned()),
            };
            self.add(CHECK, State::Wrong, format!("nobody can sign in with {id}: {text}"), hint);
        }
    }
}
