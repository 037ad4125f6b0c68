/** What contexts consist of, and how long they live: once for all stores. */
@NullMarked
package ai.laconic.cache.context;

import org.jspecify.annotations.NullMarked;
