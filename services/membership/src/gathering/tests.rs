//! The rules of a gathering and of who was there, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));
const NEW_TOWN: NetworkId = NetworkId::new(Uuid::from_u128(0x707));

const IN_PERSON: AttendanceMode = AttendanceMode::InPerson;
const ONLINE: AttendanceMode = AttendanceMode::Online;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// When the honey fair starts.
fn start() -> Timestamp {
    time("1936-03-02T14:00:00Z")
}

fn before_start() -> Timestamp {
    time("1936-03-02T13:59:59.999999Z")
}

fn later() -> Timestamp {
    time("2026-11-22T12:00:00Z")
}

fn plan(network: NetworkId, title: &str, starts_at: Timestamp) -> GatheringCommand {
    GatheringCommand::PlanGathering { network, title: title.to_owned(), starts_at }
}

fn planned() -> GatheringEvent {
    let title = "Honey fair".to_owned();
    GatheringEvent::GatheringPlanned { network: OLD_CITY, title, starts_at: start() }
}

fn planned_and(events: impl IntoIterator<Item = GatheringEvent>) -> Vec<GatheringEvent> {
    [planned()].into_iter().chain(events).collect()
}

fn record(person: PersonId, mode: AttendanceMode, now: Timestamp) -> GatheringCommand {
    GatheringCommand::RecordAttendance { person, mode, source: AttendanceSource::Host, now }
}

fn recorded(person: PersonId, mode: AttendanceMode) -> GatheringEvent {
    GatheringEvent::AttendanceRecorded { person, mode, source: AttendanceSource::Host }
}

fn correct(person: PersonId, mode: Option<AttendanceMode>) -> GatheringCommand {
    GatheringCommand::CorrectAttendance { person, mode, reason: reason(mode) }
}

fn corrected(
    person: PersonId,
    corrects_revision: u64,
    mode: Option<AttendanceMode>,
) -> GatheringEvent {
    let reason = reason(mode);
    GatheringEvent::AttendanceCorrected { person, corrects_revision, mode, reason }
}

fn reason(mode: Option<AttendanceMode>) -> CorrectionReason {
    match mode {
        Some(AttendanceMode::InPerson | AttendanceMode::Online) => CorrectionReason::WrongMode,
        None => CorrectionReason::WasAbsent,
    }
}

fn hold(now: Timestamp) -> GatheringCommand {
    GatheringCommand::HoldGathering { now }
}

#[test]
fn a_gathering_is_planned() {
    given::<Gathering>([]).when(&plan(OLD_CITY, "Honey fair", start())).then([planned()]);
}

#[test]
fn planning_the_same_gathering_twice_changes_nothing() {
    given::<Gathering>([planned()]).when(&plan(OLD_CITY, "Honey fair", start())).then([]);
    given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON), GatheringEvent::GatheringHeld {}]))
        .when(&plan(OLD_CITY, "Honey fair", start()))
        .then([]);
}

#[test]
fn a_gathering_is_not_planned_again_on_other_terms() {
    for command in [
        plan(OLD_CITY, "Wax fair", start()),
        plan(OLD_CITY, "Honey fair", later()),
        plan(NEW_TOWN, "Honey fair", start()),
    ] {
        given::<Gathering>([planned()])
            .when(&command)
            .then_rejected(GatheringRejection::AlreadyPlanned);
    }
}

#[test]
fn attendance_is_recorded_in_either_mode() {
    for mode in [IN_PERSON, ONLINE] {
        given::<Gathering>([planned()])
            .when(&record(ANNA, mode, later()))
            .then([recorded(ANNA, mode)]);
    }
}

#[test]
fn attendance_keeps_its_source() {
    for source in [
        AttendanceSource::CheckIn,
        AttendanceSource::Host,
        AttendanceSource::Attendee,
        AttendanceSource::Import,
    ] {
        let (person, mode, now) = (ANNA, IN_PERSON, later());
        given::<Gathering>([planned()])
            .when(&GatheringCommand::RecordAttendance { person, mode, source, now })
            .then([GatheringEvent::AttendanceRecorded { person, mode, source }]);
    }
}

#[test]
fn attendance_is_recorded_from_the_very_start() {
    given::<Gathering>([planned()])
        .when(&record(ANNA, IN_PERSON, start()))
        .then([recorded(ANNA, IN_PERSON)]);
}

#[test]
fn nobody_attends_a_gathering_that_has_not_begun() {
    given::<Gathering>([planned()])
        .when(&record(ANNA, IN_PERSON, before_start()))
        .then_rejected(GatheringRejection::NotBegun(start()));
}

#[test]
fn attendance_is_still_recorded_after_the_gathering_was_held() {
    given::<Gathering>(planned_and([GatheringEvent::GatheringHeld {}]))
        .when(&record(ANNA, IN_PERSON, later()))
        .then([recorded(ANNA, IN_PERSON)]);
}

#[test]
fn recording_the_same_attendance_twice_changes_nothing() {
    given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON)]))
        .when(&record(ANNA, IN_PERSON, later()))
        .then([]);
}

#[test]
fn the_same_attendance_from_another_source_changes_nothing() {
    given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON)]))
        .when(&GatheringCommand::RecordAttendance {
            person: ANNA,
            mode: IN_PERSON,
            source: AttendanceSource::Import,
            now: later(),
        })
        .then([]);
}

