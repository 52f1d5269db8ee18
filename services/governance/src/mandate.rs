//! The rules of a mandate: an office that a decision confers on a member for a term.
//!
//! What the office is comes from the role, as the charter describes it when the mandate is conferred.

use events::{MandateEvent, RecalledBecause, Role, RoleName};
use jiff::Timestamp;
use kernel::{Decider, DecisionId, ErrorCode, NetworkId, PersonId, Rejection};

use crate::proposal::call::days_after;

#[cfg(test)]
mod tests;

/// What can be asked of a mandate.
#[derive(Clone, PartialEq, Debug)]
pub enum MandateCommand {
    /// Gives an office to somebody, if they accept.
    ConferMandate {
        /// What is given to whom.
        conferral: Box<Conferral>,
    },
    /// Takes it.
    AcceptMandate {
        /// Who does.
        by: PersonId,
        /// The present time.
        now: Timestamp,
    },
    /// Does not take it.
    DeclineMandate {
        /// Who does not.
        by: PersonId,
    },
    /// Gives what belongs to it to somebody who sees to it from then on. The holder stays in office
    /// until they resign or the term is over.
    HandOverMandate {
        /// Who does.
        by: PersonId,
        /// To whom.
        to: PersonId,
        /// Whether that is a member.
        standing: HolderStanding,
    },
    /// Gives it up.
    ResignMandate {
        /// Who does.
        by: PersonId,
        /// Who holds the office besides.
        office: Office,
    },
    /// Ends it because the term is over.
    ExpireMandate {
        /// The present time, or the time it was due.
        now: Timestamp,
    },
    /// Takes it away.
    RecallMandate {
        /// Why.
        recall: Recall,
    },
}

/// What is needed to give an office to somebody.
#[derive(Clone, PartialEq, Debug)]
pub struct Conferral {
    /// The network.
    pub network: NetworkId,
    /// The decision.
    pub decision: DecisionId,
    /// The role, as the charter in force describes it; `None` when it describes none of that name.
    pub role: Option<Role>,
    /// The version of that charter.
    pub charter_version: u32,
    /// On whom it is conferred.
    pub holder: PersonId,
    /// Whether that is a member.
    pub standing: HolderStanding,
    /// How many hold the office or have been given it, for a time that includes `from`, this one not
    /// counted.
    pub seats_taken: u32,
    /// How many terms the holder has served in the office on end up to `from`.
    pub terms_served: u32,
    /// When the term begins.
    pub from: Timestamp,
}

/// Whether somebody is an active member of the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HolderStanding {
    /// They are.
    Member,
    /// They are not.
    Outsider,
}

/// Who holds an office besides the one who gives it up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Office {
    /// The network can be without a holder.
    NotRequired,
    /// The network cannot, and others hold it.
    HeldByOthers,
    /// The network cannot, and nobody else holds it; that it falls vacant is on record.
    VacancyLogged,
    /// The network cannot, and nobody else holds it.
    LastHolder,
}

/// Why a mandate is taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recall {
    /// A decision of this network says so.
    ByDecision {
        /// The network.
        network: NetworkId,
        /// The decision.
        decision: DecisionId,
    },
    /// The holder is a member no longer.
    LeftNetwork,
}

/// Why a mandate refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MandateRejection {
    /// There is no such mandate.
    #[error("there is no such mandate")]
    NotConferred,
    /// A decision confers one mandate on a person.
    #[error("the decision conferred another mandate on this person already")]
    AlreadyConferred,
    /// The charter describes the office.
    #[error("the charter describes no such role")]
    RoleUnknown,
    /// Members hold offices.
    #[error("only an active member of the network can do what belongs to a mandate")]
    HolderNotAMember,
    /// The charter says how many hold an office.
    #[error("all {0} seats of the role are taken")]
    SeatsTaken(u32),
    /// The charter says how many terms on end somebody serves.
    #[error("nobody serves in this role for more than {0} terms on end")]
    TermsServed(u32),
    /// Only the holder does this.
    #[error("only the holder of the mandate can do this")]
    NotTheHolder,
    /// The mandate was not accepted.
    #[error("the mandate was not accepted")]
    NotAccepted,
    /// The mandate was accepted.
    #[error("the mandate was accepted already; it can be resigned")]
    AlreadyAccepted,
    /// The mandate ended.
    #[error("the mandate has ended")]
    Ended,
    /// The term is over.
    #[error("the term ended on {0}")]
    TermOver(Timestamp),
    /// The term is not over.
    #[error("the term ends on {0}")]
    TermNotOver(Timestamp),
    /// One hands over to somebody else.
    #[error("a mandate is handed over to somebody else")]
    HandOverToOneself,
    /// The network cannot be without a holder.
    #[error("the last holder of a required role hands over first, or has the vacancy recorded")]
    LastHolder,
    /// A network recalls its own mandates.
    #[error("this is a mandate of another network")]
    OfAnotherNetwork,
}

