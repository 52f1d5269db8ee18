//! Who votes for whom: delegations resolved over a frozen roll.

use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
mod tests;

/// The name of this rule and its version.
pub const ALGORITHM: &str = "delegation/1";

/// A delegation that is active when the vote closes. Declined, suspended, revoked and unaccepted
/// ones are not given.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Grant<I> {
    /// Who does not vote themselves.
    pub delegator: I,
    /// Who is to vote for them.
    pub delegate: I,
    /// How specific the scope is: that of one decision ranks above a subject class, that above a
    /// topic, that above everything. Only grants whose scope covers the decision are given.
    pub specificity: u8,
    /// When it was granted, as a place in an order; earlier is less.
    pub granted: u64,
}

/// How far delegations reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How many steps a vote may pass on, at most: 1 where a delegate cannot delegate on.
    pub depth_max: usize,
    /// How many others one delegate may vote for; `None` for any number.
    pub carried_max: Option<usize>,
}

/// What became of a delegator's vote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resolved<I> {
    /// It is cast as the last of these casts their own; those before only passed it on. Never
    /// empty.
    Carried(Vec<I>),
    /// It is not cast.
    NoVote(Reason),
}

/// Why a delegated vote is not cast.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// Who it came to neither voted nor delegated.
    NobodyVoted,
    /// It came back to somebody who had already passed it on.
    Cycle,
    /// It came to somebody who is not on the roll.
    OffTheRoll,
    /// It would have to pass on more often than allowed.
    BeyondDepth,
    /// The delegate already votes for as many as allowed, all of whom delegated earlier.
    OverCap,
}

/// Resolves delegations.
///
/// Has an entry for every party of `roll` who did not vote and has a grant; a direct ballot always
/// overrides. Of several grants the most specific holds, then the latest, then the one to the
/// greatest id. It is followed to the first party with a direct ballot. Where more reach a delegate
/// than the cap allows, those who granted earliest are carried (of equal ones the least ids); being
/// carried past somebody takes no room with them. The order of `grants` plays no part.
pub fn resolve<I: Ord + Clone>(
    roll: &BTreeSet<I>,
    direct: &BTreeSet<I>,
    grants: &[Grant<I>],
    limits: Limits,
) -> BTreeMap<I, Resolved<I>> {
    let mut holding = BTreeMap::<&I, &Grant<I>>::new();
    for grant in grants {
        let rank = |it: &Grant<I>| (it.specificity, it.granted, it.delegate.clone());
        let held = holding.entry(&grant.delegator).or_insert(grant);
        if rank(held) < rank(grant) {
            *held = grant;
        }
    }
    let mut resolved = BTreeMap::new();
    let mut carried = BTreeMap::<I, Vec<(u64, I)>>::new();
    for (delegator, grant) in &holding {
        if !roll.contains(*delegator) || direct.contains(*delegator) {
            continue;
        }
        let outcome = follow(grant, roll, direct, &holding, limits.depth_max);
        if let Resolved::Carried(path) = &outcome
            && let Some(delegate) = path.last()
        {
            let carried = carried.entry(delegate.clone()).or_default();
            carried.push((grant.granted, (*delegator).clone()));
        }
        resolved.insert((*delegator).clone(), outcome);
    }
    if let Some(most) = limits.carried_max {
        for mut carried in carried.into_values() {
            carried.sort_unstable();
            for (_, delegator) in carried.into_iter().skip(most) {
                resolved.insert(delegator, Resolved::NoVote(Reason::OverCap));
            }
        }
    }
    resolved
}

fn follow<I: Ord + Clone>(
    first: &Grant<I>,
    roll: &BTreeSet<I>,
    direct: &BTreeSet<I>,
    holding: &BTreeMap<&I, &Grant<I>>,
    depth_max: usize,
) -> Resolved<I> {
    let mut path = Vec::new();
    let mut passed = BTreeSet::from([&first.delegator]);
    let mut grant = first;
    loop {
        let delegate = &grant.delegate;
        if !roll.contains(delegate) {
            return Resolved::NoVote(Reason::OffTheRoll);
        }
        if !passed.insert(delegate) {
            return Resolved::NoVote(Reason::Cycle);
        }
        if path.len() == depth_max {
            return Resolved::NoVote(Reason::BeyondDepth);
        }
        path.push(delegate.clone());
        if direct.contains(delegate) {
            return Resolved::Carried(path);
        }
        let Some(next) = holding.get(delegate) else {
            return Resolved::NoVote(Reason::NobodyVoted);
        };
        grant = next;
    }
}
