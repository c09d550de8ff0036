"""Is a gradient right, and how much of it is left? Checks, Jacobians, flow through time."""

from rnncourse.gradients.finite_differences import check, relative_error
from rnncourse.gradients.jacobians import (
    flow,
    jacobian_products,
    singular_values,
    spectral_radius,
    state_jacobian,
    step_jacobian,
)

__all__ = [
    "check",
    "flow",
    "jacobian_products",
    "relative_error",
    "singular_values",
    "spectral_radius",
    "state_jacobian",
    "step_jacobian",
]
