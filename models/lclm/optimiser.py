"""Muon for matrices, AdamW for embeddings, norms and biases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

MARGIN = 1.01
"""Singular values count as so much larger at first and in all iterations but the last, as in the paper: one that
rounding has pushed past 1, as bfloat16's does, would grow without bounds."""

FIRST = tuple(
    (a / MARGIN, b / MARGIN**3, c / MARGIN**5)
    for a, b, c in (
        (8.28721201814563, -23.595886519098837, 17.300387312530933),
        (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
        (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    )
)
LAST = (3.3184196573706015, -2.488488024314874, 0.51004894012372)
COEFFICIENTS = (*FIRST, LAST)
"""Of the quintic iterations that push singular values towards 1 (Polar Express, arXiv 2505.16932)."""


def orthogonalise(x: Tensor, products: torch.dtype = torch.float32) -> Tensor:
    """Nearly the closest semi-orthogonal matrices to x [count, rows, columns], with products of that type."""
    tall = x.shape[-2] > x.shape[-1]
    x = x.transpose(-1, -2) if tall else x
    x = (x / (x.norm(dim=(-2, -1), keepdim=True) * MARGIN + 1e-7)).to(products)
    for a, b, c in COEFFICIENTS:
        gram = x @ x.transpose(-1, -2)
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return (x.transpose(-1, -2) if tall else x).float()


class Muon(torch.optim.Optimizer):
    """Nesterov momentum whose update is orthogonalised; matrices of one shape are handled together."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float,
        momentum: float = 0.95,
        products: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(list(parameters), {"lr": lr, "momentum": momentum})
        self.products = products

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            shapes: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shapes[parameter.shape].append(parameter)
            for shape, parameters in shapes.items():
                updates = torch.stack([self._momentum(p, group["momentum"]) for p in parameters])
                scale = -group["lr"] * max(1.0, shape[0] / shape[1]) ** 0.5
                for parameter, update in zip(parameters, orthogonalise(updates, self.products), strict=True):
                    parameter.add_(update, alpha=scale)

    def _momentum(self, parameter: nn.Parameter, momentum: float) -> Tensor:
        assert parameter.grad is not None
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        buffer: Tensor = state["momentum"]
        buffer.lerp_(parameter.grad, 1 - momentum)
        return parameter.grad.lerp(buffer, momentum)


class Optimiser:
    """Both optimisers behind one step, their rates scaled together."""

    def __init__(
        self,
        model: nn.Module,
        matrix_rate: float = 0.02,
        other_rate: float = 3e-3,
        products: torch.dtype = torch.float32,
    ) -> None:
        matrices: list[nn.Parameter] = []
        others: list[nn.Parameter] = []
        for name, parameter in model.named_parameters():
            matrix = parameter.dim() == 2 and "embed_tokens" not in name and "lm_head" not in name
            (matrices if matrix else others).append(parameter)
        self.parameters = [*matrices, *others]
        self.rates = (matrix_rate, other_rate)
        self.parts: tuple[torch.optim.Optimizer, ...] = (
            Muon(matrices, matrix_rate, products=products),
            torch.optim.AdamW(others, other_rate, betas=(0.9, 0.95), weight_decay=0.0),
        )

    def step(self, factor: float) -> float:
        """Clips the gradient to norm 1, updates with all rates times `factor`, returns the norm before."""
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for part, rate in zip(self.parts, self.rates, strict=True):
            for group in part.param_groups:
                group["lr"] = rate * factor
            part.step()
            part.zero_grad(set_to_none=True)
        return float(norm)

    def state(self) -> list[dict[str, Any]]:
        return [part.state_dict() for part in self.parts]

    def load(self, state: list[dict[str, Any]]) -> None:
        for part, saved in zip(self.parts, state, strict=True):
            part.load_state_dict(saved)
