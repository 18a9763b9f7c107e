//! The form of a new account at a service.

use super::api::load_adding;
use super::{AddRefused, Adding, AddressField, PATH, ServiceInfo, add_path, parted};
use crate::sharing::fields::{Came, error_id, field_error};
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn AddAccountPage() -> impl IntoView {
    let params = use_params_map();
    let adding = Resource::new(move || params.get().get("service").unwrap_or_default(), load_adding);
    view! {
        <Title text=words::server_accounts_add() />
        <SignedIn page=move |viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match adding.await {
                                Ok(adding) => view! { <Loaded adding=adding /> }.into_any(),
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
fn Loaded(adding: Adding) -> impl IntoView {
    let Adding { service, refused } = adding;
    let (fields, error, elsewhere) = match refused {
        Some(AddRefused { fields, error, elsewhere }) => (fields, Some(error), elsewhere),
        None => Default::default(),
    };
    let has_address = service.asks != AddressField::None;
    let shown: &[&str] =
        if has_address { &["address", "user", "password", "token", "name"] } else { &["user", "password", "name"] };
    // Who is asked sees the question in its place.
    let error = error.filter(|_| elsewhere.is_none());
    let (at_field, other) = parted(error.as_ref(), shown);
    let wrong = |field: &str| at_field.as_ref().filter(|(at, _)| at == field).map(|(_, message)| message.clone());
    let address = elsewhere.clone().unwrap_or(fields.address);
    let question = elsewhere.map(|to| {
        view! {
            <p class="notice" role="alert">
                <Icon d=icon::ALERT />
                <span>{words::server_accounts_elsewhere(&to)}</span>
            </p>
        }
    });
    let title = super::add_title(&service);
    // A service that nobody knows may want a token instead.
    let takes_token = service.asks == AddressField::Any;
    let password = match takes_token {
        true => view! { <PasswordOrToken user=fields.user password_error=wrong("password") user_error=wrong("user") token_error=wrong("token") /> }.into_any(),
        false => view! {
            <TextField id="user" label=words::server_accounts_user() value=fields.user error=wrong("user") hint=words::server_accounts_user_hint() />
            <PasswordField needs_app_password=service.needs_app_password error=wrong("password") />
        }
        .into_any(),
    };
    view! {
        <p><a href=PATH>{words::server_accounts_back()}</a></p>
        <h1>{title}</h1>
        <p class="lead">{service.help.clone()}</p>
        <Came said=None refused=other />
        <section class="card section" aria-label=words::server_accounts_add()>
            {question}
            <form class="stack" method="post" action=add_path(&service.id)>
                {has_address.then(|| view! { <AddressInput service=&service value=address error=wrong("address") /> })}
                {password}
                <TextField id="name" label=words::server_accounts_name() value=fields.name error=wrong("name") hint=words::server_accounts_name_hint() is_optional=true />
                <p class="hint">{words::server_accounts_sealed()}</p>
                <div class="row">
                    <button class="button button--primary">{words::server_accounts_look()}</button>
                    <a class="button" href=PATH>{words::common_cancel()}</a>
                </div>
            </form>
        </section>
    }
}

#[component]
fn AddressInput<'s>(service: &'s ServiceInfo, value: String, error: Option<String>) -> impl IntoView {
    let (label, hint) = match service.asks {
        AddressField::Host => (words::server_accounts_host(), words::server_accounts_host_hint()),
        AddressField::Any | AddressField::None | AddressField::SignIn => {
            (words::server_accounts_address(), words::server_accounts_address_hint())
        }
    };
    view! { <TextField id="address" label=label value=value error=error hint=hint /> }
}

/// A line of text with what is wrong with it.
#[component]
pub(super) fn TextField(
    id: &'static str,
    label: &'static str,
    value: String,
    error: Option<String>,
    hint: &'static str,
    #[prop(optional)] is_optional: bool,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let described = if error.is_some() { error_id(id) } else { hint_id.clone() };
    let wrong = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <input id=id class="input" name=id dir="auto" value=value required=!is_optional maxlength="2000" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby=described aria-invalid=wrong />
            <p id=hint_id class="hint">{hint}</p>
            {field_error(id, error)}
        </div>
    }
}

/// The password at the service: never that of Kalends, so that no browser fills it in.
#[component]
pub(super) fn PasswordField(
    needs_app_password: bool,
    error: Option<String>,
    #[prop(optional)] is_optional: bool,
) -> impl IntoView {
    let label = if needs_app_password { words::server_accounts_app_password_field() } else { words::common_password() };
    let described = error.is_some().then(|| error_id("password"));
    let wrong = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="label" for="password">{label}</label>
            <input id="password" class="input" type="password" name="password" required=!is_optional maxlength="2000" autocomplete="new-password" aria-describedby=described aria-invalid=wrong />
            {field_error("password", error)}
        </div>
    }
}

/// Name and password, or a token: the server says what is missing.
#[component]
fn PasswordOrToken(
    user: String,
    user_error: Option<String>,
    password_error: Option<String>,
    token_error: Option<String>,
) -> impl IntoView {
    let is_open = token_error.is_some();
    let described = if token_error.is_some() { error_id("token") } else { "token-hint".to_owned() };
    let wrong = token_error.is_some().then_some("true");
    view! {
        <TextField id="user" label=words::server_accounts_user() value=user error=user_error hint=words::server_accounts_user_hint() is_optional=true />
        <PasswordField needs_app_password=false error=password_error is_optional=true />
        <details open=is_open>
            <summary>{words::server_accounts_token_instead()}</summary>
            <div class="field">
                <label class="label" for="token">{words::server_accounts_token()}</label>
                <input id="token" class="input" type="password" name="token" maxlength="2000" autocomplete="off" aria-describedby=described aria-invalid=wrong />
                <p id="token-hint" class="hint">{words::server_accounts_token_hint()}</p>
                {field_error("token", token_error)}
            </div>
        </details>
    }
}
