//! Questions are answered from views that have seen enough, with texts opened and votes veiled.

use std::sync::Arc;

use access::Caller;
use events::{
    CharterEvent, Choice, DecisionEvent, MembershipClass, MembershipEvent, OptionKey,
    ProposalEvent, ResultsShown, Secrecy,
};
use kernel::{
    CharterId, DecisionId, Known, MembershipId, Party, PersonId, Personal, Place, ProposalId,
    SealError, Sealer,
};
use projector::{Store, View};
use roster::Roster;
use testkit::PlainSealer;
use uuid::Uuid;
use wire::page;

use super::{Queries, Thing};
use crate::{
    templates::Template,
    views::testing::{
        ANNA, BEN, CHLOE, DORA, GARDEN, OLD_CITY, Record, VOTE, day, garden, person, roll, terms,
        text,
    },
};

/// A vault that has forgotten Dora.
#[derive(Debug)]
struct WithoutDora;

impl Sealer for WithoutDora {
    fn prepare(&self, subjects: &[PersonId]) -> Result<(), SealError> {
        PlainSealer.prepare(subjects)
    }

    fn seal(&self, subject: PersonId, place: Place<'_>, text: &[u8]) -> Result<Vec<u8>, SealError> {
        PlainSealer.seal(subject, place, text)
    }

    fn unseal(
        &self,
        subject: PersonId,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        if subject == DORA { Ok(None) } else { PlainSealer.unseal(subject, place, sealed) }
    }
}

async fn queries(record: &Record) -> Queries {
    let log = Arc::clone(&record.log);
    let roster = Roster::open(Arc::clone(&log), &Store::Memory).await.unwrap();
    let clock = Arc::clone(&record.clock);
    Queries::open(log, &Store::Memory, roster, Arc::new(WithoutDora), clock).await.unwrap()
}

async fn admit(record: &Record, who: PersonId, class: MembershipClass) {
    let (network, party, since) = (OLD_CITY, Party::Person(who), day(1, 1));
    let admitted = MembershipEvent::MemberAdmitted { network, party, class, since };
    record.enter(MembershipId::between(network, party).uuid(), since, admitted).await;
}

async fn draft(record: &Record, proposal: ProposalId) {
    let content = garden();
    let drafted = ProposalEvent::ProposalDrafted { network: OLD_CITY, author: ANNA, content };
    record.enter(proposal.uuid(), day(9, 1), drafted).await;
}

async fn open(record: &Record, decision: DecisionId, results: ResultsShown) {
    let terms = Box::new(terms(Secrecy::Open, results));
    let scheduled = DecisionEvent::DecisionScheduled { terms };
    record.enter(decision.uuid(), day(10, 1), scheduled).await;
    let entries = roll(&[person(ANNA), person(BEN)]);
    let frozen = DecisionEvent::RollFrozen { position: 1, entries, hash: "0f".into() };
    record.enter(decision.uuid(), day(11, 1), frozen).await;
    let opened = DecisionEvent::DecisionOpened { closes_at: day(11, 10), seed_hash: "5e".into() };
    record.enter(decision.uuid(), day(11, 1), opened).await;
    let cast = DecisionEvent::BallotCast {
        voter: person(ANNA),
        choice: Choice::Option(OptionKey("agree".into())),
        reason: Some(text(ANNA, "I like it.")),
        secrecy: Secrecy::Open,
    };
    record.enter(decision.uuid(), day(11, 2), cast).await;
}

#[tokio::test]
async fn a_charter_waits_for_the_founders_who_are_members_and_have_not_consented() {
    let record = Record::new();
    let queries = queries(&record).await;
    for who in [ANNA, BEN] {
        admit(&record, who, MembershipClass::Founder).await;
    }
    admit(&record, CHLOE, MembershipClass::Member).await;
    let charter = CharterId::of(OLD_CITY).uuid();
    assert_eq!(queries.charter(OLD_CITY, 0).await.unwrap().value, None);
    let opened = CharterEvent::CharterDraftOpened { network: OLD_CITY };
    record.enter(charter, day(2, 1), opened).await;
    record.enter(charter, day(2, 2), CharterEvent::CharterConsented { founder: ANNA }).await;
    let seen = queries.charter(OLD_CITY, 0).await.unwrap().value.unwrap();
    assert_eq!(seen.charter.consents, [ANNA].into());
    assert_eq!(seen.consents_missing, [BEN].into());
    let ratified = CharterEvent::CharterRatified {
        network: OLD_CITY,
        version: 1,
        snapshot_hash: Template::ConsentCircle.text().hash(),
        effective_from: day(2, 2),
    };
    record.enter(charter, day(2, 2), ratified).await;
    let seen = queries.charter(OLD_CITY, 0).await.unwrap().value.unwrap();
    assert!(seen.consents_missing.is_empty());
    let moment = (Some(day(2, 1)), Known::Now);
    assert_eq!(queries.charter_as_of(OLD_CITY, moment, 0).await.unwrap().value, None);
    let now = (None, Known::Now);
    let version = queries.charter_as_of(OLD_CITY, now, 0).await.unwrap().value.unwrap();
    assert_eq!(version.version, 1);
    let difference = queries.charter_difference(OLD_CITY, (0, 1), 0).await.unwrap().value;
    assert_eq!(difference, Some(Vec::new()));
    let unknown = queries.charter_difference(OLD_CITY, (1, 2), 0).await.unwrap().value;
    assert_eq!(unknown, None);
}

