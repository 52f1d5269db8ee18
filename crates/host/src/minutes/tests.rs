//! Counts by the minute.

use super::*;

const CAST: &str = "weft.governance.v1.DecisionService/CastBallot";

fn counts() -> (MinuteCounts, Instant) {
    let began = Instant::now();
    (MinuteCounts::new(&[CAST], began), began)
}

#[test]
fn calls_are_told_when_their_minute_is_over_and_not_before() {
    let (counts, began) = counts();
    counts.count(CAST, "OK", began + Duration::from_secs(1));
    counts.count(CAST, "OK", began + Duration::from_secs(58));
    assert_eq!(counts.told(began + Duration::from_millis(59_999)), []);
    assert_eq!(counts.told(began + MINUTE), [(CAST, "OK", 2)]);
}

#[test]
fn calls_of_the_next_minute_wait_for_its_end() {
    let (counts, began) = counts();
    counts.count(CAST, "OK", began);
    counts.count(CAST, "OK", began + MINUTE);
    counts.count(CAST, "ALREADY_EXISTS", began + MINUTE);
    assert_eq!(counts.told(began + MINUTE * 2 - Duration::from_millis(1)), [(CAST, "OK", 1)]);
    assert_eq!(counts.told(began + MINUTE * 2), [(CAST, "ALREADY_EXISTS", 1), (CAST, "OK", 2)]);
}

#[test]
fn a_minute_in_which_nobody_asks_is_not_lost() {
    let (counts, began) = counts();
    counts.count(CAST, "OK", began);
    assert_eq!(counts.told(began + MINUTE * 7), [(CAST, "OK", 1)]);
    assert_eq!(counts.told(began + MINUTE * 7), [(CAST, "OK", 1)]);
}

#[test]
fn only_the_rpcs_that_were_named_are_counted_so() {
    let (counts, _) = counts();
    assert!(counts.counts(CAST));
    assert!(!counts.counts("weft.governance.v1.DecisionService/GetDecision"));
}
