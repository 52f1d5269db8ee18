//! Proposals on their way to a decision, and the agendas and goals beside them.

use eventlog::Position;
use events::{AgendaEvent, GoalEvent, ProposalContent, ProposalEvent};
use jiff::Timestamp;
use kernel::{AgendaId, AgendaItemId, DecisionId, GatheringId, GoalId, ProposalId};
use uuid::Uuid;

use super::{
    AmendmentStatus, ConcernStatus, ProposalStatus, ProposalsView, last_rejected, proposal,
    proposals, workspace,
};
use crate::{
    proposal::content_hash,
    views::{
        Part,
        agenda::{self, ItemStatus},
        goals::{self, GoalStatus},
        testing::{
            ANNA, BEN, CHLOE, DORA, GARDEN, HARBOUR, OLD_CITY, Record, VOTE, called, day,
            expect_rebuilt_equals, garden, read, text,
        },
    },
};

async fn enter(record: &Record, at: Timestamp, event: ProposalEvent) -> Position {
    record.enter(GARDEN.uuid(), at, event).await
}

fn revised() -> ProposalContent {
    ProposalContent { text: "Let us plant two.".into(), ..garden() }
}

/// Drafted, discussed, revised by an amendment, called and decided.
async fn decided(record: &Record, adopted: bool) {
    let drafted =
        ProposalEvent::ProposalDrafted { network: OLD_CITY, author: ANNA, content: garden() };
    enter(record, day(9, 1), drafted).await;
    enter(record, day(9, 1), ProposalEvent::CoAuthorInvited { person: BEN }).await;
    enter(record, day(9, 1), ProposalEvent::CoAuthorInvited { person: DORA }).await;
    enter(record, day(9, 2), ProposalEvent::CoAuthorJoined { person: BEN }).await;
    enter(record, day(9, 2), ProposalEvent::ProposalSponsored { person: CHLOE }).await;
    enter(record, day(9, 2), ProposalEvent::ProposalSponsored { person: DORA }).await;
    enter(record, day(9, 2), ProposalEvent::SponsorshipWithdrawn { person: DORA }).await;
    enter(record, day(9, 3), ProposalEvent::ProposalSubmitted {}).await;
    enter(record, day(9, 4), ProposalEvent::DiscussionOpened { since: day(9, 4) }).await;
    for (number, by) in [(1, CHLOE), (2, DORA)] {
        let raised = ProposalEvent::ConcernRaised { number, by, text: text(by, "The water!") };
        enter(record, day(9, 5), raised).await;
    }
    let answer = text(ANNA, "There is a well.");
    let answered = ProposalEvent::ConcernAnswered { number: 1, by: ANNA, text: answer };
    enter(record, day(9, 6), answered).await;
    let text = revised().text;
    for (number, by) in [(1, CHLOE), (2, DORA), (3, DORA)] {
        let offered =
            ProposalEvent::AmendmentOffered { number, by, revision: 1, text: text.clone() };
        enter(record, day(9, 6), offered).await;
    }
    enter(record, day(9, 7), ProposalEvent::AmendmentAccepted { number: 1, revision: 2 }).await;
    let content_hash = content_hash(&revised());
    let revision = ProposalEvent::ProposalRevised {
        revision: 2,
        content: revised(),
        content_hash: content_hash.clone(),
    };
    enter(record, day(9, 7), revision).await;
    enter(record, day(9, 7), ProposalEvent::AmendmentRejected { number: 2 }).await;
    let promoted = ProposalId::new(Uuid::from_u128(0x6b));
    let promoted = ProposalEvent::AmendmentPromoted { number: 2, proposal: promoted };
    enter(record, day(9, 8), promoted).await;
    enter(record, day(10, 1), called(2, content_hash)).await;
    enter(record, day(11, 1), ProposalEvent::ProposalDecided { decision: VOTE, adopted }).await;
}

