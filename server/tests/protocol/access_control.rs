//! RFC 3744: who has access, changed by ACL, and the reports about principals.

use crate::sharing::shared;
use kalends_domain::access::Access;
use kalends_domain::accounts::NewAppPassword;
use kalends_test_support::client::{Answer, Client};
use kalends_test_support::multistatus::DAV;
use kalends_test_support::requests::{NS, propfind};
use kalends_test_support::texts::event_titled;
use std::fmt::Write;

const PRINCIPALS: &str = "/api/v1.0/caldav/principals/";

fn ace(whom: &str, privileges: &[&str]) -> String {
    let granted: String = privileges.iter().map(|name| format!("<D:privilege><{name}/></D:privilege>")).collect();
    format!("<D:ace><D:principal>{whom}</D:principal><D:grant>{granted}</D:grant></D:ace>")
}

fn href(name: &str) -> String {
    format!("<D:href>{PRINCIPALS}{name}/</D:href>")
}

async fn acl(client: &Client, path: &str, entries: &str) -> Answer {
    client.request("ACL", path).xml(&format!("<D:acl {NS}>{entries}</D:acl>")).send().await
}

/// The entries as one line each: whom, what, and `fixed` for those that cannot be changed.
async fn entries(client: &Client, path: &str) -> Vec<String> {
    let text = client.propfind(path, "0", &propfind("<D:acl/>")).await.text();
    let document = roxmltree::Document::parse(&text).unwrap();
    let is = |name: &'static str| move |node: &roxmltree::Node<'_, '_>| node.has_tag_name((DAV, name));
    let lines = document.descendants().filter(is("ace")).map(|ace| {
        let principal = ace.children().find(is("principal")).unwrap();
        let whom =
            principal.descendants().filter(roxmltree::Node::is_text).filter_map(|node| node.text()).collect::<String>();
        let whom = match whom.strip_prefix(PRINCIPALS) {
            Some(name) => name.trim_end_matches('/').to_owned(),
            None => principal.descendants().next_back().unwrap().tag_name().name().to_owned(),
        };
        let mut line = whom;
        for privilege in ace.descendants().filter(is("privilege")) {
            write!(line, " {}", privilege.first_element_child().unwrap().tag_name().name()).unwrap();
        }
        if ace.children().any(|node| is("protected")(&node)) {
            line.push_str(" fixed");
        }
        line
    });
    lines.collect()
}

