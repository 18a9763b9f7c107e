//! Accounts at services elsewhere: who may have one, what becomes of it when the service says no, and where the password is.

use futures::future::BoxFuture;
use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::Secret;
use kalends_domain::idempotency::Once;
use kalends_domain::sync::connector::{Connector, CredentialKeeper, FindError, Found, Wanted};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{
    Answer, Capabilities, ChangePage, Cursor, Fetched, Following, Provider, ProviderError, RemoteCalendar,
    RemoteCalendarId, RemoteObjectId, RemoteTag, Stored,
};
use kalends_domain::sync::vault::{Resealed, Vault};
use kalends_domain::sync::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
use kalends_domain::{Error, Kalends, Missing, Result};
use kalends_ical::instances::Window;
use kalends_test_support::home::{Home, user};
use std::sync::{Arc, Mutex};

const PASSWORD: &str = "correct-horse-battery";

/// A service with one calendar, which lets in whoever has the password that it has now.
#[derive(Clone)]
struct Service {
    password: Arc<Mutex<String>>,
    /// It is not reached.
    is_down: Arc<Mutex<bool>>,
    /// Whoever was let in with a token is given this one in its place.
    rotates_to: Option<&'static str>,
}

impl Service {
    fn new() -> Self {
        let password = Arc::new(Mutex::new(PASSWORD.to_owned()));
        Service { password, is_down: Arc::default(), rotates_to: None }
    }

    fn check(&self, credentials: Option<&Credentials>) -> Result<(), ProviderError> {
        if *self.is_down.lock().unwrap() {
            return Err(ProviderError::Transient { why: "no connection".into(), retry_after: None });
        }
        let secret = match credentials {
            Some(Credentials::Basic { password, .. }) => password,
            Some(Credentials::Bearer { token } | Credentials::OAuth { access_token: token, .. }) => token,
            Some(Credentials::Address { address }) => address,
            None => return Err(ProviderError::Unauthenticated("there is no password".into())),
        };
        match *self.password.lock().unwrap() == *secret {
            true => Ok(()),
            false => Err(ProviderError::Unauthenticated("the password is wrong".into())),
        }
    }
}

struct Open(Service, Option<Credentials>, Arc<dyn CredentialKeeper>);

fn unasked<'a, T: Send + 'a>() -> Answer<'a, T> {
    Box::pin(async { Err(ProviderError::Rejected("nothing is asked for that here".into())) })
}

impl Provider for Open {
    fn capabilities(&self) -> Capabilities {
        Capabilities { writes: false, keeps_texts: true }
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        Box::pin(async {
            self.0.check(self.1.as_ref())?;
            if let Some(token) = self.0.rotates_to {
                self.2.replace(Credentials::bearer(token)).await?;
            }
            Ok(vec![RemoteCalendar {
                id: RemoteCalendarId("work".into()),
                name: "Work".into(),
                description: None,
                color: None,
                order: None,
                components: None,
                is_writable: true,
                is_shared: false,
                time_zone: None,
                following: Following::Changes,
            }])
        })
    }

    fn changes<'a>(&'a self, _: &'a RemoteCalendarId, _: Option<&'a Cursor>, _: Window) -> Answer<'a, ChangePage> {
        unasked()
    }

    fn fetch<'a>(&'a self, _: &'a RemoteCalendarId, _: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>> {
        unasked()
    }

    fn create<'a>(&'a self, _: &'a RemoteCalendarId, _: &'a str, _: &'a str) -> Answer<'a, Stored> {
        unasked()
    }

    fn update<'a>(
        &'a self,
        _: &'a RemoteCalendarId,
        _: &'a RemoteObjectId,
        _: Option<&'a RemoteTag>,
        _: &'a str,
    ) -> Answer<'a, Stored> {
        unasked()
    }

    fn delete<'a>(
        &'a self,
        _: &'a RemoteCalendarId,
        _: &'a RemoteObjectId,
        _: Option<&'a RemoteTag>,
    ) -> Answer<'a, ()> {
        unasked()
    }
}

impl Connector for Service {
    fn connect<'a>(
        &'a self,
        _: &'a RemoteAccount,
        credentials: Option<Credentials>,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Arc<dyn Provider>> {
        Box::pin(async { Ok(Arc::new(Open(self.clone(), credentials, keeper)) as Arc<dyn Provider>) })
    }

    fn find<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Found, FindError>> {
        Box::pin(async {
            self.check(Some(&wanted.credentials))?;
            Ok(Found {
                provider: ProviderKind::CalDav,
                preset: wanted.service.clone(),
                settings: "{}".into(),
                credentials: wanted.credentials.clone(),
            })
        })
    }
}

fn wanted(password: &str) -> Wanted {
    let credentials = Credentials::Basic { user: "anna@example.org".into(), password: password.into() };
    Wanted { service: None, address: "cal.example.org".into(), credentials }
}

async fn connected() -> (Home, Kalends, Service) {
    let home = Home::new().await;
    let service = Service::new();
    let kalends = home.kalends.clone().with_connector(Arc::new(service.clone()));
    (home, kalends, service)
}

