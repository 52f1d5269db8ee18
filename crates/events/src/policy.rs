//! How a network decides: the policies that stand in its charter. Values inside events, no events.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use kernel::{AgendaItemId, GoalId, MandateId, NetworkId, Party, PersonId, ResolutionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CharterChange, MembershipClass, NetworkType};

/// What a decision is about. Each subject has at most one policy; the policy of [`Subject::Other`]
/// decides on those that have none.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
pub enum Subject {
    /// Giving the network its first charter.
    #[serde(rename = "charter.ratify")]
    CharterRatify,
    /// Changing the charter.
    #[serde(rename = "charter.amend")]
    CharterAmend,
    /// Changing policies and nothing else of the charter.
    #[serde(rename = "policy.amend")]
    PolicyAmend,
    /// What the network is for.
    #[serde(rename = "network.type")]
    NetworkType,
    /// Pausing the network, and taking it up again.
    #[serde(rename = "network.pause")]
    NetworkPause,
    /// Ending the network.
    #[serde(rename = "network.dissolve")]
    NetworkDissolve,
    /// Linking the network with another one.
    #[serde(rename = "network.link")]
    NetworkLink,
    /// Admitting a member.
    #[serde(rename = "membership.admit")]
    MembershipAdmit,
    /// Suspending a member.
    #[serde(rename = "membership.suspend")]
    MembershipSuspend,
    /// Expelling a member.
    #[serde(rename = "membership.expel")]
    MembershipExpel,
    /// Giving somebody an office.
    #[serde(rename = "mandate.confer")]
    MandateConfer,
    /// Taking an office away.
    #[serde(rename = "mandate.recall")]
    MandateRecall,
    /// Forming a working group.
    #[serde(rename = "group.form")]
    GroupForm,
    /// Closing a working group.
    #[serde(rename = "group.close")]
    GroupClose,
    /// Endorsing a project.
    #[serde(rename = "project.endorse")]
    ProjectEndorse,
    /// Adopting a goal.
    #[serde(rename = "goal.adopt")]
    GoalAdopt,
    /// Opening a fund.
    #[serde(rename = "fund.open")]
    FundOpen,
    /// Spending from a fund.
    #[serde(rename = "fund.allocate")]
    FundAllocate,
    /// The limits of accounts.
    #[serde(rename = "ledger.limits")]
    LedgerLimits,
    /// Adopting a scorecard.
    #[serde(rename = "scorecard.adopt")]
    ScorecardAdopt,
    /// Giving an evaluator access.
    #[serde(rename = "evaluator.grant")]
    EvaluatorGrant,
    /// Sharing data outside.
    #[serde(rename = "data.share")]
    DataShare,
    /// Recommending a practice.
    #[serde(rename = "practice.recommend")]
    PracticeRecommend,
    /// The order in which the network deals with things.
    #[serde(rename = "agenda.prioritise")]
    AgendaPrioritise,
    /// Anything else.
    #[serde(rename = "other")]
    Other,
}

impl Subject {
    /// The name as it stands in events, for example `membership.admit`.
    pub fn name(self) -> &'static str {
        match self {
            Subject::CharterRatify => "charter.ratify",
            Subject::CharterAmend => "charter.amend",
            Subject::PolicyAmend => "policy.amend",
            Subject::NetworkType => "network.type",
            Subject::NetworkPause => "network.pause",
            Subject::NetworkDissolve => "network.dissolve",
            Subject::NetworkLink => "network.link",
            Subject::MembershipAdmit => "membership.admit",
            Subject::MembershipSuspend => "membership.suspend",
            Subject::MembershipExpel => "membership.expel",
            Subject::MandateConfer => "mandate.confer",
            Subject::MandateRecall => "mandate.recall",
            Subject::GroupForm => "group.form",
            Subject::GroupClose => "group.close",
            Subject::ProjectEndorse => "project.endorse",
            Subject::GoalAdopt => "goal.adopt",
            Subject::FundOpen => "fund.open",
            Subject::FundAllocate => "fund.allocate",
            Subject::LedgerLimits => "ledger.limits",
            Subject::ScorecardAdopt => "scorecard.adopt",
            Subject::EvaluatorGrant => "evaluator.grant",
            Subject::DataShare => "data.share",
            Subject::PracticeRecommend => "practice.recommend",
            Subject::AgendaPrioritise => "agenda.prioritise",
            Subject::Other => "other",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of a policy, unique in its charter, for example `admission`.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct PolicyName(pub String);

/// The name of a role, unique in its charter, for example `coordinator`.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct RoleName(pub String);

/// The name of an option in a decision, unique there, for example `agree` or a candidate's id.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct OptionKey(pub String);

/// The name of a part of an electorate, unique there: what a table of weights calls it, for example
/// `tenants`; without a table, the class of its members.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Constituency(pub String);

impl fmt::Display for Constituency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for OptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A share between nothing and all, as a fraction: 2/3 is two thirds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// The numerator; not above the denominator.
    pub numerator: u32,
    /// The denominator; not zero.
    pub denominator: u32,
}

/// On which side of a threshold one must be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// On it or above.
    AtLeast,
    /// Above it.
    MoreThan,
    /// On it or below.
    AtMost,
}

