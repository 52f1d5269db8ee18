//! Lists of ballots as cities and spreadsheets write them.

use proptest::prelude::*;

use super::{
    super::marks::{Overvotes, Repeats, Skips},
    *,
};

const CITY: &str = "\
id,precinct,rank1,rank2,rank3
1,P1,Ann,Bob,skipped
2,P1,Bob,overvote,Ann
3,P2,\"Cole, C.\",Ann,Ann
4,P2,skipped,,undervote
5,P2,,writein,Ann
";

fn lists(ranks: &Ranks) -> Vec<String> {
    let name = |it: &Candidate| ranks.profile.name(*it).to_owned();
    let ballots = ranks.profile.ballots();
    let lists = ballots.map(|(ranked, weight)| {
        format!("{weight} {}", ranked.iter().map(name).collect::<Vec<_>>().join(">"))
    });
    lists.collect()
}

fn with(reading: Reading) -> Layout {
    Layout { reading, ..Layout::default() }
}

fn fault(text: &str, layout: &Layout) -> (usize, CsvFault) {
    let error = read(text, layout).unwrap_err();
    (error.line, error.fault)
}

#[test]
fn a_citys_list_is_read_by_the_stated_defaults() {
    let ranks = read(CITY, &Layout::default()).unwrap();
    assert_eq!(ranks.profile.candidates(), ["Ann", "Bob", "Cole, C.", "writein"]);
    assert_eq!(lists(&ranks), ["1 Ann>Bob", "1 Bob", "1 Cole, C.>Ann", "1 writein>Ann"]);
    assert_eq!(ranks.columns.read, ["rank1", "rank2", "rank3"]);
    assert_eq!(ranks.columns.unread, ["id", "precinct"]);
    let noticed = Noticed { lines: 5, blank: 1, skips: 1, overvotes: 1, repeats: 1 };
    assert_eq!(ranks.noticed, noticed);
    assert_eq!(ranks.profile.total(), Fraction::whole(5));
}

#[test]
fn other_readings_of_marks_are_options() {
    let skip = Reading { overvotes: Overvotes::Skip, ..Reading::LENIENT };
    assert!(lists(&read(CITY, &with(skip)).unwrap()).contains(&"1 Bob>Ann".to_owned()));
    let stop = Reading { skips: Skips::Stop, repeats: Repeats::Stop, ..Reading::LENIENT };
    let stopped = read(CITY, &with(stop)).unwrap();
    assert_eq!(lists(&stopped), ["1 Ann>Bob", "1 Bob", "1 Cole, C.>Ann"]);
    let refuse = Reading { overvotes: Overvotes::Refuse, ..Reading::LENIENT };
    assert_eq!(fault(CITY, &with(refuse)), (3, CsvFault::Overvote));
    let refuse = Reading { repeats: Repeats::Refuse, ..Reading::LENIENT };
    assert_eq!(fault(CITY, &with(refuse)), (4, CsvFault::RankedTwice { name: "Ann".into() }));
}

#[test]
fn two_skipped_in_a_row_end_a_ballot_where_asked() {
    let text = "1,2,3,4\nA,,B,C\nA,,,B\n";
    let layout = with(Reading { skips: Skips::StopAtTwo, ..Reading::LENIENT });
    assert_eq!(lists(&read(text, &layout).unwrap()), ["1 A", "1 A>B>C"]);
}

#[test]
fn who_is_excluded_is_passed_over() {
    let layout = Layout { excluded: vec!["Ann".into()], ..Layout::default() };
    let ranks = read(CITY, &layout).unwrap();
    assert_eq!(lists(&ranks), ["2 Bob", "1 Cole, C.", "1 writein"]);
}

#[test]
fn who_is_excluded_and_never_named_is_told() {
    let excluded = vec!["Ann".into(), "Zoe ".into(), "ann".into(), "rank1".into()];
    let layout = Layout { excluded, ..Layout::default() };
    let unseen = ["Zoe ", "ann", "rank1"];
    assert_eq!(read(CITY, &layout).unwrap().excluded_unseen, unseen);
    assert_eq!(read_candidates(BY_CANDIDATE, &layout).unwrap().excluded_unseen, unseen);
    assert_eq!(read(&grid(&["Ann"], &["1,0"]), &layout).unwrap().excluded_unseen, unseen);
    let sheet = read_scores("Ann,Ben\n1,2\n", &layout).unwrap();
    assert_eq!((sheet.options, sheet.excluded_unseen.len()), (vec!["Ben".into()], 3));
}

