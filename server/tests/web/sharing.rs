//! Pages and forms of shares, groups and missions.

use hyper::{Method, StatusCode};
use kalends_domain::access::{Access, PrincipalId};
use kalends_domain::sharing::{Answer as Reply, PartyKind};
use kalends_domain::teams::{Role, TeamDetails};
use kalends_test_support::browser::{Answer, FORM, Person};
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;

async fn get(server: &Server, person: &Person, path: &str) -> Answer {
    server.connect().await.get(path, &person.cookie).await
}

async fn post(server: &Server, person: &Person, path: &str, form: &str) -> Answer {
    server.connect().await.send(Method::POST, path, &person.cookie, FORM, form).await.unwrap()
}

fn sharing(of: &Person) -> String {
    format!("/calendars/{}/sharing", of.calendar.0)
}

/// With whom the calendar of `of` is shared, and how.
async fn shares(server: &Server, of: &Person) -> Vec<(String, Access)> {
    let shares = server.kalends.shares(of.caller, of.calendar).await.unwrap();
    shares.into_iter().map(|share| (share.with.slug, share.access)).collect()
}

async fn choir(server: &Server, manager: &Person) -> PrincipalId {
    let details = TeamDetails { name: "Choir".into(), ..TeamDetails::default() };
    server.kalends.create_team(manager.caller, PartyKind::Group, details).await.unwrap().party.id
}

