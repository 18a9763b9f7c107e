//! The parts of the form: when, how it repeats, where it is kept and what else is said of it, and what a change is for.

use super::controls::{
    Choice, Control, ErrorText, Errors, Kind, Label, date_field, error_id, invalid, option, text_content,
};
use super::fields::{self, EventFields, KEEP, WEEKDAYS};
use super::scope::ScopeChoice;
use super::zone_field::ZoneField;
use crate::date_names;
use crate::notation::Format;
use crate::ui::fixed;
use crate::wire::CalendarInfo;
use crate::words;
use chrono::Weekday;
use leptos::prelude::*;

/// When the event is.
#[component]
pub fn WhenFields(
    initial: EventFields,
    current: RwSignal<EventFields>,
    errors: Errors,
    format: Format,
) -> impl IntoView {
    let value = |name| initial.shown(name, format).unwrap_or_default();
    let day = |name, pick| date_field(name, value(name), errors, "event-form__date", None, pick);
    let clock = |name: &'static str, label| {
        let class = "event-form__time";
        view! { <Control name=name kind=Kind::TEXT value=value(name) errors=errors class=class label=Some(label) /> }
    };
    view! {
        <fieldset class="event-form__when">
            {fixed(&["<legend class=\"visually-hidden\">", words::event_when(), "</legend>"])}
            <Label name="start_date" text=words::event_starts() />
            {day("start_date", words::event_pick_start())}
            {clock("start_time", words::event_start_time())}
            <ErrorText errors=errors field="start_date" />
            <ErrorText errors=errors field="start_time" />
            <Label name="end_date" text=words::event_ends() />
            {day("end_date", words::event_pick_end())}
            {clock("end_time", words::event_end_time())}
            <ErrorText errors=errors field="end_date" />
            <ErrorText errors=errors field="end_time" />
            <div class="event-form__zone-row">
                <label class="choice">
                    <input class="checkbox" type="checkbox" name="all_day" checked=initial.all_day />
                    {words::event_all_day()}
                </label>
                <ZoneField
                    value=initial.zone
                    invalid=invalid(errors, "zone")
                    on_choose=Callback::new(move |zone: String| {
                        errors.update(|errors| errors.retain(|error| error.field != "zone"));
                        current.update(|fields| fields.zone = zone);
                    })
                />
            </div>
            <ErrorText errors=errors field="zone" />
        </fieldset>
    }
    .into_any()
}

/// Where the event is kept and what else is said of it.
#[component]
pub fn OtherFields(
    initial: EventFields,
    current: RwSignal<EventFields>,
    errors: Errors,
    calendars: Vec<CalendarInfo>,
) -> impl IntoView {
    let no_calendar = calendars.iter().all(|calendar| calendar.id.to_string() != initial.calendar);
    let options = no_calendar.then(|| option("", words::event_choose_calendar(), false)).into_iter().chain(
        calendars.iter().filter(|calendar| calendar.editable).map(|calendar| {
            let id = calendar.id.to_string();
            let chosen = id == initial.calendar;
            option(id, calendar.name.clone(), chosen)
        }),
    );
    let options = options.collect_view().into_any();
    let color = move || {
        let chosen = current.read().calendar.parse().ok();
        let found = calendars.iter().find(|calendar| Some(calendar.id) == chosen);
        format!("--calendar: {}", found.map_or("transparent", |calendar| &calendar.color))
    };
    view! {
        <div class="event-form__row">
            <Label name="calendar" text=words::common_calendar() />
            <div class="event-form__calendar">
                <span class="swatch" style=color></span>
                <Choice name="calendar" errors=errors options=options />
            </div>
            <ErrorText errors=errors field="calendar" />
        </div>
        <div class="event-form__row">
            <Label name="location" text=words::event_location() />
            <Control name="location" kind=Kind::TEXT value=initial.location errors=errors />
            <ErrorText errors=errors field="location" />
        </div>
        <div class="event-form__row event-form__row--top">
            <Label name="description" text=words::event_description() />
            <textarea
                id="event-description"
                class="textarea"
                name="description"
                dir="auto"
                rows="3"
                aria-invalid=invalid(errors, "description")
                aria-describedby=error_id("description")
            >
                {text_content(&initial.description)}
            </textarea>
            <ErrorText errors=errors field="description" />
        </div>
    }
    .into_any()
}

