from __future__ import annotations

from dataclasses import replace

import torch

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


def test_concat_reads_all_states_of_a_group_and_zeros_behind_them(model: LatentContextModel) -> None:
    wide = LatentContextModel(replace(model.config, pooling="concat"))
    wide.initialise(torch.Generator().manual_seed(5))
    ids = torch.randint(0, 500, (1, 10))
    hidden = wide.encoder(wide.encoder.embed_tokens(ids), torch.arange(10)[None])
    latents = wide.encode(ids, torch.tensor([10]))
    torch.testing.assert_close(latents[:, 1], wide.adapter(hidden[:, 4:8].flatten(1)))
    partial = torch.cat([hidden[:, 8:], torch.zeros(1, 2, hidden.shape[2])], 1)
    torch.testing.assert_close(latents[:, 2], wide.adapter(partial.flatten(1)))
