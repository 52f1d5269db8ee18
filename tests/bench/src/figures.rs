//! Medians, percentiles, rates and ratios.

use std::{fs, time::Duration};

/// How long a tick is in which Linux counts the time of processes.
const TICK: Duration = Duration::from_millis(10);

/// The middle one; of an even number of values the lower of the two in the middle, of none zero.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

/// The middle one of durations; zero of none.
pub(crate) fn median_of(durations: &[Duration]) -> Duration {
    let mut durations = durations.to_vec();
    durations.sort_unstable();
    percentile(&durations, 50)
}

/// The value that `percent` of `sorted` do not exceed; zero of none.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The mean; zero of none.
pub(crate) fn mean(durations: &[Duration]) -> Duration {
    let count = u32::try_from(durations.len()).unwrap_or(u32::MAX);
    durations.iter().sum::<Duration>().checked_div(count).unwrap_or_default()
}

/// How many a second.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn per_second(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// The rate of somebody who pays for both, one after the other.
pub(crate) fn one_after_the_other(first: f64, second: f64) -> f64 {
    1.0 / (1.0 / first + 1.0 / second)
}

/// A duration in milliseconds.
pub(crate) fn ms(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1_000.0;
    if ms < 10.0 { format!("{ms:.3}") } else { format!("{ms:.1}") }
}

/// A whole number with its thousands apart.
pub(crate) fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if 0 < index && (digits.len() - index).is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Says whether a ratio is at least what it should be.
pub(crate) fn verdict(ratio: f64, least: f64) -> String {
    let outcome = if least <= ratio { "reached" } else { "MISSED" };
    format!("bar {least}: {outcome}")
}

/// How long this process has computed so far, all its threads added up, to a hundredth of a second;
/// `None` where the system does not tell it as Linux does.
///
/// On a busy machine this says more than the time that passed.
pub(crate) fn cpu_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in parentheses and may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(TICK * (user + system))
}
