//! Ties: directed relationships between members, as one side sees them.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use kernel::{NetworkId, Party as AnyParty, TieId, id::kinds};
use tonic::Status;
use wire::weft::membership::v1 as message;

use crate::{
    as_of::AsOfInput,
    call::{self, Call},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    ids::{self, GlobalId, PartyId},
    node::{self, Party},
    scalars::{self, AboveZero, DateTime},
};

/// What the source says of the target.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TieKind {
    /// Knows them.
    Knows = message::TieKind::Knows as isize,
    /// Trusts them.
    Trusts = message::TieKind::Trusts as isize,
    /// Worked with them.
    WorkedWith = message::TieKind::WorkedWith as isize,
    /// Advises them.
    Advises = message::TieKind::Advises as isize,
    /// Funds them.
    Funds = message::TieKind::Funds as isize,
    /// Sends others to them.
    RefersTo = message::TieKind::RefersTo as isize,
}

impl From<TieKind> for i32 {
    fn from(value: TieKind) -> i32 {
        value as i32
    }
}

/// What a tie rests on.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TieBasis {
    /// The two met.
    MetInPerson = message::TieBasis::MetInPerson as isize,
    /// The two worked together.
    WorkedTogether = message::TieBasis::WorkedTogether as isize,
    /// They were at a gathering together.
    Gathering = message::TieBasis::Gathering as isize,
    /// They were in a project together.
    Project = message::TieBasis::Project as isize,
    /// They exchanged something.
    Exchange = message::TieBasis::Exchange as isize,
    /// A third introduced them.
    IntroducedBy = message::TieBasis::IntroducedBy as isize,
    /// It was in a list that was imported.
    Imported = message::TieBasis::Imported as isize,
    /// Something else.
    Other = message::TieBasis::Other as isize,
}

impl From<TieBasis> for i32 {
    fn from(value: TieBasis) -> i32 {
        value as i32
    }
}

/// Who may see that a tie exists. The network's figures count every tie.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TieVisibility {
    /// The source alone.
    Source = message::TieVisibility::Source as isize,
    /// The source and the target.
    Parties = message::TieVisibility::Parties as isize,
    /// The members of the network.
    Network = message::TieVisibility::Network as isize,
}

impl From<TieVisibility> for i32 {
    fn from(value: TieVisibility) -> i32 {
        value as i32
    }
}

/// How closely two work together.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Intensity {
    /// They know of each other.
    Awareness = message::Intensity::Awareness as isize,
    /// They help each other now and then.
    Cooperation = message::Intensity::Cooperation as isize,
    /// They plan together.
    Coordination = message::Intensity::Coordination as isize,
    /// They work as one.
    Integration = message::Intensity::Integration as isize,
}

impl From<Intensity> for i32 {
    fn from(value: Intensity) -> i32 {
        value as i32
    }
}

/// A directed relationship, as its source sees it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Tie {
    /// Identifies the tie.
    id: ID,
    /// What the source says of the target.
    kind: TieKind,
    /// What it rests on.
    basis: TieBasis,
    /// Who may see that it exists.
    visibility: TieVisibility,
    /// Since when it exists.
    since: DateTime,
    /// Whether the target said so too.
    acknowledged: bool,
    #[graphql(skip)]
    source: AnyParty,
    #[graphql(skip)]
    target: AnyParty,
}

impl Tie {
    fn of(tie: message::Tie) -> Result<Tie, Status> {
        Ok(Tie {
            id: ids::global::<kinds::Tie>(&tie.tie_id)?,
            kind: scalars::known(tie.kind)?,
            basis: scalars::known(tie.basis)?,
            visibility: scalars::known(tie.visibility).unwrap_or(TieVisibility::Parties),
            since: DateTime::of(tie.since)?,
            acknowledged: tie.acknowledged,
            source: call::party(tie.source.as_ref())?,
            target: call::party(tie.target.as_ref())?,
        })
    }
}

#[async_graphql::ComplexObject]
impl Tie {
    /// Who declared it; null when you may not know of them.
    async fn source(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.source).await?)
    }

    /// To whom it points; null when you may not know of them.
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.target).await?)
    }
}

/// The ties in a network.
pub(crate) struct NetworkTies(pub(crate) NetworkId);

#[Object]
impl NetworkTies {
    /// Lists the ties that were open at a moment and that you may see.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn ties(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only ties from or to this person or organisation.")] party_id: Option<
            PartyId,
        >,
        #[graphql(desc = "The moment; now, as far as recorded, when left out.")] as_of: Option<
            AsOfInput,
        >,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Tie>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let as_of = paging.pin(as_of.unwrap_or_default().message()?);
        let party = party_id.map(|party| wire::read::party_message(party.0));
        let read = |page| {
            let party = party.clone();
            async move {
                let request = call.request(message::ListTiesRequest {
                    network_id: self.0.to_string(),
                    as_of: Some(as_of),
                    page: Some(page),
                    min_position: call.min_position(),
                    party,
                });
                let answer = call.ties().list_ties(request).await?.into_inner();
                Ok((answer.ties, answer.page))
            }
        };
        Ok(Some(connection::page(paging, read, Tie::of).await?))
    }
}

/// The tie that a mutation was about. Nothing reads a tie by its id alone: list the network's.
pub(crate) struct ChangedTie(TieId);

#[Object]
impl ChangedTie {
    /// Identifies the tie.
    async fn tie_id(&self) -> ID {
        ids::encode(self.0)
    }
}

