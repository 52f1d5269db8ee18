//! The rules between a party and a network: how one enters, and how one leaves.

use std::collections::BTreeSet;

use events::{MembershipClass, MembershipEvent, Subject};
use jiff::Timestamp;
use kernel::{Decider, ErrorCode, NetworkId, Party, PersonId, Personal, Rejection};

use crate::{
    network::{Entry, NetworkRejection, Stage},
    warrant::Warrant,
};

#[cfg(test)]
mod tests;

/// A command, and how far the network has come where it is given.
#[derive(Clone, PartialEq, Debug)]
pub struct InNetwork {
    /// How far the network has come.
    pub stage: Stage,
    /// What is asked for.
    pub command: MembershipCommand,
}

/// What can be asked of a membership.
#[derive(Clone, PartialEq, Debug)]
pub enum MembershipCommand {
    /// Asks the party to join.
    InviteParty {
        /// The network.
        network: NetworkId,
        /// Who is asked.
        party: Party,
        /// A word to them, if there is one.
        message: Option<Personal<String>>,
    },
    /// Says yes to an invitation.
    AcceptInvitation,
    /// Says no to an invitation.
    DeclineInvitation,
    /// Asks to join.
    ApplyForMembership {
        /// The network.
        network: NetworkId,
        /// Who asks.
        party: Party,
        /// Why, if they say.
        statement: Option<Personal<String>>,
        /// Who may enter the network at present.
        entry: Entry,
    },
    /// Takes an application back.
    WithdrawApplication,
    /// Makes the party a member.
    AdmitMember {
        /// The network.
        network: NetworkId,
        /// The party.
        party: Party,
        /// On whose authority.
        warrant: Warrant,
        /// Since when it is a member.
        since: Timestamp,
    },
    /// Makes a founder a member, because they took part in founding.
    AdmitFounder {
        /// The network.
        network: NetworkId,
        /// The founder.
        person: PersonId,
        /// Since when they are a member.
        since: Timestamp,
    },
    /// Does not admit the party.
    DeclineApplication {
        /// On whose authority; one founder's no is enough.
        warrant: Warrant,
    },
    /// Keeps a member from taking part, as a decision says.
    SuspendMember {
        /// The network.
        network: NetworkId,
        /// The member.
        party: Party,
    },
    /// Ends a suspension, as a decision says.
    ReinstateMember {
        /// The network.
        network: NetworkId,
        /// The member.
        party: Party,
    },
    /// Makes a member leave, as a decision says.
    ExpelMember {
        /// The network.
        network: NetworkId,
        /// The member.
        party: Party,
        /// Until when the party is a member.
        until: Timestamp,
    },
    /// Leaves.
    ResignMembership {
        /// The network.
        network: NetworkId,
        /// The party.
        party: Party,
        /// Until when the party is a member.
        until: Timestamp,
    },
}

/// Why a membership refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MembershipRejection {
    /// The network as it is does not allow it.
    #[error(transparent)]
    Network(#[from] NetworkRejection),
    /// One open membership per party and network.
    #[error("this party is a member already")]
    AlreadyMember,
    /// There is no open invitation.
    #[error("there is no open invitation")]
    NotInvited,
    /// There is no application to decide on.
    #[error("this party has neither applied nor accepted an invitation")]
    NotApplied,
    /// Only the invited may enter.
    #[error("this network takes members by invitation only")]
    EntryByInvitation,
    /// Having been a founder opens the door once.
    #[error("a former member enters again by applying or by accepting an invitation")]
    FormerMember,
    /// The party is not a member.
    #[error("this party is not a member")]
    NotAMember,
    /// A membership ends after it began.
    #[error("a membership cannot end before it began, on {0}")]
    EndsBeforeItBegan(Timestamp),
    /// A membership begins after the former one ended.
    #[error("a membership cannot begin before the former one ended, on {0}")]
    BeginsBeforeFormerEnded(Timestamp),
}

/// Where a party stands in a network.
#[derive(Clone, PartialEq, Debug)]
pub enum Standing {
    /// Outside, with nothing pending.
    Outside,
    /// Asked to join.
    Invited,
    /// Wants to join; the network has yet to decide.
    Applied {
        /// The founders who consented to admitting it.
        consented: BTreeSet<PersonId>,
    },
    /// An active member.
    Active {
        /// Since when.
        since: Timestamp,
    },
    /// A member who takes no part for the time being.
    Suspended {
        /// Since when it is a member.
        since: Timestamp,
    },
}

