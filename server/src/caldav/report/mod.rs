//! REPORT (RFC 3253 section 3.6).

use super::Call;
use super::body::{self, REPORT_OCTETS};
use super::error::Failure;
use axum::body::Body;
use axum::response::Response;

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    let _document = body::xml(&call.headers, body, REPORT_OCTETS)
        .await?
        .ok_or_else(|| Failure::bad_request("The body has to name a report."))?;
    Err(Failure::forbidden("D:supported-report", "This report cannot be asked for here."))
}
