//! Proposals: texts on their way to a decision.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use kernel::{DecisionId, GoalId, NetworkId, ProposalId, id::kinds};
use tonic::Status;
use wire::weft::governance::v1 as message;

use crate::{
    call::{self, Call, lacking},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    decision::{self, ChangedDecision, Decision},
    goal::{self, Goal},
    ids::{self, GlobalId},
    network::Network,
    node,
    person::{self, Person},
    policy::{
        choice::{DecisionOption, DecisionOptionInput},
        effect::{Effect, EffectInput},
        words::Subject,
    },
    scalars::{self, AboveZero, DateTime},
};

/// How far a proposal has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ProposalStatus {
    /// Its authors are writing it.
    Drafted = message::ProposalStatus::Drafted as isize,
    /// It is put before the network.
    Submitted = message::ProposalStatus::Submitted as isize,
    /// Members discuss it.
    UnderDiscussion = message::ProposalStatus::UnderDiscussion as isize,
    /// It is put to a decision; its text is final.
    Called = message::ProposalStatus::Called as isize,
    /// The decision adopted it.
    Adopted = message::ProposalStatus::Adopted as isize,
    /// The decision did not adopt it.
    NotAdopted = message::ProposalStatus::NotAdopted as isize,
    /// Its authors took it back.
    Withdrawn = message::ProposalStatus::Withdrawn as isize,
    /// Nobody went on with it.
    Lapsed = message::ProposalStatus::Lapsed as isize,
    /// It goes on within another proposal.
    Merged = message::ProposalStatus::Merged as isize,
}

impl From<ProposalStatus> for i32 {
    fn from(value: ProposalStatus) -> i32 {
        value as i32
    }
}

/// How a concern stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ConcernStatus {
    /// Nobody answered it yet.
    Raised = message::ConcernStatus::Raised as isize,
    /// An author answered it.
    Answered = message::ConcernStatus::Answered as isize,
    /// Who raised it is concerned no longer.
    Withdrawn = message::ConcernStatus::Withdrawn as isize,
}

impl From<ConcernStatus> for i32 {
    fn from(value: ConcernStatus) -> i32 {
        value as i32
    }
}

/// What became of an amendment.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AmendmentStatus {
    /// The authors have not said yet.
    Offered = message::AmendmentStatus::Offered as isize,
    /// The proposal reads so.
    Accepted = message::AmendmentStatus::Accepted as isize,
    /// The authors did not take it over.
    Rejected = message::AmendmentStatus::Rejected as isize,
    /// It became a proposal of its own.
    Promoted = message::AmendmentStatus::Promoted as isize,
}

impl From<AmendmentStatus> for i32 {
    fn from(value: AmendmentStatus) -> i32 {
        value as i32
    }
}

/// What a proposal asks for. Its texts belong to the network and stay when an author is erased.
#[derive(SimpleObject)]
pub(crate) struct ProposalContent {
    /// What it is called.
    title: String,
    /// What it says.
    text: String,
    /// What is to be decided on.
    subject: Subject,
    /// In the network's own words, for delegations; null is nothing in particular.
    topic: Option<String>,
    /// What follows when it is adopted.
    effects: Vec<Effect>,
    /// What is chosen between; empty where the method says so itself.
    options: Vec<DecisionOption>,
    /// The goals it serves.
    goal_ids: Vec<ID>,
    /// The question that only one resolution in force may answer; null is none.
    exclusive: Option<String>,
    /// The resolution whose place it takes; null is none.
    supersedes_resolution_id: Option<ID>,
}

impl ProposalContent {
    fn of(value: Option<message::ProposalContent>) -> Result<ProposalContent, Status> {
        let content = value.ok_or_else(|| lacking("content"))?;
        let options = DecisionOption::all(content.options, &content.effects)?;
        let supersedes = &content.supersedes_resolution_id;
        Ok(ProposalContent {
            title: content.title,
            text: content.text,
            subject: scalars::known(content.subject)?,
            topic: scalars::given(content.topic),
            effects: Effect::all(content.effects)?,
            options,
            goal_ids: ids::all::<kinds::Goal>(&content.goal_ids)?,
            exclusive: scalars::given(content.exclusive),
            supersedes_resolution_id: ids::maybe::<kinds::Resolution>(supersedes)?,
        })
    }
}

