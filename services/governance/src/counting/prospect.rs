//! What a policy would make of votes that are only assumed: before anything is called, and by the
//! same count.
//!
//! [`prospect`] adds assumed ballots up as real ones are, and asks [`upshot`] and
//! [`what_would_it_take`] of the figures. Everybody is assumed to vote for themselves: no vote is
//! lent, no entry is void or in conflict. Source: domain.md, section 3.7.

use std::{collections::BTreeMap, fmt};

use events::{
    Choice, Constituency, DecisionPolicy, Figures, Icon, Method, OptionKey, RankedRule, RollEntry,
    RollUnit,
};
use kernel::{ErrorCode, Rejection};
use tally::{irv, quorum::Attendance, stv_scottish};

use super::{
    Cast, Constituencies, Kind, Lacking, Uncountable, Upshot, add_casts, attendance,
    ballots::{standard_key, standard_options},
    constituencies::are_asked,
    kind, needed_of_each, nothing_cast,
    requirements::opposed,
    seats_by, units_still_needed, upshot, what_would_it_take,
};
use crate::policy::{adopts_proposals, icons};

#[cfg(test)]
mod tests;

/// How many votes an assumed roll has at most.
pub const UNITS_MAX: u32 = 1_000_000;

/// What assumed ballots say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Says {
    /// An option of this meaning; [`Icon::Item`] is whatever a ballot may choose from.
    Option(Icon),
    /// Nothing, but to take part.
    Abstain,
    /// Nothing.
    Blank,
}

/// Ballots that are assumed to say the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssumedVotes {
    /// What.
    pub says: Says,
    /// Of which constituency; `None` is those without one, and all where the quorum is not of each.
    pub constituency: Option<Constituency>,
    /// How many.
    pub units: u32,
    /// What they weigh together; `None` where it follows, because all on the roll weigh the same.
    pub weight: Option<u64>,
}

/// A part of a roll that is assumed instead of the one there would be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssumedPart {
    /// Which constituency; `None` as in [`AssumedVotes`].
    pub constituency: Option<Constituency>,
    /// How many votes it has; above zero.
    pub units: u32,
    /// What they weigh together; `None` where it follows from the policy, because all weigh the same.
    pub weight: Option<u64>,
}

/// All that is assumed of a vote but who stands on its roll.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Assumed {
    /// What was cast; several may say the same.
    pub votes: Vec<AssumedVotes>,
    /// How many objections stand.
    pub objections: u32,
}

/// A roll in its constituencies: those that stand on it, or as many as are assumed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssumedRoll {
    parts: BTreeMap<Option<Constituency>, Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    units: u32,
    weight: u64,
    weights: Weights,
}

/// What is known of the weights of the entries of a part.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Weights {
    /// All weigh the same.
    Each(u32),
    /// They are these: the first sum is of nothing, the next of the lightest, and so on to all.
    Listed(Vec<u64>),
    /// Nothing but their sum.
    Any,
}

/// What a policy would make of assumed votes.
#[derive(Clone, PartialEq, Debug)]
pub struct Prospect {
    /// The figures; of an election without options, because it is not assumed what there are.
    pub figures: Figures,
    /// What they come to, if voting ended so.
    pub upshot: Upshot,
    /// How many more entries have to take part for the quorum, each in the constituency that lacks
    /// them; 0 where there is none, and `None` when all who have not voted would not be enough.
    pub quorum_units_missing: Option<u32>,
    /// How many may block or, where all must agree, disagree; `None` for other methods.
    pub opposed_max: Option<u32>,
    /// How many valid objections may stand; `None` where the policy has none.
    pub objections_max: Option<u32>,
    /// How many win at most; `None` for methods that choose no winners.
    pub seats: Option<u32>,
    /// How much weight elects for certain if so many rank somebody: the quota of Scottish STV, and
    /// more than half in a run-off. `None` by other methods, and before anybody ranks.
    pub quota: Option<u64>,
    /// What would still adopt it; `None` for methods that adopt nothing.
    pub lacking: Option<Lacking>,
}

