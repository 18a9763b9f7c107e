//! The server's side of mail accounts.

use super::folders;
use super::paths::{account_path, sign_in_path};
use super::records::{Brings, BringsWay, FolderChoice, Identity, MailAccountInfo, OneMailAccount, Ways};
use super::wishes::{AccountWish, AddFields, AddRefused, ServerFields};
use crate::agenda::links;
use crate::remote_accounts::{PATH as ACCOUNTS, add_path, calendars_path};
use crate::wire::ApiError;
use crate::words;
use chrono::TimeDelta;
use kalends_domain::accounts::User;
use kalends_domain::mail::connector::{ConfiguredBy, MailConfiguration};
use kalends_domain::mail::{
    ChosenFolders, FedCalendars, FolderRole, InvitationRule, MailAccountChange, MailAccountId, MailFolder,
    MailIdentity, MailIdentityId, MailOffer, MailSecurity, MailServer, MailSettings, NewMailAccount,
};
use kalends_domain::sync::RemoteAccountId;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::{Error, Kalends};

/// The accounts of the viewer.
pub async fn accounts(kalends: &Kalends, user: &User) -> Result<Vec<MailAccountInfo>, ApiError> {
    folders::accounts(kalends, user).await
}

fn written(at: &MailServer) -> String {
    format!("{}:{} · {}", at.host, at.port, security(at.security))
}

fn security(security: MailSecurity) -> &'static str {
    match security {
        MailSecurity::Tls => words::server_mail_security_tls(),
        MailSecurity::StartTls => words::server_mail_security_starttls(),
        MailSecurity::Plain => words::server_mail_security_plain(),
    }
}

pub async fn account(kalends: &Kalends, user: &User, id: i64) -> Result<OneMailAccount, ApiError> {
    let caller = user.on_a_page();
    let id = MailAccountId(id);
    let account = kalends.mail_account(caller, id).await?;
    let dependents = kalends.mail_dependents(caller, id).await?;
    let all = kalends.mail_folders(caller).await?;
    let pending = kalends.pending_mail(caller, id).await?;
    let own: Vec<&MailFolder> = folders::of_account(&all, id).collect();
    Ok(OneMailAccount {
        account: folders::info(account.clone(), &all, pending, user),
        imap: written(&account.settings.imap),
        smtp: written(&account.settings.smtp),
        signature: account.signature,
        invitations: account.settings.invitations.name().to_owned(),
        for_invitations: account.for_invitations,
        minutes: account.interval.num_minutes(),
        identities: kalends.mail_identities(caller, id).await?.into_iter().map(identity).collect(),
        folder_choices: folder_choices(&account.settings.folders, &own),
        all_folders: own
            .iter()
            .filter(|folder| folder.role != Some(FolderRole::Inbox))
            .map(|folder| folder.path.clone())
            .collect(),
        notice: account.notice.map(|notice| (notice.what, folders::local(notice.at, user))),
        signs_in: account
            .settings
            .signs_in
            .then(|| signs_in(kalends, account.preset.as_deref(), &account.address))
            .flatten(),
        brings: kalends.mail_offers(caller, id).await?.into_iter().map(|offer| brings(offer, id)).collect(),
        calendar_accounts: fed(kalends, user, &dependents.calendar_accounts).await?,
        unsent: folders::number(dependents.drafts),
        waiting: folders::number(dependents.waiting),
        said: None,
        refused: None,
    })
}

/// Accounts of calendars by name, each with the calendars that are kept in step with it.
async fn fed(
    kalends: &Kalends,
    user: &User,
    accounts: &[RemoteAccountId],
) -> Result<Vec<(String, Vec<String>)>, ApiError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let caller = user.on_a_page();
    let (links, calendars) = (kalends.sync_links(caller).await?, kalends.calendars(caller).await?);
    let of = |account: RemoteAccountId| {
        let linked = links.iter().filter(|link| link.account == account);
        let names = linked.filter_map(|link| calendars.iter().find(|held| held.id == link.calendar));
        names.map(|held| held.details.display_name.clone()).collect()
    };
    let known = kalends.remote_accounts(caller).await?.into_iter();
    Ok(known.filter(|account| accounts.contains(&account.id)).map(|account| (account.name, of(account.id))).collect())
}

