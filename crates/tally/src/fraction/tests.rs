//! Fractions against big integers.

use num_bigint::{BigInt, BigUint};
use proptest::prelude::*;

use super::*;

fn fraction(numerator: i128, denominator: u128) -> Fraction {
    Fraction::of(numerator, denominator).unwrap()
}

#[test]
fn a_float_shows_what_it_can_hold() {
    for (numerator, denominator, shown) in
        [(-3, 4, "-0.75"), (0, 7, "0"), (1, 3, "0.3333333333333333")]
    {
        assert_eq!(Fraction::of(numerator, denominator).unwrap().to_f64().to_string(), shown);
    }
}

#[test]
fn fractions_are_in_lowest_terms() {
    assert_eq!(fraction(6, 4).to_string(), "3/2");
    assert_eq!(fraction(-6, 3).to_string(), "-2");
    assert_eq!(fraction(0, 7), Fraction::ZERO);
    assert_eq!(Fraction::of(1, 0), None);
}

#[test]
fn numbers_are_read_as_people_write_them() {
    let read = |text: &str| text.parse::<Fraction>();
    assert_eq!(read("12"), Ok(Fraction::whole(12)));
    assert_eq!(read("1.50"), Ok(fraction(3, 2)));
    assert_eq!(read(".5"), Ok(fraction(1, 2)));
    assert_eq!(read("2."), Ok(Fraction::whole(2)));
    assert_eq!(read("6/4"), Ok(fraction(3, 2)));
    for malformed in ["", ".", "-1", "1e3", " 1", "1/", "/2", "1.2.3", "one"] {
        assert_eq!(read(malformed), Err(FractionError::Malformed), "{malformed}");
    }
    assert_eq!(read("1/0"), Err(FractionError::DenominatorZero));
    assert_eq!(read("0.1234567890123456789"), Err(FractionError::TooLong));
    assert_eq!(read(&"9".repeat(40)), Err(FractionError::TooLong));
}

#[test]
fn a_share_is_no_more_than_the_whole() {
    assert_eq!(Share::of(3, 2), None);
    assert_eq!(Share::of(0, 0), None);
    assert_eq!(Share::of(2, 2).map(Share::fraction), Some(Fraction::whole(1)));
}

proptest! {
    #[test]
    fn fractions_compare_as_big_ones(
        a in any::<i128>(), b in 1..=u128::MAX, c in any::<i128>(), d in 1..=u128::MAX,
    ) {
        let left = BigInt::from(a) * BigInt::from(d);
        let right = BigInt::from(c) * BigInt::from(b);
        prop_assume!(a != i128::MIN && c != i128::MIN);
        prop_assert_eq!(fraction(a, b).cmp(&fraction(c, d)), left.cmp(&right));
    }

    #[test]
    fn shares_compare_as_big_ones(
        part in any::<u128>(), whole in any::<u128>(), n in any::<u64>(), d in 1..=u64::MAX,
    ) {
        let (n, d) = (n.min(d), n.max(d));
        let left = BigUint::from(part) * BigUint::from(d);
        let right = BigUint::from(whole) * BigUint::from(n);
        prop_assert_eq!(Share::of(n, d).unwrap().against(part, whole), left.cmp(&right));
    }

    #[test]
    fn what_is_written_is_read_again(a in 0..=i128::MAX, b in 1..=u128::MAX) {
        prop_assume!(i128::try_from(b).is_ok());
        let fraction = fraction(a, b);
        prop_assert_eq!(fraction.to_string().parse::<Fraction>(), Ok(fraction));
    }
}