/// A text on its way to a decision.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Proposal {
    /// Identifies the proposal.
    pub(crate) id: ID,
    /// How far it has come.
    status: ProposalStatus,
    /// Which revision of its content this is, from 1.
    revision: u32,
    #[graphql(flatten)]
    content: ProposalContent,
    /// The SHA-256 of the canonical JSON of the content, in hexadecimal; null before it was revised
    /// or called.
    content_hash: Option<String>,
    /// When it was written down.
    drafted_at: DateTime,
    /// Since when it is discussed; null before the discussion.
    discussed_since: Option<DateTime>,
    /// What members are or were concerned about, in order of their numbers.
    concerns: Vec<Concern>,
    /// Other wordings that members offered, in order of their numbers.
    amendments: Vec<Amendment>,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    author_ids: Vec<String>,
    #[graphql(skip)]
    sponsor_ids: Vec<String>,
    #[graphql(skip)]
    decision_id: Option<DecisionId>,
    #[graphql(skip)]
    merged_into_id: Option<ProposalId>,
    #[graphql(skip)]
    goals: Vec<GoalId>,
}

impl Proposal {
    /// The proposal of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn of(proposal: message::Proposal) -> Result<Proposal, Status> {
        let network_id = wire::read::id(&proposal.network_id, "network_id")?;
        let goals = proposal.content.iter().flat_map(|content| &content.goal_ids);
        let goals = goals.map(|id| wire::read::id(id, "goal_ids")).collect::<Result<_, _>>()?;
        let concerns = proposal.concerns.into_iter();
        let concerns = concerns.map(|concern| Concern::of(network_id, concern));
        let amendments = proposal.amendments.into_iter();
        let amendments = amendments.map(|amendment| Amendment::of(network_id, amendment));
        Ok(Proposal {
            id: ids::global::<kinds::Proposal>(&proposal.proposal_id)?,
            status: scalars::known(proposal.status)?,
            revision: proposal.revision,
            content: ProposalContent::of(proposal.content)?,
            content_hash: scalars::given(proposal.content_hash),
            drafted_at: DateTime::of(proposal.drafted_at)?,
            discussed_since: DateTime::maybe(proposal.discussed_since)?,
            concerns: concerns.collect::<Result<_, _>>()?,
            amendments: amendments.collect::<Result<_, _>>()?,
            network_id,
            author_ids: proposal.author_ids,
            sponsor_ids: proposal.sponsor_ids,
            decision_id: ids::optional(&proposal.decision_id)?,
            merged_into_id: ids::optional(&proposal.merged_into_id)?,
            goals,
        })
    }
}

#[ComplexObject]
impl Proposal {
    /// The network that it is put to.
    async fn network(&self, ctx: &Context<'_>) -> Result<Option<Network>> {
        Ok(node::network(Call::of(ctx)?, self.network_id).await?)
    }

    /// Who wrote it and of whom you may know, the first author first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn authors(&self, ctx: &Context<'_>) -> Result<Option<Vec<Person>>> {
        Ok(Some(person::all(Call::of(ctx)?, &self.author_ids).await?))
    }

    /// Who wants it decided on and of whom you may know.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn sponsors(&self, ctx: &Context<'_>) -> Result<Option<Vec<Person>>> {
        Ok(Some(person::all(Call::of(ctx)?, &self.sponsor_ids).await?))
    }

    /// The decision that it is put to; null before the call.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(decision::one(Call::of(ctx)?, self.network_id, self.decision_id).await?)
    }

    /// The goals it serves.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn goals(&self, ctx: &Context<'_>) -> Result<Option<Vec<Goal>>> {
        Ok(Some(goal::all(Call::of(ctx)?, self.network_id, &self.goals).await?))
    }

    /// The proposal that it goes on within; null for none.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Proposal>> {
        Ok(one(Call::of(ctx)?, self.network_id, self.merged_into_id).await?)
    }
}

