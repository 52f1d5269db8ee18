//! Facts on two clocks: when they were true, and since when that is known.

use std::collections::HashMap;
use std::hash::Hash;

use marks::Marks;

mod marks;
#[cfg(test)]
mod tests;

/// The effective end of a version that is open; the last microsecond of the clock is never reached.
const OPEN: i64 = i64::MAX;

/// The known end of a version that stands; the last position of the log is never reached.
const STANDS: u64 = u64::MAX;

/// Late starts, or outdated entries, that are borne before the index is put in order, at least.
const SETTLE_MIN: usize = 1_024;

/// Late starts are put in order once they are one in this many of the starts behind them.
///
/// A larger figure makes queries faster and back-dated entries dearer.
const LATE_SHARE: usize = 8;

/// One in this many starts may be outdated in the marks before all marks are taken anew.
const OUTDATED_SHARE: usize = 2;

/// An instant on both clocks: what was true at `effective`, as far as it was known by `known`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    /// Microseconds since the Unix epoch.
    pub effective: i64,
    /// A position in the log; everything up to and including it is known. `u64::MAX` is now.
    pub known: u64,
}

/// A history of facts that tells which of them held at any moment.
///
/// A fact has a key `K`, by which it is ended and retracted, and a value `T`, which is what a
/// query yields. Changes arrive in the order in which they became known; when they were true may
/// lie in any order. The timeline is total: a change that says nothing (the end of an unknown
/// fact) does nothing, and a position below one already seen counts as the latest one seen.
///
/// A query costs about as much as the number of facts that held at the moment asked for, however
/// long the history is. A change costs amortised constant time in order, and amortised a small
/// multiple of it when back-dated. Memory is linear in the number of changes.
///
/// How it is kept: versions lie in the order in which they became known, and each has at most two
/// states on the known clock, open and ended, so that an end is written in place. Two indexes find
/// the candidates of a moment: one over the effective clock for all that stands as known today,
/// one over the known clock for what was once thought open and is not so any more. Both carry
/// marks, lists of what held at a few points, so that a query reads one list and one block.
#[derive(Debug, Clone)]
pub struct Timeline<K, T> {
    versions: Vec<Version<T>>,
    latest: HashMap<K, u32>,
    starts: Vec<Start>,
    late: Vec<u32>,
    start_marks: Marks,
    known_marks: Marks,
    /// How many late starts there may be before it is asked whether to put them in order.
    late_max: usize,
    outdated: usize,
    known: u64,
    closed: u64,
}

/// One reading of one fact; `from` never changes, the rest is narrowed as more becomes known.
#[derive(Debug, Clone, Copy)]
struct Version<T> {
    from: i64,
    to: i64,
    known_from: u64,
    /// Until when it was thought open: the position of its end or of its retraction.
    open_until: u64,
    known_to: u64,
    value: T,
}

/// An entry of the index over the effective clock.
#[derive(Debug, Clone, Copy)]
struct Start {
    from: i64,
    row: u32,
}

impl<K, T> Default for Timeline<K, T> {
    fn default() -> Self {
        Self {
            versions: Vec::new(),
            latest: HashMap::new(),
            starts: Vec::new(),
            late: Vec::new(),
            start_marks: Marks::default(),
            known_marks: Marks::default(),
            late_max: SETTLE_MIN,
            outdated: 0,
            known: 0,
            closed: 0,
        }
    }
}

impl<K: Copy + Eq + Hash, T: Copy> Timeline<K, T> {
    /// Builds a timeline that holds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records that a fact is true from `from` on, until further notice.
    ///
    /// `from` is in microseconds since the Unix epoch, `known` is a log position. If the fact is
    /// open already, the new entry replaces it: the former one is retracted as known from `known`
    /// on. If the fact has ended, the ended interval stays and another one begins; where the two
    /// overlap the value is yielded twice.
    pub fn begin(&mut self, key: K, value: T, from: i64, known: u64) {
        let known = self.hear(known);
        let row = self.row_next();
        if let Some(former) = self.latest.insert(key, row)
            && self.versions[former as usize].is_open()
        {
            self.withdraw(former, known);
        }
        self.push(Version {
            from,
            to: OPEN,
            known_from: known,
            open_until: STANDS,
            known_to: STANDS,
            value,
        });
        self.settle();
    }

