//! A proposal is written by several, doubted, answered, amended and merged; and what waits for an
//! answer is found without opening every proposal.

use kernel::{Party, ProposalId};
use stories::{Concern, ProposalAct, Workspace, World, refusal};
use wire::weft::governance::v1::{
    AmendmentStatus, ConcernStatus, ProposalStatus, Subject, Validity,
};

use super::{
    charters::{EVERYWHERE, all_vote, chartered, opened},
    town::{Town, admission, changing, content, option},
};

/// A proposal of Anna's about the practice of building, under discussion.
async fn discussed(world: &World, town: &Town, title: &str) -> ProposalId {
    let anna = || world.person(town.anna);
    let text = content(Subject::PracticeRecommend, title);
    let proposal = anna().draft_proposal(town.network, text).await.unwrap();
    anna().submit_proposal(proposal).await.unwrap();
    anna().open_discussion(proposal).await.unwrap();
    proposal
}

async fn seen(world: &World, town: &Town, proposal: ProposalId) -> Workspace {
    world.person(town.erin).workspace(proposal).await.unwrap()
}

#[tokio::test]
async fn a_proposal_is_written_together_amended_and_goes_on_within_another() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |_| vec![]).await;
        let [anna, ben, chloe, dora, _] = town.founders();
        let lime = discussed(&world, &town, "Lime").await;
        let act = async |person, act| world.person(person).on_proposal(lime, act).await;

        let uninvited = refusal("FORBIDDEN", "PROPOSAL_CO_AUTHOR_NOT_INVITED");
        assert_eq!(act(ben, ProposalAct::Join).await, Err(uninvited));
        act(anna, ProposalAct::Invite(ben)).await.unwrap();
        act(ben, ProposalAct::Join).await.unwrap();
        world.person(dora).sponsor_proposal(lime).await.unwrap();
        let with_dora = seen(&world, &town, lime).await;
        assert_eq!((with_dora.authors, with_dora.sponsors), (vec![anna, ben], vec![dora]));
        act(dora, ProposalAct::WithdrawSponsorship).await.unwrap();

        act(chloe, ProposalAct::Amend(1, "Lime for old walls.")).await.unwrap();
        act(dora, ProposalAct::Amend(1, "No cement at all.")).await.unwrap();
        let not_an_author = refusal("FORBIDDEN", "PROPOSAL_NOT_AN_AUTHOR");
        assert_eq!(act(chloe, ProposalAct::Accept(1)).await, Err(not_an_author));
        act(ben, ProposalAct::Accept(1)).await.unwrap();
        let outdated = refusal("CONFLICT", "PROPOSAL_REVISION_OUTDATED");
        assert_eq!(act(dora, ProposalAct::Amend(1, "Clay.")).await, Err(outdated));
        act(anna, ProposalAct::Reject(2)).await.unwrap();
        let others = refusal("FORBIDDEN", "AMENDMENT_NOT_ONES_OWN");
        assert_eq!(act(chloe, ProposalAct::Promote(2)).await, Err(others));
        act(dora, ProposalAct::Promote(2)).await.unwrap();
        let amended = seen(&world, &town, lime).await;
        assert_eq!((amended.revision, &*amended.text), (2, "Lime for old walls."));
        assert_eq!(amended.sponsors, []);
        let became = amended.amendments[1].promoted.unwrap();
        let statuses: Vec<_> = amended.amendments.iter().map(|it| (it.by, it.status)).collect();
        assert_eq!(
            statuses,
            [(chloe, AmendmentStatus::Accepted), (dora, AmendmentStatus::Promoted)]
        );
        let own = seen(&world, &town, became).await;
        assert_eq!((own.authors, &*own.text), (vec![dora], "No cement at all."));

        let text = content(Subject::PracticeRecommend, "Lime, where walls are old");
        act(ben, ProposalAct::Revise(text)).await.unwrap();
        assert_eq!(seen(&world, &town, lime).await.revision, 3);
        let slate = discussed(&world, &town, "Slate").await;
        act(anna, ProposalAct::Merge(slate)).await.unwrap();
        assert_eq!(seen(&world, &town, lime).await.status, ProposalStatus::Merged);
        let over = act(ben, ProposalAct::Revise(content(Subject::Other, "Clay"))).await;
        assert_eq!(over, Err(refusal("PRECONDITION", "PROPOSAL_OVER")));
    }
}

