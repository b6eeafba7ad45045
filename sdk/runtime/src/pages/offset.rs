//! Walking by offset over rows that move: what to ask for next, without any I/O.
//!
//! An offset counts from the front of a list that may change between two pages. Rows put in front
//! push others back, which then come twice; rows taken out pull others forward, over the edge of
//! the page that was read. Where a list says what tells its rows apart, nothing is doubled and
//! nothing skipped:
//!
//! - Each page begins with the last row of the one before. Another row in that place tells that
//!   rows have moved.
//! - When that row is none that was seen, rows before it are gone, and rows that were never seen
//!   may be where some was: the walk goes back until it meets a row it knows.
//! - When it is another known one, rows were put in front, perhaps rows that had not been seen: at
//!   the end the front is read again, a page more than have come again, and on until a page has
//!   nothing new.
//!
//! That is as much as a few requests can do. A row can still hide when, between two requests, as
//! many rows are taken out before the offset as rows not seen yet are moved to the front, or when
//! more than a page of rows is put in front while the front is read again.

use std::collections::HashMap;

/// The walk, after the pages so far.
#[derive(Default)]
pub(super) struct OffsetWalk {
    /// Where it began.
    start: Option<u64>,
    /// The rows, and whether nothing unseen can be before them: not so for rows that were read
    /// beyond a gap.
    seen: HashMap<String, bool>,
    /// The last row of the page before.
    last: Option<String>,
    /// How many rows may have been put in front of those that were seen.
    front: u64,
    /// Whether it is reading the front again.
    at_front: bool,
    /// Rows read since one was new.
    rows_without_news: u64,
}

/// A page as the walk sees it.
pub(super) struct Seen<'a> {
    /// Its offset.
    pub(super) offset: u64,
    /// The rows that were asked for.
    pub(super) asked: u64,
    /// Whether more rows follow, where the page says so.
    pub(super) more: Option<bool>,
    /// What tells the rows apart, in order; `None` for a row that does not say.
    pub(super) keys: &'a [Option<String>],
}

/// What comes after a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The page at this offset.
    Next(u64),
    /// Nothing.
    End,
    /// The pages go round in a circle.
    Circle,
}

impl OffsetWalk {
    /// Whether there was a page with rows that can be told apart.
    #[inline]
    pub(super) fn has_begun(&self) -> bool {
        self.start.is_some()
    }

    /// Whether a row was seen on an earlier page.
    #[inline]
    pub(super) fn knows(&self, key: &str) -> bool {
        self.seen.contains_key(key)
    }

    /// What comes after this page, whose rows are then known.
    #[inline]
    pub(super) fn step(&mut self, page: &Seen<'_>) -> Step {
        let start = *self.start.get_or_insert(page.offset);
        let count = page.keys.len() as u64;
        let overlap = overlap(page.asked);
        let first = page.keys.first().and_then(Option::as_ref);
        let checked = !self.seen.is_empty() && page.offset > start && overlap > 0;
        let in_place = !checked || (count > 0 && (first.is_none() || first == self.last.as_ref()));
        // A row that does not say what it is cannot be missed.
        let settled = |first| self.seen.get(first) == Some(&true);
        let attached = !checked || (count > 0 && first.is_none_or(settled));
        let news = self.learn(page, attached);
        if self.rows_without_news > 2 * (self.seen.len() as u64 + page.asked) {
            // A list that never comes to rest is not read for ever.
            return if self.at_front {
                Step::End
            } else {
                Step::Circle
            };
        }
        if checked && !self.at_front {
            // As many rows as come again were put in front.
            self.front += (count - news).saturating_sub(overlap);
        }
        if !in_place {
            self.front = self.front.max(1);
        }
        if !in_place && self.at_front {
            self.front += page.asked;
            return Step::Next(start);
        }
        if !attached && !self.at_front {
            let back = page.asked.saturating_sub(overlap).max(1);
            return Step::Next(page.offset.saturating_sub(back).max(start));
        }
        let ended = match page.more {
            Some(more) => !more || count == 0,
            None => count < page.asked || count == 0,
        };
        // One page more than needed: rows may have moved since the last page, too.
        let front = self.front.saturating_add(page.asked);
        let front_is_read = news == 0 && page.offset - start + count >= front;
        if self.at_front && (ended || front_is_read) {
            return Step::End;
        }
        if ended {
            self.at_front = self.front > 0;
            return if self.at_front {
                Step::Next(start)
            } else {
                Step::End
            };
        }
        // A page of one row cannot begin with the one before and have another.
        let overlap = if count > overlap { overlap } else { 0 };
        Step::Next(page.offset.saturating_add(count - overlap))
    }

    /// Remembers the rows of a page, which follow what was read before if they are attached to it;
    /// returns how many were new.
    #[inline]
    fn learn(&mut self, page: &Seen<'_>, attached: bool) -> u64 {
        let mut news = 0;
        for key in page.keys.iter().flatten() {
            match self.seen.get_mut(key) {
                Some(settled) => *settled |= attached,
                None => {
                    self.seen.insert(key.clone(), attached);
                    news += 1;
                }
            }
        }
        self.last = page.keys.last().cloned().flatten();
        self.rows_without_news = match news {
            0 => self.rows_without_news + (page.keys.len() as u64).max(1),
            _ => 0,
        };
        news
    }
}

