//! Decisions: the taking of votes, from call to certificate.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use futures::{Stream, stream};
use kernel::{DecisionId, ErrorCode, NetworkId, Party as AnyParty, ProposalId, id::kinds};
use tonic::{Status, Streaming};
use wire::weft::{
    common::v1 as common,
    governance::v1::{self as message, tie_broken},
};

mod elsewhere;

use elsewhere::{ExternalResult, RecordExternalResultInput, RecordExternalResultPayload};

use crate::{
    call::{self, Call, Included, lacking},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    ids::{self, GlobalId, PartyId},
    network::Network,
    node::{self, Party},
    person::Person,
    policy::{
        DecisionPolicy,
        choice::{Choice, ChoiceInput, DecisionOption},
        effect::Effect,
        words::Subject,
    },
    proposal::{self, Proposal},
    scalars::{self, Count, DateTime, Position, Whole},
};

/// How far a decision has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DecisionPhase {
    /// Called; voting has not begun.
    Scheduled = message::DecisionPhase::Scheduled as isize,
    /// Votes are taken.
    Open = message::DecisionPhase::Open as isize,
    /// Voting is over; not counted yet, or waiting for a casting vote.
    Closed = message::DecisionPhase::Closed as isize,
    /// Counted and certified; may still be challenged.
    Certified = message::DecisionPhase::Certified as isize,
    /// Somebody doubts the result.
    Challenged = message::DecisionPhase::Challenged as isize,
    /// It stands.
    Final = message::DecisionPhase::Final as isize,
    /// A challenge was right; the result does not count.
    Annulled = message::DecisionPhase::Annulled as isize,
    /// It came to nothing.
    Cancelled = message::DecisionPhase::Cancelled as isize,
}

impl From<DecisionPhase> for i32 {
    fn from(value: DecisionPhase) -> i32 {
        value as i32
    }
}

/// What a decision came to.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OutcomeKind {
    /// The proposal is adopted.
    Adopted = message::OutcomeKind::Adopted as isize,
    /// The proposal is not adopted.
    NotAdopted = message::OutcomeKind::NotAdopted as isize,
    /// Too few took part.
    Inquorate = message::OutcomeKind::Inquorate as isize,
    /// Some options or persons won.
    Elected = message::OutcomeKind::Elected as isize,
    /// The options are in an order.
    Ranked = message::OutcomeKind::Ranked as isize,
    /// Nothing is decided by the figures; they advise.
    Advised = message::OutcomeKind::Advised as isize,
    /// Those who tied are to be voted on again.
    Tied = message::OutcomeKind::Tied as isize,
}

impl From<OutcomeKind> for i32 {
    fn from(value: OutcomeKind) -> i32 {
        value as i32
    }
}

/// Whether an objection is valid.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Validity {
    /// It is; it stands in the way.
    Valid = message::Validity::Valid as isize,
    /// It is not.
    NotValid = message::Validity::NotValid as isize,
}

impl From<Validity> for i32 {
    fn from(value: Validity) -> i32 {
        value as i32
    }
}

/// What is wrong with a roll.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ContestGround {
    /// The party is missing from it.
    Missing = message::ContestGround::Missing as isize,
    /// The party should not be on it.
    NotEntitled = message::ContestGround::NotEntitled as isize,
    /// The party has a wrong weight, or is a person in place of an organisation, or the other way
    /// round.
    WrongWeightOrUnit = message::ContestGround::WrongWeightOrUnit as isize,
}

impl From<ContestGround> for i32 {
    fn from(value: ContestGround) -> i32 {
        value as i32
    }
}

/// Why a decision came to nothing.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CancelledBecause {
    /// The proposal was taken back.
    ProposalWithdrawn = message::CancelledBecause::ProposalWithdrawn as isize,
    /// Nobody was entitled to vote.
    RollEmpty = message::CancelledBecause::RollEmpty as isize,
    /// The network was dissolved.
    NetworkDissolved = message::CancelledBecause::NetworkDissolved as isize,
    /// The vote was held elsewhere, and nobody reported its result in time.
    ResultNotReported = message::CancelledBecause::ResultNotReported as isize,
}

impl From<CancelledBecause> for i32 {
    fn from(value: CancelledBecause) -> i32 {
        value as i32
    }
}

/// Whether a challenge is right.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ChallengeRuling {
    /// It is not; the result stands.
    Dismissed = message::ChallengeRuling::Dismissed as isize,
    /// It is; the result is annulled.
    Upheld = message::ChallengeRuling::Upheld as isize,
}

impl From<ChallengeRuling> for i32 {
    fn from(value: ChallengeRuling) -> i32 {
        value as i32
    }
}

/// How a ballot came in.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BallotState {
    /// By the voter.
    Cast = message::BallotState::Cast as isize,
    /// Written down by somebody else; counts unless it is repudiated.
    RecordedOnBehalf = message::BallotState::RecordedOnBehalf as isize,
    /// Written down by somebody else, and the member concerned says that it was not so.
    Repudiated = message::BallotState::Repudiated as isize,
    /// Written down by somebody else, and the member concerned says that it was so.
    Confirmed = message::BallotState::Confirmed as isize,
}

impl From<BallotState> for i32 {
    fn from(value: BallotState) -> i32 {
        value as i32
    }
}

