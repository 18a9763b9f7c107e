use super::*;

#[test]
fn an_invitation_to_one_instance() {
    let text = event("RECURRENCE-ID:20260107T090000Z\nDTSTART:20260107T100000Z\nX-A:1");
    let id = Moment::Utc(local("20260107T090000"));
    for scope in [Scope::This(id.clone()), Scope::ThisAndFollowing(id.clone()), all(Some(id.clone())), all(None)] {
        let changed = edited(&text, &scope, move_by(TimeDelta::hours(1)));
        assert!(changed.contains("DTSTART:20260107T110000Z\r\n") && changed.contains("X-A:1"), "{changed}");
        assert!(changed.contains("RECURRENCE-ID:20260107T090000Z\r\n"));
        assert_eq!(super::super::remove(&parse(&text), &text, &scope, now()).unwrap().text, None);
    }
}