    /// Records that the latest interval of a fact ends at `at`, exclusive.
    ///
    /// Before `known` the fact is still seen open. An end at or before the start leaves no instant
    /// at which it was true. Ending a fact again replaces the former end, as known from `known` on.
    /// Does nothing for a key that was never begun or whose latest interval was retracted.
    pub fn end(&mut self, key: K, at: i64, known: u64) {
        let known = self.hear(known);
        let at = at.min(OPEN - 1);
        let Some(&row) = self.latest.get(&key) else { return };
        let version = &mut self.versions[row as usize];
        if version.is_open() {
            version.to = at;
            version.open_until = known;
            self.closed = known;
            // Marks beyond the end list a version that no query there can yield any more.
            if self.start_marks.end().is_some_and(|mark| at <= self.starts[mark - 1].from) {
                self.outdated += 1;
            }
        } else {
            version.known_to = known;
            let replaced = Version {
                to: at,
                known_from: known,
                open_until: known,
                known_to: STANDS,
                ..*version
            };
            let row = self.row_next();
            self.latest.insert(key, row);
            self.push(replaced);
        }
        self.settle();
    }

    /// Records that the latest interval of a fact, open or ended, was never true.
    ///
    /// Before `known` it is still seen. Earlier intervals of the same key stay. Does nothing for a
    /// key that was never begun or whose latest interval was retracted already.
    pub fn retract(&mut self, key: K, known: u64) {
        let known = self.hear(known);
        if let Some(row) = self.latest.remove(&key) {
            self.withdraw(row, known);
            self.settle();
        }
    }

    /// Yields the value of every fact that held at `moment`, in no particular order.
    ///
    /// A fact holds from its start, inclusive, to its end, exclusive, in every reading of it that
    /// was known by then: entries at `known` itself count. The instant `i64::MAX` is read as the
    /// microsecond before it. The answer does not borrow the timeline.
    pub fn at(&self, moment: Moment) -> std::vec::IntoIter<T> {
        let moment = Moment {
            effective: moment.effective.min(OPEN - 1),
            known: moment.known.min(STANDS - 1),
        };
        let mut found = Vec::new();
        self.add_standing(moment, &mut found);
        self.add_superseded(moment, &mut found);
        found.into_iter()
    }

    /// The number of readings kept: one per beginning and one per replaced end.
    pub fn len(&self) -> usize {
        self.versions.len()
    }

    /// Tells whether nothing was ever begun.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// Adds what holds at `moment` by the intervals that stand, and what ended within them.
    fn add_standing(&self, moment: Moment, found: &mut Vec<T>) {
        let started = self.starts.partition_point(|start| start.from <= moment.effective);
        let (marked, from) = self.start_marks.before(started);
        let block = self.starts[from..started].iter().map(|start| start.row);
        self.keep(marked.iter().copied(), found, |version| version.stands_at(moment));
        self.keep(block, found, |version| version.stands_at(moment));
        self.keep(self.late.iter().copied(), found, |version| version.stands_at(moment));
    }

    /// Adds what held at `moment` only because its end or retraction was not known then.
    fn add_superseded(&self, moment: Moment, found: &mut Vec<T>) {
        if moment.known >= self.closed {
            return;
        }
        let heard = self.versions.partition_point(|version| version.known_from <= moment.known);
        let (marked, from) = self.known_marks.before(heard);
        self.keep(marked.iter().copied(), found, |version| version.was_thought_open_at(moment));
        self.keep(rows(from, heard), found, |version| version.was_thought_open_at(moment));
    }

    /// Adds the values of those of `rows` that `holds` accepts.
    ///
    /// Every value is written and the accepted ones are left standing: a branch on rows that lie
    /// far apart would wait for each of them in turn.
    fn keep(
        &self,
        rows: impl ExactSizeIterator<Item = u32>,
        found: &mut Vec<T>,
        holds: impl Fn(&Version<T>) -> bool,
    ) {
        let Some(filler) = self.versions.first() else { return };
        let mut kept = found.len();
        found.resize(kept + rows.len(), filler.value);
        for row in rows {
            let version = &self.versions[row as usize];
            found[kept] = version.value;
            kept += usize::from(holds(version));
        }
        found.truncate(kept);
    }

    fn hear(&mut self, known: u64) -> u64 {
        self.known = self.known.max(known.min(STANDS - 1));
        self.known
    }

    fn row_next(&self) -> u32 {
        row_of(self.versions.len())
    }

    fn withdraw(&mut self, row: u32, known: u64) {
        let version = &mut self.versions[row as usize];
        if version.is_open() {
            version.open_until = known;
            self.closed = known;
            self.outdated += 1;
        }
        version.known_to = known;
    }

