//! The command from its arguments to what it prints.

use std::cell::RefCell;

use clap::Parser;
use serde_json::{Value, json};

use super::*;

/// What a shell gives to the command.
#[derive(Parser)]
struct Shell {
    #[command(flatten)]
    args: Args,
}

const CITY: &str = "\
id,precinct,rank1,rank2,rank3
1,P1,Ann,Bob,skipped
2,P1,Bob,overvote,Ann
3,P2,\"Cole, C.\",Ann,Ann
4,P2,skipped,,
5,P2,Bob,writein,Ann
6,P3,Ann,,Bob
";

const COUNCIL: &str = "\
3 2
4 1 2 0
3 1 3 0
2 2 0
1 3 0
0
\"Anna\"
\"Ben\"
\"Chloe\"
\"A council\"
";

fn args(line: &str) -> Args {
    let line = format!("count {line} ballots");
    Shell::try_parse_from(line.split_whitespace()).unwrap().args
}

/// What the command prints, and what it tells.
fn counted(line: &str, from: From, text: &str) -> Result<(Report, Vec<String>), String> {
    let args = args(line);
    let told = RefCell::new(Vec::new());
    let tell = |line: String| told.borrow_mut().push(line);
    let input = input(&args, from, text, &tell)?;
    let report = count(&args, &input, &tell).map_err(|failure| failure.to_string())?;
    Ok((report, told.into_inner()))
}

fn printed(line: &str, from: From, text: &str) -> Value {
    let (report, _) = counted(line, from, text).unwrap();
    serde_json::from_str(&format::json(&report).unwrap()).unwrap()
}

#[test]
fn a_citys_list_is_counted_by_instant_run_off() {
    let json = printed("--rule irv", From::Csv, CITY);
    assert_eq!(json["rule"], "irv");
    assert_eq!((&json["ballots"], &json["exhausted"]), (&json!(6), &json!(1)));
    assert_eq!(json["winners"], json!(["Ann"]));
    let first = json!({"Ann": "2", "Bob": "2", "Cole, C.": "1", "writein": "0"});
    assert_eq!(json["rounds"][0]["votes"], first);
    assert_eq!(json["rounds"][1]["transfers"][0]["to"], json!({"Ann": "1"}));
    assert_eq!(json["ties"], json!([]));
}

