//! The register: what decisions left in force, and the offices that they conferred.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use futures::future;
use kernel::{DecisionId, MandateId, NetworkId, ProposalId, ResolutionId, id::kinds};
use tonic::Status;
use wire::weft::governance::v1 as message;

use crate::{
    as_of::AsOfInput,
    call::{self, Call, lacking},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    decision::{self, Decision},
    ids::{self, GlobalId},
    network::Network,
    node,
    person::Person,
    policy::{effect::Effect, words::Subject},
    proposal::{self, Proposal},
    scalars::{self, DateTime, Moment},
};

/// How a resolution stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ResolutionStatus {
    /// It binds.
    InForce = message::ResolutionStatus::InForce as isize,
    /// A later decision changed it.
    Amended = message::ResolutionStatus::Amended as isize,
    /// A later one took its place.
    Superseded = message::ResolutionStatus::Superseded as isize,
    /// A later decision ended it.
    Repealed = message::ResolutionStatus::Repealed as isize,
    /// Its time is over.
    Expired = message::ResolutionStatus::Expired as isize,
}

impl From<ResolutionStatus> for i32 {
    fn from(value: ResolutionStatus) -> i32 {
        value as i32
    }
}

/// How far a resolution was carried out.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Implementation {
    /// Not yet.
    Pending = message::Implementation::Pending as isize,
    /// Wholly.
    Done = message::Implementation::Done as isize,
    /// It could not be.
    Failed = message::Implementation::Failed as isize,
    /// It was given up.
    Abandoned = message::Implementation::Abandoned as isize,
}

impl From<Implementation> for i32 {
    fn from(value: Implementation) -> i32 {
        value as i32
    }
}

/// How an effect stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EffectStatus {
    /// It is to be carried out.
    Issued = message::EffectStatus::Issued as isize,
    /// It was carried out.
    Confirmed = message::EffectStatus::Confirmed as isize,
    /// A rule forbade it.
    Failed = message::EffectStatus::Failed as isize,
}

impl From<EffectStatus> for i32 {
    fn from(value: EffectStatus) -> i32 {
        value as i32
    }
}

/// What a review came to.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ReviewFinding {
    /// It stays as it is.
    Keep = message::ReviewFinding::Keep as isize,
    /// It should be changed, by a new decision.
    Amend = message::ReviewFinding::Amend as isize,
    /// It should be ended, by a new decision.
    Repeal = message::ReviewFinding::Repeal as isize,
}

impl From<ReviewFinding> for i32 {
    fn from(value: ReviewFinding) -> i32 {
        value as i32
    }
}

/// How a mandate stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MandateStatus {
    /// Who was chosen has not answered yet.
    Conferred = message::MandateStatus::Conferred as isize,
    /// It is held.
    Active = message::MandateStatus::Active as isize,
    /// Who was chosen did not take it.
    Declined = message::MandateStatus::Declined as isize,
    /// The next holder has what belongs to it.
    HandedOver = message::MandateStatus::HandedOver as isize,
    /// The holder gave it up.
    Resigned = message::MandateStatus::Resigned as isize,
    /// Its term is over.
    Expired = message::MandateStatus::Expired as isize,
    /// A decision took it away.
    Recalled = message::MandateStatus::Recalled as isize,
}

impl From<MandateStatus> for i32 {
    fn from(value: MandateStatus) -> i32 {
        value as i32
    }
}

/// An effect of a decision, and what became of it.
#[derive(SimpleObject)]
pub(crate) struct IssuedEffect {
    /// Its place among the effects of the decision, from 0.
    index: u32,
    /// What it does.
    effect: Effect,
    /// How it stands.
    status: EffectStatus,
    /// The rule that forbade it; null unless it failed.
    reason: Option<String>,
}

impl IssuedEffect {
    fn of(issued: message::IssuedEffect) -> Result<IssuedEffect, Status> {
        Ok(IssuedEffect {
            index: issued.index,
            effect: Effect::of(issued.effect.ok_or_else(|| lacking("effect"))?)?,
            status: scalars::known(issued.status)?,
            reason: scalars::given(issued.reason),
        })
    }
}

