//! Mail: what the domain asks when it wants to speak to a mail server, or to know where one is.

pub mod autoconfig;
pub mod known;
pub mod servers;

use crate::caldav::dns::Service;
use crate::connector::RemoteServices;
use crate::google::Google;
use crate::imap::Imap;
use crate::oauth::{self, Tokens};
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

    /// Where the people of a hoster sign in, if this installation is registered there.
    fn sign_in_at(&self, hoster: &str) -> Option<oauth::Service> {
        match hoster {
            known::MICROSOFT => self.microsoft()?.mail_service().ok(),
            known::GMAIL => self.google().map(Google::mail_service),
            _ => None,
        }
    }

    /// Where a hoster has the mail of an address: at its own servers, or at those that the configuration names instead.
    fn at_hoster(&self, hoster: &Hoster, address: &str) -> MailSettings {
        let mut settings = hoster.settings(address);
        let servers = match hoster.id {
            known::MICROSOFT => self.microsoft().map(|microsoft| (&microsoft.mail, microsoft.private)),
            known::GMAIL => self.google().map(|google| (&google.mail, google.private)),
            _ => None,
        };
        if let Some((mail, is_private)) = servers {
            mail.put_into(&mut settings, is_private);
        }
        settings
    }

    async fn configuration(&self, address: &str) -> Result<MailConfiguration, FindError> {
        let domain = match address.rsplit_once('@') {
            Some((name, domain)) if !name.is_empty() && !domain.is_empty() => domain.to_ascii_lowercase(),
            _ => return Err(FindError::Address(address.to_owned())),
        };
        if let Some(hoster) = self.hoster_of(&domain).await {
            return Ok(MailConfiguration {
                settings: self.at_hoster(hoster, address),
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
            SmtpCredentials::OAuth { user, token: token.clone() }
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
            let service = preset.and_then(|preset| self.sign_in_at(preset)).ok_or_else(again)?;
            let tokens = Tokens::of(credentials, service.name)?;
            let fresh = service.refreshed(self.outbound(), &tokens).await?.credentials();
            keeper.replace(fresh.clone()).await?;
            Ok(fresh)
        })
    }

    fn services(&self) -> Vec<MailService> {
        let service = |hoster: &Hoster| MailService {
            id: hoster.id,
            name: hoster.name,
            needs_app_password: hoster.needs_app_password,
            takes_passwords: hoster.id != known::MICROSOFT,
            signs_in: self.sign_in_at(hoster.id).is_some(),
        };
        HOSTERS.iter().map(service).collect()
    }

    fn at_service(&self, service: &str, address: &str) -> Option<MailSettings> {
        Some(self.at_hoster(Hoster::by_id(service)?, address))
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
