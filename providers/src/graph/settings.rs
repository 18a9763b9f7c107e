//! What an installation knows of Microsoft, and what it keeps of an account there.

use crate::mail::servers::MailServers;
use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;

/// The section `[microsoft]` of the configuration: the registration of the installation in Microsoft Entra (docs/sync-microsoft.md).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Microsoft {
    /// "Application (client) ID"
    pub client_id: String,
    /// `None`: a public client, which PKCE alone protects.
    pub client_secret: Option<String>,
    /// Whose accounts may sign in: a tenant by its id or domain, `organizations` (work and school accounts of any tenant), `consumers`
    /// (personal accounts), `common` (all of these).
    #[serde(default = "common")]
    pub tenant: String,
    /// Where people sign in. National clouds have others (<https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>).
    #[serde(default = "authority")]
    pub authority: Url,
    /// Where Graph is, with its version (<https://learn.microsoft.com/graph/deployments>).
    #[serde(default = "graph")]
    pub graph: Url,
    /// Asks for the calendars as well that others share (`Calendars.ReadWrite.Shared`).
    #[serde(default)]
    pub shared_calendars: bool,
    /// Where mail is, where that is not at the service's own servers.
    #[serde(default)]
    pub mail: MailServers,
    /// All of these are in a private network (a stand-in for tests).
    #[serde(default)]
    pub private: bool,
}

fn common() -> String {
    "common".to_owned()
}

fn authority() -> Url {
    known("https://login.microsoftonline.com/")
}

fn graph() -> Url {
    known("https://graph.microsoft.com/v1.0/")
}

#[expect(clippy::expect_used, reason = "both addresses stand above, and a test reads them")]
fn known(address: &str) -> Url {
    Url::parse(address).expect("an address")
}

impl Microsoft {
    /// As it is used: with addresses that end in a slash.
    ///
    /// # Errors
    /// What in it cannot be.
    pub fn checked(mut self) -> Result<Self, String> {
        if self.client_id.trim().is_empty() {
            return Err("client-id is empty".into());
        }
        let is_tenant = |character: char| character.is_ascii_alphanumeric() || "-.".contains(character);
        if self.tenant.is_empty() || !self.tenant.chars().all(is_tenant) || self.tenant.starts_with('.') {
            return Err(format!("tenant: {:?} is neither an id nor a domain", self.tenant));
        }
        for (name, url) in [("authority", &mut self.authority), ("graph", &mut self.graph)] {
            let is_web = url.scheme() == "https" || (url.scheme() == "http" && self.private);
            if !is_web || !url.has_host() || url.query().is_some() || url.fragment().is_some() {
                return Err(format!("{name}: {url} is no address of a service over https"));
            }
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
        }
        self.mail.check()?;
        Ok(self)
    }

    /// As the file could say it; what is secret is not shown.
    pub fn describe(&self) -> String {
        use fmt::Write;
        let mut text = format!("[microsoft]\nclient-id = {:?}\n", self.client_id);
        if self.client_secret.is_some() {
            text.push_str("client-secret = \"…\"\n");
        }
        let _ = writeln!(text, "tenant = {:?}\nauthority = {:?}", self.tenant, self.authority.as_str());
        let _ = writeln!(text, "graph = {:?}\nshared-calendars = {}", self.graph.as_str(), self.shared_calendars);
        text.push_str(&self.mail.describe());
        if self.private {
            text.push_str("private = true\n");
        }
        text
    }

    /// Hosts that may be in a private network.
    pub fn private_hosts(&self) -> Vec<String> {
        let hosts = [&self.authority, &self.graph].map(|url| url.host_str().unwrap_or_default().to_owned());
        if self.private { hosts.into_iter().chain(self.mail.hosts()).collect() } else { Vec::new() }
    }

    /// What is asked for (<https://learn.microsoft.com/graph/permissions-reference>).
    pub fn scopes(&self) -> Vec<&'static str> {
        let shared = self.shared_calendars.then_some("Calendars.ReadWrite.Shared");
        ["offline_access", "User.Read", "Calendars.ReadWrite"].into_iter().chain(shared).collect()
    }
}

impl fmt::Debug for Microsoft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Microsoft({:?} of {:?} at {}, …)", self.client_id, self.tenant, self.authority)
    }
}

/// An account at Microsoft 365, as it is kept with [`kalends_domain::model::remote_account::RemoteAccount`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Who it is for Microsoft.
    pub user: String,
    /// All addresses of e-mail that are theirs, the one to show first.
    pub addresses: Vec<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(json: &str) -> Result<Microsoft, String> {
        serde_json::from_str::<Microsoft>(json).map_err(|error| error.to_string())?.checked()
    }

    #[test]
    fn the_least_is_a_client_and_the_rest_is_the_world_wide_cloud() {
        let microsoft = read(r#"{"client-id":"x","client-secret":"s3cret"}"#).unwrap();
        assert_eq!(microsoft.authority.as_str(), "https://login.microsoftonline.com/");
        assert_eq!(microsoft.graph.as_str(), "https://graph.microsoft.com/v1.0/");
        assert_eq!(microsoft.scopes(), ["offline_access", "User.Read", "Calendars.ReadWrite"]);
        assert!(!microsoft.describe().contains("s3cret"), "{}", microsoft.describe());
        assert!(microsoft.private_hosts().is_empty() && !format!("{microsoft:?}").contains("s3cret"));
        let china = read(
            r#"{"client-id":"x","authority":"https://login.partner.microsoftonline.cn","graph":"https://microsoftgraph.chinacloudapi.cn/v1.0"}"#,
        );
        assert_eq!(china.unwrap().graph.as_str(), "https://microsoftgraph.chinacloudapi.cn/v1.0/");
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (json, name) in [
            (r#"{"client-id":" "}"#, "client-id"),
            (r#"{"client-id":"x","tenant":"../x"}"#, "tenant"),
            (r#"{"client-id":"x","graph":"http://graph.microsoft.com/v1.0"}"#, "graph"),
            (r#"{"client-id":"x","authority":"ftp://x/"}"#, "authority"),
            (r#"{"client-id":"x","secret":"y"}"#, "secret"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(name), "{error}");
        }
    }
}