/// The state of one mandate.
#[derive(Clone, PartialEq, Debug)]
pub enum Mandate {
    /// No events yet.
    None,
    /// Given to somebody.
    Given(Given),
}

/// A mandate that was given to somebody.
#[derive(Clone, PartialEq, Debug)]
pub struct Given {
    /// The network.
    pub network: NetworkId,
    /// The decision.
    pub decision: DecisionId,
    /// The role.
    pub role: RoleName,
    /// Who holds it.
    pub holder: PersonId,
    /// When the term begins.
    pub from: Timestamp,
    /// When the term ends.
    pub until: Timestamp,
    /// Whom what belongs to it was handed over to; `None` for nobody.
    pub handed_over_to: Option<PersonId>,
    /// How far it is.
    pub stage: Stage,
}

/// How far a mandate is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Given, and not answered.
    Conferred,
    /// In office.
    Accepted,
    /// Over.
    Ended(EndedBecause),
}

/// Why a mandate is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndedBecause {
    /// The holder did not take it.
    Declined,
    /// The holder gave it up.
    Resigned,
    /// The term was over.
    Expired,
    /// It was taken away.
    Recalled,
}

impl Decider for Mandate {
    type Command = MandateCommand;
    type Event = MandateEvent;
    type Rejection = MandateRejection;

    fn initial() -> Mandate {
        Mandate::None
    }

    fn decide(&self, command: &MandateCommand) -> Result<Vec<MandateEvent>, MandateRejection> {
        match (self, command) {
            (Mandate::None, MandateCommand::ConferMandate { conferral }) => conferral.confer(),
            (Mandate::Given(given), MandateCommand::ConferMandate { conferral }) => {
                given.conferred_as(conferral)
            }
            (Mandate::Given(given), MandateCommand::AcceptMandate { by, now }) => {
                given.accept(*by, *now)
            }
            (Mandate::Given(given), MandateCommand::DeclineMandate { by }) => given.decline(*by),
            (Mandate::Given(given), MandateCommand::HandOverMandate { by, to, standing }) => {
                given.hand_over(*by, *to, *standing)
            }
            (Mandate::Given(given), MandateCommand::ResignMandate { by, office }) => {
                given.resign(*by, *office)
            }
            (Mandate::Given(given), MandateCommand::ExpireMandate { now }) => given.expire(*now),
            (Mandate::Given(given), MandateCommand::RecallMandate { recall }) => {
                given.recall(*recall)
            }
            (
                Mandate::None,
                MandateCommand::AcceptMandate { .. }
                | MandateCommand::DeclineMandate { .. }
                | MandateCommand::HandOverMandate { .. }
                | MandateCommand::ResignMandate { .. }
                | MandateCommand::ExpireMandate { .. }
                | MandateCommand::RecallMandate { .. },
            ) => Err(MandateRejection::NotConferred),
        }
    }

    fn evolve(self, event: &MandateEvent) -> Mandate {
        match (self, event) {
            (
                _,
                MandateEvent::MandateConferred {
                    network,
                    decision,
                    role,
                    holder,
                    from,
                    until,
                    charter_version: _,
                    term: _,
                },
            ) => Mandate::Given(Given {
                network: *network,
                decision: *decision,
                role: role.clone(),
                holder: *holder,
                from: *from,
                until: *until,
                handed_over_to: None,
                stage: Stage::Conferred,
            }),
            (Mandate::Given(given), event) => Mandate::Given(given.fold(event)),
            (
                Mandate::None,
                MandateEvent::MandateAccepted {}
                | MandateEvent::MandateDeclined {}
                | MandateEvent::MandateHandedOver { .. }
                | MandateEvent::MandateResigned {}
                | MandateEvent::MandateExpired {}
                | MandateEvent::MandateRecalled { .. },
            ) => Mandate::None,
        }
    }
}