fn identity(identity: MailIdentity) -> Identity {
    let MailIdentity { id, name, address, signature, .. } = identity;
    Identity { id: id.0, name, address, signature: signature.unwrap_or_default() }
}

/// Which of an account's folders is for what.
fn folder_choices(chosen: &ChosenFolders, folders: &[&MailFolder]) -> Vec<FolderChoice> {
    let choice = |field, label, chosen: &Option<String>, role| {
        let now = folders.iter().find(|folder| folder.role == Some(role));
        // What was chosen says nothing of what there would be without it.
        let by_itself = now.filter(|_| chosen.is_none()).map(|folder| folder.path.clone());
        FolderChoice { field, label, chosen: chosen.clone(), by_itself }
    };
    vec![
        choice("sent", words::server_mail_sent(), &chosen.sent, FolderRole::Sent),
        choice("drafts", words::server_mail_drafts(), &chosen.drafts, FolderRole::Drafts),
        choice("archive", words::server_mail_archive_folder(), &chosen.archive, FolderRole::Archive),
        choice("bin", words::server_mail_bin(), &chosen.bin, FolderRole::Bin),
        choice("spam", words::server_mail_junk_folder(), &chosen.spam, FolderRole::Spam),
    ]
}

/// Where signing in at a service begins for an address.
fn sign_in_link(service: &str, address: &str, name: &str) -> String {
    let mut link = format!("{}?address=", sign_in_path(service));
    links::escape(&mut link, address);
    if !name.is_empty() {
        link.push_str("&name=");
        links::escape(&mut link, name);
    }
    link
}

/// The service at which the owner of an account signs in, and where that begins.
fn signs_in(kalends: &Kalends, preset: Option<&str>, address: &str) -> Option<(String, Option<String>)> {
    let service = kalends.mail_services().into_iter().find(|service| preset == Some(service.id))?;
    Some((service.name.to_owned(), service.signs_in.then(|| sign_in_link(service.id, address, ""))))
}

/// How one comes into the account that a form describes, once its servers have been looked for: where it is not known at which service
/// it is, it may be at any.
pub fn ways(kalends: &Kalends, fields: &AddFields) -> Ways {
    if !fields.is_found {
        return Ways::default();
    }
    let known = kalends.mail_services();
    let own = known.iter().find(|known| fields.service.as_deref() == Some(known.id));
    let sign_ins = known
        .iter()
        .filter(|service| service.signs_in && own.is_none_or(|own| own.id == service.id))
        .map(|service| (service.name.to_owned(), sign_in_link(service.id, &fields.address, &fields.name)))
        .collect();
    Ways { sign_ins, only_sign_in: own.filter(|own| !own.takes_passwords).map(|own| own.name.to_owned()) }
}

fn brings(offer: MailOffer, account: MailAccountId) -> Brings {
    let way = match offer.taken {
        Some(taken) => BringsWay::Taken(calendars_path(taken.0)),
        None if offer.needs_sign_in => {
            let there = add_path(offer.service.as_deref().unwrap_or_default());
            BringsWay::SignIn(format!("{there}?mail={}", account.0))
        }
        None => BringsWay::Take,
    };
    Brings { name: offer.name, minutes: usize::try_from(offer.interval.num_minutes()).unwrap_or_default(), way }
}

fn servers(found: &MailConfiguration) -> ServerFields {
    let MailSettings { imap, smtp, .. } = &found.settings;
    ServerFields {
        imap_host: imap.host.clone(),
        imap_port: imap.port.to_string(),
        imap_security: imap.security.name().to_owned(),
        smtp_host: smtp.host.clone(),
        smtp_port: smtp.port.to_string(),
        smtp_security: smtp.security.name().to_owned(),
        user: imap.user.clone(),
    }
}

