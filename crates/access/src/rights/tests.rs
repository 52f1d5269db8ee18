//! The table is complete and says nothing twice.

use super::*;

#[test]
fn every_rpc_has_exactly_one_row() {
    assert_eq!(TABLE.len(), RIGHTS.len(), "an RPC has two rows");
    let mut without: Vec<&String> =
        OUR_RPCS.iter().filter(|path| right_of(path).is_none()).collect();
    without.sort();
    assert!(without.is_empty(), "RPCs without a right: {without:#?}");
    assert!(!OUR_RPCS.is_empty());
}

#[test]
fn every_row_has_an_rpc() {
    for (path, right) in RIGHTS {
        if path.starts_with("/grpc.") {
            // Health and reflection belong to the protocol and are for everybody.
            assert_eq!(*right, Right::Anyone, "{path}");
        } else {
            assert!(is_ours(path), "{path} is not in the contract");
        }
    }
}

#[test]
fn none_of_our_rpcs_is_for_callers_without_a_token() {
    for path in OUR_RPCS.iter() {
        assert_ne!(right_of(path), Some(Right::Anyone), "{path}");
    }
}
