//! Mail accounts: what they bring, what is left when one goes, servers that do not answer, and two who do the same at once.

use crate::mail_invitations::mailboxes::{Desk, Folder, new_account};
use crate::mail_invitations::{event, mail_with};
use crate::scheduling::settle;
use chrono::{TimeDelta, Utc};
use futures::future::BoxFuture;
use kalends_domain::access::Caller;
use kalends_domain::mail::{
    AnswerKind, ChosenFolders, DraftContent, FedCalendars, FolderRole, InvitationRule, MailAccountChange,
    MailAccountId, MailAddress, MailChange, MailSelection,
};
use kalends_domain::people::Administrator;
use kalends_domain::sync::connector::{Connector, CredentialKeeper, FindError, Found, Service, ServiceAddress, Wanted};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{Answer, Provider};
use kalends_domain::sync::{LinkSettings, LinkTarget, NewLink, ProviderKind, RemoteAccount};
use kalends_domain::{Error, Kalends};
use kalends_test_support::database::TestDatabase;
use kalends_test_support::home::user;
use kalends_test_support::remote::RemoteService;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Services for calendars, which let everybody in and keep what they were asked for.
#[derive(Clone)]
struct Calendars {
    remote: RemoteService,
    asked: Arc<Mutex<Vec<Wanted>>>,
}

fn service(id: &'static str, provider: ProviderKind, asks: ServiceAddress) -> Service {
    Service { id, provider, name: id, help: "", asks, needs_app_password: false }
}

impl Connector for Calendars {
    fn connect<'a>(
        &'a self,
        account: &'a RemoteAccount,
        credentials: Option<Credentials>,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Arc<dyn Provider>> {
        self.remote.connect(account, credentials, keeper)
    }

    fn services(&self) -> Vec<Service> {
        vec![
            service("microsoft", ProviderKind::Graph, ServiceAddress::SignIn),
            service("google", ProviderKind::CalDav, ServiceAddress::SignIn),
            service("infomaniak", ProviderKind::CalDav, ServiceAddress::Known),
        ]
    }

    fn find<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Found, FindError>> {
        self.asked.lock().unwrap().push(wanted.clone());
        let (preset, credentials) = (wanted.service.clone(), wanted.credentials.clone());
        Box::pin(
            async move { Ok(Found { provider: ProviderKind::CalDav, preset, settings: "{}".into(), credentials }) },
        )
    }
}

async fn desk() -> (Desk, Kalends, Calendars) {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    let calendars = Calendars { remote: RemoteService::new(), asked: Arc::default() };
    let kalends = desk.kalends.clone().with_connector(Arc::new(calendars.clone()));
    (desk, kalends, calendars)
}

async fn account_at(kalends: &Kalends, who: Caller, address: &str, preset: Option<&str>) -> MailAccountId {
    let new = new_account(address, "mail.example");
    let new = kalends_domain::mail::NewMailAccount { preset: preset.map(str::to_owned), ..new };
    kalends.add_mail_account(who, &new, None).await.unwrap()
}

