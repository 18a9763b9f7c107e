//! Several writers at once. On PostgreSQL they are really at once; what they find is the same.

use kalends_domain::Error;
use kalends_domain::accounts::Origin;
use kalends_domain::calendars::CalendarDetails;
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_test_support::home::Home;
use kalends_test_support::texts::event_titled;

const WRITERS: usize = 16;
const ROUNDS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_with_one_etag_exactly_one_wins() {
    let home = Home::new().await;
    let mut etag = home.put("one.ics", &event_titled("one", "0")).await.unwrap().etag;
    for round in 1..=ROUNDS {
        let writers = (0..WRITERS).map(|writer| {
            let (kalends, anna, calendar) = (home.kalends.clone(), home.anna, home.calendar);
            let precondition = Precondition::Matches(vec![etag.clone()]);
            tokio::spawn(async move {
                let text = event_titled("one", &format!("{round} by {writer}"));
                (writer, kalends.put_object(anna, calendar, "one.ics", &text, precondition).await)
            })
        });
        let mut won = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            match writer.await.unwrap() {
                (writer, Ok(written)) => won.push((writer, written.etag)),
                (_, Err(Error::PreconditionFailed)) => {}
                (writer, Err(error)) => panic!("round {round}, writer {writer}: {error}"),
            }
        }
        let [(winner, won)] = &won[..] else { panic!("round {round}: {} won", won.len()) };
        assert_eq!(home.text("one.ics").await, event_titled("one", &format!("{round} by {winner}")));
        etag.clone_from(won);
    }
    // One revision for each round: those that lost left nothing behind.
    let changes = home.since(None, None).await;
    assert_eq!(changes.changed[0].revision.0, ROUNDS as i64 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_make_the_same_object_exactly_one_makes_it() {
    let home = Home::new().await;
    for round in 0..20 {
        let writers = (0..WRITERS).map(|writer| {
            let (kalends, anna, calendar) = (home.kalends.clone(), home.anna, home.calendar);
            tokio::spawn(async move {
                // Half of them under another name: the UID is in the way.
                let name = format!("{round}{}.ics", ["a", "b"][writer % 2]);
                let text = event_titled(&round.to_string(), &writer.to_string());
                kalends.put_object(anna, calendar, &name, &text, Precondition::Absent).await
            })
        });
        let mut made = 0;
        for writer in writers.collect::<Vec<_>>() {
            match writer.await.unwrap() {
                Ok(_) => made += 1,
                Err(Error::PreconditionFailed | Error::UidConflict { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(made, 1, "round {round}");
    }
    assert_eq!(home.names().await.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn moves_in_opposite_directions_lose_and_double_nothing() {
    let home = Home::new().await;
    let details = CalendarDetails::named("Other", 1);
    let other = home.kalends.create_calendar(home.anna, None, details, Vec::new()).await.unwrap().id;
    const OBJECTS: usize = 8;
    for number in 0..OBJECTS {
        home.put(&format!("{number}.ics"), &event_titled(&number.to_string(), "moved about")).await.unwrap();
    }
    let movers = [(home.calendar, other), (other, home.calendar)].map(|(from, to)| {
        let (kalends, anna) = (home.kalends.clone(), home.anna);
        tokio::spawn(async move {
            let mut moved = 0;
            for turn in 0..100 {
                let name = format!("{}.ics", turn % OBJECTS);
                let transfer = CopyMove {
                    from: (from, name.clone()),
                    to: (to, name),
                    overwrite: true,
                    precondition: Precondition::None,
                };
                match kalends.move_object(anna, transfer).await {
                    Ok(_) => moved += 1,
                    Err(Error::NotFound(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            moved
        })
    });
    for mover in movers {
        assert!(mover.await.unwrap() > 0);
    }
    let mut names = home.names().await;
    names.extend(home.kalends.object_heads(home.anna, other, "").await.unwrap().into_iter().map(|head| head.name));
    names.sort();
    assert_eq!(names, (0..OBJECTS).map(|number| format!("{number}.ics")).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_used_up_by_one() {
    let home = Home::new().await;
    let link = home.kalends.create_sign_in_link(home.anna.principal).await.unwrap();
    let users = (0..4).map(|_| {
        let (kalends, link) = (home.kalends.clone(), link.clone());
        tokio::spawn(
            async move { kalends.redeem_sign_in_link(&link.0, "correct horse battery", &Origin::default()).await },
        )
    });
    let mut used = 0;
    for user in users.collect::<Vec<_>>() {
        used += usize::from(user.await.unwrap().is_ok());
    }
    assert_eq!(used, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_moves_at_once_than_there_are_connections() {
    const MOVES: usize = 40;
    let home = Home::new().await;
    let other = home.kalends.create_named_calendar(home.anna, "Other").await.unwrap().id;
    for number in 0..MOVES {
        home.put(&format!("{number}.ics"), &event_titled(&format!("u{number}"), "Moved")).await.unwrap();
    }
    let moves = (0..MOVES).map(|number| {
        let (kalends, anna, from) = (home.kalends.clone(), home.anna, home.calendar);
        let name = format!("{number}.ics");
        let to = (other, name.clone());
        let what = CopyMove { from: (from, name), to, overwrite: false, precondition: Precondition::None };
        tokio::spawn(async move { kalends.move_object(anna, what).await })
    });
    for moved in moves.collect::<Vec<_>>() {
        moved.await.unwrap().unwrap();
    }
    assert!(home.names().await.is_empty());
}

#[tokio::test]
async fn whoever_goes_away_while_a_transaction_begins_leaves_no_connection_in_it() {
    let home = Home::new().await;
    for round in 0..20 {
        // As a request whose client has gone: asked once, and dropped.
        tokio::select! {
            biased;
            _ = home.kalends.coming_reminders(home.anna) => {}
            () = std::future::ready(()) => {}
        }
        // A connection that was left in a transaction which only reads would take none of these.
        home.put(&format!("{round}.ics"), &event_titled(&format!("u{round}"), "Tea")).await.unwrap();
    }
    let written = home.cold().object_heads(home.anna, home.calendar, "").await.unwrap();
    assert_eq!(written.len(), 20, "what was written is there for all");
}