impl Conferral {
    fn confer(&self) -> Result<Vec<MandateEvent>, MandateRejection> {
        let role = self.role.as_ref().ok_or(MandateRejection::RoleUnknown)?;
        self.standing.member()?;
        if role.seats <= self.seats_taken {
            return Err(MandateRejection::SeatsTaken(role.seats));
        }
        if let Some(terms_max) = role.consecutive_terms_max
            && terms_max <= self.terms_served
        {
            return Err(MandateRejection::TermsServed(terms_max));
        }
        Ok(vec![MandateEvent::MandateConferred {
            network: self.network,
            decision: self.decision,
            role: role.name.clone(),
            charter_version: self.charter_version,
            holder: self.holder,
            from: self.from,
            until: days_after(self.from, role.term_days),
            term: self.terms_served.saturating_add(1),
        }])
    }
}

impl HolderStanding {
    fn member(self) -> Result<(), MandateRejection> {
        match self {
            HolderStanding::Member => Ok(()),
            HolderStanding::Outsider => Err(MandateRejection::HolderNotAMember),
        }
    }
}

impl Given {
    /// A decision gives a mandate once, whatever became of it.
    fn conferred_as(&self, conferral: &Conferral) -> Result<Vec<MandateEvent>, MandateRejection> {
        let role = conferral.role.as_ref().ok_or(MandateRejection::RoleUnknown)?;
        let same = (self.network, self.decision, self.holder, &self.role)
            == (conferral.network, conferral.decision, conferral.holder, &role.name);
        if same { Ok(vec![]) } else { Err(MandateRejection::AlreadyConferred) }
    }

    fn by_holder(&self, by: PersonId) -> Result<(), MandateRejection> {
        if by == self.holder { Ok(()) } else { Err(MandateRejection::NotTheHolder) }
    }

    fn accept(&self, by: PersonId, now: Timestamp) -> Result<Vec<MandateEvent>, MandateRejection> {
        self.by_holder(by)?;
        match self.stage {
            Stage::Conferred if self.until <= now => Err(MandateRejection::TermOver(self.until)),
            Stage::Conferred => Ok(vec![MandateEvent::MandateAccepted {}]),
            Stage::Accepted => Ok(vec![]),
            Stage::Ended(_) => Err(MandateRejection::Ended),
        }
    }

    fn decline(&self, by: PersonId) -> Result<Vec<MandateEvent>, MandateRejection> {
        self.by_holder(by)?;
        match self.stage {
            Stage::Conferred => Ok(vec![MandateEvent::MandateDeclined {}]),
            Stage::Accepted => Err(MandateRejection::AlreadyAccepted),
            Stage::Ended(EndedBecause::Declined) => Ok(vec![]),
            Stage::Ended(
                EndedBecause::Resigned | EndedBecause::Expired | EndedBecause::Recalled,
            ) => Err(MandateRejection::Ended),
        }
    }

    fn in_office(&self) -> Result<(), MandateRejection> {
        match self.stage {
            Stage::Accepted => Ok(()),
            Stage::Conferred => Err(MandateRejection::NotAccepted),
            Stage::Ended(_) => Err(MandateRejection::Ended),
        }
    }

    fn hand_over(
        &self,
        by: PersonId,
        to: PersonId,
        standing: HolderStanding,
    ) -> Result<Vec<MandateEvent>, MandateRejection> {
        self.by_holder(by)?;
        self.in_office()?;
        if to == self.holder {
            return Err(MandateRejection::HandOverToOneself);
        }
        standing.member()?;
        if self.handed_over_to == Some(to) {
            return Ok(vec![]);
        }
        Ok(vec![MandateEvent::MandateHandedOver { to }])
    }

    fn resign(&self, by: PersonId, office: Office) -> Result<Vec<MandateEvent>, MandateRejection> {
        self.by_holder(by)?;
        if self.stage == Stage::Ended(EndedBecause::Resigned) {
            return Ok(vec![]);
        }
        self.in_office()?;
        match (office, self.handed_over_to) {
            (Office::LastHolder, None) => Err(MandateRejection::LastHolder),
            (Office::LastHolder, Some(_))
            | (Office::NotRequired | Office::HeldByOthers | Office::VacancyLogged, _) => {
                Ok(vec![MandateEvent::MandateResigned {}])
            }
        }
    }