/// What an option of a decision means.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Icon {
    /// For the proposal.
    Agree,
    /// Against the proposal.
    Disagree,
    /// Not for it, and not in its way.
    StandAside,
    /// Against it so strongly that it must not happen.
    Block,
    /// No objection.
    Consent,
    /// One of several things or persons to choose from.
    Item,
}

/// How a result is found. Source: the counting rules of domain.md, section 3.5.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Agree or disagree; the requirements say how many must agree.
    Majority {},
    /// Agree, disagree or block; blocks beyond the limit defeat it.
    ProposalWithBlock {
        /// How many blocks it bears.
        blocks_max: u32,
    },
    /// Adopted unless a valid objection stands at close.
    Consent {},
    /// All agree or stand aside; nobody blocks.
    Consensus {},
    /// Figures only; the named decision-maker decides afterwards.
    Advice {},
    /// Each ballot chooses some of the options; the most chosen win.
    Choose {
        /// How many options a ballot chooses at least.
        choices_min: u32,
        /// How many options a ballot chooses at most.
        choices_max: u32,
        /// How many options win.
        winners: u32,
    },
    /// Each ballot scores options; the highest sums win.
    Score {
        /// The lowest score.
        score_min: i32,
        /// The highest score.
        score_max: i32,
        /// How many options win.
        winners: u32,
    },
    /// Each ballot spreads dots over options; those with the most win.
    Dots {
        /// How many dots a ballot has.
        dots_max: u32,
        /// How many options win.
        winners: u32,
    },
    /// Each ballot ranks options.
    Ranked {
        /// How rankings are counted.
        rule: RankedRule,
        /// How many options win; 1 but for the transferable votes.
        seats: u32,
        /// How many ranks a ballot gives at most; absent is as many as there are options.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ranks_max: Option<u32>,
    },
    /// Each ballot says yes, maybe or no to times.
    TimePoll {},
}

/// How rankings are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RankedRule {
    /// Instant run-off.
    InstantRunoff,
    /// Condorcet: Copeland, then minimax margins.
    Condorcet,
    /// Borda.
    Borda,
    /// Single transferable vote with weighted inclusive Gregory transfers.
    ScottishStv,
    /// Single transferable vote after Meek.
    MeekStv,
}

/// What counts as one entry of the roll.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RollUnit {
    /// Each member who is a person, with weight 1.
    Person {},
    /// Each member that is an organisation, with weight 1, through its voting representative.
    Organisation {},
    /// The members of a table, each with its weight; a member that is not in it has no entry.
    Weighted {
        /// Weights above zero, by the party.
        weights: Vec<Weight>,
    },
}

/// The weight of one party.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Weight {
    /// Whose.
    pub party: Party,
    /// How much; above zero.
    pub weight: u32,
    /// To which part of the electorate the party belongs, for a quorum of each. Everybody who reads
    /// the charter sees it. Those for whom it is absent are one part together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constituency: Option<Constituency>,
}

/// Who decides.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Electorate {
    /// The classes of members who decide; not empty.
    pub classes: BTreeSet<MembershipClass>,
    /// What one entry of the roll is.
    pub unit: RollUnit,
}

/// When the roll is frozen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RollMoment {
    /// When the decision is called.
    Call,
    /// When voting opens.
    Opening,
}

/// How many must take part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuorumSize {
    /// A share of the entries of the roll.
    ShareOfRoll(Share),
    /// A number of entries.
    Units(u32),
    /// A share of the entries of each constituency of the roll. Constituencies are the parts that a
    /// table of weights names; without a table, the classes of the members. One whose entries are
    /// all void or in conflict is none. A limit of secrecy: of a constituency of one everybody
    /// knows, once a secret vote reached its quorum, that this one voted.
    ShareOfEach(Share),
}

/// How many must take part, and who counts as taking part. Always in entries, never in weight.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Quorum {
    /// How many.
    pub size: QuorumSize,
    /// At least, or more than, so many.
    pub bound: Bound,
    /// Whose ballot counts besides those that say something.
    pub counts: Present,
}

