//! The rules of a tie, one sentence a test.

use kernel::{OrganisationId, PersonId};
use testkit::given;
use uuid::Uuid;

use super::*;

/// Declares the tie.
const ANNA: Party = Party::Person(PersonId::new(Uuid::from_u128(0xa)));
/// Is whom it points to.
const BEN: Party = Party::Person(PersonId::new(Uuid::from_u128(0xb)));
/// Is a stranger to it.
const CHLOE: Party = Party::Person(PersonId::new(Uuid::from_u128(0xc)));
const BEE_SOCIETY: Party = Party::Organisation(OrganisationId::new(Uuid::from_u128(0xbee)));
const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));

const VISIBILITIES: [TieVisibility; 3] =
    [TieVisibility::Source, TieVisibility::Parties, TieVisibility::Network];

/// Midnight of a day of 1936.
fn on(day: &str) -> Timestamp {
    format!("1936-{day}T00:00:00Z").parse().unwrap()
}

/// Anna trusts Ben since the 1st of March.
fn declaration() -> Declaration {
    Declaration {
        network: OLD_CITY,
        source: ANNA,
        target: BEN,
        kind: TieKind::Trusts,
        basis: TieBasis::WorkedTogether,
        visibility: TieVisibility::Parties,
        since: on("03-01"),
        note: None,
    }
}

fn note() -> Personal<String> {
    Personal::open(PersonId::new(Uuid::from_u128(0xa)), "Lent me a smoker".to_owned())
}

fn declare(declaration: Declaration) -> TieCommand {
    TieCommand::DeclareTie { declaration, target_standing: TargetStanding::Member }
}

fn declared(declaration: Declaration) -> TieEvent {
    let Declaration { network, source, target, kind, basis, visibility, since, note } = declaration;
    TieEvent::TieDeclared { network, source, target, kind, basis, visibility, since, note }
}

fn open() -> TieEvent {
    declared(declaration())
}

fn open_to(visibility: TieVisibility) -> TieEvent {
    declared(Declaration { visibility, ..declaration() })
}

fn acknowledge(by: Party) -> TieCommand {
    TieCommand::AcknowledgeTie { by }
}

fn acknowledged() -> TieEvent {
    acknowledged_to(declaration().visibility)
}

fn acknowledged_to(visibility: TieVisibility) -> TieEvent {
    TieEvent::TieAcknowledged { source: ANNA, target: BEN, visibility }
}

fn rated(rating: Option<u8>) -> Ratings {
    Ratings {
        reliability: rating,
        shared_mission: None,
        openness: None,
        influence: None,
        involvement: None,
        contribution: None,
    }
}

fn sealed(ratings: Ratings) -> Personal<Ratings> {
    Personal::open(PersonId::new(Uuid::from_u128(0xa)), ratings)
}

fn assess(by: Party, ratings: Ratings, intensity: Option<Intensity>) -> TieCommand {
    TieCommand::AssessTie { by, ratings: sealed(ratings), intensity }
}

fn assessed(ratings: Ratings, intensity: Option<Intensity>) -> TieEvent {
    let ratings = sealed(ratings);
    TieEvent::TieAssessed { instrument: INSTRUMENT, source: ANNA, ratings, intensity }
}

fn withdraw(by: Party, until: Timestamp) -> TieCommand {
    TieCommand::WithdrawTie { by, until }
}

fn withdrawn(until: Timestamp) -> TieEvent {
    withdrawn_to(declaration().visibility, until)
}

fn withdrawn_to(visibility: TieVisibility, until: Timestamp) -> TieEvent {
    TieEvent::TieWithdrawn { source: ANNA, target: BEN, visibility, until }
}

#[test]
fn a_tie_is_declared_with_its_basis_its_beginning_and_a_note() {
    let declaration = Declaration { note: Some(note()), ..declaration() };
    given::<Tie>([]).when(&declare(declaration.clone())).then([declared(declaration)]);
}

#[test]
fn a_tie_joins_a_person_and_an_organisation_in_either_direction() {
    for (source, target) in [(ANNA, BEE_SOCIETY), (BEE_SOCIETY, ANNA)] {
        let declaration = Declaration { source, target, ..declaration() };
        given::<Tie>([]).when(&declare(declaration.clone())).then([declared(declaration)]);
    }
}

#[test]
fn nobody_declares_a_tie_to_oneself() {
    for party in [ANNA, BEE_SOCIETY] {
        given::<Tie>([])
            .when(&declare(Declaration { source: party, target: party, ..declaration() }))
            .then_rejected(TieRejection::ToOneself);
    }
}