/// What an adopted decision left in force.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Resolution {
    /// Identifies the resolution.
    pub(crate) id: ID,
    /// The title of the proposal.
    title: String,
    /// What was decided on.
    subject: Subject,
    /// The question that only one resolution in force may answer; null is none.
    exclusive: Option<String>,
    /// How it stands.
    status: ResolutionStatus,
    /// How far it was carried out.
    implementation: Implementation,
    /// Since when it is in the register.
    entered_at: DateTime,
    /// When it is to be reviewed; null is never.
    review_at: Option<DateTime>,
    /// Whether the time for its review has come.
    review_due: bool,
    /// When it expires; null is never.
    expires_at: Option<DateTime>,
    /// The keys of who or what won, where something was chosen. Whom or what a key stands for is in
    /// `decision { options { key label itemId candidate { id } } }`.
    winners: Vec<String>,
    /// What the decision does.
    effects: Vec<IssuedEffect>,
    /// The resolution whose place it took; null for none.
    supersedes_id: Option<ID>,
    /// The resolution that took its place; null for none.
    superseded_by_id: Option<ID>,
    /// The later resolutions that amended it, and the one that repealed it, in order.
    changed_by_ids: Vec<ID>,
    /// Since when it is no longer in force; null while it is.
    ended_at: Option<DateTime>,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    decision_id: Option<DecisionId>,
    #[graphql(skip)]
    proposal_id: Option<ProposalId>,
    #[graphql(skip)]
    older: Option<ResolutionId>,
    #[graphql(skip)]
    newer: Option<ResolutionId>,
    #[graphql(skip)]
    changes: Vec<ResolutionId>,
}

impl Resolution {
    fn of(resolution: message::Resolution) -> Result<Resolution, Status> {
        let effects = resolution.effects.into_iter().map(IssuedEffect::of);
        let changes = resolution.changed_by_ids.iter();
        let changes = changes.map(|id| wire::read::id(id, "changed_by_ids"));
        Ok(Resolution {
            id: ids::global::<kinds::Resolution>(&resolution.resolution_id)?,
            title: resolution.title,
            subject: scalars::known(resolution.subject)?,
            exclusive: scalars::given(resolution.exclusive),
            status: scalars::known(resolution.status)?,
            implementation: scalars::known(resolution.implementation)?,
            entered_at: DateTime::of(resolution.entered_at)?,
            review_at: DateTime::maybe(resolution.review_at)?,
            review_due: resolution.review_due,
            expires_at: DateTime::maybe(resolution.expires_at)?,
            winners: resolution.winners,
            effects: effects.collect::<Result<_, _>>()?,
            supersedes_id: ids::maybe::<kinds::Resolution>(&resolution.supersedes_id)?,
            superseded_by_id: ids::maybe::<kinds::Resolution>(&resolution.superseded_by_id)?,
            changed_by_ids: ids::all::<kinds::Resolution>(&resolution.changed_by_ids)?,
            ended_at: DateTime::maybe(resolution.ended_at)?,
            network_id: wire::read::id(&resolution.network_id, "network_id")?,
            decision_id: ids::optional(&resolution.decision_id)?,
            proposal_id: ids::optional(&resolution.proposal_id)?,
            older: ids::optional(&resolution.supersedes_id)?,
            newer: ids::optional(&resolution.superseded_by_id)?,
            changes: changes.collect::<Result<_, _>>()?,
        })
    }
}

#[ComplexObject]
impl Resolution {
    /// The network that it binds.
    async fn network(&self, ctx: &Context<'_>) -> Result<Option<Network>> {
        Ok(node::network(Call::of(ctx)?, self.network_id).await?)
    }

    /// The decision that it comes from.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(decision::one(Call::of(ctx)?, self.network_id, self.decision_id).await?)
    }

    /// The proposal that was adopted.
    async fn proposal(&self, ctx: &Context<'_>) -> Result<Option<Proposal>> {
        Ok(proposal::one(Call::of(ctx)?, self.network_id, self.proposal_id).await?)
    }

    /// The resolution whose place it took; null for none.
    async fn supersedes(&self, ctx: &Context<'_>) -> Result<Option<Resolution>> {
        Ok(one(Call::of(ctx)?, self.network_id, self.older).await?)
    }

    /// The resolution that took its place; null for none.
    async fn superseded_by(&self, ctx: &Context<'_>) -> Result<Option<Resolution>> {
        Ok(one(Call::of(ctx)?, self.network_id, self.newer).await?)
    }

    /// The later resolutions that amended it, and the one that repealed it, in order.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn changed_by(&self, ctx: &Context<'_>) -> Result<Option<Vec<Resolution>>> {
        let call = Call::of(ctx)?;
        let found = self.changes.iter().map(|id| call.resolution(self.network_id, *id));
        let found = future::try_join_all(found).await?.into_iter().flatten();
        Ok(Some(found.map(Resolution::of).collect::<Result<_, _>>()?))
    }
}