/// One taking of votes.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Decision {
    /// Identifies the decision.
    pub(crate) id: ID,
    /// The revision of the proposal that is decided on.
    revision: u32,
    /// The SHA-256 of the canonical JSON of that revision's content, in hexadecimal.
    content_hash: String,
    /// What is decided on.
    subject: Subject,
    /// In the network's own words, for delegations; null is nothing in particular.
    topic: Option<String>,
    /// The version of the charter that was in force when the decision was called.
    charter_version: u32,
    /// By what it is decided, as it read when the decision was called.
    policy: DecisionPolicy,
    /// What is chosen between.
    options: Vec<DecisionOption>,
    /// What follows when it is adopted.
    effects: Vec<Effect>,
    /// How far it has come.
    phase: DecisionPhase,
    /// Why it came to nothing; null when it did not.
    cancelled: Option<CancelledBecause>,
    /// When voting begins or began.
    opens_at: DateTime,
    /// When voting ends or ended, extensions included.
    closes_at: DateTime,
    /// How often voting was extended.
    extensions: u32,
    /// When everyone on the roll was reminded, whether they had voted or not; null when they were
    /// not, or not yet.
    reminded_at: Option<DateTime>,
    /// How many seats an election of persons fills: those that are free when its voting can be over
    /// at the earliest, as known at the call, and no more than the policy says. Null where nobody is
    /// elected.
    seats: Option<u32>,
    /// How many votes the roll has; null before it is frozen.
    roll_units: Option<u32>,
    /// What the votes of the roll weigh together; null before it is frozen.
    roll_weight: Option<Count>,
    /// The SHA-256 of the canonical JSON of the roll, in hexadecimal; null before it is frozen.
    roll_hash: Option<String>,
    /// How many ballots were handed in. Of a secret decision nothing is told of them before voting is
    /// over: until then this is 0, however many came in.
    ballot_count: u32,
    /// How many more people are needed for the quorum; 0 when it is reached. Null where there is no
    /// quorum, and while it is not to be seen.
    quorum_units_missing: Option<u32>,
    /// The figures so far, or those of the certificate; null while you may not see any.
    figures: Option<Figures>,
    /// What would adopt the proposal as the votes stand; null when voting is not open, while you may
    /// not see the figures, and for methods that adopt nothing.
    lacking: Option<Lacking>,
    /// What was said to be wrong with the roll, in order of time.
    roll_contests: Vec<RollContest>,
    /// What was objected, in order of the numbers.
    objections: Vec<Objection>,
    /// What was said against the result, in order of time.
    challenges: Vec<Challenge>,
    /// What was reported of a vote that is held elsewhere; null before, and where it is held here.
    external_result: Option<ExternalResult>,
    /// What it came to; null before the certificate. Of an annulled decision it is what the count
    /// came to that does not stand: look at `phase` first.
    outcome: Option<Outcome>,
    /// Until when the result may be challenged; null where it may not, and before the certificate.
    challenges_until: Option<DateTime>,
    /// The ties that decided something, in order.
    ties_broken: Vec<TieBroken>,
    /// The votes that were lent, as they were resolved when voting was over.
    delegations: Vec<ResolvedDelegation>,
    /// Whether you stand on the roll, or represent somebody who does.
    may_vote: bool,
    /// Your own ballot; null when there is none, and in a secret decision.
    my_ballot: Option<Ballot>,
    #[graphql(skip)]
    decision_id: DecisionId,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    proposal_id: Option<ProposalId>,
    #[graphql(skip)]
    called_by_id: String,
    #[graphql(skip)]
    repeats_decision_id: Option<DecisionId>,
}

impl Decision {
    /// The decision of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn of(decision: message::Decision) -> Result<Decision, Status> {
        let id = wire::read::id(&decision.decision_id, "decision_id")?;
        let policy = decision.policy.ok_or_else(|| lacking("policy"))?;
        let options = DecisionOption::all(decision.options, &decision.effects)?;
        let network_id = wire::read::id(&decision.network_id, "network_id")?;
        let objections = decision.objections.into_iter();
        let objections = objections.map(|objection| Objection::of(network_id, objection));
        let challenges = decision.challenges.into_iter().map(Challenge::of);
        let roll_contests = decision.roll_contests.into_iter().map(RollContest::of);
        let ties_broken = decision.ties_broken.into_iter().map(TieBroken::of);
        let delegations = decision.delegations.into_iter().map(ResolvedDelegation::of);
        let roll_hash = scalars::given(decision.roll_hash);
        Ok(Decision {
            id: ids::encode(id),
            revision: decision.revision,
            content_hash: decision.content_hash,
            subject: scalars::known(decision.subject)?,
            topic: scalars::given(decision.topic),
            charter_version: decision.charter_version,
            policy: DecisionPolicy::of(policy)?,
            options,
            effects: Effect::all(decision.effects)?,
            phase: scalars::known(decision.phase)?,
            cancelled: scalars::maybe_known(decision.cancelled)?,
            opens_at: DateTime::of(decision.opens_at)?,
            closes_at: DateTime::of(decision.closes_at)?,
            extensions: decision.extensions,
            reminded_at: DateTime::maybe(decision.reminded_at)?,
            seats: decision.seats,
            // A frozen roll may be empty; the hash tells it from one that is not there yet.
            roll_units: roll_hash.as_ref().map(|_| decision.roll_units),
            roll_weight: roll_hash.as_ref().map(|_| Count(decision.roll_weight)),
            roll_hash,
            ballot_count: decision.ballots,
            quorum_units_missing: decision.quorum_units_missing,
            figures: decision.figures.map(Figures::of),
            lacking: decision.lacking.map(Lacking::of),
            roll_contests: roll_contests.collect::<Result<_, _>>()?,
            objections: objections.collect::<Result<_, _>>()?,
            challenges: challenges.collect::<Result<_, _>>()?,
            external_result: decision.external_result.map(ExternalResult::of).transpose()?,
            outcome: decision.outcome.map(Outcome::of).transpose()?,
            challenges_until: DateTime::maybe(decision.challenges_until)?,
            ties_broken: ties_broken.collect::<Result<_, _>>()?,
            delegations: delegations.collect::<Result<_, _>>()?,
            may_vote: decision.may_vote,
            my_ballot: decision.my_ballot.map(Ballot::of).transpose()?,
            decision_id: id,
            network_id,
            proposal_id: ids::optional(&decision.proposal_id)?,
            called_by_id: decision.called_by_id,
            repeats_decision_id: ids::optional(&decision.repeats_decision_id)?,
        })
    }
}

#[ComplexObject]
impl Decision {
    /// The network that decides.
    async fn network(&self, ctx: &Context<'_>) -> Result<Option<Network>> {
        Ok(node::network(Call::of(ctx)?, self.network_id).await?)
    }

    /// The proposal that is decided on.
    async fn proposal(&self, ctx: &Context<'_>) -> Result<Option<Proposal>> {
        Ok(proposal::one(Call::of(ctx)?, self.network_id, self.proposal_id).await?)
    }

