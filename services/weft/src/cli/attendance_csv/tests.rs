//! What a list may look like, and what is said of one that cannot be imported.

use super::*;

const NOW: &str = "2026-03-01T12:00:00Z";

fn skipping(text: impl AsRef<[u8]>) -> AttendanceList {
    check(text.as_ref(), NOW.parse().unwrap(), BadLines::Skip).unwrap()
}

fn refused(text: impl AsRef<[u8]>) -> String {
    let now = NOW.parse().unwrap();
    check(text.as_ref(), now, BadLines::Refuse).unwrap_err().to_string()
}

/// Reads a list in which nothing is wrong: line, gathering and person of each row.
fn rows(text: impl AsRef<[u8]>) -> Vec<(u64, String, String)> {
    let list = check(text.as_ref(), NOW.parse().unwrap(), BadLines::Refuse).unwrap();
    assert_eq!(list.left_out.count, 0);
    let row = |row: &Row| (row.line, row.gathering.to_string(), row.person.to_string());
    list.rows.iter().map(row).collect()
}

fn row(line: u64, gathering: &str, person: &str) -> (u64, String, String) {
    (line, gathering.to_owned(), person.to_owned())
}

const HEADER: &str = "date,gathering,mode,person\n";

#[test]
fn a_plain_list_is_read_with_dates_modes_and_lines() {
    let list = skipping(format!(
        "{HEADER}1936-02-23,Event 11,in_person,Anna\n1936-02-24,Tea,ONLINE,Ben\n"
    ));
    let first = Row {
        line: 2,
        starts_at: "1936-02-23T00:00:00Z".parse().unwrap(),
        gathering: "Event 11".into(),
        mode: Mode::InPerson,
        person: "Anna".into(),
    };
    assert_eq!(list.rows[0], first);
    assert_eq!((list.rows[1].mode, list.rows[1].line), (Mode::Online, 3));
    assert_eq!(list.left_out.count, 0);
}

#[test]
fn a_byte_order_mark_is_simply_read() {
    let text = format!("\u{feff}{HEADER}1936-02-23,Tea,in_person,Anna\n");
    assert_eq!(rows(text), [row(2, "Tea", "Anna")]);
}

#[test]
fn lines_that_end_in_cr_lf_are_simply_read_and_counted_right() {
    let text = "date,gathering,mode,person\r\n1936-02-23,Tea,in_person,Anna\r\n\r\n\
                1936-02-23,Tea,in_person,Ben\r\n";
    assert_eq!(rows(text), [row(2, "Tea", "Anna"), row(4, "Tea", "Ben")]);
    let text = "date,gathering,mode,person\r\n1936-02-23,Tea,in_person,Anna\r\nx,Tea,online,Ben";
    assert!(refused(text).contains("line 3: \"x\" is not a date"), "{}", refused(text));
}

#[test]
fn lines_that_end_in_a_bare_cr_are_read_too() {
    let text = "date,gathering,mode,person\r1936-02-23,Tea,in_person,Anna\r";
    assert_eq!(rows(text), [row(2, "Tea", "Anna")]);
}

#[test]
fn quoted_commas_quotes_and_line_breaks_belong_to_the_text() {
    let text = format!(
        "{HEADER}1936-02-23,\"Tea, and\r\n \"\"more\"\"\",in_person,\"Price, Flora\"\n\
         1936-02-23,Tea,in_person,Ben\n"
    );
    let expected = [row(2, "Tea, and \"more\"", "Price, Flora"), row(4, "Tea", "Ben")];
    assert_eq!(rows(text), expected);
}

#[test]
fn columns_stand_in_any_order_in_any_case_beside_others() {
    let text = "Notes, PERSON ,Mode,Gathering,\"Date\"\nhello,Anna,in person,Tea,1936-02-23\n";
    assert_eq!(rows(text), [row(2, "Tea", "Anna")]);
}

#[test]
fn the_mode_may_be_written_as_people_write_it() {
    for text in ["in_person", "in person", "In-Person", " IN_PERSON "] {
        assert_eq!(mode(text), Ok(Mode::InPerson));
    }
    assert_eq!(mode(" Online"), Ok(Mode::Online));
}

#[test]
fn runs_of_white_space_in_a_name_count_as_one_space() {
    let text = format!("{HEADER}1936-02-23,  Tea  time ,in_person, Anna \t Berg\n");
    assert_eq!(rows(text), [row(2, "Tea time", "Anna Berg")]);
}

