//! Servers of mail that stand in the configuration in the place of a hoster's own.

use kalends_domain::mail::{MailSecurity, MailServer, MailSettings};
use serde::Deserialize;

/// Servers that are others than a hoster's own, such as a gateway before them; `None`: its own. What people agree to at Microsoft is for the
/// worldwide cloud: servers of a national one take no tokens of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MailServers {
    /// Where mail is read: `HOST:PORT`.
    pub imap: Option<String>,
    /// Where it is handed over: `HOST:PORT`.
    pub smtp: Option<String>,
}

/// A host and a port.
fn read(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let is_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    is_host.then_some((host, port))
}

impl MailServers {
    fn all(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let (imap, smtp) = (self.imap.as_ref(), self.smtp.as_ref());
        imap.map(|imap| ("imap", imap)).into_iter().chain(smtp.map(|smtp| ("smtp", smtp)))
    }

    /// # Errors
    /// What in it cannot be.
    pub fn check(&self) -> Result<(), String> {
        match self.all().find(|(_, server)| read(server).is_none()) {
            Some((name, server)) => Err(format!("mail.{name}: {server:?} is no HOST:PORT")),
            None => Ok(()),
        }
    }

    /// As the file could say it.
    pub fn describe(&self) -> String {
        self.all().map(|(name, server)| format!("mail.{name} = {server:?}\n")).collect()
    }

    /// The hosts that are named.
    pub fn hosts(&self) -> impl Iterator<Item = String> {
        self.all().filter_map(|(_, server)| read(server)).map(|(host, _)| host.to_owned())
    }

    /// Has an account be at these. `is_private`: they are stand-ins, which nothing encrypts.
    pub(super) fn put_into(&self, settings: &mut MailSettings, is_private: bool) {
        for (server, named) in [(&mut settings.imap, &self.imap), (&mut settings.smtp, &self.smtp)] {
            let Some((host, port)) = named.as_deref().and_then(read) else { continue };
            let security = if is_private { MailSecurity::Plain } else { server.security };
            *server = MailServer { host: host.to_owned(), port, security, user: server.user.clone() };
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::mail::known::{Hoster, MICROSOFT};

    #[test]
    fn a_server_takes_the_place_of_the_one_that_is_known() {
        let mut settings = Hoster::by_id(MICROSOFT).unwrap().settings("ada@example.org");
        let servers = MailServers { imap: Some("partner.outlook.cn:993".into()), smtp: None };
        servers.check().unwrap();
        servers.put_into(&mut settings, false);
        assert_eq!((settings.imap.host.as_str(), settings.imap.port), ("partner.outlook.cn", 993));
        assert_eq!((settings.imap.security, settings.imap.user.as_str()), (MailSecurity::Tls, "ada@example.org"));
        assert_eq!(settings.smtp.host, "smtp.office365.com");
    }

    #[test]
    fn what_is_no_server_is_named() {
        for server in ["", "host", "host:0", ":993", "imaps://host:993", "host:99999"] {
            let servers = MailServers { imap: Some(server.into()), smtp: None };
            assert!(servers.check().unwrap_err().contains("mail.imap"), "{server}");
        }
    }
}