#[tokio::test]
async fn an_account_brings_the_calendars_of_its_service_which_are_taken_by_a_click() {
    let (desk, kalends, calendars) = desk().await;
    let dora = desk.dora;
    desk.mailboxes.calendars.lock().unwrap().insert("own.example".into(), "cal.own.example".into());
    for (address, preset, brings) in [
        ("d@ik.me", Some("infomaniak"), Some(("infomaniak", 15, false))),
        ("d@own.example", None, Some(("cal.own.example", 15, false))),
        ("d@outlook.com", Some("microsoft"), Some(("microsoft", 5, true))),
        ("d@gmail.com", Some("gmail"), Some(("google", 15, true))),
        ("d@nothing.example", None, None),
    ] {
        let id = account_at(&kalends, dora, address, preset).await;
        let offers = kalends.mail_offers(dora, id).await.unwrap();
        let told = offers.first().map(|offer| (offer.name.as_str(), offer.interval.num_minutes(), offer.needs_sign_in));
        assert_eq!(told, brings, "{address}");
        assert_eq!(
            (calendars.asked.lock().unwrap().len(), offers.iter().any(|offer| offer.taken.is_some())),
            (0, false)
        );
        let taken = kalends.take_mail_offer(dora, id, None, None).await;
        match brings {
            None => assert!(matches!(taken, Err(Error::NotFound(_))), "{taken:?}"),
            // Its password is for nothing there, and is not tried.
            Some((_, _, true)) => assert!(matches!(taken, Err(Error::BadInput { field: "password", .. })), "{taken:?}"),
            Some(_) => {
                let made = taken.unwrap();
                let [wanted] = &std::mem::take(&mut *calendars.asked.lock().unwrap())[..] else { panic!("asked once") };
                assert_eq!(wanted.service.as_deref(), preset);
                assert_eq!(wanted.address, if preset.is_some() { "" } else { address });
                let own = Credentials::Basic { user: "dora".into(), password: "secret".into() };
                assert!(wanted.credentials == own);
                // Once, however often it is asked for.
                assert_eq!(kalends.take_mail_offer(dora, id, None, None).await.unwrap(), made);
                assert_eq!(kalends.mail_offers(dora, id).await.unwrap()[0].taken, Some(made));
                assert_eq!(kalends.mail_feeds(dora, id).await.unwrap(), [made]);
            }
        }
    }
    assert_eq!(kalends.remote_accounts(dora).await.unwrap().len(), 2);
}

/// Everything that hangs on an account of mail.
const TABLES: [&str; 11] = [
    "mail_accounts",
    "mail_identities",
    "mail_feeds",
    "mail_folders",
    "mail_messages",
    "mail_references",
    "mail_undo",
    "mail_drafts",
    "mail_attachments",
    "mail_copies",
    "mail_invitations",
];
/// What is somebody's whatever accounts they have.
const OTHERS: [&str; 2] = ["mail_picture_senders", "mail_correspondents"];

