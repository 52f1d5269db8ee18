//! What a decision does once it is final, and what it may change of a charter.

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, OneofObject, Result, SimpleObject, Union,
};
use kernel::{Party as AnyParty, id::kinds};
use tonic::Status;
use wire::weft::governance::v1::{self as message, charter_change, effect};

use crate::{
    call::{self, Call, lacking},
    ids::{self, GlobalId, PartyId},
    network::NetworkType,
    node::{self, Party},
    person::Person,
    policy::{DecisionPolicy, DecisionPolicyInput, words::CharterSection},
    scalars::{self, AboveZero},
};

/// An office that a charter describes.
#[derive(SimpleObject)]
pub(crate) struct Role {
    /// Unique in its charter.
    name: String,
    /// What its holder is there for.
    responsibilities: String,
    /// For how many days a mandate lasts.
    term_days: u32,
    /// How many terms one person may serve on end; null is any number.
    consecutive_terms_max: Option<u32>,
    /// How many may hold it at the same time.
    seats: u32,
    /// Whether the network cannot be without a holder.
    required: bool,
}

impl Role {
    /// The role of a message.
    pub(crate) fn of(role: message::Role) -> Role {
        Role {
            name: role.name,
            responsibilities: role.responsibilities,
            term_days: role.term_days,
            consecutive_terms_max: scalars::above_zero(role.consecutive_terms_max),
            seats: role.seats,
            required: role.required,
        }
    }
}

/// An office to describe in a charter.
#[derive(InputObject, Debug)]
pub(crate) struct RoleInput {
    /// Unique in its charter.
    name: String,
    /// What its holder is there for.
    responsibilities: String,
    /// For how many days a mandate lasts; above zero.
    term_days: u32,
    /// How many terms one person may serve on end, at least 1; any number when left out.
    #[graphql(validator(custom = "AboveZero(\"consecutiveTermsMax\")"))]
    consecutive_terms_max: Option<u32>,
    /// How many may hold it at the same time; above zero.
    #[graphql(default = 1)]
    seats: u32,
    /// Whether the network cannot be without a holder.
    #[graphql(default = false)]
    required: bool,
}

impl RoleInput {
    fn message(self) -> message::Role {
        message::Role {
            name: self.name,
            responsibilities: self.responsibilities,
            term_days: self.term_days,
            consecutive_terms_max: self.consecutive_terms_max.unwrap_or_default(),
            seats: self.seats,
            required: self.required,
        }
    }
}

/// One change to a charter.
#[derive(Union)]
pub(crate) enum CharterChange {
    /// A section reads differently.
    EditSection(SectionEdit),
    /// There is a new policy.
    DefinePolicy(Box<PolicyDefinition>),
    /// A policy is another.
    ChangePolicy(Box<PolicyChange>),
    /// A policy is gone.
    RetirePolicy(PolicyRetirement),
    /// There is a new role.
    DefineRole(RoleDefinition),
    /// A role is another.
    ChangeRole(RoleChange),
}

/// A section reads differently.
#[derive(SimpleObject)]
pub(crate) struct SectionEdit {
    /// Which section.
    section: CharterSection,
    /// Its whole text.
    text: String,
}

/// There is a new policy.
#[derive(SimpleObject)]
pub(crate) struct PolicyDefinition {
    /// The policy.
    policy: DecisionPolicy,
}

/// A policy is another; it is known by its name.
#[derive(SimpleObject)]
pub(crate) struct PolicyChange {
    /// The policy, as it reads then.
    policy: DecisionPolicy,
}

/// A policy is gone.
#[derive(SimpleObject)]
pub(crate) struct PolicyRetirement {
    /// The policy's name.
    name: String,
}

/// There is a new role.
#[derive(SimpleObject)]
pub(crate) struct RoleDefinition {
    /// The role.
    role: Role,
}

/// A role is another; it is known by its name.
#[derive(SimpleObject)]
pub(crate) struct RoleChange {
    /// The role, as it reads then.
    role: Role,
}