    /// Who called it; null when you may not know of them.
    async fn called_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.called_by_id).await?)
    }

    /// The decision that this one repeats; null for none.
    async fn repeats(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(one(Call::of(ctx)?, self.network_id, self.repeats_decision_id).await?)
    }

    /// Everything needed to recount it, as canonical JSON that `weft certificate verify` reads; an
    /// error before it was counted.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn certificate(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let format = message::CertificateFormat::Json;
        Ok(Some(certificate(Call::of(ctx)?, self.decision_id, format).await?))
    }

    /// The rankings that counted as a BLT file, which `weft count` and other election software read.
    /// Candidates are the keys of the options; identical ballots are together with their weight, and
    /// lent votes with those that they were counted as; abstentions and blank ballots are left out.
    /// Null with an error where ballots are no rankings, and before it was counted.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn certificate_blt(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let format = message::CertificateFormat::Blt;
        Ok(Some(certificate(Call::of(ctx)?, self.decision_id, format).await?))
    }

    /// Lists the ballots as far as you may see them, in order of the voters' ids.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn ballots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Ballot>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = call.request(message::ListBallotsRequest {
                decision_id: self.decision_id.to_string(),
                page: Some(page),
                min_position: paging.least(call.min_position()),
            });
            let answer = call.decisions().list_ballots(request).await?.into_inner();
            Ok((answer.ballots, answer.page))
        };
        Ok(Some(connection::page(paging, read, Ballot::of).await?))
    }
}

/// What a decision came to.
#[derive(SimpleObject)]
pub(crate) struct Outcome {
    /// In one word.
    kind: OutcomeKind,
    /// The keys of the winners in their order, of all options in their order, or of those who tied;
    /// empty otherwise. Whom or what a key stands for is in the decision's own
    /// `options { key label itemId candidate { id } }`.
    options: Vec<String>,
}

impl Outcome {
    fn of(outcome: message::Outcome) -> Result<Outcome, Status> {
        Ok(Outcome { kind: scalars::known(outcome.kind)?, options: outcome.options })
    }
}

/// What was counted.
#[derive(SimpleObject)]
pub(crate) struct Figures {
    /// How many votes the roll has.
    roll_units: u32,
    /// What they weigh together.
    roll_weight: Count,
    /// Votes handed in that say something.
    direct_units: u32,
    /// Votes lent that counted.
    delegated_units: u32,
    /// Abstentions.
    abstained_units: u32,
    /// What the abstentions weigh together.
    abstained_weight: Count,
    /// Blank ballots.
    blank_units: u32,
    /// Votes that count for the quorum.
    present_units: u32,
    /// How many the quorum needs, of all constituencies together where it is of each; 0 where there is
    /// none.
    quorum_units: u32,
    /// Whether the quorum is reached.
    quorate: bool,
    /// For each constituency, in the order of their names; empty where the quorum is not of each.
    constituencies: Vec<ConstituencyFigures>,
    /// What the ballots weigh together.
    cast_weight: Count,
    /// For each option, in the order of the options.
    options: Vec<OptionFigures>,
    /// For each requirement, in the order of the policy.
    requirements: Vec<RequirementFigures>,
    /// How many objections stand.
    objections_standing: u32,
    /// The rounds of the count; empty for methods that have none.
    rounds: Vec<CountedRound>,
}

impl Figures {
    pub(crate) fn of(figures: message::Figures) -> Figures {
        let constituencies = figures.constituencies.into_iter().map(ConstituencyFigures::of);
        Figures {
            roll_units: figures.roll_units,
            roll_weight: Count(figures.roll_weight),
            direct_units: figures.direct_units,
            delegated_units: figures.delegated_units,
            abstained_units: figures.abstained_units,
            abstained_weight: Count(figures.abstained_weight),
            blank_units: figures.blank_units,
            present_units: figures.present_units,
            quorum_units: figures.quorum_units,
            quorate: figures.quorate,
            constituencies: constituencies.collect(),
            cast_weight: Count(figures.cast_weight),
            options: figures.options.into_iter().map(OptionFigures::of).collect(),
            requirements: figures.requirements.into_iter().map(RequirementFigures::of).collect(),
            objections_standing: figures.objections_standing,
            rounds: figures.rounds.into_iter().map(CountedRound::of).collect(),
        }
    }
}

/// Whether enough of one constituency took part.
#[derive(SimpleObject)]
pub(crate) struct ConstituencyFigures {
    /// Which one; null is that of all who belong to none.
    constituency: Option<String>,
    /// How many votes it has on the roll.
    roll_units: u32,
    /// Votes of it that count for the quorum; null in a secret decision in which so few of some
    /// constituency voted that it would tell too much.
    present_units: Option<u32>,
    /// How many the quorum needs of it.
    quorum_units: u32,
    /// Whether it has them; where the numbers are left out, whether each constituency has enough.
    quorate: bool,
}

impl ConstituencyFigures {
    fn of(figures: message::ConstituencyFigures) -> ConstituencyFigures {
        ConstituencyFigures {
            constituency: scalars::given(figures.constituency),
            roll_units: figures.roll_units,
            present_units: figures.present_units,
            quorum_units: figures.quorum_units,
            quorate: figures.quorate,
        }
    }
}

/// The figures of an option.
#[derive(SimpleObject)]
pub(crate) struct OptionFigures {
    /// The option's key.
    option: String,
    /// How many votes it has.
    units: u32,
    /// What they weigh together.
    weight: Count,
    /// The sum of its scores or dots, by weight; null for methods that have none.
    sum: Option<Whole>,
    /// The mean of its scores, as an exact fraction; null when there are none.
    mean: Option<String>,
}

impl OptionFigures {
    fn of(figures: message::OptionFigures) -> OptionFigures {
        OptionFigures {
            option: figures.option,
            units: figures.units,
            weight: Count(figures.weight),
            sum: figures.sum.map(Whole),
            mean: scalars::given(figures.mean),
        }
    }
}

/// The figures of a requirement.
#[derive(SimpleObject)]
pub(crate) struct RequirementFigures {
    /// What the votes weigh that it is about.
    weight: Count,
    /// Of what the share is taken.
    base: Count,
    /// Whether it is met.
    met: bool,
}

impl RequirementFigures {
    fn of(figures: message::RequirementFigures) -> RequirementFigures {
        let (weight, base) = (Count(figures.weight), Count(figures.base));
        RequirementFigures { weight, base, met: figures.met }
    }
}

/// One round of a count.
#[derive(SimpleObject)]
pub(crate) struct CountedRound {
    /// What each option has, in the order of the options.
    votes: Vec<OptionVotes>,
    /// What ranks nobody any more who is left, as an exact fraction.
    exhausted: String,
    /// The keys of those elected in it.
    elected: Vec<String>,
    /// The keys of those who dropped out in it.
    eliminated: Vec<String>,
}

