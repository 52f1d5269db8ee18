//! Things happen because their time has come: once, whoever looks, and in order, whenever.

use jiff::SignedDuration;
use kernel::{Clock as _, OrganisationId, Party};
use stories::{Log, Moment, Protocol, World, refusal};
use wire::weft::{
    governance::v1::{
        Challenges, DecisionPhase, EffectStatus, MandateStatus, OutcomeKind, ResolutionStatus,
        Subject,
    },
    membership::v1::MemberStatus,
};

use super::{
    charters::{EVERYWHERE, all_vote, anyone, chartered, deciding, events_about, opened, the},
    town::{Town, admission, changing, conferral, content, events_of, option, ranking},
};

/// A town that admits members with a day for challenges, and lets practices lapse after three weeks.
async fn town(world: &World) -> Town {
    let town = chartered(world, |town| {
        let admission = town.policy("admission", |policy| {
            policy.discussion_hours_min = 0;
            policy.challenges = Some(Challenges { window_hours: 24, judge: anyone() });
        });
        let lapsing = deciding(town, Subject::PracticeRecommend, |policy| {
            policy.review_after_days = 7;
            policy.sunset_after_days = 21;
        });
        vec![changing(admission), lapsing]
    });
    town.await
}

#[tokio::test]
async fn however_many_look_at_once_each_deadline_takes_effect_once_and_at_its_time() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = town(&world).await;
        let finn = Party::Person(town.finn);
        world.person(town.finn).apply(town.network, "").await.unwrap();
        let (_, admitting) = opened(&world, &town, admission(finn)).await;
        let ballots = town.founders().map(|person| (person, option("consent")));
        all_vote(&world, admitting, &ballots).await;
        let mut practices = Vec::new();
        for number in 0..4 {
            let text = content(Subject::PracticeRecommend, &format!("Practice {number}"));
            let (_, decision) = opened(&world, &town, text).await;
            let ballots = town.founders().map(|person| (person, option("agree")));
            all_vote(&world, decision, &ballots).await;
            practices.push(decision);
        }
        let closes_at = world.person(town.anna).decision(admitting).await.unwrap().closes_at;
        let now = closes_at + SignedDuration::from_hours(5);
        world.travel_to(&now.to_string());
        let ((), (), ()) = tokio::join!(world.run_due(), world.run_due(), world.run_due());
        let later = now + SignedDuration::from_hours(24);
        world.travel_to(&later.to_string());
        let ((), ()) = tokio::join!(world.run_due(), world.run_due());

        for decision in practices.iter().chain([&admitting]) {
            let events = events_about(&world, &town, *decision).await;
            assert_eq!(the(&events, "DecisionClosed").effective_at, closes_at);
            for name in ["DecisionTallied", "DecisionCertified"] {
                the(&events, name);
            }
            let final_at = the(&events, "DecisionFinalised").effective_at;
            let seen = world.person(town.anna).decision(*decision).await.unwrap();
            assert_eq!(seen.phase, DecisionPhase::Final);
            assert_eq!(final_at, seen.challenges_until.unwrap_or(closes_at));
        }
        let members = world.person(town.anna).members(town.network, Moment::NOW).await.unwrap();
        assert_eq!(members.len(), 6);
        let events = events_of(&world, town.network).await;
        for (name, times) in
            [("MemberAdmitted", 1), ("ResolutionEntered", 5), ("ProposalDecided", 5)]
        {
            let of_finn = |event: &&eventlog::Recorded| {
                name != "MemberAdmitted"
                    || String::from_utf8_lossy(&event.data).contains(&town.finn.to_string())
            };
            let found = events.iter().filter(|event| event.name == name).filter(of_finn);
            assert_eq!(found.count(), times, "{name}");
        }
    }
}

