"""Reads and writes checkpoint directories in the published layout.

model_config.json
encoder/  config.json, model*.safetensors, tokenizer.json, tokenizer_config.json
decoder/  the same, and generation_config.json
adapter/adapter.safetensors
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from lclm import tokenizer as tok
from lclm.config import POOLING, SUPPORTED, ModelConfig, StackConfig
from lclm.model import LatentContextModel

ALIKE = 1.46
"""Root mean square of a group's states over that of their mean: 1.37, 1.46 and 1.55 at 4, 8 and 16 states."""


def save(model: LatentContextModel, encoder: Tokenizer, decoder: Tokenizer, directory: Path) -> None:
    """Writes the model in bfloat16. The directory appears whole or, after a failure, not at all."""
    part = directory.with_name(directory.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    config = model.config
    tok.save(encoder, part / "encoder")
    tok.save(decoder, part / "decoder")
    end = {
        "eos_token_id": tok.token_id(decoder, tok.IM_END),
        "pad_token_id": tok.token_id(decoder, tok.END_OF_TEXT),
    }
    decoder_config = {**config.decoder.to_json("Qwen3ForCausalLM"), **end}
    _write_json(part / "model_config.json", config.to_json())
    _write_json(part / "encoder/config.json", config.encoder.to_json("Qwen3Model"))
    _write_json(part / "decoder/config.json", dict(sorted(decoder_config.items())))
    generation = {"_from_model_config": True, **end, "transformers_version": "4.57.6"}
    _write_json(part / "decoder/generation_config.json", generation)
    (part / "adapter").mkdir()
    _write_weights(part / "encoder/model.safetensors", model.encoder)
    _write_weights(part / "decoder/model.safetensors", model.decoder)
    _write_weights(part / "adapter/adapter.safetensors", model.adapter)
    old = directory.with_name(directory.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if directory.exists():
        directory.rename(old)
    part.rename(directory)
    shutil.rmtree(old, ignore_errors=True)


def load(directory: Path) -> LatentContextModel:
    """The model of a directory in float32; refuses variants that it doesn't compute, by field."""
    path = directory / "model_config.json"
    raw: dict[str, Any] = json.loads(path.read_text())
    for field, value in SUPPORTED.items():
        if raw.get(field, value) != value:
            raise ValueError(f"{path}: {field} is {raw[field]!r}, expected {value!r}")
    pooling = raw.get("pooling", "mean")
    if pooling not in POOLING:
        raise ValueError(f"{path}: pooling is {pooling!r}, expected one of {', '.join(POOLING)}")
    config = ModelConfig(
        encoder=StackConfig.from_json(directory / "encoder/config.json"),
        decoder=StackConfig.from_json(directory / "decoder/config.json"),
        compression_ratio=raw["compression_ratio"],
        encoder_window_size=raw["encoder_window_size"],
        pooling=pooling,
    )
    model = LatentContextModel(config)
    _read_weights(directory / "encoder", model.encoder)
    _read_weights(directory / "decoder", model.decoder)
    _read_weights(directory / "adapter", model.adapter)
    return model.eval()


def start(model: LatentContextModel, directory: Path) -> int:
    """Gives a model the weights of a checkpoint of equal stacks, whatever its ratio, and returns that ratio."""
    other = load(directory)
    ours, theirs = (one.config for one in (model, other))
    if (ours.encoder, ours.decoder) != (theirs.encoder, theirs.decoder):
        raise ValueError(f"{directory}: shapes are {theirs}, expected {ours}")
    if theirs.compression_ratio > ours.compression_ratio:
        raise ValueError(f"{directory}: ratio is {theirs.compression_ratio}, expected at most {ours.compression_ratio}")
    if ours.places % theirs.places:
        raise ValueError(
            f"{directory}: pooling {theirs.pooling} puts {theirs.places} states side by side, "
            f"expected a divisor of {ours.places} for {ours.pooling}"
        )
    model.encoder.load_state_dict(other.encoder.state_dict())
    model.decoder.load_state_dict(other.decoder.state_dict())
    model.adapter.load_state_dict(_spread(other.adapter.state_dict(), theirs.places, ours.places))
    return theirs.compression_ratio


def _spread(adapter: dict[str, Tensor], theirs: int, ours: int) -> dict[str, Tensor]:
    """The adapter for groups of `ours` states side by side that computes nearly what it did for `theirs`."""
    if ours == theirs:
        return adapter
    times = ours // theirs
    norm, fc1 = adapter["norm.weight"], adapter["fc1.weight"]
    scale = (ALIKE if theirs == 1 else 1.0) / times
    return {
        **adapter,
        "norm.weight": norm.view(theirs, -1).repeat_interleave(times, 0).flatten(),
        "fc1.weight": fc1.view(len(fc1), theirs, -1).repeat_interleave(times, 1).flatten(1) * scale,
    }


def mean(directories: list[Path]) -> LatentContextModel:
    """The mean of the weights of checkpoints of one shape and ratio, of which each was trained from another."""
    models = [load(directory) for directory in directories]
    for directory, model in zip(directories, models, strict=True):
        if model.config != models[0].config:
            raise ValueError(f"{directory}: shapes are {model.config}, expected {models[0].config}")
    states = [model.state_dict() for model in models]
    models[0].load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return models[0]


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")


def _write_weights(path: Path, module: nn.Module) -> None:
    tensors = {
        name: value.detach().to("cpu", torch.bfloat16).contiguous() for name, value in module.state_dict().items()
    }
    save_file(tensors, str(path), metadata={"format": "pt"})
    # The library lets nobody but its owner read it; a server runs as another user.
    path.chmod(0o644)


def _read_weights(directory: Path, module: nn.Module) -> None:
    tensors: dict[str, Tensor] = {}
    for shard in sorted(directory.glob("*.safetensors")):
        tensors.update(load_file(str(shard)))
    wanted = module.state_dict()
    for name, value in wanted.items():
        if name not in tensors:
            raise ValueError(f"{directory}: no tensor {name}")
        if tensors[name].shape != value.shape:
            raise ValueError(f"{directory}: {name} has shape {list(tensors[name].shape)}, expected {list(value.shape)}")
    module.load_state_dict({name: tensors[name].float() for name in wanted})
