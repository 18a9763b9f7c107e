//! What the configuration says of a provider of sign-in: a table `[[oidc]]` of `kalends.toml`.

use kalends_domain::teams::Role;
use openidconnect::url::{Host, Url};
use serde::{Deserialize, Deserializer};
use std::fmt::Write;
use std::path::PathBuf;

/// Longest name of a provider in addresses.
const MAX_ID: usize = 40;

/// A provider, as the file has it. Keys are written with hyphens, as those of other settings are.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProviderSettings {
    /// Names it in addresses, also in the one that it sends people back to.
    pub id: String,
    /// What people call it.
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    /// `None`: a public client.
    #[serde(default, deserialize_with = "secret")]
    pub client_secret: Option<String>,
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// Beside `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    #[serde(default = "user_name_claim")]
    pub user_name_claim: String,
    #[serde(default = "name_claim")]
    pub name_claim: String,
    #[serde(default = "email_claim")]
    pub email_claim: String,
    /// Whether the provider has seen of every address of e-mail that it is theirs, also where it does not say so.
    #[serde(default)]
    pub trusts_email: bool,
    /// Empty: an address of any domain, or none.
    #[serde(default)]
    pub email_domains: Vec<String>,
    /// `None`: groups do not come from there.
    #[serde(default)]
    pub groups_claim: Option<String>,
    /// `None`: all that there are.
    #[serde(default)]
    pub groups: Option<Vec<GroupSettings>>,
    /// What people are in a group of which that is not said.
    #[serde(default, deserialize_with = "role")]
    pub groups_role: Option<Role>,
    /// Whoever is in it looks after the accounts. `None`: that does not come from there.
    #[serde(default)]
    pub admin_group: Option<String>,
    /// Whether whoever has no account gets one.
    #[serde(default = "yes")]
    pub creates_people: bool,
    /// Hosts beside the issuer's that may be in a private network.
    #[serde(default)]
    pub private_hosts: Vec<String>,
    /// Whether an issuer elsewhere than on this machine may do without encryption.
    #[serde(default)]
    pub allow_http: bool,
}

/// A group of the provider: by its name, or with what it is here.
#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "a group is a text, or a table with claim, name or group, and role")]
pub enum GroupSettings {
    Name(String),
    Table(GroupTable),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupTable {
    /// As the claim has it.
    pub claim: String,
    /// What the group is called that is made for it.
    #[serde(default)]
    pub name: Option<String>,
    /// The name in addresses of a group that there is.
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default, deserialize_with = "role")]
    pub role: Option<Role>,
}

fn scopes() -> Vec<String> {
    vec!["profile".to_owned(), "email".to_owned()]
}

fn user_name_claim() -> String {
    "preferred_username".to_owned()
}

fn name_claim() -> String {
    "name".to_owned()
}

fn email_claim() -> String {
    "email".to_owned()
}

fn yes() -> bool {
    true
}

/// Does not repeat what is there in the place of a text.
fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some).map_err(|_| serde::de::Error::custom("a secret is a text"))
}

fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Role>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let unknown = || serde::de::Error::custom(format!("{name:?} is none of guest, member, manager"));
    Role::from_name(&name).map(Some).ok_or_else(unknown)
}

impl ProviderSettings {
    /// Looks at what cannot be, and reads the secret where it is in a file.
    ///
    /// # Errors
    /// What is wrong, without any secret in it.
    pub fn complete(mut self) -> Result<Self, String> {
        let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || self.id.len() > MAX_ID || !self.id.chars().all(is_id) {
            return Err(format!("id is 1 to {MAX_ID} of a-z, 0-9 and '-'"));
        }
        for (key, value) in [("name", &self.name), ("client-id", &self.client_id)] {
            if value.trim().is_empty() {
                return Err(format!("{key} is empty"));
            }
        }
        let issuer = Url::parse(&self.issuer).map_err(|error| format!("issuer is no address: {error}"))?;
        match (issuer.scheme(), issuer.host()) {
            ("https", Some(_)) => {}
            ("http", Some(host)) if self.allow_http || is_this_machine(&host) => {}
            ("http", Some(_)) => return Err("issuer is not https; allow-http = true lets it be".to_owned()),
            _ => return Err("issuer is an address such as https://id.example.org".to_owned()),
        }
        if let Some(path) = &self.client_secret_file {
            if self.client_secret.is_some() {
                return Err("client-secret and client-secret-file are both set: one of them is enough".to_owned());
            }
            let text = std::fs::read_to_string(path)
                .map_err(|error| format!("client-secret-file {} cannot be read: {error}", path.display()))?;
            self.client_secret = Some(text.trim_end_matches(['\r', '\n']).to_owned());
        }
        if self.client_secret.as_deref() == Some("") {
            return Err("the client's secret is empty; leave it out for a public client".to_owned());
        }
        if self.groups_claim.is_none() && (self.groups.is_some() || self.admin_group.is_some()) {
            return Err("groups and admin-group need groups-claim".to_owned());
        }
        for group in self.groups.iter().flatten() {
            if let GroupSettings::Table(GroupTable { claim, name: Some(_), group: Some(_), .. }) = group {
                return Err(format!("the group {claim:?} has name and group: one of them says which it is"));
            }
        }
        for domain in &mut self.email_domains {
            *domain = domain.trim_start_matches('@').to_lowercase();
        }
        Ok(self)
    }

