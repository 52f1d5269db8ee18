//! Counts votes: from terms, a roll and ballots to figures and what they come to. Pure.
//!
//! [`count`] is the whole of it; a certificate is checked by calling it again. What a ballot may say
//! is in [`ballots`], where lent votes go in [`delegations`], which parts of the roll need a quorum of
//! their own in [`constituencies`], what adopts a proposal in [`requirements`], who is elected in
//! `elections` (by crate `tally`), and what may end a vote early in [`early`]. Source: domain.md,
//! section 3.5.
//! [`prospect`] asks the same of ballots that are only assumed.

use std::collections::{BTreeMap, BTreeSet};

use events::{
    AlikeBallots, Availability, Choice, ConstituencyTurnout, DecisionTerms, Figures, Method,
    OptionFigures, OptionKey, Outcome, RequirementFigures, ResolvedDelegation, RollEntry, Secrecy,
    Subject, TieBreak, TieRule, Validity,
};
use kernel::{DecisionId, Party, PersonId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tally::{Fraction, quorum::Attendance, requirement::Met, tie::DecidedBy, tie::LotSeed};

use crate::canonical;

pub mod ballots;
pub mod constituencies;
pub mod delegations;
pub mod early;
mod elections;
pub mod prospect;
pub mod requirements;

#[cfg(test)]
mod tests;

pub use ballots::{Misfit, OptionsMisfit, fits, options_for, standard_key, standard_options};
pub use constituencies::Constituencies;
pub use delegations::{Lent, applies};
pub use early::is_decided;
pub use elections::{seats, seats_by};
pub use requirements::{
    Lacking, Upshot, Verdict, adopts, nothing_cast, quorum_units, units_still_needed, upshot,
    verdict, what_would_it_take,
};

use elections::{Election, Race, Sought, Tied};

/// The counting rules and their version. Another result of the same inputs under the same name is a
/// bug.
pub const ALGORITHM: &str = "weft-tally/1";

/// The bytes of a seed.
const SEED_BYTES: usize = 32;

/// What a decision is counted from. Its canonical JSON is what the inputs hash is of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The decision.
    pub decision: DecisionId,
    /// What it was called with.
    pub terms: DecisionTerms,
    /// The frozen roll, in order of the parties' ids.
    pub roll: Vec<RollEntry>,
    /// Entries of those who left and do not count.
    pub void: BTreeSet<Party>,
    /// Entries of those who declared a conflict of interest.
    pub conflicts: BTreeSet<Party>,
    /// The ballots.
    pub votes: Votes,
    /// Votes that are lent; those that do not concern the decision are not looked at.
    pub lent: Vec<Lent>,
    /// The objections that were raised, in the order of their numbers.
    pub objections: Vec<Raised>,
    /// The SHA-256 of the seed for lots, as recorded at opening; empty before.
    pub seed_hash: String,
}

/// The ballots of a decision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Votes {
    /// Each with its voter, in order of the voters' ids. Those of entries that do not count are
    /// passed over.
    Open(Vec<VoterBallot>),
    /// A secret vote after its end, in the order of what ballots say.
    Secret {
        /// The ballots, the identical ones together.
        ballots: Vec<AlikeBallots>,
        /// How many voted.
        voted: u32,
        /// How each constituency took part, as far as it may be told; empty where the quorum is not
        /// of each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        constituencies: Vec<ConstituencyTurnout>,
    },
    /// A secret vote while it goes on: how many voted, and nothing else.
    Sealed {
        /// How many voted.
        voted: u32,
        /// As in an opened box.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        constituencies: Vec<ConstituencyTurnout>,
    },
}

/// A ballot and whose it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoterBallot {
    /// Whose entry.
    pub voter: Party,
    /// What it says.
    pub choice: Choice,
}

/// An objection, without what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raised {
    /// Its number in the decision, from 1.
    pub number: u32,
    /// Whose entry it was raised for.
    pub by: Party,
    /// What a judge found; `None` when nobody judged it, and it is valid.
    pub validity: Option<Validity>,
    /// Whether it still stands.
    pub standing: Standing,
}

/// Whether whoever objected still does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// They do.
    Upheld,
    /// They took it back.
    Withdrawn,
}

/// The seed of a decision's lots. Whoever knows it before the vote ends knows the lots, so it is
/// not shown when printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub [u8; SEED_BYTES]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(..)")
    }
}

impl Seed {
    /// The SHA-256 of its bytes in hexadecimal: what is recorded at opening.
    pub fn hash(self) -> String {
        canonical::hex(&Sha256::digest(self.0))
    }

    /// Its bytes in hexadecimal.
    pub fn hex(self) -> String {
        canonical::hex(&self.0)
    }