/// One answer to each indicator, 1 (not at all) to 4 (very much); leave out what you skip.
#[derive(InputObject, Debug)]
pub(crate) struct RatingsInput {
    /// They keep what they promise.
    #[graphql(validator(custom = "AboveZero(\"reliability\")"))]
    reliability: Option<u32>,
    /// They want the same.
    #[graphql(validator(custom = "AboveZero(\"sharedMission\")"))]
    shared_mission: Option<u32>,
    /// They speak and listen openly.
    #[graphql(validator(custom = "AboveZero(\"openness\")"))]
    openness: Option<u32>,
    /// They can move others.
    #[graphql(validator(custom = "AboveZero(\"influence\")"))]
    influence: Option<u32>,
    /// They take part.
    #[graphql(validator(custom = "AboveZero(\"involvement\")"))]
    involvement: Option<u32>,
    /// They give to what is common.
    #[graphql(validator(custom = "AboveZero(\"contribution\")"))]
    contribution: Option<u32>,
}

impl RatingsInput {
    fn message(&self) -> message::Ratings {
        message::Ratings {
            reliability: self.reliability.unwrap_or(0),
            shared_mission: self.shared_mission.unwrap_or(0),
            openness: self.openness.unwrap_or(0),
            influence: self.influence.unwrap_or(0),
            involvement: self.involvement.unwrap_or(0),
            contribution: self.contribution.unwrap_or(0),
        }
    }
}

/// A tie from you, or the organisation you act for, to another member.
#[derive(InputObject, Debug)]
pub(crate) struct DeclareTieInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// To whom it points: a person or an organisation.
    target_id: PartyId,
    /// What you say of them.
    kind: TieKind,
    /// What it rests on.
    basis: TieBasis,
    /// Who may see that it exists; the two of you when left out.
    visibility: Option<TieVisibility>,
    /// A note to yourself.
    note: Option<String>,
}

/// Which tie is so.
#[derive(InputObject, Debug)]
pub(crate) struct AcknowledgeTieInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The tie.
    tie_id: GlobalId<kinds::Tie>,
}

/// How you rate a tie.
#[derive(InputObject, Debug)]
pub(crate) struct AssessTieInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The tie.
    tie_id: GlobalId<kinds::Tie>,
    /// The answers.
    ratings: RatingsInput,
    /// How closely the two of you work together.
    intensity: Option<Intensity>,
}

/// Which tie is over.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawTieInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The tie.
    tie_id: GlobalId<kinds::Tie>,
}

/// A tie was declared.
#[derive(SimpleObject)]
pub(crate) struct DeclareTiePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedTie,
}

/// A tie was acknowledged.
#[derive(SimpleObject)]
pub(crate) struct AcknowledgeTiePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedTie,
}

/// A tie was rated.
#[derive(SimpleObject)]
pub(crate) struct AssessTiePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedTie,
}

/// A tie was ended.
#[derive(SimpleObject)]
pub(crate) struct WithdrawTiePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedTie,
}

/// Changing ties.
#[derive(Default, Debug)]
pub(crate) struct TieMutation;

#[Object]
impl TieMutation {
    /// Declares a tie from you (or the organisation you act for) to another member. Its effective
    /// time is since when it exists.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn declare_tie(
        &self,
        ctx: &Context<'_>,
        input: DeclareTieInput,
    ) -> Result<Option<DeclareTiePayload>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::DeclareTieRequest {
            command: Some(input.command.message()),
            network_id: input.network_id.text(),
            target: Some(wire::read::party_message(input.target_id.0)),
            kind: input.kind.into(),
            basis: input.basis.into(),
            visibility: scalars::number(input.visibility),
            note: scalars::optional(input.note),
        });
        let answer = call.ties().declare_tie(request).await?.into_inner();
        Ok(Some(DeclareTiePayload {
            receipt: call.record(answer.receipt)?,
            changed: ChangedTie(wire::read::id(&answer.tie_id, "tie_id")?),
        }))
    }

    /// Says that a tie pointing to you is so.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn acknowledge_tie(
        &self,
        ctx: &Context<'_>,
        input: AcknowledgeTieInput,
    ) -> Result<Option<AcknowledgeTiePayload>> {
        let call = Call::of(ctx)?;
        let tie = input.tie_id.0;
        let request = call.request(message::AcknowledgeTieRequest {
            command: Some(input.command.message()),
            tie_id: tie.to_string(),
        });
        let answer = call.ties().acknowledge_tie(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AcknowledgeTiePayload { receipt, changed: ChangedTie(tie) }))
    }

    /// Rates a tie of your own. The ratings are nobody else's to read.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn assess_tie(
        &self,
        ctx: &Context<'_>,
        input: AssessTieInput,
    ) -> Result<Option<AssessTiePayload>> {
        let call = Call::of(ctx)?;
        let tie = input.tie_id.0;
        let request = call.request(message::AssessTieRequest {
            command: Some(input.command.message()),
            tie_id: tie.to_string(),
            ratings: Some(input.ratings.message()),
            intensity: scalars::number(input.intensity),
        });
        let answer = call.ties().assess_tie(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AssessTiePayload { receipt, changed: ChangedTie(tie) }))
    }

    /// Ends a tie of your own at the effective time. No reason is needed.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_tie(
        &self,
        ctx: &Context<'_>,
        input: WithdrawTieInput,
    ) -> Result<Option<WithdrawTiePayload>> {
        let call = Call::of(ctx)?;
        let tie = input.tie_id.0;
        let request = call.request(message::WithdrawTieRequest {
            command: Some(input.command.message()),
            tie_id: tie.to_string(),
        });
        let answer = call.ties().withdraw_tie(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(WithdrawTiePayload { receipt, changed: ChangedTie(tie) }))
    }
}
