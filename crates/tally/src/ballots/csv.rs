//! Ballots as a list has them: one line a ballot, one column a rank, candidates' names in the cells.
//!
//! The first line names the columns. Which are ranks is seen from their names: a word such as rank,
//! choice or preference with a number (`rank1`, `Choice_2 of 5`, `3rd preference`, `first choice`),
//! or a number alone; or the caller names them. A column `weight` or `count` is the weight. Other
//! columns are not read. The other way round is read too, where the caller says so: one column a
//! candidate, with the number of a rank in each cell. A grid, with a 0 or a 1 for each candidate at
//! each rank, is seen where its columns are called `Choice_ID:CONTEST:RANK:Number of Winners
//! SEATS:CANDIDATE:PARTY`, as in Portland's cast vote records of 2024. No other grid is read: which
//! part of a name is the rank, and which the candidate, cannot be told surely.

use std::{borrow::Cow, collections::BTreeMap, collections::HashMap};

use super::{
    Ballots, Profile, ProfileError, Reading,
    marks::{Mark, Noticed, Refused},
};
use crate::{Fraction, count::Candidate, fraction::FractionError, score::ScoreBallot};

mod candidates;
mod columns;
mod grid;
mod records;

#[cfg(test)]
mod tests;

use columns::rank_number;
use records::Records;

/// What stands in a cell without a mark, in any case, beside nothing at all.
pub const SKIPPED: [&str; 6] = ["skipped", "skip", "undervote", "undervoted", "blank", "-"];

/// What stands in a cell with several marks, in any case.
pub const OVERVOTED: [&str; 4] = ["overvote", "overvoted", "over vote", "over-vote"];

/// Names of a column of weights that is seen without being named.
pub const WEIGHTS: [&str; 2] = ["weight", "count"];

/// How much of a wrong text an error shows, in characters.
const SHOWN_CHARS_MAX: usize = 40;

/// Which column holds the weights.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WeightColumn {
    /// One that is called as in [`WEIGHTS`], if there is one.
    Seen,
    /// This one.
    Named(String),
    /// None: every ballot weighs one.
    None,
}

/// How a list is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The columns of ranks in their order; empty to see them from their names.
    pub rank_columns: Vec<String>,
    /// The column of weights.
    pub weight_column: WeightColumn,
    /// Marks that are not one candidate a rank.
    pub reading: Reading,
    /// Candidates who do not stand; a mark for them is passed over.
    pub excluded: Vec<String>,
    /// More that stands in a cell without a mark, in any case.
    pub skipped: Vec<String>,
    /// More that stands in a cell with several marks, in any case.
    pub overvoted: Vec<String>,
}

/// A list that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ranks {
    /// The ballots; the candidates are all who are named in a rank, sorted.
    pub profile: Profile,
    /// What was taken for what.
    pub columns: Columns,
    /// What was read by a rule.
    pub noticed: Noticed,
    /// What the columns say they are for; `None` where they do not, as only those of a grid do.
    pub contest: Option<Contest>,
    /// Whom [`Layout::excluded`] names and the list does not.
    pub excluded_unseen: Vec<String>,
}

/// What a list is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contest {
    /// What it is called.
    pub title: String,
    /// How many seats it fills.
    pub seats: usize,
}

/// Scores that were read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScoreSheet {
    /// The options: the names of their columns.
    pub options: Vec<String>,
    /// The ballots.
    pub ballots: Vec<ScoreBallot>,
    /// What was taken for what.
    pub columns: Columns,
    /// Whom [`Layout::excluded`] names and the list does not.
    pub excluded_unseen: Vec<String>,
}

/// What the columns were taken for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Columns {
    /// What separates them.
    pub delimiter: char,
    /// The columns of ranks, in the order of ranks, or those of scores.
    pub read: Vec<String>,
    /// The column of weights.
    pub weight: Option<String>,
    /// Those that are not read.
    pub unread: Vec<String>,
}

/// Why a list cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct CsvError {
    /// The line that the record begins on, from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: CsvFault,
}