/// An office conferred on a member for a term.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Mandate {
    /// Identifies the mandate.
    id: ID,
    /// The role of the charter.
    role: String,
    /// How it stands.
    status: MandateStatus,
    /// When its term begins or began.
    from: DateTime,
    /// When its term ends.
    until: DateTime,
    /// Which term on end this is for the holder, from 1.
    term: u32,
    /// The version of the charter that describes the role.
    charter_version: u32,
    /// Since when it is no longer held; null while it is.
    ended_at: Option<DateTime>,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    holder_id: String,
    #[graphql(skip)]
    decision_id: Option<DecisionId>,
}

impl Mandate {
    fn of(mandate: message::Mandate) -> Result<Mandate, Status> {
        Ok(Mandate {
            id: ids::global::<kinds::Mandate>(&mandate.mandate_id)?,
            role: mandate.role,
            status: scalars::known(mandate.status)?,
            from: DateTime::of(mandate.from)?,
            until: DateTime::of(mandate.until)?,
            term: mandate.term,
            charter_version: mandate.charter_version,
            ended_at: DateTime::maybe(mandate.ended_at)?,
            network_id: wire::read::id(&mandate.network_id, "network_id")?,
            holder_id: mandate.holder_id,
            decision_id: ids::optional(&mandate.decision_id)?,
        })
    }
}

#[ComplexObject]
impl Mandate {
    /// Who was chosen; null when you may not know of them.
    async fn holder(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.holder_id).await?)
    }

    /// The decision that conferred it.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(decision::one(Call::of(ctx)?, self.network_id, self.decision_id).await?)
    }
}

/// Reads a resolution.
///
/// # Errors
///
/// Those of the service, for example that there is none.
pub(crate) async fn by_id(call: &Call, id: ResolutionId) -> Result<Resolution, Status> {
    let request = call.request(message::GetResolutionRequest {
        resolution_id: id.to_string(),
        min_position: call.min_position(),
    });
    let answer = call.register().get_resolution(request).await?.into_inner();
    Resolution::of(answer.resolution.ok_or_else(|| lacking("resolution"))?)
}

/// Reads a resolution together with others; `None` when there is no id, or none that the caller may
/// know of.
async fn one(
    call: &Call,
    network: NetworkId,
    id: Option<ResolutionId>,
) -> Result<Option<Resolution>, Status> {
    let Some(id) = id else { return Ok(None) };
    call.resolution(network, id).await?.map(Resolution::of).transpose()
}

/// The register of a network.
pub(crate) struct NetworkRegister(pub(crate) NetworkId);

#[Object]
impl NetworkRegister {
    /// Lists what decisions left in force at a moment, and what was in force before; the newest first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn resolutions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only resolutions that stand so.")] status: Option<ResolutionStatus>,
        #[graphql(desc = "Only those to be reviewed by then.")] review_by: Option<Moment>,
        #[graphql(desc = "The moment; now, as far as recorded, when left out.")] as_of: Option<
            AsOfInput,
        >,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Resolution>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let as_of = paging.pin(as_of.unwrap_or_default().message()?);
        let review_by = review_by.map(Moment::message);
        let read = |page| async move {
            let request = call.request(message::ListResolutionsRequest {
                network_id: self.0.to_string(),
                status: scalars::number(status),
                review_by,
                as_of: Some(as_of),
                page: Some(page),
                min_position: call.min_position(),
            });
            let answer = call.register().list_resolutions(request).await?.into_inner();
            Ok((answer.resolutions, answer.page))
        };
        Ok(Some(connection::page(paging, read, Resolution::of).await?))
    }

    /// Lists the offices that decisions conferred, as they stood at a moment, by role and time.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn mandates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this role.")] role: Option<String>,
        #[graphql(desc = "The moment; now, as far as recorded, when left out.")] as_of: Option<
            AsOfInput,
        >,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Mandate>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let as_of = paging.pin(as_of.unwrap_or_default().message()?);
        let role = &scalars::optional(role);
        let read = |page| async move {
            let request = call.request(message::ListMandatesRequest {
                network_id: self.0.to_string(),
                role: role.clone(),
                as_of: Some(as_of),
                page: Some(page),
                min_position: call.min_position(),
            });
            let answer = call.register().list_mandates(request).await?.into_inner();
            Ok((answer.mandates, answer.page))
        };
        Ok(Some(connection::page(paging, read, Mandate::of).await?))
    }
}

