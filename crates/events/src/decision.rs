//! What can happen to a decision, from its call to its certificate.

use jiff::Timestamp;
use kernel::{
    DecisionId, Event, NetworkId, Party, PersonId, Personal, PersonalField, ProposalId, Visibility,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AlikeBallots, Choice, Constituency, DecisionOption, DecisionPolicy, DelegationScope, Effect,
    OptionKey, Secrecy, Subject,
};

/// One vote of a decision: a party that may vote, once, with its weight.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RollEntry {
    /// Whose.
    pub party: Party,
    /// How much it weighs; above zero.
    pub weight: u32,
    /// Who votes for an organisation; absent for a person, and where no representative is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<PersonId>,
    /// To which part of the electorate the party belongs; absent where the quorum is not of each, and
    /// for those that belong to none, which are one part together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constituency: Option<Constituency>,
}

/// Everything that a decision was called with; nothing of it changes later.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DecisionTerms {
    /// The network.
    pub network: NetworkId,
    /// What is decided on.
    pub proposal: ProposalId,
    /// Which revision of it.
    pub revision: u32,
    /// The SHA-256 of the canonical JSON of the proposal's content, in hexadecimal.
    pub content_hash: String,
    /// What it is about.
    pub subject: Subject,
    /// In the network's own words, for delegations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The version of the charter in force at the call.
    pub charter_version: u32,
    /// The policy, as it read then.
    pub policy: DecisionPolicy,
    /// What is chosen between, in the order in which people read it.
    pub options: Vec<DecisionOption>,
    /// What follows when it is adopted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// Who called it.
    pub called_by: PersonId,
    /// When voting opens.
    pub opens_at: Timestamp,
    /// When voting ends, unless it is extended.
    pub closes_at: Timestamp,
    /// The decision that this one repeats: a second round, or the re-run of an annulled one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<DecisionId>,
    /// How many seats an election of persons fills: those that are free when its voting can be over
    /// at the earliest, as known at the call, and no more than the policy says; absent where nobody
    /// is elected, and in older events: as the policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<u32>,
}

/// Why voting went on longer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExtendedBecause {
    /// Too few had taken part.
    Inquorate,
    /// There was a tie.
    Tied,
}

/// Why voting ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBecause {
    /// Its time was over.
    Deadline,
    /// Everyone had voted.
    AllVoted,
    /// Nothing could change the result any more.
    Decided,
}

/// Why a decision came to nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBecause {
    /// The proposal was taken back.
    ProposalWithdrawn,
    /// Nobody was entitled to vote.
    RollEmpty,
    /// The network was dissolved.
    NetworkDissolved,
    /// The vote was held elsewhere, and nobody reported its result in time.
    ResultNotReported,
}

/// What somebody says is wrong with a roll.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContestGround {
    /// The party is missing from it.
    Missing,
    /// The party should not be on it.
    NotEntitled,
    /// The party stands on it with a wrong weight, or as the wrong thing: a person in place of an
    /// organisation, or the other way round.
    WrongWeightOrUnit,
}

/// What a judge found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// The objection stands.
    Valid,
    /// It does not.
    NotValid,
}

/// Why a lent vote did not count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotCounted {
    /// Nobody on the way voted.
    DelegateSilent,
    /// It came back to where it began.
    Circle,
    /// It led to somebody who is not on the roll.
    OffTheRoll,
    /// It went on for too many steps.
    TooManySteps,
    /// The delegate carries as many votes as they may.
    CarriedMaxReached,
}

/// Where a lent vote went.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ResolvedDelegation {
    /// Who lent it.
    pub delegator: Party,
    /// For what it was lent: the most specific of what they lent that fits the decision.
    pub scope: DelegationScope,
    /// The position of the log at which it was granted; where a delegate may not carry all votes,
    /// those count that were granted first.
    pub granted: u64,
    /// Through whose hands it went, the last one being who voted with it when it counted. Never
    /// empty: the first one is the delegate.
    pub path: Vec<Party>,
    /// Why it did not count; absent when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_counted: Option<NotCounted>,
}

/// What one option got.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OptionFigures {
    /// The option.
    pub option: OptionKey,
    /// How many entries of the roll are for it, lent votes included.
    pub units: u32,
    /// How much they weigh together.
    pub weight: u64,
    /// The sum of scores or dots, by weight; absent for methods that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<i64>,
    /// The mean of the scores it was given, as an exact fraction; absent when it was given none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<String>,
}

/// Whether one requirement was met.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RequirementFigures {
    /// The weight that the requirement is about.
    pub weight: u64,
    /// The weight that the share is taken of.
    pub base: u64,
    /// Whether it was met.
    pub met: bool,
}

