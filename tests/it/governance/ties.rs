//! Ties: each is broken by a step that anybody can repeat, and the record names it.

use std::collections::BTreeSet;

use events::{DecisionEvent, TieBreak};
use governance::{certificate, counting::Seed};
use kernel::DecisionId;
use stories::{BrokenBy, BrokenTie, Moment, World, refusal};
use wire::weft::governance::v1::{
    DecisionPhase, MandateStatus, OutcomeKind, Quorum, Share, Subject, electorate, quorum, tie_rule,
};

use super::{
    charters::{
        EVERYWHERE, all_vote, between, by_choice, by_runoff, chartered, deciding, events_about,
        opened, opened_on, the, ties,
    },
    federation::table,
    town::{Town, abstain, conferral, content, option, ranking},
};

/// Two for it and two against it, and one without a say.
async fn one_to_one(world: &World, town: &Town, decision: DecisionId) {
    let [anna, ben, chloe, dora, erin] = town.founders();
    let ballots = [
        (anna, option("agree")),
        (ben, option("agree")),
        (chloe, option("disagree")),
        (dora, option("disagree")),
        (erin, abstain()),
    ];
    all_vote(world, decision, &ballots).await;
    world.pass(73).await;
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[tokio::test]
async fn whoever_holds_the_role_with_the_casting_vote_breaks_a_tie() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![deciding(town, Subject::PracticeRecommend, |policy| {
                policy.tie = ties(tie_rule::Rule::CastingVoteRole("facilitator".to_owned()));
            })]
        });
        let town = town.await;
        let [anna, ben, chloe, ..] = town.founders();
        let practice =
            async |title| opened_on(&world, &town, Subject::PracticeRecommend, title).await;

        // Nobody holds the office yet: nothing waits for them, and nothing changes.
        let vacant = practice("Lime, not cement").await;
        one_to_one(&world, &town, vacant).await;
        let seen = world.person(ben).decision(vacant).await.unwrap();
        assert_eq!(
            (seen.phase, seen.outcome),
            (DecisionPhase::Final, Some((OutcomeKind::NotAdopted, vec![])))
        );
        assert_eq!(seen.ties[0].by, BrokenBy::StatusQuo);

        let election = conferral("facilitator", &[ben, chloe]);
        let election = town.bring(&world, anna, election, &[]).await;
        for person in town.founders() {
            world.person(person).vote(election, ranking(&[ben, chloe])).await.unwrap();
        }
        world.pass(80).await;
        let mandates = world.person(anna).mandates(town.network, Moment::NOW).await.unwrap();
        let of_ben = mandates.iter().find(|mandate| mandate.holder == ben).unwrap();
        assert_eq!(of_ben.status, MandateStatus::Conferred);
        world.person(ben).accept_mandate(of_ben.mandate).await.unwrap();

        let tied = practice("Slate, not tin").await;
        one_to_one(&world, &town, tied).await;
        let seen = world.person(anna).decision(tied).await.unwrap();
        assert_eq!((seen.phase, seen.outcome), (DecisionPhase::Closed, None), "it waits");
        let order = ["agree", "disagree"];
        let other = world.person(anna).break_tie(tied, &order).await;
        assert_eq!(other, Err(refusal("FORBIDDEN", "NOT_THE_JUDGE")));
        let unknown = world.person(ben).break_tie(tied, &["perhaps"]).await;
        assert_eq!(unknown, Err(refusal("INVALID", "CASTING_VOTE_MALFORMED")));
        world.pass(24).await;
        world.person(ben).break_tie(tied, &order).await.unwrap();
        world.settle().await;
        let seen = world.person(anna).decision(tied).await.unwrap();
        assert_eq!(
            (seen.phase, seen.outcome),
            (DecisionPhase::Final, Some((OutcomeKind::Adopted, vec![])))
        );
        let broken = BrokenTie {
            between: keys(&order),
            chosen: keys(&["agree"]),
            by: BrokenBy::CastingVote(ben),
        };
        assert_eq!(seen.ties, [broken]);
        let figures = seen.figures.unwrap();
        assert_eq!(figures.options, [("agree".to_owned(), 2), ("disagree".to_owned(), 2)]);
        assert_eq!((figures.abstained_units, figures.present_units), (1, 5));
        let bundle = world.person(anna).certificate(tied).await.unwrap();
        certificate::verify_json(&bundle).unwrap();
        let register = world.person(anna).resolutions(town.network, Moment::NOW).await.unwrap();
        assert_eq!(register[0].title, "Slate, not tin");

        let clear = practice("Thatch").await;
        for person in town.founders() {
            world.person(person).vote(clear, option("agree")).await.unwrap();
        }
        let early = world.person(ben).break_tie(clear, &order).await;
        assert_eq!(early, Err(refusal("PRECONDITION", "VOTING_NOT_OVER")));
    }
}