/// The resolution that a mutation was about.
pub(crate) struct ChangedResolution(ResolutionId);

#[Object]
impl ChangedResolution {
    /// The resolution, as it is with this change; null with an error when you may not read it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn resolution(&self, ctx: &Context<'_>) -> Result<Option<Resolution>> {
        Ok(Some(by_id(Call::of(ctx)?, self.0).await?))
    }
}

/// The mandate that a mutation was about. Nothing reads a mandate by its id alone: list the
/// network's.
pub(crate) struct ChangedMandate(MandateId);

#[Object]
impl ChangedMandate {
    /// Identifies the mandate.
    async fn mandate_id(&self) -> ID {
        ids::encode(self.0)
    }
}

/// Reading the register.
#[derive(Default, Debug)]
pub(crate) struct RegisterQuery;

#[Object]
impl RegisterQuery {
    /// Reads one resolution.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn resolution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The resolution's id.")] id: GlobalId<kinds::Resolution>,
    ) -> Result<Option<Resolution>> {
        Ok(Some(by_id(Call::of(ctx)?, id.0).await?))
    }
}

/// How far a resolution was carried out.
#[derive(InputObject, Debug)]
pub(crate) struct ReportImplementationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The resolution.
    resolution_id: GlobalId<kinds::Resolution>,
    /// How far.
    implementation: Implementation,
    /// What there is to say of it.
    note: Option<String>,
}

/// When to review a resolution.
#[derive(InputObject, Debug)]
pub(crate) struct ScheduleReviewInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The resolution.
    resolution_id: GlobalId<kinds::Resolution>,
    /// When.
    review_at: DateTime,
}

/// What a review came to.
#[derive(InputObject, Debug)]
pub(crate) struct HoldReviewInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The resolution.
    resolution_id: GlobalId<kinds::Resolution>,
    /// What it came to.
    finding: ReviewFinding,
}

/// Which office to take.
#[derive(InputObject, Debug)]
pub(crate) struct AcceptMandateInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The mandate.
    mandate_id: GlobalId<kinds::Mandate>,
}

/// Which office not to take.
#[derive(InputObject, Debug)]
pub(crate) struct DeclineMandateInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The mandate.
    mandate_id: GlobalId<kinds::Mandate>,
}

/// To whom to hand an office over.
#[derive(InputObject, Debug)]
pub(crate) struct HandOverMandateInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The mandate.
    mandate_id: GlobalId<kinds::Mandate>,
    /// The next holder.
    person_id: GlobalId<kinds::Person>,
}

/// Which office to give up.
#[derive(InputObject, Debug)]
pub(crate) struct ResignMandateInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The mandate.
    mandate_id: GlobalId<kinds::Mandate>,
    /// Whether a required role may stay vacant.
    #[graphql(default = false)]
    vacancy_accepted: bool,
}

/// It was said how far a resolution was carried out.
#[derive(SimpleObject)]
pub(crate) struct ReportImplementationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedResolution,
}

/// A review was scheduled.
#[derive(SimpleObject)]
pub(crate) struct ScheduleReviewPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedResolution,
}

/// A review was held.
#[derive(SimpleObject)]
pub(crate) struct HoldReviewPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedResolution,
}

/// An office was taken.
#[derive(SimpleObject)]
pub(crate) struct AcceptMandatePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedMandate,
}

/// An office was not taken.
#[derive(SimpleObject)]
pub(crate) struct DeclineMandatePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedMandate,
}

/// An office was handed over.
#[derive(SimpleObject)]
pub(crate) struct HandOverMandatePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedMandate,
}

/// An office was given up.
#[derive(SimpleObject)]
pub(crate) struct ResignMandatePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedMandate,
}

/// Changing the register.
#[derive(Default, Debug)]
pub(crate) struct RegisterMutation;