#[tokio::test]
async fn a_proposal_shows_its_people_its_newest_text_and_what_became_of_it() {
    let record = Record::new();
    let view = record.follow::<ProposalsView>().await;
    decided(&record, true).await;
    let found = read(&view, |connection| proposal(connection, GARDEN)).await.unwrap();
    assert_eq!((found.network, found.author), (OLD_CITY, ANNA));
    assert_eq!((found.co_authors, found.invited), (vec![BEN], vec![DORA]));
    assert_eq!(found.sponsors, [CHLOE]);
    assert_eq!((found.revision, &found.content), (2, &revised()));
    assert_eq!(found.content_hash, content_hash(&revised()));
    assert_eq!((found.status, found.status_since), (ProposalStatus::Decided, day(11, 1)));
    assert_eq!((found.decision, found.adopted), (Some(VOTE), Some(true)));
    assert_eq!(found.discussed_from, Some(day(9, 4)));
    assert_eq!((found.concerns_open, found.amendments_open), (1, 1));
    expect_rebuilt_equals::<ProposalsView>(&record, &view).await;
}

#[tokio::test]
async fn a_workspace_holds_every_revision_concern_and_amendment_with_texts_sealed() {
    let record = Record::new();
    let view = record.follow::<ProposalsView>().await;
    decided(&record, true).await;
    let found = read(&view, |connection| workspace(connection, GARDEN)).await;
    let texts: Vec<&str> =
        found.revisions.iter().map(|revision| revision.content.text.as_str()).collect();
    assert_eq!(texts, ["Let us plant one.", "Let us plant two."]);
    let [first, second] = found.concerns.try_into().unwrap();
    assert_eq!((first.by, first.status), (CHLOE, ConcernStatus::Answered));
    assert_eq!((first.answers.len(), first.answers[0].by), (1, ANNA));
    assert_eq!((second.by, second.status), (DORA, ConcernStatus::Raised));
    assert_eq!(first.text.text(), None);
    let [accepted, promoted, offered] = found.amendments.try_into().unwrap();
    assert_eq!((accepted.status, accepted.made_revision), (AmendmentStatus::Accepted, Some(2)));
    assert_eq!(promoted.status, AmendmentStatus::Promoted);
    assert_eq!(promoted.promoted_to, Some(ProposalId::new(Uuid::from_u128(0x6b))));
    assert_eq!(offered.status, AmendmentStatus::Offered);
}

#[tokio::test]
async fn proposals_are_listed_by_status() {
    let record = Record::new();
    let view = record.follow::<ProposalsView>().await;
    decided(&record, true).await;
    let drafted =
        ProposalEvent::ProposalDrafted { network: OLD_CITY, author: DORA, content: garden() };
    record.enter(Uuid::from_u128(0x6c), day(9, 9), drafted).await;
    let list = |network, status| {
        let part = Part::first(10);
        read(&view, move |connection| proposals(connection, (network, status), part))
    };
    let all = list(OLD_CITY, None).await;
    let authors: Vec<_> = all.items.iter().map(|row| row.author).collect();
    assert_eq!((all.total, authors), (2, vec![DORA, ANNA]));
    let drafts = list(OLD_CITY, Some(ProposalStatus::Drafted)).await;
    assert_eq!((drafts.total, drafts.items[0].author), (1, DORA));
    assert_eq!(list(HARBOUR, None).await.total, 0);
}

#[tokio::test]
async fn the_rejection_of_a_text_is_remembered_by_its_hash() {
    let record = Record::new();
    let view = record.follow::<ProposalsView>().await;
    decided(&record, false).await;
    let of = |network, content: ProposalContent| {
        read(&view, move |connection| last_rejected(connection, network, &content_hash(&content)))
    };
    assert_eq!(of(OLD_CITY, revised()).await, Some(day(11, 1)));
    assert_eq!(of(OLD_CITY, garden()).await, None);
    assert_eq!(of(HARBOUR, revised()).await, None);
}

