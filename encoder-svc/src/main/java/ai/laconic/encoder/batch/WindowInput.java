package ai.laconic.encoder.batch;

import ai.laconic.runtime.latent.LatentId;

/**
 * A window to encode.
 *
 * @param id of its latents: windows of one ID are encoded once
 * @param ids its token ids; shared, not to be written
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record WindowInput(LatentId id, int[] ids) {}
