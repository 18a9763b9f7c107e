//! Hosters of mail that are known by name: where their servers are, as each says in its own help pages.

use kalends_domain::mail::{MailSecurity, MailServer, MailSettings, SentBy};

/// In what is stored of accounts at Microsoft 365 and Outlook, for mail and for calendars.
pub const MICROSOFT: &str = "microsoft";

/// The same for Gmail.
pub const GMAIL: &str = "gmail";

/// A server, with its port and how it is encrypted.
type At = (&'static str, u16, MailSecurity);

/// A hoster of mail.
#[derive(Clone, Copy, Debug)]
pub struct Hoster {
    /// Stays as it is, in what is stored. Where there are calendars at the same service, it is the name of that.
    pub id: &'static str,
    /// As it calls itself.
    pub name: &'static str,
    imap: At,
    smtp: At,
    /// Addresses at these are accounts of the hoster.
    domains: &'static [&'static str],
    pub needs_app_password: bool,
    /// It puts what it takes into the folder for that by itself.
    files_sent: bool,
}

use MailSecurity::{Plain, StartTls, Tls};

pub const HOSTERS: &[Hoster] = &[
    Hoster {
        id: "infomaniak",
        name: "Infomaniak",
        imap: ("mail.infomaniak.com", 993, Tls),
        smtp: ("mail.infomaniak.com", 465, Tls),
        domains: &["ik.me", "ikmail.com", "etik.com"],
        needs_app_password: false,
        files_sent: false,
    },
    Hoster {
        id: GMAIL,
        name: "Gmail",
        imap: ("imap.gmail.com", 993, Tls),
        smtp: ("smtp.gmail.com", 465, Tls),
        domains: &["gmail.com", "googlemail.com"],
        needs_app_password: true,
        files_sent: true,
    },
    Hoster {
        id: MICROSOFT,
        name: "Outlook and Microsoft 365",
        imap: ("outlook.office365.com", 993, Tls),
        smtp: ("smtp.office365.com", 587, StartTls),
        domains: &[
            "outlook.com",
            "outlook.fr",
            "outlook.de",
            "hotmail.com",
            "hotmail.fr",
            "live.com",
            "live.fr",
            "msn.com",
        ],
        needs_app_password: false,
        files_sent: true,
    },
    Hoster {
        id: "icloud",
        name: "iCloud",
        imap: ("imap.mail.me.com", 993, Tls),
        smtp: ("smtp.mail.me.com", 587, StartTls),
        domains: &["icloud.com", "me.com", "mac.com"],
        needs_app_password: true,
        files_sent: false,
    },
    Hoster {
        id: "fastmail",
        name: "Fastmail",
        imap: ("imap.fastmail.com", 993, Tls),
        smtp: ("smtp.fastmail.com", 465, Tls),
        domains: &["fastmail.com", "fastmail.fm"],
        needs_app_password: true,
        files_sent: false,
    },
    Hoster {
        id: "mailbox-org",
        name: "mailbox.org",
        imap: ("imap.mailbox.org", 993, Tls),
        smtp: ("smtp.mailbox.org", 465, Tls),
        domains: &["mailbox.org"],
        needs_app_password: false,
        files_sent: false,
    },
    Hoster {
        id: "gmx",
        name: "GMX",
        imap: ("imap.gmx.net", 993, Tls),
        smtp: ("mail.gmx.net", 465, Tls),
        domains: &["gmx.de", "gmx.net", "gmx.at", "gmx.ch"],
        needs_app_password: false,
        files_sent: false,
    },
    Hoster {
        id: "gmx-com",
        name: "GMX (.com)",
        imap: ("imap.gmx.com", 993, Tls),
        smtp: ("mail.gmx.com", 465, Tls),
        domains: &["gmx.com", "gmx.fr", "gmx.us", "gmx.co.uk"],
        needs_app_password: false,
        files_sent: false,
    },
    Hoster {
        id: "web-de",
        name: "WEB.DE",
        imap: ("imap.web.de", 993, Tls),
        smtp: ("smtp.web.de", 587, StartTls),
        domains: &["web.de"],
        needs_app_password: false,
        files_sent: false,
    },
    Hoster {
        id: "posteo",
        name: "Posteo",
        imap: ("posteo.de", 993, Tls),
        smtp: ("posteo.de", 465, Tls),
        domains: &["posteo.de", "posteo.net", "posteo.org", "posteo.eu"],
        needs_app_password: false,
        files_sent: false,
    },
    Hoster {
        id: "yahoo",
        name: "Yahoo",
        imap: ("imap.mail.yahoo.com", 993, Tls),
        smtp: ("smtp.mail.yahoo.com", 465, Tls),
        domains: &["yahoo.com", "yahoo.fr", "yahoo.de", "ymail.com"],
        needs_app_password: true,
        files_sent: true,
    },
    // A program on the same machine, which proves itself by no certificate that anybody knows.
    Hoster {
        id: "proton-bridge",
        name: "Proton Mail Bridge",
        imap: ("127.0.0.1", 1143, Plain),
        smtp: ("127.0.0.1", 1025, Plain),
        domains: &["proton.me", "protonmail.com", "pm.me", "protonmail.ch"],
        needs_app_password: true,
        files_sent: true,
    },
];

impl Hoster {
    /// By [`Hoster::id`].
    pub fn by_id(id: &str) -> Option<&'static Hoster> {
        HOSTERS.iter().find(|hoster| hoster.id == id)
    }

    /// The one that has the addresses at a domain.
    pub fn by_domain(domain: &str) -> Option<&'static Hoster> {
        HOSTERS.iter().find(|hoster| hoster.domains.iter().any(|own| own.eq_ignore_ascii_case(domain)))
    }

    /// Whether it is a server of this hoster that keeps or takes mail.
    pub fn has_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        [self.imap.0, self.smtp.0].iter().any(|own| own.eq_ignore_ascii_case(host) && *own != "127.0.0.1")
    }

    /// Where the mail of an address is.
    pub fn settings(&self, address: &str) -> MailSettings {
        let server =
            |(host, port, security): At| MailServer { host: host.to_owned(), port, security, user: address.to_owned() };
        let sent_by = if self.files_sent { SentBy::Server } else { SentBy::Client };
        MailSettings { sent_by, ..MailSettings::at(server(self.imap), server(self.smtp)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosters_are_known_by_domains_that_no_other_has() {
        let mut domains: Vec<&str> = HOSTERS.iter().flat_map(|hoster| hoster.domains.iter().copied()).collect();
        let all = domains.len();
        domains.sort_unstable();
        domains.dedup();
        assert_eq!(domains.len(), all);
        assert_eq!(Hoster::by_domain("IK.me").map(|hoster| hoster.id), Some("infomaniak"));
        assert_eq!(Hoster::by_domain("example.org").map(|hoster| hoster.id), None);
    }

    #[test]
    fn nothing_goes_unencrypted_but_on_the_same_machine() {
        for hoster in HOSTERS {
            let MailSettings { imap, smtp, .. } = hoster.settings("ada@example.org");
            for server in [imap, smtp] {
                assert!(server.security != Plain || server.host == "127.0.0.1", "{}", hoster.id);
                assert_eq!(server.user, "ada@example.org");
            }
        }
    }
}
