//! Refusals, as they come out of both protocols.

use serde_json::Value;
use tonic::Status;
use tonic_types::StatusExt as _;

/// Why something was not done: what both protocols have to say alike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The class, as GraphQL names it, for example `NOT_FOUND`.
    pub code: String,
    /// The rule that was hit, for example `NETWORK_NOT_FOUND`.
    pub reason: String,
}

/// The refusal with this code and this reason.
pub fn refusal(code: &str, reason: &str) -> Refusal {
    Refusal { code: code.to_owned(), reason: reason.to_owned() }
}

impl Refusal {
    /// Reads a status, which must say its reason and who says so.
    pub fn of_status(status: &Status) -> Refusal {
        let details = status.get_error_details();
        let Some(info) = details.error_info() else {
            panic!("a status without a reason: {status:?}");
        };
        assert_eq!(info.domain, "weft", "{status:?}");
        refusal(wire::code_name(wire::error_code(status.code())), &info.reason)
    }

    /// Reads the errors of a GraphQL answer; each must say its code, its reason and who says so.
    /// The first counts; `None` when there is none.
    pub fn of_answer(answer: &Value) -> Option<Refusal> {
        let errors = answer.get("errors")?.as_array().unwrap();
        let mut refusals = errors.iter().map(|error| {
            let extensions = &error["extensions"];
            assert_eq!(extensions["domain"], "weft", "{error}");
            let (Some(code), Some(reason)) =
                (extensions["code"].as_str(), extensions["reason"].as_str())
            else {
                panic!("an error without code and reason: {error}");
            };
            refusal(code, reason)
        });
        let first = refusals.next();
        assert!(first.is_some(), "an empty list of errors: {answer}");
        refusals.for_each(drop);
        first
    }
}