impl CountedRound {
    fn of(round: message::CountedRound) -> CountedRound {
        let votes = |it: message::OptionVotes| OptionVotes { option: it.option, votes: it.votes };
        CountedRound {
            votes: round.votes.into_iter().map(votes).collect(),
            exhausted: round.exhausted,
            elected: round.elected,
            eliminated: round.eliminated,
        }
    }
}

/// What an option has in a round.
#[derive(SimpleObject)]
pub(crate) struct OptionVotes {
    /// The option's key.
    option: String,
    /// Its votes, as an exact fraction.
    votes: String,
}

/// An objection.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Objection {
    /// Its number in this decision, from 1.
    number: u32,
    /// Why; null when its writer was erased.
    argument: Option<String>,
    /// When it was raised.
    raised_at: DateTime,
    /// What was answered, in order of time.
    answers: Vec<ObjectionAnswer>,
    /// Whether it is valid; null when nobody judged it.
    validity: Option<Validity>,
    /// Whether who raised it objects no longer.
    withdrawn: bool,
    #[graphql(skip)]
    raised_by: AnyParty,
    #[graphql(skip)]
    judged_by_id: String,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    decision_id: Option<DecisionId>,
}

impl Objection {
    fn of(network_id: NetworkId, objection: message::Objection) -> Result<Objection, Status> {
        let answers = objection.answers.into_iter().map(ObjectionAnswer::of);
        Ok(Objection {
            number: objection.number,
            argument: scalars::given(objection.argument),
            raised_at: DateTime::of(objection.raised_at)?,
            answers: answers.collect::<Result<_, _>>()?,
            validity: scalars::maybe_known(objection.validity)?,
            withdrawn: objection.withdrawn,
            raised_by: call::party(objection.raised_by.as_ref())?,
            judged_by_id: objection.judged_by_id,
            network_id,
            decision_id: ids::optional(&objection.decision_id)?,
        })
    }
}

#[ComplexObject]
impl Objection {
    /// The decision that it is an objection to.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(one(Call::of(ctx)?, self.network_id, self.decision_id).await?)
    }

    /// Who raised it; null when you may not know of them.
    async fn raised_by(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.raised_by).await?)
    }

    /// Who judged it; null when nobody did, or when you may not know of them.
    async fn judged_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.judged_by_id).await?)
    }
}

/// What somebody answered to an objection.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ObjectionAnswer {
    /// The answer; null when its writer was erased.
    answer: Option<String>,
    /// When it was given.
    answered_at: DateTime,
    #[graphql(skip)]
    person_id: String,
}

impl ObjectionAnswer {
    fn of(answer: message::ObjectionAnswer) -> Result<ObjectionAnswer, Status> {
        Ok(ObjectionAnswer {
            answer: scalars::given(answer.answer),
            answered_at: DateTime::of(answer.answered_at)?,
            person_id: answer.person_id,
        })
    }
}

#[ComplexObject]
impl ObjectionAnswer {
    /// Who answered; null when you may not know of them.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.person_id).await?)
    }
}

/// What figures lack to adopt a proposal.
#[derive(SimpleObject)]
pub(crate) struct Lacking {
    /// How many more people have to take part for the quorum; null when no number would do.
    quorum_units: Option<u32>,
    /// How much more weight has to agree if nobody else votes any more; 0 when enough do, and null
    /// when all who have not voted would not be enough.
    agreeing_weight: Option<Count>,
    /// How many people have to give up a block or, where all must agree, a disagreement.
    opposed_units: u32,
    /// How many objections have to be resolved.
    objections: u32,
}

impl Lacking {
    pub(crate) fn of(lacking: message::Lacking) -> Lacking {
        let message::Lacking { quorum_units, agreeing_weight, opposed_units, objections } = lacking;
        let agreeing_weight = agreeing_weight.map(Count);
        Lacking { quorum_units, agreeing_weight, opposed_units, objections }
    }
}

/// What somebody said is wrong with a roll.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct RollContest {
    /// What is wrong.
    ground: ContestGround,
    /// How it is known; null when its writer was erased.
    reason: Option<String>,
    /// When it was said.
    raised_at: DateTime,
    #[graphql(skip)]
    raised_by: AnyParty,
    #[graphql(skip)]
    about: AnyParty,
}

impl RollContest {
    fn of(contest: message::RollContest) -> Result<RollContest, Status> {
        Ok(RollContest {
            ground: scalars::known(contest.ground)?,
            reason: scalars::given(contest.reason),
            raised_at: DateTime::of(contest.raised_at)?,
            raised_by: call::party(contest.raised_by.as_ref())?,
            about: call::party(contest.about.as_ref())?,
        })
    }
}

#[ComplexObject]
impl RollContest {
    /// Who said so; null when you may not know of them.
    async fn raised_by(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.raised_by).await?)
    }

    /// Whose entry is wrong, or missing; null when you may not know of them.
    async fn about(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.about).await?)
    }
}

/// What somebody said against a result.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Challenge {
    /// Why; null when its writer was erased.
    grounds: Option<String>,
    /// When it was raised.
    raised_at: DateTime,
    /// Whether it is right; null when nobody judged it.
    ruling: Option<ChallengeRuling>,
    #[graphql(skip)]
    raised_by: AnyParty,
    #[graphql(skip)]
    judged_by_id: String,
}

impl Challenge {
    fn of(challenge: message::Challenge) -> Result<Challenge, Status> {
        Ok(Challenge {
            grounds: scalars::given(challenge.grounds),
            raised_at: DateTime::of(challenge.raised_at)?,
            ruling: scalars::maybe_known(challenge.ruling)?,
            raised_by: call::party(challenge.raised_by.as_ref())?,
            judged_by_id: challenge.judged_by_id,
        })
    }
}

#[ComplexObject]
impl Challenge {
    /// Who raised it; null when you may not know of them.
    async fn raised_by(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.raised_by).await?)
    }

    /// Who judged it; null when nobody did, or when you may not know of them.
    async fn judged_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.judged_by_id).await?)
    }
}

/// By what a tie was broken.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TieBreak {
    /// By an earlier round of the same count.
    EarlierRound,
    /// Nothing changed.
    StatusQuo,
    /// By a casting vote.
    CastingVote,
    /// By a lot.
    SeededLot,
}

/// A tie that decided something.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct TieBroken {
    /// The keys of those who tied.
    between: Vec<String>,
    /// The keys of those who prevailed.
    chosen: Vec<String>,
    /// By what it was broken.
    by: TieBreak,
    /// The seed of the lot, in hexadecimal; null where there was none.
    lot_seed: Option<String>,
    #[graphql(skip)]
    casting_vote_id: String,
}

