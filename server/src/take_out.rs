//! Everything that somebody has as one archive: a file for each calendar, and the settings, with whom calendars are shared and what else
//! there is of them. Passwords, tokens and addresses of public links are not in it: the server knows none of them, or keeps them sealed.

use axum::body::Body;
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::access::Held;
use kalends_domain::accounts::{AppPassword, EmailAddress, User, WorkingHours, WorkingTime};
use kalends_domain::calendars::CalendarId;
use kalends_domain::delegates::Delegation;
use kalends_domain::links::Link;
use kalends_domain::mail::{MailAccount, MailDraft, MailIdentity, MailServer};
use kalends_domain::people::{Around, TakeOut};
use kalends_domain::reminders::{PushSubscription, Reminder};
use kalends_domain::sharing::{Party, Share};
use kalends_domain::sync::{RemoteAccount, SyncLink};
use kalends_domain::teams::Team;
use kalends_domain::{Error, Result};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fs::File;
use std::io::{Seek, Write};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::io::ReaderStream;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// How many archives are written at once: each keeps a processor busy.
static WRITING: Semaphore = Semaphore::const_new(2);
/// How many pieces of files wait to be compressed.
const MAX_WAITING: usize = 4;

enum Part {
    /// A file of this name begins.
    Begin(String),
    Text(String),
    Octets(Vec<u8>),
}

/// Writes the archive into a file that has no name and goes with the answer, so that memory does not follow its size, and yields it as
/// a body.
///
/// # Errors
/// `NotFound` when something of it has gone meanwhile; `Internal` where the file cannot be written.
pub async fn archive(out: TakeOut) -> Result<Body> {
    let _turn = WRITING.acquire().await.map_err(internal)?;
    let (parts, given) = mpsc::channel(MAX_WAITING);
    let writing = tokio::task::spawn_blocking(move || write(given));
    let read = read(&out, &parts).await;
    drop(parts);
    let written = writing.await.map_err(internal)?;
    read?;
    Ok(Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(written.map_err(internal)?))))
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Internal(error.into())
}

