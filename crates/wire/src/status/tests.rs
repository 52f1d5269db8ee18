//! The table of errors has no holes and loses nothing on the way.

use kernel::ErrorCode;
use tonic_types::StatusExt as _;

use super::{error_code, explained, grpc_code, status};

const ALL: [ErrorCode; 11] = [
    ErrorCode::Invalid,
    ErrorCode::Unauthenticated,
    ErrorCode::Forbidden,
    ErrorCode::NotFound,
    ErrorCode::AlreadyExists,
    ErrorCode::Precondition,
    ErrorCode::Conflict,
    ErrorCode::TooMany,
    ErrorCode::Unavailable,
    ErrorCode::Timeout,
    ErrorCode::Internal,
];

#[test]
fn every_error_code_survives_the_way_through_grpc() {
    for code in ALL {
        assert_eq!(error_code(grpc_code(code)), code);
    }
}

#[test]
fn a_status_carries_reason_domain_and_the_field_at_fault() {
    let status = status(ErrorCode::Invalid, "ID_MALFORMED", Some("network_id"), "not a UUID");
    let info = status.get_details_error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.domain.as_str()), ("ID_MALFORMED", "weft"));
    let violations = status.get_details_bad_request().unwrap().field_violations;
    assert_eq!(violations[0].field, "network_id");
}

#[test]
fn a_limit_says_when_to_try_again() {
    let status = status(ErrorCode::TooMany, "TOO_MANY_COMMANDS", None, "later");
    assert!(status.get_details_retry_info().unwrap().retry_delay.is_some());
}

#[test]
fn what_the_protocol_stack_refuses_gets_a_reason_and_what_we_refuse_keeps_its_own() {
    let foreign = tonic::Status::out_of_range("decoded message length too large");
    let ours = explained(&foreign).unwrap();
    assert_eq!(ours.code(), tonic::Code::InvalidArgument);
    assert_eq!(ours.get_details_error_info().unwrap().reason, "BODY_TOO_LARGE");
    let foreign = tonic::Status::internal("failed to decode Protobuf message: invalid varint");
    assert_eq!(explained(&foreign).unwrap().code(), tonic::Code::InvalidArgument);
    let foreign = tonic::Status::unimplemented("");
    assert_eq!(explained(&foreign).unwrap().code(), tonic::Code::Unimplemented);
    assert!(explained(&ours).is_none());
}
