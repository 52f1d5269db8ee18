//! Certificates are the same bytes whatever happened since, and one changed byte is found.

use events::{DecisionEvent, DecisionPolicy, RankedRule, Secrecy};
use kernel::{Decider, Event, Personal, PersonalField};
use proptest::prelude::*;

use super::*;
use crate::decision::elsewhere_tests::{elsewhere, recorded, three_to_one};
use crate::decision::tests::{
    ANNA, BEN, CHLOE, DAN, DECISION, ballot, certified, closed_with, election, facts, filling, key,
    lent, majority, march, of, opened_box, says, secret, two_to_one,
};

fn bundle(state: &Decision) -> Bundle {
    Bundle::of(DECISION, state, SecretBox::None).unwrap()
}

fn of_a_majority() -> Bundle {
    bundle(&certified(closed_with(majority(), two_to_one()), facts()))
}

fn ranking(names: &[&str]) -> events::Choice {
    events::Choice::Ranking(names.iter().map(|name| key(name)).collect())
}

/// Paths and computed values of what differs in changed JSON.
fn differing(bundle: &Bundle) -> Vec<(String, String)> {
    let differences = verify_json(&bundle.json().unwrap()).unwrap_err();
    differences.into_iter().map(|it| (it.path, it.computed)).collect()
}

#[test]
fn a_bundle_is_found_to_be_right() {
    let bundle = of_a_majority();
    assert_eq!(verify(&bundle), Ok(()));
    assert_eq!(verify_json(&bundle.json().unwrap()), Ok(bundle));
}

#[test]
fn a_bundle_with_lent_votes_ties_and_rounds_is_found_to_be_right() {
    let lending = Facts {
        lent: vec![lent(CHLOE, ANNA, 1), lent(DAN, CHLOE, 2), lent(BEN, ANNA, 3)],
        ..facts()
    };
    let tied = [ballot(ANNA, ranking(&["ash"])), ballot(BEN, ranking(&["birch"]))];
    let tie = TieRule::SeededLot {};
    let policy = DecisionPolicy { tie, ..election(RankedRule::InstantRunoff, 1) };
    let one_each = closed_with(policy, tied);
    let lending = Facts { lent: lending.lent[..1].to_vec(), ..lending };
    for facts in [lending, facts()] {
        let history = closed_with(majority(), two_to_one());
        assert_eq!(verify(&bundle(&certified(history, facts))), Ok(()));
    }
    let quorate = one_each.clone();
    let mut policy_of = quorate;
    let DecisionEvent::DecisionScheduled { terms } = &mut policy_of[0] else { panic!() };
    terms.policy.quorum = None;
    let bundle = bundle(&certified(policy_of, facts()));
    assert!(matches!(bundle.ties[..], [Broken { by: TieBreak::Lot { .. }, .. }, ..]));
    assert_eq!(verify_json(&bundle.json().unwrap()), Ok(bundle));
}

#[test]
fn a_secret_bundle_holds_the_multiset_and_no_voter() {
    let alike = |names: &[&str], count| AlikeBallots { choice: ranking(names), weight: 1, count };
    let facts = opened_box(vec![alike(&["ash"], 1), alike(&["birch"], 3)], 4);
    let state = certified(closed_with(secret(), []), facts.clone());
    assert_eq!(Bundle::of(DECISION, &state, SecretBox::None), Err(NoBundle::BoxMissing));
    let bundle = Bundle::of(DECISION, &state, facts.secret).unwrap();
    assert_eq!(bundle.sealed().unwrap().1, 4);
    let mut other = bundle.clone();
    assert_eq!(verify_json(&bundle.json().unwrap()), Ok(bundle));
    let counting::Votes::Secret { ballots, .. } = &mut other.inputs.votes else { panic!() };
    ballots[0].count = 2;
    ballots[1].count = 2;
    let paths: Vec<String> = differing(&other).into_iter().map(|(path, _)| path).collect();
    for path in ["/bundle_hash", "/inputs_hash", "/figures/options/0/units"] {
        assert!(paths.iter().any(|it| it == path), "{paths:?}");
    }
}

#[test]
fn a_bundle_of_a_vote_held_elsewhere_says_where_it_can_be_checked() {
    let history = [closed_with(elsewhere(majority()), []), vec![recorded(three_to_one())]].concat();
    let right = bundle(&certified(history, facts()));
    let held = right.elsewhere.clone().unwrap();
    assert_eq!((held.reported_by, &*held.address), (ANNA, "https://vote.example/7"));
    assert_eq!(right.outcome, Outcome::Adopted {});
    assert_eq!(verify_json(&right.json().unwrap()), Ok(right.clone()));
    let moved = HeldThere { address: "https://vote.example/8".to_owned(), ..held };
    let paths: Vec<String> = differing(&Bundle { elsewhere: Some(moved), ..right.clone() })
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(paths, ["/bundle_hash"]);
    let found = differing(&Bundle { elsewhere: None, ..right });
    assert_eq!(found.last(), Some(&("/elsewhere".to_owned(), "a vote held elsewhere".to_owned())));
}

