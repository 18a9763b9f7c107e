//! The index stays the same as the server, whoever changes what.

use crate::setup::{Post, mail};
use kalends_domain::Error;
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{FolderRole, MailChange, MailPlace, MailQuery, MailSelection, MessageFlags, Pictures};
use kalends_test_support::dovecot::Offering;
use kalends_test_support::home::user;
use kalends_test_support::smtp::SmtpOptions;

async fn offered(offering: Offering) -> Post {
    Post::at(offering, SmtpOptions::default()).await
}

#[tokio::test]
async fn what_comes_is_listed_and_what_others_do_is_followed() {
    for offering in [Offering::Everything, Offering::Little] {
        let post = offered(offering).await;
        for number in 1..=5 {
            post.deliver(&mail(&format!("number {number}"), &number.to_string(), "")).await;
        }
        post.look().await;
        let inbox = post.folder(FolderRole::Inbox).await;
        assert_eq!((inbox.messages, inbox.unread), (5, 5), "{offering:?}");
        let rows = post.list(MailPlace::Inboxes).await;
        assert_eq!(rows.len(), 5);
        let first = &rows.last().unwrap().message;
        assert_eq!((first.subject.as_str(), first.from.name.as_str()), ("number 1", "Bob"));
        assert_eq!(first.preview.as_deref(), Some("Hello number 1"));
        assert_eq!(post.kalends.unread_mail(post.anna).await.unwrap(), 5);
        // Another program reads one, moves one and deletes one.
        post.other.store("INBOX", &[1], MessageFlags::SEEN.with(MessageFlags::FLAGGED), true).await.unwrap();
        post.other.move_to("INBOX", &[2], "Archive").await.unwrap();
        post.other.delete("INBOX", &[3]).await.unwrap();
        post.look().await;
        assert_eq!(post.subjects(FolderRole::Inbox).await, ["number 1", "number 4", "number 5"], "{offering:?}");
        assert_eq!(post.subjects(FolderRole::Archive).await, ["number 2"]);
        let rows = post.list(MailPlace::Flagged).await;
        assert_eq!(rows.len(), 1);
        assert!(!rows[0].message.is_unread() && rows[0].message.subject == "number 1");
        let inbox = post.folder(FolderRole::Inbox).await;
        assert_eq!((inbox.messages, inbox.unread), (3, 2));
    }
}

#[tokio::test]
async fn what_is_done_here_is_done_there_and_can_be_taken_back() {
    for offering in [Offering::Everything, Offering::Little] {
        let post = offered(offering).await;
        for number in 1..=4 {
            post.deliver(&mail(&format!("number {number}"), &number.to_string(), "")).await;
        }
        post.look().await;
        let rows = post.list(MailPlace::Inboxes).await;
        let ids: Vec<_> = rows.iter().map(|row| row.message.id).collect();
        let change = async |ids: &[_], change| {
            let selection = MailSelection::Messages(ids.to_vec());
            post.kalends.change_mail(post.anna, &selection, change).await.unwrap()
        };
        change(&ids[..2], MailChange::Read(true)).await;
        // Seen at once, before the server knows.
        let pending = post.kalends.mail_message(post.anna, ids[0]).await.unwrap();
        assert!(pending.is_pending && !pending.is_unread());
        assert_eq!(post.folder(FolderRole::Inbox).await.unread, 2);
        post.work().await;
        assert!(!post.kalends.mail_message(post.anna, ids[0]).await.unwrap().is_pending);
        let seen = post.flags_there("INBOX").await.iter().filter(|(_, flags)| flags.has(MessageFlags::SEEN)).count();
        assert_eq!(seen, 2, "{offering:?}");
        let archived = change(&ids[..1], MailChange::Archive).await;
        assert_eq!((archived.messages, post.folder(FolderRole::Archive).await.messages), (1, 1));
        post.work().await;
        post.look().await;
        assert_eq!(post.flags_there("Archive").await.len(), 1);
        assert_eq!(post.subjects(FolderRole::Archive).await, ["number 4"]);
        // Taken back after the server knew.
        assert_eq!(post.kalends.undo_mail(post.anna, archived.undo).await.unwrap(), 1);
        post.work().await;
        post.look().await;
        assert_eq!((post.flags_there("INBOX").await.len(), post.flags_there("Archive").await.len()), (4, 0));
        assert_eq!(post.list(MailPlace::Inboxes).await.len(), 4);
        assert!(matches!(post.kalends.undo_mail(post.anna, archived.undo).await, Err(Error::NotFound(_))));
        // Into the bin, and from there for good.
        let rows = post.list(MailPlace::Inboxes).await;
        let ids: Vec<_> = rows.iter().map(|row| row.message.id).collect();
        change(&ids, MailChange::Delete).await;
        post.work().await;
        post.look().await;
        assert_eq!((post.flags_there("INBOX").await.len(), post.flags_there("Trash").await.len()), (0, 4));
        let bin = post.folder(FolderRole::Bin).await;
        assert_eq!(bin.messages, 4);
        let all = MailSelection::Folder(bin.id);
        assert_eq!(post.kalends.change_mail(post.anna, &all, MailChange::Delete).await.unwrap().messages, 4);
        assert_eq!(post.folder(FolderRole::Bin).await.messages, 0);
    }
}