/// Looks for the servers of an address, unless they are to be written by hand: the form again, with what was found.
pub async fn look(kalends: &Kalends, user: &User, fields: AddFields) -> AddRefused {
    let by_hand = |error| {
        let address = fields.address.clone();
        let servers = ServerFields {
            imap_port: "993".to_owned(),
            imap_security: MailSecurity::Tls.name().to_owned(),
            smtp_port: "465".to_owned(),
            smtp_security: MailSecurity::Tls.name().to_owned(),
            user: address,
            ..ServerFields::default()
        };
        AddRefused { fields: AddFields { servers, is_found: true, ..fields.clone() }, error }
    };
    if fields.is_found {
        return by_hand(None);
    }
    let host = fields.address.rsplit('@').next().unwrap_or_default().to_owned();
    match kalends.find_mail_settings(user.on_a_page(), &fields.address).await {
        Ok(found) => {
            let known = kalends.mail_services();
            let service = known.iter().find(|service| Some(service.id) == found.preset.as_deref());
            let by = match (found.found_by, service) {
                (ConfiguredBy::Known, Some(service)) => words::server_mail_found_known(service.name),
                _ => words::server_mail_found_records(&host),
            };
            let (servers, service) = (servers(&found), found.preset.clone());
            let fields = AddFields { servers, is_found: true, found_by: Some(by), service, ..fields };
            AddRefused { fields, error: None }
        }
        // What is no address is put right first.
        Err(error @ Error::BadInput { .. }) => AddRefused { fields, error: Some(error.into()) },
        Err(Error::Remote(_)) => {
            let message = words::server_mail_not_found().to_owned();
            by_hand(Some(ApiError::BadInput { field: String::new(), message }))
        }
        Err(error) => AddRefused { fields, error: Some(error.into()) },
    }
}

/// # Errors
/// `BadInput` at the field of the port.
fn server_of(host: &str, port: (&str, &str), security: &str, user: &str) -> Result<MailServer, ApiError> {
    let (field, port) = port;
    let wrong = || ApiError::BadInput { field: field.to_owned(), message: words::server_mail_wrong_port().to_owned() };
    let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?;
    let security = MailSecurity::from_name(security).unwrap_or(MailSecurity::Tls);
    Ok(MailServer { host: host.to_owned(), port, security, user: user.to_owned() })
}

/// Adds the account that a form describes. Yields where its page is.
///
/// # Errors
/// What is wrong with the form, or what a server said.
pub async fn add(kalends: &Kalends, user: &User, fields: &AddFields, password: String) -> Result<String, ApiError> {
    let caller = user.on_a_page();
    let ServerFields { imap_host, imap_port, imap_security, smtp_host, smtp_port, smtp_security, user: name } =
        &fields.servers;
    let imap = server_of(imap_host, ("imap_port", imap_port), imap_security, name)?;
    let smtp = server_of(smtp_host, ("smtp_port", smtp_port), smtp_security, name)?;
    // What is known of the service holds where it is the same.
    let known = match fields.found_by {
        Some(_) => kalends.find_mail_settings(caller, &fields.address).await.ok(),
        None => None,
    };
    let known = known.filter(|known| known.settings.imap.host == imap.host);
    let (preset, settings) = match known {
        Some(known) => (known.preset, MailSettings { imap, smtp, ..known.settings }),
        None => {
            let settings = MailSettings::at(imap, smtp);
            (None, settings)
        }
    };
    let new = NewMailAccount {
        name: String::new(),
        address: fields.address.clone(),
        display_name: fields.name.clone(),
        color: None,
        preset,
        settings,
        credentials: Credentials::Basic { user: name.clone(), password },
    };
    let added = kalends.add_mail_account(caller, &new, None).await.map_err(ApiError::from);
    match added {
        Ok(id) => Ok(account_path(id.0)),
        // As the form calls them.
        Err(ApiError::BadInput { field, message }) => {
            let field = match field.as_str() {
                "imap" => "imap_host",
                "smtp" => "smtp_host",
                "display_name" => "name",
                // The address is right: it is the server that was not reached.
                "address" => "imap_host",
                other => other,
            };
            Err(ApiError::BadInput { field: field.to_owned(), message })
        }
        Err(error) => Err(error),
    }
}

