//! How a list is cut into messages, and what is said of an import.

use super::*;

fn rows(count: usize, name_bytes: usize) -> Vec<Row> {
    let row = |line: usize| Row {
        line: line as u64,
        starts_at: "1936-02-23T00:00:00Z".parse().unwrap(),
        gathering: "Tea".into(),
        mode: Mode::Online,
        person: "x".repeat(name_bytes).into(),
    };
    (0..count).map(row).collect()
}

/// The number of rows in each message after the header.
fn groups(rows: Vec<Row>) -> Vec<usize> {
    let header = Some(ImportHeader::default());
    let messages = Messages { header, rows: rows.into_iter(), bar: ProgressBar::hidden() };
    let group = |message: ImportAttendanceRequest| match message.part {
        Some(Part::Rows(rows)) => Some(rows.rows.len()),
        Some(Part::Header(_)) | None => None,
    };
    messages.filter_map(group).collect()
}

#[test]
fn a_message_carries_a_thousand_rows_at_most() {
    assert_eq!(groups(rows(2_500, 5)), [1_000, 1_000, 500]);
    assert_eq!(groups(rows(1_000, 5)), [1_000]);
}

#[test]
fn a_list_of_nobody_is_a_header_alone() {
    assert_eq!(groups(Vec::new()), Vec::<usize>::new());
}

#[test]
fn long_names_make_smaller_messages() {
    assert!(groups(rows(1_000, 4_096)).iter().all(|rows| *rows < 300));
}

#[test]
fn a_second_import_says_that_nothing_new_was_recorded() {
    let response = ImportAttendanceResponse { rows: 89, ..Default::default() };
    let said = summary("Old City", &response, 0);
    assert_eq!(
        said,
        "89 rows: 0 attendances recorded, 89 recorded already\n\
         nothing new was recorded in network \"Old City\""
    );
}

#[test]
fn a_first_import_says_what_was_recorded_and_what_was_left_out() {
    let response = ImportAttendanceResponse {
        rows: 1,
        attendances_recorded: 1,
        persons_registered: 1,
        gatherings_planned: 1,
        network_founded: true,
        network_id: "n".to_owned(),
        position: 4,
    };
    let said = summary("Old City", &response, 1);
    assert_eq!(
        said,
        "1 row: 1 attendance recorded, 0 recorded already\n1 bad line left out\n\
         1 person registered, 1 gathering planned\n\
         network \"Old City\" was founded (id n)\nposition 4"
    );
}
