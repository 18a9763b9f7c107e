//! What does not work out is said, is not tried for ever, and holds back nothing else.

use crate::setup::{Post, mail};
use chrono::{TimeDelta, Utc};
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{
    DraftContent, DraftState, FolderRole, MailAddress, MailChange, MailDraft, MailPlace, MailSelection, MessageFlags,
};
use kalends_domain::sync::AccountState;
use kalends_test_support::dovecot::Offering;
use kalends_test_support::smtp::SmtpOptions;

async fn written(post: &Post) -> MailDraft {
    let draft = post.kalends.begin_mail(post.anna, post.account, None).await.unwrap();
    let who = |name: &str| vec![MailAddress { name: String::new(), address: format!("{name}@example.org") }];
    let content = DraftContent { to: who("zoe"), cc: who("carl"), subject: "Hello".into(), ..DraftContent::default() };
    post.kalends.save_mail_draft(post.anna, draft.id, Some(draft.revision), None, &content).await.unwrap()
}

async fn due(post: &Post) {
    post.home.run("UPDATE mail_drafts SET send_at = 1 WHERE state = 'waiting'").await;
    post.home.run("UPDATE jobs SET due_at = 1 WHERE kind IN ('mail-send', 'mail-save', 'mail-push')").await;
    post.work().await;
}

#[tokio::test]
async fn one_change_that_a_server_refuses_holds_back_no_other() {
    let post = Post::new().await;
    for id in ["a", "b", "c"] {
        post.deliver(&mail(id, id, "")).await;
    }
    post.deliver_to("Archive", &mail("d", "d", "")).await;
    post.other.create_folder("Projects").await.unwrap();
    post.look().await;
    let rows = post.list(MailPlace::Inboxes).await;
    let id = |subject: &str| rows.iter().find(|row| row.message.subject == subject).unwrap().message.id;
    let archived = post.list(MailPlace::Role(FolderRole::Archive)).await[0].message.id;
    let folders = post.kalends.mail_folders(post.anna).await.unwrap();
    let projects = folders.iter().find(|folder| folder.path == "Projects").unwrap().id;
    // Somebody else has deleted the folder by then.
    let deleted = kalends_test_support::dovecot::delete_folder(post.dovecot.port, &post.user, "Projects");
    deleted.unwrap();
    for (ids, change) in [
        (vec![id("a"), id("b")], MailChange::Move(projects)),
        (vec![id("c")], MailChange::Flagged(true)),
        (vec![archived], MailChange::Flagged(true)),
    ] {
        post.kalends.change_mail(post.anna, &MailSelection::Messages(ids), change).await.unwrap();
    }
    let before = post.kalends.mail_account(post.anna, post.account).await.unwrap();
    due(&post).await;
    assert!(post.flags_there("Archive").await[0].1.has(MessageFlags::FLAGGED), "another folder's is told");
    let flagged = post.flags_there("INBOX").await.iter().filter(|(_, flags)| flags.has(MessageFlags::FLAGGED)).count();
    assert_eq!(flagged, 1);
    let mut subjects: Vec<String> =
        post.list(MailPlace::Inboxes).await.into_iter().map(|row| row.message.subject).collect();
    subjects.sort();
    assert_eq!(subjects, ["a", "b", "c"], "they are where the server has them");
    let account = post.kalends.mail_account(post.anna, post.account).await.unwrap();
    assert!(account.notice.unwrap().what.contains("2 messages"));
    assert_eq!((account.state, account.next_look_at), (AccountState::Active, before.next_look_at));
    assert!(account.next_look_at.unwrap() < Utc::now() + TimeDelta::minutes(10));
}

#[tokio::test]
async fn for_somebody_who_may_not_sign_in_nothing_is_sent_saved_or_asked() {
    let post = Post::new().await;
    post.deliver(&mail("plans", "a", "")).await;
    post.look().await;
    let (draft, other) = (written(&post).await, written(&post).await);
    post.kalends.send_mail(post.anna, draft.id, None, Some(Utc::now() + TimeDelta::hours(1))).await.unwrap();
    let message = post.list(MailPlace::Inboxes).await[0].message.id;
    let selection = MailSelection::Messages(vec![message]);
    post.kalends.change_mail(post.anna, &selection, MailChange::Flagged(true)).await.unwrap();
    post.home.run("UPDATE users SET disabled_at = 1").await;
    due(&post).await;
    post.home.run("UPDATE jobs SET due_at = 1 WHERE kind = 'mail-look'").await;
    post.deliver(&mail("later", "b", "")).await;
    post.work().await;
    assert!(post.smtp.mails().is_empty());
    assert!(post.flags_there("Drafts").await.is_empty());
    assert!(!post.flags_there("INBOX").await[0].1.has(MessageFlags::FLAGGED));
    assert_eq!(post.home.count("mail_messages").await, 1);
    // Once they may again, all goes on, but for what would surprise whom it is for.
    post.home.run("UPDATE users SET disabled_at = NULL").await;
    post.home.run("UPDATE jobs SET due_at = 1 WHERE kind = 'mail-look'").await;
    post.work().await;
    post.work().await;
    let stays = post.kalends.mail_draft(post.anna, draft.id).await.unwrap();
    assert_eq!((stays.state, stays.content.to.len()), (DraftState::Refused, 1));
    assert!(stays.why.unwrap().contains("disabled"));
    assert_eq!(post.kalends.mail_draft(post.anna, other.id).await.unwrap().state, DraftState::Draft);
    assert!(post.flags_there("INBOX").await.iter().any(|(_, flags)| flags.has(MessageFlags::FLAGGED)));
    assert!(post.smtp.mails().is_empty());
    assert_eq!(post.home.count("mail_messages").await, 2);
}

#[tokio::test]
async fn what_is_left_of_a_mail_is_for_those_who_were_refused_whatever_the_server_says_of_others() {
    let refusal = "550 5.1.1 zoe@example.org is not here; carl@example.org is";
    let options = SmtpOptions { answers: vec![("RCPT TO:<zoe", refusal)], ..SmtpOptions::default() };
    let post = Post::at(Offering::Everything, options).await;
    let draft = written(&post).await;
    post.kalends.send_mail(post.anna, draft.id, None, None).await.unwrap();
    due(&post).await;
    due(&post).await;
    assert_eq!(post.smtp.mails()[0].to, ["carl@example.org"]);
    let left = post.kalends.mail_draft(post.anna, draft.id).await.unwrap();
    assert_eq!((left.state, left.content.to.len(), left.content.cc.len()), (DraftState::Refused, 1, 0));
}

#[tokio::test]
async fn the_index_of_somebody_who_goes_for_good_goes_before_them() {
    let post = Post::new().await;
    for id in ["a", "b", "c"] {
        post.deliver(&mail(id, id, "")).await;
    }
    post.look().await;
    assert_eq!(post.home.count("mail_messages").await, 3);
    post.home.run("DELETE FROM calendars").await;
    post.home.run("UPDATE users SET deleted_at = 1").await;
    post.kalends.begin_job(kalends_domain::jobs::JobKind::Clean).await.unwrap();
    post.work().await;
    for table in ["mail_messages", "mail_references", "mail_accounts", "mail_drafts"] {
        assert_eq!(post.home.count(table).await, 0, "{table}");
    }
}
