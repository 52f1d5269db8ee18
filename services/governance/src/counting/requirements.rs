//! Whether figures adopt a proposal: the quorum, the requirements, and what the method asks itself.

use std::cmp::Ordering;

use events::{
    Base, Bound, ConstituencyFigures, DecisionPolicy, Figures, Icon, Method, Quorum, QuorumSize,
    Requirement, RequirementFigures, Share,
};
use tally::{
    quorum::{Attendance, Counts, Presence, Threshold},
    requirement::Met,
};

use super::ballots::standard_key;

/// More than half of what was cast but for abstentions must agree: what a method that asks for
/// agreement means where its policy says nothing else.
pub(super) const SIMPLE_MAJORITY: Requirement = Requirement {
    icon: Icon::Agree,
    bound: Bound::MoreThan,
    share: Share { numerator: 1, denominator: 2 },
    base: Base::CastWithoutAbstentions,
};

/// What figures come to under a policy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// They adopt.
    Adopted,
    /// They do not.
    NotAdopted,
    /// As many are for it as are against it, and nothing else is in its way.
    Tied,
    /// Too few took part.
    Inquorate,
}

/// Tells whether figures would adopt a proposal under a policy, also one they were not made for.
///
/// Used for entrenchment: a vote that weakens a policy must itself satisfy it. The quorum and the
/// requirements are taken anew from the figures; a tie does not adopt. Consent is agreement where
/// agreement is asked for, and disagreement is an objection where consent is: so a majority never
/// passes for consent. A policy that elects, ranks or advises says nothing of adopting; then more
/// than half must agree.
pub fn adopts(policy: &DecisionPolicy, figures: &Figures) -> bool {
    verdict(policy, figures) == Verdict::Adopted
}

/// Finds what figures come to under a policy. What the figures themselves say of a quorum and of
/// requirements is not read, but for the quorum of each constituency.
pub fn verdict(policy: &DecisionPolicy, figures: &Figures) -> Verdict {
    if !is_quorate(policy, figures) {
        return Verdict::Inquorate;
    }
    let mut tied = false;
    for requirement in demanded(policy) {
        match check(&requirement, figures).0 {
            Met::Yes => {}
            Met::No => return Verdict::NotAdopted,
            Met::Tied => tied = true,
        }
    }
    if !bears(&policy.method, figures) || !objections_allow(policy, figures) {
        return Verdict::NotAdopted;
    }
    let agree = weight_of(Icon::Agree, figures);
    let against =
        weight_of(Icon::Disagree, figures).saturating_add(weight_of(Icon::Block, figures));
    match (tied, agree.cmp(&against)) {
        (false, _) => Verdict::Adopted,
        // "More than two thirds" that are just two thirds are no tie: they are too few.
        (true, Ordering::Equal) => Verdict::Tied,
        (true, Ordering::Less | Ordering::Greater) => Verdict::NotAdopted,
    }
}

/// What figures come to by the method of their policy, as far as they say it themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Upshot {
    /// The proposal is adopted.
    Adopted,
    /// It is not, or nobody is elected because no ballot says anything.
    NotAdopted,
    /// As many are for the proposal as are against it: the tie rule of the policy decides.
    Tied,
    /// Too few took part.
    Inquorate,
    /// Nothing is decided; the figures advise.
    Advised,
    /// Something or somebody is chosen or put in order: what each ballot says decides whom.
    Chosen,
}

/// Finds what figures come to by the method of a policy.
pub fn upshot(policy: &DecisionPolicy, figures: &Figures) -> Upshot {
    match policy.method {
        Method::Advice {} => Upshot::Advised,
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {} => match verdict(policy, figures) {
            Verdict::Adopted => Upshot::Adopted,
            Verdict::NotAdopted => Upshot::NotAdopted,
            Verdict::Tied => Upshot::Tied,
            Verdict::Inquorate => Upshot::Inquorate,
        },
        Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => match (is_quorate(policy, figures), figures.direct_units) {
            (false, _) => Upshot::Inquorate,
            (true, 0) => Upshot::NotAdopted,
            (true, _) => Upshot::Chosen,
        },
    }
}

/// The requirements that hold: those of the policy, and a simple majority where its method asks for
/// agreement and the policy does not say how much.
pub(super) fn demanded(policy: &DecisionPolicy) -> Vec<Requirement> {
    let mut demanded = policy.requirements.clone();
    let names_agreement = demanded.iter().any(|it| it.icon == Icon::Agree);
    let asks_agreement = match policy.method {
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => true,
        Method::Consent {} | Method::Consensus {} => false,
    };
    if asks_agreement && !names_agreement {
        demanded.push(SIMPLE_MAJORITY);
    }
    demanded
}

