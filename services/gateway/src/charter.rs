//! Charters: the rules that a network gave itself, at any date.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, Result, SimpleObject};
use kernel::{DecisionId, NetworkId, id::kinds};
use tonic::Status;
use wire::weft::governance::v1 as message;

use crate::{
    as_of::AsOfInput,
    call::{self, Call, lacking},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    decision::{self, Decision},
    ids::{self, GlobalId},
    network::{self, Network},
    node,
    person::{self, Person},
    policy::{
        DecisionPolicy,
        effect::{CharterChange, CharterChangeInput, Role},
        prospect::{AssumedPartInput, AssumedVotesInput, Prospect, ProspectPolicyInput},
        words::{CharterSection, Subject},
    },
    scalars::{self, DateTime},
};

/// How far a charter has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CharterStatus {
    /// Founders are writing it.
    Drafting = message::CharterStatus::Drafting as isize,
    /// It is put to the founders; nobody edits it.
    PutToRatification = message::CharterStatus::PutToRatification as isize,
    /// It binds; it changes by decision only.
    InForce = message::CharterStatus::InForce as isize,
}

impl From<CharterStatus> for i32 {
    fn from(value: CharterStatus) -> i32 {
        value as i32
    }
}

/// The rules that a network gave itself.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Charter {
    /// How far it has come.
    status: CharterStatus,
    /// Which version this is, from 1; null while there is only a draft.
    version: Option<u32>,
    /// The sections that have a text, in their order.
    sections: Vec<SectionText>,
    /// How the network decides, by name.
    policies: Vec<DecisionPolicy>,
    /// The offices, by name.
    roles: Vec<Role>,
    /// The SHA-256 of its canonical JSON, in hexadecimal; null while it is being drafted.
    snapshot_hash: Option<String>,
    /// Since when this version is in force; null while there is only a draft.
    effective_from: Option<DateTime>,
    /// What members noted beside the sections.
    annotations: Vec<Annotation>,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    decision_id: Option<DecisionId>,
    #[graphql(skip)]
    consented_ids: Vec<String>,
}

impl Charter {
    fn of(charter: message::Charter) -> Result<Charter, Status> {
        let policies = charter.policies.into_iter().map(DecisionPolicy::of);
        let annotations = charter.annotations.into_iter().map(Annotation::of);
        Ok(Charter {
            status: scalars::known(charter.status)?,
            version: scalars::above_zero(charter.version),
            sections: SectionText::all(charter.sections)?,
            policies: policies.collect::<Result<_, _>>()?,
            roles: charter.roles.into_iter().map(Role::of).collect(),
            snapshot_hash: scalars::given(charter.snapshot_hash),
            effective_from: DateTime::maybe(charter.effective_from)?,
            annotations: annotations.collect::<Result<_, _>>()?,
            network_id: wire::read::id(&charter.network_id, "network_id")?,
            decision_id: ids::optional(&charter.decision_id)?,
            consented_ids: charter.consented_ids,
        })
    }
}

#[ComplexObject]
impl Charter {
    /// The decision that made this version; null for the first one.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(decision::one(Call::of(ctx)?, self.network_id, self.decision_id).await?)
    }

    /// The founders who consented to the draft that is put to them, and of whom you may know.
    #[graphql(complexity = "call::COST + 10 * child_complexity")]
    async fn consented(&self, ctx: &Context<'_>) -> Result<Option<Vec<Person>>> {
        Ok(Some(person::all(Call::of(ctx)?, &self.consented_ids).await?))
    }
}

/// The text of a section.
#[derive(SimpleObject)]
pub(crate) struct SectionText {
    /// Which section.
    section: CharterSection,
    /// Its whole text.
    text: String,
}

impl SectionText {
    fn all(sections: Vec<message::SectionText>) -> Result<Vec<SectionText>, Status> {
        let section = |section: message::SectionText| {
            Ok(SectionText { section: scalars::known(section.section)?, text: section.text })
        };
        sections.into_iter().map(section).collect()
    }
}

