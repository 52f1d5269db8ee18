//! What is in a box, and how it reads as bytes.
//!
//! Two lists: marks, of who has voted, in order of the roll; and ballots, in order of what they say.
//! The bytes depend on the set of the marks and the multiset of the ballots alone: not on the order
//! in which they came, nor on when. Both lists have room for the whole roll and every ballot takes
//! the same room, so that the length tells nothing either.

use std::collections::{BTreeMap, BTreeSet};

use events::{AlikeBallots, Availability, Choice, OptionKey};
use kernel::{CommandId, DecisionId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{BoxContents, Cast, SecretBallot, SecretBoxError};

/// How large a box is at most.
const BYTES_MAX: usize = 64 * 1_024 * 1_024;

/// How many options a decision with a box has at most.
const OPTIONS_MAX: usize = 1_000;

/// The bytes of what is kept of a command id.
const TRACE_BYTES: usize = 16;

/// A voter's place and the trace of their command.
const MARK_BYTES: usize = 4 + TRACE_BYTES;

/// The weight, the kind of choice, and how many options it names.
const BALLOT_HEAD_BYTES: usize = 4 + 1 + 2;

/// The place of an option and what the ballot says of it.
const NAMED_BYTES: usize = 2 + 4;

/// For whom and for what a box has room.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BoxShape {
    /// How many entries the roll has.
    pub voters: u32,
    /// Everything that a ballot can name.
    pub options: Vec<OptionKey>,
}

/// What of a command's id is kept, to recognise it: a hash, because ids may hold the time at which
/// they were made.
type Trace = [u8; TRACE_BYTES];

/// What is in a box.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) shape: BoxShape,
    /// By the voter's place in the roll.
    marks: BTreeMap<u32, Trace>,
    /// How many ballots read so.
    ballots: BTreeMap<Vec<u8>, u32>,
}

impl Contents {
    /// An empty box.
    pub(super) fn empty(shape: BoxShape) -> Result<Contents, SecretBoxError> {
        let contents = Contents { shape, marks: BTreeMap::new(), ballots: BTreeMap::new() };
        let distinct = contents.shape.options.iter().collect::<BTreeSet<_>>().len();
        let fits = contents.shape.options.len() <= OPTIONS_MAX
            && distinct == contents.shape.options.len()
            && contents.bytes().is_some_and(|bytes| bytes <= BYTES_MAX);
        if fits { Ok(contents) } else { Err(SecretBoxError::TooLarge) }
    }

    /// How many bytes both lists take; `None` is more than can be counted.
    fn bytes(&self) -> Option<usize> {
        let each = MARK_BYTES.checked_add(self.ballot_bytes())?;
        usize::try_from(self.shape.voters).ok()?.checked_mul(each)
    }

    /// How many bytes a ballot takes.
    fn ballot_bytes(&self) -> usize {
        BALLOT_HEAD_BYTES + self.shape.options.len() * NAMED_BYTES
    }

    /// Puts a ballot in, in memory.
    pub(super) fn cast(
        &mut self,
        decision: DecisionId,
        ballot: &SecretBallot,
    ) -> Result<Cast, SecretBoxError> {
        if self.shape.voters <= ballot.voter {
            return Err(SecretBoxError::OffTheRoll);
        }
        if let Some(answer) = self.answered(decision, ballot) {
            return Ok(answer);
        }
        let bytes = self.write(&ballot.choice, ballot.weight)?;
        self.marks.insert(ballot.voter, trace(decision, ballot.command_id));
        *self.ballots.entry(bytes).or_default() += 1;
        Ok(Cast::Accepted)
    }

    /// The answer to a voter who has voted; `None` when they have not.
    pub(super) fn answered(&self, decision: DecisionId, ballot: &SecretBallot) -> Option<Cast> {
        let mark = self.marks.get(&ballot.voter)?;
        let same = *mark == trace(decision, ballot.command_id);
        Some(if same { Cast::Repeated } else { Cast::AlreadyVoted })
    }

