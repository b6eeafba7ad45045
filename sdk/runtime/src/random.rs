//! Random numbers for what must not collide or keep step. Nothing secret is made of them.

use std::hash::{BuildHasher, RandomState};

/// Random bits, from what the standard library seeds its maps with.
#[inline]
pub(crate) fn bits() -> u64 {
    RandomState::new().hash_one(())
}

/// A number from 0 to 1, without 1.
#[inline]
pub(crate) fn fraction() -> f64 {
    // As many bits as an `f64` holds exactly.
    (bits() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{bits, fraction};

    #[test]
    fn numbers_differ_and_spread() {
        let numbers: HashSet<u64> = (0..1000).map(|_| bits()).collect();
        assert_eq!(numbers.len(), 1000);
        let fractions: Vec<f64> = (0..10_000).map(|_| fraction()).collect();
        assert!(fractions.iter().all(|number| (0.0..1.0).contains(number)));
        for tenth in 0..10 {
            let from = f64::from(tenth) / 10.0;
            let range = from..from + 0.1;
            let count = fractions.iter().filter(|number| range.contains(number));
            // 1,000 are expected, with a deviation of 30.
            assert!((800..1200).contains(&count.count()), "from {from}");
        }
    }
}