#[tokio::test]
async fn a_calendar_is_shared_changed_and_taken_back_by_forms() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let path = sharing(&ada);
    let done = post(&server, &ada, &path, "do=share&team=&name=+BEN&level=read&ends=2099-12-31").await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, path.as_str()), "{}", done.text);
    assert_eq!(shares(&server, &ada).await, [("ben".to_owned(), Access::Read)]);
    let page = get(&server, &ada, &path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("until 31 Dec 2099") && page.text.contains("has not answered yet"), "{}", page.text);
    assert!(page.text.contains("data-follows"));

    let offered = get(&server, &ben, "/shared").await;
    assert!(offered.text.contains("Offered to you"), "{}", offered.text);
    let form = format!("do=accept&calendar={}", ada.calendar.0);
    assert_eq!(post(&server, &ben, "/shared", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(server.kalends.calendars(ben.caller).await.unwrap().len(), 2);
    assert!(get(&server, &ada, &path).await.text.contains("accepted"));

    let who = ben.caller.principal.0;
    let change = format!("do=change&who={who}&level=write&ends=");
    assert_eq!(post(&server, &ada, &path, &change).await.status, StatusCode::SEE_OTHER);
    assert_eq!(shares(&server, &ada).await, [("ben".to_owned(), Access::Write)]);
    assert_eq!(server.kalends.shares(ada.caller, ada.calendar).await.unwrap()[0].answer, Some(Reply::Accepted));
    assert_eq!(post(&server, &ada, &path, &format!("do=end&who={who}")).await.status, StatusCode::SEE_OTHER);
    assert!(shares(&server, &ada).await.is_empty());
    // Twice: another tab shows the share still.
    for form in [format!("do=end&who={who}"), change] {
        assert_eq!(post(&server, &ada, &path, &form).await.status, StatusCode::NOT_FOUND, "{form}");
    }
    assert!(shares(&server, &ada).await.is_empty());
}

#[tokio::test]
async fn whoever_is_named_without_doubt_is_taken_at_once_and_of_others_one_chooses() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    for (slug, name, email) in [
        ("robin.one", "Robin Doe", Some("robin@example.org")),
        ("robin.two", "Robin Doe", None),
        ("robin.three", "Robin Dale", Some("dale@example.org")),
    ] {
        let mut robin = kalends_test_support::home::new_user(slug);
        (robin.display_name, robin.email) = (name.into(), email.map(Into::into));
        server.kalends.create_user(robin).await.unwrap();
    }
    let path = sharing(&ada);
    let share = async |form: &str| {
        let answer = post(&server, &ada, &path, &format!("do=share&level=read&{form}")).await;
        let shared = shares(&server, &ada).await.into_iter().map(|(slug, _)| slug).collect::<Vec<_>>();
        for share in server.kalends.shares(ada.caller, ada.calendar).await.unwrap() {
            server.kalends.unshare(ada.caller, ada.calendar, share.with.id).await.unwrap();
        }
        (answer, shared)
    };
    for (form, who) in [
        ("name=robin.two", "robin.two"),
        ("name=Robin%40Example.org", "robin.one"),
        ("name=robin+dale", "robin.three"),
        ("name=rob&asked=rob&which=robin.two", "robin.two"),
        ("name=rob&team=everyone", ".everyone"),
    ] {
        let (answer, shared) = share(form).await;
        assert_eq!((answer.status, shared), (StatusCode::SEE_OTHER, vec![who.to_owned()]), "{form}: {}", answer.text);
    }
    // A name that two have, the beginning of one, and a choice made for another name.
    for form in ["name=robin+doe", "name=rob", "name=rob&asked=ro&which=robin.two", "name=robin%40"] {
        let (answer, shared) = share(form).await;
        assert_eq!((answer.status, shared.len()), (StatusCode::OK, 0), "{form}");
        assert!(answer.text.contains("Whom do you mean?") && answer.text.contains("robin.one"), "{form}");
    }
    for form in ["name=everyone", "name=", "name=nobody", "name=x&asked=x&which=nobody", "team=nobody", "name=r"] {
        let (answer, shared) = share(form).await;
        assert_eq!((answer.status, shared.len()), (StatusCode::UNPROCESSABLE_ENTITY, 0), "{form}");
        assert!(answer.text.contains("field-error"), "{form}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_a_form_says_wrong_is_said_beside_it_and_changes_nothing() {
    let server = Server::with_pages().await;
    let (ada, _) = (server.person("ada").await, server.person("ben").await);
    for (form, said) in [
        ("name=ben&level=owner", "It can be shared for busy times"),
        ("name=ben&level=none", "It can be shared for busy times"),
        ("name=ben&level=", "It can be shared for busy times"),
        ("name=ben&level=read&ends=2020-01-01", "Choose a time to come."),
        ("name=ben&level=read&ends=soon", "This is no date."),
        ("name=ada&level=read", "Choose somebody else"),
    ] {
        let answer = post(&server, &ada, &sharing(&ada), &format!("do=share&{form}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.text.contains(said) && answer.text.contains("field-error"), "{form}: {}", answer.text);
    }
    for form in ["", "do=", "do=everything", "do=end", "do=end&who=x", "do=change&level=read"] {
        assert_eq!(post(&server, &ada, &sharing(&ada), form).await.status, StatusCode::BAD_REQUEST, "{form}");
    }
    assert!(shares(&server, &ada).await.is_empty());
    for form in ["", "do=accept", "do=accept&calendar=x", "do=keep&calendar=1"] {
        assert_eq!(post(&server, &ada, "/shared", form).await.status, StatusCode::BAD_REQUEST, "{form}");
    }
    let own = post(&server, &ada, "/shared", &format!("do=decline&calendar={}", ada.calendar.0)).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (form, said) in [
        ("kind=group&title=+", "characters"),
        ("kind=person&title=X", "It is a group or a mission."),
        ("kind=mission&title=X&starts=2027-02-02&ends=2027-02-01", "The end is before the start."),
        ("kind=mission&title=X&starts=then", "This is no date."),
    ] {
        let answer = post(&server, &ada, "/groups", form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.text.contains(said) && answer.text.contains("field-error"), "{form}: {}", answer.text);
    }
    assert!(server.kalends.teams(ada.caller).await.unwrap().is_empty());
}

#[tokio::test]
async fn who_may_not_administer_a_calendar_neither_sees_nor_changes_its_shares() {
    let server = Server::with_pages().await;
    let (ada, ben, cleo) = (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let path = sharing(&ada);
    let who = ben.caller.principal.0;
    let forms = [
        "do=share&name=cleo&level=read".to_owned(),
        "do=share&name=nobody&level=read".to_owned(),
        format!("do=change&who={who}&level=administer"),
        format!("do=end&who={who}"),
    ];
    for (access, status) in [
        (None, StatusCode::NOT_FOUND),
        (Some(Access::FreeBusy), StatusCode::FORBIDDEN),
        (Some(Access::Read), StatusCode::FORBIDDEN),
        (Some(Access::Write), StatusCode::FORBIDDEN),
    ] {
        if let Some(access) = access {
            server.kalends.share(ada.caller, ada.calendar, ben.caller.principal, access, None).await.unwrap();
        }
        let before = shares(&server, &ada).await;
        let page = get(&server, &ben, &path).await;
        assert_eq!(page.status, status, "{access:?}");
        assert!(!page.text.contains("Take back"), "{access:?}");
        for form in &forms {
            assert_eq!(post(&server, &ben, &path, form).await.status, status, "{access:?} {form}");
        }
        assert_eq!(shares(&server, &ada).await, before, "{access:?}");
    }
    for path in ["/calendars/99999/sharing", "/calendars/none/sharing"] {
        assert_eq!(get(&server, &ada, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // One who administers it shares it on, and does not raise what they have.
    server.kalends.share(ada.caller, ada.calendar, ben.caller.principal, Access::Administer, None).await.unwrap();
    assert_eq!(post(&server, &ben, &path, &forms[0]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(post(&server, &ben, &path, &forms[2]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(shares(&server, &ada).await.len(), 2);
    // What was not offered cannot be accepted.
    let unasked = post(&server, &cleo, "/shared", &format!("do=accept&calendar={}", ben.calendar.0)).await;
    assert_eq!(unasked.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_posts_for_others_nor_from_another_site() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    choir(&server, &ada).await;
    server.kalends.share(ada.caller, ada.calendar, ben.caller.principal, Access::Read, None).await.unwrap();
    let client = Client::new(server.address, "ada", "").without_credentials();
    for (path, form) in [
        (sharing(&ada), format!("do=end&who={}", ben.caller.principal.0)),
        ("/shared".to_owned(), format!("do=accept&calendar={}", ada.calendar.0)),
        ("/groups".to_owned(), "kind=group&title=Mine".to_owned()),
        ("/groups/choir".to_owned(), "do=delete".to_owned()),
    ] {
        let nobody = server.connect().await.send(Method::POST, &path, "", FORM, &form).await.unwrap();
        assert!(nobody.header("location").starts_with("/sign-in?next="), "{path}: {}", nobody.status);
        assert!(server.connect().await.get(&path, "").await.header("location").starts_with("/sign-in"), "{path}");
        for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let cookie = if path == "/shared" { &ben.cookie } else { &ada.cookie };
            let request = client.request("POST", &path).header("cookie", cookie).header("content-type", FORM);
            let answer = request.header(name, value).body(form.clone()).send().await;
            assert_eq!(answer.status, 403, "{path} {name}");
        }
    }
    assert_eq!(shares(&server, &ada).await.len(), 1);
    assert_eq!(server.kalends.offers(ben.caller).await.unwrap().len(), 1);
    assert_eq!(server.kalends.teams(ada.caller).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_group_is_made_filled_and_removed_by_forms() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let made = post(&server, &ada, "/groups", "kind=mission&title=Apollo&starts=2099-01-01&ends=2099-02-01").await;
    assert_eq!((made.status, made.header("location")), (StatusCode::SEE_OTHER, "/groups/apollo"), "{}", made.text);
    let page = get(&server, &ada, "/groups/apollo").await;
    assert!(page.text.contains("1 Jan 2099 – 1 Feb 2099") && page.text.contains("Manager"), "{}", page.text);
    let go = async |person: &Person, form: &str| post(&server, person, "/groups/apollo", form).await;
    assert_eq!(go(&ada, "do=add&name=ben&role=guest").await.status, StatusCode::SEE_OTHER);
    assert_eq!(go(&ada, "do=calendar&calendar=Flight+plan").await.status, StatusCode::SEE_OTHER);
    let seen = get(&server, &ben, "/groups/apollo").await;
    assert!(seen.text.contains("Flight plan") && !seen.text.contains("Add somebody"), "{}", seen.text);
    let (bens, adas) = (ben.caller.principal.0, ada.caller.principal.0);
    assert_eq!(go(&ada, &format!("do=role&who={bens}&role=member")).await.status, StatusCode::SEE_OTHER);
    for (form, said) in [
        (format!("do=role&who={adas}&role=guest"), "Somebody has to manage it"),
        (format!("do=remove&who={adas}"), "Somebody has to manage it"),
        ("do=delete".to_owned(), "It still has calendars"),
        ("do=add&name=nobody&role=member".to_owned(), "Nobody has this name here."),
        ("do=add&name=ben&role=king".to_owned(), "It is a guest, a member or a manager."),
        ("do=calendar&calendar=".to_owned(), "characters"),
        ("do=update&title=&starts=&ends=".to_owned(), "characters"),
    ] {
        let answer = go(&ada, &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.text.contains(said), "{form}: {}", answer.text);
    }
    // A member manages nothing and leaves when they like.
    for form in [
        "do=add&name=ada&role=guest".to_owned(),
        "do=add&name=nobody&role=guest".to_owned(),
        format!("do=role&who={bens}&role=manager"),
        format!("do=remove&who={adas}"),
        "do=calendar&calendar=Mine".to_owned(),
        "do=update&title=Mine".to_owned(),
        "do=delete".to_owned(),
    ] {
        assert_eq!(go(&ben, &form).await.status, StatusCode::FORBIDDEN, "{form}");
    }
    let left = go(&ben, &format!("do=remove&who={bens}")).await;
    assert_eq!((left.status, left.header("location")), (StatusCode::SEE_OTHER, "/groups"));
    assert_eq!(go(&ada, "do=update&title=Artemis&starts=&ends=").await.status, StatusCode::SEE_OTHER);
    // One without calendars goes.
    choir(&server, &ada).await;
    let gone = post(&server, &ada, "/groups/choir", "do=delete").await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/groups"), "{}", gone.text);
    let teams = server.kalends.teams(ada.caller).await.unwrap();
    assert_eq!(teams.iter().map(|team| team.details.name.as_str()).collect::<Vec<_>>(), ["Artemis"]);
}

#[tokio::test]
async fn a_group_is_not_there_for_those_who_do_not_belong_to_it() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let id = choir(&server, &ada).await;
    for path in ["/groups/choir", "/groups/nothing", "/groups/ada", "/groups/everyone", "/groups/.everyone"] {
        let page = get(&server, &ben, path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!page.text.contains("Choir"), "{path}");
        for form in ["do=add&name=ben&role=manager", "do=delete", "do=calendar&calendar=Mine", "do=update&title=Mine"] {
            let answer = post(&server, &ben, path, form).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} {form}");
        }
        assert_eq!(post(&server, &ben, path, "do=nothing").await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    // Nor can a calendar be shared with it by whoever guesses its name.
    let guessed = post(&server, &ben, &sharing(&ben), "do=share&team=choir&level=read").await;
    assert_eq!(guessed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shares(&server, &ben).await.is_empty());
    assert_eq!(server.kalends.team(ada.caller, id).await.unwrap().1[0].role, Role::Manager);
}
