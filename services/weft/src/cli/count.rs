//! `weft count`: counts ranked ballots from a file, without a server.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use tally::{
    Count, Fraction, Profile, TieRule,
    ballots::{
        Noticed, Overvotes, Reading, Repeats, Skips,
        blt::{self, Blt},
        csv::{self, Columns, Layout, WeightColumn},
    },
    borda, choice, condorcet,
    count::Round,
    irv, score, stv_meek, stv_scottish,
    tie::{DecidedBy, LotSeed},
};

use super::{Failure, out};

mod format;
mod text;

#[cfg(test)]
mod tests;

use format::{Extra, Report, ScoreFigures};

/// The largest file that is read, in bytes; all of it is held in memory.
const FILE_BYTES_MAX: u64 = 1 << 31;

/// The seed of lots when none is given.
const SEED_DEFAULT: [u8; 32] = [0; 32];

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Counts the ballots of a file by a rule. Works offline, and says on standard error what it took
/// for what.
///
/// A .blt file has its candidates and seats in it; ballots with equal or repeated candidates are
/// refused with their line unless --overvotes or --repeats says otherwise. A CSV file has one line
/// a ballot and one column a rank; the first line names the columns. Ranks are the columns called
/// rank1, choice 1, 1st choice, 1 or the like; a column called weight or count is the weight; other
/// columns are not read. An empty cell, `skipped` or `undervote` is a skipped rank; `overvote` is
/// an overvote; every other text is a candidate's name, `writein` and `UWI` too, unless --exclude
/// names it. With --columns candidates it is the other way round: one column a candidate, with the
/// number of a rank in each cell. A grid of 0 and 1, one column for each candidate at each rank, is
/// read where the columns are called `Choice_ID:CONTEST:RANK:Number of Winners SEATS:CANDIDATE:PARTY`
/// and every line counts, whatever its other columns say. A file with several contests has to be
/// split first.
///
/// All figures are exact: votes are whole numbers or fractions such as 12345678/100000.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  weft count --rule irv mayor.csv
  weft count --rule stv-scottish --seats 3 --format json council.blt
  weft count --rule irv --columns candidates club.csv
  weft count --rule irv --overvotes skip --exclude writein --rank-column \"First\" --rank-column \
                        \"Second\" mayor.csv

Rules:
  irv           the fewest votes are eliminated until one candidate has more than half
  stv-scottish  Scotland's Order of 2007: Droop quota, surpluses at five decimals, cut off
  stv-meek      keep factors to nine decimals, a quota that sinks with exhausted votes
  condorcet     every pair compared: Copeland's score, then the smallest worst defeat
  borda         of n candidates the first gets n-1 points, the next one fewer, and so on
  approval      everybody on a ballot is approved; or a CSV with one column a candidate, where a
                number other than 0 approves
  score         of n candidates the first gets n, the next one fewer, and so on; or a CSV with one
                column a candidate and whole numbers as scores

