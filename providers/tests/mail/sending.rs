//! What is written goes out once, and is among what was sent once.

use crate::setup::{ADDRESS, Post, mail, new_account, new_user, taking};
use chrono::{TimeDelta, Utc};
use kalends_domain::mail::{
    AnswerKind, DraftContent, DraftState, FolderRole, MailAddress, MailDraft, MailPlace, MessageFlags,
};
use kalends_domain::{Error, sync::connector::FindError, sync::provider::ProviderError};
use kalends_test_support::dovecot::{Dovecot, Offering};
use kalends_test_support::home::Home;
use kalends_test_support::smtp::SmtpOptions;

fn to(name: &str, address: &str) -> Vec<MailAddress> {
    vec![MailAddress { name: name.into(), address: address.into() }]
}

async fn written(post: &Post) -> MailDraft {
    let draft = post.kalends.begin_mail(post.anna, post.account, None).await.unwrap();
    let content = DraftContent {
        to: to("Zoé", "zoe@example.org"),
        bcc: to("Carl", "carl@example.org"),
        subject: "Déjà vu".into(),
        text: "Hello\n".into(),
        ..DraftContent::default()
    };
    post.kalends.save_mail_draft(post.anna, draft.id, Some(draft.revision), None, &content).await.unwrap()
}

/// Has what waits be due now.
async fn sent(post: &Post, draft: &MailDraft) {
    post.home.run(&format!("UPDATE mail_drafts SET send_at = 1 WHERE id = {}", draft.id.0)).await;
    post.home.run("UPDATE jobs SET due_at = 1 WHERE kind IN ('mail-send', 'mail-save')").await;
    post.work().await;
    post.work().await;
}

#[tokio::test]
async fn what_is_sent_is_sent_once_and_filed_once() {
    let post = Post::new().await;
    let draft = written(&post).await;
    let waiting = post.kalends.send_mail(post.anna, draft.id, None, None).await.unwrap();
    assert_eq!(waiting.state, DraftState::Waiting);
    post.work().await;
    assert!(post.smtp.mails().is_empty(), "it can be taken back for a moment");
    sent(&post, &draft).await;
    let [mail] = post.smtp.mails().try_into().unwrap();
    assert_eq!(
        (mail.from.as_str(), &mail.to[..]),
        (ADDRESS, &["zoe@example.org".to_owned(), "carl@example.org".into()][..])
    );
    assert!(!mail.message.contains("carl@example.org"), "{}", mail.message);
    assert!(matches!(post.kalends.mail_draft(post.anna, draft.id).await, Err(Error::NotFound(_))));
    post.look().await;
    assert_eq!(post.subjects(FolderRole::Sent).await, ["Déjà vu"]);
    assert_eq!(post.flags_there("Sent").await.len(), 1);
    let known = post.kalends.complete_mail_address(post.anna, "zo").await.unwrap();
    assert_eq!(known, to("Zoé", "zoe@example.org"));
}

#[tokio::test]
async fn a_draft_is_on_the_server_once_however_often_it_is_saved() {
    for offering in [Offering::Everything, Offering::Little] {
        let post = Post::at(offering, SmtpOptions::default()).await;
        let mut draft = written(&post).await;
        for text in ["one", "two", "three"] {
            post.home.run("UPDATE jobs SET due_at = 1 WHERE kind = 'mail-save'").await;
            post.work().await;
            let content = DraftContent { text: text.into(), ..draft.content.clone() };
            let revision = Some(draft.revision);
            draft = post.kalends.save_mail_draft(post.anna, draft.id, revision, None, &content).await.unwrap();
        }
        post.home.run("UPDATE jobs SET due_at = 1 WHERE kind = 'mail-save'").await;
        post.work().await;
        let drafts = post.flags_there("Drafts").await;
        assert_eq!(drafts.len(), 1, "{offering:?}");
        assert!(drafts[0].1.has(MessageFlags::DRAFT));
        // Whoever opens it in the folder goes on with the same.
        post.look().await;
        let there = post.list(MailPlace::Role(FolderRole::Drafts)).await[0].message.id;
        assert_eq!(post.kalends.edit_mail(post.anna, there, None).await.unwrap().id, draft.id);
        let stale = post.kalends.save_mail_draft(post.anna, draft.id, Some(1), None, &draft.content).await;
        assert!(matches!(stale, Err(Error::PreconditionFailed)));
        post.kalends.discard_mail_draft(post.anna, draft.id).await.unwrap();
        post.work().await;
        assert!(post.flags_there("Drafts").await.is_empty());
    }
}

