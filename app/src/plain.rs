//! Pages that are links and forms alone. The browser shows them as the server wrote them and their code is not part of what
//! it downloads: a page of the agenda that leads to one of them loads it from the server.

#[cfg(feature = "ssr")]
pub use crate::{
    account::{SignInPage, WelcomePage},
    bin::BinPage,
    calendars::CalendarPage,
    connect::{ConnectPage, LoginFlowPage},
    dashboard::DashboardPage,
    delegates::DelegatesPage,
    find_time::FindTimePage,
    history::{AsOfPage, ChangesPage, HistoryPage},
    import::{ImportPage, ImportProgressPage},
    invitation::InvitationPage,
    jobs::JobsPage,
    mail::{AboutEventPage, AddMailPage, ComposePage, MailAccountPage, MailListPage, MailThreadPage, MakingPage},
    moving::{MovePage, MoveProgressPage},
    not_found::NotFoundPage,
    people::{PeoplePage, PersonPage},
    reminders::RemindersPage,
    remote_accounts::{AccountCalendarsPage, AccountPage, AccountsPage, AddAccountPage},
    settings::{EmbedPage, SettingsPage},
    sharing::{SharedPage, SharingPage},
    subscriptions::SubscriptionsPage,
    sync_links::{ReceiptPage, SyncPage},
    teams::{TeamPage, TeamsPage},
};
#[cfg(not(feature = "ssr"))]
pub use FromServer as NotFoundPage;

/// Whether the page at `path` is one of them: every page but the agenda and the event form, and what leads
/// nowhere. The router in the browser must agree about what leads somewhere, or it would ask the server again and again.
#[cfg(feature = "ssr")]
pub fn is_plain(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts[..] {
        ["agenda"] | ["event", "new"] => false,
        ["agenda", view, date] => crate::agenda::leads_nowhere(view, date),
        ["event", calendar, name] => calendar.is_empty() || name.is_empty(),
        _ => true,
    }
}

/// Whether the page at `path` needs the style of mail: those that show it, its accounts, and the dashboard with its latest.
#[cfg(feature = "ssr")]
pub fn has_mail(path: &str) -> bool {
    path == "/" || ["/mail/", "/settings/mail/"].iter().any(|start| path.starts_with(start))
}

/// What such pages do beside links and forms: tell the browser's time zone along with a form, copy a value with one press, choose the
/// colour that was picked, and have the server write the parts anew that follow what changes: they name the revisions that they show,
/// as the cursor of the stream does. What somebody fills in just then stays until it is sent or closed, and news that come while the
/// server is asked stay due: its answer may be from before them. Once a form is sent, where it leads to is shown next, whatever becomes
/// of this page meanwhile.
pub const SCRIPT: &str = "\
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll('input[type=hidden][name=time_zone]')) field.value = zone;
addEventListener('input', ({ target }) => {
  if (target.name !== 'other_color') return;
  const choice = target.previousElementSibling;
  choice.style.setProperty('--calendar', target.value);
  choice.querySelector('input').checked = true;
});
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
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  setTimeout(() => (words.textContent = before), 2000);
});
const parts = (page) => [...page.querySelectorAll('[data-follows]')];
const follows = () => document.querySelector('[data-follows]');
const filledIn = (part) => part.querySelector('details[open] form, input:focus, select:focus, textarea:focus');
const every = () => (follows().dataset.every ?? 60) * 1000;
if (follows()) {
  let timer;
  let asked = 0;
  let leaving = 0;
  addEventListener('submit', () => (leaving = Date.now()));
  const renewIn = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(renew, pause);
  };
  const renew = async () => {
    renewIn(every());
    const idle = timer;
    const mine = ++asked;
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
    if (leaving + 10000 > Date.now()) return renewIn(10000);
    if (answer?.redirected || answer?.status === 403 || answer?.status === 404) return location.reload();
    if (!answer?.ok) return;
    const text = await answer.text();
    if (mine !== asked) return;
    const page = new DOMParser().parseFromString(text, 'text/html');
    const renewed = parts(page);
    for (const [at, old] of parts(document).entries()) {
      if (!renewed[at] || filledIn(old)) continue;
      const focused = old.contains(document.activeElement) && document.activeElement.getAttribute('href');
      old.replaceWith(renewed[at]);
      if (focused) renewed[at].querySelector(`[href=\"${CSS.escape(focused)}\"]`)?.focus();
    }
    if (timer === idle) renewIn(every());
  };
  addEventListener('kalends-live', ({ detail }) => {
    const [kind, calendar, revision] = detail.split(' ');
    const [list, ...calendars] = follows().dataset.follows.split(',');
    const known = kind === 'calendar' ? calendars.includes(`${calendar}:${revision}`) : kind === 'list' ? list === revision : kind === 'job' ? follows().dataset.job !== calendar : kind === 'live' || kind === 'mail';
    if (!known) renewIn(200);
  });
  dispatchEvent(new Event('kalends-live-ask'));
  renewIn(every());
}
";

/// Has the server show the page that a link leads to.
#[cfg(not(feature = "ssr"))]
#[leptos::component]
pub fn FromServer() -> impl leptos::prelude::IntoView {
    // The router changes the address when the view has been chosen; until then it would be the old page that is loaded anew.
    leptos::prelude::set_timeout(crate::browser::reload, std::time::Duration::ZERO);
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::is_plain;

    #[test]
    fn only_pages_that_react_to_a_hand_have_the_webassembly() {
        for path in ["/agenda", "/agenda/week/2026-11-21", "/event/new", "/event/3/a%20b.ics"] {
            assert!(!is_plain(path), "{path}");
        }
        let plain = [
            "/",
            "/bin",
            "/admin/jobs",
            "/admin/people",
            "/admin/people/7",
            "/mail",
            "/mail/inbox",
            "/mail/inbox/7",
            "/mail/write",
            "/mail/from/7/event",
            "/mail/about/3/a.ics",
            "/settings/mail/new",
            "/import/7",
            "/import/from",
            "/import/from/7",
            "/event/3/a.ics/history",
            "/event/3/a.ics/invitation",
            "/find-a-time",
            "/settings",
            "/settings/accounts",
            "/settings/accounts/new/caldav",
            "/settings/accounts/7",
            "/settings/accounts/7/calendars",
            "/settings/delegates",
            "/settings/embed",
            "/settings/connect",
            "/settings/subscriptions",
            "/login/v2/flow/x",
            "/calendars/new",
            "/calendars/7",
            "/calendars/7/changes",
            "/calendars/7/as-of",
            "/calendars/7/sharing",
            "/calendars/7/sync",
            "/calendars/7/sync/3",
            "/shared",
            "/groups",
            "/groups/support",
            "/welcome/x",
            "/nowhere",
            "/agenda/",
            "/event/3/",
        ];
        let nowhere =
            ["/agenda/decade/2026-11-21", "/agenda/week/2026-02-30", "/agenda/week/2026-11-21/x", "//", "/event/3"];
        for path in plain.into_iter().chain(nowhere) {
            assert!(is_plain(path), "{path}");
        }
    }
}
