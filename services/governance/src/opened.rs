//! The streams of a secret vote that is over: the opened box, and apart from it the turnout. Each
//! records once.

use events::{AlikeBallots, BallotBoxEvent, ConstituencyTurnout, TurnoutEvent};
use kernel::{Decider, DecisionId, ErrorCode, Party, Rejection};

#[cfg(test)]
mod tests;

/// Records what was in the box.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenedCommand {
    /// The decision.
    pub decision: DecisionId,
    /// The ballots, in the order of what they say.
    pub ballots: Vec<AlikeBallots>,
}

/// Records who took part.
#[derive(Clone, PartialEq, Debug)]
pub struct TurnoutCommand {
    /// The decision.
    pub decision: DecisionId,
    /// How many voted.
    pub voted: u32,
    /// Who; `None` when so few voted that it would tell too much.
    pub voters: Option<Vec<Party>>,
    /// How each constituency took part, as far as it may be told; empty where the quorum is not of
    /// each.
    pub constituencies: Vec<ConstituencyTurnout>,
}

/// It was recorded before, with something else in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("what was in the box was recorded before, and is not what it is now")]
pub struct OpenedOtherwise;

impl Rejection for OpenedOtherwise {
    fn code(&self) -> ErrorCode {
        ErrorCode::Internal
    }

    fn reason(&self) -> &'static str {
        "BALLOT_BOX_OPENED_OTHERWISE"
    }
}

/// The recorded box of a decision; `None` before.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenedBox(pub Option<OpenedCommand>);

/// The recorded turnout of a decision; `None` before.
#[derive(Clone, PartialEq, Debug)]
pub struct Turnout(pub Option<TurnoutCommand>);

impl Decider for OpenedBox {
    type Command = OpenedCommand;
    type Event = BallotBoxEvent;
    type Rejection = OpenedOtherwise;

    fn initial() -> OpenedBox {
        OpenedBox(None)
    }

    fn decide(&self, command: &OpenedCommand) -> Result<Vec<BallotBoxEvent>, OpenedOtherwise> {
        let OpenedCommand { decision, ballots } = command.clone();
        match &self.0 {
            None => Ok(vec![BallotBoxEvent::BallotBoxSealed { decision, ballots }]),
            Some(recorded) if recorded == command => Ok(vec![]),
            Some(_) => Err(OpenedOtherwise),
        }
    }

    fn evolve(self, event: &BallotBoxEvent) -> OpenedBox {
        match event {
            BallotBoxEvent::BallotBoxSealed { decision, ballots } => {
                OpenedBox(Some(OpenedCommand { decision: *decision, ballots: ballots.clone() }))
            }
        }
    }
}

impl Decider for Turnout {
    type Command = TurnoutCommand;
    type Event = TurnoutEvent;
    type Rejection = OpenedOtherwise;

    fn initial() -> Turnout {
        Turnout(None)
    }

    fn decide(&self, command: &TurnoutCommand) -> Result<Vec<TurnoutEvent>, OpenedOtherwise> {
        let TurnoutCommand { decision, voted, voters, constituencies } = command.clone();
        match &self.0 {
            None => {
                Ok(vec![TurnoutEvent::TurnoutRecorded { decision, voted, voters, constituencies }])
            }
            Some(recorded) if recorded == command => Ok(vec![]),
            Some(_) => Err(OpenedOtherwise),
        }
    }

    fn evolve(self, event: &TurnoutEvent) -> Turnout {
        match event {
            TurnoutEvent::TurnoutRecorded { decision, voted, voters, constituencies } => {
                let (decision, voted, voters) = (*decision, *voted, voters.clone());
                let constituencies = constituencies.clone();
                Turnout(Some(TurnoutCommand { decision, voted, voters, constituencies }))
            }
        }
    }
}