/// Whether the method itself is satisfied: somebody agrees, where it asks for agreement, and it
/// bears what was voted against the proposal.
///
/// That somebody agrees is asked besides any share, because a share of nothing would be met by the
/// first one who abstains.
fn bears(method: &Method, figures: &Figures) -> bool {
    match method {
        Method::Consent {} => true,
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consensus {}
        | Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => {
            let borne = opposed(method, figures).is_none_or(|(units, max)| units <= max);
            weight_of(Icon::Agree, figures) > 0 && borne
        }
    }
}

/// How many entries oppose a proposal in a way that its method bears only so often, and how often:
/// by a block or, where all must agree, a disagreement. `None` for methods without such a limit.
pub(super) fn opposed(method: &Method, figures: &Figures) -> Option<(u32, u32)> {
    let blocks = units_of(Icon::Block, figures);
    match method {
        Method::ProposalWithBlock { blocks_max } => Some((blocks, *blocks_max)),
        Method::Consensus {} => Some((blocks.saturating_add(units_of(Icon::Disagree, figures)), 0)),
        Method::Majority {}
        | Method::Consent {}
        | Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => None,
    }
}

/// Whether no more objections stand than the policy bears. Where consent is asked for, whoever
/// disagrees or blocks objects; where nothing is said of objections, there are none.
fn objections_allow(policy: &DecisionPolicy, figures: &Figures) -> bool {
    let standing_max = policy.objections.as_ref().map(|objections| objections.standing_max);
    match policy.method {
        Method::Consent {} => {
            let against =
                units_of(Icon::Disagree, figures).saturating_add(units_of(Icon::Block, figures));
            figures.objections_standing.saturating_add(against) <= standing_max.unwrap_or(0)
        }
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consensus {}
        | Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => standing_max.is_none_or(|max| figures.objections_standing <= max),
    }
}

/// How many entries the quorum of a policy needs of a roll of so many; `None` where there is no
/// quorum, where nobody is on the roll, and for a share that is none.
///
/// Where the quorum is of each constituency it is the least that all of them together can need: how
/// many they do is found with the roll.
pub fn quorum_units(policy: &DecisionPolicy, roll_units: u32) -> Option<u32> {
    let threshold = exact_threshold(policy.quorum?)?;
    let needed = tally::quorum::needed(threshold, u64::from(roll_units))?;
    Some(u32::try_from(needed).unwrap_or(u32::MAX))
}

/// What a quorum asks of the roll, or of each constituency; `None` for a share that is none.
pub(super) fn exact_threshold(quorum: Quorum) -> Option<Threshold> {
    let Quorum { size, bound, .. } = quorum;
    Some(match (size, bound) {
        (QuorumSize::ShareOfRoll(share) | QuorumSize::ShareOfEach(share), Bound::MoreThan) => {
            Threshold::MoreThan(exact(share)?)
        }
        // A quorum has no upper bound; policies that state one are refused when they are made.
        (
            QuorumSize::ShareOfRoll(share) | QuorumSize::ShareOfEach(share),
            Bound::AtLeast | Bound::AtMost,
        ) => Threshold::AtLeast(exact(share)?),
        (QuorumSize::Units(units), Bound::MoreThan) => {
            Threshold::Units(u64::from(units).saturating_add(1))
        }
        (QuorumSize::Units(units), Bound::AtLeast | Bound::AtMost) => {
            Threshold::Units(u64::from(units))
        }
    })
}

/// How many entries count as present under a policy; all that took part where it has no quorum.
pub fn present_units(policy: &DecisionPolicy, figures: &Figures) -> u32 {
    let attendance = Attendance {
        direct: u64::from(figures.direct_units),
        delegated: u64::from(figures.delegated_units),
        abstentions: u64::from(figures.abstained_units),
        blanks: u64::from(figures.blank_units),
    };
    u32::try_from(present_of(policy, attendance)).unwrap_or(u32::MAX)
}

/// As [`present_units`], of those who attended.
pub(super) fn present_of(policy: &DecisionPolicy, attendance: Attendance) -> u64 {
    let presence = policy.quorum.as_ref().map_or(Presence::ALL, |quorum| {
        let counts = |counts: bool| if counts { Counts::Present } else { Counts::Absent };
        Presence {
            abstentions: counts(quorum.counts.abstentions),
            blanks: counts(quorum.counts.blanks),
            delegated: counts(quorum.counts.delegated),
        }
    });
    tally::quorum::present(attendance, presence)
}

