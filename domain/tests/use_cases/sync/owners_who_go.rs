//! What becomes of accounts elsewhere, and of what they keep in step, when whose they are goes.

use super::{Pair, titled};
use kalends_domain::access::Access;
use kalends_domain::people::{Administrator, Inheritance};
use kalends_domain::sync::plan::Policy;
use kalends_test_support::home::user;
use kalends_test_support::remote::Call;

#[tokio::test]
async fn what_was_in_step_by_the_account_of_somebody_who_went_is_kept_and_no_longer_so() {
    let pair = Pair::new(Policy::MergeThenNewest).await;
    pair.remote.put(&titled("theirs", "There"));
    pair.run_due().await;
    let heir = user(&pair.kalends, "heir").await;
    pair.remote.calls();
    let to = Inheritance::HandOver(heir.principal);
    pair.kalends.delete_person(Administrator::Operator, pair.anna().principal, to).await.unwrap();
    let held = pair.kalends.calendar_by_id(heir, pair.calendar).await.unwrap();
    assert_eq!(held.access(), Access::Owner);
    assert!(pair.kalends.sync_link_of(heir, pair.calendar).await.unwrap().is_none());
    let heads = pair.kalends.object_heads(heir, pair.calendar, "").await.unwrap();
    assert_eq!(heads.len(), 1, "what came from there stays");
    pair.work().await;
    assert_eq!(pair.remote.calls(), [], "nobody is let in there in their place");
    // The account rests with whose it was, and is there again if they come back; the calendar is another's.
    pair.kalends.restore_person(Administrator::Operator, pair.anna().principal).await.unwrap();
    assert_eq!(pair.kalends.remote_accounts(pair.anna()).await.unwrap().len(), 1);
    assert!(pair.kalends.sync_links(pair.anna()).await.unwrap().is_empty());
    pair.work().await;
    assert_eq!(pair.remote.calls(), []);
}

#[tokio::test]
async fn what_was_in_step_rests_with_its_owner_and_goes_on_when_they_come_back() {
    let pair = Pair::new(Policy::MergeThenNewest).await;
    pair.run_due().await;
    pair.remote.calls();
    let anna = pair.anna().principal;
    pair.kalends.delete_person(Administrator::Operator, anna, Inheritance::Bin).await.unwrap();
    pair.remote.put(&titled("late", "Late"));
    pair.work().await;
    assert_eq!(pair.remote.calls(), [], "nothing is asked for while they rest");
    assert_eq!(pair.kalends.restore_person(Administrator::Operator, anna).await.unwrap(), 1);
    pair.sync().await;
    assert!(pair.remote.calls().iter().any(|(call, _)| *call == Call::Changes));
    assert_eq!(pair.uids().await, ["late"]);
}

#[tokio::test]
async fn what_is_taken_out_says_what_is_in_step_and_no_secret() {
    let pair = Pair::new(Policy::MergeThenNewest).await;
    let anna = pair.anna();
    let out = pair.kalends.take_out(Administrator::Person(anna), anna.principal).await.unwrap();
    assert_eq!((out.around.accounts.len(), out.around.sync.len()), (1, 1));
    assert_eq!((out.around.accounts[0].id, out.around.sync[0].calendar), (pair.account, pair.calendar));
    assert!(!format!("{:?} {:?}", out.around.accounts, out.around.sync).contains("secret"));
}
