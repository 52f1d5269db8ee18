//! How a network decides: policies, and what charters and decisions share with them.

pub(crate) mod choice;
pub(crate) mod effect;
pub(crate) mod prospect;
pub(crate) mod words;

use async_graphql::{
    ComplexObject, Context, Enum, InputObject, OneofObject, Result, SimpleObject, Union,
};
use kernel::Party as AnyParty;
use tonic::Status;
use wire::weft::governance::v1::{
    self as message, delegation_rule, electorate, judge, method, quorum, tie_rule,
};

use crate::{
    call::{self, Call, lacking},
    ids::PartyId,
    membership::MembershipClass,
    node::{self, Party},
    policy::words::{
        BallotChange, Base, Bound, EarlyClose, Icon, Leavers, RankedRule, Reasons, ResultsShown,
        RollMoment, Secrecy, Subject,
    },
    scalars::{self, AboveZero},
};

/// How a network decides on some subjects. Complete in itself: a decision keeps a copy of the one
/// that was in force when it was called.
#[derive(SimpleObject)]
pub(crate) struct DecisionPolicy {
    /// Unique in its charter.
    name: String,
    /// What it decides on.
    subjects: Vec<Subject>,
    /// How a result is found.
    method: Method,
    /// Which roles may propose; empty is every member.
    proposer_roles: Vec<String>,
    /// How many sponsors a proposal needs besides its authors.
    sponsors_min: u32,
    /// For how many hours a proposal is discussed at least before the call.
    discussion_hours_min: u32,
    /// For how many hours votes are taken at least.
    voting_hours_min: u32,
    /// For how many hours votes are taken at most.
    voting_hours_max: u32,
    /// Who decides.
    electorate: Electorate,
    /// When it is fixed who may vote.
    roll_moment: RollMoment,
    /// How many must take part; null when any number will do.
    quorum: Option<Quorum>,
    /// What the figures must satisfy, all of it; empty where the method alone decides.
    requirements: Vec<Requirement>,
    /// How objections are dealt with; null where there are none.
    objections: Option<Objections>,
    /// Who learns how somebody voted.
    secrecy: Secrecy,
    /// When figures are shown.
    results: ResultsShown,
    /// Whether a ballot may be changed.
    ballot_change: BallotChange,
    /// Whether a ballot comes with reasons.
    reasons: Reasons,
    /// How votes may be lent; null when they may not.
    delegation: Option<DelegationRule>,
    /// What becomes of the entry of somebody who leaves while voting goes on.
    leavers: Leavers,
    /// When voting goes on longer; null is never.
    extension: Option<Extension>,
    /// When voting may end before its time.
    early_close: EarlyClose,
    /// What decides a tie.
    tie: TieRule,
    /// How a result can be challenged; null when what is certified is final.
    challenges: Option<Challenges>,
    /// After how many days what was decided is reviewed; null is never.
    review_after_days: Option<u32>,
    /// After how many days what was decided expires; null is never.
    sunset_after_days: Option<u32>,
    /// After how many days a rejected text may be called again unchanged; 0 is at once.
    repeat_after_days: u32,
    /// In which election system elsewhere the vote is held; null is here.
    elsewhere: Option<HeldElsewhere>,
}

impl DecisionPolicy {
    /// The policy of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn of(policy: message::DecisionPolicy) -> Result<DecisionPolicy, Status> {
        let requirements = policy.requirements.into_iter().map(Requirement::of);
        Ok(DecisionPolicy {
            name: policy.name,
            subjects: scalars::all_known(policy.subjects)?,
            method: Method::of(policy.method)?,
            proposer_roles: policy.proposer_roles,
            sponsors_min: policy.sponsors_min,
            discussion_hours_min: policy.discussion_hours_min,
            voting_hours_min: policy.voting_hours_min,
            voting_hours_max: policy.voting_hours_max,
            electorate: Electorate::of(policy.electorate)?,
            roll_moment: scalars::known(policy.roll_moment)?,
            quorum: policy.quorum.map(Quorum::of).transpose()?,
            requirements: requirements.collect::<Result<_, _>>()?,
            objections: policy.objections.map(Objections::of).transpose()?,
            secrecy: scalars::known(policy.secrecy)?,
            results: scalars::known(policy.results)?,
            ballot_change: scalars::known(policy.ballot_change)?,
            reasons: scalars::known(policy.reasons)?,
            delegation: policy.delegation.and_then(DelegationRule::of),
            leavers: scalars::known(policy.leavers)?,
            extension: policy.extension.map(Extension::of),
            early_close: scalars::known(policy.early_close)?,
            tie: TieRule::of(policy.tie)?,
            challenges: policy.challenges.map(Challenges::of).transpose()?,
            review_after_days: scalars::above_zero(policy.review_after_days),
            sunset_after_days: scalars::above_zero(policy.sunset_after_days),
            repeat_after_days: policy.repeat_after_days,
            elsewhere: policy.elsewhere.map(HeldElsewhere::of),
        })
    }
}

