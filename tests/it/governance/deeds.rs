//! What is done about things that stand already: items are scheduled and closed, lent votes
//! suspended, offices handed over and given up, resolutions reported on and reviewed, a draft taken
//! up again.

use jiff::{SignedDuration, Timestamp};
use kernel::{Clock as _, MandateId, Party, PersonId};
use stories::{Deed, Moment, World, refusal};
use wire::weft::governance::v1::{
    AgendaItemStatus, CharterChange, CharterSection, CharterStatus, DelegationScope,
    DelegationStatus, Implementation, MandateStatus, OutcomeKind, ResolutionStatus, Role, Subject,
    charter_change, delegation_scope,
};

use super::{
    charters::{EVERYWHERE, all_vote, chartered, deciding, opened_on},
    town::{Town, conferral, option, ranking},
};

/// Elects people to be facilitators, and gives their mandates, in their order.
async fn elected(world: &World, town: &Town, people: &[PersonId]) -> Vec<MandateId> {
    for person in people {
        let election = conferral("facilitator", &[*person]);
        let election = town.bring(world, town.anna, election, &[]).await;
        let ballots = town.founders().map(|voter| (voter, ranking(&[*person])));
        all_vote(world, election, &ballots).await;
        world.pass(80).await;
    }
    let mandates = world.person(town.anna).mandates(town.network, Moment::NOW).await.unwrap();
    let of = |person: &PersonId| mandates.iter().rfind(|it| it.holder == *person).unwrap().mandate;
    people.iter().map(of).collect()
}

/// A facilitator, whom the network cannot be without.
fn needed() -> CharterChange {
    let role = Role {
        name: "facilitator".to_owned(),
        responsibilities: "Helps a discussion to a decision.".to_owned(),
        term_days: 365,
        consecutive_terms_max: 0,
        seats: 1,
        required: true,
    };
    CharterChange { change: Some(charter_change::Change::ChangeRole(role)) }
}

async fn office(world: &World, town: &Town, mandate: MandateId) -> MandateStatus {
    let mandates = world.person(town.erin).mandates(town.network, Moment::NOW).await.unwrap();
    mandates.iter().find(|it| it.mandate == mandate).unwrap().status
}

#[tokio::test]
async fn an_item_is_supported_put_on_a_programme_and_dealt_with_by_who_raised_it() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |_| vec![]).await;
        let [anna, ben, chloe, ..] = town.founders();
        let network = town.network;
        let roofs = world.person(anna).raise_item(network, "Roofs").await.unwrap();
        let wells = world.person(ben).raise_item(network, "Wells").await.unwrap();
        let item = async |of| {
            let items = world.person(chloe).agenda(network).await.unwrap();
            let item = items.into_iter().find(|item| item.item == of).unwrap();
            (item.status, item.supporters)
        };
        let does = async |by: PersonId, deed| world.person(by).does(deed).await;

        world.person(chloe).support_item(network, roofs).await.unwrap();
        assert_eq!(item(roofs).await, (AgendaItemStatus::Raised, 1));
        does(chloe, Deed::Unsupport(network, roofs)).await.unwrap();
        assert_eq!(does(chloe, Deed::Unsupport(network, roofs)).await.unwrap().events, 0);
        assert_eq!(item(roofs).await, (AgendaItemStatus::Raised, 0));

        let soon = (world.clock().now() + SignedDuration::from_hours(24)).to_string();
        let (gathering, _) = world.person(anna).plan(network, "Spring", &soon).await.unwrap();
        let others = refusal("FORBIDDEN", "AGENDA_ITEM_NOT_YOURS");
        assert_eq!(does(ben, Deed::Schedule(network, roofs, gathering)).await, Err(others.clone()));
        does(anna, Deed::Schedule(network, roofs, gathering)).await.unwrap();
        assert_eq!(item(roofs).await.0, AgendaItemStatus::Scheduled);
        assert_eq!(does(ben, Deed::DealtWith(network, roofs)).await, Err(others.clone()));
        does(anna, Deed::DealtWith(network, roofs)).await.unwrap();
        assert_eq!(item(roofs).await.0, AgendaItemStatus::DealtWith);
        let closed = refusal("PRECONDITION", "AGENDA_ITEM_CLOSED");
        assert_eq!(does(anna, Deed::DropItem(network, roofs)).await, Err(closed));
        assert_eq!(does(anna, Deed::DropItem(network, wells)).await, Err(others));
        does(ben, Deed::DropItem(network, wells)).await.unwrap();
        assert_eq!(item(wells).await.0, AgendaItemStatus::Dropped);
    }
}