#[tokio::test]
async fn texts_are_opened_and_those_of_the_erased_are_gone() {
    let record = Record::new();
    let queries = queries(&record).await;
    draft(&record, GARDEN).await;
    for (number, by) in [(1, BEN), (2, DORA)] {
        let raised = ProposalEvent::ConcernRaised { number, by, text: text(by, "The water!") };
        record.enter(GARDEN.uuid(), day(9, 2), raised).await;
    }
    let answer = text(ANNA, "There is a well.");
    let answered = ProposalEvent::ConcernAnswered { number: 2, by: ANNA, text: answer };
    record.enter(GARDEN.uuid(), day(9, 3), answered).await;
    let found = queries.workspaces_of(vec![GARDEN], 0).await.unwrap().value;
    let [of_ben, of_dora] = found[&GARDEN].concerns.as_slice() else { panic!("two concerns") };
    assert_eq!(of_ben.text.text(), Some("The water!"));
    assert_eq!(of_dora.text.value, Personal::Erased { subject: DORA });
    assert_eq!(of_dora.answers[0].text.text(), Some("There is a well."));
}

#[tokio::test]
async fn many_things_are_found_in_one_read_and_unknown_ids_are_left_out() {
    let record = Record::new();
    let queries = queries(&record).await;
    let other = ProposalId::new(Uuid::from_u128(0x6b));
    let unknown = ProposalId::new(Uuid::from_u128(0x6c));
    draft(&record, GARDEN).await;
    draft(&record, other).await;
    let ids = vec![GARDEN, other, unknown, GARDEN];
    let found = queries.proposals_of(ids, 0).await.unwrap().value;
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [GARDEN, other]);
    let page = page::page(None, "proposals").unwrap();
    let listed = queries.proposals((OLD_CITY, None), &page, 0).await.unwrap().value;
    assert_eq!(listed.total, 2);
}

#[tokio::test]
async fn votes_are_seen_as_the_policy_allows_and_ballots_open_with_them() {
    let record = Record::new();
    let queries = queries(&record).await;
    let hidden = DecisionId::new(Uuid::from_u128(0x41d));
    open(&record, VOTE, ResultsShown::Live).await;
    open(&record, hidden, ResultsShown::AfterClose).await;
    let (anna, ben) = (Caller::Person(ANNA), Caller::Person(BEN));
    let votes = queries.votes_of(vec![VOTE, hidden], anna, 0).await.unwrap().value;
    assert_eq!(votes[&VOTE].figures.as_ref().unwrap().direct_units, 1);
    assert_eq!(votes[&hidden].figures, None);
    for vote in votes.values() {
        let own = vote.own_ballots[0].text.as_ref().unwrap();
        assert_eq!(own.text(), Some("I like it."));
    }
    let page = page::page(None, "ballots").unwrap();
    let shown = queries.ballots(VOTE, ben, &page, 0).await.unwrap().value.unwrap();
    assert_eq!(shown.items[0].text.as_ref().unwrap().text(), Some("I like it."));
    for caller in [anna, ben, Caller::Operator] {
        assert_eq!(queries.ballots(hidden, caller, &page, 0).await.unwrap().value, None);
    }
    assert_eq!(queries.recount(VOTE, 0).await.unwrap().value, None, "voting goes on");
    let page = page::page(None, "open").unwrap();
    let of_ben = queries.open_decisions((OLD_CITY, BEN, Vec::new()), &page, 0).await.unwrap().value;
    let of_anna =
        queries.open_decisions((OLD_CITY, ANNA, Vec::new()), &page, 0).await.unwrap().value;
    assert_eq!((of_ben.total, of_anna.total), (2, 0));
}

#[tokio::test]
async fn commands_learn_what_they_need_right_after_it_was_recorded() {
    let record = Record::new();
    let queries = queries(&record).await;
    assert_eq!(queries.network_of(Thing::Proposal(GARDEN)).await.unwrap(), None);
    draft(&record, GARDEN).await;
    open(&record, VOTE, ResultsShown::Live).await;
    assert_eq!(queries.network_of(Thing::Proposal(GARDEN)).await.unwrap(), Some(OLD_CITY));
    assert_eq!(queries.network_of(Thing::Decision(VOTE)).await.unwrap(), Some(OLD_CITY));
    assert_eq!(queries.proposal_of(VOTE).await.unwrap(), Some(GARDEN));
    assert_eq!(queries.running_with(OLD_CITY, person(BEN)).await.unwrap(), [VOTE]);
    assert_eq!(queries.lent_at(OLD_CITY, record.now()).await.unwrap(), []);
    let names = ["charters_1", "proposals_2", "decisions_3", "register_2", "participation_2"];
    assert_eq!(queries.views().map(View::name), names);
}
