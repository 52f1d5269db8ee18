//! One small set of error codes, from which gRPC statuses and GraphQL extensions are derived.

/// The outcome classes a caller can act on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ErrorCode {
    /// The request is malformed whatever the state of the system.
    Invalid,
    /// The caller did not prove who they are.
    Unauthenticated,
    /// The caller is known but lacks the right.
    Forbidden,
    /// No such thing, or the caller may not know that it exists.
    NotFound,
    /// The thing already exists.
    AlreadyExists,
    /// A rule forbids this in the present state: wait, or change something first.
    Precondition,
    /// Someone else wrote first; reading again and retrying may succeed.
    Conflict,
    /// The caller or the system is over a limit; slow down.
    TooMany,
    /// A dependency is not answering; retry.
    Unavailable,
    /// The caller's deadline passed first.
    Timeout,
    /// A bug or corrupt data.
    Internal,
}

impl ErrorCode {
    /// Whether trying again, without changing anything first, may succeed. Otherwise a rule forbids
    /// it, and the refusal stands.
    pub fn may_pass(self) -> bool {
        match self {
            ErrorCode::Conflict
            | ErrorCode::TooMany
            | ErrorCode::Unavailable
            | ErrorCode::Timeout
            | ErrorCode::Internal => true,
            ErrorCode::Invalid
            | ErrorCode::Unauthenticated
            | ErrorCode::Forbidden
            | ErrorCode::NotFound
            | ErrorCode::AlreadyExists
            | ErrorCode::Precondition => false,
        }
    }
}

/// A refusal that callers can tell apart.
pub trait Rejection: std::error::Error + Send + Sync + 'static {
    /// The class of this refusal.
    fn code(&self) -> ErrorCode;

    /// The stable name of this refusal, in upper snake case, for example `TIE_ALREADY_OPEN`.
    fn reason(&self) -> &'static str;
}