#[test]
fn a_date_may_carry_a_time() {
    let list = skipping(format!("{HEADER}1936-02-23T18:30:00+01:00,Tea,in_person,Anna\n"));
    assert_eq!(list.rows[0].starts_at.to_string(), "1936-02-23T17:30:00Z");
}

#[test]
fn a_header_alone_is_a_list_of_nobody() {
    assert_eq!(rows(HEADER), []);
    assert_eq!(rows(HEADER.trim_end()), []);
    assert_eq!(rows(format!("\n\n{HEADER}\n\n")), []);
}

#[test]
fn an_empty_file_misses_its_columns() {
    for text in ["", "\u{feff}", "\n\r\n"] {
        let said = refused(text);
        assert!(said.starts_with("line 1: "), "{said}");
        assert!(said.ends_with("missing: date, gathering, mode, person"), "{said}");
    }
}

#[test]
fn a_missing_column_is_named_even_when_bad_lines_are_skipped() {
    let text = "date,gathering,person\n1936-02-23,Tea,Anna\n";
    assert!(refused(text).ends_with("missing: mode"));
    assert!(check(text.as_bytes(), NOW.parse().unwrap(), BadLines::Skip).is_err());
    assert!(refused("date;gathering;mode;person\n").contains("separated by commas"));
}

#[test]
fn a_column_named_twice_is_refused() {
    let said = refused("date,person,gathering,mode,Person\n");
    assert_eq!(said, "line 1: the column person is named twice");
}

#[test]
fn a_bad_date_is_told_with_its_line() {
    let said = refused(format!("{HEADER}1936-02-30,Tea,in_person,Anna\n"));
    assert!(
        said.contains("line 2: \"1936-02-30\" is not a date; write it as YYYY-MM-DD"),
        "{said}"
    );
    assert!(said.starts_with("nothing was sent"), "{said}");
    assert!(
        refused(format!("{HEADER},Tea,in_person,Anna\n")).contains("line 2: \"\" is not a date")
    );
}

#[test]
fn a_date_in_the_future_is_refused_and_today_is_not() {
    let said = refused(format!("{HEADER}2026-03-02,Tea,in_person,Anna\n"));
    assert!(said.contains("line 2: \"2026-03-02\" lies in the future"), "{said}");
    assert_eq!(rows(format!("{HEADER}2026-03-01,Tea,in_person,Anna\n")).len(), 1);
    let said = refused(format!("{HEADER}2026-03-01T12:00:01Z,Tea,in_person,Anna\n"));
    assert!(said.contains("future"), "{said}");
}

#[test]
fn an_unknown_or_empty_mode_is_refused() {
    let said = refused(format!("{HEADER}1936-02-23,Tea,by phone,Anna\n1936-02-23,Tea,,Ben\n"));
    assert!(said.contains("line 2: \"by phone\" is not a mode"), "{said}");
    assert!(said.contains("line 3: \"\" is not a mode"), "{said}");
}

#[test]
fn an_empty_name_is_refused() {
    let said = refused(format!("{HEADER}1936-02-23,Tea,online,\" \"\n1936-02-23,,online,Anna\n"));
    assert!(said.contains("line 2: the person has no name"), "{said}");
    assert!(said.contains("line 3: the gathering has no name"), "{said}");
}