JSON: {\"rule\", \"seats\", \"ballots\", \"exhausted\", \"winners\", \"rounds\": [{\"votes\", \"elected\",
\"eliminated\", \"transfers\", \"exhausted\", \"lost\"}], \"ties\", \"algorithm\", \"blank\", \"lost\", \"quota\", ..}.
Votes are fractions as strings. ballots, exhausted, blank and lost are numbers where they are whole
and such strings where not. ballots has all ballots by weight; exhausted has those that count for
nobody at the end, the blank ones with them. In each round of irv, stv-scottish and stv-meek votes +
exhausted + lost = ballots; the votes of condorcet, borda, approval and score are points, which need
not add up to the ballots.")]
pub(crate) struct Args {
    /// The rule to count by.
    #[arg(long, value_enum)]
    rule: Rule,
    /// How many to elect; what a .blt file or a grid says, or 1, when it is not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    seats: Option<u32>,
    /// The form of the result.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The file with the ballots; - reads standard input.
    #[arg(value_name = "BALLOTS")]
    ballots: PathBuf,
    /// What the file is; seen from its name or its first line when it is not given.
    #[arg(long, value_enum, value_name = "FORM")]
    from: Option<From>,
    #[command(flatten)]
    columns: ColumnArgs,
    #[command(flatten)]
    marks: MarkArgs,
    #[command(flatten)]
    ties: TieArgs,
    /// What `borda` gives to those whom a ballot does not rank: an equal share of the points that
    /// are left, or none.
    #[arg(long, value_enum, default_value_t = Unranked::Average)]
    unranked: Unranked,
    /// What decides by `score`: the sum, in which an option that was not scored has 0, or the mean
    /// of the scores that were given.
    #[arg(long, value_enum, default_value_t = ScoreBy::Sum)]
    score_by: ScoreBy,
}

/// Which columns of a CSV file are what.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Columns of CSV files")]
struct ColumnArgs {
    /// What a column is: a rank, with candidates' names in its cells; or a candidate, with the
    /// numbers of ranks, from 1, in its cells. Candidates are the columns called `candidate_NAME`,
    /// and if there are none all but the weight.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = ColumnForm::Ranks)]
    columns: ColumnForm,
    /// A column of ranks, of a candidate, or of scores; once for each, ranks in their order.
    #[arg(long = "rank-column", value_name = "NAME")]
    rank_columns: Vec<String>,
    /// The column of weights, such as 2, 1.5 or 3/2.
    #[arg(long, value_name = "NAME", conflicts_with = "unweighted")]
    weight_column: Option<String>,
    /// Every line weighs one, whatever its columns are called.
    #[arg(long)]
    unweighted: bool,
    /// A candidate who does not stand; marks for them are passed over. May be repeated.
    #[arg(long, value_name = "NAME")]
    exclude: Vec<String>,
    /// More that means a skipped rank. May be repeated.
    #[arg(long, value_name = "TEXT")]
    skipped_cell: Vec<String>,
    /// More that means an overvote. May be repeated.
    #[arg(long, value_name = "TEXT")]
    overvote_cell: Vec<String>,
}

/// What a column of a CSV file is.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum ColumnForm {
    Ranks,
    Candidates,
}

/// What is done about marks that are not one candidate a rank.
#[derive(clap::Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Marks")]
struct MarkArgs {
    /// Skipped ranks: ignore them, so that later ranks move up; stop, which ends the ballot there;
    /// or stop where two are skipped in a row [default: ignore].
    #[arg(long, value_enum, value_name = "HOW")]
    skips: Option<SkipRule>,
    /// Several candidates at one rank: stop, which ends the ballot there; skip the rank; or refuse
    /// the file [default: stop in CSV, refuse in BLT].
    #[arg(long, value_enum, value_name = "HOW")]
    overvotes: Option<OvervoteRule>,
    /// A candidate at several ranks: ignore all but the first; stop, which ends the ballot at the
    /// second; or refuse the file [default: ignore in CSV, refuse in BLT].
    #[arg(long, value_enum, value_name = "HOW")]
    repeats: Option<RepeatRule>,
}

/// How ties are decided that the votes leave open.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Ties")]
struct TieArgs {
    /// Decides by lot, by the order of --prefer, or not at all, which ends the count there
    /// [default: casting with --prefer, otherwise lot].
    #[arg(long, value_enum, value_name = "HOW")]
    on_tie: Option<OnTie>,
    /// The seed of lots: 64 hexadecimal digits, all zeros when it is not given. SHA-256 of the
    /// seed, the step and the names draws the lot, whatever the order of ballots.
    #[arg(long, value_name = "HEX", value_parser = seed)]
    lot_seed: Option<LotSeed>,
    /// Whom the casting vote favours; once for each candidate, the most favoured first.
    #[arg(long, value_name = "NAME")]
    prefer: Vec<String>,
}

/// A rule as it is called on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Rule {
    Irv,
    StvScottish,
    StvMeek,
    Condorcet,
    Borda,
    Approval,
    Score,
}

