//! Why somebody did not come in by way of a provider, in words that say what to do.

use crate::words;
use axum::http::StatusCode;
use kalends_domain::identities::Refusal;

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// Nobody began it in this browser, it was taken up already, or it is too old.
    State,
    /// Whoever was asked did not want to.
    Declined,
    /// The provider says that it cannot.
    Provider,
    /// It is not reached, or says nothing that can be read.
    Down,
    /// It does not take the code: used already, or too old.
    Code,
    /// It does not take Kalends for the client that the configuration says it is.
    Client,
    /// What it answers makes no sense.
    Answer,
    /// The ID token is of another issuer,
    Issuer,
    /// for another client,
    Audience,
    /// of another sign-in,
    Nonce,
    /// not signed by the provider,
    Signature,
    /// signed in a way that proves nothing,
    Algorithm,
    /// or too old.
    Expired,
    /// Whoever wanted to connect an account is not signed in with it any more.
    SignedOut,
    /// Too many tries from this address; the next has to wait.
    TooMany {
        seconds: usize,
    },
    Refused(Refusal),
}

/// A sign-in that ended so, for the page that says it.
#[derive(Clone, Debug)]
pub struct SignInRefused {
    /// What people call the provider.
    pub provider: String,
    pub problem: SignInProblem,
}

impl SignInProblem {
    pub fn status(self) -> StatusCode {
        use SignInProblem::*;
        match self {
            State | Declined | Code => StatusCode::BAD_REQUEST,
            Down => StatusCode::SERVICE_UNAVAILABLE,
            Provider | Client | Answer | Issuer | Audience | Nonce | Signature | Algorithm | Expired => {
                StatusCode::BAD_GATEWAY
            }
            TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            SignedOut | Refused(_) => StatusCode::FORBIDDEN,
        }
    }
}

impl SignInRefused {
    pub fn heading(&self) -> String {
        match self.problem {
            SignInProblem::Down => words::server_sign_in_down_title(&self.provider),
            _ => words::server_sign_in_refused_title(&self.provider),
        }
    }

    /// What happened.
    pub fn what(&self) -> String {
        use SignInProblem::*;
        match self.problem {
            State => words::server_sign_in_state().into(),
            Declined => words::server_sign_in_declined(&self.provider),
            Provider => words::server_sign_in_provider(&self.provider),
            Down => words::server_sign_in_down(&self.provider),
            Code => words::server_sign_in_code(&self.provider),
            Client => words::server_sign_in_client(&self.provider),
            Answer => words::server_sign_in_answer(&self.provider),
            Issuer => words::server_sign_in_issuer(&self.provider),
            Audience => words::server_sign_in_audience().into(),
            Nonce => words::server_sign_in_nonce().into(),
            Signature => words::server_sign_in_signature(&self.provider),
            Algorithm => words::server_sign_in_algorithm().into(),
            Expired => words::server_sign_in_expired(&self.provider),
            SignedOut => words::server_sign_in_signed_out().into(),
            TooMany { seconds } => words::server_sign_in_too_many(seconds),
            Refused(Refusal::NoAccount) => words::server_sign_in_no_account(&self.provider),
            Refused(Refusal::Domain) => words::server_sign_in_domain().into(),
            Refused(Refusal::NotActive) => words::server_sign_in_not_active().into(),
            Refused(Refusal::OtherAccount) => words::server_sign_in_other_account(&self.provider),
            Refused(Refusal::OtherIdentity) => words::server_sign_in_other_identity(&self.provider),
        }
    }

    /// What to do.
    pub fn advice(&self) -> String {
        use SignInProblem::*;
        match self.problem {
            State | Nonce | Code | Expired => words::server_sign_in_do_again().into(),
            Declined => words::server_sign_in_do_declined().into(),
            Provider | Down => words::server_sign_in_do_wait().into(),
            Client | Answer | Issuer | Audience | Algorithm | Signature => {
                words::server_sign_in_do_administrator().into()
            }
            SignedOut => words::server_sign_in_do_sign_in().into(),
            TooMany { .. } => words::server_sign_in_do_wait().into(),
            Refused(Refusal::NoAccount) => words::server_sign_in_do_no_account(&self.provider),
            Refused(Refusal::Domain) => words::server_sign_in_do_domain(&self.provider),
            Refused(Refusal::NotActive) => words::server_sign_in_do_not_active().into(),
            Refused(Refusal::OtherAccount) => words::server_sign_in_do_other_account(&self.provider),
            Refused(Refusal::OtherIdentity) => words::server_sign_in_do_other_identity(&self.provider),
        }
    }
}
