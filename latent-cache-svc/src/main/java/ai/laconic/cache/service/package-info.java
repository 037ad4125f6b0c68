/**
 * LatentCacheService: knows gRPC and nothing else. The rules are in {@code block} and {@code
 * context}, where there is no gRPC but its statuses.
 */
@NullMarked
package ai.laconic.cache.service;

import org.jspecify.annotations.NullMarked;
