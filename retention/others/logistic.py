"""A plain logistic regression by Newton's method: what is learned without a table to start from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

MOST_STEPS = 60
CLOSE_ENOUGH = 1e-9
LONGEST_STEP = 4.0
# Columns that say the same (no internet, six times) leave no single solution: the smallest one is taken.
RIDGE = 1e-6


@dataclass(frozen=True)
class Logistic:
    """The intercept and the coefficients, each for one unit of its column, and in how many steps they were found."""

    intercept: float
    coefficients: "Matrix"
    steps: int

    def predict(self, matrix: "Matrix") -> "Matrix":
        """The probability of each row."""
        import numpy as np

        probability: Matrix = 1 / (1 + np.exp(-(self.intercept + matrix @ self.coefficients)))
        return probability


def fit_logistic(matrix: "Matrix", came: "Matrix") -> Logistic:
    """The coefficients at which the log-loss is least. Raises ArithmeticError when they do not come to rest."""
    import numpy as np

    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    spread[spread == 0] = 1.0
    scaled = np.column_stack([np.ones(len(matrix)), (matrix - mean) / spread])
    penalty = np.full(scaled.shape[1], RIDGE)
    penalty[0] = 0.0
    at = np.zeros(scaled.shape[1])
    for steps in range(1, MOST_STEPS + 1):
        expected = 1 / (1 + np.exp(-(scaled @ at)))
        slope = scaled.T @ (expected - came) + penalty * at
        curve = (scaled.T * (expected * (1 - expected))) @ scaled + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        longest = float(np.abs(step).max())
        at = at - step * min(1.0, LONGEST_STEP / longest if longest else 1.0)
        if longest < CLOSE_ENOUGH or float(np.abs(slope).max()) < CLOSE_ENOUGH * len(came):
            coefficients = at[1:] / spread
            return Logistic(float(at[0] - mean @ coefficients), coefficients, steps)
    raise ArithmeticError(f"after {MOST_STEPS} steps the coefficients still move")
