//! Signing in by way of a provider: whose account it is, what follows the provider's word, and what ends.

use chrono::TimeDelta;
use kalends_domain::access::{Caller, PrincipalId};
use kalends_domain::accounts::{AccountState, Origin};
use kalends_domain::identities::{Admission, ClaimedGroup, Claims, Flow, GroupOfProvider, ProviderSession, Refusal};
use kalends_domain::people::{Administrator, Inheritance, PersonPatch};
use kalends_domain::sharing::PartyKind;
use kalends_domain::teams::{Role, TeamDetails};
use kalends_domain::{Error, Kalends, Limits, Problem};
use kalends_test_support::home::{Home, user};
use std::collections::BTreeSet;

const SSO: &str = "https://id.example.org";
const OTHER: &str = "https://other.example.org";

fn claims(subject: &str) -> Claims {
    Claims {
        issuer: SSO.to_owned(),
        subject: subject.to_owned(),
        user_name: Some("anna".to_owned()),
        display_name: Some("Anna Beispiel".to_owned()),
        email: Some("anna@example.org".to_owned()),
        ..Claims::default()
    }
}

fn anybody() -> Admission {
    Admission { creates: true, domains: Vec::new() }
}

fn session(claims: &Claims, id: &str) -> ProviderSession {
    ProviderSession {
        issuer: claims.issuer.clone(),
        subject: claims.subject.clone(),
        id: Some(id.to_owned()),
        id_token: Some(format!("token of {id}")),
    }
}

/// Signs in and yields the secret of the session.
async fn sign_in(kalends: &Kalends, claims: &Claims, admission: &Admission) -> Result<String, Refusal> {
    let session = session(claims, "s1");
    let signed_in = kalends.sign_in_by(claims, admission, &session, &Origin::default()).await.unwrap();
    signed_in.map(|signed_in| signed_in.session.0)
}

async fn who(kalends: &Kalends, secret: &str) -> PrincipalId {
    kalends.session_user(secret).await.unwrap().principal.id
}

fn in_groups(claims: Claims, groups: &[(&str, Role)]) -> Claims {
    let group =
        |(name, role): &(&str, Role)| ClaimedGroup { group: GroupOfProvider::Named((*name).to_owned()), role: *role };
    Claims { groups: Some(groups.iter().map(group).collect()), ..claims }
}