#[test]
fn a_person_does_not_attend_in_two_modes() {
    given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON)]))
        .when(&record(ANNA, ONLINE, later()))
        .then_rejected(GatheringRejection::AttendanceDiffers);
}

#[test]
fn one_persons_attendance_does_not_touch_anothers() {
    given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON)]))
        .when(&record(BEN, ONLINE, later()))
        .then([recorded(BEN, ONLINE)]);
}

#[test]
fn a_correction_names_the_event_that_was_wrong() {
    given::<Gathering>(planned_and([recorded(BEN, ONLINE), recorded(ANNA, IN_PERSON)]))
        .when(&correct(ANNA, Some(ONLINE)))
        .then([corrected(ANNA, 2, Some(ONLINE))]);
}

#[test]
fn every_kind_of_event_counts_towards_the_revision_that_a_correction_names() {
    given::<Gathering>(planned_and([
        recorded(BEN, ONLINE),
        corrected(BEN, 1, None),
        GatheringEvent::GatheringHeld {},
        recorded(ANNA, IN_PERSON),
        recorded(BEN, ONLINE),
    ]))
    .when(&correct(ANNA, None))
    .then([corrected(ANNA, 4, None)]);
}

#[test]
fn a_correction_keeps_its_reason() {
    given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON)]))
        .when(&GatheringCommand::CorrectAttendance {
            person: ANNA,
            mode: None,
            reason: CorrectionReason::MistakenIdentity,
        })
        .then([GatheringEvent::AttendanceCorrected {
            person: ANNA,
            corrects_revision: 1,
            mode: None,
            reason: CorrectionReason::MistakenIdentity,
        }]);
}

#[test]
fn a_correction_of_a_correction_names_the_former_correction() {
    given::<Gathering>(planned_and([
        recorded(ANNA, IN_PERSON),
        recorded(BEN, IN_PERSON),
        corrected(ANNA, 1, Some(ONLINE)),
    ]))
    .when(&correct(ANNA, None))
    .then([corrected(ANNA, 3, None)]);
}

#[test]
fn a_correction_that_someone_was_absent_can_itself_be_corrected() {
    given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON), corrected(ANNA, 1, None)]))
        .when(&correct(ANNA, Some(ONLINE)))
        .then([corrected(ANNA, 2, Some(ONLINE))]);
}

#[test]
fn making_the_same_correction_twice_changes_nothing() {
    for mode in [Some(ONLINE), None] {
        given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON), corrected(ANNA, 1, mode)]))
            .when(&correct(ANNA, mode))
            .then([]);
    }
}

#[test]
fn correcting_to_what_is_recorded_already_changes_nothing() {
    given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON)]))
        .when(&correct(ANNA, Some(IN_PERSON)))
        .then([]);
}

#[test]
fn there_is_nothing_to_correct_of_a_person_of_whom_nothing_is_recorded() {
    for mode in [Some(ONLINE), None] {
        given::<Gathering>(planned_and([recorded(BEN, IN_PERSON)]))
            .when(&correct(ANNA, mode))
            .then_rejected(GatheringRejection::NothingToCorrect);
    }
}

#[test]
fn a_person_who_was_absent_can_be_recorded_again_in_either_mode() {
    for mode in [IN_PERSON, ONLINE] {
        given::<Gathering>(planned_and([recorded(ANNA, IN_PERSON), corrected(ANNA, 1, None)]))
            .when(&record(ANNA, mode, later()))
            .then([recorded(ANNA, mode)]);
    }
}

#[test]
fn a_correction_after_recording_again_names_the_later_record() {
    given::<Gathering>(planned_and([
        recorded(ANNA, IN_PERSON),
        corrected(ANNA, 1, None),
        recorded(ANNA, ONLINE),
    ]))
    .when(&correct(ANNA, None))
    .then([corrected(ANNA, 3, None)]);
}

#[test]
fn a_corrected_mode_is_what_counts_from_then_on() {
    let history = planned_and([recorded(ANNA, IN_PERSON), corrected(ANNA, 1, Some(ONLINE))]);
    given::<Gathering>(history.clone()).when(&record(ANNA, ONLINE, later())).then([]);
    given::<Gathering>(history)
        .when(&record(ANNA, IN_PERSON, later()))
        .then_rejected(GatheringRejection::AttendanceDiffers);
}

#[test]
fn a_gathering_is_held_once_it_has_begun() {
    for now in [start(), later()] {
        given::<Gathering>([planned()]).when(&hold(now)).then([GatheringEvent::GatheringHeld {}]);
    }
}

#[test]
fn a_gathering_is_not_held_before_it_has_begun() {
    given::<Gathering>([planned()])
        .when(&hold(before_start()))
        .then_rejected(GatheringRejection::NotBegun(start()));
}

#[test]
fn holding_a_gathering_twice_changes_nothing() {
    given::<Gathering>(planned_and([GatheringEvent::GatheringHeld {}]))
        .when(&hold(later()))
        .then([]);
}

#[test]
fn nothing_happens_at_a_gathering_that_was_never_planned() {
    for command in [record(ANNA, IN_PERSON, later()), correct(ANNA, None), hold(later())] {
        given::<Gathering>([]).when(&command).then_rejected(GatheringRejection::NotPlanned);
    }
}
