//! A BLT file holds the ballots that counted, and counting them elects whom the certificate says.

use events::{
    AlikeBallots, Choice, DecisionEvent, DecisionPolicy, OptionKey, Outcome, TieRule as Ties,
};
use kernel::PersonId;
use proptest::prelude::*;
use tally::{
    Candidate, Count, Fraction, TieRule,
    ballots::{Reading, blt::Blt},
    borda, condorcet, irv, stv_meek, stv_scottish,
    tie::LotSeed,
};

use super::*;
use crate::{
    canonical,
    decision::{
        Decision, Facts, SecretBox,
        tests::{
            ANNA, BEN, CHLOE, DAN, DECISION, SEED, ballot, certified, closed_with, election, facts,
            filling, key, lent, majority, of, opened_box, secret, two_to_one,
        },
    },
};

const RULES: [(RankedRule, u32); 5] = [
    (RankedRule::InstantRunoff, 1),
    (RankedRule::Condorcet, 2),
    (RankedRule::Borda, 2),
    (RankedRule::ScottishStv, 2),
    (RankedRule::MeekStv, 2),
];

fn bundle(state: &Decision) -> Bundle {
    Bundle::of(DECISION, state, SecretBox::None).unwrap()
}

fn ranking(names: &[&str]) -> Choice {
    Choice::Ranking(names.iter().map(|name| key(name)).collect())
}

/// A policy without a quorum, under which lots decide ties.
fn drawing(rule: RankedRule, seats: u32) -> DecisionPolicy {
    DecisionPolicy { quorum: None, tie: Ties::SeededLot {}, ..election(rule, seats) }
}

/// The same history, where somebody's entry weighs more.
fn weighing(person: PersonId, weight: u32, mut history: Vec<DecisionEvent>) -> Vec<DecisionEvent> {
    let DecisionEvent::RollFrozen { entries, hash, .. } = &mut history[1] else { panic!() };
    entries.iter_mut().find(|entry| entry.party == of(person)).unwrap().weight = weight;
    *hash = canonical::hash_of(entries).unwrap();
    history
}

fn read(bundle: &Bundle) -> Blt {
    blt::read(&bundle.blt().unwrap(), Reading::STRICT).unwrap()
}

/// What `tally` counts from the file, by the rule in its title and with the lots of the bundle.
fn counted(blt: &Blt) -> Count {
    let (profile, seats, lots) = (&blt.profile, blt.seats, TieRule::Lot(LotSeed(SEED.0)));
    match blt.title.as_deref().unwrap().rsplit_once(' ').unwrap().1 {
        "irv" => irv::count(profile, &lots),
        "condorcet" => condorcet::count(profile, seats, &lots).count,
        "borda" => borda::count(profile, seats, borda::Unranked::Average, &lots),
        "stv-scottish" => stv_scottish::count(profile, seats, &lots),
        "stv-meek" => stv_meek::count(profile, seats, &lots),
        other => unreachable!("{other}"),
    }
}

/// Whom that count elects.
fn elected_by(blt: &Blt) -> Vec<String> {
    let winners = counted(blt).winners;
    winners.iter().map(|winner| blt.profile.name(*winner).to_owned()).collect()
}

/// The votes of each of its rounds.
fn rounds_of(blt: &Blt) -> Vec<Vec<(OptionKey, String)>> {
    let vote = |(candidate, votes): &(Candidate, Fraction)| {
        (key(blt.profile.name(*candidate)), votes.to_string())
    };
    counted(blt).rounds.iter().map(|round| round.votes.iter().map(vote).collect()).collect()
}

/// Whom the certificate says was elected.
fn elected(bundle: &Bundle) -> Vec<String> {
    let Outcome::Elected { winners } = &bundle.outcome else { panic!("nobody is elected") };
    winners.iter().map(|key| key.0.clone()).collect()
}

#[test]
fn a_file_holds_the_ballots_that_count_and_lent_votes_with_the_weight_of_their_owner() {
    let ballots = [
        ballot(ANNA, ranking(&["cedar", "ash"])),
        ballot(BEN, ranking(&["birch"])),
        ballot(DAN, Choice::Blank {}),
    ];
    let policy = drawing(RankedRule::ScottishStv, 2);
    let history = weighing(CHLOE, 3, closed_with(policy, ballots));
    let lending = Facts { lent: vec![lent(CHLOE, ANNA, 1), lent(BEN, ANNA, 2)], ..facts() };
    let bundle = bundle(&certified(history, lending));
    let expected = format!(
        "3 2\n1 2 0\n4 3 1 0\n0\n\"ash\"\n\"birch\"\n\"cedar\"\n\
         \"Decision {DECISION} stv-scottish\"\n"
    );
    assert_eq!(bundle.blt(), Ok(expected));
    assert_eq!(elected_by(&read(&bundle)), elected(&bundle));
}