#[tokio::test]
async fn a_lent_vote_is_declined_or_does_not_count_while_it_is_suspended() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let network = town.network;
        let everything = || DelegationScope {
            scope: Some(delegation_scope::Scope::All(delegation_scope::All {})),
        };
        let lend = async |by: PersonId, to: PersonId| {
            world.person(by).lend(network, Party::Person(to), everything()).await.unwrap()
        };
        let does = async |by: PersonId, deed| world.person(by).does(deed).await;
        let status = async |of| {
            let listed = world.person(ben).delegations(network, Moment::NOW).await.unwrap();
            listed.iter().find(|it| it.delegation == of).map(|it| it.status)
        };

        let refused = lend(chloe, ben).await;
        does(ben, Deed::DeclineLent(refused)).await.unwrap();
        assert_eq!(status(refused).await, None, "it is lent no more");
        let taken = lend(dora, ben).await;
        world.person(ben).accept_delegation(taken).await.unwrap();
        let delegators = refusal("FORBIDDEN", "NOT_THE_DELEGATOR");
        assert_eq!(does(ben, Deed::Suspend(taken)).await, Err(delegators));

        // As many for it as against it, but for Dora, whose vote Ben has, or has not.
        for (suspended, comes_to) in
            [(true, OutcomeKind::NotAdopted), (false, OutcomeKind::Adopted)]
        {
            let (deed, stands) = if suspended {
                (Deed::Suspend(taken), DelegationStatus::Suspended)
            } else {
                (Deed::Resume(taken), DelegationStatus::Accepted)
            };
            does(dora, deed).await.unwrap();
            assert_eq!(status(taken).await, Some(stands));
            let title = format!("Tar, {suspended}");
            let decision = opened_on(&world, &town, Subject::PracticeRecommend, &title).await;
            let ballots =
                [(ben, "agree"), (anna, "disagree"), (erin, "agree"), (chloe, "disagree")];
            for (person, choice) in ballots {
                world.person(person).vote(decision, option(choice)).await.unwrap();
            }
            world.pass(73).await;
            let seen = world.person(erin).decision(decision).await.unwrap();
            assert_eq!(seen.outcome.unwrap().0, comes_to, "suspended: {suspended}");
        }
    }
}

#[tokio::test]
async fn an_office_is_declined_handed_over_and_not_left_empty_unseen() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |_| vec![needed()]).await;
        let [_, ben, chloe, dora, _] = town.founders();
        let does = async |by: PersonId, deed| world.person(by).does(deed).await;

        let declined = elected(&world, &town, &[ben]).await[0];
        let others = refusal("FORBIDDEN", "NOT_THE_MANDATE_HOLDER");
        assert_eq!(does(chloe, Deed::DeclineOffice(declined)).await, Err(others.clone()));
        does(ben, Deed::DeclineOffice(declined)).await.unwrap();
        assert_eq!(office(&world, &town, declined).await, MandateStatus::Declined);

        let held = elected(&world, &town, &[chloe]).await[0];
        world.person(chloe).accept_mandate(held).await.unwrap();
        assert_eq!(does(dora, Deed::Resign(held)).await, Err(others));
        let oneself = refusal("INVALID", "MANDATE_HAND_OVER_TO_ONESELF");
        assert_eq!(does(chloe, Deed::HandOver(held, chloe)).await, Err(oneself));
        let last = refusal("PRECONDITION", "MANDATE_LAST_HOLDER");
        assert_eq!(does(chloe, Deed::Resign(held)).await, Err(last));
        does(chloe, Deed::HandOver(held, dora)).await.unwrap();
        does(chloe, Deed::Resign(held)).await.unwrap();
        let ended = office(&world, &town, held).await;
        assert!([MandateStatus::Resigned, MandateStatus::HandedOver].contains(&ended));

        let vacant = elected(&world, &town, &[dora]).await[0];
        world.person(dora).accept_mandate(vacant).await.unwrap();
        does(dora, Deed::ResignLeavingVacant(vacant)).await.unwrap();
        assert_eq!(office(&world, &town, vacant).await, MandateStatus::Resigned);
        let over = refusal("PRECONDITION", "MANDATE_ENDED");
        assert_eq!(does(dora, Deed::HandOver(vacant, chloe)).await, Err(over));
    }
}

