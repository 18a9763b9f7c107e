//! What is measured, in the text format of Prometheus (OpenMetrics).
//!
//! Measures are of the process, not of a router: whoever counts something adds a field to [`Metrics`], registers it in [`Metrics::new`] and adds a function like [`count_request`]. A label is one of few
//! values that the program knows beforehand, never something of a person: no name, no path, no address.

use crate::process;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::TimeDelta;
use kalends_domain::Kalends;
use kalends_domain::accounts::{Secret, SignIns};
use kalends_domain::jobs::{JobCounter, JobState};
use kalends_domain::reminders::ReminderCounter;
use kalends_domain::sync::{ProviderKind, SyncCounter};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use subtle::ConstantTimeEq;

pub const PATH: &str = "/metrics";
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper ends of the buckets of durations, in seconds.
const DURATIONS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    /// As the router has it, such as `/event/{calendar}/{name}`.
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignIn {
    way: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempt {
    kind: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfProvider {
    provider: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reminded {
    channel: &'static str,
    result: &'static str,
}

type Durations = Family<Asked, Histogram, fn() -> Histogram>;

struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Durations,
    sign_ins: Family<SignIn, Counter>,
    attempts: Family<Attempt, Counter>,
    jobs: Family<InState, Gauge>,
    sync_runs: Family<OfProvider, Counter>,
    sync_failures: Family<OfProvider, Counter>,
    sync_changes: Family<OfProvider, Counter>,
    sync_requests: Family<OfProvider, Counter>,
    sync_lag: Family<OfProvider, Gauge>,
    sync_seconds: Family<OfProvider, Counter<f64, AtomicU64>>,
    reminders: Family<Reminded, Counter>,
    reminder_lag: Gauge<f64, AtomicU64>,
    connections: Gauge,
    stream_readers: Gauge,
    database_up: Gauge,
    database_octets: Gauge,
    resident_octets: Gauge,
    open_files: Gauge,
}

impl Metrics {
    fn new() -> Self {
        let mut metrics = Metrics {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Durations::new_with_constructor(|| Histogram::new(DURATIONS)),
            sign_ins: Family::default(),
            attempts: Family::default(),
            jobs: Family::default(),
            sync_runs: Family::default(),
            sync_failures: Family::default(),
            sync_changes: Family::default(),
            sync_requests: Family::default(),
            sync_lag: Family::default(),
            sync_seconds: Family::default(),
            reminders: Family::default(),
            reminder_lag: Gauge::default(),
            connections: Gauge::default(),
            stream_readers: Gauge::default(),
            database_up: Gauge::default(),
            database_octets: Gauge::default(),
            resident_octets: Gauge::default(),
            open_files: Gauge::default(),
        };
        let ours = metrics.registry.sub_registry_with_prefix("kalends");
        ours.register("build", "The version that runs", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        ours.register("http_requests", "Requests that were answered", metrics.requests.clone());
        let durations = metrics.durations.clone();
        let help = "From a request's header to that of its answer";
        ours.register_with_unit("http_request_duration", help, Unit::Seconds, durations);
        ours.register("sign_ins", "Passwords and app passwords that were tried", metrics.sign_ins.clone());
        ours.register("job_attempts", "Attempts at jobs on this node that ended", metrics.attempts.clone());
        ours.register("jobs", "Jobs of all nodes that there are", metrics.jobs.clone());
        ours.register("sync_runs", "Runs with calendars elsewhere on this node", metrics.sync_runs.clone());
        let help = "Those of the runs that did not come to their end";
        ours.register("sync_failures", help, metrics.sync_failures.clone());
        let help = "Objects that the runs changed, on either side";
        ours.register("sync_changes", help, metrics.sync_changes.clone());
        let help = "How often services elsewhere were asked something by this node";
        ours.register("sync_requests", help, metrics.sync_requests.clone());
        let help = "For how long both sides of a calendar have not been the same, the longest";
        ours.register_with_unit("sync_lag", help, Unit::Seconds, metrics.sync_lag.clone());
        let help = "How long the runs took together";
        ours.register_with_unit("sync_duration", help, Unit::Seconds, metrics.sync_seconds.clone());
        ours.register("reminders", "Reminders that this node has sent, or not", metrics.reminders.clone());
        let help = "How long after they were due those were sent that were sent last";
        ours.register_with_unit("reminder_lag", help, Unit::Seconds, metrics.reminder_lag.clone());
        ours.register("connections", "Connections that are open", metrics.connections.clone());
        let help = "Streams of changes that are open";
        ours.register("stream_readers", help, metrics.stream_readers.clone());
        ours.register("database_up", "Whether the database answers: 1 or 0", metrics.database_up.clone());
        let octets = metrics.database_octets.clone();
        ours.register_with_unit("database_size", "What the database takes on disk", Unit::Bytes, octets);
        let process = metrics.registry.sub_registry_with_prefix("process");
        let resident = metrics.resident_octets.clone();
        process.register_with_unit("resident_memory", "Resident memory", Unit::Bytes, resident);
        process.register("open_fds", "File descriptors that are open", metrics.open_files.clone());
        metrics
    }

    fn set_sign_ins(&self, way: &'static str, SignIns { good, bad }: SignIns) {
        for (result, count) in [("good", good), ("bad", bad)] {
            self.sign_ins.get_or_create(&SignIn { way, result }).inner().store(count, Ordering::Relaxed);
        }
    }

    fn set_jobs(&self, counted: &JobCounter, states: &[(JobState, u64)]) {
        for (kind, done, failed) in counted.get() {
            for (result, count) in [("done", done), ("failed", failed)] {
                let attempt = Attempt { kind: kind.name(), result };
                self.attempts.get_or_create(&attempt).inner().store(count, Ordering::Relaxed);
            }
        }
        for state in JobState::ALL {
            let count = states.iter().find(|(of, _)| *of == state).map_or(0, |(_, count)| *count);
            self.jobs.get_or_create(&InState { state: state.name() }).set(gauge(count));
        }
    }

    fn set_sync(&self, counted: &SyncCounter) {
        for (kind, count) in counted.get() {
            let of = OfProvider { provider: kind.name() };
            let counts = [
                (&self.sync_runs, count.runs),
                (&self.sync_failures, count.failures),
                (&self.sync_changes, count.changes),
                (&self.sync_requests, count.requests),
            ];
            for (family, count) in counts {
                family.get_or_create(&of).inner().store(count, Ordering::Relaxed);
            }
            let seconds = count.duration.as_secs_f64();
            self.sync_seconds.get_or_create(&of).inner().store(seconds.to_bits(), Ordering::Relaxed);
        }
    }

    fn set_lags(&self, lags: &[(ProviderKind, TimeDelta)]) {
        for kind in ProviderKind::ALL {
            let lag = lags.iter().find(|(of, _)| *of == kind).map_or(0, |(_, lag)| lag.num_seconds().max(0));
            self.sync_lag.get_or_create(&OfProvider { provider: kind.name() }).set(lag);
        }
    }

    fn set_reminders(&self, counted: &ReminderCounter) {
        for (channel, state, count) in counted.get() {
            let of = Reminded { channel: channel.name(), result: state.name() };
            self.reminders.get_or_create(&of).inner().store(count, Ordering::Relaxed);
        }
        self.reminder_lag.set(counted.lag().as_seconds_f64());
    }

    /// Looks at all that is not counted as it happens, and writes everything.
    async fn text(&self, kalends: &Kalends) -> Result<String, std::fmt::Error> {
        self.set_sign_ins("password", kalends.password_sign_ins());
        self.set_sign_ins("app_password", kalends.app_password_sign_ins());
        self.set_sync(kalends.sync_counter());
        self.set_reminders(kalends.reminder_counter());
        let size = kalends.database_octets().await;
        self.database_up.set(size.is_ok().into());
        if let Ok(octets) = size {
            self.database_octets.set(gauge(octets));
        }
        if let Ok(states) = kalends.job_counts().await {
            self.set_jobs(kalends.job_counter(), &states);
        }
        if let Ok(lags) = kalends.sync_lags().await {
            self.set_lags(&lags);
        }
        if let Some(octets) = process::resident_octets() {
            self.resident_octets.set(gauge(octets));
        }
        if let Some(files) = process::open_files() {
            self.open_files.set(gauge(files));
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn gauge(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Counts as open until it is dropped.
pub struct Open(&'static Gauge);

impl Open {
    pub fn connection() -> Self {
        Self::begin(&METRICS.connections)
    }

    pub fn stream() -> Self {
        Self::begin(&METRICS.stream_readers)
    }

    fn begin(gauge: &'static Gauge) -> Self {
        gauge.inc();
        Open(gauge)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A request was answered. `route`: as the router has it.
pub fn count_request(method: &'static str, route: &str, status: u16, took: Duration) {
    METRICS.requests.get_or_create(&Answered { method, route: route.to_owned(), status }).inc();
    METRICS.durations.get_or_create(&Asked { method, route: route.to_owned() }).observe(took.as_secs_f64());
}

/// [`PATH`] for whoever asks.
pub fn router(kalends: Kalends) -> Router {
    Router::new().route(PATH, get(answer)).with_state(kalends)
}

/// [`PATH`] for those who have the token, which they send as a bearer token (RFC 6750).
pub fn guarded_router(kalends: Kalends, token: Secret) -> Router {
    router(kalends).layer(from_fn_with_state(token, require))
}

async fn answer(State(kalends): State<Kalends>) -> Response {
    match METRICS.text(&kalends).await {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn require(State(token): State<Secret>, request: Request, next: Next) -> Response {
    if is_allowed(request.headers(), &token) {
        return next.run(request).await;
    }
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], "This needs the token of the metrics.\n")
        .into_response()
}

fn is_allowed(headers: &HeaderMap, token: &Secret) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    given.and_then(|value| value.split_once(' ')).is_some_and(|(scheme, given)| {
        scheme.eq_ignore_ascii_case("bearer") && bool::from(given.trim().as_bytes().ct_eq(token.0.as_bytes()))
    })
}
