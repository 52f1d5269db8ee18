//! The rules of a goal, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));
const WATER: GoalId = GoalId::new(Uuid::from_u128(0x1));
const AIR: GoalId = GoalId::new(Uuid::from_u128(0x2));
const FIRST: DecisionId = DecisionId::new(Uuid::from_u128(0xd1));
const SECOND: DecisionId = DecisionId::new(Uuid::from_u128(0xd2));

fn draft(text: &str) -> GoalCommand {
    GoalCommand::DraftGoal { network: OLD_CITY, by: ANNA, text: text.to_owned() }
}

fn drafted() -> GoalEvent {
    GoalEvent::GoalDrafted { network: OLD_CITY, by: ANNA, text: "Clean water".to_owned() }
}

fn adopt(decision: DecisionId) -> GoalCommand {
    GoalCommand::AdoptGoal { decision }
}

fn supersede(by_goal: GoalId, decision: DecisionId) -> GoalCommand {
    GoalCommand::SupersedeGoal { goal: WATER, by_goal, decision }
}

const ADOPTED: GoalEvent = GoalEvent::GoalAdopted { decision: FIRST };
const SUPERSEDED: GoalEvent = GoalEvent::GoalSuperseded { by_goal: AIR, decision: SECOND };
const ENDORSED: GoalEvent = GoalEvent::GoalEndorsed { by: BEN };
const ENDORSE: GoalCommand = GoalCommand::EndorseGoal { by: BEN };
const WITHDRAW: GoalCommand = GoalCommand::WithdrawEndorsement { by: BEN };

#[test]
fn a_goal_is_drafted_once() {
    given::<Goal>([]).when(&draft("Clean water")).then([drafted()]);
    given::<Goal>([drafted()]).when(&draft("Clean water")).then([]);
    given::<Goal>([drafted()])
        .when(&draft("Clean air"))
        .then_rejected(GoalRejection::DraftedAlready);
}

#[test]
fn a_goal_says_what_is_to_be_reached() {
    given::<Goal>([]).when(&draft("\t")).then_rejected(GoalRejection::TextBlank);
}

#[test]
fn a_decision_adopts_a_goal_once() {
    given::<Goal>([drafted()]).when(&adopt(FIRST)).then([ADOPTED]);
    given::<Goal>([drafted(), ADOPTED]).when(&adopt(FIRST)).then([]);
    given::<Goal>([drafted(), ADOPTED, SUPERSEDED]).when(&adopt(FIRST)).then([]);
    given::<Goal>([drafted(), ADOPTED])
        .when(&adopt(SECOND))
        .then_rejected(GoalRejection::AdoptedAlready);
    given::<Goal>([drafted(), ADOPTED, SUPERSEDED])
        .when(&adopt(SECOND))
        .then_rejected(GoalRejection::Superseded);
}

#[test]
fn members_stand_behind_a_draft_and_behind_an_adopted_goal() {
    given::<Goal>([drafted()]).when(&ENDORSE).then([ENDORSED]);
    given::<Goal>([drafted(), ADOPTED]).when(&ENDORSE).then([ENDORSED]);
    given::<Goal>([drafted(), ENDORSED]).when(&ENDORSE).then([]);
    given::<Goal>([drafted(), ADOPTED, SUPERSEDED])
        .when(&ENDORSE)
        .then_rejected(GoalRejection::Superseded);
}

#[test]
fn an_endorsement_is_taken_back() {
    let withdrawn = || GoalEvent::GoalEndorsementWithdrawn { by: BEN };
    given::<Goal>([drafted(), ENDORSED]).when(&WITHDRAW).then([withdrawn()]);
    given::<Goal>([drafted(), ENDORSED, ADOPTED]).when(&WITHDRAW).then([withdrawn()]);
    given::<Goal>([drafted(), ENDORSED, withdrawn()]).when(&WITHDRAW).then([]);
    given::<Goal>([drafted(), ENDORSED, withdrawn()]).when(&ENDORSE).then([ENDORSED]);
}

#[test]
fn another_goal_takes_the_place_of_an_adopted_one_once() {
    given::<Goal>([drafted(), ADOPTED]).when(&supersede(AIR, SECOND)).then([SUPERSEDED]);
    given::<Goal>([drafted(), ADOPTED, SUPERSEDED]).when(&supersede(AIR, SECOND)).then([]);
    given::<Goal>([drafted(), ADOPTED, SUPERSEDED])
        .when(&supersede(AIR, FIRST))
        .then_rejected(GoalRejection::Superseded);
    given::<Goal>([drafted()])
        .when(&supersede(AIR, SECOND))
        .then_rejected(GoalRejection::NotAdopted);
    given::<Goal>([drafted(), ADOPTED])
        .when(&supersede(WATER, SECOND))
        .then_rejected(GoalRejection::SupersedesItself);
}

#[test]
fn nothing_happens_to_a_goal_that_nobody_drafted() {
    for command in [adopt(FIRST), ENDORSE, WITHDRAW, supersede(AIR, SECOND)] {
        given::<Goal>([]).when(&command).then_rejected(GoalRejection::NotDrafted);
    }
}