    pub(super) fn voted(&self) -> u32 {
        self.marks.len().try_into().unwrap_or(u32::MAX)
    }

    pub(super) fn has_voted(&self, voter: u32) -> bool {
        self.marks.contains_key(&voter)
    }

    pub(super) fn voters(&self) -> Vec<u32> {
        self.marks.keys().copied().collect()
    }

    /// What was in it, for the record.
    pub(super) fn told(&self) -> Result<BoxContents, SecretBoxError> {
        let mut alike = BTreeMap::new();
        for (bytes, count) in &self.ballots {
            let (choice, weight) = self.read(bytes).ok_or(SecretBoxError::Damaged)?;
            *alike.entry((choice, weight)).or_insert(0) += count;
        }
        let ballots = alike
            .into_iter()
            .map(|((choice, weight), count)| AlikeBallots { choice, weight, count })
            .collect();
        Ok(BoxContents { ballots, voters: self.voters() })
    }

    /// Writes everything as bytes, always equally many for a shape.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, SecretBoxError> {
        let shape = serde_json::to_vec(&self.shape).map_err(|_| SecretBoxError::Damaged)?;
        let lists = self.bytes().ok_or(SecretBoxError::TooLarge)?;
        let length = 4 + shape.len() + 4 + lists;
        let mut bytes = Vec::with_capacity(length);
        let shape_bytes = u32::try_from(shape.len()).map_err(|_| SecretBoxError::TooLarge)?;
        bytes.extend(shape_bytes.to_be_bytes());
        bytes.extend(shape);
        bytes.extend(self.voted().to_be_bytes());
        for (voter, trace) in &self.marks {
            bytes.extend(voter.to_be_bytes());
            bytes.extend(trace);
        }
        for (ballot, count) in &self.ballots {
            for _ in 0..*count {
                bytes.extend(ballot);
            }
        }
        bytes.resize(length, 0);
        Ok(bytes)
    }

    /// Reads what [`Contents::to_bytes`] wrote; `None` when it is anything else.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Contents> {
        let (shape, rest) = split(bytes, number(bytes)?)?;
        let shape: BoxShape = serde_json::from_slice(shape).ok()?;
        let mut contents = Contents::empty(shape).ok()?;
        let (marked, mut rest) =
            rest.split_first_chunk().map(|(n, rest)| (u32::from_be_bytes(*n), rest))?;
        if rest.len() != contents.bytes()? || contents.shape.voters < marked {
            return None;
        }
        for _ in 0..marked {
            let (voter, trace);
            (voter, rest) = rest.split_first_chunk()?;
            (trace, rest) = rest.split_first_chunk()?;
            contents.marks.insert(u32::from_be_bytes(*voter), *trace);
        }
        for _ in 0..marked {
            let ballot;
            (ballot, rest) = rest.split_at_checked(contents.ballot_bytes())?;
            *contents.ballots.entry(ballot.to_vec()).or_default() += 1;
        }
        (contents.voted() == marked).then_some(contents)
    }

    /// Writes a ballot, padded.
    fn write(&self, choice: &Choice, weight: u32) -> Result<Vec<u8>, SecretBoxError> {
        let named: Vec<(&OptionKey, i64)> = match choice {
            Choice::Abstain {} | Choice::Blank {} => Vec::new(),
            Choice::Option(option) => vec![(option, 0)],
            Choice::Options(options) => options.iter().map(|option| (option, 0)).collect(),
            Choice::Scores(scores) => {
                scores.iter().map(|(option, score)| (option, i64::from(*score))).collect()
            }
            Choice::Dots(dots) => {
                dots.iter().map(|(option, dots)| (option, i64::from(*dots))).collect()
            }
            Choice::Ranking(options) => options.iter().map(|option| (option, 0)).collect(),
            Choice::Times(times) => {
                times.iter().map(|(option, time)| (option, availability(*time))).collect()
            }
        };
        if self.shape.options.len() < named.len() {
            return Err(SecretBoxError::UnknownOption);
        }
        let mut bytes = Vec::with_capacity(self.ballot_bytes());
        bytes.extend(weight.to_be_bytes());
        bytes.push(kind(choice));
        bytes.extend(u16::try_from(named.len()).unwrap_or(u16::MAX).to_be_bytes());
        for (option, value) in named {
            let place = self.shape.options.iter().position(|known| known == option);
            let place = place.and_then(|place| u16::try_from(place).ok());
            bytes.extend(place.ok_or(SecretBoxError::UnknownOption)?.to_be_bytes());
            // The low four bytes tell i32 and u32 apart from nothing: the kind says which it is.
            let [.., a, b, c, d] = value.to_be_bytes();
            bytes.extend([a, b, c, d]);
        }
        bytes.resize(self.ballot_bytes(), 0);
        Ok(bytes)
    }

    /// Reads what [`Contents::write`] wrote; `None` when it is anything else.
    fn read(&self, bytes: &[u8]) -> Option<(Choice, u32)> {
        let (weight, rest) = bytes.split_first_chunk()?;
        let (kind, rest) = rest.split_first()?;
        let (count, mut rest) = rest.split_first_chunk()?;
        let mut named = Vec::new();
        for _ in 0..u16::from_be_bytes(*count) {
            let (place, value);
            (place, rest) = rest.split_first_chunk()?;
            (value, rest) = rest.split_first_chunk()?;
            let option = self.shape.options.get(usize::from(u16::from_be_bytes(*place)))?;
            named.push((option.clone(), *value));
        }
        let keys = |named: Vec<(OptionKey, [u8; 4])>| named.into_iter().map(|(option, _)| option);
        let choice = match kind {
            1 => Choice::Abstain {},
            2 => Choice::Blank {},
            3 => Choice::Option(keys(named).next()?),
            4 => Choice::Options(keys(named).collect()),
            5 => Choice::Scores(valued(named, |value| Some(i32::from_be_bytes(value)))?),
            6 => Choice::Dots(valued(named, |value| Some(u32::from_be_bytes(value)))?),
            7 => Choice::Ranking(keys(named).collect()),
            8 => Choice::Times(valued(named, |value| available(u32::from_be_bytes(value)))?),
            _ => return None,
        };
        Some((choice, u32::from_be_bytes(*weight)))
    }
}

