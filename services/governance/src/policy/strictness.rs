//! Which of two policies is the stricter, and whether a vote would satisfy a policy that it was
//! not taken under. This is what protects a rule from being weakened by fewer than it demands.
//!
//! The order is partial on purpose. A change that cannot be shown to leave every hurdle at least as
//! high, and every right as it was, counts as weakening: who decides, in what secrecy, what they
//! may do with their ballots and who judges are neither stricter nor laxer when they differ, and a
//! majority could otherwise choose the people, the judge or the publicity that suit it.

use std::collections::{BTreeMap, BTreeSet};

use events::{
    Base, Bound, Challenges, DecisionPolicy, EarlyClose, Electorate, Extension, Figures, Icon,
    Method, Objections, Quorum, QuorumSize, Requirement, RollUnit, Share, TieRule, VotingWindow,
    Weight,
};
use kernel::Party;

use super::{adopts_proposals, icons};
use crate::counting::{adopts, constituencies::are_asked, standard_key};

#[cfg(test)]
mod tests;

/// Tells whether `after` in place of `before` would make anything easier or take a right away;
/// `None` when nothing decides any more.
///
/// Not weakening is reflexive and transitive, so no row of small steps weakens what one could not.
/// Names and subjects are not compared: the caller compares what decides on one subject.
pub fn weakens(before: &DecisionPolicy, after: Option<&DecisionPolicy>) -> bool {
    match after {
        None => true,
        Some(after) => !as_strict(before, after),
    }
}

/// Tells whether a vote that was adopted under `decided_under` with these `figures` would have
/// satisfied `policy` as well.
///
/// The same people must have been asked, for as long, after as much discussion. Consent is satisfied by consent before the same judge, and
/// a policy that counts blocks or disagreement by a vote in which one could block or disagree. A
/// ballot of consent counts as agreement: it is the most that could be said for the proposal there.
/// A policy that elects has no yes or no to satisfy; what it demands is its quorum, and that more
/// than half agree.
/// A quorum of each constituency is satisfied only by a vote that was asked for one at least as high.
/// Where all the roll agreed or consented, any policy of these or fewer people is satisfied: so
/// nothing is beyond change.
pub fn satisfies(
    policy: &DecisionPolicy,
    decided_under: &DecisionPolicy,
    figures: &Figures,
) -> bool {
    if unanimous(figures) && covers(&decided_under.electorate, &policy.electorate) {
        return true;
    }
    if !as_deliberate(policy, decided_under) {
        return false;
    }
    if same_rule(policy, decided_under) {
        return true;
    }
    if !same_electorate(&policy.electorate, &decided_under.electorate) {
        return false;
    }
    // Figures say of each constituency whether it had the quorum that was asked for.
    if are_asked(policy) && !quorum_as_strict(policy.quorum.as_ref(), decided_under.quorum.as_ref())
    {
        return false;
    }
    if !adopts_proposals(&policy.method) {
        return adopts(policy, figures);
    }
    match (&policy.method, &decided_under.method) {
        (Method::Consent {}, Method::Consent {}) => {
            let judge = |policy: &DecisionPolicy| policy.objections.clone().map(|it| it.judge);
            judge(policy) == judge(decided_under) && adopts(policy, figures)
        }
        (Method::Consent {}, _) => false,
        (_, Method::Consent {}) => {
            relied_on(policy).iter().all(|icon| *icon == Icon::Agree) && adopts(policy, figures)
        }
        (_, decided) => {
            let offered = icons(decided);
            relied_on(policy).iter().all(|icon| offered.contains(icon)) && adopts(policy, figures)
        }
    }
}

/// Every hurdle at least as high, every right the same.
fn as_strict(before: &DecisionPolicy, after: &DecisionPolicy) -> bool {
    // A new field stops the build here: is more of it stricter?
    let DecisionPolicy {
        name: _,
        subjects: _,
        method,
        proposer_roles,
        sponsors_min,
        discussion_hours_min,
        window,
        electorate,
        roll_moment,
        quorum,
        requirements,
        objections,
        secrecy,
        elsewhere,
        results,
        ballot_change,
        reasons,
        delegation,
        leavers,
        extension,
        early_close,
        tie,
        challenges,
        review_after_days,
        sunset_after_days,
        repeat_after_days,
    } = before;
    let rights = *proposer_roles == after.proposer_roles
        && *roll_moment == after.roll_moment
        && *secrecy == after.secrecy
        && *elsewhere == after.elsewhere
        && *results == after.results
        && *ballot_change == after.ballot_change
        && *reasons == after.reasons
        && *delegation == after.delegation
        && *leavers == after.leavers
        && *sunset_after_days == after.sunset_after_days
        && same_electorate(electorate, &after.electorate);
    let hurdles = method_as_strict(method, &after.method)
        && quorum_as_strict(quorum.as_ref(), after.quorum.as_ref())
        && requirements_as_strict(requirements, &after.requirements)
        && objections_as_strict(objections.as_ref(), after.objections.as_ref())
        && (after.tie == *tie || after.tie == TieRule::StatusQuo {});
    let time = *sponsors_min <= after.sponsors_min
        && *discussion_hours_min <= after.discussion_hours_min
        && *repeat_after_days <= after.repeat_after_days
        && window_as_strict(*window, after.window)
        && extension_as_strict(extension.as_ref(), after.extension.as_ref())
        && (after.early_close == *early_close || after.early_close == EarlyClose::Never);
    let afterwards = challenges_as_strict(challenges.as_ref(), after.challenges.as_ref())
        && review_as_strict(*review_after_days, after.review_after_days);
    rights && hurdles && time && afterwards
}

