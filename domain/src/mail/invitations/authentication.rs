//! What the server that took a mail found out about whose it is (RFC 8601).
//!
//! Anybody can write such a field into a mail. One counts alone: the topmost, as servers put theirs above what a mail had; and only where it
//! names the account's own server. That is one whose domain is that of the server from which the mail is read, or of the one that says at
//! the top that it has taken the mail (`Received: … by`), which the sender of the mail cannot write either. A server that writes none, and
//! leaves what others wrote in its name, deceives itself and us: RFC 8601 section 5 tells it not to.

/// What was found out, each as the server says it: `pass`, `fail`, `none` and so on; `None`: it says nothing of that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthenticationResults {
    /// Who says so.
    pub server: String,
    pub dmarc: Option<String>,
    pub dkim: Option<String>,
    pub spf: Option<String>,
    /// A signature, or the server that brought it, holds for the domain that the mail says to be from, and not only for another.
    pub is_aligned: bool,
}

/// Longest result that is shown.
const MAX_RESULT: usize = 20;

impl AuthenticationResults {
    /// Whether it says that the mail is not from whom it says.
    pub fn has_failed(&self) -> bool {
        let is =
            |result: &Option<String>, names: &[&str]| result.as_deref().is_some_and(|result| names.contains(&result));
        match self.dmarc.as_deref() {
            Some("pass") => false,
            Some("fail") => true,
            // Where its domain does not say what is to be done: somebody has vouched for it, or tried to, and it is another.
            _ if self.is_aligned => false,
            _ => is(&self.spf, &["fail", "softfail", "pass"]) || is(&self.dkim, &["fail", "pass"]),
        }
    }

    pub fn has_passed(&self) -> bool {
        self.dmarc.as_deref() == Some("pass")
    }
}

/// Reads the topmost field among these (names and values, in their order), where it is the own server's. Of others in its name what
/// speaks against the mail counts as well, as servers with several filters write one for each; what speaks for it may be by anybody.
/// `imap`: the host from which the mail is read; `from`: the domain that the mail says to be from.
pub(super) fn results(fields: &[(String, String)], imap: &str, from: &str) -> Option<AuthenticationResults> {
    let mut written = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results"));
    let mut found = result(&written.next()?.1, fields, imap, from)?;
    for (_, other) in written {
        let Some(other) = result(other, fields, imap, from).filter(|other| other.server == found.server) else {
            continue;
        };
        for (slot, said) in
            [(&mut found.dmarc, other.dmarc), (&mut found.dkim, other.dkim), (&mut found.spf, other.spf)]
        {
            if slot.is_none() && said.as_deref() != Some("pass") {
                *slot = said;
            }
        }
    }
    Some(found)
}

fn result(written: &str, fields: &[(String, String)], imap: &str, from: &str) -> Option<AuthenticationResults> {
    let find = |name: &str| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let written = without_comments(written);
    let taken_by = find("Received").and_then(|received| {
        let plain = without_comments(received);
        let mut words = plain.split_whitespace().skip_while(|word| !word.eq_ignore_ascii_case("by")).skip(1);
        words.next().map(|host| host.trim_end_matches(';').to_ascii_lowercase())
    });
    let mut parts = written.split(';').map(str::trim);
    let first = parts.next()?.split_whitespace().next()?.to_ascii_lowercase();
    let taken_by = taken_by.unwrap_or_default();
    // Microsoft's servers name none.
    let is_nameless = first.contains('=');
    let server = if is_nameless { taken_by.clone() } else { first };
    let is_own = match is_nameless {
        true => domain(&taken_by) == "outlook.com",
        false => [imap, taken_by.as_str()].into_iter().any(|host| is_of_same(host, &server)),
    };
    if !is_own {
        return None;
    }
    let mut found = AuthenticationResults { server, ..AuthenticationResults::default() };
    let parts = written.split(';').skip(usize::from(!is_nameless));
    for part in parts {
        let Some((method, result)) = part.split_whitespace().next().and_then(|said| said.split_once('=')) else {
            continue;
        };
        let result: String = result.chars().filter(char::is_ascii_alphanumeric).take(MAX_RESULT).collect();
        let result = Some(result.to_ascii_lowercase()).filter(|result| !result.is_empty());
        let slot = match method.split('/').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "dmarc" => &mut found.dmarc,
            "dkim" => &mut found.dkim,
            "spf" => &mut found.spf,
            _ => continue,
        };
        // Of several signatures one that holds is enough.
        let holds = result.as_deref() == Some("pass");
        if slot.is_none() || holds {
            *slot = result;
        }
        found.is_aligned |= holds && domains(part).any(|domain| is_of_same(domain, from));
    }
    Some(found)
}

/// The domains for which a result holds: of a signature, and of who brought the mail.
fn domains(part: &str) -> impl Iterator<Item = &str> {
    let said = part.split_whitespace().filter_map(|word| word.split_once('='));
    said.filter(|(name, _)| {
        ["header.d", "header.i", "smtp.mailfrom"].iter().any(|known| name.eq_ignore_ascii_case(known))
    })
    .map(|(_, value)| value.trim_matches('"').rsplit('@').next().unwrap_or_default())
}

/// Without what stands in brackets, on one line.
fn without_comments(written: &str) -> String {
    let mut depth = 0_usize;
    let kept = written.chars().filter(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    });
    kept.map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Whether two hosts are of one domain, or of one service whose servers have several.
