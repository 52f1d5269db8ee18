//! The rules of a network, from founding to its end.
//!
//! While it is forming, what its founders do together takes the consent of every one of them. Once
//! it has a charter, its members decide, and nobody else: see [`Stage::allows`].

use std::collections::{BTreeMap, BTreeSet};

use events::{FounderAct, NetworkEvent, NetworkType, Subject};
use kernel::{Decider, ErrorCode, PersonId, Rejection};

use crate::warrant::Warrant;

#[cfg(test)]
mod tests;

/// How many founders a network needs at least.
pub const FOUNDERS_MIN: usize = 2;

/// Who founds a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Founding {
    /// A person, who is its first founder.
    ByFounder(PersonId),
    /// The operator, for the founders named.
    ByOperator,
    /// An import, before anybody has been named; the network cannot become active like this.
    ByImport,
}

/// What can be asked of a network.
#[derive(Clone, PartialEq, Debug)]
pub enum NetworkCommand {
    /// Founds it.
    FoundNetwork {
        /// Who does.
        founding: Founding,
        /// What it is called.
        name: String,
        /// What it is for; may be empty.
        purpose: String,
        /// Who is to found it.
        founders: BTreeSet<PersonId>,
    },
    /// Names who is to found a network that an import founded. The operator does.
    NameFounders {
        /// Who is to found it.
        founders: BTreeSet<PersonId>,
    },
    /// Takes part in founding it.
    JoinAsFounder {
        /// Who does.
        by: PersonId,
    },
    /// Says what it is for.
    DeclareNetworkType {
        /// On whose authority.
        warrant: Warrant,
        /// Every type it means to be.
        types: BTreeSet<NetworkType>,
    },
    /// Lets anybody apply.
    OpenMembership {
        /// On whose authority.
        warrant: Warrant,
    },
    /// Lets only the invited enter.
    CloseMembership {
        /// On whose authority.
        warrant: Warrant,
    },
    /// Makes it active, because its charter came into force.
    ActivateNetwork {
        /// The version of the charter.
        charter_version: u32,
    },
    /// Lets it rest, as a decision says.
    PauseNetwork,
    /// Takes it up again, as a decision says.
    ResumeNetwork,
    /// Ends it, as a decision says.
    DissolveNetwork,
}

/// Why a network refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NetworkRejection {
    /// There is no such network.
    #[error("there is no such network")]
    NotFounded,
    /// There is one of that name.
    #[error("a network of this name exists already; choose another name")]
    NameTaken,
    /// Fewer than two founders.
    #[error("a network needs at least {FOUNDERS_MIN} founders")]
    FoundersTooFew,
    /// The founding person is not among the founders.
    #[error("the person who founds a network must be one of its founders")]
    FounderNotNamed,
    /// Founders are named once.
    #[error("this network has its founders already")]
    FoundersAlreadyNamed,
    /// The person was not asked to found it.
    #[error("this person was not named as a founder")]
    NotNamedAsFounder,
    /// Only founders act while the network is forming.
    #[error("only a founder can do this while the network is forming")]
    NotAFounder,
    /// No type was given.
    #[error("a network needs at least one type")]
    TypesEmpty,
    /// Founders are named while the network is forming.
    #[error("this can only be done while the network is forming")]
    NotForming,
    /// Decisions bind a network that has a charter.
    #[error("this network has no charter in force yet")]
    NotActive,
    /// Members decide, by the policy for this subject.
    #[error(
        "this network has a charter: its members decide this, by the policy for {0}; \
         propose it to them"
    )]
    DecisionNeeded(Subject),
    /// Nobody enters while it rests.
    #[error("this network is paused; nobody can apply or be invited until it is resumed")]
    Paused,
    /// Nothing is changed any more.
    #[error("this network was dissolved; it can be read, exported and left")]
    Dissolved,
}

/// How far a network has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Founded, and without a charter: founders act together.
    Forming,
    /// With a charter in force: its members decide.
    Active,
    /// At rest, with its charter in force: nobody enters.
    Paused,
    /// Over.
    Dissolved,
}