#[tokio::test]
async fn a_draft_of_another_program_is_gone_on_with_and_takes_its_place() {
    let post = Post::new().await;
    let text = mail("plans", "theirs", "In-Reply-To: <before@x>\nReferences: <first@x> <before@x>\n");
    let text = text.replace(
        "From: Bob <bob@example.org>\nTo: ada@example.org",
        "From: ada@example.org\nTo: Bob <bob@example.org>",
    );
    post.deliver_to("Drafts", &text).await;
    post.deliver(&mail("other", "other", "")).await;
    post.look().await;
    let there = post.list(MailPlace::Role(FolderRole::Drafts)).await[0].message.id;
    let draft = post.kalends.edit_mail(post.anna, there, None).await.unwrap();
    assert_eq!(
        (&draft.content.to[..], draft.content.text.as_str()),
        (&to("Bob", "bob@example.org")[..], "Hello plans\n")
    );
    assert_eq!(draft.content.in_reply_to.as_deref(), Some("before@x"));
    assert_eq!(draft.content.references, ["first@x", "before@x"]);
    assert_eq!(post.kalends.edit_mail(post.anna, there, None).await.unwrap().id, draft.id, "it is the same");
    let content = DraftContent { text: "More".into(), ..draft.content.clone() };
    post.kalends.save_mail_draft(post.anna, draft.id, Some(draft.revision), draft.identity, &content).await.unwrap();
    post.home.run("UPDATE jobs SET due_at = 1 WHERE kind = 'mail-save'").await;
    post.work().await;
    let other = crate::setup::connect(&post.dovecot, &post.user).await;
    let [(uid, _)] = post.flags_there("Drafts").await.try_into().unwrap();
    let saved = kalends_domain::mail::mailbox::Mailbox::message(&other, "Drafts", uid, 10_000).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&saved).contains("More"));
    post.kalends.discard_mail_draft(post.anna, draft.id).await.unwrap();
    post.work().await;
    assert!(post.flags_there("Drafts").await.is_empty());
    let inbox = post.list(MailPlace::Inboxes).await[0].message.id;
    let none = post.kalends.edit_mail(post.anna, inbox, None).await;
    assert!(matches!(none, Err(Error::BadInput { field: "message", .. })), "{none:?}");
}

#[tokio::test]
async fn what_waits_is_taken_back_and_what_is_refused_says_why() {
    let refusing = SmtpOptions { answers: vec![("RCPT TO:<zoe", "550 5.1.1 nobody here")], ..SmtpOptions::default() };
    let post = Post::at(Offering::Everything, refusing).await;
    let draft = written(&post).await;
    let later = Utc::now() + TimeDelta::days(1);
    post.kalends.send_mail(post.anna, draft.id, None, Some(later)).await.unwrap();
    let saved = post.kalends.save_mail_draft(post.anna, draft.id, None, None, &draft.content).await;
    assert!(matches!(saved, Err(Error::PreconditionFailed)));
    let taken_back = post.kalends.unsend_mail(post.anna, draft.id).await.unwrap();
    assert_eq!(taken_back.state, DraftState::Draft);
    sent(&post, &draft).await;
    assert!(post.smtp.mails().is_empty());
    // One of two is not taken: the other has it, and what is left is for the one.
    post.kalends.send_mail(post.anna, draft.id, None, None).await.unwrap();
    sent(&post, &draft).await;
    assert_eq!(post.smtp.mails()[0].to, ["carl@example.org"]);
    let left = post.kalends.mail_draft(post.anna, draft.id).await.unwrap();
    assert_eq!((left.state, left.content.to.len(), left.content.bcc.len()), (DraftState::Refused, 1, 0));
    assert!(left.why.unwrap().contains("nobody here"));
    assert_eq!(post.flags_there("Sent").await.len(), 1);
}