fn same_electorate(one: &Electorate, other: &Electorate) -> bool {
    one.classes == other.classes && same_unit(&one.unit, &other.unit)
}

/// Whether everybody of `inner` is asked when `outer` is.
fn covers(outer: &Electorate, inner: &Electorate) -> bool {
    outer.classes.is_superset(&inner.classes) && same_unit(&outer.unit, &inner.unit)
}

fn same_unit(one: &RollUnit, other: &RollUnit) -> bool {
    match (one, other) {
        (RollUnit::Weighted { weights: one }, RollUnit::Weighted { weights: other }) => {
            // The order of the table says nothing.
            fn table(weights: &[Weight]) -> BTreeMap<Party, &Weight> {
                weights.iter().map(|it| (it.party, it)).collect()
            }
            table(one) == table(other)
        }
        (RollUnit::Person {}, RollUnit::Person {})
        | (RollUnit::Organisation {}, RollUnit::Organisation {}) => true,
        (RollUnit::Person {}, RollUnit::Organisation {} | RollUnit::Weighted { .. })
        | (RollUnit::Organisation {}, RollUnit::Person {} | RollUnit::Weighted { .. })
        | (RollUnit::Weighted { .. }, RollUnit::Person {} | RollUnit::Organisation {}) => false,
    }
}

/// Whether `decided_under` asked for as much discussion and as long a vote as `policy` does.
fn as_deliberate(policy: &DecisionPolicy, decided_under: &DecisionPolicy) -> bool {
    policy.discussion_hours_min <= decided_under.discussion_hours_min
        && policy.window.hours_min <= decided_under.window.hours_min
}

/// Whether the same ballots of the same people lead to the same result under both.
fn same_rule(one: &DecisionPolicy, other: &DecisionPolicy) -> bool {
    one.method == other.method
        && same_electorate(&one.electorate, &other.electorate)
        && one.quorum == other.quorum
        && one.requirements == other.requirements
        && one.objections == other.objections
}

fn method_as_strict(before: &Method, after: &Method) -> bool {
    match (before, after) {
        // The requirements stay, and blocks come on top of them.
        (Method::Majority {}, Method::ProposalWithBlock { .. } | Method::Consensus {})
        // Consensus bears no block at all.
        | (Method::ProposalWithBlock { .. }, Method::Consensus {}) => true,
        (
            Method::ProposalWithBlock { blocks_max: before },
            Method::ProposalWithBlock { blocks_max: after },
        ) => after <= before,
        (before, after) => before == after,
    }
}

fn quorum_as_strict(before: Option<&Quorum>, after: Option<&Quorum>) -> bool {
    let (before, after) = match (before, after) {
        (None, _) => return true,
        (Some(_), None) => return false,
        (Some(before), Some(after)) => (before, after),
    };
    // Whoever counts for the new one counted for the old one.
    let counts = [
        (before.counts.abstentions, after.counts.abstentions),
        (before.counts.blanks, after.counts.blanks),
        (before.counts.delegated, after.counts.delegated),
    ];
    let nobody_added = counts.into_iter().all(|(before, after)| before || !after);
    let size = match (before.size, after.size) {
        (QuorumSize::ShareOfRoll(less), QuorumSize::ShareOfRoll(more)) => {
            threshold_as_high((less, before.bound), (more, after.bound))
        }
        (QuorumSize::Units(less), QuorumSize::Units(more)) => {
            match (units_needed(less, before.bound), units_needed(more, after.bound)) {
                (Some(less), Some(more)) => less <= more,
                (Some(_) | None, None) | (None, Some(_)) => false,
            }
        }
        // Who has the share of each part has it of the whole, but not the other way round.
        (
            QuorumSize::ShareOfRoll(less) | QuorumSize::ShareOfEach(less),
            QuorumSize::ShareOfEach(more),
        ) => threshold_as_high((less, before.bound), (more, after.bound)),
        (QuorumSize::ShareOfEach(_), QuorumSize::ShareOfRoll(_)) => false,
        // Which is more depends on how many are on the roll.
        (QuorumSize::ShareOfRoll(_) | QuorumSize::ShareOfEach(_), QuorumSize::Units(_))
        | (QuorumSize::Units(_), QuorumSize::ShareOfRoll(_) | QuorumSize::ShareOfEach(_)) => false,
    };
    nobody_added && size
}

