/**
 * Deadlines, validation and streams. Handlers of streams are written as plain blocking code; this
 * room keeps them within flow control, cancellation and a bound on how many run.
 */
@NullMarked
package ai.laconic.servicekit.call;

import org.jspecify.annotations.NullMarked;
