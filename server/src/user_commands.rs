//! `kalends user`.

use crate::Outcome;
use chrono::SecondsFormat;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use kalends_domain::Kalends;
use kalends_domain::access::PrincipalId;
use kalends_domain::accounts::{AccountState, CredentialKind, NewAppPassword, NewUser, Person, Preferences, Secret};
use kalends_domain::people::{Administrator, Inheritance, PersonPatch};
use kalends_server::serve;
use std::io::Write;

const BY: Administrator = Administrator::Operator;

#[derive(Subcommand)]
pub enum UserCommand {
    /// Who has an account. Times are UTC.
    List {
        /// Only those whose names or e-mail have this in them.
        search: Option<String>,
    },
    /// Make an account; prints a one-time link to choose its password.
    Add {
        name: String,
        #[arg(long)]
        display_name: Option<String>,
        #[arg(long)]
        email: Option<String>,
        #[arg(long)]
        admin: bool,
    },
    /// The addresses of e-mail of somebody: those that are theirs, and those that they say are.
    Email {
        name: String,
        #[command(flatten)]
        change: EmailChange,
    },
    /// Print a new one-time link to choose a password.
    Link { name: String },
    /// Have nobody sign in with an account any more; its calendars stay.
    Disable { name: String },
    /// Let people sign in with an account again.
    Enable { name: String },
    /// Make somebody an administrator, or no longer.
    Admin {
        name: String,
        #[arg(default_value = "on")]
        role: Role,
    },
    /// Delete an account. It rests in the bin, from where `user restore` brings it back.
    Delete {
        name: String,
        #[command(flatten)]
        calendars: Calendars,
    },
    /// Have somebody manage a group or a mission, such as one that nobody manages any more.
    Manage {
        name: String,
        /// Its name in addresses.
        group: String,
    },
    /// Bring a deleted account back, with the calendars that went with it.
    Restore { name: String },
    /// Make an app password for CalDAV clients and print it; it cannot be shown again.
    AppPassword {
        name: String,
        label: String,
        /// A token, which programs send as `Authorization: Bearer`, in its place.
        #[arg(long)]
        token: bool,
        /// Nothing can be changed with it.
        #[arg(long)]
        read_only: bool,
        /// It is for this calendar alone: the segment in its URL, such as `personal`.
        #[arg(long)]
        calendar: Option<String>,
    },
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Role {
    On,
    Off,
}

/// What becomes of an address; without any of it, all are listed.
#[derive(Args)]
#[command(group = ArgGroup::new("change"))]
pub struct EmailChange {
    /// This address is theirs: you give your word for it, whether or not they had said so.
    #[arg(long, value_name = "ADDRESS", group = "change")]
    verify: Option<String>,
    /// Print a link that is to be sent to this address, which they have said is theirs: who opens it within a day, signed in as them, shows
    /// that it is.
    #[arg(long, value_name = "ADDRESS", group = "change")]
    link: Option<String>,
    /// This address is not theirs, or not any more.
    #[arg(long, value_name = "ADDRESS", group = "change")]
    remove: Option<String>,
}

/// What becomes of the calendars of an account that is deleted.
#[derive(Args)]
#[command(group = ArgGroup::new("fate").required(true))]
pub struct Calendars {
    /// The user name of who gets the calendars.
    #[arg(long, group = "fate")]
    hand_over_to: Option<String>,
    /// The calendars go into the bin with the account.
    #[arg(long, group = "fate")]
    bin: bool,
    /// The user name of who manages the groups and missions that nobody else does; else it is who gets the calendars.
    #[arg(long)]
    manager: Option<String>,
}

pub async fn run(kalends: &Kalends, command: UserCommand) -> Outcome {
    let id = async |name: &str| Ok::<_, kalends_domain::Error>(kalends.user_by_slug(name).await?.principal.id);
    match command {
        UserCommand::List { search } => list(kalends, &search.unwrap_or_default()).await?,
        UserCommand::Add { name, display_name, email, admin } => {
            let display_name = display_name.unwrap_or_else(|| name.clone());
            let preferences = Preferences::default();
            let new = NewUser { slug: name, display_name, email, is_admin: admin, preferences };
            print_link(&kalends.invite(BY, new).await?.1);
        }
        UserCommand::Email { name, change } => email(kalends, &name, id(&name).await?, change).await?,
        UserCommand::Link { name } => print_link(&kalends.new_link(BY, id(&name).await?).await?),
        UserCommand::Disable { name } => {
            kalends.set_enabled(BY, id(&name).await?, false).await?;
            println!(
                "Nobody can sign in as {name} any more. A server that runs refuses what it remembers within seconds."
            );
        }
        UserCommand::Enable { name } => {
            kalends.set_enabled(BY, id(&name).await?, true).await?;
            println!("{name} can sign in again.");
        }
        UserCommand::Admin { name, role } => {
            let is_admin = role == Role::On;
            let patch = PersonPatch { is_admin: Some(is_admin), ..PersonPatch::default() };
            kalends.change_person(BY, id(&name).await?, patch).await?;
            println!("{name} is {} administrator.", if is_admin { "an" } else { "no" });
        }
        UserCommand::Delete { name, calendars } => delete(kalends, &name, id(&name).await?, calendars).await?,
        UserCommand::Manage { name, group } => {
            let team = kalends.name_manager(BY, &group, id(&name).await?).await?;
            println!("{name} manages {}.", team.display_name);
        }
        UserCommand::Restore { name } => {
            let returned = kalends.restore_person(BY, id(&name).await?).await?;
            println!("{name} is back, with {returned} calendars.");
        }
        UserCommand::AppPassword { name, label, token, read_only, calendar } => {
            let owner = id(&name).await?;
            let only = match calendar {
                Some(slug) => {
                    let caller = kalends_domain::access::Caller::command(owner);
                    Some(kalends.calendar(caller, &name, &slug).await?.id)
                }
                None => None,
            };
            let kind = if token { CredentialKind::Token } else { CredentialKind::AppPassword };
            let new = NewAppPassword { kind, label, reads_only: read_only, only, expires_at: None };
            println!("{}", kalends.create_app_password(owner, new).await?.1.0);
        }
    }
    Ok(())
}

fn print_link(link: &Secret) {
    println!("Within a day, choose the password at: {}", serve::link_path(link));
}

async fn email(kalends: &Kalends, name: &str, id: PrincipalId, change: EmailChange) -> Outcome {
    match change {
        EmailChange { verify: Some(address), .. } => {
            kalends.verify_address(BY, id, &address).await?;
            println!("{address} is an address of {name}.");
        }
        EmailChange { link: Some(address), .. } => {
            let link = kalends.address_link(BY, id, &address).await?;
            println!("Send this to {address}; it holds for a day: {}", serve::address_path(&link));
        }
        EmailChange { remove: Some(address), .. } => {
            kalends.remove_address_of(BY, id, &address).await?;
            println!("{address} is no address of {name} any more.");
        }
        EmailChange { verify: None, link: None, remove: None } => {
            for known in kalends.addresses_of(BY, id).await? {
                let state = match (known.is_main, known.is_verified) {
                    (true, _) => "shown",
                    (false, true) => "verified",
                    (false, false) => "not verified",
                };
                println!("{state:12}  {}", known.address);
            }
        }
    }
    Ok(())
}

async fn delete(kalends: &Kalends, name: &str, id: PrincipalId, calendars: Calendars) -> Outcome {
    let inheritance = match &calendars {
        Calendars { hand_over_to: Some(heir), .. } => {
            Inheritance::HandOver(kalends.user_by_slug(heir).await?.principal.id)
        }
        Calendars { bin: true, .. } => Inheritance::Bin,
        // The options are refused before that.
        Calendars { bin: false, .. } => return Err("say what becomes of the calendars".into()),
    };
    let manager = match &calendars.manager {
        Some(manager) => Some(kalends.user_by_slug(manager).await?.principal.id),
        None => None,
    };
    let done = kalends.delete_person_with_teams(BY, id, inheritance, manager).await?;
    let days = kalends.limits().bin_age.num_days();
    println!("{name} is deleted; `kalends user restore {name}` brings the account back within {days} days.");
    if let Some(heir) = calendars.hand_over_to {
        println!("{heir} has {} calendars more, {} of them under another address.", done.calendars, done.renamed);
        if done.is_over_quota {
            println!("{heir} holds more than an account may: nothing can be added until something is removed.");
        }
    }
    Ok(())
}

async fn list(kalends: &Kalends, search: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:20}  {:9}  {:5}  {:>9}  {:20}  name, e-mail",
        "user name", "state", "admin", "calendars", "last seen"
    )?;
    for piece in 0.. {
        let found = kalends.people(BY, search, piece).await?;
        for person in &found.people {
            writeln!(out, "{}", line(person))?;
        }
        if !found.more {
            break;
        }
    }
    Ok(())
}

fn line(person: &Person) -> String {
    let state = match person.user.state {
        AccountState::Active if !person.has_password => "invited",
        AccountState::Active => "active",
        AccountState::Disabled(_) => "disabled",
        AccountState::Deleted(_) => "deleted",
    };
    let principal = &person.user.principal;
    let admin = if person.user.is_admin { "yes" } else { "no" };
    let seen = person.seen_at.map_or_else(|| "never".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let email = principal.email.as_ref().map(|email| format!(", {email}")).unwrap_or_default();
    let (slug, calendars, name) = (&principal.slug, person.calendars, &principal.display_name);
    format!("{slug:20}  {state:9}  {admin:5}  {calendars:>9}  {seen:20}  {name}{email}")
}
