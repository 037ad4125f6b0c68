package ai.laconic.decoder.engine;

/**
 * How busy an engine is: what an autoscaler needs.
 *
 * @param running generations that hold a slot
 * @param waiting generations that were submitted and wait for one
 */
public record EngineLoad(int running, int waiting) {}
