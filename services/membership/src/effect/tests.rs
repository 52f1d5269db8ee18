//! What came of an effect is noted once.

use testkit::given;
use uuid::Uuid;

use super::*;

const EFFECT: EffectOf = EffectOf {
    network: NetworkId::new(Uuid::from_u128(0xc17)),
    decision: DecisionId::new(Uuid::from_u128(0xdec)),
    index: 2,
};

fn refuse() -> EffectCommand {
    EffectCommand::RecordRefused { effect: EFFECT, reason: "NOT_APPLIED".to_owned() }
}

fn applied() -> EffectEvent {
    let EffectOf { network, decision, index } = EFFECT;
    EffectEvent::EffectApplied { network, decision, index }
}

fn refused() -> EffectEvent {
    let EffectOf { network, decision, index } = EFFECT;
    EffectEvent::EffectRefused { network, decision, index, reason: "NOT_APPLIED".to_owned() }
}

#[test]
fn an_effect_is_noted_as_carried_out_or_as_refused() {
    given::<Effect>([]).when(&EffectCommand::RecordApplied(EFFECT)).then([applied()]);
    given::<Effect>([]).when(&refuse()).then([refused()]);
}

#[test]
fn the_first_note_stands() {
    for first in [applied(), refused()] {
        for second in [EffectCommand::RecordApplied(EFFECT), refuse()] {
            given::<Effect>([first.clone()]).when(&second).then([]);
        }
    }
}
