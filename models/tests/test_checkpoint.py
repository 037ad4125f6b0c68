from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from tokenizers import Tokenizer

from lclm import checkpoint
from lclm.model import LatentContextModel

Tokenizers = tuple[Tokenizer, Tokenizer]


def test_round_trip(model: LatentContextModel, tokenizers: Tokenizers, tmp_path: Path) -> None:
    checkpoint.save(model, *tokenizers, tmp_path / "out")
    loaded = checkpoint.load(tmp_path / "out")
    assert loaded.config == model.config
    ids, lengths = torch.randint(0, 500, (3, 21)), torch.tensor([21, 4, 9])
    rounded = LatentContextModel(model.config)
    rounded.load_state_dict({k: v.bfloat16().float() for k, v in model.state_dict().items()})
    torch.testing.assert_close(loaded.encode(ids, lengths), rounded.encode(ids, lengths))


def test_layout(model: LatentContextModel, tokenizers: Tokenizers, tmp_path: Path) -> None:
    checkpoint.save(model, *tokenizers, tmp_path / "out")
    files = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file()}
    side = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    assert files == {
        "model_config.json",
        "adapter/adapter.safetensors",
        "decoder/generation_config.json",
        *(f"{name}/{file}" for name in ("encoder", "decoder") for file in side),
    }
    assert all((tmp_path / "out" / file).stat().st_mode & 0o044 == 0o044 for file in files)
    names = {}
    for name, file in (("encoder", "model"), ("decoder", "model"), ("adapter", "adapter")):
        with safe_open(tmp_path / f"out/{name}/{file}.safetensors", "pt") as weights:
            names[name] = set(weights.keys())
            assert {weights.get_slice(k).get_dtype() for k in weights.keys()} == {"BF16"}  # noqa: SIM118
    assert names["adapter"] == {"norm.weight", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}
    assert {"embed_tokens.weight", "norm.weight", "layers.1.self_attn.q_norm.weight"} < names["encoder"]
    assert {"model.embed_tokens.weight", "model.layers.0.mlp.gate_proj.weight"} < names["decoder"]
    assert not any("readout" in name or "lm_head" in name for group in names.values() for name in group)
    end = tokenizers[1].token_to_id("<|im_end|>")
    for file in ("config.json", "generation_config.json"):
        assert json.loads((tmp_path / "out/decoder" / file).read_text())["eos_token_id"] == end


@pytest.mark.parametrize(
    ("file", "field", "value"),
    [
        ("model_config.json", "pooling", "eos"),
        ("model_config.json", "boundary_overlap", 8),
        ("encoder/config.json", "hidden_act", "gelu"),
    ],
)
def test_refuses_by_field(
    model: LatentContextModel, tokenizers: Tokenizers, tmp_path: Path, file: str, field: str, value: object
) -> None:
    checkpoint.save(model, *tokenizers, tmp_path / "out")
    path = tmp_path / "out" / file
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(ValueError, match=f"{field} is {value!r}"):
        checkpoint.load(tmp_path / "out")


def test_names_a_missing_tensor(model: LatentContextModel, tokenizers: Tokenizers, tmp_path: Path) -> None:
    checkpoint.save(model, *tokenizers, tmp_path / "out")
    (tmp_path / "out/adapter/adapter.safetensors").unlink()
    with pytest.raises(ValueError, match=r"no tensor norm\.weight"):
        checkpoint.load(tmp_path / "out")
