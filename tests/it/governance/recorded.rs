//! Ballots that somebody else wrote down: they count, unless the voter says otherwise.

use events::DecisionEvent;
use kernel::{Actor, Party};
use stories::{World, refusal};
use wire::weft::governance::v1::{BallotState, OutcomeKind, Subject};

use super::{
    charters::{EVERYWHERE, chartered, deciding, events_about, opened_on, the},
    town::{abstain, option},
};

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one ballot after the other")]
async fn a_recorded_ballot_counts_until_its_voter_says_otherwise() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let decision = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        let record = async |by, voter, choice: &str, evidence: &str| {
            let ballot = (option(choice), evidence);
            world.person(by).record_ballot(decision, Party::Person(voter), ballot).await
        };
        let figures = async || {
            let figures = world.person(anna).decision(decision).await.unwrap().figures.unwrap();
            (figures.options[0].1, figures.options[1].1)
        };
        let own = async |person| world.person(person).decision(decision).await.unwrap().own_ballot;

        let oneself = record(anna, anna, "agree", "I was there").await;
        assert_eq!(oneself, Err(refusal("FORBIDDEN", "BALLOT_RECORDED_FOR_ONESELF")));
        let bare = record(anna, ben, "agree", "").await;
        assert_eq!(bare.unwrap_err().code, "INVALID");
        let off = record(anna, town.finn, "agree", "He said so").await;
        assert_eq!(off, Err(refusal("FORBIDDEN", "NOT_ON_ROLL")));
        let stranger = record(town.finn, ben, "agree", "He said so").await;
        assert_eq!(stranger, Err(refusal("NOT_FOUND", "DECISION_NOT_FOUND")));
        let none = world.person(ben).confirm_ballot(decision).await;
        assert_eq!(none, Err(refusal("PRECONDITION", "NO_RECORDED_BALLOT")));

        for (by, voter) in [(dora, ben), (anna, chloe), (anna, erin), (ben, dora)] {
            record(by, voter, "agree", "On the telephone, on Sunday").await.unwrap();
        }
        assert_eq!(record(anna, erin, "agree", "Again").await.unwrap().events, 0);
        let otherwise = record(anna, erin, "disagree", "Or so").await;
        assert_eq!(otherwise, Err(refusal("ALREADY_EXISTS", "BALLOT_ALREADY_CAST")));
        assert_eq!(figures().await, (4, 0));
        assert_eq!(own(ben).await, Some(BallotState::RecordedOnBehalf));
        assert_eq!(own(anna).await, None);

        // Ben confirms his, and it is his own from then on.
        world.person(ben).confirm_ballot(decision).await.unwrap();
        assert_eq!(own(ben).await, Some(BallotState::Confirmed));
        assert_eq!(world.person(ben).confirm_ballot(decision).await.unwrap().events, 0);
        let back = world.person(ben).repudiate_ballot(decision).await;
        assert_eq!(back, Err(refusal("PRECONDITION", "NO_RECORDED_BALLOT")));

        // Chloe repudiates hers; nobody writes another one down for her.
        world.person(chloe).repudiate_ballot(decision).await.unwrap();
        assert_eq!(figures().await, (3, 0));
        assert_eq!(own(chloe).await, None, "she has none");
        let again = record(anna, chloe, "disagree", "She meant this").await;
        assert_eq!(again, Err(refusal("PRECONDITION", "RECORDED_BALLOT_REPUDIATED")));

        // Erin votes herself, which is all that counts of her.
        world.person(erin).vote(decision, option("disagree")).await.unwrap();
        assert_eq!(figures().await, (2, 1));
        assert_eq!(own(erin).await, Some(BallotState::Cast));
        let over = record(anna, erin, "agree", "She changed her mind").await;
        assert_eq!(over, Err(refusal("ALREADY_EXISTS", "BALLOT_ALREADY_CAST")));
        world.person(anna).vote(decision, abstain()).await.unwrap();

        // Dora says nothing: hers counts as it was written down.
        world.pass(73).await;
        let late = world.person(dora).repudiate_ballot(decision).await;
        assert_eq!(late, Err(refusal("PRECONDITION", "VOTING_OVER")));
        let seen = world.person(chloe).decision(decision).await.unwrap();
        assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
        let counted = seen.figures.unwrap();
        assert_eq!((counted.direct_units, counted.abstained_units), (3, 1));
        assert_eq!((counted.present_units, counted.quorum_units), (4, 3));
        assert_eq!(figures().await, (2, 1));
        let bundle = world.person(chloe).certificate(decision).await.unwrap();
        let bundle = governance::certificate::verify_json(&bundle).unwrap();
        assert!(!format!("{bundle:?}").contains("telephone"), "evidence is no part of the count");

        let events = events_about(&world, &town, decision).await;
        let written = events.iter().filter(|event| event.name == "BallotRecordedOnBehalf");
        for (event, (by, voter)) in written.zip([(dora, ben), (anna, chloe), (anna, erin)]) {
            let Some(DecisionEvent::BallotRecordedOnBehalf { voter: of, by: writer, .. }) =
                event.decode::<DecisionEvent>().unwrap()
            else {
                panic!("{event:?}");
            };
            assert_eq!((of, writer), (Party::Person(voter), by));
            assert_eq!(event.metadata().unwrap().actor, Actor::Person(by));
            assert!(!String::from_utf8_lossy(&event.data).contains("telephone"), "it is sealed");
        }
        let confirmed = the(&events, "RecordedBallotConfirmed").metadata().unwrap().actor;
        assert_eq!(confirmed, Actor::Person(ben));
        let repudiated = the(&events, "RecordedBallotRepudiated").metadata().unwrap().actor;
        assert_eq!(repudiated, Actor::Person(chloe));
    }
}
