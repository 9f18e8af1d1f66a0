//! Maps and sets from iterators, in little code (docs/adr/0006).

/// `collect` for maps and sets.
pub trait Gather: Iterator + Sized {
    /// Puts one item after the other in. The standard `collect` sorts all of them first, which is worth its speed for
    /// many and four kilobytes of code for each type; a spec has few.
    fn gather<C: Default + Extend<Self::Item>>(self) -> C {
        let mut all = C::default();
        all.extend(self);
        all
    }
}

impl<I: Iterator> Gather for I {}
