"""Latent context language models (arXiv 2606.09659): architecture, training, and checkpoints as published."""
