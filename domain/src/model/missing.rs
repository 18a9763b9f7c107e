//! What was asked for and is not there, and what is in the way of what is new.

/// What does not exist, or what the caller may not know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    #[error("the calendar")]
    Calendar,
    #[error("the object")]
    Object,
    #[error("the link")]
    Link,
    #[error("the account")]
    Account,
    #[error("the event")]
    Event,
    #[error("the person")]
    Person,
    #[error("the version")]
    Version,
    #[error("the run")]
    Run,
    #[error("the remote account")]
    RemoteAccount,
    #[error("the invitation")]
    Invitation,
    #[error("the identity")]
    Identity,
    #[error("the group")]
    Group,
    #[error("the folder")]
    Folder,
    #[error("the change")]
    Change,
    #[error("the attachment")]
    Attachment,
    #[error("the message")]
    Message,
    #[error("the job")]
    Job,
    #[error("the instance")]
    Instance,
    #[error("the app password")]
    AppPassword,
    #[error("the mail account")]
    MailAccount,
    #[error("what was shared")]
    Share,
    #[error("the time")]
    Time,
    #[error("the sync link")]
    SyncLink,
    #[error("the draft")]
    Draft,
    #[error("the browser")]
    Browser,
    #[error("what was done")]
    MailBatch,
    #[error("what was deleted")]
    Deleted,
    #[error("the subscription")]
    Subscription,
    #[error("the session")]
    Session,
    #[error("the reminder")]
    Reminder,
    #[error("the proposal")]
    Proposal,
    #[error("the notice")]
    Notice,
    #[error("the e-mail address")]
    EmailAddress,
    #[error("the delegate")]
    Delegate,
    #[error("the conflict")]
    Conflict,
    #[error("a server for mail")]
    MailTransport,
    #[error("what is at this address")]
    Address,
    #[error("the request of a program")]
    LoginFlow,
    #[error("the picture")]
    Picture,
    #[error("the organizer")]
    Organizer,
    #[error("the move")]
    Move,
    #[error("the member")]
    Member,
    #[error("the mail service")]
    MailService,
    #[error("the inbox")]
    Inbox,
    #[error("the import")]
    Import,
    #[error("the folder for backups")]
    BackupFolder,
    #[error("the file")]
    File,
    #[error("the calendar elsewhere")]
    RemoteCalendar,
    #[error("the busy address")]
    BusyAddress,
    #[error("a job that does not run")]
    WaitingJob,
    #[error("a job that can be tried again")]
    FailedJob,
    #[error("a calendar service")]
    CalendarService,
    #[error("a calendar of this name that is in step with another")]
    LinkedCalendar,
    #[error("a calendar for invitations")]
    InvitationCalendar,
}

/// What is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Existing {
    #[error("an identity with this address")]
    MailIdentity,
    #[error("the calendar")]
    Calendar,
    #[error("the e-mail address")]
    EmailAddress,
    #[error("the event")]
    Event,
    #[error("the link")]
    Link,
    #[error("the mail account")]
    MailAccount,
    #[error("the slug")]
    Slug,
    #[error("the user name")]
    UserName,
}

impl From<kalends_ical::Missing> for Missing {
    fn from(missing: kalends_ical::Missing) -> Self {
        match missing {
            kalends_ical::Missing::Event => Missing::Event,
            kalends_ical::Missing::Instance => Missing::Instance,
            kalends_ical::Missing::Invitation => Missing::Invitation,
        }
    }
}