/// The state of one membership.
#[derive(Clone, PartialEq, Debug)]
pub struct Membership {
    /// Where the party stands.
    pub standing: Standing,
    /// When an earlier membership ended; `None` when there was none.
    pub former_until: Option<Timestamp>,
}

impl Membership {
    /// Tells whether the party is an active member.
    pub fn is_active(&self) -> bool {
        matches!(self.standing, Standing::Active { .. })
    }

    /// Tells whether the party has been an active member without a break, as founders must be.
    pub fn is_unbroken(&self) -> bool {
        self.is_active() && self.former_until.is_none()
    }
}

impl Decider for Membership {
    type Command = InNetwork;
    type Event = MembershipEvent;
    type Rejection = MembershipRejection;

    fn initial() -> Membership {
        Membership { standing: Standing::Outside, former_until: None }
    }

    fn decide(&self, asked: &InNetwork) -> Result<Vec<MembershipEvent>, MembershipRejection> {
        let InNetwork { stage, command } = asked;
        match command {
            MembershipCommand::InviteParty { .. } => stage.enterable()?,
            MembershipCommand::AdmitMember { warrant, .. }
            | MembershipCommand::DeclineApplication { warrant } => {
                stage.allows(warrant, Subject::MembershipAdmit)?;
            }
            MembershipCommand::SuspendMember { .. }
            | MembershipCommand::ReinstateMember { .. }
            | MembershipCommand::ExpelMember { .. } => stage.decided()?,
            MembershipCommand::AcceptInvitation
            | MembershipCommand::DeclineInvitation
            | MembershipCommand::ApplyForMembership { .. }
            | MembershipCommand::WithdrawApplication
            | MembershipCommand::AdmitFounder { .. }
            | MembershipCommand::ResignMembership { .. } => {}
        }
        let events = self.answer(command)?;
        if events.is_empty() {
            return Ok(events);
        }
        // Asked last: strangers, who are refused before, learn nothing about the network.
        match command {
            MembershipCommand::AcceptInvitation | MembershipCommand::ApplyForMembership { .. } => {
                stage.enterable()?;
            }
            MembershipCommand::DeclineInvitation
            | MembershipCommand::WithdrawApplication
            | MembershipCommand::AdmitFounder { .. } => stage.changeable()?,
            MembershipCommand::InviteParty { .. }
            | MembershipCommand::AdmitMember { .. }
            | MembershipCommand::DeclineApplication { .. }
            | MembershipCommand::SuspendMember { .. }
            | MembershipCommand::ReinstateMember { .. }
            | MembershipCommand::ExpelMember { .. }
            // A resignation is never refused to a member.
            | MembershipCommand::ResignMembership { .. } => {}
        }
        Ok(events)
    }

    fn evolve(self, event: &MembershipEvent) -> Membership {
        let standing = match (self.standing, event) {
            (_, MembershipEvent::PartyInvited { .. }) => Standing::Invited,
            (
                _,
                MembershipEvent::InvitationAccepted {} | MembershipEvent::MembershipApplied { .. },
            ) => Standing::Applied { consented: BTreeSet::new() },
            (
                _,
                MembershipEvent::InvitationDeclined {}
                | MembershipEvent::ApplicationWithdrawn {}
                | MembershipEvent::ApplicationDeclined {},
            ) => Standing::Outside,
            (
                Standing::Applied { mut consented },
                MembershipEvent::AdmissionConsented { founder, .. },
            ) => {
                consented.insert(*founder);
                Standing::Applied { consented }
            }
            (_, MembershipEvent::MemberAdmitted { since, .. }) => {
                Standing::Active { since: *since }
            }
            (Standing::Active { since }, MembershipEvent::MemberSuspended { .. }) => {
                Standing::Suspended { since }
            }
            (Standing::Suspended { since }, MembershipEvent::MemberReinstated { .. }) => {
                Standing::Active { since }
            }
            (
                _,
                MembershipEvent::MemberResigned { until, .. }
                | MembershipEvent::MemberExpelled { until, .. },
            ) => {
                return Membership { standing: Standing::Outside, former_until: Some(*until) };
            }
            // Cannot follow what was decided before; changes nothing.
            (
                standing @ (Standing::Outside
                | Standing::Invited
                | Standing::Applied { .. }
                | Standing::Active { .. }
                | Standing::Suspended { .. }),
                MembershipEvent::AdmissionConsented { .. }
                | MembershipEvent::MemberSuspended { .. }
                | MembershipEvent::MemberReinstated { .. },
            ) => standing,
        };
        Membership { standing, former_until: self.former_until }
    }
}