#[tokio::test]
async fn concerns_that_nobody_has_answered_are_found_over_all_proposals() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |_| vec![]).await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let (lime, slate) =
            (discussed(&world, &town, "Lime").await, discussed(&world, &town, "Slate").await);
        let act = async |person, on, act| world.person(person).on_proposal(on, act).await;
        let listed = async |awaiting| {
            world.settle().await;
            let listed = world.person(erin).concerns(town.network, awaiting).await.unwrap();
            listed.into_iter().map(|it| (it.proposal, it.number)).collect::<Vec<_>>()
        };
        act(ben, lime, ProposalAct::Concern("Too dear.")).await.unwrap();
        world.pass(1).await;
        act(chloe, slate, ProposalAct::Concern("Too heavy.")).await.unwrap();
        world.pass(1).await;
        act(dora, lime, ProposalAct::Concern("Too slow.")).await.unwrap();
        assert_eq!(listed(true).await, [(lime, 1), (slate, 1), (lime, 2)]);

        let not_an_author = act(ben, lime, ProposalAct::Answer(1, "It is not.")).await;
        assert_eq!(not_an_author, Err(refusal("FORBIDDEN", "PROPOSAL_NOT_AN_AUTHOR")));
        act(anna, lime, ProposalAct::Answer(1, "It lasts longer.")).await.unwrap();
        let others = act(ben, lime, ProposalAct::WithdrawConcern(2)).await;
        assert_eq!(others, Err(refusal("FORBIDDEN", "CONCERN_NOT_ONES_OWN")));
        act(dora, lime, ProposalAct::WithdrawConcern(2)).await.unwrap();
        assert_eq!(listed(true).await, [(slate, 1)]);
        assert_eq!(listed(false).await, [(lime, 1), (slate, 1), (lime, 2)]);
        let first = Concern {
            proposal: lime,
            number: 1,
            by: ben,
            text: "Too dear.".to_owned(),
            status: ConcernStatus::Answered,
            answers: vec!["It lasts longer.".to_owned()],
        };
        assert_eq!(seen(&world, &town, lime).await.concerns[0], first);

        // Nobody waits for an answer about what was taken back.
        world.person(anna).withdraw_proposal(slate).await.unwrap();
        assert_eq!(listed(true).await, []);
        let outsider = world.person(town.finn).concerns(town.network, false).await;
        assert_eq!(outsider.unwrap_err().code, "NOT_FOUND");
    }
}

#[tokio::test]
async fn objections_that_stand_in_the_way_are_found_over_all_decisions() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![changing(town.policy("admission", |policy| policy.discussion_hours_min = 0))]
        });
        let town = town.await;
        let [anna, ben, chloe, dora, _] = town.founders();
        world.person(town.finn).apply(town.network, "").await.unwrap();
        let (_, decision) = opened(&world, &town, admission(Party::Person(town.finn))).await;
        all_vote(&world, decision, &[anna, ben, chloe].map(|it| (it, option("consent")))).await;
        for (person, argument) in [(dora, "Who is Finn?"), (chloe, "We are enough."), (ben, "No.")]
        {
            world.person(person).object(decision, argument).await.unwrap();
        }
        let listed = async |standing| {
            world.settle().await;
            let mut listed = world.person(anna).objections(town.network, standing).await.unwrap();
            listed.sort_unstable();
            listed.into_iter().map(|(of, number)| (of == decision, number)).collect::<Vec<_>>()
        };
        assert_eq!(listed(true).await, [(true, 1), (true, 2), (true, 3)]);
        world.person(chloe).withdraw_objection(decision, 2).await.unwrap();
        world.person(chloe).judge_objection(decision, 3, Validity::NotValid).await.unwrap();
        world.person(chloe).judge_objection(decision, 1, Validity::Valid).await.unwrap();
        assert_eq!(listed(true).await, [(true, 1)]);
        world.pass(73).await;
        assert_eq!(listed(true).await, [], "the vote is over");
        assert_eq!(listed(false).await, [(true, 1), (true, 2), (true, 3)]);
        let outsider = world.person(town.finn).objections(town.network, false).await;
        assert_eq!(outsider.unwrap_err().code, "NOT_FOUND");
    }
}