    fn push(&mut self, version: Version<T>) {
        let row = self.row_next();
        self.versions.push(version);
        let Self { versions, known_marks, .. } = self;
        if known_marks.due(versions.len()) {
            let from = known_marks.end().unwrap_or(0);
            known_marks.take(versions.len(), rows(from, versions.len()), |row| {
                versions[row as usize].open_until > version.known_from
            });
        }
        if self.starts.last().is_some_and(|last| version.from < last.from) {
            self.late.push(row);
        } else {
            self.starts.push(Start { from: version.from, row });
            self.mark_start();
        }
    }

    /// Takes a mark at the end of the effective index if one is due.
    fn mark_start(&mut self) {
        let Self { versions, starts, start_marks, .. } = self;
        mark_at(starts.len(), versions, starts, start_marks);
    }

    /// Puts the effective index in order once too much of it is late or outdated.
    ///
    /// Late starts touch only what lies behind the earliest of them, so entries that are a little
    /// out of order stay cheap however long the history is.
    fn settle(&mut self) {
        let Self { versions, starts, late, start_marks, .. } = self;
        let is_outdated = self.outdated > SETTLE_MIN.max(starts.len() / OUTDATED_SHARE);
        if !is_outdated && late.len() < self.late_max {
            return;
        }
        let from = |row: u32| versions[row as usize].from;
        let earliest = late.iter().map(|&row| from(row)).min().unwrap_or(OPEN);
        let place = if is_outdated {
            self.outdated = 0;
            0
        } else {
            starts.partition_point(|start| start.from <= earliest)
        };
        let touched = starts.len() - place;
        if !is_outdated && late.len() < touched / LATE_SHARE {
            self.late_max = touched / LATE_SHARE;
            return;
        }
        self.late_max = SETTLE_MIN;
        let mut behind = starts.split_off(place);
        let former = behind.len();
        behind.extend(late.drain(..).map(|row| Start { from: from(row), row }));
        behind[former..].sort_unstable_by_key(|start| start.from);
        // Two sorted runs: the stable sort merges them in linear time.
        behind.sort_by_key(|start| start.from);
        behind.retain(|start| versions[start.row as usize].is_indexed());
        start_marks.truncate(place);
        for start in behind {
            starts.push(start);
            mark_at(starts.len(), versions, starts, start_marks);
        }
    }
}

/// Takes a mark before `position` of the effective index if one is due there.
fn mark_at<T>(position: usize, versions: &[Version<T>], starts: &[Start], marks: &mut Marks) {
    if !marks.due(position) {
        return;
    }
    let at = starts[position - 1].from;
    let fresh = starts[marks.end().unwrap_or(0)..position].iter().map(|start| start.row);
    marks.take(position, fresh, |row| {
        let version = &versions[row as usize];
        version.to > at && version.is_indexed()
    });
}

fn row_of(index: usize) -> u32 {
    u32::try_from(index).expect("memory ends long before four thousand million versions")
}

/// The rows from `from` to `to`, exclusive.
fn rows(from: usize, to: usize) -> impl ExactSizeIterator<Item = u32> {
    (from..to).map(row_of)
}

impl<T> Version<T> {
    fn is_open(&self) -> bool {
        self.open_until == STANDS
    }

    /// Tells whether the effective index must know it: not if it was retracted while open.
    fn is_indexed(&self) -> bool {
        self.to != OPEN || self.is_open()
    }

    /// Tells whether it holds by what stands.
    #[expect(clippy::needless_bitwise_bool, reason = "without branches, see Timeline::keep")]
    fn stands_at(&self, moment: Moment) -> bool {
        let is_true = (self.from <= moment.effective) & (moment.effective < self.to);
        let is_known = (self.known_from <= moment.known) & (moment.known < self.known_to);
        let is_indexed = (self.to != OPEN) | (self.open_until == STANDS);
        is_true & is_known & is_indexed
    }

    /// Tells whether it held only as an open version that is closed by now.
    #[expect(clippy::needless_bitwise_bool, reason = "without branches, see Timeline::keep")]
    fn was_thought_open_at(&self, moment: Moment) -> bool {
        let is_past = (self.to <= moment.effective) | (self.to == OPEN);
        let is_known = (self.known_from <= moment.known) & (moment.known < self.open_until);
        let is_closed = self.open_until != STANDS;
        (self.from <= moment.effective) & is_past & is_known & is_closed
    }
}
