package ai.laconic.gateway.pool;

import ai.laconic.v1.LatentRef;

/**
 * One encoded window of a span.
 *
 * @param latent its block
 * @param tokens encoder tokens
 * @param textBytes bytes of UTF-8
 * @param reused whether the cache had the block already
 */
public record SpanWindow(LatentRef latent, int tokens, int textBytes, boolean reused) {}