/// Hands on all that is in the archive. Where nobody takes it any more, what wrote it says why.
async fn read(out: &TakeOut, parts: &mpsc::Sender<Part>) -> Result<()> {
    let mut names = HashSet::new();
    let mut files = Vec::new();
    for calendar in &out.calendars {
        let name = free_name(&mut names, &calendar.details.display_name, calendar.id);
        let mut export = out.export(calendar).await?;
        if parts.send(Part::Begin(name.clone())).await.is_err() {
            return Ok(());
        }
        while let Some(piece) = export.next().await? {
            if parts.send(Part::Text(piece)).await.is_err() {
                return Ok(());
            }
        }
        files.push(json!({
            "file": name,
            "id": calendar.id.0,
            "slug": calendar.slug,
            "name": calendar.details.display_name,
            "description": calendar.details.description,
            "color": calendar.details.color,
            "order": calendar.details.order,
            "visible": !calendar.view().hidden,
            "default": calendar.view().is_default,
            "shares": out.shares.iter().filter(|(id, _)| *id == calendar.id).flat_map(|(_, all)| all).map(share).collect::<Vec<_>>(),
        }));
    }
    let picture = out.picture.clone().map(|picture| {
        let kind = if picture.media_type == "image/png" { "png" } else { "jpg" };
        (format!("picture.{kind}"), picture.content)
    });
    let mut all = settings(&out.user, picture.as_ref().map(|(name, _)| name), files);
    all["shared_calendars"] = out.shared.iter().map(shared).collect();
    add_around(&mut all, &out.around);
    let settings = format!("{all:#}\n");
    let mut rest = vec![Part::Begin("settings.json".to_owned()), Part::Text(settings)];
    rest.extend(picture.into_iter().flat_map(|(name, content)| [Part::Begin(name), Part::Octets(content)]));
    for part in rest {
        if parts.send(part).await.is_err() {
            return Ok(());
        }
    }
    for draft in &out.around.drafts {
        let Some(octets) = out.draft(draft).await? else { continue };
        for part in [Part::Begin(draft_file(draft)), Part::Octets(octets)] {
            if parts.send(part).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn draft_file(draft: &MailDraft) -> String {
    format!("drafts/{}.eml", draft.id.0)
}

fn settings(user: &User, picture: Option<&String>, calendars: Vec<Value>) -> Value {
    let preferences = &user.preferences;
    json!({
        "user_name": user.principal.slug,
        "name": user.principal.display_name,
        "email": user.principal.email,
        "administrator": user.is_admin,
        "time_zone": preferences.time_zone.map(|zone| zone.name()),
        "locale": preferences.locale,
        "week_start": preferences.week_start.map(|day| day.to_string()),
        "hour12": preferences.hour12,
        "theme": preferences.theme.map(|theme| theme.name()),
        "view": preferences.view.map(|view| view.name()),
        "reminder_minutes": preferences.reminder_minutes,
        "working_hours": preferences.working_hours.map(working_hours),
        "picture": picture,
        "calendars": calendars,
    })
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn party(party: &Party) -> Value {
    json!({ "kind": party.kind.name(), "name": party.slug, "display_name": party.display_name })
}

fn share(share: &Share) -> Value {
    json!({
        "with": party(&share.with),
        "access": share.access.to_string(),
        "ends": share.ends_at.map(moment),
        "answer": share.answer.map(|answer| answer.name()),
        "since": moment(share.granted_at),
    })
}

/// A calendar of somebody else's, as this person has it in their list.
fn shared(held: &Held) -> Value {
    let details = &held.details;
    json!({
        "id": held.id.0,
        "owner": party(held.owner()),
        "name": details.display_name,
        "color": details.color,
        "order": details.order,
        "access": held.access().to_string(),
        "visible": !held.view().hidden,
        "default": held.view().is_default,
    })
}

/// What there is beside the calendars.
fn add_around(all: &mut Value, around: &Around) {
    let address = |address: &EmailAddress| json!({ "address": address.address, "verified": address.is_verified });
    all["addresses"] = around.addresses.iter().map(address).collect();
    all["public_links"] = around.links.iter().map(link).collect();
    all["delegates"] = around.delegates.iter().map(delegation).collect();
    all["delegating"] = around.delegating.iter().map(delegation).collect();
    all["groups"] = around.teams.iter().map(team).collect();
    all["accounts"] = around.accounts.iter().map(account).collect();
    all["in_step"] = around.sync.iter().map(in_step).collect();
    all["mail_accounts"] = around.mail_accounts.iter().map(mail_account).collect();
    all["drafts"] = around.drafts.iter().map(draft).collect();
    all["programs"] = around.credentials.iter().map(program).collect();
    all["reminders"] = reminders(around);
    // Where it is may be a secret.
    all["busy_addresses"] = json!(around.published);
}

/// The addresses of browsers are secrets.
fn reminders(around: &Around) -> Value {
    let wanted = &around.reminders;
    let browser = |it: &PushSubscription| json!({ "name": it.label, "since": moment(it.made_at) });
    let reminded = |it: &Reminder| {
        json!({
            "at": moment(it.of.due_at),
            "calendar": it.of.calendar.0,
            "name": it.of.name,
            "title": it.of.title,
            "state": it.state.name(),
        })
    };
    json!({
        "in_page": wanted.in_page,
        "by_mail": wanted.by_mail,
        "by_push": wanted.by_push,
        "for_all": wanted.for_all,
        "agenda_minute": wanted.agenda_minute,
        "agenda_empty": wanted.agenda_empty,
        "browsers": around.browsers.iter().map(browser).collect::<Vec<_>>(),
        "past": around.reminded.iter().map(reminded).collect::<Vec<_>>(),
    })
}

fn link(link: &Link) -> Value {
    json!({
        "name": link.name,
        "access": link.access.to_string(),
        "calendars": link.calendars.iter().map(|id| id.0).collect::<Vec<_>>(),
        "ends": link.ends_at.map(moment),
        "since": moment(link.created_at),
        "uses": link.uses,
    })
}

fn delegation(of: &Delegation) -> Value {
    json!({ "with": party(&of.with), "access": of.access.to_string(), "since": moment(of.since) })
}

fn team(team: &Team) -> Value {
    let details = &team.details;
    json!({
        "group": party(&team.party),
        "description": details.description,
        "starts": details.starts_on,
        "ends": details.ends_on,
        "role": team.role.map(|role| role.name()),
    })
}

/// Without what says where it is: of a subscription that is a secret.
fn account(account: &RemoteAccount) -> Value {
    json!({
        "id": account.id.0,
        "name": account.name,
        "provider": account.provider.name(),
        "service": account.preset,
        "since": moment(account.created_at),
    })
}

/// Without the password, which is sealed.
fn mail_account((account, identities): &(MailAccount, Vec<MailIdentity>)) -> Value {
    let server = |server: &MailServer| json!({ "host": server.host, "port": server.port, "security": server.security.name(), "user": server.user });
    let identity = |it: &MailIdentity| json!({ "name": it.name, "address": it.address, "signature": it.signature });
    json!({
        "id": account.id.0,
        "name": account.name,
        "address": account.address,
        "color": account.color,
        "signature": account.signature,
        "service": account.preset,
        "imap": server(&account.settings.imap),
        "smtp": server(&account.settings.smtp),
        "interval_seconds": account.interval.num_seconds(),
        "for_invitations": account.for_invitations,
        "identities": identities.iter().map(identity).collect::<Vec<_>>(),
        "since": moment(account.created_at),
    })
}

fn draft(draft: &MailDraft) -> Value {
    json!({
        "file": draft_file(draft),
        "account": draft.account.0,
        "state": draft.state.name(),
        "send_at": draft.send_at.map(moment),
        "changed": moment(draft.changed_at),
    })
}

fn in_step(link: &SyncLink) -> Value {
    let settings = &link.settings;
    json!({
        "calendar": link.calendar.0,
        "account": link.account.0,
        "with": link.remote_name,
        "direction": settings.direction.name(),
        "policy": settings.policy.name(),
        "interval_seconds": settings.interval.map(|interval| interval.num_seconds()),
        "window_days": settings.window_days,
    })
}

fn program(credential: &AppPassword) -> Value {
    json!({
        "kind": credential.kind.name(),
        "label": credential.label,
        "reads_only": credential.reads_only(),
        "calendar": credential.only.map(|only| only.0),
        "since": moment(credential.created_at),
        "last_used": credential.last_used_at.map(moment),
        "ends": credential.expires_at.map(moment),
    })
}

/// From Monday to Sunday; `null` for days on which nobody works.
fn working_hours(hours: WorkingHours) -> Vec<Value> {
    let day = |time: &Option<WorkingTime>| {
        time.map(|time| {
            let (start, end) = time.clock();
            json!({ "start": start, "end": end })
        })
        .unwrap_or_default()
    };
    hours.days().iter().map(day).collect()
}

/// A calendar's name as that of a file that no system takes amiss, and that no other in the archive has.
fn free_name(taken: &mut HashSet<String>, calendar: &str, CalendarId(id): CalendarId) -> String {
    let words: Vec<&str> = calendar.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let short: String = words.join("-").chars().take(60).collect();
    let name = if short.is_empty() { format!("calendar-{id}.ics") } else { format!("{short}.ics") };
    // Some systems tell no capitals from small letters.
    if taken.insert(name.to_lowercase()) {
        return name;
    }
    let name = format!("{short}-{id}.ics");
    taken.insert(name.to_lowercase());
    name
}

fn write(mut parts: mpsc::Receiver<Part>) -> zip::result::ZipResult<File> {
    let mut archive = ZipWriter::new(tempfile::tempfile()?);
    // A calendar may be larger than what archives held when they were invented.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    while let Some(part) = parts.blocking_recv() {
        match part {
            Part::Begin(name) => archive.start_file(name, options)?,
            Part::Text(text) => archive.write_all(text.as_bytes())?,
            Part::Octets(octets) => archive.write_all(&octets)?,
        }
    }
    let mut file = archive.finish()?;
    file.rewind()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_names_of_their_own() {
        let mut taken = HashSet::new();
        let mut name = |calendar: &str, id| free_name(&mut taken, calendar, CalendarId(id));
        assert_eq!(name("../Work & Travel", 1), "Work-Travel.ics");
        assert_eq!(name("work travel", 2), "work-travel-2.ics");
        assert_eq!(name("🎄", 3), "calendar-3.ics");
        assert_eq!(name("Été", 4), "Été.ics");
        assert_eq!(name(&"x".repeat(200), 5).len(), 64);
    }
}