/// Whether enough of one constituency took part.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ConstituencyFigures {
    /// Which one; absent is that of all entries without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constituency: Option<Constituency>,
    /// Its entries that are not void and in no declared conflict.
    pub roll_units: u32,
    /// Its entries that count for the quorum; absent in a secret decision in which so few of some
    /// constituency voted that it would tell too much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present_units: Option<u32>,
    /// How many entries the quorum needs of it.
    pub quorum_units: u32,
    /// Whether enough of it took part; where the numbers are left out, whether enough of each did.
    pub quorate: bool,
}

/// One round of a count of rankings.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CountedRound {
    /// What each option held, as exact fractions, in the order of the options.
    pub votes: Vec<(OptionKey, String)>,
    /// What belonged to no option any more, as an exact fraction.
    pub exhausted: String,
    /// Who was elected in it.
    pub elected: Vec<OptionKey>,
    /// Who left the count in it.
    pub eliminated: Vec<OptionKey>,
}

/// All figures of a count.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Entries of the roll that are not void and in no declared conflict.
    pub roll_units: u32,
    /// Their weight.
    pub roll_weight: u64,
    /// Entries with a ballot of their own that says something.
    pub direct_units: u32,
    /// Entries whose lent vote counted, whatever it says.
    pub delegated_units: u32,
    /// Entries whose own ballot abstains.
    pub abstained_units: u32,
    /// The weight of abstentions, lent votes included.
    pub abstained_weight: u64,
    /// Entries whose own ballot is blank.
    pub blank_units: u32,
    /// Entries that count for the quorum.
    pub present_units: u32,
    /// How many entries the quorum needs, of all constituencies together where it is of each; absent
    /// where there is no quorum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum_units: Option<u32>,
    /// Whether enough took part.
    pub quorate: bool,
    /// Each constituency, in the order of their names, the one without a name first; empty where the
    /// quorum is not of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constituencies: Vec<ConstituencyFigures>,
    /// The weight of ballots that were cast, abstentions, blank ones and lent votes included.
    pub cast_weight: u64,
    /// What each option got, in the order of the options.
    pub options: Vec<OptionFigures>,
    /// Each requirement of the policy, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<RequirementFigures>,
    /// How many valid objections stand.
    pub objections_standing: u32,
    /// The rounds of a count of rankings; empty for other methods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<CountedRound>,
}

/// What a decision came to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The proposal was adopted.
    Adopted {},
    /// The proposal was not adopted.
    NotAdopted {},
    /// Too few took part.
    Inquorate {},
    /// These options won, in this order.
    Elected {
        /// The winners.
        winners: Vec<OptionKey>,
    },
    /// These options, from the first to the last.
    Ranked {
        /// All options.
        order: Vec<OptionKey>,
    },
    /// Nothing is decided by the figures; they advise.
    Advised {},
    /// These options tied, and are to be voted on again.
    Tied {
        /// Those who tied.
        options: Vec<OptionKey>,
    },
}

/// How a tie was broken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TieBreak {
    /// By an earlier round of the same count.
    EarlierRound {},
    /// Nothing changed: nobody came first.
    StatusQuo {},
    /// The holder of the role chose.
    CastingVote {
        /// Who.
        by: PersonId,
        /// The order in which they favour the options, the most favoured first.
        favours: Vec<OptionKey>,
    },
    /// By a lot.
    Lot {
        /// The seed, in hexadecimal; its SHA-256 was recorded at opening.
        seed: String,
    },
}

/// What an election system elsewhere says of a vote that it held.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ExternalResult {
    /// The address of the election there, where its own proofs can be checked.
    pub address: String,
    /// The SHA-256 of what was published there to check the result by, in hexadecimal.
    pub sha256: String,
    /// The ballots, without names: the identical ones together, in the order of what they say.
    pub ballots: Vec<AlikeBallots>,
}

