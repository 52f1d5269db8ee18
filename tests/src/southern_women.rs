//! Attendance lists to import.

use std::{fs, path::Path};

use wire::{
    read,
    weft::membership::v1::{AttendanceMode, ImportRow},
};

use crate::time;

/// The list that ships with the product: 18 people, 14 gatherings, 89 attendances of 1936.
pub fn southern_women() -> Vec<ImportRow> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/southern-women.csv");
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("date,gathering,mode,person"));
    let rows = lines.zip(2..).map(|(line, number)| {
        let mut fields = line.split(',');
        let mut next = || fields.next().unwrap();
        let (date, gathering, mode, person) = (next(), next(), next(), next());
        assert_eq!(mode, "in_person", "line {number}");
        ImportRow { line: number, ..row(date, gathering, person) }
    });
    rows.collect()
}

/// One row of a list: `person` was at `gathering` in person, on a date such as `1936-02-23`.
pub fn row(date: &str, gathering: &str, person: &str) -> ImportRow {
    ImportRow {
        line: 0,
        starts_at: Some(read::timestamp(time(&format!("{date}T00:00:00Z")))),
        gathering: gathering.to_owned(),
        mode: AttendanceMode::InPerson.into(),
        person: person.to_owned(),
    }
}