/// What can be wrong with a list.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CsvFault {
    /// There is no first line.
    #[error("the list is empty; its first line has to name the columns")]
    Empty,
    /// No column is called as ranks are.
    #[error("no column is called rank1, choice1 or the like; the columns are: {columns}")]
    NoRanks {
        /// The columns.
        columns: String,
    },
    /// Two columns are the same rank.
    #[error("the columns {first:?} and {second:?} are both rank {rank}; name the ones to count")]
    RankTwice {
        /// One of them.
        first: String,
        /// The other.
        second: String,
        /// The rank.
        rank: u32,
    },
    /// A column is asked for that there is not.
    #[error("no column is called {name:?}; the columns are: {columns}")]
    ColumnUnknown {
        /// The column.
        name: String,
        /// The columns that there are.
        columns: String,
    },
    /// A column is asked for that there are several of, or asked for twice.
    #[error("the column {name:?} is there, or is asked for, twice")]
    ColumnTwice {
        /// The column.
        name: String,
    },
    /// A line has another number of cells.
    #[error(
        "has {found} cells where the first line has {expected}; text with {delimiter:?} needs \
             quotes"
    )]
    CellCount {
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
        /// What separates them.
        delimiter: char,
    },
    /// A quote is not closed before the list ends.
    #[error("a quote is opened and never closed")]
    QuoteOpen,
    /// Something stands between a closing quote and the end of the cell.
    #[error("something follows a closing quote; a quote within quotes is written twice")]
    AfterQuote,
    /// A weight is no number.
    #[error("the weight {text:?} {error}")]
    Weight {
        /// What stands there.
        text: String,
        /// Why that is none.
        error: FractionError,
    },
    /// A weight of scores is not whole.
    #[error("the weight {text:?} is not a whole number below 2^32, as scores need it")]
    WeightNotWhole {
        /// What stands there.
        text: String,
    },
    /// A score is no number.
    #[error("{text:?} in the column {column:?} is no score; write a whole number or nothing")]
    Score {
        /// What stands there.
        text: String,
        /// Where.
        column: String,
    },
    /// A rank is no number.
    #[error(
        "{text:?} in the column {column:?} is no rank; write a whole number from 1, or nothing"
    )]
    Rank {
        /// What stands there.
        text: String,
        /// Where.
        column: String,
    },
    /// A column of a grid is called otherwise.
    #[error(
        "the column {name:?} is not called Choice_ID:CONTEST:RANK:Number of Winners \
             SEATS:CANDIDATE:PARTY, as others are"
    )]
    GridColumn {
        /// The column.
        name: String,
    },
    /// A grid has no column for a candidate at a rank.
    #[error("no column is {candidate:?} at rank {rank}, though others have that rank")]
    GridGap {
        /// The candidate.
        candidate: String,
        /// The rank.
        rank: u32,
    },
    /// A grid is for several contests, or for several numbers of seats.
    #[error("the columns are of {first:?} and of {second:?}; leave those of one contest")]
    ContestTwice {
        /// One contest.
        first: String,
        /// The other.
        second: String,
    },
    /// A mark in a grid is neither 0 nor 1.
    #[error("{text:?} in the column {column:?} is no mark; write 1, or 0 or nothing")]
    GridMark {
        /// What stands there.
        text: String,
        /// Where.
        column: String,
    },
    /// Several candidates have one rank.
    #[error("several candidates have the same rank")]
    Overvote,
    /// A candidate has several ranks.
    #[error("{name:?} is ranked twice")]
    RankedTwice {
        /// Whose name it is.
        name: String,
    },
    /// The ballots cannot be counted.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

impl Default for Layout {
    fn default() -> Layout {
        Layout {
            rank_columns: Vec::new(),
            weight_column: WeightColumn::Seen,
            reading: Reading::LENIENT,
            excluded: Vec::new(),
            skipped: Vec::new(),
            overvoted: Vec::new(),
        }
    }
}

/// Reads a list of ranks, or a grid where [`Layout::rank_columns`] is empty and the columns are
/// called so.
///
/// # Errors
///
/// Says what is wrong, and in which line.
pub fn read(text: &str, layout: &Layout) -> Result<Ranks, CsvError> {
    let mut records = Records::of(text);
    let result = ranks(&mut records, layout);
    result.map_err(|fault| CsvError { line: records.line(), fault })
}

/// Reads a list of scores: every column but the weights is an option, every cell a whole number, or
/// empty where an option is not scored. [`Layout::rank_columns`] names the options, if only some
/// columns are.
///
/// # Errors
///
/// Says what is wrong, and in which line.
pub fn read_scores(text: &str, layout: &Layout) -> Result<ScoreSheet, CsvError> {
    let mut records = Records::of(text);
    let result = scores(&mut records, layout);
    result.map_err(|fault| CsvError { line: records.line(), fault })
}