#[tokio::test]
async fn the_first_sign_in_makes_an_account_of_its_own_whatever_names_there_are() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let mail = PersonPatch { email: Some(Some("anna@example.org".into())), ..PersonPatch::default() };
    kalends.change_person(Administrator::Operator, home.anna.principal, mail).await.unwrap();
    let secret = sign_in(kalends, &claims("1"), &anybody()).await.unwrap();
    let made = kalends.session_user(&secret).await.unwrap();
    // The same user name and the same e-mail are not the same person.
    assert_ne!(made.principal.id, home.anna.principal);
    assert_eq!(made.principal.slug, "anna-2");
    assert_eq!(made.principal.display_name, "Anna Beispiel");
    assert!(!made.is_admin);
    assert_eq!(kalends.calendars(made.on_a_page()).await.unwrap().len(), 1);
    let again = sign_in(kalends, &claims("1"), &Admission::default()).await.unwrap();
    assert_ne!(again, secret);
    assert_eq!(who(kalends, &again).await, made.principal.id);
    // Subjects mean nothing without their issuer.
    let elsewhere = Claims { issuer: OTHER.into(), ..claims("1") };
    let other = sign_in(kalends, &elsewhere, &anybody()).await.unwrap();
    assert_eq!(kalends.session_user(&other).await.unwrap().principal.slug, "anna-3");
    assert_eq!(sign_in(kalends, &claims("2"), &Admission::default()).await, Err(Refusal::NoAccount));
    for name in ["calendars", ".everyone", "山"] {
        let odd = Claims { user_name: Some(name.into()), email: None, ..claims(&format!("odd {name}")) };
        let secret = sign_in(kalends, &odd, &anybody()).await.unwrap();
        assert!(kalends.session_user(&secret).await.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn two_first_sign_ins_at_once_are_one_account() {
    let home = Home::new().await;
    let all = (0..8).map(|_| {
        let kalends = home.kalends.clone();
        tokio::spawn(async move {
            let claims = in_groups(claims("1"), &[("staff", Role::Member)]);
            let secret = sign_in(&kalends, &claims, &anybody()).await.unwrap();
            who(&kalends, &secret).await
        })
    });
    let mut people = BTreeSet::new();
    for one in all.collect::<Vec<_>>() {
        people.insert(one.await.unwrap());
    }
    assert_eq!(people.len(), 1);
    assert_eq!((home.count("identities").await, home.count("provider_groups").await), (1, 1));
    // Nothing is left of those that came second.
    assert_eq!(home.count("users").await, 2);
}

#[tokio::test]
async fn an_account_is_connected_by_whoever_is_signed_in_with_it_alone() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let (anna, ben) = (home.anna.principal, user(kalends, "ben").await.principal);
    kalends.connect(anna, &claims("1"), &Admission::default()).await.unwrap().unwrap();
    let secret = sign_in(kalends, &claims("1"), &Admission::default()).await.unwrap();
    assert_eq!(who(kalends, &secret).await, anna);
    assert_eq!(kalends.user(anna).await.unwrap().principal.display_name, "Anna Beispiel");
    // Twice is once; what is hers is not his, and she is one person there.
    kalends.connect(anna, &claims("1"), &Admission::default()).await.unwrap().unwrap();
    let taken = kalends.connect(ben, &claims("1"), &Admission::default()).await.unwrap();
    assert_eq!(taken, Err(Refusal::OtherAccount));
    let second = kalends.connect(anna, &claims("2"), &Admission::default()).await.unwrap();
    assert_eq!(second, Err(Refusal::OtherIdentity));
    assert_eq!(kalends.identities(anna).await.unwrap().len(), 1);
    // Without a password there would be no way left.
    let only = kalends.disconnect(anna, SSO).await;
    assert!(matches!(only, Err(Error::BadInput { problem: Problem::OnlyWay, .. })), "{only:?}");
    kalends.set_password(anna, "a long sentence").await.unwrap();
    kalends.disconnect(anna, SSO).await.unwrap();
    assert!(matches!(kalends.disconnect(anna, SSO).await, Err(Error::NotFound(_))));
    assert_eq!(sign_in(kalends, &claims("1"), &Admission::default()).await, Err(Refusal::NoAccount));
}

#[tokio::test]
async fn whoever_is_disabled_or_deleted_stays_out_and_gets_no_second_account() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let secret = sign_in(kalends, &claims("1"), &anybody()).await.unwrap();
    let id = who(kalends, &secret).await;
    kalends.set_enabled(Administrator::Operator, id, false).await.unwrap();
    assert_eq!(sign_in(kalends, &claims("1"), &anybody()).await, Err(Refusal::NotActive));
    kalends.set_enabled(Administrator::Operator, id, true).await.unwrap();
    assert!(sign_in(kalends, &claims("1"), &anybody()).await.is_ok());
    kalends.delete_person(Administrator::Operator, id, Inheritance::Bin).await.unwrap();
    assert_eq!(sign_in(kalends, &claims("1"), &anybody()).await, Err(Refusal::NotActive));
    let gone = kalends.connect(id, &claims("2"), &anybody()).await.unwrap();
    assert_eq!(gone, Err(Refusal::NotActive));
    assert_eq!(home.count("identities").await, 1);
}

#[tokio::test]
async fn only_proven_addresses_of_admitted_domains_come_in() {
    let home = Home::new().await;
    let admission = Admission { creates: true, domains: vec!["example.org".into()] };
    let foreign = Claims { email: Some("anna@example.com".into()), ..claims("1") };
    let unknown = Claims { email: None, ..claims("1") };
    for claims in [foreign, unknown] {
        assert_eq!(sign_in(&home.kalends, &claims, &admission).await, Err(Refusal::Domain));
    }
    assert!(sign_in(&home.kalends, &claims("1"), &admission).await.is_ok());
    // Also whoever came in before.
    let moved = Claims { email: Some("anna@example.com".into()), ..claims("1") };
    assert_eq!(sign_in(&home.kalends, &moved, &admission).await, Err(Refusal::Domain));
}

