//! A database server that goes away and comes back.

use kalends_domain::Limits;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::server::Server;
use kalends_test_support::texts::event;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_the_database_is_away_requests_are_put_off() {
    let database = TestDatabase::with_tables().await;
    let Some((mut link, url)) = database.over_a_link().await else { return };
    let server = Server::on(database, &url, Limits::default()).await;
    let ada = server.account("ada").await;
    let path = ada.at("first.ics");
    let text = event("first", "20260301T090000Z", "");
    ada.add(&path, &text).await;

    link.cut().await;
    let (got, put, deleted) = tokio::join!(ada.get(&path), ada.put(&path, text.as_str()), ada.delete(&path));
    for answer in [got, put, deleted] {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
    }

    link.mend().await;
    assert_eq!(ada.get(&path).await.text(), text);
}