impl TieBroken {
    fn of(tie: message::TieBroken) -> Result<TieBroken, Status> {
        let (by, casting_vote_id, lot_seed) = match tie.by.ok_or_else(|| lacking("by"))? {
            tie_broken::By::EarlierRound(_) => (TieBreak::EarlierRound, String::new(), None),
            tie_broken::By::StatusQuo(_) => (TieBreak::StatusQuo, String::new(), None),
            tie_broken::By::CastingVoteId(person) => (TieBreak::CastingVote, person, None),
            tie_broken::By::LotSeed(seed) => (TieBreak::SeededLot, String::new(), Some(seed)),
        };
        Ok(TieBroken { between: tie.between, chosen: tie.chosen, by, lot_seed, casting_vote_id })
    }
}

#[ComplexObject]
impl TieBroken {
    /// Who had the casting vote; null where there was none, or when you may not know of them.
    async fn casting_vote(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.casting_vote_id).await?)
    }
}

/// What became of a vote that was lent.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ResolvedDelegation {
    /// Why it did not count, for example `CIRCLE`; null when it did.
    not_counted: Option<String>,
    #[graphql(skip)]
    delegator: AnyParty,
    #[graphql(skip)]
    path: Vec<AnyParty>,
}

impl ResolvedDelegation {
    fn of(delegation: message::ResolvedDelegation) -> Result<ResolvedDelegation, Status> {
        let path = delegation.path.iter().map(|party| call::party(Some(party)));
        Ok(ResolvedDelegation {
            not_counted: scalars::given(delegation.not_counted),
            delegator: call::party(delegation.delegator.as_ref())?,
            path: path.collect::<Result<_, _>>()?,
        })
    }
}

#[ComplexObject]
impl ResolvedDelegation {
    /// Whose vote it is; null when you may not know of them.
    async fn delegator(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.delegator).await?)
    }

    /// Through whom it went, the one who voted with it last; null stands for whom you may not know
    /// of.
    #[graphql(complexity = "1 + 3 * child_complexity")]
    async fn path(&self, ctx: &Context<'_>) -> Result<Option<Vec<Option<Party>>>> {
        Ok(Some(node::parties(Call::of(ctx)?, &self.path).await?))
    }
}

/// A ballot.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Ballot {
    /// How it came in.
    state: BallotState,
    /// What it says.
    choice: Choice,
    /// Why; null when there is no reason, or its writer was erased.
    reason: Option<String>,
    /// When it was handed in.
    cast_at: DateTime,
    #[graphql(skip)]
    voter: AnyParty,
}

impl Ballot {
    fn of(ballot: message::Ballot) -> Result<Ballot, Status> {
        Ok(Ballot {
            state: scalars::known(ballot.state)?,
            choice: Choice::of(ballot.choice)?,
            reason: scalars::given(ballot.reason),
            cast_at: DateTime::of(ballot.cast_at)?,
            voter: call::party(ballot.voter.as_ref())?,
        })
    }
}

#[ComplexObject]
impl Ballot {
    /// Whose it is; null when you may not know of them.
    async fn voter(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.voter).await?)
    }
}

/// How somebody took part in the decisions of a network; in secret ones only where enough voted to
/// say who.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Participation {
    /// On how many rolls they stood of decisions that are over. Of a secret one where too few voted to
    /// say who, this is all that counts: so it can be more than `cast`, `delegated`
    /// and `missed` together.
    issued: u32,
    /// How often they voted.
    cast: u32,
    /// How often a delegate represented them.
    delegated: u32,
    /// How often neither, as far as it is told.
    missed: u32,
    /// How many proposals they wrote.
    proposed: u32,
    /// How many decisions they called.
    called: u32,
    #[graphql(skip)]
    party: AnyParty,
}

impl Participation {
    fn of(participation: message::Participation) -> Result<Participation, Status> {
        Ok(Participation {
            issued: participation.issued,
            cast: participation.cast,
            delegated: participation.delegated,
            missed: participation.missed,
            proposed: participation.proposed,
            called: participation.called,
            party: call::party(participation.party.as_ref())?,
        })
    }
}

#[ComplexObject]
impl Participation {
    /// Who; null when you may not know of them.
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.party).await?)
    }
}

/// What members do, as far as it is counted for each of them.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CountedAct {
    /// Putting proposals before the network; counted for who wrote them down first.
    Proposing = message::CountedAct::Proposing as isize,
    /// Having proposals called to a decision; counted for who wrote them down first.
    Calling = message::CountedAct::Calling as isize,
    /// Voting in decisions that are over; in secret ones only where enough voted to say who.
    Voting = message::CountedAct::Voting as isize,
    /// Voting with a lent vote in decisions that are over, once for each vote.
    Carrying = message::CountedAct::Carrying as isize,
    /// Taking offices: mandates that were accepted, whatever became of them.
    Coordinating = message::CountedAct::Coordinating as isize,
}

impl From<CountedAct> for i32 {
    fn from(value: CountedAct) -> i32 {
        value as i32
    }
}

/// How far one act lies in few hands, over the whole time of a network.
#[derive(SimpleObject)]
pub(crate) struct Concentration {
    /// The act.
    act: CountedAct,
    /// How many could do it, those who never did among them. For voting and carrying: who stood on
    /// the roll of a decision that is over and tells who voted. For the other acts, persons: those who
    /// are active members now, stood on the roll of a decision that is over, wrote a proposal or took
    /// an office.
    parties: u32,
    /// How often it was done, by all of them together.
    acts: Count,
    /// The Gini coefficient over all of them, from 0, where all did the same, to below 1, where one
    /// did everything; null when nobody did it.
    gini: Option<f64>,
    /// The least number of them who together did at least half; null when nobody did it.
    half_by: Option<u32>,
}

impl Concentration {
    fn of(concentration: message::Concentration) -> Result<Concentration, Status> {
        Ok(Concentration {
            act: scalars::known(concentration.act)?,
            parties: concentration.parties,
            acts: Count(concentration.acts),
            gini: concentration.gini,
            half_by: concentration.half_by,
        })
    }
}

