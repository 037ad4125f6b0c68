/** All four tiers in one process. */
@NullMarked
package ai.laconic.cli.standalone;

import org.jspecify.annotations.NullMarked;
