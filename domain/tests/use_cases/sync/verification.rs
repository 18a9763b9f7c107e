//! Whether what is kept of links is whole: what `kalends verify` says of it, and `kalends doctor` of links.

use super::{Pair, settings, titled};
use chrono::Utc;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_domain::sync::{LinkSettings, LinkState, SyncLink};
use kalends_test_support::database::TestDatabase;
use kalends_test_support::remote::RemoteService;

const POLICY: Policy = Policy::MergeThenNewest;

/// A pair with two objects that both sides have.
async fn pair() -> Pair {
    let pair = Pair::new(POLICY).await;
    pair.put(&titled("here", "Here")).await;
    pair.remote.put(&titled("there", "There"));
    pair.sync().await;
    pair.assert_same().await;
    pair
}

/// The one damage that there is.
async fn damage(pair: &Pair) -> String {
    let mut damages = pair.home.damages().await;
    assert_eq!(damages.len(), 1, "{damages:?}");
    damages.remove(0)
}

#[tokio::test]
async fn links_that_nothing_has_happened_to_are_whole() {
    let pair = pair().await;
    assert_eq!(pair.home.damages().await, Vec::<String>::new());
    // Edits on both sides, deletions, conflicts and what is set aside are no damage.
    pair.put(&titled("here", "Edited")).await;
    pair.remote.put(&titled("there", "Edited there"));
    assert!(pair.home.damages().await.is_empty());
    pair.sync().await;
    pair.delete("here").await;
    pair.remote.delete("there");
    assert!(pair.home.damages().await.is_empty());
    pair.sync().await;
    assert!(pair.home.damages().await.is_empty());
    // Of what goes one way no base is kept; when it goes both ways from then on, what is here or in the log is the base.
    let one_way = Pair::tied(RemoteService::new(), settings(Direction::Pull, POLICY)).await;
    one_way.remote.put(&titled("a", "A"));
    one_way.sync().await;
    assert!(one_way.home.damages().await.is_empty());
    let both = LinkSettings { direction: Direction::Both, ..settings(Direction::Pull, POLICY) };
    one_way.kalends.change_sync_link(one_way.anna(), one_way.link, &both).await.unwrap();
    one_way.put(&titled("a", "Edited")).await;
    assert!(one_way.home.damages().await.is_empty());
    one_way.sync().await;
    assert!(one_way.home.damages().await.is_empty());
    one_way.assert_same().await;
}

#[tokio::test]
async fn a_base_that_is_another_or_missing_is_a_damage() {
    let pair = pair().await;
    pair.home.run("UPDATE sync_objects SET base_text = (SELECT s.base_text FROM sync_objects s WHERE s.uid = 'there') WHERE uid = 'here'").await;
    let said = damage(&pair).await;
    assert!(
        said.contains("anna/") && said.contains("here: what both sides last had in common is not the text"),
        "{said}"
    );
    pair.home.run("UPDATE sync_objects SET base_text = NULL WHERE uid = 'here'").await;
    assert!(pair.home.damages().await.is_empty(), "the object here is the base");
    pair.put(&titled("here", "Edited")).await;
    assert!(pair.home.damages().await.is_empty(), "the log has it");
    let etag = if TestDatabase::is_postgres() { "decode('00', 'hex')" } else { "x'00'" };
    pair.home
        .run(&format!("UPDATE changes SET after = {etag} WHERE revision < (SELECT max(revision) FROM changes)"))
        .await;
    let said = pair.home.damages().await;
    assert!(said.iter().any(|said| said.contains("here: what both sides last had in common is missing")), "{said:?}");
}

#[tokio::test]
async fn what_has_looked_too_far_or_refers_to_nothing_is_a_damage() {
    let pair = pair().await;
    pair.home.run("UPDATE sync_links SET seen_revision = 999").await;
    let said = damage(&pair).await;
    assert!(said.contains("looked at the log up to revision 999"), "{said}");
    pair.home.run("UPDATE sync_links SET seen_revision = NULL, cursor = NULL, listing_open = (1 = 1)").await;
    let said = damage(&pair).await;
    assert!(said.contains("its cursor is missing"), "{said}");
    pair.home.run("UPDATE sync_links SET listing_open = (1 = 0)").await;
    assert!(pair.home.damages().await.is_empty());

    // Only a fault of the database leaves that.
    if TestDatabase::is_postgres() {
        pair.home.run("ALTER TABLE sync_objects DROP CONSTRAINT sync_objects_link_id_fkey").await;
        pair.home.run("ALTER TABLE sync_runs DROP CONSTRAINT sync_runs_link_id_fkey").await;
        pair.home.run("ALTER TABLE sync_run_entries DROP CONSTRAINT sync_run_entries_run_id_fkey").await;
        pair.home.run("DELETE FROM sync_links").await;
    } else {
        pair.home.run("PRAGMA foreign_keys = OFF; DELETE FROM sync_links").await;
    }
    let said = pair.home.damages().await;
    let of = |what: &str| said.iter().filter(|said| said.contains(what)).count();
    assert!(of("an object of a link (sync_objects") == 2 && of("a run (sync_runs") >= 1, "{said:?}");
    assert!(said.iter().all(|said| said.contains("is not there")), "{said:?}");
}

#[tokio::test]
async fn a_link_whose_service_tells_of_changes_is_asked_less_often() {
    let pair = pair().await;
    let asked = |link: &SyncLink| link.next_run_at.unwrap() - Utc::now();
    let before = asked(&pair.sync().await);
    assert!(before <= chrono::TimeDelta::minutes(15), "{before}");
    let in_a_day = (Utc::now() + chrono::TimeDelta::days(1)).timestamp_millis();
    let (account, link) = (pair.account.0, pair.link.0);
    let secret = if TestDatabase::is_postgres() { "decode('00', 'hex')" } else { "x'00'" };
    let row = format!(
        "INSERT INTO sync_subscriptions (account_id, link_id, remote_id, secret, hook, expires_at, next_at)
         VALUES ({account}, {link}, 'r', {secret}, 'h', {in_a_day}, {in_a_day})"
    );
    pair.home.run(&row).await;
    assert!(pair.home.damages().await.is_empty());
    let told = pair.sync().await;
    assert!(told.told_until.is_some() && told.state == LinkState::InStep);
    assert!(asked(&told) > chrono::TimeDelta::minutes(50), "{}", asked(&told));
    pair.home.run("UPDATE sync_subscriptions SET expires_at = 1").await;
    assert!(asked(&pair.sync().await) <= chrono::TimeDelta::minutes(15));
    // Ending the link leaves what is to be ended over there.
    pair.kalends.remove_sync_link(pair.anna(), pair.link, kalends_domain::sync::LinkRemoval::KeepBoth).await.unwrap();
    let left = pair.kalends.sync_subscriptions(pair.anna(), pair.account).await.unwrap();
    assert!(left.len() == 1 && left[0].link.is_none() && left[0].next_at < Utc::now(), "{left:?}");
}
