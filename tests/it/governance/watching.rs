//! Watching a decision: from what is known over each change to the end, and no more than may be
//! seen.

use stories::{Decision, World, refusal};
use wire::weft::governance::v1::{DecisionPhase, OutcomeKind, ResultsShown, Secrecy, Subject};

use super::{
    charters::{EVERYWHERE, chartered, deciding, opened_on},
    town::{conferral, option, ranking},
};

#[tokio::test]
async fn a_decision_is_watched_live_and_after_an_interruption_without_a_gap() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let decision = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        let elsewhere = opened_on(&world, &town, Subject::PracticeRecommend, "Slate").await;
        world.person(anna).vote(decision, option("agree")).await.unwrap();
        let voice = world.person(erin);

        // What is known comes at once; each ballot comes by itself, and none of another decision.
        let mut progress = voice.follow(decision, 0).await.unwrap();
        let (mut last, first) = progress.next().await.unwrap().unwrap();
        assert_eq!((first.phase, first.ballots), (DecisionPhase::Open, 1));
        assert_eq!(first, voice.decision(decision).await.unwrap());
        for (person, ballots, agreed) in [(ben, 2, 2), (chloe, 3, 2)] {
            let choice = if person == ben { "agree" } else { "disagree" };
            world.person(person).vote(elsewhere, option("agree")).await.unwrap();
            world.person(person).vote(decision, option(choice)).await.unwrap();
            let (position, next) = progress.next().await.unwrap().unwrap();
            assert_eq!((next.ballots, next.figures.unwrap().options[0].1), (ballots, agreed));
            assert!(last < position, "{last} before {position}");
            last = position;
        }

        // Interrupted, while more happens; then resumed after the last one received.
        drop(progress);
        world.person(dora).vote(decision, option("agree")).await.unwrap();
        world.person(dora).vote(decision, option("disagree")).await.unwrap();
        let mut progress = voice.follow(decision, last).await.unwrap();
        let (position, resumed) = progress.next().await.unwrap().unwrap();
        assert_eq!((resumed.ballots, resumed.figures.unwrap().options[0].1), (4, 2));
        assert!(last < position);
        world.person(erin).vote(decision, option("agree")).await.unwrap();
        world.pass(73).await;
        let rest = progress.rest().await.unwrap();
        assert!(rest.iter().is_sorted_by_key(|(position, _)| *position));
        let (_, end) = rest.last().unwrap();
        assert_eq!(end.phase, DecisionPhase::Final);
        assert_eq!(end.outcome, Some((OutcomeKind::Adopted, vec![])));
        assert_eq!(*end, voice.decision(decision).await.unwrap());
        let finals = rest.iter().filter(|(_, it)| it.phase == DecisionPhase::Final).count();
        assert_eq!(finals, 1, "it ends when nothing more will happen");

        // Whoever comes later gets the end, and that is all.
        let late = voice.follow(decision, 0).await.unwrap().rest().await.unwrap();
        assert_eq!((late.len(), &late[0].1), (1, end));
        let stranger = world.person(town.finn).follow(decision, 0).await;
        let refused = match stranger {
            Err(refused) => refused,
            Ok(mut progress) => progress.next().await.unwrap_err(),
        };
        assert_eq!(refused, refusal("NOT_FOUND", "DECISION_NOT_FOUND"));
    }
}

#[tokio::test]
async fn whoever_watches_sees_no_figure_before_the_policy_shows_it() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            let shown = |subject, results: ResultsShown, secrecy: Secrecy| {
                deciding(town, subject, |policy| {
                    policy.results = results.into();
                    policy.secrecy = secrecy.into();
                })
            };
            let (closed, voted) = (ResultsShown::AfterClose, ResultsShown::AfterOwnVote);
            vec![
                shown(Subject::PracticeRecommend, closed, Secrecy::OpenAfterClose),
                shown(Subject::ProjectEndorse, voted, Secrecy::Open),
            ]
        });
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let after_close = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        let after_own = opened_on(&world, &town, Subject::ProjectEndorse, "Baths").await;
        let election = conferral("coordinator", &[anna, ben]);
        let secret = town.bring(&world, anna, election, &[]).await;
        // The discussion of the election took as long as the others have time for: vote now.
        let voice = world.person(erin);
        let vote = async |decision, people: &[kernel::PersonId]| {
            for person in people {
                let choice =
                    if decision == secret { ranking(&[ben, anna]) } else { option("agree") };
                world.person(*person).vote(decision, choice).await.unwrap();
            }
        };
        let hidden = |it: &Decision| it.figures.is_none() && it.outcome.is_none();

        // After close: nobody sees any, voted or not.
        let mut progress = voice.follow(after_close, 0).await.unwrap();
        vote(after_close, &[anna, ben, chloe, erin]).await;
        for _ in 0..5 {
            let (_, it) = progress.next().await.unwrap().unwrap();
            assert!(hidden(&it), "{it:?}");
            if it.ballots == 4 {
                break;
            }
        }
        let shown = world.person(dora).voters(after_close).await;
        assert_eq!(shown, Err(refusal("FORBIDDEN", "BALLOTS_NOT_SHOWN")));

        // After the own vote: before it none, from it on all of them.
        let mut own = voice.follow(after_own, 0).await.unwrap();
        vote(after_own, &[anna, ben]).await;
        let (mut shown, mut last) = (Vec::new(), 0);
        while last < 2 {
            let (_, it) = own.next().await.unwrap().unwrap();
            last = it.ballots;
            shown.push(it.figures.is_some());
        }
        assert!(shown.iter().all(|shown| !shown), "she has not voted");
        vote(after_own, &[erin]).await;
        while last < 3 {
            let (_, it) = own.next().await.unwrap().unwrap();
            last = it.ballots;
            assert_eq!(it.figures.map(|it| it.options[0].1), (last == 3).then_some(3));
        }

        // Secret: not even that somebody voted, until it is over.
        let mut of_secret = voice.follow(secret, 0).await.unwrap();
        let (_, first) = of_secret.next().await.unwrap().unwrap();
        assert_eq!((first.ballots, first.quorum_units_missing), (0, None));
        vote(secret, &town.founders()).await;
        world.pass(80).await;
        for (progress, ballots) in [(progress, 4), (own, 3), (of_secret, 5)] {
            let rest = progress.rest().await.unwrap();
            // Of a secret vote there are no figures before the box is open, not even zeros.
            let told = rest.iter().filter(|(_, it)| it.figures.is_some());
            assert!(told.clone().all(|(_, it)| it.ballots == ballots), "{rest:#?}");
            let (_, end) = rest.last().unwrap();
            assert_eq!((end.phase, end.ballots), (DecisionPhase::Final, ballots));
            assert!(end.figures.is_some());
        }
    }
}