    /// Reads what [`Seed::hex`] writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Seed> {
        let bytes = text.as_bytes();
        if bytes.len() != 2 * SEED_BYTES || bytes.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        let mut seed = [0; SEED_BYTES];
        for (byte, digits) in seed.iter_mut().zip(bytes.chunks(2)) {
            let digits = std::str::from_utf8(digits).ok()?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        Some(Seed(seed))
    }
}

/// Whether whoever has the casting vote has used it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Casting {
    /// They have not been asked, or have not answered.
    Awaited,
    /// Nobody holds the role; then a tie changes nothing.
    Vacant,
    /// They said whom they favour.
    Cast {
        /// Who.
        by: PersonId,
        /// The options, the most favoured first.
        favours: Vec<OptionKey>,
    },
}

/// What ties are settled by, beside the policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settling {
    /// The seed for lots; `None` where the policy has none, or to see whether one is needed.
    pub seed: Option<Seed>,
    /// The casting vote.
    pub casting: Casting,
}

impl Settling {
    /// Neither a lot nor a casting vote.
    pub const NOTHING: Settling = Settling { seed: None, casting: Casting::Awaited };
}

/// A tie that mattered: the fields of `TieBroken`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broken {
    /// Between whom.
    pub between: Vec<OptionKey>,
    /// Who came first, or stayed; empty when nothing changed.
    pub chosen: Vec<OptionKey>,
    /// How.
    pub by: TieBreak,
}

/// What a count came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Count {
    /// All figures.
    pub figures: Figures,
    /// Where lent votes went, in order of the delegators' ids.
    pub delegations: Vec<ResolvedDelegation>,
    /// The ties that mattered, in their order.
    pub ties: Vec<Broken>,
    /// What it came to.
    pub outcome: Outcome,
    /// The SHA-256 of the canonical JSON of what was counted: of the inputs with the lent votes
    /// that `delegations` names, and no others.
    pub inputs_hash: String,
}

/// Why inputs cannot be counted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Uncountable {
    /// Entries of the roll or ballots stand in another order than theirs, or twice.
    #[error("the {0} are not in their order, or there are two of one")]
    OutOfOrder(&'static str),
    /// A ballot is from somebody who is not on the roll.
    #[error("there is a ballot of {0}, who is not on the roll")]
    VoterUnknown(Party),
    /// A ballot does not fit the method.
    #[error("a ballot does not fit: {0}")]
    Misfit(#[from] Misfit),
    /// The ballots are secret and not opened yet, or they are open and the decision is secret.
    #[error("the ballots are not of the secrecy of this decision, or the box is still closed")]
    OtherSecrecy,
    /// The box holds more ballots than people voted, or fewer, or of weights that nobody has.
    #[error("the box does not hold the ballots of those who voted")]
    BoxMismatch,
    /// What is told of the constituencies in a secret vote cannot be: see
    /// [`Constituencies::figures_told`].
    #[error("the turnout of the constituencies is not that of this roll and of those who voted")]
    ConstituenciesMismatch,
    /// A tie is to be broken by lot, and the seed is not known.
    #[error("a tie is to be broken by lot, and there is no seed")]
    SeedMissing,
    /// The seed is not the one whose hash was recorded at opening.
    #[error("the seed is not the one that was committed to at opening")]
    SeedMismatch,
    /// A tie waits for the casting vote.
    #[error("a tie waits for the casting vote")]
    CastingVoteNeeded {
        /// Between whom.
        between: Vec<OptionKey>,
    },
    /// The casting vote does not say whom of those who tied it favours.
    #[error("the casting vote does not decide between all who tied")]
    CastingVoteIncomplete {
        /// Between whom.
        between: Vec<OptionKey>,
    },
    /// The weights cannot be added exactly, or what was counted has no JSON.
    #[error("cannot be counted exactly: {0}")]
    Inexact(String),
}

/// Counts a decision. The order in which ballots were cast plays no part: there is none in it.
///
/// # Errors
///
/// Returns why the inputs cannot be counted, or what a tie still needs.
pub fn count(inputs: &Inputs, settling: &Settling) -> Result<Count, Uncountable> {
    match inputs.votes {
        Votes::Sealed { .. } => return Err(Uncountable::OtherSecrecy),
        Votes::Open(_) | Votes::Secret { .. } => {}
    }
    let tables = Tables::of(inputs)?;
    let (mut figures, delegations, rankings) = tables.figures()?;
    let settled = settle(inputs, settling)?;
    let Decided { outcome, ties } = decide(inputs, &mut figures, &rankings, &settled)?;
    let inputs_hash = hash(inputs, &delegations)?;
    Ok(Count { figures, delegations, ties, outcome, inputs_hash })
}

/// The figures as they stand, also while voting goes on; without rounds, which are counted at the
/// end. While the box of a secret decision is closed, all who voted stand as direct entries.
///
/// # Errors
///
/// As for [`count`].
pub fn figures_now(inputs: &Inputs) -> Result<Figures, Uncountable> {
    let (figures, ..) = Tables::of(inputs)?.figures()?;
    Ok(figures)
}

/// The rankings that count, with their weights: own ballots of entries that count, lent votes that
/// were used, with the weight of whoever lent them, and what was in the box of a secret decision.
/// Who abstained or handed in a blank ballot is not in it. Empty where nobody ranks anything.
///
/// # Errors
///
/// As for [`count`], but for what a tie needs.
pub fn profile(inputs: &Inputs) -> Result<tally::Profile, Uncountable> {
    let (figures, _, rankings) = Tables::of(inputs)?.figures()?;
    elections::profile(&elections::keys(&figures.options), &rankings)
        .map_err(|error| Uncountable::Inexact(error.to_string()))
}

/// Tells whether a tie would need breaking if voting ended now.
///
/// # Errors
///
/// As for [`count`], but for what a tie needs.
pub fn is_tied(inputs: &Inputs) -> Result<bool, Uncountable> {
    let (mut figures, _, rankings) = Tables::of(inputs)?.figures()?;
    let undecided = Settled { rule: tally::TieRule::StatusQuo, by: Unbroken::Ask };
    match decide(inputs, &mut figures, &rankings, &undecided) {
        Ok(_) => Ok(false),
        Err(Uncountable::CastingVoteNeeded { .. }) => Ok(true),
        Err(other) => Err(other),
    }
}

/// The lent votes that a count used, as it tells them: the same count needs no others.
pub fn lent_of(delegations: &[ResolvedDelegation]) -> Vec<Lent> {
    let lent = |resolved: &ResolvedDelegation| {
        Some(Lent {
            delegator: resolved.delegator,
            delegate: *resolved.path.first()?,
            scope: resolved.scope.clone(),
            granted: resolved.granted,
        })
    };
    delegations.iter().filter_map(lent).collect()
}

fn hash(inputs: &Inputs, delegations: &[ResolvedDelegation]) -> Result<String, Uncountable> {
    let lent = lent_of(delegations);
    let hashed = if lent == inputs.lent {
        canonical::hash_of(inputs)
    } else {
        canonical::hash_of(&Inputs { lent, ..inputs.clone() })
    };
    hashed.map_err(|error| Uncountable::Inexact(error.to_string()))
}

/// A choice, how many entries made it, and what each of them weighs.
#[derive(Clone, Copy)]
struct Cast<'a> {
    choice: &'a Choice,
    weight: u32,
    count: u32,
}

