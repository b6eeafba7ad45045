//! Which requests of a part something is true of.

/// A set of indexes below a limit, one bit for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IndexSet {
    words: Vec<u64>,
    limit: u32,
    count: u32,
}

impl IndexSet {
    /// An empty set for indexes below `limit`.
    pub(super) fn new(limit: u32) -> Self {
        Self {
            words: vec![0; limit.div_ceil(64) as usize],
            limit,
            count: 0,
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.count
    }

    pub(super) fn is_full(&self) -> bool {
        self.count == self.limit
    }

    pub(super) fn contains(&self, index: u32) -> bool {
        let word = self.words.get(index as usize / 64);
        word.is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// Adds an index; false when it was there already or is not below the limit.
    pub(super) fn insert(&mut self, index: u32) -> bool {
        if index >= self.limit || self.contains(index) {
            return false;
        }
        if let Some(word) = self.words.get_mut(index as usize / 64) {
            *word |= 1 << (index % 64);
            self.count += 1;
        }
        true
    }

    /// The first index that is not in it.
    pub(super) fn first_missing(&self) -> Option<u32> {
        (0..self.limit).find(|index| !self.contains(*index))
    }

    /// The indexes as ranges, first and last.
    pub(super) fn ranges(&self) -> Vec<(u32, u32)> {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for index in (0..self.limit).filter(|index| self.contains(*index)) {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == index => *last = index,
                _ => ranges.push((index, index)),
            }
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_become_ranges() {
        let mut set = IndexSet::new(130);
        for index in [0, 1, 2, 63, 64, 129, 1] {
            set.insert(index);
        }
        assert_eq!(set.ranges(), [(0, 2), (63, 64), (129, 129)]);
        assert_eq!((set.len(), set.first_missing()), (6, Some(3)));
        assert!(!set.insert(130) && !set.insert(u32::MAX));
        for index in 0..130 {
            set.insert(index);
        }
        assert!(set.is_full());
        assert_eq!((set.ranges(), set.first_missing()), (vec![(0, 129)], None));
    }
}
