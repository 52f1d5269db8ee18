//! From statuses and from the library's own errors to the one form that clients see.

use async_graphql::{ErrorExtensionValues, Response, ServerError};
use kernel::ErrorCode;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// The reason of whatever is wrong with a document before any of it runs.
pub(crate) const REQUEST_INVALID: &str = "GRAPHQL_REQUEST_INVALID";

const INTERNAL: &str =
    "something went wrong inside; the operator finds the cause in the log by the trace id";
const UNAVAILABLE: &str =
    "a part of the system is not answering; try again, a mutation with the same commandId";

/// Gives every error of a response its code, reason and domain.
///
/// Resolvers fail with a [`Status`], which the library keeps as the source of its error. An error
/// without one is the library's own: the document, a variable or an argument is at fault.
pub(crate) fn complete(response: &mut Response) {
    for error in &mut response.errors {
        match error.source::<Status>().cloned() {
            Some(status) => tell(error, &status),
            None => classify(error),
        }
        error.source = None;
    }
}

fn tell(error: &mut ServerError, status: &Status) {
    let code = wire::error_code(status.code());
    let details = status.get_error_details();
    let info = details.error_info().filter(|info| info.domain == wire::DOMAIN);
    error.message = match code {
        // What a transport or a framework says of itself is for the log.
        ErrorCode::Internal | ErrorCode::Unavailable if info.is_none() => {
            tracing::error!(code = ?status.code(), error = status.message(), "a call failed");
            let unavailable = code == ErrorCode::Unavailable;
            (if unavailable { UNAVAILABLE } else { INTERNAL }).to_owned()
        }
        ErrorCode::Internal => INTERNAL.to_owned(),
        ErrorCode::Timeout if info.is_none() => "the answer took too long; try again".to_owned(),
        ErrorCode::Invalid
        | ErrorCode::Unauthenticated
        | ErrorCode::Forbidden
        | ErrorCode::NotFound
        | ErrorCode::AlreadyExists
        | ErrorCode::Precondition
        | ErrorCode::Conflict
        | ErrorCode::TooMany
        | ErrorCode::Unavailable
        | ErrorCode::Timeout => {
            let violations = details.bad_request().map(|bad| bad.field_violations.as_slice());
            match violations.and_then(<[_]>::first) {
                Some(violation) => naming(&camel_case(&violation.field), status.message()),
                None => one_line(status.message()),
            }
        }
    };
    let reason = info.map_or_else(|| default_reason(status.code()), |info| &info.reason);
    error.extensions = Some(extensions(code, reason));
}

fn classify(error: &mut ServerError) {
    let given = error.extensions.as_ref().and_then(|extensions| extensions.get("reason"));
    let reason = match given {
        Some(async_graphql::Value::String(reason)) => reason.clone(),
        Some(_) | None => REQUEST_INVALID.to_owned(),
    };
    error.message = one_line(&error.message);
    error.extensions = Some(extensions(ErrorCode::Invalid, &reason));
}

/// The extensions of an error.
pub(crate) fn extensions(code: ErrorCode, reason: &str) -> ErrorExtensionValues {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", wire::code_name(code));
    extensions.set("reason", reason);
    extensions.set("domain", wire::DOMAIN);
    extensions
}

/// The reason of a status that did not come from a service of ours.
fn default_reason(code: Code) -> &'static str {
    match wire::error_code(code) {
        ErrorCode::Unavailable => "SERVICE_UNREACHABLE",
        ErrorCode::Timeout => "DEADLINE_EXCEEDED",
        ErrorCode::TooMany => "LIMIT_EXCEEDED",
        ErrorCode::Unauthenticated => "UNAUTHENTICATED",
        ErrorCode::Invalid
        | ErrorCode::Forbidden
        | ErrorCode::NotFound
        | ErrorCode::AlreadyExists
        | ErrorCode::Precondition
        | ErrorCode::Conflict
        | ErrorCode::Internal => "CALL_FAILED",
    }
}

/// Makes sure that a message says which field it is about, by the name it has in GraphQL.
fn naming(field: &str, message: &str) -> String {
    let message = one_line(message);
    if message.contains(field) { message } else { format!("{field}: {message}") }
}

/// The name that `network_id` has in GraphQL.
fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for char in name.chars() {
        if char == '_' {
            upper = true;
        } else if upper {
            camel.extend(char.to_uppercase());
            upper = false;
        } else {
            camel.push(char);
        }
    }
    camel
}

/// The message without line breaks; of a drawing of the place of a syntax error, what was expected
/// there (the place itself stands in the error's locations).
fn one_line(message: &str) -> String {
    match message.lines().filter_map(|line| line.trim_start().strip_prefix("= ")).next_back() {
        Some(expected) => format!("syntax error: {}", expected.trim()),
        None => message.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}