/// Inputs that were checked, with what is looked up in them.
struct Tables<'a> {
    inputs: &'a Inputs,
    /// The entries that count.
    entries: BTreeMap<Party, &'a RollEntry>,
    /// The open ballots of those.
    own: BTreeMap<Party, &'a Choice>,
}

/// Figures, where lent votes went, and the rankings with their weights.
type Figured<'a> = (Figures, Vec<ResolvedDelegation>, Vec<elections::Ranking<'a>>);

impl<'a> Tables<'a> {
    fn of(inputs: &'a Inputs) -> Result<Tables<'a>, Uncountable> {
        let policy = &inputs.terms.policy;
        if !inputs.roll.is_sorted_by(|left, right| left.party < right.party) {
            return Err(Uncountable::OutOfOrder("entries of the roll"));
        }
        let counts = |entry: &&RollEntry| {
            !inputs.void.contains(&entry.party) && !inputs.conflicts.contains(&entry.party)
        };
        let entries: BTreeMap<Party, &RollEntry> =
            inputs.roll.iter().filter(counts).map(|entry| (entry.party, entry)).collect();
        let mut own = BTreeMap::new();
        match (&inputs.votes, policy.secrecy) {
            (Votes::Open(ballots), Secrecy::Open | Secrecy::OpenAfterClose) => {
                if !ballots.is_sorted_by(|left, right| left.voter < right.voter) {
                    return Err(Uncountable::OutOfOrder("ballots"));
                }
                for ballot in ballots {
                    fits(&policy.method, &inputs.terms.options, &ballot.choice)?;
                    if entries.contains_key(&ballot.voter) {
                        own.insert(ballot.voter, &ballot.choice);
                    } else if entry_of(&inputs.roll, ballot.voter).is_none() {
                        return Err(Uncountable::VoterUnknown(ballot.voter));
                    }
                }
            }
            (Votes::Secret { ballots, voted, constituencies: _ }, Secrecy::Secret) => {
                check_secret(&inputs.terms, entries.values().copied(), (ballots, *voted))?;
            }
            (Votes::Sealed { .. }, Secrecy::Secret) => {}
            (Votes::Open(_), Secrecy::Secret)
            | (
                Votes::Secret { .. } | Votes::Sealed { .. },
                Secrecy::Open | Secrecy::OpenAfterClose,
            ) => return Err(Uncountable::OtherSecrecy),
        }
        Ok(Tables { inputs, entries, own })
    }

    /// Where lent votes go. In a secret decision none does: nobody could tell how it was used.
    fn delegations(&self) -> Vec<ResolvedDelegation> {
        let Inputs { decision, terms, lent, .. } = self.inputs;
        match terms.policy.secrecy {
            Secrecy::Secret => return Vec::new(),
            Secrecy::Open | Secrecy::OpenAfterClose => {}
        }
        let roll: BTreeSet<Party> = self.entries.keys().copied().collect();
        let direct: BTreeSet<Party> = self.own.keys().copied().collect();
        let applying: Vec<&Lent> =
            lent.iter().filter(|lent| applies(&lent.scope, *decision, terms)).collect();
        delegations::resolve(&terms.policy.delegation, &roll, &direct, &applying)
    }

    fn figures(&self) -> Result<Figured<'a>, Uncountable> {
        let Inputs { terms, votes, .. } = self.inputs;
        let policy = &terms.policy;
        let delegations = self.delegations();
        let roll_units = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let roll_weight = self.entries.values().map(|entry| u64::from(entry.weight)).sum();
        let mut figures = nothing_cast(policy, roll_units, roll_weight);
        self.constituencies(&delegations, &mut figures)?;
        let weight_of = |party: &Party| self.entries.get(party).map_or(0, |entry| entry.weight);
        let mut own: Vec<Cast<'a>> = Vec::new();
        let mut lent: Vec<Cast<'a>> = Vec::new();
        match votes {
            Votes::Open(_) => {
                own.extend(self.own.iter().map(|(voter, choice)| Cast {
                    choice,
                    weight: weight_of(voter),
                    count: 1,
                }));
                let carried = delegations.iter().filter(|it| it.not_counted.is_none());
                lent.extend(carried.filter_map(|resolved| {
                    let choice = self.own.get(resolved.path.last()?)?;
                    Some(Cast { choice, weight: weight_of(&resolved.delegator), count: 1 })
                }));
            }
            Votes::Secret { ballots, .. } => own.extend(ballots.iter().map(|alike| Cast {
                choice: &alike.choice,
                weight: alike.weight,
                count: alike.count,
            })),
            Votes::Sealed { voted, .. } => figures.direct_units = *voted,
        }
        figures.objections_standing = self.objections_standing();
        let casts = add_casts((policy, &terms.options), (own, lent), &mut figures)?;
        let rankings = casts.iter().filter_map(|cast| match cast.choice {
            Choice::Ranking(ranking) => {
                Some((&ranking[..], u64::from(cast.weight) * u64::from(cast.count)))
            }
            Choice::Abstain {}
            | Choice::Blank {}
            | Choice::Option(_)
            | Choice::Options(_)
            | Choice::Scores(_)
            | Choice::Dots(_)
            | Choice::Times(_) => None,
        });
        let rankings = rankings.collect();
        Ok((figures, delegations, rankings))
    }

