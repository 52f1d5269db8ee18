//! What decisions do: who may apply, applications turned down, and older resolutions changed.

use kernel::{DecisionId, Party};
use stories::{Moment, Resolution, World, refusal};
use wire::{
    read,
    weft::governance::v1::{
        Effect, EffectStatus, Implementation, ProposalContent, ProposalStatus, ResolutionStatus,
        Subject, effect,
    },
};

use super::{
    charters::{EVERYWHERE, all_vote},
    titled,
    town::{Town, admission, content, events_of, option},
};

/// A proposal with these effects.
fn doing(subject: Subject, title: &str, effects: Vec<effect::Effect>) -> ProposalContent {
    let effects = effects.into_iter().map(|it| Effect { effect: Some(it) }).collect();
    ProposalContent { effects, ..content(subject, title) }
}

/// All founders decide so, and what follows has happened.
async fn decided(world: &World, town: &Town, text: ProposalContent, answer: &str) -> DecisionId {
    let decision = town.bring(world, town.anna, text, &[]).await;
    let ballots = town.founders().map(|person| (person, option(answer)));
    all_vote(world, decision, &ballots).await;
    world.pass(200).await;
    decision
}

async fn register(world: &World, town: &Town) -> Vec<Resolution> {
    world.person(town.anna).resolutions(town.network, Moment::NOW).await.unwrap()
}

#[tokio::test]
async fn members_decide_who_may_apply_and_turn_an_application_down() {
    let admitting = |title, effect| doing(Subject::MembershipAdmit, title, vec![effect]);
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        town.ratify(&world).await;
        let (network, finn) = (town.network, Party::Person(town.finn));

        let close = effect::Effect::CloseMembership(effect::None {});
        let closing = decided(&world, &town, admitting("Only guests", close), "consent").await;
        let shut = world.person(town.finn).apply(network, "").await;
        assert_eq!(shut, Err(refusal("PRECONDITION", "ENTRY_BY_INVITATION")));
        let open = effect::Effect::OpenMembership(effect::None {});
        decided(&world, &town, admitting("Everybody", open), "consent").await;
        world.person(town.finn).apply(network, "").await.unwrap();

        let decline = effect::Effect::DeclineApplication(read::party_message(finn));
        decided(&world, &town, admitting("Not now", decline), "consent").await;
        // To admit somebody who does not ask any more is adopted and fails.
        decided(&world, &town, admission(finn), "consent").await;
        let events = events_of(&world, network).await;
        for (name, count) in [
            ("MembershipClosed", 1),
            ("ApplicationDeclined", 1),
            ("MemberAdmitted", town.founders().len()),
        ] {
            let found = events.iter().filter(|event| event.name == name).count();
            assert_eq!(found, count, "{name}");
        }
        let closed = events.iter().find(|event| event.name == "MembershipClosed").unwrap();
        let authority = closed.metadata().unwrap().authority;
        assert_eq!(authority, Some(format!("decision/{closing}")));
        let register = register(&world, &town).await;
        let came = |title| {
            let entry = titled(&register, title);
            (entry.implementation, entry.effects.clone())
        };
        let done = (Implementation::Done, vec![(EffectStatus::Confirmed, String::new())]);
        assert_eq!((came("Everybody"), came("Not now")), (done.clone(), done));
        let failed = vec![(EffectStatus::Failed, "NOT_APPLIED".to_owned())];
        assert_eq!(came("A new member"), (Implementation::Failed, failed));

        // What is not adopted leaves an application as it is.
        world.person(town.finn).apply(network, "once more").await.unwrap();
        let decision = town.bring(&world, town.anna, admission(finn), &[]).await;
        world.person(town.ben).object(decision, "Not yet").await.unwrap();
        world.pass(200).await;
        let again = ProposalContent { text: "Finn has waited.".to_owned(), ..admission(finn) };
        decided(&world, &town, again, "consent").await;
        assert_eq!(world.person(town.finn).members(network, Moment::NOW).await.unwrap().len(), 6);
    }
}

