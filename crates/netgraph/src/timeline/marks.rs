//! Lists of what was alive at a few points of a sorted index, so that a query need not go back.

/// Entries between two marks, at least.
const MARK_EVERY_MIN: usize = 1_024;

/// Marks along an index sorted by start.
///
/// A mark lists the rows before its position that may be alive behind it. The next one is taken
/// when as many entries have come as the last one lists, so all lists together stay linear in the
/// length of the index, and a query reads one list and one block no longer than it.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    marks: Vec<Mark>,
}

#[derive(Debug, Clone)]
struct Mark {
    position: usize,
    alive: Vec<u32>,
}

impl Marks {
    /// The position of the last mark; `None` if there is none.
    pub(super) fn end(&self) -> Option<usize> {
        self.marks.last().map(|mark| mark.position)
    }

    /// Tells whether an index that has grown to `position` entries wants a mark.
    pub(super) fn due(&self, position: usize) -> bool {
        let (last, alive) =
            self.marks.last().map_or((0, 0), |mark| (mark.position, mark.alive.len()));
        position - last >= MARK_EVERY_MIN.max(alive)
    }

    /// Sets a mark at `position`.
    ///
    /// `fresh` are the rows since the last mark; of these and of those listed there, the ones that
    /// `is_alive` accepts are listed.
    pub(super) fn take(
        &mut self,
        position: usize,
        fresh: impl Iterator<Item = u32>,
        is_alive: impl Fn(u32) -> bool,
    ) {
        let former = self.marks.last().map_or(&[][..], |mark| &mark.alive);
        let mut alive: Vec<u32> =
            former.iter().copied().chain(fresh).filter(|&row| is_alive(row)).collect();
        // A query reads rows much faster in the order in which they lie in memory.
        alive.sort_unstable();
        self.marks.push(Mark { position, alive });
    }

    /// Forgets the marks behind `position`.
    pub(super) fn truncate(&mut self, position: usize) {
        let count = self.marks.partition_point(|mark| mark.position <= position);
        self.marks.truncate(count);
    }

    /// The rows listed by the last mark at or before `position`, and where the mark stands.
    pub(super) fn before(&self, position: usize) -> (&[u32], usize) {
        let count = self.marks.partition_point(|mark| mark.position <= position);
        match self.marks[..count].last() {
            Some(mark) => (&mark.alive, mark.position),
            None => (&[], 0),
        }
    }
}