async fn add(kalends: &Kalends, who: Caller) -> RemoteAccountId {
    kalends.add_remote_account(who, "", &wanted(PASSWORD), None).await.unwrap()
}

fn any(_: &RemoteAccount) -> Result<()> {
    Ok(())
}

fn not_found<T>(outcome: Result<T>) {
    assert!(matches!(outcome, Err(Error::NotFound(Missing::RemoteAccount))));
}

#[tokio::test]
async fn an_account_is_added_once_the_service_lets_its_owner_in() {
    let (home, kalends, service) = connected().await;
    let refused = kalends.add_remote_account(home.anna, "", &wanted("wrong"), None).await;
    assert!(matches!(refused, Err(Error::Remote(FindError::Provider(ProviderError::Unauthenticated(_))))));
    *service.is_down.lock().unwrap() = true;
    let refused = kalends.add_remote_account(home.anna, "", &wanted(PASSWORD), None).await;
    assert!(matches!(refused, Err(Error::Remote(FindError::Provider(ProviderError::Transient { .. })))));
    assert_eq!(kalends.remote_accounts(home.anna).await.unwrap(), []);
    *service.is_down.lock().unwrap() = false;

    let id = add(&kalends, home.anna).await;
    let account = kalends.remote_account(home.anna, id).await.unwrap();
    assert_eq!((account.name.as_str(), account.state), ("anna@example.org", AccountState::Active));
    let calendars = kalends.test_remote_account(home.anna, id).await.unwrap();
    assert_eq!(calendars.into_iter().map(|calendar| calendar.name).collect::<Vec<_>>(), ["Work"]);
    // After a restart, from what is stored.
    let again = home.reopened().await.with_connector(Arc::new(service));
    again.test_remote_account(home.anna, id).await.unwrap();
}

