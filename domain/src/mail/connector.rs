//! How the domain comes to speak to mail servers.

use super::mailbox::Mailbox;
use crate::model::mail_account::{MailServer, MailSettings};
use crate::outgoing_mail::MailTransport;
use crate::sync::connector::{CredentialKeeper, FindError};
use crate::sync::credentials::Credentials;
use crate::sync::provider::{Answer, ProviderError};
use futures::future::BoxFuture;
use std::sync::Arc;

/// Makes connections to mail servers. The server gives the one that knows the protocols (`kalends_providers`).
pub trait MailConnector: Send + Sync {
    /// A connection to a server that keeps mail, signed in.
    ///
    /// # Errors
    /// `Unauthenticated` where it does not let the person in; as any request.
    fn mailbox<'a>(&'a self, server: &'a MailServer, credentials: &'a Credentials) -> Answer<'a, Arc<dyn Mailbox>>;

    /// What hands mail over to a server that takes it.
    ///
    /// # Errors
    /// `Unauthenticated` for credentials that cannot be sent.
    fn transport(
        &self,
        server: &MailServer,
        credentials: &Credentials,
    ) -> Result<Arc<dyn MailTransport>, ProviderError>;

    /// Credentials that are good for a while: those that end soon are replaced, and `keeper` keeps the new ones.
    ///
    /// # Errors
    /// `Unauthenticated` where no others are to be had.
    fn fresh<'a>(
        &'a self,
        preset: Option<&'a str>,
        credentials: Credentials,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Credentials>;

    /// The services that are known by name.
    fn services(&self) -> Vec<MailService> {
        Vec::new()
    }

    /// Where a service that is known by name has the mail of an address; `None`: it is not known.
    fn at_service(&self, service: &str, address: &str) -> Option<MailSettings> {
        let _ = (service, address);
        None
    }

    /// The host that a domain names as that of its calendars (RFC 6764 section 3); nobody is asked but the name servers.
    fn calendars_of<'a>(&'a self, domain: &'a str) -> BoxFuture<'a, Option<String>> {
        let _ = domain;
        Box::pin(async { None })
    }

    /// Where the mail of an address is: a service that is known, what its domain says (RFC 6186, RFC 8314, autoconfig). Nobody else is
    /// asked.
    ///
    /// # Errors
    /// Why it is not known.
    fn configure<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<MailConfiguration, FindError>>;
}

/// A mail service that is known by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailService {
    pub id: &'static str,
    /// As it calls itself.
    pub name: &'static str,
    /// It takes only a password that was made for one program.
    pub needs_app_password: bool,
    /// It takes passwords at all.
    pub takes_passwords: bool,
    /// This installation is registered there, so that people can sign in there instead of giving a password here.
    pub signs_in: bool,
}

/// By what the servers of an address were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfiguredBy {
    /// The service is known here.
    Known,
    /// Records of the domain (RFC 6186, RFC 8314).
    Records,
    /// A file of the domain, in Thunderbird's format.
    Autoconfig,
}

/// Where the mail of an address is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConfiguration {
    pub settings: MailSettings,
    /// The service, where it is a known one.
    pub preset: Option<String>,
    pub found_by: ConfiguredBy,
    /// It takes only a password that was made for one program.
    pub needs_app_password: bool,
}

/// The connector of an installation that has none.
pub(crate) struct NoMailConnector;

fn nothing<T>() -> Result<T, ProviderError> {
    Err(ProviderError::Missing("nothing here speaks the protocols of mail".into()))
}

impl MailConnector for NoMailConnector {
    fn mailbox<'a>(&'a self, _: &'a MailServer, _: &'a Credentials) -> Answer<'a, Arc<dyn Mailbox>> {
        Box::pin(async { nothing() })
    }

    fn transport(&self, _: &MailServer, _: &Credentials) -> Result<Arc<dyn MailTransport>, ProviderError> {
        nothing()
    }

    fn fresh<'a>(
        &'a self,
        _: Option<&'a str>,
        credentials: Credentials,
        _: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Credentials> {
        Box::pin(async { Ok(credentials) })
    }

    fn configure<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<MailConfiguration, FindError>> {
        Box::pin(async move { Err(FindError::Address(address.to_owned())) })
    }
}
