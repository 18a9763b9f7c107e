//! The small month that leads to any day.

use crate::agenda::days::{View, first_of_month, months_on, shown};
use crate::agenda::links;
use crate::agenda::model::Agenda;
use crate::date_names;
use crate::dom::plain_click;
use crate::thin::{Effect, OnAttribute};
use crate::ui::{Icon, Markup, written};
use crate::words;
use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;

const BACK: &str = "m14 7-5 5 5 5";
const FORWARD: &str = "m10 7 5 5-5 5";

#[component]
pub fn MiniMonth(agenda: Agenda) -> impl IntoView {
    // Follows the agenda until somebody leafs through it.
    let leafed = RwSignal::new(None::<NaiveDate>);
    let month = Memo::new(move |_| leafed.get().unwrap_or_else(|| first_of_month(agenda.place.get().date)));
    Effect::new(move |_| {
        agenda.place.track();
        leafed.set(None);
    });
    let leaf = move |steps: i32, label: &'static str, d: &'static str| {
        let path = move || links::view(agenda.place.get().view, months_on(month.get(), steps));
        let turn = move |event: leptos::ev::MouseEvent| {
            if plain_click(&event) {
                event.prevent_default();
                leafed.set(Some(months_on(month.get_untracked(), steps)));
            }
        };
        view! {
            <a class="icon-button icon-button--small" href=path on:click=turn aria-label=label>
                <Icon d=d />
            </a>
        }
    };
    let name = move || format!("{} {}", date_names::month(month.get()), month.get().year());
    let head = shown(View::Week, agenda.today.get_untracked(), agenda.week_start)
        .days()
        .map(|date| {
            let day = date.weekday();
            view! { <th scope="col" abbr=date_names::weekday(day)>{date_names::weekday_letter(day)}</th> }
        })
        .collect_view();
    let weeks = move || {
        let (place, today, month) = (agenda.place.get(), agenda.today.get(), month.get());
        let marked = agenda.shown();
        let days: Vec<NaiveDate> = shown(View::Month, month, agenda.week_start).days().collect();
        let mut html = Markup::default();
        for week in days.chunks(7) {
            html.raw("<tr>");
            for date in week.iter().copied() {
                let mut class = String::from("mini__day");
                for (holds, mark) in [
                    (date == today, " mini__day--today"),
                    (first_of_month(date) != month, " mini__day--outside"),
                    (place.view != View::Month && marked.contains(date), " mini__day--shown"),
                ] {
                    if holds {
                        class.push_str(mark);
                    }
                }
                let is_current = date == place.date;
                html.raw("<td><a")
                    .attribute("class", &class)
                    .attribute("href", &links::view(place.view, date))
                    .attribute("aria-label", &agenda.format.full_date(date))
                    .maybe("aria-current", is_current.then_some("date"))
                    .attribute("tabindex", if is_current { "0" } else { "-1" })
                    .raw(">")
                    .text(&date.day().to_string())
                    .raw("</a></td>");
            }
            html.raw("</tr>");
        }
        html.finish()
    };
    view! {
        <section class="mini" aria-label=words::agenda_small_month()>
            <div class="mini__head">
                <h2 class="mini__name">{name}</h2>
                {leaf(-1, words::agenda_previous_month(), BACK)}
                {leaf(1, words::agenda_next_month(), FORWARD)}
            </div>
            <table class="mini__days">
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody inner_html=written(weeks)></tbody>
            </table>
        </section>
    }
}