#[tokio::test]
async fn a_request_that_comes_twice_adds_one_account() {
    let (home, kalends, _) = connected().await;
    let once = Once::new("key", &[b"body"]).unwrap();
    let one = kalends.add_remote_account(home.anna, "", &wanted(PASSWORD), Some(&once)).await.unwrap();
    let two = kalends.add_remote_account(home.anna, "", &wanted(PASSWORD), Some(&once)).await.unwrap();
    assert_eq!((one, kalends.remote_accounts(home.anna).await.unwrap().len()), (two, 1));
    let other = Once::new("key", &[b"other"]).unwrap();
    let refused = kalends.add_remote_account(home.anna, "", &wanted(PASSWORD), Some(&other)).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "Idempotency-Key", .. })));
    assert_eq!(kalends.remote_accounts(home.anna).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_is_its_owners_alone() {
    let (home, kalends, _) = connected().await;
    let id = add(&kalends, home.anna).await;
    let ben = user(&kalends, "ben").await;
    assert_eq!(kalends.remote_accounts(ben).await.unwrap(), []);
    not_found(kalends.remote_account(ben, id).await);
    not_found(kalends.test_remote_account(ben, id).await);
    not_found(kalends.change_remote_account(ben, id, Some("Mine"), Some(true), any).await);
    not_found(kalends.reauthenticate_remote_account(ben, id, None, PASSWORD).await);
    not_found(kalends.remove_remote_account(ben, id, false, any).await);
    // Nor is it for a program that may do less than its owner.
    for (ceiling, only) in [(Access::Write, None), (Access::Owner, Some(home.calendar))] {
        let program = Caller::program(home.anna.principal, 1, ceiling, only);
        assert!(matches!(kalends.remote_accounts(program).await, Err(Error::Forbidden { .. })));
        assert!(matches!(kalends.remote_account(program, id).await, Err(Error::Forbidden { .. })));
        assert!(matches!(kalends.remove_remote_account(program, id, false, any).await, Err(Error::Forbidden { .. })));
        let added = kalends.add_remote_account(program, "", &wanted(PASSWORD), None).await;
        assert!(matches!(added, Err(Error::Forbidden { .. })));
    }
    assert_eq!(kalends.remote_account(home.anna, id).await.unwrap().state, AccountState::Active);
}

#[tokio::test]
async fn a_password_that_is_refused_waits_for_another() {
    let (home, kalends, service) = connected().await;
    let id = add(&kalends, home.anna).await;
    let state = async || {
        let account = kalends.remote_account(home.anna, id).await.unwrap();
        (account.state, account.why)
    };
    *service.password.lock().unwrap() = "another".into();
    assert!(kalends.test_remote_account(home.anna, id).await.is_err());
    assert_eq!(state().await, (AccountState::Unauthenticated, Some("the password is wrong".into())));
    // What will be otherwise the next time is no state.
    *service.is_down.lock().unwrap() = true;
    assert!(kalends.test_remote_account(home.anna, id).await.is_err());
    assert_eq!(state().await.0, AccountState::Unauthenticated);
    *service.is_down.lock().unwrap() = false;
    assert!(kalends.reauthenticate_remote_account(home.anna, id, None, "wrong").await.is_err());
    assert_eq!(state().await.0, AccountState::Unauthenticated);
    kalends.reauthenticate_remote_account(home.anna, id, None, "another").await.unwrap();
    assert_eq!(state().await, (AccountState::Active, None));
    kalends.test_remote_account(home.anna, id).await.unwrap();
}

#[tokio::test]
async fn a_paused_account_stays_so_until_it_is_wanted_again() {
    let (home, kalends, _) = connected().await;
    let id = add(&kalends, home.anna).await;
    let state = async || kalends.remote_account(home.anna, id).await.unwrap().state;
    kalends.change_remote_account(home.anna, id, None, Some(true), any).await.unwrap();
    assert_eq!(state().await, AccountState::Paused);
    kalends.test_remote_account(home.anna, id).await.unwrap();
    assert_eq!(state().await, AccountState::Paused);
    let refused = kalends.change_remote_account(home.anna, id, None, Some(false), |_| Err(Error::PreconditionFailed));
    assert!(matches!(refused.await, Err(Error::PreconditionFailed)));
    assert_eq!(state().await, AccountState::Paused);
    kalends.change_remote_account(home.anna, id, Some(" Work "), Some(false), any).await.unwrap();
    let account = kalends.remote_account(home.anna, id).await.unwrap();
    assert_eq!((account.name.as_str(), account.state), ("Work", AccountState::Active));
    for wrong in ["", "a\nb", &"x".repeat(101)] {
        let refused = kalends.change_remote_account(home.anna, id, Some(wrong), None, any).await;
        assert!(matches!(refused, Err(Error::BadInput { field: "name", .. })));
    }
    kalends.remove_remote_account(home.anna, id, false, any).await.unwrap();
    not_found(kalends.remote_account(home.anna, id).await);
}

#[tokio::test]
async fn what_a_service_gives_in_the_place_of_a_token_is_kept() {
    let (home, kalends, mut service) = connected().await;
    service.rotates_to = Some("second");
    *service.password.lock().unwrap() = "first".into();
    let kalends = kalends.with_connector(Arc::new(service.clone()));
    let wanted = Wanted { credentials: Credentials::bearer("first"), ..wanted("") };
    let id = kalends.add_remote_account(home.anna, "Tokens", &wanted, None).await.unwrap();
    kalends.test_remote_account(home.anna, id).await.unwrap();
    assert!(kalends.test_remote_account(home.anna, id).await.is_err());
    *service.password.lock().unwrap() = "second".into();
    kalends.test_remote_account(home.anna, id).await.unwrap();
}

#[tokio::test]
async fn keys_change_and_what_is_sealed_with_them() {
    let (home, kalends, service) = connected().await;
    let key = |text: &str| Secret(text.repeat(32));
    let with = |keys: Vec<Secret>| kalends.clone().with_vault(Vault::new(keys).unwrap());
    let old = with(vec![key("a")]);
    let id = add(&old, home.anna).await;
    assert_eq!(old.reseal_credentials().await.unwrap(), Resealed { current: 1, ..Resealed::default() });
    // Another key alone opens nothing, and the owner is asked for the password.
    let other = with(vec![key("b")]);
    assert!(other.test_remote_account(home.anna, id).await.is_err());
    let account = other.remote_account(home.anna, id).await.unwrap();
    assert_eq!(account.state, AccountState::Unauthenticated);
    assert_eq!(other.reseal_credentials().await.unwrap(), Resealed { lost: vec![id], ..Resealed::default() });

    let both = with(vec![key("b"), key("a")]);
    both.test_remote_account(home.anna, id).await.unwrap();
    assert_eq!(both.reseal_credentials().await.unwrap(), Resealed { resealed: 1, ..Resealed::default() });
    other.test_remote_account(home.anna, id).await.unwrap();
    assert!(old.test_remote_account(home.anna, id).await.is_err());

    // Without any key nothing is added, and the service may be as it likes.
    let none = home.reopened().await.with_vault(Vault::default()).with_connector(Arc::new(service));
    let refused = none.add_remote_account(home.anna, "", &wanted(PASSWORD), None).await;
    assert!(matches!(refused, Err(Error::Internal(_))));
    assert_eq!(none.remote_accounts(home.anna).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_has_more_accounts_than_may_be() {
    let (home, kalends, _) = connected().await;
    for _ in 0..50 {
        add(&kalends, home.anna).await;
    }
    let refused = kalends.add_remote_account(home.anna, "", &wanted(PASSWORD), None).await;
    assert!(matches!(refused, Err(Error::QuotaExceeded { limit: 50, unit: "remote accounts" })));
    for (field, user, password) in [("user", "a:b", "x"), ("user", "", "x"), ("password", "anna", "")] {
        let credentials = Credentials::Basic { user: user.into(), password: password.into() };
        let wanted = Wanted { credentials, ..wanted("") };
        let refused = kalends.add_remote_account(home.anna, "Name", &wanted, None).await;
        assert!(matches!(refused, Err(Error::BadInput { field: at, .. }) if at == field), "{field}");
    }
}
