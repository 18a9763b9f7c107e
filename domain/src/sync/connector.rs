//! How the domain comes to speak to a remote service: a [`Connector`] knows the protocols, which the domain does not.

use super::credentials::Credentials;
use super::provider::{Answer, Provider, ProviderError};
use crate::model::remote_account::{ProviderKind, RemoteAccount};
use futures::future::BoxFuture;
use std::sync::Arc;

/// Makes providers. The server gives the one that knows all protocols (`kalends_providers::connector`).
pub trait Connector: Send + Sync {
    /// The provider for an account, asked with `credentials`. `keeper` keeps what the remote side gives in their place.
    ///
    /// # Errors
    /// `Unauthenticated` where they are missing or cannot be sent, `Missing` where the settings lead nowhere; what a protocol has to
    /// ask before anything else may fail as any request does.
    fn connect<'a>(
        &'a self,
        account: &'a RemoteAccount,
        credentials: Option<Credentials>,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Arc<dyn Provider>>;

    /// The services that are known by name, in the order in which people are shown them.
    fn services(&self) -> Vec<Service> {
        Vec::new()
    }

    /// The calendar that a file is which somebody brought and called `name`.
    ///
    /// # Errors
    /// `Unreadable` for what is no calendar, `Refused` for one that is too large.
    fn file<'a>(&'a self, _name: &'a str, _content: Vec<u8>) -> Answer<'a, Arc<dyn Provider>> {
        Box::pin(async { Err(ProviderError::Missing("nothing here reads files".into())) })
    }

    /// Looks for the account of a person who has a name and a password.
    ///
    /// # Errors
    /// Why there is none.
    fn find<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Found, FindError>> {
        let address = wanted.address.clone();
        Box::pin(async move { Err(FindError::Nothing { tried: vec![address] }) })
    }
}

/// Keeps the credentials that a remote service gave in the place of others (OAuth's rotation of tokens).
pub trait CredentialKeeper: Send + Sync {
    /// Keeps them for good before it answers.
    ///
    /// # Errors
    /// `Transient`, where they could not be stored.
    fn replace(&self, credentials: Credentials) -> Answer<'_, ()>;
}

/// A service that is known by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// In addresses, and in what is stored.
    pub id: &'static str,
    pub provider: ProviderKind,
    /// As it calls itself.
    pub name: &'static str,
    /// The message that says where name and password are to be had.
    pub help: &'static str,
    pub asks: ServiceAddress,
    /// It takes only a password that was made for one program.
    pub needs_app_password: bool,
}

/// What a person has to say for a service to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceAddress {
    /// It is at the same place for everybody.
    Known,
    /// Nothing: people sign in there, and come back.
    SignIn,
    /// The host, or an address on it.
    Host,
    /// An address, a host or an e-mail address.
    Any,
}

/// What a person says who wants an account to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// A [`Service`]; `None`: whichever is at the address.
    pub service: Option<String>,
    /// An address, a host or an e-mail address, as it was written; empty where the service is known.
    pub address: String,
    pub credentials: Credentials,
}

/// An account that was found and let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub provider: ProviderKind,
    /// The service that it is, where that is a known one.
    pub preset: Option<String>,
    /// JSON of the provider's own form.
    pub settings: String,
    /// Those that were taken: the name may be another one than was given.
    pub credentials: Credentials,
}

/// Why no account was found; the text is fit to show to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    #[error("{0:?} is neither an address nor a host nor an e-mail address")]
    Address(String),
    #[error("there is no service {0:?}")]
    Service(String),
    #[error("the domain {domain} has no calendars, as it says itself")]
    NoService { domain: String },
    #[error("the domain {domain} does not say where its mail is; name the servers yourself")]
    NoMail { domain: String },
    #[error("no calendars were found at {}", .tried.join(", "))]
    Nothing { tried: Vec<String> },
    /// To be asked: whether the password may be sent to `to`. Who agrees asks again with it as the address.
    #[error(
        "{from} names {to} as the place of the calendars, which is another's: the password is sent there only if you say so"
    )]
    OtherHost { from: String, to: String },
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// The connector of an installation that has none: whatever is asked of it is not there.
pub(crate) struct NoConnector;

impl Connector for NoConnector {
    fn connect<'a>(
        &'a self,
        account: &'a RemoteAccount,
        _: Option<Credentials>,
        _: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Arc<dyn Provider>> {
        let why = format!("nothing here speaks the protocol {}", account.provider.name());
        Box::pin(async { Err(ProviderError::Missing(why)) })
    }
}
