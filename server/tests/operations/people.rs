//! `kalends user`.

use crate::KALENDS;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{command, errors, printed};

#[tokio::test]
async fn people_are_looked_after_by_command() {
    let database = TestDatabase::with_tables().await;
    let user = |arguments: &[&str]| printed(command(KALENDS, &database), &[&["user"][..], arguments].concat());
    let refused = |arguments: &[&str]| {
        let output = command(KALENDS, &database).arg("user").args(arguments).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        errors(&output)
    };
    assert!(user(&["add", "anna", "--display-name", "Anna A.", "--admin"]).contains("/welcome/"));
    assert!(user(&["add", "ben", "--email", "ben@example.org"]).contains("/welcome/"));
    let row = |name: &str| {
        let list = user(&["list", name]);
        let words = list.lines().nth(1).unwrap().split_whitespace().map(str::to_owned);
        words.collect::<Vec<_>>()
    };
    assert_eq!(row("anna"), ["anna", "invited", "yes", "1", "never", "Anna", "A."]);
    assert_eq!(row("ben@"), ["ben", "invited", "no", "1", "never", "ben,", "ben@example.org"]);
    assert_eq!(user(&["list"]).lines().count(), 3);
    assert_eq!(user(&["email", "ben"]), "shown         ben@example.org");
    user(&["email", "ben", "--verify", "b@example.org"]);
    assert!(user(&["email", "ben"]).contains("verified      b@example.org"));
    assert!(refused(&["email", "anna", "--verify", "B@example.org"]).contains("exists"));
    assert!(refused(&["email", "ben", "--link", "b@example.org"]).contains("not found"), "it is verified already");
    user(&["email", "ben", "--remove", "b@example.org"]);
    assert!(refused(&["email", "ben", "--remove", "b@example.org"]).contains("not found"));
    assert!(refused(&["email", "ben", "--verify", "nowhere"]).contains("ada@example.org"));

    for arguments in [&["disable", "anna"][..], &["admin", "anna", "off"], &["delete", "anna", "--bin"]] {
        assert!(refused(arguments).contains("last administrator"), "{}", refused(arguments));
    }
    user(&["admin", "ben"]);
    user(&["admin", "anna", "off"]);
    user(&["disable", "anna"]);
    assert_eq!(row("anna")[1..3], ["disabled", "no"]);
    assert!(refused(&["link", "anna"]).contains("nobody can sign in"));
    user(&["enable", "anna"]);
    assert!(user(&["link", "anna"]).contains("/welcome/"));
    let token = user(&["app-password", "anna", "script", "--token", "--read-only", "--calendar", "personal"]);
    assert!(token.starts_with("kalends_"), "{token}");

    assert!(refused(&["delete", "anna"]).contains("--bin"), "what becomes of the calendars is to be said");
    assert!(user(&["delete", "anna", "--hand-over-to", "ben"]).contains("1 calendars more, 1 of them"));
    assert_eq!((row("anna")[1].as_str(), row("anna")[3].as_str(), row("ben")[3].as_str()), ("deleted", "0", "2"));
    assert!(refused(&["add", "anna"]).contains("exists"));
    user(&["restore", "anna"]);
    user(&["delete", "anna", "--bin"]);
    assert!(user(&["restore", "anna"]).contains("0 calendars"));
    assert!(refused(&["disable", "nobody"]).contains("not found"));
}
