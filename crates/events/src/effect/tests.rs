//! The rules of an effect's stream, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));
const DECISION: DecisionId = DecisionId::new(Uuid::from_u128(0xdec1));

fn apply() -> EffectCommand {
    EffectCommand::ApplyEffect { network: OLD_CITY, decision: DECISION, index: 2 }
}

fn applied() -> EffectEvent {
    EffectEvent::EffectApplied { network: OLD_CITY, decision: DECISION, index: 2 }
}

fn refuse(reason: &str) -> EffectCommand {
    let reason = reason.to_owned();
    EffectCommand::RefuseEffect { network: OLD_CITY, decision: DECISION, index: 2, reason }
}

fn refused(reason: &str) -> EffectEvent {
    let reason = reason.to_owned();
    EffectEvent::EffectRefused { network: OLD_CITY, decision: DECISION, index: 2, reason }
}

#[test]
fn an_effect_is_applied_or_refused() {
    given::<EffectAnswer>([]).when(&apply()).then([applied()]);
    given::<EffectAnswer>([]).when(&refuse("ALREADY_A_MEMBER")).then([refused("ALREADY_A_MEMBER")]);
}

#[test]
fn the_first_answer_stays() {
    for first in [applied(), refused("ALREADY_A_MEMBER")] {
        for second in [apply(), refuse("ALREADY_A_MEMBER"), refuse("NOT_APPLIED")] {
            given::<EffectAnswer>([first.clone()]).when(&second).then([]);
        }
    }
    let both = EffectAnswer::replay(&[refused("NOT_APPLIED"), applied()]);
    assert_eq!(both, EffectAnswer::Refused { reason: "NOT_APPLIED".to_owned() });
}

#[test]
fn a_refusal_names_a_rule() {
    for reason in ["", "the disk is full", "not_applied", &"A".repeat(REASON_MAX + 1)] {
        given::<EffectAnswer>([])
            .when(&refuse(reason))
            .then_rejected(EffectRejection::ReasonNotAName);
    }
}