/// What can happen to a decision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum DecisionEvent {
    /// It was called, on these terms.
    DecisionScheduled {
        /// The terms.
        terms: Box<DecisionTerms>,
    },
    /// Who may vote is settled.
    RollFrozen {
        /// The position of the log that the roster was read at.
        position: u64,
        /// The entries, in order of the parties' ids.
        entries: Vec<RollEntry>,
        /// The SHA-256 of the canonical JSON of the entries, in hexadecimal.
        hash: String,
    },
    /// Somebody says that the roll is wrong. It stays as it is: that is a reason to take the proposal
    /// back before voting opens, or, for those on the roll and where the policy allows it, to
    /// challenge the result.
    RollContested {
        /// Who says so, on the roll or not.
        by: Party,
        /// About which party.
        about: Party,
        /// What is wrong.
        ground: ContestGround,
        /// How it is known.
        reason: Personal<String>,
    },
    /// Voting began.
    DecisionOpened {
        /// When it ends, unless it is extended.
        closes_at: Timestamp,
        /// The SHA-256 of the seed for lots, in hexadecimal.
        seed_hash: String,
    },
    /// Somebody voted.
    BallotCast {
        /// For whom: an entry of the roll.
        voter: Party,
        /// What the ballot says.
        choice: Choice,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Personal<String>>,
        /// Who may know.
        secrecy: Secrecy,
    },
    /// Somebody voted otherwise than before.
    BallotChanged {
        /// For whom.
        voter: Party,
        /// What the ballot says now.
        choice: Choice,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Personal<String>>,
        /// Who may know.
        secrecy: Secrecy,
    },
    /// Somebody took their ballot back.
    BallotWithdrawn {
        /// For whom.
        voter: Party,
        /// Who may know.
        secrecy: Secrecy,
    },
    /// Somebody wrote down how a member voted who could not do so here.
    BallotRecordedOnBehalf {
        /// For whom.
        voter: Party,
        /// Who wrote it down.
        by: PersonId,
        /// What the ballot says.
        choice: Choice,
        /// How it is known.
        evidence: Personal<String>,
        /// Who may know.
        secrecy: Secrecy,
    },
    /// The member says that it was so.
    RecordedBallotConfirmed {
        /// Whose ballot.
        voter: Party,
    },
    /// The member says that it was not so; the ballot does not count.
    RecordedBallotRepudiated {
        /// Whose ballot.
        voter: Party,
    },
    /// Somebody objects.
    ObjectionRaised {
        /// Its number in this decision, from 1.
        number: u32,
        /// Who.
        by: Party,
        /// Why.
        argument: Personal<String>,
    },
    /// Somebody answered an objection.
    ObjectionAnswered {
        /// Which objection.
        number: u32,
        /// Who.
        by: PersonId,
        /// How.
        answer: Personal<String>,
    },
    /// An objection was judged.
    ObjectionJudged {
        /// Which objection.
        number: u32,
        /// Who judged.
        by: PersonId,
        /// What they found.
        validity: Validity,
    },
    /// Whoever objected does so no longer.
    ObjectionWithdrawn {
        /// Which objection.
        number: u32,
    },
    /// Somebody said that they have a conflict of interest; their entry does not count.
    ConflictOfInterestDeclared {
        /// Whose entry.
        voter: Party,
    },
    /// Somebody left the network; their entry and their ballot stay.
    LeaverKept {
        /// Whose entry.
        voter: Party,
    },
    /// Somebody left the network; their entry is void, and their ballot with it.
    LeaverVoided {
        /// Whose entry.
        voter: Party,
    },
    /// Somebody else votes for an organisation than when the roll was frozen, or nobody does.
    RepresentativeReplaced {
        /// The organisation's entry.
        voter: Party,
        /// Who votes for it from now on; `None` is nobody.
        representative: Option<PersonId>,
    },
    /// Everyone on the roll was reminded that voting goes on, whether they had voted or not.
    VotersReminded {},
    /// Voting goes on longer.
    DecisionExtended {
        /// How often it was extended by now.
        number: u32,
        /// When it ends now.
        closes_at: Timestamp,
        /// Why.
        because: ExtendedBecause,
    },
    /// Voting ended.
    DecisionClosed {
        /// Why.
        because: ClosedBecause,
    },
    /// The vote was held elsewhere, and its result was reported.
    ExternalResultRecorded {
        /// Who reported it.
        by: PersonId,
        /// The result.
        result: ExternalResult,
    },
    /// The votes were counted.
    DecisionTallied {
        /// The counting rules that were used, with their version.
        algorithm: String,
        /// The SHA-256 of the canonical JSON of everything that was counted, in hexadecimal.
        inputs_hash: String,
        /// Where lent votes went.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        delegations: Vec<ResolvedDelegation>,
        /// The figures.
        figures: Box<Figures>,
    },
    /// A tie that mattered was broken.
    TieBroken {
        /// Between whom.
        between: Vec<OptionKey>,
        /// Who came first, or stayed.
        chosen: Vec<OptionKey>,
        /// How.
        by: TieBreak,
    },
    /// What it came to, by rule.
    DecisionCertified {
        /// What it came to.
        outcome: Outcome,
        /// Until when it can be challenged; absent when it is final at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        challenges_until: Option<Timestamp>,
    },
    /// Somebody doubts the result.
    ResultChallenged {
        /// Who.
        by: Party,
        /// Why.
        grounds: Personal<String>,
    },
    /// The challenge was found to be without ground.
    ChallengeDismissed {
        /// Who found so.
        by: PersonId,
    },
    /// The challenge was found to be right.
    ChallengeUpheld {
        /// Who found so.
        by: PersonId,
    },
    /// The result does not count.
    DecisionAnnulled {},
    /// It came to nothing.
    DecisionCancelled {
        /// Why.
        because: CancelledBecause,
    },
    /// What it came to counts for good.
    DecisionFinalised {
        /// The network.
        network: NetworkId,
        /// The proposal.
        proposal: ProposalId,
        /// What it came to.
        outcome: Outcome,
    },
}

