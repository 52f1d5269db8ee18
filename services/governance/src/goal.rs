//! The rules of a goal statement: what members mean to reach together.

use std::collections::BTreeSet;

use events::GoalEvent;
use kernel::{Decider, DecisionId, ErrorCode, GoalId, NetworkId, PersonId, Rejection};

#[cfg(test)]
mod tests;

/// What can be asked of a goal. Whether a person is an active member is known before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GoalCommand {
    /// Writes it down.
    DraftGoal {
        /// The network.
        network: NetworkId,
        /// Who does.
        by: PersonId,
        /// What is to be reached.
        text: String,
    },
    /// Carries out its adoption.
    AdoptGoal {
        /// The decision that adopted it.
        decision: DecisionId,
    },
    /// Stands behind it.
    EndorseGoal {
        /// Who does.
        by: PersonId,
    },
    /// Stands behind it no longer.
    WithdrawEndorsement {
        /// Who does not.
        by: PersonId,
    },
    /// Puts another goal in its place.
    SupersedeGoal {
        /// This goal.
        goal: GoalId,
        /// The other one.
        by_goal: GoalId,
        /// The decision that adopted the other one.
        decision: DecisionId,
    },
}

/// Why a goal refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GoalRejection {
    /// There is no such goal.
    #[error("there is no such goal")]
    NotDrafted,
    /// It was drafted before, with other words or by somebody else.
    #[error("this goal is drafted already, with another text or by somebody else")]
    DraftedAlready,
    /// It says nothing.
    #[error("a goal says what is to be reached; its text is blank")]
    TextBlank,
    /// Another decision adopted it.
    #[error("another decision adopted this goal already")]
    AdoptedAlready,
    /// Nobody adopted it.
    #[error("only an adopted goal can be superseded; a draft is simply not adopted")]
    NotAdopted,
    /// It is over.
    #[error("another goal took the place of this one")]
    Superseded,
    /// It would take its own place.
    #[error("a goal cannot take its own place")]
    SupersedesItself,
}

/// The state of one goal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Goal {
    /// No events yet.
    Undrafted,
    /// Written down.
    Drafted {
        /// The network.
        network: NetworkId,
        /// Who wrote it.
        by: PersonId,
        /// What is to be reached.
        text: String,
        /// Who stands behind it.
        endorsed_by: BTreeSet<PersonId>,
        /// How far it is.
        stage: Stage,
    },
}

/// How far a goal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Proposed to the members.
    Proposed,
    /// The network's, by this decision.
    Adopted(DecisionId),
    /// No longer, and which goal took its place by which decision.
    Superseded {
        /// The decision that had adopted it.
        adopted_by: DecisionId,
        /// The goal in its place.
        by_goal: GoalId,
        /// The decision on that one.
        decision: DecisionId,
    },
}

impl Decider for Goal {
    type Command = GoalCommand;
    type Event = GoalEvent;
    type Rejection = GoalRejection;

    fn initial() -> Goal {
        Goal::Undrafted
    }

    fn decide(&self, command: &GoalCommand) -> Result<Vec<GoalEvent>, GoalRejection> {
        match (self, command) {
            (Goal::Undrafted, GoalCommand::DraftGoal { network, by, text }) => {
                if text.trim().is_empty() {
                    return Err(GoalRejection::TextBlank);
                }
                let (network, by, text) = (*network, *by, text.clone());
                Ok(vec![GoalEvent::GoalDrafted { network, by, text }])
            }
            (
                Goal::Drafted { network: host, by: author, text: drafted, .. },
                GoalCommand::DraftGoal { network, by, text },
            ) => {
                let same = host == network && author == by && drafted == text;
                if same { Ok(vec![]) } else { Err(GoalRejection::DraftedAlready) }
            }
            (Goal::Drafted { stage, .. }, GoalCommand::AdoptGoal { decision }) => {
                adopt(*stage, *decision)
            }
            (Goal::Drafted { endorsed_by, stage, .. }, GoalCommand::EndorseGoal { by }) => {
                current(*stage)?;
                let event = GoalEvent::GoalEndorsed { by: *by };
                Ok(if endorsed_by.contains(by) { vec![] } else { vec![event] })
            }
            (Goal::Drafted { endorsed_by, stage, .. }, GoalCommand::WithdrawEndorsement { by }) => {
                current(*stage)?;
                let event = GoalEvent::GoalEndorsementWithdrawn { by: *by };
                Ok(if endorsed_by.contains(by) { vec![event] } else { vec![] })
            }
            (
                Goal::Drafted { stage, .. },
                GoalCommand::SupersedeGoal { goal, by_goal, decision },
            ) => {
                if goal == by_goal {
                    return Err(GoalRejection::SupersedesItself);
                }
                supersede(*stage, *by_goal, *decision)
            }
            (
                Goal::Undrafted,
                GoalCommand::AdoptGoal { .. }
                | GoalCommand::EndorseGoal { .. }
                | GoalCommand::WithdrawEndorsement { .. }
                | GoalCommand::SupersedeGoal { .. },
            ) => Err(GoalRejection::NotDrafted),
        }
    }