/// Why what is assumed cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Contradiction {
    /// More votes are cast than there are.
    #[error("{votes} votes are assumed, and {part} has {units}: assume fewer, or a larger roll")]
    VotesAboveRoll {
        /// Of which part of the roll.
        part: PartName,
        /// How many are cast.
        votes: u64,
        /// How many there are.
        units: u32,
    },
    /// The method has no such option.
    #[error("no ballot by this method says {}: it says one of {}", .0.name(), choices(.1))]
    ChoiceForeign(Says, &'static [Icon]),
    /// The policy knows no objections.
    #[error("this policy knows no objections: assume none")]
    ObjectionsForeign,
    /// The quorum is not of each constituency.
    #[error("the quorum of this policy is not of each constituency: name none")]
    ConstituencyUnused,
    /// Nobody on the roll is of this constituency.
    #[error("nobody on the roll is of {part}; the roll has {}", names(known))]
    ConstituencyUnknown {
        /// Which.
        part: PartName,
        /// Those that there are.
        known: Vec<PartName>,
    },
    /// A constituency of the assumed roll is named twice.
    #[error("{0} is named twice: say once how many votes it has")]
    ConstituencyRepeated(PartName),
    /// A part of the assumed roll has no votes.
    #[error("{0} is assumed to have no votes: leave it out")]
    RollPartEmpty(PartName),
    /// The assumed roll has too many votes.
    #[error("at most {UNITS_MAX} votes are assumed of a roll")]
    RollTooLarge,
    /// The votes of the policy weigh one each.
    #[error("a vote weighs 1 under this policy: leave the weight out")]
    WeightsAreOne,
    /// The votes weigh differently.
    #[error("votes weigh differently here: say what these {0} weigh together")]
    WeightNeeded(u32),
    /// So many votes cannot weigh so much.
    #[error("{units} votes of {part} weigh from {min} to {max} together, not {weight}")]
    WeightOutOfRange {
        /// Of which part of the roll.
        part: PartName,
        /// How many votes.
        units: u32,
        /// The weight that is assumed.
        weight: u64,
        /// The least that so many can weigh, beside what the rest of the roll does.
        min: u64,
        /// The most.
        max: u64,
    },
    /// The assumed votes cannot be added.
    #[error("what is assumed cannot be counted")]
    Uncountable(#[from] Uncountable),
}

/// A part of a roll, as people read it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PartName {
    /// All of it.
    Roll,
    /// A constituency; `None` is those who belong to none.
    Constituency(Option<Constituency>),
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartName::Roll => f.write_str("the roll"),
            PartName::Constituency(None) => f.write_str("the part without a constituency"),
            PartName::Constituency(Some(name)) => {
                write!(f, "the constituency {name:?}", name = name.0)
            }
        }
    }
}

fn names(parts: &[PartName]) -> String {
    let names: Vec<String> = parts.iter().map(ToString::to_string).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn choices(icons: &[Icon]) -> String {
    let all = icons.iter().map(|icon| Says::Option(*icon)).chain([Says::Abstain, Says::Blank]);
    all.map(Says::name).collect::<Vec<_>>().join(", ")
}

impl Says {
    fn name(self) -> &'static str {
        match self {
            Says::Option(icon) => standard_key(icon),
            Says::Abstain => "abstain",
            Says::Blank => "blank",
        }
    }

    /// A ballot that says so. What it chooses from several things is left open: it is counted as one
    /// that says something.
    fn choice(self, method: &Method) -> Result<Choice, Contradiction> {
        match self {
            Says::Option(icon) if !icons(method).contains(&icon) => {
                Err(Contradiction::ChoiceForeign(self, icons(method)))
            }
            Says::Option(Icon::Item) => Ok(Choice::Options([].into())),
            Says::Option(icon) => Ok(Choice::Option(OptionKey(standard_key(icon).to_owned()))),
            Says::Abstain => Ok(Choice::Abstain {}),
            Says::Blank => Ok(Choice::Blank {}),
        }
    }
}

impl AssumedRoll {
    /// The roll of these entries under a policy.
    pub fn of_entries(policy: &DecisionPolicy, entries: &[RollEntry]) -> AssumedRoll {
        let mut split = BTreeMap::<Option<Constituency>, Vec<u32>>::new();
        if !are_asked(policy) {
            split.insert(None, Vec::new());
        }
        for entry in entries {
            split.entry(entry.constituency.clone()).or_default().push(entry.weight);
        }
        let part = |(name, weights)| (name, Part::listed(weights));
        AssumedRoll { parts: split.into_iter().map(part).collect() }
    }