#[tokio::test]
async fn nothing_is_left_of_an_account_that_goes() {
    let (desk, kalends, _) = desk().await;
    let (home, dora, account) = (&desk.home, desk.dora, desk.account);
    // A table that comes to be has to be looked at here.
    let all = match TestDatabase::is_postgres() {
        true => "information_schema.tables WHERE table_schema = 'public' AND table_name LIKE 'mail%'",
        false => "sqlite_master WHERE type = 'table' AND name LIKE 'mail%' AND name NOT LIKE 'mail_words%'",
    };
    assert_eq!(home.count(all).await as usize, TABLES.len() + OTHERS.len());
    home.run("UPDATE mail_accounts SET preset = 'infomaniak'").await;
    let fed = kalends.take_mail_offer(dora, account, None, None).await.unwrap();
    // A calendar that it feeds, kept in step.
    let remote = kalends.offered_calendars(dora, fed).await.unwrap().remove(0).remote;
    let settings = LinkSettings::proposed(ProviderKind::CalDav, &remote);
    let link = NewLink { account: fed, remote: remote.id, target: LinkTarget::New { name: None }, settings };
    let fed_calendar = kalends.make_sync_link(dora, &link).await.unwrap().calendar;
    settle(&kalends).await;
    assert!(home.count("sync_links").await == 1 && home.count("sync_runs").await > 0);
    // One of everything: an invitation that answers another mail, what is written with something attached, what waits for months to be sent,
    // what was done, and the copy of what was sent.
    let lines = "DTSTAMP:20260110T080000Z\nDTSTART:20300301T100000Z\nSUMMARY:Plan\nORGANIZER:mailto:ada@lovelace.example\n\
        ATTENDEE:mailto:dora@mail.example";
    let mail = mail_with("ada@lovelace.example", "plan", "REQUEST", &event("REQUEST", lines));
    desk.deliver(&mail.replacen("Subject:", "References: <before@x.example>\nSubject:", 1)).await;
    let id = desk.message("plan").await;
    let answered = Some((id, AnswerKind::Reply));
    for at in [None, Some(Utc::now() + TimeDelta::days(90))] {
        let draft = kalends.begin_mail(dora, account, answered).await.unwrap();
        kalends.attach_to_draft(dora, draft.id, "a.txt", "text/plain", b"words").await.unwrap();
        let to = vec![MailAddress { name: String::new(), address: "ada@lovelace.example".into() }];
        let content = DraftContent { to, subject: "Later".into(), ..DraftContent::default() };
        kalends.save_mail_draft(dora, draft.id, None, None, &content).await.unwrap();
        if at.is_some() {
            kalends.send_mail(dora, draft.id, None, at).await.unwrap();
        }
    }
    kalends.change_mail(dora, &MailSelection::Messages(vec![id]), MailChange::Flagged(true)).await.unwrap();
    let octets = if TestDatabase::is_postgres() { "''" } else { "x''" };
    let columns = "account_id, message_id, subject, content, at";
    let copy = format!("SELECT id, 'c@x', 'sent', {octets}, 1 FROM mail_accounts");
    home.run(&format!("INSERT INTO mail_copies ({columns}) {copy}")).await;
    kalends.add_mail_identity(dora, account, "Dora", "d@other.example", None).await.unwrap();
    for table in TABLES {
        assert!(home.count(table).await > 0, "{table}");
    }
    let of_mail = "jobs WHERE kind LIKE 'mail-%'";
    assert!(home.count(&format!("{of_mail} AND kind IN ('mail-send', 'mail-save')")).await >= 3);

    let dependents = kalends.mail_dependents(dora, account).await.unwrap();
    assert_eq!((dependents.identities, dependents.drafts, dependents.waiting), (2, 2, 1));
    assert_eq!(dependents.calendar_accounts, [fed]);
    kalends.remove_mail_account(dora, account, FedCalendars::Bin).await.unwrap();
    let of_links = ["sync_links", "sync_objects", "sync_runs", "sync_run_entries", "sync_subscriptions"];
    for table in TABLES.into_iter().chain([of_mail, "remote_accounts", "jobs WHERE kind = 'sync'"]).chain(of_links) {
        assert_eq!(home.count(table).await, 0, "{table}");
    }
    assert!(!kalends.calendars(dora).await.unwrap().iter().any(|held| held.id == fed_calendar), "it is in the bin");
    if !TestDatabase::is_postgres() {
        assert_eq!(home.count("mail_words").await, 0);
    }
    settle(&kalends).await;
    assert!(desk.text("theirs.ics").await.is_some(), "what stands in the calendar is hers");
    assert_eq!(home.damages().await, Vec::<String>::new());
    // The accounts of calendars stay where somebody wants that.
    let account = account_at(&kalends, dora, "d@ik.me", Some("infomaniak")).await;
    let fed = kalends.take_mail_offer(dora, account, None, None).await.unwrap();
    kalends.remove_mail_account(dora, account, FedCalendars::Keep).await.unwrap();
    assert_eq!(kalends.remote_account(dora, fed).await.unwrap().id, fed);
    assert_eq!(home.count("mail_feeds").await, 0);
}

impl Desk {
    /// Does what is due while the server hangs in the middle, until whatever may take ten minutes has taken them.
    async fn break_off(&self, what: &'static str, after: usize) {
        *self.mailboxes.hangs.lock().unwrap() = Some((what, after));
        let kalends = self.kalends.clone();
        let work = tokio::spawn(async move { settle(&kalends).await });
        self.mailboxes.hanging.notified().await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(601)).await;
        tokio::time::resume();
        work.await.unwrap();
        *self.mailboxes.hangs.lock().unwrap() = None;
    }

    /// What waits is done.
    async fn go_on(&self) {
        self.home.run("UPDATE jobs SET due_at = 1 WHERE state = 'waiting' AND kind LIKE 'mail-%'").await;
        settle(&self.kalends).await;
    }
}