/// Does what a form on the page of an account asked for. Yields where to go on, and what is said there.
///
/// # Errors
/// What is wrong with the form, or what a server said.
pub async fn fulfil(
    kalends: &Kalends,
    user: &User,
    id: i64,
    wish: &AccountWish,
    password: &str,
) -> Result<(String, String), ApiError> {
    let caller = user.on_a_page();
    let id = MailAccountId(id);
    let change = async |change: MailAccountChange| kalends.change_mail_account(caller, id, &change).await;
    let text = match wish {
        AccountWish::Test => {
            let tested = kalends.test_mail_account(caller, id).await?;
            let why = tested.reading.err().or(tested.sending.err());
            match why {
                None => words::server_mail_account_tested().to_owned(),
                Some(why) => {
                    let message = words::server_accounts_refused(&crate::errors::sentence(&why));
                    return Err(ApiError::BadInput { field: String::new(), message });
                }
            }
        }
        AccountWish::Pause => {
            change(MailAccountChange { is_paused: Some(true), ..Default::default() }).await?;
            words::server_accounts_paused_done().to_owned()
        }
        AccountWish::Resume => {
            change(MailAccountChange { is_paused: Some(false), ..Default::default() }).await?;
            words::server_accounts_resumed().to_owned()
        }
        AccountWish::TakeCalendars => {
            let made = kalends.take_mail_offer(caller, id, None, None).await?;
            return Ok((calendars_path(made.0), words::server_accounts_added().to_owned()));
        }
        AccountWish::Change { name, color, signature, invitations, for_invitations, minutes } => {
            let (name, color) = (Some(name.clone()), Some(color.clone()));
            let (signature, for_invitations) = (Some(signature.clone()), Some(*for_invitations));
            // A form without it leaves it as it is.
            let invitations = InvitationRule::from_name(invitations);
            let interval = minutes.and_then(TimeDelta::try_minutes);
            let changed = MailAccountChange {
                name,
                color,
                signature,
                invitations,
                for_invitations,
                interval,
                ..Default::default()
            };
            change(changed).await?;
            words::server_mail_account_changed().to_owned()
        }
        AccountWish::Folders { sent, drafts, archive, bin, spam } => {
            let [sent, drafts, archive, bin, spam] =
                [sent, drafts, archive, bin, spam].map(|path| Some(path.clone()).filter(|path| !path.is_empty()));
            let folders = Some(ChosenFolders { sent, drafts, archive, bin, spam });
            change(MailAccountChange { folders, ..Default::default() }).await?;
            words::server_mail_account_changed().to_owned()
        }
        AccountWish::AddIdentity { address, name } => {
            kalends.add_mail_identity(caller, id, name, address, None).await?;
            words::server_mail_account_changed().to_owned()
        }
        AccountWish::ChangeIdentity { identity, name, signature } => {
            let signature = Some(signature.as_str()).filter(|signature| !signature.trim().is_empty());
            let identity = MailIdentityId(*identity);
            kalends.change_mail_identity(caller, id, identity, Some(name), Some(signature)).await?;
            words::server_mail_account_changed().to_owned()
        }
        AccountWish::RemoveIdentity { identity } => {
            kalends.remove_mail_identity(caller, id, MailIdentityId(*identity)).await?;
            words::server_mail_account_changed().to_owned()
        }
        AccountWish::Password => {
            kalends.reauthenticate_mail_account(caller, id, None, password).await?;
            words::server_accounts_password_done().to_owned()
        }
        AccountWish::Remove { calendars } => {
            let name = kalends.mail_account(caller, id).await?.name;
            let calendars = match calendars.as_str() {
                "bin" => FedCalendars::Bin,
                "leave" => FedCalendars::Leave,
                _ => FedCalendars::Keep,
            };
            kalends.remove_mail_account(caller, id, calendars).await?;
            return Ok((ACCOUNTS.to_owned(), words::server_mail_account_removed(&name)));
        }
    };
    Ok((account_path(id.0), text))
}