    fn evolve(self, event: &GoalEvent) -> Goal {
        match (self, event) {
            (_, GoalEvent::GoalDrafted { network, by, text }) => Goal::Drafted {
                network: *network,
                by: *by,
                text: text.clone(),
                endorsed_by: BTreeSet::new(),
                stage: Stage::Proposed,
            },
            (Goal::Drafted { network, by, text, mut endorsed_by, stage }, event) => {
                let stage = match (event, stage) {
                    (GoalEvent::GoalAdopted { decision }, _) => Stage::Adopted(*decision),
                    (
                        GoalEvent::GoalSuperseded { by_goal, decision },
                        Stage::Adopted(adopted_by),
                    ) => {
                        let (by_goal, decision) = (*by_goal, *decision);
                        Stage::Superseded { adopted_by, by_goal, decision }
                    }
                    (GoalEvent::GoalEndorsed { by }, stage) => {
                        endorsed_by.insert(*by);
                        stage
                    }
                    (GoalEvent::GoalEndorsementWithdrawn { by }, stage) => {
                        endorsed_by.remove(by);
                        stage
                    }
                    (GoalEvent::GoalDrafted { .. } | GoalEvent::GoalSuperseded { .. }, stage) => {
                        stage
                    }
                };
                Goal::Drafted { network, by, text, endorsed_by, stage }
            }
            (
                Goal::Undrafted,
                GoalEvent::GoalAdopted { .. }
                | GoalEvent::GoalEndorsed { .. }
                | GoalEvent::GoalEndorsementWithdrawn { .. }
                | GoalEvent::GoalSuperseded { .. },
            ) => Goal::Undrafted,
        }
    }
}

fn adopt(stage: Stage, decision: DecisionId) -> Result<Vec<GoalEvent>, GoalRejection> {
    match stage {
        Stage::Proposed => Ok(vec![GoalEvent::GoalAdopted { decision }]),
        Stage::Adopted(by) | Stage::Superseded { adopted_by: by, .. } if by == decision => {
            Ok(vec![])
        }
        Stage::Adopted(_) => Err(GoalRejection::AdoptedAlready),
        Stage::Superseded { .. } => Err(GoalRejection::Superseded),
    }
}

fn supersede(
    stage: Stage,
    by_goal: GoalId,
    decision: DecisionId,
) -> Result<Vec<GoalEvent>, GoalRejection> {
    match stage {
        Stage::Proposed => Err(GoalRejection::NotAdopted),
        Stage::Adopted(_) => Ok(vec![GoalEvent::GoalSuperseded { by_goal, decision }]),
        Stage::Superseded { by_goal: found, decision: by, .. } => {
            let same = found == by_goal && by == decision;
            if same { Ok(vec![]) } else { Err(GoalRejection::Superseded) }
        }
    }
}

fn current(stage: Stage) -> Result<(), GoalRejection> {
    match stage {
        Stage::Proposed | Stage::Adopted(_) => Ok(()),
        Stage::Superseded { .. } => Err(GoalRejection::Superseded),
    }
}

impl Rejection for GoalRejection {
    fn code(&self) -> ErrorCode {
        match self {
            GoalRejection::NotDrafted => ErrorCode::NotFound,
            GoalRejection::DraftedAlready | GoalRejection::AdoptedAlready => {
                ErrorCode::AlreadyExists
            }
            GoalRejection::TextBlank | GoalRejection::SupersedesItself => ErrorCode::Invalid,
            GoalRejection::NotAdopted | GoalRejection::Superseded => ErrorCode::Precondition,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            GoalRejection::NotDrafted => "GOAL_NOT_FOUND",
            GoalRejection::DraftedAlready => "GOAL_DRAFTED_ALREADY",
            GoalRejection::TextBlank => "GOAL_TEXT_BLANK",
            GoalRejection::AdoptedAlready => "GOAL_ADOPTED_ALREADY",
            GoalRejection::NotAdopted => "GOAL_NOT_ADOPTED",
            GoalRejection::Superseded => "GOAL_SUPERSEDED",
            GoalRejection::SupersedesItself => "GOAL_SUPERSEDES_ITSELF",
        }
    }
}