impl Membership {
    /// What follows where the network allows it.
    #[expect(clippy::too_many_lines, reason = "one table of standings and commands")]
    fn answer(
        &self,
        command: &MembershipCommand,
    ) -> Result<Vec<MembershipEvent>, MembershipRejection> {
        match (&self.standing, command) {
            (Standing::Outside, MembershipCommand::InviteParty { network, party, message }) => {
                Ok(vec![MembershipEvent::PartyInvited {
                    network: *network,
                    party: *party,
                    message: message.clone(),
                }])
            }
            (
                Standing::Invited | Standing::Applied { .. },
                MembershipCommand::InviteParty { .. },
            ) => Ok(vec![]),
            (Standing::Invited, MembershipCommand::AcceptInvitation) => {
                Ok(vec![MembershipEvent::InvitationAccepted {}])
            }
            (Standing::Applied { .. }, MembershipCommand::AcceptInvitation) => Ok(vec![]),
            (Standing::Invited, MembershipCommand::DeclineInvitation) => {
                Ok(vec![MembershipEvent::InvitationDeclined {}])
            }
            (
                Standing::Outside,
                MembershipCommand::AcceptInvitation | MembershipCommand::DeclineInvitation,
            )
            | (Standing::Applied { .. }, MembershipCommand::DeclineInvitation) => {
                Err(MembershipRejection::NotInvited)
            }
            (
                Standing::Outside,
                MembershipCommand::ApplyForMembership { network, party, statement, entry },
            ) => match entry {
                Entry::Open => Ok(vec![MembershipEvent::MembershipApplied {
                    network: *network,
                    party: *party,
                    statement: statement.clone(),
                }]),
                Entry::ByInvitation => Err(MembershipRejection::EntryByInvitation),
            },
            (Standing::Invited, MembershipCommand::ApplyForMembership { .. }) => {
                Ok(vec![MembershipEvent::InvitationAccepted {}])
            }
            (Standing::Applied { .. }, MembershipCommand::ApplyForMembership { .. }) => Ok(vec![]),
            (Standing::Applied { .. }, MembershipCommand::WithdrawApplication) => {
                Ok(vec![MembershipEvent::ApplicationWithdrawn {}])
            }
            (
                Standing::Applied { consented },
                MembershipCommand::AdmitMember { network, party, warrant, since },
            ) => {
                let admitted = self.admitted(*network, *party, MembershipClass::Member, *since)?;
                match warrant {
                    Warrant::Decision(_) => Ok(admitted),
                    Warrant::Founder { by, founders } => {
                        let mut consented = consented.clone();
                        let mut events = Vec::new();
                        if consented.insert(*by) {
                            events.push(MembershipEvent::AdmissionConsented {
                                network: *network,
                                party: *party,
                                founder: *by,
                            });
                        }
                        if founders.is_subset(&consented) {
                            events.extend(admitted);
                        }
                        Ok(events)
                    }
                }
            }
            (
                Standing::Outside | Standing::Invited | Standing::Applied { .. },
                MembershipCommand::AdmitFounder { .. },
            ) if self.former_until.is_some() => Err(MembershipRejection::FormerMember),
            (
                Standing::Outside | Standing::Invited | Standing::Applied { .. },
                MembershipCommand::AdmitFounder { network, person, since },
            ) => self.admitted(*network, Party::Person(*person), MembershipClass::Founder, *since),
            (Standing::Applied { .. }, MembershipCommand::DeclineApplication { .. }) => {
                Ok(vec![MembershipEvent::ApplicationDeclined {}])
            }
            (
                Standing::Outside | Standing::Invited,
                MembershipCommand::WithdrawApplication
                | MembershipCommand::AdmitMember { .. }
                | MembershipCommand::DeclineApplication { .. },
            ) => Err(MembershipRejection::NotApplied),
            (
                Standing::Outside | Standing::Invited | Standing::Applied { .. },
                MembershipCommand::ResignMembership { .. }
                | MembershipCommand::SuspendMember { .. }
                | MembershipCommand::ReinstateMember { .. }
                | MembershipCommand::ExpelMember { .. },
            ) => Err(MembershipRejection::NotAMember),
            (
                Standing::Active { .. } | Standing::Suspended { .. },
                MembershipCommand::AdmitFounder { .. },
            )
            | (Standing::Suspended { .. }, MembershipCommand::SuspendMember { .. })
            | (Standing::Active { .. }, MembershipCommand::ReinstateMember { .. }) => Ok(vec![]),
            (Standing::Active { .. }, MembershipCommand::SuspendMember { network, party }) => {
                Ok(vec![MembershipEvent::MemberSuspended { network: *network, party: *party }])
            }
            (Standing::Suspended { .. }, MembershipCommand::ReinstateMember { network, party }) => {
                Ok(vec![MembershipEvent::MemberReinstated { network: *network, party: *party }])
            }
            (
                Standing::Active { since } | Standing::Suspended { since },
                MembershipCommand::ResignMembership { until, .. }
                | MembershipCommand::ExpelMember { until, .. },
            ) if until < since => Err(MembershipRejection::EndsBeforeItBegan(*since)),
            (
                Standing::Active { .. } | Standing::Suspended { .. },
                MembershipCommand::ExpelMember { network, party, until },
            ) => Ok(vec![MembershipEvent::MemberExpelled {
                network: *network,
                party: *party,
                until: *until,
            }]),
            (
                Standing::Active { .. } | Standing::Suspended { .. },
                MembershipCommand::ResignMembership { network, party, until },
            ) => Ok(vec![MembershipEvent::MemberResigned {
                network: *network,
                party: *party,
                until: *until,
            }]),
            (
                Standing::Active { .. } | Standing::Suspended { .. },
                MembershipCommand::InviteParty { .. }
                | MembershipCommand::AcceptInvitation
                | MembershipCommand::DeclineInvitation
                | MembershipCommand::ApplyForMembership { .. }
                | MembershipCommand::WithdrawApplication
                | MembershipCommand::AdmitMember { .. }
                | MembershipCommand::DeclineApplication { .. },
            ) => Err(MembershipRejection::AlreadyMember),
        }
    }