/// What somebody noted beside a section.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Annotation {
    /// Beside which section.
    section: CharterSection,
    /// The note; null when its writer was erased.
    note: Option<String>,
    /// When it was noted.
    noted_at: DateTime,
    #[graphql(skip)]
    person_id: String,
}

impl Annotation {
    fn of(annotation: message::Annotation) -> Result<Annotation, Status> {
        Ok(Annotation {
            section: scalars::known(annotation.section)?,
            note: scalars::given(annotation.note),
            noted_at: DateTime::of(annotation.noted_at)?,
            person_id: annotation.person_id,
        })
    }
}

#[ComplexObject]
impl Annotation {
    /// Who noted it; null when you may not know of them.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.person_id).await?)
    }
}

/// One version of a charter, and what it changed.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct CharterVersion {
    /// Which version, from 1.
    version: u32,
    /// Since when it is or was in force.
    effective_from: DateTime,
    /// The SHA-256 of its canonical JSON, in hexadecimal.
    snapshot_hash: String,
    /// What it changed against the version before; empty for the first one.
    changes: Vec<CharterChange>,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    decision_id: Option<DecisionId>,
}

impl CharterVersion {
    fn of(
        network_id: NetworkId,
        version: message::CharterVersion,
    ) -> Result<CharterVersion, Status> {
        Ok(CharterVersion {
            version: version.version,
            effective_from: DateTime::of(version.effective_from)?,
            snapshot_hash: version.snapshot_hash,
            changes: CharterChange::all(version.changes)?,
            network_id,
            decision_id: ids::optional(&version.decision_id)?,
        })
    }
}

#[ComplexObject]
impl CharterVersion {
    /// The decision that made it; null for the first one.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(decision::one(Call::of(ctx)?, self.network_id, self.decision_id).await?)
    }
}

/// The policy that decides on a subject.
#[derive(SimpleObject)]
pub(crate) struct PolicyInForce {
    /// The policy.
    policy: DecisionPolicy,
    /// The version of the charter that it stands in.
    charter_version: u32,
}

/// A charter to start from.
#[derive(SimpleObject)]
pub(crate) struct CharterTemplate {
    /// Names it when a draft is opened, for example `consent_circle`.
    name: String,
    /// What it is for.
    description: String,
    /// The texts of its sections, in their order.
    sections: Vec<SectionText>,
    /// Its policies, by name.
    policies: Vec<DecisionPolicy>,
    /// Its roles, by name.
    roles: Vec<Role>,
}

impl CharterTemplate {
    fn of(template: message::CharterTemplate) -> Result<CharterTemplate, Status> {
        let policies = template.policies.into_iter().map(DecisionPolicy::of);
        Ok(CharterTemplate {
            name: template.name,
            description: template.description,
            sections: SectionText::all(template.sections)?,
            policies: policies.collect::<Result<_, _>>()?,
            roles: template.roles.into_iter().map(Role::of).collect(),
        })
    }
}

/// Reads a network's charter as it was in force at a moment, or its draft.
async fn read(
    call: &Call,
    network: NetworkId,
    as_of: AsOfInput,
) -> Result<Option<Charter>, Status> {
    let request = call.request(message::GetCharterRequest {
        network_id: network.to_string(),
        as_of: Some(as_of.message()?),
        min_position: call.min_position(),
    });
    let answer = call.charters().get_charter(request).await?.into_inner();
    answer.charter.map(Charter::of).transpose()
}

/// The charter of a network.
pub(crate) struct NetworkCharter(pub(crate) NetworkId);