/// Whether enough took part. An empty roll is never quorate, whatever the policy.
///
/// Of constituencies the figures say it themselves, because those of a secret vote hold no numbers
/// that betray anybody; figures without any are not quorate where the quorum is of each.
pub fn is_quorate(policy: &DecisionPolicy, figures: &Figures) -> bool {
    match policy.quorum.map(|quorum| quorum.size) {
        None => figures.roll_units > 0,
        Some(QuorumSize::ShareOfRoll(_) | QuorumSize::Units(_)) => {
            quorum_units(policy, figures.roll_units)
                .is_some_and(|needed| needed <= present_units(policy, figures))
        }
        Some(QuorumSize::ShareOfEach(_)) => {
            let each = &figures.constituencies;
            !each.is_empty() && each.iter().all(|constituency| constituency.quorate)
        }
    }
}

/// How many more entries have to take part for the quorum, each in the constituency that lacks them
/// where it is of each; 0 when there are enough. `None` when no number would do, because nobody is on
/// the roll, and in a secret vote that is not to tell.
pub fn units_still_needed(policy: &DecisionPolicy, figures: &Figures) -> Option<u32> {
    if figures.roll_units == 0 {
        return None;
    }
    let missing = |it: &ConstituencyFigures| {
        let lacking = it.present_units.map(|present| it.quorum_units.saturating_sub(present));
        if it.quorate { Some(0) } else { lacking }
    };
    match policy.quorum.map(|quorum| quorum.size) {
        None => Some(0),
        Some(QuorumSize::ShareOfEach(_)) if !figures.constituencies.is_empty() => {
            figures.constituencies.iter().map(missing).sum()
        }
        Some(QuorumSize::ShareOfRoll(_) | QuorumSize::Units(_) | QuorumSize::ShareOfEach(_)) => {
            let needed = quorum_units(policy, figures.roll_units)?;
            Some(needed.saturating_sub(present_units(policy, figures)))
        }
    }
}

/// The weight on the options of a meaning, and on those that mean as much.
pub(super) fn weight_of(icon: Icon, figures: &Figures) -> u64 {
    alike(icon, figures).fold(0, |sum, option| sum.saturating_add(option.weight))
}

/// The entries for the options of a meaning, and for those that mean as much.
pub(super) fn units_of(icon: Icon, figures: &Figures) -> u32 {
    alike(icon, figures).fold(0, |sum, option| sum.saturating_add(option.units))
}

/// Consenting and agreeing are the same: no decision has options of both.
fn alike(icon: Icon, figures: &Figures) -> impl Iterator<Item = &events::OptionFigures> {
    let icons: &[Icon] = match icon {
        Icon::Agree | Icon::Consent => &[Icon::Agree, Icon::Consent],
        Icon::Disagree => &[Icon::Disagree],
        Icon::StandAside => &[Icon::StandAside],
        Icon::Block => &[Icon::Block],
        Icon::Item => &[],
    };
    let means = |option: &&events::OptionFigures| {
        icons.iter().any(|icon| standard_key(*icon) == option.option.0)
    };
    figures.options.iter().filter(means)
}

/// Checks one requirement on the options of its meaning: whether it is met, on which weight, of
/// which base.
pub(super) fn check(requirement: &Requirement, figures: &Figures) -> (Met, u64, u64) {
    check_weight(requirement, weight_of(requirement.icon, figures), figures)
}

/// Checks one requirement on a weight.
///
/// An upper bound on a share of everything cast is never met: abstaining would help to meet it, and
/// policies that state one are refused when they are made.
pub(super) fn check_weight(
    requirement: &Requirement,
    weight: u64,
    figures: &Figures,
) -> (Met, u64, u64) {
    let base = match requirement.base {
        Base::Cast => figures.cast_weight,
        Base::CastWithoutAbstentions => {
            figures.cast_weight.saturating_sub(figures.abstained_weight)
        }
        Base::Roll => figures.roll_weight,
    };
    (met(requirement, weight, base, figures).unwrap_or(Met::No), weight, base)
}

