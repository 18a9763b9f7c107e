//! Which addresses may be connected to, and how they are found.

use super::error::OutboundError;
use futures::future::BoxFuture;
use ipnet::IpNet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

/// Networks that are not of the public Internet, or that lead into one (RFC 6890).
static PRIVATE: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let networks = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/127",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    ];
    networks.iter().filter_map(|network| network.parse().ok()).collect()
});

fn is_private(address: IpAddr) -> bool {
    PRIVATE.iter().any(|network| network.contains(&address.to_canonical()))
}

/// Finds the addresses of a host.
pub trait Resolve: Send + Sync {
    /// `host` is a name or an address, without brackets.
    fn addresses<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// As the machine does it for every program.
struct OfTheMachine;

impl Resolve for OfTheMachine {
    fn addresses<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// Where connections may lead.
#[derive(Clone)]
pub(super) struct Reach {
    resolver: Arc<dyn Resolve>,
    /// Hosts that may be in a private network, in lower case.
    private_hosts: Arc<[String]>,
}

impl Reach {
    pub(super) fn new(private_hosts: impl IntoIterator<Item = String>) -> Self {
        let private_hosts = private_hosts.into_iter().map(|host| host.to_lowercase()).collect();
        Reach { resolver: Arc::new(OfTheMachine), private_hosts }
    }

    pub(super) fn with_resolver(self, resolver: Arc<dyn Resolve>) -> Self {
        Reach { resolver, ..self }
    }

    /// The addresses of a host that may be connected to, at least one. A name is looked up once: what is connected to is what was looked
    /// at here.
    ///
    /// # Errors
    /// `Unreachable` for a name without addresses, `Private` when none of them may be connected to.
    pub(super) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, OutboundError> {
        let unreachable = |why: String| OutboundError::Unreachable(host.to_owned(), why);
        let found = self.resolver.addresses(host, port).await.map_err(|error| unreachable(error.to_string()))?;
        if found.is_empty() {
            return Err(unreachable("its name has no address".into()));
        }
        let may_be_private = self.private_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host));
        let allowed: Vec<SocketAddr> =
            found.into_iter().filter(|address| may_be_private || !is_private(address.ip())).collect();
        if allowed.is_empty() { Err(OutboundError::Private(host.to_owned())) } else { Ok(allowed) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn private_networks_are_known() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "172.31.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "255.255.255.255",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "198.20.0.1"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }
}
