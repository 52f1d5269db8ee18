//! Towns whose charters decide some things otherwise, and decisions under them.

use kernel::{DecisionId, PersonId, ProposalId};
use stories::{Log, Protocol, World};
use wire::weft::governance::v1::{
    CharterChange, Choice, DecisionOption, DecisionPolicy, Icon, Judge, Method, ProposalContent,
    RankedRule, Subject, TieRule, charter_change, judge, method, tie_rule,
};

use super::town::{Town, content, events_of};

/// Each protocol once, and each log.
pub(crate) const EVERYWHERE: [(Log, Protocol); 2] =
    [(Log::Memory, Protocol::GraphQl), (Log::Sqlite, Protocol::Grpc)];

/// A town whose charter has been ratified with these changes to its draft.
pub(crate) async fn chartered(
    world: &World,
    changes: impl FnOnce(&Town) -> Vec<CharterChange>,
) -> Town {
    let town = Town::found(world).await;
    ratified(world, &town, changes(&town)).await;
    town
}

/// Drafts the charter with these changes, and ratifies it.
pub(crate) async fn ratified(world: &World, town: &Town, changes: Vec<CharterChange>) {
    town.draft(world).await;
    let anna = world.person(town.anna);
    for change in changes {
        anna.edit_charter(town.network, change).await.unwrap();
    }
    anna.submit_charter(town.network).await.unwrap();
    for founder in town.founders() {
        world.person(founder).ratify_charter(town.network, "").await.unwrap();
    }
    world.settle().await;
}

/// A further policy, on one subject: as everything else is decided, without discussion and
/// without extension, but for what is changed.
pub(crate) fn deciding(
    town: &Town,
    subject: Subject,
    change: impl FnOnce(&mut DecisionPolicy),
) -> CharterChange {
    let policy = town.policy("everything else", |policy| {
        subject.as_str_name().clone_into(&mut policy.name);
        policy.subjects = vec![subject.into()];
        policy.discussion_hours_min = 0;
        policy.extension = None;
        change(policy);
    });
    CharterChange { change: Some(charter_change::Change::DefinePolicy(policy)) }
}

/// Anyone on the roll without a part in the matter.
#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
pub(crate) fn anyone() -> Option<Judge> {
    Some(Judge { judge: Some(judge::Judge::RollMember(judge::RollMember {})) })
}

/// One of several things is chosen, by one vote each.
#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
pub(crate) fn by_choice() -> Option<Method> {
    let choose = method::Choose { choices_min: 1, choices_max: 1, winners: 1 };
    Some(Method { method: Some(method::Method::Choose(choose)) })
}

/// One of several things is found by instant run-off.
#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
pub(crate) fn by_runoff() -> Option<Method> {
    let rule = RankedRule::InstantRunoff.into();
    let ranked = method::Ranked { rule, seats: 1, ranks_max: 0 };
    Some(Method { method: Some(method::Method::Ranked(ranked)) })
}

/// A rule for ties.
#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
pub(crate) fn ties(rule: tie_rule::Rule) -> Option<TieRule> {
    Some(TieRule { rule: Some(rule) })
}

/// The same proposal, with things to choose between.
pub(crate) fn between(content: ProposalContent, keys: &[&str]) -> ProposalContent {
    let option = |key: &&str| DecisionOption {
        key: (*key).to_owned(),
        icon: Icon::Item.into(),
        label: (*key).to_owned(),
        candidate_id: String::new(),
    };
    ProposalContent { options: keys.iter().map(option).collect(), ..content }
}

/// Brings a text that needs no discussion to a decision that is open.
pub(crate) async fn opened(
    world: &World,
    town: &Town,
    content: ProposalContent,
) -> (ProposalId, DecisionId) {
    let anna = world.person(town.anna);
    let proposal = anna.draft_proposal(town.network, content).await.unwrap();
    anna.submit_proposal(proposal).await.unwrap();
    anna.open_discussion(proposal).await.unwrap();
    (proposal, anna.call_decision(proposal).await.unwrap())
}

/// As [`opened`], of a plain text on a subject.
pub(crate) async fn opened_on(
    world: &World,
    town: &Town,
    subject: Subject,
    title: &str,
) -> DecisionId {
    opened(world, town, content(subject, title)).await.1
}

/// Everybody votes as they are said to.
pub(crate) async fn all_vote(world: &World, decision: DecisionId, ballots: &[(PersonId, Choice)]) {
    for (person, choice) in ballots {
        world.person(*person).vote(decision, choice.clone()).await.unwrap();
    }
}

/// The events of a decision itself.
pub(crate) async fn events_about(
    world: &World,
    town: &Town,
    decision: DecisionId,
) -> Vec<eventlog::Recorded> {
    let mut events = events_of(world, town.network).await;
    events.retain(|event| event.stream.id() == decision.uuid());
    events
}

/// The one event of this name among them.
pub(crate) fn the<'a>(events: &'a [eventlog::Recorded], name: &str) -> &'a eventlog::Recorded {
    let mut found = events.iter().filter(|event| event.name == name);
    let only = found.next();
    assert!(only.is_some() && found.next().is_none(), "{name} is there once");
    only.unwrap()
}
