//! Errors of the domain as answers to a page: what is said of them, and the HTTP status.

use crate::wire::ApiError;
use crate::words;
use axum::http::{StatusCode, header};
use kalends_domain::sync::connector::FindError;
use kalends_domain::sync::provider::ProviderError;
use kalends_domain::{Error, Existing, Missing, Problem, SchedulingProblem};
use kalends_ical::Problem as EditProblem;
use kalends_ical::itip::Refusal;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        if let Some(seconds) = error.retry_after() {
            come_again(seconds);
        }
        match error {
            Error::NotFound(what) => ApiError::NotFound(not_found(what).into()),
            Error::Forbidden { .. } => ApiError::Forbidden(words::server_forbidden().into()),
            Error::PreconditionFailed => ApiError::Conflict,
            Error::BadInput { field, problem } => bad_input(field, said(problem)),
            Error::BadCredentials => bad_input("password", words::server_bad_credentials()),
            Error::TooManyTries { seconds } => {
                let seconds = u64::try_from(seconds).unwrap_or_default();
                come_again(seconds);
                ApiError::TooMany(words::server_too_many_tries(count(seconds)))
            }
            Error::TooManyImports { limit } => ApiError::TooMany(words::server_too_many_imports(limit)),
            Error::Scheduling(SchedulingProblem::OtherTag) => ApiError::Conflict,
            Error::Scheduling(problem) => bad_input("", meeting(&problem)),
            Error::Remote(error) => remote(error),
            Error::Mail(error) => bad_input("e-mail", words::server_letters_not_sent(&error.to_string())),
            Error::Busy { seconds } => ApiError::Busy(words::server_busy(count(seconds))),
            Error::Unavailable { seconds } => ApiError::Busy(words::server_unavailable(count(seconds))),
            Error::Contended | Error::LeaseLost => ApiError::Busy(words::server_contended().into()),
            Error::Internal(cause) => {
                tracing::error!(error = ?cause, "a server function failed");
                ApiError::Failed
            }
            Error::InvalidCalendarData(why) => bad_input("", words::server_invalid_data(&why.to_string())),
            Error::InvalidCalendarObject(why) => bad_input("", words::server_invalid_object(&why.to_string())),
            Error::UnsupportedComponent(kind) => bad_input("", words::server_unsupported_component(&kind)),
            Error::UidConflict { name } => bad_input("", words::server_uid_conflict(&name)),
            Error::TooLarge { limit } => bad_input("", words::server_too_large(limit)),
            Error::PropertyTooLarge { name, limit, .. } => {
                bad_input("", words::server_property_too_large(&name, limit))
            }
            Error::TooManyProperties { limit } => bad_input("", words::server_too_many_properties(limit)),
            Error::TooManyInstances { limit } => bad_input("", words::server_too_many_instances(limit)),
            Error::AlreadyExists(what) => bad_input("", already_exists(what)),
            Error::InvalidSyncToken => bad_input("", words::server_sync_token()),
            Error::QuotaExceeded { limit, unit } => bad_input("", quota(count(limit), unit)),
        }
    }
}

fn bad_input(field: &str, message: impl Into<String>) -> ApiError {
    ApiError::BadInput { field: field.into(), message: message.into() }
}

/// Why a meeting stays as it is.
fn meeting(problem: &SchedulingProblem) -> String {
    match problem {
        SchedulingProblem::Refused(Refusal::NotYours(_)) => words::server_invitation_not_yours().into(),
        SchedulingProblem::Refused(_) | SchedulingProblem::OtherTag => {
            words::server_invitation_other_organizer().into()
        }
        SchedulingProblem::NotUnique { .. } => words::server_invitation_not_unique().into(),
        SchedulingProblem::TooMany { limit } => words::server_invitation_too_many(*limit),
        SchedulingProblem::NoAddress => words::server_invitation_no_address().into(),
    }
}

/// What a service elsewhere did not do, at the field that has something to do with it.
fn remote(error: FindError) -> ApiError {
    let (field, message) = match error {
        FindError::Address(_) => ("address", words::server_accounts_wrong_address().to_owned()),
        FindError::Service(_) => ("service", words::server_accounts_wrong_service().to_owned()),
        FindError::NoService { domain } => ("address", words::server_accounts_no_service(&domain)),
        FindError::NoMail { domain } => ("address", words::server_accounts_no_mail(&domain)),
        FindError::Nothing { tried } => ("address", words::server_accounts_nothing(&tried.join(", "))),
        FindError::OtherHost { from, to } => ("address", words::server_accounts_other_host(&from, &to)),
        FindError::Provider(error) => remote_provider(&error),
    };
    bad_input(field, message)
}