#[tokio::test]
async fn an_agenda_is_in_the_order_decided_then_by_support() {
    let record = Record::new();
    let view = record.follow::<ProposalsView>().await;
    let stream = AgendaId::of(OLD_CITY).uuid();
    let item = |number| AgendaItemId::new(Uuid::from_u128(number));
    for number in 1..=4 {
        let title = format!("item {number}");
        let raised =
            AgendaEvent::ItemRaised { network: OLD_CITY, item: item(number), by: ANNA, title };
        record.enter(stream, day(9, 1), raised).await;
    }
    for by in [BEN, CHLOE] {
        let supported = AgendaEvent::ItemSupported { item: item(4), by };
        record.enter(stream, day(9, 2), supported).await;
    }
    let withdrawn = AgendaEvent::ItemSupportWithdrawn { item: item(4), by: BEN };
    record.enter(stream, day(9, 2), withdrawn).await;
    let first = DecisionId::new(Uuid::from_u128(1));
    for (items, decision) in [(vec![item(1)], first), (vec![item(3), item(2)], VOTE)] {
        let ranked = AgendaEvent::ItemsPrioritised { items, decision };
        record.enter(stream, day(9, 3), ranked).await;
    }
    let gathering = GatheringId::new(Uuid::from_u128(0x9a));
    let scheduled = AgendaEvent::ItemScheduled { item: item(3), gathering };
    record.enter(stream, day(9, 4), scheduled).await;
    record.enter(stream, day(9, 5), AgendaEvent::ItemDropped { item: item(2) }).await;
    let list = |status| {
        let part = Part::first(10);
        read(&view, move |connection| agenda::items(connection, (OLD_CITY, status), part))
    };
    let all = list(None).await.items;
    let order: Vec<_> = all.iter().map(|row| (row.item, row.rank)).collect();
    let expected = [(item(3), Some(1)), (item(2), Some(2)), (item(4), None), (item(1), None)];
    assert_eq!(order, expected);
    assert_eq!(all[2].supporters, [CHLOE]);
    assert_eq!((all[0].gathering, all[0].ranked_by), (Some(gathering), Some(VOTE)));
    assert_eq!(list(Some(ItemStatus::Raised)).await.total, 2);
    expect_rebuilt_equals::<ProposalsView>(&record, &view).await;
}

#[tokio::test]
async fn a_goal_shows_who_stands_behind_it_and_what_took_its_place() {
    let record = Record::new();
    let view = record.follow::<ProposalsView>().await;
    let (goal, next) = (GoalId::new(Uuid::from_u128(1)), GoalId::new(Uuid::from_u128(2)));
    for (goal, text) in [(goal, "green"), (next, "greener")] {
        let drafted = GoalEvent::GoalDrafted { network: OLD_CITY, by: ANNA, text: text.to_owned() };
        record.enter(goal.uuid(), day(9, 1), drafted).await;
    }
    for by in [CHLOE, BEN, ANNA] {
        record.enter(goal.uuid(), day(9, 2), GoalEvent::GoalEndorsed { by }).await;
    }
    let withdrawn = GoalEvent::GoalEndorsementWithdrawn { by: CHLOE };
    record.enter(goal.uuid(), day(9, 3), withdrawn).await;
    record.enter(goal.uuid(), day(9, 4), GoalEvent::GoalAdopted { decision: VOTE }).await;
    let superseded = GoalEvent::GoalSuperseded { by_goal: next, decision: VOTE };
    record.enter(goal.uuid(), day(9, 5), superseded).await;
    let found = read(&view, move |connection| goals::goal(connection, goal)).await.unwrap();
    assert_eq!(found.endorsers, [BEN, ANNA], "in the order in which they said so");
    assert_eq!((found.adopted_by, found.superseded_by), (Some(VOTE), Some(next)));
    assert_eq!(found.status, GoalStatus::Superseded);
    let drafted = Some(GoalStatus::Drafted);
    let part = Part::first(10);
    let list = move |connection: &_| goals::goals(connection, (OLD_CITY, drafted), part);
    let listed = read(&view, list).await;
    assert_eq!((listed.total, listed.items[0].goal), (1, next));
    let list = move |connection: &_| goals::goals(connection, (OLD_CITY, None), part);
    let listed = read(&view, list).await.items;
    assert_eq!([listed[0].goal, listed[1].goal], [next, goal], "the newest first");
    expect_rebuilt_equals::<ProposalsView>(&record, &view).await;
}