fn is_of_same(one: &str, other: &str) -> bool {
    const SERVICES: [&[&str]; 3] = [
        &["gmail.com", "googlemail.com", "google.com"],
        &["outlook.com", "office365.com", "microsoft.com", "hotmail.com"],
        &["me.com", "icloud.com", "apple.com"],
    ];
    let (one, other) = (domain(one), domain(other));
    let is_service = |service: &&[&str]| service.contains(&one.as_str()) && service.contains(&other.as_str());
    !one.is_empty() && (one == other || SERVICES.iter().any(is_service))
}

/// The domain that somebody has registered, of a host; an address and a name without dots are themselves.
fn domain(host: &str) -> String {
    let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
    if host.parse::<std::net::IpAddr>().is_ok() {
        return host;
    }
    let labels: Vec<&str> = host.split('.').collect();
    // Such as `co.uk`, below which domains are registered.
    let is_below = |labels: &[&str]| matches!(labels, [second, first] if first.len() == 2 && matches!(*second, "co" | "com" | "org" | "net" | "ac" | "gov" | "edu" | "or" | "ne"));
    let count = match labels.len() {
        0..=2 => labels.len(),
        _ if is_below(&labels[labels.len() - 2..]) => 3,
        _ => 2,
    };
    labels[labels.len() - count..].join(".")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fields(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_topmost_result_counts_where_it_is_the_own_servers() {
        let google = "mx.google.com;\r\n dkim=pass header.i=@example.org header.s=a;\r\n spf=pass (google.com: domain of a@example.org; really) smtp.mailfrom=a@example.org;\r\n dmarc=pass (p=NONE) header.from=example.org";
        let received = ("Received", "by 2002:a05:6a10:1 with SMTP id x; Mon, 2 Nov 2026 10:00:00 +0100");
        let found =
            results(&fields(&[received, ("Authentication-Results", google)]), "imap.gmail.com", "example.org").unwrap();
        assert_eq!((found.server.as_str(), found.dmarc.as_deref()), ("mx.google.com", Some("pass")));
        assert!(found.has_passed() && !found.has_failed());
        // What the sender has written in stands below, or is in another's name.
        let forged = ("Authentication-Results", "mx.google.com; dmarc=pass");
        let real = ("Authentication-Results", "mx.google.com; dmarc=fail; spf=softfail; dkim=none");
        let found = results(&fields(&[real, received, forged]), "imap.gmail.com", "example.org").unwrap();
        assert!(found.has_failed());
        let elsewhere = ("Authentication-Results", "mx.evil.example; dmarc=pass");
        assert_eq!(results(&fields(&[elsewhere]), "imap.gmail.com", "example.org"), None);
        assert_eq!(
            results(
                &fields(&[("Received", "from x by mail.example.org; y"), elsewhere]),
                "imap.example.org",
                "example.org"
            ),
            None
        );
        let own = ("Authentication-Results", "mail.example.org; spf=fail smtp.mailfrom=x; dkim=fail");
        let by = ("Received", "from x (y [1.2.3.4]) by mail.example.org with ESMTP; z");
        assert!(results(&fields(&[own, by]), "127.0.0.1", "example.org").unwrap().has_failed());
    }

    #[test]
    fn what_holds_for_another_domain_and_what_a_second_filter_found_out_speak_against_a_mail() {
        let by = ("Received", "from x by mail.example.org; y");
        let of = |all: &[&str]| {
            let mut written: Vec<(&str, &str)> = all.iter().map(|said| ("Authentication-Results", *said)).collect();
            written.push(by);
            results(&fields(&written), "mail.example.org", "boss.example").unwrap().has_failed()
        };
        for (said, failed) in [
            (&["mail.example.org; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=a@evil.example"][..], true),
            (&["mail.example.org; dkim=pass header.d=boss.example; spf=fail smtp.mailfrom=a@list.example"], false),
            (&["mail.example.org; dkim=pass header.i=@mail.boss.example"], false),
            (&["mail.example.org; dkim=none; dmarc=none"], false),
            (&["mail.example.org; dkim=pass header.d=boss.example", "mail.example.org; dmarc=fail"], true),
            // It may have been there before.
            (&["mail.example.org; spf=fail smtp.mailfrom=x", "mail.example.org; dmarc=pass"], true),
            (&["mail.example.org; dkim=pass header.d=boss.example", "mx.evil.example; dmarc=fail"], false),
        ] {
            assert_eq!(of(said), failed, "{said:?}");
        }
    }

    #[test]
    fn a_server_without_a_name_is_microsofts() {
        let written = "spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=example.org; dkim=pass (signature was verified) header.d=example.org;dmarc=pass action=none header.from=example.org;compauth=pass reason=100";
        let by =
            ("Received", "from A.prod.outlook.com (2603::1) by B.eurprd01.prod.outlook.com (2603::2) with HTTPS; x");
        let all = fields(&[by, ("Authentication-Results", written)]);
        let found = results(&all, "outlook.office365.com", "example.org").unwrap();
        assert_eq!(
            (found.spf.as_deref(), found.dkim.as_deref(), found.dmarc.as_deref()),
            (Some("pass"), Some("pass"), Some("pass"))
        );
        let by = ("Received", "from x by mx.example.org; x");
        assert_eq!(results(&fields(&[by, ("Authentication-Results", written)]), "mx.example.org", "example.org"), None);
    }

    #[test]
    fn domains_are_those_that_somebody_registers() {
        for (one, other, same) in [
            ("imap.example.org", "mx.example.org", true),
            ("a.example.co.uk", "b.other.co.uk", false),
            ("imap.mail.me.com", "dmarc.icloud.com", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("", "", false),
            ("example.org", "example.org.evil.example", false),
        ] {
            assert_eq!(is_of_same(one, other), same, "{one} {other}");
        }
    }
}