#[tokio::test]
async fn a_resolution_is_reported_on_and_reviewed_when_it_was_said_to_be() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, ..] = town.founders();
        let decision = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        let ballots = town.founders().map(|person| (person, option("agree")));
        all_vote(&world, decision, &ballots).await;
        world.pass(200).await;
        let lime = async || {
            let register = world.person(ben).resolutions(town.network, Moment::NOW).await.unwrap();
            register.into_iter().find(|entry| entry.title == "Lime").unwrap()
        };
        let does = async |by: PersonId, deed| world.person(by).does(deed).await;
        let entry = lime().await;
        does(ben, Deed::Report(entry.resolution, Implementation::Failed)).await.unwrap();
        assert_eq!(lime().await.implementation, Implementation::Failed);
        does(anna, Deed::Report(entry.resolution, Implementation::Done)).await.unwrap();
        assert_eq!(lime().await.implementation, Implementation::Done);

        let now: Timestamp = world.clock().now();
        let past = Deed::ReviewAt(entry.resolution, now - SignedDuration::from_hours(1));
        assert_eq!(does(anna, past).await, Err(refusal("INVALID", "REVIEW_IN_THE_PAST")));
        let at = now + SignedDuration::from_hours(48);
        let others = does(ben, Deed::ReviewAt(entry.resolution, at)).await;
        assert_eq!(others.unwrap_err().code, "FORBIDDEN");
        does(anna, Deed::ReviewAt(entry.resolution, at)).await.unwrap();
        assert_eq!((lime().await.review_at, lime().await.review_due), (Some(at), false));
        world.pass(49).await;
        let due = lime().await;
        assert_eq!((due.review_due, due.status), (true, ResolutionStatus::InForce));
    }
}

#[tokio::test]
async fn a_draft_is_taken_up_again_and_members_note_things_beside_its_sections() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = Town::found(&world).await;
        let [anna, ben, chloe, ..] = town.founders();
        let network = town.network;
        town.draft(&world).await;
        world.person(anna).submit_charter(network).await.unwrap();
        world.person(ben).ratify_charter(network, "").await.unwrap();
        let note = Deed::Note(network, CharterSection::Purpose, "Whose city?");
        world.person(chloe).does(note).await.unwrap();
        world.person(ben).does(Deed::Reopen(network)).await.unwrap();
        let draft = world.person(anna).charter(network, Moment::NOW).await.unwrap().unwrap();
        assert_eq!(draft.status, CharterStatus::Drafting);

        // Ben consented to the former draft: his consent is asked again.
        world.person(anna).submit_charter(network).await.unwrap();
        for founder in town.founders().into_iter().filter(|founder| *founder != ben) {
            world.person(founder).ratify_charter(network, "").await.unwrap();
        }
        world.settle().await;
        let waiting = world.person(anna).charter(network, Moment::NOW).await.unwrap().unwrap();
        assert_eq!(waiting.status, CharterStatus::PutToRatification);
        world.person(ben).ratify_charter(network, "").await.unwrap();
        world.settle().await;
        let charter = world.person(anna).charter(network, Moment::NOW).await.unwrap().unwrap();
        assert_eq!((charter.status, charter.version), (CharterStatus::InForce, 1));
        let again = world.person(ben).does(Deed::Reopen(network)).await;
        assert_eq!(again, Err(refusal("PRECONDITION", "CHARTER_IN_FORCE")));
        let blank = Deed::Note(network, CharterSection::Purpose, " ");
        assert_eq!(world.person(chloe).does(blank).await.unwrap_err().code, "INVALID");
    }
}
