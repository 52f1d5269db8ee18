//! What was in a box is recorded once.

use events::{AlikeBallots, Choice, TurnoutEvent};
use kernel::{Decider as _, DecisionId};
use uuid::Uuid;

use super::{OpenedBox, OpenedCommand, OpenedOtherwise, Turnout, TurnoutCommand};

const DECISION: DecisionId = DecisionId::new(Uuid::from_u128(1));

fn opened(count: u32) -> OpenedCommand {
    let ballots = vec![AlikeBallots { choice: Choice::Blank {}, weight: 1, count }];
    OpenedCommand { decision: DECISION, ballots }
}

#[test]
fn the_same_box_is_recorded_once_and_another_one_never_in_its_place() {
    let events = OpenedBox::initial().decide(&opened(2)).unwrap();
    let recorded = OpenedBox::replay(&events);
    assert_eq!(recorded.decide(&opened(2)), Ok(vec![]));
    assert_eq!(recorded.decide(&opened(3)), Err(OpenedOtherwise));
}

#[test]
fn a_turnout_is_recorded_once() {
    let few =
        TurnoutCommand { decision: DECISION, voted: 2, voters: None, constituencies: Vec::new() };
    let events = Turnout::initial().decide(&few).unwrap();
    let event = TurnoutEvent::TurnoutRecorded {
        decision: DECISION,
        voted: 2,
        voters: None,
        constituencies: Vec::new(),
    };
    assert_eq!(events, [event]);
    let recorded = Turnout::replay(&events);
    assert_eq!(recorded.decide(&few), Ok(vec![]));
    let other = TurnoutCommand { voted: 3, ..few };
    assert_eq!(recorded.decide(&other), Err(OpenedOtherwise));
}
