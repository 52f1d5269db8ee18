//! Votes that are held in an election system elsewhere: their result, and how it is reported.

use async_graphql::{ComplexObject, Context, InputObject, Result, SimpleObject};
use kernel::id::kinds;
use tonic::Status;
use wire::weft::governance::v1 as message;

use super::ChangedDecision;
use crate::{
    call::Call,
    command::{CommandInput, Receipt},
    ids::GlobalId,
    node,
    person::Person,
    policy::choice::ChoiceInput,
    scalars::DateTime,
};

/// Where a vote can be checked that was held in an election system elsewhere. What was reported of
/// it is counted like any secret vote; whether that is what was voted, only the proofs there can say.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ExternalResult {
    /// The address of the election there.
    address: String,
    /// The SHA-256 of what was published there to check the result by, in hexadecimal.
    sha256: String,
    /// When it was reported.
    reported_at: DateTime,
    #[graphql(skip)]
    reported_by_id: String,
}

#[ComplexObject]
impl ExternalResult {
    /// Who reported it; null when you may not know of them.
    async fn reported_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.reported_by_id).await?)
    }
}

impl ExternalResult {
    pub(super) fn of(result: message::ExternalResult) -> Result<ExternalResult, Status> {
        Ok(ExternalResult {
            address: result.address,
            sha256: result.sha256,
            reported_at: DateTime::of(result.reported_at)?,
            reported_by_id: result.reported_by_id,
        })
    }
}

/// The result of a vote that was held elsewhere.
#[derive(InputObject, Debug)]
pub(crate) struct RecordExternalResultInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The decision.
    pub(super) decision_id: GlobalId<kinds::Decision>,
    /// The address of the election there; at most 2,000 bytes.
    address: String,
    /// The SHA-256 of what was published there to check the result by, in lower-case hexadecimal.
    sha256: String,
    /// Every ballot that was cast there, also those that abstain or are blank; in any order. Empty:
    /// nobody voted.
    ballots: Vec<ReportedBallotsInput>,
}

impl RecordExternalResultInput {
    /// What is asked of the service.
    ///
    /// # Errors
    ///
    /// A ballot names an option more than once.
    pub(super) fn message(self) -> Result<message::RecordExternalResultRequest> {
        let ballots = self.ballots.into_iter().map(ReportedBallotsInput::message);
        Ok(message::RecordExternalResultRequest {
            command: Some(self.command.message()),
            decision_id: self.decision_id.0.to_string(),
            address: self.address,
            sha256: self.sha256,
            ballots: ballots.collect::<Result<_>>()?,
        })
    }
}

/// Ballots that say the same.
#[derive(InputObject, Debug)]
pub(crate) struct ReportedBallotsInput {
    /// What they say.
    choice: ChoiceInput,
    /// How many they are; above zero.
    count: u32,
    /// What each of them weighs.
    #[graphql(default = 1)]
    weight: u32,
}

impl ReportedBallotsInput {
    fn message(self) -> Result<message::ReportedBallots> {
        let choice = Some(self.choice.message()?);
        Ok(message::ReportedBallots { choice, count: self.count, weight: self.weight })
    }
}

/// A result was reported from elsewhere.
#[derive(SimpleObject)]
pub(crate) struct RecordExternalResultPayload {
    #[graphql(flatten)]
    pub(super) receipt: Receipt,
    #[graphql(flatten)]
    pub(super) changed: ChangedDecision,
}
