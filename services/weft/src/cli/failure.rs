//! Why a command did not do what it was asked, in words for the person who asked.

use std::{error::Error, io};

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// What is wrong, where, and what to do next.
    #[error("{0}")]
    Said(String),
    /// The result cannot be written.
    #[error("standard output cannot be written: {0}")]
    Output(#[source] io::Error),
    /// The server refused.
    #[error("{message} ({reason}){next}")]
    Refused {
        /// What the server says.
        message: String,
        /// The rule that was hit.
        reason: String,
        /// The class of the refusal.
        code: Code,
        /// What to do next, on a line of its own; empty when the message says it.
        next: &'static str,
    },
    /// The connection to the server is gone.
    #[error("the connection broke: {0}\nsee whether a weft answers there, and try again")]
    ConnectionLost(String),
}

impl Failure {
    /// A failure that `text` says everything about.
    pub(crate) fn said(text: impl Into<String>) -> Failure {
        Failure::Said(text.into())
    }

    /// A failure that `error` and its causes tell of, after `what`.
    pub(crate) fn caused(what: &str, error: &dyn Error) -> Failure {
        Failure::Said(format!("{what}: {}", chain(error)))
    }

    /// What a server's answer means.
    pub(crate) fn of(status: Status) -> Failure {
        if let Some(cause) = status.source() {
            return Failure::ConnectionLost(chain(cause));
        }
        let code = status.code();
        let reason = match status.get_details_error_info() {
            Some(info) => info.reason,
            None => format!("{code:?}"),
        };
        let next = if code == Code::Unauthenticated {
            "\npass --token or set WEFT_TOKEN; `weft token --data DIR --operator` makes one"
        } else {
            ""
        };
        Failure::Refused { message: status.message().to_owned(), reason, code, next }
    }

    /// Tells whether the reader of standard output went away, as `head` does.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        match self {
            Failure::Output(error) => error.kind() == io::ErrorKind::BrokenPipe,
            Failure::Said(_) | Failure::Refused { .. } | Failure::ConnectionLost(_) => false,
        }
    }

    /// Tells whether the same request may well be answered a little later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Failure::ConnectionLost(_) => true,
            Failure::Refused { code, .. } => {
                matches!(code, Code::Unavailable | Code::ResourceExhausted | Code::Cancelled)
            }
            Failure::Said(_) | Failure::Output(_) => false,
        }
    }
}

/// An error and its causes, each said once.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}