#[Object]
impl NetworkCharter {
    /// The charter as it was in force at a moment, or its draft when none was yet; null when there
    /// is not even a draft.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn charter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The moment; now, as far as recorded, when left out.")] as_of: Option<
            AsOfInput,
        >,
    ) -> Result<Option<Charter>> {
        Ok(read(Call::of(ctx)?, self.0, as_of.unwrap_or_default()).await?)
    }

    /// The policy that decided on a subject at a moment; null when no charter was in force.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be decided on.")] subject: Subject,
        #[graphql(desc = "The moment; now, as far as recorded, when left out.")] as_of: Option<
            AsOfInput,
        >,
    ) -> Result<Option<PolicyInForce>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::GetPolicyRequest {
            network_id: self.0.to_string(),
            subject: subject.into(),
            as_of: Some(as_of.unwrap_or_default().message()?),
            min_position: call.min_position(),
        });
        let answer = call.charters().get_policy(request).await?.into_inner();
        let policy = answer.policy.map(DecisionPolicy::of).transpose()?;
        let charter_version = answer.charter_version;
        Ok(policy.map(|policy| PolicyInForce { policy, charter_version }))
    }

    /// Works out what a policy would take, before anything is called: what its quorum needs, what
    /// assumed votes would come to under it, and what they would lack. Nothing is recorded.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn what_would_it_take(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which policy.")] policy: ProspectPolicyInput,
        #[graphql(
            default,
            desc = "How many votes there are; those who would stand on the roll if it were frozen \
                    now when left out. One part, or where the quorum is of each constituency one \
                    for each."
        )]
        roll: Vec<AssumedPartInput>,
        #[graphql(default, desc = "What was cast; nobody but these voted.")] votes: Vec<
            AssumedVotesInput,
        >,
        #[graphql(
            default = 0,
            desc = "How many valid objections stand; only where the policy knows objections."
        )]
        objections_standing: u32,
    ) -> Result<Option<Prospect>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::WhatWouldItTakeRequest {
            network_id: self.0.to_string(),
            policy: Some(policy.message()?),
            roll: roll.into_iter().map(AssumedPartInput::message).collect(),
            votes: votes.into_iter().map(AssumedVotesInput::message).collect(),
            objections_standing,
            min_position: call.min_position(),
        });
        let answer = call.charters().what_would_it_take(request).await?.into_inner();
        Ok(Some(Prospect::of(answer.prospect.ok_or_else(|| lacking("prospect"))?)?))
    }

    /// Lists the versions of the charter, the newest first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn charter_versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<CharterVersion>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = call.request(message::ListCharterVersionsRequest {
                network_id: self.0.to_string(),
                page: Some(page),
                min_position: paging.least(call.min_position()),
            });
            let answer = call.charters().list_charter_versions(request).await?.into_inner();
            Ok((answer.versions, answer.page))
        };
        Ok(Some(connection::page(paging, read, |it| CharterVersion::of(self.0, it)).await?))
    }
}

/// Reading charters.
#[derive(Default, Debug)]
pub(crate) struct CharterQuery;

#[Object]
impl CharterQuery {
    /// The charters to start from.
    #[graphql(complexity = "call::COST + 10 * child_complexity")]
    async fn charter_templates(&self, ctx: &Context<'_>) -> Result<Option<Vec<CharterTemplate>>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::ListCharterTemplatesRequest {});
        let answer = call.charters().list_charter_templates(request).await?.into_inner();
        let templates = answer.templates.into_iter().map(CharterTemplate::of);
        Ok(Some(templates.collect::<Result<_, _>>()?))
    }
}

/// The charter that a mutation was about.
pub(crate) struct ChangedCharter(NetworkId);

#[Object]
impl ChangedCharter {
    /// The charter, as it is with this change; null with an error when you may not read it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn charter(&self, ctx: &Context<'_>) -> Result<Option<Charter>> {
        let charter = read(Call::of(ctx)?, self.0, AsOfInput::default()).await?;
        Ok(Some(charter.ok_or_else(|| lacking("charter"))?))
    }

    /// The network, as it is with this change; null with an error when you may not read it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn network(&self, ctx: &Context<'_>) -> Result<Option<Network>> {
        Ok(Some(network::by_id(Call::of(ctx)?, self.0).await?))
    }
}

/// Where to begin a charter.
#[derive(InputObject, Debug)]
pub(crate) struct OpenCharterDraftInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// The name of a template to start from; an empty draft when left out.
    template: Option<String>,
}

/// What to change in a draft.
#[derive(InputObject, Debug)]
pub(crate) struct EditCharterDraftInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// What.
    change: CharterChangeInput,
}

