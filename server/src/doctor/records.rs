//! Whether programs that are given an address of e-mail find the installation: the records of its domain (RFC 6764).

use super::{Doctor, MAX_WAIT, State};
use kalends_app::connect::{records, server::CALDAV};
use kalends_app::session::Site;
use kalends_domain::diagnosis;
use kalends_domain::store::Database;
use kalends_providers::caldav::dns::{NameServers, Service, ServiceRecords};
use std::collections::BTreeSet;
use tokio::time::timeout;

const CHECK: &str = "DNS";
/// Most domains that are asked about.
const MAX_DOMAINS: usize = 5;

/// State, text and hint of a finding.
type Found = (State, String, String);

impl Doctor<'_> {
    /// Asks the name servers for the domains of those who look after the accounts, or else for the one that the host is in; for none where
    /// the host is an address.
    pub(super) async fn check_records(&mut self, url: &str, database: &Database) {
        let site = Site { public_url: url.trim_end_matches('/').to_owned() };
        // Of tables of another version nothing is asked.
        let addresses = diagnosis::administrators_addresses(database).await.unwrap_or_default();
        let of_people = addresses.iter().filter_map(|address| records::domain(&site, Some(address)));
        let mut domains: BTreeSet<String> = of_people.take(MAX_DOMAINS).collect();
        if domains.is_empty() {
            domains.extend(records::domain(&site, None));
        }
        if domains.is_empty() {
            return;
        }
        let servers = NameServers::of_the_machine();
        for domain in domains {
            let (state, text, hint) = match &servers {
                Ok(servers) => look(servers, &site, &domain).await,
                Err(why) => unknown(&site, &domain, why),
            };
            self.add(CHECK, state, text, hint);
        }
    }
}

fn service(site: &Site, domain: &str) -> String {
    format!("{}._tcp.{domain}", if site.secure() { "_caldavs" } else { "_caldav" })
}

/// What an administrator puts into the zone.
fn wanted(site: &Site, domain: &str) -> String {
    format!("add to the zone of {domain}: {}", records::records(site, domain, CALDAV).join("; "))
}

fn unknown(site: &Site, domain: &str, why: &str) -> Found {
    let text = format!("the name servers could not be asked for {}: {why}", service(site, domain));
    (
        State::Notable,
        text,
        "run this where they can be asked; nothing depends on it but finding the server by an address of e-mail".into(),
    )
}

async fn look(servers: &dyn ServiceRecords, site: &Site, domain: &str) -> Found {
    let name = service(site, domain);
    let asked = async { tokio::join!(servers.services(&name), servers.texts(&name)) };
    let (services, texts) = match timeout(MAX_WAIT, asked).await {
        Ok((Ok(services), Ok(texts))) => (services, texts),
        Ok((Err(why), _) | (_, Err(why))) => return unknown(site, domain, &why),
        Err(_) => return unknown(site, domain, &format!("no answer within {} s", MAX_WAIT.as_secs())),
    };
    let here = format!("{}:{}", site.host().to_lowercase(), site.port());
    let of = |service: &Service| format!("{}:{}", service.host, service.port);
    if services.is_empty() {
        let text = format!(
            "{name} has no SRV record: programs that are given an address at {domain} do not find this server by it"
        );
        return (State::Notable, text, wanted(site, domain));
    }
    if services.iter().all(|service| service.host.is_empty()) {
        let text = format!("{name} says that {domain} has no calendars");
        return (State::Notable, text, wanted(site, domain));
    }
    // The one that programs ask first.
    let first = services.iter().min_by_key(|service| (service.priority, std::cmp::Reverse(service.weight)));
    if let Some(first) = first.filter(|first| of(first) != here) {
        let text = format!("{name} leads to {} and not to {here}", of(first));
        return (State::Notable, text, format!("if this server is to be found by it, {}", wanted(site, domain)));
    }
    match texts.iter().find_map(|text| text.strip_prefix("path=")) {
        Some(path) if path.trim_end_matches('/') != CALDAV.trim_end_matches('/') && !leads_on(path) => {
            let text = format!("the TXT record of {name} says the path {path:?}, where nothing is");
            (State::Wrong, text, wanted(site, domain))
        }
        // Without one programs ask /.well-known/caldav (RFC 6764 section 6).
        _ => (State::Fine, format!("{name} leads here"), String::new()),
    }
}