fn trace(decision: DecisionId, command_id: CommandId) -> Trace {
    let mut hash = Sha256::new();
    hash.update(decision.uuid().as_bytes());
    hash.update(command_id.uuid().as_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    *hash.first_chunk().expect("a hash is longer than a trace")
}

/// The number of a kind of choice in a ballot; never changed. 0 is no ballot.
fn kind(choice: &Choice) -> u8 {
    match choice {
        Choice::Abstain {} => 1,
        Choice::Blank {} => 2,
        Choice::Option(_) => 3,
        Choice::Options(_) => 4,
        Choice::Scores(_) => 5,
        Choice::Dots(_) => 6,
        Choice::Ranking(_) => 7,
        Choice::Times(_) => 8,
    }
}

fn availability(time: Availability) -> i64 {
    match time {
        Availability::Yes => 1,
        Availability::Maybe => 2,
        Availability::No => 3,
    }
}

fn available(number: u32) -> Option<Availability> {
    match number {
        1 => Some(Availability::Yes),
        2 => Some(Availability::Maybe),
        3 => Some(Availability::No),
        _ => None,
    }
}

fn valued<V>(
    named: Vec<(OptionKey, [u8; 4])>,
    value: fn([u8; 4]) -> Option<V>,
) -> Option<BTreeMap<OptionKey, V>> {
    named.into_iter().map(|(option, bytes)| Some((option, value(bytes)?))).collect()
}

fn number(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(*bytes.first_chunk()?)).ok()
}

/// The `length` bytes behind the number at the beginning, and what is behind them.
fn split(bytes: &[u8], length: usize) -> Option<(&[u8], &[u8])> {
    bytes.get(4..)?.split_at_checked(length)
}
