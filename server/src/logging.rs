//! The log, on standard error.

use clap::ValueEnum;
use std::io::{IsTerminal, stderr};
use tracing_subscriber::EnvFilter;

#[derive(clap::Args)]
pub struct LogOptions {
    /// What is logged, in the syntax of the `EnvFilter` of `tracing`, such as `warn` or `kalends_server=debug`.
    #[arg(long, env = "KALENDS_LOG", default_value = "info", value_parser = read_filter, global = true, hide_short_help = true)]
    log: String,
    /// How it is written: lines to read, or an object of JSON in each.
    #[arg(long, env = "KALENDS_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, global = true, hide_short_help = true)]
    log_format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// The directives as they are written, if they are understood.
fn read_filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

impl LogOptions {
    /// From here on there is a log.
    pub fn begin(&self) {
        let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(&self.log)).with_writer(stderr);
        match self.log_format {
            LogFormat::Text => log.with_ansi(stderr().is_terminal()).init(),
            LogFormat::Json => log.json().flatten_event(true).with_current_span(true).with_span_list(false).init(),
        }
    }
}
