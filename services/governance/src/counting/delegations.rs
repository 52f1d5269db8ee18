//! Lent votes: which of them concern a decision, and where they go.

use std::collections::{BTreeMap, BTreeSet};

use events::{DecisionTerms, DelegationRule, DelegationScope, NotCounted, ResolvedDelegation};
use kernel::{DecisionId, Party};
use serde::{Deserialize, Serialize};
use tally::delegation::{Grant, Limits, Reason, Resolved};

/// A vote lent to somebody: accepted, and in force when voting ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lent {
    /// Who lends.
    pub delegator: Party,
    /// To whom.
    pub delegate: Party,
    /// For what.
    pub scope: DelegationScope,
    /// The position of the log at which it was granted.
    pub granted: u64,
}

/// Tells whether a vote that is lent for `scope` is lent for this decision.
pub fn applies(scope: &DelegationScope, decision: DecisionId, terms: &DecisionTerms) -> bool {
    match scope {
        DelegationScope::All {} => true,
        DelegationScope::Topic(topic) => terms.topic.as_ref() == Some(topic),
        DelegationScope::Subject(subject) => terms.subject == *subject,
        DelegationScope::Decision(one) => *one == decision,
    }
}

/// How specific a scope is: one decision above a subject, that above a topic, that above all.
fn specificity(scope: &DelegationScope) -> u8 {
    match scope {
        DelegationScope::All {} => 0,
        DelegationScope::Topic(_) => 1,
        DelegationScope::Subject(_) => 2,
        DelegationScope::Decision(_) => 3,
    }
}

/// Where every lent vote goes: one entry for each party of `roll` who did not vote and lent their
/// vote, in order of the delegators' ids.
///
/// `roll` holds the entries that count, `direct` those of them with a ballot of their own. Only
/// what `lent` holds of scopes that apply is looked at; its order plays no part.
pub(super) fn resolve(
    rule: &DelegationRule,
    roll: &BTreeSet<Party>,
    direct: &BTreeSet<Party>,
    lent: &[&Lent],
) -> Vec<ResolvedDelegation> {
    let limits = match rule {
        DelegationRule::None {} => return Vec::new(),
        DelegationRule::SingleStep { carried_max } => {
            Limits { depth_max: 1, carried_max: carried_max.map(|max| max as usize) }
        }
        DelegationRule::Transitive { steps_max, carried_max } => Limits {
            depth_max: *steps_max as usize,
            carried_max: carried_max.map(|max| max as usize),
        },
    };
    let mut holding = BTreeMap::<Party, &Lent>::new();
    for lent in lent {
        let rank = |it: &Lent| (specificity(&it.scope), it.granted, it.delegate);
        let held = holding.entry(lent.delegator).or_insert(lent);
        if rank(held) < rank(lent) {
            *held = lent;
        }
    }
    let grants: Vec<Grant<Party>> = holding
        .values()
        .map(|lent| Grant {
            delegator: lent.delegator,
            delegate: lent.delegate,
            specificity: specificity(&lent.scope),
            granted: lent.granted,
        })
        .collect();
    let resolved = tally::delegation::resolve(roll, direct, &grants, limits);
    resolved
        .into_iter()
        .filter_map(|(delegator, resolved)| {
            // Whoever is resolved holds a grant.
            let lent = holding.get(&delegator)?;
            let (path, not_counted) = match resolved {
                Resolved::Carried(path) => (path, None),
                Resolved::NoVote(reason) => {
                    let path = hands(lent, roll, direct, &holding, limits.depth_max);
                    (path, Some(not_counted(reason)))
                }
            };
            let (scope, granted) = (lent.scope.clone(), lent.granted);
            Some(ResolvedDelegation { delegator, scope, granted, path, not_counted })
        })
        .collect()
}

fn not_counted(reason: Reason) -> NotCounted {
    match reason {
        Reason::NobodyVoted => NotCounted::DelegateSilent,
        Reason::Cycle => NotCounted::Circle,
        Reason::OffTheRoll => NotCounted::OffTheRoll,
        Reason::BeyondDepth => NotCounted::TooManySteps,
        Reason::OverCap => NotCounted::CarriedMaxReached,
    }
}

/// Through whose hands a vote went that did not count, up to whom it could not pass.
fn hands(
    first: &Lent,
    roll: &BTreeSet<Party>,
    direct: &BTreeSet<Party>,
    holding: &BTreeMap<Party, &Lent>,
    steps_max: usize,
) -> Vec<Party> {
    let mut path = vec![first.delegate];
    let mut last = first.delegate;
    while path.len() < steps_max && roll.contains(&last) && !direct.contains(&last) {
        let Some(next) = holding.get(&last) else { break };
        last = next.delegate;
        let came_back = last == first.delegator || path.contains(&last);
        path.push(last);
        if came_back {
            break;
        }
    }
    path
}