/// How a result is found.
#[derive(Union)]
pub(crate) enum Method {
    /// By a rule that needs no numbers of its own.
    Plain(PlainMethod),
    /// By agreement without too many blocks.
    ProposalWithBlock(ProposalWithBlock),
    /// By choosing some of the options.
    Choose(ChooseMethod),
    /// By scoring options.
    Score(ScoreMethod),
    /// By spreading dots.
    Dots(DotsMethod),
    /// By ranking options.
    Ranked(RankedMethod),
}

/// A method that needs no numbers of its own.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PlainMethodKind {
    /// Agree or disagree; the requirements say how many must agree.
    Majority,
    /// Adopted unless a valid objection stands at close.
    Consent,
    /// All agree or stand aside; nobody blocks.
    Consensus,
    /// Figures only; who asked decides afterwards.
    Advice,
    /// Each ballot says yes, maybe or no to times.
    TimePoll,
}

/// A method that needs no numbers of its own.
#[derive(SimpleObject)]
pub(crate) struct PlainMethod {
    /// Which one.
    kind: PlainMethodKind,
}

/// Agree, disagree or block; blocks beyond the limit defeat it.
#[derive(SimpleObject)]
pub(crate) struct ProposalWithBlock {
    /// How many may block.
    blocks_max: u32,
}

/// Each ballot chooses some of the options; the most chosen win.
#[derive(SimpleObject)]
pub(crate) struct ChooseMethod {
    /// How many a ballot chooses at least.
    choices_min: u32,
    /// How many a ballot chooses at most.
    choices_max: u32,
    /// How many win.
    winners: u32,
}

/// Each ballot scores options; the highest sums win.
#[derive(SimpleObject)]
pub(crate) struct ScoreMethod {
    /// The lowest score.
    score_min: i32,
    /// The highest score.
    score_max: i32,
    /// How many win.
    winners: u32,
}

/// Each ballot spreads dots over options; those with the most win.
#[derive(SimpleObject)]
pub(crate) struct DotsMethod {
    /// How many dots a ballot has.
    dots_max: u32,
    /// How many win.
    winners: u32,
}

/// Each ballot ranks options.
#[derive(SimpleObject)]
pub(crate) struct RankedMethod {
    /// How the rankings are counted.
    rule: RankedRule,
    /// How many are elected.
    seats: u32,
    /// How many ranks a ballot gives at most; null is as many as there are options.
    ranks_max: Option<u32>,
}

impl Method {
    fn of(value: Option<message::Method>) -> Result<Method, Status> {
        let plain = |kind| Method::Plain(PlainMethod { kind });
        let method = value.and_then(|value| value.method).ok_or_else(|| lacking("method"))?;
        Ok(match method {
            method::Method::Majority(_) => plain(PlainMethodKind::Majority),
            method::Method::Consent(_) => plain(PlainMethodKind::Consent),
            method::Method::Consensus(_) => plain(PlainMethodKind::Consensus),
            method::Method::Advice(_) => plain(PlainMethodKind::Advice),
            method::Method::TimePoll(_) => plain(PlainMethodKind::TimePoll),
            method::Method::ProposalWithBlock(it) => {
                Method::ProposalWithBlock(ProposalWithBlock { blocks_max: it.blocks_max })
            }
            method::Method::Choose(it) => Method::Choose(ChooseMethod {
                choices_min: it.choices_min,
                choices_max: it.choices_max,
                winners: it.winners,
            }),
            method::Method::Score(it) => Method::Score(ScoreMethod {
                score_min: it.score_min,
                score_max: it.score_max,
                winners: it.winners,
            }),
            method::Method::Dots(it) => {
                Method::Dots(DotsMethod { dots_max: it.dots_max, winners: it.winners })
            }
            method::Method::Ranked(it) => Method::Ranked(RankedMethod {
                rule: scalars::known(it.rule)?,
                seats: it.seats,
                ranks_max: scalars::above_zero(it.ranks_max),
            }),
        })
    }
}

/// Who has a vote.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum VotingUnit {
    /// Each member who is a person, with weight 1.
    Person,
    /// Each member that is an organisation, with weight 1, through its voting representative.
    Organisation,
    /// The members of a table, each with its weight; a member that is not in it has no vote.
    Weighted,
}

/// Who decides.
#[derive(SimpleObject)]
pub(crate) struct Electorate {
    /// Among which members.
    classes: Vec<MembershipClass>,
    /// Who has a vote.
    unit: VotingUnit,
    /// The table of weights; null unless the unit is `WEIGHTED`.
    weights: Option<Vec<PartyWeight>>,
}