fn units_needed(units: u32, bound: Bound) -> Option<u64> {
    match bound {
        Bound::AtLeast => Some(u64::from(units)),
        Bound::MoreThan => Some(u64::from(units) + 1),
        Bound::AtMost => None,
    }
}

/// Whether whatever reaches the second threshold reaches the first one.
fn threshold_as_high(before: (Share, Bound), after: (Share, Bound)) -> bool {
    match (before.1, after.1) {
        (Bound::AtLeast, Bound::AtLeast | Bound::MoreThan) | (Bound::MoreThan, Bound::MoreThan) => {
            not_above(before.0, after.0)
        }
        (Bound::MoreThan, Bound::AtLeast) => !not_above(after.0, before.0),
        (Bound::AtMost, _) | (_, Bound::AtMost) => false,
    }
}

/// Whether `one` is not above `other`. Cross-multiplied in 64 bits: exact.
fn not_above(one: Share, other: Share) -> bool {
    let left = u64::from(one.numerator) * u64::from(other.denominator);
    let right = u64::from(other.numerator) * u64::from(one.denominator);
    left <= right
}

fn requirements_as_strict(before: &[Requirement], after: &[Requirement]) -> bool {
    before.iter().all(|before| after.iter().any(|after| requirement_as_strict(before, after)))
}

/// Whether figures that meet `after` meet `before`.
fn requirement_as_strict(before: &Requirement, after: &Requirement) -> bool {
    let share = match (before.bound, after.bound) {
        (Bound::AtMost, Bound::AtMost) => {
            // Fewer of fewer.
            return before.icon == after.icon
                && not_above(after.share, before.share)
                && base_rank(after.base) <= base_rank(before.base);
        }
        (Bound::AtMost, Bound::AtLeast | Bound::MoreThan)
        | (Bound::AtLeast | Bound::MoreThan, Bound::AtMost) => false,
        (Bound::AtLeast | Bound::MoreThan, Bound::AtLeast | Bound::MoreThan) => {
            threshold_as_high((before.share, before.bound), (after.share, after.bound))
        }
    };
    // More of more.
    before.icon == after.icon && share && base_rank(before.base) <= base_rank(after.base)
}

/// Which base is never the smaller one, by the same ballots.
fn base_rank(base: Base) -> u8 {
    match base {
        Base::CastWithoutAbstentions => 0,
        Base::Cast => 1,
        Base::Roll => 2,
    }
}

fn objections_as_strict(before: Option<&Objections>, after: Option<&Objections>) -> bool {
    match (before, after) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) => {
            before.judge == after.judge && after.standing_max <= before.standing_max
        }
    }
}

/// Longer is stricter: nobody is outvoted in a hurry.
fn window_as_strict(before: VotingWindow, after: VotingWindow) -> bool {
    before.hours_min <= after.hours_min && before.hours_max <= after.hours_max
}

/// An extension is a second chance to be adopted; fewer or none are stricter.
fn extension_as_strict(before: Option<&Extension>, after: Option<&Extension>) -> bool {
    match (before, after) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(before), Some(after)) => {
            let same = Extension { times_max: before.times_max, ..*after } == *before;
            same && after.times_max <= before.times_max
        }
    }
}

fn challenges_as_strict(before: Option<&Challenges>, after: Option<&Challenges>) -> bool {
    match (before, after) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) => {
            before.judge == after.judge && before.window_hours <= after.window_hours
        }
    }
}

/// Sooner is stricter, and never the laxest.
fn review_as_strict(before: Option<u32>, after: Option<u32>) -> bool {
    match (before, after) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) => after <= before,
    }
}

/// The meanings of ballots without which nobody can say whether `policy` is satisfied.
fn relied_on(policy: &DecisionPolicy) -> BTreeSet<Icon> {
    let mut icons: BTreeSet<Icon> = policy.requirements.iter().map(|it| it.icon).collect();
    match policy.method {
        Method::ProposalWithBlock { .. } | Method::Consensus {} => {
            icons.insert(Icon::Block);
        }
        Method::Majority {}
        | Method::Consent {}
        | Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => {}
    }
    icons
}

/// Whether everyone on the roll agreed or consented, and no objection stands.
fn unanimous(figures: &Figures) -> bool {
    let keys = [standard_key(Icon::Agree), standard_key(Icon::Consent)];
    let agreed = |it: &&events::OptionFigures| keys.contains(&it.option.0.as_str());
    let units: u64 = figures.options.iter().filter(agreed).map(|it| u64::from(it.units)).sum();
    figures.roll_units > 0
        && units == u64::from(figures.roll_units)
        && figures.objections_standing == 0
}