/// How many rows of the page before a page begins with.
#[inline]
fn overlap(asked: u64) -> u64 {
    asked.saturating_sub(1).min(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks a list that `change` changes after each page. Returns the rows in the order they are
    /// handed out, and the offsets asked for.
    fn walk(
        mut rows: Vec<u32>,
        asked: usize,
        says_more: bool,
        mut change: impl FnMut(usize, &mut Vec<u32>),
    ) -> (Vec<u32>, Vec<u64>) {
        let mut walk = OffsetWalk::default();
        let (mut found, mut offsets, mut offset) = (Vec::new(), Vec::new(), 0_u64);
        loop {
            offsets.push(offset);
            let page: Vec<u32> = rows
                .iter()
                .copied()
                .skip(offset as usize)
                .take(asked)
                .collect();
            let keys: Vec<_> = page.iter().map(|row| Some(row.to_string())).collect();
            found.extend(page.iter().filter(|row| !walk.knows(&row.to_string())));
            let more = says_more.then_some(offset as usize + page.len() < rows.len());
            let step = walk.step(&Seen {
                offset,
                asked: asked as u64,
                more,
                keys: &keys,
            });
            change(offsets.len(), &mut rows);
            match step {
                Step::Next(next) => offset = next,
                Step::End => return (found, offsets),
                Step::Circle => panic!("a circle: {offsets:?}"),
            }
            assert!(offsets.len() < 1000, "{offsets:?}");
        }
    }

    fn sorted(mut rows: Vec<u32>) -> Vec<u32> {
        rows.sort_unstable();
        rows
    }

    #[test]
    fn rows_that_stay_are_read_once() {
        for says_more in [false, true] {
            for count in 0..12 {
                for asked in 1..6 {
                    let rows: Vec<u32> = (0..count).collect();
                    let (found, offsets) = walk(rows.clone(), asked, says_more, |_, _| {});
                    assert_eq!(found, rows, "{count} rows, {asked} a page, {offsets:?}");
                    assert!(offsets.is_sorted());
                }
            }
        }
    }

    #[test]
    fn a_new_row_in_front_doubles_none() {
        let (found, offsets) = walk((0..7).collect(), 3, false, |page, rows| {
            if page == 1 {
                rows.insert(0, 100);
            }
        });
        assert_eq!(found, [0, 1, 2, 3, 4, 5, 6, 100]);
        // The last one but one is the front again.
        assert_eq!(offsets, [0, 2, 4, 6, 0, 2]);
    }

    #[test]
    fn a_row_that_is_taken_out_hides_none() {
        for gone in 1..=3 {
            let (found, _) = walk((0..9).collect(), 3, false, |page, rows| {
                if page == 2 {
                    rows.drain(..gone);
                }
            });
            assert_eq!(found.len(), 9, "{gone}: {found:?}");
        }
        // All that was read is gone, and the next page is past the end.
        let (found, offsets) = walk((0..9).collect(), 3, false, |page, rows| {
            if page == 2 {
                rows.drain(..5);
            }
        });
        assert_eq!(sorted(found), (0..9).collect::<Vec<_>>(), "{offsets:?}");
    }

    #[test]
    fn a_row_that_jumps_to_the_front_is_not_skipped() {
        let (found, _) = walk((0..9).collect(), 3, false, |page, rows| {
            if page == 1 {
                let row = rows.remove(7);
                rows.insert(0, row);
            }
        });
        assert_eq!(sorted(found), (0..9).collect::<Vec<_>>());
    }

    #[test]
    fn a_server_without_offsets_is_noticed() {
        let keys: Vec<_> = (0..3).map(|row| Some(row.to_string())).collect();
        let mut walk = OffsetWalk::default();
        let mut offset = 0;
        for _ in 0..20 {
            match walk.step(&Seen {
                offset,
                asked: 3,
                more: None,
                keys: &keys,
            }) {
                Step::Next(next) => offset = next,
                step => return assert_eq!(step, Step::Circle),
            }
        }
        panic!("the walk goes on for ever");
    }

    mod whatever_moves {
        use proptest::prelude::*;

        use super::walk;

        /// What happens to the list between two pages.
        #[derive(Clone, Debug)]
        enum Change {
            /// New rows in front.
            Insert(u8),
            /// Rows anywhere are taken out.
            Remove(Vec<prop::sample::Index>),
            /// A row is moved to the front, as the one that was used last.
            Touch(prop::sample::Index),
        }

        fn change() -> impl Strategy<Value = Change> {
            let index = any::<prop::sample::Index>;
            prop_oneof![
                (1..4_u8).prop_map(Change::Insert),
                prop::collection::vec(index(), 1..4).prop_map(Change::Remove),
                index().prop_map(Change::Touch),
            ]
        }

        proptest! {
            /// Of a list that changes a few times while it is walked every row that is there from
            /// beginning to end comes, and none comes twice.
            #[test]
            fn nothing_is_doubled_or_skipped(
                count in 0..60_u32,
                asked in 4..9_usize,
                says_more: bool,
                changes in prop::collection::btree_map(1..16_usize, change(), 0..4),
            ) {
                let mut next = 1000;
                let mut removed = Vec::new();
                let (found, _) = walk((0..count).collect(), asked, says_more, |page, rows| {
                    match changes.get(&page).cloned() {
                        Some(Change::Insert(count)) => for _ in 0..count {
                            rows.insert(0, next);
                            next += 1;
                        },
                        Some(Change::Remove(gone)) => for row in gone {
                            if !rows.is_empty() {
                                removed.push(rows.remove(row.index(rows.len())));
                            }
                        },
                        Some(Change::Touch(row)) if !rows.is_empty() => {
                            let row = rows.remove(row.index(rows.len()));
                            rows.insert(0, row);
                        }
                        _ => {}
                    }
                });
                let mut unique = found.clone();
                unique.sort_unstable();
                unique.dedup();
                prop_assert_eq!(unique.len(), found.len());
                for row in (0..count).filter(|row| !removed.contains(row)) {
                    prop_assert!(unique.binary_search(&row).is_ok(), "{row} is missing: {found:?}");
                }
            }
        }
    }
}