#[tokio::test]
async fn name_and_e_mail_follow_at_each_sign_in_and_what_cannot_be_does_not() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let secret = sign_in(kalends, &claims("1"), &anybody()).await.unwrap();
    let id = who(kalends, &secret).await;
    let (_, password) = kalends.create_app_password(id, "phone").await.unwrap();
    let slug = kalends.user(id).await.unwrap().principal.slug;
    assert!(kalends.authenticate_client(&slug, &password.0).await.is_ok());
    let married =
        Claims { display_name: Some(" Anna Muster ".into()), email: Some("am@example.org".into()), ..claims("1") };
    sign_in(kalends, &married, &anybody()).await.unwrap();
    let user = kalends.user(id).await.unwrap().principal;
    assert_eq!((user.display_name.as_str(), user.email.as_deref()), ("Anna Muster", Some("am@example.org")));
    // Programs are told so at once.
    let (known, _) = kalends.authenticate_client(&slug, &password.0).await.unwrap();
    assert_eq!(known.display_name, "Anna Muster");
    let silent = Claims { display_name: None, email: None, ..claims("1") };
    let broken = Claims { display_name: Some("a\nb".into()), email: Some("nowhere".into()), ..claims("1") };
    for claims in [silent, broken] {
        sign_in(kalends, &claims, &anybody()).await.unwrap();
        assert_eq!(kalends.user(id).await.unwrap().principal, user);
    }
}

#[tokio::test]
async fn the_role_of_an_administrator_goes_with_the_word_that_it_came_by() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let says = |is_admin: bool| Claims { is_admin: Some(is_admin), ..claims("1") };
    let secret = sign_in(kalends, &says(true), &anybody()).await.unwrap();
    let id = who(kalends, &secret).await;
    let is_admin = async || kalends.user(id).await.unwrap().is_admin;
    assert!(is_admin().await);
    // The last one stays: nobody else could make another.
    sign_in(kalends, &says(false), &anybody()).await.unwrap();
    assert!(is_admin().await);
    let role = |is_admin| PersonPatch { is_admin: Some(is_admin), ..PersonPatch::default() };
    kalends.change_person(Administrator::Operator, home.anna.principal, role(true)).await.unwrap();
    sign_in(kalends, &says(false), &anybody()).await.unwrap();
    assert!(!is_admin().await);
    // What somebody here gave the provider does not take.
    kalends.change_person(Administrator::Operator, id, role(true)).await.unwrap();
    for claims in [says(false), says(true), says(false), claims("1")] {
        sign_in(kalends, &claims, &anybody()).await.unwrap();
        assert!(is_admin().await);
    }
    // It goes with the provider as well.
    kalends.set_password(id, "a long sentence").await.unwrap();
    kalends.change_person(Administrator::Operator, id, role(false)).await.unwrap();
    sign_in(kalends, &in_groups(says(true), &[("Staff", Role::Member)]), &anybody()).await.unwrap();
    assert!(is_admin().await);
    kalends.disconnect(id, SSO).await.unwrap();
    assert!(!is_admin().await);
    assert!(kalends.teams(Caller::page(id)).await.unwrap().is_empty());
}

#[tokio::test]
async fn groups_follow_the_provider_and_leave_what_somebody_said_here() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let details = TeamDetails { name: "Choir".into(), ..TeamDetails::default() };
    let choir = kalends.create_team(home.anna, PartyKind::Group, details).await.unwrap().party;
    let first = in_groups(
        claims("1"),
        &[("Staff", Role::Member), ("Sales", Role::Manager), ("Sales", Role::Guest), ("", Role::Guest)],
    );
    let secret = sign_in(kalends, &first, &anybody()).await.unwrap();
    let caller = kalends.session_user(&secret).await.unwrap().on_a_page();
    let teams = async || -> Vec<(String, Option<Role>)> {
        let teams = kalends.teams(caller).await.unwrap();
        teams.into_iter().map(|team| (team.party.slug, team.role)).collect()
    };
    assert_eq!(teams().await, [("sales".into(), Some(Role::Manager)), ("staff".into(), Some(Role::Member))]);
    // By hand she sings, and is a guest of another.
    kalends.set_member(home.anna, choir.id, caller.principal, Role::Member).await.unwrap();
    let existing = ClaimedGroup { group: GroupOfProvider::Existing(choir.slug.clone()), role: Role::Manager };
    let unknown = ClaimedGroup { group: GroupOfProvider::Existing("nowhere".into()), role: Role::Manager };
    let mut second = in_groups(claims("1"), &[("Staff", Role::Guest)]);
    second.groups.as_mut().unwrap().extend([existing.clone(), unknown]);
    sign_in(kalends, &second, &anybody()).await.unwrap();
    assert_eq!(teams().await, [("choir".into(), Some(Role::Member)), ("staff".into(), Some(Role::Guest))]);
    // A provider that has no say changes nothing; one that says none takes away what came from it alone.
    sign_in(kalends, &claims("1"), &anybody()).await.unwrap();
    assert_eq!(teams().await.len(), 2);
    sign_in(kalends, &in_groups(claims("1"), &[]), &anybody()).await.unwrap();
    assert_eq!(teams().await, [("choir".into(), Some(Role::Member))]);
    // A name is the provider's own: the choir that it names is another.
    let other = Claims { groups: Some(vec![existing]), ..claims("2") };
    let secret = sign_in(kalends, &other, &anybody()).await.unwrap();
    let second = kalends.session_user(&secret).await.unwrap().on_a_page();
    assert_eq!(kalends.teams(second).await.unwrap()[0].party.slug, "choir");
    sign_in(kalends, &in_groups(claims("2"), &[("Choir", Role::Member)]), &anybody()).await.unwrap();
    assert_eq!(kalends.teams(second).await.unwrap()[0].party.slug, "choir-2");
}