/// Reads a decision.
///
/// # Errors
///
/// Those of the service, for example that there is none.
pub(crate) async fn by_id(call: &Call, id: DecisionId) -> Result<Decision, Status> {
    let request = call.request(message::GetDecisionRequest {
        decision_id: id.to_string(),
        min_position: call.min_position(),
    });
    let answer = call.decisions().get_decision(request).await?.into_inner();
    Decision::of(answer.decision.ok_or_else(|| lacking("decision"))?)
}

/// Reads the certificate of a decision in one of its formats, which are text.
async fn certificate(
    call: &Call,
    id: DecisionId,
    format: message::CertificateFormat,
) -> Result<String, Status> {
    let request = call.request(message::GetCertificateRequest {
        decision_id: id.to_string(),
        min_position: call.min_position(),
        format: format.into(),
    });
    let answer = call.decisions().get_certificate(request).await?.into_inner();
    String::from_utf8(answer.bundle).map_err(|error| {
        tracing::error!(%error, "a certificate is not text");
        let message = "a certificate is not text";
        wire::status(ErrorCode::Internal, "CERTIFICATE_MALFORMED", None, message)
    })
}

/// Reads a decision of a network together with others; `None` when none is asked for, or there is
/// none that the caller may know of.
///
/// # Errors
///
/// Those of the service.
pub(crate) async fn one(
    call: &Call,
    network: NetworkId,
    id: Option<DecisionId>,
) -> Result<Option<Decision>, Status> {
    let Some(id) = id else { return Ok(None) };
    call.decision(network, id).await?.map(Decision::of).transpose()
}

/// Which decisions of a network to list.
#[derive(Clone, Copy)]
enum Asked {
    /// Those in a phase, or all.
    Phase(Option<DecisionPhase>),
    /// Those that the caller may still vote on.
    AwaitingMyBallot,
}

async fn list(
    call: &Call,
    network: NetworkId,
    asked: Asked,
    paging: Paging,
) -> Result<List<Decision>, Status> {
    let (phase, awaiting_my_ballot) = match asked {
        Asked::Phase(phase) => (scalars::number(phase), false),
        Asked::AwaitingMyBallot => (0, true),
    };
    let read = |page: common::PageRequest| async move {
        let request = call.request(message::ListDecisionsRequest {
            network_id: network.to_string(),
            phase,
            awaiting_my_ballot,
            page: Some(page),
            min_position: paging.least(call.min_position()),
        });
        let answer = call.decisions().list_decisions(request).await?.into_inner();
        Ok((answer.decisions, answer.page))
    };
    connection::page(paging, read, Decision::of).await
}

/// The decisions of a network.
pub(crate) struct NetworkDecisions(pub(crate) NetworkId);

#[Object]
impl NetworkDecisions {
    /// Lists the decisions, the newest first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn decisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only decisions that have come so far.")] phase: Option<DecisionPhase>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Decision>>> {
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        Ok(Some(list(Call::of(ctx)?, self.0, Asked::Phase(phase), paging).await?))
    }

    /// Lists the decisions that you may still vote on, those that close soonest first; of votes held
    /// elsewhere all that are open, for nobody here knows who has voted there.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn decisions_awaiting_my_ballot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Decision>>> {
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        Ok(Some(list(Call::of(ctx)?, self.0, Asked::AwaitingMyBallot, paging).await?))
    }

    /// Lists the objections to the decisions, the longest raised first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn objections(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            default,
            desc = "Only those that stand in the way of a decision while it is voted on: not taken \
                    back, and not found to be invalid."
        )]
        standing: bool,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Objection>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = call.request(message::ListObjectionsRequest {
                network_id: self.0.to_string(),
                standing,
                page: Some(page),
                min_position: paging.least(call.min_position()),
            });
            let answer = call.decisions().list_objections(request).await?.into_inner();
            Ok((answer.objections, answer.page))
        };
        let of = |objection| Objection::of(self.0, objection);
        Ok(Some(connection::page(paging, read, of).await?))
    }

    /// Lists how the members took part in the network's decisions, in order of their ids.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn participation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Participation>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = call.request(message::ListParticipationRequest {
                network_id: self.0.to_string(),
                page: Some(page),
                min_position: paging.least(call.min_position()),
            });
            let answer = call.decisions().list_participation(request).await?.into_inner();
            Ok((answer.participations, answer.page))
        };
        Ok(Some(connection::page(paging, read, Participation::of).await?))
    }

    /// Tells how far proposing, deciding and coordinating lie in few hands: one figure for each act,
    /// over the whole time of the network, from what is told of each member.
    #[graphql(complexity = "call::COST + 5 * child_complexity")]
    async fn concentration(&self, ctx: &Context<'_>) -> Result<Option<Vec<Concentration>>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::GetConcentrationRequest {
            network_id: self.0.to_string(),
            min_position: call.min_position(),
        });
        let answer = call.decisions().get_concentration(request).await?.into_inner();
        let of = answer.concentrations.into_iter().map(Concentration::of);
        Ok(Some(of.collect::<Result<_, _>>()?))
    }
}

/// The decision that a mutation was about.
pub(crate) struct ChangedDecision(pub(crate) DecisionId);

#[Object]
impl ChangedDecision {
    /// The decision, as it is with this change; null with an error when you may not read it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(Some(by_id(Call::of(ctx)?, self.0).await?))
    }
}

/// Reading decisions.
#[derive(Default, Debug)]
pub(crate) struct DecisionQuery;

#[Object]
impl DecisionQuery {
    /// Reads one decision as you may see it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision's id.")] id: GlobalId<kinds::Decision>,
    ) -> Result<Option<Decision>> {
        Ok(Some(by_id(Call::of(ctx)?, id.0).await?))
    }
}

/// How far a decision has come.
#[derive(SimpleObject)]
pub(crate) struct DecisionProgress {
    /// The position of the log that it reflects. Resume the subscription with the last one that you
    /// received.
    position: Position,
    /// The decision as you may see it.
    decision: Decision,
}

/// Following decisions.
#[derive(Default, Debug)]
pub(crate) struct DecisionSubscription;

#[async_graphql::Subscription]
impl DecisionSubscription {
    /// Gives a decision each time something changes that you may see: first as it is now, then after
    /// every change, until it is final. Each time it is whole, so what was missed in an interruption
    /// is in the next one: subscribe again, with the position of the last one received, and you get
    /// it at once unless nothing was recorded since.
    async fn decision_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] decision_id: GlobalId<kinds::Decision>,
        #[graphql(
            desc = "Only what reflects more than this position; as it is now when left out."
        )]
        after_position: Option<Position>,
    ) -> Result<impl Stream<Item = Result<DecisionProgress>> + use<>> {
        let call = Call::of(ctx)?;
        let request =
            call.endless(message::StreamDecisionRequest { decision_id: decision_id.text() });
        let changes = call.decisions().stream_decision(request).await?.into_inner();
        let after = after_position.map_or(0, |position| position.0);
        let progress = Progress { changes, after, included: call.included() };
        Ok(stream::unfold(Some(progress), |progress| async { progress?.next().await }))
    }
}

