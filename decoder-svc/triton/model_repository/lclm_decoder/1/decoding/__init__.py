"""The decoder inside Triton: requests in, tokens out, everything in between without Triton's own modules.

A request is read and checked (`request`), waits for a place and runs in an engine (`loop`), and its tokens are sent
(`delivery`). Two engines stand behind one interface (`engine`): ONNX Runtime with a batch of slots (`batching`,
`onnx_engine`), and vLLM (`vllm_engine`). `model.py` beside this package binds all of it to Triton.
"""
