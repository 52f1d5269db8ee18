//! Ballots with one column for each candidate at each rank, and a 0 or a 1 in each cell.

use std::collections::BTreeMap;

use super::{
    super::{
        Ballots,
        marks::{Mark, Noticed},
    },
    Contest, CsvFault, Layout, Ranks,
    candidates::RANK_MAX,
    excluded_unseen, is_skipped, next,
    records::Records,
    refusal, shown, standing, taken, weight_column, weight_of,
};

/// What the name of every column of a grid begins with.
const BEGINS: &str = "Choice_";

/// What stands in it between the rank and the number of seats.
const SEATS: &str = ":Number of Winners ";

/// What a column of a grid is.
struct Place<'a> {
    contest: &'a str,
    /// From 1.
    rank: u32,
    seats: usize,
    candidate: &'a str,
}

/// A column of a grid as it is read.
struct Column {
    index: usize,
    /// From 0.
    rank: usize,
    mark: Mark,
}

/// The column of each candidate, by name, at each rank.
type Places<'a> = BTreeMap<(&'a str, u32), usize>;

/// Tells whether some column is a candidate at a rank.
pub(super) fn is_grid(head: &[String]) -> bool {
    head.iter().any(|name| place(name).is_some())
}

/// What a column is, by its name; `None` when it is none of a grid. A contest or a candidate with a
/// colon in the name is read too: of the rest each part has its place from the left or the right.
fn place(name: &str) -> Option<Place<'_>> {
    let (left, right) = name.strip_prefix(BEGINS)?.split_once(SEATS)?;
    let (left, rank) = left.rsplit_once(':')?;
    let (_choice, contest) = left.split_once(':')?;
    let (seats, right) = right.split_once(':')?;
    let (candidate, _party) = right.rsplit_once(':')?;
    let rank = rank.parse().ok().filter(|rank| (1..=RANK_MAX).contains(rank))?;
    let seats = seats.parse().ok()?;
    let candidate = candidate.trim();
    (!candidate.is_empty()).then_some(Place { contest: contest.trim(), rank, seats, candidate })
}

/// Where each candidate stands at each rank, and what for; all that begin as a grid's columns do
/// have to be of one complete grid, so that no candidate and no rank is left out unseen.
fn places(head: &[String]) -> Result<(Contest, Places<'_>), CsvFault> {
    let mut places = Places::new();
    let mut contest = None;
    for (index, name) in head.iter().enumerate().filter(|(_, name)| name.starts_with(BEGINS)) {
        let of_grid = || CsvFault::GridColumn { name: shown(name) };
        let place = place(name).ok_or_else(of_grid)?;
        let (title, seats) = *contest.get_or_insert((place.contest, place.seats));
        if (title, seats) != (place.contest, place.seats) {
            let told = |title, seats| format!("{title}, {seats} to elect");
            let (first, second) = (told(title, seats), told(place.contest, place.seats));
            return Err(CsvFault::ContestTwice { first, second });
        }
        if places.insert((place.candidate, place.rank), index).is_some() {
            return Err(CsvFault::ColumnTwice { name: name.clone() });
        }
    }
    let ranks = places.keys().map(|(_, rank)| *rank).max().unwrap_or(0);
    for (candidate, _) in places.keys() {
        if let Some(rank) = (1..=ranks).find(|rank| !places.contains_key(&(*candidate, *rank))) {
            return Err(CsvFault::GridGap { candidate: (*candidate).to_owned(), rank });
        }
    }
    let (title, seats) = contest.unwrap_or_default();
    Ok((Contest { title: title.to_owned(), seats }, places))
}

/// Reads a grid whose first line was `head`.
pub(super) fn grid(
    records: &mut Records<'_>,
    head: &[String],
    layout: &Layout,
) -> Result<Ranks, CsvFault> {
    let (contest, places) = places(head)?;
    let read: Vec<usize> = places.values().copied().collect();
    let weight = weight_column(head, &layout.weight_column, &read)?;
    let mut all: Vec<&str> = places.keys().map(|(candidate, _)| *candidate).collect();
    all.dedup();
    let ranks = places.len() / all.len();
    let excluded_unseen = excluded_unseen(all.iter().copied(), layout);
    let (names, marks) = standing(all.into_iter(), layout)?;
    // The grid is complete, and sorted by candidate and rank.
    let column =
        |(at, index): (usize, usize)| Column { index, rank: at % ranks, mark: marks[at / ranks] };
    let columns: Vec<Column> = places.into_values().enumerate().map(column).collect();
    let mut ballots = Ballots::of(names.clone())?;
    let mut noticed = Noticed::default();
    let (mut record, mut ranked, mut paper) = (Vec::new(), Vec::new(), Vec::new());
    while next(records, &mut record, head.len())? {
        paper.clear();
        paper.resize(ranks, Mark::Skipped);
        for Column { index, rank, mark } in &columns {
            if is_marked(record[*index].as_ref(), &head[*index], layout)? {
                let is_first = paper[*rank] == Mark::Skipped;
                paper[*rank] = if is_first { *mark } else { Mark::Overvote };
            }
        }
        ranked.clear();
        let outcome = layout.reading.read(paper.iter().copied(), &mut ranked, &mut noticed);
        outcome.map_err(|refused| refusal(refused, |place| names[place].clone()))?;
        ballots.add(&ranked, weight_of(weight, &record)?)?;
    }
    let columns = taken(records.delimiter(), head, &read, weight);
    let contest = Some(contest);
    Ok(Ranks { profile: ballots.profile()?, columns, noticed, contest, excluded_unseen })
}

/// Tells whether a cell has a mark.
fn is_marked(text: &str, column: &str, layout: &Layout) -> Result<bool, CsvFault> {
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        _ if is_skipped(text, layout) => Ok(false),
        _ => Err(CsvFault::GridMark { text: shown(text), column: column.to_owned() }),
    }
}
