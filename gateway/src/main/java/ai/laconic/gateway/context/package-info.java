/**
 * The life of a context. An upload becomes spans, spans become latents in the cache (several at
 * once, read no faster than they are encoded), and only when every span is done and the cache has
 * manifest and text as a whole does the context exist; its ID is the last thing that its maker
 * gets. Whatever ends the upload before leaves nothing that anybody can see. Blocks that were
 * stored by then are content-addressed and expire by themselves, or are found when the same upload
 * comes again. A request that names itself always makes the same context.
 *
 * <p>{@link ai.laconic.gateway.context.ContextPlanner} says what a context will be before its text
 * is read, whether it begins anew or goes on where another one ends. A {@code Reservation} of the
 * tenant's quota grows ahead of the encoders; {@code ContextPut} stores what they have made, and
 * has those spans encoded again whose blocks were evicted before anything referred to them.
 */
@NullMarked
package ai.laconic.gateway.context;

import org.jspecify.annotations.NullMarked;
