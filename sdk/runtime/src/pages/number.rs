//! Walking over numbered pages: which one to ask for next, without any I/O.

use bytes::Bytes;

use super::Counts;

/// The walk, after the pages so far.
#[derive(Default)]
pub(super) struct NumberWalk {
    /// The number of the first page of the list, once it is known.
    first: Option<u64>,
    /// The items of the longest page.
    longest: u64,
    /// The page before.
    last: Option<Bytes>,
}

/// A page as the walk sees it.
pub(super) struct Numbered {
    /// The number that was asked for; `None` for a page that was not asked for by number.
    pub(super) asked: Option<u64>,
    /// The number of the first page of every such list, where it is known beforehand.
    pub(super) first: Option<u64>,
    /// What the page says.
    pub(super) counts: Counts,
    /// The number of its items.
    pub(super) items: u64,
    /// All of it.
    pub(super) body: Bytes,
}

/// Why the walk cannot go on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stuck {
    /// The page is the one before.
    Repeated,
    /// Nobody says what number the page has.
    NoNumber,
}

impl NumberWalk {
    /// The number of the page after this one; `None` after the last.
    #[inline]
    pub(super) fn step(&mut self, page: Numbered) -> Result<Option<u64>, Stuck> {
        if page.items == 0 {
            return Ok(None);
        }
        if self.last.as_ref() == Some(&page.body) {
            return Err(Stuck::Repeated);
        }
        self.last = Some(page.body);
        let number = page.asked.or(page.first).or(page.counts.number);
        let number = number.ok_or(Stuck::NoNumber)?;
        let first = page.first.unwrap_or_else(|| match page.asked {
            // Who asks for no number gets the first page.
            None => *self.first.get_or_insert(number),
            Some(_) => *self.first.get_or_insert(number.min(1)),
        });
        let short = page.items < self.longest;
        self.longest = self.longest.max(page.items);
        let before = number.saturating_sub(first);
        let ended = match page.counts {
            Counts {
                more: Some(more), ..
            } => !more,
            Counts {
                pages: Some(pages), ..
            } => before.saturating_add(1) >= pages,
            // Servers may give fewer items than they are asked for, but no page has more than others
            // that are full: so many came before at least.
            Counts {
                total: Some(total), ..
            } => {
                before
                    .saturating_mul(self.longest)
                    .saturating_add(page.items)
                    >= total
            }
            _ => short,
        };
        Ok(number.checked_add(1).filter(|_| !ended))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server says on a page with this number, up to this item.
    type Says<'a> = &'a dyn Fn(u64, u64) -> Counts;

    /// Walks over a list; returns the numbers asked for and the items got.
    fn walk(
        items: u64,
        size: u64,
        zero_based: bool,
        first: Option<u64>,
        count: impl Fn(u64, u64) -> Counts,
    ) -> (Vec<Option<u64>>, u64) {
        let base = u64::from(!zero_based);
        let (mut asked, mut asks, mut got) = (None, Vec::new(), 0);
        let mut walk = NumberWalk::default();
        loop {
            asks.push(asked);
            let number = asked.unwrap_or(base);
            let skipped = (number - base) * size;
            let here = items.saturating_sub(skipped).min(size);
            got += here;
            let next = walk.step(Numbered {
                asked,
                first,
                counts: count(number, skipped + here),
                items: here,
                body: format!("{number}").into(),
            });
            match next.unwrap() {
                Some(next) => asked = Some(next),
                None => return (asks, got),
            }
            assert!(asks.len() < 100, "{asks:?}");
        }
    }

    #[test]
    fn every_item_comes_whatever_the_pages_say() {
        for items in 0..13_u64 {
            for size in 1..5 {
                for zero_based in [false, true] {
                    let base = u64::from(!zero_based);
                    let pages = items.div_ceil(size);
                    let known = Some(base);
                    let says: [(&str, Says<'_>); 5] = [
                        ("nothing", &|_, _| Counts::new()),
                        ("more", &|_, end| Counts::new().more(Some(end < items))),
                        ("pages", &|_, _| Counts::new().pages(Some(pages))),
                        ("total", &|_, _| Counts::new().total(Some(items))),
                        ("number and pages", &|number, _| {
                            Counts::new().number(Some(number)).pages(Some(pages))
                        }),
                    ];
                    for (what, says) in says {
                        let (asks, got) = walk(items, size, zero_based, known, says);
                        assert_eq!(got, items, "{what}: {items} by {size}: {asks:?}");
                        let least = pages.max(1) as usize;
                        let more = usize::from(what == "nothing" || what == "total");
                        let range = least..=least + more;
                        assert!(
                            range.contains(&asks.len()),
                            "{what}: {items} by {size}: {asks:?}"
                        );
                    }
                    let (asks, got) = walk(items, size, zero_based, None, says[4].1);
                    assert_eq!((got, asks.len()), (items, pages.max(1) as usize));
                }
            }
        }
    }

    #[test]
    fn a_page_that_comes_again_and_one_without_number_are_told() {
        let page = |asked, first, body: &'static str| Numbered {
            asked,
            first,
            counts: Counts::new(),
            items: 2,
            body: body.into(),
        };
        let mut walk = NumberWalk::default();
        assert_eq!(walk.step(page(None, Some(1), "a")), Ok(Some(2)));
        assert_eq!(walk.step(page(Some(2), Some(1), "a")), Err(Stuck::Repeated));
        assert_eq!(
            NumberWalk::default().step(page(None, None, "a")),
            Err(Stuck::NoNumber)
        );
        // From a page that somebody remembers, on.
        assert_eq!(
            NumberWalk::default().step(page(Some(7), None, "a")),
            Ok(Some(8))
        );
        assert_eq!(
            NumberWalk::default().step(page(Some(u64::MAX), None, "a")),
            Ok(None)
        );
    }
}