    /// The hosts of this provider that may be in a private network.
    pub fn private_hosts(&self) -> Vec<String> {
        let issuer = Url::parse(&self.issuer).ok();
        let host = issuer.as_ref().and_then(Url::host_str).map(|host| host.trim_matches(['[', ']']).to_owned());
        host.into_iter().chain(self.private_hosts.iter().cloned()).collect()
    }

    /// As a file would say it; secrets are masked.
    pub fn describe(&self) -> String {
        let mut text = String::from("[[oidc]]\n");
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let list = |all: &[String]| toml::Value::from(all.to_vec()).to_string();
        let mut line = |key: &str, value: String| {
            let _ = writeln!(text, "{key} = {value}");
        };
        for (key, value) in
            [("id", &self.id), ("name", &self.name), ("issuer", &self.issuer), ("client-id", &self.client_id)]
        {
            line(key, quoted(value));
        }
        match (&self.client_secret_file, &self.client_secret) {
            (Some(path), _) => line("client-secret-file", quoted(&path.display().to_string())),
            (None, Some(_)) => line("client-secret", "\"…\" # what is secret is not shown".to_owned()),
            (None, None) => {}
        }
        line("scopes", list(&self.scopes));
        for (key, value) in [
            ("user-name-claim", &self.user_name_claim),
            ("name-claim", &self.name_claim),
            ("email-claim", &self.email_claim),
        ] {
            line(key, quoted(value));
        }
        line("trusts-email", self.trusts_email.to_string());
        line("email-domains", list(&self.email_domains));
        for (key, value) in [("groups-claim", &self.groups_claim), ("admin-group", &self.admin_group)] {
            if let Some(value) = value {
                line(key, quoted(value));
            }
        }
        if let Some(groups) = &self.groups {
            let groups: Vec<String> = groups.iter().map(GroupSettings::describe).collect();
            line("groups", format!("[{}]", groups.join(", ")));
        }
        if let Some(role) = self.groups_role {
            line("groups-role", quoted(role.name()));
        }
        line("creates-people", self.creates_people.to_string());
        line("private-hosts", list(&self.private_hosts));
        line("allow-http", self.allow_http.to_string());
        text
    }
}

impl GroupSettings {
    fn describe(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        match self {
            GroupSettings::Name(name) => quoted(name),
            GroupSettings::Table(table) => {
                let role = table.role.map(Role::name);
                let parts = [("claim", Some(table.claim.as_str())), ("name", table.name.as_deref())];
                let parts = parts.into_iter().chain([("group", table.group.as_deref()), ("role", role)]);
                let parts: Vec<String> =
                    parts.filter_map(|(key, value)| value.map(|value| format!("{key} = {}", quoted(value)))).collect();
                format!("{{ {} }}", parts.join(", "))
            }
        }
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LEAST: &str = "id = \"sso\"\nname = \"SSO\"\nissuer = \"https://id.example.org\"\nclient-id = \"kalends\"\n";

    fn read(more: &str) -> Result<ProviderSettings, String> {
        let settings: Result<ProviderSettings, _> = toml::from_str(&format!("{LEAST}{more}"));
        settings.map_err(|error| error.message().to_owned())?.complete()
    }

    #[test]
    fn what_cannot_be_is_refused_by_name_and_no_secret_is_repeated() {
        for (more, why) in [
            ("client_secret = \"hunter2\"", "unknown field `client_secret`"),
            ("client-secret = 12345", "a secret is a text"),
            ("client-secret = \"\"", "secret is empty"),
            ("client-secret = \"hunter2\"\nclient-secret-file = \"/x\"", "both set"),
            ("client-secret-file = \"/no/such/file\"", "cannot be read"),
            ("admin-group = \"admins\"", "need groups-claim"),
            ("groups-claim = \"groups\"\ngroups = [1]", "a group is a text"),
            ("groups-claim = \"groups\"\ngroups-role = \"owner\"", "none of guest, member, manager"),
            ("groups-claim = \"g\"\ngroups = [{ claim = \"a\", name = \"b\", group = \"c\" }]", "one of them says"),
        ] {
            let error = read(more).err().unwrap();
            assert!(error.contains(why), "{more}: {error}");
            assert!(!error.contains("hunter2") && !error.contains("12345"), "{error}");
        }
        for (issuer, is_good) in [
            ("http://id.example.org", false),
            ("http://127.0.0.1:8080/realms/x", true),
            ("http://localhost:8080", true),
            ("id.example.org", false),
            ("file:///etc", false),
        ] {
            let text = LEAST.replace("https://id.example.org", issuer);
            let settings: ProviderSettings = toml::from_str(&text).unwrap();
            assert_eq!(settings.complete().is_ok(), is_good, "{issuer}");
        }
    }

    #[test]
    fn what_is_shown_can_be_read_and_has_no_secret() {
        let more = "client-secret = \"hunter2\"\ngroups-claim = \"groups\"\ngroups = [\"a\", { claim = \"b\", role = \"manager\" }]\n\
                    email-domains = [\"@Example.org\"]\n";
        let shown = read(more).unwrap().describe();
        assert!(!shown.contains("hunter2") && shown.contains("email-domains = [\"example.org\"]"), "{shown}");
        let again: ProviderSettings = toml::from_str(shown.trim_start_matches("[[oidc]]\n")).unwrap();
        assert_eq!(again.complete().unwrap().describe(), shown);
    }
}