impl CharterChange {
    /// The changes of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn all(changes: Vec<message::CharterChange>) -> Result<Vec<CharterChange>, Status> {
        changes.into_iter().map(CharterChange::of).collect()
    }

    fn of(change: message::CharterChange) -> Result<CharterChange, Status> {
        Ok(match change.change.ok_or_else(|| lacking("change"))? {
            charter_change::Change::EditSection(it) => CharterChange::EditSection(SectionEdit {
                section: scalars::known(it.section)?,
                text: it.text,
            }),
            charter_change::Change::DefinePolicy(policy) => {
                let policy = DecisionPolicy::of(policy)?;
                CharterChange::DefinePolicy(Box::new(PolicyDefinition { policy }))
            }
            charter_change::Change::ChangePolicy(policy) => {
                let policy = DecisionPolicy::of(policy)?;
                CharterChange::ChangePolicy(Box::new(PolicyChange { policy }))
            }
            charter_change::Change::RetirePolicy(name) => {
                CharterChange::RetirePolicy(PolicyRetirement { name })
            }
            charter_change::Change::DefineRole(role) => {
                CharterChange::DefineRole(RoleDefinition { role: Role::of(role) })
            }
            charter_change::Change::ChangeRole(role) => {
                CharterChange::ChangeRole(RoleChange { role: Role::of(role) })
            }
        })
    }
}

/// One change to make to a charter.
#[derive(OneofObject, Debug)]
pub(crate) enum CharterChangeInput {
    /// Give a section another text.
    EditSection(SectionEditInput),
    /// Add a policy.
    DefinePolicy(Box<DecisionPolicyInput>),
    /// Put a policy in the place of the one of the same name.
    ChangePolicy(Box<DecisionPolicyInput>),
    /// Take the policy of this name away.
    RetirePolicy(String),
    /// Add a role.
    DefineRole(RoleInput),
    /// Put a role in the place of the one of the same name.
    ChangeRole(RoleInput),
}

/// Another text for a section.
#[derive(InputObject, Debug)]
pub(crate) struct SectionEditInput {
    /// Which section.
    section: CharterSection,
    /// Its whole text.
    text: String,
}

impl CharterChangeInput {
    /// The change as the services take it.
    pub(crate) fn message(self) -> message::CharterChange {
        let change = match self {
            CharterChangeInput::EditSection(it) => {
                charter_change::Change::EditSection(charter_change::EditSection {
                    section: it.section.into(),
                    text: it.text,
                })
            }
            CharterChangeInput::DefinePolicy(policy) => {
                charter_change::Change::DefinePolicy(policy.message())
            }
            CharterChangeInput::ChangePolicy(policy) => {
                charter_change::Change::ChangePolicy(policy.message())
            }
            CharterChangeInput::RetirePolicy(name) => charter_change::Change::RetirePolicy(name),
            CharterChangeInput::DefineRole(role) => {
                charter_change::Change::DefineRole(role.message())
            }
            CharterChangeInput::ChangeRole(role) => {
                charter_change::Change::ChangeRole(role.message())
            }
        };
        message::CharterChange { change: Some(change) }
    }
}

/// What a decision does once it is final.
#[derive(Union)]
pub(crate) enum Effect {
    /// Changes the charter.
    AmendCharter(AmendCharterEffect),
    /// Changes policies, and nothing else of the charter.
    ChangePolicies(ChangePoliciesEffect),
    /// Declares what the network is for.
    DeclareNetworkType(DeclareNetworkTypeEffect),
    /// Pauses, resumes or dissolves the network, or says who may apply to it.
    NetworkState(NetworkStateEffect),
    /// Admits a party or turns its application down, or suspends, reinstates or expels a member.
    Membership(MembershipEffect),
    /// Gives somebody an office.
    ConferMandate(ConferMandateEffect),
    /// Takes an office away.
    RecallMandate(RecallMandateEffect),
    /// Puts the agenda into an order.
    PrioritiseAgenda(PrioritiseAgendaEffect),
    /// Adopts a goal.
    AdoptGoal(AdoptGoalEffect),
    /// Amends or repeals a resolution in force.
    Resolution(ResolutionEffect),
}