/// The weight of a member's vote.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct PartyWeight {
    /// How much the vote weighs.
    weight: u32,
    /// To which part of the electorate it belongs, for a quorum of each; null is to none.
    constituency: Option<String>,
    #[graphql(skip)]
    party: AnyParty,
}

#[ComplexObject]
impl PartyWeight {
    /// Whose vote; null when you may not know of them.
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.party).await?)
    }
}

impl Electorate {
    fn of(value: Option<message::Electorate>) -> Result<Electorate, Status> {
        let electorate = value.ok_or_else(|| lacking("electorate"))?;
        let (unit, weights) = match electorate.unit.ok_or_else(|| lacking("unit"))? {
            electorate::Unit::Persons(_) => (VotingUnit::Person, None),
            electorate::Unit::Organisations(_) => (VotingUnit::Organisation, None),
            electorate::Unit::Weighted(table) => {
                let weights = table.weights.into_iter().map(|it| {
                    let party = call::party(it.party.as_ref())?;
                    let constituency = scalars::given(it.constituency);
                    Ok::<_, Status>(PartyWeight { weight: it.weight, constituency, party })
                });
                (VotingUnit::Weighted, Some(weights.collect::<Result<_, _>>()?))
            }
        };
        Ok(Electorate { classes: scalars::all_known(electorate.classes)?, unit, weights })
    }
}

/// A share between nothing and all: 2 of 3 is two thirds.
#[derive(SimpleObject)]
pub(crate) struct Share {
    /// How many parts; not above the denominator.
    numerator: u32,
    /// Of how many; not zero.
    denominator: u32,
}

impl Share {
    fn of(share: message::Share) -> Share {
        Share { numerator: share.numerator, denominator: share.denominator }
    }
}

/// How many must take part, in votes of the roll and never in weight.
#[derive(SimpleObject)]
pub(crate) struct Quorum {
    /// Of everyone who may vote; null where a number is set, or a share of each constituency.
    share_of_roll: Option<Share>,
    /// A number of votes; null where a share is set.
    units: Option<u32>,
    /// Of each constituency: of the parts that a table of weights names, or without a table of each
    /// class of members; null where it is of the whole roll. A limit of secrecy: of a constituency
    /// of one everybody knows, once a secret vote reached its quorum, that this one voted.
    share_of_each: Option<Share>,
    /// At least or more than that.
    bound: Bound,
    /// Whether those count who abstain.
    counts_abstentions: bool,
    /// Whether those count who hand in a blank ballot.
    counts_blanks: bool,
    /// Whether those count who are represented by a delegate.
    counts_delegated: bool,
}

impl Quorum {
    fn of(quorum: message::Quorum) -> Result<Quorum, Status> {
        let (share_of_roll, units, share_of_each) =
            match quorum.size.ok_or_else(|| lacking("size"))? {
                quorum::Size::ShareOfRoll(share) => (Some(Share::of(share)), None, None),
                quorum::Size::Units(units) => (None, Some(units), None),
                quorum::Size::ShareOfEach(share) => (None, None, Some(Share::of(share))),
            };
        Ok(Quorum {
            share_of_roll,
            units,
            share_of_each,
            bound: scalars::known(quorum.bound)?,
            counts_abstentions: quorum.counts_abstentions,
            counts_blanks: quorum.counts_blanks,
            counts_delegated: quorum.counts_delegated,
        })
    }
}

/// What the figures must satisfy for a proposal to be adopted.
#[derive(SimpleObject)]
pub(crate) struct Requirement {
    /// Which votes are counted.
    icon: Icon,
    /// On which side of the share they must be.
    bound: Bound,
    /// The share.
    share: Share,
    /// Of what the share is taken.
    base: Base,
}

impl Requirement {
    pub(super) fn of(requirement: message::Requirement) -> Result<Requirement, Status> {
        Ok(Requirement {
            icon: scalars::known(requirement.icon)?,
            bound: scalars::known(requirement.bound)?,
            share: Share::of(requirement.share.ok_or_else(|| lacking("share"))?),
            base: scalars::known(requirement.base)?,
        })
    }
}

/// How objections are dealt with.
#[derive(SimpleObject)]
pub(crate) struct Objections {
    /// The role whose holders judge them; null is anyone on the roll who has no part in the matter.
    judge_role: Option<String>,
    /// How many valid ones may stand at close. One that nobody judged is valid.
    standing_max: u32,
}

impl Objections {
    fn of(objections: message::Objections) -> Result<Objections, Status> {
        let judge_role = judge_role(objections.judge)?;
        Ok(Objections { judge_role, standing_max: objections.standing_max })
    }
}

/// How a result can be challenged.
#[derive(SimpleObject)]
pub(crate) struct Challenges {
    /// For how many hours after the certificate.
    window_hours: u32,
    /// The role whose holders decide; null is anyone on the roll who has no part in the matter.
    judge_role: Option<String>,
}

