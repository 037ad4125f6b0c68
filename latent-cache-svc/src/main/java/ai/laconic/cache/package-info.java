/**
 * The latent cache: keeps latent blocks, context manifests and source text for encoders, decoders
 * and gateways. Nobody else talks to Redis.
 *
 * <ul>
 *   <li>{@code store}: the nouns, and what any store must do.
 *   <li>{@code memory}: the embedded store, bounded by bytes.
 *   <li>{@code redis}: the store that replicas share and that outlives them.
 *   <li>{@code service}: LatentCacheService over either, checked on the way in and out.
 * </ul>
 *
 * <p>Settings: {@link ai.laconic.cache.CacheProperties}.
 */
@NullMarked
package ai.laconic.cache;

import org.jspecify.annotations.NullMarked;