#[test]
fn entries_that_do_not_count_are_not_in_it() {
    let ballots = [ANNA, BEN, CHLOE].map(|voter| ballot(voter, ranking(&["ash"])));
    let out = [
        DecisionEvent::ConflictOfInterestDeclared { voter: of(ANNA) },
        DecisionEvent::LeaverVoided { voter: of(BEN) },
    ];
    let events = ballots.into_iter().chain(out);
    let history = closed_with(drawing(RankedRule::InstantRunoff, 1), events);
    let text = bundle(&certified(history, facts())).blt().unwrap();
    assert!(text.starts_with("3 1\n1 1 0\n0\n"), "{text}");
}

#[test]
fn what_was_in_the_box_of_a_secret_decision_is_in_it() {
    let alike = |names: &[&str], weight, count| {
        let choice = ranking(names);
        AlikeBallots { choice, weight, count }
    };
    let box_of = vec![
        AlikeBallots { choice: Choice::Abstain {}, weight: 1, count: 1 },
        alike(&["ash"], 1, 1),
        alike(&["birch", "ash"], 1, 1),
        alike(&["birch", "ash"], 2, 1),
    ];
    let facts = opened_box(box_of, 4);
    let history = weighing(ANNA, 2, closed_with(secret(), []));
    let state = certified(history, facts.clone());
    let bundle = Bundle::of(DECISION, &state, facts.secret).unwrap();
    let text = bundle.blt().unwrap();
    assert!(text.starts_with("3 1\n1 1 0\n3 2 1 0\n0\n"), "{text}");
    assert_eq!(elected(&bundle), ["birch"]);
    assert_eq!(elected_by(&read(&bundle)), ["birch"]);
}

#[test]
fn it_has_as_many_seats_as_were_filled() {
    let ballots = [ANNA, BEN, CHLOE].map(|voter| ballot(voter, ranking(&["ash", "birch"])));
    let history = closed_with(election(RankedRule::ScottishStv, 2), ballots);
    let bundle = bundle(&certified(filling(1, history), facts()));
    assert_eq!((read(&bundle).seats, elected_by(&read(&bundle))), (1, vec!["ash".to_owned()]));
}

#[test]
fn where_ballots_are_no_rankings_there_is_none() {
    let bundle = bundle(&certified(closed_with(majority(), two_to_one()), facts()));
    assert_eq!(bundle.blt(), Err(NoBundle::NotRanked));
}

proptest! {
    #[test]
    fn counting_the_file_gives_the_rounds_of_the_certificate_and_elects_whom_it_says(
        rankings in [(); 4].map(|()| {
            let order = Just(vec!["ash", "birch", "cedar"]).prop_shuffle();
            (order, 1_usize..=3).prop_map(|(mut order, ranks)| { order.truncate(ranks); order })
        }),
        weight in 1_u32..4,
        lends in any::<bool>(),
    ) {
        let voters = [ANNA, BEN, CHLOE, DAN].into_iter().zip(&rankings);
        let own = voters.filter(|(voter, _)| !lends || *voter != DAN);
        let ballots: Vec<_> = own.map(|(voter, order)| ballot(voter, ranking(order))).collect();
        let lent = lends.then(|| lent(DAN, ANNA, 1)).into_iter().collect();
        let facts = Facts { lent, ..facts() };
        for (rule, seats) in RULES {
            let history = weighing(DAN, weight, closed_with(drawing(rule, seats), ballots.clone()));
            let bundle = bundle(&certified(history, facts.clone()));
            let blt = read(&bundle);
            prop_assert_eq!(elected_by(&blt), elected(&bundle), "{:?}", rule);
            let rounds = bundle.figures.rounds.iter().map(|round| round.votes.clone());
            prop_assert_eq!(rounds_of(&blt), rounds.collect::<Vec<_>>(), "{:?}", rule);
        }
    }
}