#[test]
fn words_for_marks_may_be_added_and_come_in_any_case() {
    let text = "rank1,rank2\nExhausted,A\nOVERVOTE,B\nSkipped,C\ntwo marks,D\n";
    let layout = Layout {
        skipped: vec!["exhausted".into()],
        overvoted: vec!["Two Marks".into()],
        ..Layout::default()
    };
    let ranks = read(text, &layout).unwrap();
    assert_eq!(lists(&ranks), ["1 A", "1 C"]);
    assert_eq!(ranks.noticed.overvotes, 2);
}

#[test]
fn a_column_of_weights_is_seen_named_or_left_alone() {
    let text = "weight,rank1\n2,A\n1.5,A\n1/2,B\n";
    let ranks = read(text, &Layout::default()).unwrap();
    assert_eq!(lists(&ranks), ["7/2 A", "1/2 B"]);
    let none = Layout { weight_column: WeightColumn::None, ..Layout::default() };
    assert_eq!(lists(&read(text, &none).unwrap()), ["2 A", "1 B"]);
    let text = "n,choice 1\n3,A\n";
    let named = Layout { weight_column: WeightColumn::Named("n".into()), ..Layout::default() };
    assert_eq!(lists(&read(text, &named).unwrap()), ["3 A"]);
}

#[test]
fn a_column_that_is_named_as_the_weight_is_nothing_else() {
    let named = |name: &str| Layout {
        weight_column: WeightColumn::Named(name.into()),
        ..Layout::default()
    };
    let text = "rank1,rank2,3\nA,B,5\nB,,2\n";
    let ranks = read(text, &named(" 3")).unwrap();
    assert_eq!(lists(&ranks), ["5 A>B", "2 B"]);
    assert_eq!((ranks.columns.read.len(), ranks.columns.weight.as_deref()), (2, Some("3")));
    assert!(!has_ranks("ann,3\n1,2\n", &named("3")));
    let by_candidate = read_candidates("candidate_A,candidate_W\n1,4\n", &named("candidate_W"));
    assert_eq!(lists(&by_candidate.unwrap()), ["4 A"]);
    let both = Layout { rank_columns: vec!["rank1".into(), "3".into()], ..named("3") };
    let twice = CsvFault::ColumnTwice { name: "3".into() };
    assert_eq!(fault(text, &both), (1, twice.clone()));
    assert_eq!(read_candidates(text, &both).unwrap_err().fault, twice);
    assert_eq!(read_scores(text, &both).unwrap_err().fault, twice);
    let column = place("Ann", 1);
    let twice = CsvFault::ColumnTwice { name: column.clone() };
    assert_eq!(fault(&grid(&["Ann"], &["1,0"]), &named(&column)), (1, twice));
}

#[test]
fn columns_are_seen_as_ranks_by_their_names() {
    for (name, rank) in [
        ("rank1", Some(1)),
        ("Rank_12", Some(12)),
        ("Choice 2 of 5", Some(2)),
        ("1st Choice", Some(1)),
        ("3rd", Some(3)),
        ("second preference", Some(2)),
        ("First", Some(1)),
        ("4", Some(4)),
        ("Preference No. 3", Some(3)),
        ("DEM Mayor Choice 1 of 5 Citywide (026916)", Some(1)),
        ("ranking[2]", Some(2)),
        ("precinct", None),
        ("Precinct 4", None),
        ("ballot_id", None),
        ("District 1", None),
        ("rank", None),
        ("count", None),
        ("", None),
    ] {
        assert_eq!(rank_number(name), rank, "{name}");
    }
}

#[test]
fn ranks_are_ordered_by_their_numbers_or_as_named() {
    let text = "rank2,rank1\nB,A\n";
    assert_eq!(lists(&read(text, &Layout::default()).unwrap()), ["1 A>B"]);
    let rank_columns = vec!["rank2".into(), "rank1".into()];
    let layout = Layout { rank_columns, ..Layout::default() };
    assert_eq!(lists(&read(text, &layout).unwrap()), ["1 B>A"]);
}