#[tokio::test]
async fn whoever_comes_into_a_group_and_goes_hears_of_their_list() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let secret = sign_in(kalends, &claims("1"), &anybody()).await.unwrap();
    let caller = kalends.session_user(&secret).await.unwrap().on_a_page();
    let mut seen = kalends.calendar_list(caller).await.unwrap().0;
    for groups in [&[("Staff", Role::Member)][..], &[]] {
        sign_in(kalends, &in_groups(claims("1"), groups), &anybody()).await.unwrap();
        let now = kalends.calendar_list(caller).await.unwrap().0;
        assert!(now > seen);
        seen = now;
        // The same again is nothing new.
        sign_in(kalends, &in_groups(claims("1"), groups), &anybody()).await.unwrap();
        assert_eq!(kalends.calendar_list(caller).await.unwrap().0, seen);
    }
}

#[tokio::test]
async fn signing_out_yields_the_token_that_only_the_session_opens() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let secret = sign_in(kalends, &claims("1"), &anybody()).await.unwrap();
    let ended = kalends.sign_out(&secret).await.unwrap().unwrap();
    assert_eq!(ended, session(&claims("1"), "s1"));
    assert_eq!(kalends.sign_out(&secret).await.unwrap(), None);
    kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    let local = kalends.sign_in("anna", "a long sentence", &Origin::default()).await.unwrap();
    assert_eq!(kalends.sign_out(&local.session.0).await.unwrap(), None);
}

#[tokio::test]
async fn a_provider_ends_the_sessions_that_it_opened_and_no_others() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let open = async |claims: &Claims, id: &str| {
        let session = session(claims, id);
        kalends.sign_in_by(claims, &anybody(), &session, &Origin::default()).await.unwrap().unwrap().session.0
    };
    let is_open = async |secret: &str| kalends.check_session(secret).await.is_ok();
    let elsewhere = Claims { issuer: OTHER.into(), ..claims("1") };
    let (first, second) = (open(&claims("1"), "a").await, open(&claims("1"), "b").await);
    let (other, third) = (open(&elsewhere, "a").await, open(&claims("2"), "c").await);
    let mut revocations = kalends.revocations();
    assert_eq!(kalends.end_sessions_of_provider(SSO, None, None).await.unwrap(), 0);
    assert_eq!(kalends.end_sessions_of_provider(SSO, Some("2"), Some("a")).await.unwrap(), 0);
    assert_eq!(kalends.end_sessions_of_provider(SSO, None, Some("a")).await.unwrap(), 1);
    assert!(revocations.has_changed().unwrap());
    revocations.mark_unchanged();
    assert!(!is_open(&first).await && is_open(&second).await && is_open(&other).await && is_open(&third).await);
    assert_eq!(kalends.end_sessions_of_provider(SSO, Some("1"), None).await.unwrap(), 1);
    assert!(!is_open(&second).await && is_open(&other).await && is_open(&third).await);
    // Of a session that the provider never named it is enough to know whose it is.
    let nameless = ProviderSession { id: None, ..session(&claims("1"), "") };
    let opened = kalends.sign_in_by(&claims("1"), &anybody(), &nameless, &Origin::default()).await.unwrap().unwrap();
    assert_eq!(kalends.end_sessions_of_provider(SSO, None, Some("z")).await.unwrap(), 0);
    assert_eq!(kalends.end_sessions_of_provider(SSO, Some("1"), Some("z")).await.unwrap(), 1);
    assert!(!is_open(&opened.session.0).await);
    // A token is taken once, of each issuer.
    let life = TimeDelta::minutes(5);
    assert!(kalends.spend_token(SSO, "t", life).await.unwrap());
    assert!(!kalends.spend_token(SSO, "t", life).await.unwrap());
    assert!(kalends.spend_token(OTHER, "t", life).await.unwrap());
}

