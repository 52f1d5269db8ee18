//! The forms in which a count is printed: JSON, and a table for people.

use std::{cmp::Reverse, fmt::Write as _};

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use tally::{
    Candidate, Count, Fraction, Tie,
    condorcet::Pairwise,
    count::{Cause, Round, Transfer},
    score::Score,
    tie::{DecidedBy, Decides},
};

use crate::cli::Failure;

/// How many names a notice has before it only counts them.
const LISTED_MAX: usize = 40;

/// How many decimals a table shows of a vote.
const DECIMALS: u32 = 5;

/// A count with what is needed to print it.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) rule: &'static str,
    pub(super) title: Option<String>,
    /// The candidates' names, by index.
    pub(super) names: Vec<String>,
    pub(super) withdrawn: Vec<String>,
    pub(super) count: Count,
    pub(super) extra: Extra,
}

/// What some rules have beside votes.
#[derive(Debug)]
pub(super) enum Extra {
    None,
    Pairwise { pairwise: Pairwise, beats_all: Option<Candidate>, worst_defeats: Vec<Fraction> },
    Scores(Vec<ScoreFigures>),
}

/// What an option was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScoreFigures {
    pub(super) sum: Fraction,
    /// `None` when nobody scored it.
    pub(super) mean: Option<Fraction>,
    scored: Fraction,
}

impl ScoreFigures {
    /// The figures of options whose sums and weights are in units of which `per_whole` make one.
    pub(super) fn of(options: &[Score], per_whole: u64) -> Vec<ScoreFigures> {
        let whole = |units: i128| Fraction::of(units, u128::from(per_whole));
        let figures = |score: &Score| ScoreFigures {
            sum: whole(score.sum).unwrap_or(Fraction::ZERO),
            mean: score.mean(),
            scored: i128::try_from(score.scored).ok().and_then(whole).unwrap_or(Fraction::ZERO),
        };
        options.iter().map(figures).collect()
    }
}

/// A figure that is a number in JSON where it is whole, and a fraction as a string where not.
struct Figure(Fraction);

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0.is_whole(), i64::try_from(self.0.numerator())) {
            (true, Ok(whole)) => serializer.serialize_i64(whole),
            _ => serializer.collect_str(&self.0),
        }
    }
}

/// Votes by candidates' names, in the order of the candidates.
struct Votes<'a>(&'a [String], &'a [(Candidate, Fraction)]);

impl Serialize for Votes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.1.len()))?;
        for (candidate, votes) in self.1 {
            map.serialize_entry(&self.0[candidate.index()], &votes.to_string())?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct JsonCount<'a> {
    rule: &'a str,
    seats: usize,
    ballots: Figure,
    exhausted: Figure,
    winners: Vec<&'a str>,
    rounds: Vec<JsonRound<'a>>,
    ties: Vec<JsonTie<'a>>,
    algorithm: &'a str,
    decided: bool,
    blank: Figure,
    lost: Figure,
    quota: Option<String>,
    candidates: &'a [String],
    withdrawn: &'a [String],
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condorcet: Option<JsonCondorcet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scores: Option<JsonScores<'a>>,
}

#[derive(Serialize)]
struct JsonRound<'a> {
    votes: Votes<'a>,
    elected: Vec<&'a str>,
    eliminated: Vec<&'a str>,
    transfers: Vec<JsonTransfer<'a>>,
    exhausted: Figure,
    lost: Figure,
}

#[derive(Serialize)]
struct JsonTransfer<'a> {
    from: &'a str,
    cause: &'static str,
    to: Votes<'a>,
    exhausted: String,
    lost: String,
}

#[derive(Serialize)]
struct JsonTie<'a> {
    round: usize,
    decides: &'static str,
    tied: Vec<&'a str>,
    chosen: Vec<&'a str>,
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier_round: Option<usize>,
}

#[derive(Serialize)]
struct JsonCondorcet<'a> {
    winner: Option<&'a str>,
    worst_defeats: Votes<'a>,
    /// For each candidate, how many ballots prefer them to each other.
    pairwise: JsonPairwise<'a>,
}

struct JsonPairwise<'a>(&'a [String], Vec<Vec<(Candidate, Fraction)>>);

impl Serialize for JsonPairwise<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0.iter().zip(&self.1);
        serializer.collect_map(rows.map(|(name, row)| (name, Votes(self.0, row))))
    }
}

struct JsonScores<'a>(&'a [String], &'a [ScoreFigures]);

#[derive(Serialize)]
struct JsonScore {
    sum: String,
    mean: Option<String>,
    scored: Figure,
}

impl Serialize for JsonScores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1).map(|(name, figures)| {
            let score = JsonScore {
                sum: figures.sum.to_string(),
                mean: figures.mean.map(|mean| mean.to_string()),
                scored: Figure(figures.scored),
            };
            (name, score)
        }))
    }
}

impl Report {
    fn name(&self, candidate: Candidate) -> &str {
        self.names.get(candidate.index()).map_or("", String::as_str)
    }