/// Something that somebody is concerned about.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Concern {
    /// Its number in this proposal, from 1.
    number: u32,
    /// How it stands.
    status: ConcernStatus,
    /// What it is; null when its writer was erased.
    text: Option<String>,
    /// When it was raised.
    raised_at: DateTime,
    /// What authors answered, in order of time.
    answers: Vec<ConcernAnswer>,
    #[graphql(skip)]
    raised_by_id: String,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    proposal_id: Option<ProposalId>,
}

impl Concern {
    fn of(network_id: NetworkId, concern: message::Concern) -> Result<Concern, Status> {
        let answers = concern.answers.into_iter().map(ConcernAnswer::of);
        Ok(Concern {
            number: concern.number,
            status: scalars::known(concern.status)?,
            text: scalars::given(concern.text),
            raised_at: DateTime::of(concern.raised_at)?,
            answers: answers.collect::<Result<_, _>>()?,
            raised_by_id: concern.raised_by_id,
            network_id,
            proposal_id: ids::optional(&concern.proposal_id)?,
        })
    }
}

#[ComplexObject]
impl Concern {
    /// The proposal that it is about.
    async fn proposal(&self, ctx: &Context<'_>) -> Result<Option<Proposal>> {
        Ok(one(Call::of(ctx)?, self.network_id, self.proposal_id).await?)
    }

    /// Who raised it; null when you may not know of them.
    async fn raised_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.raised_by_id).await?)
    }
}

/// What an author answered.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ConcernAnswer {
    /// The answer; null when its writer was erased.
    text: Option<String>,
    /// When it was given.
    answered_at: DateTime,
    #[graphql(skip)]
    person_id: String,
}

impl ConcernAnswer {
    fn of(answer: message::ConcernAnswer) -> Result<ConcernAnswer, Status> {
        Ok(ConcernAnswer {
            text: scalars::given(answer.text),
            answered_at: DateTime::of(answer.answered_at)?,
            person_id: answer.person_id,
        })
    }
}

#[ComplexObject]
impl ConcernAnswer {
    /// Who answered; null when you may not know of them.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.person_id).await?)
    }
}

/// Another wording that somebody offered.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Amendment {
    /// Its number in this proposal, from 1.
    number: u32,
    /// What became of it.
    status: AmendmentStatus,
    /// The revision that it changes.
    revision: u32,
    /// The whole text as it would read.
    text: String,
    /// When it was offered.
    offered_at: DateTime,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    offered_by_id: String,
    #[graphql(skip)]
    promoted_proposal_id: Option<ProposalId>,
}

impl Amendment {
    fn of(network_id: NetworkId, amendment: message::Amendment) -> Result<Amendment, Status> {
        Ok(Amendment {
            number: amendment.number,
            status: scalars::known(amendment.status)?,
            revision: amendment.revision,
            text: amendment.text,
            offered_at: DateTime::of(amendment.offered_at)?,
            network_id,
            offered_by_id: amendment.offered_by_id,
            promoted_proposal_id: ids::optional(&amendment.promoted_proposal_id)?,
        })
    }
}

#[ComplexObject]
impl Amendment {
    /// Who offered it; null when you may not know of them.
    async fn offered_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.offered_by_id).await?)
    }

    /// The proposal that it became; null for none.
    async fn promoted_to(&self, ctx: &Context<'_>) -> Result<Option<Proposal>> {
        Ok(one(Call::of(ctx)?, self.network_id, self.promoted_proposal_id).await?)
    }
}

/// Reads a proposal.
///
/// # Errors
///
/// Those of the service, for example that there is none.
pub(crate) async fn by_id(call: &Call, id: ProposalId) -> Result<Proposal, Status> {
    let request = call.request(message::GetProposalRequest {
        proposal_id: id.to_string(),
        min_position: call.min_position(),
    });
    let answer = call.proposals().get_proposal(request).await?.into_inner();
    Proposal::of(answer.proposal.ok_or_else(|| lacking("proposal"))?)
}

/// Reads a proposal of a network together with others; `None` when none is asked for, or there is
/// none that the caller may know of.
///
/// # Errors
///
/// Those of the service.
pub(crate) async fn one(
    call: &Call,
    network: NetworkId,
    id: Option<ProposalId>,
) -> Result<Option<Proposal>, Status> {
    let Some(id) = id else { return Ok(None) };
    call.proposal(network, id).await?.map(Proposal::of).transpose()
}