#[tokio::test]
async fn after_a_month_without_a_scheduler_everything_happens_in_order_and_at_its_time() {
    for (log, protocol) in [(Log::Memory, Protocol::Grpc), (Log::Sqlite, Protocol::GraphQl)] {
        let world = World::start(log, protocol).await;
        let town = town(&world).await;
        let finn = Party::Person(town.finn);
        world.person(town.finn).apply(town.network, "").await.unwrap();
        let election = conferral("coordinator", &[town.anna, town.ben]);
        let election = town.bring(&world, town.anna, election, &[]).await;
        let (_, admitting) = opened(&world, &town, admission(finn)).await;
        let lime = content(Subject::PracticeRecommend, "Lime");
        let (_, practice) = opened(&world, &town, lime).await;
        for person in town.founders() {
            let voice = || world.person(person);
            voice().vote(election, ranking(&[town.anna, town.ben])).await.unwrap();
            voice().vote(admitting, option("consent")).await.unwrap();
            voice().vote(practice, option("agree")).await.unwrap();
        }
        let closes_at = world.person(town.erin).decision(practice).await.unwrap().closes_at;
        world.pass(24 * 31).await;

        let read = async |decision| world.person(town.erin).decision(decision).await.unwrap();
        assert_eq!(read(election).await.phase, DecisionPhase::Final);
        assert_eq!(read(practice).await.outcome, Some((OutcomeKind::Adopted, vec![])));
        // The window for challenges begins when people can see the result: they have all of it.
        assert_eq!(read(admitting).await.phase, DecisionPhase::Certified);
        let day = |days: i64| closes_at + SignedDuration::from_hours(24 * days);
        let register =
            world.person(town.erin).resolutions(town.network, Moment::NOW).await.unwrap();
        let lime = register.iter().find(|entry| entry.title == "Lime").unwrap();
        assert_eq!(lime.entered_at, closes_at);
        assert_eq!((lime.status, lime.ended_at), (ResolutionStatus::Expired, Some(day(21))));
        let then = Moment::at(&day(20).to_string());
        let then = world.person(town.erin).resolutions(town.network, then).await.unwrap();
        let lime = then.iter().find(|entry| entry.title == "Lime").unwrap();
        assert_eq!((lime.status, lime.ended_at), (ResolutionStatus::InForce, None));
        let mandates = world.person(town.erin).mandates(town.network, Moment::NOW).await.unwrap();
        assert_eq!(mandates.len(), 2);
        for mandate in &mandates {
            assert_eq!((mandate.status, mandate.from), (MandateStatus::Conferred, closes_at));
        }

        // In the record the causes come before what follows, and their times never run backwards
        // within one matter.
        let events = events_of(&world, town.network).await;
        let closed = events.iter().position(|event| event.name == "DecisionClosed").unwrap();
        let due: Vec<_> =
            events[closed..].iter().filter(|event| event.name.ends_with("Closed")).collect();
        assert_eq!(due.len(), 3);
        assert!(due.iter().all(|event| event.effective_at == closes_at));
        let about_lime: Vec<(&str, jiff::Timestamp)> = events[closed..]
            .iter()
            .filter(|event| event.stream.id() == lime.resolution.uuid())
            .map(|event| (event.name.as_str(), event.effective_at))
            .collect();
        let expected = [
            ("ResolutionEntered", closes_at),
            ("ReviewFellDue", day(7)),
            ("ResolutionExpired", day(21)),
        ];
        assert_eq!(about_lime, expected);

        world.pass(25).await;
        assert_eq!(read(admitting).await.phase, DecisionPhase::Final);
        let members = world.person(town.erin).members(town.network, Moment::NOW).await.unwrap();
        assert_eq!(
            members.last().map(|member| (member.party, member.status)),
            Some((finn, MemberStatus::Active))
        );
        let register =
            world.person(town.erin).resolutions(town.network, Moment::NOW).await.unwrap();
        assert_eq!(register[0].effects, [(EffectStatus::Confirmed, String::new())]);
    }
}

#[tokio::test]
async fn nothing_that_members_decide_is_backdated() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |_| vec![]).await;
        let [anna, ben, ..] = town.founders();
        let before = (world.clock().now() - SignedDuration::from_hours(24 * 365)).to_string();
        let dated = |person| world.person(person).effective(&before);
        let refused = refusal("INVALID", "EFFECTIVE_TIME_NOT_TAKEN");
        let text = || content(Subject::PracticeRecommend, "Lime");

        // Nor is a discussion made to have lasted long enough.
        let draft = dated(anna).draft_proposal(town.network, text()).await;
        assert_eq!(draft, Err(refused.clone()));
        let proposal = world.person(anna).draft_proposal(town.network, text()).await.unwrap();
        world.person(anna).submit_proposal(proposal).await.unwrap();
        assert_eq!(dated(anna).open_discussion(proposal).await, Err(refused.clone()));
        world.person(anna).open_discussion(proposal).await.unwrap();
        assert_eq!(dated(anna).call_decision(proposal).await, Err(refused.clone()));
        world.pass(24 * 14).await;
        let decision = world.person(anna).call_decision(proposal).await.unwrap();

        let outsider = dated(town.finn).vote(decision, option("agree")).await;
        assert_eq!(outsider, Err(refusal("NOT_FOUND", "DECISION_NOT_FOUND")));

        // Nor does an outsider learn that there is a decision by whom they name besides.
        let nobodys = OrganisationId::new(uuid::Uuid::from_u128(77));
        let voice = world.person(town.finn).on_behalf_of(nobodys);
        let unknown = refusal("NOT_FOUND", "DECISION_NOT_FOUND");
        assert_eq!(voice.vote(decision, option("agree")).await, Err(unknown));
        let voice = world.person(ben).on_behalf_of(nobodys);
        let not_theirs = voice.vote(decision, option("agree")).await;
        assert_eq!(not_theirs, Err(refusal("FORBIDDEN", "DOES_NOT_SPEAK_FOR_IT")));

        // A ballot is of when it was cast, and a vote ends when it ends.
        assert_eq!(dated(ben).vote(decision, option("agree")).await, Err(refused.clone()));
        for person in town.founders() {
            world.person(person).vote(decision, option("agree")).await.unwrap();
        }
        assert_eq!(dated(anna).close_decision(decision).await, Err(refused));
    }
}
