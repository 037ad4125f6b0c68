package ai.laconic.decoder.engine;

import java.time.Instant;

/**
 * What to decode.
 *
 * @param deadline when nobody waits any more; {@link Instant#MAX} for never
 */
public record EngineRequest(DecodePrompt prompt, DecodeTask task, Instant deadline) {}
