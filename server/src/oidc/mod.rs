//! Signing in with OpenID Connect: any providers, none of which has to be there.

mod claims;
mod provider;
pub mod settings;
mod tokens;

pub use claims::read as read_claims;
use kalends_app::session::{ProviderLink, Site};
pub use provider::{Proven, Provider, ProviderFault};
use settings::ProviderSettings;
use std::sync::Arc;
pub use tokens::LOGOUT_TOKEN_LIFE;

/// Where providers send people back to, and their ends of sessions.
pub const CALLBACK: &str = "/sign-in/callback/";

/// Those that the configuration names, in its order.
#[derive(Clone, Default)]
pub struct Providers(Arc<[Provider]>);

impl Providers {
    /// # Errors
    /// What in the settings cannot be.
    pub fn new(settings: Vec<ProviderSettings>, site: &Site) -> Result<Self, String> {
        let mut all: Vec<Provider> = Vec::new();
        for settings in settings {
            let same =
                all.iter().find(|other| other.settings.id == settings.id || other.settings.issuer == settings.issuer);
            if let Some(same) = same {
                return Err(format!(
                    "the providers {:?} and {:?} have the same id or issuer",
                    same.settings.id, settings.id
                ));
            }
            let redirect = format!("{}{CALLBACK}{}", site.public_url, settings.id);
            let id = settings.id.clone();
            all.push(Provider::new(settings, redirect).map_err(|error| format!("the provider {id:?}: {error}"))?);
        }
        Ok(Providers(all.into()))
    }

    pub fn named(&self, id: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.settings.id == id)
    }

    /// In the order of the configuration.
    pub fn all(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    pub fn of_issuer(&self, issuer: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.settings.issuer == issuer)
    }

    /// As pages show them.
    pub fn links(&self) -> Vec<ProviderLink> {
        let link = |Provider { settings, .. }: &Provider| ProviderLink {
            id: settings.id.clone(),
            name: settings.name.clone(),
            issuer: settings.issuer.clone(),
        };
        self.0.iter().map(link).collect()
    }
}
