//! Tokens lead on, and only where they came from.

use super::{SIZE_MAX, page};
use crate::weft::common::v1::PageRequest;

fn request(page_size: u32, page_token: &str) -> PageRequest {
    PageRequest { page_size, page_token: page_token.to_owned(), skip: 0 }
}

#[test]
fn a_token_leads_to_the_next_page_as_known_on_the_first() {
    let first = page(Some(&request(10, "")), "members of x").unwrap();
    let info = first.info(10, 25, 77);
    let second = page(Some(&request(10, &info.next_page_token)), "members of x").unwrap();
    assert_eq!((second.offset, second.known), (10, Some(77)));
}

#[test]
fn the_last_page_has_no_token() {
    assert_eq!(page(None, "x").unwrap().info(25, 25, 1).next_page_token, "");
}

#[test]
fn a_token_of_another_request_is_refused() {
    let info = page(None, "members of x").unwrap().info(50, 99, 1);
    assert!(page(Some(&request(0, &info.next_page_token)), "members of y").is_err());
}

#[test]
fn garbage_is_refused_and_sizes_are_bounded() {
    assert!(page(Some(&request(0, "🦀")), "x").is_err());
    assert!(page(Some(&request(0, "AAAA")), "x").is_err());
    assert_eq!(page(Some(&request(5_000, "")), "x").unwrap().limit, SIZE_MAX);
}
