//! Pages that are links and forms alone. The browser shows them as the server wrote them and their code is not part of what
//! it downloads: a page of the agenda that leads to one of them loads it from the server.

#[cfg(feature = "ssr")]
pub use crate::{
    import::ImportPage,
    settings::SettingsPage,
    sign_in::{SignInPage, WelcomePage},
};
#[cfg(not(feature = "ssr"))]
pub use {FromServer as ImportPage, FromServer as SettingsPage, FromServer as SignInPage, FromServer as WelcomePage};

/// Whether the page at `path` is one of them.
#[cfg(feature = "ssr")]
pub fn is_plain(path: &str) -> bool {
    matches!(path, "/sign-in" | "/import" | "/settings") || path.starts_with("/welcome/")
}

/// What such pages do beside links and forms: tell the browser's time zone along with a form, and copy a value with one press.
pub const SCRIPT: &str = "\
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll('input[type=hidden][name=time_zone]')) field.value = zone;
addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copies]');
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return;
  }
  const words = button.querySelector('span');
  words.textContent = 'Copied';
  setTimeout(() => (words.textContent = 'Copy'), 2000);
});
";

/// Has the server show the page whose address is in the browser already.
#[cfg(not(feature = "ssr"))]
#[leptos::component]
pub fn FromServer() -> impl leptos::prelude::IntoView {
    crate::browser::reload();
}
