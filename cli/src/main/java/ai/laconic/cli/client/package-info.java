/** One connection to a gateway. */
@NullMarked
package ai.laconic.cli.client;

import org.jspecify.annotations.NullMarked;