#[tokio::test]
async fn a_mail_whose_sender_was_interrupted_is_not_sent_again() {
    let post = Post::new().await;
    let draft = written(&post).await;
    post.kalends.send_mail(post.anna, draft.id, None, None).await.unwrap();
    post.home.run("UPDATE mail_drafts SET state = 'sending'").await;
    sent(&post, &draft).await;
    assert!(post.smtp.mails().is_empty());
    assert_eq!(post.kalends.mail_draft(post.anna, draft.id).await.unwrap().state, DraftState::Refused);
    // One that was taken over and not filed is filed, and not sent again.
    post.kalends.send_mail(post.anna, draft.id, None, None).await.unwrap();
    post.home.run("UPDATE mail_drafts SET state = 'filing'").await;
    sent(&post, &draft).await;
    assert!(post.smtp.mails().is_empty());
    assert_eq!(post.flags_there("Sent").await.len(), 1);
}

#[tokio::test]
async fn an_answer_marks_the_message_that_it_answers() {
    let post = Post::new().await;
    post.deliver(&mail("plans", "a", "Cc: carl@example.org\n")).await;
    post.look().await;
    let id = post.list(MailPlace::Inboxes).await[0].message.id;
    let answer = Some((id, AnswerKind::ReplyAll));
    let draft = post.kalends.begin_mail(post.anna, post.account, answer).await.unwrap();
    assert_eq!(draft.content.to[0].address, "bob@example.org");
    assert_eq!(draft.content.cc[0].address, "carl@example.org");
    assert_eq!(
        (draft.content.subject.as_str(), draft.content.in_reply_to.as_deref()),
        ("Re: plans", Some("a@example.org"))
    );
    assert!(draft.content.text.contains("> Hello plans"), "{}", draft.content.text);
    post.kalends.send_mail(post.anna, draft.id, None, None).await.unwrap();
    sent(&post, &draft).await;
    let mail = &post.smtp.mails()[0];
    assert!(mail.message.contains("In-Reply-To: <a@example.org>"), "{}", mail.message);
    assert!(post.flags_there("INBOX").await[0].1.has(MessageFlags::ANSWERED));
    post.look().await;
    assert_eq!(post.kalends.mail_thread(post.anna, id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn who_is_not_let_in_gets_no_account_and_one_that_is_shut_out_says_so() {
    let (dovecot, smtp) = (Dovecot::shared(Offering::Everything), taking(SmtpOptions::default()));
    let user = new_user();
    let home = Home::new().await;
    let kalends = home.kalends.clone().with_mail_connector(crate::setup::services());
    let mut new = new_account(&dovecot, &user, &smtp);
    new.credentials =
        kalends_domain::sync::credentials::Credentials::Basic { user: ADDRESS.into(), password: "x".into() };
    let refused = kalends.add_mail_account(home.anna, &new, None).await;
    let is_refused = matches!(&refused, Err(Error::Remote(FindError::Provider(ProviderError::Unauthenticated(_)))));
    assert!(is_refused, "{refused:?}");
    assert!(kalends.mail_accounts(home.anna).await.unwrap().is_empty());
    let account = kalends.add_mail_account(home.anna, &new_account(&dovecot, &user, &smtp), None).await.unwrap();
    let test = kalends.test_mail_account(home.anna, account).await.unwrap();
    assert!(test.reading.unwrap() >= 6 && test.sending.is_ok());
    let again = kalends.reauthenticate_mail_account(home.anna, account, None, "x").await;
    assert!(matches!(again, Err(Error::Remote(_))));
}