#[tokio::test]
async fn threads_are_of_messages_that_name_each_other() {
    let post = Post::new().await;
    post.deliver(&mail("plans", "a", "")).await;
    post.deliver(&mail("Re: plans", "c", "References: <a@example.org> <b@example.org>\n")).await;
    post.deliver(&mail("plans", "other", "")).await;
    post.deliver(&mail("Re: plans", "d", "In-Reply-To: <b@example.org>\n")).await;
    post.deliver_to("Sent", &mail("Re: plans", "b", "References: <a@example.org>\n")).await;
    post.look().await;
    let page = post.kalends.list_mail(post.anna, &MailQuery::default()).await.unwrap();
    let rows: Vec<(&str, u64)> =
        page.rows.iter().map(|row| (row.message.message_id.as_deref().unwrap(), row.in_thread)).collect();
    assert_eq!(rows, [("d@example.org", 4), ("other@example.org", 1)]);
    let thread = post.kalends.mail_thread(post.anna, page.rows[0].message.id).await.unwrap();
    assert_eq!(thread.len(), 4);
    // All of the row that a list shows.
    let selection = MailSelection::Threads(vec![page.rows[0].message.id]);
    assert_eq!(post.kalends.change_mail(post.anna, &selection, MailChange::Archive).await.unwrap().messages, 3);
}

