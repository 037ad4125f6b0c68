"""Reads and writes checkpoint directories in the published layout.

model_config.json
encoder/  config.json, model*.safetensors, tokenizer.json, tokenizer_config.json
decoder/  the same, and generation_config.json
adapter/adapter.safetensors
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from lclm import tokenizer as tok
from lclm.config import SUPPORTED, ModelConfig, StackConfig
from lclm.model import LatentContextModel


def save(model: LatentContextModel, encoder: Tokenizer, decoder: Tokenizer, directory: Path) -> None:
    """Writes the model in bfloat16. The directory appears whole or, after a failure, not at all."""
    part = directory.with_name(directory.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    config = model.config
    tok.save(encoder, part / "encoder")
    tok.save(decoder, part / "decoder")
    end = {"eos_token_id": tok.token_id(decoder, tok.IM_END), "pad_token_id": tok.token_id(decoder, tok.END_OF_TEXT)}
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
    shutil.rmtree(directory, ignore_errors=True)
    part.rename(directory)


def load(directory: Path) -> LatentContextModel:
    """The model of a directory in float32; refuses variants that it doesn't compute, by field."""
    path = directory / "model_config.json"
    raw: dict[str, Any] = json.loads(path.read_text())
    for field, value in SUPPORTED.items():
        if raw.get(field, value) != value:
            raise ValueError(f"{path}: {field} is {raw[field]!r}, expected {value!r}")
    config = ModelConfig(
        encoder=StackConfig.from_json(directory / "encoder/config.json"),
        decoder=StackConfig.from_json(directory / "decoder/config.json"),
        compression_ratio=raw["compression_ratio"],
        encoder_window_size=raw["encoder_window_size"],
        pooling=raw.get("pooling", "mean"),
    )
    model = LatentContextModel(config)
    _read_weights(directory / "encoder", model.encoder)
    _read_weights(directory / "decoder", model.decoder)
    _read_weights(directory / "adapter", model.adapter)
    return model.eval()


def start(model: LatentContextModel, directory: Path) -> None:
    """Gives a model the weights of a checkpoint of equal stacks and pooling whose ratio divides its own."""
    other = load(directory)
    ours, theirs = model.config, other.config
    times = ours.compression_ratio // theirs.compression_ratio
    expected = replace(theirs, compression_ratio=times * theirs.compression_ratio)
    if ours != expected:
        raise ValueError(f"{directory}: {theirs} (expected: {ours}, or a ratio that divides its own)")
    model.encoder.load_state_dict(other.encoder.state_dict())
    model.decoder.load_state_dict(other.decoder.state_dict())
    adapter, places = other.adapter.state_dict(), theirs.places
    if ours.pooling == "concat":
        # Each state's part of the matrix goes to as many places as stand there now: nearly what it computed before.
        norm, fc1 = adapter["norm.weight"], adapter["fc1.weight"]
        adapter["norm.weight"] = norm.view(places, -1).repeat_interleave(times, 0).flatten()
        adapter["fc1.weight"] = fc1.view(len(fc1), places, -1).repeat_interleave(times, 1).flatten(1) / times
    model.adapter.load_state_dict(adapter)


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