#[tokio::test]
async fn what_a_browser_began_it_takes_up_once_and_no_other_does() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let browser = kalends.new_browser_secret().0;
    let flow = Flow { provider: "sso".into(), next: "/agenda".into(), user: Some(home.anna.principal) };
    let begun = kalends.begin_flow(&browser, &flow).await.unwrap();
    let other = kalends.begin_flow(&browser, &flow).await.unwrap();
    assert_ne!(begun.nonce, other.nonce);
    assert_ne!(begun.verifier, begun.nonce);
    assert_eq!(kalends.take_flow(&kalends.new_browser_secret().0, &begun.state.0).await.unwrap(), None);
    assert_eq!(kalends.take_flow(&browser, "nonsense").await.unwrap(), None);
    let (taken, secrets) = kalends.take_flow(&browser, &begun.state.0).await.unwrap().unwrap();
    assert_eq!(taken, flow);
    assert!(secrets == begun);
    assert_eq!(kalends.take_flow(&browser, &begun.state.0).await.unwrap(), None);
    home.run("UPDATE sign_in_flows SET expires_at = 0").await;
    assert_eq!(kalends.take_flow(&browser, &other.state.0).await.unwrap(), None);
    kalends.begin_flow(&browser, &flow).await.unwrap();
    assert_eq!(home.count("sign_in_flows").await, 1);
}

#[tokio::test]
async fn whom_a_proxy_names_has_the_account_of_that_name_or_gets_one() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let named = async |name: &str, creates: bool| kalends.proxied_user(name, creates).await;
    assert_eq!(named(" Anna ", false).await.unwrap().principal.id, home.anna.principal);
    for unknown in ["ben", "ben@example.org", "", "a\tb", &"x".repeat(300)] {
        assert!(matches!(named(unknown, false).await, Err(Error::BadCredentials)), "{unknown:?}");
    }
    let made = named("Ben@Example.org", true).await.unwrap();
    assert_eq!(
        (made.principal.slug.as_str(), made.principal.email.as_deref()),
        ("ben-example.org", Some("ben@example.org"))
    );
    assert_eq!(named("ben@example.org", false).await.unwrap().principal.id, made.principal.id);
    assert_ne!(named("ben@example.com", true).await.unwrap().principal.id, made.principal.id);
    assert_eq!(named("cleo", true).await.unwrap().principal.slug, "cleo");
    kalends.set_enabled(Administrator::Operator, made.principal.id, false).await.unwrap();
    assert!(matches!(named("ben@example.org", true).await, Err(Error::BadCredentials)));
    assert!(matches!(kalends.user(made.principal.id).await.unwrap().state, AccountState::Disabled(_)));
}

#[tokio::test]
async fn without_passwords_a_one_time_link_is_the_way_in() {
    let home = Home::with_limits(Limits { password_sign_in: false, ..Limits::default() }).await;
    let kalends = &home.kalends;
    kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    let refused = kalends.sign_in("anna", "a long sentence", &Origin::default()).await;
    assert!(matches!(refused, Err(Error::BadInput { problem: Problem::PasswordsOff, .. })), "{refused:?}");
    let link = kalends.create_sign_in_link(home.anna.principal).await.unwrap();
    let signed_in = kalends.redeem_sign_in_link(&link.0, "another sentence", &Origin::default()).await.unwrap();
    assert!(kalends.session_user(&signed_in.session.0).await.is_ok());
    // A password that nobody can sign in with is no way left.
    kalends.connect(home.anna.principal, &claims("1"), &anybody()).await.unwrap().unwrap();
    let only = kalends.disconnect(home.anna.principal, SSO).await;
    assert!(matches!(only, Err(Error::BadInput { problem: Problem::OnlyWay, .. })), "{only:?}");
}
