//! The server's side of connecting a device.

use super::{Connecting, FLOW_FORM, FORM, FlowContents, FlowInfo, FlowRefused, Fresh, SHOWN, records};
use crate::flash::{self, Flash};
use crate::server_context::signed_in;
use crate::session::Site;
use crate::wire::ApiError;
use kalends_domain::accounts::NewAppPassword;
use kalends_domain::{Error, Kalends};
use leptos::prelude::use_context;

/// Where CalDAV begins.
pub const CALDAV: &str = "/api/v1.0/caldav/";

/// What DAVx⁵ opens from a link or a QR code, with everything that it needs (its manual, "Implicit Intent"). `davx5` stands for https.
pub fn davx5_link(site: &Site, name: &str, secret: &str) -> String {
    let scheme = if site.secure() { "davx5" } else { "caldav" };
    // Neither the name nor the secret has a character that would have to be encoded there.
    format!("{scheme}://{name}:{secret}@{}{CALDAV}", site.authority())
}

/// What a form asked for.
pub fn new_app_password(label: &str, reads_only: bool) -> NewAppPassword {
    NewAppPassword { label: label.to_owned(), reads_only, ..NewAppPassword::default() }
}

pub(super) async fn load_connecting() -> Result<Connecting, ApiError> {
    let (_, user) = signed_in()?;
    let site = use_context::<Site>().ok_or(ApiError::Failed)?;
    // Whoever loads the page again shall hear where the secret went.
    let shown = Flash { form: SHOWN.into(), outcome: Ok(String::new()), kept: Vec::new() };
    let made = flash::take_of_and_leave(FORM, |_| Some(shown));
    let fresh = made.and_then(|flash| {
        let label = flash.kept("label").unwrap_or_default();
        let secret = flash.outcome.ok()?;
        Some(Fresh { label, link: davx5_link(&site, &user.principal.slug, &secret), secret })
    });
    let was_shown = fresh.is_none() && flash::take_of(SHOWN).is_some();
    let domain = records::domain(&site, user.principal.email.as_deref()).filter(|_| user.is_admin);
    Ok(Connecting {
        server: site.authority().to_owned(),
        caldav_url: format!("{}{CALDAV}", site.public_url),
        fresh,
        was_shown,
        records: domain.map(|domain| (domain.clone(), records::records(&site, &domain, CALDAV))),
        url: site.public_url,
    })
}

pub(super) async fn load_flow(token: String) -> Result<FlowContents, ApiError> {
    let (kalends, user) = signed_in()?;
    let refused = use_context::<FlowRefused>();
    let refused =
        refused.map(|FlowRefused(error)| Flash { form: FLOW_FORM.into(), outcome: Err(error), kept: Vec::new() });
    let flash = refused.or_else(|| flash::take_of(FLOW_FORM));
    let flow = match kalends.login_flow(user.on_a_page(), &token).await {
        Ok(flow) => Some(FlowInfo {
            program: program(&flow.client),
            client: flow.client,
            address: flow.address,
            is_granted: flow.is_granted,
        }),
        Err(Error::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(FlowContents { flow, flash })
}

/// What a program is called, by what it says of itself (RFC 9110 section 10.1.5): the first product, or the last of one that pretends to
/// be a browser, as Nextcloud's own programs do.
fn program(client: &str) -> Option<String> {
    let mut products = client.split_ascii_whitespace().filter(|word| !word.starts_with('('));
    let first = products.next()?;
    let product =
        if first.starts_with("Mozilla/") { products.rfind(|word| word.contains('/')).unwrap_or(first) } else { first };
    let name = product.split('/').next().filter(|name| !name.is_empty())?;
    Some(name.to_owned())
}

/// What a form on that page asks for.
pub enum FlowWish {
    LetIn { label: String, reads_only: bool },
    SendAway,
}

impl FlowWish {
    /// `None`: it is no such form.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        match value("do")?.as_str() {
            "let-in" => Some(FlowWish::LetIn {
                label: value("label").unwrap_or_default(),
                reads_only: value("access").as_deref() == Some("read"),
            }),
            "send-away" => Some(FlowWish::SendAway),
            _ => None,
        }
    }
}

/// Lets a program in, or sends it away. Yields what is said of that.
pub async fn fulfil(
    kalends: &Kalends,
    user: &kalends_domain::accounts::User,
    token: &str,
    wish: FlowWish,
) -> Result<&'static str, ApiError> {
    let caller = user.on_a_page();
    match wish {
        FlowWish::LetIn { label, reads_only } => {
            kalends.grant_login_flow(caller, token, &label, reads_only).await?;
            Ok(crate::words::server_connect_flow_done())
        }
        FlowWish::SendAway => {
            kalends.refuse_login_flow(caller, token).await?;
            Ok(crate::words::server_connect_flow_sent_away())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_called_by_what_they_say_of_themselves() {
        for (client, name) in [
            ("DAVx5/4.5.1-ose (dav4jvm; okhttp/5.1.0) Android/15", Some("DAVx5")),
            ("Mozilla/5.0 (Android) Nextcloud-android/3.29.0", Some("Nextcloud-android")),
            ("Mozilla/5.0 (X11; Linux x86_64) mirall/3.14 (Nextcloud)", Some("mirall")),
            ("Mozilla/5.0 (compatible)", Some("Mozilla")),
            ("tasks", Some("tasks")),
            ("(odd) /", None),
            ("", None),
        ] {
            assert_eq!(program(client).as_deref(), name, "{client}");
        }
    }

    #[test]
    fn the_link_of_davx5_has_all_that_it_needs() {
        let site = |url: &str| Site { public_url: url.into() };
        assert_eq!(
            davx5_link(&site("https://cal.example.org:8443"), "ada", "a-b"),
            "davx5://ada:a-b@cal.example.org:8443/api/v1.0/caldav/"
        );
        assert_eq!(
            davx5_link(&site("http://10.0.0.2:3000"), "ada", "a-b"),
            "caldav://ada:a-b@10.0.0.2:3000/api/v1.0/caldav/"
        );
    }
}
