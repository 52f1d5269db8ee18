//! Organisations, their stewards, and the people who belong to them.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use kernel::{NetworkId, OrganisationId, id::kinds};
use tonic::Status;
use wire::weft::membership::v1 as message;

use crate::{
    as_of::AsOfInput,
    call::{self, Call, lacking},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    ids::{self, GlobalId},
    person::{self, Person},
    scalars::{self, DateTime},
};

/// How sure it is that somebody belongs to an organisation.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AffiliationStatus {
    /// The person says so.
    Claimed = message::AffiliationStatus::Claimed as isize,
    /// A steward says so too.
    Confirmed = message::AffiliationStatus::Confirmed as isize,
}

impl From<AffiliationStatus> for i32 {
    fn from(value: AffiliationStatus) -> i32 {
        value as i32
    }
}

/// What a person may do for an organisation in a network.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RepresentationScope {
    /// Speak in its name.
    Speak = message::RepresentationScope::Speak as isize,
    /// Vote for it; one person at a time.
    Vote = message::RepresentationScope::Vote as isize,
    /// Promise what it has.
    CommitResources = message::RepresentationScope::CommitResources as isize,
    /// Declare and hold its ties.
    HoldTies = message::RepresentationScope::HoldTies as isize,
}

impl From<RepresentationScope> for i32 {
    fn from(value: RepresentationScope) -> i32 {
        value as i32
    }
}

/// A person who represents an organisation in a network.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Representation {
    /// In what.
    scopes: Vec<RepresentationScope>,
    /// Since when it is like that.
    since: DateTime,
    #[graphql(skip)]
    person_id: String,
    #[graphql(skip)]
    organisation_id: OrganisationId,
}

impl Representation {
    fn of(representation: message::Representation) -> Result<Representation, Status> {
        let scopes = representation.scopes.into_iter().map(scalars::known);
        Ok(Representation {
            scopes: scopes.collect::<Result<_, _>>()?,
            since: DateTime::of(representation.since)?,
            person_id: representation.person_id,
            organisation_id: wire::read::id(&representation.organisation_id, "organisation_id")?,
        })
    }
}

#[async_graphql::ComplexObject]
impl Representation {
    /// The person; null when you may not know of them.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(person::one(Call::of(ctx)?, &self.person_id).await?)
    }

    /// The organisation; null when you may not know of it.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        Ok(one(Call::of(ctx)?, self.organisation_id).await?)
    }
}

/// Who represents organisations in a network.
pub(crate) struct NetworkRepresentations(pub(crate) NetworkId);

#[Object]
impl NetworkRepresentations {
    /// Lists who represented which organisation in the network at a moment.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn representations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The moment; now, as far as recorded, when left out.")] as_of: Option<
            AsOfInput,
        >,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Representation>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let as_of = paging.pin(as_of.unwrap_or_default().message()?);
        let read = |page| async move {
            let request = call.request(message::ListRepresentationsRequest {
                network_id: self.0.to_string(),
                as_of: Some(as_of),
                page: Some(page),
                min_position: call.min_position(),
            });
            let answer = call.organisations().list_representations(request).await?.into_inner();
            Ok((answer.representations, answer.page))
        };
        Ok(Some(connection::page(paging, read, Representation::of).await?))
    }
}

/// A legal or informal body.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Organisation {
    /// Identifies the organisation.
    pub(crate) id: ID,
    /// The name.
    name: String,
    #[graphql(skip)]
    organisation_id: OrganisationId,
    #[graphql(skip)]
    steward_ids: Vec<String>,
}

impl Organisation {
    /// The organisation of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn of(organisation: message::Organisation) -> Result<Organisation, Status> {
        let id = wire::read::id(&organisation.organisation_id, "organisation_id")?;
        Ok(Organisation {
            id: ids::encode::<kinds::Organisation>(id),
            name: organisation.name,
            organisation_id: id,
            steward_ids: organisation.steward_ids,
        })
    }
}

#[async_graphql::ComplexObject]
impl Organisation {
    /// The persons who speak for the record of this organisation and of whom you may know.
    #[graphql(complexity = "call::COST + 10 * child_complexity")]
    async fn stewards(&self, ctx: &Context<'_>) -> Result<Option<Vec<Person>>> {
        Ok(Some(person::all(Call::of(ctx)?, &self.steward_ids).await?))
    }