#[tokio::test]
async fn what_takes_too_long_is_broken_off_and_gone_on_with() {
    let (desk, kalends, _) = desk().await;
    let dora = desk.dora;
    for number in 0..250 {
        let text = format!("From: a@x.example\nSubject: {number}\nMessage-ID: <{number}@x>\n\nHello\n");
        desk.mailboxes.put("INBOX", &text, Utc::now() - TimeDelta::days(100));
    }
    kalends.look_at_mail(dora, desk.account).await.unwrap();
    desk.break_off("heads", 1).await;
    assert_eq!(desk.home.count("mail_messages").await, 200, "what came first is kept");
    let account = kalends.mail_account(dora, desk.account).await.unwrap();
    assert!(account.why.unwrap().contains("takes too long"));
    assert_eq!((account.failures, account.next_look_at.is_some()), (1, true));
    desk.go_on().await;
    assert_eq!(desk.home.count("mail_messages").await, 250);
    let account = kalends.mail_account(dora, desk.account).await.unwrap();
    assert_eq!((account.why, account.failures), (None, 0));

    // What is done here is told the server later,
    let id = desk.message("249").await;
    kalends.change_mail(dora, &MailSelection::Messages(vec![id]), MailChange::Flagged(true)).await.unwrap();
    desk.home.run("UPDATE jobs SET due_at = 1 WHERE kind = 'mail-push'").await;
    desk.break_off("store", 0).await;
    assert_eq!(*desk.mailboxes.flagged.lock().unwrap(), 0);
    desk.go_on().await;
    assert_eq!(*desk.mailboxes.flagged.lock().unwrap(), 1);

    // and what came about a meeting is taken up.
    let lines = "DTSTAMP:20260110T080000Z\nDTSTART:20300301T100000Z\nSUMMARY:Plan\nORGANIZER:mailto:ada@lovelace.example\n\
        ATTENDEE:mailto:dora@mail.example";
    let mail = mail_with("ada@lovelace.example", "plan", "REQUEST", &event("REQUEST", lines));
    desk.mailboxes.put("INBOX", &mail, Utc::now() - TimeDelta::minutes(1));
    kalends.look_at_mail(dora, desk.account).await.unwrap();
    desk.break_off("calendar", 0).await;
    assert_eq!(desk.text("theirs.ics").await, None);
    desk.go_on().await;
    assert!(desk.text("theirs.ics").await.is_some());
    let jobs = kalends.jobs().await.unwrap();
    assert!(jobs.iter().all(|job| job.error.is_none()), "{jobs:?}");
}

#[tokio::test]
async fn of_two_who_do_the_same_at_once_each_is_told_what_became_of_theirs() {
    let (desk, kalends, _) = desk().await;
    let (dora, account) = (desk.dora, desk.account);
    let add = || kalends.add_mail_identity(dora, account, "Dora", "D@Other.example", None);
    let (one, other) = tokio::join!(add(), add());
    assert_eq!([&one, &other].iter().filter(|added| added.is_ok()).count(), 1, "{one:?} {other:?}");
    let refused = one.err().or(other.err());
    assert!(matches!(refused, Some(Error::AlreadyExists(_))), "{refused:?}");
    assert_eq!(kalends.mail_identities(dora, account).await.unwrap().len(), 2);

    // A draft of another program is gone on with once.
    let folder = Folder { validity: 1, next: 1, messages: std::collections::BTreeMap::new() };
    desk.mailboxes.folders.lock().unwrap().insert("Drafts".to_owned(), folder);
    let theirs = "Message-ID: <theirs@x>\nSubject: theirs\nFrom: dora@mail.example\n\nHello\n";
    desk.mailboxes.put("Drafts", theirs, Utc::now());
    desk.look().await;
    let theirs = desk.message("theirs").await;
    let (one, other) = tokio::join!(kalends.edit_mail(dora, theirs, None), kalends.edit_mail(dora, theirs, None));
    assert_eq!(one.unwrap().id, other.unwrap().id);
    assert_eq!(desk.home.count("mail_drafts").await, 1);

    // The same file twice is two files, and both of them count.
    let draft = kalends.begin_mail(dora, account, None).await.unwrap();
    let attach = |content: &'static [u8]| kalends.attach_to_draft(dora, draft.id, "a.txt", "text/plain", content);
    let (one, other) = tokio::join!(attach(b"words"), attach(b"words"));
    assert_ne!(one.unwrap(), other.unwrap());
    let large: &'static [u8] = vec![7; 14 * 1024 * 1024].leak();
    let (one, other) = tokio::join!(attach(large), attach(large));
    assert_eq!([&one, &other].iter().filter(|attached| attached.is_ok()).count(), 1, "{one:?} {other:?}");
    assert!(matches!(one.err().or(other.err()), Some(Error::TooLarge { .. })));
    assert_eq!(kalends.mail_draft(dora, draft.id).await.unwrap().attachments.len(), 3);
}