#[Object]
impl RegisterMutation {
    /// Says how far a resolution was carried out. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn report_implementation(
        &self,
        ctx: &Context<'_>,
        input: ReportImplementationInput,
    ) -> Result<Option<ReportImplementationPayload>> {
        let call = Call::of(ctx)?;
        let resolution = input.resolution_id.0;
        let request = call.request(message::ReportImplementationRequest {
            command: Some(input.command.message()),
            resolution_id: resolution.to_string(),
            implementation: input.implementation.into(),
            note: scalars::optional(input.note),
        });
        let answer = call.register().report_implementation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ReportImplementationPayload { receipt, changed: ChangedResolution(resolution) }))
    }

    /// Says when a resolution is to be reviewed. A mandate holder, or who called the decision.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn schedule_review(
        &self,
        ctx: &Context<'_>,
        input: ScheduleReviewInput,
    ) -> Result<Option<ScheduleReviewPayload>> {
        let call = Call::of(ctx)?;
        let resolution = input.resolution_id.0;
        let request = call.request(message::ScheduleReviewRequest {
            command: Some(input.command.message()),
            resolution_id: resolution.to_string(),
            review_at: Some(input.review_at.message()),
        });
        let answer = call.register().schedule_review(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ScheduleReviewPayload { receipt, changed: ChangedResolution(resolution) }))
    }

    /// Says what a review came to. A mandate holder, or who called the decision. Changing or repealing the
    /// resolution takes a new decision.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn hold_review(
        &self,
        ctx: &Context<'_>,
        input: HoldReviewInput,
    ) -> Result<Option<HoldReviewPayload>> {
        let call = Call::of(ctx)?;
        let resolution = input.resolution_id.0;
        let request = call.request(message::HoldReviewRequest {
            command: Some(input.command.message()),
            resolution_id: resolution.to_string(),
            finding: input.finding.into(),
        });
        let answer = call.register().hold_review(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(HoldReviewPayload { receipt, changed: ChangedResolution(resolution) }))
    }

    /// Takes an office. Who was chosen.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn accept_mandate(
        &self,
        ctx: &Context<'_>,
        input: AcceptMandateInput,
    ) -> Result<Option<AcceptMandatePayload>> {
        let call = Call::of(ctx)?;
        let mandate = input.mandate_id.0;
        let request = call.request(message::AcceptMandateRequest {
            command: Some(input.command.message()),
            mandate_id: mandate.to_string(),
        });
        let answer = call.register().accept_mandate(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AcceptMandatePayload { receipt, changed: ChangedMandate(mandate) }))
    }

    /// Does not take it. Who was chosen.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn decline_mandate(
        &self,
        ctx: &Context<'_>,
        input: DeclineMandateInput,
    ) -> Result<Option<DeclineMandatePayload>> {
        let call = Call::of(ctx)?;
        let mandate = input.mandate_id.0;
        let request = call.request(message::DeclineMandateRequest {
            command: Some(input.command.message()),
            mandate_id: mandate.to_string(),
        });
        let answer = call.register().decline_mandate(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(DeclineMandatePayload { receipt, changed: ChangedMandate(mandate) }))
    }

    /// Gives what belongs to the office to the next holder. The holder.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn hand_over_mandate(
        &self,
        ctx: &Context<'_>,
        input: HandOverMandateInput,
    ) -> Result<Option<HandOverMandatePayload>> {
        let call = Call::of(ctx)?;
        let mandate = input.mandate_id.0;
        let request = call.request(message::HandOverMandateRequest {
            command: Some(input.command.message()),
            mandate_id: mandate.to_string(),
            person_id: input.person_id.text(),
        });
        let answer = call.register().hand_over_mandate(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(HandOverMandatePayload { receipt, changed: ChangedMandate(mandate) }))
    }

    /// Gives the office up. The holder; the last one of a required role hands it over first, or says that
    /// it stays vacant.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn resign_mandate(
        &self,
        ctx: &Context<'_>,
        input: ResignMandateInput,
    ) -> Result<Option<ResignMandatePayload>> {
        let call = Call::of(ctx)?;
        let mandate = input.mandate_id.0;
        let request = call.request(message::ResignMandateRequest {
            command: Some(input.command.message()),
            mandate_id: mandate.to_string(),
            vacancy_accepted: input.vacancy_accepted,
        });
        let answer = call.register().resign_mandate(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ResignMandatePayload { receipt, changed: ChangedMandate(mandate) }))
    }
}
