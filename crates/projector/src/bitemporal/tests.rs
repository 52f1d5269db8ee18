//! Facts on two clocks agree with the plain law: the last statement that reaches the instant.

use eventlog::Position;
use jiff::Timestamp;
use proptest::prelude::*;
use rusqlite::{Connection, named_params};

use super::{AS_OF, AsOf, Facts, NOW};

const TABLE: &str = "create table post (
    person integer not null, kind integer not null, role integer not null,
    valid_from integer not null, valid_to integer not null,
    known_from integer not null, known_to integer not null,
    primary key (person, kind, valid_from, known_from)
) strict, without rowid";

const NOBODY: [i64; 0] = [];

fn facts() -> Facts {
    Facts::of("post", &["person", "kind"], &["role"])
}

fn table() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(TABLE).unwrap();
    connection
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The roles that the table gives; more than one would break the law.
fn roles(table: &Connection, person: i64, as_of: AsOf) -> Vec<i64> {
    let sql = format!("select role from post where person = :person and kind = 1 and {AS_OF}");
    let mut statement = table.prepare(&sql).unwrap();
    let parameters = named_params! {
        ":person": person, ":effective": as_of.effective_us(), ":known": as_of.known_position(),
    };
    let rows = statement.query_map(parameters, |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn known(effective: i64, known: u64) -> AsOf {
    AsOf { effective: at(effective), known: Position(known) }
}

#[test]
fn what_was_known_before_an_end_was_recorded_still_says_open() {
    let (table, facts) = (table(), facts());
    facts.open(&table, &[&1, &1], &[&7], known(100, 1)).unwrap();
    facts.end(&table, &[&1, &1], known(200, 2)).unwrap();
    assert_eq!(roles(&table, 1, known(250, 1)), [7]);
    assert_eq!(roles(&table, 1, known(250, 2)), NOBODY);
    assert_eq!(roles(&table, 1, known(199, 2)), [7]);
    assert_eq!(roles(&table, 1, known(200, 2)), NOBODY);
    assert_eq!(roles(&table, 1, known(99, 2)), NOBODY);
    assert_eq!(roles(&table, 1, known(150, 0)), NOBODY);
    assert_eq!(roles(&table, 1, AsOf::known_now(at(150))), [7]);
}

#[test]
fn a_retracted_fact_never_was_but_had_been_known() {
    let (table, facts) = (table(), facts());
    facts.open(&table, &[&1, &1], &[&7], known(100, 1)).unwrap();
    facts.retract(&table, &[&1, &1], Position(5)).unwrap();
    assert_eq!(roles(&table, 1, known(150, 4)), [7]);
    assert_eq!(roles(&table, 1, known(150, 5)), NOBODY);
}

#[test]
fn the_condition_for_now_finds_what_is_open_on_both_clocks() {
    let (table, facts) = (table(), facts());
    facts.open(&table, &[&1, &1], &[&7], known(100, 1)).unwrap();
    facts.open(&table, &[&2, &1], &[&8], known(100, 2)).unwrap();
    facts.end(&table, &[&1, &1], known(200, 3)).unwrap();
    let sql = format!("select person from post where {NOW}");
    let person: i64 = table.query_row(&sql, [], |row| row.get(0)).unwrap();
    assert_eq!(person, 2);
}

#[derive(Clone, Copy, Debug)]
enum Statement {
    Opened { role: i64, at: i64 },
    Ended { at: i64 },
    Retracted,
}

fn statement() -> impl Strategy<Value = Statement> {
    prop_oneof![
        4 => (0..3_i64, 0..8_i64).prop_map(|(role, at)| Statement::Opened { role, at }),
        3 => (0..8_i64).prop_map(|at| Statement::Ended { at }),
        1 => Just(Statement::Retracted),
    ]
}

proptest! {
    #[test]
    fn any_statements_leave_what_a_naive_fold_leaves(
        // Each statement is about one of two persons; some are made by the same event.
        statements in prop::collection::vec((0..2_i64, statement(), any::<bool>()), 0..24)
    ) {
        let (table, facts) = (table(), facts());
        let mut position = 1;
        let mut recorded = Vec::new();
        for (person, statement, same_event) in statements {
            position += u64::from(!same_event);
            let key = person;
            match statement {
                Statement::Opened { role, at: second } => {
                    facts.open(&table, &[&key, &1], &[&role], known(second, position)).unwrap();
                }
                Statement::Ended { at: second } => {
                    facts.end(&table, &[&key, &1], known(second, position)).unwrap();
                }
                Statement::Retracted => facts.retract(&table, &[&key, &1], Position(position)).unwrap(),
            }
            recorded.push((person, statement, position));
        }
        for person in 0..2 {
            for known_by in 0..=position {
                for effective in 0..9 {
                    let mut naive = None;
                    for (whose, statement, known_from) in &recorded {
                        if *whose != person || known_by < *known_from {
                            continue;
                        }
                        match statement {
                            Statement::Opened { role, at } if *at <= effective => {
                                naive = Some(*role);
                            }
                            Statement::Ended { at } if *at <= effective => naive = None,
                            Statement::Retracted => naive = None,
                            Statement::Opened { .. } | Statement::Ended { .. } => {}
                        }
                    }
                    let found = roles(&table, person, known(effective, known_by));
                    prop_assert_eq!(found, Vec::from_iter(naive));
                }
            }
        }
    }
}
