"""Answers prompts with llama.cpp's server."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import xllamacpp

from peers.llama_cpp_peer import gguf_file
from peers.loop import Arguments, Done, Request, claim_output, serve, timed


def file_of(arguments: Arguments) -> Path:
    """Returns the model's GGUF file, written if it isn't there."""
    digest = hashlib.sha256()
    for file in sorted([*arguments.model.glob("*.safetensors"), arguments.model / "config.json"]):
        digest.update(file.read_bytes())
    target = arguments.files / f"{digest.hexdigest()[:16]}.gguf"
    if not target.exists():
        gguf_file.write(arguments.model, target)
    return target


def start(arguments: Arguments) -> Any:
    """Loads the model into a server of this process."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file_of(arguments))
    parameters.n_parallel = arguments.slots
    parameters.n_ctx = arguments.slots * arguments.positions
    parameters.kv_unified = False
    parameters.n_gpu_layers = 0
    parameters.cpuparams.n_threads = arguments.threads
    parameters.cpuparams_batch.n_threads = arguments.threads
    parameters.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
    parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    parameters.endpoint_metrics = False
    return xllamacpp.Server(parameters)


def main() -> None:
    """Serves requests with ``prompts``, lists of ids, and ``new_tokens``."""
    answers = claim_output()
    arguments = Arguments.parse()
    if arguments.task != "generate" or arguments.dtype != "float32":
        raise ValueError(f"{arguments.task}, {arguments.dtype} (expected: generate, float32)")
    server = start(arguments)
    with ThreadPoolExecutor(64) as callers:

        def complete(prompt: list[int], new_tokens: int) -> tuple[int, int]:
            answer = server.handle_completions(
                {
                    "prompt": prompt,
                    "max_tokens": new_tokens,
                    "temperature": 0,
                    "ignore_eos": True,
                    "cache_prompt": True,
                }
            )
            if "usage" not in answer:
                raise ValueError(f"llama.cpp: {answer} (expected: an answer with its usage)")
            usage = answer["usage"]
            return usage["completion_tokens"], usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)

        def generate(request: Request) -> Done:
            prompts = request["prompts"]

            def work() -> tuple[int, int]:
                counts = list(callers.map(complete, prompts, [request["new_tokens"]] * len(prompts)))
                return sum(tokens for tokens, _ in counts), sum(cached for _, cached in counts)

            return timed(work)

        serve(version("xllamacpp"), generate, answers)


main()