#[test]
fn semicolons_tabs_windows_lines_and_quotes_are_read() {
    for text in [
        "rank1;rank2\r\nA;B\r\n",
        "\u{feff}rank1\trank2\nA\tB",
        "\"rank1\", \"rank2\"\n\"A\" ,\"B\"\n",
        "\n\nrank1,rank2\n\nA,B\n\n",
    ] {
        assert_eq!(lists(&read(text, &Layout::default()).unwrap()), ["1 A>B"], "{text:?}");
    }
    let quoted = "rank1,rank2\n\"A \"\"Al\"\" B\",\"x\ny\"\n";
    assert_eq!(lists(&read(quoted, &Layout::default()).unwrap()), ["1 A \"Al\" B>x\ny"]);
}

#[test]
fn a_line_of_delimiters_is_a_blank_ballot() {
    for text in ["rank1,rank2\n,\n", "rank1\trank2\n\t\n"] {
        let ranks = read(text, &Layout::default()).unwrap();
        assert_eq!(ranks.profile.blank(), Fraction::whole(1), "{text:?}");
    }
}

#[test]
fn every_fault_has_its_line() {
    let default = Layout::default();
    assert_eq!(fault("", &default), (1, CsvFault::Empty));
    let columns = "id, name".to_owned();
    assert_eq!(fault("id,name\n1,A\n", &default), (1, CsvFault::NoRanks { columns }));
    let (first, second) = ("rank1".to_owned(), "choice1".to_owned());
    assert_eq!(
        fault("rank1,choice1\n", &default),
        (1, CsvFault::RankTwice { first, second, rank: 1 })
    );
    assert_eq!(
        fault("rank1,rank2\nA,B\n\nA\n", &default),
        (4, CsvFault::CellCount { found: 1, expected: 2, delimiter: ',' })
    );
    assert_eq!(fault("rank1,rank2\n\"x\ny\",B\nA,\"B\n", &default), (4, CsvFault::QuoteOpen));
    assert_eq!(fault("rank1\n\"A\"B\n", &default), (2, CsvFault::AfterQuote));
    let (text, error) = ("-1".to_owned(), FractionError::Malformed);
    assert_eq!(fault("weight,rank1\n1,A\n-1,B\n", &default), (3, CsvFault::Weight { text, error }));
    let layout = Layout { rank_columns: vec!["x".into()], ..Layout::default() };
    let columns = "rank1".to_owned();
    assert_eq!(
        fault("rank1\nA\n", &layout),
        (1, CsvFault::ColumnUnknown { name: "x".into(), columns })
    );
    let layout = Layout { rank_columns: vec!["a".into(), "a".into()], ..Layout::default() };
    assert_eq!(fault("a\nA\n", &layout), (1, CsvFault::ColumnTwice { name: "a".into() }));
}

#[test]
fn scores_are_read_by_the_column() {
    let text = "anna,ben,weight\n5,-2,1\n,3,2\n";
    let sheet = read_scores(text, &Layout::default()).unwrap();
    assert_eq!(sheet.options, ["anna", "ben"]);
    assert_eq!(sheet.ballots[1], ScoreBallot { scores: vec![None, Some(3)], weight: 2 });
    let error = read_scores("anna\n1\nmany\n", &Layout::default()).unwrap_err();
    let fault = CsvFault::Score { text: "many".into(), column: "anna".into() };
    assert_eq!((error.line, error.fault), (3, fault));
    let default = Layout::default();
    assert!(!has_ranks(text, &default) && has_ranks(CITY, &default));
}