#[tokio::test]
async fn a_resolution_is_amended_and_repealed_by_later_decisions() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        town.ratify(&world).await;
        let other = |title, effects| doing(Subject::Other, title, effects);
        decided(&world, &town, other("Market on Mondays", vec![]), "agree").await;
        let market = titled(&register(&world, &town).await, "Market on Mondays").resolution;

        let id = market.to_string();
        let amend = effect::Effect::AmendResolution(id.clone());
        decided(&world, &town, other("And on Fridays", vec![amend]), "agree").await;
        let amended = register(&world, &town).await;
        let (older, newer) =
            (titled(&amended, "Market on Mondays"), titled(&amended, "And on Fridays"));
        assert_eq!(older.status, ResolutionStatus::Amended);
        assert_eq!((&older.changed_by, older.ended_at), (&vec![newer.resolution], None));
        assert_eq!(newer.effects, [(EffectStatus::Confirmed, String::new())]);

        // A decision on something easier does not end it.
        let repeal = || effect::Effect::RepealResolution(id.clone());
        let easier = doing(Subject::AgendaPrioritise, "No market", vec![repeal()]);
        let anna = world.person(town.anna);
        let proposal = anna.draft_proposal(town.network, easier).await.unwrap();
        anna.submit_proposal(proposal).await.unwrap();
        anna.open_discussion(proposal).await.unwrap();
        world.pass(100).await;
        let called = anna.call_decision(proposal).await;
        let refused = refusal("PRECONDITION", "CHANGED_RESOLUTION_OF_ANOTHER_SUBJECT");
        assert_eq!(called, Err(refused));

        let repealing = other("No market any more", vec![repeal()]);
        let decision = decided(&world, &town, repealing, "agree").await;
        let repealed = register(&world, &town).await;
        let older = titled(&repealed, "Market on Mondays");
        let last = titled(&repealed, "No market any more");
        assert_eq!(older.status, ResolutionStatus::Repealed);
        assert_eq!(older.changed_by, [newer.resolution, last.resolution]);
        assert_eq!(older.ended_at, Some(last.entered_at));
        let events = events_of(&world, town.network).await;
        let event = events.iter().find(|event| event.name == "ResolutionRepealed").unwrap();
        let authority = event.metadata().unwrap().authority;
        assert_eq!(authority, Some(format!("decision/{decision}")));
        // There is nothing left to repeal.
        let again = other("No market, really", vec![repeal()]);
        let proposal = anna.draft_proposal(town.network, again).await.unwrap();
        anna.submit_proposal(proposal).await.unwrap();
        anna.open_discussion(proposal).await.unwrap();
        world.pass(100).await;
        let called = anna.call_decision(proposal).await;
        assert_eq!(called, Err(refusal("PRECONDITION", "CHANGED_RESOLUTION_NOT_IN_FORCE")));
    }
}

#[tokio::test]
async fn a_proposal_that_everybody_forgot_lapses_at_its_time() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        town.ratify(&world).await;
        let anna = world.person(town.anna);
        let text = content(Subject::Other, "A fountain");
        let proposal = anna.draft_proposal(town.network, text).await.unwrap();
        anna.submit_proposal(proposal).await.unwrap();
        let days = i64::from(governance::proposal::LAPSES_AFTER_DAYS);
        world.pass(24 * days - 1).await;
        assert_eq!(anna.proposal(proposal).await.unwrap(), ProposalStatus::Submitted);
        world.person(town.ben).sponsor_proposal(proposal).await.unwrap();
        world.pass(24 * days - 1).await;
        assert_eq!(anna.proposal(proposal).await.unwrap(), ProposalStatus::Submitted);
        world.pass(30).await;
        assert_eq!(anna.proposal(proposal).await.unwrap(), ProposalStatus::Lapsed);
        let events = events_of(&world, town.network).await;
        let lapsed = events.iter().find(|event| event.name == "ProposalLapsed").unwrap();
        assert!(lapsed.effective_at < lapsed.recorded_at, "it lapsed when it was due");
        let late = anna.submit_proposal(proposal).await;
        assert_eq!(late, Err(refusal("PRECONDITION", "PROPOSAL_OVER")));
    }
}