/// What a service said no to, with the field that has something to do with it.
pub(crate) fn remote_provider(error: &ProviderError) -> (&'static str, String) {
    let why = || sentence(&error.to_string());
    match error {
        ProviderError::Unauthenticated(_) => ("password", words::server_accounts_unauthenticated().to_owned()),
        ProviderError::Forbidden(_) => ("password", words::server_accounts_forbidden(&why())),
        ProviderError::Transient { .. } => ("address", words::server_accounts_transient(&why())),
        ProviderError::Missing(_) => ("address", words::server_accounts_missing(&why())),
        ProviderError::Refused(_) => ("address", words::server_accounts_refused(&why())),
        ProviderError::Unreadable(_) => ("address", words::server_accounts_unreadable(&why())),
        ProviderError::CursorRejected
        | ProviderError::Changed
        | ProviderError::UidTaken { .. }
        | ProviderError::Rejected(_) => ("", why()),
    }
}

/// What is wrong with a value, in words.
fn said(problem: Problem) -> String {
    match problem {
        Problem::Length { least, most } => words::server_value_length(least, most),
        Problem::Name { least, most } => words::server_value_name(least, most),
        Problem::Octets { limit } => words::server_value_octets(limit),
        Problem::Reserved(name) => words::server_value_reserved(&name),
        Problem::Segment => words::server_value_segment().into(),
        Problem::UserName => words::server_value_user_name().into(),
        Problem::Email => words::server_value_email().into(),
        Problem::NotVerified => words::server_value_not_verified().into(),
        Problem::Picture => words::server_profile_picture_wrong().into(),
        Problem::TooEarly { most } => {
            words::server_profile_reminder_wrong(usize::try_from(most / 1440).unwrap_or_default())
        }
        Problem::NotActive => words::server_value_not_active().into(),
        Problem::LastAdministrator => words::server_value_last_administrator().into(),
        Problem::Color => words::server_value_color().into(),
        Problem::NoComponents => words::server_value_no_components().into(),
        Problem::PartOfSeries => words::server_value_whole_series().into(),
        Problem::HeldAlready => words::server_value_holds_it().into(),
        Problem::Unstorable => words::server_value_unstorable().into(),
        Problem::Access => words::server_value_access().into(),
        Problem::LinkAccess => words::server_value_link_access().into(),
        Problem::Calendars { most } => words::server_value_calendars(most),
        Problem::Past => words::server_value_past().into(),
        Problem::Personal => words::server_value_personal().into(),
        Problem::Oneself => words::server_value_oneself().into(),
        Problem::WebAddress => words::server_value_web_address().into(),
        Problem::TeamKind => words::server_value_team_kind().into(),
        Problem::EndBeforeStart => words::server_edit_end_before_start().into(),
        Problem::LastManager => words::server_value_last_manager().into(),
        Problem::OnlyManager(team) => words::server_value_only_manager(&team),
        Problem::OwnsCalendars => words::server_value_owns_calendars().into(),
        Problem::PasswordsOff => words::server_sign_in_passwords_off().into(),
        Problem::TookTooLong => words::server_moving_too_long().into(),
        Problem::OnlyWay => words::server_sign_in_only_way().into(),
        Problem::Edit(problem) => said_of_edit(problem),
        // No page leads to it.
        Problem::Request(why) => why.into(),
        Problem::Configuration(why) => why,
    }
}