    /// A term ends when it ends, required role or not; an unanswered mandate ends with it.
    fn expire(&self, now: Timestamp) -> Result<Vec<MandateEvent>, MandateRejection> {
        match self.stage {
            Stage::Conferred | Stage::Accepted if now < self.until => {
                Err(MandateRejection::TermNotOver(self.until))
            }
            Stage::Conferred | Stage::Accepted => Ok(vec![MandateEvent::MandateExpired {}]),
            Stage::Ended(_) => Ok(vec![]),
        }
    }

    fn recall(&self, recall: Recall) -> Result<Vec<MandateEvent>, MandateRejection> {
        let (because, decision) = match recall {
            Recall::ByDecision { network, .. } if network != self.network => {
                return Err(MandateRejection::OfAnotherNetwork);
            }
            Recall::ByDecision { decision, .. } => (RecalledBecause::Decision, Some(decision)),
            Recall::LeftNetwork => (RecalledBecause::LeftNetwork, None),
        };
        match self.stage {
            Stage::Conferred | Stage::Accepted => {
                Ok(vec![MandateEvent::MandateRecalled { because, decision }])
            }
            Stage::Ended(_) => Ok(vec![]),
        }
    }

    fn fold(self, event: &MandateEvent) -> Given {
        let stage = match event {
            MandateEvent::MandateConferred { .. } => return self,
            MandateEvent::MandateHandedOver { to } => {
                return Given { handed_over_to: Some(*to), ..self };
            }
            MandateEvent::MandateAccepted {} => Stage::Accepted,
            MandateEvent::MandateDeclined {} => Stage::Ended(EndedBecause::Declined),
            MandateEvent::MandateResigned {} => Stage::Ended(EndedBecause::Resigned),
            MandateEvent::MandateExpired {} => Stage::Ended(EndedBecause::Expired),
            MandateEvent::MandateRecalled { .. } => Stage::Ended(EndedBecause::Recalled),
        };
        Given { stage, ..self }
    }
}

impl Rejection for MandateRejection {
    fn code(&self) -> ErrorCode {
        match self {
            MandateRejection::NotConferred => ErrorCode::NotFound,
            MandateRejection::AlreadyConferred => ErrorCode::AlreadyExists,
            MandateRejection::NotTheHolder => ErrorCode::Forbidden,
            MandateRejection::HandOverToOneself => ErrorCode::Invalid,
            MandateRejection::RoleUnknown
            | MandateRejection::HolderNotAMember
            | MandateRejection::SeatsTaken(_)
            | MandateRejection::TermsServed(_)
            | MandateRejection::NotAccepted
            | MandateRejection::AlreadyAccepted
            | MandateRejection::Ended
            | MandateRejection::TermOver(_)
            | MandateRejection::TermNotOver(_)
            | MandateRejection::LastHolder
            | MandateRejection::OfAnotherNetwork => ErrorCode::Precondition,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            MandateRejection::NotConferred => "MANDATE_NOT_FOUND",
            MandateRejection::AlreadyConferred => "MANDATE_ALREADY_CONFERRED",
            MandateRejection::RoleUnknown => "MANDATE_ROLE_UNKNOWN",
            MandateRejection::HolderNotAMember => "MANDATE_HOLDER_NOT_A_MEMBER",
            MandateRejection::SeatsTaken(_) => "MANDATE_SEATS_TAKEN",
            MandateRejection::TermsServed(_) => "MANDATE_TERMS_SERVED",
            MandateRejection::NotTheHolder => "NOT_THE_MANDATE_HOLDER",
            MandateRejection::NotAccepted => "MANDATE_NOT_ACCEPTED",
            MandateRejection::AlreadyAccepted => "MANDATE_ALREADY_ACCEPTED",
            MandateRejection::Ended => "MANDATE_ENDED",
            MandateRejection::TermOver(_) => "MANDATE_TERM_OVER",
            MandateRejection::TermNotOver(_) => "MANDATE_TERM_NOT_OVER",
            MandateRejection::HandOverToOneself => "MANDATE_HAND_OVER_TO_ONESELF",
            MandateRejection::LastHolder => "MANDATE_LAST_HOLDER",
            MandateRejection::OfAnotherNetwork => "MANDATE_OF_ANOTHER_NETWORK",
        }
    }
}
