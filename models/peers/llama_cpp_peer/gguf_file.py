"""Writes a decoder as a GGUF file."""

import json
import struct
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

LAYER_TENSORS = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
OTHER_TENSORS = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def write(model: Path, target: Path) -> None:
    """Writes ``target``, in 32-bit floats: the numbers that the embedded engine computes with."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    part = target.with_suffix(".part")
    writer = gguf.GGUFWriter(part, "qwen3")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    add_tokenizer(writer, model, config)
    for file in sorted(model.glob("*.safetensors")):
        for name, values in tensors(file).items():
            writer.add_tensor(gguf_name(name), values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.rename(target)


def gguf_name(name: str) -> str:
    """Returns what GGUF calls a tensor of a checkpoint."""
    stem, suffix = name.rsplit(".", 1)
    if stem in OTHER_TENSORS:
        return f"{OTHER_TENSORS[stem]}.{suffix}"
    _, _, layer, rest = stem.split(".", 3)
    return f"blk.{layer}.{LAYER_TENSORS[rest]}.{suffix}"


def tensors(file: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Reads a safetensors file; NumPy knows no bfloat16, so its bits are widened here."""
    content = file.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header: dict[str, Any] = json.loads(content[8 : 8 + length])
    read = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        read[name] = widened(entry["dtype"], content[start:end]).reshape(entry["shape"])
    return read


def widened(dtype: str, content: bytes) -> npt.NDArray[np.float32]:
    """Returns stored numbers as 32-bit floats."""
    if dtype == "BF16":
        return (np.frombuffer(content, "<u2").astype(np.uint32) << 16).view(np.float32)
    if dtype in {"F16", "F32"}:
        return np.frombuffer(content, "<f2" if dtype == "F16" else "<f4").astype(np.float32)
    raise ValueError(f"dtype: {dtype} (expected: BF16, F16 or F32)")


def add_tokenizer(writer: gguf.GGUFWriter, model: Path, config: dict[str, Any]) -> None:
    """Adds the vocabulary; prompts come as ids, so that how texts are split plays no part."""
    tokenizer = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    size = config["vocab_size"]
    words = [f"[unused {index}]" for index in range(size)]
    types = [gguf.TokenType.UNUSED] * size
    for word, index in tokenizer["model"]["vocab"].items():
        words[index] = word
        types[index] = gguf.TokenType.NORMAL
    for added in tokenizer["added_tokens"]:
        words[added["id"]] = added["content"]
        types[added["id"]] = gguf.TokenType.CONTROL
    merges = tokenizer["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(words)
    writer.add_token_types(types)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_add_bos_token(False)
