//! The rules between a party and a network: how one enters, and how one leaves.

use std::collections::BTreeSet;

use events::{MembershipClass, MembershipEvent};
use jiff::Timestamp;
use kernel::{Decider, ErrorCode, NetworkId, Party, PersonId, Personal, Rejection};

use crate::network::Entry;

#[cfg(test)]
mod tests;

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
        /// Who admits.
        by: PersonId,
        /// Who founded the network; they admit while it is forming.
        founders: BTreeSet<PersonId>,
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
        /// Who decides.
        by: PersonId,
        /// Who founded the network; they decide while it is forming.
        founders: BTreeSet<PersonId>,
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
    /// Only founders decide while the network is forming.
    #[error("only a founder decides on members while the network is forming")]
    NotAFounder,
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
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Standing {
    /// Outside, with nothing pending.
    Outside,
    /// Asked to join.
    Invited,
    /// Wants to join; the network has yet to decide.
    Applied,
    /// An active member.
    Active {
        /// Since when.
        since: Timestamp,
    },
}

/// The state of one membership.
#[derive(Clone, Copy, PartialEq, Debug)]
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
    type Command = MembershipCommand;
    type Event = MembershipEvent;
    type Rejection = MembershipRejection;

    fn initial() -> Membership {
        Membership { standing: Standing::Outside, former_until: None }
    }

    #[expect(clippy::too_many_lines, reason = "one table of standings and commands")]
    fn decide(
        &self,
        command: &MembershipCommand,
    ) -> Result<Vec<MembershipEvent>, MembershipRejection> {
        match (self.standing, command) {
            (Standing::Outside, MembershipCommand::InviteParty { network, party, message }) => {
                Ok(vec![MembershipEvent::PartyInvited {
                    network: *network,
                    party: *party,
                    message: message.clone(),
                }])
            }
            (Standing::Invited | Standing::Applied, MembershipCommand::InviteParty { .. }) => {
                Ok(vec![])
            }
            (Standing::Invited, MembershipCommand::AcceptInvitation) => {
                Ok(vec![MembershipEvent::InvitationAccepted {}])
            }
            (Standing::Applied, MembershipCommand::AcceptInvitation) => Ok(vec![]),
            (Standing::Invited, MembershipCommand::DeclineInvitation) => {
                Ok(vec![MembershipEvent::InvitationDeclined {}])
            }
            (
                Standing::Outside,
                MembershipCommand::AcceptInvitation | MembershipCommand::DeclineInvitation,
            )
            | (Standing::Applied, MembershipCommand::DeclineInvitation) => {
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
            (Standing::Applied, MembershipCommand::ApplyForMembership { .. }) => Ok(vec![]),
            (Standing::Applied, MembershipCommand::WithdrawApplication) => {
                Ok(vec![MembershipEvent::ApplicationWithdrawn {}])
            }
            (
                Standing::Applied,
                MembershipCommand::AdmitMember { network, party, by, founders, since },
            ) => {
                founder(founders, *by)?;
                self.admitted(*network, *party, MembershipClass::Member, *since)
            }
            (
                Standing::Outside | Standing::Invited | Standing::Applied,
                MembershipCommand::AdmitFounder { .. },
            ) if self.former_until.is_some() => Err(MembershipRejection::FormerMember),
            (
                Standing::Outside | Standing::Invited | Standing::Applied,
                MembershipCommand::AdmitFounder { network, person, since },
            ) => self.admitted(*network, Party::Person(*person), MembershipClass::Founder, *since),
            (Standing::Applied, MembershipCommand::DeclineApplication { by, founders }) => {
                founder(founders, *by)?;
                Ok(vec![MembershipEvent::ApplicationDeclined {}])
            }
            (
                Standing::Outside | Standing::Invited,
                MembershipCommand::WithdrawApplication
                | MembershipCommand::AdmitMember { .. }
                | MembershipCommand::DeclineApplication { .. },
            ) => Err(MembershipRejection::NotApplied),
            (
                Standing::Outside | Standing::Invited | Standing::Applied,
                MembershipCommand::ResignMembership { .. },
            ) => Err(MembershipRejection::NotAMember),
            (Standing::Active { .. }, MembershipCommand::AdmitFounder { .. }) => Ok(vec![]),
            (Standing::Active { since }, MembershipCommand::ResignMembership { until, .. })
                if *until < since =>
            {
                Err(MembershipRejection::EndsBeforeItBegan(since))
            }
            (
                Standing::Active { .. },
                MembershipCommand::ResignMembership { network, party, until },
            ) => Ok(vec![MembershipEvent::MemberResigned {
                network: *network,
                party: *party,
                until: *until,
            }]),
            (
                Standing::Active { .. },
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

    fn evolve(self, event: &MembershipEvent) -> Membership {
        let standing = match event {
            MembershipEvent::PartyInvited { .. } => Standing::Invited,
            MembershipEvent::InvitationAccepted {} | MembershipEvent::MembershipApplied { .. } => {
                Standing::Applied
            }
            MembershipEvent::InvitationDeclined {}
            | MembershipEvent::ApplicationWithdrawn {}
            | MembershipEvent::ApplicationDeclined {} => Standing::Outside,
            MembershipEvent::MemberAdmitted { since, .. } => Standing::Active { since: *since },
            MembershipEvent::MemberResigned { until, .. } => {
                return Membership { standing: Standing::Outside, former_until: Some(*until) };
            }
        };
        Membership { standing, ..self }
    }
}

impl Membership {
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

fn founder(founders: &BTreeSet<PersonId>, by: PersonId) -> Result<(), MembershipRejection> {
    if founders.contains(&by) { Ok(()) } else { Err(MembershipRejection::NotAFounder) }
}

impl Rejection for MembershipRejection {
    fn code(&self) -> ErrorCode {
        match self {
            MembershipRejection::AlreadyMember => ErrorCode::AlreadyExists,
            MembershipRejection::NotInvited
            | MembershipRejection::NotApplied
            | MembershipRejection::EntryByInvitation
            | MembershipRejection::FormerMember
            | MembershipRejection::NotAMember
            | MembershipRejection::EndsBeforeItBegan(_)
            | MembershipRejection::BeginsBeforeFormerEnded(_) => ErrorCode::Precondition,
            MembershipRejection::NotAFounder => ErrorCode::Forbidden,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            MembershipRejection::AlreadyMember => "ALREADY_A_MEMBER",
            MembershipRejection::NotInvited => "NOT_INVITED",
            MembershipRejection::NotApplied => "NOT_APPLIED",
            MembershipRejection::EntryByInvitation => "ENTRY_BY_INVITATION",
            MembershipRejection::NotAFounder => "NOT_A_FOUNDER",
            MembershipRejection::FormerMember => "FORMER_MEMBER",
            MembershipRejection::NotAMember => "NOT_A_MEMBER",
            MembershipRejection::EndsBeforeItBegan(_) => "MEMBERSHIP_ENDS_BEFORE_IT_BEGAN",
            MembershipRejection::BeginsBeforeFormerEnded(_) => {
                "MEMBERSHIP_BEGINS_BEFORE_FORMER_ENDED"
            }
        }
    }
}