/// The state of one network.
#[derive(Clone, PartialEq, Debug)]
pub enum Network {
    /// No events yet.
    Unfounded,
    /// There is one.
    Founded(Founded),
}

/// The state of a network that there is.
#[derive(Clone, PartialEq, Debug)]
pub struct Founded {
    /// How far it has come.
    pub stage: Stage,
    /// Who was asked to found it.
    pub named: BTreeSet<PersonId>,
    /// Who took part in founding it.
    pub founders: BTreeSet<PersonId>,
    /// What it is for.
    pub types: BTreeSet<NetworkType>,
    /// Who may apply.
    pub entry: Entry,
    /// Who has consented to what has not been done yet.
    pub consents: BTreeMap<FounderAct, BTreeSet<PersonId>>,
}

/// Who may enter a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// Anybody may apply.
    Open,
    /// Only the invited.
    ByInvitation,
}

impl Network {
    /// The network, if there is one.
    ///
    /// # Errors
    ///
    /// Says that there is none.
    pub fn founded(&self) -> Result<&Founded, NetworkRejection> {
        match self {
            Network::Unfounded => Err(NetworkRejection::NotFounded),
            Network::Founded(network) => Ok(network),
        }
    }

    /// How far it has come.
    ///
    /// # Errors
    ///
    /// Says that there is none.
    pub fn stage(&self) -> Result<Stage, NetworkRejection> {
        self.founded().map(|network| network.stage)
    }
}

impl Stage {
    /// Refuses every change to a network that is over.
    ///
    /// # Errors
    ///
    /// Says that it was dissolved.
    pub fn changeable(self) -> Result<(), NetworkRejection> {
        match self {
            Stage::Forming | Stage::Active | Stage::Paused => Ok(()),
            Stage::Dissolved => Err(NetworkRejection::Dissolved),
        }
    }

    /// Refuses whoever wants to enter while nobody may.
    ///
    /// # Errors
    ///
    /// Says that the network is paused or dissolved.
    pub fn enterable(self) -> Result<(), NetworkRejection> {
        match self {
            Stage::Forming | Stage::Active => Ok(()),
            Stage::Paused => Err(NetworkRejection::Paused),
            Stage::Dissolved => Err(NetworkRejection::Dissolved),
        }
    }

    /// Refuses the effects of decisions where there are none to have effects.
    ///
    /// # Errors
    ///
    /// Says that the network has no charter yet, or was dissolved.
    pub fn decided(self) -> Result<(), NetworkRejection> {
        match self {
            Stage::Forming => Err(NetworkRejection::NotActive),
            Stage::Active | Stage::Paused => Ok(()),
            Stage::Dissolved => Err(NetworkRejection::Dissolved),
        }
    }

    /// Refuses what is not done on the right authority: the founders' while the network is forming,
    /// a decision of its members afterwards. `subject` is what is done, for its policy.
    ///
    /// # Errors
    ///
    /// Says on whose authority it could be done, or that nothing is done any more.
    pub fn allows(self, warrant: &Warrant, subject: Subject) -> Result<(), NetworkRejection> {
        match (self, warrant) {
            (Stage::Forming, Warrant::Founder { by, founders }) if founders.contains(by) => Ok(()),
            (Stage::Forming, Warrant::Founder { .. }) => Err(NetworkRejection::NotAFounder),
            (Stage::Active | Stage::Paused, Warrant::Founder { .. }) => {
                Err(NetworkRejection::DecisionNeeded(subject))
            }
            (Stage::Dissolved, Warrant::Founder { .. }) => Err(NetworkRejection::Dissolved),
            (
                Stage::Forming | Stage::Active | Stage::Paused | Stage::Dissolved,
                Warrant::Decision(_),
            ) => self.decided(),
        }
    }
}

impl Decider for Network {
    type Command = NetworkCommand;
    type Event = NetworkEvent;
    type Rejection = NetworkRejection;

    fn initial() -> Network {
        Network::Unfounded
    }