impl Challenges {
    fn of(challenges: message::Challenges) -> Result<Challenges, Status> {
        let judge_role = judge_role(challenges.judge)?;
        Ok(Challenges { window_hours: challenges.window_hours, judge_role })
    }
}

/// A vote that is held in an election system elsewhere, for a network that needs more than the box
/// of secret ballots here can promise. Rules and roll are of this record; ballots are cast there, and
/// what they say is reported back without names, to be counted here.
#[derive(SimpleObject)]
pub(crate) struct HeldElsewhere {
    /// Which system, in the network's words.
    system: String,
    /// The role whose holders report the result.
    reported_by_role: String,
    /// For how many hours after the end of the voting the result is waited for. Without one the
    /// decision is cancelled, and may be called again.
    report_hours: u32,
}

impl HeldElsewhere {
    fn of(held: message::HeldElsewhere) -> HeldElsewhere {
        let message::HeldElsewhere { system, reported_by_role, report_hours } = held;
        HeldElsewhere { system, reported_by_role, report_hours }
    }
}

fn judge_role(judge: Option<message::Judge>) -> Result<Option<String>, Status> {
    match judge.and_then(|judge| judge.judge).ok_or_else(|| lacking("judge"))? {
        judge::Judge::Role(role) => Ok(Some(role)),
        judge::Judge::RollMember(_) => Ok(None),
    }
}

/// How votes may be lent.
#[derive(SimpleObject)]
pub(crate) struct DelegationRule {
    /// How often a vote is passed on at most; 1 is to the delegate and no further.
    steps_max: u32,
    /// How many votes one delegate may carry besides their own; null is any number.
    carried_max: Option<u32>,
    /// Whether delegates may lend on what was lent to them.
    transitive: bool,
}

impl DelegationRule {
    fn of(rule: message::DelegationRule) -> Option<DelegationRule> {
        match rule.rule? {
            delegation_rule::Rule::None(_) => None,
            delegation_rule::Rule::SingleStep(it) => Some(DelegationRule {
                steps_max: 1,
                carried_max: scalars::above_zero(it.carried_max),
                transitive: false,
            }),
            delegation_rule::Rule::Transitive(it) => Some(DelegationRule {
                steps_max: it.steps_max,
                carried_max: scalars::above_zero(it.carried_max),
                transitive: true,
            }),
        }
    }
}

/// When voting goes on longer.
#[derive(SimpleObject)]
pub(crate) struct Extension {
    /// How often.
    times_max: u32,
    /// For how many hours each time.
    hours: u32,
    /// Whether it does when the quorum is not reached.
    if_inquorate: bool,
    /// Whether it does when there is a tie.
    if_tied: bool,
}

impl Extension {
    fn of(extension: message::Extension) -> Extension {
        Extension {
            times_max: extension.times_max,
            hours: extension.hours,
            if_inquorate: extension.if_inquorate,
            if_tied: extension.if_tied,
        }
    }
}

/// What decides a tie.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TieRuleKind {
    /// Nothing changes.
    StatusQuo,
    /// The holder of a role decides.
    CastingVote,
    /// Those who tied are voted on again, in a new decision.
    SecondRound,
    /// A lot, drawn from a seed whose hash was recorded at opening.
    SeededLot,
}

/// What decides a tie.
#[derive(SimpleObject)]
pub(crate) struct TieRule {
    /// In which way.
    kind: TieRuleKind,
    /// The role whose holder has the casting vote; null unless the kind is `CASTING_VOTE`.
    casting_vote_role: Option<String>,
}

impl TieRule {
    fn of(value: Option<message::TieRule>) -> Result<TieRule, Status> {
        let (kind, casting_vote_role) =
            match value.and_then(|value| value.rule).ok_or_else(|| lacking("tie"))? {
                tie_rule::Rule::StatusQuo(_) => (TieRuleKind::StatusQuo, None),
                tie_rule::Rule::CastingVoteRole(role) => (TieRuleKind::CastingVote, Some(role)),
                tie_rule::Rule::SecondRound(_) => (TieRuleKind::SecondRound, None),
                tie_rule::Rule::SeededLot(_) => (TieRuleKind::SeededLot, None),
            };
        Ok(TieRule { kind, casting_vote_role })
    }
}

