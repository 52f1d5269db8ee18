//! Ballots with one column a candidate, and the number of a rank in each cell.

use std::collections::BTreeMap;

use super::{
    super::{
        Ballots,
        marks::{Mark, Noticed},
    },
    CsvFault, Layout, Ranks, excluded_unseen, head, is_skipped, named, next,
    records::Records,
    refusal, shown, standing, taken, weight_column, weight_of,
};

/// What the name of a candidate's column may begin with, in any case; it is no part of the name.
const PREFIXES: [&str; 2] = ["candidate_", "candidate:"];

/// The largest number of a rank; no paper has as many.
pub(super) const RANK_MAX: u32 = 1_000;

/// The name of the candidate whose column this is; `None` when its name does not say so.
fn candidate_name(column: &str) -> Option<&str> {
    PREFIXES.iter().find_map(|prefix| {
        let begins = column.get(..prefix.len())?;
        begins.eq_ignore_ascii_case(prefix).then(|| column[prefix.len()..].trim())
    })
}

/// Which columns but the weights are candidates: those that say so, or all.
fn columns(head: &[String], weight: Option<usize>) -> Vec<usize> {
    let others: Vec<usize> = (0..head.len()).filter(|index| Some(*index) != weight).collect();
    let saying = |index: &usize| candidate_name(&head[*index]).is_some();
    let said: Vec<usize> = others.iter().copied().filter(saying).collect();
    if said.is_empty() { others } else { said }
}

/// Reads a list whose first line is still to come.
pub(super) fn candidates(records: &mut Records<'_>, layout: &Layout) -> Result<Ranks, CsvFault> {
    let head = head(records)?;
    let asked = named(&head, &layout.rank_columns)?;
    let weight = weight_column(&head, &layout.weight_column, &asked)?;
    let read = if asked.is_empty() { columns(&head, weight) } else { asked };
    let name = |index: usize| candidate_name(&head[index]).unwrap_or(&head[index]);
    let mut order = read.clone();
    order.sort_by(|left, right| name(*left).cmp(name(*right)));
    let sorted = order.iter().map(|index| name(*index));
    let excluded_unseen = excluded_unseen(sorted.clone(), layout);
    let (names, marks) = standing(sorted, layout)?;
    let mut ballots = Ballots::of(names.clone())?;
    let mut noticed = Noticed::default();
    let (mut record, mut ranked) = (Vec::new(), Vec::new());
    while next(records, &mut record, head.len())? {
        let mut paper = BTreeMap::<u32, Mark>::new();
        for (index, mark) in order.iter().zip(&marks) {
            if let Some(rank) = rank(record[*index].as_ref(), &head[*index], layout)? {
                paper.entry(rank).and_modify(|at| *at = Mark::Overvote).or_insert(*mark);
            }
        }
        ranked.clear();
        let last = paper.keys().next_back().copied().unwrap_or(0);
        let paper = (1..=last).map(|rank| paper.get(&rank).copied().unwrap_or(Mark::Skipped));
        let outcome = layout.reading.read(paper, &mut ranked, &mut noticed);
        outcome.map_err(|refused| refusal(refused, |place| names[place].clone()))?;
        ballots.add(&ranked, weight_of(weight, &record)?)?;
    }
    let columns = taken(records.delimiter(), &head, &read, weight);
    Ok(Ranks { profile: ballots.profile()?, columns, noticed, contest: None, excluded_unseen })
}

/// The rank that a cell gives; `None` when it gives none: nothing, 0, or a word for it.
fn rank(text: &str, column: &str, layout: &Layout) -> Result<Option<u32>, CsvFault> {
    match text.parse() {
        Ok(0) => Ok(None),
        Ok(rank @ 1..=RANK_MAX) => Ok(Some(rank)),
        Err(_) if is_skipped(text, layout) => Ok(None),
        Ok(_) | Err(_) => Err(CsvFault::Rank { text: shown(text), column: column.to_owned() }),
    }
}