/// Which draft to put to the founders.
#[derive(InputObject, Debug)]
pub(crate) struct SubmitCharterInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// Which draft to take up again.
#[derive(InputObject, Debug)]
pub(crate) struct ReopenCharterDraftInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// Which charter to consent to.
#[derive(InputObject, Debug)]
pub(crate) struct RatifyCharterInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// The `snapshotHash` of the draft that you read; whatever is put to the founders when left out.
    snapshot_hash: Option<String>,
}

/// What to note beside a section.
#[derive(InputObject, Debug)]
pub(crate) struct AnnotateCharterInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// Beside which section.
    section: CharterSection,
    /// The note.
    note: String,
}

/// A draft was opened.
#[derive(SimpleObject)]
pub(crate) struct OpenCharterDraftPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedCharter,
}

/// A draft was changed.
#[derive(SimpleObject)]
pub(crate) struct EditCharterDraftPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedCharter,
}

/// A draft was put to the founders.
#[derive(SimpleObject)]
pub(crate) struct SubmitCharterPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedCharter,
}

/// A draft was taken up again.
#[derive(SimpleObject)]
pub(crate) struct ReopenCharterDraftPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedCharter,
}

/// A founder consented, or the charter is in force.
#[derive(SimpleObject)]
pub(crate) struct RatifyCharterPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedCharter,
}

/// Something was noted.
#[derive(SimpleObject)]
pub(crate) struct AnnotateCharterPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedCharter,
}

/// Changing charters.
#[derive(Default, Debug)]
pub(crate) struct CharterMutation;

#[Object]
impl CharterMutation {
    /// Opens the draft of a network's first charter. A founder, while the network is forming.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn open_charter_draft(
        &self,
        ctx: &Context<'_>,
        input: OpenCharterDraftInput,
    ) -> Result<Option<OpenCharterDraftPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::OpenCharterDraftRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            template: scalars::optional(input.template),
        });
        let answer = call.charters().open_charter_draft(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(OpenCharterDraftPayload { receipt, changed: ChangedCharter(network) }))
    }

    /// Changes the draft. A founder. A charter in force changes by decision only.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn edit_charter_draft(
        &self,
        ctx: &Context<'_>,
        input: EditCharterDraftInput,
    ) -> Result<Option<EditCharterDraftPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::EditCharterDraftRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            change: Some(input.change.message()),
        });
        let answer = call.charters().edit_charter_draft(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(EditCharterDraftPayload { receipt, changed: ChangedCharter(network) }))
    }

    /// Puts the draft to the founders; nobody edits it meanwhile. A founder.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn submit_charter(
        &self,
        ctx: &Context<'_>,
        input: SubmitCharterInput,
    ) -> Result<Option<SubmitCharterPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::SubmitCharterRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
        });
        let answer = call.charters().submit_charter(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(SubmitCharterPayload { receipt, changed: ChangedCharter(network) }))
    }

    /// Takes the draft up again; consents given to it are void. A founder.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn reopen_charter_draft(
        &self,
        ctx: &Context<'_>,
        input: ReopenCharterDraftInput,
    ) -> Result<Option<ReopenCharterDraftPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::ReopenCharterDraftRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
        });
        let answer = call.charters().reopen_charter_draft(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ReopenCharterDraftPayload { receipt, changed: ChangedCharter(network) }))
    }

    /// Consents to the draft that is put to the founders. With the last founder's consent the charter is
    /// in force at once, and the network becomes active right after: the answer may still show it as
    /// `FORMING`.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn ratify_charter(
        &self,
        ctx: &Context<'_>,
        input: RatifyCharterInput,
    ) -> Result<Option<RatifyCharterPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::RatifyCharterRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            snapshot_hash: scalars::optional(input.snapshot_hash),
        });
        let answer = call.charters().ratify_charter(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RatifyCharterPayload { receipt, changed: ChangedCharter(network) }))
    }

    /// Notes something beside a section. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn annotate_charter(
        &self,
        ctx: &Context<'_>,
        input: AnnotateCharterInput,
    ) -> Result<Option<AnnotateCharterPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::AnnotateCharterRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            section: input.section.into(),
            note: input.note,
        });
        let answer = call.charters().annotate_charter(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AnnotateCharterPayload { receipt, changed: ChangedCharter(network) }))
    }
}