/// The proposals of a network.
pub(crate) struct NetworkProposals(pub(crate) NetworkId);

#[Object]
impl NetworkProposals {
    /// Lists the proposals, the newest first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn proposals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only proposals that have come so far.")] status: Option<ProposalStatus>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Proposal>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = call.request(message::ListProposalsRequest {
                network_id: self.0.to_string(),
                status: scalars::number(status),
                page: Some(page),
                min_position: paging.least(call.min_position()),
            });
            let answer = call.proposals().list_proposals(request).await?.into_inner();
            Ok((answer.proposals, answer.page))
        };
        Ok(Some(connection::page(paging, read, Proposal::of).await?))
    }

    /// Lists the concerns about the proposals, the longest raised first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn concerns(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            default,
            desc = "Only those that nobody has answered or taken back, about proposals that are \
                    still discussed."
        )]
        awaiting_answer: bool,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Concern>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = call.request(message::ListConcernsRequest {
                network_id: self.0.to_string(),
                awaiting_answer,
                page: Some(page),
                min_position: paging.least(call.min_position()),
            });
            let answer = call.proposals().list_concerns(request).await?.into_inner();
            Ok((answer.concerns, answer.page))
        };
        let of = |concern| Concern::of(self.0, concern);
        Ok(Some(connection::page(paging, read, of).await?))
    }
}

/// The proposal that a mutation was about.
pub(crate) struct ChangedProposal(ProposalId);

#[Object]
impl ChangedProposal {
    /// The proposal, as it is with this change; null with an error when you may not read it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn proposal(&self, ctx: &Context<'_>) -> Result<Option<Proposal>> {
        Ok(Some(by_id(Call::of(ctx)?, self.0).await?))
    }
}

/// Reading proposals.
#[derive(Default, Debug)]
pub(crate) struct ProposalQuery;

#[Object]
impl ProposalQuery {
    /// Reads one proposal, with its concerns and amendments.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal's id.")] id: GlobalId<kinds::Proposal>,
    ) -> Result<Option<Proposal>> {
        Ok(Some(by_id(Call::of(ctx)?, id.0).await?))
    }
}

/// What a proposal is to ask for.
#[derive(InputObject, Debug)]
pub(crate) struct ProposalContentInput {
    /// What it is called.
    title: String,
    /// What it says.
    text: String,
    /// What is to be decided on.
    #[graphql(default_with = "Subject::Other")]
    subject: Subject,
    /// In the network's own words, for delegations, whose topic has to be the same letter by letter,
    /// capitals included; nothing in particular when left out.
    topic: Option<String>,
    /// What follows when it is adopted; all of its subject.
    #[graphql(default)]
    effects: Vec<EffectInput>,
    /// What is chosen between; empty where the method says so itself.
    #[graphql(default)]
    options: Vec<DecisionOptionInput>,
    /// The goals it serves.
    #[graphql(default)]
    goal_ids: Vec<GlobalId<kinds::Goal>>,
    /// The question that only one resolution in force may answer; none when left out.
    exclusive: Option<String>,
    /// The resolution whose place it takes; none when left out.
    supersedes_resolution_id: Option<GlobalId<kinds::Resolution>>,
}

impl ProposalContentInput {
    fn message(self) -> Result<message::ProposalContent, Status> {
        let supersedes = self.supersedes_resolution_id;
        let options = self.options.into_iter().map(DecisionOptionInput::message);
        Ok(message::ProposalContent {
            title: self.title,
            text: self.text,
            subject: self.subject.into(),
            topic: scalars::optional(self.topic),
            effects: self.effects.into_iter().map(EffectInput::message).collect(),
            options: options.collect::<Result<_, _>>()?,
            goal_ids: self.goal_ids.into_iter().map(GlobalId::text).collect(),
            exclusive: scalars::optional(self.exclusive),
            supersedes_resolution_id: supersedes.map_or_else(String::new, GlobalId::text),
        })
    }
}

/// A proposal to write down.
#[derive(InputObject, Debug)]
pub(crate) struct DraftProposalInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// What it asks for.
    content: ProposalContentInput,
}

/// Whom to ask to write with the authors.
#[derive(InputObject, Debug)]
pub(crate) struct InviteCoAuthorInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// The member.
    person_id: GlobalId<kinds::Person>,
}

