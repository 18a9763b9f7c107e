//! Who sees what, by every way there is: each surface, for each level of access that somebody may have and however they came by it,
//! with an event of each class. A page, server function or method of CalDAV that is not in the matrix fails the last test.

mod bins;
mod leaks;
mod links;
mod routes;
mod surfaces;
mod viewers;

use kalends_domain::access::Access;
use surfaces::{Shows, Surface, surfaces};
use viewers::{Through, Viewer, World};

/// The event of each class: the word that is looked for in answers, which stands in all of its texts, and what it is called in addresses.
const CLASSES: [(&str, &str, &str); 4] = [
    ("PUBLIC", "xenon", "a.ics"),
    ("PRIVATE", "krypton", "b.ics"),
    ("CONFIDENTIAL", "argon", "c.ics"),
    // It keeps nobody busy besides.
    ("PRIVATE", "radon", FREE),
];
const FREE: &str = "d.ics";

/// The words of the events that a viewer may read about.
fn readable(viewer: &Viewer) -> Vec<&'static str> {
    CLASSES
        .into_iter()
        .filter(|(class, ..)| viewer.level >= Access::Read && (*class == "PUBLIC" || viewer.sees_private))
        .map(|(_, word, _)| word)
        .collect()
}

/// The words that a surface shows to a viewer.
fn expected(surface: &Surface, viewer: &Viewer) -> Vec<&'static str> {
    let readable = readable(viewer);
    match surface.shows {
        Shows::Nothing => Vec::new(),
        Shows::Events => readable,
        // To everybody who has the address, whoever they are.
        Shows::Published => vec![CLASSES[0].1],
        Shows::One(word) => readable.into_iter().filter(|known| *known == word).collect(),
        // What something was called when it was public.
        Shows::History if viewer.sees_private => readable,
        Shows::HistoryOf(word) if viewer.sees_private => readable.into_iter().filter(|known| *known == word).collect(),
        Shows::History | Shows::HistoryOf(_) => Vec::new(),
    }
}

/// Asks for everything as `viewer`, and yields what is wrong.
async fn look(world: &World, viewer: &Viewer, faults: &mut Vec<String>) {
    for surface in surfaces(world, viewer) {
        let answer = surface.ask.send(world, viewer).await;
        let who = format!("{} for {}", surface.name, viewer.name);
        if answer.status >= 500 {
            faults.push(format!("{who}: {}", answer.status));
        }
        let wanted = expected(&surface, viewer);
        for (_, word, _) in CLASSES {
            let is_told = answer.all.contains(word);
            if is_told != wanted.contains(&word) {
                let what = if is_told { "is told of" } else { "does not learn of" };
                faults.push(format!("{who}: {what} {word} ({})", answer.status));
            }
        }
        // What may not be seen at all is as if it was not there.
        if (viewer.level == Access::None || surface.is_hidden)
            && let Some(absent) = surface.absent
        {
            let never = absent.send(world, viewer).await;
            if (answer.status, answer.comparable()) != (never.status, never.comparable()) {
                faults.push(format!("{who}: {} and not {}", answer.status, never.status));
            }
            if answer.headers != never.headers {
                faults.push(format!("{who}: {:?} and not {:?}", answer.headers, never.headers));
            }
        }
    }
}

/// Tries to change everything as `viewer`, and yields what is wrong.
async fn touch(world: &World, viewer: &Viewer, faults: &mut Vec<String>) {
    let shares = world.shares().await;
    let (mut left, mut done) = (surfaces::writes(world, viewer).await.into_iter(), 0);
    let mut before = world.state().await;
    while let Some((name, ask, may)) = left.next() {
        done += 1;
        let answer = ask.send(world, viewer).await;
        let has_changed = world.state().await != before;
        let who = format!("{name} for {}", viewer.name);
        if has_changed != may {
            faults.push(format!("{who}: {} and changed: {has_changed}", answer.status));
        }
        let fits = match (may, viewer.level) {
            (true, _) => answer.status < 400,
            (false, Access::None) => matches!(answer.status, 404 | 409),
            (false, _) => matches!(answer.status, 403 | 404 | 409),
        };
        if !fits {
            faults.push(format!("{who}: {}", answer.status));
        }
        if has_changed {
            world.restore().await;
            world.server.kalends.share_with_these(world.owner.caller, world.calendar, &shares).await.unwrap();
            // What the others name may be another by now.
            left = surfaces::writes(world, viewer).await.into_iter();
            left.by_ref().take(done).for_each(drop);
            before = world.state().await;
        }
    }
}

async fn check(through: Through) {
    let world = World::new(through).await;
    let mut faults = Vec::new();
    for level in through.levels() {
        let viewer = world.viewer(level).await;
        look(&world, &viewer, &mut faults).await;
        touch(&world, &viewer, &mut faults).await;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn of_a_person() {
    check(Through::Person).await;
}

#[tokio::test]
async fn of_a_group_that_it_is_shared_with() {
    check(Through::SharedGroup).await;
}

#[tokio::test]
async fn of_a_mission_that_it_is_shared_with() {
    check(Through::SharedMission).await;
}

#[tokio::test]
async fn of_everyone() {
    check(Through::Everyone).await;
}

#[tokio::test]
async fn of_those_who_belong_to_the_group_that_owns_it() {
    check(Through::OwningGroup).await;
}

#[tokio::test]
async fn of_those_who_belong_to_the_mission_that_owns_it() {
    check(Through::OwningMission).await;
}

#[tokio::test]
async fn of_those_who_act_for_its_owner() {
    check(Through::Delegate).await;
}

#[tokio::test]
async fn nothing_is_left_out() {
    let world = World::new(Through::Person).await;
    let viewer = world.viewer(Access::Read).await;
    let mut covered: Vec<String> = surfaces(&world, &viewer).iter().map(|surface| surface.route.to_owned()).collect();
    covered.extend(surfaces::writes(&world, &viewer).await.into_iter().map(|(name, ..)| name.to_owned()));
    covered.extend(routes::ELSEWHERE.iter().flat_map(|(_, routes)| *routes).map(|route| (*route).to_owned()));
    let there = routes::all(&world).await;
    let missing: Vec<&String> = there.iter().filter(|route| !covered.contains(route)).collect();
    assert!(missing.is_empty(), "not in the matrix: {missing:#?}");
    let gone: Vec<&String> = covered.iter().filter(|route| !there.contains(route.as_str())).collect();
    assert!(gone.is_empty(), "in the matrix and nowhere else: {gone:#?}");
    // Reports are of one method, each with rules of its own.
    world.owner_client.add(&world.owner_client.at("a.ics"), &kalends_test_support::texts::event_titled("a", "A")).await;
    let there = routes::reports(&world).await;
    assert!(there.contains("calendar-query") && there.contains("sync-collection"), "{there:?}");
    let asked: Vec<String> = surfaces(&world, &viewer).iter().filter_map(|surface| surface.ask.report()).collect();
    let is_missing =
        |report: &&String| !asked.contains(report) && !routes::REPORTS_ELSEWHERE.contains(&report.as_str());
    let missing: Vec<&String> = there.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "reports that are not in the matrix: {missing:#?}");
}
