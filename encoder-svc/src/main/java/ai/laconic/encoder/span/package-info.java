/**
 * A span: from its text to stored latent blocks.
 *
 * <ol>
 *   <li>The text is tokenized. Marker tokens in it are text.
 *   <li>It is cut into windows, as the request or the settings say.
 *   <li>Every window gets its latent ID, in the sharing domain that the request names.
 *   <li>The cache is asked which of them it lacks; those that it has live on.
 *   <li>The lacking ones are made in chunks, each window once however often it stands in the span.
 *       A chunk is claimed first: one call of this process gets a window, and one process of all
 *       encoders. So calls that want the same text share the work. What others make is waited for,
 *       and taken over if they die or get no further.
 *   <li>While one chunk is stored and answered, the next is being encoded; more than these two is
 *       never claimed, nor in memory.
 *   <li>Windows are answered in order, each once its block is stored.
 * </ol>
 *
 * <p>A call that fails half-way leaves whole, content-addressed blocks behind: trying again finds
 * them and goes on from there.
 */
@NullMarked
package ai.laconic.encoder.span;

import org.jspecify.annotations.NullMarked;
