//! Rankings leave with the certificate, as other election software reads them.

use kernel::{DecisionId, PersonId};
use stories::{World, refusal};
use tally::{
    Candidate, Count, TieRule,
    ballots::{
        Reading,
        blt::{self, Blt},
    },
    irv, stv_scottish,
};
use wire::weft::governance::v1::{OutcomeKind, Subject, electorate};

use super::{
    charters::{EVERYWHERE, all_vote, between, by_runoff, chartered, deciding, opened, opened_on},
    federation::table,
    seats::{electing, three_coordinators},
    town::{Town, abstain, content, option},
};

/// The exported file as `tally` reads it.
async fn exported(world: &World, town: &Town, decision: DecisionId) -> Blt {
    let text = world.person(town.erin).certificate_blt(decision).await.unwrap();
    blt::read(&text, Reading::STRICT).unwrap()
}

/// Ballots by the names in them, with their weights.
fn ballots(blt: &Blt) -> Vec<(Vec<&str>, String)> {
    let names =
        |ranked: &[Candidate]| ranked.iter().map(|one| blt.profile.name(*one)).collect::<Vec<_>>();
    blt.profile.ballots().map(|(ranked, weight)| (names(ranked), weight.to_string())).collect()
}

fn winners(blt: &Blt, count: &Count) -> Vec<String> {
    count.winners.iter().map(|winner| blt.profile.name(*winner).to_owned()).collect()
}

/// A ballot that ranks things.
fn order(keys: &[&str]) -> wire::weft::governance::v1::Choice {
    use wire::weft::governance::v1::{Choice, choice};

    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    Choice { choice: Some(choice::Choice::Ranking(choice::Keys { keys })) }
}

#[tokio::test]
async fn open_rankings_are_exported_with_lent_votes_and_elect_whom_the_decision_did() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            let runoff = deciding(town, Subject::ProjectEndorse, |policy| {
                let [anna, ben, chloe, dora, erin] = town.founders();
                let weights = [(anna, 1), (ben, 3), (chloe, 4), (dora, 1), (erin, 1)];
                policy.electorate.as_mut().unwrap().unit =
                    Some(electorate::Unit::Weighted(table(&weights)));
                policy.method = by_runoff();
                policy.requirements.clear();
            });
            vec![runoff, deciding(town, Subject::PracticeRecommend, |_| {})]
        });
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let lent = super::town::topic("roofs");
        let lent = world.person(chloe).lend(town.network, kernel::Party::Person(anna), lent).await;
        world.person(anna).accept_delegation(lent.unwrap()).await.unwrap();
        let text = between(content(Subject::ProjectEndorse, "Where to begin"), &["roof", "well"]);
        let text = super::town::on_topic(text, "roofs");
        let (_, decision) = opened(&world, &town, text).await;
        all_vote(
            &world,
            decision,
            &[
                (anna, order(&["well", "roof"])),
                (ben, order(&["roof"])),
                (dora, order(&["roof"])),
                (erin, abstain()),
            ],
        )
        .await;
        let early = world.person(anna).certificate_blt(decision).await;
        assert_eq!(early, Err(refusal("PRECONDITION", "NO_CERTIFICATE_YET")));
        world.pass(73).await;
        let outsider = world.person(town.finn).certificate_blt(decision).await;
        assert_eq!(outsider, Err(refusal("NOT_FOUND", "DECISION_NOT_FOUND")));

        let blt = exported(&world, &town, decision).await;
        assert_eq!(blt.title, Some(format!("Decision {decision} irv")));
        let expected = [(vec!["roof"], "4".to_owned()), (vec!["well", "roof"], "5".to_owned())];
        assert_eq!(ballots(&blt), expected, "Chloe's four are with Anna's one");
        let elected = winners(&blt, &irv::count(&blt.profile, &TieRule::StatusQuo));
        let seen = world.person(erin).decision(decision).await.unwrap();
        assert_eq!(seen.outcome, Some((OutcomeKind::Elected, elected)));

        // A proposal has no rankings.
        let plain = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        for person in [anna, ben, dora] {
            world.person(person).vote(plain, option("agree")).await.unwrap();
        }
        world.pass(73).await;
        world.person(erin).certificate(plain).await.unwrap();
        let none = world.person(erin).certificate_blt(plain).await;
        assert_eq!(none, Err(refusal("PRECONDITION", "CERTIFICATE_NOT_RANKED")));
    }
}

#[tokio::test]
async fn what_was_in_a_secret_box_is_exported_and_elects_whom_the_decision_did() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = three_coordinators(&world).await;
        let [anna, ben, chloe, dora, _] = town.founders();
        let orders = [
            vec![ben, chloe, dora],
            vec![ben, chloe],
            vec![chloe, ben],
            vec![dora, anna],
            vec![ben, chloe],
        ];
        let standing = [anna, ben, chloe, dora];
        let decision = electing(&world, &town, &standing, &orders).await;
        world.pass(80).await;
        let blt = exported(&world, &town, decision).await;
        let seen = world.person(anna).decision(decision).await.unwrap();
        assert_eq!((Some(blt.seats), seen.seats), (Some(3), Some(3)));
        assert_eq!(blt.profile.candidates(), standing.map(|person: PersonId| person.to_string()));
        assert_eq!((blt.profile.distinct(), blt.profile.total().to_string()), (4, "5".to_owned()));
        let elected = stv_scottish::count(&blt.profile, blt.seats, &TieRule::StatusQuo);
        assert_eq!(seen.outcome, Some((OutcomeKind::Elected, winners(&blt, &elected))));
        assert_eq!(elected.winners.len(), 3);
    }
}
