//! Ballots as a BLT file has them.
//!
//! The first line has the numbers of candidates and seats; a line of negative numbers may follow,
//! of who has withdrawn. Then one ballot a line: its weight, the numbers of the candidates in order
//! of preference, and 0. A 0 alone ends the ballots. Then the candidates' names, one a line and in
//! quotes, and the title; a quote within a name is written `\"` or twice. A party may follow each
//! name in quotes of its own, or all names stand in one line. `#` begins a comment, `-`
//! is a skipped rank, `1=2` are equal ranks, and a ballot may begin with an id in parentheses instead
//! of a weight of one.

use std::fmt::Write as _;

use super::{
    Ballots, Profile, ProfileError, Reading,
    marks::{Mark, Noticed, Refused},
};
use crate::{
    Fraction,
    count::{CANDIDATES_MAX, Candidate},
    fraction::FractionError,
};

#[cfg(test)]
mod tests;

/// An election as a file has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blt {
    /// What the election is called, which may be empty; `None` when the file ends before a title.
    /// Then a candidate's name may be missing instead, and the last name be the title.
    pub title: Option<String>,
    /// How many seats it fills.
    pub seats: usize,
    /// The ballots, in which nobody ranks the withdrawn.
    pub profile: Profile,
    /// Who has withdrawn, and is no candidate any more.
    pub withdrawn: Vec<String>,
    /// What was read by a rule.
    pub noticed: Noticed,
}

/// Why a file cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct BltError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: BltFault,
}

/// What can be wrong with a line of a file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BltFault {
    /// The first line is something else.
    #[error(
        "the first line has to give the numbers of candidates and of seats, and nothing else; each \
         ballot has a line of its own"
    )]
    HeadMalformed,
    /// There is nobody to elect, or too many.
    #[error("there have to be from 1 to {CANDIDATES_MAX} candidates and at least 1 seat")]
    HeadOutOfRange,
    /// Who withdraws is not a candidate.
    #[error("{0} is not the number of a candidate with a minus before it")]
    WithdrawalMalformed(String),
    /// A weight is no number.
    #[error("the weight {text:?} {error}")]
    Weight {
        /// What stands there.
        text: String,
        /// Why that is none.
        error: FractionError,
    },
    /// What is ranked is no candidate.
    #[error("{text:?} is not the number of a candidate, from 1 to {candidates}")]
    CandidateUnknown {
        /// What stands there.
        text: String,
        /// How many candidates there are.
        candidates: usize,
    },
    /// The end of a ballot is missing.
    #[error("the ballot does not end with 0")]
    BallotOpen,
    /// Something follows the end of a ballot.
    #[error("something follows the 0 that ends the ballot")]
    AfterBallot,
    /// Several candidates have one rank.
    #[error("several candidates have the same rank")]
    Overvote,
    /// A candidate has several ranks.
    #[error("candidate {number} is ranked twice")]
    RankedTwice {
        /// The number of the candidate, from 1.
        number: usize,
    },
    /// The file ends among the ballots.
    #[error("the file ends before the 0 that ends the ballots")]
    BallotsOpen,
    /// A name stands where a ballot should.
    #[error(
        "a name stands where a ballot should; the 0 that ends the ballots is missing before it"
    )]
    NameAmongBallots,
    /// A candidate has no name.
    #[error("the file ends after {named} of {candidates} names of candidates")]
    NamesMissing {
        /// How many names there are.
        named: usize,
        /// How many candidates there are.
        candidates: usize,
    },
    /// A quote is not closed.
    #[error("a quote is opened and not closed")]
    QuoteOpen,
    /// Something but a comment stands behind a name.
    #[error(
        "something follows the quote that ends the name; each name has a line of its own, with as \
         much behind each if there is anything, and a quote within one is written \\\" or \"\""
    )]
    AfterName,
    /// The ballots cannot be counted.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

/// Reads a file.
///
/// # Errors
///
/// Says what is wrong, and in which line.
pub fn read(text: &str, reading: Reading) -> Result<Blt, BltError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { lines: Lines { text, number: 0 }, reading };
    let result = reader.read();
    result.map_err(|fault| BltError { line: reader.lines.number.max(1), fault })
}

/// The lines of a file that say anything.
struct Lines<'a> {
    text: &'a str,
    /// The number of the last line given, from 1.
    number: usize,
}

impl<'a> Lines<'a> {
    /// The next line that is not empty, without its comment.
    fn next(&mut self) -> Option<&'a str> {
        while !self.text.is_empty() {
            let (line, rest) = self.text.split_once('\n').unwrap_or((self.text, ""));
            self.text = rest;
            self.number += 1;
            let line = without_comment(line).trim();
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    }
}