#[tokio::test]
async fn pages_go_on_where_the_one_before_ended() {
    let post = Post::new().await;
    for number in 0..25 {
        post.deliver(&mail(&format!("n{number}"), &number.to_string(), "")).await;
    }
    post.look().await;
    for threads in [false, true] {
        let mut after = None;
        let mut seen = Vec::new();
        loop {
            let query = MailQuery { threads, after, most: 10, ..MailQuery::default() };
            let page = post.kalends.list_mail(post.anna, &query).await.unwrap();
            seen.extend(page.rows.into_iter().map(|row| row.message.subject));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let expected: Vec<String> = (0..25).rev().map(|number| format!("n{number}")).collect();
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn messages_are_found_by_words_here_and_by_their_bodies_there() {
    let post = Post::new().await;
    post.deliver(&mail("=?utf-8?q?R=C3=A9union?= de demain", "1", "")).await;
    post.deliver(&mail("Something else", "2", "")).await;
    post.look().await;
    let found = async |search: &str| {
        let query = MailQuery { place: MailPlace::Everywhere, search, ..MailQuery::default() };
        post.kalends.list_mail(post.anna, &query).await.unwrap().rows.len()
    };
    assert_eq!((found("reunion").await, found("RÉUN demain").await, found("bob").await), (1, 1, 2));
    assert_eq!((found("reunion else").await, found("\" NOT * --").await, found("…").await), (0, 0, 0));
    let inbox = post.folder(FolderRole::Inbox).await.id;
    let there =
        post.kalends.search_mail_on_server(post.anna, MailPlace::Folder(inbox), "Hello Something", 10).await.unwrap();
    assert_eq!(there.messages.iter().map(|message| message.subject.as_str()).collect::<Vec<_>>(), ["Something else"]);
    // Wherever it is, in the texts; and where a server is away, that is said.
    post.deliver_to("Archive", &mail("Old", "old", "\nHello Something")).await;
    post.look().await;
    let everywhere = || post.kalends.search_mail_on_server(post.anna, MailPlace::Everywhere, "Something", 10);
    let there = everywhere().await.unwrap();
    assert_eq!((there.messages.len(), there.failed.len()), (2, 0), "{there:?}");
    for nothing in ["", "\u{7}", &"word ".repeat(50)] {
        let refused = post.kalends.search_mail_on_server(post.anna, MailPlace::Everywhere, nothing, 10).await;
        assert!(matches!(refused, Err(Error::BadInput { field: "search", .. })), "{nothing:?} {refused:?}");
    }
    let settings = format!("UPDATE mail_accounts SET settings = replace(settings, '{}', '1')", post.dovecot.port);
    post.home.run(&settings).await;
    let change = kalends_domain::mail::MailAccountChange::default();
    post.kalends.change_mail_account(post.anna, post.account, &change).await.unwrap();
    let away = everywhere().await.unwrap();
    assert_eq!((away.messages.len(), away.failed.len()), (0, 1), "{away:?}");
    assert!(away.failed[0].name == "Work" && !away.failed[0].why.is_empty());
}

#[tokio::test]
async fn a_message_is_opened_with_nothing_in_it_that_runs() {
    let post = Post::new().await;
    let body = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n\
        <p>Hi <script>evil()</script><img src=\"https://example.net/track.png\"></p>\n--b\nContent-Type: application/zip; name=\"../../x.zip\"\n\
        Content-Disposition: attachment; filename=\"../../x.zip\"\nContent-Transfer-Encoding: base64\n\nAAEC\n--b--\n";
    post.deliver(&mail("odd", "1", body)).await;
    post.look().await;
    let id = post.list(MailPlace::Inboxes).await[0].message.id;
    let open = post.kalends.open_mail(post.anna, id, "/parts/", Pictures::AsAllowed).await.unwrap();
    let html = open.html.unwrap();
    assert!(!html.html.contains("evil") && !html.html.contains("example.net"), "{}", html.html);
    assert_eq!((html.blocked_pictures, open.text.trim()), (1, "Hi"));
    assert_eq!((open.parts[0].name.as_str(), open.parts[0].size), ("x.zip", 3));
    let part = post.kalends.mail_part(post.anna, id, open.parts[0].number).await.unwrap();
    assert_eq!(part.content, [0, 1, 2]);
    post.kalends.show_pictures_of(post.anna, "BOB@example.org", true).await.unwrap();
    let open = post.kalends.open_mail(post.anna, id, "/parts/", Pictures::AsAllowed).await.unwrap();
    assert!(open.shows_pictures && open.html.unwrap().html.contains("https://example.net/track.png"));
    assert!(!post.kalends.mail_message(post.anna, id).await.unwrap().is_unread());
    // Nobody else sees any of it.
    let eve = user(&post.kalends, "eve").await;
    assert!(matches!(post.kalends.mail_message(eve, id).await, Err(Error::NotFound(_))));
    assert!(matches!(post.kalends.mail_account(eve, post.account).await, Err(Error::NotFound(_))));
    let theirs = MailSelection::Messages(vec![id]);
    assert!(matches!(post.kalends.change_mail(eve, &theirs, MailChange::Delete).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn folders_are_renamed_and_uids_lost_without_losing_what_is_known() {
    let post = Post::new().await;
    post.deliver(&mail("one", "1", "")).await;
    post.deliver(&mail("two", "2", "")).await;
    post.look().await;
    let before: Vec<_> = post.list(MailPlace::Inboxes).await.into_iter().map(|row| row.message.id).collect();
    post.dovecot.forget_uids(&post.user);
    post.look().await;
    let after: Vec<_> = post.list(MailPlace::Inboxes).await.into_iter().map(|row| row.message.id).collect();
    assert_eq!(before, after);
    assert_eq!(post.folder(FolderRole::Inbox).await.messages, 2);
}

#[tokio::test]
async fn an_account_goes_with_all_that_is_of_it() {
    let post = Post::new().await;
    post.deliver(&mail("one", "1", "")).await;
    post.look().await;
    post.kalends.begin_mail(post.anna, post.account, None).await.unwrap();
    let dependents = post.kalends.mail_dependents(post.anna, post.account).await.unwrap();
    assert_eq!((dependents.identities, dependents.drafts), (1, 1));
    let keep = kalends_domain::mail::FedCalendars::Keep;
    post.kalends.remove_mail_account(post.anna, post.account, keep).await.unwrap();
    assert!(post.kalends.mail_accounts(post.anna).await.unwrap().is_empty());
    for table in [
        "mail_accounts",
        "mail_identities",
        "mail_folders",
        "mail_messages",
        "mail_references",
        "mail_undo",
        "mail_drafts",
        "mail_attachments",
        "mail_feeds",
        "jobs",
    ] {
        assert_eq!(post.home.count(table).await, 0, "{table}");
    }
    assert_eq!(post.flags_there("INBOX").await.len(), 1, "nothing is deleted on the server");
}
