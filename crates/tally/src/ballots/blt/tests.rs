//! BLT files as programs and people write them.

use proptest::prelude::*;

use super::{super::marks::Repeats, *};
use crate::testing;

const SMALL: &str = "\
# an election
3 2  # three candidates, two seats
-2
4 1 3 0
2 2 1 0   # ranks who has withdrawn
1 - 3 0
1 0
0
\"Anna\" # of \"a party\"
\"Ben \\\"Benny\\\" #1\"
\"Chloe\"
\"The title\"
";

fn fault(text: &str) -> (usize, BltFault) {
    let error = read(text, Reading::STRICT).unwrap_err();
    (error.line, error.fault)
}

fn told(blt: &Blt) -> Vec<(String, String)> {
    let ballots = blt.profile.ballots();
    ballots.map(|(ranked, weight)| (testing::names(ranked), weight.to_string())).collect()
}

#[test]
fn a_file_is_read_with_comments_withdrawals_and_skipped_ranks() {
    let blt = read(SMALL, Reading::STRICT).unwrap();
    assert_eq!(blt.profile.candidates(), ["Anna", "Chloe"]);
    assert_eq!(blt.withdrawn, ["Ben \"Benny\" #1"]);
    assert_eq!((blt.seats, blt.title.as_deref()), (2, Some("The title")));
    let ballots = [("a", "2"), ("ab", "4"), ("b", "1")];
    assert_eq!(told(&blt), ballots.map(|(ranked, weight)| (ranked.into(), weight.into())));
    assert_eq!(blt.profile.blank(), Fraction::whole(1));
    assert_eq!((blt.noticed.lines, blt.noticed.skips), (4, 1));
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_change_nothing() {
    let windows = format!("\u{feff}{}", SMALL.replace('\n', "\r\n"));
    assert_eq!(read(&windows, Reading::STRICT), read(SMALL, Reading::STRICT));
}

#[test]
fn names_may_stand_without_quotes() {
    let bare = read("2 1\n1 1 0\n0\nAnna A\nBen B\n", Reading::STRICT).unwrap();
    assert_eq!(
        (bare.profile.candidates(), bare.title),
        (&["Anna A".into(), "Ben B".into()][..], None)
    );
}

#[test]
fn a_quote_within_a_name_has_a_backslash_before_it_or_is_doubled() {
    let names = r#""Ann \"Annie\" B" # the first
"Ben ""Benny"""
"""C"""
"D\""
""
"#;
    let blt = read(&format!("4 1\n1 1 0\n0\n{names}"), Reading::STRICT).unwrap();
    let expected = [r#"Ann "Annie" B"#, r#"Ben "Benny""#, r#""C""#, r#"D""#];
    assert_eq!(blt.profile.candidates(), expected);
    assert_eq!(blt.title.as_deref(), Some(""), "a title that is empty is there");
}

#[test]
fn whatever_follows_a_name_is_refused_with_its_line() {
    for line in [r#""A" "B""#, r#""A" Party"#, r#""A"x"#, r#""A \"Al\"" B"#, r#""A" "" # B"#] {
        let text = format!("2 1\n1 1 0\n0\n{line}\n\"C\"\n\"T\"\n");
        assert_eq!(fault(&text), (4, BltFault::AfterName), "{line}");
    }
}

#[test]
fn a_fault_says_what_the_file_should_have_instead() {
    let said = |text: &str| read(text, Reading::STRICT).unwrap_err().to_string();
    let in_one_line = said("2 1 1 1 0 1 2 0 0 \"A\" \"B\" \"T\"");
    assert!(in_one_line.contains("each ballot has a line of its own"), "{in_one_line}");
    let unended = said("2 1\n1 1 0\n\"Ann\"\n\"Ben\"\n");
    assert!(unended.starts_with("line 3: ") && unended.contains("the 0 that ends the ballots is"));
    let two = said("1 1\n1 1 0\n0\n\"A\" B\n");
    assert!(two.contains(r#"is written \" or """#), "{two}");
}

#[test]
fn weights_may_be_fractions_and_ballots_have_ids() {
    let blt = read("1 1\n1.5 1 0\n(b7) 1 0\n0\n\"A\"\n", Reading::STRICT).unwrap();
    assert_eq!(told(&blt), [("a".into(), "5/2".into())]);
}

#[test]
fn every_fault_has_its_line() {
    let unknown = |text: &str| BltFault::CandidateUnknown { text: text.into(), candidates: 2 };
    let weight =
        |text: &str| BltFault::Weight { text: text.into(), error: FractionError::Malformed };
    for (text, expected) in [
        ("", (1, BltFault::HeadMalformed)),
        ("# nothing\n2 x\n", (2, BltFault::HeadMalformed)),
        ("2 0\n", (1, BltFault::HeadOutOfRange)),
        ("0 1\n", (1, BltFault::HeadOutOfRange)),
        ("2 1\n-3\n", (2, BltFault::WithdrawalMalformed("-3".into()))),
        ("2 1\n1 1 0\n1 3 0\n", (3, unknown("3"))),
        ("2 1\n1 1 x 0\n", (2, unknown("x"))),
        ("2 1\n\n1 1 2\n", (3, BltFault::BallotOpen)),
        ("2 1\n1 1 0 2\n", (2, BltFault::AfterBallot)),
        ("2 1\none 1 0\n", (2, weight("one"))),
        ("2 1\n1 1=2 0\n", (2, BltFault::Overvote)),
        ("2 1\n1 1=9 0\n", (2, unknown("9"))),
        ("2 1\n1 2 1 2 0\n", (2, BltFault::RankedTwice { number: 2 })),
        ("2 1\n1 1 0\n", (2, BltFault::BallotsOpen)),
        ("2 1\n1 1 0\n0\n\"A\"\n", (4, BltFault::NamesMissing { named: 1, candidates: 2 })),
        ("2 1\n0\n\"A\n\"B\"\n", (3, BltFault::QuoteOpen)),
        ("2 1\n0\n\"A\"\n\"A\"\n", (4, BltFault::Profile(ProfileError::CandidateTwice))),
    ] {
        assert_eq!(fault(text), expected, "{text:?}");
    }
}

#[test]
fn equal_and_repeated_candidates_are_read_where_that_is_asked_for() {
    let text = "3 1\n1 1 2=3 3 0\n1 2 2 3 0\n0\n\"A\"\n\"B\"\n\"C\"\n";
    let stopped = read(text, Reading::LENIENT).unwrap();
    assert_eq!(told(&stopped), [("a".into(), "1".into()), ("bc".into(), "1".into())]);
    let reading = Reading {
        overvotes: crate::ballots::Overvotes::Skip,
        repeats: Repeats::Stop,
        ..Reading::STRICT
    };
    let skipped = read(text, reading).unwrap();
    assert_eq!(told(&skipped), [("ac".into(), "1".into()), ("b".into(), "1".into())]);
}

proptest! {
    #[test]
    fn what_is_written_is_read_again((candidates, cast) in testing::cast()) {
        let profile = testing::of(&testing::NAMES[..candidates], &cast);
        let text = write(&profile, 2, "An \"election\"");
        let blt = read(&text, Reading::STRICT).unwrap();
        prop_assert_eq!(blt.profile, profile);
        prop_assert_eq!(blt.title.as_deref(), Some("An \"election\""));
    }

    #[test]
    fn names_and_titles_are_read_as_they_were_written(
        names in prop::collection::btree_set(r#"[ab"\\#=0-]{1,6}"#, 1..5),
        title in r#"[ab"\\# ]{0,6}"#,
    ) {
        let mut ballots = Ballots::of(names.into_iter().collect()).unwrap();
        ballots.add(&[Candidate::at(0).unwrap()], Fraction::whole(1)).unwrap();
        let profile = ballots.profile().unwrap();
        let blt = read(&write(&profile, 1, &title), Reading::STRICT).unwrap();
        prop_assert_eq!(blt.profile, profile);
        prop_assert_eq!(blt.title.unwrap_or_default(), title.trim());
    }

    #[test]
    fn no_text_makes_it_panic(text in "[0-9 =\\-\"#a(\n]{0,60}") {
        drop(read(&text, Reading::STRICT));
        drop(read(&format!("2 1\n{text}"), Reading::LENIENT));
    }
}

#[test]
fn a_party_may_follow_every_name_and_all_names_may_stand_in_one_line() {
    let names = |tail: &str| {
        let file = format!("3 1\n1 1 2 0\n1 3 0\n0\n{tail}");
        let blt = read(&file, Reading::STRICT).unwrap();
        (blt.profile.candidates().join(","), blt.title)
    };
    let title = Some("Ward 1".to_owned());
    let parties = "\"Anna\" \"A Party\"\n\"Ben\" \"\"\n\"Chloe\" \"C\"\n\"Ward 1\"\n";
    assert_eq!(names(parties), ("Anna,Ben,Chloe".to_owned(), title.clone()));
    let with_council = parties.replace("\"Ward 1\"", "\"Ward 1\" \"Council\"");
    assert_eq!(names(&with_council), ("Anna,Ben,Chloe".to_owned(), title.clone()));
    assert_eq!(
        names("\"Anna\" \"Ben\" \"Chloe\"\n\"Ward 1\"\n"),
        ("Anna,Ben,Chloe".to_owned(), title.clone())
    );
    assert_eq!(
        names("\"Anna\" \"Ben\" \"Chloe\" \"Ward 1\"\n"),
        ("Anna,Ben,Chloe".to_owned(), title)
    );
    // What is a party and what a name is not guessed.
    let mixed = "3 1\n1 1 2 0\n0\n\"Anna\" \"Ben\"\n\"Chloe\"\n\"Ward 1\"\n";
    let error = read(mixed, Reading::STRICT).unwrap_err();
    assert_eq!(error, BltError { line: 4, fault: BltFault::AfterName });
}
