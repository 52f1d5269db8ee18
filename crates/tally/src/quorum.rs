//! Whether enough of the roll took part.

use crate::Share;

#[cfg(test)]
mod tests;

/// How many units of the roll have to be present.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Threshold {
    /// At least this share of the roll.
    AtLeast(Share),
    /// More than this share of the roll. More than all of it is never reached.
    MoreThan(Share),
    /// So many units, whatever the size of the roll.
    Units(u64),
}

/// The quorums of the parts of a roll, each of which must have one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InEach {
    /// One for each part that has units, in the order in which the parts were given.
    pub parts: Vec<Quorum>,
}

/// Whether a kind of participation makes somebody present.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counts {
    /// It does.
    Present,
    /// It does not.
    Absent,
}

/// What makes somebody present, beside a vote of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Presence {
    /// An abstention.
    pub abstentions: Counts,
    /// A blank ballot.
    pub blanks: Counts,
    /// A vote cast through a delegate.
    pub delegated: Counts,
}

/// Who took part, in units of the roll; nobody stands in two of these.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Attendance {
    /// Voted themselves, neither abstaining nor blank.
    pub direct: u64,
    /// Were voted for by a delegate.
    pub delegated: u64,
    /// Abstained.
    pub abstentions: u64,
    /// Left the ballot blank.
    pub blanks: u64,
}

/// Whether there is a quorum, and what it lacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quorum {
    /// How many units are needed; `None` for an empty roll, which never has a quorum.
    pub needed: Option<u64>,
    /// How many units are present.
    pub present: u64,
}

impl Presence {
    /// Everybody who took part in any way is present.
    pub const ALL: Presence = Presence {
        abstentions: Counts::Present,
        blanks: Counts::Present,
        delegated: Counts::Present,
    };
}

impl Quorum {
    /// Tells whether enough are present.
    pub fn is_reached(self) -> bool {
        self.needed.is_some_and(|needed| needed <= self.present)
    }

    /// How many more people are needed; 0 when the quorum is reached, `None` for an empty roll.
    ///
    /// It may be more than are left on the roll.
    pub fn missing(self) -> Option<u64> {
        self.needed.map(|needed| needed.saturating_sub(self.present))
    }
}

impl InEach {
    /// Tells whether enough are present in each part. Where there is no part there is no quorum.
    pub fn is_reached(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.is_reached())
    }

    /// How many more people are needed, each in the part that lacks them; 0 when the quorum is
    /// reached, `None` where there is no part.
    pub fn missing(&self) -> Option<u64> {
        if self.parts.is_empty() {
            return None;
        }
        self.parts.iter().try_fold(0_u64, |sum, part| Some(sum.saturating_add(part.missing()?)))
    }
}

/// How many of `units` have to be present; `None` for an empty roll.
///
/// Units count, never weights. Source: domain 3.5, ⌈q·E⌉ for "at least", ⌊q·E⌋ + 1 for "more than".
pub fn needed(threshold: Threshold, units: u64) -> Option<u64> {
    if units == 0 {
        return None;
    }
    Some(match threshold {
        Threshold::AtLeast(share) => share.ceil(units),
        Threshold::MoreThan(share) => share.floor(units).saturating_add(1),
        Threshold::Units(needed) => needed,
    })
}

/// How many units are present.
pub fn present(attendance: Attendance, presence: Presence) -> u64 {
    let counted = |units: u64, counts: Counts| match counts {
        Counts::Present => units,
        Counts::Absent => 0,
    };
    attendance
        .direct
        .saturating_add(counted(attendance.delegated, presence.delegated))
        .saturating_add(counted(attendance.abstentions, presence.abstentions))
        .saturating_add(counted(attendance.blanks, presence.blanks))
}

/// Finds whether `present` of a roll of `units` are a quorum.
pub fn quorum(threshold: Threshold, units: u64, present: u64) -> Quorum {
    Quorum { needed: needed(threshold, units), present }
}

/// Finds whether there is a quorum in each part of a roll, by the units of each and how many of them
/// are present. A surplus in one part makes up for nothing in another; a part without units is none.
///
/// Source: domain 3.1, a quorum per constituency.
pub fn in_each(threshold: Threshold, parts: impl IntoIterator<Item = (u64, u64)>) -> InEach {
    let parts = parts.into_iter().filter(|(units, _)| *units > 0);
    InEach { parts: parts.map(|(units, present)| quorum(threshold, units, present)).collect() }
}