#[tokio::test]
async fn who_signs_in_while_a_service_renews_what_was_there_before_stays_signed_in() {
    let (desk, kalends, _) = desk().await;
    let (dora, account) = (desk.dora, desk.account);
    let basic = |password: &str| Credentials::Basic { user: "dora".into(), password: password.into() };
    let renewed = |kalends: &Kalends, password: &'static str| {
        let (kalends, bin) = (kalends.clone(), Some("Archive".to_owned()));
        let meanwhile = async move {
            kalends.reauthenticate_mail_account(dora, account, Some("dora2"), password).await.unwrap();
            let folders = Some(ChosenFolders { bin, ..ChosenFolders::default() });
            let change = MailAccountChange { folders, ..MailAccountChange::default() };
            kalends.change_mail_account(dora, account, &change).await.unwrap();
        };
        Box::pin(meanwhile)
    };
    *desk.mailboxes.renewal.lock().unwrap() = Some((renewed(&kalends, "new"), basic("renewed")));
    kalends.test_mail_account(dora, account).await.unwrap();
    let now = kalends.mail_account(dora, account).await.unwrap();
    assert_eq!((now.settings.imap.user.as_str(), now.settings.folders.bin.as_deref()), ("dora2", Some("Archive")));
    kalends.test_mail_account(dora, account).await.unwrap();
    let last = desk.mailboxes.credentials.lock().unwrap().clone();
    assert!(last == Some(Credentials::Basic { user: "dora2".into(), password: "new".into() }));
}

