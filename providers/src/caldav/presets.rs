//! Services that are known by name: where they are, and what a person needs for them.

use url::{ParseError, Url};

/// Where the account of a service is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetAddress {
    /// The same for everybody.
    Fixed(&'static str),
    /// On a host of which the person knows the name: this path on it.
    OnHost(&'static str),
    /// Whatever the person knows: an address, a host or an e-mail address.
    Any,
}

/// Which password the service takes of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordKind {
    /// One that is made for the program in the settings of the service.
    App,
    /// That of the account, or one for the program where the account has a second factor.
    AccountOrApp,
}

/// A service that is known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Stays as it is, in addresses and in what is stored.
    pub id: &'static str,
    /// As the service calls itself.
    pub name: &'static str,
    pub address: PresetAddress,
    /// The message that says where the name and the password are to be had.
    pub help: &'static str,
    pub password: PasswordKind,
    /// All hosts of these belong to the service, and may be asked with its password.
    pub domains: &'static [&'static str],
    /// E-mail addresses at these are accounts of the service.
    pub mail_domains: &'static [&'static str],
}

pub const PRESETS: &[Preset] = &[
    Preset {
        id: "infomaniak",
        name: "Infomaniak",
        address: PresetAddress::Fixed("https://sync.infomaniak.com/"),
        help: "account-help-infomaniak",
        password: PasswordKind::AccountOrApp,
        domains: &["infomaniak.com"],
        mail_domains: &["ik.me", "ikmail.com", "etik.com"],
    },
    Preset {
        id: "icloud",
        name: "iCloud",
        address: PresetAddress::Fixed("https://caldav.icloud.com/"),
        help: "account-help-icloud",
        password: PasswordKind::App,
        domains: &["icloud.com"],
        mail_domains: &["icloud.com", "me.com", "mac.com"],
    },
    Preset {
        id: "fastmail",
        name: "Fastmail",
        address: PresetAddress::Fixed("https://caldav.fastmail.com/"),
        help: "account-help-fastmail",
        password: PasswordKind::App,
        domains: &["fastmail.com"],
        mail_domains: &["fastmail.com", "fastmail.fm"],
    },
    Preset {
        id: "nextcloud",
        name: "Nextcloud",
        address: PresetAddress::OnHost("remote.php/dav/"),
        help: "account-help-nextcloud",
        password: PasswordKind::App,
        domains: &[],
        mail_domains: &[],
    },
    Preset {
        id: "mailbox-org",
        name: "mailbox.org",
        address: PresetAddress::Fixed("https://dav.mailbox.org/"),
        help: "account-help-mailbox-org",
        password: PasswordKind::AccountOrApp,
        domains: &["mailbox.org"],
        mail_domains: &["mailbox.org"],
    },
    Preset {
        id: "caldav",
        name: "CalDAV",
        address: PresetAddress::Any,
        help: "account-help-caldav",
        password: PasswordKind::AccountOrApp,
        domains: &[],
        mail_domains: &[],
    },
];

impl Preset {
    pub fn by_id(id: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.id == id)
    }

    /// The service that has the e-mail addresses at `domain`.
    pub fn by_mail_domain(domain: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.mail_domains.iter().any(|own| own.eq_ignore_ascii_case(domain)))
    }

    /// The service that `host` belongs to.
    pub fn by_host(host: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.domains.iter().any(|domain| is_within(host, domain)))
    }

    /// Where to look for the account. `given` is what the person knows, where the service is not at the same address for everybody.
    ///
    /// # Errors
    /// What is wrong with the address that was given.
    pub fn url(&self, given: &str) -> Result<Url, ParseError> {
        match self.address {
            PresetAddress::Fixed(url) => Url::parse(url),
            PresetAddress::Any => parse_address(given),
            PresetAddress::OnHost(path) => {
                let mut url = parse_address(given)?;
                // Who gives more than the host knows better where it is.
                if !url.path().contains(path.trim_end_matches('/')) {
                    let folder = url.path().trim_end_matches('/').to_owned();
                    url.set_path(&format!("{folder}/{path}"));
                }
                Ok(url)
            }
        }
    }
}

/// Whether `host` is `domain`, or in it.
pub(super) fn is_within(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    host.strip_suffix(&domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// An address as people write it: over https where they do not say how.
///
/// # Errors
/// What is wrong with it.
pub fn parse_address(written: &str) -> Result<Url, ParseError> {
    let written = written.trim();
    let with_scheme = match written.split_once("://") {
        Some(("caldavs", rest)) => format!("https://{rest}"),
        Some(("caldav", rest)) => format!("http://{rest}"),
        Some(_) => written.to_owned(),
        None => format!("https://{written}"),
    };
    let mut url = Url::parse(&with_scheme)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(ParseError::EmptyHost);
    }
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn presets_lead_to_addresses_over_tls() {
        for preset in PRESETS {
            let url = preset.url("cloud.example.org").unwrap();
            assert_eq!(url.scheme(), "https", "{}", preset.id);
            assert_eq!(Preset::by_id(preset.id), Some(preset));
            let is_own = |domain: &&str| is_within(url.host_str().unwrap(), domain);
            assert!(preset.domains.is_empty() || preset.domains.iter().any(is_own), "{}", preset.id);
        }
        let nextcloud = Preset::by_id("nextcloud").unwrap();
        for (given, url) in [
            ("cloud.example.org", "https://cloud.example.org/remote.php/dav/"),
            ("http://localhost:8080/cloud/", "http://localhost:8080/cloud/remote.php/dav/"),
            (
                "cloud.example.org/remote.php/dav/calendars/ada",
                "https://cloud.example.org/remote.php/dav/calendars/ada",
            ),
        ] {
            assert_eq!(nextcloud.url(given).unwrap().as_str(), url);
        }
    }

    #[test]
    fn services_are_known_by_their_domains() {
        assert_eq!(Preset::by_mail_domain("ICLOUD.com").unwrap().id, "icloud");
        assert_eq!(Preset::by_host("p42-caldav.icloud.com").unwrap().id, "icloud");
        assert_eq!(Preset::by_host("notfastmail.com"), None);
        assert_eq!(Preset::by_mail_domain("example.org"), None);
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (written, url) in [
            (" cal.example.org ", "https://cal.example.org/"),
            ("localhost:5232/ada/", "https://localhost:5232/ada/"),
            ("http://u:p@cal.example.org/x?y#z", "http://cal.example.org/x"),
            ("caldavs://cal.example.org", "https://cal.example.org/"),
        ] {
            assert_eq!(parse_address(written).unwrap().as_str(), url);
        }
        for nothing in ["", "https://", "ftp://x/", "file:///etc/passwd", "a b"] {
            assert!(parse_address(nothing).is_err(), "{nothing}");
        }
    }
}