/// A policy to put into a charter. What is left out is that of an open vote of all persons who are
/// members; a secret one needs `ballotChange: NEVER` and `reasons: NONE` besides
/// `secrecy: SECRET`.
#[derive(InputObject, Debug)]
pub(crate) struct DecisionPolicyInput {
    /// Unique in its charter.
    name: String,
    /// What it decides on, one thing at least.
    subjects: Vec<Subject>,
    /// How a result is found.
    method: MethodInput,
    /// Which roles may propose; empty is every member.
    #[graphql(default)]
    proposer_roles: Vec<String>,
    /// How many sponsors a proposal needs besides its authors.
    #[graphql(default = 0)]
    sponsors_min: u32,
    /// For how many hours a proposal is discussed at least before the call.
    #[graphql(default = 0)]
    discussion_hours_min: u32,
    /// For how many hours votes are taken at least.
    voting_hours_min: u32,
    /// For how many hours votes are taken at most; as many as at least when left out.
    voting_hours_max: Option<u32>,
    /// Who decides; all members who are persons when left out.
    electorate: Option<ElectorateInput>,
    /// When it is fixed who may vote.
    #[graphql(default_with = "RollMoment::Call")]
    roll_moment: RollMoment,
    /// How many must take part; any number when left out.
    quorum: Option<QuorumInput>,
    /// What the figures must satisfy, all of it; empty where the method alone decides.
    #[graphql(default)]
    requirements: Vec<RequirementInput>,
    /// How objections are dealt with; leave it out where there are none.
    objections: Option<ObjectionsInput>,
    /// Who learns how somebody voted.
    #[graphql(default_with = "Secrecy::Open")]
    secrecy: Secrecy,
    /// When figures are shown.
    #[graphql(default_with = "ResultsShown::AfterClose")]
    results: ResultsShown,
    /// Whether a ballot may be changed.
    #[graphql(default_with = "BallotChange::UntilClose")]
    ballot_change: BallotChange,
    /// Whether a ballot comes with reasons.
    #[graphql(default_with = "Reasons::Optional")]
    reasons: Reasons,
    /// How votes may be lent; not at all when left out.
    delegation: Option<DelegationRuleInput>,
    /// What becomes of the entry of somebody who leaves while voting goes on.
    #[graphql(default_with = "Leavers::Keep")]
    leavers: Leavers,
    /// When voting goes on longer; never when left out.
    extension: Option<ExtensionInput>,
    /// When voting may end before its time.
    #[graphql(default_with = "EarlyClose::Never")]
    early_close: EarlyClose,
    /// What decides a tie; nothing changes when left out.
    tie: Option<TieRuleInput>,
    /// How a result can be challenged; what is certified is final when left out.
    challenges: Option<ChallengesInput>,
    /// After how many days what was decided is reviewed, at least 1; never when left out.
    #[graphql(validator(custom = "AboveZero(\"reviewAfterDays\")"))]
    review_after_days: Option<u32>,
    /// After how many days what was decided expires, at least 1; never when left out.
    #[graphql(validator(custom = "AboveZero(\"sunsetAfterDays\")"))]
    sunset_after_days: Option<u32>,
    /// After how many days a rejected text may be called again unchanged; 0 is at once.
    #[graphql(default = 0)]
    repeat_after_days: u32,
    /// In which election system elsewhere the vote is held; here when left out.
    elsewhere: Option<HeldElsewhereInput>,
}

impl DecisionPolicyInput {
    /// The policy as the services take it.
    pub(crate) fn message(self) -> message::DecisionPolicy {
        message::DecisionPolicy {
            name: self.name,
            subjects: self.subjects.into_iter().map(i32::from).collect(),
            method: Some(self.method.message()),
            proposer_roles: self.proposer_roles,
            sponsors_min: self.sponsors_min,
            discussion_hours_min: self.discussion_hours_min,
            voting_hours_min: self.voting_hours_min,
            voting_hours_max: self.voting_hours_max.unwrap_or(self.voting_hours_min),
            electorate: Some(self.electorate.unwrap_or_default().message()),
            roll_moment: self.roll_moment.into(),
            quorum: self.quorum.map(QuorumInput::message),
            requirements: self.requirements.into_iter().map(RequirementInput::message).collect(),
            objections: self.objections.map(ObjectionsInput::message),
            secrecy: self.secrecy.into(),
            results: self.results.into(),
            ballot_change: self.ballot_change.into(),
            reasons: self.reasons.into(),
            delegation: self.delegation.map(DelegationRuleInput::message),
            leavers: self.leavers.into(),
            extension: self.extension.map(ExtensionInput::message),
            early_close: self.early_close.into(),
            tie: Some(self.tie.unwrap_or(TieRuleInput::Plain(PlainTieRule::StatusQuo)).message()),
            challenges: self.challenges.map(ChallengesInput::message),
            review_after_days: self.review_after_days.unwrap_or_default(),
            sunset_after_days: self.sunset_after_days.unwrap_or_default(),
            repeat_after_days: self.repeat_after_days,
            elsewhere: self.elsewhere.map(HeldElsewhereInput::message),
        }
    }
}

/// How a result is to be found.
#[derive(OneofObject, Debug)]
pub(crate) enum MethodInput {
    /// By a rule that needs no numbers of its own.
    Plain(PlainMethodKind),
    /// By agreement without too many blocks.
    ProposalWithBlock(ProposalWithBlockInput),
    /// By choosing some of the options.
    Choose(ChooseMethodInput),
    /// By scoring options.
    Score(ScoreMethodInput),
    /// By spreading dots.
    Dots(DotsMethodInput),
    /// By ranking options.
    Ranked(RankedMethodInput),
}