#[test]
fn a_tie_points_to_a_member_of_the_network() {
    given::<Tie>([])
        .when(&TieCommand::DeclareTie {
            declaration: declaration(),
            target_standing: TargetStanding::Outsider,
        })
        .then_rejected(TieRejection::TargetNotAMember);
}

#[test]
fn declaring_the_same_tie_twice_changes_nothing() {
    given::<Tie>([open()]).when(&declare(declaration())).then([]);
    given::<Tie>([open(), acknowledged()]).when(&declare(declaration())).then([]);
}

#[test]
fn declaring_the_same_tie_twice_changes_nothing_although_the_target_has_left() {
    given::<Tie>([open()])
        .when(&TieCommand::DeclareTie {
            declaration: declaration(),
            target_standing: TargetStanding::Outsider,
        })
        .then([]);
}

#[test]
fn an_open_tie_is_not_declared_again_on_other_terms() {
    for other in [
        Declaration { basis: TieBasis::Gathering, ..declaration() },
        Declaration { visibility: TieVisibility::Network, ..declaration() },
        Declaration { since: on("03-02"), ..declaration() },
    ] {
        given::<Tie>([open()]).when(&declare(other)).then_rejected(TieRejection::AlreadyOpen);
    }
}

#[test]
fn an_open_tie_is_not_declared_again_with_a_note_because_notes_cannot_be_compared() {
    let declaration = Declaration { note: Some(note()), ..declaration() };
    given::<Tie>([declared(declaration.clone())])
        .when(&declare(declaration))
        .then_rejected(TieRejection::AlreadyOpen);
}

#[test]
fn the_target_acknowledges() {
    for visibility in [TieVisibility::Parties, TieVisibility::Network] {
        given::<Tie>([open_to(visibility)])
            .when(&acknowledge(BEN))
            .then([acknowledged_to(visibility)]);
    }
}

#[test]
fn acknowledging_twice_changes_nothing() {
    given::<Tie>([open(), acknowledged()]).when(&acknowledge(BEN)).then([]);
}

#[test]
fn the_source_does_not_acknowledge_its_own_tie() {
    for visibility in VISIBILITIES {
        given::<Tie>([open_to(visibility)])
            .when(&acknowledge(ANNA))
            .then_rejected(TieRejection::NotTheTarget);
    }
}

#[test]
fn the_source_assesses_a_tie() {
    let ratings = Ratings {
        reliability: Some(1),
        shared_mission: Some(2),
        openness: Some(3),
        influence: Some(4),
        involvement: None,
        contribution: None,
    };
    given::<Tie>([open()])
        .when(&assess(ANNA, ratings, Some(Intensity::Coordination)))
        .then([assessed(ratings, Some(Intensity::Coordination))]);
}

#[test]
fn a_tie_is_assessed_before_and_after_it_is_acknowledged_and_again() {
    let first = assessed(rated(Some(2)), None);
    for history in [vec![open()], vec![open(), acknowledged()], vec![open(), first.clone()]] {
        given::<Tie>(history).when(&assess(ANNA, rated(Some(2)), None)).then([first.clone()]);
    }
}

#[test]
fn an_assessment_answers_one_question_at_least() {
    given::<Tie>([open()])
        .when(&assess(ANNA, rated(None), None))
        .then_rejected(TieRejection::RatingsEmpty);
}

#[test]
fn an_intensity_alone_is_an_answer() {
    given::<Tie>([open()])
        .when(&assess(ANNA, rated(None), Some(Intensity::Awareness)))
        .then([assessed(rated(None), Some(Intensity::Awareness))]);
}

#[test]
fn every_rating_is_between_one_and_four() {
    for rating in [0, 5, u8::MAX] {
        let bad = Some(rating);
        for ratings in [
            rated(bad),
            Ratings { shared_mission: bad, ..rated(Some(1)) },
            Ratings { openness: bad, ..rated(Some(1)) },
            Ratings { influence: bad, ..rated(Some(4)) },
            Ratings { involvement: bad, ..rated(Some(4)) },
            Ratings { contribution: bad, ..rated(None) },
        ] {
            given::<Tie>([open()])
                .when(&assess(ANNA, ratings, Some(Intensity::Integration)))
                .then_rejected(TieRejection::RatingOutOfRange);
        }
    }
}