    fn decide(&self, command: &NetworkCommand) -> Result<Vec<NetworkEvent>, NetworkRejection> {
        match (self, command) {
            (
                Network::Unfounded,
                NetworkCommand::FoundNetwork { founding, name, purpose, founders },
            ) => found(*founding, name, purpose, founders),
            (Network::Founded(_), NetworkCommand::FoundNetwork { .. }) => {
                Err(NetworkRejection::NameTaken)
            }
            (Network::Founded(network), NetworkCommand::NameFounders { founders }) => {
                network.name_founders(founders)
            }
            (Network::Founded(network), NetworkCommand::JoinAsFounder { by }) => network.join(*by),
            (Network::Founded(network), NetworkCommand::DeclareNetworkType { warrant, types }) => {
                network.declare(types, warrant)
            }
            (Network::Founded(network), NetworkCommand::OpenMembership { warrant }) => {
                network.set_entry(Entry::Open, warrant)
            }
            (Network::Founded(network), NetworkCommand::CloseMembership { warrant }) => {
                network.set_entry(Entry::ByInvitation, warrant)
            }
            (Network::Founded(network), NetworkCommand::ActivateNetwork { charter_version }) => {
                network.activate(*charter_version)
            }
            (Network::Founded(network), NetworkCommand::PauseNetwork) => match network.stage {
                Stage::Forming => Err(NetworkRejection::NotActive),
                Stage::Active => Ok(vec![NetworkEvent::NetworkPaused {}]),
                Stage::Paused => Ok(vec![]),
                Stage::Dissolved => Err(NetworkRejection::Dissolved),
            },
            (Network::Founded(network), NetworkCommand::ResumeNetwork) => match network.stage {
                Stage::Forming => Err(NetworkRejection::NotActive),
                Stage::Active => Ok(vec![]),
                Stage::Paused => Ok(vec![NetworkEvent::NetworkResumed {}]),
                Stage::Dissolved => Err(NetworkRejection::Dissolved),
            },
            (Network::Founded(network), NetworkCommand::DissolveNetwork) => match network.stage {
                Stage::Forming => Err(NetworkRejection::NotActive),
                Stage::Active | Stage::Paused => Ok(vec![NetworkEvent::NetworkDissolved {}]),
                Stage::Dissolved => Ok(vec![]),
            },
            (
                Network::Unfounded,
                NetworkCommand::NameFounders { .. }
                | NetworkCommand::JoinAsFounder { .. }
                | NetworkCommand::DeclareNetworkType { .. }
                | NetworkCommand::OpenMembership { .. }
                | NetworkCommand::CloseMembership { .. }
                | NetworkCommand::ActivateNetwork { .. }
                | NetworkCommand::PauseNetwork
                | NetworkCommand::ResumeNetwork
                | NetworkCommand::DissolveNetwork,
            ) => Err(NetworkRejection::NotFounded),
        }
    }

    fn evolve(self, event: &NetworkEvent) -> Network {
        match (self, event) {
            (_, NetworkEvent::NetworkFounded { founders: named, .. }) => {
                Network::Founded(Founded {
                    stage: Stage::Forming,
                    named: named.iter().copied().collect(),
                    founders: BTreeSet::new(),
                    types: BTreeSet::new(),
                    entry: Entry::ByInvitation,
                    consents: BTreeMap::new(),
                })
            }
            (Network::Founded(network), event) => Network::Founded(network.evolve(event)),
            (
                Network::Unfounded,
                NetworkEvent::FoundersNamed { .. }
                | NetworkEvent::FounderJoined { .. }
                | NetworkEvent::FounderConsented { .. }
                | NetworkEvent::NetworkTypeDeclared { .. }
                | NetworkEvent::MembershipOpened {}
                | NetworkEvent::MembershipClosed {}
                | NetworkEvent::NetworkActivated { .. }
                | NetworkEvent::NetworkPaused {}
                | NetworkEvent::NetworkResumed {}
                | NetworkEvent::NetworkDissolved {},
            ) => Network::Unfounded,
        }
    }
}

