//! Ties and the rules that decide them.

use proptest::prelude::*;

use super::*;

const STEP: Step = Step { round: 3, decides: Decides::Elimination };

fn lot(seed: u8) -> TieRule {
    TieRule::Lot(LotSeed([seed; 32]))
}

fn order<'a>(rule: &TieRule, step: Step, keys: &[&'a str]) -> Option<Vec<&'a str>> {
    let (order, _) = rule.order(step, keys)?;
    Some(order.into_iter().map(|index| keys[index]).collect())
}

fn candidates(indexes: &[usize]) -> Vec<Candidate> {
    indexes.iter().filter_map(|index| Candidate::at(*index)).collect()
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("c{index}")).collect()
}

#[test]
fn the_status_quo_decides_nothing() {
    assert_eq!(order(&TieRule::StatusQuo, STEP, &["a", "b"]), None);
}

#[test]
fn a_casting_vote_favours_in_its_own_order() {
    let rule = TieRule::Casting(vec!["b".into(), "a".into(), "z".into()]);
    assert_eq!(order(&rule, STEP, &["a", "b"]), Some(vec!["b", "a"]));
    assert_eq!(order(&rule, STEP, &["c", "a", "b"]), Some(vec!["b", "a", "c"]));
}

#[test]
fn a_casting_vote_that_names_neither_decides_nothing() {
    let rule = TieRule::Casting(vec!["b".into()]);
    assert_eq!(order(&rule, STEP, &["c", "b", "d"]), None);
}

/// The lot as anybody can draw it again: it must never change.
#[test]
fn a_lot_is_what_its_description_says() {
    let mut hash = Sha256::new();
    hash.update(b"weft tally lot 1");
    hash.update([9; 32]);
    hash.update([0, 0, 0, 0, 0, 0, 0, 3, 0]);
    hash.update([0, 0, 0, 0, 0, 0, 0, 2]);
    hash.update(b"\0\0\0\0\0\0\0\x01a\0\0\0\0\0\0\0\x02bb");
    let of_a: [u8; 32] = hash.clone().chain_update(b"\0\0\0\0\0\0\0\x01a").finalize().into();
    let of_b: [u8; 32] = hash.chain_update(b"\0\0\0\0\0\0\0\x02bb").finalize().into();
    assert_eq!(tickets(LotSeed([9; 32]), STEP, &["bb", "a"]), [of_b, of_a]);
}

#[test]
fn other_seeds_steps_and_purposes_give_other_lots() {
    let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let first = order(&lot(1), STEP, &keys);
    assert_eq!(first, order(&lot(1), STEP, &keys));
    assert_ne!(first, order(&lot(2), STEP, &keys));
    assert_ne!(first, order(&lot(1), Step { round: 4, ..STEP }, &keys));
    assert_ne!(first, order(&lot(1), Step { decides: Decides::Surplus, ..STEP }, &keys));
}

#[test]
fn a_tie_is_narrowed_round_by_round_and_every_step_is_told() {
    let keys = names(4);
    let rule = lot(1);
    let deciding = Deciding { keys: &keys, rule: &rule, step: STEP };
    let mut ties = Vec::new();
    let earlier = [vec![1, 2, 5, 5], vec![3, 3, 4, 9]];
    let equals = candidates(&[0, 1, 2]);
    let one = deciding.one(equals, Extreme::Fewest, &earlier, &mut ties);
    assert_eq!(one, Candidate::at(0));
    let steps: Vec<_> = ties.iter().map(|tie| (tie.chosen.clone(), tie.by)).collect();
    assert_eq!(
        steps,
        [
            (candidates(&[0, 1]), DecidedBy::EarlierRound(2)),
            (candidates(&[0]), DecidedBy::EarlierRound(1)),
        ]
    );
}

#[test]
fn the_least_favoured_is_eliminated_and_the_most_favoured_transferred_first() {
    let keys = names(3);
    let rule = TieRule::Casting(vec!["c2".into(), "c0".into()]);
    let deciding = Deciding { keys: &keys, rule: &rule, step: STEP };
    let one = |extreme| deciding.one::<u64>(candidates(&[0, 1, 2]), extreme, &[], &mut Vec::new());
    assert_eq!(one(Extreme::Fewest), Candidate::at(1));
    assert_eq!(one(Extreme::Most), Candidate::at(2));
}

#[test]
fn a_tie_within_the_seats_is_none() {
    let keys = names(4);
    let deciding = Deciding { keys: &keys, rule: &TieRule::StatusQuo, step: STEP };
    let mut ties = Vec::new();
    assert_eq!(deciding.highest(&[2, 5, 5, 1], 2, &mut ties), candidates(&[1, 2]));
    assert!(ties.is_empty());
}

#[test]
fn seats_that_a_tie_is_about_stay_empty_where_nothing_decides_it() {
    let keys = names(4);
    let deciding = Deciding { keys: &keys, rule: &TieRule::StatusQuo, step: STEP };
    let mut ties = Vec::new();
    assert_eq!(deciding.highest(&[9, 5, 5, 5], 3, &mut ties), candidates(&[0]));
    assert_eq!(ties[0].tied, candidates(&[1, 2, 3]));
    assert_eq!((ties[0].chosen.len(), ties[0].by), (0, DecidedBy::Undecided));
}

proptest! {
    #[test]
    fn the_order_of_the_tied_plays_no_part_in_a_lot(
        seed in any::<[u8; 32]>(), shift in 0..5_usize,
    ) {
        let keys = ["anna", "ben", "chloe", "dan", "eve"];
        let mut turned = keys;
        turned.rotate_left(shift);
        let rule = TieRule::Lot(LotSeed(seed));
        prop_assert_eq!(order(&rule, STEP, &keys), order(&rule, STEP, &turned));
    }
}

#[test]
fn lots_favour_nobody_by_name() {
    let mut first = [0_u32; 3];
    for seed in 0..3_000_u32 {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&seed.to_be_bytes());
        let rule = TieRule::Lot(LotSeed(bytes));
        let (order, _) = rule.order(STEP, &["a", "b", "c"]).unwrap();
        first[order[0]] += 1;
    }
    // A thousand each, give or take five standard deviations.
    assert!(first.iter().all(|times| (870..=1_130).contains(times)), "{first:?}");
}