    /// A roll of so many votes under a policy; without parts, of nobody.
    ///
    /// # Errors
    ///
    /// Returns what of it contradicts itself or the policy.
    pub fn of_parts(
        policy: &DecisionPolicy,
        assumed: &[AssumedPart],
    ) -> Result<AssumedRoll, Contradiction> {
        let mut parts = BTreeMap::new();
        if assumed.is_empty() && !are_asked(policy) {
            parts.insert(None, Part::each(0, 1));
        }
        let mut units = 0_u32;
        for part in assumed {
            let name = name_of(policy, part.constituency.as_ref())?;
            units = units.saturating_add(part.units);
            if UNITS_MAX < units {
                return Err(Contradiction::RollTooLarge);
            }
            if part.units == 0 {
                return Err(Contradiction::RollPartEmpty(name));
            }
            let part_of = Part::assumed(&policy.electorate.unit, part, &name)?;
            if parts.insert(part.constituency.clone(), part_of).is_some() {
                return Err(Contradiction::ConstituencyRepeated(name));
            }
        }
        Ok(AssumedRoll { parts })
    }

    fn units(&self) -> u32 {
        self.parts.values().fold(0, |sum, part| sum.saturating_add(part.units))
    }

    fn weight(&self) -> u64 {
        self.parts.values().fold(0, |sum, part| sum.saturating_add(part.weight))
    }

    fn part(
        &self,
        constituency: Option<&Constituency>,
        name: &PartName,
    ) -> Result<&Part, Contradiction> {
        self.parts.get(&constituency.cloned()).ok_or_else(|| {
            let known = self.parts.keys().cloned().map(PartName::Constituency).collect();
            Contradiction::ConstituencyUnknown { part: name.clone(), known }
        })
    }
}

/// What a part of a roll is called; a constituency that the policy does not ask for is refused.
fn name_of(
    policy: &DecisionPolicy,
    constituency: Option<&Constituency>,
) -> Result<PartName, Contradiction> {
    match (are_asked(policy), constituency) {
        (true, constituency) => Ok(PartName::Constituency(constituency.cloned())),
        (false, None) => Ok(PartName::Roll),
        (false, Some(_)) => Err(Contradiction::ConstituencyUnused),
    }
}

impl Part {
    fn each(units: u32, weight: u32) -> Part {
        let all = u64::from(units) * u64::from(weight);
        Part { units, weight: all, weights: Weights::Each(weight) }
    }

    fn listed(mut weights: Vec<u32>) -> Part {
        weights.sort_unstable();
        let units = u32::try_from(weights.len()).unwrap_or(u32::MAX);
        match (weights.first(), weights.last()) {
            (Some(least), Some(most)) if least < most => {}
            (least, _) => return Part::each(units, least.copied().unwrap_or(1)),
        }
        let mut sums = vec![0_u64];
        for weight in weights {
            sums.push(sums.last().unwrap_or(&0) + u64::from(weight));
        }
        let weight = sums.last().copied().unwrap_or(0);
        Part { units, weight, weights: Weights::Listed(sums) }
    }

    fn assumed(
        unit: &RollUnit,
        part: &AssumedPart,
        name: &PartName,
    ) -> Result<Part, Contradiction> {
        let AssumedPart { units, weight, .. } = *part;
        match (unit, weight) {
            (RollUnit::Person {} | RollUnit::Organisation {}, Some(weight))
                if weight != u64::from(units) =>
            {
                Err(Contradiction::WeightsAreOne)
            }
            (RollUnit::Person {} | RollUnit::Organisation {}, _) => Ok(Part::each(units, 1)),
            (RollUnit::Weighted { weights }, None) => {
                let each = weights.first().map(|first| first.weight);
                let each = each.filter(|each| weights.iter().all(|row| row.weight == *each));
                each.map(|each| Part::each(units, each)).ok_or(Contradiction::WeightNeeded(units))
            }
            (RollUnit::Weighted { .. }, Some(weight)) => {
                let (min, max) = (u64::from(units), u64::from(units) * u64::from(u32::MAX));
                if !(min..=max).contains(&weight) {
                    let part = name.clone();
                    return Err(Contradiction::WeightOutOfRange { part, units, weight, min, max });
                }
                Ok(Part { units, weight, weights: Weights::Any })
            }
        }
    }