proptest! {
    #[test]
    fn the_order_of_lines_plays_no_part(
        rows in proptest::collection::vec("[ABC,]{0,1},[ABC]{0,1},[ABC]{0,1}", 1..9),
    ) {
        let text = |rows: &[String]| {
            let rows: Vec<_> = rows.iter().map(|row| row.replacen(",,,", ",,", 1)).collect();
            format!("rank1,rank2,rank3\n{}\n", rows.join("\n"))
        };
        let mut turned = rows.clone();
        turned.reverse();
        let (one, other) = (read(&text(&rows), &Layout::default()), read(&text(&turned), &Layout::default()));
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Ok(one), Ok(other)) = (one, other) {
            prop_assert_eq!(one.profile, other.profile);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[a-c1,;\"\t \r\né]{0,60}") {
        drop(read(&text, &Layout::default()));
        drop(read(&format!("rank1,rank2\n{text}"), &Layout::default()));
        drop(read_scores(&text, &Layout::default()));
        drop(read(&format!("Choice_1:x:1:Number of Winners 1:A:Y\n{text}"), &Layout::default()));
    }
}

const BY_CANDIDATE: &str = "\
Precinct,candidate_Bob,candidate_Ann,CANDIDATE_Cole,count
P1,2,1,,3
P1,1,1,2,1
P2,0,4,1,1
P2,,skipped,,1
";

#[test]
fn a_column_may_be_a_candidate_with_ranks_in_its_cells() {
    let ranks = read_candidates(BY_CANDIDATE, &Layout::default()).unwrap();
    assert_eq!(ranks.profile.candidates(), ["Ann", "Bob", "Cole"]);
    assert_eq!(lists(&ranks), ["3 Ann>Bob", "1 Cole>Ann"]);
    assert_eq!(ranks.columns.unread, ["Precinct"]);
    assert_eq!(ranks.columns.weight.as_deref(), Some("count"));
    let noticed = Noticed { lines: 4, blank: 2, skips: 1, overvotes: 1, repeats: 0 };
    assert_eq!(ranks.noticed, noticed);
    let skip = Reading { overvotes: Overvotes::Skip, ..Reading::LENIENT };
    let skipped = read_candidates(BY_CANDIDATE, &with(skip)).unwrap();
    assert_eq!(lists(&skipped), ["3 Ann>Bob", "1 Cole", "1 Cole>Ann"]);
    let stop = Reading { skips: Skips::Stop, ..Reading::LENIENT };
    assert_eq!(
        lists(&read_candidates(BY_CANDIDATE, &with(stop)).unwrap()),
        ["3 Ann>Bob", "1 Cole"]
    );
}

#[test]
fn columns_of_candidates_are_named_by_the_caller_or_are_all_but_the_weight() {
    let all = read_candidates("Ann,Bob\n1,2\n,1\n", &Layout::default()).unwrap();
    assert_eq!(lists(&all), ["1 Ann>Bob", "1 Bob"]);
    let layout = Layout { rank_columns: vec!["Bob".into()], ..Layout::default() };
    let named = read_candidates("id,Ann,Bob\n7,1,2\n8,,1\n", &layout).unwrap();
    assert_eq!(lists(&named), ["2 Bob"]);
    let layout = Layout { excluded: vec!["Ann".into()], ..Layout::default() };
    let without = read_candidates(BY_CANDIDATE, &layout).unwrap();
    assert_eq!(without.profile.candidates(), ["Bob", "Cole"]);
    assert_eq!(lists(&without), ["3 Bob", "1 Cole"]);
}

#[test]
fn a_cell_that_is_no_rank_is_refused_with_its_line_and_column() {
    let wrong = |text: &str| {
        let error = read_candidates(text, &Layout::default()).unwrap_err();
        (error.line, error.fault)
    };
    let rank =
        |text: &str, column: &str| CsvFault::Rank { text: text.into(), column: column.into() };
    assert_eq!(wrong("Ann,Bob\n1,2\n1,first\n"), (3, rank("first", "Bob")));
    assert_eq!(wrong("id,Ann\nP1,2\n"), (2, rank("P1", "id")));
    assert_eq!(wrong("Ann\n1001\n"), (2, rank("1001", "Ann")));
    assert_eq!(wrong("Ann\n-1\n"), (2, rank("-1", "Ann")));
}

/// The name of a column of a grid.
fn place(candidate: &str, rank: u32) -> String {
    format!("Choice_7_1:Council, District: 1:{rank}:Number of Winners 3:{candidate}:NON")
}

/// A grid of two ranks with these candidates, ballots from line 2 on.
fn grid(candidates: &[&str], ballots: &[&str]) -> String {
    let mut head = vec!["id".to_owned()];
    for candidate in candidates {
        head.extend([1, 2].map(|rank| format!("\"{}\"", place(candidate, rank))));
    }
    let lines = ballots.iter().enumerate().map(|(id, marks)| format!("{id},{marks}\n"));
    format!("{}\n{}", head.join(","), lines.collect::<String>())
}

#[test]
fn a_grid_of_zeros_and_ones_is_read_where_its_columns_say_what_they_are() {
    let ballots = ["0,1,1,0", "0,1,1,0", "0,0,0,0", "0,1,0,0", "1,0,1,0", "1,1,0,0", ",, 1 ,"];
    let text = grid(&["Zoe: Z.", "Ann"], &ballots);
    let ranks = read(&text, &Layout::default()).unwrap();
    assert_eq!(ranks.profile.candidates(), ["Ann", "Zoe: Z."]);
    assert_eq!(lists(&ranks), ["1 Ann", "2 Ann>Zoe: Z.", "2 Zoe: Z."]);
    let contest = Contest { title: "Council, District: 1".into(), seats: 3 };
    assert_eq!((ranks.contest, ranks.columns.unread), (Some(contest), vec!["id".into()]));
    let noticed = Noticed { lines: 7, blank: 2, skips: 1, overvotes: 1, repeats: 1 };
    assert_eq!(ranks.noticed, noticed);
    assert_eq!(read("rank1\nA\n", &Layout::default()).unwrap().contest, None);
}

#[test]
fn marks_of_a_grid_are_read_as_asked() {
    let text = grid(&["Ann", "Ben", "Cem"], &["1,0,1,0,0,1", "0,1,0,0,0,0", "1,1,0,0,0,0"]);
    let skip = Reading { overvotes: Overvotes::Skip, ..Reading::LENIENT };
    assert_eq!(lists(&read(&text, &with(skip)).unwrap()), ["2 Ann", "1 Cem"]);
    let refuse = Reading { overvotes: Overvotes::Refuse, ..Reading::LENIENT };
    assert_eq!(fault(&text, &with(refuse)), (2, CsvFault::Overvote));
    let stop = Reading { skips: Skips::Stop, ..Reading::LENIENT };
    assert_eq!(lists(&read(&text, &with(stop)).unwrap()), ["1 Ann"]);
    let refuse = Reading { repeats: Repeats::Refuse, ..Reading::LENIENT };
    assert_eq!(fault(&text, &with(refuse)), (4, CsvFault::RankedTwice { name: "Ann".into() }));
    let layout = Layout { excluded: vec!["Ben".into()], ..with(skip) };
    let without = read(&text, &layout).unwrap();
    assert_eq!(without.profile.candidates(), ["Ann", "Cem"]);
    let layout = Layout { skipped: vec!["no".into()], ..Layout::default() };
    assert_eq!(lists(&read(&grid(&["Ann"], &["1,no"]), &layout).unwrap()), ["1 Ann"]);
}

#[test]
fn a_grid_that_leaves_anything_unsure_is_refused_with_its_line() {
    let default = Layout::default();
    let of = |names: &[String]| format!("\"{}\"\n", names.join("\",\""));
    let (one, two) = (place("Ann", 1), place("Ann", 2));
    assert_eq!(
        fault(&grid(&["Ann"], &["1,0", "0,2"]), &default),
        (3, CsvFault::GridMark { text: "2".into(), column: two.clone() })
    );
    let expected = CsvFault::CellCount { found: 2, expected: 3, delimiter: ',' };
    assert_eq!(fault(&grid(&["Ann"], &["1,0", "0"]), &default), (3, expected));
    let gap = CsvFault::GridGap { candidate: "Ben".into(), rank: 1 };
    assert_eq!(fault(&of(&[one.clone(), two.clone(), place("Ben", 2)]), &default), (1, gap));
    let twice = CsvFault::ColumnTwice { name: one.clone() };
    assert_eq!(fault(&of(&[one.clone(), one.clone()]), &default), (1, twice));
    for other in [
        "Choice_8_1:Council:1:Vote For 1:Ben:NON",
        "Choice_8_1:Council:one:Number of Winners 3:Ben:NON",
        "Choice_8_1:Council:0:Number of Winners 3:Ben:NON",
        "Choice_8_1:Council:1:Number of Winners 3::NON",
        "Choice_8_1:Council:1:Number of Winners 3:Ben",
    ] {
        let refused = CsvFault::GridColumn { name: shown(other) };
        assert_eq!(fault(&of(&[one.clone(), other.into()]), &default), (1, refused), "{other}");
    }
    let mayor = "Choice_1_1:Mayor:1:Number of Winners 1:Ben:NON".to_owned();
    let (first, second) = ("Council, District: 1, 3 to elect".into(), "Mayor, 1 to elect".into());
    let contests = CsvFault::ContestTwice { first, second };
    assert_eq!(fault(&of(&[one.clone(), mayor]), &default), (1, contests));
    // A vendor that puts things in another order is refused, as ever.
    let unlike = "Choice_1_1:Mayor:1:Ann;Choice_1_1:Mayor:2:Ann\n1;0\n";
    assert!(matches!(fault(unlike, &default), (1, CsvFault::RankTwice { .. })));
}
