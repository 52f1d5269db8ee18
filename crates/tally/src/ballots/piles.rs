//! Where each ballot lies during a count, and to whom it passes on.

use crate::{Profile, count::Candidate};

/// How far each ballot of a profile has been read.
#[derive(Debug)]
pub(crate) struct Piles<'a> {
    profile: &'a Profile,
    /// For each ballot, where in the profile's ranks it goes on.
    next: Vec<u32>,
    /// Who may still receive votes, by index.
    pub(crate) continuing: Vec<bool>,
}

impl<'a> Piles<'a> {
    /// Begins before anything was read, with all candidates in the count.
    pub(crate) fn new(profile: &'a Profile) -> Piles<'a> {
        let next = profile.begins[..profile.weights.len()].to_vec();
        Piles { profile, next, continuing: vec![true; profile.count()] }
    }

    /// Reads on in a ballot to the next continuing candidate; `None` when it names no more.
    pub(crate) fn read_on(&mut self, ballot: u32) -> Option<Candidate> {
        let index = ballot as usize;
        let end = self.profile.begins[index + 1];
        let mut at = self.next[index];
        while at < end {
            let candidate = self.profile.ranked[at as usize];
            at += 1;
            if self.continuing[candidate.index()] {
                self.next[index] = at;
                return Some(candidate);
            }
        }
        self.next[index] = end;
        None
    }

    /// The weight of a ballot, in units.
    pub(crate) fn weight(&self, ballot: u32) -> u64 {
        self.profile.weights[ballot as usize]
    }

    /// All ballots.
    pub(crate) fn ballots(&self) -> std::ops::Range<u32> {
        // There are no more ballots than ranks, which are counted in the same type.
        0..u32::try_from(self.next.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn is_continuing(&self, candidate: Candidate) -> bool {
        self.continuing[candidate.index()]
    }

    /// Who may still receive votes.
    pub(crate) fn who_continues(&self) -> impl Iterator<Item = Candidate> + '_ {
        Candidate::all(self.continuing.len()).filter(|it| self.is_continuing(*it))
    }
}