/// Changes the charter.
#[derive(SimpleObject)]
pub(crate) struct AmendCharterEffect {
    /// How, in this order.
    changes: Vec<CharterChange>,
}

/// Changes policies, and nothing else of the charter.
#[derive(SimpleObject)]
pub(crate) struct ChangePoliciesEffect {
    /// How, in this order.
    changes: Vec<CharterChange>,
}

/// Declares what the network is for.
#[derive(SimpleObject)]
pub(crate) struct DeclareNetworkTypeEffect {
    /// Every type it means to be.
    types: Vec<NetworkType>,
}

/// What becomes of a network.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NetworkStateChange {
    /// It rests.
    Pause,
    /// It is taken up again.
    Resume,
    /// It ends.
    Dissolve,
    /// Anybody may apply.
    OpenMembership,
    /// Only the invited may enter.
    CloseMembership,
}

/// Pauses, resumes or dissolves the network, or says who may apply to it.
#[derive(SimpleObject)]
pub(crate) struct NetworkStateEffect {
    /// Which of these.
    state: NetworkStateChange,
}

/// What becomes of a party in a network.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MembershipChange {
    /// It becomes a member. A decision that does not adopt this leaves the application as it is: it
    /// can be decided on again, declined, or withdrawn.
    Admit,
    /// It is kept from taking part for the time being.
    Suspend,
    /// It takes part again.
    Reinstate,
    /// It is a member no longer.
    Expel,
    /// Its application is turned down.
    Decline,
}

/// Admits a party or turns its application down, or suspends, reinstates or expels a member.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct MembershipEffect {
    /// Which of these.
    change: MembershipChange,
    #[graphql(skip)]
    party: AnyParty,
}

#[ComplexObject]
impl MembershipEffect {
    /// Whom; null when you may not know of them.
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.party).await?)
    }
}

/// Gives somebody an office.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ConferMandateEffect {
    /// The role of the charter.
    role: String,
    /// Who holds it then; null is whoever is elected.
    holder_id: Option<ID>,
    #[graphql(skip)]
    person_id: String,
}

#[ComplexObject]
impl ConferMandateEffect {
    /// Who holds it then; null is whoever is elected, or somebody of whom you may not know.
    async fn holder(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.person_id).await?)
    }
}

/// Takes an office away.
#[derive(SimpleObject)]
pub(crate) struct RecallMandateEffect {
    /// The mandate.
    mandate_id: ID,
}

/// Puts the agenda into an order.
#[derive(SimpleObject)]
pub(crate) struct PrioritiseAgendaEffect {
    /// The items, the most important first; empty is the order that the ballots give.
    item_ids: Vec<ID>,
}

/// Adopts a goal.
#[derive(SimpleObject)]
pub(crate) struct AdoptGoalEffect {
    /// The goal.
    goal_id: ID,
}

/// What becomes of a resolution in force.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ResolutionChange {
    /// It holds as the decision changes it.
    Amend,
    /// It ends.
    Repeal,
}

/// Amends or repeals a resolution in force; only a decision on the same subject can.
#[derive(SimpleObject)]
pub(crate) struct ResolutionEffect {
    /// Which of these.
    change: ResolutionChange,
    /// The resolution's id.
    resolution_id: ID,
}