/// What is still to come of a decision.
struct Progress {
    changes: Streaming<message::StreamDecisionResponse>,
    /// What reflects no more than this is known to the client.
    after: u64,
    included: Included,
}

impl Progress {
    /// The next change and what comes after it; nothing comes after an error.
    async fn next(mut self) -> Option<(Result<DecisionProgress>, Option<Progress>)> {
        loop {
            match self.changes.message().await {
                Ok(Some(change)) if change.position <= self.after => {}
                Ok(Some(change)) => {
                    // What the fields of this change read has to be no older than the change.
                    self.included.raise(change.position);
                    return match progress(change) {
                        Ok(progress) => Some((Ok(progress), Some(self))),
                        Err(status) => Some((Err(status.into()), None)),
                    };
                }
                Ok(None) => return None,
                Err(status) => return Some((Err(status.into()), None)),
            }
        }
    }
}

fn progress(change: message::StreamDecisionResponse) -> Result<DecisionProgress, Status> {
    let decision = change.decision.ok_or_else(|| lacking("decision"))?;
    Ok(DecisionProgress { position: Position(change.position), decision: Decision::of(decision)? })
}

/// How to vote.
#[derive(InputObject, Debug)]
pub(crate) struct CastBallotInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// What the ballot says.
    choice: ChoiceInput,
    /// Why.
    reason: Option<String>,
}

/// Where to take your ballot back.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawBallotInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
}

/// How somebody else voted.
#[derive(InputObject, Debug)]
pub(crate) struct RecordBallotOnBehalfInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// Who voted: a person or an organisation.
    voter_id: PartyId,
    /// What the ballot says.
    choice: ChoiceInput,
    /// How you know it.
    evidence: String,
}

/// Where it was so.
#[derive(InputObject, Debug)]
pub(crate) struct ConfirmRecordedBallotInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
}

/// Where it was not so.
#[derive(InputObject, Debug)]
pub(crate) struct RepudiateRecordedBallotInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
}

/// What is wrong with a roll.
#[derive(InputObject, Debug)]
pub(crate) struct ContestRollInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// Whose entry is wrong, or missing: a person or an organisation.
    about_id: PartyId,
    /// What is wrong.
    ground: ContestGround,
    /// How you know it.
    reason: String,
}

/// What you object.
#[derive(InputObject, Debug)]
pub(crate) struct RaiseObjectionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// Why.
    argument: String,
}

/// What to answer to an objection.
#[derive(InputObject, Debug)]
pub(crate) struct AnswerObjectionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// The objection's number in this decision.
    number: u32,
    /// The answer.
    answer: String,
}

/// Whether an objection is valid.
#[derive(InputObject, Debug)]
pub(crate) struct JudgeObjectionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// The objection's number in this decision.
    number: u32,
    /// Whether it is valid.
    validity: Validity,
}

/// What you object no longer.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawObjectionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// The objection's number in this decision.
    number: u32,
}

/// Where you have a conflict of interest.
#[derive(InputObject, Debug)]
pub(crate) struct DeclareConflictOfInterestInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
}

/// Which decision to close.
#[derive(InputObject, Debug)]
pub(crate) struct CloseDecisionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
}

/// How to break a tie.
#[derive(InputObject, Debug)]
pub(crate) struct CastTieBreakInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// The keys of the options in the order wanted, the one to prevail first.
    options: Vec<String>,
}

/// What is wrong with a result.
#[derive(InputObject, Debug)]
pub(crate) struct ChallengeResultInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// What is wrong.
    grounds: String,
}

/// Whether a challenge is right.
#[derive(InputObject, Debug)]
pub(crate) struct DecideChallengeInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    decision_id: GlobalId<kinds::Decision>,
    /// Whether it is right.
    ruling: ChallengeRuling,
}

/// A ballot was handed in.
#[derive(SimpleObject)]
pub(crate) struct CastBallotPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// A ballot was taken back.
#[derive(SimpleObject)]
pub(crate) struct WithdrawBallotPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// A ballot was written down.
#[derive(SimpleObject)]
pub(crate) struct RecordBallotOnBehalfPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// A ballot was confirmed.
#[derive(SimpleObject)]
pub(crate) struct ConfirmRecordedBallotPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// A ballot does not count.
#[derive(SimpleObject)]
pub(crate) struct RepudiateRecordedBallotPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// A roll was contested.
#[derive(SimpleObject)]
pub(crate) struct ContestRollPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// An objection was raised.
#[derive(SimpleObject)]
pub(crate) struct RaiseObjectionPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
    /// Its number in this decision, from 1.
    number: u32,
}

/// An objection was answered.
#[derive(SimpleObject)]
pub(crate) struct AnswerObjectionPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// An objection was judged.
#[derive(SimpleObject)]
pub(crate) struct JudgeObjectionPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// An objection was withdrawn.
#[derive(SimpleObject)]
pub(crate) struct WithdrawObjectionPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// A conflict of interest was declared.
#[derive(SimpleObject)]
pub(crate) struct DeclareConflictOfInterestPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// Voting is over.
#[derive(SimpleObject)]
pub(crate) struct CloseDecisionPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// A tie was broken.
#[derive(SimpleObject)]
pub(crate) struct CastTieBreakPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// A result was challenged.
#[derive(SimpleObject)]
pub(crate) struct ChallengeResultPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// A challenge was decided.
#[derive(SimpleObject)]
pub(crate) struct DecideChallengePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDecision,
}

/// Voting, and what belongs to it.
#[derive(Default, Debug)]
pub(crate) struct DecisionMutation;

