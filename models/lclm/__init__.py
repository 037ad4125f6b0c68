"""Latent context language models: architecture, training and evaluation.

The method is that of arXiv 2606.09659. Checkpoints are written in the published layout
(`encoder/`, `decoder/`, `adapter/`, `model_config.json`), so that any server of that layout
can load them.
"""
