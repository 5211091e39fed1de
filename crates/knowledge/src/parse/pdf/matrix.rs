//! Transformations of the plane, as PDF writes them.

use super::content::Operand;

/// `[a b c d e f]`: a point becomes `(a·x + c·y + e, b·x + d·y + f)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix([f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) const fn new(numbers: [f64; 6]) -> Self {
        Self(numbers)
    }

    pub(super) const fn translation(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    pub(super) fn from_numbers(numbers: &[f64]) -> Option<Self> {
        Some(Self(numbers.get(..6)?.try_into().ok()?))
    }

    /// Missing numbers leave everything where it is.
    pub(super) fn from_operands(operands: &[Operand]) -> Self {
        let numbers: Vec<f64> = operands.iter().filter_map(Operand::number).collect();
        Self::from_numbers(&numbers).unwrap_or(Self::IDENTITY)
    }

    /// This transformation, then the other.
    pub(super) fn then(self, next: Self) -> Self {
        let [xx, xy, yx, yy, ..] = self.0;
        let (right, up) = (next.direction(xx, xy), next.direction(yx, yy));
        let origin = next.apply(self.0[4], self.0[5]);
        Self([right.0, right.1, up.0, up.1, origin.0, origin.1])
    }

    pub(super) fn apply(self, x: f64, y: f64) -> (f64, f64) {
        let turned = self.direction(x, y);
        (turned.0 + self.0[4], turned.1 + self.0[5])
    }

    /// A vector without the shift.
    pub(super) fn direction(self, x: f64, y: f64) -> (f64, f64) {
        let [xx, xy, yx, yy, ..] = self.0;
        (xx * x + yx * y, xy * x + yy * y)
    }
}
