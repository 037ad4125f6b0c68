/**
 * Text as everybody who cuts it sees it: the gateway, which cuts what clients send into spans, and
 * the runtime, which cuts spans into windows.
 *
 * <p>Both look for the best {@link ai.laconic.text.Boundary} in reach. They have to mean the same
 * by it: a span that ends where a window would have ended leaves the windows around it as they are.
 * Knows no tokens, no services and no other library.
 */
@NullMarked
package ai.laconic.text;

import org.jspecify.annotations.NullMarked;
