//! From numbers to places.

/// Numbers farther from zero are drawn as if they were there, so that sums and differences of them stay numbers.
const FARTHEST: f64 = 1e300;

/// A scale of numbers along a line, with round marks.
#[derive(Debug, Clone)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    /// The round numbers that are marked.
    pub(crate) marks: Vec<f64>,
}

impl Scale {
    /// A scale from `from` to `to` on which all the numbers are, and zero, with about so many marks.
    pub(crate) fn of(numbers: impl IntoIterator<Item = f64>, around: usize, from: f64, to: f64) -> Self {
        let numbers = numbers.into_iter().map(|number| number.clamp(-FARTHEST, FARTHEST));
        let (low, high) = numbers.fold((0.0_f64, 0.0_f64), |(low, high), it| (low.min(it), high.max(it)));
        let high = if low == high { low + 1.0 } else { high };
        let step = round_step((high / 2.0 - low / 2.0) * 2.0 / around.max(1) as f64);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let count = (last - first).clamp(1.0, 50.0) as usize;
        let marks: Vec<f64> = (0..=count).map(|at| (first + at as f64) * step).collect();
        let high = marks.last().copied().unwrap_or(high).max(high);
        Self { low: (first * step).min(low), high, from, to, marks }
    }

    /// Where a number is.
    pub(crate) fn place(&self, number: f64) -> f64 {
        let number = number.clamp(-FARTHEST, FARTHEST);
        let share = (number / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }
}

/// The round number that is not less: 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10.0_f64.powi(step.log10().floor().clamp(-300.0, 300.0) as i32);
    let round = [1.0, 2.0, 5.0, 10.0].into_iter().find(|round| round * power >= step * 0.999_999);
    round.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_hold_all_numbers() {
        let marks = |numbers: &[f64]| Scale::of(numbers.iter().copied(), 5, 100.0, 0.0).marks;
        assert_eq!(marks(&[3.0, 9.7]), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(marks(&[-12.0, 30.0]), [-20.0, -10.0, 0.0, 10.0, 20.0, 30.0]);
        assert_eq!(marks(&[]), marks(&[0.0]));
        assert_eq!(marks(&[1_234_567.0]), [0.0, 500_000.0, 1_000_000.0, 1_500_000.0]);
    }

    #[test]
    fn numbers_have_places_however_large() {
        let scale = Scale::of([10.0], 5, 100.0, 0.0);
        assert_eq!([0.0, 5.0, 10.0].map(|it| scale.place(it)), [100.0, 50.0, 0.0]);
        for odd in [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 1e-310] {
            let place = Scale::of([odd], 5, 100.0, 0.0).place(odd);
            assert!((0.0..=100.0).contains(&place), "{odd}: {place}");
        }
    }
}
