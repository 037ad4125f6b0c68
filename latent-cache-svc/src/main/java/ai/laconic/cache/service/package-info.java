/**
 * LatentCacheService over a store.
 *
 * <p>{@code LatentCacheHandlers} knows gRPC and nothing else; {@code Blocks} and {@code Contexts}
 * know the rules and no gRPC:
 *
 * <ul>
 *   <li>A block is decoded whole before it is stored and again before it is sent. One that no
 *       longer is what was put is DATA_LOSS, and leaves the store: from then on it is missing, and
 *       who misses it encodes it again.
 *   <li>Answers leave in batches of a few megabytes, so a call holds no more than that in memory,
 *       however much it asks for.
 *   <li>Nobody asks to keep a thing for longer than {@code laconic.cache.max-ttl}.
 *   <li>A context is stored when every text has come that its manifest announces, of the length
 *       that it announces, and no other.
 * </ul>
 */
@NullMarked
package ai.laconic.cache.service;

import org.jspecify.annotations.NullMarked;