#[test]
fn the_target_neither_assesses_nor_withdraws() {
    for visibility in [TieVisibility::Parties, TieVisibility::Network] {
        for command in [assess(BEN, rated(Some(4)), None), withdraw(BEN, on("06-01"))] {
            given::<Tie>([open_to(visibility)])
                .when(&command)
                .then_rejected(TieRejection::NotTheSource);
        }
    }
}

#[test]
fn a_stranger_learns_nothing_of_a_tie() {
    for visibility in VISIBILITIES {
        for command in [
            acknowledge(CHLOE),
            assess(CHLOE, rated(Some(4)), None),
            assess(CHLOE, rated(Some(9)), None),
            withdraw(CHLOE, on("06-01")),
            withdraw(CHLOE, on("01-01")),
        ] {
            given::<Tie>([open_to(visibility)]).when(&command).then_rejected(TieRejection::NotOpen);
            given::<Tie>([open_to(visibility), acknowledged()])
                .when(&command)
                .then_rejected(TieRejection::NotOpen);
        }
    }
}

#[test]
fn the_target_learns_nothing_of_a_tie_that_the_source_keeps_to_itself() {
    for command in [
        acknowledge(BEN),
        assess(BEN, rated(Some(4)), None),
        assess(BEN, rated(Some(9)), None),
        withdraw(BEN, on("06-01")),
        withdraw(BEN, on("01-01")),
    ] {
        given::<Tie>([open_to(TieVisibility::Source)])
            .when(&command)
            .then_rejected(TieRejection::NotOpen);
    }
}

#[test]
fn a_tie_that_the_source_keeps_to_itself_is_withdrawn_without_the_target_learning_of_it() {
    given::<Tie>([open_to(TieVisibility::Source)])
        .when(&withdraw(ANNA, on("06-01")))
        .then([withdrawn_to(TieVisibility::Source, on("06-01"))]);
}

#[test]
fn the_source_withdraws_a_tie_without_a_reason() {
    for history in [vec![open()], vec![open(), acknowledged()]] {
        given::<Tie>(history).when(&withdraw(ANNA, on("06-01"))).then([withdrawn(on("06-01"))]);
    }
}

#[test]
fn a_tie_may_end_in_the_instant_in_which_it_began() {
    given::<Tie>([open()]).when(&withdraw(ANNA, on("03-01"))).then([withdrawn(on("03-01"))]);
}

#[test]
fn a_tie_does_not_end_before_it_began() {
    given::<Tie>([open()])
        .when(&withdraw(ANNA, on("02-29")))
        .then_rejected(TieRejection::EndsBeforeItBegan(on("03-01")));
}

#[test]
fn there_is_nothing_to_do_with_a_tie_that_is_not_open() {
    for command in
        [acknowledge(BEN), assess(ANNA, rated(Some(4)), None), withdraw(ANNA, on("06-01"))]
    {
        given::<Tie>([]).when(&command).then_rejected(TieRejection::NotOpen);
        given::<Tie>([open(), acknowledged(), withdrawn(on("05-01"))])
            .when(&command)
            .then_rejected(TieRejection::NotOpen);
    }
}

#[test]
fn a_tie_that_was_withdrawn_is_declared_again_on_any_terms() {
    for again in [
        Declaration { since: on("06-01"), ..declaration() },
        Declaration {
            since: on("09-01"),
            basis: TieBasis::Exchange,
            visibility: TieVisibility::Network,
            note: Some(note()),
            ..declaration()
        },
    ] {
        given::<Tie>([open(), withdrawn(on("06-01"))])
            .when(&declare(again.clone()))
            .then([declared(again)]);
    }
}

#[test]
fn a_tie_does_not_begin_again_before_the_former_one_ended() {
    given::<Tie>([open(), withdrawn(on("06-01"))])
        .when(&declare(Declaration { since: on("05-31"), ..declaration() }))
        .then_rejected(TieRejection::BeginsBeforeFormerEnded(on("06-01")));
}

#[test]
fn a_tie_that_is_declared_again_is_acknowledged_anew() {
    given::<Tie>([
        open(),
        acknowledged(),
        withdrawn(on("06-01")),
        declared(Declaration { since: on("09-01"), ..declaration() }),
    ])
    .when(&acknowledge(BEN))
    .then([acknowledged()]);
}

#[test]
fn a_tie_that_is_declared_again_ends_after_its_own_beginning() {
    given::<Tie>([
        open(),
        withdrawn(on("06-01")),
        declared(Declaration { since: on("09-01"), ..declaration() }),
    ])
    .when(&withdraw(ANNA, on("07-01")))
    .then_rejected(TieRejection::EndsBeforeItBegan(on("09-01")));
}
