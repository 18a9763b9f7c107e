//! Finds an account (RFC 6764): from an e-mail address by what its domain says of itself, or from an address that somebody knows.

use super::Account;
use super::client::{Ask, Client, SMALL, Trust, host};
use super::dns::ServiceRecords;
use super::multistatus::{self, Response};
use super::presets::{self, Preset};
use super::{href, requests};
use crate::credentials::Credentials;
use crate::failure;
use crate::outbound::Outbound;
use kalends_domain::sync::provider::ProviderError;
use kalends_webdav::Namespace;
use url::Url;

/// Where to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// An e-mail address; its domain is asked for its calendars.
    Mail(String),
    /// An address that a person gave, or agreed to.
    Address(Url),
}

/// Why no account was found; the text is fit to show to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    #[error("{0} is no e-mail address")]
    NoMailAddress(String),
    #[error("the domain {domain} has no calendars, as it says itself")]
    NoService { domain: String },
    #[error("no calendars were found at {}", .tried.join(", "))]
    Nothing { tried: Vec<String> },
    /// To be asked: whether the password may be sent to `to`. Who agrees begins there, with [`Entry::Address`].
    #[error(
        "{from} names {to} as the place of the calendars, which is another's: the password is sent there only if you say so"
    )]
    OtherHost { from: String, to: Url },
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// Looks for the account of whom `credentials` are. For an e-mail address, the name is tried as it is and then without its domain
/// (RFC 6764 section 6), when it is the address itself.
///
/// # Errors
/// Why no account was found.
pub async fn discover(
    outbound: &Outbound,
    records: &dyn ServiceRecords,
    entry: &Entry,
    credentials: &Credentials,
) -> Result<Account, DiscoveryError> {
    let address = match entry {
        Entry::Address(url) => return from_addresses(outbound, vec![url.clone()], credentials).await,
        Entry::Mail(address) => address.trim(),
    };
    let (local, domain) = parts(address).ok_or_else(|| DiscoveryError::NoMailAddress(address.to_owned()))?;
    let addresses = of_domain(records, &domain).await?;
    match from_addresses(outbound, addresses.clone(), credentials).await {
        Err(DiscoveryError::Provider(ProviderError::Unauthenticated(why))) => match credentials {
            Credentials::Basic { user, password } if user.eq_ignore_ascii_case(address) => {
                let shorter = Credentials::Basic { user: local.to_owned(), password: password.clone() };
                let found = from_addresses(outbound, addresses, &shorter).await;
                found.map_err(|_| ProviderError::Unauthenticated(why).into())
            }
            _ => Err(ProviderError::Unauthenticated(why).into()),
        },
        found => found,
    }
}

/// What stands before the last @ and the domain after it, as host names are written in addresses.
fn parts(address: &str) -> Option<(&str, String)> {
    let (local, domain) = address.rsplit_once('@')?;
    let url = Url::parse(&format!("https://{domain}/")).ok()?;
    let is_domain = url.domain().is_some() && url.path() == "/" && url.port().is_none() && url.username().is_empty();
    (!local.is_empty() && is_domain).then(|| Some((local, url.domain()?.to_owned())))?
}

/// Where the calendars of a domain are, the likeliest first.
async fn of_domain(records: &dyn ServiceRecords, domain: &str) -> Result<Vec<Url>, DiscoveryError> {
    if let Some(url) = Preset::by_mail_domain(domain).and_then(|preset| preset.url("").ok()) {
        return Ok(vec![url]);
    }
    // Without TLS (`_caldav._tcp`) a password is not sent on the word of a name server.
    let name = format!("_caldavs._tcp.{domain}");
    let unknown = |why: String| {
        let why = format!("the name servers do not say where the calendars of {domain} are: {why}");
        ProviderError::Transient { why, retry_after: None }
    };
    let mut services = records.services(&name).await.map_err(unknown)?;
    if services.is_empty() {
        return Ok(presets::parse_address(domain).into_iter().collect());
    }
    services.retain(|service| !service.host.is_empty());
    services.sort_by_key(|service| (service.priority, std::cmp::Reverse(service.weight)));
    if services.is_empty() {
        return Err(DiscoveryError::NoService { domain: domain.to_owned() });
    }
    let texts = records.texts(&name).await.map_err(unknown)?;
    let path = texts.iter().find_map(|text| text.strip_prefix("path=")).unwrap_or("/");
    let mut addresses = Vec::new();
    for service in services {
        let Ok(mut url) = Url::parse(&format!("https://{}:{}/", service.host, service.port)) else { continue };
        url.set_path(path);
        // Name servers prove nothing: whoever can answer in their place could have the password (RFC 6764 section 8).
        if !presets::is_within(&service.host, domain) && Preset::by_host(&service.host).is_none() {
            return Err(DiscoveryError::OtherHost { from: domain.to_owned(), to: url });
        }
        addresses.push(url);
    }
    Ok(addresses)
}