/// With whom to write.
#[derive(InputObject, Debug)]
pub(crate) struct JoinAsCoAuthorInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
}

/// What you want decided on.
#[derive(InputObject, Debug)]
pub(crate) struct SponsorProposalInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
}

/// What you do not want decided on any longer.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawSponsorshipInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
}

/// Which proposal to put before the network.
#[derive(InputObject, Debug)]
pub(crate) struct SubmitProposalInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
}

/// Which proposal to discuss.
#[derive(InputObject, Debug)]
pub(crate) struct OpenDiscussionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
}

/// What you are concerned about.
#[derive(InputObject, Debug)]
pub(crate) struct RaiseConcernInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// What it is.
    text: String,
}

/// What to answer to a concern.
#[derive(InputObject, Debug)]
pub(crate) struct AnswerConcernInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// The number of the concern in this proposal.
    number: u32,
    /// The answer.
    text: String,
}

/// What you are concerned about no longer.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawConcernInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// The number of the concern in this proposal.
    number: u32,
}

/// Another wording.
#[derive(InputObject, Debug)]
pub(crate) struct OfferAmendmentInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// The revision that it changes; another one than the present is refused.
    revision: u32,
    /// The whole text as it would read.
    text: String,
}

/// Which amendment to take over.
#[derive(InputObject, Debug)]
pub(crate) struct AcceptAmendmentInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// The number of the amendment in this proposal.
    number: u32,
}

/// Which amendment not to take over.
#[derive(InputObject, Debug)]
pub(crate) struct RejectAmendmentInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// The number of the amendment in this proposal.
    number: u32,
}

/// Which amendment to make a proposal.
#[derive(InputObject, Debug)]
pub(crate) struct PromoteAmendmentInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// The number of the amendment in this proposal.
    number: u32,
}

/// How a proposal is to read.
#[derive(InputObject, Debug)]
pub(crate) struct ReviseProposalInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// What it asks for; replaces the whole content.
    content: ProposalContentInput,
}

/// Where a proposal is to go on.
#[derive(InputObject, Debug)]
pub(crate) struct MergeProposalInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// The proposal that it goes into.
    into_proposal_id: GlobalId<kinds::Proposal>,
}

/// Which proposal to decide on, and when.
#[derive(InputObject, Debug)]
pub(crate) struct CallDecisionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
    /// When voting opens; now when left out.
    opens_at: Option<DateTime>,
    /// For how many hours votes are taken, at least 1; the least that the policy allows when left out.
    #[graphql(validator(custom = "AboveZero(\"votingHours\")"))]
    voting_hours: Option<u32>,
}

/// Which proposal to take back.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawProposalInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The proposal.
    proposal_id: GlobalId<kinds::Proposal>,
}

/// A proposal was written down.
#[derive(SimpleObject)]
pub(crate) struct DraftProposalPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// Somebody was asked to write with the authors.
#[derive(SimpleObject)]
pub(crate) struct InviteCoAuthorPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A proposal has an author more.
#[derive(SimpleObject)]
pub(crate) struct JoinAsCoAuthorPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A proposal has a sponsor more.
#[derive(SimpleObject)]
pub(crate) struct SponsorProposalPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A proposal has a sponsor less.
#[derive(SimpleObject)]
pub(crate) struct WithdrawSponsorshipPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A proposal was put before the network.
#[derive(SimpleObject)]
pub(crate) struct SubmitProposalPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A discussion began.
#[derive(SimpleObject)]
pub(crate) struct OpenDiscussionPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A concern was raised.
#[derive(SimpleObject)]
pub(crate) struct RaiseConcernPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
    /// Its number in this proposal, from 1.
    number: u32,
}

/// A concern was answered.
#[derive(SimpleObject)]
pub(crate) struct AnswerConcernPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A concern was withdrawn.
#[derive(SimpleObject)]
pub(crate) struct WithdrawConcernPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// Another wording was offered.
#[derive(SimpleObject)]
pub(crate) struct OfferAmendmentPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
    /// Its number in this proposal, from 1.
    number: u32,
}