    /// Lists who belonged to the organisation at a moment.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn affiliations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The moment; now, as far as recorded, when left out.")] as_of: Option<
            AsOfInput,
        >,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Affiliation>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let as_of = paging.pin(as_of.unwrap_or_default().message()?);
        let read = |page| async move {
            let request = call.request(message::ListAffiliationsRequest {
                organisation_id: self.organisation_id.to_string(),
                as_of: Some(as_of),
                page: Some(page),
                min_position: call.min_position(),
            });
            let answer = call.organisations().list_affiliations(request).await?.into_inner();
            Ok((answer.affiliations, answer.page))
        };
        Ok(Some(connection::page(paging, read, Affiliation::of).await?))
    }
}

/// A person's place in an organisation.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Affiliation {
    /// Identifies the affiliation.
    id: ID,
    /// How sure it is.
    status: AffiliationStatus,
    /// Since when the person belongs to the organisation.
    since: DateTime,
    #[graphql(skip)]
    person_id: String,
    #[graphql(skip)]
    organisation_id: OrganisationId,
}

impl Affiliation {
    fn of(affiliation: message::Affiliation) -> Result<Affiliation, Status> {
        Ok(Affiliation {
            id: ids::global::<kinds::Affiliation>(&affiliation.affiliation_id)?,
            status: scalars::known(affiliation.status)?,
            since: DateTime::of(affiliation.since)?,
            person_id: affiliation.person_id,
            organisation_id: wire::read::id(&affiliation.organisation_id, "organisation_id")?,
        })
    }
}

#[async_graphql::ComplexObject]
impl Affiliation {
    /// The person; null when you may not know of them.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(person::one(Call::of(ctx)?, &self.person_id).await?)
    }

    /// The organisation; null when you may not know of it.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        Ok(one(Call::of(ctx)?, self.organisation_id).await?)
    }
}

/// Reads an organisation.
///
/// # Errors
///
/// Those of the service, for example that there is none.
pub(crate) async fn by_id(call: &Call, id: OrganisationId) -> Result<Organisation, Status> {
    let request = call.request(message::GetOrganisationRequest {
        organisation_id: id.to_string(),
        min_position: call.min_position(),
    });
    let answer = call.organisations().get_organisation(request).await?.into_inner();
    Organisation::of(answer.organisation.ok_or_else(|| lacking("organisation"))?)
}

/// Reads an organisation together with others; `None` when there is none that the caller may know
/// of.
///
/// # Errors
///
/// Those of the service.
pub(crate) async fn one(call: &Call, id: OrganisationId) -> Result<Option<Organisation>, Status> {
    call.organisation(id).await?.map(Organisation::of).transpose()
}

/// The organisation that a mutation was about.
pub(crate) struct ChangedOrganisation(OrganisationId);

#[Object]
impl ChangedOrganisation {
    /// The organisation, as it is with this change; null with an error when you may not read it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        Ok(Some(by_id(Call::of(ctx)?, self.0).await?))
    }
}

/// Reading organisations.
#[derive(Default, Debug)]
pub(crate) struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// Reads one organisation.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organisation's id.")] id: GlobalId<kinds::Organisation>,
    ) -> Result<Option<Organisation>> {
        Ok(Some(by_id(Call::of(ctx)?, id.0).await?))
    }
}

/// An organisation to make known.
#[derive(InputObject, Debug)]
pub(crate) struct RegisterOrganisationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The name.
    name: String,
}

/// Who is to become a steward.
#[derive(InputObject, Debug)]
pub(crate) struct AppointStewardInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The organisation.
    organisation_id: GlobalId<kinds::Organisation>,
    /// The new steward.
    person_id: GlobalId<kinds::Person>,
}

/// Who is no longer to be a steward.
#[derive(InputObject, Debug)]
pub(crate) struct RemoveStewardInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The organisation.
    organisation_id: GlobalId<kinds::Organisation>,
    /// The steward.
    person_id: GlobalId<kinds::Person>,
}

/// Where you belong.
#[derive(InputObject, Debug)]
pub(crate) struct ClaimAffiliationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The organisation.
    organisation_id: GlobalId<kinds::Organisation>,
    /// What you do there.
    role: Option<String>,
}