/// Where an account may be that is at `url`: there, where the server says that it is, and at its root.
fn candidates(url: &Url) -> Vec<Url> {
    let at = |path: &str| {
        let mut url = url.clone();
        url.set_path(path);
        url
    };
    let mut candidates = vec![at("/.well-known/caldav"), at("/")];
    if url.path() != "/" {
        candidates.retain(|candidate| candidate.path() != url.path());
        candidates.insert(0, url.clone());
    }
    candidates
}

async fn from_addresses(
    outbound: &Outbound,
    addresses: Vec<Url>,
    credentials: &Credentials,
) -> Result<Account, DiscoveryError> {
    let mut tried = Vec::new();
    let mut failed = None;
    for address in &addresses {
        let domains = Preset::by_host(host(address)).map_or(&[][..], |preset| preset.domains);
        let trust = Trust {
            origins: vec![address.clone()],
            domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
        };
        let user = credentials.user().map(str::to_owned);
        let search = Search { client: Client::new(outbound.clone(), trust.clone(), credentials)?, trust, user };
        for candidate in candidates(address) {
            tried.push(candidate.to_string());
            match search.at(&candidate).await {
                Ok(Some(account)) => return Ok(account),
                Ok(None) => {}
                Err(error @ DiscoveryError::Provider(ProviderError::Unauthenticated(_)))
                | Err(error @ DiscoveryError::OtherHost { .. }) => return Err(error),
                // It may be otherwise elsewhere; that nothing was reached says more than that nothing was there.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
    }
    Err(failed.unwrap_or(DiscoveryError::Nothing { tried }))
}

struct Search {
    client: Client,
    trust: Trust,
    user: Option<String>,
}

/// What an address says of the account that it belongs to.
struct Hint {
    /// Where it was at last.
    url: Url,
    principal: Option<Url>,
    homes: Vec<Url>,
    is_calendar: bool,
    /// It does not know who asks.
    is_anonymous: bool,
}

impl Search {
    /// `None`: there is nothing that leads to an account.
    async fn at(&self, url: &Url) -> Result<Option<Account>, DiscoveryError> {
        let Some(first) = self.hint(url).await? else { return Ok(None) };
        if first.is_anonymous {
            let why = format!("{} does not know who asks, for all the name and the password", host(url));
            return Err(ProviderError::Unauthenticated(why).into());
        }
        let mut homes = first.homes;
        if homes.is_empty()
            && let Some(principal) = &first.principal
        {
            self.check(&first.url, principal)?;
            homes = self.hint(principal).await?.map(|hint| hint.homes).unwrap_or_default();
        }
        for home in &homes {
            self.check(&first.url, home)?;
        }
        let is_single = homes.is_empty() && first.is_calendar;
        let calendars = if is_single { vec![href::collection(first.url.clone())] } else { Vec::new() };
        if homes.is_empty() && calendars.is_empty() {
            return Ok(None);
        }
        let homes = homes.into_iter().map(href::collection).collect();
        let (user, trust) = (self.user.clone(), self.trust.clone());
        Ok(Some(Account { homes, calendars, principal: first.principal, user, trust }))
    }

    /// What leads elsewhere is gone to only when a person agrees.
    fn check(&self, from: &Url, to: &Url) -> Result<(), DiscoveryError> {
        if self.client.trusts(to) {
            return Ok(());
        }
        Err(DiscoveryError::OtherHost { from: host(from).to_owned(), to: to.clone() })
    }

    /// `None`: it is no address of WebDAV, or of nothing.
    async fn hint(&self, url: &Url) -> Result<Option<Hint>, DiscoveryError> {
        let ask = Ask::propfind(url.clone(), "0", requests::propfind(requests::ACCOUNT), SMALL);
        let answer = self.client.ask_wherever(ask).await?.map_err(ProviderError::from)?;
        match answer.status.as_u16() {
            200..=299 => {}
            401 | 408 | 429 | 500 | 502..=504 => {
                self.check(url, &answer.url)?;
                return Err(failure::of_status(&answer).into());
            }
            _ => return Ok(None),
        }
        match multistatus::read(answer, |base, response| Some(hint(base, &response))).await {
            Ok((hints, _)) => Ok(hints.into_iter().next()),
            // A page for people, or whatever else is there.
            Err(ProviderError::Unreadable(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn hint(base: &Url, response: &Response) -> Hint {
    let principal = response.dav("current-user-principal");
    Hint {
        url: href::canonical(base.clone()),
        principal: response.hrefs(base, &Namespace::Dav, "current-user-principal").into_iter().next(),
        homes: response.hrefs(base, &Namespace::CalDav, "calendar-home-set"),
        is_calendar: response.is_calendar(),
        is_anonymous: principal.is_some_and(|principal| principal.dav("unauthenticated").is_some()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::caldav::dns::Service;
    use futures::future::BoxFuture;

    /// A domain as its name servers have it.
    #[derive(Default)]
    struct Zone {
        services: Vec<Service>,
        texts: Vec<String>,
    }

    impl ServiceRecords for Zone {
        fn services<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Service>, String>> {
            assert_eq!(name, "_caldavs._tcp.example.org");
            Box::pin(async { Ok(self.services.clone()) })
        }

        fn texts<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
            Box::pin(async { Ok(self.texts.clone()) })
        }
    }

    fn service(priority: u16, weight: u16, host: &str, port: u16) -> Service {
        Service { priority, weight, port, host: host.into() }
    }

    async fn addresses(zone: Zone, domain: &str) -> Result<Vec<String>, DiscoveryError> {
        Ok(of_domain(&zone, domain).await?.into_iter().map(String::from).collect())
    }

    #[tokio::test]
    async fn a_domain_says_where_its_calendars_are() {
        let services = vec![
            service(20, 0, "last.example.org", 443),
            service(10, 1, "b.example.org", 8443),
            service(10, 9, "a.example.org", 443),
        ];
        let zone = Zone { services, texts: vec!["v=spf1".into(), "path=/dav".into()] };
        let found = addresses(zone, "example.org").await.unwrap();
        assert_eq!(
            found,
            ["https://a.example.org/dav", "https://b.example.org:8443/dav", "https://last.example.org/dav"]
        );
        assert_eq!(addresses(Zone::default(), "example.org").await.unwrap(), ["https://example.org/"]);
        let none = Zone { services: vec![service(0, 0, "", 0)], ..Zone::default() };
        let refusal = addresses(none, "example.org").await.unwrap_err();
        assert_eq!(refusal, DiscoveryError::NoService { domain: "example.org".into() });
    }

    #[tokio::test]
    async fn another_domain_is_not_told_the_password_on_the_word_of_a_name_server() {
        let named = |host: &str| Zone { services: vec![service(0, 0, host, 443)], ..Zone::default() };
        let refusal = addresses(named("evil.example"), "example.org").await.unwrap_err();
        assert!(matches!(refusal, DiscoveryError::OtherHost { to, .. } if to.host_str() == Some("evil.example")));
        let known = addresses(named("caldav.fastmail.com"), "example.org").await.unwrap();
        assert_eq!(known, ["https://caldav.fastmail.com/"]);
        // The services that are known are not looked up.
        assert_eq!(addresses(Zone::default(), "icloud.com").await.unwrap(), ["https://caldav.icloud.com/"]);
    }

    #[test]
    fn e_mail_addresses_are_taken_apart() {
        assert_eq!(parts("ada@Example.ORG").unwrap(), ("ada", "example.org".into()));
        assert_eq!(parts("\"a@b\"@bücher.example").unwrap(), ("\"a@b\"", "xn--bcher-kva.example".into()));
        for other in
            ["ada", "@example.org", "ada@", "ada@example.org/x", "ada@127.0.0.1", "ada@example.org:80", "ada@a b"]
        {
            assert_eq!(parts(other), None, "{other}");
        }
    }

    #[test]
    fn what_was_given_is_looked_at_first() {
        let at = |url: &str| candidates(&url.parse().unwrap()).into_iter().map(String::from).collect::<Vec<_>>();
        assert_eq!(at("https://h/"), ["https://h/.well-known/caldav", "https://h/"]);
        assert_eq!(at("https://h/dav/x"), ["https://h/dav/x", "https://h/.well-known/caldav", "https://h/"]);
        assert_eq!(at("https://h/.well-known/caldav"), ["https://h/.well-known/caldav", "https://h/"]);
    }
}