/// How the event repeats.
#[component]
pub fn RepeatFields(
    initial: EventFields,
    current: RwSignal<EventFields>,
    errors: Errors,
    /// How it repeats, for a rule that the form cannot express.
    repeats_now: Option<String>,
    /// Whether a rule that the form cannot express can stay.
    can_keep: bool,
    week_start: Weekday,
    format: Format,
) -> impl IntoView {
    let until = initial.shown("until", format).unwrap_or_default();
    let labels = [
        words::event_no_repeat(),
        words::event_every_day(),
        words::event_every_week(),
        words::event_every_month(),
        words::event_every_year(),
    ];
    let keep = can_keep
        .then(|| option(KEEP, repeats_now.unwrap_or_else(|| words::event_as_now().into()), initial.repeat == KEEP));
    let repeats = fields::REPEATS
        .iter()
        .zip(labels)
        .map(|(value, label)| option(*value, label, *value == initial.repeat))
        .chain(keep)
        .collect_view()
        .into_any();
    // The choices follow the start; what was chosen stays on offer.
    let monthly = Memo::new(move |_| current.with(|fields| (fields.start_date.clone(), fields.monthly.clone())));
    let monthly = move || {
        let (start, chosen) = monthly.get();
        let mut choices = fields::date(&start).map(EventFields::monthly_choices).unwrap_or_default();
        if choices.iter().all(|(value, _)| *value != chosen) {
            let label = match fields::monthly_choice(&chosen) {
                Some((nth, weekday)) => fields::monthly_label(nth, weekday),
                None => words::event_same_day().to_owned(),
            };
            choices.push((chosen.clone(), label));
        }
        let options = choices.into_iter().map(|(value, label)| {
            let is_chosen = value == chosen;
            option(value, label, is_chosen)
        });
        options.collect_view()
    };
    let ends =
        [("never", words::event_ends_never()), ("on", words::event_ends_on()), ("after", words::event_ends_after())]
            .map(|(value, label)| option(value, label, value == initial.ends))
            .into_iter()
            .collect_view()
            .into_any();
    let unit = |class: &'static str, one: &'static str, many: &'static str| {
        let text = move || if current.with(|fields| fields.interval.trim() == "1") { one } else { many };
        view! { <span class=format!("unit {class}")>{text}</span> }
    };
    view! {
        <div class="event-form__repeat">
            <div class="event-form__row">
                <Label name="repeat" text=words::event_repeats() />
                <Choice name="repeat" errors=errors options=repeats />
                <ErrorText errors=errors field="repeat" />
            </div>
            <div class="event-form__rule">
                <div class="event-form__line">
                    <Label name="interval" text=words::event_every() />
                    <Control
                        name="interval"
                        kind=Kind::number("999")
                        value=initial.interval
                        errors=errors
                        class="event-form__number"
                    />
                    {unit("unit--daily", words::event_unit_day(), words::event_unit_days())}
                    {unit("unit--weekly", words::event_unit_week(), words::event_unit_weeks())}
                    {unit("unit--monthly", words::event_unit_month(), words::event_unit_months())}
                    {unit("unit--yearly", words::event_unit_year(), words::event_unit_years())}
                    <Choice
                        name="monthly"
                        errors=errors
                        class="event-form__monthly"
                        label=words::event_which_day()
                        options=monthly.into_any()
                    />
                </div>
                <ErrorText errors=errors field="interval" />
                <ErrorText errors=errors field="monthly" />
                <fieldset class="event-form__weekdays" aria-describedby=error_id("weekdays")>
                    {fixed(&["<legend class=\"visually-hidden\">", words::event_on_these_days(), "</legend>"])}
                    <div class="weekdays">{weekdays(&initial.weekdays, week_start)}</div>
                    <ErrorText errors=errors field="weekdays" />
                </fieldset>
                <div class="event-form__line">
                    <Label name="ends" text=words::event_ends() />
                    <Choice name="ends" errors=errors class="event-form__ends" options=ends />
                    {date_field("until", until, errors, "event-form__until", Some(words::event_last_day()), words::event_pick_final())}
                    <span class="event-form__count">
                        <Control
                            name="count"
                            kind=Kind::number("9999")
                            value=initial.count
                            errors=errors
                            class="event-form__number"
                            label=Some(words::event_how_many())
                        />
                        <span class="unit">{words::event_times()}</span>
                    </span>
                </div>
                <ErrorText errors=errors field="until" />
                <ErrorText errors=errors field="count" />
            </div>
        </div>
    }
    .into_any()
}

/// A box for each day of the week.
fn weekdays(chosen: &[String], week_start: Weekday) -> AnyView {
    (0..7)
        .map(|day| {
            let (code, weekday) = WEEKDAYS[(week_start.num_days_from_monday() as usize + day) % 7];
            let name = date_names::weekday(weekday);
            view! {
                <label class="weekday">
                    <input
                        type="checkbox"
                        name="weekdays"
                        value=code
                        aria-label=name
                        checked=chosen.iter().any(|day| day == code)
                    />
                    <span aria-hidden="true">{date_names::weekday_two(weekday)}</span>
                </label>
            }
        })
        .collect_view()
        .into_any()
}

/// Which events of a series the form is for, where no dialog can ask.
#[component]
pub fn ScopeFields(chosen: Option<ScopeChoice>, errors: Errors) -> impl IntoView {
    let chosen = chosen.unwrap_or(ScopeChoice::This);
    let choices = [ScopeChoice::This, ScopeChoice::Following, ScopeChoice::All]
        .map(|scope| {
            view! {
                <label class="choice">
                    <input
                        class="checkbox"
                        type="radio"
                        name="scope"
                        value=scope.value()
                        checked=scope == chosen
                    />
                    {scope.label()}
                </label>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <fieldset class="event-form__scope" aria-describedby=error_id("scope")>
            {fixed(&["<legend class=\"label\">", words::event_scope_what_for(), "</legend>"])}
            {choices}
            <ErrorText errors=errors field="scope" />
        </fieldset>
    }
    .into_any()
}
