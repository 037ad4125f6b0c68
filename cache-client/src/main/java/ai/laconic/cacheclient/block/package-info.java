/** Latent blocks as those see them who make or read them. */
@NullMarked
package ai.laconic.cacheclient.block;

import org.jspecify.annotations.NullMarked;
