//! The timeline against what a reader would expect, and against a naive fold of random histories.

use proptest::prelude::*;

use super::*;

const ANNA: u8 = 1;
const BEN: u8 = 2;

const NOTHING: [u32; 0] = [];

fn seen(timeline: &Timeline<u8, u32>, effective: i64, known: u64) -> Vec<u32> {
    let mut values: Vec<u32> = timeline.at(Moment { effective, known }).collect();
    values.sort_unstable();
    values
}

#[test]
fn a_new_timeline_is_empty() {
    let timeline = Timeline::<u8, u32>::new();
    assert!(timeline.is_empty());
    assert_eq!(seen(&timeline, i64::MAX, u64::MAX), NOTHING);
}

#[test]
fn a_fact_holds_from_its_start_on_and_is_unknown_before_it_is_recorded() {
    let mut timeline = Timeline::new();
    timeline.begin(ANNA, 7, 100, 5);
    assert_eq!(seen(&timeline, 99, 5), NOTHING);
    assert_eq!(seen(&timeline, 100, 4), NOTHING);
    assert_eq!(seen(&timeline, 100, 5), [7]);
    assert_eq!(seen(&timeline, i64::MAX, u64::MAX), [7]);
    assert_eq!(timeline.len(), 1);
}

#[test]
fn an_end_is_exclusive_and_not_seen_before_it_is_known() {
    let mut timeline = Timeline::new();
    timeline.begin(ANNA, 7, 100, 5);
    timeline.end(ANNA, 200, 9);
    assert_eq!(seen(&timeline, 199, 9), [7]);
    assert_eq!(seen(&timeline, 200, 9), NOTHING);
    assert_eq!(seen(&timeline, 200, 8), [7]);
}

#[test]
fn a_back_dated_entry_changes_then_as_known_now_but_not_as_known_then() {
    let mut timeline = Timeline::new();
    timeline.begin(ANNA, 1, 1_000, 1);
    timeline.begin(BEN, 2, 10, 2);
    assert_eq!(seen(&timeline, 500, 1), NOTHING);
    assert_eq!(seen(&timeline, 500, 2), [2]);
    assert_eq!(seen(&timeline, 1_000, 2), [1, 2]);
}

#[test]
fn a_retracted_fact_was_never_true_but_was_once_believed() {
    let mut timeline = Timeline::new();
    timeline.begin(ANNA, 7, 100, 5);
    timeline.retract(ANNA, 6);
    assert_eq!(seen(&timeline, 100, 5), [7]);
    assert_eq!(seen(&timeline, 100, 6), NOTHING);
}

#[test]
fn an_ended_fact_can_be_retracted() {
    let mut timeline = Timeline::new();
    timeline.begin(ANNA, 7, 100, 5);
    timeline.end(ANNA, 200, 6);
    timeline.retract(ANNA, 7);
    assert_eq!(seen(&timeline, 300, 5), [7]);
    assert_eq!(seen(&timeline, 150, 6), [7]);
    assert_eq!(seen(&timeline, 150, 7), NOTHING);
}

#[test]
fn a_fact_that_begins_again_keeps_its_former_interval() {
    let mut timeline = Timeline::new();
    timeline.begin(ANNA, 7, 100, 5);
    timeline.end(ANNA, 200, 6);
    timeline.begin(ANNA, 8, 300, 7);
    assert_eq!(seen(&timeline, 150, 7), [7]);
    assert_eq!(seen(&timeline, 250, 7), NOTHING);
    assert_eq!(seen(&timeline, 300, 7), [8]);
}

#[test]
fn a_fact_begun_while_open_replaces_the_former_reading() {
    let mut timeline = Timeline::new();
    timeline.begin(ANNA, 7, 100, 5);
    timeline.begin(ANNA, 8, 200, 6);
    assert_eq!(seen(&timeline, 150, 5), [7]);
    assert_eq!(seen(&timeline, 150, 6), NOTHING);
    assert_eq!(seen(&timeline, 200, 6), [8]);
}

#[test]
fn an_end_given_again_replaces_the_former_end() {
    let mut timeline = Timeline::new();
    timeline.begin(ANNA, 7, 100, 5);
    timeline.end(ANNA, 200, 6);
    timeline.end(ANNA, 400, 7);
    assert_eq!(seen(&timeline, 300, 5), [7]);
    assert_eq!(seen(&timeline, 300, 6), NOTHING);
    assert_eq!(seen(&timeline, 300, 7), [7]);
    assert_eq!(seen(&timeline, 400, 7), NOTHING);
}

#[test]
fn a_change_of_an_unknown_fact_does_nothing() {
    let mut timeline = Timeline::<u8, u32>::new();
    timeline.end(ANNA, 10, 1);
    timeline.retract(ANNA, 2);
    assert!(timeline.is_empty());
}

