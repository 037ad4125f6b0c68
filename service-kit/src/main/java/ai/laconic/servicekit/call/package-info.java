/**
 * Calls as a server sees them: validated, admitted, and limited. Handlers are written as plain
 * blocking code; {@link ai.laconic.servicekit.call.StreamingCalls} keeps them within flow control,
 * cancellation and a bound on how many run. A unary call has a limit of time, a stream one of
 * silence: {@link ai.laconic.servicekit.call.MinDataRate}.
 */
@NullMarked
package ai.laconic.servicekit.call;

import org.jspecify.annotations.NullMarked;
