//! What is chosen about a mail account, and whether it can be.

use crate::accounts::check_profile;
use crate::model::mail_account::{ChosenFolders, MailSettings};
use crate::sync::credentials::Credentials;
use crate::{Error, Problem, Result};

/// Longest name, in characters.
const MAX_NAME: usize = 100;
/// Longest signature, in characters.
const MAX_SIGNATURE: usize = 10_000;
/// Longest name at the server, host and password, in octets.
const MAX_FIELD: usize = 2_000;

pub(super) fn checked_name<'a>(field: &'static str, name: &'a str, least: usize) -> Result<&'a str> {
    let name = name.trim();
    let length = name.chars().count();
    if length < least || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Error::bad_input(field, Problem::Name { least, most: MAX_NAME }));
    }
    Ok(name)
}

pub(super) fn check_color(color: &str) -> Result<()> {
    let is_color =
        color.len() == 7 && color.starts_with('#') && color[1..].bytes().all(|octet| octet.is_ascii_hexdigit());
    if is_color { Ok(()) } else { Err(Error::bad_input("color", Problem::Color)) }
}

pub(super) fn check_signature(signature: &str) -> Result<()> {
    match signature.chars().count() > MAX_SIGNATURE {
        true => Err(Error::bad_input("signature", Problem::Length { least: 0, most: MAX_SIGNATURE })),
        false => Ok(()),
    }
}

/// Each purpose has a folder of its own, and the inbox has none other: what is deleted where the inbox is the bin is gone for good.
pub(super) fn check_folders(chosen: &ChosenFolders) -> Result<()> {
    let all = [&chosen.sent, &chosen.drafts, &chosen.archive, &chosen.bin, &chosen.spam];
    let paths: Vec<&String> = all.into_iter().flatten().collect();
    if paths.iter().any(|path| path.eq_ignore_ascii_case("INBOX")) {
        return Err(Error::bad_input("folders", Problem::Request("folders other than the inbox")));
    }
    if paths.iter().enumerate().any(|(at, path)| paths[..at].contains(path)) {
        return Err(Error::bad_input("folders", Problem::Request("a folder of its own for each purpose")));
    }
    Ok(())
}

pub(super) fn check_settings(settings: &MailSettings, credentials: &Credentials) -> Result<()> {
    for (field, server) in [("imap", &settings.imap), ("smtp", &settings.smtp)] {
        let is_host = |host: &str| !host.is_empty() && host.len() <= 255 && !host.contains(['/', ' ', '@']);
        let fits = is_host(&server.host) && !server.host.chars().any(char::is_control) && server.port != 0;
        if !fits || server.user.len() > MAX_FIELD || server.user.chars().any(char::is_control) {
            return Err(Error::bad_input(field, Problem::Request("a host, a port and a name there")));
        }
    }
    match credentials {
        Credentials::Basic { password, .. } if password.is_empty() || password.len() > MAX_FIELD => {
            Err(Error::bad_input("password", Problem::Length { least: 1, most: MAX_FIELD }))
        }
        Credentials::Address { .. } => Err(Error::bad_input("password", Problem::Request("a password or a token"))),
        _ => Ok(()),
    }
}

/// An e-mail address as it is kept.
pub(super) fn checked_address(address: &str) -> Result<String> {
    let address = address.trim();
    let unfit = || Error::bad_input("address", Problem::Email);
    check_profile("address", Some(address)).map_err(|_| unfit())?;
    let (name, domain) = address.rsplit_once('@').ok_or_else(unfit)?;
    let is_plain = |part: &str| !part.is_empty() && !part.contains(['<', '>', ',', ';', '"', '(', ')']);
    if is_plain(name) && is_plain(domain) { Ok(address.to_owned()) } else { Err(unfit()) }
}
