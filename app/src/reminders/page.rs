//! The page of reminders: three lists and two forms.

use super::api::load_reminders;
use super::{ComingInfo, PATH, PastInfo, Reminders, SCRIPT, SUBSCRIPTIONS, Wanted};
use crate::sharing::fields::Came;
use crate::ui::Failed;
use crate::ui::frame::{Frame, SignedIn};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn RemindersPage() -> impl IntoView {
    let reminders = Resource::new(|| (), |()| load_reminders());
    view! {
        <Title text=words::server_reminders_title() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match reminders.await {
                                Ok(reminders) => view! { <Loaded reminders=reminders /> }.into_any(),
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(reminders: Reminders) -> impl IntoView {
    let (said, refused) = match reminders.said.clone() {
        Some(Ok(said)) => (Some(said), None),
        Some(Err(message)) => (None, Some(ApiError::BadInput { field: String::new(), message })),
        None => (None, None),
    };
    let coming: Vec<_> = reminders.coming.iter().cloned().map(coming_item).collect();
    let past: Vec<_> = reminders.past.iter().cloned().map(past_item).collect();
    let (has_coming, has_past) = (!coming.is_empty(), !past.is_empty());
    view! {
        <h1>{words::server_reminders_title()}</h1>
        <p class="lead">{words::server_reminders_lead()}</p>
        <Came said=said refused=refused />
        <section class="card section" aria-labelledby="coming">
            <h2 id="coming">{words::server_reminders_coming()}</h2>
            {(!has_coming).then(|| view! { <p class="hint">{words::server_reminders_coming_none()}</p> })}
            {has_coming.then(|| view! { <ul class="list" aria-labelledby="coming">{coming}</ul> })}
        </section>
        <section class="card section" aria-labelledby="past">
            <h2 id="past">{words::server_reminders_past()}</h2>
            {(!has_past).then(|| view! { <p class="hint">{words::server_reminders_past_none()}</p> })}
            {has_past.then(|| view! { <ul class="list" aria-labelledby="past">{past}</ul> })}
        </section>
        <How reminders=reminders.clone() />
        <Browsers reminders=reminders />
    }
}

fn coming_item(info: ComingInfo) -> impl IntoView {
    view! {
        <li class="list__item">
            <div class="list__text">
                <a class="list__title" href=info.href dir="auto">{info.title}</a>
                <div class="hint">{info.line}</div>
            </div>
        </li>
    }
}

fn past_item(info: PastInfo) -> impl IntoView {
    let PastInfo { id, title, line, state, outcomes, is_open } = info;
    let outcomes: Vec<_> = outcomes.into_iter().map(|text| view! { <div class="hint">{text}</div> }).collect();
    let name = title.clone();
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title" dir="auto">{title}</div>
                <div class="hint">{line}</div>
                <div class="hint">{state}</div>
                {outcomes}
            </div>
            {is_open.then(|| view! {
                <form action=PATH method="post">
                    <input type="hidden" name="do" value="dismiss" />
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="button button--small">
                        {words::server_reminders_dismiss()}
                        <span class="visually-hidden">" " {name}</span>
                    </button>
                </form>
            })}
        </li>
    }
}

#[component]
fn How(reminders: Reminders) -> impl IntoView {
    let Reminders { wanted, address, sends_mail, minutes, .. } = reminders;
    let Wanted { in_page, by_mail, by_push, for_all, agenda, agenda_empty } = wanted;
    let has_mail = sends_mail && address.is_some();
    let mail = match &address {
        Some(address) => words::server_reminders_by_mail_to(address),
        None => words::server_reminders_by_mail().to_owned(),
    };
    let no_mail = match (sends_mail, &address) {
        (false, _) => Some(words::server_reminders_no_mail()),
        (true, None) => Some(words::server_reminders_no_address()),
        (true, Some(_)) => None,
    };
    let all = match minutes {
        Some(minutes) => words::server_reminders_for_all_hint(&minutes.to_string()),
        None => words::server_reminders_for_all_none().to_owned(),
    };
    view! {
        <section class="card section" aria-labelledby="how">
            <h2 id="how">{words::server_reminders_how()}</h2>
            <form class="stack" action=PATH method="post">
                <input type="hidden" name="do" value="settings" />
                {check("page", words::server_reminders_in_page().to_owned(), in_page)}
                {check("push", words::server_reminders_by_push().to_owned(), by_push)}
                {check("mail", mail, by_mail)}
                {no_mail.map(|text| view! { <p class="hint">{text}</p> })}
                {check("all", words::server_reminders_for_all().to_owned(), for_all)}
                <p class="hint">{all}</p>
                <fieldset class="stack">
                    <legend class="label">{words::server_reminders_agenda()}</legend>
                    <div class="field">
                        <label class="label" for="agenda">{words::server_reminders_agenda_at()}</label>
                        <input id="agenda" class="input" type="time" name="agenda" value=agenda aria-describedby="agenda-hint" />
                        <p id="agenda-hint" class="hint">{words::server_reminders_agenda_hint()}</p>
                    </div>
                    {check("empty", words::server_reminders_agenda_empty().to_owned(), agenda_empty)}
                </fieldset>
                <div class="row">
                    <button class="button button--primary">{words::server_reminders_save()}</button>
                </div>
            </form>
            {has_mail.then(|| try_form("test-mail", words::server_reminders_try_mail()))}
        </section>
    }
}

fn check(name: &'static str, text: String, checked: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input class="checkbox" type="checkbox" name=name value="on" checked=checked />
            {text}
        </label>
    }
}

fn try_form(wish: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <form action=PATH method="post">
            <input type="hidden" name="do" value=wish />
            <button class="button">{text}</button>
        </form>
    }
}

#[component]
fn Browsers(reminders: Reminders) -> impl IntoView {
    let Reminders { browsers, key, .. } = reminders;
    if key.is_empty() {
        return ().into_any();
    }
    let has_browsers = !browsers.is_empty();
    let items: Vec<_> = browsers
        .into_iter()
        .map(|(id, label)| {
            let name = label.clone();
            view! {
                <li class="list__item">
                    <div class="list__text" dir="auto">{label}</div>
                    <form action=PATH method="post">
                        <input type="hidden" name="do" value="remove" />
                        <input type="hidden" name="id" value=id.to_string() />
                        <button class="button button--small">
                            {words::server_reminders_remove()}
                            <span class="visually-hidden">" " {name}</span>
                        </button>
                    </form>
                </li>
            }
        })
        .collect();
    view! {
        <section class="card section" aria-labelledby="browsers">
            <h2 id="browsers">{words::server_reminders_browsers()}</h2>
            <p>{words::server_reminders_browsers_lead()}</p>
            {(!has_browsers).then(|| view! { <p class="hint">{words::server_reminders_browsers_none()}</p> })}
            {has_browsers.then(|| view! { <ul class="list" aria-labelledby="browsers">{items}</ul> })}
            <div class="row">
                <button
                    id="sign-up"
                    class="button"
                    type="button"
                    hidden
                    data-key=key
                    data-to=SUBSCRIPTIONS
                    data-refused=words::server_reminders_sign_up_refused()
                >
                    {words::server_reminders_sign_up()}
                </button>
                {has_browsers.then(|| try_form("test-push", words::server_reminders_try_push()))}
            </div>
            <p id="sign-up-state" class="hint" role="status">{words::server_reminders_sign_up_script()}</p>
            <script type="module" src=SCRIPT nonce=use_nonce()></script>
        </section>
    }
    .into_any()
}
