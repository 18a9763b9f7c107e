//! What arrives is there by itself.

use crate::setup::{Post, connect, mail};
use kalends_domain::jobs::Worker;
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{MailPlace, MailWatcher};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Far less than the minutes until the next look.
const SOON: Duration = Duration::from_secs(60);

impl Post {
    async fn has_soon(&self, count: usize) {
        let began = Instant::now();
        while self.list(MailPlace::Inboxes).await.len() < count {
            assert!(began.elapsed() < SOON, "{count} messages are not there");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn arrivals_are_told_of() {
    let post = Post::new().await;
    let waiting = connect(&post.dovecot, &post.user).await;
    let waits = waiting.wait("INBOX", Duration::from_secs(20));
    let (heard, ()) = tokio::join!(waits, async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        post.deliver(&mail("news", "1", "")).await;
    });
    assert!(heard.unwrap());
    assert!(!waiting.wait("INBOX", Duration::from_millis(200)).await.unwrap());
    // The connection is of use after that.
    assert_eq!(waiting.uids("INBOX", 1, None).await.unwrap(), [1]);
}

#[tokio::test]
async fn what_came_before_anybody_waited_is_there_and_what_comes_later_too() {
    let post = Post::new().await;
    // After the first look, and before the server tells anybody.
    post.deliver(&mail("before", "1", "")).await;
    let stop = CancellationToken::new();
    let watcher = tokio::spawn(MailWatcher::new(post.kalends.clone(), stop.clone()).run());
    let worker = tokio::spawn(Worker::new(post.kalends.clone(), stop.clone()).run());
    post.has_soon(1).await;
    post.deliver(&mail("after", "2", "")).await;
    post.has_soon(2).await;
    stop.cancel();
    watcher.await.unwrap();
    worker.await.unwrap();
}