/// Who counts as taking part besides those whose own ballot says something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Present {
    /// Those who abstain.
    pub abstentions: bool,
    /// Those who hand in a blank ballot.
    pub blanks: bool,
    /// Those who are represented by a delegate.
    pub delegated: bool,
}

/// Of what a share is taken. In weight.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// Every ballot that was cast, abstentions included.
    Cast,
    /// Ballots that were cast, without abstentions.
    CastWithoutAbstentions,
    /// The whole roll.
    Roll,
}

/// What the figures must satisfy for a proposal to be adopted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Requirement {
    /// Ballots for the options of this meaning.
    pub icon: Icon,
    /// At least, more than, or at most.
    pub bound: Bound,
    /// Which share.
    pub share: Share,
    /// Of what.
    pub base: Base,
}

/// Who judges something in the course of a decision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Judge {
    /// Whoever holds a mandate for this role.
    Role(RoleName),
    /// Anyone on the roll who has no part in the matter.
    RollMember {},
}

/// How objections are dealt with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Objections {
    /// Who judges whether one is valid.
    pub judge: Judge,
    /// How many valid ones may stand at close; none, as a rule. One that nobody judged is valid.
    pub standing_max: u32,
}

/// Who learns how somebody voted.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Secrecy {
    /// Every member, at once.
    Open,
    /// Every member, once voting is over.
    OpenAfterClose,
    /// Nobody, ever.
    Secret,
}

/// A vote that is held in an election system elsewhere, for a network that needs more than a box in
/// this one can promise: a system whose ballots not even its operator can read. The roll and the
/// rules are of this record; ballots are cast there, and what they say is reported back without
/// names, to be counted here. Source: domain.md, section 3.4.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HeldElsewhere {
    /// Which system, in the network's words; not empty.
    pub system: String,
    /// The role whose holders report the result.
    pub reported_by: RoleName,
    /// For how many hours after the end of the voting the result is waited for; above zero. Without
    /// one the decision comes to nothing.
    pub report_hours: u32,
}

/// Where ballots lie until they are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BallotsKept {
    /// In the log, each with its voter.
    InLog,
    /// In the box of secret ballots.
    InBox,
    /// In an election system elsewhere.
    Elsewhere,
}

/// When figures are shown.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ResultsShown {
    /// While voting goes on.
    Live,
    /// To whoever has voted; to all once voting is over.
    AfterOwnVote,
    /// Once voting is over.
    AfterClose,
}

/// Whether a ballot may be changed or taken back while voting goes on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BallotChange {
    /// As often as one likes.
    UntilClose,
    /// What is cast is cast.
    Never,
}

/// Whether a ballot comes with reasons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reasons {
    /// Never.
    None,
    /// If one likes.
    Optional,
    /// Always.
    Required,
    /// With a disagreement or a block.
    ForDisagreeAndBlock,
    /// With a block.
    ForBlock,
}

/// Whether votes may be lent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DelegationRule {
    /// No.
    None {},
    /// To somebody who votes.
    SingleStep {
        /// How many votes one delegate may carry besides their own; absent is any number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        carried_max: Option<u32>,
    },
    /// To somebody who may lend it further.
    Transitive {
        /// How many steps at most.
        steps_max: u32,
        /// How many votes one delegate may carry besides their own; absent is any number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        carried_max: Option<u32>,
    },
}

/// What becomes of the entry of somebody who leaves the network while voting goes on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Leavers {
    /// It stays, with its ballot.
    Keep,
    /// It is void, with its ballot.
    Void,
}

/// When voting goes on longer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Extension {
    /// How often at most; above zero.
    pub times_max: u32,
    /// By how many hours each time; above zero.
    pub hours: u32,
    /// When too few have taken part by closing time.
    pub if_inquorate: bool,
    /// When there is a tie at closing time.
    pub if_tied: bool,
}

/// When voting may end before its time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EarlyClose {
    /// Never.
    Never,
    /// When everyone on the roll has voted.
    AllVoted,
    /// When no ballot that may still come could change the result.
    Decided,
}

/// What decides a tie.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TieRule {
    /// Nothing changes: not adopted, nobody elected to the tied seats.
    StatusQuo {},
    /// The holder of a role decides.
    CastingVote {
        /// Which role.
        role: RoleName,
    },
    /// Those who tied are voted on again, in a new decision. In an election nobody is elected until
    /// then, so the second round fills every seat, between those who won one and those who tied.
    SecondRound {},
    /// A lot, drawn from a seed whose hash was recorded at opening.
    SeededLot {},
}

