//! Pages of a list in every direction.

use super::{Cursor, PAGE, PAGE_MAX, Paging};
use async_graphql::connection::CursorType as _;

fn cursor(offset: u64) -> String {
    Cursor { position: 7, offset }.encode_cursor()
}

fn window(
    (first, after): (Option<i32>, Option<u64>),
    (last, before): (Option<i32>, Option<u64>),
    total: u64,
) -> (u64, u64) {
    let (after, before) = (after.map(cursor), before.map(cursor));
    Paging::of(first, after.as_deref(), last, before.as_deref()).unwrap().window(total)
}

const NOT: (Option<i32>, Option<u64>) = (None, None);

#[test]
fn a_page_begins_at_the_start_and_has_fifty_items_unless_told() {
    assert_eq!(window(NOT, NOT, 1_000), (0, PAGE));
    assert_eq!(window(NOT, NOT, 3), (0, 3));
    assert_eq!(window((Some(2), None), NOT, 3), (0, 2));
    assert_eq!(window((Some(0), None), NOT, 3), (0, 0));
}

#[test]
fn a_page_after_a_cursor_begins_with_the_next_item() {
    assert_eq!(window((Some(2), Some(1)), NOT, 10), (2, 2));
    assert_eq!(window((Some(2), Some(9)), NOT, 10), (10, 0));
    assert_eq!(window((Some(2), Some(u64::MAX)), NOT, 10), (10, 0));
}

#[test]
fn the_last_items_end_before_a_cursor_or_with_the_list() {
    assert_eq!(window(NOT, (Some(3), None), 10), (7, 3));
    assert_eq!(window(NOT, (Some(3), Some(5)), 10), (2, 3));
    assert_eq!(window(NOT, (Some(3), Some(1)), 10), (0, 1));
    assert_eq!(window(NOT, (Some(3), Some(0)), 10), (0, 0));
    assert_eq!(window(NOT, (Some(30), None), 10), (0, 10));
}

#[test]
fn a_page_between_two_cursors_leaves_both_out() {
    assert_eq!(window((Some(9), Some(2)), (None, Some(5)), 10), (3, 2));
    assert_eq!(window((None, Some(2)), (Some(1), Some(5)), 10), (4, 1));
    assert_eq!(window((Some(9), Some(5)), (None, Some(2)), 10), (6, 0));
}

#[test]
fn no_page_is_longer_than_the_most() {
    assert_eq!(window((Some(5_000), None), NOT, 1_000), (0, PAGE_MAX));
    assert_eq!(window(NOT, (Some(5_000), None), 1_000), (900, PAGE_MAX));
}

#[test]
fn what_is_no_cursor_and_no_size_is_refused_by_name() {
    for (first, after, last, before, reason) in [
        (Some(-1), None, None, None, "first is negative"),
        (None, None, Some(-1), None, "last is negative"),
        (Some(1), None, Some(1), None, "not for both"),
        (None, Some(""), None, None, "after is not a cursor"),
        (None, None, None, Some("a:b"), "before is not a cursor"),
    ] {
        let status = Paging::of(first, after, last, before).unwrap_err();
        assert!(status.message().contains(reason), "{}", status.message());
    }
}

#[test]
fn a_cursor_is_read_back_as_it_was_written() {
    let cursor = Cursor { position: u64::MAX, offset: 12 };
    assert_eq!(Cursor::decode_cursor(&cursor.encode_cursor()).unwrap(), cursor);
}