#[tokio::test]
async fn each_purpose_has_a_folder_of_its_own_and_the_inbox_is_none() {
    let (desk, kalends, _) = desk().await;
    let some = |path: &str| Some(path.to_owned());
    for folders in [
        ChosenFolders { bin: some("INBOX"), ..ChosenFolders::default() },
        ChosenFolders { archive: some("inbox"), ..ChosenFolders::default() },
        ChosenFolders { sent: some("Archive"), archive: some("Archive"), ..ChosenFolders::default() },
    ] {
        let change = MailAccountChange { folders: Some(folders), ..MailAccountChange::default() };
        let refused = kalends.change_mail_account(desk.dora, desk.account, &change).await;
        assert!(matches!(refused, Err(Error::BadInput { field: "folders", .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_folder_that_is_missing_for_drafts_or_what_was_sent_is_made_and_where_it_cannot_be_that_is_said() {
    let (desk, kalends, _) = desk().await;
    let dora = desk.dora;
    desk.mailboxes.folders.lock().unwrap().remove("Sent");
    kalends.look_at_mail(dora, desk.account).await.unwrap();
    settle(&kalends).await;
    *desk.mailboxes.is_full.lock().unwrap() = true;
    let draft = kalends.begin_mail(dora, desk.account, None).await.unwrap();
    let to = vec![MailAddress { name: String::new(), address: "ada@lovelace.example".into() }];
    let content = DraftContent { to, subject: "Plans".into(), ..DraftContent::default() };
    let save = || kalends.save_mail_draft(dora, draft.id, None, None, &content);
    save().await.unwrap();
    desk.go_on().await;
    let notice = || async { kalends.mail_account(dora, desk.account).await.unwrap().notice.map(|notice| notice.what) };
    assert!(notice().await.unwrap().contains("kept here alone"));
    *desk.mailboxes.is_full.lock().unwrap() = false;
    save().await.unwrap();
    desk.go_on().await;
    assert!(desk.mailboxes.folders.lock().unwrap().contains_key("Drafts"));
    kalends.send_mail(dora, draft.id, None, None).await.unwrap();
    desk.home.run("UPDATE mail_drafts SET send_at = 1").await;
    desk.go_on().await;
    assert!(desk.mailboxes.folders.lock().unwrap().contains_key("Sent"));
    let folders = kalends.mail_folders(dora).await.unwrap();
    let has = |role| folders.iter().any(|folder| folder.role == Some(role));
    assert!(has(FolderRole::Sent) && has(FolderRole::Drafts), "{folders:?}");
}

#[tokio::test]
async fn what_is_thrown_away_comes_back_for_a_day() {
    let (desk, kalends, _) = desk().await;
    let dora = desk.dora;
    let draft = kalends.begin_mail(dora, desk.account, None).await.unwrap();
    let content = DraftContent { subject: "Later".into(), text: "Words".into(), ..DraftContent::default() };
    kalends.attach_to_draft(dora, draft.id, "a.txt", "text/plain", b"words").await.unwrap();
    let draft = kalends.save_mail_draft(dora, draft.id, None, None, &content).await.unwrap();
    let eve = user(&kalends, "eve").await;
    assert!(matches!(kalends.restore_mail_draft(dora, draft.id).await, Err(Error::NotFound(_))), "it is there");
    kalends.discard_mail_draft(dora, draft.id).await.unwrap();
    assert!(matches!(kalends.mail_draft(dora, draft.id).await, Err(Error::NotFound(_))));
    assert!(matches!(kalends.save_mail_draft(dora, draft.id, None, None, &content).await, Err(Error::NotFound(_))));
    assert!(kalends.mail_drafts(dora).await.unwrap().is_empty());
    assert_eq!(kalends.mail_dependents(dora, desk.account).await.unwrap().drafts, 0);
    assert!(matches!(kalends.restore_mail_draft(eve, draft.id).await, Err(Error::NotFound(_))));
    let back = kalends.restore_mail_draft(dora, draft.id).await.unwrap();
    assert_eq!((&back.content.text, back.attachments.len(), back.revision), (&"Words".to_owned(), 1, draft.revision));
    kalends.discard_mail_draft(dora, draft.id).await.unwrap();
    desk.home.run("UPDATE mail_drafts SET discarded_at = 1").await;
    kalends.begin_job(kalends_domain::jobs::JobKind::Clean).await.unwrap();
    settle(&kalends).await;
    assert_eq!((desk.home.count("mail_drafts").await, desk.home.count("mail_attachments").await), (0, 0));
}

#[tokio::test]
async fn what_an_administrator_takes_out_of_somebodys_account_has_no_mail() {
    let (desk, kalends, _) = desk().await;
    let dora = desk.dora;
    kalends.begin_mail(dora, desk.account, None).await.unwrap();
    let admin = user(&kalends, "admin").await;
    desk.home
        .run("UPDATE users SET is_admin = TRUE WHERE principal_id = (SELECT id FROM principals WHERE slug = 'admin')")
        .await;
    let of = |who: Caller| kalends.take_out(Administrator::Person(who), dora.principal);
    let own = of(dora).await.unwrap();
    assert_eq!((own.around.mail_accounts.len(), own.around.drafts.len()), (1, 1));
    let theirs = of(admin).await.unwrap();
    assert_eq!((theirs.around.mail_accounts.len(), theirs.around.drafts.len()), (0, 0));
}