/// What is wrong with how an event is to be changed, in words.
fn said_of_edit(problem: EditProblem) -> String {
    match problem {
        EditProblem::EndBeforeStart => words::server_edit_end_before_start(),
        EditProblem::Year => words::server_edit_year(),
        EditProblem::NoInterval => words::server_edit_interval(),
        EditProblem::NoDay => words::server_edit_no_day(),
        EditProblem::NoEvent => words::server_edit_no_event(),
        EditProblem::EndsBeforeItBegins => words::server_edit_ends_early(),
        EditProblem::NoRule(why) => return words::server_edit_rule(&why),
        EditProblem::SeveralRules => words::server_edit_several_rules(),
        EditProblem::UnmovableRule => words::server_edit_unmovable(),
        EditProblem::RepeatsWithinADay => words::server_edit_within_a_day(),
    }
    .into()
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn not_found(what: Missing) -> &'static str {
    match what {
        Missing::Calendar => words::errors_calendar_not_found(),
        Missing::Object => words::server_object_not_found(),
        Missing::Link => words::server_link_not_found(),
        Missing::Account => words::server_account_not_found(),
        Missing::Event => words::server_event_not_found(),
        Missing::Person => words::server_person_not_found(),
        Missing::Version => words::server_history_not_kept(),
        Missing::Run => words::server_sync_run_not_found(),
        Missing::RemoteAccount => words::server_accounts_not_found(),
        Missing::Invitation
        | Missing::Job
        | Missing::Share
        | Missing::Browser
        | Missing::MailBatch
        | Missing::Subscription
        | Missing::Reminder
        | Missing::Proposal
        | Missing::Notice
        | Missing::Delegate
        | Missing::MailTransport
        | Missing::Address
        | Missing::Organizer
        | Missing::Move
        | Missing::Member
        | Missing::MailService
        | Missing::Inbox
        | Missing::Import
        | Missing::BackupFolder
        | Missing::File
        | Missing::BusyAddress
        | Missing::WaitingJob
        | Missing::FailedJob
        | Missing::CalendarService
        | Missing::LinkedCalendar
        | Missing::InvitationCalendar => words::server_not_found(),
        Missing::Identity => words::server_sign_in_identities_not_found(),
        Missing::Group => words::server_team_not_found(),
        Missing::Folder => words::server_mail_folder_not_found(),
        Missing::Change => words::server_version_not_found(),
        Missing::Attachment => words::server_mail_file_not_found(),
        Missing::Message => words::server_mail_message_not_found(),
        Missing::Instance => words::server_instance_not_found(),
        Missing::AppPassword => words::server_app_password_not_found(),
        Missing::MailAccount => words::server_mail_account_not_found(),
        Missing::Time => words::server_as_of_too_old(),
        Missing::SyncLink => words::server_sync_not_found(),
        Missing::Draft => words::server_mail_draft_not_found(),
        Missing::Deleted => words::server_not_in_bin(),
        Missing::Session => words::server_session_not_found(),
        Missing::EmailAddress => words::server_e_mail_not_found(),
        Missing::Conflict => words::server_sync_conflict_not_found(),
        Missing::LoginFlow => words::server_connect_flow_gone_what(),
        Missing::Picture => words::server_profile_picture_not_found(),
        Missing::RemoteCalendar => words::server_sync_calendar_not_found(),
    }
}

fn already_exists(what: Existing) -> &'static str {
    match what {
        Existing::MailIdentity | Existing::Event | Existing::MailAccount => words::server_already_exists(),
        Existing::Calendar => words::server_calendar_exists(),
        Existing::EmailAddress => words::server_profile_e_mail_taken(),
        Existing::Link => words::server_sync_link_exists(),
        Existing::Slug => words::server_slug_exists(),
        Existing::UserName => words::server_user_name_exists(),
    }
}

fn quota(limit: usize, unit: &str) -> String {
    match unit {
        "objects" => words::server_quota_objects(limit),
        "calendars" => words::server_quota_calendars(limit),
        "app passwords" => words::server_quota_app_passwords(limit),
        "shares" => words::server_quota_shares(limit),
        "links" => words::server_quota_links(limit),
        "groups" => words::server_quota_teams(limit),
        "remote accounts" => words::server_accounts_quota(limit),
        "members" => words::server_quota_members(limit),
        "busy addresses" => words::server_quota_busy_addresses(limit),
        "e-mail addresses" => words::server_quota_e_mails(limit),
        _ => words::server_quota_octets(limit),
    }
}

/// Says when what was refused may be tried again.
fn come_again(seconds: u64) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(header::RETRY_AFTER, seconds.into());
    }
}

impl ApiError {
    /// The HTTP status that says the same.
    pub fn status(&self) -> StatusCode {
        match self {
            ApiError::SignedOut => StatusCode::UNAUTHORIZED,
            ApiError::NotFound(_) => StatusCode::NOT_FOUND,
            ApiError::Forbidden(_) => StatusCode::FORBIDDEN,
            ApiError::Conflict => StatusCode::CONFLICT,
            ApiError::BadInput { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ApiError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            ApiError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            // On the server: what came with the request cannot be read.
            ApiError::Unreachable(_) => StatusCode::BAD_REQUEST,
            ApiError::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// `text` as a sentence: a capital at its start, a full stop at its end unless it has one.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let rest = chars.as_str();
    let stop = if rest.ends_with('.') { "" } else { "." };
    format!("{first}{rest}{stop}")
}