    /// The least and the most that `units` of these can weigh; they are no more than there are.
    fn range(&self, units: u32) -> (u64, u64) {
        let (some, rest) = (u64::from(units), u64::from(self.units.saturating_sub(units)));
        let heaviest = |units: u64| units * u64::from(u32::MAX);
        match &self.weights {
            Weights::Each(each) => (some * u64::from(*each), some * u64::from(*each)),
            Weights::Listed(sums) => {
                let sum = |units: u64| {
                    let index = usize::try_from(units).unwrap_or(usize::MAX);
                    sums.get(index).copied().unwrap_or(self.weight)
                };
                (sum(some), self.weight - sum(rest))
            }
            Weights::Any => (
                some.max(self.weight.saturating_sub(heaviest(rest))),
                heaviest(some).min(self.weight.saturating_sub(rest)),
            ),
        }
    }

    fn check(&self, units: u32, weight: u64, part: &PartName) -> Result<(), Contradiction> {
        let (min, max) = self.range(units);
        if (min..=max).contains(&weight) {
            return Ok(());
        }
        Err(Contradiction::WeightOutOfRange { part: part.clone(), units, weight, min, max })
    }

    /// What assumed votes weigh: as they say, or as each vote here does.
    fn weight_of(&self, votes: &AssumedVotes) -> Result<u64, Contradiction> {
        match (votes.weight, self.range(votes.units)) {
            (Some(weight), _) => Ok(weight),
            (None, (min, max)) if min == max => Ok(min),
            (None, _) => Err(Contradiction::WeightNeeded(votes.units)),
        }
    }
}

/// What was cast of one part.
#[derive(Default)]
struct Taken {
    units: u32,
    weight: u64,
    attendance: Attendance,
}

/// Finds what a policy would make of assumed votes on a roll.
///
/// Weights are checked by what so many votes of the roll can weigh at least and at most, for those
/// that say the same and for all together; whether just these voters can be found is not looked for.
///
/// # Errors
///
/// Returns what of it contradicts itself, the policy or the roll.
pub fn prospect(
    policy: &DecisionPolicy,
    roll: &AssumedRoll,
    assumed: &Assumed,
) -> Result<Prospect, Contradiction> {
    if policy.objections.is_none() && assumed.objections > 0 {
        return Err(Contradiction::ObjectionsForeign);
    }
    let mut cast = Vec::new();
    let mut taken = BTreeMap::<Option<&Constituency>, Taken>::new();
    for votes in assumed.votes.iter().filter(|votes| votes.units > 0 || votes.weight.is_some()) {
        let name = name_of(policy, votes.constituency.as_ref())?;
        let part = roll.part(votes.constituency.as_ref(), &name)?;
        let choice = votes.says.choice(&policy.method)?;
        let taken = taken.entry(votes.constituency.as_ref()).or_default();
        let units = u64::from(taken.units) + u64::from(votes.units);
        taken.units =
            u32::try_from(units).ok().filter(|units| *units <= part.units).ok_or_else(|| {
                Contradiction::VotesAboveRoll {
                    part: name.clone(),
                    votes: units,
                    units: part.units,
                }
            })?;
        let weight = part.weight_of(votes)?;
        part.check(votes.units, weight, &name)?;
        taken.weight += weight;
        part.check(taken.units, taken.weight, &name)?;
        add(&mut taken.attendance, attendance(&choice), u64::from(votes.units));
        cast.push((choice, votes.units, weight));
    }
    let mut figures = nothing_cast(policy, roll.units(), roll.weight());
    figures.objections_standing = assumed.objections;
    if are_asked(policy) {
        let attended = |constituency: &Option<Constituency>| {
            taken.get(&constituency.as_ref()).map_or(Attendance::default(), |it| it.attendance)
        };
        let split = roll.parts.iter();
        let split = split.map(|(name, part)| (name.as_ref(), (part.units, attended(name))));
        let split = Constituencies::of_split(policy, split.collect());
        figures.constituencies = split.map(|split| split.figures()).unwrap_or_default();
        figures.quorum_units = needed_of_each(&figures);
    }
    let shared = |(choice, units, weight)| shared(choice, units, weight);
    let own = cast.iter().map(|(choice, units, weight)| (choice, *units, *weight));
    let own = own.flat_map(shared).collect();
    add_casts((policy, &standard_options(&policy.method)), (own, Vec::new()), &mut figures)?;
    let ranking = cast.iter().filter(|(choice, ..)| matches!(kind(choice), Kind::Direct));
    let ranking = ranking.map(|(_, _, weight)| *weight).sum();
    let left = |name: &Option<Constituency>, units: u32| {
        units - taken.get(&name.as_ref()).map_or(0, |it| it.units)
    };
    let missing = units_still_needed(policy, &figures).filter(|missing| {
        let in_each = figures.constituencies.iter().all(|it| {
            let present = it.present_units.unwrap_or(0);
            it.quorum_units.saturating_sub(present) <= left(&it.constituency, it.roll_units)
        });
        let left = roll.parts.iter().map(|(name, part)| left(name, part.units)).sum();
        in_each && *missing <= left
    });
    let lacking = adopts_proposals(&policy.method)
        .then(|| Lacking { quorum_units: missing, ..what_would_it_take(policy, &figures) });
    Ok(Prospect {
        upshot: upshot(policy, &figures),
        quorum_units_missing: missing,
        opposed_max: opposed(&policy.method, &figures).map(|(_, max)| max),
        objections_max: policy.objections.as_ref().map(|objections| objections.standing_max),
        seats: Some(seats_by(&policy.method)).filter(|seats| *seats > 0),
        quota: quota(&policy.method, ranking),
        lacking,
        figures,
    })
}

