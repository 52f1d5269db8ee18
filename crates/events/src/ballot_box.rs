//! What is recorded of a secret vote: the opened box, and apart from it, who took part.

use kernel::{DecisionId, Event, Party, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Choice, Constituency};

/// Ballots that say the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AlikeBallots {
    /// What they say.
    pub choice: Choice,
    /// What each of them weighs.
    pub weight: u32,
    /// How many they are.
    pub count: u32,
}

/// How one constituency took part in a secret vote.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ConstituencyTurnout {
    /// Which one; absent is that of all entries without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constituency: Option<Constituency>,
    /// How many of it voted; absent in all constituencies when so few did in one of them that it
    /// would tell too much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted: Option<u32>,
    /// Whether enough of it did for the quorum; where the numbers are left out, whether enough of
    /// each did: which of them had too few would give the numbers away.
    pub quorate: bool,
}

/// What can happen to the box of a secret decision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum BallotBoxEvent {
    /// Voting ended and the box was emptied: what was in it, in the order of what ballots say.
    BallotBoxSealed {
        /// The decision.
        decision: DecisionId,
        /// The ballots.
        ballots: Vec<AlikeBallots>,
    },
}

/// What can happen to the turnout of a secret decision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum TurnoutEvent {
    /// Voting ended: so many took part.
    TurnoutRecorded {
        /// The decision.
        decision: DecisionId,
        /// How many voted.
        voted: u32,
        /// Who voted, in order of their ids; absent when so few did that it would tell too much.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        voters: Option<Vec<Party>>,
        /// Each constituency that the quorum is of; empty where it is not of each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        constituencies: Vec<ConstituencyTurnout>,
    },
}

impl Event for BallotBoxEvent {
    const CATEGORY: &'static str = "ballot_box";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            BallotBoxEvent::BallotBoxSealed { .. } => {}
        }
    }
}

impl Event for TurnoutEvent {
    const CATEGORY: &'static str = "turnout";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            TurnoutEvent::TurnoutRecorded { .. } => {}
        }
    }
}
