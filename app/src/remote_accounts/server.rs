//! The server's side of accounts at services elsewhere.

use super::removal::RemovalAsked;
use super::{
    AccountInfo, AccountStateInfo, AccountWay, AccountWish, Accounts, AddFields, AddRefused, AddressField, GOOGLE,
    MICROSOFT, OneAccount, SIGNED_IN, ServiceInfo, account_path, add_path, removal_server,
};
use crate::wire::ApiError;
use crate::words;
use chrono_tz::Tz;
use kalends_domain::accounts::User;
use kalends_domain::sync::accounts::credentials_of_form;
use kalends_domain::sync::connector::{FindError, Service, ServiceAddress, Wanted};
use kalends_domain::sync::provider::ProviderError;
use kalends_domain::sync::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
use kalends_domain::{Error, Kalends, Missing, Result as Done};

/// What the forms of the pages are called where it is said what became of them.
pub const FORM: &str = "remote-accounts";

/// # Errors
/// `NotFound` for what is no id.
pub fn id(text: &str) -> Result<RemoteAccountId, ApiError> {
    text.parse().map(RemoteAccountId).map_err(|_| Error::NotFound(Missing::RemoteAccount).into())
}

fn help(service: &Service) -> &'static str {
    match service.help {
        "account-help-infomaniak" => words::server_accounts_help_infomaniak(),
        "account-help-icloud" => words::server_accounts_help_icloud(),
        "account-help-fastmail" => words::server_accounts_help_fastmail(),
        "account-help-nextcloud" => words::server_accounts_help_nextcloud(),
        "account-help-mailbox-org" => words::server_accounts_help_mailbox_org(),
        _ => words::server_accounts_help_caldav(),
    }
}

fn service_info(service: &Service) -> ServiceInfo {
    let (name, asks) = match service.asks {
        ServiceAddress::Known => (service.name, AddressField::None),
        ServiceAddress::SignIn => (service.name, AddressField::SignIn),
        ServiceAddress::Host => (service.name, AddressField::Host),
        ServiceAddress::Any => (words::server_accounts_other(), AddressField::Any),
    };
    ServiceInfo {
        id: service.id.to_owned(),
        name: name.to_owned(),
        help: help(service).to_owned(),
        asks,
        needs_app_password: service.needs_app_password,
    }
}

/// # Errors
/// `NotFound`
pub fn service(kalends: &Kalends, id: &str) -> Result<ServiceInfo, ApiError> {
    let known = kalends.remote_services();
    let found =
        known.iter().find(|service| service.id == id && service.asks != ServiceAddress::SignIn).map(service_info);
    found.ok_or_else(|| ApiError::NotFound(words::server_accounts_wrong_service().into()))
}

fn way(account: &RemoteAccount, service: Option<&Service>) -> AccountWay {
    match account.preset.as_deref() {
        Some(preset) if SIGNED_IN.contains(&preset) => AccountWay::SignIn(service.map(|_| add_path(preset))),
        _ if account.provider == ProviderKind::Ics => AccountWay::Address,
        _ => AccountWay::Password,
    }
}

/// What is said where a service does not let somebody in who signed in there, and gave no password that could be wrong.
pub(super) fn refused(account: &RemoteAccount, error: Error) -> ApiError {
    let is_signed_in = account.preset.as_deref().is_some_and(|preset| SIGNED_IN.contains(&preset));
    match error {
        Error::Remote(FindError::Provider(ProviderError::Unauthenticated(_))) if is_signed_in => {
            let message = words::server_remote_sign_in_what().to_owned();
            ApiError::BadInput { field: String::new(), message }
        }
        error => error.into(),
    }
}

pub(super) fn info(kalends: &Kalends, user: &User, account: RemoteAccount) -> AccountInfo {
    let zone = user.preferences.time_zone.unwrap_or(Tz::UTC);
    let known = kalends.remote_services();
    let service = account.preset.as_ref().and_then(|preset| known.iter().find(|service| service.id == preset));
    let service_name = match (service, account.preset.as_deref()) {
        (Some(known), _) => known.name,
        (None, Some(MICROSOFT)) => "Microsoft 365",
        (None, Some(GOOGLE)) => "Google Calendar",
        (None, _) => words::server_accounts_any_service(),
    };
    AccountInfo {
        id: account.id.0,
        service: service_name.to_owned(),
        way: way(&account, service),
        state: match account.state {
            AccountState::Active => AccountStateInfo::Works,
            AccountState::Paused => AccountStateInfo::Paused,
            AccountState::Unauthenticated => AccountStateInfo::NeedsPassword,
            AccountState::Missing => AccountStateInfo::Missing,
        },
        name: account.name,
        why: account.why,
        checked: account.checked_at.map(|at| at.with_timezone(&zone).naive_local()),
        new_calendars: usize::try_from(account.new_calendars).unwrap_or(usize::MAX),
    }
}