    fn admitted(
        &self,
        network: NetworkId,
        party: Party,
        class: MembershipClass,
        since: Timestamp,
    ) -> Result<Vec<MembershipEvent>, MembershipRejection> {
        match self.former_until {
            Some(until) if since < until => {
                Err(MembershipRejection::BeginsBeforeFormerEnded(until))
            }
            Some(_) | None => {
                Ok(vec![MembershipEvent::MemberAdmitted { network, party, class, since }])
            }
        }
    }
}

impl Rejection for MembershipRejection {
    fn code(&self) -> ErrorCode {
        match self {
            MembershipRejection::Network(rejection) => rejection.code(),
            MembershipRejection::AlreadyMember => ErrorCode::AlreadyExists,
            MembershipRejection::NotInvited
            | MembershipRejection::NotApplied
            | MembershipRejection::EntryByInvitation
            | MembershipRejection::FormerMember
            | MembershipRejection::NotAMember
            | MembershipRejection::EndsBeforeItBegan(_)
            | MembershipRejection::BeginsBeforeFormerEnded(_) => ErrorCode::Precondition,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            MembershipRejection::Network(rejection) => rejection.reason(),
            MembershipRejection::AlreadyMember => "ALREADY_A_MEMBER",
            MembershipRejection::NotInvited => "NOT_INVITED",
            MembershipRejection::NotApplied => "NOT_APPLIED",
            MembershipRejection::EntryByInvitation => "ENTRY_BY_INVITATION",
            MembershipRejection::FormerMember => "FORMER_MEMBER",
            MembershipRejection::NotAMember => "NOT_A_MEMBER",
            MembershipRejection::EndsBeforeItBegan(_) => "MEMBERSHIP_ENDS_BEFORE_IT_BEGAN",
            MembershipRejection::BeginsBeforeFormerEnded(_) => {
                "MEMBERSHIP_BEGINS_BEFORE_FORMER_ENDED"
            }
        }
    }
}