#[test]
fn the_same_person_at_the_same_gathering_is_a_repetition_whatever_the_mode() {
    let text = format!(
        "{HEADER}1936-02-23,Tea,online,Anna\n1936-02-23,Tea,in_person, Anna\n\
         1936-02-24,Tea,online,Anna\n"
    );
    assert!(refused(&text).contains("line 3: repeats line 2"));
    let list = skipping(&text);
    assert_eq!(list.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(list.rows[0].mode, Mode::Online);
}

#[test]
fn two_times_on_one_day_are_two_gatherings() {
    let text =
        format!("{HEADER}1936-02-23,Tea,online,Anna\n1936-02-23T20:00:00Z,Tea,online,Anna\n");
    assert_eq!(rows(text).len(), 2);
    let text =
        format!("{HEADER}1936-02-23,Tea,online,Anna\n1936-02-23T01:00:00+01:00,Tea,online,Anna\n");
    assert!(refused(text).contains("line 3: repeats line 2"));
}

#[test]
fn ten_megabytes_in_one_field_are_refused_with_the_line_and_not_printed() {
    let long = "x".repeat(10_000_000);
    for line in [
        format!("1936-02-23,Tea,online,{long}"),
        format!("1936-02-23,\"{long}\",online,Anna"),
        format!("{long},Tea,online,Anna"),
        format!("1936-02-23,Tea,{long},Anna"),
    ] {
        let said = refused(format!("{HEADER}1936-02-23,Tea,online,Ben\n{line}\n"));
        assert!(said.contains("line 3: "), "{}", &said[..said.len().min(200)]);
        assert!(said.contains("has 10000000 bytes, more than 4096"));
        assert!(said.len() < 400);
    }
    let said = refused(format!("{HEADER}1936-02-23,Tea,online,{}\n", "x".repeat(4_097)));
    assert!(said.contains("the person has 4097 bytes"), "{said}");
    assert_eq!(rows(format!("{HEADER}1936-02-23,Tea,online,{}\n", "x".repeat(4_096))).len(), 1);
}

#[test]
fn an_ignored_column_may_be_longer_but_not_endless() {
    let text = |bytes| format!("note,{HEADER}{},1936-02-23,Tea,online,Anna\n", "x".repeat(bytes));
    assert_eq!(rows(text(5_000)).len(), 1);
    assert!(refused(text(10_000_000)).contains("line 2: the note has 10000000 bytes"));
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_with_the_line() {
    let mut text =
        format!("{HEADER}1936-02-23,Tea,online,Anna\n1936-02-23,Tea,online,Ren").into_bytes();
    text.extend(b"\xe9e\n");
    assert!(refused(&text).contains("line 3: is not UTF-8 text"));
    assert_eq!(skipping(&text).rows.len(), 1);
    assert_eq!(
        refused(b"date,gathering,mode,pers\xf6n\n"),
        ListError::HeaderNotUtf8 { line: 1 }.to_string()
    );
    assert_eq!(refused(b"\xff\xfed\0a\0t\0e\0"), ListError::Utf16.to_string());
}

#[test]
fn a_wrong_number_of_fields_is_refused_with_the_line() {
    let said =
        refused(format!("{HEADER}1936-02-23,Tea,online\n1936-02-23,Tea,online,Price,Flora\n \n"));
    assert!(said.contains("line 2: has 3 fields where the header has 4"), "{said}");
    assert!(said.contains("line 3: has 5 fields"), "{said}");
    assert!(said.contains("line 4: has 1 fields"), "{said}");
}

#[test]
fn the_line_is_that_on_which_the_record_begins() {
    let said = refused(format!(
        "{HEADER}1936-02-23,\"Tea\nand\nmore\",online,Anna\n1936-02-23,\"Tea\n\",by phone,Ben\n"
    ));
    assert!(said.contains("line 5: \"by phone\" is not a mode"), "{said}");
}

#[test]
fn a_quote_that_is_never_closed_refuses_the_list_with_its_line() {
    for end in ["Anna\n1936-02-24,Tea,online,Ben\n", "Anna", "Anna\"\""] {
        let text = format!("{HEADER}1936-02-23,Tea,online,Ben\n1936-02-23,Tea,online,\"{end}");
        assert!(refused(&text).starts_with("line 3: a quote is opened and never closed"), "{text}");
        assert!(check(text.as_bytes(), NOW.parse().unwrap(), BadLines::Skip).is_err());
    }
    let inches = format!("{HEADER}1936-02-23,Tea at 5\" past,online,Anna \"Annie");
    assert_eq!(rows(inches), [row(2, "Tea at 5\" past", "Anna \"Annie")]);
}

#[test]
fn ten_problems_are_told_and_the_others_counted() {
    let said = refused(format!("{HEADER}{}", "x,Tea,online,Anna\n".repeat(25)));
    assert!(said.contains("line 11: "), "{said}");
    assert!(!said.contains("line 12: "), "{said}");
    assert!(said.contains("and 15 more"), "{said}");
}

#[test]
fn bad_lines_are_left_out_and_counted_when_that_is_asked_for() {
    let list = skipping(format!(
        "{HEADER}x,Tea,online,Anna\n1936-02-23,Tea,online,Ben\n1936-02-23,Tea,online,\n"
    ));
    assert_eq!(list.rows.len(), 1);
    assert_eq!(list.left_out.count, 2);
    let told =
        "  line 2: \"x\" is not a date; write it as YYYY-MM-DD\n  line 4: the person has no name";
    assert_eq!(list.left_out.to_string(), told);
}

#[test]
fn escape_sequences_in_a_list_do_not_reach_the_terminal() {
    let said = refused(format!("{HEADER}\u{1b}[2J,Tea,online,Anna\n"));
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn the_list_of_the_demo_has_eighty_nine_attendances() {
    let list = rows(include_bytes!("../../../../../data/southern-women.csv"));
    assert_eq!(list.len(), 89);
}
