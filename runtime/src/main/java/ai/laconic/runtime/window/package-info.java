/**
 * Windows: how the token ids of a span are cut into the pieces that are encoded, cached and shared.
 *
 * <p>A window's latents depend on that window's ids alone, so equal windows are encoded once,
 * wherever they stand. What decides how often windows are equal is where they are cut, and that is
 * a {@link ai.laconic.runtime.window.WindowPolicy}:
 *
 * <ul>
 *   <li>{@linkplain ai.laconic.runtime.window.WindowPolicy#fixed fixed}: every so many tokens from
 *       the span's first one. It is what the reference implementation does; one inserted word moves
 *       every later cut.
 *   <li>{@linkplain ai.laconic.runtime.window.WindowPolicy#contentDefined content-defined}: at the
 *       strongest boundary in reach, judged by the text around it. An edit changes the windows it
 *       touches and a few after it; then the cuts fall where they fell before.
 * </ul>
 *
 * <p>Cuts are made between tokens, text is kept per window beside its latents, and {@link
 * ai.laconic.runtime.window.WindowBytes} says how much of it.
 */
@NullMarked
package ai.laconic.runtime.window;

import org.jspecify.annotations.NullMarked;
