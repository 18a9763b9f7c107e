//! Calendars and what is done with them: access, the use cases and the store. The pure calendar beneath is `kalends-ical`.
//!
//! Data flows one way: a surface (CalDAV, agenda, import) calls a use case on [`Kalends`], the use case
//! applies the rules and speaks to the store through [`store`]. There is no HTTP and no HTML here.

pub mod access;
pub mod accounts;
mod addresses;
pub mod agenda;
mod announcing;
pub mod as_of;
pub mod backup;
pub mod bin;
pub mod calendars;
pub mod changes;
pub mod delegates;
pub mod diagnosis;
mod error;
pub mod events;
pub mod free_busy;
pub mod health;
pub mod history;
pub mod holidays;
pub mod idempotency;
pub mod identities;
mod indexing;
pub mod instances;
pub mod jobs;
pub mod links;
pub mod live;
pub mod mail;
mod model;
pub mod moving;
mod nodes;
pub mod objects;
pub mod outgoing_mail;
mod parsed;
pub mod people;
pub mod query;
mod reindex;
pub mod reminders;
mod retry;
pub mod scheduling;
pub mod share_notices;
pub mod sharing;
mod sight;
pub mod store;
pub mod subscriptions;
pub mod sync;
pub mod teams;
mod thread;
pub mod transfer;
pub mod undo;
pub mod verify;
mod versions;
mod write;

pub use error::{Error, Problem, Result, SchedulingProblem};
pub use model::announcement::Announcement;
pub use model::missing::{Existing, Missing};

use chrono::TimeDelta;
use model::version::CauseId;
use quick_cache::sync::Cache;
use std::sync::Arc;
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

/// How many credentials are known by the row that stands for them as a cause.
const MAX_KNOWN_CAUSES: usize = 10_000;

/// What an installation accepts; each excess is refused with an error that names the limit.
#[derive(Clone, Debug)]
pub struct Limits {
    /// What texts are read.
    pub text: kalends_ical::Limits,
    /// Most RRULE and EXRULE lines of one component: each is expanded by itself.
    pub rules: usize,
    /// Most instances that one expansion may yield (CALDAV:max-instances).
    pub instances: usize,
    /// Largest file that an import reads, in octets.
    pub import_octets: usize,
    /// Most imports of an account that wait or go on as jobs.
    pub open_imports: usize,
    /// Most octets that the objects of an account's calendars have together (RFC 4331).
    pub account_octets: u64,
    /// Most objects in an account's calendars together.
    pub account_objects: u64,
    /// Most calendars in an account's home.
    pub account_calendars: usize,
    /// A session that nobody used for this long is over.
    pub session_idle: TimeDelta,
    /// A session is over this long after signing in, however much it is used.
    pub session_life: TimeDelta,
    /// Whether people sign in with a password that is kept here. A one-time link lets them in all the same.
    pub password_sign_in: bool,
    /// Largest description, and largest dead property with its element, of a calendar, in octets.
    pub property_octets: usize,
    /// Largest CALDAV:calendar-timezone, in octets: a VTIMEZONE with all of a zone's history is longer than other values.
    pub timezone_octets: usize,
    /// Most dead properties of one calendar.
    pub dead_properties: usize,
    /// How long what was deleted rests in the bin.
    pub bin_age: TimeDelta,
    /// How long the log goes back, and the texts that objects had.
    pub history_age: TimeDelta,
    /// Most octets that all texts that objects had take together, compressed; the oldest go first.
    pub history_octets: u64,
    /// Backups that servers make by themselves; `None`: they make none.
    pub backups: Option<backup::BackupPlan>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            text: kalends_ical::Limits::default(),
            rules: 100,
            instances: 50_000,
            import_octets: 64 * 1024 * 1024,
            open_imports: 3,
            account_octets: 1024 * 1024 * 1024,
            account_objects: 200_000,
            account_calendars: 500,
            session_idle: TimeDelta::days(14),
            session_life: TimeDelta::days(90),
            password_sign_in: true,
            property_octets: 16 * 1024,
            timezone_octets: 64 * 1024,
            dead_properties: 100,
            bin_age: TimeDelta::days(30),
            history_age: TimeDelta::days(400),
            history_octets: 10 * 1024 * 1024 * 1024,
            backups: None,
        }
    }
}