/// How a result can be challenged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Challenges {
    /// For how many hours after the certificate.
    pub window_hours: u32,
    /// Who decides on a challenge.
    pub judge: Judge,
}

/// How long voting lasts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VotingWindow {
    /// At least so many hours; above zero.
    pub hours_min: u32,
    /// At most so many hours; not below the least.
    pub hours_max: u32,
}

/// How a network decides on some subjects. Complete in itself: a decision carries a copy of the one
/// that was in force when it was called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DecisionPolicy {
    /// Its name.
    pub name: PolicyName,
    /// What it decides on; not empty.
    pub subjects: BTreeSet<Subject>,
    /// How the result is found.
    pub method: Method,
    /// Which roles may propose; empty is every member.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub proposer_roles: BTreeSet<RoleName>,
    /// How many sponsors a proposal needs besides its author.
    pub sponsors_min: u32,
    /// For how many hours a proposal is discussed at least before the call.
    pub discussion_hours_min: u32,
    /// How long voting lasts.
    pub window: VotingWindow,
    /// Who decides.
    pub electorate: Electorate,
    /// When the roll is frozen.
    pub roll_moment: RollMoment,
    /// How many must take part; absent is that any number will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum: Option<Quorum>,
    /// What the figures must satisfy, all of it; empty where the method alone decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// How objections are dealt with; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objections: Option<Objections>,
    /// Who learns how somebody voted.
    pub secrecy: Secrecy,
    /// Where the vote is held, if not here; absent is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<HeldElsewhere>,
    /// When figures are shown.
    pub results: ResultsShown,
    /// Whether ballots may be changed.
    pub ballot_change: BallotChange,
    /// Whether ballots come with reasons.
    pub reasons: Reasons,
    /// Whether votes may be lent.
    pub delegation: DelegationRule,
    /// What becomes of the entries of those who leave.
    pub leavers: Leavers,
    /// When voting goes on longer; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// When voting may end early.
    pub early_close: EarlyClose,
    /// What decides a tie.
    pub tie: TieRule,
    /// How results can be challenged; absent is not at all: certified is final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenges: Option<Challenges>,
    /// After how many days what was decided is reviewed; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_after_days: Option<u32>,
    /// After how many days what was decided expires; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sunset_after_days: Option<u32>,
    /// After how many days a rejected text may be called again unchanged; 0 is at once.
    #[serde(default)]
    pub repeat_after_days: u32,
}

impl DecisionPolicy {
    /// Where ballots lie until they are counted.
    pub fn ballots_kept(&self) -> BallotsKept {
        match (self.secrecy, &self.elsewhere) {
            (Secrecy::Open | Secrecy::OpenAfterClose, _) => BallotsKept::InLog,
            (Secrecy::Secret, None) => BallotsKept::InBox,
            (Secrecy::Secret, Some(_)) => BallotsKept::Elsewhere,
        }
    }
}

/// What a decision does once it is final.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changes the charter.
    AmendCharter {
        /// How, in this order.
        changes: Vec<CharterChange>,
    },
    /// Changes policies, and nothing else of the charter.
    ChangePolicies {
        /// How, in this order.
        changes: Vec<CharterChange>,
    },
    /// Says what the network is for.
    DeclareNetworkType {
        /// Every type it means to be.
        types: BTreeSet<NetworkType>,
    },
    /// Pauses the network.
    PauseNetwork {},
    /// Takes the network up again.
    ResumeNetwork {},
    /// Ends the network.
    DissolveNetwork {},
    /// Lets anybody apply for membership.
    OpenMembership {},
    /// Lets only the invited enter.
    CloseMembership {},
    /// Admits a member. Where the decision does not adopt it, the application stands: it can be
    /// decided on again, declined, or withdrawn.
    AdmitMember {
        /// Whom.
        party: Party,
    },
    /// Turns an application down.
    DeclineApplication {
        /// Whose.
        party: Party,
    },
    /// Suspends a member.
    SuspendMember {
        /// Whom.
        party: Party,
    },
    /// Ends a suspension.
    ReinstateMember {
        /// Whose.
        party: Party,
    },
    /// Expels a member.
    ExpelMember {
        /// Whom.
        party: Party,
    },
    /// Gives an office to a person; after an election, to everyone elected, in the order of their
    /// election: to so many as seats are free when voting can be over at the earliest, as known at
    /// the call. Where one was taken since, it fails.
    ConferMandate {
        /// Which role.
        role: RoleName,
        /// On whom; absent is whoever is elected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<PersonId>,
    },
    /// Takes an office away.
    RecallMandate {
        /// Which mandate.
        mandate: MandateId,
    },
    /// Says in which order the network deals with things.
    PrioritiseAgenda {
        /// The items, the most important first; after a ranking, absent here.
        items: Vec<AgendaItemId>,
    },
    /// Adopts a goal.
    AdoptGoal {
        /// Which goal.
        goal: GoalId,
    },
    /// Notes that a resolution in force holds from now on as this decision changes it. Only a
    /// decision on the same subject can.
    AmendResolution {
        /// Which resolution.
        resolution: ResolutionId,
    },
    /// Ends a resolution in force. Only a decision on the same subject can.
    RepealResolution {
        /// Which resolution.
        resolution: ResolutionId,
    },
}