impl Founded {
    fn name_founders(
        &self,
        founders: &BTreeSet<PersonId>,
    ) -> Result<Vec<NetworkEvent>, NetworkRejection> {
        match self.stage {
            Stage::Forming if !self.named.is_empty() && self.named == *founders => Ok(vec![]),
            Stage::Forming if !self.named.is_empty() => Err(NetworkRejection::FoundersAlreadyNamed),
            Stage::Forming if founders.len() < FOUNDERS_MIN => {
                Err(NetworkRejection::FoundersTooFew)
            }
            Stage::Forming => Ok(vec![NetworkEvent::FoundersNamed {
                founders: founders.iter().copied().collect(),
            }]),
            Stage::Active | Stage::Paused => Err(NetworkRejection::NotForming),
            Stage::Dissolved => Err(NetworkRejection::Dissolved),
        }
    }

    fn activate(&self, charter_version: u32) -> Result<Vec<NetworkEvent>, NetworkRejection> {
        match self.stage {
            Stage::Forming => Ok(vec![NetworkEvent::NetworkActivated { charter_version }]),
            Stage::Active | Stage::Paused => Ok(vec![]),
            Stage::Dissolved => Err(NetworkRejection::Dissolved),
        }
    }

    fn join(&self, by: PersonId) -> Result<Vec<NetworkEvent>, NetworkRejection> {
        if self.founders.contains(&by) {
            return Ok(vec![]);
        }
        // Strangers learn no more than that.
        if !self.named.contains(&by) {
            return Err(NetworkRejection::NotNamedAsFounder);
        }
        match self.stage {
            Stage::Forming => Ok(vec![NetworkEvent::FounderJoined { person: by }]),
            // Who did not take part in founding enters as everybody else does.
            Stage::Active | Stage::Paused => {
                Err(NetworkRejection::DecisionNeeded(Subject::MembershipAdmit))
            }
            Stage::Dissolved => Err(NetworkRejection::Dissolved),
        }
    }

    fn declare(
        &self,
        types: &BTreeSet<NetworkType>,
        warrant: &Warrant,
    ) -> Result<Vec<NetworkEvent>, NetworkRejection> {
        self.stage.allows(warrant, Subject::NetworkType)?;
        if types.is_empty() {
            return Err(NetworkRejection::TypesEmpty);
        }
        if *types == self.types {
            return Ok(vec![]);
        }
        Ok(self.agreed(FounderAct::DeclareType { types: types.clone() }, warrant))
    }

    fn set_entry(
        &self,
        entry: Entry,
        warrant: &Warrant,
    ) -> Result<Vec<NetworkEvent>, NetworkRejection> {
        self.stage.allows(warrant, Subject::MembershipAdmit)?;
        if entry == self.entry {
            return Ok(vec![]);
        }
        let act = match entry {
            Entry::Open => FounderAct::OpenMembership {},
            Entry::ByInvitation => FounderAct::CloseMembership {},
        };
        Ok(self.agreed(act, warrant))
    }

    /// What follows when an act is asked for that is allowed and not done yet.
    fn agreed(&self, act: FounderAct, warrant: &Warrant) -> Vec<NetworkEvent> {
        let done = match &act {
            FounderAct::DeclareType { types } => {
                NetworkEvent::NetworkTypeDeclared { types: types.clone() }
            }
            FounderAct::OpenMembership {} => NetworkEvent::MembershipOpened {},
            FounderAct::CloseMembership {} => NetworkEvent::MembershipClosed {},
        };
        match warrant {
            Warrant::Decision(_) => vec![done],
            Warrant::Founder { by, founders } => {
                let mut consented = self.consents.get(&act).cloned().unwrap_or_default();
                let mut events = Vec::new();
                if consented.insert(*by) {
                    events.push(NetworkEvent::FounderConsented { act, founder: *by });
                }
                if founders.is_subset(&consented) {
                    events.push(done);
                }
                events
            }
        }
    }