/// Agree, disagree or block.
#[derive(InputObject, Debug)]
pub(crate) struct ProposalWithBlockInput {
    /// How many may block.
    #[graphql(default = 0)]
    blocks_max: u32,
}

/// Each ballot chooses some of the options; the most chosen win.
#[derive(InputObject, Debug)]
pub(crate) struct ChooseMethodInput {
    /// How many a ballot chooses at least.
    #[graphql(default = 1)]
    choices_min: u32,
    /// How many a ballot chooses at most.
    choices_max: u32,
    /// How many win.
    #[graphql(default = 1)]
    winners: u32,
}

/// Each ballot scores options; the highest sums win.
#[derive(InputObject, Debug)]
pub(crate) struct ScoreMethodInput {
    /// The lowest score.
    #[graphql(default = 0)]
    score_min: i32,
    /// The highest score.
    score_max: i32,
    /// How many win.
    #[graphql(default = 1)]
    winners: u32,
}

/// Each ballot spreads dots over options; those with the most win.
#[derive(InputObject, Debug)]
pub(crate) struct DotsMethodInput {
    /// How many dots a ballot has.
    dots_max: u32,
    /// How many win.
    #[graphql(default = 1)]
    winners: u32,
}

/// Each ballot ranks options.
#[derive(InputObject, Debug)]
pub(crate) struct RankedMethodInput {
    /// How the rankings are counted.
    rule: RankedRule,
    /// How many are elected.
    #[graphql(default = 1)]
    seats: u32,
    /// How many ranks a ballot gives at most, at least 1; as many as there are options when left out.
    #[graphql(validator(custom = "AboveZero(\"ranksMax\")"))]
    ranks_max: Option<u32>,
}

impl MethodInput {
    fn message(self) -> message::Method {
        let method = match self {
            MethodInput::Plain(PlainMethodKind::Majority) => {
                method::Method::Majority(method::Majority {})
            }
            MethodInput::Plain(PlainMethodKind::Consent) => {
                method::Method::Consent(method::Consent {})
            }
            MethodInput::Plain(PlainMethodKind::Consensus) => {
                method::Method::Consensus(method::Consensus {})
            }
            MethodInput::Plain(PlainMethodKind::Advice) => {
                method::Method::Advice(method::Advice {})
            }
            MethodInput::Plain(PlainMethodKind::TimePoll) => {
                method::Method::TimePoll(method::TimePoll {})
            }
            MethodInput::ProposalWithBlock(it) => {
                method::Method::ProposalWithBlock(method::ProposalWithBlock {
                    blocks_max: it.blocks_max,
                })
            }
            MethodInput::Choose(it) => method::Method::Choose(method::Choose {
                choices_min: it.choices_min,
                choices_max: it.choices_max,
                winners: it.winners,
            }),
            MethodInput::Score(it) => method::Method::Score(method::Score {
                score_min: it.score_min,
                score_max: it.score_max,
                winners: it.winners,
            }),
            MethodInput::Dots(it) => {
                method::Method::Dots(method::Dots { dots_max: it.dots_max, winners: it.winners })
            }
            MethodInput::Ranked(it) => method::Method::Ranked(method::Ranked {
                rule: it.rule.into(),
                seats: it.seats,
                ranks_max: it.ranks_max.unwrap_or_default(),
            }),
        };
        message::Method { method: Some(method) }
    }
}

/// Who is to decide.
#[derive(InputObject, Default, Debug)]
pub(crate) struct ElectorateInput {
    /// Among which members, one class at least; among all when left out.
    classes: Option<Vec<MembershipClass>>,
    /// Who has a vote; each person when left out.
    unit: Option<VotingUnitInput>,
}

/// Who is to have a vote.
#[derive(OneofObject, Debug)]
pub(crate) enum VotingUnitInput {
    /// One vote for each.
    Each(EqualUnit),
    /// The members of a table, each with its weight; a member that is not in it has no vote.
    Weighted(Vec<PartyWeightInput>),
}

/// Whom each vote belongs to.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EqualUnit {
    /// A member who is a person.
    Person,
    /// A member that is an organisation, through its voting representative.
    Organisation,
}

/// The weight of a member's vote.
#[derive(InputObject, Debug)]
pub(crate) struct PartyWeightInput {
    /// Whose vote: a person or an organisation.
    party_id: PartyId,
    /// How much it weighs; above zero.
    weight: u32,
    /// To which part of the electorate it belongs, for a quorum of each: at most 60 characters, which
    /// everybody sees who reads the charter. All that belong to none are one part together.
    constituency: Option<String>,
}