    fn names(&self, candidates: &[Candidate]) -> Vec<&str> {
        candidates.iter().map(|it| self.name(*it)).collect()
    }

    fn round<'a>(&'a self, round: &'a Round) -> JsonRound<'a> {
        JsonRound {
            votes: Votes(&self.names, &round.votes),
            elected: self.names(&round.elected),
            eliminated: self.names(&round.eliminated),
            transfers: round.transfers.iter().map(|it| self.transfer(it)).collect(),
            exhausted: Figure(round.exhausted),
            lost: Figure(round.lost),
        }
    }

    fn transfer<'a>(&'a self, transfer: &'a Transfer) -> JsonTransfer<'a> {
        JsonTransfer {
            from: self.name(transfer.from),
            cause: cause(transfer.cause),
            to: Votes(&self.names, &transfer.to),
            exhausted: transfer.exhausted.to_string(),
            lost: transfer.lost.to_string(),
        }
    }

    fn tie(&self, tie: &Tie) -> JsonTie<'_> {
        let (by, earlier_round) = match tie.by {
            DecidedBy::EarlierRound(round) => ("earlier round", Some(round)),
            DecidedBy::Margin => ("margin", None),
            DecidedBy::Casting => ("casting", None),
            DecidedBy::Lot => ("lot", None),
            DecidedBy::Undecided => ("undecided", None),
        };
        JsonTie {
            round: tie.round,
            decides: decides(tie.decides),
            tied: self.names(&tie.tied),
            chosen: self.names(&tie.chosen),
            by,
            earlier_round,
        }
    }
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Surplus => "surplus",
        Cause::Elimination => "elimination",
    }
}

fn decides(decides: Decides) -> &'static str {
    match decides {
        Decides::Elimination => "elimination",
        Decides::Surplus => "surplus",
        Decides::Seat => "seat",
        Decides::Adoption => "adoption",
    }
}

/// Writes one JSON object.
///
/// # Errors
///
/// Never in practice: everything in it can be written.
pub(super) fn json(report: &Report) -> Result<String, Failure> {
    let count = &report.count;
    let all = || (0..report.names.len()).filter_map(Candidate::at);
    let defeats: Vec<(Candidate, Fraction)>;
    let (mut condorcet, mut scores) = (None, None);
    match &report.extra {
        Extra::None => {}
        Extra::Pairwise { pairwise, beats_all, worst_defeats } => {
            defeats = all().zip(worst_defeats.iter().copied()).collect();
            let row = |of: Candidate| {
                let others = all().filter(move |other| *other != of);
                others.map(|other| (other, pairwise.preferring(of, other))).collect()
            };
            condorcet = Some(JsonCondorcet {
                winner: beats_all.map(|it| report.name(it)),
                worst_defeats: Votes(&report.names, &defeats),
                pairwise: JsonPairwise(&report.names, all().map(row).collect()),
            });
        }
        Extra::Scores(figures) => scores = Some(JsonScores(&report.names, figures)),
    }
    let json = JsonCount {
        rule: report.rule,
        seats: count.seats,
        ballots: Figure(count.ballots),
        exhausted: Figure(count.exhausted),
        winners: report.names(&count.winners),
        rounds: count.rounds.iter().map(|round| report.round(round)).collect(),
        ties: count.ties.iter().map(|tie| report.tie(tie)).collect(),
        algorithm: count.algorithm,
        decided: count.is_decided(),
        blank: Figure(count.blank),
        lost: Figure(count.lost),
        quota: count.quota.map(|quota| quota.to_string()),
        candidates: &report.names,
        withdrawn: &report.withdrawn,
        title: report.title.as_deref(),
        condorcet,
        scores,
    };
    serde_json::to_string(&json).map_err(|error| Failure::caused("the count is no JSON", &error))
}

// Writing to a string does not fail, so what it returns is not looked at.

/// Writes a table: a block for each round, the winners last.
pub(super) fn table(report: &Report) -> String {
    let count = &report.count;
    let mut text = String::new();
    if let Some(title) = &report.title {
        let _written = writeln!(text, "{}", shown(title));
    }
    let quota = count.quota.map_or(String::new(), |quota| format!(", quota {}", decimal(quota)));
    let _written = writeln!(
        text,
        "{}: {} candidates, {} to elect, {} ballots, {} of them blank{quota}",
        report.rule,
        report.names.len(),
        count.seats,
        decimal(count.ballots),
        decimal(count.blank)
    );
    let width = report.names.iter().map(|name| shown(name).chars().count()).max().unwrap_or(0);
    let width = width.max("exhausted".len());
    for (index, round) in count.rounds.iter().enumerate() {
        if count.rounds.len() > 1 {
            let _written = writeln!(text, "\nround {}", index + 1);
        } else {
            text.push('\n');
        }
        write_round(&mut text, report, round, width);
        for tie in count.ties.iter().filter(|tie| tie.round == index + 1) {
            let _written = writeln!(text, "  {}", tie_sentence(report, tie));
        }
    }
    write_extra(&mut text, report, width);
    let winners = report.names(&count.winners);
    let winners: Vec<String> = winners.into_iter().map(shown).collect();
    let winners = if winners.is_empty() { "nobody".to_owned() } else { winners.join(", ") };
    let _written = write!(text, "\nelected: {winners}");
    text
}