/// The use cases, over one store. Cheap to clone; every surface holds one.
#[derive(Clone)]
pub struct Kalends {
    pub(crate) db: store::Database,
    pub(crate) limits: Arc<Limits>,
    pub(crate) parsed: Arc<parsed::ParsedObjects>,
    pub(crate) hashing: Arc<accounts::hashing::PasswordHashing>,
    pub(crate) password_sign_ins: Arc<accounts::sign_in_counter::SignInCounter>,
    pub(crate) app_password_sign_ins: Arc<accounts::sign_in_counter::SignInCounter>,
    pub(crate) verified: Arc<accounts::verified::VerifiedPasswords>,
    pub(crate) parsing: Arc<thread::ParsingBudget>,
    /// This process among those that share the database.
    pub(crate) node: Uuid,
    /// Ends with the last clone.
    _following: Arc<nodes::Following>,
    pub(crate) causes: Arc<Cache<(access::Caller, Option<access::PrincipalId>), CauseId>>,
    pub(crate) announcer: broadcast::Sender<Announcement>,
    pub(crate) link_uses: Arc<links::LinkUses>,
    /// Told when a job was put into the queue here.
    pub(crate) wake: Arc<Notify>,
    pub(crate) job_counter: Arc<jobs::JobCounter>,
    /// Hosts elsewhere that answer nobody.
    pub(crate) sync_breaker: Arc<sync::CircuitBreaker>,
    pub(crate) sync_counter: Arc<sync::SyncCounter>,
    /// What speaks to services elsewhere.
    pub(crate) connector: Arc<dyn sync::connector::Connector>,
    pub(crate) vault: Arc<sync::vault::Vault>,
    /// Where services elsewhere can tell something.
    pub(crate) notification_hook: sync::notifications::NotificationHook,
    /// What reaches those who are invited and not here, before the installation's own mail.
    pub(crate) outside: Arc<[Arc<dyn scheduling::outside::Outside>]>,
    /// What people elsewhere publish of when they are busy.
    pub(crate) published: Arc<scheduling::published::Published>,
    /// How mail goes out, where it does.
    pub(crate) mail_transport: Option<Arc<dyn outgoing_mail::MailTransport>>,
    /// From whom the installation's own mail is.
    pub(crate) mail_sender: Option<outgoing_mail::Mailbox>,
    /// What words mail about meetings.
    pub(crate) meeting_writer: Arc<dyn scheduling::MeetingWriter>,
    /// What words the lines over what a mail quotes.
    pub(crate) quotation_writer: Arc<dyn mail::QuotationWriter>,
    /// What words reminders.
    pub(crate) reminder_writer: Arc<dyn reminders::ReminderWriter>,
    pub(crate) push_transport: Arc<dyn reminders::PushTransport>,
    pub(crate) reminder_counter: Arc<reminders::ReminderCounter>,
    /// What speaks to mail servers, and the connections to them.
    pub(crate) mailboxes: Arc<mail::MailHandles>,
}

impl Kalends {
    /// To be called within a runtime of Tokio.
    pub fn new(db: store::Database, limits: Limits) -> Self {
        let verified: Arc<accounts::verified::VerifiedPasswords> = Arc::default();
        let (node, announcer) = (Uuid::new_v4(), announcing::announcer());
        let hearing = nodes::Hearing { node, verified: verified.clone(), announcer: announcer.clone() };
        Kalends {
            node,
            _following: Arc::new(nodes::Following::begin(&db, hearing)),
            db,
            limits: Arc::new(limits),
            parsed: Arc::new(parsed::cache()),
            hashing: Arc::default(),
            password_sign_ins: Arc::default(),
            app_password_sign_ins: Arc::default(),
            verified,
            parsing: Arc::default(),
            causes: Arc::new(Cache::new(MAX_KNOWN_CAUSES)),
            announcer,
            link_uses: Arc::default(),
            wake: Arc::default(),
            job_counter: Arc::default(),
            sync_breaker: Arc::default(),
            sync_counter: Arc::default(),
            connector: Arc::new(sync::connector::NoConnector),
            vault: Arc::default(),
            notification_hook: sync::notifications::NotificationHook::default(),
            outside: Arc::default(),
            published: Arc::new(scheduling::published::Published::by(Arc::new(scheduling::published::NoBusySource))),
            mail_transport: None,
            mail_sender: None,
            meeting_writer: Arc::new(scheduling::NoMeetingWriter),
            quotation_writer: Arc::new(mail::NoQuotationWriter),
            reminder_writer: Arc::new(reminders::NoWriter),
            push_transport: Arc::new(reminders::NoPush),
            reminder_counter: Arc::default(),
            mailboxes: Arc::default(),
        }
    }

    /// The same, which speaks to services elsewhere by `connector`.
    #[must_use]
    pub fn with_connector(self, connector: Arc<dyn sync::connector::Connector>) -> Self {
        Kalends { connector, ..self }
    }

    /// The same, which seals credentials of remote services by the keys of `vault`. Without one nothing is sealed or opened.
    #[must_use]
    pub fn with_vault(self, vault: sync::vault::Vault) -> Self {
        Kalends { vault: Arc::new(vault), ..self }
    }

    /// The same, which speaks to mail servers by `connector`, and invites people elsewhere by the accounts that those have who do.
    #[must_use]
    pub fn with_mail_connector(self, connector: Arc<dyn mail::connector::MailConnector>) -> Self {
        let outside: Arc<[Arc<dyn scheduling::outside::Outside>]> = Arc::new([Arc::new(mail::OwnMail)]);
        Kalends { mailboxes: Arc::new(mail::MailHandles::new(connector)), outside, ..self }
    }

    /// What runs with calendars elsewhere have come to on this node.
    pub fn sync_counter(&self) -> &sync::SyncCounter {
        &self.sync_counter
    }

    /// What speaks to services elsewhere.
    pub fn connector(&self) -> &Arc<dyn sync::connector::Connector> {
        &self.connector
    }

    /// Where services elsewhere can tell this installation something.
    pub fn notification_hook(&self) -> &sync::notifications::NotificationHook {
        &self.notification_hook
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}