#[test]
fn a_count_tells_what_it_took_for_what() {
    let (_, told) = counted("--rule irv", From::Csv, CITY).unwrap();
    let told = told.join("\n");
    for part in [
        "\"rank1\", \"rank2\"",
        "not read: \"id\", \"precinct\"",
        "every ballot weighs 1",
        "6 lines with ballots, 1 of them blank",
        "overvotes, which end the ballot",
        "\"writein\"",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn scottish_votes_are_exact_fractions() {
    let json = printed("--rule stv-scottish", From::Blt, COUNCIL);
    assert_eq!((&json["seats"], &json["quota"]), (&json!(2), &json!("4")));
    assert_eq!(json["winners"], json!(["Anna", "Ben"]));
    // 2 and 4 × 3/7, each ballot cut off at 0.42857.
    assert_eq!(json["rounds"][1]["votes"]["Ben"], "92857/25000");
    assert_eq!(json["lost"], "1/100000");
    assert_eq!(json["title"], "A council");
}

#[test]
fn every_rule_counts_both_forms() {
    for rule in ["irv", "stv-scottish", "stv-meek", "condorcet", "borda", "approval", "score"] {
        for (from, text, winner) in [(From::Csv, CITY, None), (From::Blt, COUNCIL, Some("Anna"))] {
            let json = printed(&format!("--rule {rule} --seats 1"), from, text);
            assert_eq!(json["rule"], rule);
            assert_eq!(json["winners"].as_array().unwrap().len(), 1, "{rule}");
            if let (Some(winner), false) = (winner, rule == "borda") {
                assert_eq!(json["winners"][0], winner, "{rule}");
            }
        }
    }
}

#[test]
fn a_column_a_candidate_is_scored_or_approved() {
    let text = "anna,ben,weight\n5,3,1\n,3,1\n0,,2\n";
    let scored = printed("--rule score", From::Csv, text);
    assert_eq!(scored["winners"], json!(["ben"]));
    assert_eq!(scored["scores"]["anna"], json!({"sum": "5", "mean": "5/3", "scored": 3}));
    let approved = printed("--rule approval", From::Csv, text);
    assert_eq!(approved["rounds"][0]["votes"], json!({"anna": "1", "ben": "2"}));
    assert_eq!((&approved["ballots"], &approved["blank"]), (&json!(4), &json!(2)));
}

#[test]
fn a_grid_of_zeros_and_ones_says_what_it_is_for() {
    let place = |it| format!("\"Choice_{it}:Council:1:Number of Winners 2:{it}:NON\"");
    let head = ["Ann", "Ben", "Cem"].map(place).join(",");
    let text = format!("id,{head}\n1,1,0,0\n2,0,1,0\n3,0,1,0\n4,0,1,1\n");
    let json = printed("--rule stv-scottish", From::Csv, &text);
    assert_eq!((&json["title"], &json["seats"]), (&json!("Council"), &json!(2)));
    assert_eq!((&json["winners"], &json["exhausted"]), (&json!(["Ben", "Ann"]), &json!(1)));
    let (_, told) = counted("--rule irv --seats 1", From::Csv, &text).unwrap();
    assert!(told[0].starts_with("a 1 is a mark in: \"Choice_Ann"), "{told:?}");
    let refused = counted("--rule irv", From::Csv, "Ann choice 1,Ben choice 1\n1,0\n").unwrap_err();
    assert!(refused.contains("one column a rank instead"), "{refused}");
}

#[test]
fn ties_are_steps_and_seeds_decide_them_again() {
    let tied = "rank1\nA\nB\n";
    let json = printed("--rule irv", From::Csv, tied);
    assert_eq!(json["ties"][0]["tied"], json!(["A", "B"]));
    assert_eq!(
        (&json["ties"][0]["by"], &json["ties"][0]["decides"]),
        (&json!("lot"), &json!("elimination"))
    );
    assert_eq!(json, printed("--rule irv", From::Csv, "rank1\nB\nA\n"));
    let (_, told) = counted("--rule irv", From::Csv, tied).unwrap();
    assert!(told.last().unwrap().contains("--lot-seed"));
    let preferred = printed("--rule irv --prefer B", From::Csv, tied);
    assert_eq!(
        (&preferred["winners"], &preferred["ties"][0]["by"]),
        (&json!(["B"]), &json!("casting"))
    );
    let left = printed("--rule irv --on-tie status-quo", From::Csv, tied);
    assert_eq!((&left["winners"], &left["decided"]), (&json!([]), &json!(false)));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let error = |line, from, text| counted(line, from, text).unwrap_err();
    assert!(error("--rule irv", From::Csv, "rank1,rank2\nA\n").starts_with("line 2: has 1 cells"));
    assert!(error("--rule irv", From::Blt, "2 1\n1 3 0\n").starts_with("line 2: \"3\""));
    let unnamed = error("--rule irv", From::Csv, "id,name\n1,A\n");
    assert!(unnamed.starts_with("line 1: ") && unnamed.contains("--rank-column"), "{unnamed}");
    assert!(error("--rule irv --exclude A", From::Blt, COUNCIL).contains("--exclude"));
    assert!(error("--rule irv --seats 2", From::Csv, CITY).contains("irv elects one"));
}

#[test]
fn marks_are_read_as_asked() {
    let skipped = printed("--rule approval --overvotes skip", From::Csv, CITY);
    assert_eq!(skipped["rounds"][0]["votes"]["Ann"], "5");
    let excluded = printed("--rule irv --exclude writein", From::Csv, CITY);
    assert_eq!(excluded["candidates"], json!(["Ann", "Bob", "Cole, C."]));
    assert_eq!(excluded["withdrawn"], json!(["writein"]));
    let refused = counted("--rule irv --repeats refuse", From::Csv, CITY).unwrap_err();
    assert!(refused.starts_with("line 4: "), "{refused}");
}

#[test]
fn forms_are_seen_by_name_or_by_the_first_line() {
    assert_eq!(seen(Path::new("x.BLT"), ""), From::Blt);
    assert_eq!(seen(Path::new("x.csv"), "2 1\n"), From::Csv);
    assert_eq!(seen(Path::new("x"), "# a\n\n3 2 # b\n"), From::Blt);
    assert_eq!(seen(Path::new("-"), CITY), From::Csv);
}

#[test]
fn other_encodings_are_read_and_told() {
    assert!(text::decode("é".as_bytes()).notice.is_none());
    let windows = text::decode(b"O\x92Brien, Ren\xe9");
    assert_eq!((&*windows.text, windows.notice.is_some()), ("O’Brien, René", true));
    let utf16 = text::decode(&[0xff, 0xfe, b'a', 0, 0xe9, 0]);
    assert_eq!((&*utf16.text, utf16.notice.is_some()), ("aé", true));
}

#[test]
fn lines_may_end_in_cr_alone() {
    for (from, text) in [(From::Csv, CITY), (From::Blt, COUNCIL)] {
        let apple = text.replace('\n', "\r");
        let apple = text::decode(apple.as_bytes());
        assert_eq!(apple.text, text);
        let line = "--rule irv --seats 1";
        assert_eq!(printed(line, from, &apple.text), printed(line, from, text));
    }
    assert_eq!(text::decode(b"rank1\r\n\"A\rB\"\r\n").text, "rank1\r\n\"A\rB\"\r\n");
}

#[test]
fn a_file_without_ballots_elects_nobody() {
    let head = text::decode(b"rank1,rank2\r");
    for (line, from, text) in [
        ("--rule irv", From::Csv, "rank1,rank2\n"),
        ("--rule irv", From::Csv, &*head.text),
        ("--rule irv", From::Csv, "rank1,weight\nA,0\n"),
        ("--rule irv --columns candidates", From::Csv, "A,B\n"),
        ("--rule score", From::Csv, "A,B\n"),
        ("--rule stv-meek", From::Blt, "2 1\n0\n\"A\"\n\"B\"\n\"T\"\n"),
    ] {
        let refused = counted(line, from, text).unwrap_err();
        assert!(refused.starts_with("there is no ballot in it"), "{text:?}: {refused}");
    }
}

#[test]
fn a_title_that_is_missing_is_told() {
    let told = |text: &str| counted("--rule irv", From::Blt, text).unwrap().1.join("\n");
    let untitled = "2 1\n1 1 0\n0\n\"A\"\n\"B\"\n";
    assert!(told(untitled).contains("the title is missing, or a candidate's name is"));
    assert!(!told(&format!("{untitled}\"\"\n")).contains("title"));
}

#[test]
fn names_in_options_that_are_no_candidates_are_told() {
    let shell = |options: &[&str]| {
        let line = [&["count", "--rule", "irv"], options, &["ballots"]].concat();
        let args = Shell::try_parse_from(line).unwrap().args;
        let told = RefCell::new(Vec::new());
        let tell = |line: String| told.borrow_mut().push(line);
        let input = input(&args, From::Csv, CITY, &tell).unwrap();
        let counted = count(&args, &input, &tell).map_err(|failure| failure.to_string());
        (counted.map(drop), told.into_inner().join("\n"))
    };
    let (refused, _) = shell(&["--prefer", "Ann", "--prefer", "Zoe"]);
    let refused = refused.unwrap_err();
    assert!(refused.contains("\"Zoe\" is no candidate; the candidates are: \"Ann\""), "{refused}");
    let refused = shell(&["--on-tie", "casting"]).0.unwrap_err();
    assert!(refused.contains("add --prefer NAME"), "{refused}");
    let (counted, told) = shell(&["--exclude", "Zoe", "--exclude", "Bob"]);
    assert!(counted.is_ok() && told.contains("no candidate is called \"Zoe\", so"), "{told}");
    assert!(!shell(&["--exclude", "Bob"]).1.contains("no candidate is called"));
}

#[test]
fn the_help_says_in_which_rules_the_votes_of_a_round_add_up_to_the_ballots() {
    let help = <Shell as clap::CommandFactory>::command().render_long_help().to_string();
    let said = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "In each round of irv, stv-scottish and stv-meek votes + exhausted + lost = ballots;",
        "the votes of condorcet, borda, approval and score are points",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let sum = |left: Fraction, right: Fraction| {
        let whole = i128::try_from(left.denominator() * right.denominator()).unwrap();
        let of =
            |it: Fraction| it.numerator() * (whole / i128::try_from(it.denominator()).unwrap());
        Fraction::of(of(left) + of(right), whole.unsigned_abs()).unwrap()
    };
    for (rule, adds_up) in [
        ("irv", true),
        ("stv-scottish", true),
        ("stv-meek", true),
        ("condorcet", false),
        ("borda", false),
        ("approval", false),
        ("score", false),
    ] {
        let (report, _) = counted(&format!("--rule {rule} --seats 1"), From::Csv, CITY).unwrap();
        let adds = report.count.rounds.iter().all(|round| {
            let all = round.votes.iter().map(|(_, votes)| *votes);
            all.chain([round.exhausted, round.lost]).fold(Fraction::ZERO, sum)
                == report.count.ballots
        });
        assert_eq!(adds, adds_up, "{rule}");
    }
}

#[test]
fn a_table_shows_rounds_and_winners() {
    let (report, _) = counted("--rule stv-scottish", From::Blt, COUNCIL).unwrap();
    let table = format::table(&report);
    assert!(table.starts_with("A council\nstv-scottish: 3 candidates, 2 to elect, 10 ballots"));
    assert!(table.contains("3.71428") && table.ends_with("elected: Anna, Ben"), "{table}");
    let (report, _) = counted("--rule condorcet", From::Csv, CITY).unwrap();
    assert!(format::table(&report).contains("beats everybody: Ann"));
}

#[test]
fn a_seed_is_64_hexadecimal_digits() {
    assert_eq!(seed(&"0f".repeat(32)), Ok(LotSeed([15; 32])));
    for wrong in ["", "0f", &"zz".repeat(32), &"é".repeat(32)] {
        assert!(seed(wrong).is_err(), "{wrong}");
    }
}
