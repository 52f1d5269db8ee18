//! Dense indexes for node numbers.

/// A table is used if the numbers span no more than this many per number given …
const SPAN_PER_NUMBER: u64 = 8;

/// … or no more than this.
const SPAN_MIN: u64 = 65_536;

/// Marks a number that is not there; no dense index gets so high.
const ABSENT: u32 = u32::MAX;

/// The distinct numbers of a set in ascending order; the place of a number is its dense index.
#[derive(Debug)]
pub(super) struct Numbering {
    numbers: Vec<u32>,
    /// Dense indexes by distance from the least number; empty if the numbers lie too far apart.
    table: Vec<u32>,
}

impl Numbering {
    /// Numbers whatever occurs, in any order and as often as it likes.
    pub(super) fn of(given: impl Iterator<Item = u32> + Clone) -> Self {
        let bounds = given.clone().fold(None, |bounds: Option<(u32, u32)>, number| {
            let (least, most) = bounds.unwrap_or((number, number));
            Some((least.min(number), most.max(number)))
        });
        let Some((least, most)) = bounds else {
            return Self { numbers: Vec::new(), table: Vec::new() };
        };
        let span = u64::from(most - least) + 1;
        let count = given.clone().count() as u64;
        if span > SPAN_MIN.max(count.saturating_mul(SPAN_PER_NUMBER)) {
            let mut numbers: Vec<u32> = given.collect();
            numbers.sort_unstable();
            numbers.dedup();
            return Self { numbers, table: Vec::new() };
        }
        let mut table = vec![ABSENT; (most - least) as usize + 1];
        for number in given {
            table[(number - least) as usize] = 0;
        }
        let mut numbers = Vec::new();
        let mut index = 0;
        for (place, number) in table.iter_mut().zip(least..=most) {
            if *place != ABSENT {
                *place = index;
                index += 1;
                numbers.push(number);
            }
        }
        Self { numbers, table }
    }

    /// The dense index of a number; `None` if it does not occur.
    pub(super) fn index(&self, number: u32) -> Option<u32> {
        if self.table.is_empty() {
            let index = self.numbers.binary_search(&number).ok()?;
            return u32::try_from(index).ok();
        }
        let distance = number.checked_sub(self.numbers[0])?;
        self.table.get(distance as usize).copied().filter(|&index| index != ABSENT)
    }

    /// The number of distinct numbers.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(super) fn into_numbers(self) -> Vec<u32> {
        self.numbers
    }
}