    fn evolve(mut self, event: &NetworkEvent) -> Founded {
        match event {
            NetworkEvent::NetworkFounded { founders: named, .. }
            | NetworkEvent::FoundersNamed { founders: named } => {
                self.named = named.iter().copied().collect();
            }
            NetworkEvent::FounderJoined { person } => {
                self.founders.insert(*person);
            }
            NetworkEvent::FounderConsented { act, founder } => {
                if matches!(act, FounderAct::DeclareType { .. }) {
                    // Whoever consented to other types has consented to nothing.
                    self.consents.retain(|other, _| {
                        other == act || !matches!(other, FounderAct::DeclareType { .. })
                    });
                }
                self.consents.entry(act.clone()).or_default().insert(*founder);
            }
            NetworkEvent::NetworkTypeDeclared { types } => {
                self.types.clone_from(types);
                self.consents.retain(|act, _| !matches!(act, FounderAct::DeclareType { .. }));
            }
            NetworkEvent::MembershipOpened {} => {
                self.entry = Entry::Open;
                self.consents.remove(&FounderAct::OpenMembership {});
            }
            NetworkEvent::MembershipClosed {} => {
                self.entry = Entry::ByInvitation;
                self.consents.remove(&FounderAct::CloseMembership {});
            }
            NetworkEvent::NetworkActivated { .. } => {
                self.stage = Stage::Active;
                // Founders' consent counts no more.
                self.consents.clear();
            }
            NetworkEvent::NetworkPaused {} => self.stage = Stage::Paused,
            NetworkEvent::NetworkResumed {} => self.stage = Stage::Active,
            NetworkEvent::NetworkDissolved {} => self.stage = Stage::Dissolved,
        }
        self
    }
}

fn found(
    founding: Founding,
    name: &str,
    purpose: &str,
    founders: &BTreeSet<PersonId>,
) -> Result<Vec<NetworkEvent>, NetworkRejection> {
    let founded = NetworkEvent::NetworkFounded {
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        founders: founders.iter().copied().collect(),
    };
    match founding {
        Founding::ByImport => Ok(vec![founded]),
        Founding::ByFounder(_) | Founding::ByOperator if founders.len() < FOUNDERS_MIN => {
            Err(NetworkRejection::FoundersTooFew)
        }
        Founding::ByFounder(person) if !founders.contains(&person) => {
            Err(NetworkRejection::FounderNotNamed)
        }
        Founding::ByFounder(person) => Ok(vec![founded, NetworkEvent::FounderJoined { person }]),
        Founding::ByOperator => Ok(vec![founded]),
    }
}

impl Rejection for NetworkRejection {
    fn code(&self) -> ErrorCode {
        match self {
            NetworkRejection::NotFounded => ErrorCode::NotFound,
            NetworkRejection::NameTaken => ErrorCode::AlreadyExists,
            NetworkRejection::FoundersTooFew
            | NetworkRejection::FounderNotNamed
            | NetworkRejection::TypesEmpty => ErrorCode::Invalid,
            NetworkRejection::NotNamedAsFounder | NetworkRejection::NotAFounder => {
                ErrorCode::Forbidden
            }
            NetworkRejection::FoundersAlreadyNamed
            | NetworkRejection::NotForming
            | NetworkRejection::NotActive
            | NetworkRejection::DecisionNeeded(_)
            | NetworkRejection::Paused
            | NetworkRejection::Dissolved => ErrorCode::Precondition,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            NetworkRejection::NotFounded => "NETWORK_NOT_FOUND",
            NetworkRejection::NameTaken => "NETWORK_NAME_TAKEN",
            NetworkRejection::FoundersTooFew => "FOUNDERS_TOO_FEW",
            NetworkRejection::FounderNotNamed => "FOUNDER_NOT_NAMED",
            NetworkRejection::FoundersAlreadyNamed => "FOUNDERS_ALREADY_NAMED",
            NetworkRejection::NotNamedAsFounder => "NOT_NAMED_AS_FOUNDER",
            NetworkRejection::NotAFounder => "NOT_A_FOUNDER",
            NetworkRejection::TypesEmpty => "NETWORK_TYPES_EMPTY",
            NetworkRejection::NotForming => "NETWORK_NOT_FORMING",
            NetworkRejection::NotActive => "NETWORK_NOT_ACTIVE",
            NetworkRejection::DecisionNeeded(_) => "DECISION_NEEDED",
            NetworkRejection::Paused => "NETWORK_PAUSED",
            NetworkRejection::Dissolved => "NETWORK_DISSOLVED",
        }
    }
}