impl ElectorateInput {
    fn message(self) -> message::Electorate {
        let every = || vec![MembershipClass::Founder, MembershipClass::Member];
        let unit = match self.unit.unwrap_or(VotingUnitInput::Each(EqualUnit::Person)) {
            VotingUnitInput::Each(EqualUnit::Person) => {
                electorate::Unit::Persons(electorate::Persons {})
            }
            VotingUnitInput::Each(EqualUnit::Organisation) => {
                electorate::Unit::Organisations(electorate::Organisations {})
            }
            VotingUnitInput::Weighted(weights) => {
                let weights = weights.into_iter().map(|it| electorate::PartyWeight {
                    party: Some(wire::read::party_message(it.party_id.0)),
                    weight: it.weight,
                    constituency: scalars::optional(it.constituency),
                });
                electorate::Unit::Weighted(electorate::Weighted { weights: weights.collect() })
            }
        };
        let classes = self.classes.unwrap_or_else(every).into_iter().map(i32::from).collect();
        message::Electorate { classes, unit: Some(unit) }
    }
}

/// A share between nothing and all: 2 of 3 is two thirds.
#[derive(InputObject, Debug)]
pub(crate) struct ShareInput {
    /// How many parts; not above the denominator.
    numerator: u32,
    /// Of how many; not zero.
    denominator: u32,
}

impl ShareInput {
    fn message(self) -> message::Share {
        message::Share { numerator: self.numerator, denominator: self.denominator }
    }
}

/// How many must take part, in votes of the roll and never in weight.
#[derive(InputObject, Debug)]
pub(crate) struct QuorumInput {
    /// How many.
    size: QuorumSizeInput,
    /// At least or more than that.
    #[graphql(default_with = "Bound::AtLeast")]
    bound: Bound,
    /// Whether those count who abstain.
    #[graphql(default = true)]
    counts_abstentions: bool,
    /// Whether those count who hand in a blank ballot.
    #[graphql(default = true)]
    counts_blanks: bool,
    /// Whether those count who are represented by a delegate.
    #[graphql(default = true)]
    counts_delegated: bool,
}

/// How many, in one of three ways.
#[derive(OneofObject, Debug)]
pub(crate) enum QuorumSizeInput {
    /// Of everyone who may vote.
    ShareOfRoll(ShareInput),
    /// A number of votes.
    Units(u32),
    /// Of each constituency: of the parts that a table of weights names, or without a table of each
    /// class of members. A surplus in one makes up for nothing in another.
    ShareOfEach(ShareInput),
}

impl QuorumInput {
    fn message(self) -> message::Quorum {
        let size = match self.size {
            QuorumSizeInput::ShareOfRoll(share) => quorum::Size::ShareOfRoll(share.message()),
            QuorumSizeInput::Units(units) => quorum::Size::Units(units),
            QuorumSizeInput::ShareOfEach(share) => quorum::Size::ShareOfEach(share.message()),
        };
        message::Quorum {
            bound: self.bound.into(),
            counts_abstentions: self.counts_abstentions,
            counts_blanks: self.counts_blanks,
            counts_delegated: self.counts_delegated,
            size: Some(size),
        }
    }
}

/// What the figures must satisfy for a proposal to be adopted.
#[derive(InputObject, Debug)]
pub(crate) struct RequirementInput {
    /// Which votes are counted.
    #[graphql(default_with = "Icon::Agree")]
    icon: Icon,
    /// On which side of the share they must be.
    bound: Bound,
    /// The share.
    share: ShareInput,
    /// Of what the share is taken.
    #[graphql(default_with = "Base::CastWithoutAbstentions")]
    base: Base,
}

impl RequirementInput {
    fn message(self) -> message::Requirement {
        message::Requirement {
            icon: self.icon.into(),
            bound: self.bound.into(),
            share: Some(self.share.message()),
            base: self.base.into(),
        }
    }
}

/// How objections are dealt with.
#[derive(InputObject, Debug)]
pub(crate) struct ObjectionsInput {
    /// The role whose holders judge them; anyone on the roll who has no part in the matter when left
    /// out.
    judge_role: Option<String>,
    /// How many valid ones may stand at close. One that nobody judged is valid.
    #[graphql(default = 0)]
    standing_max: u32,
}

impl ObjectionsInput {
    fn message(self) -> message::Objections {
        let judge = Some(judge(self.judge_role));
        message::Objections { judge, standing_max: self.standing_max }
    }
}

/// How a result can be challenged.
#[derive(InputObject, Debug)]
pub(crate) struct ChallengesInput {
    /// For how many hours after the certificate.
    window_hours: u32,
    /// The role whose holders decide; anyone on the roll who has no part in the matter when left
    /// out.
    judge_role: Option<String>,
}