/// The same ballots with whole weights that add up to theirs and differ by no more than one.
fn shared(choice: &Choice, units: u32, weight: u64) -> impl Iterator<Item = Cast<'_>> {
    let (each, more) = match u64::from(units) {
        0 => (0, 0),
        units => (weight / units, weight % units),
    };
    // The remainder is below the units, and a vote weighs no more than an entry can.
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let heavier = small(more);
    let shares = [(small(each), units - heavier), (small(each + 1), heavier)];
    let some = shares.into_iter().filter(|(_, count)| *count > 0);
    some.map(move |(weight, count)| Cast { choice, weight, count })
}

fn add(sum: &mut Attendance, one: Attendance, times: u64) {
    sum.direct += one.direct * times;
    sum.delegated += one.delegated * times;
    sum.abstentions += one.abstentions * times;
    sum.blanks += one.blanks * times;
}

/// The weight that elects for certain where ballots of so much weight rank somebody.
fn quota(method: &Method, ranking: u64) -> Option<u64> {
    let Method::Ranked { rule, seats, .. } = method else { return None };
    if ranking == 0 {
        return None;
    }
    match rule {
        RankedRule::InstantRunoff => Some(irv::majority(ranking)),
        RankedRule::ScottishStv => {
            u64::try_from(stv_scottish::quota(u128::from(ranking), *seats as usize)).ok()
        }
        // Meek's is no whole number and sinks with the votes; the others have none.
        RankedRule::MeekStv | RankedRule::Condorcet | RankedRule::Borda => None,
    }
}

impl Rejection for Contradiction {
    fn code(&self) -> ErrorCode {
        match self {
            Contradiction::Uncountable(_) => ErrorCode::Internal,
            Contradiction::VotesAboveRoll { .. }
            | Contradiction::ChoiceForeign(..)
            | Contradiction::ObjectionsForeign
            | Contradiction::ConstituencyUnused
            | Contradiction::ConstituencyUnknown { .. }
            | Contradiction::ConstituencyRepeated(_)
            | Contradiction::RollPartEmpty(_)
            | Contradiction::RollTooLarge
            | Contradiction::WeightsAreOne
            | Contradiction::WeightNeeded(_)
            | Contradiction::WeightOutOfRange { .. } => ErrorCode::Invalid,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Contradiction::VotesAboveRoll { .. } => "VOTES_ABOVE_ROLL",
            Contradiction::ChoiceForeign(..) => "CHOICE_FOREIGN_TO_METHOD",
            Contradiction::ObjectionsForeign => "OBJECTIONS_FOREIGN_TO_POLICY",
            Contradiction::ConstituencyUnused => "CONSTITUENCY_UNUSED",
            Contradiction::ConstituencyUnknown { .. } => "CONSTITUENCY_UNKNOWN",
            Contradiction::ConstituencyRepeated(_) => "CONSTITUENCY_REPEATED",
            Contradiction::RollPartEmpty(_) => "ROLL_PART_EMPTY",
            Contradiction::RollTooLarge => "ROLL_TOO_LARGE",
            Contradiction::WeightsAreOne => "WEIGHTS_ARE_ONE",
            Contradiction::WeightNeeded(_) => "WEIGHT_NEEDED",
            Contradiction::WeightOutOfRange { .. } => "WEIGHT_OUT_OF_RANGE",
            Contradiction::Uncountable(_) => "ASSUMPTION_UNCOUNTABLE",
        }
    }
}