/// Whether CalDAV answers there or says where it is.
fn leads_on(path: &str) -> bool {
    matches!(path, "/" | "/.well-known/caldav" | "/remote.php/dav" | "/remote.php/dav/")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures::FutureExt;
    use futures::future::BoxFuture;

    struct Says {
        services: Result<Vec<Service>, String>,
        texts: Vec<String>,
    }

    impl ServiceRecords for Says {
        fn services<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<Service>, String>> {
            let said = self.services.clone();
            async move { said }.boxed()
        }

        fn texts<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
            let said = self.texts.clone();
            async move { Ok(said) }.boxed()
        }
    }

    /// One that never answers.
    struct Silent;

    impl ServiceRecords for Silent {
        fn services<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<Service>, String>> {
            std::future::pending().boxed()
        }

        fn texts<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
            std::future::pending().boxed()
        }
    }

    fn to(host: &str, port: u16, priority: u16) -> Service {
        Service { priority, weight: 1, port, host: host.into() }
    }

    async fn found(services: Result<Vec<Service>, String>, texts: &[&str]) -> (&'static str, String, String) {
        let site = Site { public_url: "https://cal.example.org".into() };
        let says = Says { services, texts: texts.iter().map(|text| (*text).to_owned()).collect() };
        let (state, text, hint) = look(&says, &site, "example.org").await;
        (state.name(), text, hint)
    }

    #[tokio::test]
    async fn what_records_lead_to_is_said_with_what_to_add() {
        const PATH: &str = "path=/api/v1.0/caldav/";
        let here = || to("cal.example.org", 443, 0);
        for (services, texts, state, said) in [
            (vec![here()], &[PATH][..], "fine", "leads here"),
            (vec![here()], &[], "fine", "leads here"),
            (vec![here()], &["path=/"], "fine", "leads here"),
            (vec![here(), to("old.example.org", 443, 9)], &[PATH], "fine", "leads here"),
            (vec![here()], &["path=/dav"], "wrong", "\"/dav\", where nothing is"),
            (vec![], &[], "note", "has no SRV record"),
            (vec![to("", 0, 0)], &[], "note", "has no calendars"),
            (vec![to("cal.example.org", 8443, 0)], &[PATH], "note", "leads to cal.example.org:8443"),
            (vec![here(), to("old.example.org", 443, 0)], &[PATH], "fine", "leads here"),
            (
                vec![to("old.example.org", 443, 0), to("cal.example.org", 443, 5)],
                &[PATH],
                "note",
                "old.example.org:443",
            ),
        ] {
            let (was, text, hint) = found(Ok(services), texts).await;
            assert_eq!((was, text.contains(said)), (state, true), "{text}");
            assert!(text.contains("_caldavs._tcp.example.org"), "{text}");
            assert_eq!(state == "fine", hint.is_empty(), "{hint}");
            assert!(state == "fine" || hint.contains("IN SRV 0 1 443 cal.example.org."), "{hint}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_cannot_be_asked_is_said_to_be_so_in_time() {
        let (state, text, _) = found(Err("no route".into()), &[]).await;
        assert_eq!(
            (state, text.contains("could not be asked for") && text.contains("no route")),
            ("note", true),
            "{text}"
        );
        let site = Site { public_url: "http://cal.example.org:8080".into() };
        let (state, text, _) = look(&Silent, &site, "example.org").await;
        assert_eq!(state.name(), "note");
        assert!(text.contains("_caldav._tcp.example.org: no answer within 5 s"), "{text}");
    }
}