/// Reads a list with one column a candidate, and the number of a rank from 1 in each cell; an empty
/// cell or a 0 is no rank, and two candidates with one number are an overvote.
///
/// The candidates are the columns that [`Layout::rank_columns`] names; when it is empty, those
/// called `candidate_…`, without that word; when there are none, all but the weight.
///
/// # Errors
///
/// Says what is wrong, and in which line.
pub fn read_candidates(text: &str, layout: &Layout) -> Result<Ranks, CsvError> {
    let mut records = Records::of(text);
    let result = candidates::candidates(&mut records, layout);
    result.map_err(|fault| CsvError { line: records.line(), fault })
}

/// Tells whether the first line names ranks, but for the column that [`Layout::weight_column`] names.
pub fn has_ranks(text: &str, layout: &Layout) -> bool {
    let mut records = Records::of(text);
    let mut cells = Vec::new();
    let named = records.next(&mut cells).unwrap_or(false);
    named && cells.iter().any(|cell| rank_of(cell, layout).is_some())
}

/// A candidate's name, or what stands for something else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Mark(Mark),
    /// The place of the name among those that were found, in the order in which they were.
    Named(u16),
}

fn ranks(records: &mut Records<'_>, layout: &Layout) -> Result<Ranks, CsvFault> {
    let head = head(records)?;
    if layout.rank_columns.is_empty() && grid::is_grid(&head) {
        return grid::grid(records, &head, layout);
    }
    let columns = if layout.rank_columns.is_empty() {
        ranks_seen(&head, layout)?
    } else {
        named(&head, &layout.rank_columns)?
    };
    let weight = weight_column(&head, &layout.weight_column, &columns)?;
    let mut meanings = meanings(layout);
    let mut names = Vec::<String>::new();
    // All ballots before the candidates are known: cells one after the other, a row a ballot.
    let mut cells = Vec::<Cell>::new();
    let mut weights = Vec::<(Fraction, usize)>::new();
    let mut record = Vec::new();
    while next(records, &mut record, head.len())? {
        for column in &columns {
            let text = record[*column].as_ref();
            let cell = match meanings.get(text) {
                Some(cell) => *cell,
                None => learn(text, &mut meanings, &mut names)?,
            };
            cells.push(cell);
        }
        weights.push((weight_of(weight, &record)?, records.line()));
    }
    let end = records.line();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_unstable_by(|left, right| names[*left].cmp(&names[*right]));
    let sorted = order.iter().map(|found| names[*found].as_str());
    let excluded_unseen = excluded_unseen(sorted.clone(), layout);
    let (candidates, marks) = standing(sorted, layout)?;
    let mut places = vec![Mark::Withdrawn; names.len()];
    for (found, mark) in order.into_iter().zip(marks) {
        places[found] = mark;
    }
    let mut ballots = Ballots::of(candidates.clone())?;
    let mut noticed = Noticed::default();
    let mut ranked = Vec::new();
    for (row, (weight, line)) in cells.chunks(columns.len()).zip(&weights) {
        ranked.clear();
        records.set_line(*line);
        let marks = row.iter().map(|cell| match cell {
            Cell::Mark(mark) => *mark,
            Cell::Named(found) => places[usize::from(*found)],
        });
        let read = layout.reading.read(marks, &mut ranked, &mut noticed);
        read.map_err(|refused| refusal(refused, |place| candidates[place].clone()))?;
        ballots.add(&ranked, *weight)?;
    }
    records.set_line(end);
    let columns = taken(records.delimiter(), &head, &columns, weight);
    Ok(Ranks { profile: ballots.profile()?, columns, noticed, contest: None, excluded_unseen })
}

/// The fault of marks that are refused; `name` tells the name of the candidate at a place.
fn refusal(refused: Refused, name: impl Fn(usize) -> String) -> CsvFault {
    match refused {
        Refused::Overvote => CsvFault::Overvote,
        Refused::Repeat(candidate) => CsvFault::RankedTwice { name: name(candidate.index()) },
    }
}