impl Effect {
    /// The effects of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn all(effects: Vec<message::Effect>) -> Result<Vec<Effect>, Status> {
        effects.into_iter().map(Effect::of).collect()
    }

    /// The effect of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn of(effect: message::Effect) -> Result<Effect, Status> {
        let state = |state| Effect::NetworkState(NetworkStateEffect { state });
        let membership = |change, party| {
            let party = call::party(Some(&party))?;
            Ok::<_, Status>(Effect::Membership(MembershipEffect { change, party }))
        };
        let resolution = |change, id: &str| {
            let resolution_id = ids::global::<kinds::Resolution>(id)?;
            Ok::<_, Status>(Effect::Resolution(ResolutionEffect { change, resolution_id }))
        };
        Ok(match effect.effect.ok_or_else(|| lacking("effect"))? {
            effect::Effect::AmendCharter(it) => {
                let changes = CharterChange::all(it.changes)?;
                Effect::AmendCharter(AmendCharterEffect { changes })
            }
            effect::Effect::ChangePolicies(it) => {
                let changes = CharterChange::all(it.changes)?;
                Effect::ChangePolicies(ChangePoliciesEffect { changes })
            }
            effect::Effect::DeclareNetworkType(it) => {
                let types = scalars::all_known(it.types)?;
                Effect::DeclareNetworkType(DeclareNetworkTypeEffect { types })
            }
            effect::Effect::PauseNetwork(_) => state(NetworkStateChange::Pause),
            effect::Effect::ResumeNetwork(_) => state(NetworkStateChange::Resume),
            effect::Effect::DissolveNetwork(_) => state(NetworkStateChange::Dissolve),
            effect::Effect::OpenMembership(_) => state(NetworkStateChange::OpenMembership),
            effect::Effect::CloseMembership(_) => state(NetworkStateChange::CloseMembership),
            effect::Effect::AdmitMember(party) => membership(MembershipChange::Admit, party)?,
            effect::Effect::DeclineApplication(party) => {
                membership(MembershipChange::Decline, party)?
            }
            effect::Effect::SuspendMember(party) => membership(MembershipChange::Suspend, party)?,
            effect::Effect::ReinstateMember(party) => {
                membership(MembershipChange::Reinstate, party)?
            }
            effect::Effect::ExpelMember(party) => membership(MembershipChange::Expel, party)?,
            effect::Effect::ConferMandate(it) => Effect::ConferMandate(ConferMandateEffect {
                role: it.role,
                holder_id: ids::maybe::<kinds::Person>(&it.holder_id)?,
                person_id: it.holder_id,
            }),
            effect::Effect::RecallMandate(mandate) => {
                let mandate_id = ids::global::<kinds::Mandate>(&mandate)?;
                Effect::RecallMandate(RecallMandateEffect { mandate_id })
            }
            effect::Effect::PrioritiseAgenda(it) => {
                let item_ids = ids::all::<kinds::AgendaItem>(&it.item_ids)?;
                Effect::PrioritiseAgenda(PrioritiseAgendaEffect { item_ids })
            }
            effect::Effect::AdoptGoal(goal) => {
                let goal_id = ids::global::<kinds::Goal>(&goal)?;
                Effect::AdoptGoal(AdoptGoalEffect { goal_id })
            }
            effect::Effect::AmendResolution(id) => resolution(ResolutionChange::Amend, &id)?,
            effect::Effect::RepealResolution(id) => resolution(ResolutionChange::Repeal, &id)?,
        })
    }
}

/// What a decision is to do once it is final.
#[derive(OneofObject, Debug)]
pub(crate) enum EffectInput {
    /// Change the charter, in this order.
    AmendCharter(Vec<CharterChangeInput>),
    /// Change policies, and nothing else of the charter.
    ChangePolicies(Vec<CharterChangeInput>),
    /// Declare what the network is for: every type it means to be.
    DeclareNetworkType(Vec<NetworkType>),
    /// Pause, resume or dissolve the network, or say who may apply to it.
    NetworkState(NetworkStateChange),
    /// Admit a party or turn its application down, or suspend, reinstate or expel a member.
    Membership(MembershipEffectInput),
    /// Give somebody an office.
    ConferMandate(ConferMandateEffectInput),
    /// Take the office of this mandate away.
    RecallMandate(GlobalId<kinds::Mandate>),
    /// Put these agenda items into this order, the most important first; empty is the order that the
    /// ballots give to the proposal's options, each with its `itemId`.
    PrioritiseAgenda(Vec<GlobalId<kinds::AgendaItem>>),
    /// Adopt this goal.
    AdoptGoal(GlobalId<kinds::Goal>),
    /// Amend or repeal a resolution in force; only a decision on the same subject can.
    Resolution(ResolutionEffectInput),
}

