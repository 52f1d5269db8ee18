//! What the marks of a ballot paper amount to.

use crate::count::Candidate;

/// What a skipped rank does to a ballot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Skips {
    /// Nothing: the ranks behind it move up.
    Ignore,
    /// The ballot ends there.
    Stop,
    /// The ballot ends where two ranks in a row are skipped.
    StopAtTwo,
}

/// What several candidates at one rank do to a ballot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overvotes {
    /// The ballot ends there; what is ranked before counts.
    Stop,
    /// The rank is passed over.
    Skip,
    /// The ballot is malformed.
    Refuse,
}

/// What a candidate who is ranked again does to a ballot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeats {
    /// Nothing: the first rank counts, the others are passed over.
    Ignore,
    /// The ballot ends there.
    Stop,
    /// The ballot is malformed.
    Refuse,
}

/// How marks are read that are not one candidate a rank.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// Ranks without a mark.
    pub skips: Skips,
    /// Ranks with several.
    pub overvotes: Overvotes,
    /// Candidates at several ranks.
    pub repeats: Repeats,
}

/// How many ballots had something to be read by a rule, by lines of the file.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Noticed {
    /// Lines with a ballot.
    pub lines: u64,
    /// Ballots that rank nobody.
    pub blank: u64,
    /// Ballots with a skipped rank before a later mark.
    pub skips: u64,
    /// Ballots with an overvote.
    pub overvotes: u64,
    /// Ballots with a repeated candidate.
    pub repeats: u64,
}

/// What stands at a rank.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    Candidate(Candidate),
    /// Somebody who does not stand any more; as if not on the paper.
    Withdrawn,
    Skipped,
    Overvote,
}

/// Why marks are refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    Overvote,
    Repeat(Candidate),
}

impl Reading {
    /// How a list of ranks is read, such as a city publishes it: a skipped rank is passed over, an
    /// overvote ends the ballot, a repeated candidate counts once.
    pub const LENIENT: Reading =
        Reading { skips: Skips::Ignore, overvotes: Overvotes::Stop, repeats: Repeats::Ignore };

    /// How a file made by a program is read: overvotes and repeated candidates are faults.
    pub const STRICT: Reading =
        Reading { skips: Skips::Ignore, overvotes: Overvotes::Refuse, repeats: Repeats::Refuse };

    /// Reads marks into `ranked`, which is empty before.
    pub(crate) fn read(
        self,
        marks: impl Iterator<Item = Mark>,
        ranked: &mut Vec<Candidate>,
        noticed: &mut Noticed,
    ) -> Result<(), Refused> {
        let (mut skipped, mut skips, mut overvoted, mut repeated) = (0_u32, 0_u64, 0_u64, 0_u64);
        for mark in marks {
            if mark == Mark::Skipped {
                skipped += 1;
                continue;
            }
            if skipped > 0 {
                skips = 1;
                match self.skips {
                    Skips::Stop => break,
                    Skips::StopAtTwo if skipped > 1 => break,
                    Skips::Ignore | Skips::StopAtTwo => {}
                }
            }
            skipped = 0;
            match mark {
                Mark::Skipped | Mark::Withdrawn => {}
                Mark::Overvote => {
                    overvoted = 1;
                    match self.overvotes {
                        Overvotes::Stop => break,
                        Overvotes::Skip => {}
                        Overvotes::Refuse => return Err(Refused::Overvote),
                    }
                }
                Mark::Candidate(candidate) if ranked.contains(&candidate) => {
                    repeated = 1;
                    match self.repeats {
                        Repeats::Stop => break,
                        Repeats::Ignore => {}
                        Repeats::Refuse => return Err(Refused::Repeat(candidate)),
                    }
                }
                Mark::Candidate(candidate) => ranked.push(candidate),
            }
        }
        noticed.lines += 1;
        noticed.blank += u64::from(ranked.is_empty());
        noticed.skips += skips;
        noticed.overvotes += overvoted;
        noticed.repeats += repeated;
        Ok(())
    }
}
