//! Mail by `/api/v1.0/mail/`: an account at a server, its messages, and what is written.

use super::rest_calendars::{Program, body};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kalends_domain::jobs::Worker;
use kalends_domain::people::Administrator;
use kalends_test_support::dovecot::{Dovecot, Offering, PASSWORD};
use kalends_test_support::server::Server;
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// Does what is due.
pub async fn work(server: &Server) {
    Worker::new(server.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
}

#[tokio::test]
async fn a_program_adds_an_account_reads_sorts_and_writes() {
    let proof = Some(STANDARD.encode(format!("\0ada@example.org\0{PASSWORD}")));
    let abilities = vec!["AUTH PLAIN"];
    let (dovecot, smtp) = (
        Dovecot::shared(Offering::Everything),
        SmtpServer::start(SmtpOptions { abilities, proof, ..SmtpOptions::default() }),
    );
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    let (eve, _) = Program::new(&server, "eve").await;
    let at = |port| json!({ "host": "127.0.0.1", "port": port, "security": "plain" });
    let wanted = |password: &str| {
        json!({ "address": "ada@example.org", "password": password, "display_name": "Ada",
            "imap": at(dovecot.port), "smtp": at(smtp.address.port()) })
    };
    let refused = ada.send("POST", "/mail/accounts", &[], &wanted("wrong")).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let key = [("Idempotency-Key", "one")];
    let made = ada.send("POST", "/mail/accounts", &key, &wanted(PASSWORD)).await;
    let account = body(&made);
    assert_eq!((made.status, account["state"].as_str()), (201, Some("active")), "{}", made.text());
    assert!(!made.text().contains(PASSWORD));
    let again = ada.send("POST", "/mail/accounts", &key, &wanted(PASSWORD)).await;
    assert_eq!((again.status, &body(&again)["id"]), (201, &account["id"]));
    work(&server).await;

    // What is written, and sent to oneself as the server has it.
    let begun = ada.send("POST", "/mail/drafts", &[], &json!({ "account": account["id"] })).await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let draft = format!("/mail/drafts/{}", body(&begun)["id"]);
    let seen = begun.header("etag").unwrap().to_owned();
    let long = "Words. ".repeat(20_000);
    let content = json!({ "to": [{ "name": "Zoé", "address": "zoe@example.org" }], "subject": "Hello", "text": long });
    assert_eq!(ada.send("PUT", &draft, &[], &content).await.status, 428);
    let saved = ada.send("PUT", &draft, &[("If-Match", &seen)], &content).await;
    assert_eq!((saved.status, &body(&saved)["subject"]), (200, &json!("Hello")), "{}", saved.text());
    let late = ada.send("PUT", &draft, &[("If-Match", &seen)], &content).await;
    assert_eq!(late.status, 412, "{}", late.text());
    let now = saved.header("etag").unwrap().to_owned();
    let sending = ada.send("POST", &format!("{draft}/send"), &[("If-Match", &now)], &json!({})).await;
    assert_eq!((sending.status, &body(&sending)["state"]), (202, &json!("waiting")), "{}", sending.text());
    let back = ada.send("POST", &format!("{draft}/unsend"), &[], &json!({})).await;
    assert_eq!((back.status, &body(&back)["state"]), (200, &json!("draft")), "{}", back.text());

    // What is saved is among the drafts of the server, where it is a message.
    server.run("UPDATE jobs SET due_at = 1 WHERE kind = 'mail-save'").await;
    work(&server).await;
    let look = ada.send("POST", &format!("/mail/accounts/{}/look", account["id"]), &[], &json!({})).await;
    assert_eq!(look.status, 202, "{}", look.text());
    work(&server).await;
    let folders = body(&ada.get("/mail/folders").await);
    let role = |name: &str| -> Value {
        let folders = folders["folders"].as_array().unwrap();
        folders.iter().find(|folder| folder["role"] == name).unwrap().clone()
    };
    assert_eq!((&role("drafts")["messages"], &role("bin")["messages"]), (&json!(1), &json!(0)));
    let listed = body(&ada.get("/mail/messages?place=drafts").await);
    let message = &listed["messages"][0];
    assert_eq!((&message["subject"], &message["to"][0]["address"]), (&json!("Hello"), &json!("zoe@example.org")));
    let path = format!("/mail/messages/{}", message["id"]);
    assert!(body(&ada.get(&path).await)["text"].as_str().unwrap().contains("Words. Words."));
    assert!(ada.get(&format!("{path}/source")).await.text().contains("Subject: Hello"));
    let change = json!({ "messages": [message["id"]], "change": "delete" });
    let changed = body(&ada.send("POST", "/mail/changes", &[], &change).await);
    assert_eq!(changed["messages"], 1, "{changed}");
    assert_eq!(body(&ada.get("/mail/messages?place=bin").await)["messages"].as_array().unwrap().len(), 1);
    let pending = format!("/mail/accounts/{}/pending", account["id"]);
    assert_eq!(body(&ada.get(&pending).await), json!({ "messages": 1 }), "the server was not told");
    let undo = changed["undo"].as_str().unwrap().strip_prefix("/api/v1.0").unwrap().to_owned();
    assert_eq!(body(&ada.send("POST", &undo, &[], &json!({})).await), json!({ "messages": 1 }));
    assert_eq!(body(&ada.get(&pending).await), json!({ "messages": 0 }));
    assert_eq!(eve.get(&pending).await.status, 404);

    // Whose pictures are shown, which is everybody's own.
    let sender = "/mail/picture-senders/News%40Shop.example";
    assert_eq!(ada.plain("PUT", sender, &[]).await.status, 204);
    let shown = || async { body(&ada.get("/mail/picture-senders").await)["senders"].clone() };
    assert_eq!(shown().await, json!(["news@shop.example"]));
    assert_eq!(body(&eve.get("/mail/picture-senders").await)["senders"], json!([]));
    assert_eq!(ada.plain("DELETE", sender, &[]).await.status, 204);
    assert_eq!(shown().await, json!([]));
    // Nobody was written to yet.
    assert_eq!(body(&ada.get("/mail/people?q=zoe").await), json!({ "people": [] }));
    assert_eq!(ada.get("/mail/people?word=zoe").await.status, 400);
    for (wrong, status) in [
        ("?place=nowhere", 400),
        ("?folder=1&account=1", 400),
        ("?after=x", 400),
        ("?limit=0", 400),
        ("?folder=999999", 404),
    ] {
        assert_eq!(ada.get(&format!("/mail/messages{wrong}")).await.status, status, "{wrong}");
    }

    // For somebody else nothing of it exists, told as what never was.
    let of_account = format!("/mail/accounts/{}", account["id"]);
    for path in
        [of_account.as_str(), draft.as_str(), path.as_str(), &format!("{path}/source"), &format!("{path}/thread")]
    {
        let (theirs, never) =
            (eve.get(path).await, eve.get(&path.replace(|digit: char| digit.is_ascii_digit(), "9")).await);
        assert_eq!((theirs.status, never.status), (404, 404), "{path}");
        assert_eq!(body(&theirs)["detail"], body(&never)["detail"], "{path}");
    }
    for path in ["/mail/accounts", "/mail/folders", "/mail/messages", "/mail/drafts"] {
        let text = eve.get(path).await.text();
        assert!(text.contains(":[]"), "{path}: {text}");
    }
    assert_eq!(eve.send("POST", "/mail/changes", &[], &change).await.status, 404);
    assert_eq!(eve.send("POST", &undo, &[], &json!({})).await.status, 404);
    assert_eq!(eve.plain("DELETE", &of_account, &[]).await.status, 404);

    let known = ada.get(&of_account).await.header("etag").unwrap().to_owned();
    let renamed = ada.send("PATCH", &of_account, &[("If-Match", &known)], &json!({ "name": "Mine" })).await;
    assert_eq!((renamed.status, &body(&renamed)["name"]), (200, &json!("Mine")), "{}", renamed.text());
    assert_eq!(ada.plain("DELETE", &of_account, &[("If-Match", &known)]).await.status, 412);
    assert_eq!(ada.plain("DELETE", &of_account, &[]).await.status, 204);
    assert_eq!(body(&ada.get("/mail/accounts").await)["accounts"], json!([]));
}

#[tokio::test]
async fn a_program_attaches_files_and_says_as_whom_it_writes() {
    let proof = Some(STANDARD.encode(format!("\0ada@example.org\0{PASSWORD}")));
    let abilities = vec!["AUTH PLAIN"];
    let smtp = SmtpServer::start(SmtpOptions { abilities, proof, ..SmtpOptions::default() });
    let dovecot = Dovecot::shared(Offering::Everything);
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    let (eve, _) = Program::new(&server, "eve").await;
    let at = |port| json!({ "host": "127.0.0.1", "port": port, "security": "plain" });
    let wanted = json!({ "address": "ada@example.org", "password": PASSWORD, "display_name": "Ada",
        "imap": at(dovecot.port), "smtp": at(smtp.address.port()) });
    let account = body(&ada.send("POST", "/mail/accounts", &[], &wanted).await);
    let begun = ada.send("POST", "/mail/drafts", &[], &json!({ "account": account["id"] })).await;
    let draft = format!("/mail/drafts/{}", body(&begun)["id"]);
    let content = json!({ "subject": "Hello" });
    let seen = begun.header("etag").unwrap();
    assert_eq!(ada.send("PUT", &draft, &[("If-Match", seen)], &content).await.status, 200);

    // Files come with it, within what a mail may have.
    let files = format!("{draft}/attachments");
    let octets = ada.octets("POST", &format!("{files}?name=..%2Fplan.pdf"), "application/pdf", vec![0, 255, 10]).await;
    let attached = body(&octets);
    assert_eq!(
        (octets.status, &attached["name"], &attached["size"]),
        (201, &json!("plan.pdf"), &json!(3)),
        "{attached}"
    );
    let file = octets.header("location").unwrap().strip_prefix("/api/v1.0").unwrap().to_owned();
    let seen = octets.header("etag").unwrap().to_owned();
    assert_eq!(ada.get(&draft).await.header("etag"), Some(seen.as_str()));
    assert_eq!(body(&ada.get(&files).await)["attachments"], json!([attached]));
    let read = ada.get(&file).await;
    assert_eq!((read.header("content-type"), read.body.as_slice()), (Some("application/pdf"), &[0, 255, 10][..]));
    for (path, octets, status) in [
        (files.clone(), 1, 400),
        (format!("{files}?name=large"), 25 * 1024 * 1024, 413),
        ("/mail/drafts/999999/attachments?name=x".to_owned(), 1, 404),
    ] {
        let answer = ada.octets("POST", &path, "text/plain", vec![0; octets]).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    assert_eq!(eve.octets("POST", &format!("{files}?name=x"), "text/plain", vec![1]).await.status, 404);
    assert_eq!(eve.get(&file).await.status, 404);
    assert_eq!(ada.plain("DELETE", &file, &[("If-Match", "\"older\"")]).await.status, 412);
    assert_eq!(eve.plain("DELETE", &file, &[]).await.status, 404);
    assert_eq!(ada.plain("DELETE", &file, &[]).await.status, 204);
    assert_eq!(ada.plain("DELETE", &file, &[]).await.status, 404);
    assert_eq!(body(&ada.get(&files).await)["attachments"], json!([]));

    // As whom mail is sent.
    let identities = format!("/mail/accounts/{}/identities", account["id"]);
    let own = body(&ada.get(&identities).await)["identities"].clone();
    assert_eq!((&own[0]["address"], &own[0]["name"]), (&json!("ada@example.org"), &json!("Ada")));
    let wanted = json!({ "address": "office@example.org", "name": "Office", "signature": "The office" });
    let made = ada.send("POST", &identities, &[], &wanted).await;
    assert_eq!((made.status, &body(&made)["signature"]), (201, &json!("The office")), "{}", made.text());
    assert_eq!(ada.send("POST", &identities, &[], &wanted).await.status, 409);
    assert_eq!(ada.send("POST", &identities, &[], &json!({ "address": "x" })).await.status, 422);
    let one = made.header("location").unwrap().strip_prefix("/api/v1.0").unwrap().to_owned();
    let changed = ada.send("PATCH", &one, &[], &json!({ "signature": null })).await;
    let expected = (&json!("Office"), &json!(null));
    assert_eq!((&body(&changed)["name"], &body(&changed)["signature"]), expected, "{}", changed.text());
    assert_eq!(eve.send("PATCH", &one, &[], &json!({ "name": "Eve" })).await.status, 404);
    assert_eq!(eve.get(&identities).await.status, 404);
    assert_eq!(ada.plain("DELETE", &format!("{identities}/{}", own[0]["id"]), &[]).await.status, 403);
    assert_eq!(ada.plain("DELETE", &one, &[]).await.status, 204);
    assert_eq!(ada.plain("DELETE", &one, &[]).await.status, 404);
    let chosen = json!({ "for_invitations": true });
    let chosen = ada.send("PATCH", &format!("/mail/accounts/{}", account["id"]), &[], &chosen).await;
    assert_eq!(body(&chosen)["for_invitations"], json!(true), "{}", chosen.text());

    // Whoever leaves takes along what is theirs of it, and no password.
    let of_ada = server.kalends.user_by_slug("ada").await.unwrap();
    let out = server.kalends.take_out(Administrator::Person(of_ada.on_a_page()), of_ada.principal.id).await.unwrap();
    let (of, known) = &out.around.mail_accounts[0];
    assert_eq!((of.address.as_str(), known.len(), out.around.drafts.len()), ("ada@example.org", 1, 1));
    let eml = out.draft(&out.around.drafts[0]).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&eml).contains("Subject: Hello"));
}