    /// Adds the figures of each constituency, and how many entries all of them need, where the quorum
    /// is of each. A lent vote makes the entry present that lent it, not the delegate's.
    fn constituencies(
        &self,
        delegations: &[ResolvedDelegation],
        figures: &mut Figures,
    ) -> Result<(), Uncountable> {
        let policy = &self.inputs.terms.policy;
        if !constituencies::are_asked(policy) {
            return Ok(());
        }
        let mut attended = BTreeMap::new();
        for (voter, choice) in &self.own {
            attended.insert(*voter, attendance(choice));
        }
        for lent in delegations.iter().filter(|it| it.not_counted.is_none()) {
            let delegated = Attendance { delegated: 1, ..Attendance::default() };
            attended.insert(lent.delegator, delegated);
        }
        let entries = self.entries.values().copied();
        let Some(split) = Constituencies::of(policy, entries, &attended) else { return Ok(()) };
        figures.constituencies = match &self.inputs.votes {
            Votes::Open(_) => split.figures(),
            Votes::Secret { voted, constituencies, .. }
            | Votes::Sealed { voted, constituencies } => {
                let told = split.figures_told(constituencies, *voted);
                told.ok_or(Uncountable::ConstituenciesMismatch)?
            }
        };
        figures.quorum_units = needed_of_each(figures);
        Ok(())
    }

