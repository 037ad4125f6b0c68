/** The stores in Redis, through Lettuce. */
@NullMarked
package ai.laconic.cache.redis;

import org.jspecify.annotations.NullMarked;
