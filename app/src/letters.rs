//! Mail that the installation sends to people, each in the language of whom it is to.

use crate::session::Site;
use crate::words;
use kalends_domain::accounts::{Secret, User};
use kalends_domain::outgoing_mail::{Letter, Mailbox};

/// Says something in the language of a person; where they have chosen none, in the one of whoever has it said.
pub(crate) fn in_language_of<T>(locale: Option<&str>, say: impl FnOnce() -> T) -> T {
    match locale {
        Some(locale) => words::speak_now(words::choose(Some(locale), None), say),
        None => say(),
    }
}

/// Paragraphs with a line between them.
fn letter(to: &User, address: &str, (subject, paragraphs): (String, [String; 3])) -> Letter {
    let name = to.principal.display_name.clone();
    let hello = words::server_letters_hello(&name);
    let text = format!("{hello}\n\n{}\n", paragraphs.join("\n\n"));
    Letter { to: Mailbox { name, address: address.to_owned() }, subject, text }
}

fn locale(user: &User) -> Option<&str> {
    user.preferences.locale.as_deref()
}

/// To somebody for whom an account was made.
pub fn invitation(site: &Site, to: &User, address: &str, link: &Secret) -> Letter {
    in_language_of(locale(to), || {
        let link = format!("{}/welcome/{}", site.public_url, link.0);
        let name = words::server_letters_user_name(&to.principal.slug);
        let subject = words::server_letters_invitation_subject(site.authority());
        letter(to, address, (subject, [words::server_letters_invitation().to_owned(), link, name]))
    })
}

/// To somebody who chooses a new password.
pub fn password(site: &Site, to: &User, address: &str, link: &Secret) -> Letter {
    in_language_of(locale(to), || {
        let link = format!("{}/welcome/{}", site.public_url, link.0);
        let unasked = words::server_letters_password_unasked().to_owned();
        let subject = words::server_letters_password_subject(site.authority());
        letter(to, address, (subject, [words::server_letters_password(&to.principal.slug), link, unasked]))
    })
}

/// To an address of which somebody says that it is theirs.
pub fn proof_of_address(site: &Site, to: &User, address: &str, link: &Secret) -> Letter {
    in_language_of(locale(to), || {
        let link = format!("{}{}/{}", site.public_url, crate::settings::addresses::PATH, link.0);
        let unasked = words::server_letters_address_unasked().to_owned();
        let asked = words::server_letters_address(&to.principal.slug, site.authority());
        letter(to, address, (words::server_letters_address_subject().to_owned(), [asked, link, unasked]))
    })
}

/// To whoever wants to see whether mail arrives. `site`: `None` where it is not known how the installation is reached.
pub fn test(to: Mailbox, site: Option<&Site>) -> Letter {
    let host = site.map_or("Kalends", Site::authority);
    Letter { to, subject: words::server_letters_test_subject(host), text: words::server_letters_test(host) }
}