#[tokio::test]
async fn a_lot_is_drawn_from_a_seed_that_was_committed_to_before_anybody_voted() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![deciding(town, Subject::ProjectEndorse, |policy| {
                policy.method = by_choice();
                policy.requirements.clear();
                policy.delegation = None;
                policy.tie = ties(tie_rule::Rule::SeededLot(tie_rule::SeededLot {}));
            })]
        });
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let mut won = Vec::new();
        for number in 0..4 {
            let title = format!("Where to begin, for the {number}. time");
            let text = between(content(Subject::ProjectEndorse, &title), &["roof", "well"]);
            let (_, decision) = opened(&world, &town, text).await;
            let chosen = |key: &str| {
                let keys = wire::weft::governance::v1::choice::Keys { keys: keys(&[key]) };
                wire::weft::governance::v1::Choice {
                    choice: Some(wire::weft::governance::v1::choice::Choice::Options(keys)),
                }
            };
            let ballots = [
                (anna, chosen("roof")),
                (ben, chosen("well")),
                (chloe, chosen("roof")),
                (dora, chosen("well")),
                (erin, abstain()),
            ];
            all_vote(&world, decision, &ballots).await;
            let events = events_about(&world, &town, decision).await;
            let opened = the(&events, "DecisionOpened").decode::<DecisionEvent>().unwrap();
            let Some(DecisionEvent::DecisionOpened { seed_hash, .. }) = opened else {
                panic!("{opened:?}");
            };
            world.pass(73).await;
            let page = world.person(erin).decision(decision).await.unwrap();
            let (kind, winners) = page.outcome.unwrap();
            assert_eq!((kind, winners.len()), (OutcomeKind::Elected, 1));
            let BrokenBy::Lot(seed) = &page.ties[0].by else { panic!("{:?}", page.ties) };
            assert_eq!(page.ties.len(), 1);
            assert_eq!(page.ties[0].between, keys(&["roof", "well"]));
            assert_eq!(page.ties[0].chosen, winners);
            assert_eq!(Seed::parse(seed).unwrap().hash(), seed_hash, "as it was committed to");
            // Nobody could know the seed while people voted.
            let before = events.iter().map(|event| String::from_utf8_lossy(&event.data));
            assert!(before.into_iter().all(|data| !data.contains(seed.as_str())));

            // A recount draws the same; another seed is no recount.
            let bundle = world.person(erin).certificate(decision).await.unwrap();
            certificate::verify_json(&bundle).unwrap();
            let bundle = String::from_utf8(bundle).unwrap();
            let other = bundle.replace(seed.as_str(), &"0".repeat(seed.len()));
            assert!(certificate::verify_json(other.as_bytes()).is_err());
            won.push((seed.clone(), winners));
        }
        let drawn_from: BTreeSet<_> = won.iter().map(|(seed, _)| seed).collect();
        assert_eq!(drawn_from.len(), 4, "each decision has a seed of its own");
    }
}

#[tokio::test]
async fn who_is_eliminated_of_those_who_tie_is_found_in_the_round_before() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![deciding(town, Subject::FundAllocate, |policy| {
                let weights = [(town.anna, 3), (town.ben, 2), (town.chloe, 1)];
                policy.electorate.as_mut().unwrap().unit =
                    Some(electorate::Unit::Weighted(table(&weights)));
                policy.method = by_runoff();
                policy.requirements.clear();
                policy.delegation = None;
                policy.quorum = Some(Quorum {
                    size: Some(quorum::Size::ShareOfRoll(Share { numerator: 1, denominator: 2 })),
                    ..policy.quorum.unwrap()
                });
                policy.tie = ties(tie_rule::Rule::StatusQuo(tie_rule::StatusQuo {}));
            })]
        });
        let town = town.await;
        let text = between(content(Subject::FundAllocate, "What is paid"), &["a", "b", "c"]);
        let (_, decision) = opened(&world, &town, text).await;
        let ranked = |order: &[&str]| {
            let order = wire::weft::governance::v1::choice::Keys { keys: keys(order) };
            wire::weft::governance::v1::Choice {
                choice: Some(wire::weft::governance::v1::choice::Choice::Ranking(order)),
            }
        };
        // First 3, 2 and 1; then c goes, and a and b have 3 each; b had fewer before.
        let ballots = [
            (town.anna, ranked(&["a"])),
            (town.ben, ranked(&["b", "a"])),
            (town.chloe, ranked(&["c", "b"])),
        ];
        all_vote(&world, decision, &ballots).await;
        world.pass(73).await;
        let seen = world.person(town.erin).decision(decision).await.unwrap();
        assert_eq!(seen.outcome, Some((OutcomeKind::Elected, keys(&["a"]))));
        let tie = &seen.ties[0];
        assert_eq!((seen.ties.len(), &tie.by), (1, &BrokenBy::EarlierRound));
        assert_eq!((&tie.between, &tie.chosen), (&keys(&["a", "b"]), &keys(&["a"])));
        let events = events_about(&world, &town, decision).await;
        let broken = the(&events, "TieBroken").decode::<DecisionEvent>().unwrap();
        assert!(matches!(
            broken,
            Some(DecisionEvent::TieBroken { by: TieBreak::EarlierRound {}, .. })
        ));
        let bundle = world.person(town.erin).certificate(decision).await.unwrap();
        certificate::verify_json(&bundle).unwrap();
    }
}