/// A form of the result.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Format {
    Json,
    Table,
}

/// A form of the file.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum From {
    Blt,
    Csv,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum SkipRule {
    Ignore,
    Stop,
    StopAtTwo,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum OvervoteRule {
    Stop,
    Skip,
    Refuse,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum RepeatRule {
    Ignore,
    Stop,
    Refuse,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum OnTie {
    Lot,
    Casting,
    StatusQuo,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Unranked {
    Average,
    Zero,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum ScoreBy {
    Sum,
    Mean,
}

impl Rule {
    /// What it is called.
    fn name(self) -> &'static str {
        match self {
            Rule::Irv => "irv",
            Rule::StvScottish => "stv-scottish",
            Rule::StvMeek => "stv-meek",
            Rule::Condorcet => "condorcet",
            Rule::Borda => "borda",
            Rule::Approval => "approval",
            Rule::Score => "score",
        }
    }
}

impl From {
    /// How marks are read when nothing else is asked for.
    fn reading(self) -> Reading {
        match self {
            From::Blt => Reading::STRICT,
            From::Csv => Reading::LENIENT,
        }
    }
}

impl MarkArgs {
    fn reading(self, from: From) -> Reading {
        let default = from.reading();
        Reading {
            skips: self.skips.map_or(default.skips, |rule| match rule {
                SkipRule::Ignore => Skips::Ignore,
                SkipRule::Stop => Skips::Stop,
                SkipRule::StopAtTwo => Skips::StopAtTwo,
            }),
            overvotes: self.overvotes.map_or(default.overvotes, |rule| match rule {
                OvervoteRule::Stop => Overvotes::Stop,
                OvervoteRule::Skip => Overvotes::Skip,
                OvervoteRule::Refuse => Overvotes::Refuse,
            }),
            repeats: self.repeats.map_or(default.repeats, |rule| match rule {
                RepeatRule::Ignore => Repeats::Ignore,
                RepeatRule::Stop => Repeats::Stop,
                RepeatRule::Refuse => Repeats::Refuse,
            }),
        }
    }
}

impl TieArgs {
    /// The rule for ties between these candidates.
    fn rule(&self, candidates: &[String]) -> Result<TieRule, Failure> {
        if let Some(name) = self.prefer.iter().find(|name| !candidates.contains(name)) {
            return Err(Failure::said(format!(
                "--prefer {:?} is no candidate; the candidates are: {}",
                format::shown(name),
                format::list(candidates)
            )));
        }
        let default = if self.prefer.is_empty() { OnTie::Lot } else { OnTie::Casting };
        Ok(match self.on_tie.unwrap_or(default) {
            OnTie::Lot => TieRule::Lot(self.lot_seed.unwrap_or(LotSeed(SEED_DEFAULT))),
            OnTie::Casting if self.prefer.is_empty() => {
                return Err(Failure::said(
                    "--on-tie casting has nobody to favour; add --prefer NAME, once for each \
                     candidate, the most favoured first",
                ));
            }
            OnTie::Casting => TieRule::Casting(self.prefer.clone()),
            OnTie::StatusQuo => TieRule::StatusQuo,
        })
    }
}

impl ColumnArgs {
    /// An option that only CSV files have.
    fn given(&self) -> Option<&'static str> {
        let given = [
            ("--columns", self.columns == ColumnForm::Candidates),
            ("--rank-column", !self.rank_columns.is_empty()),
            ("--weight-column", self.weight_column.is_some()),
            ("--unweighted", self.unweighted),
            ("--exclude", !self.exclude.is_empty()),
            ("--skipped-cell", !self.skipped_cell.is_empty()),
            ("--overvote-cell", !self.overvote_cell.is_empty()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

/// What was read from a file.
#[derive(Debug)]
enum Input {
    Ranked {
        profile: Profile,
        /// What the file says.
        seats: Option<usize>,
        title: Option<String>,
        withdrawn: Vec<String>,
    },
    Scores(csv::ScoreSheet),
}

impl Input {
    /// The names of those who stand.
    fn candidates(&self) -> &[String] {
        match self {
            Input::Ranked { profile, .. } => profile.candidates(),
            Input::Scores(sheet) => &sheet.options,
        }
    }

    /// Tells whether there is no ballot, or none that weighs anything: then lots would elect.
    fn is_empty(&self) -> bool {
        match self {
            Input::Ranked { profile, .. } => profile.total() == Fraction::ZERO,
            Input::Scores(sheet) => sheet.ballots.iter().all(|ballot| ballot.weight == 0),
        }
    }
}

/// Reads, counts and prints.
///
/// # Errors
///
/// Says what is wrong with the file, and in which line, or what cannot be asked together.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let bytes = read(&args.ballots)?;
    let text = text::decode(&bytes);
    if let Some(notice) = text.notice {
        out::notice(notice);
    }
    let from = args.from.unwrap_or_else(|| seen(&args.ballots, &text.text));
    let told = |line: String| out::notice(line);
    let input = input(args, from, &text.text, &told)
        .map_err(|error| Failure::said(format!("{}: {error}", args.ballots.display())))?;
    let report = count(args, &input, &told)?;
    match args.format {
        Format::Json => out::line(format::json(&report)?),
        Format::Table => out::line(format::table(&report)),
    }
}

/// Reads all of a file.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |error: io::Error| Failure::said(format!("{} cannot be read: {error}", path.display()));
    let mut bytes = Vec::new();
    let limit = FILE_BYTES_MAX + 1;
    let size = if path.as_os_str() == STANDARD_INPUT {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    let size = u64::try_from(size.map_err(unreadable)?).unwrap_or(u64::MAX);
    if FILE_BYTES_MAX < size {
        let path = path.display();
        return Err(Failure::said(format!("{path} is larger than {FILE_BYTES_MAX} bytes")));
    }
    Ok(bytes)
}

/// What a file is: by its name, or by whether it begins with two numbers.
fn seen(path: &Path, text: &str) -> From {
    let extension = path.extension().map(|it| it.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("blt") => return From::Blt,
        Some("csv" | "tsv") => return From::Csv,
        Some(_) | None => {}
    }
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let first = lines.into_iter().find(|line| !line.is_empty() && !line.starts_with('#'));
    let first = first.unwrap_or("").split('#').next().unwrap_or("");
    let numbers: Vec<_> = first.split_whitespace().map(str::parse::<u32>).collect();
    match numbers[..] {
        [Ok(_), Ok(_)] => From::Blt,
        _ => From::Csv,
    }
}

/// Reads what a file says, which has ballots, and tells what was taken for what.
fn input(args: &Args, from: From, text: &str, tell: &dyn Fn(String)) -> Result<Input, String> {
    let input = read_as(args, from, text, tell)?;
    if input.is_empty() {
        return Err("there is no ballot in it, or none that weighs anything".to_owned());
    }
    Ok(input)
}

fn read_as(args: &Args, from: From, text: &str, tell: &dyn Fn(String)) -> Result<Input, String> {
    let reading = args.marks.reading(from);
    match from {
        From::Blt => input_of_blt(args, text, reading, tell),
        From::Csv => {
            let layout = layout(args, reading);
            let scores = match args.rule {
                Rule::Score | Rule::Approval => {
                    args.columns.columns == ColumnForm::Ranks
                        && layout.rank_columns.is_empty()
                        && !csv::has_ranks(text, &layout)
                }
                Rule::Irv | Rule::StvScottish | Rule::StvMeek | Rule::Condorcet | Rule::Borda => {
                    false
                }
            };
            if scores {
                let sheet = csv::read_scores(text, &layout).map_err(|it| it.to_string())?;
                tell_columns("scores, in this order", &sheet.columns, tell);
                tell_unseen(&sheet.excluded_unseen, tell);
                return Ok(Input::Scores(sheet));
            }
            let (read, what) = match args.columns.columns {
                ColumnForm::Ranks => (csv::read(text, &layout), "ranks, in this order"),
                ColumnForm::Candidates => (csv::read_candidates(text, &layout), "candidates"),
            };
            let ranks = read.map_err(|error| {
                use csv::CsvFault::{NoRanks, Rank, RankTwice};
                if matches!(error.fault, NoRanks { .. } | RankTwice { .. }) {
                    format!(
                        "{error}\nname the ranks in their order with --rank-column; if the columns \
                         are candidates, say --columns candidates; if they are candidates at \
                         ranks with a 0 or a 1 in each cell, write one column a rank instead, with \
                         the candidate's name in the cell"
                    )
                } else if matches!(error.fault, Rank { .. }) {
                    format!("{error}\nname the columns of candidates with --rank-column")
                } else {
                    error.to_string()
                }
            })?;
            let contest = ranks.contest;
            let what = if contest.is_some() { "a 1 is a mark in" } else { what };
            tell_columns(what, &ranks.columns, tell);
            tell_noticed(ranks.noticed, reading, tell);
            tell_unseen(&ranks.excluded_unseen, tell);
            let candidates = ranks.profile.candidates();
            tell(format!(
                "{} candidates: {}; --exclude leaves one out",
                candidates.len(),
                format::list(candidates)
            ));
            Ok(Input::Ranked {
                profile: ranks.profile,
                seats: contest.as_ref().map(|contest| contest.seats),
                title: contest.map(|contest| contest.title),
                withdrawn: args.columns.exclude.clone(),
            })
        }
    }
}

fn input_of_blt(
    args: &Args,
    text: &str,
    reading: Reading,
    tell: &dyn Fn(String),
) -> Result<Input, String> {
    if let Some(given) = args.columns.given() {
        return Err(format!("{given} is for CSV files; a BLT file names what it has"));
    }
    let Blt { title, seats, profile, withdrawn, noticed } =
        blt::read(text, reading).map_err(|error| error.to_string())?;
    if !withdrawn.is_empty() {
        tell(format!("withdrawn, and passed over: {}", format::list(&withdrawn)));
    }
    tell_noticed(noticed, reading, tell);
    if title.is_none() {
        tell(
            "the title is missing, or a candidate's name is and the last name is the title"
                .to_owned(),
        );
    }
    let title = title.filter(|title| !title.is_empty());
    Ok(Input::Ranked { profile, seats: Some(seats), title, withdrawn })
}

fn layout(args: &Args, reading: Reading) -> Layout {
    let columns = &args.columns;
    Layout {
        rank_columns: columns.rank_columns.clone(),
        weight_column: match (&columns.weight_column, columns.unweighted) {
            (Some(name), _) => WeightColumn::Named(name.clone()),
            (None, true) => WeightColumn::None,
            (None, false) => WeightColumn::Seen,
        },
        reading,
        excluded: columns.exclude.clone(),
        skipped: columns.skipped_cell.clone(),
        overvoted: columns.overvote_cell.clone(),
    }
}

fn tell_columns(what: &str, columns: &Columns, tell: &dyn Fn(String)) {
    let weight = match &columns.weight {
        Some(name) => format!("the weight is {}", format::shown(name)),
        None => "every ballot weighs 1".to_owned(),
    };
    let unread = if columns.unread.is_empty() {
        String::new()
    } else {
        format!("; not read: {}", format::list(&columns.unread))
    };
    tell(format!("{what}: {}; {weight}{unread}", format::list(&columns.read)));
    if columns.delimiter != ',' {
        tell(format!("cells are separated by {:?}", columns.delimiter));
    }
}

/// Tells whom --exclude names and the file does not.
fn tell_unseen(names: &[String], tell: &dyn Fn(String)) {
    if !names.is_empty() {
        let names = format::list(names);
        tell(format!("no candidate is called {names}, so --exclude leaves nobody out by that"));
    }
}

fn tell_noticed(noticed: Noticed, reading: Reading, tell: &dyn Fn(String)) {
    let mut parts =
        vec![format!("{} lines with ballots, {} of them blank", noticed.lines, noticed.blank)];
    if noticed.skips > 0 {
        let rule = match reading.skips {
            Skips::Ignore => "which are passed over",
            Skips::Stop => "which end the ballot",
            Skips::StopAtTwo => "of which two in a row end the ballot",
        };
        parts.push(format!("{} with skipped ranks, {rule} (--skips)", noticed.skips));
    }
    if noticed.overvotes > 0 {
        let rule = match reading.overvotes {
            Overvotes::Stop => "which end the ballot",
            Overvotes::Skip | Overvotes::Refuse => "which are passed over",
        };
        parts.push(format!("{} with overvotes, {rule} (--overvotes)", noticed.overvotes));
    }
    if noticed.repeats > 0 {
        let rule = match reading.repeats {
            Repeats::Stop => "which end the ballot",
            Repeats::Ignore | Repeats::Refuse => "who count once",
        };
        parts.push(format!("{} with repeated candidates, {rule} (--repeats)", noticed.repeats));
    }
    tell(parts.join("; "));
}

/// Counts, and tells what was assumed.
fn count(args: &Args, input: &Input, tell: &dyn Fn(String)) -> Result<Report, Failure> {
    let rule = args.ties.rule(input.candidates())?;
    let report = match input {
        Input::Ranked { profile, seats, title, withdrawn } => {
            let seats = self::seats(args, *seats, tell)?;
            let counted = ranked(args, profile, seats, &rule);
            Report {
                rule: args.rule.name(),
                title: title.clone(),
                names: profile.candidates().to_vec(),
                withdrawn: withdrawn.clone(),
                count: counted.0,
                extra: counted.1,
            }
        }
        Input::Scores(sheet) => {
            let seats = self::seats(args, None, tell)?;
            let counted = scored(args, sheet, seats, &rule);
            Report {
                rule: args.rule.name(),
                title: None,
                names: sheet.options.clone(),
                withdrawn: args.columns.exclude.clone(),
                count: counted.0,
                extra: counted.1,
            }
        }
    };
    let by_lot = report.count.ties.iter().any(|tie| tie.by == DecidedBy::Lot);
    if by_lot && args.ties.lot_seed.is_none() {
        tell("a tie was decided by lot from a seed of zeros; --lot-seed gives another".to_owned());
    }
    if !report.count.is_decided() {
        tell("a tie was left undecided, so not all seats are filled".to_owned());
    }
    Ok(report)
}

/// How many to elect.
fn seats(args: &Args, of_file: Option<usize>, tell: &dyn Fn(String)) -> Result<usize, Failure> {
    let asked = args.seats.map(|seats| usize::try_from(seats).unwrap_or(usize::MAX));
    let seats = asked.or(of_file).unwrap_or(1);
    if args.rule == Rule::Irv && seats != 1 {
        if asked.is_some() {
            return Err(Failure::said(
                "irv elects one; for more seats use --rule stv-scottish or stv-meek",
            ));
        }
        tell(format!("the file has {seats} seats; irv elects one"));
        return Ok(1);
    }
    Ok(seats)
}

fn ranked(args: &Args, profile: &Profile, seats: usize, rule: &TieRule) -> (Count, Extra) {
    match args.rule {
        Rule::Irv => (irv::count(profile, rule), Extra::None),
        Rule::StvScottish => (stv_scottish::count(profile, seats, rule), Extra::None),
        Rule::StvMeek => (stv_meek::count(profile, seats, rule), Extra::None),
        Rule::Condorcet => {
            let result = condorcet::count(profile, seats, rule);
            let extra = Extra::Pairwise {
                pairwise: result.pairwise,
                beats_all: result.beats_all,
                worst_defeats: result.worst_defeats,
            };
            (result.count, extra)
        }
        Rule::Borda => {
            let unranked = match args.unranked {
                Unranked::Average => borda::Unranked::Average,
                Unranked::Zero => borda::Unranked::Zero,
            };
            (borda::count(profile, seats, unranked, rule), Extra::None)
        }
        Rule::Approval => (choice::approval(profile, seats, rule), Extra::None),
        Rule::Score => {
            let scores = score::of_ranks(profile, seats, by(args.score_by), rule);
            let per_whole = scores.per_whole;
            let figures = ScoreFigures::of(&scores.options, per_whole);
            let count = score_count(
                args.score_by,
                seats,
                &figures,
                scores.elected,
                (profile.total(), profile.blank()),
            );
            (count, Extra::Scores(figures))
        }
    }
}

fn by(by: ScoreBy) -> score::By {
    match by {
        ScoreBy::Sum => score::By::Sum,
        ScoreBy::Mean => score::By::Mean,
    }
}

/// Counts a list with one column a candidate.
fn scored(args: &Args, sheet: &csv::ScoreSheet, seats: usize, rule: &TieRule) -> (Count, Extra) {
    let weigh = |ballots: &mut dyn Iterator<Item = &score::ScoreBallot>| {
        Fraction::whole(ballots.map(|ballot| i128::from(ballot.weight)).sum::<i128>())
    };
    let total = weigh(&mut sheet.ballots.iter());
    if args.rule == Rule::Approval {
        let mut ballots = sheet.ballots.clone();
        for score in ballots.iter_mut().flat_map(|ballot| &mut ballot.scores) {
            *score = score.filter(|score| *score != 0).map(|_| 1);
        }
        let blank =
            weigh(&mut ballots.iter().filter(|ballot| ballot.scores.iter().all(Option::is_none)));
        let scores = score::count(&sheet.options, &ballots, seats, score::By::Sum, rule);
        let figures = ScoreFigures::of(&scores.options, scores.per_whole);
        let mut count = score_count(ScoreBy::Sum, seats, &figures, scores.elected, (total, blank));
        count.algorithm = choice::ALGORITHM;
        return (count, Extra::None);
    }
    let unscored = |ballot: &&score::ScoreBallot| ballot.scores.iter().all(Option::is_none);
    let blank = weigh(&mut sheet.ballots.iter().filter(unscored));
    let scores = score::count(&sheet.options, &sheet.ballots, seats, by(args.score_by), rule);
    let figures = ScoreFigures::of(&scores.options, scores.per_whole);
    let count = score_count(args.score_by, seats, &figures, scores.elected, (total, blank));
    (count, Extra::Scores(figures))
}

/// Scores as a count of one round; the votes are what decides.
fn score_count(
    by: ScoreBy,
    seats: usize,
    figures: &[ScoreFigures],
    elected: choice::Elected,
    (ballots, blank): (Fraction, Fraction),
) -> Count {
    let votes = figures.iter().enumerate().filter_map(|(index, figures)| {
        let votes = match by {
            ScoreBy::Sum => figures.sum,
            ScoreBy::Mean => figures.mean?,
        };
        Some((tally::Candidate::at(index)?, votes))
    });
    let choice::Elected { winners, ties } = elected;
    Count {
        algorithm: score::ALGORITHM,
        seats,
        quota: None,
        ballots,
        blank,
        exhausted: blank,
        lost: Fraction::ZERO,
        rounds: vec![Round {
            votes: votes.collect(),
            exhausted: blank,
            lost: Fraction::ZERO,
            elected: winners.clone(),
            eliminated: Vec::new(),
            transfers: Vec::new(),
        }],
        winners,
        ties,
    }
}

/// Reads a seed of 64 hexadecimal digits.
fn seed(text: &str) -> Result<LotSeed, String> {
    let wrong = || "has to be 64 hexadecimal digits".to_owned();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let mut seed = [0; 32];
    for (byte, place) in seed.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[place..place + 2], 16).map_err(|_| wrong())?;
    }
    Ok(LotSeed(seed))
}
