//! All the protocols in one: what the domain asks when it wants to speak to a service elsewhere.

use crate::caldav::discovery::{DiscoveryError, Entry, discover};
use crate::caldav::dns::{NameServers, Service as ServiceRecord, ServiceRecords};
use crate::caldav::presets::{PRESETS, PasswordKind, Preset, PresetAddress, parse_address};
use crate::caldav::{Account, CalDav};
use crate::credentials::authorization;
use crate::google::{self, Google};
use crate::graph::{self, Graph, Microsoft};
use crate::ics::{FeedAddress, Ics, UploadedFile};
use crate::outbound::Outbound;
use chrono::Utc;
use futures::future::BoxFuture;
use kalends_domain::holidays::HolidayCalendar;
use kalends_domain::sync::connector::{Connector, CredentialKeeper, FindError, Found, Service, ServiceAddress, Wanted};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::feed::FeedSource;
use kalends_domain::sync::provider::{Answer, Provider, ProviderError};
use kalends_domain::sync::{ProviderKind, RemoteAccount};
use std::sync::Arc;

/// Speaks every protocol that there is a module for.
pub struct RemoteServices {
    outbound: Outbound,
    records: Arc<dyn ServiceRecords>,
    /// `None`: the installation is not registered there.
    microsoft: Option<Microsoft>,
    /// The same.
    google: Option<Google>,
}

/// A machine that knows no name servers: addresses are found all the same, e-mail addresses are not.
struct NoNameServers(String);

impl ServiceRecords for NoNameServers {
    fn services<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<ServiceRecord>, String>> {
        Box::pin(async { Err(self.0.clone()) })
    }

    fn texts<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(async { Err(self.0.clone()) })
    }
}

/// A feed, or why there is none, and its address.
type FeedAt = (String, Result<Ics, ProviderError>);

impl RemoteServices {
    /// `outbound`: the way out, which knows what may be asked.
    pub fn new(outbound: Outbound) -> Self {
        let records: Arc<dyn ServiceRecords> = match NameServers::of_the_machine() {
            Ok(servers) => Arc::new(servers),
            Err(why) => Arc::new(NoNameServers(why)),
        };
        RemoteServices::with_records(outbound, records)
    }

    /// [`RemoteServices::new`], where what domains say of themselves is found by `records`.
    pub fn with_records(outbound: Outbound, records: Arc<dyn ServiceRecords>) -> Self {
        RemoteServices { outbound, records, microsoft: None, google: None }
    }

    /// The same, which asks Microsoft 365 as this registration of the installation.
    pub fn with_microsoft(self, microsoft: Option<Microsoft>) -> Self {
        RemoteServices { microsoft, ..self }
    }

    /// The way out.
    pub(crate) fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// What domains say of themselves.
    pub(crate) fn records(&self) -> &dyn ServiceRecords {
        self.records.as_ref()
    }

    pub(crate) fn microsoft(&self) -> Option<&Microsoft> {
        self.microsoft.as_ref()
    }

    pub(crate) fn google(&self) -> Option<&Google> {
        self.google.as_ref()
    }

    /// The same, which asks Google as this client of the installation's.
    pub fn with_google(self, google: Option<Google>) -> Self {
        RemoteServices { google, ..self }
    }