#[test]
fn a_bundle_tells_how_many_seats_were_filled_and_is_counted_for_so_many() {
    let ballots = [ANNA, BEN, CHLOE].map(|voter| ballot(voter, ranking(&["ash", "birch"])));
    let history = closed_with(election(RankedRule::ScottishStv, 2), ballots);
    let mut bundle = bundle(&certified(filling(1, history), facts()));
    assert_eq!(bundle.outcome, Outcome::Elected { winners: vec![key("ash")] });
    assert_eq!(verify(&bundle), Ok(()));
    bundle.inputs.terms.seats = None;
    let paths: Vec<String> = differing(&bundle).into_iter().map(|(path, _)| path).collect();
    for path in ["/bundle_hash", "/inputs_hash", "/outcome/elected/winners/1"] {
        assert!(paths.iter().any(|it| it == path), "{paths:?}");
    }
}

#[test]
fn there_is_no_bundle_before_the_count() {
    let state = Decision::replay(&closed_with(majority(), []));
    assert_eq!(Bundle::of(DECISION, &state, SecretBox::None), Err(NoBundle::NotCertified));
}

#[test]
fn a_figure_that_was_changed_is_named_with_what_it_should_be() {
    let mut bundle = of_a_majority();
    bundle.figures.options[0].units = 7;
    bundle.outcome = Outcome::NotAdopted {};
    let differing = differing(&bundle);
    let figure = ("/figures/options/0/units".to_owned(), "2".to_owned());
    assert!(differing.contains(&figure), "{differing:?}");
    assert!(differing.iter().any(|(path, _)| path == "/outcome/adopted"), "{differing:?}");
}

#[test]
fn a_bundle_whose_own_hash_was_made_to_fit_does_not_pass_either() {
    let mut bundle = of_a_majority();
    let counting::Votes::Open(ballots) = &mut bundle.inputs.votes else { panic!() };
    ballots[0].choice = says("disagree");
    bundle.bundle_hash = hash_of_rest(&bundle.value().unwrap()).unwrap();
    let paths: Vec<String> = differing(&bundle).into_iter().map(|(path, _)| path).collect();
    assert!(!paths.contains(&"/bundle_hash".to_owned()), "{paths:?}");
    for path in ["/inputs_hash", "/figures/options/0/units", "/outcome/adopted"] {
        assert!(paths.iter().any(|it| it == path), "{paths:?}");
    }
}

#[test]
fn a_changed_roll_is_found() {
    let mut bundle = of_a_majority();
    bundle.inputs.roll[4].weight = 2;
    let paths: Vec<String> = differing(&bundle).into_iter().map(|(path, _)| path).collect();
    for path in ["/roll_hash", "/inputs_hash", "/figures/roll_weight"] {
        assert!(paths.iter().any(|it| it == path), "{paths:?}");
    }
}

#[test]
fn something_added_is_found_at_its_place() {
    let json = String::from_utf8(of_a_majority().json().unwrap()).unwrap();
    let more = json.replace(r#""quorate":true"#, r#""quite":1,"quorate":true"#);
    let differences = verify_json(more.as_bytes()).unwrap_err();
    assert!(differences.iter().any(|it| it.path == "/figures/quite"), "{differences:?}");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let json = of_a_majority().value().unwrap();
    let told = |change: &dyn Fn(&mut Value)| {
        let mut changed = json.clone();
        change(&mut changed);
        let differences = verify_json(changed.to_string().as_bytes()).unwrap_err();
        let [Difference { path, stated, .. }] = &differences[..] else { panic!("{differences:?}") };
        (path.clone(), stated.clone())
    };
    let set = |pointer: &'static str, value: Value| {
        told(&move |json| *json.pointer_mut(pointer).unwrap() = value.clone())
    };
    for (pointer, value) in [
        ("/inputs/terms/closes_at", "2026".into()),
        ("/inputs/terms/charter_version", "1".into()),
        ("/inputs/terms/policy/quorum/size/share_of_roll/denominator", "many".into()),
        ("/roll_position", "1".into()),
        ("/figures/options/0/units", (-1).into()),
        ("/inputs/roll/4/weight", Value::Null),
    ] {
        let said = format!("{value} (");
        let (path, stated) = set(pointer, value);
        assert_eq!(path, pointer);
        assert!(stated.starts_with(&said), "{stated}");
    }
    let (path, stated) = set("/outcome", serde_json::json!({ "approved": {} }));
    assert!(path.starts_with("/outcome") && stated.contains("unknown variant `approved`"));
    let (path, stated) = set("/outcome", "won".into());
    assert!(path == "/outcome" && stated.starts_with("\"won\" (unknown variant"), "{stated}");
    let without = |pointer: &'static str, field: &'static str| {
        told(&move |json| {
            let fields = json.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            fields.remove(field).unwrap();
        })
    };
    let (path, stated) = without("/figures/options/1", "units");
    assert_eq!(path, "/figures/options/1");
    assert_eq!(stated, "what no bundle has there (missing field `units`)");
    assert_eq!(without("", "figures").0, "");
    let long = "x".repeat(10_000);
    let (path, stated) = set("/inputs/terms/closes_at", long.into());
    assert!(path == "/inputs/terms/closes_at" && stated.len() < 3 * SHOWN_MAX, "{stated}");
}

