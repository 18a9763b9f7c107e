//! Both versions of what was changed on both sides, side by side.

use super::{ConflictInfo, path};
use crate::wire::CalendarId;
use crate::words;
use leptos::prelude::*;

#[component]
pub fn Conflicts(calendar: CalendarId, conflicts: Vec<ConflictInfo>) -> impl IntoView {
    (!conflicts.is_empty()).then(|| {
        let items: Vec<_> =
            conflicts.into_iter().map(|conflict| view! { <Conflict calendar=calendar conflict=conflict /> }).collect();
        view! {
            <section class="card section" aria-labelledby="conflicts">
                <h2 id="conflicts">{words::server_sync_conflicts()}</h2>
                <p class="hint">{words::server_sync_conflicts_what()}</p>
                {items}
            </section>
        }
    })
}

#[component]
fn Conflict(calendar: CalendarId, conflict: ConflictInfo) -> impl IntoView {
    let ConflictInfo { id, title, differences, is_deleted_here, is_deleted_there, .. } = conflict;
    let rows: Vec<_> = differences
        .into_iter()
        .map(|difference| {
            view! {
                <tr>
                    <th scope="row">{difference.field}</th>
                    <td dir="auto">{difference.before}</td>
                    <td dir="auto">{difference.after}</td>
                </tr>
            }
        })
        .collect();
    let deleted = |is_deleted: bool| is_deleted.then(words::server_sync_conflict_deleted);
    let gone = (is_deleted_here || is_deleted_there).then(|| {
        view! { <tr><th scope="row"></th><td>{deleted(is_deleted_here)}</td><td>{deleted(is_deleted_there)}</td></tr> }
    });
    view! {
        <form class="stack" method="post" action=path(calendar)>
            <input type="hidden" name="object" value=id />
            <table class="sync-table">
                <caption dir="auto">{title}</caption>
                <thead>
                    <tr>
                        <th scope="col"><span class="visually-hidden">{words::server_sync_conflict_field()}</span></th>
                        <th scope="col">{words::server_sync_here()}</th>
                        <th scope="col">{words::server_sync_elsewhere()}</th>
                    </tr>
                </thead>
                <tbody>{rows} {gone}</tbody>
            </table>
            <div class="row">
                <button class="button" name="do" value="here">{words::server_sync_take_here()}</button>
                <button class="button" name="do" value="there">{words::server_sync_take_there()}</button>
            </div>
        </form>
    }
}
