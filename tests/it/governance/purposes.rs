//! Goals and agendas: members want something, and a decision makes it the network's.

use std::collections::HashMap;

use kernel::AgendaItemId;
use stories::{Moment, World, refusal};
use wire::weft::governance::v1::{
    AgendaItemStatus, Choice, Effect, EffectStatus, GoalStatus, Method, OutcomeKind,
    ProposalContent, Subject, choice, effect, method,
};

use super::{
    charters::{EVERYWHERE, all_vote, between, chartered, deciding, opened},
    town::{content, events_of, option},
};

fn having(effect: effect::Effect, content: ProposalContent) -> ProposalContent {
    ProposalContent { effects: vec![Effect { effect: Some(effect) }], ..content }
}

#[tokio::test]
async fn a_goal_is_the_networks_once_a_decision_adopts_it() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| vec![deciding(town, Subject::GoalAdopt, |_| {})]).await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let network = town.network;
        let goals = async || world.person(erin).goals(network).await.unwrap();
        let stranger = world.person(town.finn).draft_goal(network, "To rest").await;
        assert_eq!(stranger, Err(refusal("NOT_FOUND", "NETWORK_NOT_FOUND")));
        let roofs = world.person(anna).draft_goal(network, "No open roof by 2030").await.unwrap();
        world.clock().advance(jiff::SignedDuration::from_hours(1));
        let wells = world.person(ben).draft_goal(network, "A well in each street").await.unwrap();
        for person in [ben, chloe, dora] {
            world.person(person).endorse_goal(roofs).await.unwrap();
        }
        assert_eq!(world.person(ben).endorse_goal(roofs).await.unwrap().events, 0);
        world.person(chloe).withdraw_endorsement(roofs).await.unwrap();
        let stranger = world.person(town.finn).endorse_goal(roofs).await;
        assert_eq!(stranger, Err(refusal("NOT_FOUND", "GOAL_NOT_FOUND")));
        let seen = goals().await;
        assert_eq!((seen[0].goal, seen[1].goal), (wells, roofs), "the newest first");
        assert_eq!((seen[1].status, seen[1].decision), (GoalStatus::Drafted, None));
        assert_eq!(seen[1].endorsed_by, [ben, dora]);

        let adopting = |goal: kernel::GoalId, title| {
            having(effect::Effect::AdoptGoal(goal.to_string()), content(Subject::GoalAdopt, title))
        };
        let (_, decision) = opened(&world, &town, adopting(roofs, "Whole roofs")).await;
        let (_, refused) = opened(&world, &town, adopting(wells, "New wells")).await;
        for person in [anna, ben, chloe] {
            world.person(person).vote(decision, option("agree")).await.unwrap();
            world.person(person).vote(refused, option("disagree")).await.unwrap();
        }
        assert_eq!(goals().await[1].status, GoalStatus::Drafted, "not before it is decided");
        world.pass(73).await;
        let seen = goals().await;
        assert_eq!((seen[1].status, seen[1].decision), (GoalStatus::Adopted, Some(decision)));
        assert_eq!(seen[1].endorsed_by, [ben, dora], "who stands behind it still does");
        assert_eq!((seen[0].status, seen[0].decision), (GoalStatus::Drafted, None));
        let events = events_of(&world, network).await;
        let adopted = events.iter().filter(|event| event.name == "GoalAdopted");
        let [adopted] = adopted.collect::<Vec<_>>()[..] else { panic!("one goal is adopted") };
        let closes_at = world.person(erin).decision(decision).await.unwrap().closes_at;
        assert_eq!(adopted.effective_at, closes_at);
        let authority = adopted.metadata().unwrap().authority;
        assert_eq!(authority, Some(format!("decision/{decision}")));
        let register = world.person(erin).resolutions(network, Moment::NOW).await.unwrap();
        assert_eq!(register[0].effects, [(EffectStatus::Confirmed, String::new())]);

        // A second decision on the same goal has nothing left to do, and says so.
        let (_, again) = opened(&world, &town, adopting(roofs, "Whole roofs, once more")).await;
        for person in [anna, ben, chloe] {
            world.person(person).vote(again, option("agree")).await.unwrap();
        }
        world.pass(73).await;
        let register = world.person(erin).resolutions(network, Moment::NOW).await.unwrap();
        let failed = (EffectStatus::Failed, "GOAL_ADOPTED_ALREADY".to_owned());
        assert_eq!(register[0].effects, [failed]);
        assert_eq!(goals().await[1].decision, Some(decision));
    }
}

#[tokio::test]
async fn a_decision_puts_the_agenda_in_the_order_that_the_ballots_give() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![deciding(town, Subject::AgendaPrioritise, |policy| {
                let dots = method::Method::Dots(method::Dots { dots_max: 5, winners: 1 });
                policy.method = Some(Method { method: Some(dots) });
                policy.requirements.clear();
                policy.delegation = None;
            })]
        });
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let network = town.network;
        let raise = async |by, title| world.person(by).raise_item(network, title).await.unwrap();
        let roofs = raise(anna, "Roofs").await;
        let wells = raise(ben, "Wells").await;
        let lamps = raise(chloe, "Lamps").await;
        for person in [anna, dora] {
            world.person(person).support_item(network, wells).await.unwrap();
        }
        world.person(erin).support_item(network, lamps).await.unwrap();
        assert_eq!(world.person(erin).support_item(network, lamps).await.unwrap().events, 0);
        let agenda = async || {
            let items = world.person(erin).agenda(network).await.unwrap();
            assert!(items.iter().all(|item| item.status == AgendaItemStatus::Raised));
            let told = items.iter().map(|item| (item.item, item.rank, item.supporters));
            told.collect::<Vec<(AgendaItemId, u32, u32)>>()
        };
        let by_support = [(wells, 0, 2), (lamps, 0, 1), (roofs, 0, 0)];
        assert_eq!(agenda().await, by_support, "by support, as long as nothing was decided");

        let keys = [roofs, wells, lamps].map(|item| item.to_string());
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let text = between(content(Subject::AgendaPrioritise, "What comes first"), &keys);
        let order = effect::Effect::PrioritiseAgenda(effect::PrioritiseAgenda { item_ids: vec![] });
        let (_, decision) = opened(&world, &town, having(order, text)).await;
        let dots = |of: &[(AgendaItemId, u32)]| {
            let dots: HashMap<String, u32> =
                of.iter().map(|(item, dots)| (item.to_string(), *dots)).collect();
            Choice { choice: Some(choice::Choice::Dots(choice::Dots { dots })) }
        };
        let ballots = [
            (anna, dots(&[(roofs, 5)])),
            (ben, dots(&[(wells, 2), (roofs, 3)])),
            (chloe, dots(&[(lamps, 4), (roofs, 1)])),
        ];
        all_vote(&world, decision, &ballots).await;
        assert_eq!(agenda().await, by_support);
        world.pass(73).await;
        let seen = world.person(erin).decision(decision).await.unwrap();
        let ranked = [roofs, lamps, wells].map(|item| item.to_string()).to_vec();
        assert_eq!(seen.outcome, Some((OutcomeKind::Ranked, ranked)));
        assert_eq!(agenda().await, [(roofs, 1, 0), (lamps, 2, 1), (wells, 3, 2)]);
        let events = events_of(&world, network).await;
        let ordered = events.iter().find(|event| event.name == "ItemsPrioritised").unwrap();
        let authority = ordered.metadata().unwrap().authority;
        assert_eq!(authority, Some(format!("decision/{decision}")));
        assert_eq!(ordered.effective_at, seen.closes_at);
    }
}
