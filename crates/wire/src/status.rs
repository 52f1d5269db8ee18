//! One table from [`ErrorCode`] to gRPC and GraphQL; nothing else names a gRPC code.

use std::{collections::HashMap, error::Error, time::Duration};

use kernel::{ErrorCode, Rejection};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

#[cfg(test)]
mod tests;

/// Who gives the reasons in error details.
pub const DOMAIN: &str = "weft";

/// When to try again what a limit or an outage refused.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// The result of a call.
pub type Outcome<T> = Result<tonic::Response<T>, Status>;

/// Builds the status of an error: its class, its stable reason, what to do, and who says so.
///
/// `field` is the request's field that is at fault; `None` when none is.
pub fn status(code: ErrorCode, reason: &str, field: Option<&str>, message: &str) -> Status {
    let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
    if let Some(field) = field {
        details.add_bad_request_violation(field, message);
    }
    if matches!(code, ErrorCode::TooMany | ErrorCode::Unavailable) {
        details.set_retry_info(Some(RETRY_AFTER));
    }
    Status::with_error_details(grpc_code(code), message, details)
}

/// The status of a refusal or failure.
///
/// What went wrong inside is told to the log, once, and not to the caller, who gets a fixed
/// sentence; the response's trace id leads from one to the other.
pub fn refuse(rejection: &dyn Rejection) -> Status {
    let code = rejection.code();
    let message = match code {
        ErrorCode::Internal => {
            report(rejection);
            "something went wrong inside; the operator finds the cause in the log".to_owned()
        }
        ErrorCode::Unavailable => {
            report(rejection);
            "a part of the system is not answering; nothing was recorded, try again".to_owned()
        }
        ErrorCode::Invalid
        | ErrorCode::Unauthenticated
        | ErrorCode::Forbidden
        | ErrorCode::NotFound
        | ErrorCode::AlreadyExists
        | ErrorCode::Precondition
        | ErrorCode::Conflict
        | ErrorCode::TooMany
        | ErrorCode::Timeout => rejection.to_string(),
    };
    status(code, rejection.reason(), None, &message)
}

/// The status to send instead of one that the protocol stack made before any of our code ran;
/// `None` when `status` is ours already, because it carries its reason.
pub fn explained(status: &Status) -> Option<Status> {
    if !status.details().is_empty() {
        return None;
    }
    let message = status.message();
    let (code, reason) = if status.code() == Code::OutOfRange {
        (ErrorCode::Invalid, "BODY_TOO_LARGE")
    } else if status.code() == Code::Internal && message.starts_with("failed to decode") {
        // tonic says Internal, but it is the caller who sent what is no message.
        (ErrorCode::Invalid, "MESSAGE_MALFORMED")
    } else if status.code() == Code::Unimplemented {
        return Some(unimplemented(message));
    } else {
        (error_code(status.code()), "PROTOCOL_ERROR")
    };
    Some(self::status(code, reason, None, message))
}

/// The status for what this server does not have. No code of ours: it is not about the domain.
pub fn unimplemented(message: &str) -> Status {
    let details = ErrorDetails::with_error_info("RPC_UNKNOWN", DOMAIN, HashMap::new());
    Status::with_error_details(Code::Unimplemented, message, details)
}

fn report(rejection: &dyn Rejection) {
    let mut chain = rejection.to_string();
    let mut cause: Option<&dyn Error> = rejection.source();
    while let Some(error) = cause {
        chain.push_str(": ");
        chain.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!(reason = rejection.reason(), error = chain, "a request failed");
}

/// The gRPC code of an error code.
pub fn grpc_code(code: ErrorCode) -> Code {
    match code {
        ErrorCode::Invalid => Code::InvalidArgument,
        ErrorCode::Unauthenticated => Code::Unauthenticated,
        ErrorCode::Forbidden => Code::PermissionDenied,
        ErrorCode::NotFound => Code::NotFound,
        ErrorCode::AlreadyExists => Code::AlreadyExists,
        ErrorCode::Precondition => Code::FailedPrecondition,
        ErrorCode::Conflict => Code::Aborted,
        ErrorCode::TooMany => Code::ResourceExhausted,
        ErrorCode::Unavailable => Code::Unavailable,
        ErrorCode::Timeout => Code::DeadlineExceeded,
        ErrorCode::Internal => Code::Internal,
    }
}

/// The error code of a gRPC code; codes that we never send count as our own failure.
pub fn error_code(code: Code) -> ErrorCode {
    match code {
        Code::InvalidArgument | Code::OutOfRange => ErrorCode::Invalid,
        Code::Unauthenticated => ErrorCode::Unauthenticated,
        Code::PermissionDenied => ErrorCode::Forbidden,
        Code::NotFound => ErrorCode::NotFound,
        Code::AlreadyExists => ErrorCode::AlreadyExists,
        Code::FailedPrecondition => ErrorCode::Precondition,
        Code::Aborted => ErrorCode::Conflict,
        Code::ResourceExhausted => ErrorCode::TooMany,
        Code::Unavailable => ErrorCode::Unavailable,
        Code::DeadlineExceeded | Code::Cancelled => ErrorCode::Timeout,
        Code::Ok | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => {
            ErrorCode::Internal
        }
    }
}

/// The name that GraphQL clients see for an error code.
pub fn code_name(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Invalid => "INVALID",
        ErrorCode::Unauthenticated => "UNAUTHENTICATED",
        ErrorCode::Forbidden => "FORBIDDEN",
        ErrorCode::NotFound => "NOT_FOUND",
        ErrorCode::AlreadyExists => "ALREADY_EXISTS",
        ErrorCode::Precondition => "PRECONDITION",
        ErrorCode::Conflict => "CONFLICT",
        ErrorCode::TooMany => "TOO_MANY",
        ErrorCode::Unavailable => "UNAVAILABLE",
        ErrorCode::Timeout => "TIMEOUT",
        ErrorCode::Internal => "INTERNAL",
    }
}