#[tokio::test]
async fn an_acl_shares_and_takes_back_at_once() {
    let of = shared(Access::Read).await;
    of.server.account("cleo").await;
    let calendar = of.ada.at("");
    assert_eq!(entries(&of.ada, &calendar).await, ["owner all fixed", "ben read"]);

    let wanted = ace("<D:authenticated/>", &["C:read-free-busy"]) + &ace(&href("cleo"), &["D:read", "D:write"]);
    assert_eq!(acl(&of.ada, &calendar, &wanted).await.status, 200);
    assert_eq!(
        entries(&of.ada, &calendar).await,
        ["owner all fixed", "cleo read write", "authenticated read-free-busy"]
    );
    // Ben has what everyone has.
    let privileges = of.ben.propfind(&of.path, "0", &propfind("<D:current-user-privilege-set/>")).await.text();
    assert!(privileges.contains("read-free-busy") && !privileges.contains("<D:read/>"), "{privileges}");

    // What comes back from the server, protected entries included, changes nothing.
    let before = of.server.kalends.access_list(of.ada_caller, of.calendar).await.unwrap();
    let text = of.ada.property(&calendar, "D:acl").await.xml;
    let again = text.replacen("<D:acl>", &format!("<D:acl {NS}>"), 1);
    assert_eq!(of.ada.request("ACL", &calendar).xml(&again).send().await.status, 200);
    assert_eq!(of.server.kalends.access_list(of.ada_caller, of.calendar).await.unwrap(), before);

    assert_eq!(acl(&of.ada, &calendar, "").await.status, 200);
    assert_eq!(entries(&of.ada, &calendar).await, ["owner all fixed"]);
    assert_eq!(of.ben.get(&of.path).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_granted_is_refused_by_name_and_changes_nothing() {
    let of = shared(Access::Read).await;
    let calendar = of.ada.at("");
    let before = entries(&of.ada, &calendar).await;
    let good = ace("<D:authenticated/>", &["D:read"]);
    let deny = ace(&href("ben"), &["D:read"]).replace("grant>", "deny>");
    let inverted = ace(&href("ben"), &["D:read"])
        .replace("<D:principal>", "<D:invert><D:principal>")
        .replace("</D:principal>", "</D:principal></D:invert>");
    let inherited =
        ace(&href("ben"), &["D:read"]).replace("</D:ace>", "<D:inherited><D:href>/</D:href></D:inherited></D:ace>");
    let taken = ace("<D:property><D:owner/></D:property>", &["D:read"]);
    for (entry, condition) in [
        (deny, "grant-only"),
        (inverted, "no-invert"),
        (inherited, "no-inherited-ace-conflict"),
        (taken, "no-protected-ace-conflict"),
        (ace(&href("ada"), &["D:read"]), "no-protected-ace-conflict"),
        (ace(&href("nobody"), &["D:read"]), "recognized-principal"),
        (ace("<D:href>mailto:x@example.org</D:href>", &["D:read"]), "recognized-principal"),
        (ace("<D:all/>", &["D:read"]), "allowed-principal"),
        (ace("<D:unauthenticated/>", &["D:read"]), "allowed-principal"),
        (ace("<D:self/>", &["D:read"]), "allowed-principal"),
        (ace(&href("ben"), &["D:all"]), "not-supported-privilege"),
        (ace(&href("ben"), &["D:write"]), "not-supported-privilege"),
        (ace(&href("ben"), &["D:read", "Z:fly"]), "not-supported-privilege"),
    ] {
        let answer = acl(&of.ada, &calendar, &(good.clone() + &entry)).await;
        assert_eq!((answer.status, answer.condition().as_str()), (403, condition), "{entry}");
    }
    for entry in ["<D:ace/>".to_owned(), "<D:ace><D:principal><D:authenticated/></D:principal></D:ace>".to_owned()] {
        assert_eq!(acl(&of.ada, &calendar, &entry).await.status, 400, "{entry}");
    }
    assert_eq!(of.ada.request("ACL", &calendar).xml("<x/>").send().await.status, 400);
    of.ada.add(&of.ada.at("a.ics"), &event_titled("a", "A")).await;
    for path in [of.ada.home(), of.ada.at("a.ics"), format!("{PRINCIPALS}ada/")] {
        let answer = acl(&of.ada, &path, &good).await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(!answer.header("allow").unwrap().contains("ACL"), "{path}");
    }
    assert_eq!(entries(&of.ada, &calendar).await, before);
}

#[tokio::test]
async fn who_has_access_is_for_those_who_administer() {
    let of = shared(Access::Write).await;
    let hidden = of.ben.properties(&of.path, "0", "<D:acl/><D:acl-restrictions/>").await;
    let acl_property = hidden.of(&of.path).property(DAV, "acl");
    assert_eq!((acl_property.status, acl_property.elements.len()), (403, 0));
    assert_eq!(hidden.of(&of.path).property(DAV, "acl-restrictions").status, 200);
    let set = format!("<D:acl-principal-prop-set {NS}><D:prop><D:displayname/></D:prop></D:acl-principal-prop-set>");
    let report = async |client: &Client, path: &str| client.request("REPORT", path).xml(&set).send().await;
    report(&of.ben, &of.path).await.expect(403, "need-privileges");
    acl(&of.ben, &of.path, "").await.expect(403, "need-privileges");
    let cleo = of.server.account("cleo").await;
    let (seen, never) = (report(&cleo, &of.ada.at("")).await, report(&cleo, &of.ada.at("none/")).await);
    assert_eq!((seen.status, seen.text()), (never.status, never.text()));
    assert_eq!(acl(&cleo, &of.ada.at(""), "").await.status, 404);

    of.regrant(Access::Administer).await;
    // Their own entry is not theirs to change.
    assert_eq!(entries(&of.ben, &of.path).await, ["owner all fixed", "ben read write read-acl write-acl fixed"]);
    let less = ace(&href("ben"), &["D:read"]);
    acl(&of.ben, &of.path, &less).await.expect(403, "no-protected-ace-conflict");
    assert_eq!(acl(&of.ben, &of.path, &ace(&href("cleo"), &["D:read"])).await.status, 200);
    let named = report(&of.ben, &of.path).await.multistatus();
    assert_eq!(named.hrefs(), ["ada", "ben", "cleo"].map(|name| format!("{PRINCIPALS}{name}/")));
    // An object has the access of its calendar.
    of.ada.add(&of.ada.at("a.ics"), &event_titled("a", "A")).await;
    let object = of.ada.properties(&of.ada.at("a.ics"), "0", "<D:acl/><D:inherited-acl-set/>").await;
    let object = object.of(&of.ada.at("a.ics"));
    assert_eq!(object.property(DAV, "inherited-acl-set").text, of.ada.at(""));
    assert_eq!(object.property(DAV, "acl").xml.matches("<D:inherited>").count(), 3);
}

#[tokio::test]
async fn principals_are_found_by_what_they_are_called_and_never_listed() {
    let of = shared(Access::Read).await;
    let search = async |test: &str, criteria: &[(&str, &str)]| {
        let criteria: String = criteria
            .iter()
            .map(|(property, wanted)| {
                format!(
                    "<D:property-search><D:prop><{property}/></D:prop><D:match>{wanted}</D:match></D:property-search>"
                )
            })
            .collect();
        let body = format!(
            "<D:principal-property-search {NS} test=\"{test}\">{criteria}<D:prop><D:displayname/><C:calendar-user-address-set/></D:prop></D:principal-property-search>"
        );
        of.ada.request("REPORT", PRINCIPALS).header("Depth", "0").xml(&body).send().await
    };
    let (ada, ben) = (format!("{PRINCIPALS}ada/"), format!("{PRINCIPALS}ben/"));
    let found = async |test: &str, criteria: &[(&str, &str)]| {
        search(test, criteria).await.multistatus().responses.into_keys().collect::<Vec<_>>()
    };
    const NAME: &str = "D:displayname";
    const ADDRESS: &str = "C:calendar-user-address-set";
    assert_eq!(found("allof", &[(NAME, "BEN")]).await, [&*ben]);
    assert_eq!(found("allof", &[(NAME, "first")]).await, [&*ada, &*ben]);
    assert_eq!(found("allof", &[(NAME, "first"), (ADDRESS, "mailto:ben@example.org")]).await, [&*ben]);
    assert_eq!(found("anyof", &[(NAME, "ada"), (ADDRESS, "mailto:ben@example.org")]).await, [&*ada, &*ben]);
    assert_eq!(found("allof", &[(ADDRESS, "ben@exa")]).await, [""; 0]);
    assert_eq!(found("allof", &[("D:owner", "ben")]).await, [""; 0]);
    let text = search("allof", &[(NAME, "ben")]).await.text();
    assert!(!text.contains("mailto:"), "the addresses of others are not told: {text}");
    let listed = of.ada.properties(PRINCIPALS, "1", "<D:displayname/>").await;
    assert_eq!(listed.hrefs(), [PRINCIPALS, &*ada]);
    for number in 0..12 {
        of.server.account(&format!("many{number}")).await;
    }
    let many = search("allof", &[(NAME, "many")]).await;
    assert!(many.text().contains("number-of-matches-within-limits"), "{}", many.text());
    assert_eq!(search("someof", &[(NAME, "ben")]).await.status, 400);
    assert_eq!(search("allof", &[]).await.status, 400);
    let body = format!("<D:principal-search-property-set {NS}/>");
    let set = of.ada.request("REPORT", PRINCIPALS).header("Depth", "0").xml(&body).send().await;
    assert_eq!(set.status, 200);
    assert!(set.text().contains("<D:prop><D:displayname/></D:prop>"), "{}", set.text());
}

#[tokio::test]
async fn a_principal_is_matched_and_what_is_its_own() {
    let of = shared(Access::Read).await;
    of.ada.add(&of.ada.at("a.ics"), &event_titled("a", "A")).await;
    let matching = async |path: &str, what: &str| {
        let body = format!("<D:principal-match {NS}>{what}<D:prop><D:displayname/></D:prop></D:principal-match>");
        let answer = of.ben.request("REPORT", path).header("Depth", "0").xml(&body).send().await;
        answer.multistatus().responses.into_keys().collect::<Vec<_>>()
    };
    let owned = "<D:principal-property><D:owner/></D:principal-property>";
    assert_eq!(matching(PRINCIPALS, "<D:self/>").await, [format!("{PRINCIPALS}ben/")]);
    of.ben.add(&of.ben.at("b.ics"), &event_titled("b", "B")).await;
    // What is shared with him stands in his home and is not his.
    assert_eq!(matching(&of.ben.home(), owned).await, [of.ben.at(""), of.ben.at("b.ics")]);
    assert_eq!(matching(&of.path, owned).await, [""; 0]);
    let body = format!("<D:principal-match {NS}/>");
    assert_eq!(of.ben.request("REPORT", PRINCIPALS).xml(&body).send().await.status, 400);
}

#[tokio::test]
async fn properties_are_expanded_into_what_they_lead_to() {
    let of = shared(Access::Read).await;
    let expand = async |path: &str, properties: &str| {
        let body = format!("<D:expand-property {NS}>{properties}</D:expand-property>");
        let answer = of.ben.request("REPORT", path).header("Depth", "0").xml(&body).send().await;
        // What is declared anew where it stands already.
        let text =
            answer.text().replace(" xmlns:D=\"DAV:\"", "").replace(" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"", "");
        (answer.status, text)
    };
    let (status, text) = expand(
        &of.path,
        "<D:property name=\"displayname\"/><D:property name=\"nothing\"/><D:property name=\"owner\"><D:property name=\"displayname\"/>\
         <D:property name=\"calendar-home-set\" namespace=\"urn:ietf:params:xml:ns:caldav\"/></D:property>",
    )
    .await;
    assert_eq!(status, 207);
    let ada = format!(
        "<D:owner><D:response><D:href>{PRINCIPALS}ada/</D:href><D:propstat><D:prop><D:displayname>ada the First</D:displayname></D:prop>"
    );
    assert!(text.contains(&ada), "{text}");
    assert!(text.contains("<D:nothing/>") && text.contains("<C:calendar-home-set/>"), "{text}");
    // Over several steps, and by what leads nowhere here.
    let (_, answer) = expand(
        &of.path,
        "<D:property name=\"current-user-principal\"><D:property name=\"calendar-user-address-set\" namespace=\"urn:ietf:params:xml:ns:caldav\">\
         <D:property name=\"displayname\"/></D:property></D:property>",
    )
    .await;
    assert!(answer.contains("<D:href>mailto:ben@example.org</D:href><D:response>"), "{answer}");
    assert!(answer.contains("<D:displayname>ben the First</D:displayname>"), "{answer}");
    let deep = "<D:property name=\"owner\">".repeat(20) + &"</D:property>".repeat(20);
    assert_eq!(expand(&of.path, &deep).await.0, 400);
    assert_eq!(expand(&of.path, "<D:property/>").await.0, 400);
}

#[tokio::test]
async fn people_know_each_other_by_name_and_a_credential_for_one_calendar_nobody() {
    let of = shared(Access::Read).await;
    let ada = format!("{PRINCIPALS}ada/");
    let there = of.ben.properties(&ada, "0", "<D:displayname/><D:group-membership/>").await;
    assert_eq!(there.of(&ada).property(DAV, "displayname").text, "ada the First");
    assert_eq!(there.of(&ada).property(DAV, "group-membership").status, 404);
    let name = propfind("<D:displayname/>");
    let never = of.ben.propfind(&format!("{PRINCIPALS}nobody/"), "0", &name).await;
    assert_eq!(never.status, 404);
    let one = NewAppPassword { label: "one".into(), only: Some(of.calendar), ..NewAppPassword::default() };
    let (_, secret) = of.server.kalends.create_app_password(of.ben_caller.principal, one).await.unwrap();
    let one = Client::new(of.ben.address, "ben", &secret.0);
    let seen = one.propfind(&ada, "0", &name).await;
    assert_eq!((seen.status, seen.text()), (404, never.text()));
}