#[test]
fn a_bundle_that_a_tool_wrote_again_is_told_from_one_that_says_something_else() {
    let bundle = of_a_majority();
    let json = String::from_utf8(bundle.json().unwrap()).unwrap();
    let told = |text: &str| {
        let differences = verify_json(text.as_bytes()).unwrap_err();
        let [difference] = &differences[..] else { panic!("{differences:?}") };
        difference.to_string()
    };
    let quoted = told(&serde_json::to_string(&json).unwrap());
    assert!(quoted.contains("quoted once more") && quoted.len() < SHOWN_MAX, "{quoted}");
    let pretty = serde_json::to_string_pretty(&bundle.value().unwrap()).unwrap();
    for other in [told(&pretty), told(&json.replace('\n', "\r\n"))] {
        assert!(other.contains("handed out, byte for byte"), "{other}");
    }
}

#[test]
fn every_single_changed_byte_is_found() {
    let json = of_a_majority().json().unwrap();
    for index in 0..json.len() - 1 {
        let mut changed = json.clone();
        changed[index] = if changed[index] == b'1' { b'2' } else { b'1' };
        assert!(verify_json(&changed).is_err(), "byte {index} was changed and not found");
    }
    let spaced = [b" ".as_slice(), &json].concat();
    assert!(verify_json(&spaced).is_err());
}

#[test]
fn the_bundle_is_the_same_after_a_replay_and_after_everybody_was_forgotten() {
    let reason = Some(Personal::open(ANNA, "I like trees".to_owned()));
    let (voter, choice, secrecy) = (of(ANNA), says("agree"), Secrecy::Open);
    let with_reason = DecisionEvent::BallotCast { voter, choice, reason, secrecy };
    let argument = Personal::open(BEN, "They cast shadows".to_owned());
    let ballots = [with_reason, ballot(BEN, says("agree")), ballot(CHLOE, says("disagree"))];
    let raised = DecisionEvent::ObjectionRaised { number: 1, by: of(BEN), argument };
    let mut history = closed_with(majority(), ballots.into_iter().chain([raised]));
    let state = Decision::replay(&history);
    let (at, office) = (march(8), crate::decision::Office::Held);
    let tally =
        crate::decision::DecisionCommand::TallyDecision { at, facts: facts(), seed: None, office };
    history.extend(state.decide(&tally).unwrap());
    let before = bundle(&Decision::replay(&history)).json().unwrap();
    for event in &mut history {
        event.personal(&mut |_, field: &mut dyn PersonalField| field.unseal(None));
    }
    let after = bundle(&Decision::replay(&history)).json().unwrap();
    assert_eq!(before, after);
    let text = String::from_utf8(after).unwrap();
    assert!(!text.contains("sealed") && !text.contains("trees") && !text.contains("shadows"));
}

proptest! {
    #[test]
    fn the_order_in_which_ballots_were_cast_changes_nothing_in_the_bundle(
        order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
    ) {
        let ballots = [
            ballot(ANNA, ranking(&["ash", "birch"])),
            ballot(BEN, ranking(&["birch", "ash"])),
            ballot(CHLOE, ranking(&["cedar"])),
            ballot(DAN, ranking(&["birch"])),
        ];
        let policy = || election(RankedRule::ScottishStv, 2);
        let cast = |order: &[usize]| {
            let shuffled: Vec<_> = order.iter().map(|index| ballots[*index].clone()).collect();
            bundle(&certified(closed_with(policy(), shuffled), facts())).json().unwrap()
        };
        prop_assert_eq!(cast(&order), cast(&[0, 1, 2, 3]));
    }
}
