//! The same value has the same bytes.

use std::collections::HashMap;

use super::{hash_of, hex, json};

#[test]
fn the_order_in_which_keys_were_given_does_not_matter() {
    let one = HashMap::from([("b", 1), ("a", 2)]);
    assert_eq!(json(&one).unwrap(), br#"{"a":2,"b":1}"#);
}

#[test]
fn a_hash_is_sixty_four_hexadecimal_digits() {
    let hash = hash_of(&"x").unwrap();
    assert_eq!((hash.len(), hash.as_str()), (64, hash.to_lowercase().as_str()));
    assert_eq!(hex(&[0, 255]), "00ff");
}