/// An amendment was taken over.
#[derive(SimpleObject)]
pub(crate) struct AcceptAmendmentPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// An amendment was not taken over.
#[derive(SimpleObject)]
pub(crate) struct RejectAmendmentPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// An amendment became a proposal of its own, the one given here.
#[derive(SimpleObject)]
pub(crate) struct PromoteAmendmentPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A proposal reads differently.
#[derive(SimpleObject)]
pub(crate) struct ReviseProposalPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A proposal goes on within another.
#[derive(SimpleObject)]
pub(crate) struct MergeProposalPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// A decision was called.
#[derive(SimpleObject)]
pub(crate) struct CallDecisionPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
    #[graphql(flatten)]
    decision: ChangedDecision,
}

/// A proposal was taken back.
#[derive(SimpleObject)]
pub(crate) struct WithdrawProposalPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedProposal,
}

/// Changing proposals.
#[derive(Default, Debug)]
pub(crate) struct ProposalMutation;

#[Object]
impl ProposalMutation {
    /// Writes a proposal down. A member; where the policy names roles that may propose, their holders.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn draft_proposal(
        &self,
        ctx: &Context<'_>,
        input: DraftProposalInput,
    ) -> Result<Option<DraftProposalPayload>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::DraftProposalRequest {
            command: Some(input.command.message()),
            network_id: input.network_id.text(),
            content: Some(input.content.message()?),
        });
        let answer = call.proposals().draft_proposal(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        let proposal = wire::read::id(&answer.proposal_id, "proposal_id")?;
        Ok(Some(DraftProposalPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Asks a member to write with the authors. An author.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn invite_co_author(
        &self,
        ctx: &Context<'_>,
        input: InviteCoAuthorInput,
    ) -> Result<Option<InviteCoAuthorPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::InviteCoAuthorRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            person_id: input.person_id.text(),
        });
        let answer = call.proposals().invite_co_author(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(InviteCoAuthorPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Writes with the authors, once invited.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn join_as_co_author(
        &self,
        ctx: &Context<'_>,
        input: JoinAsCoAuthorInput,
    ) -> Result<Option<JoinAsCoAuthorPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::JoinAsCoAuthorRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
        });
        let answer = call.proposals().join_as_co_author(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(JoinAsCoAuthorPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Wants it decided on. A member who is not an author.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn sponsor_proposal(
        &self,
        ctx: &Context<'_>,
        input: SponsorProposalInput,
    ) -> Result<Option<SponsorProposalPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::SponsorProposalRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
        });
        let answer = call.proposals().sponsor_proposal(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(SponsorProposalPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Does not want it decided on any longer.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_sponsorship(
        &self,
        ctx: &Context<'_>,
        input: WithdrawSponsorshipInput,
    ) -> Result<Option<WithdrawSponsorshipPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::WithdrawSponsorshipRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
        });
        let answer = call.proposals().withdraw_sponsorship(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(WithdrawSponsorshipPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Puts it before the network. An author.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn submit_proposal(
        &self,
        ctx: &Context<'_>,
        input: SubmitProposalInput,
    ) -> Result<Option<SubmitProposalPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::SubmitProposalRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
        });
        let answer = call.proposals().submit_proposal(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(SubmitProposalPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Begins the discussion. An author.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn open_discussion(
        &self,
        ctx: &Context<'_>,
        input: OpenDiscussionInput,
    ) -> Result<Option<OpenDiscussionPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::OpenDiscussionRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
        });
        let answer = call.proposals().open_discussion(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(OpenDiscussionPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Is concerned about something. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn raise_concern(
        &self,
        ctx: &Context<'_>,
        input: RaiseConcernInput,
    ) -> Result<Option<RaiseConcernPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::RaiseConcernRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            text: input.text,
        });
        let answer = call.proposals().raise_concern(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RaiseConcernPayload {
            receipt,
            changed: ChangedProposal(proposal),
            number: answer.number,
        }))
    }

    /// Answers a concern. An author.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn answer_concern(
        &self,
        ctx: &Context<'_>,
        input: AnswerConcernInput,
    ) -> Result<Option<AnswerConcernPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::AnswerConcernRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            number: input.number,
            text: input.text,
        });
        let answer = call.proposals().answer_concern(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AnswerConcernPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Is concerned no longer. Who raised it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_concern(
        &self,
        ctx: &Context<'_>,
        input: WithdrawConcernInput,
    ) -> Result<Option<WithdrawConcernPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::WithdrawConcernRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            number: input.number,
        });
        let answer = call.proposals().withdraw_concern(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(WithdrawConcernPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Offers another wording. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn offer_amendment(
        &self,
        ctx: &Context<'_>,
        input: OfferAmendmentInput,
    ) -> Result<Option<OfferAmendmentPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::OfferAmendmentRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            revision: input.revision,
            text: input.text,
        });
        let answer = call.proposals().offer_amendment(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(OfferAmendmentPayload {
            receipt,
            changed: ChangedProposal(proposal),
            number: answer.number,
        }))
    }

    /// Takes an amendment over; the proposal reads so from now on. An author.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn accept_amendment(
        &self,
        ctx: &Context<'_>,
        input: AcceptAmendmentInput,
    ) -> Result<Option<AcceptAmendmentPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::AcceptAmendmentRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            number: input.number,
        });
        let answer = call.proposals().accept_amendment(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AcceptAmendmentPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Does not take an amendment over. An author.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn reject_amendment(
        &self,
        ctx: &Context<'_>,
        input: RejectAmendmentInput,
    ) -> Result<Option<RejectAmendmentPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::RejectAmendmentRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            number: input.number,
        });
        let answer = call.proposals().reject_amendment(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RejectAmendmentPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Makes a rejected amendment a proposal of its own. Who offered it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn promote_amendment(
        &self,
        ctx: &Context<'_>,
        input: PromoteAmendmentInput,
    ) -> Result<Option<PromoteAmendmentPayload>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::PromoteAmendmentRequest {
            command: Some(input.command.message()),
            proposal_id: input.proposal_id.text(),
            number: input.number,
        });
        let answer = call.proposals().promote_amendment(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        let proposal = wire::read::id(&answer.proposal_id, "proposal_id")?;
        Ok(Some(PromoteAmendmentPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Changes it. An author, until it is called.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn revise_proposal(
        &self,
        ctx: &Context<'_>,
        input: ReviseProposalInput,
    ) -> Result<Option<ReviseProposalPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::ReviseProposalRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            content: Some(input.content.message()?),
        });
        let answer = call.proposals().revise_proposal(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ReviseProposalPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Goes on within another proposal. An author.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn merge_proposal(
        &self,
        ctx: &Context<'_>,
        input: MergeProposalInput,
    ) -> Result<Option<MergeProposalPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::MergeProposalRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            into_proposal_id: input.into_proposal_id.text(),
        });
        let answer = call.proposals().merge_proposal(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(MergeProposalPayload { receipt, changed: ChangedProposal(proposal) }))
    }

    /// Puts it to a decision; its text is final. An author, once it was discussed long enough and has its
    /// sponsors. An election fills the seats that are free when its voting can be over; where none is,
    /// it is refused (`NO_SEAT_FREE`).
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn call_decision(
        &self,
        ctx: &Context<'_>,
        input: CallDecisionInput,
    ) -> Result<Option<CallDecisionPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::CallDecisionRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
            opens_at: input.opens_at.map(DateTime::message),
            voting_hours: input.voting_hours.unwrap_or_default(),
        });
        let answer = call.proposals().call_decision(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        let decision = wire::read::id(&answer.decision_id, "decision_id")?;
        Ok(Some(CallDecisionPayload {
            receipt,
            changed: ChangedProposal(proposal),
            decision: ChangedDecision(decision),
        }))
    }

    /// Takes it back; a decision that is open comes to nothing. An author.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_proposal(
        &self,
        ctx: &Context<'_>,
        input: WithdrawProposalInput,
    ) -> Result<Option<WithdrawProposalPayload>> {
        let call = Call::of(ctx)?;
        let proposal = input.proposal_id.0;
        let request = call.request(message::WithdrawProposalRequest {
            command: Some(input.command.message()),
            proposal_id: proposal.to_string(),
        });
        let answer = call.proposals().withdraw_proposal(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(WithdrawProposalPayload { receipt, changed: ChangedProposal(proposal) }))
    }
}
