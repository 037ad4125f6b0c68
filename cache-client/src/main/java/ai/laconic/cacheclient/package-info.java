/**
 * What every tier knows of the latent cache. {@code context} is the view of those who hold
 * manifests and source texts, {@code block} of those who make or read blocks. {@link
 * ai.laconic.cacheclient.CacheProblems} says for all of them what a failure of the cache means to a
 * caller.
 */
@NullMarked
package ai.laconic.cacheclient;

import org.jspecify.annotations.NullMarked;
