//! Exact fractions, compared by cross-multiplication.

use std::{cmp::Ordering, fmt, str::FromStr};

#[cfg(test)]
mod tests;

/// The most decimals that a decimal fraction may be written with.
pub const DECIMALS_MAX: usize = 18;

/// An exact fraction in lowest terms.
///
/// It is what figures are told in, not what ballots are counted in; so it has no arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fraction {
    numerator: i128,
    denominator: u128,
}

/// Why a text is no fraction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FractionError {
    /// It is neither `12`, `1.5` nor `3/2`.
    #[error("is not a number such as 12, 1.5 or 3/2")]
    Malformed,
    /// It has more digits than are counted exactly.
    #[error("has too many digits")]
    TooLong,
    /// Its denominator is zero.
    #[error("divides by zero")]
    DenominatorZero,
}

impl Fraction {
    /// Nothing.
    pub const ZERO: Fraction = Fraction { numerator: 0, denominator: 1 };

    /// A whole number.
    pub fn whole(number: impl Into<i128>) -> Fraction {
        Fraction { numerator: number.into(), denominator: 1 }
    }

    /// `numerator` / `denominator` in lowest terms; `None` when the denominator is zero.
    pub fn of(numerator: i128, denominator: u128) -> Option<Fraction> {
        if denominator == 0 {
            return None;
        }
        Some(Fraction::lowest(numerator, denominator))
    }

    /// A count of units of which `per_whole` make one.
    ///
    /// # Panics
    ///
    /// Never: a unit that no number of makes one is counted as a whole.
    pub(crate) fn units(count: u128, per_whole: u128) -> Fraction {
        // Counts stay below 2^64 ballots of 10^9 units, far below what a sign takes away.
        Fraction::lowest(i128::try_from(count).unwrap_or(i128::MAX), per_whole.max(1))
    }

    fn lowest(numerator: i128, denominator: u128) -> Fraction {
        if denominator == 1 {
            return Fraction { numerator, denominator };
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator);
        let magnitude = i128::try_from(numerator.unsigned_abs() / divisor).unwrap_or(i128::MAX);
        Fraction {
            numerator: if numerator < 0 { -magnitude } else { magnitude },
            denominator: denominator / divisor,
        }
    }

    /// The numerator, in lowest terms; it bears the sign.
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// The denominator, in lowest terms; at least 1.
    pub fn denominator(self) -> u128 {
        self.denominator
    }

    /// The number that is nearest to it in a float, or next to that: to be shown, not to count with.
    #[expect(clippy::cast_precision_loss, reason = "it is what a float can hold")]
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// Tells whether it is a whole number.
    pub fn is_whole(self) -> bool {
        self.denominator == 1
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Fraction) -> Ordering {
        match self.numerator.signum().cmp(&other.numerator.signum()) {
            Ordering::Equal => {
                let left = product(self.numerator.unsigned_abs(), other.denominator);
                let right = product(other.numerator.unsigned_abs(), self.denominator);
                if self.numerator < 0 { right.cmp(&left) } else { left.cmp(&right) }
            }
            unequal @ (Ordering::Less | Ordering::Greater) => unequal,
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Fraction) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Fraction {
    /// Writes `12` or `3/2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() {
            return write!(f, "{}", self.numerator);
        }
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl FromStr for Fraction {
    type Err = FractionError;

    /// Reads a number that is not negative: `12`, `1.5` or `3/2`.
    fn from_str(text: &str) -> Result<Fraction, FractionError> {
        if let Some((numerator, denominator)) = text.split_once('/') {
            let numerator = digits(numerator)?;
            let denominator = digits(denominator)?.unsigned_abs();
            return Fraction::of(numerator, denominator).ok_or(FractionError::DenominatorZero);
        }
        let Some((whole, decimals)) = text.split_once('.') else {
            return Ok(Fraction::whole(digits(text)?));
        };
        if decimals.len() > DECIMALS_MAX {
            return Err(FractionError::TooLong);
        }
        let whole = if whole.is_empty() && !decimals.is_empty() { 0 } else { digits(whole)? };
        let decimal = if decimals.is_empty() { 0 } else { digits(decimals)? };
        let scale = decimals.bytes().fold(1_i128, |scale, _| scale * 10);
        let scaled = whole.checked_mul(scale).and_then(|it| it.checked_add(decimal));
        let numerator = scaled.ok_or(FractionError::TooLong)?;
        Ok(Fraction::lowest(numerator, scale.unsigned_abs()))
    }
}

fn digits(text: &str) -> Result<i128, FractionError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FractionError::Malformed);
    }
    text.parse().map_err(|_| FractionError::TooLong)
}

/// A share of a whole: a fraction from 0 to 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    numerator: u64,
    denominator: u64,
}

impl Share {
    /// All of it.
    pub const ALL: Share = Share { numerator: 1, denominator: 1 };

    /// Half of it.
    pub const HALF: Share = Share { numerator: 1, denominator: 2 };

    /// `numerator` / `denominator`; `None` when that is more than one, or divides by zero.
    pub fn of(numerator: u64, denominator: u64) -> Option<Share> {
        (denominator > 0 && numerator <= denominator).then_some(Share { numerator, denominator })
    }

    /// The share as a fraction in lowest terms.
    pub fn fraction(self) -> Fraction {
        Fraction::lowest(i128::from(self.numerator), u128::from(self.denominator))
    }

    /// How `part` of `whole` compares to this share. Exact for all values.
    pub fn against(self, part: u128, whole: u128) -> Ordering {
        let part = product(part, u128::from(self.denominator));
        part.cmp(&product(whole, u128::from(self.numerator)))
    }

    /// The least whole number that is at least this share of `whole`.
    pub(crate) fn ceil(self, whole: u64) -> u64 {
        let product = u128::from(self.numerator) * u128::from(whole);
        // A share of a number is no more than the number.
        u64::try_from(product.div_ceil(u128::from(self.denominator))).unwrap_or(whole)
    }

    /// The greatest whole number that is at most this share of `whole`.
    pub(crate) fn floor(self, whole: u64) -> u64 {
        let product = u128::from(self.numerator) * u128::from(whole);
        u64::try_from(product / u128::from(self.denominator)).unwrap_or(whole)
    }
}

/// The product in 256 bits, high half first, so that products compare as pairs.
fn product(left: u128, right: u128) -> (u128, u128) {
    const HALF: u32 = 64;
    const LOW: u128 = (1 << HALF) - 1;
    let (left_high, left_low) = (left >> HALF, left & LOW);
    let (right_high, right_low) = (right >> HALF, right & LOW);
    let low = left_low * right_low;
    let cross = left_high * right_low + (low >> HALF);
    let (cross, carried) = cross.overflowing_add(left_low * right_high);
    let high = left_high * right_high + (cross >> HALF) + (u128::from(carried) << HALF);
    (high, (cross << HALF) | (low & LOW))
}

/// The greatest common divisor; the other number when one is zero.
pub(crate) fn gcd(left: u128, right: u128) -> u128 {
    let (mut left, mut right) = (left, right);
    while right != 0 {
        // Machine words divide many times faster, and nearly all numbers are such words.
        if let (Ok(mut small), Ok(mut smaller)) = (u64::try_from(left), u64::try_from(right)) {
            while smaller != 0 {
                (small, smaller) = (smaller, small % smaller);
            }
            return u128::from(small);
        }
        (left, right) = (right, left % right);
    }
    left
}