impl Effect {
    /// The subject that a decision with this effect is about; `None` when that is the subject of the
    /// resolution which it changes.
    pub fn subject(&self) -> Option<Subject> {
        Some(match self {
            Effect::AmendCharter { .. } => Subject::CharterAmend,
            Effect::ChangePolicies { .. } => Subject::PolicyAmend,
            Effect::DeclareNetworkType { .. } => Subject::NetworkType,
            Effect::PauseNetwork {} | Effect::ResumeNetwork {} => Subject::NetworkPause,
            Effect::DissolveNetwork {} => Subject::NetworkDissolve,
            Effect::OpenMembership {}
            | Effect::CloseMembership {}
            | Effect::AdmitMember { .. }
            | Effect::DeclineApplication { .. } => Subject::MembershipAdmit,
            Effect::SuspendMember { .. } | Effect::ReinstateMember { .. } => {
                Subject::MembershipSuspend
            }
            Effect::ExpelMember { .. } => Subject::MembershipExpel,
            Effect::ConferMandate { .. } => Subject::MandateConfer,
            Effect::RecallMandate { .. } => Subject::MandateRecall,
            Effect::PrioritiseAgenda { .. } => Subject::AgendaPrioritise,
            Effect::AdoptGoal { .. } => Subject::GoalAdopt,
            Effect::AmendResolution { .. } | Effect::RepealResolution { .. } => return None,
        })
    }
}

/// What one ballot says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Takes part without a say.
    Abstain {},
    /// Says nothing.
    Blank {},
    /// One option: agree, disagree, stand aside, block or consent.
    Option(OptionKey),
    /// Some options, all alike.
    Options(BTreeSet<OptionKey>),
    /// A score for some options.
    Scores(BTreeMap<OptionKey, i32>),
    /// Dots for some options.
    Dots(BTreeMap<OptionKey, u32>),
    /// Options from the most wanted down.
    Ranking(Vec<OptionKey>),
    /// Times that suit, or not.
    Times(BTreeMap<OptionKey, Availability>),
}

/// Whether a time suits.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// It suits.
    Yes,
    /// If need be.
    Maybe,
    /// It does not.
    No,
}

/// An office that the charter describes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// What its holders see to.
    pub responsibilities: String,
    /// For how many days a mandate lasts; above zero.
    pub term_days: u32,
    /// How many terms one person may serve on end; absent is any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consecutive_terms_max: Option<u32>,
    /// How many may hold it at the same time; above zero.
    pub seats: u32,
    /// Whether the network cannot be without a holder.
    pub required: bool,
}

/// For what a vote is lent; the most specific scope counts, in this order from the widest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DelegationScope {
    /// Everything.
    All {},
    /// Proposals on this topic.
    Topic(String),
    /// Decisions on this subject.
    Subject(Subject),
    /// One decision.
    Decision(kernel::DecisionId),
}

impl fmt::Display for DelegationScope {
    /// Writes one line that tells scopes apart, for example `subject/other`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DelegationScope::All {} => f.write_str("all"),
            DelegationScope::Topic(topic) => write!(f, "topic/{topic}"),
            DelegationScope::Subject(subject) => write!(f, "subject/{subject}"),
            DelegationScope::Decision(decision) => write!(f, "decision/{decision}"),
        }
    }
}

/// What an act was done under, as events name it in their metadata.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Authority {
    /// A final decision.
    Decision(kernel::DecisionId),
    /// A policy of a version of the charter.
    Policy {
        /// Whose charter.
        network: NetworkId,
        /// Which version.
        version: u32,
        /// Which policy.
        policy: PolicyName,
    },
    /// The founders' consent, while the network is forming.
    Founders(NetworkId),
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Authority::Decision(decision) => write!(f, "decision/{decision}"),
            Authority::Policy { network, version, policy } => {
                write!(f, "charter/{network}/{version}/{policy}")
            }
            Authority::Founders(network) => write!(f, "founders/{network}"),
        }
    }
}