    /// How many objections are valid and stand, of those whose entries count.
    fn objections_standing(&self) -> u32 {
        let stands = |raised: &&Raised| {
            raised.standing == Standing::Upheld
                && raised.validity != Some(Validity::NotValid)
                && self.entries.contains_key(&raised.by)
        };
        let standing = self.inputs.objections.iter().filter(stands).count();
        u32::try_from(standing).unwrap_or(u32::MAX)
    }
}

/// How many entries all constituencies need together; `None` where the quorum is not of each.
fn needed_of_each(figures: &Figures) -> Option<u32> {
    let needed = figures.constituencies.iter().map(|it| it.quorum_units);
    (!figures.constituencies.is_empty()).then(|| needed.sum())
}

/// Adds what was cast to the figures of a vote in which nothing was, ballots of the voters' own and
/// lent votes, and what follows from it. Constituencies and objections are in the figures already.
fn add_casts<'a>(
    (policy, options): (&events::DecisionPolicy, &[events::DecisionOption]),
    (own, lent): (Vec<Cast<'a>>, Vec<Cast<'a>>),
    figures: &mut Figures,
) -> Result<Vec<Cast<'a>>, Uncountable> {
    for cast in &own {
        match kind(cast.choice) {
            Kind::Abstention => figures.abstained_units += cast.count,
            Kind::Blank => figures.blank_units += cast.count,
            Kind::Direct => figures.direct_units += cast.count,
        }
    }
    figures.delegated_units = lent.iter().map(|cast| cast.count).sum();
    let casts: Vec<Cast<'a>> = own.into_iter().chain(lent).collect();
    for cast in &casts {
        let weight = u64::from(cast.weight) * u64::from(cast.count);
        figures.cast_weight += weight;
        if matches!(cast.choice, Choice::Abstain {}) {
            figures.abstained_weight += weight;
        }
    }
    figures.options = option_figures(&policy.method, options, &casts)?;
    figures.present_units = requirements::present_units(policy, figures);
    figures.quorate = requirements::is_quorate(policy, figures);
    figures.requirements = requirements::requirement_figures(policy, figures);
    Ok(casts)
}

/// How a ballot makes its voter take part.
enum Kind {
    Abstention,
    Blank,
    Direct,
}

fn kind(choice: &Choice) -> Kind {
    match choice {
        Choice::Abstain {} => Kind::Abstention,
        Choice::Blank {} => Kind::Blank,
        Choice::Option(_)
        | Choice::Options(_)
        | Choice::Scores(_)
        | Choice::Dots(_)
        | Choice::Ranking(_)
        | Choice::Times(_) => Kind::Direct,
    }
}

/// What one ballot adds to the attendance.
fn attendance(choice: &Choice) -> Attendance {
    let nobody = Attendance::default();
    match kind(choice) {
        Kind::Abstention => Attendance { abstentions: 1, ..nobody },
        Kind::Blank => Attendance { blanks: 1, ..nobody },
        Kind::Direct => Attendance { direct: 1, ..nobody },
    }
}

/// The entry of a party on a roll in order; `None` when there is none.
pub fn entry_of(roll: &[RollEntry], party: Party) -> Option<&RollEntry> {
    let index = roll.binary_search_by_key(&party, |entry| entry.party).ok()?;
    roll.get(index)
}

/// Checks that secret ballots can be those of so many of these entries: each says what the method
/// allows, and they are as many, in order, and of each weight no more than there are entries of it.
///
/// # Errors
///
/// Returns what is wrong with them.
pub fn check_secret<'a>(
    terms: &DecisionTerms,
    entries: impl Iterator<Item = &'a RollEntry>,
    (ballots, voted): (&[AlikeBallots], u32),
) -> Result<(), Uncountable> {
    let fits = |alike: &AlikeBallots| fits(&terms.policy.method, &terms.options, &alike.choice);
    ballots.iter().try_for_each(fits)?;
    let key = |alike: &AlikeBallots| (alike.choice.clone(), alike.weight);
    if !ballots.is_sorted_by(|left, right| key(left) < key(right)) {
        return Err(Uncountable::OutOfOrder("ballots"));
    }
    let mut left = BTreeMap::<u32, u64>::new();
    for entry in entries {
        *left.entry(entry.weight).or_default() += 1;
    }
    let mut cast = 0_u64;
    for alike in ballots {
        let count = u64::from(alike.count);
        let left = left.get_mut(&alike.weight).ok_or(Uncountable::BoxMismatch)?;
        if count == 0 || *left < count {
            return Err(Uncountable::BoxMismatch);
        }
        *left -= count;
        cast += count;
    }
    if cast == u64::from(voted) { Ok(()) } else { Err(Uncountable::BoxMismatch) }
}