/// Whose affiliation is so.
#[derive(InputObject, Debug)]
pub(crate) struct ConfirmAffiliationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The organisation.
    organisation_id: GlobalId<kinds::Organisation>,
    /// Who belongs to it.
    person_id: GlobalId<kinds::Person>,
}

/// Whose affiliation is over.
#[derive(InputObject, Debug)]
pub(crate) struct EndAffiliationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The organisation.
    organisation_id: GlobalId<kinds::Organisation>,
    /// Who belonged to it.
    person_id: GlobalId<kinds::Person>,
}

/// Who is to represent an organisation where, and in what.
#[derive(InputObject, Debug)]
pub(crate) struct AuthoriseRepresentationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The organisation.
    organisation_id: GlobalId<kinds::Organisation>,
    /// Who is to represent it.
    person_id: GlobalId<kinds::Person>,
    /// The network, of which the organisation is a member.
    network_id: GlobalId<kinds::Network>,
    /// In what, one thing at least; replaces what the person was authorised to there before.
    scopes: Vec<RepresentationScope>,
}

/// Who is no longer to represent an organisation, and where.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawRepresentationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The organisation.
    organisation_id: GlobalId<kinds::Organisation>,
    /// The representative.
    person_id: GlobalId<kinds::Person>,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// Somebody represents an organisation.
#[derive(SimpleObject)]
pub(crate) struct AuthoriseRepresentationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedOrganisation,
}

/// Somebody no longer represents an organisation.
#[derive(SimpleObject)]
pub(crate) struct WithdrawRepresentationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedOrganisation,
}

/// An organisation was made known.
#[derive(SimpleObject)]
pub(crate) struct RegisterOrganisationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedOrganisation,
}

/// A steward was appointed.
#[derive(SimpleObject)]
pub(crate) struct AppointStewardPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedOrganisation,
}

/// A steward was removed.
#[derive(SimpleObject)]
pub(crate) struct RemoveStewardPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedOrganisation,
}

/// An affiliation was claimed.
#[derive(SimpleObject)]
pub(crate) struct ClaimAffiliationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    /// Identifies the affiliation.
    affiliation_id: ID,
    #[graphql(flatten)]
    changed: ChangedOrganisation,
}

/// An affiliation was confirmed.
#[derive(SimpleObject)]
pub(crate) struct ConfirmAffiliationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedOrganisation,
}

/// An affiliation was ended.
#[derive(SimpleObject)]
pub(crate) struct EndAffiliationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedOrganisation,
}

/// Changing organisations.
#[derive(Default, Debug)]
pub(crate) struct OrganisationMutation;