impl Event for DecisionEvent {
    const CATEGORY: &'static str = "decision";

    fn visibility(&self) -> Visibility {
        match self {
            DecisionEvent::BallotCast { voter, secrecy, .. }
            | DecisionEvent::BallotChanged { voter, secrecy, .. }
            | DecisionEvent::BallotWithdrawn { voter, secrecy }
            | DecisionEvent::BallotRecordedOnBehalf { voter, secrecy, .. } => match secrecy {
                Secrecy::Open => Visibility::Network,
                // While voting goes on; afterwards the certificate says who voted how.
                Secrecy::OpenAfterClose | Secrecy::Secret => Visibility::Parties(vec![*voter]),
            },
            DecisionEvent::DecisionScheduled { .. }
            | DecisionEvent::RollFrozen { .. }
            | DecisionEvent::RollContested { .. }
            | DecisionEvent::DecisionOpened { .. }
            | DecisionEvent::RecordedBallotConfirmed { .. }
            | DecisionEvent::RecordedBallotRepudiated { .. }
            | DecisionEvent::ObjectionRaised { .. }
            | DecisionEvent::ObjectionAnswered { .. }
            | DecisionEvent::ObjectionJudged { .. }
            | DecisionEvent::ObjectionWithdrawn { .. }
            | DecisionEvent::ConflictOfInterestDeclared { .. }
            | DecisionEvent::LeaverKept { .. }
            | DecisionEvent::LeaverVoided { .. }
            | DecisionEvent::RepresentativeReplaced { .. }
            | DecisionEvent::VotersReminded {}
            | DecisionEvent::DecisionExtended { .. }
            | DecisionEvent::DecisionClosed { .. }
            | DecisionEvent::ExternalResultRecorded { .. }
            | DecisionEvent::DecisionTallied { .. }
            | DecisionEvent::TieBroken { .. }
            | DecisionEvent::DecisionCertified { .. }
            | DecisionEvent::ResultChallenged { .. }
            | DecisionEvent::ChallengeDismissed { .. }
            | DecisionEvent::ChallengeUpheld { .. }
            | DecisionEvent::DecisionAnnulled {}
            | DecisionEvent::DecisionCancelled { .. }
            | DecisionEvent::DecisionFinalised { .. } => Visibility::Network,
        }
    }

    fn personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            DecisionEvent::BallotCast { reason: Some(reason), .. }
            | DecisionEvent::BallotChanged { reason: Some(reason), .. } => visit("reason", reason),
            DecisionEvent::BallotRecordedOnBehalf { evidence, .. } => visit("evidence", evidence),
            DecisionEvent::RollContested { reason, .. } => visit("reason", reason),
            DecisionEvent::ObjectionRaised { argument, .. } => visit("argument", argument),
            DecisionEvent::ObjectionAnswered { answer, .. } => visit("answer", answer),
            DecisionEvent::ResultChallenged { grounds, .. } => visit("grounds", grounds),
            DecisionEvent::BallotCast { reason: None, .. }
            | DecisionEvent::BallotChanged { reason: None, .. }
            | DecisionEvent::DecisionScheduled { .. }
            | DecisionEvent::RollFrozen { .. }
            | DecisionEvent::DecisionOpened { .. }
            | DecisionEvent::BallotWithdrawn { .. }
            | DecisionEvent::RecordedBallotConfirmed { .. }
            | DecisionEvent::RecordedBallotRepudiated { .. }
            | DecisionEvent::ObjectionJudged { .. }
            | DecisionEvent::ObjectionWithdrawn { .. }
            | DecisionEvent::ConflictOfInterestDeclared { .. }
            | DecisionEvent::LeaverKept { .. }
            | DecisionEvent::LeaverVoided { .. }
            | DecisionEvent::RepresentativeReplaced { .. }
            | DecisionEvent::VotersReminded {}
            | DecisionEvent::DecisionExtended { .. }
            | DecisionEvent::DecisionClosed { .. }
            | DecisionEvent::ExternalResultRecorded { .. }
            | DecisionEvent::DecisionTallied { .. }
            | DecisionEvent::TieBroken { .. }
            | DecisionEvent::DecisionCertified { .. }
            | DecisionEvent::ChallengeDismissed { .. }
            | DecisionEvent::ChallengeUpheld { .. }
            | DecisionEvent::DecisionAnnulled {}
            | DecisionEvent::DecisionCancelled { .. }
            | DecisionEvent::DecisionFinalised { .. } => {}
        }
    }
}