fn scores(records: &mut Records<'_>, layout: &Layout) -> Result<ScoreSheet, CsvFault> {
    let head = head(records)?;
    let mut columns = named(&head, &layout.rank_columns)?;
    let weight = weight_column(&head, &layout.weight_column, &columns)?;
    if layout.rank_columns.is_empty() {
        columns = (0..head.len()).filter(|index| Some(*index) != weight).collect();
    }
    let names = columns.iter().map(|index| head[*index].as_str());
    let excluded_unseen = excluded_unseen(names, layout);
    columns.retain(|index| !is_excluded(&head[*index], layout));
    let mut ballots = Vec::new();
    let mut record = Vec::new();
    while next(records, &mut record, head.len())? {
        let mut scores = Vec::with_capacity(columns.len());
        for column in &columns {
            let text = record[*column].as_ref();
            scores.push(match text.parse() {
                Ok(score) => Some(score),
                Err(_) if is_skipped(text, layout) => None,
                Err(_) => {
                    let column = head[*column].clone();
                    return Err(CsvFault::Score { text: shown(text), column });
                }
            });
        }
        let fraction = weight_of(weight, &record)?;
        let whole = u32::try_from(fraction.numerator()).ok().filter(|_| fraction.is_whole());
        let not_whole = || CsvFault::WeightNotWhole { text: fraction.to_string() };
        ballots.push(ScoreBallot { scores, weight: whole.ok_or_else(not_whole)? });
    }
    let options: Vec<String> = columns.iter().map(|index| head[*index].clone()).collect();
    // Options are candidates: they are as many at most, and differ in name.
    Ballots::of(options.clone())?;
    Ok(ScoreSheet {
        options,
        ballots,
        columns: taken(records.delimiter(), &head, &columns, weight),
        excluded_unseen,
    })
}

fn head(records: &mut Records<'_>) -> Result<Vec<String>, CsvFault> {
    let mut cells = Vec::new();
    if !records.next(&mut cells)? {
        return Err(CsvFault::Empty);
    }
    Ok(cells.into_iter().map(Cow::into_owned).collect())
}

/// Reads a line; tells whether there was one.
fn next<'a>(
    records: &mut Records<'a>,
    record: &mut Vec<Cow<'a, str>>,
    expected: usize,
) -> Result<bool, CsvFault> {
    if !records.next(record)? {
        return Ok(false);
    }
    if record.len() != expected {
        let delimiter = records.delimiter();
        return Err(CsvFault::CellCount { found: record.len(), expected, delimiter });
    }
    Ok(true)
}

/// The rank that a column is by its name; `None` for one that is none, or named as the weight.
fn rank_of(name: &str, layout: &Layout) -> Option<u32> {
    let weighs = match &layout.weight_column {
        WeightColumn::Named(weight) => weight.trim() == name,
        WeightColumn::Seen | WeightColumn::None => false,
    };
    if weighs { None } else { rank_number(name) }
}

/// The columns that are called as ranks are, in the order of ranks.
fn ranks_seen(head: &[String], layout: &Layout) -> Result<Vec<usize>, CsvFault> {
    let mut ranks = BTreeMap::<u32, usize>::new();
    for (index, name) in head.iter().enumerate() {
        if let Some(rank) = rank_of(name, layout)
            && let Some(other) = ranks.insert(rank, index)
        {
            let (first, second) = (head[other].clone(), name.clone());
            return Err(CsvFault::RankTwice { first, second, rank });
        }
    }
    if ranks.is_empty() {
        return Err(CsvFault::NoRanks { columns: head.join(", ") });
    }
    Ok(ranks.into_values().collect())
}

fn named(head: &[String], names: &[String]) -> Result<Vec<usize>, CsvFault> {
    let mut columns = Vec::new();
    for name in names {
        let column = column(head, name)?;
        if columns.contains(&column) {
            return Err(CsvFault::ColumnTwice { name: name.clone() });
        }
        columns.push(column);
    }
    Ok(columns)
}

fn column(head: &[String], name: &str) -> Result<usize, CsvFault> {
    let name = name.trim();
    let mut found = head.iter().enumerate().filter(|(_, it)| *it == name);
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some(_), Some(_)) => Err(CsvFault::ColumnTwice { name: name.into() }),
        (None, _) => Err(CsvFault::ColumnUnknown { name: name.into(), columns: head.join(", ") }),
    }
}

