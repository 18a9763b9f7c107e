//! Mail: what the domain asks when it wants to speak to a mail server, or to know where one is.

pub mod autoconfig;
pub mod known;

use crate::caldav::dns::Service;
use crate::connector::RemoteServices;
use crate::graph;
use crate::imap::Imap;
use crate::smtp::{SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpTransport};
use chrono::{TimeDelta, Utc};
use futures::future::BoxFuture;
use kalends_domain::mail::connector::{ConfiguredBy, MailConfiguration, MailConnector, MailService};
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{MailSecurity, MailServer, MailSettings};
use kalends_domain::outgoing_mail::MailTransport;
use kalends_domain::sync::connector::{CredentialKeeper, FindError};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{Answer, ProviderError};
use known::{HOSTERS, Hoster};
use std::sync::Arc;

/// Tokens that end sooner are replaced before they are used.
const SOON: TimeDelta = TimeDelta::minutes(2);

/// What is asked of Microsoft for mail (<https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>).
const MICROSOFT_SCOPES: [&str; 3] =
    ["offline_access", "https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send"];

/// The one to be asked first (RFC 2782).
fn first(mut services: Vec<Service>) -> Option<Service> {
    services.retain(|service| !service.host.is_empty() && service.port != 0);
    services.sort_by_key(|service| (service.priority, std::cmp::Reverse(service.weight)));
    services.into_iter().next()
}

impl RemoteServices {
    async fn record(&self, service: &str, domain: &str) -> Option<Service> {
        first(self.records().services(&format!("_{service}._tcp.{domain}")).await.ok()?)
    }

    /// What the records of a domain say (RFC 6186, RFC 8314 section 5.1): servers that are encrypted from the beginning first.
    async fn by_records(&self, address: &str, domain: &str) -> Option<MailSettings> {
        let server = |service: Service, security| MailServer {
            host: service.host,
            port: service.port,
            security,
            user: address.to_owned(),
        };
        let imap = match self.record("imaps", domain).await {
            Some(service) => server(service, MailSecurity::Tls),
            None => server(self.record("imap", domain).await?, MailSecurity::StartTls),
        };
        let smtp = match self.record("submissions", domain).await {
            Some(service) => server(service, MailSecurity::Tls),
            None => server(self.record("submission", domain).await?, MailSecurity::StartTls),
        };
        Some(MailSettings::at(imap, smtp))
    }

    /// The hoster whose servers a domain names.
    async fn hoster_of(&self, domain: &str) -> Option<&'static Hoster> {
        if let Some(hoster) = Hoster::by_domain(domain) {
            return Some(hoster);
        }
        let record = self.record("imaps", domain).await?;
        HOSTERS.iter().find(|hoster| hoster.has_host(&record.host))
    }

    async fn configuration(&self, address: &str) -> Result<MailConfiguration, FindError> {
        let domain = match address.rsplit_once('@') {
            Some((name, domain)) if !name.is_empty() && !domain.is_empty() => domain.to_ascii_lowercase(),
            _ => return Err(FindError::Address(address.to_owned())),
        };
        if let Some(hoster) = self.hoster_of(&domain).await {
            return Ok(MailConfiguration {
                settings: hoster.settings(address),
                preset: Some(hoster.id.to_owned()),
                found_by: ConfiguredBy::Known,
                needs_app_password: hoster.needs_app_password,
            });
        }
        let found = |settings: MailSettings, found_by| {
            let hoster = HOSTERS.iter().find(|hoster| hoster.has_host(&settings.imap.host));
            MailConfiguration {
                settings,
                preset: hoster.map(|hoster| hoster.id.to_owned()),
                found_by,
                needs_app_password: hoster.is_some_and(|hoster| hoster.needs_app_password),
            }
        };
        if let Some(settings) = self.by_records(address, &domain).await {
            return Ok(found(settings, ConfiguredBy::Records));
        }
        match autoconfig::find(self.outbound(), address, &domain).await {
            Some(settings) => Ok(found(settings, ConfiguredBy::Autoconfig)),
            None => Err(FindError::NoMail { domain }),
        }
    }
}

fn smtp_settings(server: &MailServer, credentials: &Credentials) -> Result<SmtpSettings, ProviderError> {
    let user = server.user.clone();
    let credentials = match credentials {
        Credentials::Basic { password, .. } => SmtpCredentials::Password { user, password: password.clone() },
        Credentials::Bearer { token } | Credentials::OAuth { access_token: token, .. } => {
            SmtpCredentials::XOAuth2 { user, token: token.clone() }
        }
        Credentials::Address { .. } => {
            return Err(ProviderError::Unauthenticated("there is no password for it".into()));
        }
    };
    let security = match server.security {
        MailSecurity::Tls => SmtpSecurity::Tls,
        MailSecurity::StartTls => SmtpSecurity::StartTls,
        MailSecurity::Plain => SmtpSecurity::None,
    };
    Ok(SmtpSettings { host: server.host.clone(), port: server.port, security, credentials: Some(credentials) })
}

impl MailConnector for RemoteServices {
    fn mailbox<'a>(&'a self, server: &'a MailServer, credentials: &'a Credentials) -> Answer<'a, Arc<dyn Mailbox>> {
        Box::pin(async move {
            let imap = Imap::connect(self.outbound().dialer(), server, credentials).await?;
            Ok(Arc::new(imap) as Arc<dyn Mailbox>)
        })
    }

    fn transport(
        &self,
        server: &MailServer,
        credentials: &Credentials,
    ) -> Result<Arc<dyn MailTransport>, ProviderError> {
        let settings = smtp_settings(server, credentials)?;
        Ok(Arc::new(SmtpTransport::new(self.outbound().dialer().clone(), settings)))
    }

    fn fresh<'a>(
        &'a self,
        preset: Option<&'a str>,
        credentials: Credentials,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Credentials> {
        Box::pin(async move {
            let ends = match &credentials {
                Credentials::OAuth { expires_at, .. } => expires_at.is_some_and(|at| at < Utc::now() + SOON),
                _ => false,
            };
            if !ends {
                return Ok(credentials);
            }
            let again = || ProviderError::Unauthenticated("the sign-in has ended; sign in again".into());
            let microsoft = self.microsoft().filter(|_| preset == Some(known::MICROSOFT)).ok_or_else(again)?;
            let fresh = graph::refreshed(microsoft, self.outbound(), credentials, &MICROSOFT_SCOPES).await?;
            keeper.replace(fresh.clone()).await?;
            Ok(fresh)
        })
    }

    fn services(&self) -> Vec<MailService> {
        let service = |hoster: &Hoster| MailService {
            id: hoster.id,
            name: hoster.name,
            needs_app_password: hoster.needs_app_password,
        };
        HOSTERS.iter().map(service).collect()
    }

    fn calendars_of<'a>(&'a self, domain: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move {
            match self.record("caldavs", domain).await {
                Some(service) => Some(service.host),
                None => self.record("caldav", domain).await.map(|service| service.host),
            }
        })
    }

    fn configure<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<MailConfiguration, FindError>> {
        Box::pin(self.configuration(address))
    }
}
