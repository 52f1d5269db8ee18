//! What is written into a view is read back, and what cannot be read is said.

use kernel::DecisionId;

use super::*;

/// A view of named things, each with an id, an instant, a party and a mood.
fn things() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let schema = "create table thing (id blob, at integer, party text, mood text) strict";
    connection.execute(schema, ()).unwrap();
    connection
}

fn read<T>(
    connection: &Connection,
    row: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.query_row("select id, at, party, mood from thing", (), row)
}

#[test]
fn what_is_written_is_read_back() {
    let connection = things();
    let decision = DecisionId::new(Uuid::from_u128(7));
    let at: Timestamp = "1936-03-15T00:00:00.000001Z".parse().unwrap();
    let anna = Party::Person(PersonId::new(Uuid::from_u128(0xa)));
    let values = (key(decision), at.as_microsecond(), anna.to_string(), worded(&["keen"]).unwrap());
    run(&connection, "insert into thing values (?, ?, ?, ?)", values).unwrap();
    assert_eq!(read(&connection, |row| id(row, "id")).unwrap(), decision);
    assert_eq!(read(&connection, |row| optional_id(row, "id")).unwrap(), Some(decision));
    assert_eq!(read(&connection, |row| instant(row, "at")).unwrap(), at);
    assert_eq!(read(&connection, |row| optional_instant(row, "at")).unwrap(), Some(at));
    assert_eq!(read(&connection, |row| party(row, "party")).unwrap(), anna);
    assert_eq!(read(&connection, |row| word::<Vec<String>>(row, "mood")).unwrap(), ["keen"]);
}

#[test]
fn an_empty_column_is_none_where_it_may_be_and_an_error_where_it_may_not() {
    let connection = things();
    run(&connection, "insert into thing values (null, null, null, null)", ()).unwrap();
    let decision: Option<DecisionId> = read(&connection, |row| optional_id(row, "id")).unwrap();
    assert_eq!(decision, None);
    assert_eq!(read(&connection, |row| optional_instant(row, "at")).unwrap(), None);
    assert_eq!(read(&connection, |row| optional_word::<String>(row, "mood")).unwrap(), None);
    read(&connection, |row| -> rusqlite::Result<DecisionId> { id(row, "id") }).unwrap_err();
    read(&connection, |row| instant(row, "at")).unwrap_err();
    read(&connection, |row| word::<String>(row, "mood")).unwrap_err();
}

#[test]
fn a_party_that_is_neither_person_nor_organisation_is_named() {
    let connection = things();
    run(&connection, "insert into thing values (null, null, 'crowd/7', 'keen')", ()).unwrap();
    let refused = read(&connection, |row| party(row, "party")).unwrap_err();
    assert!(refused.to_string().contains("crowd/7 is no party"), "{refused}");
}

#[test]
fn a_part_of_a_list_comes_with_the_length_of_the_whole() {
    let connection = things();
    for at in 1..=5_i64 {
        run(&connection, "insert into thing values (null, ?, null, null)", [at]).unwrap();
    }
    let statements = (
        "select at from thing where at > :after order by at limit :limit offset :offset",
        "select count(*) from thing where at > :after",
    );
    let part = Part { offset: 1, limit: 2 };
    let listed = listed(&connection, statements, &[(":after", &1)], part, |row| row.get(0));
    assert_eq!(listed.unwrap(), Listed { items: vec![3, 4], total: 4 });
}

#[test]
fn things_that_are_not_there_are_left_out() {
    let connection = things();
    let ids = [1, 2, 3].map(|number| DecisionId::new(Uuid::from_u128(number)));
    let odd = |_: &Connection, id: DecisionId| {
        Ok((id.uuid().as_u128() % 2 == 1).then(|| id.uuid().as_u128()))
    };
    let found = each(&connection, &ids, odd).unwrap();
    assert_eq!(found.into_values().collect::<Vec<u128>>(), [1, 3]);
}