fn weight_column(
    head: &[String],
    asked: &WeightColumn,
    ranks: &[usize],
) -> Result<Option<usize>, CsvFault> {
    match asked {
        WeightColumn::None => Ok(None),
        WeightColumn::Named(name) => match column(head, name)? {
            index if ranks.contains(&index) => Err(CsvFault::ColumnTwice { name: name.clone() }),
            index => Ok(Some(index)),
        },
        WeightColumn::Seen => {
            let is_weight =
                |index: &usize| WEIGHTS.iter().any(|name| head[*index].eq_ignore_ascii_case(name));
            Ok((0..head.len()).filter(|index| !ranks.contains(index)).find(is_weight))
        }
    }
}

fn weight_of(column: Option<usize>, record: &[Cow<'_, str>]) -> Result<Fraction, CsvFault> {
    let Some(column) = column else { return Ok(Fraction::whole(1)) };
    let text = record[column].as_ref();
    text.parse().map_err(|error| CsvFault::Weight { text: shown(text), error })
}

fn meanings(layout: &Layout) -> HashMap<String, Cell> {
    let mut meanings = HashMap::from([(String::new(), Cell::Mark(Mark::Skipped))]);
    let skipped = SKIPPED.into_iter().chain(layout.skipped.iter().map(String::as_str));
    meanings.extend(skipped.map(|word| (word.to_lowercase(), Cell::Mark(Mark::Skipped))));
    let overvoted = OVERVOTED.into_iter().chain(layout.overvoted.iter().map(String::as_str));
    meanings.extend(overvoted.map(|word| (word.to_lowercase(), Cell::Mark(Mark::Overvote))));
    meanings
}

/// Tells whether a cell has no mark in it.
fn is_skipped(text: &str, layout: &Layout) -> bool {
    text.is_empty()
        || SKIPPED.iter().any(|word| text.eq_ignore_ascii_case(word))
        || layout.skipped.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// What a mark for each candidate of a column means, and the names of those who stand; `all` are
/// the names, sorted.
fn standing<'a>(
    all: impl Iterator<Item = &'a str>,
    layout: &Layout,
) -> Result<(Vec<String>, Vec<Mark>), CsvFault> {
    let (mut names, mut marks) = (Vec::new(), Vec::new());
    for name in all {
        marks.push(if is_excluded(name, layout) {
            Mark::Withdrawn
        } else {
            let place = Candidate::at(names.len()).ok_or(ProfileError::TooManyCandidates)?;
            names.push(name.to_owned());
            Mark::Candidate(place)
        });
    }
    Ok((names, marks))
}

fn is_excluded(name: &str, layout: &Layout) -> bool {
    layout.excluded.iter().any(|it| it.trim() == name)
}

/// Whom the layout excludes and the list does not name; `names` are those it does.
fn excluded_unseen<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    layout: &Layout,
) -> Vec<String> {
    let unseen = |it: &&String| !names.clone().any(|name| name == it.trim());
    layout.excluded.iter().filter(unseen).cloned().collect()
}

/// Finds what a text means that was not seen before.
fn learn(
    text: &str,
    meanings: &mut HashMap<String, Cell>,
    names: &mut Vec<String>,
) -> Result<Cell, CsvFault> {
    let cell = match meanings.get(&text.to_lowercase()) {
        Some(Cell::Mark(mark @ (Mark::Skipped | Mark::Overvote))) => Cell::Mark(*mark),
        Some(Cell::Mark(Mark::Withdrawn | Mark::Candidate(_)) | Cell::Named(_)) | None => {
            let place = u16::try_from(names.len()).map_err(|_| ProfileError::TooManyCandidates)?;
            names.push(text.to_owned());
            Cell::Named(place)
        }
    };
    meanings.insert(text.to_owned(), cell);
    Ok(cell)
}

fn taken(delimiter: char, head: &[String], read: &[usize], weight: Option<usize>) -> Columns {
    let unread = |index: &usize| !read.contains(index) && Some(*index) != weight;
    let names = |indexes: &mut dyn Iterator<Item = usize>| -> Vec<String> {
        indexes.map(|index| head[index].clone()).collect()
    };
    Columns {
        delimiter,
        read: names(&mut read.iter().copied()),
        weight: weight.map(|index| head[index].clone()),
        unread: names(&mut (0..head.len()).filter(unread)),
    }
}

fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
