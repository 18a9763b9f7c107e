//! DNS records by which programs find an installation by the domain of an address of e-mail (RFC 6764).

use crate::session::Site;

/// The domain that people's addresses are at: that of `email`, or else what the host is in.
pub fn domain(site: &Site, email: Option<&str>) -> Option<String> {
    let host = site.host();
    let of_email = email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    // An address is in no domain.
    let is_name =
        |host: &str| host.contains('.') && host.parse::<std::net::IpAddr>().is_err() && !host.starts_with('[');
    let of_host = Some(host).filter(|host| is_name(host)).map(|host| {
        // What stands before the domain names this machine.
        host.split_once('.').map(|(_, rest)| rest).filter(|rest| rest.contains('.')).unwrap_or(host)
    });
    if !is_name(host) {
        return None;
    }
    of_email.filter(|domain| is_name(domain)).or(of_host).map(str::to_lowercase)
}

/// One a line, as a zone file has them (RFC 1035 section 5): where the service is, that there is none without encryption, and the path.
pub fn records(site: &Site, domain: &str, path: &str) -> Vec<String> {
    let (host, port) = (site.host(), site.port());
    let (service, other) = if site.secure() { ("_caldavs", "_caldav") } else { ("_caldav", "_caldavs") };
    vec![
        format!("{service}._tcp.{domain}. 86400 IN SRV 0 1 {port} {host}."),
        // RFC 2782: a target of "." says that there is none.
        format!("{other}._tcp.{domain}. 86400 IN SRV 0 0 0 ."),
        format!("{service}._tcp.{domain}. 86400 IN TXT \"path={path}\""),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(url: &str) -> Site {
        Site { public_url: url.into() }
    }

    #[test]
    fn records_are_for_the_domain_of_the_address() {
        let cal = site("https://cal.example.org");
        assert_eq!(domain(&cal, Some("ada@Example.com")).as_deref(), Some("example.com"));
        assert_eq!(domain(&cal, None).as_deref(), Some("example.org"));
        assert_eq!(domain(&site("https://example.org:8443"), None).as_deref(), Some("example.org"));
        for nowhere in ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"] {
            assert_eq!(domain(&site(nowhere), Some("ada@example.com")), None, "{nowhere}");
        }
        assert_eq!(
            records(&site("https://cal.example.org:8443"), "example.com", "/api/v1.0/caldav/"),
            [
                "_caldavs._tcp.example.com. 86400 IN SRV 0 1 8443 cal.example.org.",
                "_caldav._tcp.example.com. 86400 IN SRV 0 0 0 .",
                "_caldavs._tcp.example.com. 86400 IN TXT \"path=/api/v1.0/caldav/\"",
            ]
        );
    }
}