    fn caldav(
        &self,
        account: &RemoteAccount,
        credentials: Option<Credentials>,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Result<CalDav, ProviderError> {
        let unreadable = |_| ProviderError::Missing("what is kept of the account's address cannot be read".into());
        let place: Account = serde_json::from_str(&account.settings).map_err(unreadable)?;
        if account.preset.as_deref() == Some(google::PRESET) {
            let unregistered = "this server is not registered with Google (any more); its administrator has to do that";
            let google = self.google.as_ref().ok_or_else(|| ProviderError::Forbidden(unregistered.into()))?;
            let missing = || ProviderError::Unauthenticated("nobody is signed in there; sign in with Google".into());
            return google.provider(self.outbound.clone(), place, credentials.ok_or_else(missing)?, keeper);
        }
        let missing = || ProviderError::Unauthenticated("there is no password for it".into());
        CalDav::new(self.outbound.clone(), place, credentials.as_ref().ok_or_else(missing)?)
    }

    fn graph(
        &self,
        account: &RemoteAccount,
        credentials: Option<Credentials>,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Result<Graph, ProviderError> {
        let unreadable = |_| ProviderError::Missing("what is kept of the account at Microsoft cannot be read".into());
        let place: graph::Account = serde_json::from_str(&account.settings).map_err(unreadable)?;
        let unregistered = "this server is not registered with Microsoft (any more); its administrator has to do that";
        let microsoft = self.microsoft.clone().ok_or_else(|| ProviderError::Forbidden(unregistered.into()))?;
        let missing = || ProviderError::Unauthenticated("nobody is signed in there; sign in with Microsoft".into());
        Graph::new(self.outbound.clone(), microsoft, place, credentials.ok_or_else(missing)?, keeper)
    }
}

impl RemoteServices {
    fn feed(
        &self,
        account: &RemoteAccount,
        credentials: Option<Credentials>,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        match FeedSource::read(&account.settings)? {
            // What it says is kept where this does not look.
            FeedSource::File { .. } => Err(ProviderError::Missing("its file is not there any more".into())),
            FeedSource::Holidays(pack) => Ok(Arc::new(HolidayCalendar::new(&pack, Utc::now())?)),
            FeedSource::Address { .. } => {
                let Some(Credentials::Address { address }) = credentials else {
                    return Err(ProviderError::Unauthenticated("there is no address for it".into()));
                };
                let feeds = self.feeds(&address).map_err(ProviderError::Missing)?;
                let feed =
                    feeds.into_iter().next().ok_or_else(|| ProviderError::Missing("it has no address".into()))?;
                Ok(Arc::new(feed.1?))
            }
        }
    }

    /// What may be at an address, in the order in which it is looked for, each with its own address.
    fn feeds(&self, address: &str) -> Result<Vec<FeedAt>, String> {
        let FeedAddress { urls, basic } = FeedAddress::read(address).map_err(|error| error.to_string())?;
        let basic = basic.map(|(user, password)| Credentials::Basic { user, password });
        let feeds = urls.into_iter().map(|url| {
            let mut whole = url.clone();
            if let Some(Credentials::Basic { user, password }) = &basic {
                let _ = whole.set_username(user);
                let _ = whole.set_password(Some(password));
            }
            let provider = basic.as_ref().map(authorization).transpose();
            (whole.into(), provider.map(|basic| Ics::new(self.outbound.clone(), url, basic)))
        });
        Ok(feeds.collect())
    }

    /// Looks for a feed.
    async fn find_feed(&self, address: &str) -> Result<Found, FindError> {
        let feeds = self.feeds(address).map_err(|_| FindError::Address("what was written".into()))?;
        let mut last = FindError::Nothing { tried: Vec::new() };
        for (address, provider) in feeds {
            let provider = provider?;
            match provider.calendars().await {
                Ok(_) => {
                    let source = FeedSource::Address { host: provider.host().to_owned() };
                    let settings = source.written();
                    let credentials = Credentials::Address { address };
                    return Ok(Found { provider: ProviderKind::Ics, preset: None, settings, credentials });
                }
                // What is said of the address without TLS says less.
                Err(error @ (ProviderError::Transient { .. } | ProviderError::Refused(_))) => {
                    if matches!(last, FindError::Nothing { .. }) {
                        last = error.into();
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(last)
    }
}

impl Connector for RemoteServices {
    fn connect<'a>(
        &'a self,
        account: &'a RemoteAccount,
        credentials: Option<Credentials>,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Arc<dyn Provider>> {
        Box::pin(async move {
            match account.provider {
                ProviderKind::CalDav => Ok(Arc::new(self.caldav(account, credentials, keeper)?) as Arc<dyn Provider>),
                ProviderKind::Ics => self.feed(account, credentials),
                ProviderKind::Graph => Ok(Arc::new(self.graph(account, credentials, keeper)?) as Arc<dyn Provider>),
            }
        })
    }

    fn file<'a>(&'a self, name: &'a str, content: Vec<u8>) -> Answer<'a, Arc<dyn Provider>> {
        Box::pin(async move { Ok(Arc::new(UploadedFile::read(name, content).await?) as Arc<dyn Provider>) })
    }

    fn services(&self) -> Vec<Service> {
        let signed_in = |id, provider, name| Service {
            id,
            provider,
            name,
            help: "",
            asks: ServiceAddress::SignIn,
            needs_app_password: false,
        };
        let microsoft = self.microsoft.as_ref().map(|_| signed_in(graph::PRESET, ProviderKind::Graph, "Microsoft 365"));
        let google = self.google.as_ref().map(|_| signed_in(google::PRESET, ProviderKind::CalDav, "Google Calendar"));
        microsoft.into_iter().chain(google).chain(PRESETS.iter().map(service)).collect()
    }

    fn find<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Found, FindError>> {
        Box::pin(async move {
            if let Credentials::Address { address } = &wanted.credentials {
                return self.find_feed(address).await;
            }
            let entry = entry(wanted)?;
            let found = discover(&self.outbound, self.records.as_ref(), &entry, &wanted.credentials).await;
            let place = found.map_err(find_error)?;
            let credentials = match (&wanted.credentials, &place.user) {
                (Credentials::Basic { password, .. }, Some(user)) => {
                    Credentials::Basic { user: user.clone(), password: password.clone() }
                }
                (given, _) => given.clone(),
            };
            let settings = serde_json::to_string(&place).map_err(|error| {
                FindError::Provider(ProviderError::Unreadable(format!("its address cannot be kept: {error}")))
            })?;
            let preset = preset(wanted, &place).map(|preset| preset.id.to_owned());
            Ok(Found { provider: ProviderKind::CalDav, preset, settings, credentials })
        })
    }
}

fn service(preset: &Preset) -> Service {
    Service {
        id: preset.id,
        provider: ProviderKind::CalDav,
        name: preset.name,
        help: preset.help,
        asks: match preset.address {
            PresetAddress::Fixed(_) => ServiceAddress::Known,
            PresetAddress::OnHost(_) => ServiceAddress::Host,
            PresetAddress::Any => ServiceAddress::Any,
        },
        needs_app_password: preset.password == PasswordKind::App,
    }
}

/// Where to begin to look.
fn entry(wanted: &Wanted) -> Result<Entry, FindError> {
    let preset = match wanted.service.as_deref() {
        Some(id) => Preset::by_id(id).ok_or_else(|| FindError::Service(id.to_owned()))?,
        None => return any(wanted),
    };
    match preset.address {
        PresetAddress::Any => any(wanted),
        PresetAddress::Fixed(_) | PresetAddress::OnHost(_) => {
            let url = preset.url(&wanted.address).map_err(|_| FindError::Address(wanted.address.clone()))?;
            Ok(Entry::Address(url))
        }
    }
}

/// An address, a host or an e-mail address; where there is none, the name of the person may be one.
fn any(wanted: &Wanted) -> Result<Entry, FindError> {
    let written = match wanted.address.trim() {
        "" => wanted.credentials.user().unwrap_or_default().trim(),
        written => written,
    };
    if written.contains('@') && !written.contains('/') {
        return Ok(Entry::Mail(written.to_owned()));
    }
    parse_address(written).map(Entry::Address).map_err(|_| FindError::Address(written.to_owned()))
}

/// The service that an account is at, where that is a known one.
fn preset(wanted: &Wanted, place: &Account) -> Option<&'static Preset> {
    let addresses = place.homes.iter().chain(&place.calendars);
    let by_host = addresses.filter_map(|url| url.host_str()).find_map(Preset::by_host);
    let chosen = wanted.service.as_deref().and_then(Preset::by_id);
    by_host.or(chosen).filter(|preset| preset.address != PresetAddress::Any)
}

fn find_error(error: DiscoveryError) -> FindError {
    match error {
        DiscoveryError::NoMailAddress(address) => FindError::Address(address),
        DiscoveryError::NoService { domain } => FindError::NoService { domain },
        DiscoveryError::Nothing { tried } => FindError::Nothing { tried },
        DiscoveryError::OtherHost { from, to } => FindError::OtherHost { from, to: to.into() },
        DiscoveryError::Provider(error) => FindError::Provider(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wanted(service: Option<&str>, address: &str) -> Wanted {
        let credentials = Credentials::Basic { user: "ada@example.org".into(), password: "x".into() };
        Wanted { service: service.map(str::to_owned), address: address.to_owned(), credentials }
    }

    #[test]
    fn what_people_write_leads_somewhere() {
        let at = |url: &str| Entry::Address(url.parse().unwrap());
        for (service, address, expected) in [
            (Some("infomaniak"), "", at("https://sync.infomaniak.com/")),
            (Some("nextcloud"), "cloud.example.org", at("https://cloud.example.org/remote.php/dav/")),
            (Some("caldav"), "grace@example.com", Entry::Mail("grace@example.com".into())),
            (Some("caldav"), "", Entry::Mail("ada@example.org".into())),
            (None, "cal.example.org", at("https://cal.example.org/")),
            (None, "https://cal.example.org/ada@example.org/", at("https://cal.example.org/ada@example.org/")),
        ] {
            assert_eq!(entry(&wanted(service, address)).unwrap(), expected, "{service:?} {address}");
        }
        assert_eq!(entry(&wanted(Some("else"), "")), Err(FindError::Service("else".into())));
        assert_eq!(entry(&wanted(Some("nextcloud"), "")), Err(FindError::Address(String::new())));
        assert_eq!(entry(&wanted(None, "ftp://x")), Err(FindError::Address("ftp://x".into())));
    }
}
