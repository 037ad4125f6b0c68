/** What the gateway bounds: sizes of what comes in, calls and bytes of text held at once. */
@NullMarked
package ai.laconic.gateway.limit;

import org.jspecify.annotations.NullMarked;
