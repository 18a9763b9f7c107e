//! Where a domain says that its mail is, in a file of Thunderbird's format (<https://www.bucksch.org/1/projects/thunderbird/autoconfiguration/>).
//! The domain itself is asked and nobody else.

use crate::outbound::{Call, CallLimits, Outbound};
use http::Method;
use kalends_domain::mail::{MailSecurity, MailServer, MailSettings};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::time::Duration;
use url::Url;

/// What one look may cost.
const LIMITS: CallLimits = CallLimits { time: Duration::from_secs(6), answer: 256 * 1024 };
/// Most elements that are read.
const MAX_ELEMENTS: usize = 5_000;

/// A server as the file names it.
#[derive(Default)]
struct Named {
    kind: String,
    host: String,
    port: String,
    socket: String,
    user: String,
    logins: Vec<String>,
}

/// Asks the places where a domain may say it.
pub async fn find(outbound: &Outbound, address: &str, domain: &str) -> Option<MailSettings> {
    let places = [
        format!("https://autoconfig.{domain}/mail/config-v1.1.xml"),
        format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"),
    ];
    for place in places {
        let Ok(mut url) = Url::parse(&place) else { continue };
        url.query_pairs_mut().append_pair("emailaddress", address);
        let call = Call::new(Method::GET, url).limits(LIMITS).following_redirects();
        let Ok(answer) = outbound.call(call).await else { continue };
        if !answer.status.is_success() {
            continue;
        }
        let text = String::from_utf8_lossy(&answer.body);
        if let Some(settings) = read(&text, address) {
            return Some(settings);
        }
    }
    None
}

/// What a file says of an address. `None`: it is none, or names no servers that are of use.
pub fn read(text: &str, address: &str) -> Option<MailSettings> {
    let servers = servers(text)?;
    let imap = servers.iter().filter(|named| named.kind == "imap").find_map(|named| server(named, address))?;
    let smtp = servers.iter().filter(|named| named.kind == "smtp").find_map(|named| server(named, address))?;
    Some(MailSettings::at(imap, smtp))
}

fn servers(text: &str) -> Option<Vec<Named>> {
    let mut reader = Reader::from_str(text);
    let mut servers: Vec<Named> = Vec::new();
    let mut open: Option<Named> = None;
    let mut within = String::new();
    let mut value = String::new();
    for _ in 0..MAX_ELEMENTS {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                value.clear();
                within = element.local_name().as_ref().to_owned();
                if matches!(within.as_str(), "incomingServer" | "outgoingServer") {
                    let kind = element.try_get_attribute("type").ok().flatten()?;
                    let kind = kind.value.to_ascii_lowercase();
                    open = Some(Named { kind, ..Named::default() });
                }
            }
            Event::Text(text) => value.push_str(text.as_ref()),
            Event::End(element) => {
                let name = element.local_name();
                let text = value.trim().to_owned();
                if matches!(name.as_ref(), "incomingServer" | "outgoingServer") {
                    servers.extend(open.take());
                } else if let Some(named) = open.as_mut().filter(|_| name.as_ref() == within) {
                    match name.as_ref() {
                        "hostname" => named.host = text,
                        "port" => named.port = text,
                        "socketType" => named.socket = text,
                        "username" => named.user = text,
                        "authentication" => named.logins.push(text.to_ascii_lowercase()),
                        _ => {}
                    }
                }
            }
            // Nothing is looked up that a file refers to.
            Event::DocType(_) => return None,
            Event::Eof => return Some(servers),
            _ => {}
        }
    }
    None
}

/// `None`: it is not encrypted, or lets people in by nothing that is known here.
fn server(named: &Named, address: &str) -> Option<MailServer> {
    let security = match named.socket.to_ascii_uppercase().as_str() {
        "SSL" => MailSecurity::Tls,
        "STARTTLS" => MailSecurity::StartTls,
        _ => return None,
    };
    let known = ["password-cleartext", "plain", "oauth2"];
    let lets_in = named.logins.is_empty() || named.logins.iter().any(|login| known.contains(&login.as_str()));
    let (name, domain) = address.rsplit_once('@')?;
    let filled = |text: &str| {
        text.replace("%EMAILADDRESS%", address).replace("%EMAILLOCALPART%", name).replace("%EMAILDOMAIN%", domain)
    };
    let host = filled(&named.host).to_ascii_lowercase();
    let is_host =
        !host.is_empty() && host.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-.:".contains(&octet));
    let port = named.port.parse().ok().filter(|port| *port != 0)?;
    let user = if named.user.is_empty() { address.to_owned() } else { filled(&named.user) };
    (lets_in && is_host).then_some(MailServer { host, port, security, user })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FILE: &str = r#"<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="example.org"><domain>example.org</domain>
  <incomingServer type="pop3"><hostname>pop.example.org</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
  <incomingServer type="imap"><hostname>plain.example.org</hostname><port>143</port><socketType>plain</socketType></incomingServer>
  <incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
    <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>
  <outgoingServer type="smtp"><hostname>smtp.example.org</hostname><port>587</port><socketType>STARTTLS</socketType>
    <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>"#;

    #[test]
    fn the_first_servers_that_are_encrypted_are_taken() {
        let MailSettings { imap, smtp, .. } = read(FILE, "ada@example.org").unwrap();
        let user = |user: &str| user.to_owned();
        let host = |host: &str| host.to_owned();
        assert_eq!(
            imap,
            MailServer { host: host("imap.example.org"), port: 993, security: MailSecurity::Tls, user: user("ada") }
        );
        let expected = MailServer {
            host: host("smtp.example.org"),
            port: 587,
            security: MailSecurity::StartTls,
            user: user("ada@example.org"),
        };
        assert_eq!(smtp, expected);
    }

    #[test]
    fn what_is_no_such_file_says_nothing() {
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaa">]><clientConfig>&a;</clientConfig>"#;
        let evil = FILE.replace("imap.%EMAILDOMAIN%", "imap.example.org/x?");
        for odd in ["", "<html>", "not xml <", bomb, &evil, &"<a>".repeat(10_000)] {
            assert_eq!(read(odd, "ada@example.org"), None);
        }
        assert_eq!(read(FILE, "no address"), None);
    }
}