#[Object]
impl OrganisationMutation {
    /// Makes an organisation known. You become its first steward.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn register_organisation(
        &self,
        ctx: &Context<'_>,
        input: RegisterOrganisationInput,
    ) -> Result<Option<RegisterOrganisationPayload>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::RegisterOrganisationRequest {
            command: Some(input.command.message()),
            name: input.name,
        });
        let answer = call.organisations().register_organisation(request).await?.into_inner();
        let organisation = wire::read::id(&answer.organisation_id, "organisation_id")?;
        Ok(Some(RegisterOrganisationPayload {
            receipt: call.record(answer.receipt)?,
            changed: ChangedOrganisation(organisation),
        }))
    }

    /// Adds a steward. A steward.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn appoint_steward(
        &self,
        ctx: &Context<'_>,
        input: AppointStewardInput,
    ) -> Result<Option<AppointStewardPayload>> {
        let call = Call::of(ctx)?;
        let organisation = input.organisation_id.0;
        let request = call.request(message::AppointStewardRequest {
            command: Some(input.command.message()),
            organisation_id: organisation.to_string(),
            person_id: input.person_id.text(),
        });
        let answer = call.organisations().appoint_steward(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AppointStewardPayload { receipt, changed: ChangedOrganisation(organisation) }))
    }

    /// Removes a steward; the last one cannot be removed. A steward.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn remove_steward(
        &self,
        ctx: &Context<'_>,
        input: RemoveStewardInput,
    ) -> Result<Option<RemoveStewardPayload>> {
        let call = Call::of(ctx)?;
        let organisation = input.organisation_id.0;
        let request = call.request(message::RemoveStewardRequest {
            command: Some(input.command.message()),
            organisation_id: organisation.to_string(),
            person_id: input.person_id.text(),
        });
        let answer = call.organisations().remove_steward(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RemoveStewardPayload { receipt, changed: ChangedOrganisation(organisation) }))
    }

    /// Says that you belong to an organisation.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn claim_affiliation(
        &self,
        ctx: &Context<'_>,
        input: ClaimAffiliationInput,
    ) -> Result<Option<ClaimAffiliationPayload>> {
        let call = Call::of(ctx)?;
        let organisation = input.organisation_id.0;
        let request = call.request(message::ClaimAffiliationRequest {
            command: Some(input.command.message()),
            organisation_id: organisation.to_string(),
            role: scalars::optional(input.role),
        });
        let answer = call.organisations().claim_affiliation(request).await?.into_inner();
        Ok(Some(ClaimAffiliationPayload {
            receipt: call.record(answer.receipt)?,
            affiliation_id: ids::global::<kinds::Affiliation>(&answer.affiliation_id)?,
            changed: ChangedOrganisation(organisation),
        }))
    }

    /// Says that somebody really belongs to the organisation. A steward.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn confirm_affiliation(
        &self,
        ctx: &Context<'_>,
        input: ConfirmAffiliationInput,
    ) -> Result<Option<ConfirmAffiliationPayload>> {
        let call = Call::of(ctx)?;
        let organisation = input.organisation_id.0;
        let request = call.request(message::ConfirmAffiliationRequest {
            command: Some(input.command.message()),
            organisation_id: organisation.to_string(),
            person_id: input.person_id.text(),
        });
        let answer = call.organisations().confirm_affiliation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ConfirmAffiliationPayload { receipt, changed: ChangedOrganisation(organisation) }))
    }

    /// Says that somebody no longer belongs to the organisation. They themselves, or a steward.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn end_affiliation(
        &self,
        ctx: &Context<'_>,
        input: EndAffiliationInput,
    ) -> Result<Option<EndAffiliationPayload>> {
        let call = Call::of(ctx)?;
        let organisation = input.organisation_id.0;
        let request = call.request(message::EndAffiliationRequest {
            command: Some(input.command.message()),
            organisation_id: organisation.to_string(),
            person_id: input.person_id.text(),
        });
        let answer = call.organisations().end_affiliation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(EndAffiliationPayload { receipt, changed: ChangedOrganisation(organisation) }))
    }

    /// Lets a person whose affiliation is confirmed represent the organisation in a network of which
    /// it is a member. One person at a time votes for it there. A steward.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn authorise_representation(
        &self,
        ctx: &Context<'_>,
        input: AuthoriseRepresentationInput,
    ) -> Result<Option<AuthoriseRepresentationPayload>> {
        let call = Call::of(ctx)?;
        let organisation = input.organisation_id.0;
        let request = call.request(message::AuthoriseRepresentationRequest {
            command: Some(input.command.message()),
            organisation_id: organisation.to_string(),
            person_id: input.person_id.text(),
            network_id: input.network_id.text(),
            scopes: input.scopes.into_iter().map(i32::from).collect(),
        });
        let answer = call.organisations().authorise_representation(request).await?.into_inner();
        let (receipt, changed) = (call.record(answer.receipt)?, ChangedOrganisation(organisation));
        Ok(Some(AuthoriseRepresentationPayload { receipt, changed }))
    }

    /// Ends a representation; what was done under it stays valid. They themselves, or a steward.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_representation(
        &self,
        ctx: &Context<'_>,
        input: WithdrawRepresentationInput,
    ) -> Result<Option<WithdrawRepresentationPayload>> {
        let call = Call::of(ctx)?;
        let organisation = input.organisation_id.0;
        let request = call.request(message::WithdrawRepresentationRequest {
            command: Some(input.command.message()),
            organisation_id: organisation.to_string(),
            person_id: input.person_id.text(),
            network_id: input.network_id.text(),
        });
        let answer = call.organisations().withdraw_representation(request).await?.into_inner();
        let (receipt, changed) = (call.record(answer.receipt)?, ChangedOrganisation(organisation));
        Ok(Some(WithdrawRepresentationPayload { receipt, changed }))
    }
}
