/**
 * Problems as google.rpc statuses. Handlers throw what {@link ai.laconic.servicekit.error.Problems}
 * makes; anything else becomes INTERNAL without its message, which may hold what a client must not
 * see.
 */
@NullMarked
package ai.laconic.servicekit.error;

import org.jspecify.annotations.NullMarked;
