//! Addresses of e-mail: an address that somebody enters is theirs once that was shown.

use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::{MAX_ADDRESSES, NewUser, ProfilePatch};
use kalends_domain::people::{Administrator, PersonPatch};
use kalends_domain::{Error, Existing};
use kalends_test_support::home::{Home, new_user, user};

const BY: Administrator = Administrator::Operator;

/// Somebody's addresses: a star is the one that is shown, a question mark one that was not shown to be theirs.
async fn addresses(home: &Home, who: Caller) -> String {
    let all = home.kalends.own_addresses(who).await.unwrap().into_iter();
    let mark = |is_main, is_verified| match (is_main, is_verified) {
        (true, _) => "*",
        (false, true) => "",
        (false, false) => "?",
    };
    all.map(|known| known.address.clone() + mark(known.is_main, known.is_verified)).collect::<Vec<_>>().join(" ")
}

async fn finds(home: &Home, address: &str) -> Option<String> {
    let listed = home.kalends.find_parties(home.anna, address).await.unwrap();
    let found = match home.kalends.party(home.anna, address).await {
        Ok(party) => Some(party.slug),
        Err(Error::NotFound(_)) => None,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(listed.into_iter().next().map(|party| party.slug), found, "{address}");
    found
}

#[tokio::test]
async fn nobody_is_found_by_an_address_that_was_not_shown_to_be_theirs() {
    let home = Home::new().await;
    let (kalends, ben) = (&home.kalends, user(&home.kalends, "ben").await);
    kalends.add_address(ben, " Ben@example.org ").await.unwrap();
    kalends.add_address(ben, "ben@example.org").await.unwrap();
    assert_eq!(addresses(&home, ben).await, "ben@example.org?");
    assert_eq!(finds(&home, "ben@example.org").await, None);
    assert!(kalends.verified_addresses(ben, ben.principal).await.unwrap().is_empty());
    let main = kalends.make_main_address(ben, "ben@example.org").await;
    assert!(matches!(main, Err(Error::BadInput { field: "e-mail", .. })), "{main:?}");
    // Somebody else may say the same, and gets it who shows it first.
    let cleo = user(kalends, "cleo").await;
    kalends.add_address(cleo, "BEN@example.org").await.unwrap();
    kalends.verify_address(BY, ben.principal, "ben@EXAMPLE.org").await.unwrap();
    assert_eq!(addresses(&home, ben).await, "ben@EXAMPLE.org*");
    assert_eq!(finds(&home, "ben@example.org").await.as_deref(), Some("ben"));
    for taken in [
        kalends.verify_address(BY, cleo.principal, "ben@example.org").await,
        kalends.add_address(cleo, "ben@example.org").await,
    ] {
        assert!(matches!(taken, Err(Error::AlreadyExists(Existing::EmailAddress))), "{taken:?}");
    }
    kalends.verify_address(BY, ben.principal, "b@example.org").await.unwrap();
    assert_eq!(addresses(&home, ben).await, "ben@EXAMPLE.org* b@example.org");
    assert_eq!(finds(&home, "b@example.org").await.as_deref(), Some("ben"));
    kalends.make_main_address(ben, "B@example.org").await.unwrap();
    assert_eq!(kalends.user(ben.principal).await.unwrap().principal.email.as_deref(), Some("b@example.org"));
    // What is removed is not theirs, and the next is shown.
    kalends.remove_address(ben, "b@example.org").await.unwrap();
    assert_eq!(addresses(&home, ben).await, "ben@EXAMPLE.org*");
    assert_eq!(finds(&home, "b@example.org").await, None);
    assert!(matches!(kalends.remove_address(ben, "b@example.org").await, Err(Error::NotFound(_))));
    kalends.remove_address_of(BY, ben.principal, "ben@example.org").await.unwrap();
    assert_eq!(kalends.user(ben.principal).await.unwrap().principal.email, None);
    kalends.verify_address(BY, cleo.principal, "ben@example.org").await.unwrap();
    assert_eq!(finds(&home, "ben@example.org").await.as_deref(), Some("cleo"));
}

#[tokio::test]
async fn a_link_shows_once_that_an_address_is_theirs() {
    let home = Home::new().await;
    let (kalends, ben, cleo) = (&home.kalends, user(&home.kalends, "ben").await, user(&home.kalends, "cleo").await);
    let none = kalends.address_link(BY, ben.principal, "ben@example.org").await;
    assert!(matches!(none, Err(Error::NotFound(_))), "he has not said that it is his");
    kalends.add_address(ben, "ben@example.org").await.unwrap();
    let first = kalends.address_link(BY, ben.principal, "ben@example.org").await.unwrap();
    let link = kalends.address_link(BY, ben.principal, "Ben@example.org").await.unwrap();
    for (who, link) in [(ben, &first.0), (cleo, &link.0), (ben, &"x".to_owned())] {
        assert!(matches!(kalends.prove_address(who, link).await, Err(Error::NotFound(_))));
    }
    let program = ben.narrowed(Access::Owner, Some(home.calendar));
    assert!(matches!(kalends.prove_address(program, &link.0).await, Err(Error::Forbidden { .. })));
    assert_eq!(kalends.prove_address(ben, &link.0).await.unwrap(), "ben@example.org");
    assert_eq!(addresses(&home, ben).await, "ben@example.org*");
    assert!(matches!(kalends.prove_address(ben, &link.0).await, Err(Error::NotFound(_))));
    // One that is removed is not brought back by its link, and no link is for ever.
    kalends.add_address(ben, "b@example.org").await.unwrap();
    let gone = kalends.address_link(BY, ben.principal, "b@example.org").await.unwrap();
    kalends.remove_address(ben, "b@example.org").await.unwrap();
    kalends.add_address(ben, "b@example.org").await.unwrap();
    assert!(matches!(kalends.prove_address(ben, &gone.0).await, Err(Error::NotFound(_))));
    let late = kalends.address_link(BY, ben.principal, "b@example.org").await.unwrap();
    home.run("UPDATE address_links SET expires_at = 1").await;
    assert!(matches!(kalends.prove_address(ben, &late.0).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn who_looks_after_the_accounts_is_believed() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let ben = kalends.create_user(NewUser { email: Some("ben@example.org".into()), ..new_user("ben") }).await.unwrap();
    let caller = ben.on_a_page();
    assert_eq!(addresses(&home, caller).await, "ben@example.org*");
    let patch = PersonPatch { email: Some(Some("b@example.org".into())), ..PersonPatch::default() };
    kalends.change_person(BY, ben.principal.id, patch).await.unwrap();
    assert_eq!(addresses(&home, caller).await, "b@example.org*");
    // Of himself he only says so.
    let says = |email: Option<&str>| {
        let email = Some(email.map(str::to_owned));
        move |_: &kalends_domain::accounts::User| Ok(ProfilePatch { email: email.clone(), ..ProfilePatch::default() })
    };
    let same = kalends.change_profile(caller, says(Some("x@example.org"))).await.unwrap();
    assert_eq!(same.principal.email.as_deref(), Some("b@example.org"));
    assert_eq!(addresses(&home, caller).await, "b@example.org* x@example.org?");
    kalends.change_profile(caller, says(None)).await.unwrap();
    assert_eq!(addresses(&home, caller).await, "x@example.org?");
    let administrator = PersonPatch { is_admin: Some(true), ..PersonPatch::default() };
    kalends.change_person(BY, ben.principal.id, administrator).await.unwrap();
    kalends.add_address(caller, "ben@example.org").await.unwrap();
    kalends.change_profile(caller, says(Some("x@example.org"))).await.unwrap();
    assert_eq!(addresses(&home, caller).await, "x@example.org* ben@example.org");
    for wrong in ["", "nowhere", "a b@example.org"] {
        assert!(matches!(kalends.add_address(caller, wrong).await, Err(Error::BadInput { .. })), "{wrong}");
    }
    for n in 2..MAX_ADDRESSES {
        kalends.add_address(caller, &format!("{n}@example.org")).await.unwrap();
    }
    let excess = kalends.add_address(caller, "more@example.org").await;
    assert!(matches!(excess, Err(Error::QuotaExceeded { unit: "e-mail addresses", .. })), "{excess:?}");
    let stranger = user(kalends, "cleo").await;
    let by = Administrator::Person(stranger);
    assert!(matches!(kalends.verify_address(by, stranger.principal, "c@example.org").await, Err(Error::NotFound(_))));
    assert!(matches!(kalends.addresses_of(by, ben.principal.id).await, Err(Error::NotFound(_))));
    assert!(kalends.verified_addresses(stranger, ben.principal.id).await.unwrap().is_empty());
}
