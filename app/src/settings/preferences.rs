use super::api::{SavePreferences, Settings};
use crate::date_names;
use crate::flash::outcome_of;
use crate::notation::Format;
use crate::ui::Outcome;
use crate::wire::Viewer;
use chrono::Weekday;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The locales on offer: they differ in when a week begins and how the hours are counted.
const LOCALES: [(&str, &str); 30] = [
    ("ar-EG", "Arabic (Egypt)"),
    ("cs-CZ", "Czech"),
    ("da-DK", "Danish"),
    ("de-AT", "German (Austria)"),
    ("de-CH", "German (Switzerland)"),
    ("de-DE", "German (Germany)"),
    ("en-AU", "English (Australia)"),
    ("en-CA", "English (Canada)"),
    ("en-GB", "English (United Kingdom)"),
    ("en-IN", "English (India)"),
    ("en-US", "English (United States)"),
    ("es-ES", "Spanish (Spain)"),
    ("es-MX", "Spanish (Mexico)"),
    ("fi-FI", "Finnish"),
    ("fr-CA", "French (Canada)"),
    ("fr-CH", "French (Switzerland)"),
    ("fr-FR", "French (France)"),
    ("he-IL", "Hebrew"),
    ("it-CH", "Italian (Switzerland)"),
    ("it-IT", "Italian (Italy)"),
    ("ja-JP", "Japanese"),
    ("ko-KR", "Korean"),
    ("nb-NO", "Norwegian"),
    ("nl-NL", "Dutch"),
    ("pl-PL", "Polish"),
    ("pt-BR", "Portuguese (Brazil)"),
    ("pt-PT", "Portuguese (Portugal)"),
    ("sv-SE", "Swedish"),
    ("tr-TR", "Turkish"),
    ("zh-CN", "Chinese (China)"),
];

#[component]
pub fn PreferencesForm(viewer: Viewer, settings: Settings) -> impl IntoView {
    let outcome = outcome_of(settings.flash.as_ref(), "preferences");
    let wrong = matches!(outcome, Some(Err(_))).then_some("true");
    let kept = |field: &str| settings.flash.as_ref().and_then(|flash| flash.kept(field));
    let time_zone = kept("time_zone").or(settings.time_zone.clone()).unwrap_or_default();
    let chosen = kept("locale").or(settings.locale.clone()).unwrap_or_default();
    // A locale that was set elsewhere stays on offer.
    let other = (!chosen.is_empty() && LOCALES.iter().all(|(code, _)| *code != chosen)).then(|| chosen.clone());
    let options = LOCALES
        .iter()
        .map(|(code, name)| view! { <option value=*code selected=*code == chosen>{*name}</option> })
        .collect_view();
    let zones = settings.zones.iter().map(|zone| view! { <option value=zone.clone()></option> }).collect_view();
    let week_start = kept("week_start")
        .unwrap_or_else(|| settings.week_start.map(|day| date_names::weekday(day).to_owned()).unwrap_or_default());
    let hour12 = kept("hour12").unwrap_or_else(|| settings.hour12.map(|hour12| hour12.to_string()).unwrap_or_default());
    let theme = kept("theme").unwrap_or_else(|| settings.theme.clone().unwrap_or_default());
    let week_starts = [Weekday::Mon, Weekday::Sat, Weekday::Sun]
        .into_iter()
        .chain(settings.week_start.filter(|day| !matches!(day, Weekday::Mon | Weekday::Sat | Weekday::Sun)))
        .map(date_names::weekday)
        .map(|day| (day, day));
    let effect = format!(
        "Weeks begin on {}; dates look like {}, times like {}.",
        date_names::weekday(viewer.week_start),
        Format::of(&viewer).date(viewer.now.date()),
        if viewer.hour12 { "3:30pm" } else { "15:30" }
    );
    view! {
        <section class="card section" aria-labelledby="region">
            <h2 id="region">"Time and region"</h2>
            <form class="stack" action=SavePreferences::url() method="post">
                <div class="field">
                    <label class="label" for="time-zone">
                        "Time zone"
                    </label>
                    <input
                        id="time-zone"
                        class="input"
                        name="time_zone"
                        list="zones"
                        value=time_zone
                        required
                        placeholder="Type a city, such as Zurich"
                        autocomplete="off"
                        spellcheck="false"
                        aria-invalid=wrong
                    />
                    <datalist id="zones">{zones}</datalist>
                </div>
                <div class="field">
                    <label class="label" for="locale">
                        "Region"
                    </label>
                    <select id="locale" class="select" name="locale" aria-describedby="locale-effect">
                        <option value="" selected=chosen.is_empty()>
                            "As in this browser"
                        </option>
                        {other.map(|code| view! { <option value=code.clone() selected=true>{code.clone()}</option> })}
                        {options}
                    </select>
                    <p id="locale-effect" class="hint">
                        {effect}
                    </p>
                </div>
                <div class="grid-2">
                    <Choice id="week-start" name="week_start" label="Weeks begin on" chosen=week_start options=std::iter::once(("", "As in the region")).chain(week_starts).collect() />
                    <Choice id="hours" name="hour12" label="Times" chosen=hour12 options=vec![("", "As in the region"), ("false", "24 hours (15:30)"), ("true", "12 hours (3:30pm)")] />
                </div>
                <fieldset class="field">
                    <legend class="label">"Colours"</legend>
                    <div class="segmented">
                        {[("", "As in the browser"), ("light", "Light"), ("dark", "Dark")]
                            .map(|(value, text)| view! {
                                <label>
                                    <input type="radio" name="theme" value=value checked=value == theme />
                                    {text}
                                </label>
                            })
                            .collect_view()}
                    </div>
                </fieldset>
                <Outcome of=outcome />
                <div class="row">
                    <button class="button button--primary">"Save"</button>
                </div>
            </form>
        </section>
    }
}

/// A choice from a short list.
#[component]
fn Choice(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    chosen: String,
    /// Values and what is said for them.
    options: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, text)| view! { <option value=value selected=value == chosen>{text}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label class="label" for=id>
                {label}
            </label>
            <select id=id class="select" name=name>
                {options}
            </select>
        </div>
    }
}
