//! Configuration profiles of Apple's systems: a property list with an account of CalDAV in it
//! (Apple's "Device Management", payloads `Configuration` and `com.apple.caldav.account`).

use kalends_app::session::Site;
use kalends_domain::accounts::Secret;
use quick_xml::escape::escape;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use uuid::{Builder, Uuid};

pub const MEDIA_TYPE: &str = "application/x-apple-aspen-config";

/// What is to be connected.
pub struct Account<'a> {
    pub site: &'a Site,
    /// Of the principal, in CalDAV.
    pub principal_path: &'a str,
    /// To sign in with.
    pub name: &'a str,
    /// What the device is called.
    pub label: &'a str,
    /// The app password that was made for it.
    pub app_password: i64,
    pub secret: &'a Secret,
}

impl Account<'_> {
    /// The same whenever a profile is made for this app password: a system that is given a profile with a known id replaces the old one.
    /// Of RFC 9562's version 8.
    fn id(&self, part: &str) -> Uuid {
        let digest =
            Sha256::new().chain_update(format!("{}\0{}\0{part}", self.site.public_url, self.app_password)).finalize();
        let mut octets = [0; 16];
        octets.copy_from_slice(&digest[..16]);
        Builder::from_custom_bytes(octets).into_uuid()
    }
}

/// A property list; `description` says what it is for.
pub fn profile(account: &Account<'_>, description: &str) -> String {
    let (site, host) = (account.site, account.site.host());
    // Ids of payloads are written as domains are, from the right.
    let reversed: Vec<&str> = host.split('.').rev().collect();
    let identifier = format!("{}.kalends.{}", reversed.join("."), account.app_password);
    let title = format!("Kalends ({host})");
    let principal = format!("{}{}", site.public_url, account.principal_path);
    let mut inner = String::new();
    string(&mut inner, "CalDAVAccountDescription", &title);
    string(&mut inner, "CalDAVHostName", host.trim_matches(['[', ']']));
    integer(&mut inner, "CalDAVPort", site.port().into());
    let secure = if site.secure() { "<true/>" } else { "<false/>" };
    let _ = writeln!(inner, "<key>CalDAVUseSSL</key>{secure}");
    string(&mut inner, "CalDAVPrincipalURL", &principal);
    string(&mut inner, "CalDAVUsername", account.name);
    string(&mut inner, "CalDAVPassword", &account.secret.0);
    payload(&mut inner, "com.apple.caldav.account", &format!("{identifier}.caldav"), account.id("caldav"), &title);
    string(&mut inner, "PayloadDescription", description);
    let mut outer = String::new();
    payload(&mut outer, "Configuration", &identifier, account.id("profile"), &format!("{title}: {}", account.label));
    string(&mut outer, "PayloadDescription", description);
    string(&mut outer, "PayloadOrganization", host);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n<key>PayloadContent</key>\n<array>\n<dict>\n{inner}</dict>\n</array>\n{outer}</dict>\n</plist>\n"
    )
}

/// What every payload has.
fn payload(out: &mut String, kind: &str, identifier: &str, id: Uuid, title: &str) {
    string(out, "PayloadType", kind);
    string(out, "PayloadIdentifier", identifier);
    string(out, "PayloadUUID", &id.to_string().to_uppercase());
    string(out, "PayloadDisplayName", title);
    integer(out, "PayloadVersion", 1);
}

fn string(out: &mut String, key: &str, value: &str) {
    // Names of devices have no control characters but what somebody pasted: XML 1.0 has no way to write those.
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    // Strings take whatever is written.
    let _ = writeln!(out, "<key>{key}</key><string>{}</string>", escape(&value));
}

fn integer(out: &mut String, key: &str, value: u32) {
    let _ = writeln!(out, "<key>{key}</key><integer>{value}</integer>");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn made(url: &str, label: &str, app_password: i64) -> String {
        let site = Site { public_url: url.into() };
        let account = Account {
            site: &site,
            principal_path: "/api/v1.0/caldav/principals/ada/",
            name: "ada",
            label,
            app_password,
            secret: &Secret("a<b&c".into()),
        };
        profile(&account, "Calendars on “X & Y”")
    }

    /// The value of a key in the part for CalDAV, or in the whole.
    fn value(text: &str, depth: usize, key: &str) -> String {
        let text = text.split_once("<plist").map(|(_, rest)| format!("<plist{rest}")).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        let is_key = |node: &roxmltree::Node| {
            let dicts = node.ancestors().filter(|node| node.has_tag_name("dict")).count();
            dicts == depth && node.has_tag_name("key") && node.text() == Some(key)
        };
        let found = document.descendants().find(is_key).unwrap().next_sibling_element().unwrap();
        found.text().unwrap_or(found.tag_name().name()).to_owned()
    }

    #[test]
    fn a_profile_says_where_and_who() {
        let text = made("https://cal.example.org:8443", "Ada's <phone> & \u{7}tablet", 7);
        for (key, expected) in [
            ("PayloadType", "com.apple.caldav.account"),
            ("CalDAVHostName", "cal.example.org"),
            ("CalDAVPort", "8443"),
            ("CalDAVUseSSL", "true"),
            ("CalDAVPrincipalURL", "https://cal.example.org:8443/api/v1.0/caldav/principals/ada/"),
            ("CalDAVUsername", "ada"),
            ("CalDAVPassword", "a<b&c"),
            ("PayloadIdentifier", "org.example.cal.kalends.7.caldav"),
        ] {
            assert_eq!(value(&text, 2, key), expected);
        }
        assert_eq!(value(&text, 1, "PayloadType"), "Configuration");
        assert_eq!(value(&text, 1, "PayloadDisplayName"), "Kalends (cal.example.org): Ada's <phone> & tablet");
        assert_eq!(value(&made("http://10.0.0.2", "x", 7), 2, "CalDAVUseSSL"), "false");
        assert_eq!(value(&made("http://10.0.0.2", "x", 7), 2, "CalDAVPort"), "80");
    }

    #[test]
    fn each_app_password_has_ids_of_its_own_that_stay() {
        let id = |text: &str, depth| value(text, depth, "PayloadUUID");
        let (one, other) = (made("https://cal.example.org", "x", 7), made("https://cal.example.org", "x", 8));
        assert_eq!(id(&one, 1), id(&made("https://cal.example.org", "y", 7), 1));
        assert_ne!(id(&one, 1), id(&one, 2));
        assert_ne!(id(&one, 1), id(&other, 1));
        assert_ne!(id(&one, 1), id(&made("https://cal.example.com", "x", 7), 1));
        assert_eq!(Uuid::parse_str(&id(&one, 2)).unwrap().get_version_num(), 8);
    }
}