impl ChallengesInput {
    fn message(self) -> message::Challenges {
        let judge = Some(judge(self.judge_role));
        message::Challenges { window_hours: self.window_hours, judge }
    }
}

/// In which election system elsewhere a vote is held. The policy has to be secret and to have
/// challenges; it does not end early and is not extended, and its quorum is of the whole roll.
#[derive(InputObject, Debug)]
pub(crate) struct HeldElsewhereInput {
    /// Which system, in the network's words; 1 to 100 characters.
    system: String,
    /// The role whose holders report the result.
    reported_by_role: String,
    /// For how many hours after the end of the voting the result is waited for; above zero.
    report_hours: u32,
}

impl HeldElsewhereInput {
    fn message(self) -> message::HeldElsewhere {
        let HeldElsewhereInput { system, reported_by_role, report_hours } = self;
        message::HeldElsewhere { system, reported_by_role, report_hours }
    }
}

fn judge(role: Option<String>) -> message::Judge {
    let anyone = judge::Judge::RollMember(judge::RollMember {});
    message::Judge { judge: Some(role.map_or(anyone, judge::Judge::Role)) }
}

/// How votes may be lent.
#[derive(OneofObject, Debug)]
pub(crate) enum DelegationRuleInput {
    /// To a delegate, who votes with what was lent.
    SingleStep(SingleStepInput),
    /// To a delegate, who may lend it on.
    Transitive(TransitiveInput),
}

/// Votes are lent to a delegate and no further.
#[derive(InputObject, Debug)]
pub(crate) struct SingleStepInput {
    /// How many votes one delegate may carry besides their own, at least 1; any number when left out.
    /// Where no vote is to be lent, leave the whole rule out.
    #[graphql(validator(custom = "AboveZero(\"carriedMax\")"))]
    carried_max: Option<u32>,
}

/// Delegates may lend on what was lent to them.
#[derive(InputObject, Debug)]
pub(crate) struct TransitiveInput {
    /// How often a vote is passed on at most.
    steps_max: u32,
    /// How many votes one delegate may carry besides their own, at least 1; any number when left out.
    /// Where no vote is to be lent, leave the whole rule out.
    #[graphql(validator(custom = "AboveZero(\"carriedMax\")"))]
    carried_max: Option<u32>,
}

impl DelegationRuleInput {
    fn message(self) -> message::DelegationRule {
        let rule = match self {
            DelegationRuleInput::SingleStep(it) => {
                let carried_max = it.carried_max.unwrap_or_default();
                delegation_rule::Rule::SingleStep(delegation_rule::SingleStep { carried_max })
            }
            DelegationRuleInput::Transitive(it) => {
                delegation_rule::Rule::Transitive(delegation_rule::Transitive {
                    steps_max: it.steps_max,
                    carried_max: it.carried_max.unwrap_or_default(),
                })
            }
        };
        message::DelegationRule { rule: Some(rule) }
    }
}

/// When voting goes on longer.
#[derive(InputObject, Debug)]
pub(crate) struct ExtensionInput {
    /// How often.
    #[graphql(default = 1)]
    times_max: u32,
    /// For how many hours each time.
    hours: u32,
    /// Whether it does when the quorum is not reached.
    #[graphql(default = true)]
    if_inquorate: bool,
    /// Whether it does when there is a tie.
    #[graphql(default = false)]
    if_tied: bool,
}

impl ExtensionInput {
    fn message(self) -> message::Extension {
        message::Extension {
            times_max: self.times_max,
            hours: self.hours,
            if_inquorate: self.if_inquorate,
            if_tied: self.if_tied,
        }
    }
}

/// What is to decide a tie.
#[derive(OneofObject, Debug)]
pub(crate) enum TieRuleInput {
    /// A rule that needs nobody.
    Plain(PlainTieRule),
    /// The holder of the role of this name decides.
    CastingVoteRole(String),
}

/// What decides a tie without anybody.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PlainTieRule {
    /// Nothing changes.
    StatusQuo,
    /// Those who tied are voted on again, in a new decision.
    SecondRound,
    /// A lot, drawn from a seed whose hash is recorded at opening.
    SeededLot,
}

impl TieRuleInput {
    fn message(self) -> message::TieRule {
        let rule = match self {
            TieRuleInput::Plain(PlainTieRule::StatusQuo) => {
                tie_rule::Rule::StatusQuo(tie_rule::StatusQuo {})
            }
            TieRuleInput::Plain(PlainTieRule::SecondRound) => {
                tie_rule::Rule::SecondRound(tie_rule::SecondRound {})
            }
            TieRuleInput::Plain(PlainTieRule::SeededLot) => {
                tie_rule::Rule::SeededLot(tie_rule::SeededLot {})
            }
            TieRuleInput::CastingVoteRole(role) => tie_rule::Rule::CastingVoteRole(role),
        };
        message::TieRule { rule: Some(rule) }
    }
}