fn met(requirement: &Requirement, weight: u64, base: u64, figures: &Figures) -> Option<Met> {
    let share = exact(requirement.share)?;
    let bound = match requirement.bound {
        Bound::AtLeast => tally::requirement::Bound::AtLeast(share),
        Bound::MoreThan => tally::requirement::Bound::MoreThan(share),
        Bound::AtMost => tally::requirement::Bound::AtMost(share),
    };
    let of = match requirement.base {
        Base::Cast => tally::requirement::Base::Cast,
        Base::CastWithoutAbstentions => tally::requirement::Base::CastWithoutAbstentions,
        Base::Roll => tally::requirement::Base::Roll,
    };
    let requirement = tally::requirement::Requirement::new(0, bound, of).ok()?;
    let abstained = match of {
        tally::requirement::Base::Cast => figures.abstained_weight,
        tally::requirement::Base::CastWithoutAbstentions
        | tally::requirement::Base::Roll
        | tally::requirement::Base::WeightCast => 0,
    };
    // Whoever chose neither this option nor to abstain stands with the blank ones: one ballot may
    // choose several options, so their weights do not add up to what was cast.
    let elsewhere = base.saturating_sub(weight).saturating_sub(abstained);
    let checked = requirement.check(&tally::requirement::Figures {
        options: vec![u128::from(weight)],
        abstained: u128::from(abstained),
        blank: u128::from(elsewhere),
        roll: u128::from(figures.roll_weight),
    });
    Some(checked.met)
}

/// The figures of each requirement that the policy states, in its order.
pub(super) fn requirement_figures(
    policy: &DecisionPolicy,
    figures: &Figures,
) -> Vec<RequirementFigures> {
    let of = |requirement: &Requirement| {
        let (met, weight, base) = check(requirement, figures);
        RequirementFigures { weight, base, met: met == Met::Yes }
    };
    policy.requirements.iter().map(of).collect()
}

fn exact(share: Share) -> Option<tally::Share> {
    tally::Share::of(u64::from(share.numerator), u64::from(share.denominator))
}

/// What figures lack to adopt a proposal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lacking {
    /// How many more entries have to take part for the quorum; `None` when no number would do.
    pub quorum_units: Option<u32>,
    /// How much more weight has to agree, if nobody else votes any more; 0 when enough do, and
    /// `None` when all who have not voted would not be enough.
    pub agreeing_weight: Option<u64>,
    /// How many entries have to give up a block or, where all must agree, a disagreement.
    pub opposed_units: u32,
    /// How many objections have to be resolved.
    pub objections: u32,
}

/// Finds what it would take to adopt a proposal: from figures as they stand, or from those of
/// [`nothing_cast`] for a vote that has not begun.
pub fn what_would_it_take(policy: &DecisionPolicy, figures: &Figures) -> Lacking {
    let opposed_units = match policy.method {
        Method::Consent {} => {
            units_of(Icon::Block, figures).saturating_add(units_of(Icon::Disagree, figures))
        }
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consensus {}
        | Method::Advice {}
        | Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => {
            opposed(&policy.method, figures).map_or(0, |(units, max)| units.saturating_sub(max))
        }
    };
    let standing_max = policy.objections.as_ref().map_or(0, |objections| objections.standing_max);
    Lacking {
        quorum_units: units_still_needed(policy, figures),
        agreeing_weight: agreeing_weight(policy, figures),
        opposed_units,
        objections: figures.objections_standing.saturating_sub(standing_max),
    }
}

fn agreeing_weight(policy: &DecisionPolicy, figures: &Figures) -> Option<u64> {
    let left = figures.roll_weight.saturating_sub(figures.cast_weight);
    let agree = weight_of(Icon::Agree, figures);
    let enough = |more: u64| {
        let figures = Figures { cast_weight: figures.cast_weight + more, ..figures.clone() };
        let weight = |icon: Icon| match icon {
            Icon::Agree | Icon::Consent => agree + more,
            Icon::Disagree | Icon::StandAside | Icon::Block | Icon::Item => {
                weight_of(icon, &figures)
            }
        };
        let somebody = policy.method == Method::Consent {} || agree + more > 0;
        let met = |it: &Requirement| check_weight(it, weight(it.icon), &figures).0 == Met::Yes;
        somebody && demanded(policy).iter().all(met)
    };
    if !enough(left) {
        return None;
    }
    // The share of those who agree only rises with them, so what is enough is found by halving.
    let (mut low, mut high) = (0, left);
    while low < high {
        let middle = low + (high - low) / 2;
        if enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

/// Figures of a vote that has not begun, on a roll of so many entries of so much weight.
pub fn nothing_cast(policy: &DecisionPolicy, roll_units: u32, roll_weight: u64) -> Figures {
    let mut figures = Figures {
        roll_units,
        roll_weight,
        direct_units: 0,
        delegated_units: 0,
        abstained_units: 0,
        abstained_weight: 0,
        blank_units: 0,
        present_units: 0,
        quorum_units: quorum_units(policy, roll_units),
        quorate: false,
        constituencies: Vec::new(),
        cast_weight: 0,
        options: Vec::new(),
        requirements: Vec::new(),
        objections_standing: 0,
        rounds: Vec::new(),
    };
    figures.quorate = is_quorate(policy, &figures);
    figures.requirements = requirement_figures(policy, &figures);
    figures
}
