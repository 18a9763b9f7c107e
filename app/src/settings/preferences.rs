use super::api::{SavePreferences, Settings};
use crate::date_names;
use crate::flash::outcome_of;
use crate::notation::Format;
use crate::ui::Outcome;
use crate::wire::Viewer;
use crate::words;
use chrono::Weekday;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The locales on offer: they differ in when a week begins and how the hours are counted.
pub(super) fn regions() -> [(&'static str, &'static str); 30] {
    [
        ("ar-EG", words::server_settings_region_ar_eg()),
        ("cs-CZ", words::server_settings_region_cs_cz()),
        ("da-DK", words::server_settings_region_da_dk()),
        ("de-AT", words::server_settings_region_de_at()),
        ("de-CH", words::server_settings_region_de_ch()),
        ("de-DE", words::server_settings_region_de_de()),
        ("en-AU", words::server_settings_region_en_au()),
        ("en-CA", words::server_settings_region_en_ca()),
        ("en-GB", words::server_settings_region_en_gb()),
        ("en-IN", words::server_settings_region_en_in()),
        ("en-US", words::server_settings_region_en_us()),
        ("es-ES", words::server_settings_region_es_es()),
        ("es-MX", words::server_settings_region_es_mx()),
        ("fi-FI", words::server_settings_region_fi_fi()),
        ("fr-CA", words::server_settings_region_fr_ca()),
        ("fr-CH", words::server_settings_region_fr_ch()),
        ("fr-FR", words::server_settings_region_fr_fr()),
        ("he-IL", words::server_settings_region_he_il()),
        ("it-CH", words::server_settings_region_it_ch()),
        ("it-IT", words::server_settings_region_it_it()),
        ("ja-JP", words::server_settings_region_ja_jp()),
        ("ko-KR", words::server_settings_region_ko_kr()),
        ("nb-NO", words::server_settings_region_nb_no()),
        ("nl-NL", words::server_settings_region_nl_nl()),
        ("pl-PL", words::server_settings_region_pl_pl()),
        ("pt-BR", words::server_settings_region_pt_br()),
        ("pt-PT", words::server_settings_region_pt_pt()),
        ("sv-SE", words::server_settings_region_sv_se()),
        ("tr-TR", words::server_settings_region_tr_tr()),
        ("zh-CN", words::server_settings_region_zh_cn()),
    ]
}

#[component]
pub fn PreferencesForm(viewer: Viewer, settings: Settings) -> impl IntoView {
    let outcome = outcome_of(settings.flash.as_ref(), "preferences");
    let wrong = matches!(outcome, Some(Err(_))).then_some("true");
    let kept = |field: &str| settings.flash.as_ref().and_then(|flash| flash.kept(field));
    let time_zone = kept("time_zone").or(settings.time_zone.clone()).unwrap_or_default();
    let chosen = kept("locale").or(settings.locale.clone()).unwrap_or_default();
    // A locale that was set elsewhere stays on offer.
    let other = (!chosen.is_empty() && regions().iter().all(|(code, _)| *code != chosen)).then(|| chosen.clone());
    let options = regions()
        .into_iter()
        .map(|(code, name)| view! { <option value=code selected=code == chosen>{name}</option> })
        .collect_view();
    let zones = settings.zones.iter().map(|zone| view! { <option value=zone.clone()></option> }).collect_view();
    let week_start =
        kept("week_start").unwrap_or_else(|| settings.week_start.map(|day| day.to_string()).unwrap_or_default());
    let hour12 = kept("hour12").unwrap_or_else(|| settings.hour12.map(|hour12| hour12.to_string()).unwrap_or_default());
    let theme = kept("theme").unwrap_or_else(|| settings.theme.clone().unwrap_or_default());
    let week_starts = [Weekday::Mon, Weekday::Sat, Weekday::Sun]
        .into_iter()
        .chain(settings.week_start.filter(|day| !matches!(day, Weekday::Mon | Weekday::Sat | Weekday::Sun)))
        .map(|day| (day.to_string(), date_names::weekday(day)));
    let effect = words::server_settings_effect(
        date_names::weekday(viewer.week_start),
        &Format::of(&viewer).date(viewer.now.date()),
        if viewer.hour12 {
            words::server_settings_12_hours_example()
        } else {
            words::server_settings_24_hours_example()
        },
    );
    let hours = [
        ("", words::server_settings_as_in_region()),
        ("false", words::server_settings_24_hours()),
        ("true", words::server_settings_12_hours()),
    ];
    let hours = hours.map(|(value, text)| (value.to_owned(), text)).to_vec();
    view! {
        <section class="card section" aria-labelledby="region">
            <h2 id="region">{words::server_settings_time_and_region()}</h2>
            <form class="stack" action=SavePreferences::url() method="post">
                <div class="field">
                    <label class="label" for="time-zone">
                        {words::server_settings_time_zone()}
                    </label>
                    <input
                        id="time-zone"
                        class="input"
                        name="time_zone"
                        list="zones"
                        value=time_zone
                        required
                        placeholder=words::server_settings_time_zone_hint()
                        autocomplete="off"
                        spellcheck="false"
                        aria-invalid=wrong
                    />
                    <datalist id="zones">{zones}</datalist>
                </div>
                <div class="field">
                    <label class="label" for="locale">
                        {words::server_settings_region()}
                    </label>
                    <select id="locale" class="select" name="locale" aria-describedby="locale-effect">
                        <option value="" selected=chosen.is_empty()>
                            {words::server_settings_region_browser()}
                        </option>
                        {other.map(|code| view! { <option value=code.clone() selected=true>{code.clone()}</option> })}
                        {options}
                    </select>
                    <p id="locale-effect" class="hint">
                        {effect}
                    </p>
                </div>
                <div class="grid-2">
                    <Choice id="week-start" name="week_start" label=words::server_settings_weeks_begin() chosen=week_start options=std::iter::once((String::new(), words::server_settings_as_in_region())).chain(week_starts).collect() />
                    <Choice id="hours" name="hour12" label=words::server_settings_times() chosen=hour12 options=hours />
                </div>
                <fieldset class="field">
                    <legend class="label">{words::server_settings_colours()}</legend>
                    <div class="segmented">
                        {[("", words::server_settings_colours_browser()), ("light", words::server_settings_light()), ("dark", words::server_settings_dark())]
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
                    <button class="button button--primary">{words::common_save()}</button>
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
    options: Vec<(String, &'static str)>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, text)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{text}</option> }
        })
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
