use crate::api::account::{SavePreferences, Settings};
use crate::browser;
use crate::flash::outcome_of;
use crate::ui::Outcome;
use crate::ui::outcome::latest;
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;

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
    let save = ServerAction::<SavePreferences>::new();
    let left = outcome_of(settings.flash.as_ref(), "preferences");
    // Every page reads its dates by these preferences, so a change takes a fresh start.
    Effect::new(move |_| {
        if let Some(Ok(_)) = save.value().get() {
            browser::reload();
        }
    });
    let kept = |field: &str| settings.flash.as_ref().and_then(|flash| flash.kept(field));
    let time_zone = kept("time_zone").or(settings.time_zone.clone()).unwrap_or_default();
    let chosen = kept("locale").or(settings.locale.clone()).unwrap_or_default();
    let outcome = latest(save, left);
    let wrong = move || outcome.with(|outcome| matches!(outcome, Some(Err(_)))).then_some("true");
    // A locale that was set elsewhere stays on offer.
    let other = (!chosen.is_empty() && LOCALES.iter().all(|(code, _)| *code != chosen)).then(|| chosen.clone());
    let options = LOCALES
        .iter()
        .map(|(code, name)| view! { <option value=*code selected=*code == chosen>{*name}</option> })
        .collect_view();
    let zones = settings.zones.iter().map(|zone| view! { <option value=zone.clone()></option> }).collect_view();
    let effect = format!(
        "Weeks begin on {}; times look like {}.",
        words::weekday(viewer.week_start),
        if viewer.hour12 { "3:30 PM" } else { "15:30" }
    );
    view! {
        <section class="card section" aria-labelledby="region">
            <h2 id="region">"Time and region"</h2>
            <ActionForm action=save attr:class="stack">
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
                <Outcome of=outcome />
                <div class="row">
                    <button class="button button--primary">"Save"</button>
                </div>
            </ActionForm>
        </section>
    }
}
