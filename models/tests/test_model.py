from __future__ import annotations

import torch

from lclm.layers import attend
from lclm.model import LatentContextModel


def test_padding_changes_nothing(model: LatentContextModel) -> None:
    ids = torch.randint(0, 500, (1, 10))
    alone = model.encode(ids, torch.tensor([10]))
    padded = model.encode(torch.cat([ids, torch.full((1, 7), 9)], 1), torch.tensor([10]))
    torch.testing.assert_close(padded[:, :3], alone)


def test_partial_group_is_a_mean_over_its_real_length(model: LatentContextModel) -> None:
    ids = torch.randint(0, 500, (1, 10))
    hidden = model.encoder(model.encoder.embed_tokens(ids), torch.arange(10)[None])
    expected = model.adapter(hidden[:, 8:].mean(1))
    torch.testing.assert_close(model.encode(ids, torch.tensor([10]))[:, 2], expected)


def test_appending_leaves_complete_groups_unchanged(model: LatentContextModel) -> None:
    ids = torch.randint(0, 500, (1, 23))
    short = model.encode(ids[:, :16], torch.tensor([16]))
    torch.testing.assert_close(model.encode(ids, torch.tensor([23]))[:, :4], short)


def test_both_forms_of_attention_agree() -> None:
    q, k, v = torch.randn(2, 4, 600, 8), torch.randn(2, 2, 600, 8), torch.randn(2, 2, 600, 8)
    cut = 500
    torch.testing.assert_close(
        attend(q, k, v)[:, :, :cut], attend(q[:, :, :cut], k[:, :, :cut], v[:, :, :cut]), atol=1e-5, rtol=1e-4
    )