#[test]
fn a_position_out_of_order_counts_as_the_latest_one_seen() {
    let mut timeline = Timeline::new();
    timeline.begin(ANNA, 7, 100, 5);
    timeline.begin(BEN, 8, 100, 3);
    assert_eq!(seen(&timeline, 100, 4), NOTHING);
    assert_eq!(seen(&timeline, 100, 5), [7, 8]);
}

/// One recorded change, as the naive fold reads it.
#[derive(Debug, Clone, Copy)]
enum Change {
    Begin { key: u16, from: i64 },
    End { key: u16, at: i64 },
    Retract { key: u16 },
}

#[derive(Debug, Clone, Copy)]
struct Interval {
    value: u32,
    from: i64,
    to: Option<i64>,
}

/// What holds at `moment`, by replaying everything known by then and looking at each interval.
///
/// The value of a beginning is its number in the history.
fn folded(history: &[(u64, Change)], moment: Moment) -> Vec<u32> {
    let mut intervals: Vec<Option<Interval>> = Vec::new();
    let mut latest: HashMap<u16, usize> = HashMap::new();
    for (value, &(known, change)) in (0..).zip(history) {
        if known > moment.known {
            break;
        }
        match change {
            Change::Begin { key, from } => {
                if let Some(former) = latest.insert(key, intervals.len())
                    && intervals[former].is_some_and(|interval| interval.to.is_none())
                {
                    intervals[former] = None;
                }
                intervals.push(Some(Interval { value, from, to: None }));
            }
            Change::End { key, at } => {
                if let Some(&row) = latest.get(&key) {
                    intervals[row] = intervals[row].map(|it| Interval { to: Some(at), ..it });
                }
            }
            Change::Retract { key } => {
                if let Some(row) = latest.remove(&key) {
                    intervals[row] = None;
                }
            }
        }
    }
    let mut values: Vec<u32> = intervals
        .into_iter()
        .flatten()
        .filter(|interval| interval.from <= moment.effective)
        .filter(|interval| interval.to.is_none_or(|to| moment.effective < to))
        .map(|interval| interval.value)
        .collect();
    values.sort_unstable();
    values
}

fn recorded(history: &[(u64, Change)]) -> Timeline<u16, u32> {
    let mut timeline = Timeline::new();
    for (number, &(known, change)) in (0..).zip(history) {
        match change {
            Change::Begin { key, from } => timeline.begin(key, number, from, known),
            Change::End { key, at } => timeline.end(key, at, known),
            Change::Retract { key } => timeline.retract(key, known),
        }
    }
    timeline
}

fn change(keys: u16, instants: i64) -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..keys, 0..instants).prop_map(|(key, from)| Change::Begin { key, from }),
        3 => (0..keys, 0..instants).prop_map(|(key, at)| Change::End { key, at }),
        1 => (0..keys).prop_map(|key| Change::Retract { key }),
    ]
}

/// Histories whose positions rise by 0, 1 or 2 from one change to the next.
fn history(
    keys: u16,
    instants: i64,
    changes_max: usize,
) -> impl Strategy<Value = Vec<(u64, Change)>> {
    prop::collection::vec((0_u64..3, change(keys, instants)), 0..changes_max).prop_map(|steps| {
        steps
            .into_iter()
            .scan(0, |known, (step, change)| {
                *known += step;
                Some((*known, change))
            })
            .collect()
    })
}

fn agree(history: &[(u64, Change)], moments: &[(i64, u64)]) -> Result<(), TestCaseError> {
    let timeline = recorded(history);
    for &(effective, known) in moments {
        let moment = Moment { effective, known };
        let mut found: Vec<u32> = timeline.at(moment).collect();
        found.sort_unstable();
        prop_assert_eq!(found, folded(history, moment), "at {:?}", moment);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_short_history_answers_as_a_fold_does(
        history in history(4, 20, 40),
        moments in prop::collection::vec((-1_i64..21, 0_u64..80), 30),
    ) {
        agree(&history, &moments)?;
    }
}

proptest! {
    // Long enough for marks, late starts and several rounds of settling.
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn a_long_history_in_any_order_answers_as_a_fold_does(
        history in history(2_000, 5_000, 9_000),
        moments in prop::collection::vec((0_i64..5_000, 0_u64..9_000), 12),
    ) {
        agree(&history, &moments)?;
    }

    #[test]
    fn a_long_history_almost_in_order_answers_as_a_fold_does(
        steps in prop::collection::vec((0_i64..40, change(300, 30)), 6_000..9_000),
        moments in prop::collection::vec((0_i64..9_000, 0_u64..9_000), 12),
    ) {
        // The instants of a change lie in the 30 before and the 40 after its place in the log.
        let history: Vec<(u64, Change)> = (0..)
            .zip(0_i64..)
            .zip(steps)
            .map(|((known, place), (ahead, change))| (known, match change {
                Change::Begin { key, from } => Change::Begin { key, from: place + ahead - from },
                Change::End { key, at } => Change::End { key, at: place + ahead - at },
                Change::Retract { key } => Change::Retract { key },
            }))
            .collect();
        agree(&history, &moments)?;
    }
}
