//! Constituencies: the parts of a roll that must each have a quorum, and how many of each took part.

use std::collections::{BTreeMap, BTreeSet};

use events::{
    Constituency, ConstituencyFigures, ConstituencyTurnout, DecisionPolicy, QuorumSize, RollEntry,
};
use kernel::Party;
use tally::quorum::{Attendance, InEach, in_each};

use super::requirements::{exact_threshold, present_of};

#[cfg(test)]
mod tests;

/// A roll in its constituencies, in the order of their names, the one without a name first. There is
/// none without an entry that counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Constituencies {
    parts: Vec<Part>,
    /// The quorum of each, in the same order.
    quorums: InEach,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    constituency: Option<Constituency>,
    units: u32,
}

/// Tells whether the quorum of a policy is of each constituency, so that its rolls say of which each
/// entry is.
pub fn are_asked(policy: &DecisionPolicy) -> bool {
    match policy.quorum.map(|quorum| quorum.size) {
        Some(QuorumSize::ShareOfEach(_)) => true,
        Some(QuorumSize::ShareOfRoll(_) | QuorumSize::Units(_)) | None => false,
    }
}

impl Constituencies {
    /// Splits the entries that count, by how each of them took part; those that `attended` does not
    /// name did not. `None` where the quorum is not of each constituency.
    pub fn of<'a>(
        policy: &DecisionPolicy,
        entries: impl IntoIterator<Item = &'a RollEntry>,
        attended: &BTreeMap<Party, Attendance>,
    ) -> Option<Constituencies> {
        if !are_asked(policy) {
            return None;
        }
        let mut split = BTreeMap::<Option<&Constituency>, (u32, Attendance)>::new();
        for entry in entries {
            let (units, sum) = split.entry(entry.constituency.as_ref()).or_default();
            *units += 1;
            if let Some(more) = attended.get(&entry.party) {
                sum.direct += more.direct;
                sum.delegated += more.delegated;
                sum.abstentions += more.abstentions;
                sum.blanks += more.blanks;
            }
        }
        Constituencies::of_split(policy, split)
    }

    /// As [`Constituencies::of`], of entries that are counted already: how many each has, and how
    /// they took part. None of them is without an entry.
    pub(super) fn of_split(
        policy: &DecisionPolicy,
        split: BTreeMap<Option<&Constituency>, (u32, Attendance)>,
    ) -> Option<Constituencies> {
        let threshold = policy.quorum.filter(|_| are_asked(policy)).and_then(exact_threshold)?;
        let present =
            |(units, sum): &(u32, Attendance)| (u64::from(*units), present_of(policy, *sum));
        let quorums = in_each(threshold, split.values().map(present));
        let part = |(constituency, (units, _)): (Option<&Constituency>, (u32, Attendance))| Part {
            constituency: constituency.cloned(),
            units,
        };
        Some(Constituencies { parts: split.into_iter().map(part).collect(), quorums })
    }

    /// As [`Constituencies::of`], where nothing is known but who voted.
    pub fn by_voters<'a>(
        policy: &DecisionPolicy,
        entries: impl IntoIterator<Item = &'a RollEntry>,
        voters: &BTreeSet<Party>,
    ) -> Option<Constituencies> {
        let voted = Attendance { direct: 1, ..Attendance::default() };
        let attended = voters.iter().map(|voter| (*voter, voted)).collect();
        Constituencies::of(policy, entries, &attended)
    }

    /// How many more entries have to take part, each in the constituency that lacks them; `None`
    /// where no entry counts.
    pub fn missing(&self) -> Option<u32> {
        self.quorums.missing().map(small)
    }

    /// The figures of each.
    pub fn figures(&self) -> Vec<ConstituencyFigures> {
        let parts = self.parts.iter().zip(&self.quorums.parts);
        let figures = parts.map(|(part, quorum)| ConstituencyFigures {
            constituency: part.constituency.clone(),
            roll_units: part.units,
            present_units: Some(small(quorum.present)),
            quorum_units: small(quorum.needed.unwrap_or(u64::MAX)),
            quorate: quorum.is_reached(),
        });
        figures.collect()
    }

    /// What may be told of a secret vote: how many of each voted where `shown` says of all that so
    /// many do not betray anybody, otherwise only whether enough of each did. With one number left
    /// out, the turnout of the whole would give it away; and so would, less what the others had at
    /// least, which of them had enough. Whether all had enough the outcome tells anyway. `shown` is
    /// asked with how many voted, how many the quorum needs, and how many there are.
    pub fn told(&self, shown: impl Fn(u32, u32, u32) -> bool) -> Vec<ConstituencyTurnout> {
        let figures = self.figures();
        let voted = |it: &ConstituencyFigures| it.present_units.unwrap_or(0);
        let all = figures.iter().all(|it| shown(voted(it), it.quorum_units, it.roll_units));
        let all_quorate = figures.iter().all(|it| it.quorate);
        let turnout = figures.iter().map(|it| ConstituencyTurnout {
            constituency: it.constituency.clone(),
            voted: all.then(|| voted(it)),
            quorate: if all { it.quorate } else { all_quorate },
        });
        turnout.collect()
    }

    /// The figures of each in a secret vote, of which nothing is known but what was told. `None` when
    /// that cannot be: it is of other constituencies, it tells the numbers of some only or without
    /// them not the same of all, more voted than there are, enough or too few did and it says
    /// otherwise, or they do not add up to all who `voted`.
    pub fn figures_told(
        &self,
        told: &[ConstituencyTurnout],
        voted: u32,
    ) -> Option<Vec<ConstituencyFigures>> {
        // What one says without a number, it must say of all.
        let untold = |it: &ConstituencyTurnout| it.voted.is_none().then_some(it.quorate);
        let mut figures = self.figures();
        if figures.len() != told.len()
            || told.windows(2).any(|pair| untold(&pair[0]) != untold(&pair[1]))
        {
            return None;
        }
        let (mut least, mut most) = (0_u64, 0_u64);
        for (figures, told) in figures.iter_mut().zip(told) {
            let (units, needed) = (figures.roll_units, figures.quorum_units);
            let (low, high, agrees) = match (told.voted, told.quorate) {
                (Some(voted), quorate) => (voted, voted, quorate == (needed <= voted)),
                (None, true) => (needed, units, true),
                (None, false) => (0, units, true),
            };
            if !agrees || told.constituency != figures.constituency || high.max(low) > units {
                return None;
            }
            figures.present_units = told.voted;
            figures.quorate = told.quorate;
            least += u64::from(low);
            most += u64::from(high);
        }
        if told.iter().any(|it| untold(it) == Some(false)) {
            // One at least has too few.
            let lacking = |it: &ConstituencyFigures| {
                (u64::from(it.roll_units) + 1).saturating_sub(u64::from(it.quorum_units))
            };
            most = most.saturating_sub(figures.iter().map(lacking).min().unwrap_or(0));
        }
        (least..=most).contains(&u64::from(voted)).then_some(figures)
    }
}

/// Rolls have far fewer entries than this holds.
fn small(units: u64) -> u32 {
    u32::try_from(units).unwrap_or(u32::MAX)
}