#[Object]
impl DecisionMutation {
    /// Votes, or votes otherwise than before. Who stands on the roll, or represents an organisation that
    /// does. A secret ballot is final, and nothing of it is recorded until voting is over.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn cast_ballot(
        &self,
        ctx: &Context<'_>,
        input: CastBallotInput,
    ) -> Result<Option<CastBallotPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::CastBallotRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            choice: Some(input.choice.message()?),
            reason: scalars::optional(input.reason),
        });
        let answer = call.decisions().cast_ballot(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(CastBallotPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Takes your ballot back.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_ballot(
        &self,
        ctx: &Context<'_>,
        input: WithdrawBallotInput,
    ) -> Result<Option<WithdrawBallotPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::WithdrawBallotRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
        });
        let answer = call.decisions().withdraw_ballot(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(WithdrawBallotPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Writes down how a member voted who could not do so here. Somebody else who stands on the
    /// roll, or who called the decision.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn record_ballot_on_behalf(
        &self,
        ctx: &Context<'_>,
        input: RecordBallotOnBehalfInput,
    ) -> Result<Option<RecordBallotOnBehalfPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::RecordBallotOnBehalfRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            voter: Some(wire::read::party_message(input.voter_id.0)),
            choice: Some(input.choice.message()?),
            evidence: input.evidence,
        });
        let answer = call.decisions().record_ballot_on_behalf(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RecordBallotOnBehalfPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Says that a ballot was written down as it was. The member concerned.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn confirm_recorded_ballot(
        &self,
        ctx: &Context<'_>,
        input: ConfirmRecordedBallotInput,
    ) -> Result<Option<ConfirmRecordedBallotPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::ConfirmRecordedBallotRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
        });
        let answer = call.decisions().confirm_recorded_ballot(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ConfirmRecordedBallotPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Says that it was not so; the ballot does not count. The member concerned.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn repudiate_recorded_ballot(
        &self,
        ctx: &Context<'_>,
        input: RepudiateRecordedBallotInput,
    ) -> Result<Option<RepudiateRecordedBallotPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::RepudiateRecordedBallotRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
        });
        let answer = call.decisions().repudiate_recorded_ballot(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RepudiateRecordedBallotPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Says that the frozen roll is wrong. A member, on the roll or not, before voting is over. The roll
    /// stays as it is: it is a reason to take the proposal back before voting begins, or, for those
    /// on the roll and where the policy allows it, to challenge the result. One contests a roll ten
    /// times at most.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn contest_roll(
        &self,
        ctx: &Context<'_>,
        input: ContestRollInput,
    ) -> Result<Option<ContestRollPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::ContestRollRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            about: Some(wire::read::party_message(input.about_id.0)),
            ground: input.ground.into(),
            reason: input.reason,
        });
        let answer = call.decisions().contest_roll(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ContestRollPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Objects. Who stands on the roll.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn raise_objection(
        &self,
        ctx: &Context<'_>,
        input: RaiseObjectionInput,
    ) -> Result<Option<RaiseObjectionPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::RaiseObjectionRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            argument: input.argument,
        });
        let answer = call.decisions().raise_objection(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RaiseObjectionPayload {
            receipt,
            changed: ChangedDecision(decision),
            number: answer.number,
        }))
    }

    /// Answers an objection. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn answer_objection(
        &self,
        ctx: &Context<'_>,
        input: AnswerObjectionInput,
    ) -> Result<Option<AnswerObjectionPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::AnswerObjectionRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            number: input.number,
            answer: input.answer,
        });
        let answer = call.decisions().answer_objection(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AnswerObjectionPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Says whether an objection is valid. Whom the policy names.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn judge_objection(
        &self,
        ctx: &Context<'_>,
        input: JudgeObjectionInput,
    ) -> Result<Option<JudgeObjectionPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::JudgeObjectionRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            number: input.number,
            validity: input.validity.into(),
        });
        let answer = call.decisions().judge_objection(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(JudgeObjectionPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Objects no longer. Who raised it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_objection(
        &self,
        ctx: &Context<'_>,
        input: WithdrawObjectionInput,
    ) -> Result<Option<WithdrawObjectionPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::WithdrawObjectionRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            number: input.number,
        });
        let answer = call.decisions().withdraw_objection(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(WithdrawObjectionPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Says that you have a conflict of interest; your vote does not count.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn declare_conflict_of_interest(
        &self,
        ctx: &Context<'_>,
        input: DeclareConflictOfInterestInput,
    ) -> Result<Option<DeclareConflictOfInterestPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::DeclareConflictOfInterestRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
        });
        let answer = call.decisions().declare_conflict_of_interest(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(DeclareConflictOfInterestPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Ends voting before its time, where the policy allows it and nothing can change any more. Who called
    /// it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn close_decision(
        &self,
        ctx: &Context<'_>,
        input: CloseDecisionInput,
    ) -> Result<Option<CloseDecisionPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::CloseDecisionRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
        });
        let answer = call.decisions().close_decision(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(CloseDecisionPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Reports the result of a vote that was held in an election system elsewhere, once, after voting
    /// ended; it is counted at once by the policy's rule. The holder of the role that the policy
    /// names. Who was on the roll can challenge it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn record_external_result(
        &self,
        ctx: &Context<'_>,
        input: RecordExternalResultInput,
    ) -> Result<Option<RecordExternalResultPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(input.message()?);
        let answer = call.decisions().record_external_result(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RecordExternalResultPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Breaks a tie. The holder of the role that the policy names.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn cast_tie_break(
        &self,
        ctx: &Context<'_>,
        input: CastTieBreakInput,
    ) -> Result<Option<CastTieBreakPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::CastTieBreakRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            options: input.options,
        });
        let answer = call.decisions().cast_tie_break(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(CastTieBreakPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Doubts the result. Who stands on the roll, while the window for challenges is open.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn challenge_result(
        &self,
        ctx: &Context<'_>,
        input: ChallengeResultInput,
    ) -> Result<Option<ChallengeResultPayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::ChallengeResultRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            grounds: input.grounds,
        });
        let answer = call.decisions().challenge_result(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ChallengeResultPayload { receipt, changed: ChangedDecision(decision) }))
    }

    /// Says whether a challenge is right; if so the result is annulled. Whom the policy names.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn decide_challenge(
        &self,
        ctx: &Context<'_>,
        input: DecideChallengeInput,
    ) -> Result<Option<DecideChallengePayload>> {
        let call = Call::of(ctx)?;
        let decision = input.decision_id.0;
        let request = call.request(message::DecideChallengeRequest {
            command: Some(input.command.message()),
            decision_id: decision.to_string(),
            ruling: input.ruling.into(),
        });
        let answer = call.decisions().decide_challenge(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(DecideChallengePayload { receipt, changed: ChangedDecision(decision) }))
    }
}
