//! kill -9 in the middle of many PUTs: what was acknowledged is there.

use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::multistatus::DAV;
use kalends_test_support::program::{Program, command, printed};
use kalends_test_support::texts::event;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const PUTS: usize = 1_000;
const CLIENTS: usize = 8;
/// How many objects each client writes, over and over.
const NAMES: usize = 40;
/// The server is killed when this many PUTs have been acknowledged.
const KILL_AFTER: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acknowledged_objects_survive_a_kill() {
    let database = TestDatabase::with_tables().await;
    let kalends = || command(env!("CARGO_BIN_EXE_kalends"), &database);
    printed(kalends(), &["user", "add", "ada"]);
    let password = printed(kalends(), &["user", "app-password", "ada", "test"]);

    let mut program = Program::start(kalends());
    let ada = Client::new(program.address, "ada", &password);
    ada.add(&ada.at("first.ics"), &event("first", "20260301T090000Z", "")).await;
    let token = ada.property(&ada.at(""), "D:sync-token").await.text;

    let count = Arc::new(AtomicUsize::new(0));
    let mut clients = Vec::new();
    for client in 0..CLIENTS {
        let (ada, count) = (ada.clone(), count.clone());
        clients.push(tokio::spawn(async move {
            let mut acknowledged = BTreeMap::new();
            for number in 0..PUTS / CLIENTS {
                // After a while each changes again what it has put.
                let uid = format!("{client}-{}", number % NAMES);
                let more = format!("DESCRIPTION:{}\r\n", number.to_string().repeat(200));
                let (name, text) = (format!("{uid}.ics"), event(&uid, "20260301T090000Z", &more));
                match ada.request("PUT", &ada.at(&name)).body(text.as_str()).try_send().await {
                    Ok(answer) if matches!(answer.status, 201 | 204) => {
                        acknowledged.insert(name, text);
                        count.fetch_add(1, Ordering::SeqCst);
                    }
                    Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
                    Err(_) => return (acknowledged, Some((name, text))),
                }
            }
            (acknowledged, None)
        }));
    }
    while count.load(Ordering::SeqCst) < KILL_AFTER {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    program.kill();
    let (mut acknowledged, mut under_way) = (BTreeMap::new(), BTreeMap::new());
    for client in clients {
        let (done, last) = client.await.unwrap();
        acknowledged.extend(done);
        under_way.extend(last);
    }
    assert!(count.load(Ordering::SeqCst) < PUTS, "killed in the middle");

    let program = Program::start(kalends());
    let ada = Client { address: program.address, ..ada };
    for (name, text) in &acknowledged {
        let stored = ada.get(&ada.at(name)).await.text();
        // What was under way may have come through; whole, then.
        assert!(stored == *text || under_way.get(name) == Some(&stored), "{name}: {stored}");
    }
    // The log agrees with the listing: nothing half-written, nothing forgotten.
    let mut listing = ada.properties(&ada.at(""), "1", "<D:getetag/>").await;
    listing.responses.remove(&ada.at(""));
    listing.responses.remove(&ada.at("first.ics"));
    let changes = ada.sync(&ada.at(""), &token, "").await.multistatus();
    assert_eq!(changes.hrefs(), listing.hrefs());
    for (href, response) in &listing.responses {
        assert_eq!(changes.of(href).property(DAV, "getetag").text, response.property(DAV, "getetag").text);
    }
    let name = |href: &str| href.rsplit('/').next().unwrap().to_owned();
    let unknown = listing.hrefs().into_iter().map(name).filter(|name| !acknowledged.contains_key(name));
    for name in unknown {
        assert_eq!(ada.get(&ada.at(&name)).await.text(), under_way[&name]);
    }
    // And it goes on from there.
    ada.add(&ada.at("after.ics"), &event("after", "20260301T090000Z", "")).await;
    let after = ada.sync(&ada.at(""), &changes.sync_token.unwrap(), "").await.multistatus();
    assert_eq!(after.names(), ["after.ics"]);
}