fn without_comment(line: &str) -> &str {
    if !line.contains('#') {
        return line;
    }
    let (mut quoted, mut escaped) = (false, false);
    for (index, character) in line.char_indices() {
        match character {
            '"' if !escaped => quoted = !quoted,
            '#' if !quoted => return &line[..index],
            _ => {}
        }
        escaped = quoted && character == '\\';
    }
    line
}

struct Reader<'a> {
    lines: Lines<'a>,
    reading: Reading,
}

/// The candidates by their numbers: who stands has a place among those who do.
struct Standing {
    places: Vec<Option<Candidate>>,
}

impl Standing {
    fn mark(&self, token: &str) -> Result<Mark, BltFault> {
        let unknown =
            || BltFault::CandidateUnknown { text: token.into(), candidates: self.places.len() };
        if token == "-" {
            return Ok(Mark::Skipped);
        }
        if token.contains('=') {
            for token in token.split('=') {
                self.mark(token)?;
            }
            return Ok(Mark::Overvote);
        }
        let number: usize = token.parse().map_err(|_| unknown())?;
        let place = number.checked_sub(1).and_then(|index| self.places.get(index));
        Ok(place.ok_or_else(unknown)?.map_or(Mark::Withdrawn, Mark::Candidate))
    }

    fn number(&self, candidate: Candidate) -> usize {
        self.places.iter().position(|it| *it == Some(candidate)).map_or(0, |index| index + 1)
    }
}

impl Reader<'_> {
    fn read(&mut self) -> Result<Blt, BltFault> {
        let (candidates, seats) = self.head()?;
        let mut withdrawn = vec![false; candidates];
        let mut line = self.lines.next();
        while let Some(text) = line.filter(|text| text.starts_with('-')) {
            for token in text.split_ascii_whitespace() {
                let number = token.strip_prefix('-').and_then(|it| it.parse::<usize>().ok());
                let place = number.and_then(|it| withdrawn.get_mut(it.checked_sub(1)?));
                *place.ok_or_else(|| BltFault::WithdrawalMalformed(token.into()))? = true;
            }
            line = self.lines.next();
        }
        let mut standing = 0;
        let places = withdrawn.iter().map(|withdrawn| {
            if *withdrawn {
                return None;
            }
            standing += 1;
            Candidate::at(standing - 1)
        });
        let places = Standing { places: places.collect() };
        let mut ballots = Ballots::unnamed(standing);
        let noticed = self.ballots(line, &places, &mut ballots)?;
        let (names, title) = self.names(candidates)?;
        let (out, names): (Vec<_>, Vec<_>) =
            names.into_iter().zip(withdrawn).partition(|(_, withdrawn)| *withdrawn);
        let names = names.into_iter().map(|(name, _)| name).collect();
        Ok(Blt {
            title,
            seats,
            profile: ballots.named(names)?.profile()?,
            withdrawn: out.into_iter().map(|(name, _)| name).collect(),
            noticed,
        })
    }

    fn head(&mut self) -> Result<(usize, usize), BltFault> {
        let line = self.lines.next().ok_or(BltFault::HeadMalformed)?;
        let numbers: Vec<usize> = line
            .split_ascii_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| BltFault::HeadMalformed)?;
        let [candidates, seats] = numbers[..] else { return Err(BltFault::HeadMalformed) };
        if seats == 0 || candidates == 0 || CANDIDATES_MAX < candidates {
            return Err(BltFault::HeadOutOfRange);
        }
        Ok((candidates, seats))
    }

    fn ballots(
        &mut self,
        first: Option<&str>,
        standing: &Standing,
        ballots: &mut Ballots,
    ) -> Result<Noticed, BltFault> {
        let mut noticed = Noticed::default();
        let (mut marks, mut ranked) = (Vec::new(), Vec::new());
        let mut line = first;
        loop {
            let text = line.ok_or(BltFault::BallotsOpen)?;
            if text == "0" {
                return Ok(noticed);
            }
            if text.starts_with('"') {
                return Err(BltFault::NameAmongBallots);
            }
            let (weight, rest) = weight(text)?;
            marks.clear();
            ranked.clear();
            let mut tokens = rest.split_ascii_whitespace();
            loop {
                match tokens.next().ok_or(BltFault::BallotOpen)? {
                    "0" => break,
                    token => marks.push(standing.mark(token)?),
                }
            }
            if tokens.next().is_some() {
                return Err(BltFault::AfterBallot);
            }
            let read = self.reading.read(marks.iter().copied(), &mut ranked, &mut noticed);
            read.map_err(|refused| match refused {
                Refused::Overvote => BltFault::Overvote,
                Refused::Repeat(it) => BltFault::RankedTwice { number: standing.number(it) },
            })?;
            ballots.add(&ranked, weight)?;
            line = self.lines.next();
        }
    }

    /// The names of all candidates, and the title.
    fn names(&mut self, candidates: usize) -> Result<(Vec<String>, Option<String>), BltFault> {
        let mut lines = Vec::new();
        while let Some(line) = self.lines.next() {
            lines.push((self.lines.number, quoted(line)?));
        }
        // One name a line, with as much behind each if there is anything; or all in one line.
        let by_line = candidates <= lines.len();
        let regular = if by_line {
            lines[..candidates].windows(2).all(|pair| pair[0].1.len() == pair[1].1.len())
        } else {
            let texts = lines.iter().map(|(_, texts)| texts.len()).sum::<usize>();
            (candidates..=candidates + 1).contains(&texts)
        };
        let more = lines.iter().find(|(_, texts)| texts.len() > 1);
        if let (Some((number, _)), false) = (more, regular) {
            self.lines.number = *number;
            return Err(BltFault::AfterName);
        }
        let texts = lines.into_iter().map(|(_, texts)| texts.into_iter());
        let mut names: Vec<String> = if by_line {
            texts.filter_map(|mut texts| texts.next()).collect()
        } else {
            texts.flatten().collect()
        };
        if names.len() < candidates {
            return Err(BltFault::NamesMissing { named: names.len(), candidates });
        }
        let title = names.get(candidates).cloned();
        names.truncate(candidates);
        Ok((names, title))
    }
}