fn write_round(text: &mut String, report: &Report, round: &Round, width: usize) {
    let mut votes = round.votes.clone();
    votes.sort_by_key(|(candidate, votes)| (Reverse(*votes), *candidate));
    for (candidate, votes) in votes {
        let became = if round.elected.contains(&candidate) {
            "  elected"
        } else if round.eliminated.contains(&candidate) {
            "  eliminated"
        } else {
            ""
        };
        let name = shown(report.name(candidate));
        let _written = writeln!(text, "  {name:<width$}  {:>14}{became}", decimal(votes));
    }
    for (name, figure) in [("exhausted", round.exhausted), ("lost", round.lost)] {
        if figure > Fraction::ZERO {
            let _written = writeln!(text, "  {name:<width$}  {:>14}", decimal(figure));
        }
    }
    for transfer in &round.transfers {
        let to = transfer.to.iter().map(|(candidate, votes)| {
            format!("{} {}", shown(report.name(*candidate)), decimal(*votes))
        });
        let mut parts: Vec<String> = to.collect();
        if transfer.exhausted > Fraction::ZERO {
            parts.push(format!("exhausted {}", decimal(transfer.exhausted)));
        }
        if transfer.lost > Fraction::ZERO {
            parts.push(format!("lost {}", decimal(transfer.lost)));
        }
        let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") };
        let (cause, from) = (cause(transfer.cause), shown(report.name(transfer.from)));
        let _written = writeln!(text, "  {cause} of {from} passes on: {parts}");
    }
}

fn write_extra(text: &mut String, report: &Report, width: usize) {
    match &report.extra {
        Extra::None => {}
        Extra::Pairwise { beats_all, worst_defeats, .. } => {
            let winner = beats_all.map_or("nobody".to_owned(), |it| shown(report.name(it)));
            let _written =
                writeln!(text, "\nbeats everybody: {winner}\nlargest margin of a defeat");
            for (name, margin) in report.names.iter().zip(worst_defeats) {
                let _written =
                    writeln!(text, "  {:<width$}  {:>14}", shown(name), decimal(*margin));
            }
        }
        Extra::Scores(figures) => {
            text.push_str("\nsum, mean, ballots that score\n");
            for (name, figures) in report.names.iter().zip(figures) {
                let mean = figures.mean.map_or("-".to_owned(), decimal);
                let _written = writeln!(
                    text,
                    "  {:<width$}  {:>14}  {mean:>10}  {:>10}",
                    shown(name),
                    decimal(figures.sum),
                    decimal(figures.scored)
                );
            }
        }
    }
}

fn tie_sentence(report: &Report, tie: &Tie) -> String {
    let list = |candidates: &[Candidate]| {
        let names: Vec<String> = report.names(candidates).into_iter().map(shown).collect();
        names.join(", ")
    };
    let by = match tie.by {
        DecidedBy::EarlierRound(round) => format!("by the votes in round {round}"),
        DecidedBy::Margin => "by the smallest worst defeat".to_owned(),
        DecidedBy::Casting => "by the casting vote".to_owned(),
        DecidedBy::Lot => "by lot".to_owned(),
        DecidedBy::Undecided => {
            return format!("tie for {}: {}; undecided", decides(tie.decides), list(&tie.tied));
        }
    };
    let (tied, chosen) = (list(&tie.tied), list(&tie.chosen));
    format!("tie for {}: {tied}; {by}: {chosen}", decides(tie.decides))
}

/// A fraction as a decimal, cut off after some places where it goes on.
pub(super) fn decimal(fraction: Fraction) -> String {
    if fraction.is_whole() {
        return fraction.numerator().to_string();
    }
    let (magnitude, denominator) = (fraction.numerator().unsigned_abs(), fraction.denominator());
    let mut text = if fraction.numerator() < 0 { "-".to_owned() } else { String::new() };
    let mut rest = magnitude % denominator;
    let _written = write!(text, "{}.", magnitude / denominator);
    for _ in 0..DECIMALS {
        let Some(scaled) = rest.checked_mul(10) else { break };
        let _written = write!(text, "{}", scaled / denominator);
        rest = scaled % denominator;
    }
    text
}

/// Somebody else's text, so that it cannot steer the terminal.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

/// Names for a notice.
pub(super) fn list(names: &[String]) -> String {
    let mut text: Vec<String> =
        names.iter().take(LISTED_MAX).map(|name| format!("{:?}", shown(name))).collect();
    if LISTED_MAX < names.len() {
        text.push(format!("and {} more", names.len() - LISTED_MAX));
    }
    text.join(", ")
}
