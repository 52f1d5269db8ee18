//! Concentration: how far proposing, deciding and coordinating lie in few hands. Pure.
//!
//! Counted from what participation tells of each member, and from nothing else: where it does not say
//! who voted in a secret decision, nothing of that decision is in these figures either. Everybody who
//! could act counts, also who never did. Source: domain.md, sections 3.7 and 5.2.

use std::collections::{BTreeMap, BTreeSet};

use kernel::PersonId;
use tally::Fraction;

use crate::views::participation::{ParticipationRow, ProposerRow};

#[cfg(test)]
mod tests;

/// What members do, as far as it is counted for each of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Putting proposals before the network; of co-authors only the first is counted.
    Proposing,
    /// Having proposals called to a decision; of co-authors only the first is counted.
    Calling,
    /// Voting, in decisions that tell who voted.
    Voting,
    /// Voting with a lent vote, once for each.
    Carrying,
    /// Taking offices: mandates that were accepted, whatever became of them.
    Coordinating,
}

/// How far one act lies in few hands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Concentration {
    /// The act.
    pub act: Act,
    /// How it spreads over those who could do it.
    pub spread: Spread,
}

/// How something that each party did so many times spreads over them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spread {
    /// How many could do it, those who never did among them.
    pub parties: u32,
    /// How often all of them did it.
    pub acts: u64,
    /// The Gini coefficient, from 0 to below 1; `None` when nobody did it.
    pub gini: Option<Fraction>,
    /// The least number of them who together did at least half; `None` when nobody did it.
    pub half_by: Option<u32>,
}

/// What is known of the members of a network.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The persons who are active members now.
    pub members: BTreeSet<PersonId>,
    /// How the parties took part in the decisions that were tallied.
    pub records: Vec<ParticipationRow>,
    /// Who proposed.
    pub proposers: Vec<ProposerRow>,
    /// How many mandates each person accepted.
    pub accepted: Vec<(PersonId, u32)>,
}

/// How far each act lies in few hands, in the order of [`Act`].
///
/// Votes are given and carried by whoever stood on the roll of a decision that tells who voted. All
/// else is done by persons: those who are members now, who stood on a roll, wrote a proposal or took an
/// office. Who may act for an organisation becomes known only by doing so.
pub fn of(evidence: &Evidence) -> Vec<Concentration> {
    let Evidence { members, records, proposers, accepted } = evidence;
    let told: Vec<&ParticipationRow> = records.iter().filter(|it| it.untold < it.issued).collect();
    let mut persons = members.clone();
    persons.extend(records.iter().filter_map(|record| record.party.person()));
    persons.extend(proposers.iter().map(|proposer| proposer.author));
    persons.extend(accepted.iter().map(|(holder, _)| *holder));
    let by_persons = |counts: BTreeMap<PersonId, u32>| {
        let count = |person| counts.get(person).copied().unwrap_or(0);
        persons.iter().map(count).collect::<Vec<u32>>()
    };
    let proposed = |count: fn(&ProposerRow) -> u32| {
        by_persons(proposers.iter().map(|proposer| (proposer.author, count(proposer))).collect())
    };
    let voted = |count: fn(&ParticipationRow) -> u32| {
        told.iter().map(|record| count(record)).collect::<Vec<u32>>()
    };
    [
        (Act::Proposing, proposed(|it| it.submitted)),
        (Act::Calling, proposed(|it| it.called)),
        (Act::Voting, voted(|it| it.cast)),
        (Act::Carrying, voted(|it| it.carried)),
        (Act::Coordinating, by_persons(accepted.iter().copied().collect())),
    ]
    .map(|(act, counts)| Concentration { act, spread: spread(counts) })
    .to_vec()
}

/// How something spreads that each party did so many times; `counts` has one number for each, in any
/// order, and 0 for who never did.
///
/// The Gini coefficient is that of the population as it is, without a correction for small ones:
/// half of the mean difference of all ordered pairs, relative to the mean, Σᵢ Σⱼ |xᵢ − xⱼ| / (2 n² x̄). It is 0
/// where all did the same, and 1 − 1/n where one of n did everything. It is computed from the counts in
/// ascending order as Σᵢ (2i − n − 1) xᵢ / (n Σ x), with i from 1, which is the same.
/// Source: Gini, Variabilità e mutabilità, 1912; the form by ranks: Sen, On Economic Inequality, 1973.
pub fn spread(mut counts: Vec<u32>) -> Spread {
    counts.sort_unstable();
    let parties = u32::try_from(counts.len()).unwrap_or(u32::MAX);
    let acts: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let weighted = counts.iter().zip(1_i128..).map(|(count, rank)| {
        let above = 2 * rank - i128::from(parties) - 1;
        above * i128::from(*count)
    });
    let gini = Fraction::of(weighted.sum(), u128::from(parties) * u128::from(acts));
    let mut together = 0;
    let half_by = counts.iter().rev().zip(1..).find_map(|(count, number)| {
        together += u64::from(*count);
        (acts > 0 && 2 * together >= acts).then_some(number)
    });
    Spread { parties, acts, gini, half_by }
}