/// What each option got, in the order of the options.
///
/// For a ranking, an option has those who put it first; for scores, who scored it; for dots, who
/// gave it any; for times, whom it suits if need be. Sums are by weight: of scores, of dots, or of
/// two points for a time that suits and one for one that does if need be.
fn option_figures(
    method: &Method,
    options: &[events::DecisionOption],
    casts: &[Cast<'_>],
) -> Result<Vec<OptionFigures>, Uncountable> {
    let places: BTreeMap<&OptionKey, usize> =
        options.iter().enumerate().map(|(index, option)| (&option.key, index)).collect();
    let mut gained = vec![Gained::default(); options.len()];
    for cast in casts {
        let mut gain = |key: &OptionKey, points: i128| {
            let place = places.get(key).and_then(|index| gained.get_mut(*index));
            let gained = place.ok_or_else(|| Misfit::OptionUnknown(key.clone()))?;
            let weight = u64::from(cast.weight) * u64::from(cast.count);
            gained.units += cast.count;
            gained.weight += weight;
            gained.sum += points * i128::from(weight);
            Ok::<(), Misfit>(())
        };
        match cast.choice {
            Choice::Abstain {} | Choice::Blank {} => {}
            Choice::Option(key) => gain(key, 0)?,
            Choice::Options(keys) => keys.iter().try_for_each(|key| gain(key, 0))?,
            Choice::Scores(scores) => {
                scores.iter().try_for_each(|(key, score)| gain(key, i128::from(*score)))?;
            }
            Choice::Dots(dots) => {
                let given = dots.iter().filter(|(_, dots)| **dots > 0);
                given.into_iter().try_for_each(|(key, dots)| gain(key, i128::from(*dots)))?;
            }
            Choice::Ranking(ranking) => {
                ranking.first().into_iter().try_for_each(|key| gain(key, 0))?;
            }
            Choice::Times(times) => {
                for (key, availability) in times {
                    match availability {
                        Availability::Yes => gain(key, 2)?,
                        Availability::Maybe => gain(key, 1)?,
                        Availability::No => {}
                    }
                }
            }
        }
    }
    options.iter().zip(gained).map(|(option, gained)| gained.figures(method, option)).collect()
}

/// What an option has gained so far.
#[derive(Clone, Copy, Default)]
struct Gained {
    units: u32,
    weight: u64,
    sum: i128,
}

impl Gained {
    fn figures(
        self,
        method: &Method,
        option: &events::DecisionOption,
    ) -> Result<OptionFigures, Uncountable> {
        let Gained { units, weight, sum } = self;
        let exact = i64::try_from(sum)
            .map_err(|_| Uncountable::Inexact(format!("the sum of {} is too large", option.key)))?;
        let (sum, mean) = match method {
            Method::Score { .. } => (Some(exact), Fraction::of(sum, u128::from(weight))),
            Method::Dots { .. } | Method::TimePoll {} => (Some(exact), None),
            Method::Majority {}
            | Method::ProposalWithBlock { .. }
            | Method::Consent {}
            | Method::Consensus {}
            | Method::Advice {}
            | Method::Choose { .. }
            | Method::Ranked { .. } => (None, None),
        };
        let mean = mean.map(|mean| mean.to_string());
        Ok(OptionFigures { option: option.key.clone(), units, weight, sum, mean })
    }
}

/// How ties are settled, and what becomes of those that the votes and the rule leave open.
struct Settled {
    rule: tally::TieRule,
    by: Unbroken,
}

/// What becomes of a tie that nothing decided.
enum Unbroken {
    /// Nothing changes.
    StatusQuo,
    /// It is voted on again.
    SecondRound,
    /// The casting vote is asked for.
    Ask,
    /// The casting vote was given, by this person, and would have to say more.
    Casting { by: PersonId, favours: Vec<OptionKey> },
    /// The lot is drawn from this seed.
    Lot(Option<Seed>),
}

fn settle(inputs: &Inputs, settling: &Settling) -> Result<Settled, Uncountable> {
    Ok(match (&inputs.terms.policy.tie, &settling.casting) {
        (TieRule::StatusQuo {}, _) | (TieRule::CastingVote { .. }, Casting::Vacant) => {
            Settled { rule: tally::TieRule::StatusQuo, by: Unbroken::StatusQuo }
        }
        (TieRule::SecondRound {}, _) => {
            Settled { rule: tally::TieRule::StatusQuo, by: Unbroken::SecondRound }
        }
        (TieRule::CastingVote { .. }, Casting::Awaited) => {
            Settled { rule: tally::TieRule::StatusQuo, by: Unbroken::Ask }
        }
        (TieRule::CastingVote { .. }, Casting::Cast { by, favours }) => Settled {
            rule: tally::TieRule::Casting(favours.iter().map(|key| key.0.clone()).collect()),
            by: Unbroken::Casting { by: *by, favours: favours.clone() },
        },
        (TieRule::SeededLot {}, _) => match settling.seed {
            None => Settled { rule: tally::TieRule::StatusQuo, by: Unbroken::Lot(None) },
            Some(seed) if seed.hash() == inputs.seed_hash => Settled {
                rule: tally::TieRule::Lot(LotSeed(seed.0)),
                by: Unbroken::Lot(Some(seed)),
            },
            Some(_) => return Err(Uncountable::SeedMismatch),
        },
    })
}

struct Decided {
    outcome: Outcome,
    ties: Vec<Broken>,
}

/// Finds what the figures come to, and adds the rounds of a count to them. Where too few took part
/// nothing is counted further, and no tie is broken.
fn decide(
    inputs: &Inputs,
    figures: &mut Figures,
    rankings: &[elections::Ranking<'_>],
    settled: &Settled,
) -> Result<Decided, Uncountable> {
    let outcome = match upshot(&inputs.terms.policy, figures) {
        Upshot::Advised => Outcome::Advised {},
        Upshot::Adopted => Outcome::Adopted {},
        Upshot::NotAdopted => Outcome::NotAdopted {},
        Upshot::Inquorate => Outcome::Inquorate {},
        Upshot::Tied => return proposal_tied(settled),
        Upshot::Chosen => return elected(inputs, figures, rankings, settled),
    };
    Ok(Decided { outcome, ties: Vec::new() })
}

/// Breaks a tie between a proposal and its rejection.
fn proposal_tied(settled: &Settled) -> Result<Decided, Uncountable> {
    use tally::tie::{Decides, Step};

    let key = |icon| OptionKey(standard_key(icon).to_owned());
    let between = vec![key(events::Icon::Agree), key(events::Icon::Disagree)];
    let keys: Vec<&str> = between.iter().map(|key| key.0.as_str()).collect();
    let order = settled.rule.order(Step { round: 1, decides: Decides::Adoption }, &keys);
    let (chosen, by) = match order {
        Some((order, by)) => (order.first().map(|it| between[*it].clone()), by),
        None => (None, DecidedBy::Undecided),
    };
    let adopted = chosen.as_ref() == between.first();
    let step = Tied { between, chosen: chosen.into_iter().collect(), by };
    let contenders = step.between.clone();
    let ties = match broken(vec![step], settled)? {
        Ties::Broken(ties) => ties,
        Ties::SecondRound(ties) => {
            return Ok(Decided { outcome: Outcome::Tied { options: contenders }, ties });
        }
    };
    let outcome = if adopted { Outcome::Adopted {} } else { Outcome::NotAdopted {} };
    Ok(Decided { outcome, ties })
}

/// Elects or ranks. An option is elected only if it has the shares that the policy asks for;
/// nothing is adopted when nobody is.
fn elected(
    inputs: &Inputs,
    figures: &mut Figures,
    rankings: &[elections::Ranking<'_>],
    settled: &Settled,
) -> Result<Decided, Uncountable> {
    let policy = &inputs.terms.policy;
    let sought = sought_on(inputs.terms.subject);
    let (seats, rule) = (seats(&inputs.terms), &settled.rule);
    let race = Race { figures: &figures.options, rankings, seats, sought, rule };
    let inexact = |error: tally::ballots::ProfileError| Uncountable::Inexact(error.to_string());
    let Election { rounds, winners, ties, contenders } =
        elections::elect(&policy.method, race).map_err(inexact)?;
    figures.rounds = rounds;
    let winners = acceptable(policy, figures, winners);
    let ties = match broken(ties, settled)? {
        Ties::Broken(ties) => ties,
        Ties::SecondRound(ties) => {
            let among = |option: &&OptionFigures| contenders.contains(&option.option);
            let options = figures.options.iter().filter(among).map(|it| it.option.clone());
            return Ok(Decided { outcome: Outcome::Tied { options: options.collect() }, ties });
        }
    };
    let outcome = match (&policy.method, sought) {
        _ if winners.is_empty() => Outcome::NotAdopted {},
        (Method::TimePoll {}, _) => Outcome::Ranked { order: winners },
        // A run-off and a transferable vote find winners; they put nobody else in order.
        (Method::Ranked { rule, .. }, Sought::Order) => match rule {
            events::RankedRule::InstantRunoff
            | events::RankedRule::ScottishStv
            | events::RankedRule::MeekStv => Outcome::Elected { winners },
            events::RankedRule::Condorcet | events::RankedRule::Borda => {
                Outcome::Ranked { order: winners }
            }
        },
        (
            Method::Majority {}
            | Method::ProposalWithBlock { .. }
            | Method::Consent {}
            | Method::Consensus {}
            | Method::Advice {}
            | Method::Choose { .. }
            | Method::Score { .. }
            | Method::Dots { .. },
            Sought::Order,
        ) => Outcome::Ranked { order: winners },
        (
            Method::Majority {}
            | Method::ProposalWithBlock { .. }
            | Method::Consent {}
            | Method::Consensus {}
            | Method::Advice {}
            | Method::Choose { .. }
            | Method::Score { .. }
            | Method::Dots { .. }
            | Method::Ranked { .. },
            Sought::Winners,
        ) => Outcome::Elected { winners },
    };
    Ok(Decided { outcome, ties })
}

/// What an election on a subject seeks: an agenda is put in order.
fn sought_on(subject: Subject) -> Sought {
    match subject {
        Subject::AgendaPrioritise => Sought::Order,
        Subject::CharterRatify
        | Subject::CharterAmend
        | Subject::PolicyAmend
        | Subject::NetworkType
        | Subject::NetworkPause
        | Subject::NetworkDissolve
        | Subject::NetworkLink
        | Subject::MembershipAdmit
        | Subject::MembershipSuspend
        | Subject::MembershipExpel
        | Subject::MandateConfer
        | Subject::MandateRecall
        | Subject::GroupForm
        | Subject::GroupClose
        | Subject::ProjectEndorse
        | Subject::GoalAdopt
        | Subject::FundOpen
        | Subject::FundAllocate
        | Subject::LedgerLimits
        | Subject::ScorecardAdopt
        | Subject::EvaluatorGrant
        | Subject::DataShare
        | Subject::PracticeRecommend
        | Subject::Other => Sought::Winners,
    }
}

/// Keeps of the winners those with the shares that the policy asks of what is elected. The figures
/// of the requirements are made those of the winner with the least weight; as they are without
/// winners.
fn acceptable(
    policy: &events::DecisionPolicy,
    figures: &mut Figures,
    winners: Vec<OptionKey>,
) -> Vec<OptionKey> {
    if policy.requirements.is_empty() {
        return winners;
    }
    let weight = |key: &OptionKey| {
        let option = figures.options.iter().find(|option| option.option == *key);
        option.map_or(0, |option| option.weight)
    };
    let has_all = |key: &OptionKey| {
        policy.requirements.iter().all(|requirement| {
            requirements::check_weight(requirement, weight(key), figures).0 == Met::Yes
        })
    };
    let kept: Vec<OptionKey> = winners.iter().filter(|key| has_all(key)).cloned().collect();
    if let Some(least) = winners.iter().map(weight).min() {
        let of = |requirement: &events::Requirement| {
            let (met, weight, base) = requirements::check_weight(requirement, least, figures);
            RequirementFigures { weight, base, met: met == Met::Yes }
        };
        figures.requirements = policy.requirements.iter().map(of).collect();
    }
    kept
}

/// The ties of a count.
enum Ties {
    /// All were broken, or leave everything as it is.
    Broken(Vec<Broken>),
    /// One is voted on again; these were broken before.
    SecondRound(Vec<Broken>),
}

/// Says how each tie was broken.
fn broken(ties: Vec<Tied>, settled: &Settled) -> Result<Ties, Uncountable> {
    let mut told = Vec::with_capacity(ties.len());
    for Tied { between, chosen, by } in ties {
        let by = match (by, &settled.by) {
            (DecidedBy::EarlierRound(_) | DecidedBy::Margin, _) => TieBreak::EarlierRound {},
            (DecidedBy::Casting, Unbroken::Casting { by, favours }) => {
                TieBreak::CastingVote { by: *by, favours: favours.clone() }
            }
            (DecidedBy::Lot, Unbroken::Lot(Some(seed))) => TieBreak::Lot { seed: seed.hex() },
            (DecidedBy::Undecided, Unbroken::SecondRound) => return Ok(Ties::SecondRound(told)),
            (DecidedBy::Undecided, Unbroken::Casting { .. }) => {
                return Err(Uncountable::CastingVoteIncomplete { between });
            }
            (DecidedBy::Undecided, Unbroken::Ask) => {
                return Err(Uncountable::CastingVoteNeeded { between });
            }
            (DecidedBy::Undecided, Unbroken::Lot(_)) => return Err(Uncountable::SeedMissing),
            (
                DecidedBy::Undecided | DecidedBy::Casting | DecidedBy::Lot,
                Unbroken::StatusQuo
                | Unbroken::SecondRound
                | Unbroken::Ask
                | Unbroken::Casting { .. }
                | Unbroken::Lot(_),
            ) => TieBreak::StatusQuo {},
        };
        told.push(Broken { between, chosen, by });
    }
    Ok(Ties::Broken(told))
}