pub async fn accounts(kalends: &Kalends, user: &User) -> Result<Accounts, ApiError> {
    let caller = user.on_a_page();
    let cursor = kalends.told(caller).await?.to_string();
    let accounts = kalends.remote_accounts(caller).await?;
    Ok(Accounts {
        cursor,
        accounts: accounts.into_iter().map(|account| info(kalends, user, account)).collect(),
        services: kalends.remote_services().iter().map(service_info).collect(),
        said: None,
    })
}

pub async fn account(kalends: &Kalends, user: &User, id: RemoteAccountId) -> Result<OneAccount, ApiError> {
    let caller = user.on_a_page();
    let cursor = kalends.told(caller).await?.to_string();
    let account = info(kalends, user, kalends.remote_account(caller, id).await?);
    let links = crate::sync_links::server::of_account(kalends, user, id.0).await?;
    let removing = removal_server::progress(kalends, user, id).await?;
    Ok(OneAccount { cursor, account, links, removing, removal: None, said: None, refused: None })
}

/// Looks for the account that a form describes. Yields where its page is, and what is said of it.
///
/// # Errors
/// What is wrong with the form, or what the service said.
pub async fn add(
    kalends: &Kalends,
    user: &User,
    service: &str,
    fields: AddFields,
    (password, token): (String, String),
) -> Result<(String, String), AddRefused> {
    let credentials = match credentials_of_form(&fields.user, password, &token) {
        Ok(credentials) => credentials,
        Err(error) => return Err(AddRefused { fields, error: error.into(), elsewhere: None }),
    };
    let wanted = Wanted { service: Some(service.to_owned()), address: fields.address.clone(), credentials };
    let caller = user.on_a_page();
    match kalends.add_remote_account(caller, &fields.name, &wanted, None).await {
        Ok(id) => Ok((super::calendars_path(id.0), words::server_accounts_added().to_owned())),
        Err(error) => {
            let elsewhere = match &error {
                Error::Remote(FindError::OtherHost { to, .. }) => Some(to.clone()),
                _ => None,
            };
            Err(AddRefused { fields, error: error.into(), elsewhere })
        }
    }
}

/// Does what a form on the page of an account asked for. Yields where to go on, and what is said there; or what removing the account
/// would do, which is asked first.
///
/// # Errors
/// What is wrong with the form, or what the service said.
pub async fn fulfil(
    kalends: &Kalends,
    user: &User,
    id: RemoteAccountId,
    wish: &AccountWish,
    password: &str,
) -> Result<Result<(String, String), RemovalAsked>, ApiError> {
    let caller = user.on_a_page();
    let any = |_: &RemoteAccount| -> Done<()> { Ok(()) };
    let text = match wish {
        AccountWish::Test => {
            let account = kalends.remote_account(caller, id).await?;
            let tested = kalends.test_remote_account(caller, id).await;
            let calendars = tested.map_err(|error| refused(&account, error))?;
            words::server_accounts_tested(calendars.len())
        }
        AccountWish::Pause => {
            kalends.change_remote_account(caller, id, None, Some(true), any).await?;
            words::server_accounts_paused_done().to_owned()
        }
        AccountWish::Resume => {
            kalends.change_remote_account(caller, id, None, Some(false), any).await?;
            words::server_accounts_resumed().to_owned()
        }
        AccountWish::Now => {
            kalends.sync_account_now(caller, id).await?;
            words::server_sync_begun().to_owned()
        }
        AccountWish::Rename { name } => {
            kalends.change_remote_account(caller, id, Some(name), None, any).await?;
            words::server_accounts_renamed().to_owned()
        }
        AccountWish::Password { user } => {
            kalends.reauthenticate_remote_account(caller, id, Some(user), password).await?;
            words::server_accounts_password_done().to_owned()
        }
        AccountWish::LookAtRemoval(choice) => {
            return Ok(Err(removal_server::look(kalends, user, id, choice.clone()).await?));
        }
        AccountWish::Remove { choice, typed } => {
            return removal_server::remove(kalends, user, id, choice.clone(), typed).await;
        }
    };
    Ok(Ok((account_path(id.0), text)))
}