/// The weight that a ballot begins with, and the rest of it.
fn weight(line: &str) -> Result<(Fraction, &str), BltFault> {
    if line.starts_with('(')
        && let Some((_, rest)) = line.split_once(')')
    {
        return Ok((Fraction::whole(1), rest));
    }
    let (text, rest) = line.split_once(|it: char| it.is_ascii_whitespace()).unwrap_or((line, ""));
    match text.parse() {
        Ok(weight) => Ok((weight, rest)),
        Err(error) => Err(BltFault::Weight { text: text.into(), error }),
    }
}

/// The texts in quotes that a line is; the whole line when it has no quotes. A quote within a text is
/// written with a backslash before it, or twice.
fn quoted(line: &str) -> Result<Vec<String>, BltFault> {
    if !line.starts_with('"') {
        return Ok(vec![line.to_owned()]);
    }
    let mut texts = Vec::new();
    let mut text = None::<String>;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match (&mut text, character) {
            (Some(open), '\\' | '"') if characters.peek() == Some(&'"') => {
                characters.next();
                open.push('"');
            }
            (Some(_), '"') => texts.extend(text.take().map(|text| text.trim().to_owned())),
            (Some(open), _) => open.push(character),
            (None, '"') => text = Some(String::new()),
            (None, blank) if blank.is_whitespace() => {}
            (None, _) => return Err(BltFault::AfterName),
        }
    }
    if text.is_some() {
        return Err(BltFault::QuoteOpen);
    }
    Ok(texts)
}

/// Writes a profile as a file, with the distinct ballots in their order.
///
/// It holds no comments, which not every program reads. [`read`] gives back the same profile and the
/// same title, but for line ends within names and blanks around them.
pub fn write(profile: &Profile, seats: usize, title: &str) -> String {
    let mut text = format!("{} {seats}\n", profile.candidates().len());
    let mut ballot = |weight: Fraction, ranked: &[Candidate]| {
        // Writing to a string does not fail.
        let _written = write!(text, "{weight}");
        for candidate in ranked {
            let _written = write!(text, " {}", candidate.index() + 1);
        }
        text.push_str(" 0\n");
    };
    if profile.blank() > Fraction::ZERO {
        ballot(profile.blank(), &[]);
    }
    for (ranked, weight) in profile.ballots() {
        ballot(weight, ranked);
    }
    text.push_str("0\n");
    for name in profile.candidates().iter().map(String::as_str).chain([title]) {
        let name = name.replace(['\n', '\r'], " ").replace('"', "\\\"");
        // A backslash at the end would escape the quote; a blank between them is not read.
        let blank = if name.ends_with('\\') { " " } else { "" };
        let _written = writeln!(text, "\"{name}{blank}\"");
    }
    text
}