/// What is to become of a resolution in force.
#[derive(InputObject, Debug)]
pub(crate) struct ResolutionEffectInput {
    /// What.
    change: ResolutionChange,
    /// Which resolution.
    resolution_id: GlobalId<kinds::Resolution>,
}

/// What is to become of a party in the network.
#[derive(InputObject, Debug)]
pub(crate) struct MembershipEffectInput {
    /// What.
    change: MembershipChange,
    /// Whom: a person or an organisation.
    party_id: PartyId,
}

/// An office to give to somebody.
#[derive(InputObject, Debug)]
pub(crate) struct ConferMandateEffectInput {
    /// The role of the charter.
    role: String,
    /// Who is to hold it; whoever is elected when left out.
    holder_id: Option<GlobalId<kinds::Person>>,
}

impl EffectInput {
    /// The effect as the services take it.
    pub(crate) fn message(self) -> message::Effect {
        let all = |changes: Vec<CharterChangeInput>| effect::Changes {
            changes: changes.into_iter().map(CharterChangeInput::message).collect(),
        };
        let effect = match self {
            EffectInput::AmendCharter(changes) => effect::Effect::AmendCharter(all(changes)),
            EffectInput::ChangePolicies(changes) => effect::Effect::ChangePolicies(all(changes)),
            EffectInput::DeclareNetworkType(types) => {
                let types = types.into_iter().map(i32::from).collect();
                effect::Effect::DeclareNetworkType(effect::NetworkTypes { types })
            }
            EffectInput::NetworkState(NetworkStateChange::Pause) => {
                effect::Effect::PauseNetwork(effect::None {})
            }
            EffectInput::NetworkState(NetworkStateChange::Resume) => {
                effect::Effect::ResumeNetwork(effect::None {})
            }
            EffectInput::NetworkState(NetworkStateChange::Dissolve) => {
                effect::Effect::DissolveNetwork(effect::None {})
            }
            EffectInput::NetworkState(NetworkStateChange::OpenMembership) => {
                effect::Effect::OpenMembership(effect::None {})
            }
            EffectInput::NetworkState(NetworkStateChange::CloseMembership) => {
                effect::Effect::CloseMembership(effect::None {})
            }
            EffectInput::Membership(it) => {
                let party = wire::read::party_message(it.party_id.0);
                match it.change {
                    MembershipChange::Admit => effect::Effect::AdmitMember(party),
                    MembershipChange::Suspend => effect::Effect::SuspendMember(party),
                    MembershipChange::Reinstate => effect::Effect::ReinstateMember(party),
                    MembershipChange::Expel => effect::Effect::ExpelMember(party),
                    MembershipChange::Decline => effect::Effect::DeclineApplication(party),
                }
            }
            EffectInput::ConferMandate(it) => {
                effect::Effect::ConferMandate(effect::ConferMandate {
                    role: it.role,
                    holder_id: it.holder_id.map_or_else(String::new, GlobalId::text),
                })
            }
            EffectInput::RecallMandate(mandate) => effect::Effect::RecallMandate(mandate.text()),
            EffectInput::PrioritiseAgenda(items) => {
                let item_ids = items.into_iter().map(GlobalId::text).collect();
                effect::Effect::PrioritiseAgenda(effect::PrioritiseAgenda { item_ids })
            }
            EffectInput::AdoptGoal(goal) => effect::Effect::AdoptGoal(goal.text()),
            EffectInput::Resolution(it) => match it.change {
                ResolutionChange::Amend => effect::Effect::AmendResolution(it.resolution_id.text()),
                ResolutionChange::Repeal => {
                    effect::Effect::RepealResolution(it.resolution_id.text())
                }
            },
        };
        message::Effect { effect: Some(effect) }
    }
}
